//! The plan of a fleet as text for people.

use std::fmt;

use super::{FleetPlan, FleetPreview, PlanTotals, work::deletes};
use crate::{
    client::Rate,
    diff::Preview,
    user::{Diagnostic, Operation, Property, counted, one_line},
};

/// The plan of a fleet as text for people: the changes of each user, the users that will be deleted, and the totals.
///
/// ```
/// use connect_user::{client::Rate, fleet::FleetPreview};
///
/// let preview = FleetPreview::default();
/// let text = preview.text(|_| Rate::DEFAULT);
/// assert_eq!(text.to_string(), "No changes: 0 up to date.\n");
/// ```
#[derive(Clone)]
pub struct FleetText<'a> {
    fleet: Fleet<'a>,
    totals: PlanTotals,
    names: NameOf<'a>,
    help: Option<HelpOf<'a>>,
    is_summary: bool,
}

/// The preview or the plan that is shown.
#[derive(Clone, Copy, Debug)]
enum Fleet<'a> {
    Preview(&'a FleetPreview),
    Plan(&'a FleetPlan),
}

/// Returns the name of a profile, group or the like, if it is known: by the property that refers to it, and its id.
type NameOf<'a> = &'a dyn Fn(Property, &str) -> Option<String>;

/// Returns what to do about a notice, in the words of the host.
type HelpOf<'a> = &'a dyn Fn(&Diagnostic) -> Option<String>;

/// Limit of names of deleted users in one line.
const LISTED: usize = 50;

impl FleetPreview {
    /// The preview as text, each line with a line break; the duration is estimated at these rates.
    pub fn text(&self, rate: impl Fn(Operation) -> Rate) -> FleetText<'_> {
        FleetText::new(Fleet::Preview(self), self.totals(rate))
    }
}

impl FleetPlan {
    /// The plan as text, each line with a line break; the duration is estimated at these rates.
    pub fn text(&self, rate: impl Fn(Operation) -> Rate) -> FleetText<'_> {
        FleetText::new(Fleet::Plan(self), self.totals(rate))
    }
}

impl<'a> FleetText<'a> {
    fn new(fleet: Fleet<'a>, totals: PlanTotals) -> Self {
        Self { fleet, totals, names: &|_, _| None, help: None, is_summary: false }
    }

    /// Shows the names of profiles and groups beside their ids, as
    /// [`PreviewText::with_names`](crate::diff::PreviewText::with_names) does. Default: no names.
    #[must_use]
    pub fn with_names(self, names: NameOf<'a>) -> Self {
        Self { names, ..self }
    }

    /// Shows this help of each notice instead of its own, as [`PreviewText::with_help`](crate::diff::PreviewText::with_help)
    /// does. Default: its own.
    #[must_use]
    pub fn with_help(self, help: HelpOf<'a>) -> Self {
        Self { help: Some(help), ..self }
    }

    /// Shows only the totals, with the instances and the calls, if `alone` is `true`. Default: the changes of every
    /// user are shown, too.
    #[must_use]
    pub fn with_totals_alone(self, alone: bool) -> Self {
        Self { is_summary: alone, ..self }
    }

    fn write_user(&self, f: &mut fmt::Formatter<'_>, name: &str, preview: &Preview) -> fmt::Result {
        let text = preview.text(name).with_names(self.names);
        let text = self.help.map_or(text, |help| text.with_help(help));
        fmt::Display::fmt(&text, f)
    }

    /// Writes the users with their changes, and the list of users that will be deleted.
    fn write_users(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fleet {
            Fleet::Preview(fleet) => {
                fleet.users().iter().try_for_each(|user| self.write_user(f, &user.name, &user.preview()))?;
                write_deletions(f, &fleet.deletions().iter().map(String::as_str).collect::<Vec<_>>())
            }
            Fleet::Plan(fleet) => {
                let users = fleet.users();
                users.iter().try_for_each(|user| self.write_user(f, &user.name, &user.plan.preview()))?;
                let gone = users.iter().filter(|user| deletes(user.plan.steps()));
                write_deletions(f, &gone.map(|user| user.name.as_str()).collect::<Vec<_>>())
            }
        }
    }

    /// Writes the instances of the users that change, and the calls.
    fn write_totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Fleet::Preview(fleet) = self.fleet {
            for (instance, users) in fleet.instances() {
                writeln!(f, "  {}: {} to change", one_line(instance), counted(users, "user"))?;
            }
        }
        let mut calls = self.totals.estimate.calls.iter();
        calls.try_for_each(|(operation, calls)| writeln!(f, "  {operation}: {}", counted(*calls, "call")))
    }
}

impl fmt::Display for FleetText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_summary {
            self.write_users(f)?;
        }
        match self.totals.changes() {
            0 => writeln!(f, "No changes: {} up to date.", self.totals.unchanged)?,
            _ => writeln!(f, "Plan: {}.", self.totals)?,
        }
        if self.is_summary { self.write_totals(f) } else { Ok(()) }
    }
}

impl fmt::Debug for FleetText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fleet, is_summary, .. } = self;
        f.debug_struct("FleetText")
            .field("fleet", fleet)
            .field("is_summary", is_summary)
            .finish_non_exhaustive()
    }
}

/// Writes the users that will be deleted, if there are two or more.
fn write_deletions(f: &mut fmt::Formatter<'_>, gone: &[&str]) -> fmt::Result {
    if gone.len() < 2 {
        return Ok(());
    }
    let listed: Vec<_> = gone.iter().take(LISTED).map(|name| one_line(name)).collect();
    write!(f, "- {} users will be deleted, which is irreversible: {}", gone.len(), listed.join(", "))?;
    match gone.len().saturating_sub(LISTED) {
        0 => writeln!(f),
        more => writeln!(f, " and {more} more, each shown above"),
    }
}
