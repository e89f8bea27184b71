//! How many users a run may delete.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::user::{Code, Diagnostic, Spelling, UserId};

/// How many users a run may delete or replace: share one among the resources of a run, as those of several Regions.
///
/// A plan with more of them fails, and so does a deletion that nobody has planned. What counts once is counted once.
#[derive(Clone, Debug)]
pub struct DeletionLimit {
    most: usize,
    counted: Arc<Mutex<BTreeSet<UserId>>>,
}

impl DeletionLimit {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self { most, counted: Arc::default() }
    }

    /// Counts a user that is to be deleted or replaced; each one too many is refused.
    pub(super) fn count(&self, user: &UserId, spelling: Spelling) -> Option<Diagnostic> {
        if self.fits(user) {
            return None;
        }
        let (user, setting, most) = (user.bare(), spelling.name("maxDeletes"), self.most);
        let message = format!(
            "the user `{user}` would be deleted or replaced, one more than `{setting}` allows; the limit is {most}"
        );
        let help = format!("raise `{setting}` in the provider's configuration if this deletion is meant");
        Some(Diagnostic::new(Code::TOO_MANY_DELETIONS, message).with_help(help))
    }

    fn fits(&self, user: &UserId) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let user = user.to_bare();
        let fits = counted.len() < self.most || counted.contains(&user);
        if fits {
            counted.insert(user);
        }
        fits
    }
}
