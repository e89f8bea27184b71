//! What a program wants beside what is there: what `plan` shows and `apply` carries out.

use std::{collections::BTreeMap, sync::Arc};

use connect_user::{
    diff::Action,
    fleet::{
        Capacity, Desired, DesiredSpec, FleetPreview, Guard, PlanOptions, Planner, ProgramUser, Session,
    },
    read::Directory,
    user::{
        AutoName, Code, IdentityManagementType, Input, InstanceId, Secret, Settings, Severity, UserSpec,
        UserState, Value, merge_tags,
    },
    validate::{Report, resolve_document, with_name},
};

use crate::{
    args::Scale,
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Evaluated, Program, Resource, Scope, Undefined},
    progress::Passwords,
    store::{password_changed, suffix},
    wishes::Wishes,
};

/// What there is to say of a user of the program.
pub struct View {
    pub name: String,
    /// The references that only `--set` resolves, and why.
    pub unresolved: BTreeMap<String, String>,
    /// The references to what the program does not define.
    pub undefined: Vec<Undefined>,
    pub report: Report,
}

impl View {
    pub fn is_valid(&self, wishes: &Wishes) -> bool {
        self.report.is_valid() && (self.undefined.is_empty() || wishes.undefined == Severity::Warning)
    }
}

#[derive(Default)]
pub struct Review {
    /// In the order in which they are made.
    pub views: Vec<View>,
    pub preview: FleetPreview,
    pub passwords: Passwords,
    /// Whether the program has users at all.
    pub has_users: bool,
}

/// Looks at every user of the program. Without a backend, only the program and the records are asked.
pub async fn review(
    program: &Program,
    session: &mut Session<'_>,
    wishes: &Wishes,
    backend: Option<&mut Backend>,
    scale: &Scale,
) -> Outcome<Review> {
    check_targets(program, session, wishes)?;
    let specs = specs(program, session, wishes)?;
    let desired: Vec<DesiredSpec<'_>> = program
        .users
        .iter()
        .zip(&specs)
        .map(|(user, (spec, options))| {
            DesiredSpec::new(&user.name, spec, options)
                .with_aliases(&user.options.aliases)
                .with_import(user.options.import.as_ref())
        })
        .collect();
    match &backend {
        Some(_) => {
            session.refresh(&desired).await?;
            let known = session.users().filter(|(name, _)| wishes.is_target(name)).count();
            let refreshed = session.refreshed();
            if output::unread(refreshed) && refreshed.failed.len() == known {
                return Err(Failure::said());
            }
        }
        None => session.assume(&desired),
    }
    drop(desired);
    drop(specs);
    let planner = Planner::new(plan_options(program, session, wishes, scale));
    Looking { program, session, wishes, planner, scope: Scope::default(), passwords: Passwords::default() }
        .look_at_all(backend)
        .await
}

fn plan_options(program: &Program, session: &Session<'_>, wishes: &Wishes, scale: &Scale) -> PlanOptions {
    // How many users instances have, where the command line says how many they may have.
    let capacity = scale.users_per_instance.map(|limit| {
        let present = session.refreshed().present.iter();
        present.map(|(instance, present)| (instance.clone(), Capacity { present: *present, limit })).collect()
    });
    PlanOptions::builder()
        .settings(wishes.settings.clone())
        .guard(scale.max_deletes.map_or_else(Guard::default, Guard::most))
        .capacity(capacity.unwrap_or_default())
        .other_resources(program.other_resources())
        .build()
}

/// Looking at the users of a program, one after the other.
struct Looking<'a, 's> {
    program: &'a Program,
    session: &'a Session<'s>,
    wishes: &'a Wishes,
    planner: Planner,
    scope: Scope,
    passwords: Passwords,
}

impl Looking<'_, '_> {
    async fn look_at_all(mut self, mut backend: Option<&mut Backend>) -> Outcome<Review> {
        let mut views = Vec::new();
        for user in self.program.in_order() {
            let actual = self.session.state(&user.name);
            if !self.session.is_meant(&user.name) {
                self.session.keep(&mut self.planner, &user.name);
                // What others see of it is what is recorded.
                match actual {
                    Some(state) => self.scope.known(&user.name, outputs(state)),
                    None => self.scope.pending(&user.name, Value::Map(Vec::new()), None),
                }
                continue;
            }
            let evaluated = self.program.evaluate(user, &self.scope)?;
            let (kind, directory) = match &mut backend {
                Some(backend) => {
                    let kind = kind_of(backend, &evaluated.properties).await?.or(self.wishes.assumed);
                    (kind, directory_of(backend, &evaluated.properties).await?)
                }
                None => (self.wishes.assumed, None),
            };
            views.push(self.look(user, evaluated, kind, directory.as_deref()));
        }
        let Self { session, planner, passwords, program, .. } = self;
        let preview = session.preview(planner);
        // Who is who is not known: nothing else that there is to say would be true.
        if let Some(twice) = preview.reasons().iter().find(|reason| reason.code == Code::DUPLICATE_USER) {
            return Err(Failure::told(twice));
        }
        Ok(Review { views, preview, passwords, has_users: !program.users.is_empty() })
    }

    fn look(
        &mut self,
        user: &Resource,
        evaluated: Evaluated,
        kind: Option<IdentityManagementType>,
        directory: Option<&Directory>,
    ) -> View {
        let Evaluated { properties, unresolved, undefined } = evaluated;
        let entry = self.session.entries().get(&user.name);
        let actual = self.session.state(&user.name).map(|state| &**state);
        let options = self.wishes.settings_for(kind, None, &user.options);
        let auto_name = auto_name(&user.name, suffix(entry));
        let context =
            self.wishes.context(options.clone(), auto_name, actual, directory, user.options.import.is_some());
        // A name that has no suffix yet is not known before the user is made.
        let is_given =
            properties.get("name").is_some_and(|name| *name != Value::Null && name.as_str() != Some(""));
        let is_named = is_given || suffix(entry).is_some() || actual.is_some();
        let (desired, report) = resolve_document(properties, &context);
        let desired: Desired = match desired {
            Ok(desired) if is_named => desired.into(),
            Ok(desired) => {
                let mut spec = desired.spec().clone();
                spec.name = None;
                Desired::partial(spec, options)
            }
            Err(spec) if is_named => Desired::partial(with_name(&spec, &context), options),
            Err(spec) => Desired::partial(spec, options),
        };
        let password = password_of(desired.spec());
        let password_changed =
            entry.and_then(|entry| password_changed(entry, password, &self.wishes.fingerprints));
        let inputs = self.program.is_needed(&user.name).then(|| inputs_of(desired.spec(), self.wishes));
        let action = match report.is_valid() {
            true => {
                self.passwords.add(&user.name, password, actual);
                let user = ProgramUser::builder()
                    .name(user.name.as_str())
                    .desired(desired)
                    .maybe_password_changed(password_changed)
                    .lifecycle(user.options.lifecycle())
                    .depends_on(self.program.needs(&user.name).map(str::to_owned).collect())
                    .build();
                self.session.want(&mut self.planner, &user)
            }
            false => {
                self.session.keep(&mut self.planner, &user.name);
                Action::None
            }
        };
        // Others see what the user will be, not what it was.
        if let Some(inputs) = inputs {
            match (actual, action) {
                (Some(state), Action::None) => self.scope.known(&user.name, outputs(state)),
                (Some(state), Action::Update) => {
                    self.scope.pending(&user.name, inputs, Some(&outputs(state)));
                }
                _ => self.scope.pending(&user.name, inputs, None),
            }
        }
        View { name: user.name.clone(), unresolved, undefined, report }
    }
}

pub fn password_of(spec: &UserSpec) -> Option<&Secret> {
    spec.password.as_ref().and_then(Input::known)
}

fn check_targets(program: &Program, session: &Session<'_>, wishes: &Wishes) -> Outcome<()> {
    let unknown = |name: &&String| program.user(name).is_none() && !session.entries().contains_key(*name);
    match wishes.targets.iter().find(unknown) {
        Some(name) => Err(Failure::new(format!("there is no user `{name}` in the program or the state"))
            .help("`--target` takes the name that a user has in the program")),
        None => Ok(()),
    }
}

/// What the program wants of each user, as far as it is known before anybody is read.
fn specs(program: &Program, session: &Session<'_>, wishes: &Wishes) -> Outcome<Vec<(UserSpec, Settings)>> {
    let mut scope = Scope::default();
    let mut specs: BTreeMap<&str, (UserSpec, Settings)> = BTreeMap::new();
    for user in program.in_order() {
        let properties = program.evaluate(user, &scope)?.properties;
        if program.is_needed(&user.name) {
            scope.pending(&user.name, properties.clone(), None);
        }
        let spec = UserSpec::decode(properties).unwrap_or_else(|errors| errors.into_parts().1);
        let suffix = suffix(session.entries().get(&user.name));
        let options = wishes.settings_for(wishes.assumed, None, &user.options);
        let context = wishes.context(
            options.clone(),
            auto_name(&user.name, suffix),
            None,
            None,
            user.options.import.is_some(),
        );
        let spec = if suffix.is_some() { with_name(&spec, &context) } else { spec };
        specs.insert(&user.name, (spec, options));
    }
    Ok(program.users.iter().filter_map(|user| specs.remove(user.name.as_str())).collect())
}

/// What a user is given, as others may refer to it: never its password.
fn inputs_of(spec: &UserSpec, wishes: &Wishes) -> Value {
    let mut values = spec.encode();
    let mut merged = spec.clone();
    let own = spec.tags.as_ref().and_then(Input::known);
    merged.tags = Some(Input::Known(merge_tags(&wishes.settings.default_tags, own)));
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
