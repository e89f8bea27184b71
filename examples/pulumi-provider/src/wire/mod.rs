//! Pulumi's wire format: its values, and how it is told what changes and what went wrong.

mod changes;
mod failure;
mod value;

pub use changes::{property_diff, replacing};
pub use failure::{partial, refused, text};
pub use value::{Document, Marks, Secrets, write};
