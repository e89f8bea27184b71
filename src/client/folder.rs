//! Folders of files that are their owner's alone.

use std::{fs, io, path::Path};

/// Creates a folder, and those above it, that only its owner may read; one that is there stays as it is.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
