//! What the table of properties says of each: its form and bounds, what a change does, what leaving it out
//! means, and how careful one must be with its value.

use std::fmt;

use super::Operation;

/// What a change of a property does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnChange {
    /// It is changed in place by these operations.
    Update(&'static [Operation]),
    /// The user is replaced by a new one.
    Replace,
    /// No API changes it: the host's policy decides.
    Never,
}

impl OnChange {
    /// The operations that change it in place; none where no operation does.
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Update(operations) => operations,
            Self::Replace | Self::Never => &[],
        }
    }
}

/// What it means to leave a property out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// It cannot be left out.
    Required,
    /// A name is generated from the resource name, once.
    Generated,
    /// Nothing is sent. One that the last applied spec set is taken away; any other is left alone.
    Cleared,
    /// Nothing is sent. One that the last applied spec set goes back to the service's default, named
    /// here; any other is left alone.
    Default(&'static str),
    /// What the service has stays, whatever it is.
    Kept,
}

/// How careful one must be with a property's value.
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

/// The least and the most that a property may hold, whatever the identity management type.
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

/// One row of the table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PropertyInfo {
    /// Where the property is, as Pulumi writes it.
    pub path: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// The bounds of its value.
    pub bounds: Bounds,
    /// What a change does.
    pub on_change: OnChange,
    /// What leaving it out means.
    pub left_out: LeftOut,
    /// How careful one must be with its value.
    pub sensitivity: Sensitivity,
    /// What it is, in a sentence without its full stop.
    pub summary: &'static str,
}
