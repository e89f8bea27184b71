//! The program of this run, and the values of its references: `--set`, `--set-env` and `--set-file`.

use std::path::Path;

use connect_user::interop::program::{Assignment, Program, Source};

use crate::{
    args::Global,
    failure::{Failure, Outcome},
    input,
};

/// Reads the program in a file or, with `-`, from standard input.
pub fn program(file: &Path, args: &Global) -> Outcome<Program> {
    parsed(file, input::text(file, "program")?, args)
}

/// Reads a program from text that was read from a file.
pub fn parsed(file: &Path, text: String, args: &Global) -> Outcome<Program> {
    let assignments = assignments(args)?;
    let source = match input::is_stdin(file) {
        true => Source::stdin(text),
        false => Source::new(file.display().to_string(), text),
    };
    // Only a file can be read again.
    let source = if file.is_file() { source.from_file(file) } else { source };
    Ok(Program::read(source, &assignments)?)
}

/// The values that the command line gives; messages never show them.
pub fn assignments(args: &Global) -> Outcome<Vec<Assignment>> {
    let mut all = Vec::new();
    assign("--set", "VALUE", &args.set, |value| Ok(value.to_owned()), &mut all)?;
    assign("--set-env", "VARIABLE", &args.set_env, input::variable, &mut all)?;
    assign("--set-file", "PATH", &args.set_file, file, &mut all)?;
    Ok(all)
}

/// Adds the values of an option; `read` reads each value.
fn assign(
    option: &str,
    what: &str,
    texts: &[String],
    read: fn(&str) -> Outcome<String>,
    all: &mut Vec<Assignment>,
) -> Outcome<()> {
    for text in texts {
        let (key, text) = pair(text).map_err(|_| {
            Failure::new(format!("`{option}` has no `=` with a name before it"))
                .help(format!("write `{option} 'resource.property={what}'`"))
        })?;
        let value = read(&text).map_err(|failure| failure.within(&format!("`{option} {key}`")))?;
        let is_other =
            |other: &&Assignment| other.reference == key && other.origin.as_deref() != Some(option);
        if let Some(Assignment { origin: Some(other), .. }) = all.iter().find(is_other) {
            return Err(Failure::new(format!("`{key}` is given by `{other}` and by `{option}`"))
                .help("leave one of them out"));
        }
        if all.iter().any(|other| other.reference == key) {
            return Err(Failure::new(format!("`{option}` gives `{key}` twice")).help("leave one of them out"));
        }
        all.push(Assignment::new(key, value).from_origin(option));
    }
    Ok(())
}

/// Splits a text at its first `=` into a name and a value.
pub fn pair(text: &str) -> Result<(String, String), &'static str> {
    let named = text.split_once('=').filter(|(key, _)| !key.trim().is_empty());
    let (key, value) = named.ok_or("there is no `=` with a name before it")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// The text of a file, without the mark of UTF-8 before it and the line break at its end, which editors add.
fn file(path: &str) -> Outcome<String> {
    let text = input::text(Path::new(path), "file")?;
    let text = input::bare(&text);
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}
