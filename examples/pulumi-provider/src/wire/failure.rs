//! What went wrong, as Pulumi's engine takes it.

use connect_user::user::Diagnostic;
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::protocol::{ErrorResourceInitFailed, ErrorStatus};

/// A call that did nothing.
pub fn refused(reason: impl Into<String>) -> Status {
    Status::new(Code::FailedPrecondition, reason)
}

/// What the engine calls the detail of an error.
const INIT_FAILED: &str = "type.googleapis.com/pulumirpc.ErrorResourceInitFailed";

/// A call that did something of what it was to do, or of which nobody knows: the engine stores the user as it is.
pub fn partial(failed: &ErrorResourceInitFailed) -> Status {
    let message = failed.reasons.join("; ");
    let detail = Any { type_url: INIT_FAILED.to_owned(), value: failed.encode_to_vec() };
    let status = ErrorStatus { code: Code::Unknown.into(), message: message.clone(), details: vec![detail] };
    Status::with_details(Code::Unknown, message, status.encode_to_vec().into())
}

/// A diagnostic as a sentence, with the way out behind it.
pub fn text(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.to_string(),
    }
}
