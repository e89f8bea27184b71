//! Shows the progress of an apply.

use std::io::IsTerminal;

use connect_user::{
    fleet::{Event, EventKind, FleetObserver},
    user::one_line,
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::output;

/// The progress: a bar on a terminal, one line per call elsewhere, and JSON for machines.
pub struct Watch(Option<ProgressBar>);

impl Watch {
    /// Shows the progress of this number of steps.
    pub fn new(steps: usize) -> Self {
        let is_shown = !output::is_json() && std::io::stderr().is_terminal() && steps > 0;
        Self(is_shown.then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps  {msg}");
            ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    pub fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl FleetObserver for Watch {
    fn event(&self, event: &Event) {
        let progress = &event.progress;
        if let Some(bar) = &self.0 {
            bar.set_length(progress.steps.max(bar.position()));
            bar.set_position(progress.steps_done);
            let (rate, left) = (progress.rate, HumanDuration(progress.left));
            bar.set_message(format!("{rate:.1} a second, about {left} left"));
        }
        match (&event.kind, &self.0) {
            (EventKind::Step { error, request_id, .. }, _) if output::is_json() => {
                let mut line = json!(event);
                line["status"] = status(error.is_none()).into();
                if error.is_some() {
                    line["requestId"] = request_id.as_deref().into();
                }
                output::json_line(&line);
            }
            (EventKind::Step { user, operation, error, .. }, None) => {
                output::text(format!("{}: {operation} {}", one_line(user), status(error.is_none())));
            }
            (EventKind::Note(_), _) if output::is_json() => output::json_line(&json!(event)),
            (EventKind::Note(note), Some(bar)) => bar.suspend(|| output::diagnostic(note)),
            (EventKind::Note(note), None) => output::diagnostic(note),
            _ => {}
        }
    }
}

const fn status(is_done: bool) -> &'static str {
    if is_done { "done" } else { "failed" }
}
