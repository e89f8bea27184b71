//! What a rule may need to know besides the spec.

use bon::Builder;

use super::{names::Names, overrides::Overrides};
use crate::user::{AutoName, IdentityManagementType, Settings, Tags, UserState};

/// The most proficiencies that a user may have by default.
const DEFAULT_PROFICIENCY_LIMIT: usize = 10;

/// What a rule may need to know besides the spec.
///
/// ```
/// use connect_user::{user::{IdentityManagementType, Settings}, validate::Context};
///
/// let settings = Settings::builder().identity_management(IdentityManagementType::Saml).build();
/// let context = Context::builder().settings(settings.clone()).build();
/// assert_eq!(context.settings, settings);
/// ```
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// What the host has decided: the same value that comparison and planning take. While the identity
    /// management type is not known in it, only what holds for all three types is an error.
    #[builder(field)]
    pub settings: Settings,
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
    /// Whether the user exists although there is no `prior`, as one that is imported does: the rules of creation
    /// do not hold. Default: no.
    #[builder(default)]
    pub exists: bool,
    /// What names of profiles and groups stand for, and which ids there are. Without it, what a spec names
    /// rather than identifies is not known yet.
    pub names: Option<&'a dyn Names>,
}

impl<S: context_builder::State> ContextBuilder<'_, S> {
    /// What the host has decided; it replaces what was set of it before.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets [`Settings::identity_management`].
    pub fn identity_management(self, kind: IdentityManagementType) -> Self {
        self.maybe_identity_management(Some(kind))
    }

    /// Sets [`Settings::identity_management`], where it is known.
    pub fn maybe_identity_management(mut self, kind: Option<IdentityManagementType>) -> Self {
        self.settings.identity_management = kind;
        self
    }

    /// Sets [`Settings::default_tags`].
    pub fn default_tags(mut self, tags: Tags) -> Self {
        self.settings.default_tags = tags;
        self
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::builder().build()
    }
}
