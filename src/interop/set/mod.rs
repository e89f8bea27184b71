//! One change of many recorded users, and of the text of their program.
//!
//! [`PropertyEdits`] reads `PROPERTY=VALUE` by the table of properties. [`BulkEdit`] plans the change for the users of
//! a [`Session`](crate::fleet::Session) that are meant: nothing else of them is changed, and nothing else becomes
//! managed. [`edit_program`] makes the program say the same, in place.

mod bulk;
mod edits;
mod form;
mod places;
mod program;
mod rewrite;
mod tree;

pub use bulk::BulkEdit;
pub use edits::PropertyEdits;
pub use program::edit_program;
