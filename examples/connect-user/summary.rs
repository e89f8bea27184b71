//! Prints plans, and the outcome of an apply.

use connect_user::{
    fleet::{FleetOutcome, FleetPreview, Session},
    user::{Operation, Property},
};
use serde_json::json;

use crate::{backend::Backend, output, way_out};

/// From this number of recorded users on, the way of reading them is explained.
const MANY: usize = 100;

/// Prints a plan; with `alone`, only the totals.
pub fn plan(
    preview: &FleetPreview,
    session: &Session<'_>,
    backend: &Backend,
    names: &dyn Fn(Property, &str) -> Option<String>,
    alone: bool,
) {
    let (rate, refreshed) = (|operation: Operation| backend.pace.rate(operation), session.refreshed());
    if !output::is_json() {
        // For few users, the way of reading is not interesting.
        let explanations = refreshed.explanations.iter().filter(|_| !alone && preview.recorded() >= MANY);
        explanations.for_each(|explanation| output::note(explanation));
        return output::text(
            preview.text(rate).with_names(names).with_help(&way_out::help).with_totals_alone(alone),
        );
    }
    let mut summary = json!(preview.totals(rate));
    if alone {
        summary["instances"] = json!(preview.instances());
        return output::json(&json!({"summary": summary}));
    }
    let mut plan = json!(preview);
    way_out::mend_plan(&mut plan);
    plan["summary"] = summary;
    plan["findings"] = json!(refreshed.findings);
    plan["refresh"] = json!(refreshed.explanations);
    output::json(&plan);
}

/// Prints the totals of an apply.
pub fn outcome(outcome: &FleetOutcome) {
    let totals = outcome.totals();
    if !output::is_json() {
        return output::text(format!("Done: {totals}."));
    }
    let mut event = json!(totals);
    event["event"] = "summary".into();
    output::json_line(&event);
}
