//! What a program wants beside what is there: what `plan` shows and `apply` carries out.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::{
    apply::refresh,
    diff::{self, Preview, preview, preview_deletion},
    user::{AutoName, IdentityManagementType, Input, Tags, UserSpec, UserState, Value, merge_tags},
    validate::{Context, Overrides, Report, validate_document, with_name},
};

use crate::{
    args::{Global, OnDirectoryUserIdChange, OnPasswordChange},
    backend::Backend,
    failure::{Failure, Outcome},
    program::{Program, Resource, Scope},
    store::{Content, Entry},
};

/// A user of the program, and all that there is to say about it.
pub struct View {
    pub name: String,
    pub protect: bool,
    /// The name that the user had in the program before, where it had another.
    pub moved_from: Option<String>,
    pub entry: Option<Entry>,
    pub actual: Option<UserState>,
    pub identity_management: Option<IdentityManagementType>,
    pub unresolved: BTreeSet<String>,
    pub report: Report,
    pub preview: Preview,
}

/// A recorded user that the program no longer has.
pub struct Departure {
    pub name: String,
    pub entry: Entry,
    pub preview: Preview,
}

pub struct Review {
    /// In the order in which they are made.
    pub views: Vec<View>,
    pub departures: Vec<Departure>,
}

/// What the command line says of every user.
pub struct Wishes {
    pub default_tags: Tags,
    pub overrides: Overrides,
    pub options: diff::Options,
}

impl Wishes {
    pub fn new(args: &Global) -> Outcome<Self> {
        let default_tags: Tags = args.default_tag.iter().cloned().collect();
        let mut overrides = Overrides::default();
        let lowered = args.allow.iter().try_for_each(|code| overrides.allow(code));
        lowered
            .and_then(|()| args.deny.iter().try_for_each(|code| overrides.deny(code)))
            .map_err(|error| Failure::new(error.to_string()))?;
        let options = diff::Options::builder()
            .default_tags(default_tags.clone())
            .password(match args.on_password_change {
                OnPasswordChange::Warn => diff::PasswordPolicy::Warn,
                OnPasswordChange::Replace => diff::PasswordPolicy::Replace,
                OnPasswordChange::Refuse => diff::PasswordPolicy::Refuse,
            })
            .directory_user_id(match args.on_directory_user_id_change {
                OnDirectoryUserIdChange::Refuse => diff::DirectoryUserIdPolicy::Refuse,
                OnDirectoryUserIdChange::Replace => diff::DirectoryUserIdPolicy::Replace,
            })
            .quick_connects(if args.delete_quick_connects {
                diff::QuickConnects::Delete
            } else {
                diff::QuickConnects::Leave
            })
            .build();
        Ok(Self { default_tags, overrides, options })
    }

    pub fn context<'a>(
        &self,
        kind: Option<IdentityManagementType>,
        auto_name: AutoName,
        prior: Option<&'a UserState>,
    ) -> Context<'a> {
        Context::builder()
            .maybe_identity_management(kind)
            .default_tags(self.default_tags.clone())
            .auto_name(auto_name)
            .overrides(self.overrides.clone())
            .maybe_prior(prior)
            .build()
    }

    /// What to compare one user with.
    pub fn options(
        &self,
        spec: &UserSpec,
        kind: Option<IdentityManagementType>,
        entry: Option<&Entry>,
        protect: bool,
    ) -> diff::Options {
        let password = spec.password.as_ref().and_then(Input::known);
        let mut options = self.options.clone();
        options.identity_management = kind;
        options.password_changed = entry.and_then(|entry| entry.password_changed(password));
        options.protect = protect;
        options
    }
}

/// Looks at every user of the program. Without a backend, only the program and the records are asked.
pub async fn review(
    program: &Program,
    recorded: &Content,
    wishes: &Wishes,
    assumed: Option<IdentityManagementType>,
    mut backend: Option<&mut Backend>,
) -> Outcome<Review> {
    let mut scope = Scope::default();
    let mut views: Vec<View> = Vec::new();
    let mut departed: BTreeMap<&String, &Entry> = recorded.users.iter().collect();
    departed.retain(|name, _| !program.users.iter().any(|user| user.name == **name));
    let mut taken = BTreeMap::new();
    for user in program.in_order()? {
        let evaluated = program.evaluate(user, &scope)?;
        if let Some(identity) = identity_of(&evaluated.properties)
            && let Some(other) = taken.insert(identity.clone(), &user.name)
        {
            let message = format!("`{other}` and `{}` are both the user `{}`", user.name, identity.1);
            return Err(Failure::new(message).help("take one of them out, or give it another `name`"));
        }
        let (moved_from, entry) = match recorded.users.get(&user.name) {
            Some(entry) => (None, Some(entry)),
            None => take_moved(&mut departed, &evaluated.properties),
        };
        let actual = match (entry, &backend) {
            (None, _) => None,
            (Some(entry), None) => Some(entry.state.clone()),
            (Some(entry), Some(backend)) => read_again(backend, &user.name, entry).await?,
        };
        let kind = match &mut backend {
            Some(backend) => kind_of(backend, &evaluated.properties).await?.or(assumed),
            None => assumed,
        };
        let view = look(user, evaluated.properties, (kind, entry, actual), recorded, wishes, &mut scope);
        views.push(View { moved_from, unresolved: evaluated.unresolved, ..view });
    }
    let departures = departed.into_iter().map(|(name, entry)| depart(name, entry, wishes)).collect();
    Ok(Review { views, departures })
}

fn look(
    user: &Resource,
    properties: Value,
    (kind, entry, actual): (Option<IdentityManagementType>, Option<&Entry>, Option<UserState>),
    recorded: &Content,
    wishes: &Wishes,
    scope: &mut Scope,
) -> View {
    let suffix = recorded.suffixes.get(&user.name).cloned();
    let context = wishes.context(kind, auto_name(&user.name, suffix.as_deref()), actual.as_ref());
    let (spec, report) = validate_document(properties.clone(), &context);
    // A name that has no suffix yet is not known before the user is made.
    let named = if suffix.is_some() || actual.is_some() { with_name(&spec, &context) } else { spec };
    let preview = if report.is_valid() {
        preview(&named, actual.as_ref(), &wishes.options(&named, kind, entry, user.protect))
    } else {
        Preview::default()
    };
    // Others see what the user will be, not what it was.
    match (&actual, preview.diff.action) {
        (Some(state), diff::Action::None) => scope.known(&user.name, outputs(state)),
        (Some(state), diff::Action::Update) => {
            scope.pending(&user.name, inputs_of(&named, wishes), Some(&outputs(state)));
        }
        _ => scope.pending(&user.name, inputs_of(&named, wishes), None),
    }
    View {
        name: user.name.clone(),
        protect: user.protect,
        moved_from: None,
        entry: entry.cloned(),
        actual,
        identity_management: kind,
        unresolved: BTreeSet::new(),
        report,
        preview,
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

/// A recorded user that the program has under another name now: the user itself does not change.
fn take_moved<'a>(
    departed: &mut BTreeMap<&'a String, &'a Entry>,
    properties: &Value,
) -> (Option<String>, Option<&'a Entry>) {
    let Some((instance, name)) = identity_of(properties) else { return (None, None) };
    let is_same = |entry: &Entry| entry.state.instance_id.bare() == instance && entry.state.name == name;
    let Some(from) = departed.iter().find(|(_, entry)| is_same(entry)).map(|(from, _)| *from) else {
        return (None, None);
    };
    (Some(from.clone()), departed.remove(from))
}

pub fn depart(name: &str, entry: &Entry, wishes: &Wishes) -> Departure {
    let mut options = wishes.options.clone();
    options.protect = entry.protect;
    Departure {
        name: name.to_owned(),
        entry: entry.clone(),
        preview: preview_deletion(&entry.state, &options),
    }
}

pub async fn read_again(backend: &Backend, name: &str, entry: &Entry) -> Outcome<Option<UserState>> {
    refresh(backend.client(), &entry.state)
        .await
        .map_err(|error| Failure::new(format!("`{name}` cannot be read: {error}")))
}

pub async fn kind_of(backend: &mut Backend, properties: &Value) -> Outcome<Option<IdentityManagementType>> {
    let id = properties.get("instanceId").or_else(|| properties.get("instance_id")).and_then(Value::as_str);
    match id {
        Some(id) => backend.identity_management(&id.into()).await,
        None => Ok(None),
    }
}
