//! What is wrong with the users of a program, each with its place.

use anstyle::AnsiColor;
use connect_user::{
    interop::{
        Review,
        program::{Location, Program},
    },
    user::{Diagnostic, one_line},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{output, way_out};

/// So many values that are not known are listed.
const MOST_DEFERRED: usize = 20;

/// What is wrong with every user.
pub struct Violations(Vec<Violation>);

#[derive(Serialize)]
struct Violation {
    #[serde(flatten)]
    diagnostic: Diagnostic,
    #[serde(flatten)]
    location: Option<Location>,
}

impl Violations {
    pub fn of(review: &Review, program: &Program) -> Self {
        let violations = review.users.iter().flat_map(|user| {
            user.report.diagnostics().iter().map(|diagnostic| Violation {
                location: program.location(&user.name, &diagnostic.path.to_string()),
                diagnostic: diagnostic
                    .clone()
                    .about(&user.name)
                    .with_help(way_out::help(diagnostic).unwrap_or_default()),
            })
        });
        Self(violations.collect())
    }

    /// Prints them to stderr.
    pub fn print(&self) {
        for violation in &self.0 {
            if output::is_json() {
                let mut line = json!(violation);
                line["level"] = line["severity"].clone();
                output::error_line(&line);
                continue;
            }
            let Diagnostic { path, code, severity, subject, message, help, .. } = &violation.diagnostic;
            let user = one_line(subject.as_deref().unwrap_or_default());
            let location = violation.location.as_ref().map(|location| format!(" ({location})"));
            let at = format!("{user}.{path}{}", location.unwrap_or_default());
            let color = if violation.diagnostic.is_error() { AnsiColor::Red } else { AnsiColor::Yellow };
            output::tell(
                color.on_default().bold(),
                &format!("{severity}[{code}]"),
                &format!("{user}: {message}"),
                (!path.segments().is_empty()).then_some(at).as_deref(),
                help.as_deref(),
            );
        }
    }

    /// All of them, and what is not known yet.
    pub fn report(&self, review: &Review) -> Value {
        let deferred = review.users.iter().flat_map(|user| {
            user.report.deferred().iter().map(|path| json!({"user": user.name, "path": path}))
        });
        let deferred: Vec<Value> = deferred.collect();
        json!({"valid": review.is_valid(), "violations": self.0, "deferred": deferred})
    }
}

/// Lists the values that are not known before an apply, by user and path, and says how many there are.
pub fn print_deferred(review: &Review) -> usize {
    let mut count = 0;
    for user in &review.users {
        for path in user.report.deferred() {
            count += 1;
            if count <= MOST_DEFERRED {
                output::text(&format!("known after apply: {}.{path}", one_line(&user.name)));
            }
        }
    }
    if count > MOST_DEFERRED {
        output::text(&format!("and {} more; `--format json` lists all", count - MOST_DEFERRED));
    }
    count
}
