//! What is seen of an apply while it goes on, and what is noted with each user.

use std::{collections::BTreeMap, io::IsTerminal};

use connect_user::{
    fleet::{Event, EventKind, FleetObserver, FleetPlan},
    user::{Diagnostic, Secret, UserId, UserState, one_line},
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::{
    args::Format,
    output,
    store::{DELETED_WITH, FINGERPRINT, PROTECT, RETAIN},
    wishes::Wishes,
};

/// What is noted with a user.
pub struct Keep {
    /// The user that is there already.
    pub old: Option<UserId>,
    /// The password that a new user gets.
    pub password: Option<Secret>,
    pub protect: bool,
    /// Whether the account stays when the user leaves the program.
    pub retain: bool,
    /// The resource with which the user vanishes by itself.
    pub deleted_with: Option<String>,
}

/// Notes what holds, and leaves out what is usual.
fn set(notes: &mut BTreeMap<String, String>, name: &str, value: Option<String>) {
    match value {
        Some(value) => drop(notes.insert(name.to_owned(), value)),
        None => drop(notes.remove(name)),
    }
}

/// Looks on: a bar on a terminal, a line a call elsewhere, and JSON for machines.
pub struct Watch<'a> {
    keeps: BTreeMap<String, Keep>,
    wishes: &'a Wishes,
    format: Format,
    bar: Option<ProgressBar>,
}

impl<'a> Watch<'a> {
    pub fn new(plan: &FleetPlan, keeps: BTreeMap<String, Keep>, wishes: &'a Wishes, format: Format) -> Self {
        let steps: usize = plan.users().iter().map(|user| user.plan.steps().len()).sum();
        let is_shown = format == Format::Text && std::io::stderr().is_terminal() && steps > 0;
        let bar = is_shown.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps  {msg}");
            ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { keeps, wishes, format, bar }
    }

    fn note(&self, note: &Diagnostic) {
        match (self.format, &self.bar) {
            (Format::Json, _) => output::json_line(
                &json!({"event": "note", "code": note.code, "message": note.message, "help": note.help}),
            ),
            (Format::Text, Some(bar)) => bar.suspend(|| output::diagnostic(note)),
            (Format::Text, None) => output::diagnostic(note),
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl FleetObserver for Watch<'_> {
    fn event(&self, Event { kind, progress, .. }: &Event) {
        if let Some(bar) = &self.bar {
            bar.set_position(progress.steps_done);
            let (rate, left) = (progress.rate, HumanDuration(progress.left));
            bar.set_message(format!("{rate:.1} a second, about {left} left"));
        }
        if let EventKind::Note(note) = kind {
            return self.note(note);
        }
        let EventKind::Step { user, operation, error, request_id, .. } = kind else { return };
        let status = if error.is_none() { "done" } else { "failed" };
        match (self.format, &self.bar) {
            (Format::Text, Some(_)) => {}
            (Format::Text, None) => output::text(&format!("{}: {operation} {status}", one_line(user))),
            (Format::Json, _) => {
                let mut event = json!({
                    "event": "step", "user": user, "operation": operation, "status": status,
                    "progress": progress,
                });
                if let (Some(error), Some(members)) = (error, event.as_object_mut()) {
                    members.insert("error".into(), error.to_string().into());
                    members.insert("requestId".into(), request_id.as_deref().into());
                }
                output::json_line(&event);
            }
        }
    }

    fn notes(
        &self,
        name: &str,
        state: Option<&UserState>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut notes = before.clone();
        let Some(keep) = self.keeps.get(name) else { return notes };
        let is_old = state.is_some_and(|state| keep.old.as_ref() == Some(&state.user_id));
        // The slow hash is made only where it is written down.
        if !is_old || !notes.contains_key(FINGERPRINT) {
            let password = keep.password.as_ref();
            match password.and_then(|password| self.wishes.fingerprints.of(password)) {
                Some(fingerprint) => drop(notes.insert(FINGERPRINT.to_owned(), fingerprint)),
                None => drop(notes.remove(FINGERPRINT)),
            }
        }
        notes.insert(PROTECT.to_owned(), keep.protect.to_string());
        set(&mut notes, RETAIN, keep.retain.then(|| true.to_string()));
        set(&mut notes, DELETED_WITH, keep.deleted_with.clone());
        notes
    }
}
