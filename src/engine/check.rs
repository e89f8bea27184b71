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

/// Checks inputs as far as they are known, without asking the service.
pub(super) fn validate(host: &Host, inputs: Value) -> Vec<Diagnostic> {
    let context = Context { exists: false, ..host.context(&host.settings, None, None) };
    // Whether the user needs a name of its own, nobody knows yet.
    let context = Context { auto_name: Naming::of("user").auto_name(), ..context };
    validate_document(inputs, &context).1.diagnostics().to_vec()
}

/// Checks inputs by the instance that they name, and gives the user a name.
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
    if let (None, None, Some(name)) = (leaves.get(Property::Name), state, naming.enforced()) {
        name_it(&mut inputs, name);
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

fn name_it(inputs: &mut Value, name: &str) {
    if let Value::Map(members) = inputs {
        members.retain(|(member, _)| member != Property::Name.path());
        members.push((Property::Name.path().to_owned(), name.into()));
    }
}
