//! What a refresh has to say.

use std::collections::{BTreeMap, BTreeSet};

use super::refreshed::Refreshed;
use crate::{
    client::ClientError,
    user::{Code, Diagnostic, with_causes},
};

/// So many users are named by a failure that they share.
const NAMED: usize = 5;

impl Refreshed {
    /// The users that could not be read, as an error for each cause: one cause, such as an instance that cannot be
    /// listed, may concern thousands of users.
    pub fn failures(&self) -> Vec<Diagnostic> {
        let mut causes: BTreeMap<String, (&ClientError, Vec<&str>)> = BTreeMap::new();
        for (name, error) in &self.failed {
            // Each call has another request id: the first one stands for all.
            let (id, cause) = (error.request_id().unwrap_or_default(), with_causes(error));
            let key = if id.is_empty() { cause } else { cause.replace(id, "") };
            causes.entry(key).or_insert_with(|| (error, Vec::new())).1.push(name);
        }
        let told = |(error, names): (&ClientError, Vec<&str>)| {
            let named: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
            let more = match names.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!("{}{more} cannot be read: {}", named.join(", "), with_causes(error));
            Diagnostic::new(Code::CALL_FAILED, message).with_help(error.help())
        };
        causes.into_values().map(told).collect()
    }

    /// What was not checked, unless a [failure](Self::failures) tells the same cause, and what differs from the record.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let causes: BTreeSet<String> = self.failed.values().map(ToString::to_string).collect();
        let is_news =
            |found: &&Diagnostic| !causes.iter().any(|cause| found.message.contains(cause.as_str()));
        let unchecked = self.unchecked.iter().filter(is_news).cloned();
        unchecked.chain(self.findings.iter().map(|finding| finding.diagnostic())).collect()
    }
}
