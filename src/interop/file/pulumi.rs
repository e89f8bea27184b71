//! Reads the output of `pulumi stack export`.

use std::collections::HashMap;

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

/// The resource types of users: that of the AWS package, and that of AWS Cloud Control.
const TYPES: &[&str] = &["aws:connect/user:User", "aws-native:connect:User"];

/// The member with which Pulumi marks special values, and its value for secrets.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// Options of a resource without a counterpart in this crate.
const NO_OPTION: &[&str] = &["customTimeouts", "replaceWith", "hideDiff"];

/// The type of the stack, which is the parent of all resources without another parent.
const STACK: &str = "pulumi:pulumi:Stack";

/// Reads a stack.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut stack = Stack { reading, users: HashMap::new(), pending: Vec::new(), is_one: false };
    walk(from, &mut stack)?;
    stack.tell_pending();
    match stack.is_one {
        true => Ok(()),
        false => Err(Failure::new("is no stack", "give what `pulumi stack export` prints", None)),
    }
}

/// A stack that is being read.
struct Stack<'r, 'a> {
    reading: &'r mut Reading<'a>,
    /// The resource names of the users that were read, by URN. A resource comes after the resources that it refers to.
    users: HashMap<String, String>,
    /// Interrupted operations of users.
    pending: Vec<(Value, Spot)>,
    is_one: bool,
}

impl Walker for Stack<'_, '_> {
    fn visit(&mut self, path: &str, _: Spot) -> Visit {
        match path {
            "" | "deployment" | "deployment.resources" | "deployment.resources[]" => Visit::Enter,
            "deployment.pending_operations" | "deployment.pending_operations[]" => Visit::Enter,
            _ if path.starts_with("deployment.resources[]") => Visit::Keep,
            "deployment.pending_operations[].resource" | "deployment.pending_operations[].type" => {
                Visit::Keep
            }
            _ => Visit::Skip,
        }
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot) {
        let object = Value::Map(members);
        match path {
            "deployment" => self.is_one = true,
            "deployment.pending_operations[]" if object.get("resource").is_some_and(is_user) => {
                self.pending.push((object, at));
            }
            _ if is_user(&object) => self.user(&object, at),
            _ => {}
        }
    }
}

fn is_user(resource: &Value) -> bool {
    resource.text("type").is_some_and(|kind| TYPES.contains(&kind))
}

/// The name of a resource by its URN, `urn:pulumi:STACK::PROJECT::TYPES::NAME`.
fn name_of(urn: &str) -> &str {
    urn.rsplit("::").next().unwrap_or(urn)
}

impl Stack<'_, '_> {
    fn user(&mut self, resource: &Value, at: Spot) {
        let at = Some(at);
        let urn = resource.text("urn").unwrap_or_default();
        let name = name_of(urn);
        if flag(resource, "delete") {
            let what = "a user that a replacement has left over is not read";
            return self.reading.leave_out(what, "finish the replacement with `pulumi up` first", at);
        }
        if flag(resource, "external") {
            let what = "a user that a program only reads (`get`) is not read";
            return self.reading.leave_out(what, "it is managed elsewhere", at);
        }
        let mut inputs = resource.get("inputs").cloned().unwrap_or(Value::Null);
        let has_ciphertext = reveal(&mut inputs);
        if has_ciphertext {
            let what = "secrets of the stack are encrypted, and left out";
            self.reading.note(what, "users that exist keep their passwords; `--show-secrets` shows them", at);
        }
        let inputs = inputs.without_pulumi_defaults();
        let outputs = resource.get("outputs");
        let mut all_tags = outputs.and_then(|outputs| outputs.get("tagsAll")).cloned().unwrap_or(Value::Null);
        reveal(&mut all_tags);
        self.reading.default_tags(inputs.get("tags"), &all_tags, at);
        let output = |name: &str| outputs.and_then(|outputs| outputs.text(name));
        let options = self.options(resource, at);
        let is_new = !self.reading.has(name);
        self.reading.kept(Kept {
            name: name.to_owned(),
            document: inputs,
            spelling: Spelling::CamelCase,
            ids: &[resource.text("id"), output("arn"), output("userArn")],
            is_summary: false,
            options,
            at,
        });
        if is_new && self.reading.has(name) {
            self.users.insert(urn.to_owned(), name.to_owned());
        }
    }

    /// Reports interrupted operations, whose outcome is unknown.
    fn tell_pending(&mut self) {
        for (operation, at) in std::mem::take(&mut self.pending) {
            let urn = operation.get("resource").and_then(|resource| resource.text("urn")).unwrap_or_default();
            let (name, kind) = (name_of(urn), operation.text("type").unwrap_or_default());
            let what = format!("an operation of the user `{name}` was interrupted (`{kind}`)");
            let help = match self.users.contains_key(urn) {
                true => "the user is read as the stack has it; `pulumi refresh` brings that up to date",
                false => {
                    "the user may exist and is not read: look for it in the instance; `import` records it"
                }
            };
            self.reading.leave_out(what, help, Some(at));
        }
    }

    /// The options of a resource that this crate has, too; reports the others.
    fn options(&mut self, resource: &Value, at: Option<Spot>) -> ProgramOptions {
        let texts = |name: &str| match resource.get(name) {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let is_set = |option: &&&str| resource.get(option).is_some_and(|value| !is_empty(value));
        for option in NO_OPTION.iter().filter(is_set) {
            let what = format!("the option `{option}` of a user has no counterpart");
            self.reading.leave_out(what, "set it again by hand", at);
        }
        let mut options = ProgramOptions::default();
        for (name, paths) in [
            ("ignoreChanges", &mut options.ignore_changes),
            ("replaceOnChanges", &mut options.replace_on_changes),
        ] {
            for text in texts(name) {
                match ignored_path(text) {
                    Ok(path) => paths.push(path),
                    Err(error) => self.reading.leave_out(format!("`{name}`: {error}"), &error.help(), at),
                }
            }
        }
        options.protect = flag(resource, "protect");
        options.retain_on_delete = flag(resource, "retainOnDelete");
        options.aliases = texts("aliases").into_iter().map(|urn| name_of(urn).to_owned()).collect();
        options.depends_on =
            texts("dependencies").into_iter().filter_map(|urn| self.named("dependsOn", urn, at)).collect();
        let parent = resource.text("parent").filter(|urn| !is_stack(urn));
        options.parent = parent.and_then(|urn| self.named("parent", urn, at));
        if let Some(urn) = resource.text("deletedWith").filter(|urn| !urn.is_empty()) {
            self.deleted_with(urn, at);
        }
        options
    }

    /// The resource name of the user that an option names, if it was read; reports other resources.
    fn named(&mut self, option: &str, urn: &str, at: Option<Spot>) -> Option<String> {
        let user = self.users.get(urn).cloned();
        if user.is_none() {
            let what = format!("the option `{option}` of a user names `{}`, which is no user", name_of(urn));
            self.reading.note(what, "keep that resource where it is managed", at);
        }
        user
    }

    /// Reports the option `deletedWith`: deleting a user deletes no other user, and a user that is deleted with another
    /// resource needs that resource in the program.
    fn deleted_with(&mut self, urn: &str, at: Option<Spot>) {
        let name = name_of(urn);
        let (what, help) = match self.users.contains_key(urn) {
            true => (
                format!(
                    "the option `deletedWith` of a user names the user `{name}`, whose deletion deletes no other user"
                ),
                "to keep the account, set `retainOnDelete`",
            ),
            false => (
                format!(
                    "the option `deletedWith` of a user names `{name}`, which is no user and is not read"
                ),
                "add the resource to the program, and the option again",
            ),
        };
        self.reading.leave_out(what, help, at);
    }
}

fn flag(resource: &Value, name: &str) -> bool {
    resource.get(name) == Some(&Value::Bool(true))
}

fn is_stack(urn: &str) -> bool {
    urn.rsplit("::").nth(1) == Some(STACK)
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

/// Replaces secrets by their plain values, and encrypted secrets by null. Returns whether there was an encrypted
/// secret.
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
