//! Text that must not leak: passwords ([`Secret`]) and personal data ([`Personal`]).

use std::{fmt, ops::Deref, sync::Arc};

use zeroize::Zeroizing;

use super::Input;

/// A secret, which is never printed or serialised, and is wiped from memory when its last clone is dropped; clones
/// share the text.
///
/// `Secret` has no `Display` and no `Serialize`; its `Debug` prints nothing of the text. Only
/// [`expose`](Secret::expose) returns the text, which is easy to find in a review.
///
/// ```
/// use connect_user::user::Secret;
///
/// let password = Secret::from("Password123");
/// assert_eq!(format!("{password:?}"), "Secret(redacted)");
/// assert_eq!(password.expose(), "Password123");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// Returns the text. The caller must keep it confidential.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Personal data (a name, an e-mail address, a phone number): shown to the people that read a plan, but not in `Debug`
/// output and therefore not in logs.
///
/// ```
/// use connect_user::user::Personal;
///
/// let mobile = Personal::from("+16175550123");
/// assert_eq!(format!("{mobile:?}"), "Personal(redacted)");
/// assert_eq!(mobile.as_str(), "+16175550123");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal(Arc<str>);

impl Personal {
    /// Wraps a personal text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Personal {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(redacted)")
    }
}

macro_rules! from_text {
    ($($type:ident),*) => {$(
        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl From<&str> for Input<$type> {
            fn from(text: &str) -> Self {
                Self::Known(text.into())
            }
        }

        impl From<String> for Input<$type> {
            fn from(text: String) -> Self {
                Self::Known(text.into())
            }
        }
    )*};
}

from_text!(Secret, Personal);
