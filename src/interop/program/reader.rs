//! Programs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

use super::{
    check::{alias_of_another, check_options, check_unused},
    definitions::Definitions,
    document::{Document, Resources},
    error::{Mistake, ProgramError},
    evaluate::evaluate,
    evaluated::Evaluated,
    location::Location,
    order::{Order, referred},
    resource::{Other, Parsed, ProgramResource, Properties},
    scope::Scope,
    source::Source,
    values::{Assignment, used},
};
use crate::user::{Input, Secret, Value};

/// A program: its users, and the definitions that they refer to.
pub struct Program {
    source: Source,
    users: Vec<ProgramResource>,
    definitions: Definitions,
    order: Order,
}

/// A program with mistakes.
#[derive(Debug)]
#[non_exhaustive]
pub struct PartlyRead {
    /// The mistakes.
    pub error: ProgramError,
    /// The users that can be read, to tell the rules that they break together with the mistakes: see
    /// [`Deployment::validate`](crate::interop::Deployment::validate). Rules that depend on an option with a mistake are
    /// left out. Do not apply it: references to other users are unknown values in it. `None` if the text is no program.
    pub readable: Option<Program>,
}

impl Program {
    /// Reads a program. `assignments` give values that the program does not have. Users that do not depend on other
    /// users are evaluated here, once.
    ///
    /// # Errors
    ///
    /// [`ProgramError`], with all mistakes of structure and of references.
    pub fn read(source: Source, assignments: &[Assignment]) -> Result<Self, ProgramError> {
        Self::read_partly(source, assignments).map_err(|read| read.error)
    }

    /// Reads a program as [`read`](Self::read) does; if it has mistakes, also returns the users that can be read all the
    /// same.
    ///
    /// # Errors
    ///
    /// [`PartlyRead`], with all mistakes of structure and of references.
    pub fn read_partly(mut source: Source, assignments: &[Assignment]) -> Result<Self, Box<PartlyRead>> {
        let document = match source.document() {
            Ok(document) => document,
            Err(mistake) => {
                return Err(Box::new(PartlyRead { error: told(vec![mistake], &source), readable: None }));
            }
        };
        let ((users, definitions, order), mistakes) = parse(document, assignments);
        let mistakes: Vec<Mistake> =
            mistakes.into_iter().map(|mistake| mistake.within(source.subject())).collect();
        if mistakes.is_empty() {
            return Ok(Self { source, users, definitions, order });
        }
        let error = told(mistakes, &source);
        Err(Box::new(PartlyRead { error, readable: Some(Self { source, users, definitions, order }) }))
    }

    /// Returns the users, in the order of the program.
    pub fn users(&self) -> &[ProgramResource] {
        &self.users
    }

    /// Returns the users in an order in which each comes after the users that it refers to or depends on.
    pub fn in_order(&self) -> Vec<&ProgramResource> {
        self.order.sort(&self.users)
    }

    /// Returns the user with this resource name.
    pub fn user(&self, name: &str) -> Option<&ProgramResource> {
        self.users.get(*self.definitions.users.get(name)?)
    }

    /// Returns the resource names of the users that a user refers to or depends on.
    pub fn needs(&self, user: &ProgramResource) -> impl Iterator<Item = &str> {
        self.order.needs(user.place).filter_map(|place| self.users.get(place).map(ProgramResource::name))
    }

    /// Whether another user refers to this user or depends on it.
    pub fn is_needed(&self, user: &ProgramResource) -> bool {
        self.order.is_needed(user.place)
    }

    /// Returns the names of the resources that are not users.
    pub fn other_resources(&self) -> BTreeSet<String> {
        self.definitions.others.keys().cloned().collect()
    }

    /// Evaluates a user; `scope` has the known values of the users that it refers to.
    ///
    /// # Errors
    ///
    /// [`ProgramError`] if a reference cannot be resolved.
    pub fn evaluate<'a>(
        &'a self,
        user: &'a ProgramResource,
        scope: &Scope,
    ) -> Result<Cow<'a, Evaluated>, ProgramError> {
        match &user.properties {
            Properties::Evaluated(evaluated) => Ok(Cow::Borrowed(evaluated)),
            Properties::Written(properties) => {
                match evaluate(&user.name, properties, &self.definitions, scope) {
                    (Some(evaluated), mistakes) if mistakes.is_empty() => Ok(Cow::Owned(evaluated)),
                    (_, mistakes) => Err(told(mistakes, &self.source)),
                }
            }
        }
    }

    /// Returns the passwords of these users, by resource name. Passwords that the program does not give, or that depend
    /// on other users, are left out.
    ///
    /// # Errors
    ///
    /// [`ProgramError`] if a reference cannot be resolved.
    pub fn passwords<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<BTreeMap<String, Secret>, ProgramError> {
        let mut passwords = BTreeMap::new();
        for user in names.into_iter().filter_map(|name| self.user(name)) {
            if let Some(Input::Known(password)) = &self.evaluate(user, &Scope::default())?.spec.password {
                passwords.insert(user.name.clone(), password.clone());
            }
        }
        Ok(passwords)
    }

    /// Returns the place of a property of a user in the program, for example for the path of a diagnostic; if the
    /// property is not written there, the place of its nearest parent.
    pub fn location(&self, user: &str, path: &str) -> Option<Location> {
        match self.user(user).filter(|_| path.is_empty()) {
            // This place is known without a second reading.
            Some(user) => Some(self.source.at(user.at)),
            None => self.source.find_property(user, path),
        }
    }

    /// The document as it is written, with references and functions not evaluated.
    pub(in crate::interop) fn document(&self) -> Value {
        self.source.read().unwrap_or(Value::Null)
    }
}

impl fmt::Debug for Program {
    /// Leaves out the content of the program, which may have passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("source", &self.source)
            .field("users", &self.users)
            .finish_non_exhaustive()
    }
}

fn told(mistakes: Vec<Mistake>, source: &Source) -> ProgramError {
    let told = mistakes.into_iter().map(|mistake| mistake.told(|place| source.locate(place)));
    let mut told: Vec<_> = told.collect();
    let place = |location: &Option<Location>| {
        location.as_ref().map_or((u64::MAX, u64::MAX), |location| (location.line, location.column))
    };
    told.sort_by_key(|(_, location)| place(location));
    ProgramError::new(told)
}

/// The users of a document, the definitions that they refer to, and their order.
type Parts = (Vec<ProgramResource>, Definitions, Order);

/// The parts of a document, and all mistakes; with mistakes, the parts have the users that can be read.
fn parse(document: Document, assignments: &[Assignment]) -> (Parts, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let (mut users, others) = sort_out(document.resources, &mut mistakes);
    let places = users.iter().enumerate().map(|(place, user)| (user.name.clone(), place)).collect();
    let mut program = Definitions::new(places, others, &document.members);
    let written = users.iter().filter_map(|user| match &user.properties {
        Properties::Written(properties) => Some((user.name.as_str(), properties)),
        Properties::Evaluated(_) => None,
    });
    let variables = program.variables.iter().map(|(name, value)| (name.as_str(), value));
    let values = used(assignments, program.config.keys(), written.chain(variables));
    match values {
        Ok(values) => program.values = values,
        // A resource that cannot be read may use it.
        Err(mistake) if mistakes.is_empty() => mistakes.push(mistake),
        Err(_) => {}
    }
    mistakes.extend(users.iter().filter_map(|user| {
        let mistake = check_options(user, &program).err()?;
        Some(mistake.of(&["resources", &user.name, "options"]))
    }));
    let mut variables = HashSet::new();
    let referred: Vec<BTreeSet<usize>> =
        users.iter().map(|user| referred(user, &program, &mut variables)).collect();
    mistakes.extend(check_unused(&document.members, &program, &variables));
    let order = Order::of(&users, referred.clone(), &program);
    for (user, referred) in users.iter_mut().zip(&referred) {
        let Properties::Written(properties) = &user.properties else { continue };
        match evaluate(&user.name, properties, &program, &Scope::default()) {
            (Some(evaluated), found) if found.is_empty() && referred.is_empty() => {
                user.properties = Properties::Evaluated(evaluated);
            }
            // It is evaluated again once the other users are known.
            (_, found) => mistakes.extend(found),
        }
    }
    match order {
        Ok(order) if mistakes.is_empty() => ((users, program, order), mistakes),
        order => {
            mistakes.extend(order.err());
            (readable(users, program), mistakes)
        }
    }
}

/// The users that can be read, each by itself: references to other users are unknown.
fn readable(users: Vec<ProgramResource>, mut program: Definitions) -> Parts {
    let mut read: Vec<ProgramResource> = Vec::with_capacity(users.len());
    for mut user in users {
        if let Properties::Written(properties) = &user.properties {
            let (evaluated, _) = evaluate(&user.name, properties, &program, &Scope::default());
            let Some(evaluated) = evaluated else { continue };
            user.properties = Properties::Evaluated(evaluated);
        }
        if alias_of_another(&user, &program).is_some() {
            user.drop_aliases();
        }
        user.place = read.len();
        read.push(user);
    }
    program.users = read.iter().map(|user| (user.name.clone(), user.place)).collect();
    let order = Order::of_none(read.len());
    (read, program, order)
}

type SortedOut = (Vec<ProgramResource>, HashMap<String, Other>);

/// The users, and the other resources. A resource that cannot be read counts as one of the others: a reference to it is
/// no mistake.
fn sort_out(resources: Resources, mistakes: &mut Vec<Mistake>) -> SortedOut {
    let (mut users, mut others) = (Vec::new(), HashMap::new());
    let Resources::Map(resources) = resources else { return (users, others) };
    for (name, resource) in resources {
        match resource {
            Ok(Parsed::User(mut user, found)) => {
                mistakes.extend(found.into_iter().map(|mistake| mistake.of(&["resources", &name])));
                user.place = users.len();
                users.push(*user);
            }
            Ok(Parsed::Other(other)) => drop(others.insert(name, other)),
            Err(found) => {
                mistakes.extend(found.into_iter().map(|mistake| mistake.of(&["resources", &name])));
                others.insert(name, Other::unreadable());
            }
        }
    }
    (users, others)
}
