//! What is seen of an apply while it goes on.

use std::{collections::BTreeMap, io::IsTerminal};

use connect_user::{
    fleet::{Event, EventKind, FleetObserver},
    interop::Passwords,
    user::{Diagnostic, UserState, one_line},
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::output;

/// Looks on: a bar on a terminal, a line a call elsewhere, and JSON for machines.
pub struct Watch {
    passwords: Option<Passwords>,
    bar: Option<ProgressBar>,
}

impl Watch {
    /// Looks on as so many steps are made, after which `passwords` are noted.
    pub fn new(steps: usize, passwords: Option<Passwords>) -> Self {
        let is_shown = !output::is_json() && std::io::stderr().is_terminal() && steps > 0;
        let bar = is_shown.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps  {msg}");
            ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { passwords, bar }
    }

    fn note(&self, note: &Diagnostic) {
        match &self.bar {
            _ if output::is_json() => output::json_line(
                &json!({"event": "note", "code": note.code, "message": note.message, "help": note.help}),
            ),
            Some(bar) => bar.suspend(|| output::diagnostic(note)),
            None => output::diagnostic(note),
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl FleetObserver for Watch {
    fn event(&self, Event { kind, progress, .. }: &Event) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.steps.max(bar.position()));
            bar.set_position(progress.steps_done);
            let (rate, left) = (progress.rate, HumanDuration(progress.left));
            bar.set_message(format!("{rate:.1} a second, about {left} left"));
        }
        if let EventKind::Note(note) = kind {
            return self.note(note);
        }
        let EventKind::Step { user, operation, error, request_id, .. } = kind else { return };
        let status = if error.is_none() { "done" } else { "failed" };
        if output::is_json() {
            let mut event = json!({
                "event": "step", "user": user, "operation": operation, "status": status, "progress": progress,
            });
            if let Some(error) = error {
                event["error"] = error.to_string().into();
                event["requestId"] = request_id.as_deref().into();
            }
            output::json_line(&event);
        } else if self.bar.is_none() {
            output::text(&format!("{}: {operation} {status}", one_line(user)));
        }
    }

    fn notes(
        &self,
        name: &str,
        state: Option<&UserState>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        match &self.passwords {
            Some(passwords) => passwords.notes(name, state, before),
            None => before.clone(),
        }
    }
}
