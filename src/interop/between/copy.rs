//! Plans a copy of users from one instance to another.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use futures_util::future::join;

use super::{
    error::BetweenError,
    options::CopyOptions,
    plan::{CopyPlan, is_unfinished},
    refusals::refusals,
    scope::{has_no_email, settings_between, source_filter, unused_names},
    side::{Roster, Side},
    translate::{MissingName, Translation},
};
use crate::{
    client::ClientError,
    diff::everything,
    fleet::{
        Capacity, Entry, FleetPreview, Guard, Lifecycle, PlanOptions, Planner, ProgramUser, Recorded, Session,
    },
    interop::deployment::Passwords,
    read::{Directory, Filter, nobody_meant, with_record},
    user::{
        Code, DesiredUser, Diagnostic, IdentityManagementType, Input, InstanceId, Property, Secret, Settings,
        Severity, UserId, UserSpec, UserState, some_of,
    },
    validate::{Context, resolve},
};

/// Plans to create the users of the source that the target does not have, with the same properties, proficiencies and
/// tags; with [`CopyOptions::update`] also to update the users that the target has already. No user is deleted or
/// replaced.
///
/// The target is reached through the client of the session. The store of the session records the copied users: each
/// under the resource name that it is recorded under already, or else under its user name (with a number, where that is
/// the resource name of another user). A store that has users of other instances is refused: the program that manages
/// them would delete the copied users. A copy that was stopped at any moment is finished by the next copy, which
/// repeats nothing; [recover](Session::recover) the session before it. Recorded users are managed from then on.
///
/// Makes these calls to each instance: four, one per 1,000 users, and two for each user that is copied. Ids are
/// replaced by the ids that the target has for the same names, or for the names in [`CopyOptions::names`]; names that
/// the target lacks are in [`CopyPlan::missing`]. Directory user ids are not copied, and neither are e-mail addresses
/// where the target manages identities with `SAML`.
///
/// # Errors
///
/// [`BetweenError`] if an instance cannot be read, or a condition of the filter names a profile or group that the
/// source does not have. Users that cannot be read are in [`CopyPlan::failed`].
pub async fn copy(
    source: Side<'_>,
    target: &InstanceId,
    session: &Session<'_>,
    options: &CopyOptions,
) -> Result<CopyPlan, BetweenError> {
    let there = Side::new(target, session.client());
    let expected = options.settings.identity_management;
    let (of_source, of_target) = join(source.know(None), there.know(expected)).await;
    let (of_source, of_target) = (of_source?, of_target?);
    let mut copying = Copying::new((of_source.kind, of_target.kind), session, options);
    let notices = [&of_source, &of_target].into_iter().flat_map(|known| &known.notices);
    copying.diagnostics.extend(notices.cloned());
    if options.names.has_proficiencies() {
        source.read_attributes(&of_source.directory).await?;
    }
    copying.diagnostics.extend(unused_names(&options.names, source.instance, &of_source.directory));
    let refusals =
        refusals(target, (of_source.kind, of_target.kind), session.entries(), !options.passwords.is_none());
    let is_refused = refusals.iter().any(Diagnostic::is_error);
    copying.diagnostics.extend(refusals);
    if is_refused {
        return Ok(copying.finish(of_target.directory, Vec::new(), FleetPreview::default()));
    }
    let filter = source_filter(&options.filter, &of_source.directory)?;
    let everybody = Filter::default();
    let (sources, targets) =
        join(source.roster(&filter, &options.read), there.roster(&everybody, &options.read)).await;
    let (sources, targets) = (sources?, targets?);
    copying.diagnostics.extend((!options.filter.is_empty() && sources.is_empty()).then(nobody_meant));
    let present = targets.len();
    let mut chosen = copying.choose(target, sources, &targets);
    let of = |user: &dyn Fn(&Chosen) -> Option<UserId>| chosen.values().filter_map(user).collect();
    let (sources, targets) = join(
        source.read(of(&|user| Some(user.source.clone())), &options.read),
        there.read(of(&|user| user.target.clone()), &options.read),
    )
    .await;
    for read in [&sources, &targets] {
        copying.failed.extend(read.failed.iter().cloned());
        copying.diagnostics.extend(read.unchecked.iter().cloned());
    }
    let unread: HashSet<&UserId> = targets.failed.iter().map(|(id, _)| id).collect();
    chosen.retain(|_, user| user.target.as_ref().is_none_or(|id| !unread.contains(id)));
    let mut actual: HashMap<String, UserState> =
        targets.users.into_iter().map(|user| (user.name.clone(), user)).collect();
    let has_proficiencies =
        |user: &UserState| user.properties.proficiencies.as_ref().is_some_and(|all| !all.is_empty());
    if sources.users.iter().any(has_proficiencies) {
        there.read_attributes(&of_target.directory).await?;
    }
    copying.diagnostics.extend(of_target.directory.unchecked());

    let mut translation = Translation::new(
        (source.instance, &of_source.directory),
        (target, &of_target.directory),
        &options.names,
    );
    let mut planner = copying.planner(target, present);
    for mut user in sources.users {
        let Some(chosen) = chosen.get(&user.name) else { continue };
        let prior = copying.prior(chosen, actual.remove(&user.name), &user);
        if translation.translate(&user.name, &mut user.properties) {
            user.instance_id = target.to_bare();
            copying.plan(chosen, user, prior, &mut planner)?;
        }
    }
    for (name, state) in session.users() {
        if !planner.has(name) {
            planner.keep(name, Some(state));
        }
    }
    let missing = translation.into_missing();
    Ok(copying.finish(of_target.directory, missing, planner.finish()))
}

/// A user of the source that is copied.
struct Chosen {
    /// The resource name.
    resource: String,
    source: UserId,
    /// The id of the user with that name in the target, if there is one.
    target: Option<UserId>,
    /// The recorded state of the user in the target.
    recorded: Option<Arc<UserState>>,
    lifecycle: Lifecycle,
}

/// A copy that is being planned.
struct Copying<'a> {
    session: &'a Session<'a>,
    options: &'a CopyOptions,
    /// How the source manages identities.
    of_source: Option<IdentityManagementType>,
    /// The settings of every user of the target.
    settings: Settings,
    diagnostics: Vec<Diagnostic>,
    existing: Vec<String>,
    failed: Vec<(UserId, ClientError)>,
    passwords: Passwords,
    made: BTreeMap<String, Secret>,
    desired: HashMap<String, DesiredUser>,
    /// The names of new users that need a password and have none.
    without_password: Vec<String>,
}

impl<'a> Copying<'a> {
    fn new(
        (of_source, of_target): (Option<IdentityManagementType>, Option<IdentityManagementType>),
        session: &'a Session<'a>,
        options: &'a CopyOptions,
    ) -> Self {
        let mut settings = settings_between(&options.settings);
        settings.identity_management = of_target;
        if of_target == Some(IdentityManagementType::ExistingDirectory) {
            // These come from the directory.
            let kept = [Property::FirstName, Property::LastName, Property::Email];
            settings.ignore_changes.extend(kept.map(Into::into));
        }
        Self {
            session,
            options,
            of_source,
            settings,
            diagnostics: Vec::new(),
            existing: Vec::new(),
            failed: Vec::new(),
            passwords: Passwords::like(session.entries().values()),
            made: BTreeMap::new(),
            desired: HashMap::new(),
            without_password: Vec::new(),
        }
    }

    fn finish(mut self, target: Directory, missing: Vec<MissingName>, preview: FleetPreview) -> CopyPlan {
        if !self.without_password.is_empty() {
            let message = format!(
                "new users need a first password, which these have not: {}",
                some_of(self.without_password.iter().map(String::as_str))
            );
            let help = "give each one, or have them made";
            self.diagnostics.push(Diagnostic::new(Code::PASSWORD_REQUIRED, message).with_help(help));
        }
        let Self { diagnostics, existing, failed, passwords, made, desired, .. } = self;
        CopyPlan { preview, missing, diagnostics, existing, failed, target, passwords, made, desired }
    }

    /// Chooses the users of the source to copy, by user name: users that the target lacks, users whose copy was begun,
    /// and with [`CopyOptions::update`] all others, too.
    fn choose(&mut self, target: &InstanceId, sources: Roster, targets: &Roster) -> BTreeMap<String, Chosen> {
        let entries = self.session.entries();
        let is_there = |state: &UserState| state.instance_id == *target;
        let recorded: HashMap<&str, (&String, &Entry, &Arc<UserState>)> = entries
            .iter()
            .filter_map(|(resource, entry)| Some((resource, entry, entry.state.as_ref()?)))
            .filter(|(_, _, state)| is_there(state))
            .map(|(resource, entry, state)| (state.name.as_str(), (resource, entry, state)))
            .collect();
        let (mut chosen, mut created) = (BTreeMap::new(), Vec::new());
        let names: HashSet<String> = sources.keys().cloned().collect();
        // Another user of the target may be recorded under the user name.
        let is_free = |resource: &str, name: &str| {
            entries.get(resource).is_none_or(|entry| !is_other(entry, name))
                && (resource == name || !names.contains(resource))
        };
        for (name, member) in sources {
            let record = recorded.get(name.as_str());
            let there = targets.get(&name).map(|member| member.id.clone());
            // A user that was created a moment ago may not be listed yet.
            let there = there.or_else(|| {
                let (_, _, state) = record?;
                let is_recent =
                    state.record.created?.is_within(self.options.read.visible_within, self.session.now());
                is_recent.then(|| state.user_id.clone())
            });
            let is_begun = record.is_some_and(|(_, entry, _)| is_unfinished(entry));
            if there.is_some() && !self.options.update && !is_begun {
                self.existing.push(name);
                continue;
            }
            let resource = match record {
                Some((resource, ..)) => (*resource).clone(),
                None => {
                    let numbered = (2_u64..).map(|number| format!("{name}-{number}"));
                    let mut resources = std::iter::once(name.clone()).chain(numbered);
                    resources.find(|resource| is_free(resource, &name)).unwrap_or_else(|| name.clone())
                }
            };
            let entry = entries.get(&resource);
            if there.is_none() {
                created.push(name.clone());
            }
            let user = Chosen {
                lifecycle: entry.map(|entry| Lifecycle::of_notes(&entry.notes)).unwrap_or_default(),
                recorded: record
                    .map(|(.., state)| (*state).clone())
                    .filter(|state| there.as_ref() == Some(&state.user_id)),
                resource,
                source: member.id,
                target: there,
            };
            chosen.insert(name, user);
        }
        self.warn_of_case(target, &created, targets);
        chosen
    }

    /// Warns of names that differ in case alone: it is not documented whether the service accepts both.
    fn warn_of_case(&mut self, target: &InstanceId, created: &[String], targets: &Roster) {
        let lower: HashMap<String, &String> =
            targets.keys().map(|name| (name.to_lowercase(), name)).collect();
        for name in created {
            if let Some(other) = lower.get(&name.to_lowercase()) {
                let message = format!(
                    "the instance `{target}` has `{other}`: the service may refuse a name that differs in case alone"
                );
                let help = "where they are one person, rename one of the two";
                let warning = Diagnostic::new(Code::NAME_TAKEN, message).with_severity(Severity::Warning);
                self.diagnostics.push(warning.about(name).with_help(help));
            }
        }
    }

    fn planner(&self, target: &InstanceId, present: usize) -> Planner {
        let capacity = self.options.users_per_instance.map(|limit| Capacity { present, limit });
        let capacity = capacity.map(|capacity| (target.bare().to_owned(), capacity));
        let options = PlanOptions::builder()
            .settings(self.settings.clone())
            .guard(Guard::most(0))
            .capacity(capacity.into_iter().collect())
            .build();
        Planner::new(options)
    }

    /// The prior state of a user in the target, with its record. With [`CopyOptions::update`], all its properties and
    /// tags count as managed, so that they are cleared where the source does not have them.
    fn prior(
        &self,
        chosen: &Chosen,
        actual: Option<UserState>,
        source: &UserState,
    ) -> Option<Arc<UserState>> {
        let mut prior = match (actual, &chosen.recorded) {
            (Some(actual), Some(recorded)) => with_record(actual, recorded),
            (Some(actual), None) => actual,
            // The user is not visible yet.
            (None, Some(recorded)) => (**recorded).clone(),
            (None, None) => return None,
        };
        if self.options.update {
            prior.record.managed = everything().difference(source.record.unread);
            if has_no_email(self.of_source, self.settings.identity_management) {
                prior.record.managed.remove(Property::Email);
            }
            prior.record.tag_keys = prior.tags_all.keys().cloned().collect();
        }
        Some(Arc::new(prior))
    }

    /// Plans a user whose ids are already those of the target.
    fn plan(
        &mut self,
        chosen: &Chosen,
        mut user: UserState,
        prior: Option<Arc<UserState>>,
        planner: &mut Planner,
    ) -> Result<(), BetweenError> {
        let kind = self.settings.identity_management;
        if kind == Some(IdentityManagementType::Saml) {
            user.properties.identity.email = None;
        }
        let mut spec = user.to_spec(&self.settings);
        let mut overrides = self.options.overrides.clone();
        if prior.is_some() {
            // Properties that exist twice, such as the time limit in the phone block and in a channel, end up equal.
            spec = UserSpec { tags: spec.tags, directory_user_id: None, ..user.whole_spec() };
            overrides.allow(Code::CONFLICTING_SETTINGS.as_str()).ok();
        }
        let (name, resource) = (user.name, &chosen.resource);
        if prior.is_none() && kind == Some(IdentityManagementType::ConnectManaged) {
            match self.options.passwords.of(&name)? {
                Some((password, is_made)) => {
                    self.passwords.give(resource.clone(), password.clone());
                    if is_made {
                        self.made.insert(name.clone(), password.clone());
                    }
                    spec.password = Some(Input::Known(password));
                }
                None => {
                    self.without_password.push(name);
                    return Ok(());
                }
            }
        }
        let context = Context::builder().settings(self.settings.clone()).overrides(overrides);
        let context = context.maybe_prior(prior.as_deref()).build();
        let (desired, report) = match resolve(spec, &context) {
            Ok((desired, report)) => (Some(desired), report),
            Err(report) => (None, report),
        };
        let told = report
            .diagnostics()
            .iter()
            .filter(|found| found.is_error() || found.code != Code::CONFLICTING_SETTINGS);
        self.diagnostics.extend(told.map(|found| found.clone().about(&name)));
        let Some(desired) = desired else { return Ok(()) };
        self.desired.insert(resource.clone(), desired.clone());
        let wanted = ProgramUser::builder()
            .name(resource)
            .desired(desired)
            .lifecycle(chosen.lifecycle.clone())
            .build();
        let recorded = prior.as_ref().map(|prior| {
            Recorded::new(resource, prior, &chosen.lifecycle).imported(chosen.recorded.is_none())
        });
        planner.want(&wanted, recorded);
        Ok(())
    }
}

/// Whether an entry is about a user with another name.
fn is_other(entry: &Entry, name: &str) -> bool {
    let attempts = entry.creating.iter().map(|creating| creating.attempt.name());
    attempts.chain(entry.state.iter().map(|state| state.name.as_str())).any(|other| other != name)
}
