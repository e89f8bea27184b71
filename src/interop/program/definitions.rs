//! The things in a program that references can refer to.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use super::{reference::Reference, resource::Other, source::section};
use crate::user::{Secret, Value, nearest};

/// Limit of undefined names that get a suggestion: each is compared with every name of the program.
const MOST_SUGGESTIONS: usize = 20;

/// The definitions of a program, and the values that the host gives.
pub(super) struct Definitions {
    /// The indexes of the users, by resource name.
    pub(super) users: HashMap<String, usize>,
    /// The other resources.
    pub(super) others: HashMap<String, Other>,
    pub(super) variables: HashMap<String, Value>,
    /// Configuration values, with their defaults.
    pub(super) config: HashMap<String, Option<Value>>,
    /// The configuration values that are marked as secret.
    pub(super) secrets: HashSet<String>,
    /// The name of the Pulumi project.
    pub(super) project: Option<String>,
    /// The values that the host gives.
    pub(super) values: HashMap<Reference, Secret>,
    suggestions: Mutex<HashMap<String, Option<String>>>,
}

impl Definitions {
    pub(super) fn new(
        users: HashMap<String, usize>,
        others: HashMap<String, Other>,
        document: &Value,
    ) -> Self {
        let variables = section(document, &["variables"]).cloned().collect();
        let config = section(document, &["config", "configuration"])
            .map(|(name, value)| (name.clone(), default_of(value).cloned()))
            .collect();
        let is_secret = |value: &Value| value.get("secret") == Some(&Value::Bool(true));
        let secrets = section(document, &["config", "configuration"])
            .filter(|(_, value)| is_secret(value))
            .map(|(name, _)| name.clone())
            .collect();
        let project = document.get("name").and_then(Value::as_str).map(str::to_owned);
        Self {
            users,
            others,
            variables,
            config,
            secrets,
            project,
            values: HashMap::new(),
            suggestions: Mutex::default(),
        }
    }

    /// Whether the first name of a reference is defined.
    pub(super) fn defines(&self, reference: &Reference) -> bool {
        let root = reference.root();
        self.values.contains_key(reference)
            || self.users.contains_key(root)
            || self.others.contains_key(root)
            || self.variables.contains_key(root)
            || self.config.contains_key(root)
            || root == "pulumi"
    }

    /// A defined name that is similar to an undefined name.
    pub(super) fn suggestion(&self, name: &str) -> Option<String> {
        let mut known = self.suggestions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(suggestion) = known.get(name) {
            return suggestion.clone();
        }
        if known.len() >= MOST_SUGGESTIONS {
            return None;
        }
        let defined = self.users.keys().chain(self.others.keys());
        let defined = defined.chain(self.variables.keys()).chain(self.config.keys());
        let suggestion = nearest(name, defined.map(String::as_str)).map(str::to_owned);
        known.insert(name.to_owned(), suggestion.clone());
        suggestion
    }
}

/// The default of a configuration value, which is written directly, or declared: `{ type: string, default: … }`.
fn default_of(value: &Value) -> Option<&Value> {
    let is_declaration =
        ["type", "default", "value", "secret"].iter().any(|member| value.get(member).is_some());
    if is_declaration { value.get("default").or_else(|| value.get("value")) } else { Some(value) }
}
