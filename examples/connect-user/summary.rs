//! What a plan comes to, and what an apply has come to.

use std::collections::BTreeMap;

use connect_user::{
    diff::Action,
    fleet::{Estimate, FleetOutcome, FleetPlan, FleetPreview, Session, UserPlan, UserPreview, UserResult},
    user::{Property, one_line},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{backend::Backend, output};

/// From so many recorded users on, it is told how they are read.
const MANY: usize = 100;

/// So many names of users who will be deleted stand in one line.
const LISTED: usize = 50;

/// How many users get what.
#[derive(Serialize)]
struct Counts {
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    unchanged: usize,
    calls: usize,
    estimate: Estimate,
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<BTreeMap<String, usize>>,
}

/// Whether there is something to do.
pub fn is_work(preview: &FleetPreview) -> bool {
    preview.users().iter().any(|user| user.action() != Action::None)
}

/// Prints what would be done; `alone` prints no user.
pub fn plan(
    preview: &FleetPreview,
    session: &Session<'_>,
    backend: &Backend,
    names: &dyn Fn(Property, &str) -> Option<String>,
    alone: bool,
) {
    let counts = Counts {
        create: preview.count(Action::Create),
        update: preview.count(Action::Update),
        replace: preview.count(Action::Replace),
        delete: preview.count(Action::Delete),
        unchanged: preview.count(Action::None),
        calls: preview.calls(),
        estimate: preview.estimate(|operation| backend.pace.rate(operation), false),
        instances: alone.then(|| instances(preview, session)),
    };
    match (output::is_json(), alone) {
        (true, true) => output::json(&json!({"summary": counts})),
        (true, false) => output::json(&whole(preview, session, &counts)),
        (false, true) => totals(&counts),
        (false, false) => every_user(preview, session, names, &counts),
    }
}

fn whole(preview: &FleetPreview, session: &Session<'_>, counts: &Counts) -> Value {
    let refreshed = session.refreshed();
    let told = preview.users().iter().filter(|user| {
        let diff = &user.preview().diff;
        diff.action != Action::None || !diff.notices.is_empty()
    });
    let with_user = |user: &UserPreview| {
        let mut value = json!(user.preview());
        value["user"] = user.name.as_str().into();
        value
    };
    let moves: Vec<_> = preview.moves().map(|(from, name)| json!({"from": from, "user": name})).collect();
    json!({
        "users": told.map(with_user).collect::<Vec<_>>(), "summary": counts, "findings": refreshed.findings,
        "refresh": refreshed.explanations, "moves": moves, "notices": preview.notices(),
        "released": preview.released(),
    })
}

fn every_user(
    preview: &FleetPreview,
    session: &Session<'_>,
    names: &dyn Fn(Property, &str) -> Option<String>,
    counts: &Counts,
) {
    // How few users are read matters to nobody.
    let explanations = session.refreshed().explanations.iter();
    explanations.filter(|_| preview.recorded() >= MANY).for_each(|explanation| output::note(explanation));
    for user in preview.users() {
        output::text(&user.preview().text(&user.name).with_names(names).to_string());
    }
    deletions(preview.deletions());
    line(counts);
}

/// Prints a plan that was saved.
pub fn saved(plan: &FleetPlan, backend: &Backend) {
    plan.notices().iter().for_each(output::diagnostic);
    for user in plan.users() {
        output::text(&user.plan.preview().text(&user.name).to_string());
    }
    let goes = |user: &&UserPlan| matches!(user.plan.diff().action, Action::Delete | Action::Replace);
    let gone: Vec<String> = plan.users().iter().filter(goes).map(|user| user.name.clone()).collect();
    deletions(&gone);
    line(&Counts {
        create: plan.count(Action::Create),
        update: plan.count(Action::Update),
        replace: plan.count(Action::Replace),
        delete: plan.count(Action::Delete),
        unchanged: plan.count(Action::None),
        calls: plan.calls(),
        estimate: plan.estimate(|operation| backend.pace.rate(operation), false),
        instances: None,
    });
}

/// Prints who will be deleted, where it is more than one.
fn deletions(gone: &[String]) {
    if gone.len() > 1 {
        let listed: Vec<_> = gone.iter().take(LISTED).map(|name| one_line(name)).collect();
        let more = match gone.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more, each shown above"),
        };
        output::text(&format!(
            "- {} users will be deleted, which is irreversible: {}{more}",
            gone.len(),
            listed.join(", ")
        ));
    }
}

/// Prints what a plan comes to, and no user.
fn totals(counts: &Counts) {
    line(counts);
    for (instance, users) in counts.instances.iter().flatten() {
        output::text(&format!("  {}: {} to change", one_line(instance), output::users(*users)));
    }
    for (operation, calls) in &counts.estimate.calls {
        output::text(&format!("  {operation}: {calls} call{}", if *calls == 1 { "" } else { "s" }));
    }
}

fn line(counts: &Counts) {
    let Counts { create, update, replace, delete, unchanged, estimate, .. } = counts;
    output::text(&match create + update + replace + delete > 0 {
        false => format!("No changes: {unchanged} up to date."),
        true => format!(
            "Plan: {create} to create, {update} to update, {replace} to replace, {delete} to delete, \
             {unchanged} unchanged; {estimate}.",
        ),
    });
}

/// How many users change in each instance, where it is known.
fn instances(preview: &FleetPreview, session: &Session<'_>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for user in preview.users().iter().filter(|user| user.action() != Action::None) {
        let recorded = || session.state(&user.name).map(|state| &state.instance_id);
        if let Some(instance) = user.identity().map(|(instance, _)| instance).or_else(recorded) {
            *counts.entry(instance.bare().to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Prints what an apply has come to.
pub fn outcome(outcome: &FleetOutcome, unchanged: usize) {
    let done = |action| outcome.done(action);
    let (created, updated) = (done(Action::Create), done(Action::Update));
    let (replaced, deleted) = (done(Action::Replace), done(Action::Delete));
    let (failed, released) = (outcome.count(UserResult::Failed), outcome.released);
    let unfinished = outcome.count(UserResult::Unfinished) + outcome.count(UserResult::NotTried);
    if output::is_json() {
        return output::json_line(&json!({
            "event": "summary", "created": created, "updated": updated, "replaced": replaced,
            "deleted": deleted, "unchanged": unchanged, "failed": failed, "unfinished": unfinished,
            "released": released,
        }));
    }
    let released = match released {
        0 => String::new(),
        released => format!(", {released} no longer managed"),
    };
    output::text(&format!(
        "Done: {created} created, {updated} updated, {replaced} replaced, {deleted} deleted, \
         {unchanged} unchanged, {failed} failed, {unfinished} not finished{released}.",
    ));
}
