//! A spec that is known and valid.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    IdentityManagementType, Input, InstanceId, PropertySet, Record, Secret, Tags, UserProperties, UserSpec,
    UserState, keep::keep_ignored, settings::Settings,
};

/// A desired user in which every value is known and every rule is kept: what planning takes.
///
/// [`validate::resolve`](crate::validate::resolve) and its relatives make one. A plan that was saved
/// ([`SavedPlan`](crate::diff::SavedPlan)) makes again the one that was validated before it was saved, and refuses a
/// password that breaks a rule. So a plan is always of a valid user.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredUser {
    pub(crate) spec: UserSpec,
    pub(crate) instance_id: InstanceId,
    pub(crate) name: String,
    pub(crate) properties: UserProperties,
    pub(crate) settings: Settings,
    /// What to record, where a plan has found that what is ignored stays recorded as it was.
    pub(crate) managed: Option<Box<Managed>>,
    /// The spec that was validated, where a plan has put in what is ignored.
    pub(crate) given: Option<Box<UserSpec>>,
}

/// What to record of a user as managed once it is as desired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Managed {
    pub(crate) properties: PropertySet,
    pub(crate) tag_keys: BTreeSet<String>,
    pub(crate) default_tag_keys: BTreeSet<String>,
}

impl DesiredUser {
    /// A user of a spec that was validated; `None` where one of its values is not known, or out of the bounds of
    /// its type.
    pub(crate) fn validated(spec: UserSpec, settings: Settings) -> Option<Self> {
        Some(Self {
            instance_id: spec.instance_id.known()?.clone(),
            name: spec.name.as_ref().and_then(Input::known)?.clone(),
            properties: spec.settle()?,
            spec,
            settings,
            managed: None,
            given: None,
        })
    }

    /// The spec, with its name.
    pub const fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// The instance.
    pub const fn instance_id(&self) -> &InstanceId {
        &self.instance_id
    }

    /// The user name, given or generated.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first password.
    pub fn password(&self) -> Option<&Secret> {
        self.spec.password.as_ref().and_then(Input::known)
    }

    /// The directory user id, if the spec has one.
    pub fn directory_user_id(&self) -> Option<&str> {
        self.spec.directory_user_id.as_ref().and_then(Input::known).map(String::as_str)
    }

    /// The properties; what the spec leaves out has the default of the service.
    pub const fn properties(&self) -> &UserProperties {
        &self.properties
    }

    /// The settings that the user was validated with.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The default tags of the provider.
    pub const fn default_tags(&self) -> &Tags {
        &self.settings.default_tags
    }

    /// The tags of a new user: those of the spec over the default tags, without those to ignore.
    pub fn tags_all(&self) -> Tags {
        let mut all = self.settings.default_tags.clone();
        if let Some(Input::Known(own)) = &self.spec.tags {
            let known = own.iter().filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())));
            all.extend(known);
        }
        all.retain(|key, _| !self.settings.ignore_tags.contains(key));
        all
    }

    /// The identity management type, if validation knew it.
    pub const fn identity_management(&self) -> Option<IdentityManagementType> {
        self.settings.identity_management
    }

    /// The properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        self.managed.as_ref().map_or_else(|| self.spec.managed(), |managed| managed.properties)
    }

    /// Takes what is ignored from the user that is there; `is_new` says that another takes its place.
    pub(crate) fn keep_ignored(&mut self, state: &UserState, settings: &Settings, is_new: bool) {
        let Cow::Owned(kept) = keep_ignored(&self.spec, state, settings) else { return };
        let managed = match is_new {
            true => Managed::of(&kept, settings),
            false => Managed::of(&self.spec, settings).over(&state.record, settings),
        };
        // What the service has is known, and within the bounds of its types.
        if let Some(properties) = kept.settle() {
            self.properties = properties;
        }
        if let Some(instance_id) = kept.instance_id.known() {
            self.instance_id.clone_from(instance_id);
        }
        if let Some(name) = kept.name.as_ref().and_then(Input::known) {
            self.name.clone_from(name);
        }
        self.given = Some(Box::new(std::mem::replace(&mut self.spec, kept)));
        self.managed = Some(Box::new(managed));
    }

    /// Takes who the user is from the spec: a new user is whatever the spec says.
    pub(crate) fn keep_nothing(&mut self) {
        if let Some(instance_id) = self.spec.instance_id.known() {
            self.instance_id.clone_from(instance_id);
        }
        if let Some(name) = self.spec.name.as_ref().and_then(Input::known) {
            self.name.clone_from(name);
        }
    }

    /// What to record as managed once the user is as desired.
    pub(crate) fn to_managed(&self) -> Managed {
        self.managed.as_deref().cloned().unwrap_or_else(|| Managed::of(&self.spec, &self.settings))
    }
}

impl Managed {
    /// What a spec sets of a new user.
    pub(crate) fn of(spec: &UserSpec, settings: &Settings) -> Self {
        let own = spec.tags.as_ref().and_then(Input::known);
        let is_own = |key: &String| own.is_some_and(|own| own.contains_key(key));
        let is_set = |key: &&String| !settings.ignore_tags.contains(key);
        Self {
            properties: spec.managed(),
            tag_keys: own.into_iter().flatten().map(|(key, _)| key).filter(is_set).cloned().collect(),
            default_tag_keys: settings
                .default_tags
                .keys()
                .filter(is_set)
                .filter(|key| !is_own(key))
                .cloned()
                .collect(),
        }
    }

    /// What is recorded.
    pub(crate) fn recorded(record: &Record) -> Self {
        Self {
            properties: record.managed,
            tag_keys: record.tag_keys.clone(),
            default_tag_keys: record.default_tag_keys.clone(),
        }
    }

    /// Records it.
    pub(crate) fn record(self, record: &mut Record) {
        record.managed = self.properties;
        record.tag_keys = self.tag_keys;
        record.default_tag_keys = self.default_tag_keys;
    }

    /// What it is for a user that exists: what is ignored is not set, and stays recorded as it was.
    pub(crate) fn over(mut self, record: &Record, settings: &Settings) -> Self {
        let ignored = settings.ignored();
        self.properties = self.properties.difference(ignored).union(record.managed.intersection(ignored));
        for (keys, recorded) in
            [(&mut self.tag_keys, &record.tag_keys), (&mut self.default_tag_keys, &record.default_tag_keys)]
        {
            keys.retain(|key| !settings.ignores_tag(key));
            keys.extend(recorded.iter().filter(|key| settings.ignores_tag(key)).cloned());
        }
        self
    }
}
