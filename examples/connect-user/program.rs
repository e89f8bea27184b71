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

/// Reads a program, the text of which was read from a file.
pub fn parsed(file: &Path, text: String, args: &Global) -> Outcome<Program> {
    let assignments = assignments(args)?;
    let source = match input::is_stdin(file) {
        true => Source::stdin(text),
        false => Source::new(file.display().to_string(), text),
    };
    // What is no file cannot be read again.
    let source = if file.is_file() { source.from_file(file) } else { source };
    Ok(Program::read(source, &assignments)?)
}

/// The values that the command line gives; no message shows one.
pub fn assignments(args: &Global) -> Outcome<Vec<Assignment>> {
    let mut assignments: Vec<Assignment> = Vec::new();
    let given = [
        ("--set", &args.set, "VALUE"),
        ("--set-env", &args.set_env, "VARIABLE"),
        ("--set-file", &args.set_file, "PATH"),
    ];
    let given =
        given.iter().flat_map(|(option, texts, what)| texts.iter().map(move |text| (*option, text, what)));
    for (option, text, what) in given {
        let (key, text) = pair(text).map_err(|_| {
            Failure::new(format!("`{option}` has no `=` with a name before it"))
                .help(format!("write `{option} 'resource.property={what}'`"))
        })?;
        let value = match option {
            "--set-env" => {
                input::variable(&text).map_err(|failure| failure.within(&format!("`--set-env {key}`")))?
            }
            "--set-file" => file(&key, &text)?,
            _ => text,
        };
        let mut others = assignments.iter().filter(|other| other.reference == key);
        let other = others.find_map(|other| other.origin.as_deref().filter(|other| *other != option));
        if let Some(other) = other {
            return Err(Failure::new(format!("`{key}` is given by `{other}` and by `{option}`"))
                .help("leave one of them out"));
        }
        assignments.push(Assignment::new(key, value).from_origin(option));
    }
    Ok(assignments)
}

/// A name and what comes behind its `=`.
pub fn pair(text: &str) -> Result<(String, String), &'static str> {
    let named = text.split_once('=').filter(|(key, _)| !key.trim().is_empty());
    let (key, value) = named.ok_or("there is no `=` with a name before it")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// A file's text, without the line break that editors put at its end.
fn file(key: &str, path: &str) -> Outcome<String> {
    let text = input::text(Path::new(path), "file")
        .map_err(|failure| failure.within(&format!("`--set-file {key}`")))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}
