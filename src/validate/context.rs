//! What a rule may need to know besides the spec.

use bon::Builder;

use super::{Names, Overrides};
use crate::user::{AutoName, IdentityManagementType, Tags, UserState};

/// The most proficiencies that a user may have by default.
const DEFAULT_PROFICIENCY_LIMIT: usize = 10;

/// What a rule may need to know besides the spec.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// How the instance manages identities. While it is not known, only what holds for all three
    /// types is an error.
    pub identity_management: Option<IdentityManagementType>,
    /// The default tags of the provider, which lie under the spec's.
    #[builder(default)]
    pub default_tags: Tags,
    /// What a name is made from where the spec gives none.
    pub auto_name: Option<AutoName>,
    /// The severities that the host has changed.
    #[builder(default)]
    pub overrides: Overrides,
    /// How many proficiencies a user may have: 10, unless the account's quota was raised.
    #[builder(default = DEFAULT_PROFICIENCY_LIMIT)]
    pub proficiency_limit: usize,
    /// The user as it is; without one, or with one of another instance or name, the rules of creation
    /// hold.
    pub prior: Option<&'a UserState>,
    /// What names of profiles and groups stand for, and which ids there are. Without it, what a spec names
    /// rather than identifies is not known yet.
    pub names: Option<&'a dyn Names>,
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::builder().build()
    }
}
