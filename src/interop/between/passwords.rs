//! The first passwords of users that a copy creates.

use std::{collections::BTreeMap, fmt};

use super::error::BetweenError;
use crate::user::{Secret, password_mistakes};

/// The first passwords of users that a copy creates in an instance that manages identities with `CONNECT_MANAGED`,
/// where each new user needs a password. No API reads the passwords of the source.
///
/// Default: no passwords; a copy that would create such users is refused.
#[derive(Clone, Default)]
pub struct FirstPasswords {
    own: BTreeMap<String, Secret>,
    shared: Option<Secret>,
    is_made: bool,
}

impl FirstPasswords {
    /// Gives each user its own password, by user name.
    pub fn of_users(own: BTreeMap<String, Secret>) -> Self {
        Self { own, ..Self::default() }
    }

    /// Gives all new users the same password. A person that knows it can sign in as any user that has not signed in yet.
    pub fn shared(password: Secret) -> Self {
        Self { shared: Some(password), ..Self::default() }
    }

    /// Makes a random password for each new user that has no password yet. They are in
    /// [`CopyPlan::made_passwords`](super::CopyPlan::made_passwords).
    #[must_use]
    pub fn made(self) -> Self {
        Self { is_made: true, ..self }
    }

    /// Whether no user gets a password.
    pub(super) fn is_none(&self) -> bool {
        self.own.is_empty() && self.shared.is_none() && !self.is_made
    }

    /// The password of a user, and whether this call made it.
    pub(super) fn of(&self, user: &str) -> Result<Option<(Secret, bool)>, BetweenError> {
        match self.own.get(user).or(self.shared.as_ref()) {
            Some(given) => Ok(Some((given.clone(), false))),
            None if self.is_made => Ok(Some((make()?, true))),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for FirstPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { own, shared, is_made } = self;
        let mut shown = f.debug_struct("FirstPasswords");
        shown.field("own", &own.len()).field("shared", shared).field("is_made", is_made).finish()
    }
}

/// The characters of passwords: letters and digits that are not easily confused with others.
const CHARACTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Length of a password: 16 characters of 57 have 93 bits.
const LENGTH: usize = 16;

/// Makes a random password that the service accepts.
fn make() -> Result<Secret, BetweenError> {
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut byte = [0];
            getrandom::fill(&mut byte).map_err(|error| BetweenError::Random(error.to_string()))?;
            let [byte] = byte.map(usize::from);
            // Each character is as likely as another.
            if byte < 256 - 256 % CHARACTERS.len()
                && let Some(character) = CHARACTERS.get(byte % CHARACTERS.len())
            {
                text.push(char::from(*character));
            }
        }
        let password = Secret::new(text);
        if password_mistakes(&password).next().is_none() {
            return Ok(password);
        }
    }
}
