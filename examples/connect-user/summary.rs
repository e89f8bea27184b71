//! What a plan comes to, and what an apply has come to.

use connect_user::{
    diff::Action,
    fleet::{FleetOutcome, FleetPlan, FleetPreview, PlanTotals, Session, UserPlan},
    user::{Property, one_line},
};
use serde_json::json;

use crate::{backend::Backend, output};

/// From so many recorded users on, it is told how they are read.
const MANY: usize = 100;

/// So many names of users who will be deleted stand in one line.
const LISTED: usize = 50;

/// Prints what would be done; `alone` prints no user.
pub fn plan(
    preview: &FleetPreview,
    session: &Session<'_>,
    backend: &Backend,
    names: &dyn Fn(Property, &str) -> Option<String>,
    alone: bool,
) {
    let (totals, refreshed) = (preview.totals(|operation| backend.pace.rate(operation)), session.refreshed());
    match (output::is_json(), alone) {
        (true, true) => {
            let mut summary = json!(totals);
            summary["instances"] = json!(preview.instances());
            output::json(&json!({"summary": summary}));
        }
        (true, false) => {
            let mut plan = json!(preview);
            plan["summary"] = json!(totals);
            plan["findings"] = json!(refreshed.findings);
            plan["refresh"] = json!(refreshed.explanations);
            output::json(&plan);
        }
        (false, true) => {
            line(&totals);
            for (instance, users) in preview.instances() {
                output::text(&format!("  {}: {} to change", one_line(instance), output::users(users)));
            }
            for (operation, calls) in &totals.estimate.calls {
                output::text(&format!("  {operation}: {calls} call{}", if *calls == 1 { "" } else { "s" }));
            }
        }
        (false, false) => {
            // How few users are read matters to nobody.
            let explanations = refreshed.explanations.iter().filter(|_| preview.recorded() >= MANY);
            explanations.for_each(|explanation| output::note(explanation));
            for user in preview.users() {
                output::text(&user.preview().text(&user.name).with_names(names).to_string());
            }
            deletions(preview.deletions());
            line(&totals);
        }
    }
}

/// Prints a plan that was saved.
pub fn saved(plan: &FleetPlan, backend: &Backend) {
    plan.notices().iter().for_each(output::diagnostic);
    for user in plan.users() {
        output::text(&user.plan.preview().text(&user.name).to_string());
    }
    let goes = |user: &&UserPlan| matches!(user.plan.action(), Action::Delete | Action::Replace);
    let gone: Vec<String> = plan.users().iter().filter(goes).map(|user| user.name.clone()).collect();
    deletions(&gone);
    line(&plan.totals(|operation| backend.pace.rate(operation)));
}

/// Prints who will be deleted, where it is more than one.
fn deletions(gone: &[String]) {
    if gone.len() > 1 {
        let listed: Vec<_> = gone.iter().take(LISTED).map(|name| one_line(name)).collect();
        let more = match gone.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more, each shown above"),
        };
        let (count, listed) = (gone.len(), listed.join(", "));
        output::text(&format!("- {count} users will be deleted, which is irreversible: {listed}{more}"));
    }
}

fn line(totals: &PlanTotals) {
    output::text(&match totals.changes() {
        0 => format!("No changes: {} up to date.", totals.unchanged),
        _ => format!("Plan: {totals}."),
    });
}

/// Prints what an apply has come to.
pub fn outcome(outcome: &FleetOutcome, unchanged: usize) {
    let totals = outcome.totals(unchanged);
    if !output::is_json() {
        return output::text(&format!("Done: {totals}."));
    }
    let mut event = json!(totals);
    event["event"] = "summary".into();
    output::json_line(&event);
}
