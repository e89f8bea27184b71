//! Injected faults of the connection.

use std::{fmt, str::FromStr};

use connect_user::user::Operation;

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub enum WireFault {
    /// The connection ends before the call is executed.
    ResetBefore,
    /// The connection ends after the call is executed.
    ResetAfter,
    /// The call is executed, and half of the answer is sent.
    Cut,
    /// The call is executed, and no answer is sent; the connection stays open.
    Hang,
    /// The call is executed, and the answer is not JSON.
    Malformed,
    /// The call is executed, and the body of the answer is empty.
    Empty,
    /// The token of the answer leads to the same page again.
    RepeatToken,
    /// The call is refused with this status and code.
    Refused(u16, String),
}

impl FromStr for WireFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "reset-before" => Self::ResetBefore,
            "reset-after" => Self::ResetAfter,
            "cut" => Self::Cut,
            "hang" => Self::Hang,
            "malformed" => Self::Malformed,
            "empty" => Self::Empty,
            "repeat-token" => Self::RepeatToken,
            text => {
                let (status, code) = text.split_once('/').unwrap_or((text, ""));
                let status = status.parse().ok().filter(|status| (400..600).contains(status));
                Self::Refused(status.ok_or_else(|| unknown(text))?, code.to_owned())
            }
        })
    }
}

fn unknown(text: &str) -> String {
    format!(
        "there is no fault `{text}`; it is `reset-before`, `reset-after`, `cut`, `hang`, `malformed`, `empty`, \
         `repeat-token`, or a status from 400 to 599 with a code, such as `429/ThrottlingException`"
    )
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a fault was asked for: {self:?}")
    }
}

impl std::error::Error for WireFault {}

/// The faults that have not occurred yet.
pub struct Faults(Vec<(Operation, u32, WireFault)>);

impl Faults {
    pub fn new(faults: &[(Operation, u32, WireFault)]) -> Self {
        Self(faults.to_vec())
    }

    /// Returns the fault of this call, if there is one.
    pub fn next(&mut self, operation: Operation) -> Option<WireFault> {
        let mut due = None;
        for (of, occurrence, fault) in &mut self.0 {
            if *of == operation && *occurrence > 0 {
                *occurrence -= 1;
                if *occurrence == 0 {
                    due = due.or(Some(fault.clone()));
                }
            }
        }
        due
    }
}
