//! What is printed: for people in colour, for machines as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use connect_user::{
    diff::{Action, Preview},
    fleet::{Estimate, Refreshed},
    validate::{Report, Severity, Violation},
};
use serde_json::{Value, json};

use crate::{
    args::{Color, Format},
    backend::Backend,
    failure::Failure,
    review::{Review, View},
};

/// From so many recorded users on, it is told how they are read.
const MANY: usize = 100;

/// So many names of users who will be deleted stand in one line.
const LISTED: usize = 50;

pub fn choose_color(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Prints lines to stdout, each in the colour of its symbol.
pub fn text(text: &str) {
    let mut out = anstream::stdout().lock();
    for line in text.lines() {
        let style = style_of(line.trim_start());
        // Whoever closes the pipe has seen enough.
        let _ = writeln!(out, "{style}{line}{style:#}");
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
    let _ = writeln!(io::stdout().lock(), "{value}");
}

pub fn json(value: &Value) {
    let _ = writeln!(io::stdout().lock(), "{value:#}");
}

/// So many users, in words.
pub fn users(count: usize) -> String {
    format!("{count} user{}", if count == 1 { "" } else { "s" })
}

/// Prints a line to stderr.
pub fn note(text: &str) {
    let style = AnsiColor::Yellow.on_default();
    let _ = writeln!(anstream::stderr().lock(), "{style}note{style:#}: {text}");
}

pub fn failure(failure: &Failure) {
    if failure.is_said() {
        return;
    }
    let style = AnsiColor::Red.on_default().bold();
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{style}error{style:#}: {failure}");
    if let Some(help) = failure.way_out() {
        let _ = writeln!(err, "  help: {help}");
    }
}

/// Prints the violations of every user to stderr, and says whether all are valid.
pub fn violations(views: &[View]) -> bool {
    for view in views {
        for violation in view.report.violations() {
            self::violation(&view.name, violation);
        }
    }
    views.iter().all(|view| view.report.is_valid())
}

fn violation(user: &str, violation: &Violation) {
    let style = match violation.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
    };
    let mut err = anstream::stderr().lock();
    let Violation { path, code, severity, message, help, .. } = violation;
    let _ = writeln!(err, "{style}{severity}[{code}]{style:#}: {user}: {message}");
    let place = path.to_string();
    if !place.is_empty() {
        let _ = writeln!(err, "  at: {user}.{place}");
    }
    if let Some(help) = help {
        let _ = writeln!(err, "  help: {help}");
    }
}

/// The report of every user, in one.
pub fn reports_json(views: &[View]) -> Value {
    let reports = || views.iter().map(|view| (view.name.as_str(), &view.report));
    let violations: Vec<_> = reports()
        .flat_map(|(user, report)| {
            report.violations().iter().map(move |violation| with_user(user, violation))
        })
        .collect();
    let deferred: Vec<_> = reports()
        .flat_map(|(user, report): (_, &Report)| {
            report.deferred().iter().map(move |path| json!({"user": user, "path": path}))
        })
        .collect();
    json!({
        "valid": reports().all(|(_, report)| report.is_valid()),
        "violations": violations,
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
        let mut counts = Self::default();
        for (_, preview) in review.previews() {
            let count = match preview.diff.action {
                Action::Create => &mut counts.create,
                Action::Update => &mut counts.update,
                Action::Replace => &mut counts.replace,
                Action::Delete => &mut counts.delete,
                _ => &mut counts.unchanged,
            };
            *count += 1;
            counts.calls += preview.calls();
        }
        counts
    }

    /// Whether there is something to do.
    pub const fn is_work(&self) -> bool {
        self.create + self.update + self.replace + self.delete > 0
    }
}

/// Prints what would be done.
pub fn plan(review: &Review, backend: &Backend, format: Format) {
    let counts = Counts::of(review);
    let steps = review.previews().flat_map(|(_, preview)| &preview.steps);
    let estimate = Estimate::of_steps(steps, |operation| backend.pace.rate(operation));
    match format {
        Format::Text => {
            // How few users are read matters to nobody.
            for explanation in review.refreshed.explanations.iter().filter(|_| review.recorded >= MANY) {
                note(explanation);
            }
            for (name, preview) in review.previews() {
                text(&preview.text(name).to_string());
            }
            let goes = |preview: &Preview| matches!(preview.diff.action, Action::Delete | Action::Replace);
            let gone: Vec<_> = review
                .previews()
                .filter(|(_, preview)| goes(preview))
                .map(|(name, _)| name.as_str())
                .collect();
            if gone.len() > 1 {
                let listed = gone.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
                let more = match gone.len().saturating_sub(LISTED) {
                    0 => String::new(),
                    more => format!(" and {more} more, each shown above"),
                };
                text(&format!(
                    "- {} users will be deleted, which is irreversible: {listed}{more}",
                    gone.len()
                ));
            }
            text(&counts.line(&estimate));
        }
        Format::Json => {
            let is_told =
                |preview: &Preview| preview.diff.action != Action::None || !preview.diff.notices.is_empty();
            let told = review.previews().filter(|(_, preview)| is_told(preview));
            let users: Vec<_> = told.map(|(name, preview)| with_user(name, preview)).collect();
            let Counts { create, update, replace, delete, unchanged, calls } = counts;
            let summary = json!({
                "create": create, "update": update, "replace": replace, "delete": delete,
                "unchanged": unchanged, "calls": calls, "estimate": estimate,
            });
            let moves: Vec<_> =
                review.moves().map(|(from, name)| json!({"from": from, "user": name})).collect();
            let Refreshed { findings, explanations, .. } = &review.refreshed;
            json(&json!({
                "users": users, "summary": summary, "findings": findings, "refresh": explanations,
                "moves": moves, "notices": review.notices,
            }));
        }
    }
}

impl Counts {
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
