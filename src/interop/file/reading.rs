//! What the readers share: users and diagnostics as they are found.

use std::collections::HashMap;

use super::{
    expression::{expression, take_expressions},
    inputs::{empty, merge, prune, say_once, set, shorten_arns},
    losses::Losses,
    options::ReadOptions,
    users::{FileDiagnostic, FileUser, UserFile},
};
use crate::{
    interop::program::{Location, take_form},
    user::{Code, Diagnostic, Path, Property, Severity, Value},
};

/// A file that is being read.
pub(super) struct Reading<'a> {
    pub(super) options: &'a ReadOptions,
    found: UserFile,
    /// The places of the users, by resource names and by who they are.
    names: HashMap<String, usize>,
    people: HashMap<(String, String), usize>,
    losses: Losses,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a ReadOptions) -> Self {
        Self {
            options,
            found: UserFile::default(),
            names: HashMap::new(),
            people: HashMap::new(),
            losses: Losses::default(),
        }
    }

    pub(super) fn tell(&mut self, found: Diagnostic, location: Option<Location>) {
        self.found.diagnostics.push(FileDiagnostic::new(found, location));
    }

    /// Tells that the file is none of its format.
    pub(super) fn refuse(&mut self, what: &str, help: &str, location: Option<Location>) {
        let message = format!("`{}` {what}", self.options.file);
        self.tell(Diagnostic::new(Code::INVALID_FILE, message).with_help(help), location);
    }

    /// Notes something that a user has and that has no place in a user. What many have is told once.
    pub(super) fn leave_out(&mut self, what: impl Into<String>, help: &str, location: Option<Location>) {
        self.losses.add(Severity::Warning, what.into(), help, location);
    }

    /// The same, of what is worth knowing and no loss.
    pub(super) fn note(&mut self, what: impl Into<String>, help: &str, location: Option<Location>) {
        self.losses.add(Severity::Note, what.into(), help, location);
    }

    /// Leaves out what stands twice in the inputs of a user, in `phoneConfig` and per channel.
    pub(super) fn say_once(&mut self, inputs: &mut Value, at: impl Fn() -> Option<Location>) {
        say_once(inputs, |setting, list| {
            let what = format!("`phoneConfig.{setting}` becomes that of `VOICE` in `{list}`");
            self.note(what, "add the other channels that it is meant for", at());
        });
    }

    /// Adds a user. What it lacks of the options is added, and what says nothing is left out.
    pub(super) fn user(&mut self, mut user: FileUser) {
        let options = self.options;
        prune(&mut user.inputs);
        if !matches!(user.inputs, Value::Map(_)) {
            user.inputs = empty();
        }
        merge(&mut user.inputs, &options.mapping.defaults);
        let instance = Path::from(Property::InstanceId);
        if user.inputs.at(&instance).is_none() {
            match &options.instance {
                Some(id) => set(&mut user.inputs, &instance, id.bare().into()),
                None => set(&mut user.inputs, &instance, expression("${instance}")),
            }
        }
        shorten_arns(&mut user.inputs);
        take_form(&mut user.inputs);
        user.references = take_expressions(&mut user.inputs);
        if self.is_new(&user) {
            let place = self.found.users.len();
            self.names.insert(user.name.clone(), place);
            self.people.extend(person(&user).map(|person| (person, place)));
            self.found.users.push(user);
        }
    }

    /// Whether neither the resource name nor the person is there already; tells where they are.
    fn is_new(&mut self, user: &FileUser) -> bool {
        let by_name = self.names.get(&user.name).map(|place| (*place, Code::DUPLICATE_RESOURCE_NAME));
        let person = || self.people.get(&person(user)?).map(|place| (*place, Code::DUPLICATE_USER));
        let Some((place, code)) = by_name.or_else(person) else { return true };
        let other = self.found.users.get(place);
        let line = other.and_then(|other| other.location.as_ref()).map(|at| format!(", first at {at}"));
        let what = match user.user_name() {
            Some(name) if name == user.name || code == Code::DUPLICATE_USER => format!("the user `{name}`"),
            _ => format!("the resource name `{}`", user.name),
        };
        let message = format!("{what} is given twice{}", line.unwrap_or_default());
        let found = Diagnostic::new(code, message).with_help("take one of the two out of the file");
        self.tell(found, user.location.clone());
        false
    }

    /// Whether a resource name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(super) fn finish(mut self) -> UserFile {
        self.found.diagnostics.extend(self.losses.into_diagnostics());
        self.found
    }
}

/// Who a user is: the instance and the name in it.
fn person(user: &FileUser) -> Option<(String, String)> {
    let text = |member: &str| user.inputs.get(member).and_then(Value::as_str).map(str::to_owned);
    Some((text("instanceId")?, text("name")?))
}
