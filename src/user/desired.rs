//! A spec that is known whole and has passed validation.

use super::{IdentityManagementType, Input, InstanceId, PropertySet, Secret, Tags, UserSettings, UserSpec};

/// A user as it should be, all known and valid: the witness that planning asks for.
///
/// Only [`validate::resolve`](crate::validate::resolve) makes one, so what a plan is made from has
/// passed every rule.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredUser {
    pub(crate) spec: UserSpec,
    pub(crate) instance_id: InstanceId,
    pub(crate) name: String,
    pub(crate) settings: UserSettings,
    pub(crate) default_tags: Tags,
    pub(crate) identity_management: Option<IdentityManagementType>,
}

impl DesiredUser {
    /// The spec, with its name.
    pub const fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// The instance that the user is in.
    pub const fn instance_id(&self) -> &InstanceId {
        &self.instance_id
    }

    /// The name, whether the spec gives it or not.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first password.
    pub fn password(&self) -> Option<&Secret> {
        self.spec.password.as_ref().and_then(Input::known)
    }

    /// The user's id in the directory, where the spec gives it.
    pub fn directory_user_id(&self) -> Option<&str> {
        self.spec.directory_user_id.as_ref().and_then(Input::known).map(String::as_str)
    }

    /// The settings; what the spec leaves out has the service's default here.
    pub const fn settings(&self) -> &UserSettings {
        &self.settings
    }

    /// The default tags of the provider.
    pub const fn default_tags(&self) -> &Tags {
        &self.default_tags
    }

    /// The tags of the spec over the default tags.
    pub fn tags_all(&self) -> Tags {
        let mut all = self.default_tags.clone();
        if let Some(Input::Known(own)) = &self.spec.tags {
            let known = own.iter().filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())));
            all.extend(known);
        }
        all
    }

    /// How the instance manages identities, where that was known to validation.
    pub const fn identity_management(&self) -> Option<IdentityManagementType> {
        self.identity_management
    }

    /// The properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        self.spec.managed()
    }
}
