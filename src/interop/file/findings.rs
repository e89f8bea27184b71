//! The first diagnostics of many.

use std::{cmp::Reverse, collections::BTreeMap};

use super::users::{FileDiagnostic, FileUser, UserFile};
use crate::user::Code;

/// Diagnostics of a file, of which only the first are kept: a file may have one in each of a million lines. Where there
/// are more, errors go before warnings, and those before notes.
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
    /// None yet, of which at most so many are kept.
    pub const fn new(most: usize) -> Self {
        Self { most, kept: Vec::new(), counts: BTreeMap::new(), is_valid: true, has_summary: false }
    }

    /// Adds one.
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

    /// Adds the [mistakes](FileUser::mistakes) of a user. What all users of an answer of `list-users` lack is added once.
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

    /// Those that are kept, in the order in which they were found; if there are [more](Self::more), the worst first.
    pub fn kept(&self) -> &[FileDiagnostic] {
        &self.kept
    }

    /// The number of those that are not kept.
    pub fn more(&self) -> usize {
        self.count() - self.kept.len()
    }

    /// How many there are of each code, kept or not; the most frequent come first.
    pub fn totals(&self) -> Vec<(Code, usize)> {
        let mut totals: Vec<(Code, usize)> =
            self.counts.iter().map(|(code, count)| (*code, *count)).collect();
        totals.sort_by_key(|(_, count)| Reverse(*count));
        totals
    }

    fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether none is an error, kept or not.
    pub const fn is_valid(&self) -> bool {
        self.is_valid
    }
}

impl UserFile {
    /// What is wrong with users as they are: properties that are missing, unknown, or of the wrong form. The rules of
    /// [`validate`](mod@crate::validate) are not checked.
    pub fn mistakes(&self) -> Vec<FileDiagnostic> {
        let mut found = Findings::new(usize::MAX);
        self.users.iter().for_each(|user| found.add_mistakes(user));
        found.kept
    }
}

impl From<Vec<FileDiagnostic>> for Findings {
    /// All of them are kept.
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
