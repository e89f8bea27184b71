//! The plan of a copy, and the notes that are recorded with it.

use std::{
    collections::{BTreeMap, HashMap},
    mem::take,
};

use super::translate::MissingName;
use crate::{
    client::ClientError,
    diff::diff,
    fleet::{
        AllKnown, COPYING, Entry, Event, FleetObserver, FleetOptions, FleetOutcome, FleetPreview,
        FleetRefused, Notes, Session,
    },
    interop::deployment::Passwords,
    read::Directory,
    user::{DesiredUser, Diagnostic, Property, Record, Secret, UserId, UserState},
};

/// The plan of a copy: the users that it creates and updates in the target, and everything that prevents the copy.
///
/// Show it, hand out the [passwords](Self::made_passwords) that were made, and [apply](Self::apply) it.
#[derive(Debug)]
#[non_exhaustive]
pub struct CopyPlan {
    /// The preview of the users that are created or updated. The resource name of a new user is its user name.
    pub preview: FleetPreview,
    /// The names that the target lacks. Users that refer to such a name are not in the preview.
    pub missing: Vec<MissingName>,
    /// Errors, warnings and notes about the copy or a user; the subject of a diagnostic about a user is the user name.
    pub diagnostics: Vec<Diagnostic>,
    /// User names that the target has already; these users stay unchanged.
    pub existing: Vec<String>,
    /// The users that could not be read, in the source or in the target, with the errors: they are not in the preview.
    pub failed: Vec<(UserId, ClientError)>,
    pub(super) target: Directory,
    pub(super) passwords: Passwords,
    pub(super) made: BTreeMap<String, Secret>,
    /// The desired users, by resource name.
    pub(super) desired: HashMap<String, DesiredUser>,
}

impl CopyPlan {
    /// Whether the plan can be applied: no name is missing, no diagnostic is an error, and the preview is not refused.
    pub fn is_valid(&self) -> bool {
        let mut found = self.diagnostics.iter().chain(self.preview.reasons());
        self.missing.is_empty() && !found.any(Diagnostic::is_error)
    }

    /// The passwords that were made for new users, by user name. Hand them out, or keep them safe, before the plan is
    /// applied: they cannot be read afterwards.
    pub const fn made_passwords(&self) -> &BTreeMap<String, Secret> {
        &self.made
    }

    /// Returns the name of the profile or group of the target with this id, as
    /// [`PreviewText::with_names`](crate::diff::PreviewText::with_names) needs it.
    pub fn name_of(&self, property: Property, id: &str) -> Option<String> {
        self.target.name_of(property, id)
    }

    /// Applies the plan. The apply may be stopped at any moment, as [`apply`](crate::fleet::apply()) says: the next
    /// copy finishes it.
    ///
    /// # Errors
    ///
    /// [`FleetRefused`] if the plan is not [valid](Self::is_valid); nothing is done then. Every other failure is in the
    /// outcome.
    pub async fn apply(
        &mut self,
        session: &mut Session<'_>,
        options: &FleetOptions<'_>,
    ) -> Result<FleetOutcome, FleetRefused> {
        let mut preview = take(&mut self.preview);
        let errors = self.diagnostics.iter().filter(|found| found.is_error()).cloned();
        self.missing
            .iter()
            .map(MissingName::diagnostic)
            .chain(errors)
            .for_each(|reason| preview.refuse(reason));
        let passwords = self.passwords.observer(options.observer);
        let noting = Noting { desired: &self.desired, observer: &passwords };
        let options = FleetOptions { observer: &noting, ..options.clone() };
        session.apply(preview, &mut AllKnown, &options).await
    }
}

/// Records with each user whether its copy is finished.
struct Noting<'a> {
    desired: &'a HashMap<String, DesiredUser>,
    observer: &'a dyn FleetObserver,
}

impl FleetObserver for Noting<'_> {
    fn event(&self, event: &Event) {
        self.observer.event(event);
    }

    fn notes(&self, name: &str, state: Option<&UserState>, before: &Notes) -> Notes {
        let mut notes = self.observer.notes(name, state, before);
        let Some(desired) = self.desired.get(name) else { return notes };
        let is_whole = |state: &UserState| {
            let Record { in_progress, unfinished, .. } = &state.record;
            !in_progress
                && unfinished.is_empty()
                && diff(desired.spec(), Some(state), desired.settings()).is_empty()
        };
        match state.is_some_and(is_whole) {
            true => drop(notes.remove(COPYING)),
            false => drop(notes.insert(COPYING.to_owned(), true.to_string())),
        }
        notes
    }
}

/// Whether the copy of a recorded user was begun and is not finished. Any other apply that writes the user ends the
/// copy.
pub(super) fn is_unfinished(entry: &Entry) -> bool {
    entry.notes.contains_key(COPYING)
}
