//! Files that a command reads once: programs, states, secrets.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use crate::failure::{Failure, Outcome};

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
    if !is_descriptor(file) {
        require_regular(file, &format!("give the path of a {what}; `-` reads standard input"))?;
    }
    let opened = File::open(file).map_err(|error| unreadable(file, what, &error))?;
    Ok(Box::new(opened))
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
        // Opening it tells what else is wrong.
        _ => Ok(()),
    }
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-") || file == Path::new("/dev/stdin")
}

/// Whether the shell has opened it already, as with `<(command)`.
fn is_descriptor(file: &Path) -> bool {
    file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd")
}
