//! Files that a command writes: whole, or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use tempfile::NamedTempFile;

use crate::{
    failure::{Failure, Outcome},
    input::{self, STILL_TO_BE_MADE, is_stdin, require_regular, unreadable},
};

/// Refuses a place for `what` that is no file, or where something else is, such as the program.
pub fn check_place(path: &Path, option: &str, what: &str, is_one: fn(&str) -> bool) -> Outcome<()> {
    if is_stdin(path) {
        return Err(Failure::new(format!("`{option}` writes a file, which `{}` is not", path.display()))
            .help(STILL_TO_BE_MADE));
    }
    require_regular(path, STILL_TO_BE_MADE)?;
    match path.exists() && !input::text(path, "file").is_ok_and(|text| is_one(&text)) {
        true => Err(Failure::new(format!("`{}` is there, and is {what}", path.display()))
            .help(format!("give `{option}` another path, or remove the file"))),
        false => Ok(()),
    }
}

/// Writes a file that only its owner may read: whole, or not at all.
pub fn save(path: &Path, text: &str) -> Outcome<()> {
    WholeFile::at(path)?.write(text)
}

/// Writes another text in the place of the one that was read, for whoever may read it, or a new file that only its owner
/// may read: whole, or not at all.
pub fn replace(path: &Path, before: Option<&str>, text: &str) -> Outcome<()> {
    if before == Some(text) {
        return Ok(());
    }
    let now = path.exists().then(|| input::text(path, "file")).transpose()?;
    if now.as_deref() != before {
        return Err(Failure::new(format!("`{}` has changed meanwhile", path.display())).help("run it again"));
    }
    if before.is_none() {
        return save(path, text);
    }
    // A link stays one.
    let path = path.canonicalize().map_err(|error| unreadable(path, "file", &error))?;
    let file = WholeFile::at(&path)?;
    let permissions = fs::metadata(&path).map(|metadata| metadata.permissions());
    let kept = permissions.and_then(|permissions| file.new.as_file().set_permissions(permissions));
    kept.map_err(|error| unwritable(&path, &error))?;
    file.write(text)
}

/// A file that is still to be written. Until it is, what is at its path stays as it is.
pub struct WholeFile<'p> {
    path: &'p Path,
    new: NamedTempFile,
}

impl<'p> WholeFile<'p> {
    /// Makes sure that there is a place for it.
    pub fn at(path: &'p Path) -> Outcome<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Its own name in the message says nothing to anybody.
        let new = NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error.kind().into()))?;
        Ok(Self { path, new })
    }

    /// Writes it.
    pub fn write(mut self, text: &str) -> Outcome<()> {
        let path = self.path;
        let written = self.new.write_all(text.as_bytes()).and_then(|()| self.new.as_file().sync_all());
        written.map_err(|error| unwritable(path, &error))?;
        self.new.persist(path).map(drop).map_err(|error| unwritable(path, &error.error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::caused(format!("`{}` cannot be written", path.display()), error)
        .help("check the path and its permissions")
}
