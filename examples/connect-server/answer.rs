//! Answers, as they are sent over the wire.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use connect_user::client::{ClientError, ErrorKind};
use hyper::{
    Response,
    body::{Bytes, Frame, SizeHint},
};
use serde_json::{Value, json};

use crate::faults::WireFault;

/// An answer of the service.
pub enum Answer {
    Done(Value),
    Error {
        status: u16,
        code: String,
        message: String,
    },
    /// No answer: an injected fault of the service.
    Silence,
}

impl Answer {
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Error { status, code: code.to_owned(), message: message.to_owned() }
    }

    pub fn invalid(message: &str) -> Self {
        Self::error(400, "InvalidRequestException", message)
    }

    pub fn unknown() -> Self {
        Self::error(404, "UnknownOperationException", "there is no such operation")
    }

    pub fn of(error: &ClientError) -> Self {
        let (status, code) = match error.kind() {
            ErrorKind::NotFound => (404, "ResourceNotFoundException"),
            ErrorKind::Duplicate => (409, "DuplicateResourceException"),
            ErrorKind::Throttled => (429, "ThrottlingException"),
            ErrorKind::QuotaExceeded => (429, "LimitExceededException"),
            ErrorKind::Invalid => (400, "InvalidParameterException"),
            ErrorKind::AccessDenied => (403, "AccessDeniedException"),
            ErrorKind::Conflict => (409, "ConditionalOperationFailedException"),
            ErrorKind::Transport => return Self::Silence,
            _ => (500, "InternalServiceException"),
        };
        Self::error(status, error.code().unwrap_or(code), error.message().unwrap_or_default())
    }

    pub const fn status(&self) -> u16 {
        match self {
            Self::Done(_) => 200,
            Self::Error { status, .. } => *status,
            Self::Silence => 0,
        }
    }

    /// Fails with the end of the connection if there is no answer.
    pub fn answered(self) -> Result<Self, WireFault> {
        match self {
            Self::Silence => Err(WireFault::ResetAfter),
            answer => Ok(answer),
        }
    }

    pub fn with_token(self, token: &str) -> Self {
        match self {
            Self::Done(Value::Object(mut members)) => {
                members.insert("NextToken".to_owned(), json!(token));
                Self::Done(Value::Object(members))
            }
            other => other,
        }
    }

    pub fn into_response(self, request_id: usize) -> Response<Body> {
        let text = self.text();
        self.respond(request_id, Body::whole(text))
    }

    pub fn malformed(self, request_id: usize) -> Response<Body> {
        self.respond(request_id, Body::whole("{\"User\": <html>".to_owned()))
    }

    pub fn emptied(self, request_id: usize) -> Response<Body> {
        self.respond(request_id, Body::whole(String::new()))
    }

    /// Half of the answer, with the length of the whole answer.
    pub fn cut(self, request_id: usize) -> Response<Body> {
        let text = self.text();
        let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
        let body = Body { data: Some(Bytes::from(half)), length: text.len().max(2) as u64, is_cut: true };
        self.respond(request_id, body)
    }

    fn text(&self) -> String {
        match self {
            Self::Done(value) => value.to_string(),
            Self::Error { message, .. } => json!({"Message": message}).to_string(),
            Self::Silence => String::new(),
        }
    }

    fn respond(&self, request_id: usize, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = hyper::StatusCode::from_u16(self.status()).unwrap_or_default();
        let headers = response.headers_mut();
        let mut set = |name: &'static str, text: String| {
            if let Ok(value) = text.parse() {
                headers.insert(name, value);
            }
        };
        set("content-type", "application/json".to_owned());
        set("x-amzn-requestid", format!("server-{request_id}"));
        if let Self::Error { code, .. } = self
            && !code.is_empty()
        {
            set("x-amzn-errortype", code.clone());
        }
        response
    }
}

/// A body that may end early.
pub struct Body {
    data: Option<Bytes>,
    length: u64,
    is_cut: bool,
}

impl Body {
    fn whole(text: String) -> Self {
        Self {
            length: text.len() as u64,
            data: Some(Bytes::from(text)).filter(|data| !data.is_empty()),
            is_cut: false,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = WireFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WireFault>>> {
        Poll::Ready(match self.data.take() {
            Some(data) => Some(Ok(Frame::data(data))),
            None if self.is_cut => Some(Err(WireFault::Cut)),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
