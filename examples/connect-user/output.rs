//! What is printed: for people in colour, for machines as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::OnceLock,
};

use anstyle::{AnsiColor, Style};
use connect_user::{
    fleet::Refreshed,
    interop::program::readable_json,
    user::{Code, Diagnostic, one_line},
};
use serde_json::{Value, json};

use crate::{
    args::{Color, Format},
    failure::{Failure, Outcome},
};

/// The form of what is printed.
static FORMAT: OnceLock<Format> = OnceLock::new();

pub fn choose(color: Color, format: Format) {
    let _ = FORMAT.set(format);
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Whether machines read what is printed.
pub fn is_json() -> bool {
    FORMAT.get() == Some(&Format::Json)
}

/// Prints a result: to machines, or to people.
pub fn result(json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
    if is_json() { self::json(&json()) } else { self::text(&text()) }
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

/// Prints lines to stdout, each in the colour of its symbol. Names and values in them have passed through
/// [`one_line`] or stand in JSON; what else might steer a terminal is escaped here.
pub fn text(text: &str) {
    let mut out = anstream::stdout().lock();
    for line in text.lines() {
        let style = style_of(line.trim_start());
        written(writeln!(out, "{style}{}{style:#}", one_line(line)));
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

/// So many users, in words.
pub fn users(count: usize) -> String {
    format!("{count} user{}", if count == 1 { "" } else { "s" })
}

/// Prints a note to stderr.
pub fn note(text: &str) {
    if is_json() {
        return error_line(&json!({"level": "note", "message": text}));
    }
    tell(AnsiColor::Yellow.on_default(), "note", text, None, None);
}

/// Prints what the library has found to stderr.
pub fn diagnostic(found: &Diagnostic) {
    if found.is_error() {
        return failure(&Failure::told(found));
    }
    if is_json() {
        return error_line(&json!({"level": found.severity, "message": found.text(), "help": found.help}));
    }
    let style = AnsiColor::Yellow.on_default();
    tell(style, &found.severity.to_string(), &found.text(), None, found.help.as_deref());
}

/// How many notes of a kind are shown one by one, and how many users a message names.
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
        note(&format!("the same is true of {more} more {}", if more == 1 { "user" } else { "users" }));
    }
}

/// So many mistakes of one reading are told.
const MOST_FAILURES: usize = 100;

/// Prints why something has failed to stderr, unless it was said already.
pub fn failure(failure: &Failure) {
    if failure.is_said() {
        return;
    }
    one_failure(failure);
    failure.more().iter().take(MOST_FAILURES).for_each(one_failure);
    match failure.more().len().saturating_sub(MOST_FAILURES) {
        0 => {}
        more => note(&format!("{more} more errors; mend those above first")),
    }
}

fn one_failure(failure: &Failure) {
    if is_json() {
        let mut line = json!({"level": "error", "message": failure.to_string(), "help": failure.way_out()});
        if let (Some(line), Value::Object(location)) = (line.as_object_mut(), json!(failure.location())) {
            line.extend(location);
        }
        return error_line(&line);
    }
    let at = failure.location().map(ToString::to_string);
    let style = AnsiColor::Red.on_default().bold();
    tell(style, "error", &failure.to_string(), at.as_deref(), failure.way_out());
}

/// Prints a message to people: what kind it is of, what there is to say, where, and the way out.
pub fn tell(style: Style, kind: &str, message: &str, at: Option<&str>, help: Option<&str>) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}{kind}{style:#}: {}", one_line(message));
    for (name, text) in [("at", at), ("help", help)] {
        if let Some(text) = text {
            let _ = writeln!(err, "  {name}: {}", one_line(text));
        }
    }
}

/// Prints a line to the machine that reads stderr.
pub fn error_line(value: &Value) {
    let _ = writeln!(io::stderr().lock(), "{}", readable_json(&value.to_string()));
}

/// Says what was not checked, unless an error tells the same cause.
pub fn unchecked(refreshed: &Refreshed) {
    let causes: BTreeSet<String> = refreshed.failed.values().map(ToString::to_string).collect();
    let is_news = |found: &&Diagnostic| !causes.iter().any(|cause| found.message.contains(cause.as_str()));
    refreshed.unchecked.iter().filter(is_news).for_each(diagnostic);
}

/// Says who could not be read, and whether there is anybody: a plan of them would be made of what is no longer
/// true.
pub fn unread(refreshed: &Refreshed) -> bool {
    // One cause, such as an instance that cannot be listed, may concern thousands of users.
    let mut causes: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (name, error) in &refreshed.failed {
        let cause = Failure::caused("cannot be read", error);
        causes.entry((cause.to_string(), error.help())).or_default().push(name);
    }
    for ((message, help), names) in causes {
        let listed = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        failure(&Failure::new(format!("{listed}{more} {message}")).help(help));
    }
    !refreshed.failed.is_empty()
}
