//! Files that a command reads once, such as programs, states and secrets, or writes.

use std::{
    env,
    fs::{self, File},
    io::{self, Cursor, Read, Seek, Write},
    path::Path,
};

use tempfile::NamedTempFile;

use crate::failure::{Failure, Outcome};

/// What to give where a file may still have to be made.
pub const STILL_TO_BE_MADE: &str = "give the path of a file, or of one that is still to be made";

/// The name of a file in messages.
pub fn name(file: &Path) -> String {
    if is_stdin(file) { "standard input".to_owned() } else { format!("`{}`", file.display()) }
}

/// Opens a file, or standard input with `-`. Refuses named pipes, sockets, devices and directories: opening a
/// pipe that nobody writes to would wait for ever.
pub fn open(file: &Path, what: &str) -> Outcome<Box<dyn Read>> {
    if is_stdin(file) {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(open_path(file, what)?))
}

fn open_path(file: &Path, what: &str) -> Outcome<File> {
    if !is_descriptor(file) {
        require_regular(file, &format!("give the path of a {what}; `-` reads standard input"))?;
    }
    File::open(file).map_err(|error| unreadable(file, what, &error))
}

/// What can be read more than once.
pub trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// Opens a file that is read more than once; what comes from a pipe or from standard input is held.
pub fn open_again(file: &Path, what: &str) -> Outcome<Box<dyn ReadSeek>> {
    if is_stdin(file) || is_descriptor(file) {
        return Ok(Box::new(Cursor::new(bytes(file, what)?)));
    }
    Ok(Box::new(open_path(file, what)?))
}

/// The largest text; a program of a million users takes as much.
const MOST_BYTES: u64 = 1 << 30;

/// The text of a file, of a pipe or, with `-`, of standard input.
pub fn text(file: &Path, what: &str) -> Outcome<String> {
    String::from_utf8(bytes(file, what)?)
        .map_err(|_| Failure::new(format!("{} is not UTF-8 text", name(file))).help("save it as UTF-8"))
}

fn bytes(file: &Path, what: &str) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(file, what)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(file, what, &error))?;
    let name = name(file);
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::new(format!("{name} is larger than {MOST_BYTES} bytes"))
            .help("split the program, each part with a `--state` of its own"));
    }
    Ok(bytes)
}

/// A file that cannot be read, and why.
pub fn unreadable(file: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::caused(format!("{} cannot be read", name(file)), error)
        .help(format!("give the path of a {what}"))
}

/// Refuses what is there and is not a regular file.
pub fn require_regular(path: &Path, help: &str) -> Outcome<()> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            Err(Failure::new(format!("`{}` is not a regular file", path.display())).help(help))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            let message = format!("`{}` is a link to a file that is not there", path.display());
            Err(Failure::new(message).help(help))
        }
        // Opening it tells what else is wrong.
        _ => Ok(()),
    }
}

/// Refuses a place for `what` that is no file, or where something else is, such as the program.
pub fn check_place(path: &Path, option: &str, what: &str, is_one: fn(&str) -> bool) -> Outcome<()> {
    if is_stdin(path) {
        return Err(Failure::new(format!("`{option}` writes a file, which `{}` is not", path.display()))
            .help(STILL_TO_BE_MADE));
    }
    require_regular(path, STILL_TO_BE_MADE)?;
    match path.exists() && !text(path, "file").is_ok_and(|text| is_one(&text)) {
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
    let now = path.exists().then(|| self::text(path, "file")).transpose()?;
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
        let new = NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error))?;
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

/// The value of an environment variable.
pub fn variable(name: &str) -> Outcome<String> {
    env::var(name).map_err(|error| {
        let what = match error {
            env::VarError::NotPresent => "is not set",
            env::VarError::NotUnicode(_) => "is not UTF-8 text",
        };
        Failure::new(format!("the environment variable `{name}` {what}")).help("set it before the command")
    })
}

/// Whether a name means standard input.
pub fn is_stdin(file: &Path) -> bool {
    file == Path::new("-") || file == Path::new("/dev/stdin")
}

/// Whether the shell has opened it already, as with `<(command)`.
fn is_descriptor(file: &Path) -> bool {
    file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd")
}
