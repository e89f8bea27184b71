//! What a program wants beside what is there: what `plan` shows and `apply` carries out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use connect_user::{
    diff::{self, Action, Preview, preview, preview_deletion},
    fleet::{Entry, Refreshed, Wanted},
    read::Directory,
    user::{
        AutoName, Diagnostic, IdentityManagementType, Input, InstanceId, Severity, UserSpec, UserState,
        Value, merge_tags,
    },
    validate::{Report, resolve, validate_document, with_name},
};

use crate::{
    backend::Backend,
    failure::{Failure, Outcome},
    program::{Evaluated, Program, Resource, ResourceOptions, Scope, Undefined},
    recognise::{check_targets, read, recognise, rename, specs, take_aliases},
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
    pub notices: Vec<Diagnostic>,
    /// Why all users together cannot be as they should.
    pub reasons: Vec<Diagnostic>,
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
pub fn identity_of(properties: &Value) -> Option<(String, String)> {
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
