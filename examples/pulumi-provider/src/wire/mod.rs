//! Pulumi's wire format: values, changes and errors.

mod changes;
mod failure;
mod value;

pub use changes::{property_diff, replacing};
pub use failure::{partial, refused, text};
pub use value::{Document, Marks, Secrets, write};
