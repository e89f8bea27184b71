//! The plan of a copy, and what is remembered of it.

use std::collections::{BTreeMap, HashMap};

use super::translate::MissingName;
use crate::{
    client::ClientError,
    fleet::{Entry, FleetPreview},
    interop::deployment::Passwords,
    read::Directory,
    user::{Diagnostic, Property, PropertySet, Secret, UserId, UserState},
};

/// The plan of a copy: what it creates and updates in the target, and everything that stands in its way.
///
/// [`Session::apply`](crate::fleet::Session::apply) carries the [`preview`](Self::preview) out, where the plan
/// [is valid](Self::is_valid), with [`AllKnown`](crate::fleet::AllKnown) and an observer whose notes are
/// [those of the plan](Self::notes).
#[derive(Debug)]
#[non_exhaustive]
pub struct CopyPlan {
    /// The preview of the users that are created or updated. The resource name of a new user is its user name.
    pub preview: FleetPreview,
    /// The names that the target lacks. Users who have one are not in the preview.
    pub missing: Vec<MissingName>,
    /// What is wrong with the copy or a user, and what there is to say of them; the subject is the user name.
    pub diagnostics: Vec<Diagnostic>,
    /// The users whom the target has already, and who stay as they are.
    pub existing: Vec<String>,
    /// The users who could not be read, in the source or in the target, with the errors: they are not in the preview.
    pub failed: Vec<(UserId, ClientError)>,
    pub(super) target: Directory,
    pub(super) passwords: Passwords,
    pub(super) made: BTreeMap<String, Secret>,
    /// What is managed of each user once it is copied, by resource name.
    pub(super) managed: HashMap<String, PropertySet>,
}

/// The note of a user whose copying has begun and has not ended.
const COPYING: &str = "copying";

impl CopyPlan {
    /// Whether the plan can be carried out: no name is missing, and nothing is an error.
    pub fn is_valid(&self) -> bool {
        self.missing.is_empty() && !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The passwords that were made for new users, by user name. Hand them out, or keep them safe, before the plan is
    /// carried out: nobody can read them afterwards.
    pub const fn made_passwords(&self) -> &BTreeMap<String, Secret> {
        &self.made
    }

    /// The name of the profile or group of the target that a property refers to by its id: for
    /// [`PreviewText::with_names`](crate::diff::PreviewText::with_names).
    pub fn name_of(&self, property: Property, id: &str) -> Option<String> {
        self.target.name_of(property, id)
    }

    /// What to remember with a user, for [`FleetObserver::notes`](crate::fleet::FleetObserver::notes): the fingerprint of
    /// its password, and whether its copying has ended, so that the next copy finishes it.
    pub fn notes(
        &self,
        name: &str,
        state: Option<&UserState>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut notes = self.passwords.notes(name, state, before);
        let Some(managed) = self.managed.get(name) else { return notes };
        let is_whole = |state: &UserState| {
            !state.record.in_progress && managed.difference(state.record.managed).is_empty()
        };
        match state.is_some_and(is_whole) {
            true => drop(notes.remove(COPYING)),
            false => drop(notes.insert(COPYING.to_owned(), true.to_string())),
        }
        notes
    }
}

/// Whether the copying of a recorded user has begun and has not ended.
pub(super) fn is_unfinished(entry: &Entry) -> bool {
    let is_left = |state: &UserState| state.record.in_progress || !state.record.unfinished.is_empty();
    entry.notes.contains_key(COPYING) || entry.state.as_deref().is_some_and(is_left)
}
