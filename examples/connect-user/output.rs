//! What is printed: for people in colour, for machines as JSON.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write},
    sync::OnceLock,
};

use anstyle::{AnsiColor, Style};
use connect_user::{
    diff::Action,
    fleet::{Estimate, Refreshed, Session},
    user::{Diagnostic, one_line},
};
use serde_json::{Value, json};

use crate::{
    args::{Color, Format},
    backend::Backend,
    failure::{Failure, Outcome},
    program::{
        Undefined,
        place::{self, Place},
    },
    review::{Review, View},
    wishes::{UNDEFINED_REFERENCE, Wishes},
};

/// From so many recorded users on, it is told how they are read.
const MANY: usize = 100;

/// So many names of users who will be deleted stand in one line.
const LISTED: usize = 50;

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

fn is_json() -> bool {
    FORMAT.get() == Some(&Format::Json)
}

/// Whether a plan shows its summary alone.
static SUMMARY: OnceLock<bool> = OnceLock::new();

pub fn summarise(alone: bool) {
    let _ = SUMMARY.set(alone);
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
    written(writeln!(io::stdout().lock(), "{}", readable(&value.to_string())));
}

pub fn json(value: &Value) {
    written(writeln!(io::stdout().lock(), "{}", readable(&format!("{value:#}"))));
}

/// JSON in which each character that cannot be seen, or that YAML does not allow, is escaped.
pub fn readable(json: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || matches!(one_line(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_));
    if json.is_ascii() && !json.contains('\u{7f}') || json.chars().all(is_plain) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        // What is beyond the first plane would need two escapes, which YAML does not put together.
        if is_plain(c) || u32::from(c) > 0xffff {
            text.push(c);
        } else {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    Cow::Owned(text)
}

/// So many users, in words.
pub fn users(count: usize) -> String {
    format!("{count} user{}", if count == 1 { "" } else { "s" })
}

/// Prints a line to stderr.
pub fn note(text: &str) {
    if is_json() {
        return error_line(&json!({"level": "note", "message": text}));
    }
    let style = AnsiColor::Yellow.on_default();
    let _ = writeln!(anstream::stderr().lock(), "{style}note{style:#}: {}", one_line(text));
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
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}{}{style:#}: {}", found.severity, one_line(&found.text()));
    if let Some(help) = &found.help {
        let _ = writeln!(err, "  help: {}", one_line(help));
    }
}

/// So many mistakes of one reading are told.
const MOST_FAILURES: usize = 100;

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
    let place = failure.place();
    if is_json() {
        let mut line = json!({"level": "error", "message": failure.to_string(), "help": failure.way_out()});
        locate(&mut line, place);
        return error_line(&line);
    }
    let style = AnsiColor::Red.on_default().bold();
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}error{style:#}: {}", one_line(&failure.to_string()));
    if let Some(place) = place {
        let _ = writeln!(err, "  at: {}", one_line(&place.to_string()));
    }
    if let Some(help) = failure.way_out() {
        let _ = writeln!(err, "  help: {}", one_line(help));
    }
}

/// Adds where in the program something is.
fn locate(line: &mut Value, place: Option<Place>) {
    if let Some(Place { file, line: at, column }) = place {
        line["file"] = file.into();
        line["line"] = at.into();
        line["column"] = column.into();
    }
}

fn error_line(value: &Value) {
    let _ = writeln!(io::stderr().lock(), "{}", readable(&value.to_string()));
}

/// Prints the violations of every user to stderr, and says whether all are valid.
pub fn violations(views: &[View], wishes: &Wishes) -> bool {
    for violation in all_violations(views, wishes) {
        if is_json() {
            let mut line = violation;
            if let Some(members) = line.as_object_mut() {
                let severity = members.get("severity").cloned().unwrap_or_default();
                members.insert("level".into(), severity);
            }
            error_line(&line);
        } else {
            print_violation(&violation);
        }
    }
    views.iter().all(|view| view.is_valid(wishes))
}

fn print_violation(violation: &Value) {
    let member = |name: &str| one_line(violation[name].as_str().unwrap_or_default());
    let (severity, user, path) = (member("severity"), member("user"), member("path"));
    let color = if severity == "error" { AnsiColor::Red } else { AnsiColor::Yellow };
    let style = color.on_default().bold();
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}{severity}[{}]{style:#}: {user}: {}", member("code"), member("message"));
    if !path.is_empty() {
        let at = match (violation["file"].as_str(), &violation["line"], &violation["column"]) {
            (Some(file), line, column) => format!(" ({}:{line}:{column})", one_line(file)),
            _ => String::new(),
        };
        let _ = writeln!(err, "  at: {user}.{path}{at}");
    }
    if !member("help").is_empty() {
        let _ = writeln!(err, "  help: {}", member("help"));
    }
}

/// The violations of every user, as JSON: those of the library's rules, and references to nothing.
fn all_violations(views: &[View], wishes: &Wishes) -> Vec<Value> {
    let of = |view: &View| -> Vec<Value> {
        let undefined = view.undefined.iter().map(|Undefined { path, reference, help }| {
            json!({
                "path": path, "code": UNDEFINED_REFERENCE, "severity": wishes.undefined,
                "message": format!("`${{{reference}}}` refers to nothing that the program defines"),
                "help": help, "user": view.name,
            })
        });
        let violations = view.report.diagnostics().iter().map(|violation| with_user(&view.name, violation));
        let mut all: Vec<Value> = undefined.chain(violations).collect();
        for violation in &mut all {
            let place = place::of_property(&view.name, violation["path"].as_str().unwrap_or_default());
            locate(violation, place);
        }
        all
    };
    views.iter().flat_map(of).collect()
}

/// So many values that are not known are listed.
const MOST_DEFERRED: usize = 20;

/// Lists the values that are not known before an apply, by user and path.
pub fn deferred(views: &[View]) {
    let of = |view: &View| -> Vec<String> {
        let paths = view.report.deferred().iter();
        paths.map(|path| format!("known after apply: {}.{path}", one_line(&view.name))).collect()
    };
    let lines: Vec<String> = views.iter().flat_map(of).collect();
    lines.iter().take(MOST_DEFERRED).for_each(|line| text(line));
    match lines.len().saturating_sub(MOST_DEFERRED) {
        0 => {}
        more => text(&format!("and {more} more; `--format json` lists all")),
    }
}

/// The report of every user, in one.
pub fn reports_json(views: &[View], wishes: &Wishes) -> Value {
    let deferred: Vec<_> = views
        .iter()
        .flat_map(|view| {
            view.report.deferred().iter().map(move |path| json!({"user": view.name, "path": path}))
        })
        .collect();
    json!({
        "valid": views.iter().all(|view| view.is_valid(wishes)),
        "violations": all_violations(views, wishes),
        "deferred": deferred,
    })
}

fn with_user(user: &str, value: impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert("user".into(), user.into());
    }
    value
}

/// How many users get what.
#[derive(Default)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub unchanged: usize,
    pub calls: usize,
}

impl Counts {
    pub fn of(review: &Review) -> Self {
        let preview = &review.preview;
        Self {
            create: preview.count(Action::Create),
            update: preview.count(Action::Update),
            replace: preview.count(Action::Replace),
            delete: preview.count(Action::Delete),
            unchanged: preview.count(Action::None),
            calls: preview.calls(),
        }
    }

    /// Whether there is something to do.
    pub const fn is_work(&self) -> bool {
        self.create + self.update + self.replace + self.delete > 0
    }
}

/// Prints what would be done.
pub fn plan(review: &Review, session: &Session<'_>, backend: &Backend, format: Format) {
    let (counts, preview, refreshed) = (Counts::of(review), &review.preview, session.refreshed());
    let estimate = preview.estimate(|operation| backend.pace.rate(operation));
    if SUMMARY.get() == Some(&true) {
        return totals(&counts, &estimate, instances(review, session), format);
    }
    match format {
        Format::Text => {
            // How few users are read matters to nobody.
            for explanation in refreshed.explanations.iter().filter(|_| preview.recorded() >= MANY) {
                note(explanation);
            }
            for user in preview.users() {
                text(&user.preview().text(&user.name).to_string());
            }
            let gone = preview.deletions();
            if gone.len() > 1 {
                let listed: Vec<_> = gone.iter().take(LISTED).map(|name| one_line(name)).collect();
                let more = match gone.len().saturating_sub(LISTED) {
                    0 => String::new(),
                    more => format!(" and {more} more, each shown above"),
                };
                text(&format!(
                    "- {} users will be deleted, which is irreversible: {}{more}",
                    gone.len(),
                    listed.join(", ")
                ));
            }
            text(&counts.line(&estimate));
        }
        Format::Json => {
            let told = preview.users().iter().filter(|user| {
                let preview = user.preview();
                preview.diff.action != Action::None || !preview.diff.notices.is_empty()
            });
            let users: Vec<_> = told.map(|user| with_user(&user.name, user.preview())).collect();
            let summary = counts.json(&estimate);
            let moves: Vec<_> =
                preview.moves().map(|(from, name)| json!({"from": from, "user": name})).collect();
            json(&json!({
                "users": users, "summary": summary, "findings": refreshed.findings,
                "refresh": refreshed.explanations, "moves": moves, "notices": preview.notices(),
                "released": preview.released(),
            }));
        }
    }
}

/// How many users change in each instance, where it is known.
fn instances(review: &Review, session: &Session<'_>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for user in review.preview.users().iter().filter(|user| user.action() != Action::None) {
        let recorded = || session.state(&user.name).map(|state| &state.instance_id);
        if let Some(instance) = user.identity().map(|(instance, _)| instance).or_else(recorded) {
            *counts.entry(instance.bare().to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Prints what a plan comes to, and no user.
fn totals(counts: &Counts, estimate: &Estimate, instances: BTreeMap<String, usize>, format: Format) {
    if format == Format::Json {
        let mut summary = counts.json(estimate);
        summary["instances"] = json!(instances);
        return json(&json!({"summary": summary}));
    }
    text(&counts.line(estimate));
    for (instance, users) in instances {
        text(&format!("  {}: {} to change", one_line(&instance), self::users(users)));
    }
    for (operation, calls) in &estimate.calls {
        text(&format!("  {operation}: {calls} call{}", if *calls == 1 { "" } else { "s" }));
    }
}

/// How many users a message names.
const SHOWN: usize = 5;

/// Says who could not be read, and whether there is anybody: a plan of them would be made of what is no longer
/// true.
pub fn unread(refreshed: &Refreshed) -> bool {
    refreshed.unchecked.iter().for_each(diagnostic);
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
        failure(&Failure::new(message).after(&format!("{listed}{more}")).help(help));
    }
    !refreshed.failed.is_empty()
}

impl Counts {
    fn json(&self, estimate: &Estimate) -> Value {
        let Self { create, update, replace, delete, unchanged, calls } = self;
        json!({
            "create": create, "update": update, "replace": replace, "delete": delete,
            "unchanged": unchanged, "calls": calls, "estimate": estimate,
        })
    }

    fn line(&self, estimate: &Estimate) -> String {
        let Self { create, update, replace, delete, unchanged, .. } = self;
        if !self.is_work() {
            return format!("No changes: {unchanged} up to date.");
        }
        format!(
            "Plan: {create} to create, {update} to update, {replace} to replace, {delete} to delete, \
             {unchanged} unchanged; {estimate}.",
        )
    }
}
