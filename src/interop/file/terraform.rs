//! Terraform: a state of version 4, and what `terraform show -json` prints of a state or a plan.

use std::collections::HashMap;

use super::{
    document::{Text, members},
    expression::{expression, remove_password},
    inputs::get_mut,
    properties::properties,
    reading::Reading,
    users::FileUser,
};
use crate::{
    interop::program::{Location, Step},
    user::{Arn, ImportId, Spelling, Value},
};

/// The types that are users: HashiCorp's, that of Cloud Control, and this project's.
const TYPES: &[&str] = &["aws_connect_user", "awscc_connect_user", "connect_user"];

/// Reads a state, or a state or plan as JSON.
pub(super) fn read<'a>(bytes: &'a [u8], reading: &mut Reading<'a>) {
    let Some(text) = Text::of(bytes, reading) else { return };
    if is_configuration(text.text()) {
        let help = "give what `terraform show -json` prints, of the state or of a saved plan";
        return reading.refuse("is a Terraform configuration, which only Terraform evaluates", help, None);
    }
    let Some(document) = text.json(reading) else { return };
    let mut found = Vec::new();
    if let Some(Value::List(changes)) = document.get("resource_changes") {
        changes.iter().enumerate().for_each(|(index, change)| of_change(change, index, &mut found));
    } else if let Some(root) = document.get("values").and_then(|values| values.get("root_module")) {
        of_module(root, &members(&["values", "root_module"]), &mut found);
    } else if let Some(version) = document.get("version") {
        match (version, document.get("resources")) {
            (Value::Integer(4), Some(Value::List(resources))) => {
                of_state(resources, &text, &mut found, reading)
            }
            (Value::Integer(4), _) => {
                let help = "give the whole state, as `terraform state pull` prints it";
                return reading.refuse("is a state without `resources`", help, None);
            }
            (version, _) => {
                let version = serde_json::to_string(version).unwrap_or_default();
                let what = format!("is a state of version {version}, and 4 is read");
                let help = "`terraform show -json` prints it in a form that is read";
                return reading.refuse(&what, help, None);
            }
        }
    } else if document.get("format_version").is_none() {
        let help = "give a `terraform.tfstate`, or what `terraform show -json` prints";
        return reading.refuse("is neither a Terraform state nor JSON of `terraform show`", help, None);
    }
    let found: Vec<Found> = found.into_iter().filter(|found| TYPES.contains(&found.kind.as_str())).collect();
    let mut counts: HashMap<_, usize> = HashMap::new();
    found.iter().for_each(|found| *counts.entry(found.short_name()).or_default() += 1);
    for user in &found {
        add(user, counts.get(&user.short_name()) == Some(&1), &text, reading);
    }
}

/// An instance of a resource.
struct Found {
    kind: String,
    /// The modules, the name, and the key, where there is one.
    modules: Vec<String>,
    name: String,
    key: Option<String>,
    attributes: Value,
    at: Vec<Step>,
}

fn is_configuration(text: &str) -> bool {
    const BLOCKS: &[&str] =
        &["resource \"", "variable \"", "locals {", "terraform {", "provider \"", "module \""];
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '/']));
    first.is_some_and(|first| BLOCKS.iter().any(|start| first.starts_with(start)))
}

fn string(value: &Value, member: &str) -> Option<String> {
    value.get(member).and_then(Value::as_str).map(str::to_owned)
}

/// The key of an instance: of `for_each` or of `count`.
fn key(value: &Value, member: &str) -> Option<String> {
    match value.get(member) {
        Some(Value::String(key)) => Some(key.clone()),
        Some(Value::Integer(index)) => Some(index.to_string()),
        _ => None,
    }
}

/// The resources of a state of version 4.
fn of_state(resources: &[Value], text: &Text<'_>, found: &mut Vec<Found>, reading: &mut Reading<'_>) {
    for (index, resource) in resources.iter().enumerate() {
        let (Some(kind), Some(name)) = (string(resource, "type"), string(resource, "name")) else { continue };
        let is_user =
            string(resource, "mode").is_none_or(|mode| mode == "managed") && TYPES.contains(&kind.as_str());
        let Some(Value::List(instances)) = resource.get("instances").filter(|_| is_user) else { continue };
        for (place, instance) in instances.iter().enumerate() {
            let at = [
                members(&["resources"]),
                vec![Step::Index(index)],
                members(&["instances"]),
                vec![Step::Index(place)],
            ];
            let at = at.concat();
            if instance.get("deposed").is_some() {
                let what = "a user that a replacement has left over is not read";
                reading.leave_out(what, "finish the replacement with Terraform first", text.find(&at));
                continue;
            }
            if string(instance, "status").as_deref() == Some("tainted") {
                let what = "a user is tainted: Terraform would replace it";
                reading.leave_out(what, "the user is read as it is", text.find(&at));
            }
            found.push(Found {
                kind: kind.clone(),
                modules: modules(&string(resource, "module").unwrap_or_default()),
                name: name.clone(),
                key: key(instance, "index_key"),
                attributes: instance.get("attributes").cloned().unwrap_or(Value::Null),
                at,
            });
        }
    }
}

/// The resources of a module and of those in it.
fn of_module(module: &Value, at: &[Step], found: &mut Vec<Found>) {
    let below = |list: &str, index: usize| [at, &[Step::member(list), Step::Index(index)]].concat();
    let modules = modules(&string(module, "address").unwrap_or_default());
    if let Some(Value::List(resources)) = module.get("resources") {
        for (index, resource) in resources.iter().enumerate() {
            if string(resource, "mode").is_none_or(|mode| mode == "managed") {
                found.extend(Found::of(
                    resource,
                    resource.get("values"),
                    modules.clone(),
                    below("resources", index),
                ));
            }
        }
    }
    if let Some(Value::List(inner)) = module.get("child_modules") {
        inner
            .iter()
            .enumerate()
            .for_each(|(index, inner)| of_module(inner, &below("child_modules", index), found));
    }
}

/// What a resource of a plan will be.
fn of_change(change: &Value, index: usize, found: &mut Vec<Found>) {
    let Some(details) = change.get("change").filter(|_| string(change, "mode").as_deref() == Some("managed"))
    else {
        return;
    };
    let is_there = details.get("after").is_some_and(|after| *after != Value::Null);
    if !is_there || change.get("deposed").is_some() {
        return;
    }
    let modules = modules(&string(change, "module_address").unwrap_or_default());
    let at = [members(&["resource_changes"]), vec![Step::Index(index)]].concat();
    let Some(mut user) = Found::of(change, details.get("after"), modules, at) else { return };
    if let Some(unknown) = details.get("after_unknown") {
        let address = string(change, "address").unwrap_or_default();
        user.attributes = with_unknowns(user.attributes, unknown, &address);
    }
    found.push(user);
}

/// The values of a plan, with those that are known after apply.
fn with_unknowns(value: Value, unknown: &Value, at: &str) -> Value {
    match (value, unknown) {
        (_, Value::Bool(true)) => {
            expression(format!("${{{}}}", at.replace(['[', ']', '"', '$', '{', '}'], "_")))
        }
        (Value::Map(mut members), Value::Map(unknown)) => {
            for (name, unknown) in unknown {
                let index = members.iter().position(|(known, _)| known == name);
                let value = index.map_or(Value::Null, |index| members.remove(index).1);
                members.push((name.clone(), with_unknowns(value, unknown, &format!("{at}.{name}"))));
            }
            Value::Map(members)
        }
        (Value::List(items), Value::List(unknown)) => {
            let unknown = unknown.iter().chain(std::iter::repeat(&Value::Null));
            let items = items.into_iter().zip(unknown).enumerate();
            Value::List(
                items
                    .map(|(index, (item, unknown))| with_unknowns(item, unknown, &format!("{at}.{index}")))
                    .collect(),
            )
        }
        (value, _) => value,
    }
}

impl Found {
    fn of(resource: &Value, values: Option<&Value>, modules: Vec<String>, at: Vec<Step>) -> Option<Self> {
        Some(Self {
            kind: string(resource, "type")?,
            modules,
            name: string(resource, "name")?,
            key: key(resource, "index"),
            attributes: values?.clone(),
            at,
        })
    }

    /// The name and the key, which two modules may both have.
    fn short_name(&self) -> (&str, Option<&str>) {
        (&self.name, self.key.as_deref())
    }

    /// The name, as short as it is alone: `NAME`, `NAME-KEY`, `MODULE-NAME-KEY`.
    fn resource_name(&self, is_alone: bool) -> String {
        let modules = if is_alone { &[] } else { self.modules.as_slice() };
        let parts = modules.iter().chain([&self.name]).chain(&self.key);
        parts.map(String::as_str).collect::<Vec<_>>().join("-")
    }
}

/// The modules of an address: `module.floor["a"].module.desk`.
fn modules(address: &str) -> Vec<String> {
    let parts = address.split("module.").filter(|part| !part.is_empty());
    let plain = |part: &str| part.trim_end_matches('.').replace(['"', ']'], "").replace('[', "-");
    parts.map(plain).collect()
}

fn add(found: &Found, is_alone: bool, text: &Text<'_>, reading: &mut Reading<'_>) {
    let at = || -> Option<Location> { text.find(&found.at) };
    let name = found.resource_name(is_alone);
    // Types that are the same user may have one name.
    let name = if reading.has(&name) { format!("{name}-{}", found.kind) } else { name };
    let attributes = found.attributes.clone();
    let id = string(&attributes, "id");
    let arn = string(&attributes, "arn").or_else(|| string(&attributes, "user_arn"));
    let arn = arn.or_else(|| id.clone()).and_then(|arn| arn.parse::<Arn>().ok());
    tell_default_tags(&attributes, reading, &at);
    let mut inputs = properties(attributes, Spelling::SnakeCase, at, reading);
    if get_mut(&mut inputs, "password").is_some_and(|password| *password == Value::Null) {
        remove_password(&mut inputs);
    }
    reading.say_once(&mut inputs, at);
    let mut user = FileUser::new(name, inputs).with_import(import(id.as_deref(), arn.as_ref()));
    user.arn = arn;
    user.location = at();
    reading.user(user);
}

/// The user that an id or an ARN is.
pub(super) fn import(id: Option<&str>, arn: Option<&Arn>) -> Option<ImportId> {
    let of_arn = |arn: &Arn| match arn.resource() {
        Some(("agent", user)) => Some(ImportId::new(&arn.instance().into(), &user.into())),
        _ => None,
    };
    id.and_then(|id| id.parse().ok()).or_else(|| arn.and_then(of_arn))
}

/// The tags of a provider are not those of the user.
fn tell_default_tags(attributes: &Value, reading: &mut Reading<'_>, at: &impl Fn() -> Option<Location>) {
    let Some(Value::Map(all)) = attributes.get("tags_all") else { return };
    let own = attributes.get("tags");
    let of_provider = all.iter().filter(|(key, _)| own.and_then(|own| own.get(key)).is_none());
    for (key, value) in of_provider {
        let what = format!("the tag `{key}` is one of the provider's default tags, not of the user");
        let value = value.as_str().unwrap_or_default();
        reading.note(what, &format!("give `--default-tag '{key}={value}'` to each command"), at());
    }
}
