//! Keeps the first diagnostics of many.

use std::{cmp::Reverse, collections::BTreeMap};

use super::users::{FileDiagnostic, FileUser, UserFile};
use crate::user::Code;

/// The first diagnostics of a file; the others are only counted, because a file may have one in each of a million
/// lines. If there are more than are kept, errors are kept before warnings, and warnings before notes.
///
/// ```
/// use connect_user::{interop::file::{FileDiagnostic, Findings}, user::{Code, Diagnostic, Severity}};
///
/// let error = FileDiagnostic::new(Diagnostic::new(Code::MISSING_REQUIRED, "`name` is required"), None);
/// let diagnostic = error.diagnostic.clone().with_severity(Severity::Warning);
/// let mut found = Findings::new(2);
/// found.extend(vec![FileDiagnostic::new(diagnostic, None); 1_000]);
/// assert!(found.is_valid());
/// found.add(error.clone());
/// assert!(!found.is_valid() && found.kept()[0] == error);
/// assert_eq!((found.kept().len(), found.more()), (2, 999));
/// assert_eq!(found.totals(), [(Code::MISSING_REQUIRED, 1_001)]);
/// ```
#[derive(Clone, Debug)]
pub struct Findings {
    most: usize,
    kept: Vec<FileDiagnostic>,
    counts: BTreeMap<Code, usize>,
    is_valid: bool,
    has_summary: bool,
}

impl Findings {
    /// Returns an empty collection that keeps at most `most` diagnostics.
    pub const fn new(most: usize) -> Self {
        Self { most, kept: Vec::new(), counts: BTreeMap::new(), is_valid: true, has_summary: false }
    }

    /// Adds a diagnostic.
    pub fn add(&mut self, found: FileDiagnostic) {
        *self.counts.entry(found.diagnostic.code).or_default() += 1;
        self.is_valid &= !found.diagnostic.is_error();
        if self.kept.len() < self.most {
            return self.kept.push(found);
        }
        if self.count() == self.most + 1 {
            self.kept.sort_by_key(|found| found.diagnostic.severity);
        }
        let severity = found.diagnostic.severity;
        let place = self.kept.partition_point(|kept| kept.diagnostic.severity <= severity);
        if place < self.most {
            self.kept.insert(place, found);
            self.kept.truncate(self.most);
        }
    }

    /// Adds the [mistakes](FileUser::mistakes) of a user. The diagnostic about properties that all users of an answer
    /// of `list-users` lack is added once.
    pub fn add_mistakes(&mut self, user: &FileUser) {
        for found in user.mistakes() {
            let is_told = user.is_summary
                && found.diagnostic.subject.is_none()
                && std::mem::replace(&mut self.has_summary, true);
            if !is_told {
                self.add(found);
            }
        }
    }

    /// Returns the kept diagnostics, in the order in which they were found; if there are [more](Self::more), the most
    /// severe first.
    pub fn kept(&self) -> &[FileDiagnostic] {
        &self.kept
    }

    /// Returns the number of diagnostics that are not kept.
    pub fn more(&self) -> usize {
        self.count() - self.kept.len()
    }

    /// Returns the number of diagnostics of each code, kept or not; the most frequent codes come first.
    pub fn totals(&self) -> Vec<(Code, usize)> {
        let mut totals: Vec<(Code, usize)> =
            self.counts.iter().map(|(code, count)| (*code, *count)).collect();
        totals.sort_by_key(|(_, count)| Reverse(*count));
        totals
    }

    fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether no diagnostic is an error, kept or not.
    pub const fn is_valid(&self) -> bool {
        self.is_valid
    }
}

impl UserFile {
    /// Returns the mistakes in the inputs of users: properties that are missing, unknown, or of the wrong type. The
    /// rules of [`validate`](mod@crate::validate) are not checked.
    pub fn mistakes(&self) -> Vec<FileDiagnostic> {
        let mut found = Findings::new(usize::MAX);
        self.users.iter().for_each(|user| found.add_mistakes(user));
        found.kept
    }
}

impl From<Vec<FileDiagnostic>> for Findings {
    /// Keeps all diagnostics.
    fn from(found: Vec<FileDiagnostic>) -> Self {
        let mut all = Self::new(usize::MAX);
        all.extend(found);
        all
    }
}

impl Extend<FileDiagnostic> for Findings {
    fn extend<I: IntoIterator<Item = FileDiagnostic>>(&mut self, found: I) {
        found.into_iter().for_each(|found| self.add(found));
    }
}
