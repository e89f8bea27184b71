//! Files that a command reads once, such as programs, states and secrets.

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::failure::{Failure, Outcome};

/// Help for the path of a file that may not exist yet.
pub const STILL_TO_BE_MADE: &str = "give the path of a file, or of one that is still to be made";

/// The name of a file in messages.
pub fn name(file: &Path) -> String {
    if is_stdin(file) { "standard input".to_owned() } else { format!("`{}`", file.display()) }
}

/// Opens a file, or standard input with `-`. Refuses named pipes, sockets, devices and directories: opening a pipe
/// without a writer would wait forever.
pub fn open(file: &Path, what: &str) -> Outcome<Box<dyn Read>> {
    if is_stdin(file) {
        if IS_READ.swap(true, Ordering::Relaxed) {
            return Err(Failure::new("standard input is given twice, and can be read once")
                .help("give one of the two by its path"));
        }
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(open_path(file, what)?))
}

/// Whether standard input is read: a second reading would find it empty.
static IS_READ: AtomicBool = AtomicBool::new(false);

fn open_path(file: &Path, what: &str) -> Outcome<File> {
    if !is_descriptor(file) {
        require_regular(file, &format!("give the path of a {what}; `-` reads standard input"))?;
    }
    File::open(file).map_err(|error| unreadable(file, what, &error))
}

/// A source that can be read more than once.
pub trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// Opens a file that is read more than once; text from a pipe or from standard input is kept in memory.
pub fn open_again(file: &Path, what: &str) -> Outcome<Box<dyn ReadSeek>> {
    if is_stdin(file) || is_descriptor(file) {
        return Ok(Box::new(Cursor::new(bytes(file, what)?)));
    }
    Ok(Box::new(open_path(file, what)?))
}

/// The byte order mark that editors put before UTF-8 text.
const MARK: char = '\u{feff}';

/// A text without its byte order mark.
pub fn bare(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Opens a file, or standard input with `-`, behind its byte order mark.
pub fn open_bare(file: &Path, what: &str) -> Outcome<impl Read + use<>> {
    let mut text = BufReader::new(open(file, what)?);
    let mut mark = [0; 4];
    let mark = MARK.encode_utf8(&mut mark).as_bytes();
    let start = text.fill_buf().map_err(|error| unreadable(file, what, &error))?;
    let length = if start.starts_with(mark) { mark.len() } else { 0 };
    text.consume(length);
    Ok(text)
}

/// Limit of a text in bytes; a program with a million users has about this size.
const MOST_BYTES: u64 = 1 << 30;

/// Reads the text of a file, of a pipe or, with `-`, of standard input.
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

/// The failure of a file that cannot be read, with the cause.
pub fn unreadable(file: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::caused(format!("{} cannot be read", name(file)), error)
        .help(format!("give the path of a {what}"))
}

/// Fails if the path means standard input, or something other than a regular file exists there.
pub fn require_regular(path: &Path, help: &str) -> Outcome<()> {
    if is_stdin(path) {
        return Err(Failure::new(format!("`{}` is standard input, and no file", path.display())).help(help));
    }
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            Err(Failure::new(format!("`{}` is not a regular file", path.display())).help(help))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            let message = format!("`{}` is a link to a file that is not there", path.display());
            Err(Failure::new(message).help(help))
        }
        // Opening the file reports other errors.
        _ => Ok(()),
    }
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

/// Whether the path is a file descriptor that the shell has opened, as with `<(command)`.
fn is_descriptor(file: &Path) -> bool {
    file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd")
}
