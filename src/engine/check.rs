//! Checking inputs, and completing them.

use super::{failure::Failure, host::Host, leaves::Leaves, naming::Naming, snapshot::Snapshot};
use crate::{
    user::{Diagnostic, Input, Property, Settings, Value},
    validate::{Context, Names, validate_document, with_name},
};

/// Inputs that were checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Completed {
    pub(super) inputs: Value,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Checks the known values of inputs, without a call.
pub(super) fn validate(host: &Host, inputs: Value) -> Vec<Diagnostic> {
    let context = Context { exists: false, ..host.context(&host.settings, None, None) };
    // It is not known yet whether the user needs a generated name.
    let context = Context { auto_name: Naming::of("user").auto_name(), ..context };
    validate_document(inputs, &context).1.diagnostics().to_vec()
}

/// Checks inputs by the rules of the instance that they name, and adds a user name if they have none.
pub(super) async fn check(
    host: &Host,
    mut inputs: Value,
    prior: Option<&Snapshot>,
    naming: &Naming,
) -> Result<Completed, Failure> {
    let leaves = Leaves::of(&inputs);
    let mut settings: Settings = host.settings.clone();
    settings.identity_management = host.identity_management(&leaves).await?;
    let directory = host.directory(&leaves).await?;
    let state = prior.and_then(|prior| prior.kept.state());
    if leaves.get(Property::Name).is_none() {
        let there = match prior {
            Some(prior) => name_of(host, prior).await?,
            None => None,
        };
        let name = there.as_deref().or(naming.enforced());
        name.into_iter().for_each(|name| name_it(&mut inputs, name));
    }
    let names = directory.as_deref().map(|directory| directory as &dyn Names);
    // A host that only has the last inputs when it checks gives a prior without a state.
    let exists = prior.is_some();
    let context = Context { exists, auto_name: naming.auto_name(), ..host.context(&settings, state, names) };
    let (spec, report) = validate_document(inputs.clone(), &context);
    if leaves.get(Property::Name).is_none()
        && let Some(name) = with_name(&spec, &context).name.as_ref().and_then(Input::known)
    {
        name_it(&mut inputs, name);
    }
    let mut diagnostics = report.diagnostics().to_vec();
    diagnostics.extend(host.instances.take_notices());
    Ok(Completed { inputs, diagnostics })
}

/// Returns the name of an existing user, if the prior state identifies the user.
async fn name_of(host: &Host, prior: &Snapshot) -> Result<Option<String>, Failure> {
    let told = [&prior.outputs, &prior.inputs].map(|told| told.get(Property::Name.path())?.as_str());
    let told = told.into_iter().flatten().find(|name| !name.is_empty());
    let recorded = prior.kept.state().map(|state| state.name.as_str());
    let known = recorded.or(told).map(str::to_owned);
    if known.is_some() || prior.id().is_none() {
        return Ok(known);
    }
    match host.present(Some(&prior.kept)).await {
        Err(failure) if failure.is_gone() => Ok(None),
        present => Ok(present?.state.map(|state| state.name)),
    }
}

fn name_it(inputs: &mut Value, name: &str) {
    if let Value::Map(members) = inputs {
        members.retain(|(member, _)| member != Property::Name.path());
        members.push((Property::Name.path().to_owned(), name.into()));
    }
}
