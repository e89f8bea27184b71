//! A creation whose outcome is unknown.

use serde::{Deserialize, Serialize};

use super::{
    DesiredUser, IgnoreTags, InstanceId, Proficiencies, Tags, Timestamp, UserSpec,
    settings::{DirectoryUserIdPolicy, Settings},
};

/// A creation whose outcome is unknown: no answer came, or the process was killed before it could record the
/// answer.
///
/// It holds what the creation asked for, so that its user is recognised later, and no other user is mistaken
/// for it. The password is not part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct CreationAttempt {
    began: Timestamp,
    spec: UserSpec,
    instance_id: InstanceId,
    name: String,
    /// What recognising the user takes of the host's decisions: default tags, and tags to ignore.
    settings: Settings,
}

/// An attempt as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    began: Timestamp,
    spec: UserSpec,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    default_tags: Tags,
    #[serde(default, skip_serializing_if = "IgnoreTags::is_empty")]
    ignore_tags: IgnoreTags,
}

impl TryFrom<Written> for CreationAttempt {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { began, spec, default_tags, ignore_tags } = written;
        let instance_id = spec.instance_id.known().cloned().ok_or("the instance is not known")?;
        let name = spec.name.as_ref().and_then(|name| name.known().cloned());
        let name = name.ok_or("the name is not known")?;
        Ok(Self { began, spec, instance_id, name, settings: strict(default_tags, ignore_tags) })
    }
}

impl From<CreationAttempt> for Written {
    fn from(attempt: CreationAttempt) -> Self {
        let CreationAttempt { began, spec, settings, .. } = attempt;
        Self { began, spec, default_tags: settings.default_tags, ignore_tags: settings.ignore_tags }
    }
}

/// The settings of a comparison that finds every difference but the password, which nobody can read.
fn strict(default_tags: Tags, ignore_tags: IgnoreTags) -> Settings {
    Settings::builder()
        .default_tags(default_tags)
        .ignore_tags(ignore_tags)
        .password_changed(false)
        .directory_user_id(DirectoryUserIdPolicy::Replace)
        .build()
}

impl CreationAttempt {
    /// The creation of the desired user that began at `began`.
    pub fn new(desired: &DesiredUser, began: Timestamp) -> Self {
        let Settings { default_tags, ignore_tags, .. } = desired.settings().clone();
        Self {
            began,
            spec: UserSpec { password: None, ..desired.spec().clone() },
            instance_id: desired.instance_id().clone(),
            name: desired.name().to_owned(),
            settings: strict(default_tags, ignore_tags),
        }
    }

    /// When the creation began, by the clock of the machine that made it.
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// The instance.
    pub const fn instance_id(&self) -> &InstanceId {
        &self.instance_id
    }

    /// The user name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The desired user, without the password.
    pub const fn spec(&self) -> &UserSpec {
        &self.spec
    }

    /// What the user that it has made is compared with, besides the spec.
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The proficiencies that the user was to get after its creation.
    pub(crate) fn proficiencies(&self) -> Option<Proficiencies> {
        self.spec.settle()?.proficiencies
    }
}
