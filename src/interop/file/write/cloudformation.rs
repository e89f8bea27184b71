//! Writes CloudFormation templates, with a file of the resources to import.

use std::collections::HashMap;

use super::{
    super::{
        arns::{ArnProperty, INSTANCE, PROPERTIES},
        properties::USERNAME,
        users::FileUser,
    },
    json::{Members, member, object},
    variables::{self, Kind, Variables, root},
    writing::{Form, Writing},
};
use crate::{
    interop::program::Part,
    user::{Arn, Path, Property, Spelling, Value},
};

const TYPE: &str = "AWS::Connect::User";

/// Limit of resources, and of parameters, in a template.
const MOST_RESOURCES: usize = 500;
const MOST_PARAMETERS: usize = 200;

/// The options that a template can have.
const CARRIED: &[&str] = &["retainOnDelete", "dependsOn", "parent"];

/// A template. The resources to import are added to [`Writing::imports`].
pub(super) struct Template {
    names: HashMap<String, String>,
    parameters: Variables,
    members: Members,
}

impl Template {
    pub(super) fn new(names: &[String]) -> Self {
        let mut taken = Variables::default();
        let id = |name: &String| (name.clone(), taken.name(name, Kind::default(), is_alphanumeric));
        let names: HashMap<String, String> = names.iter().map(id).collect();
        let mut parameters = Variables::default();
        parameters.reserve(names.values().cloned());
        Self { names, parameters, members: Members::default() }
    }

    /// Warns if the template as a whole exceeds a limit of CloudFormation.
    fn tell_bounds(&self, writing: &mut Writing) {
        let (users, parameters, imports) =
            (self.names.len(), self.parameters.all().len(), writing.imports.len());
        if users > MOST_RESOURCES {
            let what = format!(
                "the template has {users} resources, and CloudFormation takes {MOST_RESOURCES} at most"
            );
            writing.lose_file(what, "split the file: a stack for each part");
        }
        if parameters > MOST_PARAMETERS {
            let what = format!(
                "the template has {parameters} parameters, and CloudFormation takes {MOST_PARAMETERS} at most"
            );
            writing.lose_file(what, "split the file, or write ids in the place of names");
        }
        if imports > 0 && imports < users {
            let what = format!(
                "{} of {users} users are not among the resources to import, and an import creates no user",
                users - imports
            );
            writing.lose_file(
                what,
                "import a template of the users that exist, then update the stack with this one",
            );
        }
    }
}

impl Form for Template {
    fn begin(&mut self) -> String {
        "{\n  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n  \"Resources\": {".to_owned()
    }

    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String {
        let name = self.names.get(&user.name).cloned().unwrap_or_default();
        if name != user.name {
            let what = format!("the resource name `{}` becomes `{name}`", user.name);
            writing.note(user, what, "logical ids have letters and digits only");
        }
        match (&user.arn, &user.options.import) {
            (Some(arn), _) => writing.imports.push(object([
                ("ResourceType", TYPE.into()),
                ("LogicalResourceId", name.as_str().into()),
                ("ResourceIdentifier", object([("UserArn", arn.to_string().into())])),
            ])),
            (None, Some(_)) => {
                let what = "a user that exists is not among the resources to import: its ARN is not known";
                writing.lose(user, what, "give the instance by its ARN");
            }
            (None, None) => {}
        }
        let (names, parameters) = (&self.names, &mut self.parameters);
        let resource = Properties { names, parameters, writing, user }.resource();
        self.members.next(&name, &resource, 2)
    }

    fn end(&mut self, writing: &mut Writing) -> String {
        self.tell_bounds(writing);
        let declared = self.parameters.all().into_iter().map(|(name, kind)| {
            let form = if kind.form == variables::Form::Texts { "CommaDelimitedList" } else { "String" };
            let mut parameter = vec![("Type".to_owned(), Value::from(form))];
            parameter.extend(kind.is_secret.then(|| ("NoEcho".to_owned(), true.into())));
            (name.to_owned(), Value::Map(parameter))
        });
        let declared: Vec<(String, Value)> = declared.collect();
        let parameters = match declared.is_empty() {
            true => String::new(),
            false => format!(",\n{}", member("Parameters", &Value::Map(declared), 1)),
        };
        format!("{}{parameters}\n}}\n", self.members.end(1))
    }
}

const fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// One user.
struct Properties<'b> {
    names: &'b HashMap<String, String>,
    parameters: &'b mut Variables,
    writing: &'b mut Writing,
    user: &'b FileUser,
}

impl Properties<'_> {
    fn resource(&mut self) -> Value {
        let user = self.user;
        self.writing.lose_options(user, CARRIED);
        let (inputs, references) = self.writing.inputs(user);
        if inputs.get(Property::Name.path()).is_none() {
            self.writing.lose(user, "a user has no name, and CloudFormation makes none", "write its `name`");
        }
        let instance = self.instance(&inputs, &references);
        let mut properties = Vec::new();
        if let Value::Map(members) = &inputs {
            for (name, value) in members {
                let at = Path::root().member(name.clone());
                if self.is_no_parameter(value, &at, &references) {
                    let what = format!(
                        "`{at}` is one reference as a whole, and CloudFormation has no parameter for it"
                    );
                    self.writing.lose(user, what, "write it in the template");
                    continue;
                }
                let of_arns = PROPERTIES.iter().find(|row| row.property.path() == name);
                let (name, value) = match (name.as_str(), of_arns) {
                    ("instanceId", _) => (INSTANCE, instance.json()),
                    ("name", _) => (USERNAME, self.value(value, &at, &references)),
                    (_, Some(ArnProperty { name, segment, .. })) => {
                        (*name, self.arns(value, &at, segment, &instance, &references))
                    }
                    ("tags", _) => ("tags", self.tags(value, &at, &references)),
                    (name, _) => (name, self.value(value, &at, &references)),
                };
                properties.push((Spelling::PascalCase.name(name).into_owned(), value));
            }
        }
        let policy = if user.options.retain_on_delete { "Retain" } else { "Delete" };
        let mut resource = vec![
            ("Type".to_owned(), TYPE.into()),
            // Importing a resource requires a deletion policy.
            ("DeletionPolicy".to_owned(), policy.into()),
            ("UpdateReplacePolicy".to_owned(), policy.into()),
        ];
        let on = user.options.depends_on.iter().chain(&user.options.parent);
        let mut known: Vec<&String> = Vec::new();
        for name in on {
            match self.names.get(name.as_str()) {
                Some(name) => known.push(name),
                None => {
                    let what = format!("the dependency on `{name}`, which is no user, is left out");
                    self.writing.lose(user, what, "add the resource to the template, and `DependsOn`");
                }
            }
        }
        if !known.is_empty() {
            let known = known.into_iter().map(|name| name.as_str().into()).collect();
            resource.push(("DependsOn".to_owned(), Value::List(known)));
        }
        resource.push(("Properties".to_owned(), Value::Map(properties)));
        Value::Map(resource)
    }

    /// Whether a value is only a reference, to a value that no type of parameter can hold.
    fn is_no_parameter(&self, value: &Value, at: &Path, references: &[(Path, String)]) -> bool {
        let form = |(_, expression): &(Path, String)| Kind::at(at, expression).form;
        let is_object = |form| matches!(form, variables::Form::TextsByKey | variables::Form::Objects);
        *value == Value::Unknown
            && references.iter().find(|(path, _)| path == at).map(form).is_some_and(is_object)
    }

    /// The instance: its ARN if the ARN of the user gives it, and a parameter otherwise.
    fn instance(&mut self, inputs: &Value, references: &[(Path, String)]) -> Text {
        let known = inputs.get(Property::InstanceId.path()).and_then(Value::as_str);
        let of_user = |arn: &&Arn| known == Some(arn.instance());
        if let Some(arn) = self.user.arn.as_ref().filter(of_user) {
            let (partition, region) = (arn.partition(), arn.region());
            let text =
                format!("arn:{partition}:connect:{region}:{}:instance/{}", arn.account(), arn.instance());
            return Text::of(&text);
        }
        let Some(id) = known else {
            let at = Path::from(Property::InstanceId);
            let found = references.iter().find(|(path, _)| *path == at);
            return found.map_or_else(Text::default, |(_, expression)| self.expression(expression, &at));
        };
        let name = self.parameters.named("InstanceArn", id, is_alphanumeric);
        let what = format!("the ARN of the instance `{id}` is not known: it is the parameter `{name}`");
        self.writing.note(self.user, what, "give it when the stack is created");
        Text { sub: format!("${{{name}}}"), plain: None, alone: Some(name) }
    }

    fn value(&mut self, value: &Value, at: &Path, references: &[(Path, String)]) -> Value {
        match value {
            Value::Unknown => {
                let found = references.iter().find(|(path, _)| path == at);
                found.map_or(Value::Null, |(_, expression)| self.expression(expression, at).json())
            }
            Value::List(items) => {
                let items = items.iter().enumerate();
                Value::List(
                    items.map(|(index, item)| self.value(item, &at.index(index), references)).collect(),
                )
            }
            Value::Map(members) => {
                let members = members.iter().map(|(name, value)| {
                    let value = self.value(value, &at.member(name.clone()), references);
                    (Spelling::PascalCase.name(name).into_owned(), value)
                });
                Value::Map(members.collect())
            }
            leaf => leaf.clone(),
        }
    }

    fn tags(&mut self, tags: &Value, at: &Path, references: &[(Path, String)]) -> Value {
        let Value::Map(tags) = tags else { return self.value(tags, at, references) };
        let tags = tags.iter().map(|(key, value)| {
            let value = self.value(value, &at.key(key.as_str()), references);
            object([("Key", key.as_str().into()), ("Value", value)])
        });
        Value::List(tags.collect())
    }

    /// The ARN of an id, or the ARNs of several ids.
    fn arns(
        &mut self,
        value: &Value,
        at: &Path,
        segment: &str,
        instance: &Text,
        references: &[(Path, String)],
    ) -> Value {
        match value {
            Value::List(ids) => {
                let ids = ids.iter().enumerate();
                let arns =
                    ids.map(|(index, id)| self.arns(id, &at.index(index), segment, instance, references));
                Value::List(arns.collect())
            }
            Value::String(name) if name.starts_with("name:") || name.starts_with("path:") => {
                // Profiles and groups of the same name differ between instances.
                let key = format!("{segment} {}", instance.sub);
                let parameter = self.parameters.named(name, &key, is_alphanumeric);
                let what = format!(
                    "`{name}` is a name, and CloudFormation takes ARNs: it is the parameter `{parameter}`"
                );
                self.writing.note(self.user, what, "give its ARN when the stack is created");
                object([("Ref", parameter.into())])
            }
            Value::String(arn) if arn.starts_with("arn:") => arn.as_str().into(),
            Value::String(id) => instance.then(&format!("/{segment}/{id}")).json(),
            value => self.value(value, at, references),
        }
    }

    fn expression(&mut self, expression: &str, at: &Path) -> Text {
        let kind = Kind::at(at, expression);
        let mut text = Text::default();
        let parts = Part::all(expression);
        let is_alone = parts.len() == 1;
        for part in parts {
            match part {
                Part::Text(part) => text.sub.push_str(&part.replace("${", "${!")),
                Part::Unclosed(part) => text.sub.push_str(&part.replace("${", "${!")),
                Part::Reference(reference) => {
                    let name = self.reference(reference, kind);
                    text.sub.push_str(&format!("${{{name}}}"));
                    text.alone = is_alone.then_some(name);
                }
            }
        }
        text
    }

    /// A parameter, or the ARN of another user, which is the only output of a user.
    fn reference(&mut self, reference: &str, kind: Kind) -> String {
        let name = root(reference);
        match (self.names.get(name), reference.strip_prefix(name)) {
            (Some(name), Some(".arn")) => format!("{name}.UserArn"),
            _ => self.parameters.name(reference, kind, is_alphanumeric),
        }
    }
}

/// A text that may contain references: as plain text, in the syntax of `Fn::Sub`, or as a single reference.
#[derive(Default)]
struct Text {
    plain: Option<String>,
    sub: String,
    alone: Option<String>,
}

impl Text {
    fn of(text: &str) -> Self {
        Self { plain: Some(text.to_owned()), sub: text.replace("${", "${!"), alone: None }
    }

    fn then(&self, more: &str) -> Self {
        let plain = self.plain.as_ref().map(|text| format!("{text}{more}"));
        Self { plain, sub: format!("{}{}", self.sub, more.replace("${", "${!")), alone: None }
    }

    fn json(&self) -> Value {
        match (&self.plain, self.alone.as_ref().map(|name| name.split_once('.').ok_or(name))) {
            (Some(text), _) => text.as_str().into(),
            (None, Some(Ok((resource, attribute)))) => {
                object([("Fn::GetAtt", Value::List(vec![resource.into(), attribute.into()]))])
            }
            (None, Some(Err(name))) => object([("Ref", name.as_str().into())]),
            (None, None) => object([("Fn::Sub", self.sub.as_str().into())]),
        }
    }
}
