//! Users in messages.

use crate::user::one_line;

/// How many users a message names.
const NAMED: usize = 3;

/// The first few of these users, and how many more there are.
pub(super) fn some<'a>(users: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = match users.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<_> = users.take(NAMED).map(|name| format!("`{}`", one_line(name))).collect();
    format!("{}{more}", named.join(", "))
}
