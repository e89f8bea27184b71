//! Output: coloured text for people, JSON for machines.

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
    alike::{SHOWN, Told, alike},
    args::Format,
    failure::{Failure, Mistake, Outcome},
    way_out,
};

/// The format of the output.
static FORMAT: OnceLock<Format> = OnceLock::new();

pub fn choose(color: ColorChoice, format: Format) {
    let _ = FORMAT.set(format);
    match color {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Whether the output is JSON.
pub fn is_json() -> bool {
    FORMAT.get() == Some(&Format::Json)
}

/// Prints a result as JSON or as text.
pub fn result(json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
    if is_json() { self::json(&json()) } else { self::text(text()) }
}

/// The error of writing to stdout, if there was one.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// Notes an error of writing to stdout. A closed pipe is ignored; other errors are reported at the end, so that work in
/// progress is not cut off.
pub fn written(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(error);
    }
}

/// Fails if something could not be written to stdout, for example because the disk is full.
pub fn check_written() -> Outcome<()> {
    written(io::stdout().flush());
    match UNWRITTEN.get() {
        Some(error) => Err(Failure::new(format!("the output cannot be written: {error}"))
            .help("make room, or write it elsewhere; what was applied is recorded")),
        None => Ok(()),
    }
}

/// Prints a file, and fails if it cannot be written: an incomplete file would look complete.
pub fn file(text: &str) -> Outcome<()> {
    written(io::stdout().lock().write_all(text.as_bytes()));
    check_written()
}

/// Prints lines to stdout, each in the colour of its symbol. Names and values in them are escaped by [`one_line`] or as
/// JSON; other characters that could control a terminal are escaped here.
pub fn text(text: impl Display) {
    let mut lines = Lines { out: anstream::stdout().lock(), line: String::new() };
    // Writing to `Lines` cannot fail.
    let _ = write!(lines, "{text}");
    lines.end();
}

/// Prints lines as they are written, so that the plan of a large fleet is never in memory as a whole text.
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

/// Prints a diagnostic of the library to stderr.
pub fn diagnostic(found: &Diagnostic) {
    plain(found.severity, &found.text(), None, way_out::help(found).as_deref());
}

/// Prints the first few diagnostics of each kind; an apply of many users that was killed leaves many.
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

/// Prints the notices of a plan. If the state is lost, every user has the name of a user that is not recorded.
pub fn notices(all: Vec<Diagnostic>) {
    let (taken, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|notice| notice.code == Code::NAME_NOT_RECORDED);
    some_of_each(&taken);
    others.iter().for_each(diagnostic);
}

/// Limit of findings that are printed for one file.
pub const MOST: usize = 100;

/// Prints findings about a file or a program, with codes; fails if there is an error among them.
pub fn found(found: Findings, form: Form) -> Outcome<()> {
    let kept: Vec<_> = found.kept().iter().map(way_out::mended).collect();
    // Of a file, not all are kept, so that they cannot be counted.
    let shown = match form {
        Form::Program => alike(&kept, |found| {
            let Diagnostic { path, subject, severity, code, message, help, .. } = &found.diagnostic;
            // What is not about a user is about its place.
            let place = subject.is_none().then(|| found.location.as_ref().map(ToString::to_string));
            let key = (code, severity, path.to_string(), message.as_str(), help.as_deref(), place);
            (key, subject.as_deref().unwrap_or_default())
        }),
        _ => kept.iter().map(Told::alone).collect(),
    };
    shown.iter().for_each(|told| coded(told, form));
    if found.more() > 0 {
        note(&format!("{} more findings are not shown", found.more()));
    }
    if shown.len() > A_SCREEN && !is_json() {
        let totals: Vec<_> = found.totals().iter().map(|(code, count)| format!("{code} {count}")).collect();
        note(&format!("in all: {}", totals.join(", ")));
    }
    if found.is_valid() { Ok(()) } else { Err(Failure::said()) }
}

/// If there are more findings than this, counts are printed at the end, because the first ones may be scrolled away.
const A_SCREEN: usize = 20;

/// Prints a failure to stderr.
pub fn failure(Failure(mistakes): &Failure) {
    for Mistake { message, help, location } in mistakes.iter().take(MOST) {
        let help = Some(help.as_str()).filter(|help| !help.is_empty());
        plain(Severity::Error, message, location.as_ref(), help);
    }
    if let Some(more) = mistakes.len().checked_sub(MOST).filter(|more| *more > 0) {
        note(&format!("{more} more errors; mend those above first"));
    }
}

/// The form of a finding in text output.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// With the place in the file.
    File,
    /// With the place in the file, and the property of the user, by which authors of programs know it.
    Program,
}

/// Prints a finding to stderr, with its code.
fn coded(Told { first: found, users }: &Told<'_, FileDiagnostic>, form: Form) {
    let FileDiagnostic { diagnostic, location, .. } = found;
    let Diagnostic { path, subject, severity, code, help, .. } = diagnostic;
    // A mistake in the form of a program is told as if it were alone.
    if form == Form::Program && *code == Code::INVALID_PROGRAM {
        return plain(*severity, &diagnostic.text(), location.as_ref(), help.as_deref());
    }
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
    let text = match users {
        Some(users) => format!("{users}: {}", diagnostic.message),
        None => diagnostic.text(),
    };
    tell(*severity, &format!("[{code}]"), &text, at.as_deref(), help.as_deref());
}

/// Prints a message to stderr without a code: severity, text, place and help.
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

/// Prints a message as text to stderr.
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

/// Prints a line of JSON to stderr.
fn error_line(value: &Value) {
    let _ = writeln!(io::stderr().lock(), "{}", readable_json(&value.to_string()));
}
