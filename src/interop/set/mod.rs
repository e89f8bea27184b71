//! Changes properties of many recorded users, and the text of their program.
//!
//! [`PropertyEdits`] reads `PROPERTY=VALUE` by the table of properties. [`BulkEdit`] plans the change for the selected
//! users of a [`Session`](crate::fleet::Session): their other properties are not changed, and do not become managed.
//! A session on an [`EditedStore`] records what was set and nothing else. [`edit_program`] makes the same change in the
//! text of the program, in place.

mod bulk;
mod edited_store;
mod edits;
mod form;
mod places;
mod program;
mod rewrite;
mod tree;

pub use bulk::BulkEdit;
pub use edited_store::EditedStore;
pub use edits::PropertyEdits;
pub use program::edit_program;
