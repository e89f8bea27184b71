//! Groups users that could not be read by cause.

use std::collections::BTreeMap;

use crate::{
    client::ClientError,
    user::{Code, Diagnostic, some_of, with_causes},
};

/// Returns one error for each cause: a cause, such as an instance that cannot be listed, may affect thousands of users.
pub(crate) fn failures<'a>(failed: impl Iterator<Item = (&'a str, &'a ClientError)>) -> Vec<Diagnostic> {
    let mut causes: BTreeMap<String, (&ClientError, Vec<&str>)> = BTreeMap::new();
    for (user, error) in failed {
        // Each call has another request id: ignore it when comparing, and show the first one.
        let (id, cause) = (error.request_id().unwrap_or_default(), with_causes(error));
        let key = if id.is_empty() { cause } else { cause.replace(id, "") };
        causes.entry(key).or_insert_with(|| (error, Vec::new())).1.push(user);
    }
    let told = |(error, users): (&ClientError, Vec<&str>)| {
        let message = format!("{} cannot be read: {}", some_of(users.into_iter()), with_causes(error));
        Diagnostic::new(Code::CALL_FAILED, message).with_help(error.help())
    };
    causes.into_values().map(told).collect()
}
