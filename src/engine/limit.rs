//! The limit on the users that a run may delete.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::user::{Code, Diagnostic, Spelling, UserId};

/// A limit on the users that a run may delete or replace. Share one limit among the resources of a run, for example
/// those of several Regions.
///
/// A plan that exceeds the limit fails, and so does a deletion that was not planned and exceeds it. Each user counts
/// once.
#[derive(Clone, Debug)]
pub struct DeletionLimit {
    most: usize,
    /// The provider's setting that gives the limit.
    setting: Option<&'static str>,
    counted: Arc<Mutex<BTreeSet<UserId>>>,
}

impl DeletionLimit {
    /// Creates a limit of at most this number of users.
    pub fn new(most: usize) -> Self {
        Self { most, setting: None, counted: Arc::default() }
    }

    /// Returns the limit with the provider's setting that gives it, for messages.
    #[cfg(all(feature = "aws", feature = "tokio"))]
    pub(super) fn of_setting(self, setting: &'static str) -> Self {
        Self { setting: Some(setting), ..self }
    }

    /// Counts a user that is to be deleted or replaced. Returns an error if the user exceeds the limit.
    pub(super) fn count(&self, user: &UserId, spelling: Spelling) -> Option<Diagnostic> {
        if self.fits(user) {
            return None;
        }
        let (user, most) = (user.bare(), self.most);
        let setting = self.setting.map(|setting| spelling.name(setting));
        let allows = setting.as_ref().map_or_else(|| "is allowed".into(), |name| format!("`{name}` allows"));
        let message = format!(
            "the user `{user}` would be deleted or replaced, one more than {allows}; the limit is {most}"
        );
        let help = match setting {
            Some(name) => format!("raise `{name}` in the provider's configuration if this deletion is meant"),
            None => "raise the limit if this deletion is meant".to_owned(),
        };
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
