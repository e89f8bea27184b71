//! CloudFormation templates, with a file of the resources to import.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::{
    super::users::FileUser,
    variables::{Variables, root},
    writing::Writing,
};
use crate::{
    interop::program::{Part, readable_json},
    user::{Arn, HierarchyGroup, IdKind, Path, Property, RoutingProfile, SecurityProfile, Spelling, Value},
};

const TYPE: &str = "AWS::Connect::User";

/// The options that a template carries.
const CARRIED: &[&str] = &["retainOnDelete", "dependsOn", "parent"];

/// The template. The file of resources to import is left in `writing`.
pub(super) fn write(writing: &mut Writing<'_>) -> String {
    let file = writing.file;
    let mut names = Variables::default();
    let names: HashMap<&str, String> = file
        .users
        .iter()
        .map(|user| (user.name.as_str(), names.name(&user.name, false, is_alphanumeric)))
        .collect();
    let mut parameters = Variables::default();
    parameters.reserve(names.values().cloned());
    let (mut resources, mut imports) = (Map::new(), Vec::new());
    for user in &file.users {
        let name = names.get(user.name.as_str()).cloned().unwrap_or_default();
        if name != user.name {
            let what = format!("the resource name `{}` becomes `{name}`", user.name);
            writing.note(user, what, "logical ids have letters and digits only");
        }
        match (&user.arn, &user.options.import) {
            (Some(arn), _) => imports.push(json!({
                "ResourceType": TYPE,
                "LogicalResourceId": name,
                "ResourceIdentifier": {"UserArn": arn.to_string()},
            })),
            (None, Some(_)) => {
                let what = "a user that exists is not among the resources to import: its ARN is not known";
                writing.lose(user, what, "convert from a state or an answer of the service, which have it");
            }
            (None, None) => {}
        }
        let mut properties = Properties { names: &names, parameters: &mut parameters, writing, user };
        resources.insert(name, properties.resource());
    }
    if !imports.is_empty() {
        writing.imports = Some(pretty(&Json::Array(imports)));
    }
    let mut template = Map::from_iter([("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"))]);
    let declared: Map<String, Json> = parameters
        .all()
        .into_iter()
        .map(|(name, is_secret)| {
            let parameter =
                if is_secret { json!({"Type": "String", "NoEcho": true}) } else { json!({"Type": "String"}) };
            (name.to_owned(), parameter)
        })
        .collect();
    if !declared.is_empty() {
        template.insert("Parameters".to_owned(), Json::Object(declared));
    }
    template.insert("Resources".to_owned(), Json::Object(resources));
    pretty(&Json::Object(template))
}

const fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn pretty(json: &Json) -> String {
    format!("{}\n", readable_json(&format!("{json:#}")))
}

/// One user.
struct Properties<'b, 'w, 'a> {
    names: &'b HashMap<&'a str, String>,
    parameters: &'b mut Variables,
    writing: &'b mut Writing<'w>,
    user: &'b FileUser,
}

impl Properties<'_, '_, '_> {
    fn resource(&mut self) -> Json {
        let user = self.user;
        self.writing.lose_options(user, CARRIED);
        let (inputs, references) = self.writing.inputs(user);
        if inputs.get(Property::Name.path()).is_none() {
            self.writing.lose(user, "a user has no name, and CloudFormation makes none", "write its `name`");
        }
        let instance = self.instance(&inputs, &references);
        let mut properties = Map::new();
        if let Value::Map(members) = &inputs {
            for (name, value) in members {
                let at = Path::root().member(name.clone());
                let (name, value) = match name.as_str() {
                    "instanceId" => ("InstanceArn".to_owned(), instance.json()),
                    "name" => ("Username".to_owned(), self.value(value, &at, &references)),
                    "routingProfileId" => (
                        "RoutingProfileArn".to_owned(),
                        self.arn::<RoutingProfile>(value, &at, &instance, &references),
                    ),
                    "hierarchyGroupId" => (
                        "HierarchyGroupArn".to_owned(),
                        self.arn::<HierarchyGroup>(value, &at, &instance, &references),
                    ),
                    "securityProfileIds" => {
                        let items = if let Value::List(items) = value { items.as_slice() } else { &[] };
                        let arns = items.iter().enumerate().map(|(index, item)| {
                            self.arn::<SecurityProfile>(item, &at.index(index), &instance, &references)
                        });
                        ("SecurityProfileArns".to_owned(), Json::Array(arns.collect()))
                    }
                    "tags" => ("Tags".to_owned(), self.tags(value, &at, &references)),
                    name => {
                        (Spelling::PascalCase.name(name).into_owned(), self.value(value, &at, &references))
                    }
                };
                properties.insert(name, value);
            }
        }
        let policy = if user.options.retain_on_delete { "Retain" } else { "Delete" };
        let mut resource = Map::from_iter([
            ("Type".to_owned(), json!(TYPE)),
            // Importing a resource asks for one.
            ("DeletionPolicy".to_owned(), json!(policy)),
            ("UpdateReplacePolicy".to_owned(), json!(policy)),
        ]);
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
            resource.insert("DependsOn".to_owned(), json!(known));
        }
        resource.insert("Properties".to_owned(), Json::Object(properties));
        Json::Object(resource)
    }

    /// The instance: its ARN where a user's tells it, and a parameter otherwise.
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

    fn value(&mut self, value: &Value, at: &Path, references: &[(Path, String)]) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Unknown => {
                let found = references.iter().find(|(path, _)| path == at);
                found.map_or(Json::Null, |(_, expression)| self.expression(expression, at).json())
            }
            Value::Bool(flag) => json!(flag),
            Value::Integer(number) => json!(number),
            Value::Float(number) => json!(number),
            Value::String(text) => json!(text),
            Value::List(items) => {
                let items = items.iter().enumerate();
                Json::Array(
                    items.map(|(index, item)| self.value(item, &at.index(index), references)).collect(),
                )
            }
            Value::Map(members) => {
                let members = members.iter().map(|(name, value)| {
                    let value = self.value(value, &at.member(name.clone()), references);
                    (Spelling::PascalCase.name(name).into_owned(), value)
                });
                Json::Object(members.collect())
            }
        }
    }

    fn tags(&mut self, tags: &Value, at: &Path, references: &[(Path, String)]) -> Json {
        let Value::Map(tags) = tags else { return self.value(tags, at, references) };
        let tags = tags.iter().map(|(key, value)| {
            let value = self.value(value, &at.key(key.as_str()), references);
            json!({"Key": key, "Value": value})
        });
        Json::Array(tags.collect())
    }

    /// The ARN of what an id is.
    fn arn<K: IdKind>(
        &mut self,
        value: &Value,
        at: &Path,
        instance: &Text,
        references: &[(Path, String)],
    ) -> Json {
        match value {
            Value::String(name) if name.starts_with("name:") || name.starts_with("path:") => {
                // Each instance has profiles and groups of its own.
                let key = format!("{} {}", K::SEGMENT, instance.sub);
                let parameter = self.parameters.named(name, &key, is_alphanumeric);
                let what = format!(
                    "`{name}` is a name, and CloudFormation takes ARNs: it is the parameter `{parameter}`"
                );
                self.writing.note(self.user, what, "give its ARN when the stack is created");
                json!({"Ref": parameter})
            }
            Value::String(arn) if arn.starts_with("arn:") => json!(arn),
            Value::String(id) => instance.then(&format!("/{}/{id}", K::SEGMENT)).json(),
            value => self.value(value, at, references),
        }
    }

    fn expression(&mut self, expression: &str, at: &Path) -> Text {
        let is_secret = *at == Path::from(Property::Password);
        let mut text = Text::default();
        let parts = Part::all(expression);
        let is_alone = parts.len() == 1;
        for part in parts {
            match part {
                Part::Text(part) => text.sub.push_str(&part.replace("${", "${!")),
                Part::Reference(reference) => {
                    let name = self.reference(reference, is_secret);
                    text.sub.push_str(&format!("${{{name}}}"));
                    text.alone = is_alone.then_some(name);
                }
            }
        }
        text
    }

    /// A parameter, or the ARN of another user, which is all that one gives.
    fn reference(&mut self, reference: &str, is_secret: bool) -> String {
        let name = root(reference);
        match (self.names.get(name), reference.strip_prefix(name)) {
            (Some(name), Some(".arn")) => format!("{name}.UserArn"),
            _ => self.parameters.name(reference, is_secret, is_alphanumeric),
        }
    }
}

/// A text that may hold references: as it is, as `Fn::Sub` takes it, or a reference alone.
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

    fn json(&self) -> Json {
        match (&self.plain, self.alone.as_ref().map(|name| name.split_once('.').ok_or(name))) {
            (Some(text), _) => json!(text),
            (None, Some(Ok((resource, attribute)))) => json!({"Fn::GetAtt": [resource, attribute]}),
            (None, Some(Err(name))) => json!({"Ref": name}),
            (None, None) => json!({"Fn::Sub": self.sub}),
        }
    }
}
