//! The first passwords of users that a copy creates.

use std::{collections::BTreeMap, fmt};

use super::error::BetweenError;
use crate::user::{Secret, password_mistakes};

/// The first passwords of users that a copy creates in an instance that manages identities with `CONNECT_MANAGED`, where
/// each new user needs one. No API reads the passwords of the source.
///
/// Default: nobody gets one, and a copy that would create such users is refused.
#[derive(Clone, Default)]
pub struct FirstPasswords {
    own: BTreeMap<String, Secret>,
    shared: Option<Secret>,
    is_made: bool,
}

impl FirstPasswords {
    /// A password for each user, by user name.
    pub fn of_users(own: BTreeMap<String, Secret>) -> Self {
        Self { own, ..Self::default() }
    }

    /// One password for all. Whoever knows it can sign in as anybody who has not signed in yet.
    pub fn shared(password: Secret) -> Self {
        Self { shared: Some(password), ..Self::default() }
    }

    /// Makes a random password for each user who has none otherwise. [`CopyPlan::made_passwords`](super::CopyPlan::made_passwords)
    /// hands them out.
    #[must_use]
    pub fn made(self) -> Self {
        Self { is_made: true, ..self }
    }

    /// Whether nobody gets one.
    pub(super) fn is_none(&self) -> bool {
        self.own.is_empty() && self.shared.is_none() && !self.is_made
    }

    /// The password of a user, and whether it was made just now.
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

/// What passwords are made of: letters and digits that nobody mistakes for others.
const CHARACTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// 16 characters of 57 are 93 bits.
const LENGTH: usize = 16;

/// A random password that the service takes.
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
