//! What the calls of an engine share: the client, the host's settings, and what was read so far.

use std::sync::Arc;

use super::{
    failure::Failure,
    fingerprint::Fingerprints,
    handover::Handover,
    kept::{Begun, Kept},
    leaves::Leaves,
    limit::DeletionLimit,
    options::ResourceOptions,
    run::Run,
    snapshot::Snapshot,
    stop::{Pauses, Stop},
};
use crate::{
    apply::{self, CreationOutcome, recover},
    client::{CancellationToken, ConnectClient, Decorated, Sleep, memory::MemoryConnect},
    diff::loses_rights,
    read::{Directory, Instances, Reader, Reading, RefreshOptions, SharedLists},
    user::{
        Code, Diagnostic, IdentityManagementType, IgnoredPathError, InstanceId, Path, Property,
        RoutingProfileId, Secret, Settings, Severity, Spelling, UserId, UserSpec, UserState, Value,
        spelled_ignored_path,
    },
    validate::{Context, Names, Overrides},
};

/// The properties whose values mean nothing in another instance.
pub(super) const OF_INSTANCE: [Property; 3] =
    [Property::RoutingProfileId, Property::SecurityProfileIds, Property::HierarchyGroupId];

#[derive(Debug)]
pub(super) struct Host {
    pub(super) client: Decorated<Arc<dyn ConnectClient>, Stop>,
    pub(super) settings: Settings,
    pub(super) spelling: Spelling,
    pub(super) overrides: Overrides,
    pub(super) proficiency_limit: Option<usize>,
    pub(super) adopts: bool,
    pub(super) reader: Reader,
    pub(super) lists: SharedLists,
    pub(super) fingerprints: Fingerprints,
    pub(super) instances: Instances,
    pub(super) run: Run,
    pub(super) pauses: Option<Pauses>,
    /// Present for an engine that deletes replaced users after everything else.
    pub(super) handover: Option<Handover>,
    /// Whether a reading that changes no output leaves the record as it is.
    pub(super) keeps_what_is_shown: bool,
    /// Whether the engine plans again in a later run that reads no user.
    pub(super) plans_twice: bool,
    pub(super) deletions: Option<DeletionLimit>,
    /// Whether no call is made.
    pub(super) is_offline: bool,
}

impl Host {
    pub(super) fn new(client: Arc<dyn ConnectClient>, settings: Settings) -> Self {
        Self {
            client: Decorated::with(client, Stop(CancellationToken::new())),
            settings,
            spelling: Spelling::default(),
            overrides: Overrides::default(),
            proficiency_limit: None,
            adopts: false,
            reader: Reader::new(RefreshOptions::default()),
            lists: SharedLists::default(),
            fingerprints: Fingerprints::default(),
            instances: Instances::default(),
            run: Run::default(),
            pauses: None,
            handover: None,
            keeps_what_is_shown: false,
            plans_twice: false,
            deletions: None,
            is_offline: false,
        }
    }

    pub(super) fn offline(settings: Settings) -> Self {
        let token = CancellationToken::new();
        token.cancel();
        // No call reaches this client.
        let nobody: Arc<dyn ConnectClient> = Arc::new(MemoryConnect::new());
        let client = Decorated::with(nobody.clone(), Stop(token));
        Self { client, is_offline: true, ..Self::new(nobody, settings) }
    }

    /// Returns the user with which a call begins.
    pub(super) async fn present(&self, kept: Option<&Kept>) -> Result<Present, Failure> {
        let Some(kept) = kept else { return Ok(Present::default()) };
        let mut present = Present {
            state: kept.state().map(|state| self.run.remembered(state).unwrap_or_else(|| state.clone())),
            password: kept.password().map(str::to_owned),
            ..Present::default()
        };
        if self.is_offline {
            return Ok(present);
        }
        if !kept.attempts().is_empty() {
            self.find_made(kept.attempts(), &mut present).await?;
            return Ok(present);
        }
        if present.state.is_some() {
            return Ok(present);
        }
        let Some(id) = kept.id() else { return Ok(present) };
        let read = crate::read::read(&self.client, &id.instance, &id.user).await;
        let what = format_args!("the user `{id}` cannot be read");
        match read.map_err(|error| Failure::of_call(what, &error, Path::root()))? {
            Some(state) => Ok(Present { state: Some(state), ..present }),
            None => Err(gone(&id.to_string())),
        }
    }

    /// Finds out which users earlier creations have made. The last one is the user that the program asked for last; the
    /// users before it are left to delete. If there is no user to continue with, a doubt that only people can settle is
    /// a failure.
    async fn find_made(&self, attempts: &[Begun], present: &mut Present) -> Result<(), Failure> {
        let mut outcomes = Vec::new();
        for begun in attempts.iter().rev() {
            outcomes.push((begun, self.recover(begun).await));
        }
        let mut made: Vec<UserId> = Vec::new();
        for (begun, outcome) in &outcomes {
            if let CreationOutcome::Made(state) = outcome {
                self.run.own_made(&state.user_id, &begun.attempt);
                made.push(state.user_id.clone());
                present.take(begun, state);
            }
        }
        let mut failure: Option<Failure> = None;
        for (begun, outcome) in outcomes {
            match &outcome {
                CreationOutcome::Made(_) | CreationOutcome::NotMade => continue,
                // Another creation has made that user.
                CreationOutcome::Unclear { id, .. } if made.contains(&id.user) => continue,
                _ => present.attempts.insert(0, begun.clone()),
            }
            let told = outcome.diagnostic(&format!("`{}`", begun.attempt.name()));
            // Two creations may have made the same user.
            if present.doubts.contains(&told) {
                continue;
            }
            present.doubts.push(told.clone());
            let (kind, related) = match outcome {
                CreationOutcome::NotKnownYet(Some(error)) => (Some(error.kind()), Vec::new()),
                CreationOutcome::Unclear { differing, .. } => (None, differing),
                _ => continue,
            };
            let reason = told.with_severity(Severity::Error).with_related(related);
            failure
                .get_or_insert_with(|| Failure { kind, ..Failure::of(Vec::new()) })
                .diagnostics
                .push(reason);
        }
        match failure {
            Some(failure) if present.state.is_none() => Err(failure),
            _ => Ok(()),
        }
    }

    async fn recover(&self, begun: &Begun) -> CreationOutcome {
        let owned = self.run.owned_by_others(std::slice::from_ref(begun));
        let freed = self.run.freed(begun.attempt.name());
        let options = apply::ApplyOptions { owned: &owned, freed: &freed, ..self.apply_options() };
        recover(&begun.attempt, &self.client, &options).await
    }

    /// Returns the host's settings, with what is known of the instance and the password.
    pub(super) async fn settings(
        &self,
        inputs: &Leaves,
        password: Option<&str>,
        options: &ResourceOptions<'_>,
    ) -> Result<Settings, Failure> {
        let mut settings = self.settings.clone();
        settings.ignore_changes.extend(self.places(&options.ignore_changes)?);
        settings.replace_on_changes.extend(self.places(&options.replace_on_changes)?);
        settings.delete_before_replace |= options.delete_before_replace;
        settings.protect |= options.protect;
        settings.identity_management = self.identity_management(inputs).await?;
        let has_changed = options.password_changed.unwrap_or_else(|| self.has_new_password(inputs, password));
        settings.password_changed = Some(has_changed);
        Ok(settings)
    }

    /// Returns the fingerprint of the password in the last inputs, for an engine that stores the inputs whole.
    pub(super) fn last_password(&self, prior: &Snapshot) -> Option<String> {
        self.fingerprints.of(&prior.inputs.get(Property::Password.path())?.as_str()?.into())
    }

    /// Whether the inputs have a different password than the recorded one, if a password is recorded.
    fn has_new_password(&self, inputs: &Leaves, recorded: Option<&str>) -> bool {
        let password = inputs.get(Property::Password).and_then(Value::as_str).map(Secret::from);
        let is_new = |(password, recorded)| !self.fingerprints.matches(recorded, &password);
        password.zip(recorded).is_some_and(is_new)
    }

    /// Returns the context for validation.
    pub(super) fn context<'a>(
        &'a self,
        settings: &Settings,
        prior: Option<&'a UserState>,
        names: Option<&'a dyn Names>,
    ) -> Context<'a> {
        let mut context = Context::builder()
            .settings(settings.clone())
            .overrides(self.overrides.clone())
            .maybe_prior(prior)
            .maybe_names(names)
            .build();
        context.proficiency_limit = self.proficiency_limit.unwrap_or(context.proficiency_limit);
        context
    }

    /// Returns the identity management type of the instance that the inputs name.
    pub(super) async fn identity_management(
        &self,
        inputs: &Leaves,
    ) -> Result<Option<IdentityManagementType>, Failure> {
        let expected = self.settings.identity_management;
        let Some(instance) = instance_of(inputs).filter(|_| !self.is_offline) else { return Ok(expected) };
        Ok(self.instances.identity_management(&instance, expected, &self.client).await?)
    }

    /// Returns the names of the instance, if the inputs need them.
    pub(super) async fn directory(&self, inputs: &Leaves) -> Result<Option<Arc<Directory>>, Failure> {
        let mut named = OF_INSTANCE.into_iter().filter_map(|property| inputs.get(property));
        let instance = instance_of(inputs).filter(|_| !self.is_offline);
        match instance.filter(|_| self.instances.checks_ids() || named.any(is_named)) {
            Some(instance) if inputs.get(Property::UserProficiencies).is_some() => {
                Ok(self.instances.directory_with_attributes(&instance, &self.client).await?)
            }
            Some(instance) => Ok(self.instances.directory(&instance, &self.client).await?),
            None => Ok(None),
        }
    }

    /// Reads the user again.
    pub(super) async fn refresh(&self, known: &UserState) -> Result<Reading, Failure> {
        let reading = self.reader.refresh(known, &self.client).await;
        let what = format_args!("the user `{}` cannot be read", known.name);
        let mut reading = reading.map_err(|error| Failure::of_call(what, &error, Path::root()))?;
        if let Some(actual) = &mut reading.state {
            actual.record.unfinished.sign_out |= self.loses_rights(known, actual);
        }
        Ok(reading)
    }

    /// Whether a user has lost rights since it was recorded, and must be signed out: a process that was killed has not
    /// recorded what it did.
    pub(super) fn loses_rights(&self, recorded: &UserState, actual: &UserState) -> bool {
        loses_rights(recorded, actual, &self.settings)
    }

    /// Returns the user as a plan needs it: reads it whole if a call would write something that the last reading left
    /// out.
    pub(super) async fn for_plan(
        &self,
        spec: &UserSpec,
        state: &UserState,
        settings: &Settings,
    ) -> Result<UserState, Failure> {
        if self.is_offline {
            return Ok(state.clone());
        }
        let read = self.reader.for_plan(spec, state, settings, &self.client).await;
        let what = format_args!("the user `{}` cannot be read", state.name);
        let reading = read.map_err(|error| Failure::of_call(what, &error, Path::root()))?;
        reading.state.ok_or_else(|| gone(&state.name))
    }

    pub(super) fn apply_options(&self) -> apply::ApplyOptions<'_> {
        let sleep = self.pauses.as_ref().map(|pauses| pauses as &dyn Sleep);
        let RefreshOptions { clock_skew, visible_within, .. } = *self.reader.options();
        let (now, lists) = (self.reader.clock().as_fn(), Some(&self.lists));
        apply::ApplyOptions {
            sleep,
            now,
            lists,
            clock_skew,
            visible_within,
            ..apply::ApplyOptions::default()
        }
    }

    /// Parses the paths that a host has given.
    fn places(&self, texts: &[String]) -> Result<Vec<Path>, Failure> {
        let place = |text: &String| {
            let refused = |error: IgnoredPathError| {
                Diagnostic::new(Code::INVALID_VALUE, error.message()).with_help(error.help()).into()
            };
            spelled_ignored_path(text, self.spelling).map_err(refused)
        };
        texts.iter().map(place).collect()
    }
}

/// The user with which a call begins.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) state: Option<UserState>,
    /// The fingerprint of the password with which the user was created.
    pub(super) password: Option<String>,
    /// Earlier creations that may have made a user that cannot be found yet, or cannot be told from another user.
    pub(super) attempts: Vec<Begun>,
    /// The diagnostics about those creations.
    pub(super) doubts: Vec<Diagnostic>,
}

impl Present {
    /// Takes a user that a creation has made: as the current user, or as a user that is left to delete.
    fn take(&mut self, begun: &Begun, made: &UserState) {
        let Some(there) = &mut self.state else {
            self.password.clone_from(&begun.password);
            self.state = Some(made.clone());
            return;
        };
        let replaced = &mut there.record.unfinished.replaced;
        let is_known = replaced.iter().any(|other| other.user_id == made.user_id);
        if there.user_id != made.user_id && !is_known {
            replaced.push(made.to_replaced());
        }
    }
}

/// The failure for a user that should exist and does not.
pub(super) fn gone(user: &str) -> Failure {
    let message = format!("the user `{user}` no longer exists in Amazon Connect");
    let help = "read it again, and create it anew if it is still wanted";
    Diagnostic::new(Code::GONE, message).with_severity(Severity::Error).with_help(help).into()
}

/// Returns the instance of the inputs, if it is known.
fn instance_of(inputs: &Leaves) -> Option<InstanceId> {
    inputs.get(Property::InstanceId).and_then(Value::as_str).map(InstanceId::new)
}

/// Whether a value contains a name where ids are allowed.
fn is_named(value: &Value) -> bool {
    match value {
        Value::String(text) => RoutingProfileId::new(text.as_str()).named().is_some(),
        Value::List(items) => items.iter().any(is_named),
        _ => false,
    }
}
