//! A Pulumi YAML (or JSON) program: its users, and the references in them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use connect_user::user::{ImportId, ImportIdError, Property, Value};

use crate::failure::{Failure, Outcome};

/// The types that are users: the short token and the canonical one.
const USER_TYPES: &[&str] = &["aws:connect:User", "aws:connect/user:User"];

/// What the service sets of a user, and other resources may refer to besides what the user is given.
const OUTPUTS: &[&str] = &["id", "arn", "userId", "tagsAll", "lastModifiedTime", "lastModifiedRegion"];

/// What a change in place does not change.
const KEPT: &[&str] = &["id", "arn", "userId", "name", "directoryUserId"];

/// A program.
pub struct Program {
    pub users: Vec<Resource>,
    /// The places of the users, by their names.
    places: HashMap<String, usize>,
    /// `config:` and `variables:` of the file.
    variables: BTreeMap<String, Value>,
    /// `--set`, by the whole text of the reference.
    settings: BTreeMap<String, String>,
}

/// A user of a program.
pub struct Resource {
    pub name: String,
    pub properties: Value,
    pub protect: bool,
    /// The user that it is to be from now on: Pulumi's `import` option.
    pub import: Option<ImportId>,
}

/// A user's properties with the references in them resolved, as far as that goes.
pub struct Evaluated {
    pub properties: Value,
    /// The references that nothing in the program and no `--set` resolves.
    pub unresolved: BTreeSet<String>,
}

/// What is known of the program's users.
#[derive(Default)]
pub struct Scope(BTreeMap<String, Outputs>);

struct Outputs {
    values: Value,
    /// Whether what is not there may still come.
    is_pending: bool,
}

impl Scope {
    /// A user that is as it should be: all of its outputs are known.
    pub fn known(&mut self, name: &str, outputs: Value) {
        self.0.insert(name.to_owned(), Outputs { values: outputs, is_pending: false });
    }

    /// A user that will be made or changed: what it is given, over what it keeps; anything else will be
    /// known once that is done.
    pub fn pending(&mut self, name: &str, inputs: Value, kept: Option<&Value>) {
        let mut values = inputs;
        for output in KEPT {
            let kept = kept.and_then(|kept| kept.get(output));
            if let (None, Value::Map(members), Some(value)) = (values.get(output).cloned(), &mut values, kept)
            {
                members.push(((*output).to_owned(), value.clone()));
            }
        }
        self.0.insert(name.to_owned(), Outputs { values, is_pending: true });
    }
}

impl Program {
    pub fn read(file: &Path, settings: &[(String, String)]) -> Outcome<Self> {
        let place = file.display();
        let text = fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("`{place}` cannot be read: {error}")).help("give the path of a program")
        })?;
        // A snippet of the file in the message might show a password; and `no` is a country, as in Pulumi.
        // Tens of thousands of users are no attack; what aliases may repeat stays bounded.
        let options = serde_saphyr::options! {
            with_snippet: false,
            strict_booleans: true,
            budget: serde_saphyr::budget! {
                max_nodes: usize::MAX,
                max_events: usize::MAX,
                max_total_scalar_bytes: usize::MAX,
            },
        };
        let document: Value = serde_saphyr::from_str_with_options(&text, options)
            .map_err(|error| Failure::new(format!("`{place}` is neither YAML nor JSON: {error}")))?;
        Self::parse(document, settings).map_err(|failure| failure.within(&place.to_string()))
    }

    fn parse(document: Value, settings: &[(String, String)]) -> Outcome<Self> {
        let Some(Value::Map(resources)) = document.get("resources") else {
            return Err(Failure::new("there is no `resources:`")
                .help("write `resources: { NAME: { type: aws:connect:User, properties: { … } } }`"));
        };
        let mut users = Vec::new();
        let mut names = BTreeSet::new();
        for (name, resource) in resources {
            if !names.insert(name) {
                return Err(Failure::new(format!("`resources.{name}` is given twice")));
            }
            users.extend(Resource::parse(name, resource)?);
        }
        let mut variables = BTreeMap::new();
        for section in ["config", "configuration", "variables"] {
            if let Some(Value::Map(members)) = document.get(section) {
                variables
                    .extend(members.iter().map(|(name, value)| (name.clone(), default_of(value).clone())));
            }
        }
        let places = users.iter().enumerate().map(|(place, user)| (user.name.clone(), place)).collect();
        Ok(Self { users, places, variables, settings: settings.iter().cloned().collect() })
    }

    pub fn user(&self, name: &str) -> Option<&Resource> {
        self.users.get(*self.places.get(name)?)
    }

    /// The users in an order in which each comes after those that it refers to.
    pub fn in_order(&self) -> Outcome<Vec<&Resource>> {
        let mut order: Vec<&Resource> = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let mut left: Vec<(&Resource, BTreeSet<String>)> =
            self.users.iter().map(|user| (user, self.needs(user))).collect();
        while !left.is_empty() {
            let is_ready = |needs: &BTreeSet<String>| needs.iter().all(|name| done.contains(name.as_str()));
            let (ready, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, needs)| is_ready(needs));
            if ready.is_empty() {
                let names: Vec<_> = later.iter().map(|(user, _)| user.name.as_str()).collect();
                let message = format!("the users `{}` refer to each other in a circle", names.join("`, `"));
                return Err(Failure::new(message).help("take one of the references out"));
            }
            done.extend(ready.iter().map(|(user, _)| user.name.as_str()));
            order.extend(ready.into_iter().map(|(user, _)| user));
            left = later;
        }
        Ok(order)
    }

    /// The users that a user refers to.
    pub fn needs(&self, user: &Resource) -> BTreeSet<String> {
        let mut roots = BTreeSet::new();
        collect_roots(&user.properties, &mut roots);
        roots.retain(|root| self.places.contains_key(root));
        roots
    }

    /// Resolves the references of a user.
    pub fn evaluate(&self, user: &Resource, scope: &Scope) -> Outcome<Evaluated> {
        let mut evaluation = Evaluation { program: self, scope, unresolved: BTreeSet::new(), depth: 0 };
        let properties = evaluation
            .value(&user.properties)
            .map_err(|failure| failure.within(&format!("resources.{}", user.name)))?;
        Ok(Evaluated { properties, unresolved: evaluation.unresolved })
    }
}

impl Resource {
    /// The user that a resource is; `None` for a resource of another type.
    fn parse(name: &str, resource: &Value) -> Outcome<Option<Self>> {
        let fail = |message: &str| Failure::new(format!("`resources.{name}` {message}"));
        let Some(kind) = resource.get("type").and_then(Value::as_str) else {
            return Err(fail("has no `type`"));
        };
        if !USER_TYPES.contains(&kind) {
            return Ok(None);
        }
        let properties = match resource.get("properties") {
            Some(properties @ Value::Map(_)) => properties.clone(),
            _ if resource.get("get").is_some() => {
                return Err(
                    fail("reads a user with `get`").help("use the command `import` for a user that exists")
                );
            }
            _ => return Err(fail("has no `properties`")),
        };
        let protect = match resource.get("options").and_then(|options| options.get("protect")) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(protect)) => *protect,
            Some(_) => return Err(fail("has an `options.protect` that is neither `true` nor `false`")),
        };
        let import = match resource.get("options").and_then(|options| options.get("import")) {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => {
                let id = id
                    .parse()
                    .map_err(|error: ImportIdError| fail(&format!("imports {error}")).help(error.help()));
                Some(id?)
            }
            Some(_) => return Err(fail("has an `options.import` that is no text")),
        };
        Ok(Some(Self { name: name.to_owned(), properties, protect, import }))
    }
}

/// A configuration value may be given with its type, as `{ type: string, default: … }`.
fn default_of(value: &Value) -> &Value {
    match value.get("default").or_else(|| value.get("value")) {
        Some(default) => default,
        None => value,
    }
}

fn collect_roots(value: &Value, roots: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            for part in Part::all(text) {
                if let Part::Reference(reference) = part {
                    roots.insert(root_of(reference).to_owned());
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect_roots(item, roots)),
        Value::Map(members) => members.iter().for_each(|(_, value)| collect_roots(value, roots)),
        _ => {}
    }
}

fn root_of(reference: &str) -> &str {
    reference.split(['.', '[']).next().unwrap_or(reference)
}

/// A part of a text: as it stands, or to be looked up.
enum Part<'a> {
    Text(&'a str),
    Reference(&'a str),
}

impl<'a> Part<'a> {
    fn all(mut text: &'a str) -> Vec<Self> {
        let mut parts = Vec::new();
        while let Some(start) = text.find('$') {
            let (before, rest) = text.split_at(start);
            parts.push(Self::Text(before));
            if let Some(escaped) = rest.strip_prefix("$${") {
                parts.push(Self::Text("${"));
                text = escaped;
            } else if let Some((reference, after)) =
                rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            {
                parts.push(Self::Reference(reference.trim()));
                text = after;
            } else {
                parts.push(Self::Text("$"));
                text = rest.get(1..).unwrap_or_default();
            }
        }
        parts.push(Self::Text(text));
        parts.retain(|part| !matches!(part, Self::Text("")));
        parts
    }
}

struct Evaluation<'a> {
    program: &'a Program,
    scope: &'a Scope,
    unresolved: BTreeSet<String>,
    depth: usize,
}

/// Variables that refer to variables: deeper is a circle.
const MOST_DEPTH: usize = 32;

impl Evaluation<'_> {
    fn value(&mut self, value: &Value) -> Outcome<Value> {
        match value {
            Value::String(text) => self.text(text),
            Value::List(items) => {
                items.iter().map(|item| self.value(item)).collect::<Outcome<_>>().map(Value::List)
            }
            Value::Map(members) => match members.as_slice() {
                [(function, inner)] if function == "fn::secret" => self.value(inner),
                [(function, _)] if function.starts_with("fn::") => {
                    self.unresolved.insert(function.clone());
                    Ok(Value::Unknown)
                }
                members => members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), typed(name, self.value(value)?))))
                    .collect::<Outcome<_>>()
                    .map(Value::Map),
            },
            other => Ok(other.clone()),
        }
    }

    fn text(&mut self, text: &str) -> Outcome<Value> {
        let parts = Part::all(text);
        if let [Part::Reference(reference)] = parts.as_slice() {
            return self.reference(reference);
        }
        let mut whole = String::new();
        let mut unknown = false;
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Reference(reference) => match self.reference(reference)? {
                    Value::Unknown => unknown = true,
                    Value::String(text) => whole.push_str(&text),
                    Value::Integer(number) => whole.push_str(&number.to_string()),
                    Value::Bool(flag) => whole.push_str(&flag.to_string()),
                    other => {
                        let message =
                            format!("`${{{reference}}}` is {}, and stands within a text", other.describe());
                        return Err(Failure::new(message));
                    }
                },
            }
        }
        Ok(if unknown { Value::Unknown } else { Value::String(whole) })
    }

    fn reference(&mut self, reference: &str) -> Outcome<Value> {
        if let Some(value) = self.program.settings.get(reference) {
            return Ok(Value::String(value.clone()));
        }
        let root = root_of(reference);
        let path = path_of(reference.get(root.len()..).unwrap_or_default());
        if self.program.places.contains_key(root) {
            return self.output(reference, root, &path);
        }
        if let Some(variable) = self.program.variables.get(root).cloned() {
            self.depth += 1;
            if self.depth > MOST_DEPTH {
                return Err(Failure::new(format!("`${{{reference}}}` leads back to itself")));
            }
            let value = self.value(&variable)?;
            self.depth -= 1;
            return match lookup(&value, &path) {
                Some(value) => Ok(value),
                None => Err(Failure::new(format!("`${{{reference}}}` is not in `{root}`"))),
            };
        }
        self.unresolved.insert(reference.to_owned());
        Ok(Value::Unknown)
    }

    /// An output of one of the program's users.
    fn output(&self, reference: &str, root: &str, path: &[String]) -> Outcome<Value> {
        let fail = |message: &str| Failure::new(format!("`${{{reference}}}` {message}"));
        let Some(first) = path.first() else {
            return Err(
                fail("is a whole user").help(format!("name one of its properties: `${{{root}.userId}}`"))
            );
        };
        if first == "password" {
            return Err(fail("is a password, which nothing may refer to")
                .help("refer to where the password comes from instead"));
        }
        let outputs = self.scope.0.get(root);
        if let Some(value) = outputs.and_then(|outputs| lookup(&outputs.values, path)) {
            return Ok(value);
        }
        let is_property =
            Property::ALL.iter().any(|property| property.path().split('.').next() == Some(first));
        if !is_property && !OUTPUTS.contains(&first.as_str()) {
            return Err(fail("is not a property of a user")
                .help(format!("refer to one of its inputs, or to `{}`", OUTPUTS.join("`, `"))));
        }
        match outputs {
            Some(outputs) if !outputs.is_pending => {
                Err(fail("is not set").help(format!("set it in `{root}`, or do not refer to it")))
            }
            _ => Ok(Value::Unknown),
        }
    }
}

/// A number or a flag that came as text, as every `--set` does, where the member is one.
fn typed(member: &str, value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    let is = |names: &[&str]| names.contains(&member.replace('_', "").to_ascii_lowercase().as_str());
    if is(&["aftercontactworktimelimit", "level"]) {
        return text.parse().map_or(value, Value::Integer);
    }
    if is(&["autoaccept", "persistentconnection", "agentfirstcallbackautoaccept"]) {
        return text.parse().map_or(value, Value::Bool);
    }
    value
}

fn path_of(text: &str) -> Vec<String> {
    text.split(['.', '['])
        .map(|part| part.trim_end_matches(']').trim_matches('"').to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn lookup(value: &Value, path: &[String]) -> Option<Value> {
    let Some((first, rest)) = path.split_first() else {
        return Some(value.clone());
    };
    match value {
        Value::Unknown => Some(Value::Unknown),
        Value::List(items) => lookup(items.get(first.parse::<usize>().ok()?)?, rest),
        value => lookup(value.get(first)?, rest),
    }
}
