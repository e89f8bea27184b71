//! Writes files: one writer for each format.

mod cloudformation;
mod hcl;
mod json;
mod options;
mod program;
mod table;
mod variables;
mod writer;
mod writing;

pub use options::{WriteOptions, WriteOptionsBuilder, Written, WrittenFile};
pub use writer::{FileWriter, write};
