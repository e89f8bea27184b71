//! The diagnostics of a refresh.

use std::collections::BTreeSet;

use super::refreshed::Refreshed;
use crate::{read::failures, user::Diagnostic};

impl Refreshed {
    /// The reasons why users could not be read: an error for each cause.
    pub fn failures(&self) -> Vec<Diagnostic> {
        failures(self.failed.iter().map(|(name, error)| (name.as_str(), error)))
    }

    /// What was not checked, unless a [failure](Self::failures) has the same cause, and what differs from the record.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let causes: BTreeSet<String> = self.failed.values().map(ToString::to_string).collect();
        let is_news =
            |found: &&Diagnostic| !causes.iter().any(|cause| found.message.contains(cause.as_str()));
        let unchecked = self.unchecked.iter().filter(is_news).cloned();
        unchecked.chain(self.findings.iter().map(|finding| finding.diagnostic())).collect()
    }
}
