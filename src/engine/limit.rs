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
    pub(super) fn plan(&self, user: &UserId, spelling: Spelling) -> Option<Diagnostic> {
        if self.fits(user) {
            return None;
        }
        let (setting, most) = (spelling.name("maxDeletes"), self.most);
        let message = format!(
            "more users would be deleted or replaced than `{setting}` allows: must be at most {most}"
        );
        let help = format!("raise `{setting}` in the provider's configuration if these deletions are meant");
        Some(Diagnostic::new(Code::TOO_MANY_DELETIONS, message).with_help(help))
    }

    /// Counts a user that is about to be deleted: none too many is.
    pub(super) fn delete(&self, user: &UserId, spelling: Spelling) -> Result<(), Diagnostic> {
        if self.fits(user) {
            return Ok(());
        }
        let (setting, most) = (spelling.name("maxDeletes"), self.most);
        let message =
            format!("the user `{user}` is kept: `{setting}` is {most}, and so many are deleted in this run");
        let help = format!("raise `{setting}` in the provider's configuration if this deletion is meant");
        Err(Diagnostic::new(Code::TOO_MANY_DELETIONS, message).with_help(help))
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
