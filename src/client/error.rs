//! The error of a call.

use std::{error::Error, fmt, sync::Arc};

use crate::user::{Operation, choice, one_line};

/// The result of a call.
pub type ClientResult<T> = Result<T, ClientError>;

choice! {
    /// The kind of a failure, which says what can be done about it.
    ErrorKind {
        /// The requested resource does not exist (404), or not yet: a new user can be unreadable for minutes.
        NotFound = "not-found",
        /// The instance already has a user with that name (409, `DuplicateResourceException`).
        Duplicate = "duplicate",
        /// Too many calls in a short time (429): wait and try again.
        Throttled = "throttled",
        /// A quota of the account is full (429, `LimitExceededException`): waiting does not help.
        QuotaExceeded = "quota-exceeded",
        /// The service refuses the request (400).
        Invalid = "invalid",
        /// The caller lacks the permission (403), or is unknown (401).
        AccessDenied = "access-denied",
        /// The same resource is being changed by another caller (409, `ConditionalOperationFailedException`).
        Conflict = "conflict",
        /// The service failed (5xx).
        Service = "service",
        /// The service answered, but the answer does not have the form that the API declares. Retries repeat the call
        /// once.
        InvalidResponse = "invalid-response",
        /// No answer came: the connection broke, or a time-out expired.
        Transport = "transport",
        /// Nothing was sent, because the service cannot be reached: the connection is refused, the host is unknown, or
        /// the URL is not one of Amazon Connect.
        Unreachable = "unreachable",
        /// Nothing was sent, because there are no credentials to sign the call.
        Credentials = "credentials",
        /// The host cancelled before the call was made, or a decorator of the host refused the call.
        Cancelled = "cancelled",
        /// The client has no such operation: nothing was sent.
        Unsupported = "unsupported",
    }
}

impl ErrorKind {
    /// Whether the same call may succeed later without any action.
    ///
    /// After [`Service`](Self::Service) and [`Transport`](Self::Transport) the call may have had its effect: see
    /// [`ClientError::effect`] before repeating a creation. [`Unreachable`](Self::Unreachable) and missing
    /// [`Credentials`](Self::Credentials) need an action.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Conflict | Self::Service | Self::Transport)
    }

    /// Returns the kind as a part of a message.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::NotFound => "not found",
            Self::Duplicate => "a user of that name exists",
            Self::Throttled => "too many requests",
            Self::QuotaExceeded => "a quota is full",
            Self::Invalid => "the service refused the request",
            Self::AccessDenied => "access denied",
            Self::Conflict => "changed by someone else at the same time",
            Self::Service => "the service failed",
            Self::InvalidResponse => "the answer cannot be used",
            Self::Transport => "no answer came",
            Self::Unreachable => "the service cannot be reached",
            Self::Credentials => "there are no AWS credentials to use",
            Self::Cancelled => "it was cancelled before the call was made",
            Self::Unsupported => "the client does not support it",
        }
    }

    /// Returns what to do about the error.
    pub const fn help(self) -> &'static str {
        match self {
            Self::NotFound => "read the user again and make a new plan: it is gone, or what it refers to is",
            Self::QuotaExceeded => {
                "ask AWS to raise the quota, or delete what is no longer needed, then run it again"
            }
            Self::AccessDenied => {
                "allow the IAM action of the operation, then run it again: what is done is not repeated"
            }
            Self::InvalidResponse => {
                "check that the endpoint URL is that of Amazon Connect, and look for a later version of this program"
            }
            Self::Unreachable => {
                "check the endpoint URL, the AWS Region, and the network (DNS, proxy, firewall), then run it again"
            }
            Self::Credentials => {
                "sign in (`aws sso login`), name a profile (`AWS_PROFILE`), or set `AWS_ACCESS_KEY_ID` and \
                 `AWS_SECRET_ACCESS_KEY`, then run it again; `aws sts get-caller-identity` tells whether they work"
            }
            Self::Unsupported => "use a client that has this operation, or leave out what needs it",
            Self::Duplicate | Self::Invalid => {
                "fix the cause, then run it again: what is done is not repeated"
            }
            Self::Throttled | Self::Conflict | Self::Service | Self::Transport | Self::Cancelled => {
                "run it again: what is done is not repeated"
            }
        }
    }
}

choice! {
    /// Whether a call that failed may have had its effect.
    Effect {
        /// None: the service refused the call and nothing has changed.
        None = "none",
        /// Unknown: the call may have been done and its answer lost.
        Unknown = "unknown",
    }
}

/// The error of a failed call.
///
/// ```
/// use connect_user::client::{ClientError, Effect, ErrorKind};
/// use connect_user::user::Operation;
///
/// let error = ClientError::new(Operation::UpdateUserHierarchy, ErrorKind::Throttled)
///     .with_message("Rate exceeded")
///     .with_request_id("5d1c");
/// assert_eq!(
///     error.to_string(),
///     "`UpdateUserHierarchy` failed, too many requests: Rate exceeded (request `5d1c`)",
/// );
/// assert_eq!(error.effect(), Effect::None);
/// ```
#[derive(Clone)]
pub struct ClientError(Box<Parts>);

/// Boxed, so that results without an error stay small.
#[derive(Clone)]
struct Parts {
    operation: Operation,
    kind: ErrorKind,
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    effect: Effect,
    /// Why the call was not repeated, if it would have been.
    ended: Option<String>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ClientError {
    /// Creates an error of that kind. Its effect is [`Effect::Unknown`] if an operation that writes failed
    /// with [`ErrorKind::Service`], [`ErrorKind::InvalidResponse`] or [`ErrorKind::Transport`]; otherwise
    /// [`Effect::None`].
    pub fn new(operation: Operation, kind: ErrorKind) -> Self {
        let is_doubtful =
            matches!(kind, ErrorKind::Service | ErrorKind::InvalidResponse | ErrorKind::Transport);
        let unknown = operation.writes() && is_doubtful;
        let effect = if unknown { Effect::Unknown } else { Effect::None };
        Self(Box::new(Parts {
            operation,
            kind,
            code: None,
            message: None,
            request_id: None,
            effect,
            ended: None,
            source: None,
        }))
    }

    /// Creates the error of a client that lacks an operation: see [`ErrorKind::Unsupported`].
    pub fn unsupported(operation: Operation) -> Self {
        Self::new(operation, ErrorKind::Unsupported)
    }

    /// Adds the service's code, such as `ResourceNotFoundException`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds the service's message. It must not quote what was sent.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Adds the request id, for AWS support.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id = Some(request_id.into());
        self
    }

    /// Sets whether the call may have had its effect.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// Adds the reason why the call was not repeated.
    #[cfg(feature = "engine")]
    pub(crate) fn with_end(mut self, why: impl fmt::Display) -> Self {
        self.0.ended = Some(why.to_string());
        self
    }

    /// Whether the call ended because its caller was cancelled: the call of another caller may succeed.
    pub(crate) fn is_of_caller(&self) -> bool {
        self.kind() == ErrorKind::Cancelled || self.0.ended.is_some()
    }

    /// Adds the cause of the error.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Returns the operation that failed.
    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the service's code.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the service's message.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Returns the request id, for AWS support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the call may have had its effect.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }

    /// Returns what to do about the error.
    pub fn help(&self) -> &'static str {
        match self.0.kind {
            // For these operations, the missing resource is the instance.
            ErrorKind::NotFound if is_of_instance(self.0.operation) => {
                "look the id of the instance up in the console, and check Region and account"
            }
            kind => kind.help(),
        }
    }
}

/// Whether the operation reads an instance, or the resources of an instance.
const fn is_of_instance(operation: Operation) -> bool {
    !operation.writes() && !matches!(operation, Operation::DescribeUser | Operation::ListUserProficiencies)
}

impl fmt::Debug for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { operation, kind, code, message, request_id, effect, ended, source } = &*self.0;
        f.debug_struct("ClientError")
            .field("operation", operation)
            .field("kind", kind)
            .field("code", code)
            .field("message", message)
            .field("request_id", request_id)
            .field("effect", effect)
            .field("ended", ended)
            .field("source", source)
            .finish()
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.0.ended {
            write!(f, "{why}, and not tried again: ")?;
        }
        write!(f, "`{}` failed, {}", self.0.operation, self.0.kind.describe())?;
        if let Some(message) = self.0.message.as_ref().or(self.0.code.as_ref()) {
            // The message may repeat what a program has written.
            write!(f, ": {}", one_line(message))?;
        }
        match &self.0.request_id {
            Some(id) => write!(f, " (request `{}`)", one_line(id)),
            None => Ok(()),
        }
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
