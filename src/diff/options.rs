//! What a host decides.

use bon::Builder;

use crate::user::{IdentityManagementType, Tags};

/// What to do about a changed password: no API changes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PasswordPolicy {
    /// Say so, and leave the user as it is.
    #[default]
    Warn,
    /// Replace the user.
    Replace,
    /// Make no plan.
    Refuse,
}

/// What to do about a changed directory user id: no API changes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectoryUserIdPolicy {
    /// Make no plan.
    #[default]
    Refuse,
    /// Replace the user.
    Replace,
}

/// What to do about the quick connects that lead to a user who is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuickConnects {
    /// Leave them, and say so: they then lead nowhere.
    #[default]
    Leave,
    /// Delete them first, as AWS asks. It takes a search of the instance's quick connects.
    Delete,
}

/// What a host decides about a diff and a plan.
#[derive(Builder, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The default tags of the provider, which lie under the spec's.
    #[builder(default)]
    pub default_tags: Tags,
    /// How the instance manages identities, where it is known.
    pub identity_management: Option<IdentityManagementType>,
    /// What to do about a changed password.
    #[builder(default)]
    pub password: PasswordPolicy,
    /// Whether the password differs from the one last applied, where the host knows: it may keep a
    /// fingerprint. `None` compares with the one in the state's record, if there is one.
    pub password_changed: Option<bool>,
    /// What to do about a changed directory user id.
    #[builder(default)]
    pub directory_user_id: DirectoryUserIdPolicy,
    /// What to do about the quick connects of a user who is deleted.
    #[builder(default)]
    pub quick_connects: QuickConnects,
    /// Whether the user must be neither deleted nor replaced.
    #[builder(default)]
    pub protect: bool,
}
