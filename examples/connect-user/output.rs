//! What is printed: for people in colour, for machines as JSON.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write as _},
    io::{self, Write},
    sync::OnceLock,
};

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use connect_user::{
    interop::{
        file::{FileDiagnostic, Findings},
        program::{Location, readable_json},
    },
    user::{Code, Diagnostic, Severity, counted, one_line},
};
use serde_json::{Value, json};

use crate::{
    args::Format,
    failure::{Failure, Mistake, Outcome},
    way_out,
};

/// The form of what is printed.
static FORMAT: OnceLock<Format> = OnceLock::new();

pub fn choose(color: ColorChoice, format: Format) {
    let _ = FORMAT.set(format);
    match color {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Whether machines read what is printed.
pub fn is_json() -> bool {
    FORMAT.get() == Some(&Format::Json)
}

/// Prints a result: to machines, or to people.
pub fn result(json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
    if is_json() { self::json(&json()) } else { self::text(text()) }
}

/// Why something could not be written to stdout.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// Whoever closes the pipe has seen enough; anything else is told at the end, so that nothing under way is cut off.
pub fn written(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(error);
    }
}

/// Fails where something could not be written to stdout, such as on a full disk.
pub fn check_written() -> Outcome<()> {
    written(io::stdout().flush());
    match UNWRITTEN.get() {
        Some(error) => Err(Failure::new(format!("the output cannot be written: {error}"))
            .help("make room, or write it elsewhere; what was applied is recorded")),
        None => Ok(()),
    }
}

/// Prints a file, and fails where it cannot be written: what stands there would be taken for the whole.
pub fn file(text: &str) -> Outcome<()> {
    written(io::stdout().lock().write_all(text.as_bytes()));
    check_written()
}

/// Prints lines to stdout, each in the colour of its symbol. Names and values in them have passed through
/// [`one_line`] or stand in JSON; what else might steer a terminal is escaped here.
pub fn text(text: impl Display) {
    let mut lines = Lines { out: anstream::stdout().lock(), line: String::new() };
    // Writing to it cannot fail.
    let _ = write!(lines, "{text}");
    lines.end();
}

/// Lines that are printed as they are made: the plan of a large fleet is never in memory as a text.
struct Lines {
    out: anstream::AutoStream<io::StdoutLock<'static>>,
    line: String,
}

impl fmt::Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive('\n') {
            self.line.push_str(part);
            if part.ends_with('\n') {
                self.end();
            }
        }
        Ok(())
    }
}

impl Lines {
    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            let style = style_of(line.trim_start());
            written(writeln!(self.out, "{style}{}{style:#}", one_line(line.trim_end_matches('\n'))));
        }
    }
}

fn style_of(line: &str) -> Style {
    let color = match line.split(' ').next().unwrap_or_default() {
        "+" => AnsiColor::Green,
        "-" => AnsiColor::Red,
        "~" | "!" | "note:" => AnsiColor::Yellow,
        "-/+" | "+/-" => AnsiColor::Magenta,
        "refused:" => AnsiColor::Red,
        _ => return Style::new(),
    };
    color.on_default()
}

pub fn json_line(value: &Value) {
    written(writeln!(io::stdout().lock(), "{}", readable_json(&value.to_string())));
}

pub fn json(value: &Value) {
    written(writeln!(io::stdout().lock(), "{}", readable_json(&format!("{value:#}"))));
}

/// Prints a note to stderr.
pub fn note(text: &str) {
    plain(Severity::Note, text, None, None);
}

/// Prints what the library has found to stderr.
pub fn diagnostic(found: &Diagnostic) {
    plain(found.severity, &found.text(), None, way_out::help(found).as_deref());
}

/// How many notes of a kind are shown one by one.
const SHOWN: usize = 5;

/// Prints the first few of each kind: a kill in a large apply leaves many.
pub fn some_of_each(found: &[Diagnostic]) {
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    for user in found {
        let count = counts.entry(user.code).or_default();
        *count += 1;
        if *count <= SHOWN {
            diagnostic(user);
        }
    }
    for more in counts.into_values().filter_map(|count| count.checked_sub(SHOWN)).filter(|more| *more > 0) {
        note(&format!("the same is true of {}", counted(more, "more user")));
    }
}

/// Limit of mistakes of one reading that are told.
pub const MOST: usize = 100;

/// Prints what is wrong with a file or a program, or worth knowing, with codes; fails if there is an error among it.
pub fn found(found: Findings, form: Form) -> Outcome<()> {
    found.kept().iter().for_each(|found| coded(&way_out::mended(found), form));
    if found.more() > 0 {
        note(&format!("{} more findings are not shown", found.more()));
    }
    if found.kept().len() > A_SCREEN && !is_json() {
        let totals: Vec<_> = found.totals().iter().map(|(code, count)| format!("{code} {count}")).collect();
        note(&format!("in all: {}", totals.join(", ")));
    }
    if found.is_valid() { Ok(()) } else { Err(Failure::said()) }
}

/// More than so many findings are counted at the end, where the first ones can no longer be seen.
const A_SCREEN: usize = 20;

/// Prints why something has failed to stderr.
pub fn failure(Failure(mistakes): &Failure) {
    for Mistake { message, help, location } in mistakes.iter().take(MOST) {
        let help = Some(help.as_str()).filter(|help| !help.is_empty());
        plain(Severity::Error, message, location.as_ref(), help);
    }
    if let Some(more) = mistakes.len().checked_sub(MOST).filter(|more| *more > 0) {
        note(&format!("{more} more errors; mend those above first"));
    }
}

/// How what is found is told to people, beside its code.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// With its place in the file.
    File,
    /// With the property of a user beside the place: those who write a program know users by it.
    Program,
}

/// Prints what is found to stderr, with its code.
fn coded(found: &FileDiagnostic, form: Form) {
    let FileDiagnostic { diagnostic, location, .. } = found;
    let Diagnostic { path, subject, severity, code, help, .. } = diagnostic;
    if is_json() {
        let mut line = json!(found);
        line["level"] = json!(severity);
        return error_line(&line);
    }
    let user = subject.as_deref().map(one_line).unwrap_or_default();
    let at = location.as_ref().map(ToString::to_string);
    let at = match path.segments().is_empty() || form != Form::Program {
        true => at,
        false => Some(at.map_or(format!("{user}.{path}"), |at| format!("{user}.{path} ({at})"))),
    };
    tell(*severity, &format!("[{code}]"), &diagnostic.text(), at.as_deref(), help.as_deref());
}

/// Prints a message to stderr by its text alone: how bad it is, what there is to say, where, and the way out.
fn plain(severity: Severity, text: &str, location: Option<&Location>, help: Option<&str>) {
    if !is_json() {
        let at = location.map(ToString::to_string);
        return tell(severity, "", text, at.as_deref(), help);
    }
    let mut line = json!({"level": severity, "message": text, "help": help});
    if let (Some(line), Value::Object(location)) = (line.as_object_mut(), json!(location)) {
        line.extend(location);
    }
    error_line(&line);
}

/// Prints a message to people.
fn tell(severity: Severity, code: &str, text: &str, at: Option<&str>, help: Option<&str>) {
    let style = match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default(),
    };
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}{severity}{code}{style:#}: {}", one_line(text));
    for (name, text) in [("at", at), ("help", help)] {
        if let Some(text) = text {
            let _ = writeln!(err, "  {name}: {}", one_line(text));
        }
    }
}

/// Prints a line to the machine that reads stderr.
fn error_line(value: &Value) {
    let _ = writeln!(io::stderr().lock(), "{}", readable_json(&value.to_string()));
}
