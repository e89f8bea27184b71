//! Values that may be known only after apply.

/// A value that is known, or known only after apply.
///
/// Engines evaluate a program before its resources exist: a routing profile that the same run
/// will create has no id yet. Such a value is [`Unknown`](Input::Unknown) while previewing and
/// [`Known`](Input::Known) when the change is made. A property that may also be left out is an
/// `Option<Input<T>>`, so that a host sees *known*, *null* or *unknown* at every leaf.
///
/// ```
/// use connect_user::user::Input;
///
/// let known: Input<String> = "agent".into();
/// assert_eq!(known.known().map(String::as_str), Some("agent"));
/// assert!(Input::<String>::Unknown.is_unknown());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a value is known or not")]
pub enum Input<T> {
    /// The value.
    Known(T),
    /// The value is known once another resource was created or changed.
    Unknown,
}

impl<T> Input<T> {
    /// Returns the value, if it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// Returns the value, if it is known; consumes the input.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// Whether the value is unknown.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Applies `f` to a known value; an unknown value stays unknown.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Input<U> {
        match self {
            Self::Known(value) => Input::Known(f(value)),
            Self::Unknown => Input::Unknown,
        }
    }

    /// Returns the input with a reference to the value.
    pub const fn as_ref(&self) -> Input<&T> {
        match self {
            Self::Known(value) => Input::Known(value),
            Self::Unknown => Input::Unknown,
        }
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Input<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}
