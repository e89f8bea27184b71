//! A user that a data source or a function asks for, by its id or its name.

use super::{
    failure::Failure,
    forms::invalid,
    host::Host,
    kept::Kept,
    list::named,
    read::{look_up, unmanaged},
    snapshot::Snapshot,
};
use crate::user::{Code, Diagnostic, IdError, ImportId, InstanceId, Path, Severity, UserId, Value};

const INSTANCE: &str = "instanceId";
const USER: &str = "userId";
const NAME: &str = "name";

/// What is wrong with the arguments, as far as they are known.
pub(super) fn validate(arguments: &Value) -> Vec<Diagnostic> {
    let is_given = |name| {
        let value = arguments.get(name).filter(|value| **value != Value::Null);
        value.is_some_and(|value| value.as_str() != Some(""))
    };
    let [instance, user, name] = [INSTANCE, USER, NAME].map(|name| Path::root().member(name));
    let mut mistakes = Vec::new();
    if !is_given(INSTANCE) {
        mistakes.push(Diagnostic::missing(&instance));
    }
    if is_given(USER) && is_given(NAME) {
        let help = "keep the one by which to find the user";
        mistakes.push(invalid(format!("both `{user:#}` and `{name:#}` are given"), help, &name));
    } else if !is_given(USER) && !is_given(NAME) {
        let help = "give the one that you know";
        mistakes.push(invalid(format!("neither `{user:#}` nor `{name:#}` is given"), help, &user));
    }
    mistakes
}

/// Finds the user.
pub(super) async fn find(host: &Host, arguments: &Value) -> Result<Snapshot, Failure> {
    let mistakes = validate(arguments);
    if !mistakes.is_empty() {
        return Err(Failure::of(mistakes));
    }
    let text = |name| arguments.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let instance = InstanceId::new(text(INSTANCE).unwrap_or_default());
    instance.check().map_err(|error| malformed(INSTANCE, &error))?;
    if let Some(name) = text(NAME) {
        let found = named(host, &instance, name).await?.map(|state| unmanaged(host, state));
        return found.ok_or_else(|| nobody(&instance));
    }
    let user = UserId::new(text(USER).unwrap_or_default());
    user.check().map_err(|error| malformed(USER, &error))?;
    let id = ImportId { instance: instance.to_bare(), user: user.to_bare() };
    look_up(host, &Snapshot::new(Kept::of(&id))).await
}

/// A name may be a secret of the host's, and stands in no message.
fn nobody(instance: &InstanceId) -> Failure {
    let at = Path::root().member(NAME);
    let message = format!("no user in the instance `{instance}` has the `{at:#}` that is given");
    let found = Diagnostic::new(Code::GONE, message).with_severity(Severity::Error).at(at);
    found.with_help("check it: upper and lower case differ").into()
}

fn malformed(name: &'static str, error: &IdError) -> Failure {
    let at = Path::root().member(name);
    let message = format!("`{at:#}`: {error}");
    Diagnostic::new(Code::INVALID_ID, message).with_help(error.help()).at(at).into()
}
