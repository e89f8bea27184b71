//! The context of a validation.

use std::sync::Arc;

use bon::Builder;

use super::{names::Names, overrides::Overrides};
use crate::user::{AutoName, IdentityManagementType, Settings, Tags, UserState};

/// The quota of an account whose quota was not raised.
const DEFAULT_PROFICIENCY_LIMIT: usize = 10;

/// The context of a validation: what rules need to know in addition to the spec.
///
/// ```
/// use connect_user::{user::{IdentityManagementType, Settings}, validate::Context};
///
/// let settings = Settings::builder().identity_management(IdentityManagementType::Saml).build();
/// let context = Context::builder().settings(settings.clone()).build();
/// assert_eq!(*context.settings, settings);
/// ```
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The settings; give the same value to planning. While the identity management type is not known, only violations
    /// of rules that apply to all three types are errors. Default: [`Settings::default`].
    #[builder(field)]
    pub settings: Arc<Settings>,
    /// How to generate a user name if the spec has none. Default: none; a missing name is an error.
    pub auto_name: Option<AutoName>,
    /// Rules whose severity the host changes. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// Maximum number of proficiencies of a user. Default: 10, the quota of an account whose quota was not raised.
    #[builder(default = DEFAULT_PROFICIENCY_LIMIT)]
    pub proficiency_limit: usize,
    /// The prior state. If there is none, its instance or name differs, or a password that has changed replaces the user
    /// ([`Settings::password`], [`Settings::password_changed`]), the rules for new users apply. Default: none.
    pub prior: Option<&'a UserState>,
    /// Whether the user exists although there is no `prior`, as for an import: the rules for new users do not apply.
    /// Default: no.
    #[builder(default)]
    pub exists: bool,
    /// Resolves names of profiles and groups to ids, and knows which ids exist; see [`Names`]. Default: none; a name
    /// counts as unknown.
    pub names: Option<&'a dyn Names>,
}

impl<S: context_builder::State> ContextBuilder<'_, S> {
    /// Sets the settings, replacing those that were set before.
    pub fn settings(mut self, settings: impl Into<Arc<Settings>>) -> Self {
        self.settings = settings.into();
        self
    }

    /// Sets [`Settings::identity_management`].
    pub fn identity_management(self, kind: IdentityManagementType) -> Self {
        self.maybe_identity_management(Some(kind))
    }

    /// Sets [`Settings::identity_management`], if it is known.
    pub fn maybe_identity_management(mut self, kind: Option<IdentityManagementType>) -> Self {
        Arc::make_mut(&mut self.settings).identity_management = kind;
        self
    }

    /// Sets [`Settings::default_tags`].
    pub fn default_tags(mut self, tags: Tags) -> Self {
        Arc::make_mut(&mut self.settings).default_tags = tags;
        self
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::builder().build()
    }
}
