//! The columns of the table of properties.

use std::fmt;

use super::Operation;

/// What a change of a property does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnChange {
    /// These operations change the property in place.
    Update(&'static [Operation]),
    /// The user is replaced by a new one.
    Replace,
    /// No API changes the property: the host's policy decides.
    Never,
}

impl OnChange {
    /// Returns the operations that change the property in place; empty if there are none.
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Update(operations) => operations,
            Self::Replace | Self::Never => &[],
        }
    }
}

/// What leaving a property out means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// The property cannot be left out.
    Required,
    /// A name is generated from the resource name, once.
    Generated,
    /// Nothing is sent. If the last applied spec set the property, it is cleared; otherwise it stays as it is.
    Cleared,
    /// Nothing is sent. If the last applied spec set the property, it returns to this default of the service; otherwise
    /// it stays as it is.
    Default(&'static str),
    /// The value of the service stays.
    Kept,
}

/// The sensitivity of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Sensitivity {
    /// Not confidential.
    Public,
    /// Personal data: shown in plans, redacted in `Debug`.
    Personal,
    /// Never shown.
    Secret,
}

/// The form of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Bool,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list of texts without an order.
    Set,
    /// A list of objects, identified by their channel.
    Channels,
    /// A list of objects, identified by attribute name and value.
    Proficiencies,
    /// A map with text values.
    Map,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Integer => f.write_str("integer"),
            Self::Bool => f.write_str("boolean"),
            Self::Choice(names) => write!(f, "`{}`", names.join("`, `")),
            Self::Set => f.write_str("set of strings"),
            Self::Channels => f.write_str("list, one per channel"),
            Self::Proficiencies => f.write_str("list, one per attribute and value"),
            Self::Map => f.write_str("map of strings"),
        }
    }
}

/// The bounds of a property, regardless of the identity management type: the minimum and the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bounds {
    /// No bound, or one that is not a number.
    None,
    /// Number of characters (Unicode scalar values).
    Characters(u64, u64),
    /// Duration in seconds.
    Seconds(i64, i64),
    /// Value of a number.
    Number(i64, i64),
    /// Number of elements.
    Elements(u64, u64),
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("–"),
            Self::Characters(least, most) => write!(f, "{least}–{most} characters"),
            Self::Number(least, most) => write!(f, "{least}–{most}"),
            Self::Seconds(least, most) => write!(f, "{least}–{most} s"),
            Self::Elements(least, most) => write!(f, "{least}–{most}"),
        }
    }
}

/// A row of the table of properties.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PropertyInfo {
    /// The path of the property, in camelCase.
    pub path: &'static str,
    /// The form of the value.
    pub shape: Shape,
    /// The bounds of the value.
    pub bounds: Bounds,
    /// The effect of a change.
    pub on_change: OnChange,
    /// The effect of leaving the property out.
    pub left_out: LeftOut,
    /// The sensitivity of the value.
    pub sensitivity: Sensitivity,
    /// A description: a sentence without a full stop.
    pub summary: &'static str,
}
