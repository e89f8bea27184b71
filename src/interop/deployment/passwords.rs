//! Fingerprints of passwords.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    diff::Action,
    engine::Fingerprints,
    fleet::{Entry, Event, FleetObserver, Notes, SavedFleetPlan},
    interop::program::Assignment,
    user::{Code, Diagnostic, Input, Secret, UserId, UserSpec, UserState},
};

/// Key of the note with the fingerprint of a password. The fingerprint shows whether a password has changed, but not
/// the password itself.
const FINGERPRINT: &str = "passwordFingerprint";

/// The passwords of a program. A slow fingerprint of each password is recorded with its user, so that a later run
/// recognises a changed password; the password itself is not recorded.
///
/// [`Deployment::apply`](super::Deployment::apply) records the fingerprints; a host that applies a saved plan uses
/// [`observer`](Self::observer) for that.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    fingerprints: Fingerprints,
    known: Mutex<HashMap<String, Password>>,
}

struct Password {
    /// The id of the user that exists already.
    old: Option<UserId>,
    /// The password that a new user gets.
    value: Secret,
}

impl Passwords {
    /// Returns an empty set of passwords. New fingerprints use the salt of the first recorded fingerprint in `entries`.
    pub fn like<'a>(mut entries: impl Iterator<Item = &'a Entry>) -> Self {
        let recorded = entries.find_map(|entry| entry.notes.get(FINGERPRINT));
        let fingerprints = Fingerprints::like(recorded.map(String::as_str));
        Self(Arc::new(Inner { fingerprints, known: Mutex::default() }))
    }

    /// Returns the passwords that a saved plan needs, by resource name, from values that are given as `NAME.password`.
    ///
    /// # Errors
    ///
    /// A diagnostic if the plan does not need a given value.
    pub fn needed(
        plan: &SavedFleetPlan,
        given: impl IntoIterator<Item = Assignment>,
    ) -> Result<BTreeMap<String, Secret>, Diagnostic> {
        let needed: BTreeMap<String, &str> =
            plan.needs_passwords().map(|name| (format!("{name}.password"), name)).collect();
        let passwords = given.into_iter().map(|given| match needed.get(&given.reference) {
            Some(name) => Ok(((*name).to_owned(), given.value)),
            None => {
                let message = format!("the plan has no use for `{}`", given.reference);
                let help = match needed.keys().next() {
                    Some(first) => format!("it needs passwords of new users, such as `{first}`"),
                    None => "leave it out: it needs no password".to_owned(),
                };
                Err(Diagnostic::new(Code::VALUE_NOT_NEEDED, message).with_help(help))
            }
        });
        passwords.collect()
    }

    /// Adds the password of a new user, such as one that a [saved plan](crate::fleet::SavedFleetPlan) creates.
    pub fn give(&self, name: impl Into<String>, value: Secret) {
        self.lock().insert(name.into(), Password { old: None, value });
    }

    /// Whether a password differs from the last applied password; `None` if no fingerprint of that is recorded, or the
    /// spec has no known password.
    pub(super) fn is_changed(&self, spec: &UserSpec, entry: Option<&Entry>) -> Option<bool> {
        let (recorded, password) = (entry?.notes.get(FINGERPRINT)?, password_of(spec)?);
        Some(!self.0.fingerprints.matches(recorded, password))
    }

    /// Adds the password of a user of the program, if it is to be recorded: a user that stays unchanged and has a
    /// recorded fingerprint needs no other.
    pub(super) fn add(
        &self,
        name: &str,
        spec: &UserSpec,
        actual: Option<&UserState>,
        entry: Option<&Entry>,
        action: Action,
    ) {
        let is_noted = entry.is_some_and(|entry| entry.notes.contains_key(FINGERPRINT));
        let Some(value) = password_of(spec).filter(|_| !is_noted || action != Action::None) else { return };
        let old = actual.map(|state| state.user_id.clone());
        self.lock().insert(name.to_owned(), Password { old, value: value.clone() });
    }

    /// The entries of users that have a password without a recorded fingerprint, such as after an import.
    pub(super) fn unnoted<'a>(&self, entries: &'a BTreeMap<String, Entry>) -> Vec<(&'a String, &'a Entry)> {
        let known = self.lock();
        let named = known.keys().filter_map(|name| entries.get_key_value(name));
        named.filter(|(_, entry)| entry.state.is_some() && !entry.notes.contains_key(FINGERPRINT)).collect()
    }

    /// Returns the notes to record with a user: the notes `before`, with the fingerprint of the password of the user.
    pub fn notes(&self, name: &str, state: Option<&UserState>, before: &Notes) -> Notes {
        let mut notes = before.clone();
        let known = self.lock();
        let Some(password) = known.get(name) else { return notes };
        let is_old = state.is_some_and(|state| password.old.as_ref() == Some(&state.user_id));
        // The slow hash is computed only if it is recorded.
        if !is_old || !notes.contains_key(FINGERPRINT) {
            self.write(&password.value, &mut notes);
        }
        notes
    }

    /// Returns an observer that records the fingerprints, and otherwise does what `observer` does.
    pub fn observer<'o>(&'o self, observer: &'o dyn FleetObserver) -> impl FleetObserver + 'o {
        Noting { passwords: self, observer }
    }

    /// Adds the fingerprint of a password that the user has already, such as that of an adopted user.
    pub(in crate::interop) fn note(&self, spec: &UserSpec, notes: &mut Notes) {
        if let Some(password) = password_of(spec) {
            self.write(password, notes);
        }
    }

    fn write(&self, password: &Secret, notes: &mut Notes) {
        match self.0.fingerprints.of(password) {
            Some(fingerprint) => drop(notes.insert(FINGERPRINT.to_owned(), fingerprint)),
            None => drop(notes.remove(FINGERPRINT)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Password>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Noting<'o> {
    passwords: &'o Passwords,
    observer: &'o dyn FleetObserver,
}

impl FleetObserver for Noting<'_> {
    fn event(&self, event: &Event) {
        self.observer.event(event);
    }

    fn notes(&self, name: &str, state: Option<&UserState>, before: &Notes) -> Notes {
        self.passwords.notes(name, state, &self.observer.notes(name, state, before))
    }
}

fn password_of(spec: &UserSpec) -> Option<&Secret> {
    spec.password.as_ref().and_then(Input::known)
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("known", &self.lock().len()).finish_non_exhaustive()
    }
}
