//! Writes programs: Pulumi YAML, and such programs as JSON.

use super::{
    super::{inputs::replace, users::FileUser},
    json::{Members, member},
    variables::{Form, Kind, Variables, rewrite, root},
    writing::{self, Writing},
};
use crate::{
    interop::program::{Part, WrittenResource, json_line, without_references},
    user::Value,
};

/// The program as YAML; values are written as JSON.
pub(super) struct YamlProgram {
    resources: Resources,
    is_empty: bool,
}

impl YamlProgram {
    pub(super) fn new(names: &[String]) -> Self {
        Self { resources: Resources::new(names), is_empty: names.is_empty() }
    }
}

impl writing::Form for YamlProgram {
    fn begin(&mut self) -> String {
        if self.is_empty { "resources: {}\n" } else { "resources:\n" }.to_owned()
    }

    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String {
        self.resources.of(user, writing).yaml()
    }

    fn end(&mut self, _: &mut Writing) -> String {
        let mut text = String::new();
        for (name, declaration) in self.resources.config() {
            if text.is_empty() {
                text.push_str("config:\n");
            }
            text.push_str(&format!("  {}: {}\n", json_line(&name.into()), json_line(&declaration)));
        }
        text
    }
}

/// The program as JSON.
pub(super) struct JsonProgram {
    resources: Resources,
    members: Members,
}

impl JsonProgram {
    pub(super) fn new(names: &[String]) -> Self {
        Self { resources: Resources::new(names), members: Members::default() }
    }
}

impl writing::Form for JsonProgram {
    fn begin(&mut self) -> String {
        "{\n  \"resources\": {".to_owned()
    }

    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String {
        let (name, resource) = self.resources.of(user, writing).into_member();
        self.members.next(&name, &resource, 2)
    }

    fn end(&mut self, _: &mut Writing) -> String {
        let config = self.resources.config();
        let config = match config.is_empty() {
            true => String::new(),
            false => format!(",\n{}", member("config", &Value::Map(config), 1)),
        };
        format!("{}{config}\n}}\n", self.members.end(1))
    }
}

/// The resources, and the configuration that they refer to.
struct Resources(Variables);

impl Resources {
    fn new(names: &[String]) -> Self {
        let mut variables = Variables::default();
        variables.reserve(names.iter().cloned().chain(["pulumi".to_owned()]));
        Self(variables)
    }

    fn of<'a>(&mut self, user: &'a FileUser, writing: &mut Writing) -> WrittenResource<'a> {
        let (inputs, references) = writing.inputs(user);
        let mut properties = without_references(&inputs);
        for (path, expression) in references {
            let kind = Kind::at(&path, &expression);
            let text = rewrite(
                &expression,
                |text| Part::escaped(text, true),
                |reference| {
                    if writing.has(root(reference)) || root(reference) == "pulumi" {
                        return format!("${{{reference}}}");
                    }
                    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                    format!("${{{}}}", self.0.name(reference, kind, is_plain))
                },
            );
            replace(&mut properties, path.segments(), text.into());
        }
        WrittenResource::with_references(&user.name, properties, options(user, writing))
    }

    fn config(&self) -> Vec<(String, Value)> {
        let config = self.0.all().into_iter().map(|(name, kind)| {
            let (form, items) = match kind.form {
                Form::Text => ("string", None),
                Form::Texts => ("array", Some("string")),
                Form::TextsByKey => ("object", None),
                Form::Objects => ("array", Some("object")),
            };
            let declared = |form: &str| ("type".to_owned(), Value::from(form));
            let mut declaration = vec![declared(form)];
            declaration.extend(items.map(|items| ("items".to_owned(), Value::Map(vec![declared(items)]))));
            if kind.is_secret {
                declaration.push(("secret".to_owned(), true.into()));
            }
            (name.to_owned(), Value::Map(declaration))
        });
        config.collect()
    }
}

/// The options of a user, as a program writes them. Reports options that name resources that are not written.
fn options(user: &FileUser, writing: &mut Writing) -> Vec<(String, Value)> {
    let mut options = Vec::new();
    for (option, value) in user.options.written() {
        let is_naming = user.options.named().any(|(naming, _)| naming == option);
        let value = if is_naming { named(option, value, user, writing) } else { Some(value) };
        options.extend(value.map(|value| (option.to_owned(), value)));
    }
    options
}

/// References to the resources that an option names.
fn named(option: &str, value: Value, user: &FileUser, writing: &mut Writing) -> Option<Value> {
    match value {
        Value::List(names) => {
            let names = names.into_iter().filter_map(|name| named(option, name, user, writing));
            let names: Vec<Value> = names.collect();
            (!names.is_empty()).then_some(Value::List(names))
        }
        Value::String(name) if writing.has(&name) => Some(format!("${{{name}}}").into()),
        Value::String(name) => {
            let what = format!("the option `{option}` names `{name}`, which is no user and is not written");
            writing.lose(user, what, "add the resource to the program, and the option again");
            None
        }
        _ => None,
    }
}
