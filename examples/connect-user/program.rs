//! The program of this run, and the values of its references: `--set`, `--set-env` and `--set-file`.

use std::path::Path;

use connect_user::interop::{
    DeploymentError,
    file::FileDiagnostic,
    program::{Assignment, PartlyRead, Program, Source},
};

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    input,
    output::{self, Form},
    run::{Access, Run},
};

/// Reads the program in a file or, with `-`, from standard input.
pub async fn program(file: &Path, args: &Global) -> Outcome<Program> {
    parsed(file, input::text(file, "program")?, args).await
}

/// Reads a program from text that was read from a file.
pub async fn parsed(file: &Path, text: String, args: &Global) -> Outcome<Program> {
    let assignments = assignments(args)?;
    let source = match input::is_stdin(file) {
        true => Source::stdin(text),
        false => Source::new(file.display().to_string(), text),
    };
    // Only a file can be read again.
    let source = if file.is_file() { source.from_file(file) } else { source };
    match Program::read_partly(source, &assignments) {
        Ok(program) => Ok(program),
        Err(read) => Err(told(*read, args).await),
    }
}

/// Prints all mistakes of a program in the order of its lines: those of structure and references, and the rules that the
/// users break that can be read.
async fn told(read: PartlyRead, args: &Global) -> Failure {
    let PartlyRead { error, readable, .. } = read;
    let broken = match &readable {
        Some(program) => broken_rules(program, args).await.unwrap_or_default(),
        None => Vec::new(),
    };
    if broken.is_empty() {
        return error.into();
    }
    let mut found = DeploymentError::from(error).diagnostics();
    let more = found.len().saturating_sub(output::MOST);
    found.truncate(output::MOST);
    found.extend(broken);
    found.sort_by_key(|found| found.location.as_ref().map(|at| (at.line, at.column)));
    let failure = output::found(found.into(), Form::Program).err().unwrap_or_else(Failure::said);
    if more > 0 {
        output::note(&format!("{more} more mistakes in the program; mend those above first"));
    }
    failure
}

/// The rules that the users of a program break, as far as no call tells. A failure is told once the program can be read.
async fn broken_rules(program: &Program, args: &Global) -> Outcome<Vec<FileDiagnostic>> {
    // Every user is checked, whatever a plan is limited to.
    let args = Global { r#where: Vec::new(), ..args.clone() };
    let (run, entries) = Run::open(&args, Scale::default(), Access::Offline).await?;
    let mut session = run.session(entries);
    let review = run.deployment(program, &session).validate(&mut session).await?;
    Ok(review.diagnostics(Some(program)))
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
