//! Checks values against the bounds of the table.

use std::fmt;

use validator::ValidateRange;

use super::Bounds;

/// Returns the problem of a length, a count or a number that is out of its bounds, such as
/// `must have 1 to 100 characters, has 120`.
pub(crate) fn outside(bounds: Bounds, is: impl TryInto<i64>) -> Option<String> {
    let is = is.try_into().unwrap_or(i64::MAX);
    let (least, most) = match bounds {
        Bounds::None => return None,
        Bounds::Characters(least, most) | Bounds::Elements(least, most) => {
            (i64::try_from(least).unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX))
        }
        Bounds::Seconds(least, most) | Bounds::Number(least, most) => (least, most),
    };
    let (low, high, found) = (Grouped(least), Grouped(most), Grouped(is));
    let counted = |what| match least {
        0 => format!("must have at most {high} {what}, has {found}"),
        _ => format!("must have {low} to {high} {what}, has {found}"),
    };
    let problem = || match bounds {
        Bounds::Characters(..) => counted("characters"),
        Bounds::Elements(..) => counted("elements"),
        Bounds::Seconds(..) => format!("must be {low} to {high} seconds, is {found}"),
        _ => format!("must be {low} to {high}, is {found}"),
    };
    (!is.validate_range(Some(least), Some(most), None, None)).then(problem)
}

/// Returns the problem of a text whose length is out of its bounds.
pub(crate) fn length(bounds: Bounds, text: &str) -> Option<String> {
    outside(bounds, text.chars().count())
}

/// A number as messages write it, with separated thousands: `2,000,000`.
pub(crate) struct Grouped(pub(crate) i64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 1_000, self.0 % 1_000) {
            (0, rest) => write!(f, "{rest}"),
            (thousands, rest) => write!(f, "{},{:03}", Grouped(thousands), rest.abs()),
        }
    }
}
