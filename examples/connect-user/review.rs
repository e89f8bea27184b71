//! What a program wants beside what is there: what `plan` shows and `apply` carries out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connect_user::{
    apply::import,
    diff::{self, Action, Preview, preview, preview_deletion},
    fleet::{
        DesiredSpec, Directory, Entry, FleetNotice, Matches, Missing, Refreshed, Strategy, Wanted,
        match_users, refresh,
    },
    user::{AutoName, IdentityManagementType, Input, InstanceId, UserSpec, UserState, Value, merge_tags},
    validate::{Report, resolve, validate_document, with_name},
};

use crate::{
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Program, Resource, Scope},
    settle::wanted,
    store::{Store, is_protected, password_changed},
    wishes::Wishes,
};

/// A user of the program, and all that there is to say about it.
pub struct View {
    pub name: String,
    pub protect: bool,
    /// The name that the user had in the program before, where it had another.
    pub moved_from: Option<String>,
    pub password_changed: Option<bool>,
    pub actual: Option<UserState>,
    pub identity_management: Option<IdentityManagementType>,
    pub unresolved: BTreeSet<String>,
    pub report: Report,
    pub preview: Preview,
    /// The instance and name that the user will have, where they are known.
    pub identity: Option<(InstanceId, String)>,
    /// The user to be made, where everything about it is known.
    pub wanted: Option<Wanted>,
}

/// A recorded user that the program no longer has.
pub struct Departure {
    pub name: String,
    /// The name under which it is recorded, which another user may have in the program now.
    pub recorded_as: String,
    /// Whether it is gone from the service.
    pub is_gone: bool,
    pub state: UserState,
    pub protect: bool,
    pub preview: Preview,
}

#[derive(Default)]
pub struct Review {
    /// In the order in which they are made.
    pub views: Vec<View>,
    pub departures: Vec<Departure>,
    /// How many users are recorded.
    pub recorded: usize,
    /// What was read; nothing where no service was asked.
    pub refreshed: Refreshed,
    /// What there is to know of all users together.
    pub notices: Vec<FleetNotice>,
    /// Why all users together cannot be as they should.
    pub reasons: Vec<FleetNotice>,
}

impl Review {
    /// Every user that there is something to say of, by its name.
    pub fn previews(&self) -> impl Iterator<Item = (&String, &Preview)> {
        let views = self.views.iter().map(|view| (&view.name, &view.preview));
        views.chain(self.departures.iter().map(|departure| (&departure.name, &departure.preview)))
    }

    /// The users who move, by the name that they had in the program.
    pub fn moves(&self) -> impl Iterator<Item = (&String, &String)> {
        self.views.iter().filter_map(|view| Some((view.moved_from.as_ref()?, &view.name)))
    }
}

/// Looks at every user of the program. Without a backend, only the program and the records are asked.
pub async fn review(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
    backend: Option<&mut Backend>,
) -> Outcome<Review> {
    check_targets(program, store, wishes)?;
    let Some(backend) = backend else {
        let recorded = store.users().map(|(name, state)| (name.clone(), Some(state.clone())));
        let mut refreshed = Refreshed::default();
        refreshed.states = recorded.collect();
        return look_at_all(program, store, wishes, refreshed, None).await;
    };
    let specs = specs(program, store, wishes)?;
    let refreshed = read(program, store, wishes, backend, &specs).await?;
    look_at_all(program, store, wishes, refreshed, Some(backend)).await
}

fn check_targets(program: &Program, store: &Store, wishes: &Wishes) -> Outcome<()> {
    let unknown = |name: &&String| program.user(name).is_none() && store.entry(name).is_none();
    match wishes.targets.iter().find(unknown) {
        Some(name) => Err(Failure::new(format!("there is no user `{name}` in the program or the state"))
            .help("`--target` takes the name that a user has in the program")),
        None => Ok(()),
    }
}

/// What the program wants of each user, as far as it is known before anybody is read.
fn specs(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
) -> Outcome<Vec<(String, UserSpec, diff::Options)>> {
    let mut specs = Vec::new();
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let properties = program.evaluate(user, &Scope::default())?.properties;
        let suffix = store.suffix(&user.name);
        let context = wishes.context(wishes.assumed, auto_name(&user.name, suffix), None, None);
        let (spec, _) = validate_document(properties, &context);
        let spec = if suffix.is_some() { with_name(&spec, &context) } else { spec };
        specs.push((user.name.clone(), spec, wishes.options(wishes.assumed, None, user.protect)));
    }
    Ok(specs)
}

/// Reads the recorded users again, and those that the program imports.
async fn read(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
    backend: &Backend,
    specs: &[(String, UserSpec, diff::Options)],
) -> Outcome<Refreshed> {
    let known: BTreeMap<String, UserState> = store
        .users()
        .filter(|(name, _)| wishes.is_target(name))
        .map(|(name, state)| (name.clone(), state.clone()))
        .collect();
    let desired = specs.iter().map(|(name, spec, options)| DesiredSpec { name, spec, options });
    let desired: Vec<DesiredSpec<'_>> = desired.collect();
    let options = wishes.refresh_options(Strategy::Changed);
    let mut refreshed = refresh(&desired, &known, backend.client(), &options).await;
    fail_unread(&refreshed)?;
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let Some(id) = user.import.as_ref().filter(|_| !known.contains_key(&user.name)) else { continue };
        if let Some((other, _)) = known.iter().find(|(_, state)| state.id() == *id) {
            let message = format!("`{}` imports `{id}`, which is recorded as `{other}`", user.name);
            return Err(Failure::new(message).help("take the `import` option out"));
        }
        let state = import(backend.client(), id)
            .await
            .map_err(|error| Failure::new(format!("`{}` cannot import `{id}`: {error}", user.name)))?;
        refreshed.states.insert(user.name.clone(), Some(state));
    }
    Ok(refreshed)
}

/// How many users a message names.
const SHOWN: usize = 5;

/// Ends where somebody could not be read: a plan would be made of what is no longer true.
pub fn fail_unread(refreshed: &Refreshed) -> Outcome<()> {
    for message in &refreshed.unchecked {
        output::note(message);
    }
    // One cause, such as an instance that cannot be listed, may concern thousands of users.
    let mut causes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, error) in &refreshed.failed {
        causes.entry(error.to_string()).or_default().push(name);
    }
    for (error, names) in causes {
        let listed = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output::failure(&Failure::new(format!("{listed}{more} cannot be read: {error}")));
    }
    if refreshed.failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

async fn look_at_all(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
    refreshed: Refreshed,
    mut backend: Option<&mut Backend>,
) -> Outcome<Review> {
    let mut scope = Scope::default();
    let mut views: Vec<View> = Vec::new();
    let matches = match_all(program, wishes, &refreshed)?;
    let mut taken = BTreeMap::new();
    for user in program.in_order()? {
        if !wishes.is_target(&user.name) {
            show_as_recorded(store, &user.name, &mut scope);
            continue;
        }
        let evaluated = program.evaluate(user, &scope)?;
        if let Some(identity) = identity_of(&evaluated.properties)
            && let Some(other) = taken.insert(identity.clone(), &user.name)
        {
            let message = format!("`{other}` and `{}` are both the user `{}`", user.name, identity.1);
            return Err(Failure::new(message).help("take one of them out, or give it another `name`"));
        }
        let moved_from = matches.moved_from(&user.name).map(str::to_owned);
        let known_as = matches.recorded_as(&user.name).unwrap_or_default();
        let actual = refreshed.states.get(known_as).cloned().flatten();
        let (kind, directory) = match &mut backend {
            Some(backend) => {
                let kind = kind_of(backend, &evaluated.properties).await?.or(wishes.assumed);
                (kind, directory_of(backend, &evaluated.properties).await?)
            }
            None => (wishes.assumed, None),
        };
        let (entry, suffix) = (store.entry(known_as), store.suffix(&user.name));
        let seen = Seen { kind, directory, entry, actual, suffix };
        let view = look(user, evaluated.properties, seen, wishes, &mut scope);
        views.push(View { moved_from, unresolved: evaluated.unresolved, ..view });
    }
    let departures = matches.missing().iter().filter_map(|Missing { recorded_as, name, .. }| {
        let entry = store.entry(recorded_as);
        let there = refreshed.states.get(recorded_as)?.clone();
        let is_gone = there.is_none();
        // Who is gone already is forgotten by deleting it: that is success.
        let state = there.or_else(|| entry?.state.clone())?;
        let departure = depart(name, state, entry.is_some_and(is_protected), wishes);
        Some(Departure { recorded_as: recorded_as.clone(), is_gone, ..departure })
    });
    let departures = departures.collect();
    Ok(Review { views, departures, recorded: store.users().count(), refreshed, ..Review::default() })
}

/// Which recorded user each user of the program is.
fn match_all(program: &Program, wishes: &Wishes, refreshed: &Refreshed) -> Outcome<Matches> {
    let mut identities = Vec::new();
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let identity = identity_of(&program.evaluate(user, &Scope::default())?.properties);
        identities.push((&user.name, identity.map(|(instance, name)| (InstanceId::new(instance), name))));
    }
    let wanted = identities.iter().map(|(name, identity)| {
        let identity = identity.as_ref().map(|(instance, name)| (instance, name.as_str()));
        (name.as_str(), identity)
    });
    let recorded = refreshed.states.iter().map(|(name, state)| {
        let identity = state.as_ref().map(|state| (&state.instance_id, state.name.as_str()));
        (name.as_str(), identity)
    });
    Ok(match_users(wanted, recorded))
}

/// What others see of a user that is not meant: what is recorded of it.
fn show_as_recorded(store: &Store, name: &str, scope: &mut Scope) {
    match store.entry(name).and_then(|entry| entry.state.as_ref()) {
        Some(state) => scope.known(name, outputs(state)),
        None => scope.pending(name, Value::Map(Vec::new()), None),
    }
}

/// What is known of a user of the program.
struct Seen<'a> {
    kind: Option<IdentityManagementType>,
    directory: Option<Arc<Directory>>,
    entry: Option<&'a Entry>,
    actual: Option<UserState>,
    suffix: Option<&'a str>,
}

fn look(
    user: &Resource,
    properties: Value,
    Seen { kind, directory, entry, actual, suffix }: Seen<'_>,
    wishes: &Wishes,
    scope: &mut Scope,
) -> View {
    let context = wishes.context(kind, auto_name(&user.name, suffix), actual.as_ref(), directory.as_deref());
    let (spec, report) = validate_document(properties, &context);
    // A name that has no suffix yet is not known before the user is made.
    let named = if suffix.is_some() || actual.is_some() { with_name(&spec, &context) } else { spec };
    let password = named.password.as_ref().and_then(Input::known);
    let password_changed = entry.and_then(|entry| password_changed(entry, password, &wishes.fingerprints));
    let preview = if report.is_valid() {
        preview(&named, actual.as_ref(), &wishes.options(kind, password_changed, user.protect))
    } else {
        Preview::default()
    };
    // Others see what the user will be, not what it was.
    match (&actual, preview.diff.action) {
        (Some(state), Action::None) => scope.known(&user.name, outputs(state)),
        (Some(state), Action::Update) => {
            scope.pending(&user.name, inputs_of(&named, wishes), Some(&outputs(state)));
        }
        _ => scope.pending(&user.name, inputs_of(&named, wishes), None),
    }
    let name = named.name.as_ref().and_then(Input::known).cloned();
    let identity = named.instance_id.known().cloned().zip(name);
    // Who stays what it is takes nothing from the others, and a name that is still to be made is nobody's.
    let is_made = matches!(preview.diff.action, Action::Create | Action::Replace);
    let is_known = is_made && identity.is_some() && !preview.diff.has_unknowns();
    let desired = if is_known { resolve(named, &context).ok() } else { None };
    let wanted = desired.map(|(desired, _)| wanted(&user.name, desired, password_changed, user.protect));
    View {
        name: user.name.clone(),
        protect: user.protect,
        moved_from: None,
        password_changed,
        actual,
        identity_management: kind,
        unresolved: BTreeSet::new(),
        report,
        preview,
        identity,
        wanted,
    }
}

/// What a user is given, as others may refer to it: never its password.
fn inputs_of(spec: &UserSpec, wishes: &Wishes) -> Value {
    let mut values = spec.encode();
    let mut merged = spec.clone();
    let own = spec.tags.as_ref().and_then(Input::known);
    merged.tags = Some(Input::Known(merge_tags(&wishes.default_tags, own)));
    if let (Value::Map(members), Some(tags)) = (&mut values, merged.encode().get("tags")) {
        members.push(("tagsAll".to_owned(), tags.clone()));
    }
    values
}

/// What a name that the program leaves out is made from.
pub fn auto_name(logical_name: &str, suffix: Option<&str>) -> AutoName {
    AutoName::new(logical_name, suffix.unwrap_or("0000000"))
}

/// What other resources may refer to.
pub fn outputs(state: &UserState) -> Value {
    // By way of text, which keeps the order of the members.
    let json = serde_json::to_string(state).unwrap_or_default();
    serde_json::from_str(&json).unwrap_or(Value::Null)
}

/// Instance and name, where both are known.
fn identity_of(properties: &Value) -> Option<(String, String)> {
    let text = |camel: &str, snake: &str| properties.get(camel).or_else(|| properties.get(snake))?.as_str();
    let instance = connect_user::user::InstanceId::new(text("instanceId", "instance_id")?);
    Some((instance.bare().to_owned(), text("name", "name")?.to_owned()))
}

pub fn depart(name: &str, state: UserState, protect: bool, wishes: &Wishes) -> Departure {
    let mut options = wishes.options.clone();
    options.protect = protect;
    let preview = preview_deletion(&state, &options);
    Departure { name: name.to_owned(), recorded_as: name.to_owned(), is_gone: false, state, protect, preview }
}

/// What the instance of a user has.
pub async fn directory_of(backend: &mut Backend, properties: &Value) -> Outcome<Option<Arc<Directory>>> {
    match instance_of(properties) {
        Some(instance) => backend.directory(&instance).await,
        None => Ok(None),
    }
}

fn instance_of(properties: &Value) -> Option<InstanceId> {
    let id = properties.get("instanceId").or_else(|| properties.get("instance_id"))?;
    id.as_str().map(InstanceId::new)
}

pub async fn kind_of(backend: &mut Backend, properties: &Value) -> Outcome<Option<IdentityManagementType>> {
    match instance_of(properties) {
        Some(id) => backend.identity_management(&id).await,
        None => Ok(None),
    }
}
