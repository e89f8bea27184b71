//! Writes files completely, or not at all.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use connect_user::fleet::StateLocation;
use tempfile::NamedTempFile;

use crate::{
    args::{BackendKind, Global},
    failure::{Failure, Outcome},
    input::{self, STILL_TO_BE_MADE, is_stdin, require_regular},
};

/// Refuses the path of a file for an option if it is standard input, or the file of another option, also through links:
/// what is written last would be all that is left.
pub fn check_own(path: &Path, option: &str, args: &Global) -> Outcome<()> {
    if is_stdin(path) {
        return Err(Failure::new(format!("`{option}` writes a file, which `{}` is not", path.display()))
            .help(STILL_TO_BE_MADE));
    }
    let state = match StateLocation::new(&args.state) {
        StateLocation::File(path) => Some(path),
        _ => None,
    };
    let local = (args.backend == BackendKind::Local).then(|| args.local_file.clone());
    let others = [("--state", state), (args.local_file_option(), local)];
    let is_same = |(other, taken): &&(&str, Option<PathBuf>)| {
        *other != option && taken.as_ref().is_some_and(|taken| without_links(taken) == without_links(path))
    };
    match others.iter().find(is_same) {
        Some((other, _)) => {
            Err(Failure::new(format!("`{option}` and `{other}` are one file, `{}`", path.display()))
                .help("give each a file of its own"))
        }
        None => Ok(()),
    }
}

/// The path of a file without links. The end of it may not exist yet.
pub fn without_links(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let resolved = absolute.ancestors().find_map(|folder| {
        let rest = absolute.strip_prefix(folder).ok()?;
        // Components, because joining an empty path would add a slash.
        Some(folder.canonicalize().ok()?.components().chain(rest.components()).collect())
    });
    resolved.unwrap_or(absolute)
}

/// Refuses a path at which no file can be written, before there is something to write.
pub fn check_path(path: &Path, option: &str, args: &Global) -> Outcome<()> {
    check_own(path, option, args)?;
    require_regular(path, STILL_TO_BE_MADE)?;
    let folder = folder(path);
    match folder.is_dir() {
        true => Ok(()),
        false => {
            let message =
                format!("`{}` cannot be written: `{}` is no folder", path.display(), folder.display());
            Err(Failure::new(message).help(format!("make the folder, or give `{option}` another path")))
        }
    }
}

/// Refuses a path at which no file can be written, or where another kind of file exists, such as the program. `what`
/// describes such a file in the message.
pub fn check_place(
    path: &Path,
    option: &str,
    args: &Global,
    what: &str,
    is_one: fn(&str) -> bool,
) -> Outcome<()> {
    check_path(path, option, args)?;
    match path.exists() && !input::text(path, "file").is_ok_and(|text| is_one(&text)) {
        true => Err(Failure::new(format!("`{}` is there, and is {what}", path.display()))
            .help(format!("give `{option}` another path, or remove the file"))),
        false => Ok(()),
    }
}

/// Writes a file that only its owner may read, completely or not at all.
pub fn save(path: &Path, text: &str) -> Outcome<()> {
    WholeFile::at(path)?.write(text)
}

/// Replaces the text of a file that was read, and keeps its permissions, or writes a new file that only its owner may
/// read; completely or not at all.
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
    let file = WholeFile::at(path)?;
    let permissions = fs::metadata(path).map(|metadata| metadata.permissions());
    let kept = permissions.and_then(|permissions| file.new.as_file().set_permissions(permissions));
    kept.map_err(|error| unwritable(path, &error))?;
    file.write(text)
}

/// A file that is being written. Until it is complete, the file at its path stays unchanged. A link stays a link: the file
/// that it leads to is written.
pub struct WholeFile<'p> {
    path: &'p Path,
    place: PathBuf,
    new: NamedTempFile,
}

impl<'p> WholeFile<'p> {
    /// Creates the temporary file, in the folder of the file.
    pub fn at(path: &'p Path) -> Outcome<Self> {
        let place = without_links(path);
        // The name of the temporary file would not help in the message.
        let new =
            NamedTempFile::new_in(folder(&place)).map_err(|error| unwritable(path, &error.kind().into()))?;
        Ok(Self { path, place, new })
    }

    /// Writes the text, and moves the file to its path.
    pub fn write(mut self, text: &str) -> Outcome<()> {
        let Self { path, place, .. } = self;
        let written = self.new.write_all(text.as_bytes()).and_then(|()| self.new.as_file().sync_all());
        written.map_err(|error| unwritable(path, &error))?;
        self.new.persist(place).map(drop).map_err(|error| unwritable(path, &error.error))
    }
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::caused(format!("`{}` cannot be written", path.display()), error)
        .help("check the path and its permissions")
}
