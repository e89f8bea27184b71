//! Injected faults, and the log of calls.

use std::fmt;

use crate::{
    client::{
        error::{ClientError, Effect, ErrorKind},
        operations::ApiCall,
    },
    user::Operation,
};

/// A fault that makes a call fail.
///
/// ```
/// use connect_user::client::memory::{Fault, MemoryConnect, Outcome};
/// use connect_user::user::Operation;
///
/// let connect = MemoryConnect::new();
/// // A creation whose answer was lost is recognised by its time.
/// connect.set_time(std::time::SystemTime::now().into());
/// connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
/// connect.inject(Fault::of_any(3, Outcome::NoAnswer));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    operation: Option<Operation>,
    occurrence: u32,
    outcome: Outcome,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The service answers with an error of this kind, and does nothing.
    Refused(ErrorKind),
    /// The service executes the call, and the answer is lost. A creation is recognised afterwards only if the service's
    /// clock agrees with that of the apply ([`set_time`](super::MemoryConnect::set_time)).
    AnswerLost,
    /// The call does not reach the service; to the caller it looks like a lost answer.
    NoAnswer,
}

impl Fault {
    /// Makes the n-th call of an operation after the [injection](super::MemoryConnect::inject) fail, once; 1 is the next.
    pub const fn of(operation: Operation, occurrence: u32, outcome: Outcome) -> Self {
        Self { operation: Some(operation), occurrence, outcome }
    }

    /// Makes the n-th call of any operation after the [injection](super::MemoryConnect::inject) fail, once; 1 is the next.
    pub const fn of_any(occurrence: u32, outcome: Outcome) -> Self {
        Self { operation: None, occurrence, outcome }
    }
}

/// A recorded call. `Debug` leaves out the name in a creation.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedCall {
    /// The operation.
    pub operation: Operation,
    /// The id of the instance.
    pub instance: Option<String>,
    /// The id of the user, or its name in a creation.
    pub user: Option<String>,
    /// The kind of the error, if the call failed.
    pub error: Option<ErrorKind>,
}

impl RecordedCall {
    pub(super) fn new(call: &ApiCall<'_>, error: Option<ErrorKind>) -> Self {
        Self {
            operation: call.operation(),
            instance: call.instance().map(str::to_owned),
            user: call.user().or(call.user_name()).map(str::to_owned),
            error,
        }
    }
}

impl fmt::Debug for RecordedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, instance, user, error } = self;
        let id = user.as_ref().filter(|_| *operation != Operation::CreateUser);
        f.debug_struct("RecordedCall")
            .field("operation", operation)
            .field("instance", instance)
            .field("user", &id)
            .field("error", error)
            .finish()
    }
}

/// The pending faults.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Returns how this call fails, if it does.
    pub(super) fn next(&mut self, operation: Operation) -> Option<Outcome> {
        let mut due = None;
        for fault in &mut self.0 {
            if fault.operation.is_none_or(|of| of == operation) {
                fault.occurrence = fault.occurrence.saturating_sub(1);
                if fault.occurrence == 0 {
                    due = due.or(Some(fault.outcome));
                }
            }
        }
        self.0.retain(|fault| fault.occurrence > 0);
        due
    }
}

impl Outcome {
    pub(super) fn error(self, operation: Operation) -> ClientError {
        let unknown = if operation.writes() { Effect::Unknown } else { Effect::None };
        match self {
            Self::Refused(kind) => ClientError::new(operation, kind).with_message("refused by a fault"),
            Self::AnswerLost | Self::NoAnswer => ClientError::new(operation, ErrorKind::Transport)
                .with_message("the connection was lost")
                .with_effect(unknown),
        }
    }
}
