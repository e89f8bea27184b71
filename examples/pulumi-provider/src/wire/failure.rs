//! Errors, in the form that Pulumi's engine expects.

use connect_user::user::Diagnostic;
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::protocol::{ErrorResourceInitFailed, ErrorStatus};

/// The error of a call that did nothing.
pub fn refused(reason: impl Into<String>) -> Status {
    Status::new(Code::FailedPrecondition, reason)
}

/// The type name of the detail of an error.
const INIT_FAILED: &str = "type.googleapis.com/pulumirpc.ErrorResourceInitFailed";

/// The error of a call that was done partially, or whose outcome is unknown: the engine stores the actual user.
pub fn partial(failed: &ErrorResourceInitFailed) -> Status {
    let message = failed.reasons.join("; ");
    let detail = Any { type_url: INIT_FAILED.to_owned(), value: failed.encode_to_vec() };
    let status = ErrorStatus { code: Code::Unknown.into(), message: message.clone(), details: vec![detail] };
    Status::with_details(Code::Unknown, message, status.encode_to_vec().into())
}

/// A diagnostic as a sentence, followed by its help.
pub fn text(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.to_string(),
    }
}
