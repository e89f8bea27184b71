//! The columns of the table of properties.

use std::fmt;

use super::Operation;

/// What a change of a property does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnChange {
    /// These operations change it in place.
    Update(&'static [Operation]),
    /// The user is replaced by a new one.
    Replace,
    /// No API changes it: the host's policy decides.
    Never,
}

impl OnChange {
    /// The operations that change it in place; empty if none does.
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
    /// It cannot be left out.
    Required,
    /// A name is generated from the resource name, once.
    Generated,
    /// Nothing is sent. If the last applied spec set it, it is cleared; otherwise it is left alone.
    Cleared,
    /// Nothing is sent. If the last applied spec set it, it goes back to this default of the service;
    /// otherwise it is left alone.
    Default(&'static str),
    /// The value of the service stays.
    Kept,
}

/// The sensitivity of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Sensitivity {
    /// Anyone may see it.
    Public,
    /// Personal data: shown in plans, redacted in `Debug`.
    Personal,
    /// Never shown at all.
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
    /// Texts whose order means nothing.
    Set,
    /// Objects, told apart by their channel.
    Channels,
    /// Objects, told apart by attribute name and value.
    Proficiencies,
    /// Texts by keys.
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

/// The bounds of a property, whatever the identity management type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bounds {
    /// No bound, or one that is not a number.
    None,
    /// Characters, counted as Unicode scalar values.
    Characters(u64, u64),
    /// Seconds.
    Seconds(i64, i64),
    /// A number.
    Number(i64, i64),
    /// Elements.
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
    /// The form of its value.
    pub shape: Shape,
    /// The bounds of its value.
    pub bounds: Bounds,
    /// What a change does.
    pub on_change: OnChange,
    /// What leaving it out means.
    pub left_out: LeftOut,
    /// The sensitivity of its value.
    pub sensitivity: Sensitivity,
    /// A description: a sentence without a full stop.
    pub summary: &'static str,
}
