//! Finds a user for a data source or a function, by its id or its name.

use super::{
    failure::Failure,
    forms::{Forms, invalid, not_known_in},
    host::Host,
    kept::Kept,
    list::named,
    query::REGION,
    read::{look_up, unmanaged},
    schema::{Field, Form, Given},
    snapshot::Snapshot,
};
use crate::user::{Code, Diagnostic, IdError, ImportId, InstanceId, Path, Severity, Spelling, UserId, Value};

const INSTANCE: &str = "instanceId";
const USER: &str = "userId";
const NAME: &str = "name";

/// Returns the mistakes in the known arguments.
pub(super) fn validate(arguments: &Value, spelling: Spelling) -> Vec<Diagnostic> {
    checked(arguments, spelling).1
}

/// Returns the given arguments, and their mistakes.
fn checked(arguments: &Value, spelling: Spelling) -> (Value, Vec<Diagnostic>) {
    let field = |name, given, summary| Field::new(&spelling.name(name), Form::String, given, summary);
    let fields = [
        field(INSTANCE, Given::Required, "the instance"),
        field("region", Given::Optional, REGION),
        field(USER, Given::Optional, "the id of the user"),
        field(NAME, Given::Optional, "its exact name"),
    ];
    let mut forms = Forms::of("argument");
    // A misspelt argument, and the suggestion for it, are named in the host's spelling.
    let arguments = forms.object(&fields, &spelling.value(arguments.clone()), &Path::root());
    let arguments = spelling.read(arguments);
    let [user, name] = [USER, NAME].map(|name| Path::root().member(name));
    // An argument of the wrong type counts as given, too.
    let is_wrong =
        |name| forms.mistakes.iter().any(|mistake| mistake.path == Path::root().member(spelling.name(name)));
    match [USER, NAME].map(|name| arguments.get(name).is_some() || is_wrong(name)) {
        [true, true] => {
            let help = "keep the one by which to find the user";
            forms.mistakes.push(invalid(format!("both `{user:#}` and `{name:#}` are given"), help, &name));
        }
        [false, false] => {
            let help = "give the one that you know";
            forms.mistakes.push(invalid(format!("neither `{user:#}` nor `{name:#}` is given"), help, &user));
        }
        _ => {}
    }
    (arguments, forms.mistakes)
}

/// Finds the user.
pub(super) async fn find(host: &Host, arguments: &Value) -> Result<Snapshot, Failure> {
    let (arguments, mut mistakes) = checked(arguments, host.spelling);
    mistakes.extend(not_known_in(&arguments));
    if !mistakes.is_empty() {
        return Err(Failure::of(mistakes));
    }
    let text = |name| arguments.get(name).and_then(Value::as_str);
    let instance = InstanceId::new(text(INSTANCE).unwrap_or_default());
    instance.check().map_err(|error| malformed(INSTANCE, &error))?;
    if let Some(name) = text(NAME) {
        let found = named(host, &instance, name).await?.map(|state| unmanaged(host, state));
        return found.ok_or_else(|| nobody(&instance));
    }
    let user = UserId::new(text(USER).unwrap_or_default());
    user.check().map_err(|error| malformed(USER, &error))?;
    let id = ImportId { instance: instance.to_bare(), user: user.to_bare() };
    look_up(host, &Snapshot::new(Kept::of(&id))).await.map_err(|mut failure| {
        for reason in failure.diagnostics.iter_mut().filter(|reason| reason.code == Code::GONE) {
            reason.path = Path::root().member(USER);
        }
        failure
    })
}

/// A name may be a secret of the host, so no message contains it.
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
