//! A creation whose outcome is unknown.

use serde::{Deserialize, Serialize};

use super::{
    DesiredUser, IdentityManagementType, IgnoreTags, InstanceId, Proficiencies, Tags, Timestamp, UserSpec,
    settings::{DirectoryUserIdPolicy, Settings},
};

/// A creation whose outcome is unknown: no answer came, or the process was killed before it could record the answer.
///
/// An attempt holds what the creation asked for, so that its user is recognised later, and no other user is mistaken
/// for it. It does not hold the password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct CreationAttempt {
    began: Timestamp,
    spec: UserSpec,
    instance_id: InstanceId,
    name: String,
    /// The settings that are needed to recognise the user: default tags, tags to ignore, and the identity management
    /// type, because a directory fills in names.
    settings: Settings,
}

/// The written form of an attempt.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    began: Timestamp,
    spec: UserSpec,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    default_tags: Tags,
    #[serde(default, skip_serializing_if = "IgnoreTags::is_empty")]
    ignore_tags: IgnoreTags,
    /// Left out by earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_management: Option<IdentityManagementType>,
}

impl TryFrom<Written> for CreationAttempt {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { began, spec, default_tags, ignore_tags, identity_management } = written;
        let instance_id = spec.instance_id.known().cloned().ok_or("the instance is not known")?;
        let name = spec.name.as_ref().and_then(|name| name.known().cloned());
        let name = name.ok_or("the name is not known")?;
        let settings = strict(default_tags, ignore_tags, identity_management);
        Ok(Self { began, spec, instance_id, name, settings })
    }
}

impl From<CreationAttempt> for Written {
    fn from(attempt: CreationAttempt) -> Self {
        let CreationAttempt { began, spec, settings, .. } = attempt;
        let Settings { default_tags, ignore_tags, identity_management, .. } = settings;
        Self { began, spec, default_tags, ignore_tags, identity_management }
    }
}

/// Returns settings for a comparison that finds every difference except the password, which cannot be read.
fn strict(
    default_tags: Tags,
    ignore_tags: IgnoreTags,
    identity_management: Option<IdentityManagementType>,
) -> Settings {
    Settings::builder()
        .maybe_identity_management(identity_management)
        .default_tags(default_tags)
        .ignore_tags(ignore_tags)
        .password_changed(false)
        .directory_user_id(DirectoryUserIdPolicy::Replace)
        .build()
}

impl CreationAttempt {
    /// Creates the attempt for the creation of the desired user that began at `began`.
    pub fn new(desired: &DesiredUser, began: Timestamp) -> Self {
        let Settings { default_tags, ignore_tags, identity_management, .. } = desired.settings().clone();
        Self {
            began,
            spec: UserSpec { password: None, ..desired.spec().clone() },
            instance_id: desired.instance_id().clone(),
            name: desired.name().to_owned(),
            settings: strict(default_tags, ignore_tags, identity_management),
        }
    }

    /// Returns when the creation began, by the clock of the machine that made it.
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// Returns the instance.
    pub const fn instance_id(&self) -> &InstanceId {
        &self.instance_id
    }

    /// Returns the user name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the desired user, without the password.
    pub const fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// Returns the settings for the comparison of the created user with the spec.
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the proficiencies that the user should get after its creation.
    pub(crate) fn proficiencies(&self) -> Option<Proficiencies> {
        self.spec.settle()?.proficiencies
    }
}
