//! Writers of files: one for each format.

mod options;
mod program;
mod variables;
mod writer;
mod writing;

pub use options::{WriteOptions, WriteOptionsBuilder, WrittenFile};
pub use writer::write;
