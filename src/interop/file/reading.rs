//! The common part of all readers: collects users and diagnostics as they are found.

use std::collections::{BTreeSet, HashMap};

use super::{
    arns::shorten,
    expression::{expression, take_expressions},
    inputs::{empty, merge, prune, say_once, set},
    losses::Losses,
    mapping::Target,
    options::ReadOptions,
    properties::{Properties, properties},
    source::{Failure, Spot},
    users::{FileDiagnostic, FileItem, FileUser},
};
use crate::{
    interop::program::{ProgramOptions, take_form},
    user::{
        Arn, Code, Diagnostic, ImportId, InstanceId, Path, Property, Severity, Spelling, Value,
        bounds::length, nearest,
    },
};

/// A file that is being read. Users and diagnostics are passed on as they are found.
pub(super) struct Reading<'a> {
    pub(super) options: &'a ReadOptions,
    each: &'a mut dyn FnMut(FileItem),
    /// The places of the users, by resource name, and by instance and user name.
    names: HashMap<String, First>,
    people: HashMap<Person, Option<Spot>>,
    /// The columns and attributes of the mapping that have not occurred in the file yet; and, while there are some, the
    /// columns and attributes that have occurred in the file.
    unmet: BTreeSet<&'a str>,
    met: BTreeSet<String>,
    losses: Losses,
}

/// The identity of a user: its instance and its user name.
type Person = (String, String);

/// The first user with a resource name: its place, and whether its instance and user name are known.
struct First {
    at: Option<Spot>,
    is_known: bool,
}

/// A user in the form and with the names of another tool.
pub(super) struct Kept<'a> {
    /// The resource name; empty if the tool has none.
    pub(super) name: String,
    pub(super) document: Value,
    pub(super) spelling: Spelling,
    /// Candidates for the id or the ARN of the user, the id first.
    pub(super) ids: &'a [Option<&'a str>],
    /// Whether the user comes from an answer of `list-users`, which has only names.
    pub(super) is_summary: bool,
    pub(super) options: ProgramOptions,
    pub(super) at: Option<Spot>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a ReadOptions, each: &'a mut dyn FnMut(FileItem)) -> Self {
        let unmet = options.mapping.columns.keys().map(String::as_str).collect();
        let (names, people, met) = (HashMap::new(), HashMap::new(), BTreeSet::new());
        Self { options, each, names, people, unmet, met, losses: Losses::default() }
    }

    /// The target that the mapping has for a column or an attribute of the file.
    pub(super) fn mapped(&mut self, name: &str) -> Option<Target> {
        if !self.unmet.is_empty() && !self.met.contains(name) {
            self.met.insert(name.to_owned());
        }
        let (column, target) = self.options.mapping.target(name)?;
        self.unmet.remove(column);
        Some(target)
    }

    pub(super) fn tell(&mut self, found: Diagnostic, at: Option<Spot>) {
        let location = at.map(|at| at.within(&self.options.file));
        (self.each)(FileItem::Diagnostic(FileDiagnostic::new(found, location)));
    }

    /// Reports why the file cannot be read to its end, or does not have the format.
    pub(super) fn refuse(&mut self, failure: Failure) {
        // What was not read may have the columns that have not occurred.
        self.unmet.clear();
        let message = format!("`{}` {}", self.options.file, failure.what);
        self.tell(Diagnostic::new(Code::INVALID_FILE, message).with_help(failure.help), failure.at);
    }

    /// Warns of something that cannot be converted. The same warning for many users is reported once.
    pub(super) fn leave_out(&mut self, what: impl Into<String>, help: &str, at: Option<Spot>) {
        self.lose(Severity::Warning, what.into(), help, at);
    }

    /// Notes something that is worth knowing, but is not a loss. The same note for many users is reported once.
    pub(super) fn note(&mut self, what: impl Into<String>, help: &str, at: Option<Spot>) {
        self.lose(Severity::Note, what.into(), help, at);
    }

    fn lose(&mut self, severity: Severity, what: String, help: &str, at: Option<Spot>) {
        let location = || at.map(|at| at.within(&self.options.file));
        self.losses.add(severity, what, help, location);
    }

    /// Notes the tags of a user that are default tags of the provider, and not its own tags.
    pub(super) fn default_tags(&mut self, own: Option<&Value>, all: &Value, at: Option<Spot>) {
        let Value::Map(all) = all else { return };
        for (key, value) in all.iter().filter(|(key, _)| own.and_then(|own| own.get(key)).is_none()) {
            let what = format!("the tag `{key}` is one of the provider's default tags, not of the user");
            let tag = format!("{key}={}", value.as_str().unwrap_or("VALUE")).replace('\'', r"'\''");
            self.note(what, &format!("give `--default-tag '{tag}'` to each command"), at);
        }
    }

    /// Adds a user that is in the form of another tool.
    pub(super) fn kept(&mut self, kept: Kept<'_>) {
        let Kept { name, document, spelling, ids, is_summary, options, at } = kept;
        let Properties { mut inputs, has_region, left_out } = properties(document, spelling);
        if has_region {
            let help = "give `--region` to each command";
            self.note("the Region of users is no property of theirs", help, at);
        }
        for place in left_out {
            let help = "nothing of it is converted: set it with the tool that has it";
            self.leave_out(format!("`{place}` is no property of a user here"), help, at);
        }
        say_once(&mut inputs, |setting, list| {
            let what = format!("`phoneConfig.{setting}` becomes that of `VOICE` in `{list}`");
            self.note(what, "add the other channels that it is meant for", at);
        });
        let mut user = FileUser::new(name, inputs);
        user.is_summary = is_summary;
        let ids = || ids.iter().copied().flatten();
        user.arn = ids().find_map(|id| id.parse::<Arn>().ok());
        user.options = options;
        user.options.import =
            ids().find_map(|id| id.parse().ok()).or_else(|| user.arn.as_ref().and_then(of_arn));
        if let Some(arn) =
            user.arn.as_ref().filter(|_| user.inputs.get(Property::InstanceId.path()).is_none())
        {
            set(&mut user.inputs, &Property::InstanceId.into(), arn.instance().into());
        }
        self.user(user, at);
    }

    /// Adds a user. Missing inputs are taken from the options, and inputs without meaning are removed. An empty
    /// resource name is replaced by the user name.
    pub(super) fn user(&mut self, mut user: FileUser, at: Option<Spot>) {
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
                None => {
                    user.has_no_instance = true;
                    set(&mut user.inputs, &instance, expression("${instance}"));
                }
            }
        }
        if user.arn.is_none() {
            user.arn = self.arn_of(&user);
        }
        shorten(&mut user.inputs);
        take_form(&mut user.inputs);
        user.references = take_expressions(&mut user.inputs);
        let person = person(&user);
        if user.name.is_empty() {
            user.name = self.name_of(&user, person.as_ref(), at);
        }
        user.location = at.map(|at| at.within(&options.file));
        if self.is_new(&user, person, at) {
            (self.each)(FileItem::User(user));
        }
    }

    /// The ARN of a user that exists, if the file or the options give the ARN of its instance.
    fn arn_of(&self, user: &FileUser) -> Option<Arn> {
        let import = user.options.import.as_ref()?;
        let written = user.inputs.text(Property::InstanceId.path()).map(InstanceId::new);
        let instances = written.iter().chain(&self.options.instance);
        let instance =
            instances.filter_map(InstanceId::arn).find(|arn| arn.instance() == import.instance.bare())?;
        let (partition, region, account) = (instance.partition(), instance.region(), instance.account());
        Some(Arn::of_user(partition, region, account, &import.instance, &import.user))
    }

    /// Makes a resource name for a user without one: the user name, with a number if another user has that resource
    /// name. If the user name is missing or too long, the name is made from the place of the user (`line-7`).
    fn name_of(&self, user: &FileUser, person: Option<&Person>, at: Option<Spot>) -> String {
        let is_name = |name: &&str| length(Property::Name.info().bounds, name).is_none();
        let Some(name) = user.user_name().filter(is_name) else {
            let Spot { line, column } = at.unwrap_or(Spot::START);
            let name = format!("line-{line}");
            return if self.has(&name) { format!("{name}-{column}") } else { name };
        };
        let is_somebody_else = self.names.get(name).is_some_and(|first| first.is_known)
            && person.is_some_and(|person| !self.people.contains_key(person));
        let mut numbered = (2_u64..).map(|number| format!("{name}-{number}"));
        let numbered = if is_somebody_else { numbered.find(|name| !self.has(name)) } else { None };
        numbered.unwrap_or_else(|| name.to_owned())
    }

    /// Whether neither the resource name nor the instance and user name have occurred before; reports duplicates.
    fn is_new(&mut self, user: &FileUser, person: Option<Person>, at: Option<Spot>) -> bool {
        let by_person = person.as_ref().and_then(|person| self.people.get(person));
        let by_person = by_person.map(|first| (*first, Code::DUPLICATE_USER));
        let by_name = || self.names.get(&user.name).map(|first| (first.at, Code::DUPLICATE_RESOURCE_NAME));
        let Some((first, code)) = by_person.or_else(by_name) else {
            self.names.insert(user.name.clone(), First { at, is_known: person.is_some() });
            self.people.extend(person.map(|person| (person, at)));
            return true;
        };
        let line = first.map(|first| format!(", first at {}", first.within(&self.options.file)));
        let what = match user.user_name() {
            Some(name) if name == user.name || code == Code::DUPLICATE_USER => format!("the user `{name}`"),
            _ => format!("the resource name `{}`", user.name),
        };
        let message = format!("{what} is given twice{}", line.unwrap_or_default());
        let found = Diagnostic::new(code, message).with_help("take one of the two out of the file");
        self.tell(found, at);
        false
    }

    /// Whether a resource name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Ends the reading: reports the collected losses, and entries of the mapping that the file does not have.
    pub(super) fn finish(mut self) {
        for column in std::mem::take(&mut self.unmet).into_iter().filter(|_| !self.met.is_empty()) {
            let what = format!("the mapping names `{column}`, which the file does not have");
            let help = match nearest(column, self.met.iter().map(String::as_str)) {
                Some(near) => format!("is it `{near}`?"),
                None => "write the name as the file does, or take it out of the mapping".to_owned(),
            };
            self.losses.add(Severity::Warning, what, &help, || None);
        }
        self.losses.into_diagnostics().map(FileItem::Diagnostic).for_each(self.each);
    }
}

/// The user that an ARN identifies.
fn of_arn(arn: &Arn) -> Option<ImportId> {
    match arn.resource() {
        Some(("agent", user)) => Some(ImportId::new(&arn.instance().into(), &user.into())),
        _ => None,
    }
}

fn person(user: &FileUser) -> Option<Person> {
    let text = |member: &str| user.inputs.text(member).map(str::to_owned);
    Some((text("instanceId")?, text("name")?))
}
