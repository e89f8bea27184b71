//! A spec that is known and valid.

use std::{borrow::Cow, sync::Arc};

use super::{
    IdentityManagementType, Input, InstanceId, PropertySet, Record, RoutingProfileId, Secret, SortedSet,
    Tags, UserProperties, UserSpec, UserState, keep::keep_ignored, settings::Settings,
};

/// A desired user in which every value is known and every rule is kept: what planning takes.
///
/// [`validate::resolve`](crate::validate::resolve) and its relatives make one. A plan that was saved
/// ([`SavedPlan`](crate::diff::SavedPlan)) makes again the one that was validated before it was saved, and refuses a
/// password that breaks a rule. So a plan is always of a valid user. Its clones share the spec and the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredUser {
    pub(crate) spec: Arc<UserSpec>,
    pub(crate) instance_id: InstanceId,
    pub(crate) name: String,
    pub(crate) settings: Arc<Settings>,
    /// What to record, where a plan has found that what is ignored stays recorded as it was.
    managed: Option<Box<Managed>>,
    /// The spec that was validated, where a plan has put in what is ignored.
    given: Option<Arc<UserSpec>>,
}

/// What to record of a user as managed once it is as desired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Managed {
    pub(crate) properties: PropertySet,
    pub(crate) tag_keys: SortedSet<String>,
    pub(crate) default_tag_keys: SortedSet<String>,
}

impl DesiredUser {
    /// A user of a spec that was validated; `None` where one of its values is not known, or out of the bounds of
    /// its type.
    pub(crate) fn validated(spec: Arc<UserSpec>, settings: Arc<Settings>) -> Option<Self> {
        spec.settle()?;
        let (instance_id, name) = identity(&spec)?;
        Some(Self { instance_id, name, spec, settings, managed: None, given: None })
    }

    /// The same, of a user that keeps what is ignored of who it is.
    pub(crate) fn identified_by(mut self, kept: &UserSpec) -> Option<Self> {
        (self.instance_id, self.name) = identity(kept)?;
        Some(self)
    }

    /// The spec, with its name.
    pub fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// The spec that was validated.
    pub(crate) fn given(&self) -> &UserSpec {
        self.given.as_ref().unwrap_or(&self.spec)
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

    /// The properties; what the spec leaves out has the default of the service. They are made from the spec, whose
    /// values are all known and within the bounds of their types.
    pub fn properties(&self) -> UserProperties {
        self.spec.settle().unwrap_or_else(|| UserProperties::new(RoutingProfileId::new("")))
    }

    /// The settings that the user was validated with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The default tags of the provider.
    pub fn default_tags(&self) -> &Tags {
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
    pub fn identity_management(&self) -> Option<IdentityManagementType> {
        self.settings.identity_management
    }

    /// The properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        self.managed.as_ref().map_or_else(|| self.spec.managed(), |managed| managed.properties)
    }

    /// Takes what is ignored from the user that is there; `is_new` says that another takes its place.
    pub(crate) fn keep_ignored(&mut self, state: &UserState, settings: &Settings, is_new: bool) {
        let Cow::Owned(kept) = keep_ignored(&self.spec, state, settings) else { return };
        // What is there has values of the types of the spec.
        let Some(_) = kept.settle() else { return };
        let managed = match is_new {
            true => Managed::of(&kept, settings),
            false => Managed::of(&self.spec, settings).over(&state.record, settings),
        };
        if let Some(identity) = identity(&kept) {
            (self.instance_id, self.name) = identity;
        }
        self.given = Some(std::mem::replace(&mut self.spec, Arc::new(kept)));
        self.managed = Some(Box::new(managed));
    }

    /// Takes who the user is from the spec: a new user is whatever the spec says.
    pub(crate) fn keep_nothing(&mut self) {
        (self.managed, self.given) = (None, None);
        if let Some(identity) = identity(&self.spec) {
            (self.instance_id, self.name) = identity;
        }
    }

    /// Says another password, or that there is one of which only that is known.
    pub(crate) fn set_password(&mut self, password: Option<Input<Secret>>) {
        for spec in [&mut self.spec].into_iter().chain(&mut self.given) {
            if spec.password != password {
                Arc::make_mut(spec).password.clone_from(&password);
            }
        }
    }

    /// What to record as managed once the user is as desired.
    pub(crate) fn to_managed(&self) -> Managed {
        self.managed.as_deref().cloned().unwrap_or_else(|| Managed::of(&self.spec, &self.settings))
    }
}

/// The instance and the name, where both are known.
fn identity(spec: &UserSpec) -> Option<(InstanceId, String)> {
    Some((spec.instance_id.known()?.clone(), spec.name.as_ref()?.known()?.clone()))
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
