//! Generated user names.

use unicode_normalization::UnicodeNormalization;

use super::IdentityManagementType;

/// How to generate a user name if the spec has none, like Pulumi's auto-naming but within the bounds of the service.
///
/// The host provides the random suffix: the crate has no randomness. The name is generated once; a recorded state keeps
/// it, even if the suffix changes later.
///
/// ```
/// use connect_user::user::{AutoName, IdentityManagementType};
///
/// let name = AutoName::new("Frontdesk agent №1", "a1b2c3d");
/// assert_eq!(name.generate(None), "Frontdesk-ag-a1b2c3d");
/// assert_eq!(name.generate(Some(IdentityManagementType::Saml)), "Frontdesk-agent-No1-a1b2c3d");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoName {
    logical_name: String,
    suffix: String,
}

impl AutoName {
    /// Generates names from the resource name and a suffix.
    pub fn new(logical_name: impl Into<String>, suffix: impl Into<String>) -> Self {
        Self { logical_name: logical_name.into(), suffix: suffix.into() }
    }

    /// Returns the generated name: at most 20 characters, or 64 with `SAML`, all of them of `[a-zA-Z0-9_.-]`. If the
    /// type is not known, the limit is 20.
    pub fn generate(&self, identity_management: Option<IdentityManagementType>) -> String {
        let most = max_recommended_name(identity_management);
        let suffix: String = sanitise(&self.suffix).chars().take(most / 2).collect();
        let separator = usize::from(!suffix.is_empty());
        let base: String =
            sanitise(&self.logical_name).chars().take(most - suffix.len() - separator).collect();
        match (base.trim_end_matches('-'), suffix.as_str()) {
            ("", "") => "user".to_owned(),
            (base, "") => base.to_owned(),
            ("", suffix) => format!("user-{suffix}"),
            (base, suffix) => format!("{base}-{suffix}"),
        }
    }
}

/// Returns the maximum length of a name without a warning.
pub(crate) fn max_recommended_name(identity_management: Option<IdentityManagementType>) -> usize {
    match identity_management {
        Some(IdentityManagementType::Saml) => 64,
        _ => 20,
    }
}

/// Returns the text with only allowed characters: others are decomposed, or replaced by `-`.
fn sanitise(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        let c = if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
        if !(c == '-' && (name.is_empty() || name.ends_with('-'))) {
            name.push(c);
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    name
}
