//! Folders that only their owner may read.

use std::{fs, io, path::Path};

/// Creates a folder, and its parents, that only the owner may read; an existing folder stays as it is.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
