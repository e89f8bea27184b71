//! What is seen of an apply while it goes on, and what is noted with each user.

use std::{
    collections::{BTreeMap, HashMap},
    io::IsTerminal,
    sync::{Mutex, MutexGuard, PoisonError},
};

use connect_user::{
    fleet::{Event, EventKind, FleetObserver},
    user::{Diagnostic, Secret, UserId, UserState, one_line},
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::{args::Format, output, store::FINGERPRINT, wishes::Wishes};

/// The passwords of users, from which what tells a changed one is made.
#[derive(Default)]
pub struct Passwords(Mutex<HashMap<String, Password>>);

struct Password {
    /// The user that is there already.
    old: Option<UserId>,
    /// The one that a new user gets.
    value: Secret,
}

impl Passwords {
    pub fn add(&self, name: &str, password: Option<&Secret>, actual: Option<&UserState>) {
        if let Some(value) = password.cloned() {
            let old = actual.map(|state| state.user_id.clone());
            self.lock().insert(name.to_owned(), Password { old, value });
        }
    }

    /// Who has one.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Password>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks on: a bar on a terminal, a line a call elsewhere, and JSON for machines.
pub struct Watch<'a> {
    passwords: &'a Passwords,
    wishes: &'a Wishes,
    format: Format,
    bar: Option<ProgressBar>,
}

impl<'a> Watch<'a> {
    pub fn new(steps: usize, passwords: &'a Passwords, wishes: &'a Wishes, format: Format) -> Self {
        let is_shown = format == Format::Text && std::io::stderr().is_terminal() && steps > 0;
        let bar = is_shown.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps  {msg}");
            ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { passwords, wishes, format, bar }
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
        let passwords = self.passwords.lock();
        let password = passwords.get(name);
        let old = password.and_then(|password| password.old.as_ref());
        let is_old = state.is_some_and(|state| old == Some(&state.user_id));
        // The slow hash is made only where it is written down.
        if password.is_some() && (!is_old || !notes.contains_key(FINGERPRINT)) {
            match password.and_then(|password| self.wishes.fingerprints.of(&password.value)) {
                Some(fingerprint) => drop(notes.insert(FINGERPRINT.to_owned(), fingerprint)),
                None => drop(notes.remove(FINGERPRINT)),
            }
        }
        notes
    }
}
