//! Risks of a step.

use serde::Serialize;

/// A risk of a step, which a reviewer should check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Risk {
    /// A person with access to the new e-mail address can reset the password and take over the account.
    AccountTakeover,
    /// The user gets a security profile, which may let them administer the instance.
    PrivilegeGrant,
    /// A deleted user cannot be restored.
    IrreversibleDeletion,
    /// The new user has another id, and only the properties that the spec sets: history and manual settings stay with
    /// the old user.
    Replacement,
    /// Until the next step, every channel has the phone block's after contact work.
    Flattening,
    /// The service has settings that this version does not know and that the call may reset.
    LosesUnrecognised,
    /// Quick connects that lead to the user are not deleted, and then lead nowhere.
    QuickConnectsLeftBehind,
    /// The user is signed out everywhere, also in the middle of a contact.
    EndsSessions,
}

impl Risk {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccountTakeover => "account-takeover",
            Self::PrivilegeGrant => "privilege-grant",
            Self::IrreversibleDeletion => "irreversible-deletion",
            Self::Replacement => "replacement",
            Self::Flattening => "flattening",
            Self::LosesUnrecognised => "loses-unrecognised",
            Self::QuickConnectsLeftBehind => "quick-connects-left-behind",
            Self::EndsSessions => "ends-sessions",
        }
    }

    /// Returns a short explanation.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::AccountTakeover => "a person who reads the mail of the new address can reset the password",
            Self::PrivilegeGrant => "grants a security profile",
            Self::IrreversibleDeletion => "a deleted user cannot be brought back",
            Self::Replacement => "the new user has another id, and only the properties that the spec sets",
            Self::Flattening => "for a moment every channel has the same after contact work",
            Self::LosesUnrecognised => {
                "the service has settings here that this version does not know and may lose"
            }
            Self::QuickConnectsLeftBehind => "quick connects that lead to the user stay behind",
            Self::EndsSessions => "signs the user out everywhere, also in the middle of a contact",
        }
    }
}
