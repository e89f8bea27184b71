//! The steps that may turn out to be needed once unknown values are known.

use super::{
    Call, Change,
    comparison::Comparison,
    leaf::target,
    risk::Risk,
    sign_out,
    step::{Step, is_settled_by, sort},
    unrecognised::reset_by,
    work::flatten,
};
use crate::user::{OnChange, Operation, Property};

/// Adds these steps. A step that is needed in any case stays, and loses its content, which is not all known.
pub(super) fn add(steps: &mut Vec<Step>, comparison: &Comparison<'_>, changes: &[Change]) {
    for change in changes.iter().filter(|change| change.unknown) {
        let OnChange::Update(operations) = change.property.info().on_change else { continue };
        for operation in operations.iter().filter(|operation| is_settled_by(change, **operation)) {
            with_step(steps, *operation, |step| {
                for risk in risks(change.property, *operation, comparison) {
                    add_risk(step, risk);
                }
                if !step.covers.contains(&change.path) {
                    step.covers.push(change.path.clone());
                }
            });
        }
    }
    add_restoration(steps, comparison, changes);
    let is_there = steps.iter().any(|step| step.operation == Operation::DeleteAllEntitySessions);
    if !is_there && sign_out::may_be_due(comparison, changes) {
        let call = Call::SignOut(comparison.state.to_account());
        let step = Step::new(call, Vec::new()).risk(Risk::EndsSessions, true);
        steps.push(Step { possible: true, call: None, ..step });
    }
    sort(steps);
}

/// Changes the step of an operation, or adds it as a possible step. Its content is not known.
fn with_step(steps: &mut Vec<Step>, operation: Operation, change: impl FnOnce(&mut Step)) {
    if let Some(step) = steps.iter_mut().find(|step| step.operation == operation) {
        step.call = None;
        return change(step);
    }
    let mut step = Step { operation, covers: Vec::new(), risks: Vec::new(), possible: true, call: None };
    change(&mut step);
    steps.push(step);
}

/// Returns the risks of writing a value that is not known.
fn risks(
    property: Property,
    operation: Operation,
    comparison: &Comparison<'_>,
) -> impl Iterator<Item = Risk> {
    let loses = !reset_by(operation, None, comparison).is_empty();
    let risks = [
        (Risk::AccountTakeover, property == Property::Email),
        (Risk::PrivilegeGrant, property == Property::SecurityProfileIds),
        (Risk::LosesUnrecognised, loses),
    ];
    risks.into_iter().filter_map(|(risk, is_run)| is_run.then_some(risk))
}

fn add_risk(step: &mut Step, risk: Risk) {
    if !step.risks.contains(&risk) {
        step.risks.push(risk);
    }
}

/// Adds the step that restores after contact work per channel, if the phone block may be written, which overwrites it.
fn add_restoration(steps: &mut Vec<Step>, comparison: &Comparison<'_>, changes: &[Change]) {
    let is_phone =
        |change: &&Change| change.unknown && is_settled_by(change, Operation::UpdateUserPhoneConfig);
    let mut phone = changes.iter().filter(is_phone).peekable();
    if phone.peek().is_none() {
        return;
    }
    let target = target(comparison);
    let work = &target.channels.after_contact_work;
    let is_limit_unknown = phone.any(|change| change.property == Property::AfterContactWorkTimeLimit);
    let is_flat = flatten(work, target.phone.after_contact_work_time_limit) == *work;
    if work.is_empty() || is_flat && !is_limit_unknown {
        return;
    }
    // Whether the settings per channel change for another reason may depend on the phone, too.
    with_step(steps, Operation::UpdateUserPhoneConfig, |step| add_risk(step, Risk::Flattening));
    with_step(steps, Operation::UpdateUserConfig, |step| {
        if step.covers.is_empty() {
            step.covers.push(Property::AfterContactWorkConfigs.into());
        }
    });
}
