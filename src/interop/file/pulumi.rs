//! What `pulumi stack export` prints.

use super::{
    inputs::{get_mut, remove},
    reading::{Kept, Reading},
    source::{Failure, ReadSeek, Spot},
    walk::{Visit, Walker, walk},
};
use crate::{
    interop::program::ProgramOptions,
    user::{Spelling, Value, ignored_path},
};

/// The types that are users: that of the AWS package, and that of AWS Cloud Control.
const TYPES: &[&str] = &["aws:connect/user:User", "aws-native:connect:User"];

/// The member by which Pulumi marks values that are none of their own, and the mark of secrets.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// The options of a resource that have no counterpart here.
const NO_OPTION: &[&str] = &["customTimeouts", "deletedWith", "replaceWith", "hideDiff"];

/// Reads a stack.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut stack = Stack { reading, is_one: false };
    walk(from, &mut stack)?;
    match stack.is_one {
        true => Ok(()),
        false => Err(Failure::new("is no stack", "give what `pulumi stack export` prints", None)),
    }
}

/// A stack that is being read.
struct Stack<'r, 'a> {
    reading: &'r mut Reading<'a>,
    is_one: bool,
}

impl Walker for Stack<'_, '_> {
    fn visit(&mut self, path: &str, _: Spot) -> Visit {
        match path {
            "" | "deployment" | "deployment.resources" | "deployment.resources[]" => Visit::Enter,
            _ if path.starts_with("deployment.resources[]") => Visit::Keep,
            _ => Visit::Skip,
        }
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot) {
        let resource = Value::Map(members);
        self.is_one |= path == "deployment";
        if resource.text("type").is_some_and(|kind| TYPES.contains(&kind)) {
            add(&resource, Some(at), self.reading);
        }
    }
}

fn add(resource: &Value, at: Option<Spot>, reading: &mut Reading<'_>) {
    let urn = resource.text("urn").unwrap_or_default();
    let name = urn.rsplit("::").next().unwrap_or(urn);
    let flag = |name: &str| resource.get(name) == Some(&Value::Bool(true));
    if flag("delete") {
        let what = "a user that a replacement has left over is not read";
        return reading.leave_out(what, "finish the replacement with `pulumi up` first", at);
    }
    if flag("external") {
        let what = "a user that a program only reads (`get`) is not read";
        return reading.leave_out(what, "it is managed by somebody else", at);
    }
    let mut inputs = resource.get("inputs").cloned().unwrap_or(Value::Null);
    let has_ciphertext = reveal(&mut inputs);
    if has_ciphertext {
        let what = "secrets of the stack are encrypted, and left out";
        reading.note(what, "users that exist keep their passwords; `--show-secrets` shows them", at);
    }
    let outputs = resource.get("outputs");
    let output = |name: &str| outputs.and_then(|outputs| outputs.text(name));
    let options = options(resource, at, reading);
    reading.kept(Kept {
        name: name.to_owned(),
        document: inputs,
        spelling: Spelling::CamelCase,
        ids: &[resource.text("id"), output("arn"), output("userArn")],
        options,
        at,
    });
}

/// The options of a resource that hold here, too; tells of the others.
fn options(resource: &Value, at: Option<Spot>, reading: &mut Reading<'_>) -> ProgramOptions {
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
            at,
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
                Err(error) => reading.leave_out(format!("`{name}`: {error}"), &error.help(), at),
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
