//! A Pulumi YAML (or JSON) program: its users, and what they refer to.

mod evaluate;
mod options;
mod order;
pub mod place;
mod reference;
mod resource;
mod source;
mod yaml;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::{Mutex, PoisonError},
};

use connect_user::user::{Value, nearest};

pub use evaluate::{Evaluated, Undefined};
pub use options::ResourceOptions;
pub use reference::Reference;
pub use resource::Resource;

use crate::{
    failure::{Failure, Outcome},
    input,
    settings::Settings,
};
use reference::{each_reference, function};

/// What a change in place does not change.
const KEPT: &[&str] = &["id", "arn", "userId", "name", "directoryUserId"];

/// So many undefined names get a suggestion: each is compared with every name of the program.
const MOST_SUGGESTIONS: usize = 20;

/// A program.
pub struct Program {
    pub users: Vec<Resource>,
    /// The places of the users, by their names.
    places: HashMap<String, usize>,
    /// The types of the other resources.
    others: HashMap<String, String>,
    variables: HashMap<String, Value>,
    /// Configuration values, with their defaults.
    config: HashMap<String, Option<Value>>,
    /// The name of the Pulumi project.
    project: Option<String>,
    /// `--set` and its like.
    settings: HashMap<Reference, String>,
    /// For each user, the users that it refers to or depends on.
    needs: Vec<BTreeSet<usize>>,
    /// The users that others refer to or depend on.
    needed: BTreeSet<usize>,
    /// For each user, how many users in turn come before it.
    levels: Vec<usize>,
    suggestions: Mutex<HashMap<String, Option<String>>>,
}

/// What is known of the program's users.
#[derive(Default)]
pub struct Scope(HashMap<String, Settled>);

/// What others may refer to of one user.
struct Settled {
    values: Value,
    /// Whether what is not there may still come.
    is_pending: bool,
}

impl Scope {
    /// A user that is as it should be: all of its outputs are known.
    pub fn known(&mut self, name: &str, outputs: Value) {
        self.0.insert(name.to_owned(), Settled { values: outputs, is_pending: false });
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
        self.0.insert(name.to_owned(), Settled { values, is_pending: true });
    }

    fn get(&self, name: &str) -> Option<&Settled> {
        self.0.get(name)
    }
}

impl Program {
    /// Reads a program from a file or, with `-`, from standard input.
    pub fn read(file: &Path, settings: &Settings) -> Outcome<Self> {
        let document = source::read(file)?;
        let place = input::name(file);
        source::check(&document).map_err(|failure| failure.after(&place))?;
        Self::parse(&document, settings).map_err(|failure| failure.within(&place))
    }

    fn parse(document: &Value, settings: &Settings) -> Outcome<Self> {
        let Some(Value::Map(resources)) = document.get("resources") else {
            let help = "write `resources: { NAME: { type: aws:connect:User, properties: { … } } }`";
            return Err(Failure::new("there is no map `resources`").help(help));
        };
        let mut names = BTreeSet::new();
        let (mut users, mut others, mut failures) = (Vec::new(), HashMap::new(), Vec::new());
        for (name, resource) in resources {
            if !names.insert(name) {
                let failure = Failure::new(format!("`resources.{name}` is given twice"));
                failures.push(failure.help("give one of them another name, or take it out"));
                continue;
            }
            match Resource::parse(name, resource) {
                Ok(resource::Parsed::User(user)) => users.push(*user),
                Ok(resource::Parsed::Other(kind)) => drop(others.insert(name.clone(), kind)),
                Err(failure) => failures.push(failure.of(&resource_path(name))),
            }
        }
        Failure::all(failures)?;
        let mut program = Self {
            places: users.iter().enumerate().map(|(place, user)| (user.name.clone(), place)).collect(),
            users,
            others,
            variables: section(document, &["variables"])
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            config: section(document, &["config", "configuration"])
                .map(|(name, value)| (name.clone(), default_of(value).cloned()))
                .collect(),
            project: document.get("name").and_then(Value::as_str).map(str::to_owned),
            settings: HashMap::new(),
            needs: Vec::new(),
            needed: BTreeSet::new(),
            levels: Vec::new(),
            suggestions: Mutex::default(),
        };
        program.settings = program.used(settings)?;
        program.check_options(document)?;
        program.needs = program.all_needs();
        program.needed = program.needs.iter().flatten().copied().collect();
        program.levels = program.all_levels()?;
        Ok(program)
    }

    pub fn user(&self, name: &str) -> Option<&Resource> {
        self.users.get(*self.places.get(name)?)
    }

    /// Whether the program has a resource of any type under this name.
    fn has_resource(&self, name: &str) -> bool {
        self.places.contains_key(name) || self.others.contains_key(name)
    }

    /// The names of the resources that are not users.
    pub fn other_resources(&self) -> BTreeSet<String> {
        self.others.keys().cloned().collect()
    }

    /// The defined name that an undefined one may have meant.
    fn suggestion(&self, name: &str) -> Option<String> {
        let mut known = self.suggestions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(suggestion) = known.get(name) {
            return suggestion.clone();
        }
        if known.len() >= MOST_SUGGESTIONS {
            return None;
        }
        let defined = self.places.keys().chain(self.others.keys());
        let defined = defined.chain(self.variables.keys()).chain(self.config.keys());
        let suggestion = nearest(name, defined.map(String::as_str)).map(str::to_owned);
        known.insert(name.to_owned(), suggestion.clone());
        suggestion
    }

    /// The settings, each of which something in the program uses.
    fn used(&self, settings: &Settings) -> Outcome<HashMap<Reference, String>> {
        let mut usable: HashMap<Reference, String> =
            self.config.keys().map(|name| (Reference::root_of(name), name.clone())).collect();
        if !settings.is_empty() {
            let mut add = |text: &str| {
                if let Some(reference) = Reference::parse(text) {
                    usable.entry(reference).or_insert_with(|| text.to_owned());
                }
            };
            for value in self.users.iter().map(|user| &user.properties).chain(self.variables.values()) {
                each_reference(value, &mut add);
            }
            let mut functions = Vec::new();
            for user in &self.users {
                functions_in(&Reference::root_of(&user.name), &user.properties, &mut functions);
            }
            for (name, value) in &self.variables {
                functions_in(&Reference::root_of(name), value, &mut functions);
            }
            usable.extend(functions.into_iter().map(|place| (place.clone(), place.to_string())));
        }
        let mut used = HashMap::new();
        for setting in settings.iter() {
            let reference = Reference::parse(&setting.key).filter(|key| usable.contains_key(key));
            let Some(reference) = reference else {
                let near = nearest(&setting.key, usable.values().map(String::as_str));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write the key as the program writes it between `${` and `}`".to_owned(),
                };
                let message = format!("nothing in the program uses `{}`", setting.key);
                return Err(Failure::new(format!("`{}`: {message}", setting.option)).help(help));
            };
            used.insert(reference, setting.value.clone());
        }
        Ok(used)
    }
}

/// Where a resource is in the program.
fn resource_path(name: &str) -> String {
    Reference::root_of("resources").then(&[reference::Step::Member(name.to_owned())]).to_string()
}

/// The members of a section that may have several names.
fn section<'a>(document: &'a Value, names: &'a [&str]) -> impl Iterator<Item = &'a (String, Value)> {
    names
        .iter()
        .filter_map(|name| match document.get(name) {
            Some(Value::Map(members)) => Some(members),
            _ => None,
        })
        .flatten()
}

/// A configuration value is given as it is, or declared: `{ type: string, default: … }`.
fn default_of(value: &Value) -> Option<&Value> {
    let is_declaration =
        ["type", "default", "value", "secret"].iter().any(|member| value.get(member).is_some());
    if is_declaration { value.get("default").or_else(|| value.get("value")) } else { Some(value) }
}

/// The places of the functions in a value.
fn functions_in(place: &Reference, value: &Value, found: &mut Vec<Reference>) {
    use reference::Step;

    if let Some((name, inner)) = function(value) {
        match name.eq_ignore_ascii_case("fn::secret") {
            true => functions_in(place, inner, found),
            false => found.push(place.clone()),
        }
        return;
    }
    match value {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                functions_in(&place.then(&[Step::Index(index)]), item, found);
            }
        }
        Value::Map(members) => {
            for (name, value) in members {
                functions_in(&place.then(&[Step::Member(name.clone())]), value, found);
            }
        }
        _ => {}
    }
}
