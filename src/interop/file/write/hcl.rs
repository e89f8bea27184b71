//! Writes Terraform configurations with import blocks, for the provider of this project.

use std::collections::HashMap;

use super::{
    super::users::FileUser,
    variables::{self, Kind, Variables, root},
    writing::{Form, Writing},
};
use crate::{
    interop::program::Part,
    user::{Path, Property, Segment, Spelling, Value, to_snake_case},
};

/// The type of the resource.
const TYPE: &str = "connect_user";

/// The options that a configuration can have.
const CARRIED: &[&str] = &["protect", "ignoreChanges", "dependsOn", "parent"];

/// Names that no variable may have.
const RESERVED: &[&str] =
    &["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// A configuration. Its variables come after the users that refer to them.
pub(super) struct Configuration {
    labels: HashMap<String, String>,
    variables: Variables,
    has_users: bool,
}

impl Configuration {
    pub(super) fn new(names: &[String]) -> Self {
        let mut labels = Variables::default();
        let label = |name: &String| (name.clone(), labels.name(name, Kind::default(), is_identifier));
        let labels = names.iter().map(label).collect();
        let mut variables = Variables::default();
        variables.reserve(RESERVED.iter().map(|name| (*name).to_owned()));
        Self { labels, variables, has_users: false }
    }
}

impl Form for Configuration {
    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String {
        let label = label(&self.labels, &user.name);
        if label != user.name {
            let what = format!("the resource name `{}` becomes `{label}`", user.name);
            writing.note(user, what, "names in Terraform have letters, digits, `_` and `-` only");
        }
        let text = if std::mem::replace(&mut self.has_users, true) { "\n" } else { "" }.to_owned();
        let mut block = Block { labels: &self.labels, variables: &mut self.variables, writing, user, text };
        block.resource(label);
        block.text
    }

    fn end(&mut self, _: &mut Writing) -> String {
        let declared = self.variables.all().into_iter().map(|(name, kind)| {
            let sensitive = if kind.is_secret { "  sensitive = true\n" } else { "" };
            let form = match kind.form {
                variables::Form::Text => "string",
                variables::Form::Texts => "set(string)",
                variables::Form::TextsByKey => "map(string)",
                variables::Form::Objects => "any",
            };
            format!("\nvariable \"{name}\" {{\n  type      = {form}\n{sensitive}}}\n")
        });
        declared.collect()
    }
}

const fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn label<'a>(labels: &'a HashMap<String, String>, name: &'a str) -> &'a str {
    labels.get(name).map_or(name, String::as_str)
}

/// The blocks of one user.
struct Block<'b> {
    labels: &'b HashMap<String, String>,
    variables: &'b mut Variables,
    writing: &'b mut Writing,
    user: &'b FileUser,
    text: String,
}

impl Block<'_> {
    fn resource(&mut self, label: &str) {
        let user = self.user;
        if let Some(id) = &user.options.import {
            self.text.push_str(&format!(
                "import {{\n  to = {TYPE}.{label}\n  id = {}\n}}\n\n",
                quoted(&id.to_string())
            ));
        }
        self.writing.lose_options(user, CARRIED);
        let (inputs, references) = self.writing.inputs(user);
        if inputs.get(Property::Name.path()).is_none() {
            let what = "a user has no name, and Terraform makes none";
            self.writing.lose(user, what, "write its `name`");
        }
        self.text.push_str(&format!("resource \"{TYPE}\" \"{label}\" {{\n"));
        if let Value::Map(members) = &inputs {
            self.members(members, &Path::root(), "  ", &references);
        }
        self.lifecycle();
        self.text.push_str("}\n");
    }

    fn members(
        &mut self,
        members: &[(String, Value)],
        at: &Path,
        indent: &str,
        references: &[(Path, String)],
    ) {
        for (name, value) in members {
            let at = at.member(name.clone());
            let name = to_snake_case(name);
            match value {
                Value::Map(inner) if matches!(name.as_str(), "identity_info" | "phone_config") => {
                    self.text.push_str(&format!("{indent}{name} {{\n"));
                    self.members(inner, &at, &format!("{indent}  "), references);
                    self.text.push_str(&format!("{indent}}}\n"));
                }
                value => {
                    let value = self.value(value, &at, references);
                    self.text.push_str(&format!("{indent}{name} = {value}\n"));
                }
            }
        }
    }

    fn value(&mut self, value: &Value, at: &Path, references: &[(Path, String)]) -> String {
        match value {
            Value::Unknown => {
                let found = references.iter().find(|(path, _)| path == at);
                found.map_or_else(|| "null".to_owned(), |(_, expression)| self.expression(expression, at))
            }
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::String(text) => quoted(text),
            Value::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, &at.index(index), references));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Value::Map(members) => {
                let is_tags = at.property() == Some(Property::Tags);
                let members = members.iter().map(|(name, value)| match is_tags {
                    true => format!(
                        "{} = {}",
                        quoted(name),
                        self.value(value, &at.key(name.as_str()), references)
                    ),
                    false => {
                        let value = self.value(value, &at.member(name.clone()), references);
                        format!("{} = {value}", to_snake_case(name))
                    }
                });
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn expression(&mut self, expression: &str, at: &Path) -> String {
        let kind = Kind::at(at, expression);
        if let Some(reference) = Part::alone(expression) {
            return self.reference(reference, kind);
        }
        let mut text = String::new();
        for part in Part::all(expression) {
            match part {
                Part::Text(part) => text.push_str(&escaped(&part)),
                Part::Unclosed(part) => text.push_str(&escaped(part)),
                Part::Reference(reference) => {
                    // Right before a template, a `$` would escape it.
                    let plain = text.trim_end_matches('$').len();
                    let signs = text.split_off(plain);
                    if !signs.is_empty() {
                        text.push_str(&format!("${{\"{signs}\"}}"));
                    }
                    text.push_str(&format!("${{{}}}", self.reference(reference, kind)));
                }
            }
        }
        format!("\"{text}\"")
    }

    /// An attribute of another user, or a variable.
    fn reference(&mut self, reference: &str, kind: Kind) -> String {
        let name = root(reference);
        match (self.labels.get(name), reference.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'))) {
            (Some(label), Some(attribute)) if attribute.chars().all(char::is_alphanumeric) => {
                format!("{TYPE}.{label}.{}", Spelling::SnakeCase.name(attribute))
            }
            _ => format!("var.{}", self.variables.name(reference, kind, is_identifier)),
        }
    }

    fn lifecycle(&mut self) {
        let options = &self.user.options;
        let on = options.depends_on.iter().chain(&options.parent);
        let (known, unknown): (Vec<_>, Vec<_>) = on.partition(|name| self.labels.contains_key(*name));
        for name in unknown {
            let what = format!("the dependency on `{name}`, which is no user, is left out");
            self.writing.lose(self.user, what, "add the resource to the configuration, and `depends_on`");
        }
        if !known.is_empty() {
            let known: Vec<_> =
                known.iter().map(|name| format!("{TYPE}.{}", label(self.labels, name))).collect();
            self.text.push_str(&format!("  depends_on = [{}]\n", known.join(", ")));
        }
        if !options.protect && options.ignore_changes.is_empty() {
            return;
        }
        self.text.push_str("  lifecycle {\n");
        if options.protect {
            self.text.push_str("    prevent_destroy = true\n");
        }
        if !options.ignore_changes.is_empty() {
            let paths: Vec<_> = options.ignore_changes.iter().map(attribute_path).collect();
            self.text.push_str(&format!("    ignore_changes = [{}]\n", paths.join(", ")));
        }
        self.text.push_str("  }\n");
    }
}

/// A path as Terraform writes it: blocks are lists with one element.
fn attribute_path(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Member(name) if text.is_empty() => text.push_str(&to_snake_case(name)),
            Segment::Member(name) => {
                let index =
                    if matches!(text.as_str(), "identity_info" | "phone_config") { "[0]" } else { "" };
                text.push_str(&format!("{index}.{}", to_snake_case(name)));
            }
            Segment::Key(key) => text.push_str(&format!("[{}]", quoted(key))),
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Escapes a text for use between quotes, so that no part of it is a template.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => escaped.extend([c, c]),
            c if c.is_control() => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
