//! A spec that is known and valid.

use std::{borrow::Cow, sync::Arc};

use super::{
    IdentityManagementType, Input, InstanceId, Managed, PropertySet, Record, RoutingProfileId, Secret, Tags,
    UserProperties, UserSpec, UserState, keep::keep_ignored, settings::Settings,
};

/// A desired user in which every value is known and no rule is broken; planning takes only this type.
///
/// [`validate::resolve`](crate::validate::resolve) and related functions create it. A saved plan
/// ([`SavedPlan`](crate::diff::SavedPlan)) restores the desired user that was validated before it was saved, and
/// refuses a password that breaks a rule. So a plan always has a valid user. Clones share the spec and the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredUser {
    pub(crate) spec: Arc<UserSpec>,
    pub(crate) instance_id: InstanceId,
    pub(crate) name: String,
    pub(crate) settings: Arc<Settings>,
    /// What to record as managed, if a plan has found that the record of ignored properties must stay as it is.
    managed: Option<Box<Managed>>,
    /// The spec that was validated, if a plan has replaced ignored properties with actual values.
    given: Option<Arc<UserSpec>>,
}

impl DesiredUser {
    /// Creates the desired user from a validated spec; `None` if one of its values is not known, or out of the bounds
    /// of its type.
    pub(crate) fn validated(spec: Arc<UserSpec>, settings: Arc<Settings>) -> Option<Self> {
        spec.settle()?;
        let (instance_id, name) = identity(&spec)?;
        Some(Self { instance_id, name, spec, settings, managed: None, given: None })
    }

    /// Takes the instance and the name from `kept`, in which ignored changes are undone.
    pub(crate) fn identified_by(mut self, kept: &UserSpec) -> Option<Self> {
        (self.instance_id, self.name) = identity(kept)?;
        Some(self)
    }

    /// Returns the spec, with its name.
    pub fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// Returns the spec that was validated.
    pub(crate) fn given(&self) -> &UserSpec {
        self.given.as_ref().unwrap_or(&self.spec)
    }

    /// Returns the instance.
    pub const fn instance_id(&self) -> &InstanceId {
        &self.instance_id
    }

    /// Returns the user name, given or generated.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the first password.
    pub fn password(&self) -> Option<&Secret> {
        self.spec.password.as_ref().and_then(Input::known)
    }

    /// Returns the directory user id, if the spec has one.
    pub fn directory_user_id(&self) -> Option<&str> {
        self.spec.directory_user_id.as_ref().and_then(Input::known).map(String::as_str)
    }

    /// Returns the properties; those that the spec leaves out have the defaults of the service. They are derived from
    /// the spec, whose values are all known and within the bounds of their types.
    pub fn properties(&self) -> UserProperties {
        self.spec.settle().unwrap_or_else(|| UserProperties::new(RoutingProfileId::new("")))
    }

    /// Returns the settings with which the user was validated.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the default tags of the provider.
    pub fn default_tags(&self) -> &Tags {
        &self.settings.default_tags
    }

    /// Returns the tags of a new user: those of the spec, which override the default tags, without ignored tags.
    pub fn tags_all(&self) -> Tags {
        let mut all = self.settings.default_tags.clone();
        if let Some(Input::Known(own)) = &self.spec.tags {
            let known = own.iter().filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())));
            all.extend(known);
        }
        all.retain(|key, _| !self.settings.ignore_tags.contains(key));
        all
    }

    /// Returns the identity management type, if validation knew it.
    pub fn identity_management(&self) -> Option<IdentityManagementType> {
        self.settings.identity_management
    }

    /// Returns the properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        self.managed.as_ref().map_or_else(|| self.spec.managed(), |managed| managed.properties)
    }

    /// Takes the values of ignored properties from the actual user; `is_new` is `true` if a new user replaces it.
    pub(crate) fn keep_ignored(&mut self, state: &UserState, settings: &Settings, is_new: bool) {
        let Cow::Owned(kept) = keep_ignored(&self.spec, state, settings) else { return };
        // The actual values have the types of the spec.
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

    /// Returns a new user with the values that ignored properties have in `former`, the user that it replaces.
    #[cfg(feature = "fleet")]
    pub(crate) fn keeping(&self, former: &UserState) -> Self {
        let mut desired = self.clone();
        desired.keep_ignored(former, &self.settings, true);
        (desired.managed, desired.given) = (None, None);
        desired
    }

    /// Takes the instance and the name from the spec: a new user is as the spec says.
    pub(crate) fn keep_nothing(&mut self) {
        (self.managed, self.given) = (None, None);
        if let Some(identity) = identity(&self.spec) {
            (self.instance_id, self.name) = identity;
        }
    }

    /// Sets another password, or an unknown one of which only its presence is known.
    pub(crate) fn set_password(&mut self, password: Option<Input<Secret>>) {
        for spec in [&mut self.spec].into_iter().chain(&mut self.given) {
            if spec.password != password {
                Arc::make_mut(spec).password.clone_from(&password);
            }
        }
    }

    /// Returns what to record as managed once the user is as desired.
    pub(crate) fn to_managed(&self) -> Managed {
        self.managed.as_deref().cloned().unwrap_or_else(|| Managed::of(&self.spec, &self.settings))
    }
}

/// Returns the instance and the name, if both are known.
fn identity(spec: &UserSpec) -> Option<(InstanceId, String)> {
    Some((spec.instance_id.known()?.clone(), spec.name.as_ref()?.known()?.clone()))
}

impl Managed {
    /// Returns what a spec sets for a new user.
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

    /// Returns what is recorded as managed.
    pub(crate) fn recorded(record: &Record) -> Self {
        Self {
            properties: record.managed,
            tag_keys: record.tag_keys.clone(),
            default_tag_keys: record.default_tag_keys.clone(),
        }
    }

    /// Writes the managed properties and tags to a record.
    pub(crate) fn record(self, record: &mut Record) {
        record.managed = self.properties;
        record.tag_keys = self.tag_keys;
        record.default_tag_keys = self.default_tag_keys;
    }

    /// Returns what to record for an existing user: ignored properties are not set, and their record stays as it is.
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
