//! What `pulumi stack export` prints.

use super::{
    document::{Text, members},
    expression::remove_password,
    inputs::{get_mut, remove},
    properties::properties,
    reading::Reading,
    terraform::import,
    users::FileUser,
};
use crate::{
    interop::program::{Location, ProgramOptions, Step},
    user::{Arn, Spelling, Value, ignored_path},
};

/// The types that are users: that of the AWS package, and that of AWS Cloud Control.
const TYPES: &[&str] = &["aws:connect/user:User", "aws-native:connect:User"];

/// The member by which Pulumi marks values that are none of their own, and the mark of secrets.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// The options of a resource that have no counterpart here.
const NO_OPTION: &[&str] = &["customTimeouts", "deletedWith", "replaceWith", "hideDiff"];

/// Reads a stack.
pub(super) fn read<'a>(bytes: &'a [u8], reading: &mut Reading<'a>) {
    let Some(text) = Text::of(bytes, reading) else { return };
    let Some(document) = text.json(reading) else { return };
    let Some(deployment) = document.get("deployment") else {
        return reading.refuse("is no stack", "give what `pulumi stack export` prints", None);
    };
    let Some(Value::List(resources)) = deployment.get("resources") else { return };
    let is_user = |resource: &Value| member(resource, "type").is_some_and(|kind| TYPES.contains(&kind));
    for (index, resource) in resources.iter().enumerate().filter(|(_, resource)| is_user(resource)) {
        let place = [members(&["deployment", "resources"]), vec![Step::Index(index)]].concat();
        add(resource, &|| text.find(&place), reading);
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn add(resource: &Value, at: &dyn Fn() -> Option<Location>, reading: &mut Reading<'_>) {
    let urn = member(resource, "urn").unwrap_or_default();
    let name = urn.rsplit("::").next().unwrap_or(urn);
    let flag = |name: &str| resource.get(name) == Some(&Value::Bool(true));
    if flag("delete") {
        let what = "a user that a replacement has left over is not read";
        return reading.leave_out(what, "finish the replacement with `pulumi up` first", at());
    }
    if flag("external") {
        let what = "a user that a program only reads (`get`) is not read";
        return reading.leave_out(what, "it is managed by somebody else", at());
    }
    let mut inputs = resource.get("inputs").cloned().unwrap_or(Value::Null);
    let has_ciphertext = reveal(&mut inputs);
    if has_ciphertext {
        let what = "secrets of the stack are encrypted, and left out";
        reading.note(what, "users that exist keep their passwords; `--show-secrets` shows them", at());
    }
    let mut inputs = properties(inputs, Spelling::CamelCase, at, reading);
    if inputs.get("password") == Some(&Value::Null) {
        remove_password(&mut inputs);
    }
    reading.say_once(&mut inputs, at);
    let outputs = resource.get("outputs");
    let arn = outputs.and_then(|outputs| member(outputs, "arn").or_else(|| member(outputs, "userArn")));
    let id = member(resource, "id");
    let arn = arn.or(id).and_then(|arn| arn.parse::<Arn>().ok());
    let mut user = FileUser::new(name, inputs);
    user.options = options(resource, at, reading);
    user.options.import = import(id, arn.as_ref());
    user.arn = arn;
    user.location = at();
    reading.user(user);
}

/// The options of a resource that hold here, too; tells of the others.
fn options(resource: &Value, at: &dyn Fn() -> Option<Location>, reading: &mut Reading<'_>) -> ProgramOptions {
    let flag = |name: &str| resource.get(name) == Some(&Value::Bool(true));
    let texts = |name: &str| match resource.get(name) {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    for option in NO_OPTION.iter().filter(|option| resource.get(option).is_some_and(|value| !is_empty(value)))
    {
        reading.leave_out(
            format!("the option `{option}` of a user has no counterpart"),
            "set it again by hand",
            at(),
        );
    }
    let mut options = ProgramOptions::default();
    for (name, paths) in [
        ("ignoreChanges", &mut options.ignore_changes),
        ("replaceOnChanges", &mut options.replace_on_changes),
    ] {
        for text in texts(name) {
            match ignored_path(text) {
                Ok(path) => paths.push(path),
                Err(error) => reading.leave_out(format!("`{name}`: {error}"), &error.help(), at()),
            }
        }
    }
    options.protect = flag("protect");
    options.retain_on_delete = flag("retainOnDelete");
    let last = |urn: &str| urn.rsplit("::").next().unwrap_or(urn).to_owned();
    options.aliases = texts("aliases").into_iter().map(last).collect();
    options
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.iter().all(|(_, value)| is_empty(value)),
        _ => false,
    }
}

/// Replaces secrets by what they hold; those that are encrypted become null. Returns whether there was one.
fn reveal(value: &mut Value) -> bool {
    if get_mut(value, SIGNATURE).and_then(|signature| signature.as_str().map(|text| text == SECRET))
        == Some(true)
    {
        let plain = remove(value, "plaintext");
        // The text is JSON.
        let plain = plain.as_ref().and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
        *value = plain.unwrap_or(Value::Null);
        return *value == Value::Null || reveal(value);
    }
    match value {
        Value::List(items) => items.iter_mut().filter_map(|item| reveal(item).then_some(())).count() > 0,
        Value::Map(members) => {
            members.iter_mut().filter_map(|(_, value)| reveal(value).then_some(())).count() > 0
        }
        _ => false,
    }
}
