//! Checking inputs, and completing them.

use super::{
    failure::Failure, host::Host, host::instance_of, leaves::Leaves, naming::Naming, snapshot::Snapshot,
};
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
    let instance = instance_of(&leaves).map(|id| (host.instances.get(&id), id));
    let mut settings: Settings = host.settings.clone();
    let mut directory = None;
    if let Some((known, id)) = &instance {
        settings.identity_management = known.kind(id, &host.client).await?.or(settings.identity_management);
        if host.needs_names(&leaves) {
            directory = Some(known.directory(id, &host.client, host.checks_ids).await?);
        }
    }
    let state = prior.and_then(|prior| prior.kept.state());
    if let (None, None, Some(name)) = (leaves.get(Property::Name), state, naming.enforced()) {
        name_it(&mut inputs, name);
    }
    let names = directory.map(|directory| directory as &dyn Names);
    // A host that only has the last inputs when it checks gives a prior without a state.
    let exists = prior.is_some();
    let context = Context { exists, auto_name: naming.auto_name(), ..host.context(&settings, state, names) };
    let (spec, report) = validate_document(inputs.clone(), &context);
    if leaves.get(Property::Name).is_none()
        && let Some(name) = with_name(&spec, &context).name.as_ref().and_then(Input::known)
    {
        name_it(&mut inputs, name);
    }
    Ok(Completed { inputs, diagnostics: report.diagnostics().to_vec() })
}

fn name_it(inputs: &mut Value, name: &str) {
    if let Value::Map(members) = inputs {
        members.retain(|(member, _)| member != Property::Name.path());
        members.push((Property::Name.path().to_owned(), name.into()));
    }
}
