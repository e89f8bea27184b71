//! What a program wants beside what is there: what `plan` shows and `apply` carries out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use connect_user::{
    apply::import,
    diff::{self, Action, Preview, preview, preview_deletion},
    fleet::{
        DesiredSpec, Directory, Entry, FleetNotice, Identity, Refreshed, Strategy, Wanted, match_users,
        refresh,
    },
    user::{
        AutoName, IdentityManagementType, ImportId, Input, InstanceId, UserSpec, UserState, Value, merge_tags,
    },
    validate::{Report, Severity, resolve, validate_document, with_name},
};

use crate::{
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Evaluated, Program, Resource, ResourceOptions, Scope, Undefined},
    settle::wanted,
    store::{DELETED_WITH, Store, is_protected, is_retained, password_changed},
    wishes::Wishes,
};

/// A user of the program, and all that there is to say about it.
pub struct View {
    pub name: String,
    pub options: ResourceOptions,
    /// The resource name that the user had before, where it had another.
    pub moved_from: Option<String>,
    pub password_changed: Option<bool>,
    /// Whether it would be replaced by a user of the same name, and kept.
    pub retain_refused: bool,
    pub actual: Option<UserState>,
    pub identity_management: Option<IdentityManagementType>,
    /// The references that only `--set` resolves, and why.
    pub unresolved: BTreeMap<String, String>,
    /// The references to what the program does not define.
    pub undefined: Vec<Undefined>,
    pub report: Report,
    pub preview: Preview,
    /// The instance and name that the user will have, where they are known.
    pub identity: Option<(InstanceId, String)>,
    /// The user to be made, where everything about it is known.
    pub wanted: Option<Wanted>,
}

impl View {
    pub fn is_valid(&self, wishes: &Wishes) -> bool {
        self.report.is_valid() && (self.undefined.is_empty() || wishes.undefined == Severity::Warning)
    }
}

/// A recorded user that the program no longer has, and whose account stays as it is.
pub struct Release {
    pub name: String,
    pub reason: String,
    /// Whether a new user takes its name in the program.
    pub is_replaced: bool,
}

/// A recorded user that the program no longer has.
pub struct Departure {
    pub name: String,
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
    /// Who is forgotten without a call.
    pub releases: Vec<Release>,
    /// Whether the program has users at all.
    pub has_users: bool,
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

/// Looks at every user of the program. Without a backend, only the program and the records are asked. From
/// then on in this run, the store knows recorded users by their names in the program.
pub async fn review(
    program: &Program,
    store: &mut Store,
    wishes: &Wishes,
    backend: Option<&mut Backend>,
) -> Outcome<Review> {
    check_targets(program, store, wishes)?;
    let Some(backend) = backend else {
        let mut refreshed = Refreshed::default();
        let recorded = store.users().map(|(name, state)| (name.clone(), Some(state.clone())));
        refreshed.states = recorded.collect();
        let mut moves = take_aliases(program, store);
        rename(&mut refreshed.states, &moves.iter().map(|(to, from)| (from.clone(), to.clone())).collect());
        moves.extend(recognise(program, store, &mut refreshed, &moves)?);
        return look_at_all(program, store, wishes, refreshed, &moves, None).await;
    };
    let mut moves = take_aliases(program, store);
    let specs = specs(program, store, wishes)?;
    let mut refreshed = read(program, store, wishes, backend, &specs).await?;
    moves.extend(recognise(program, store, &mut refreshed, &moves)?);
    look_at_all(program, store, wishes, refreshed, &moves, Some(backend)).await
}

/// Records users under their present names whom an earlier name of the resource, or its `import`, means. Gives
/// the names that they had before, by those that they have now.
fn take_aliases(program: &Program, store: &mut Store) -> BTreeMap<String, String> {
    let by_id: HashMap<ImportId, &str> =
        store.users().map(|(name, state)| (state.id(), name.as_str())).collect();
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for user in program.users.iter().filter(|user| store.entry(&user.name).is_none()) {
        let ResourceOptions { aliases, import, .. } = &user.options;
        let alias = aliases.iter().find(|alias| store.entry(alias).is_some()).map(String::as_str);
        let imported = import.as_ref().and_then(|id| by_id.get(id).copied());
        let known = alias.or(imported.filter(|name: &&str| program.user(name).is_none()));
        if let Some(from) = known.filter(|from| !names.contains_key(*from)) {
            names.insert(from.to_owned(), user.name.clone());
            moves.insert(user.name.clone(), from.to_owned());
        }
    }
    store.rename(&names);
    moves
}

/// Finds out which recorded user each user of the program is, and names the records so. Gives the names that
/// they had before, by those that they have now; `before` are moves that were made already.
fn recognise(
    program: &Program,
    store: &mut Store,
    refreshed: &mut Refreshed,
    before: &BTreeMap<String, String>,
) -> Outcome<BTreeMap<String, String>> {
    let identities = identities(program)?;
    let recorded = store.entries().iter().map(|(name, entry)| {
        // Nobody is who is gone.
        let state = match refreshed.states.get(name) {
            Some(read) => read.as_ref(),
            None => entry.state.as_ref(),
        };
        (name.as_str(), state.map(|state| (&state.instance_id, state.name.as_str())))
    });
    let wanted = program.users.iter().zip(&identities).map(|(user, identity)| {
        let identity: Option<Identity<'_>> =
            identity.as_ref().map(|(instance, name)| (instance, name.as_str()));
        (user.name.as_str(), identity)
    });
    let matches = match_users(wanted, recorded);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    for user in &program.users {
        if let Some(from) = matches.moved_from(&user.name) {
            names.insert(from.to_owned(), user.name.clone());
            let first = before.get(from).map_or(from, String::as_str);
            moves.insert(user.name.clone(), first.to_owned());
        }
    }
    for missing in matches.missing().iter().filter(|missing| missing.name != missing.recorded_as) {
        names.insert(missing.recorded_as.clone(), missing.name.clone());
    }
    store.rename(&names);
    rename(&mut refreshed.states, &names);
    rename(&mut refreshed.failed, &names);
    Ok(moves)
}

fn rename<T>(by_name: &mut BTreeMap<String, T>, names: &BTreeMap<String, String>) {
    let renamed: Vec<_> =
        names.iter().filter_map(|(from, to)| Some((to.clone(), by_name.remove(from)?))).collect();
    by_name.extend(renamed);
}

/// Instance and name of each user of the program, as far as they are known before anything is read.
fn identities(program: &Program) -> Outcome<Vec<Option<(InstanceId, String)>>> {
    let mut scope = Scope::default();
    let mut found: BTreeMap<&str, (InstanceId, String)> = BTreeMap::new();
    for user in program.in_order() {
        let properties = program.evaluate(user, &scope)?.properties;
        if let Some((instance, name)) = identity_of(&properties) {
            found.insert(&user.name, (InstanceId::new(instance), name));
        }
        scope.pending(&user.name, properties, None);
    }
    Ok(program.users.iter().map(|user| found.remove(user.name.as_str())).collect())
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
        let options = wishes.options(wishes.assumed, None, &user.options);
        let context = wishes.context(options.clone(), auto_name(&user.name, suffix), None, None);
        let (spec, _) = validate_document(properties, &context);
        let spec = if suffix.is_some() { with_name(&spec, &context) } else { spec };
        specs.push((user.name.clone(), spec, options));
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
    let is_all = tell_unread(&refreshed) && refreshed.failed.len() == known.len();
    if is_all {
        return Err(Failure::said());
    }
    let mut imported: BTreeMap<String, &str> = BTreeMap::new();
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let Some(id) = &user.options.import else { continue };
        if let Some(other) = imported.insert(id.to_string(), &user.name) {
            let message = format!("`{other}` and `{}` both import `{id}`", user.name);
            return Err(Failure::new(message).help("take one of the `import` options out"));
        }
        // Who is recorded and there was imported once.
        let is_there = refreshed.states.get(&user.name).is_some_and(Option::is_some);
        if let Some(state) = known.get(&user.name).filter(|_| is_there) {
            if state.id() != *id {
                let message = format!("`{}` imports `{id}`, and is recorded as `{}`", user.name, state.id());
                return Err(Failure::new(message)
                    .help("take the `import` option out, or give the other user a resource of its own"));
            }
            continue;
        }
        if let Some((other, _)) = known.iter().find(|(_, state)| state.id() == *id) {
            if program.user(other).is_none() {
                // It moves: it need not be read twice.
                continue;
            }
            let message = format!("`{}` imports `{id}`, which is recorded as `{other}`", user.name);
            return Err(Failure::new(message).help("take the `import` option out"));
        }
        let state = import(backend.client(), id).await.map_err(|error| {
            Failure::caused(format!("`{}` cannot import `{id}`", user.name), &error).help(error.help())
        })?;
        refreshed.states.insert(user.name.clone(), Some(state));
    }
    Ok(refreshed)
}

/// How many users a message names.
const SHOWN: usize = 5;

/// Says who could not be read, and whether there is anybody: a plan of them would be made of what is no longer
/// true.
pub fn tell_unread(refreshed: &Refreshed) -> bool {
    for message in &refreshed.unchecked {
        output::note(message);
    }
    // One cause, such as an instance that cannot be listed, may concern thousands of users.
    let mut causes: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (name, error) in &refreshed.failed {
        let failure = Failure::caused("cannot be read", error).help(error.help());
        let key = (failure.to_string(), error.help());
        causes.entry(key).or_default().push(name);
    }
    for ((message, help), names) in causes {
        let listed = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output::failure(&Failure::new(message).after(&format!("{listed}{more}")).help(help));
    }
    !refreshed.failed.is_empty()
}

async fn look_at_all(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
    refreshed: Refreshed,
    moves: &BTreeMap<String, String>,
    mut backend: Option<&mut Backend>,
) -> Outcome<Review> {
    let mut scope = Scope::default();
    let mut views: Vec<View> = Vec::new();
    let mut releases: Vec<Release> = Vec::new();
    let mut taken = HashMap::new();
    for user in program.in_order() {
        if !wishes.is_target(&user.name) || refreshed.failed.contains_key(&user.name) {
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
        let actual = refreshed.states.get(&user.name).cloned().flatten();
        let (kind, directory) = match &mut backend {
            Some(backend) => {
                let kind = kind_of(backend, &evaluated.properties).await?.or(wishes.assumed);
                (kind, directory_of(backend, &evaluated.properties).await?)
            }
            None => (wishes.assumed, None),
        };
        let (entry, suffix) = (store.entry(&user.name), store.suffix(&user.name));
        let seen = Seen { kind, directory, entry, actual, suffix };
        let (mut view, released) = look(user, evaluated, seen, wishes, &mut scope);
        view.moved_from = moves.get(&user.name).cloned();
        views.push(view);
        releases.extend(released);
    }
    let mut departures = Vec::new();
    let left = refreshed.states.iter().filter(|(name, _)| {
        program.user(name).is_none() && wishes.is_target(name) && !refreshed.failed.contains_key(*name)
    });
    for (name, state) in left {
        let Some(entry) = store.entry(name) else { continue };
        if let Some(reason) = kept_because(entry, state.as_ref(), Some(program)) {
            releases.push(Release { name: name.clone(), reason, is_replaced: false });
        } else if let Some(state) = state.clone().or_else(|| entry.state.clone()) {
            let is_gone = refreshed.states.get(name).is_some_and(Option::is_none);
            departures.push(Departure { is_gone, ..depart(name, state, is_protected(entry), wishes) });
        }
    }
    Ok(Review {
        views,
        departures,
        releases,
        has_users: !program.users.is_empty(),
        recorded: store.users().count(),
        refreshed,
        ..Review::default()
    })
}

/// Why a user that left the program is forgotten without a call; `None` where it is deleted.
pub fn kept_because(entry: &Entry, actual: Option<&UserState>, program: Option<&Program>) -> Option<String> {
    if is_retained(entry) && !is_protected(entry) {
        return Some("its account stays (`retainOnDelete`)".to_owned());
    }
    let with = entry.notes.get(DELETED_WITH);
    if let Some(with) = with.filter(|with| program.is_some_and(|program| !program.has_resource(with))) {
        return Some(format!("it goes with `{with}`, which has left the program too (`deletedWith`)"));
    }
    // What a replacement had left to delete is remembered with a user.
    let has_leftover = entry.state.as_ref().is_some_and(|state| !state.record.unfinished.replaced.is_empty());
    (actual.is_none() && !has_leftover).then(|| "it no longer exists in Amazon Connect".to_owned())
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
    evaluated: Evaluated,
    Seen { kind, directory, entry, actual, suffix }: Seen<'_>,
    wishes: &Wishes,
    scope: &mut Scope,
) -> (View, Option<Release>) {
    let Evaluated { properties, unresolved, undefined } = evaluated;
    let options = wishes.options(kind, None, &user.options);
    let auto_name = auto_name(&user.name, suffix);
    let context = wishes.context(options, auto_name.clone(), actual.as_ref(), directory.as_deref());
    let (spec, report) = validate_document(properties, &context);
    // A name that has no suffix yet is not known before the user is made.
    let named = if suffix.is_some() || actual.is_some() { with_name(&spec, &context) } else { spec };
    let password = named.password.as_ref().and_then(Input::known);
    let password_changed = entry.and_then(|entry| password_changed(entry, password, &wishes.fingerprints));
    let options = wishes.options(kind, password_changed, &user.options);
    let mut preview = match report.is_valid() {
        true => preview(&named, actual.as_ref(), &options),
        false => Preview::default(),
    };
    // The one that is replaced stays, as far as two can be there at once.
    let (mut released, mut retain_refused) = (None, false);
    if let Some(old) = actual.as_ref().filter(|_| user.options.retain_on_delete && !user.options.protect)
        && preview.diff.action == Action::Replace
    {
        retain_refused = is_same(&named, old);
        if !retain_refused {
            preview = diff::preview(&named, None, &options);
            let reason = format!(
                "its account `{}` stays when `{}` is made anew (`retainOnDelete`)",
                old.id(),
                user.name
            );
            released = Some(Release { name: user.name.clone(), reason, is_replaced: true });
        }
    }
    let actual = if released.is_some() { None } else { actual };
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
    let context = wishes.context(options, auto_name, actual.as_ref(), directory.as_deref());
    let desired = if is_known { resolve(named, &context).ok() } else { None };
    let wanted =
        desired.map(|(desired, _)| wanted(&user.name, desired, password_changed, user.options.protect));
    let view = View {
        name: user.name.clone(),
        options: user.options.clone(),
        moved_from: None,
        password_changed,
        retain_refused,
        identity_management: kind,
        unresolved,
        undefined,
        report,
        preview,
        identity,
        wanted,
        actual: actual.clone(),
    };
    (view, released)
}

/// Whether a spec names the user itself.
fn is_same(spec: &UserSpec, state: &UserState) -> bool {
    spec.instance_id.known().is_none_or(|instance| *instance == state.instance_id)
        && spec.name.as_ref().and_then(Input::known).is_none_or(|name| *name == state.name)
}

/// What a user is given, as others may refer to it: never its password.
fn inputs_of(spec: &UserSpec, wishes: &Wishes) -> Value {
    let mut values = spec.encode();
    let mut merged = spec.clone();
    let own = spec.tags.as_ref().and_then(Input::known);
    merged.tags = Some(Input::Known(merge_tags(&wishes.options.default_tags, own)));
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
    Departure { name: name.to_owned(), is_gone: false, state, protect, preview }
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
