//! What the calls of an engine have in common: the client, what the host has decided, and what was learnt.

use std::sync::Arc;

use super::{
    failure::Failure,
    fingerprint::Fingerprints,
    instance::Instances,
    kept::Kept,
    leaves::Leaves,
    options::ResourceOptions,
    run::Run,
    stop::{Pauses, Stop},
};
use crate::{
    apply::{self, CreationOutcome, recover},
    client::{CancellationToken, ConnectClient, Decorated, Sleep},
    read::{Reader, RefreshOptions},
    user::{
        Code, Diagnostic, IgnoredPathError, InstanceId, Path, Property, RoutingProfileId, Secret, Settings,
        Severity, Spelling, UserSpec, UserState, Value, ignored_path,
    },
    validate::{Context, Names, Overrides},
};

#[derive(Debug)]
pub(super) struct Host {
    pub(super) client: Decorated<Arc<dyn ConnectClient>, Stop>,
    pub(super) settings: Settings,
    pub(super) spelling: Spelling,
    pub(super) overrides: Overrides,
    pub(super) proficiency_limit: Option<usize>,
    pub(super) checks_ids: bool,
    pub(super) adopts: bool,
    pub(super) reader: Reader,
    pub(super) fingerprints: Fingerprints,
    pub(super) instances: Instances,
    pub(super) run: Run,
    pub(super) pauses: Option<Pauses>,
}

impl Host {
    pub(super) fn new(client: Arc<dyn ConnectClient>, settings: Settings) -> Self {
        Self {
            client: Decorated::with(client, Stop(CancellationToken::new())),
            settings,
            spelling: Spelling::default(),
            overrides: Overrides::default(),
            proficiency_limit: None,
            checks_ids: false,
            adopts: false,
            reader: Reader::new(RefreshOptions::default()),
            fingerprints: Fingerprints::default(),
            instances: Instances::default(),
            run: Run::default(),
            pauses: None,
        }
    }

    /// The user that a call begins with.
    pub(super) async fn present(&self, kept: Option<&Kept>) -> Result<Present, Failure> {
        let Some(kept) = kept else { return Ok(Present::default()) };
        if let Some(state) = kept.state() {
            return Ok(Present::there(state.clone()));
        }
        if let Some(attempt) = kept.attempt() {
            return match recover(attempt, &self.client, &self.apply_options()).await {
                CreationOutcome::Made(state) => Ok(Present::there(*state)),
                CreationOutcome::NotMade => Ok(Present::default()),
                CreationOutcome::Unclear { id, differing } => {
                    let message =
                        format!("whether an earlier run has created the user `{id}` cannot be told");
                    let help = "import that user if it is meant, or delete it";
                    let reason = Diagnostic::new(Code::CREATION_UNCLEAR, message).with_related(differing);
                    Err(reason.with_severity(Severity::Error).with_help(help).into())
                }
                CreationOutcome::NotKnownYet(None) => Ok(Present { is_uncertain: true, state: None }),
                CreationOutcome::NotKnownYet(Some(error)) => {
                    let name = attempt.name();
                    let what =
                        format_args!("whether an earlier run has created the user `{name}` is not known");
                    Err(Failure::of_call(what, &error, Path::root()))
                }
            };
        }
        let Some(id) = kept.id() else { return Ok(Present::default()) };
        let read = crate::read::read(&self.client, &id.instance, &id.user).await;
        let what = format_args!("the user `{id}` cannot be read");
        match read.map_err(|error| Failure::of_call(what, &error, Path::root()))? {
            Some(state) => Ok(Present::there(state)),
            None => Err(gone(&id.to_string())),
        }
    }

    /// What the host has decided, with what is known of instance and password.
    pub(super) async fn settings(
        &self,
        inputs: &Leaves,
        kept: Option<&Kept>,
        options: &ResourceOptions<'_>,
    ) -> Result<Settings, Failure> {
        let mut settings = self.settings.clone();
        settings.ignore_changes.extend(self.places(&options.ignore_changes)?);
        settings.replace_on_changes.extend(self.places(&options.replace_on_changes)?);
        settings.delete_before_replace |= options.delete_before_replace;
        settings.protect |= options.protect;
        if let Some(instance) = instance_of(inputs) {
            let known = self.instances.get(&instance);
            let kind = known.kind(&instance, &self.client).await?;
            settings.identity_management = kind.or(settings.identity_management);
        }
        let has_changed = options.password_changed.unwrap_or_else(|| self.has_new_password(inputs, kept));
        settings.password_changed = Some(has_changed);
        Ok(settings)
    }

    fn has_new_password(&self, inputs: &Leaves, kept: Option<&Kept>) -> bool {
        let password = inputs.get(Property::Password).and_then(Value::as_str).map(Secret::from);
        let recorded = kept.and_then(Kept::password);
        let is_new = |(password, recorded)| !self.fingerprints.matches(recorded, &password);
        password.zip(recorded).is_some_and(is_new)
    }

    /// What rules go by.
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

    /// Whether the names that an instance has are needed to read the inputs.
    pub(super) fn needs_names(&self, inputs: &Leaves) -> bool {
        let named = [Property::RoutingProfileId, Property::SecurityProfileIds, Property::HierarchyGroupId];
        self.checks_ids || named.into_iter().filter_map(|property| inputs.get(property)).any(is_named)
    }

    /// The user as a plan needs it: read whole where a call would write what the last reading left out.
    pub(super) async fn for_plan(
        &self,
        spec: &UserSpec,
        state: UserState,
        settings: &Settings,
    ) -> Result<UserState, Failure> {
        let read = self.reader.for_plan(spec, &state, settings, &self.client).await;
        let what = format_args!("the user `{}` cannot be read", state.name);
        let reading = read.map_err(|error| Failure::of_call(what, &error, Path::root()))?;
        reading.state.ok_or_else(|| gone(&state.name))
    }

    pub(super) fn apply_options(&self) -> apply::ApplyOptions<'_> {
        let sleep = self.pauses.as_ref().map(|pauses| pauses as &dyn Sleep);
        apply::ApplyOptions { sleep, ..apply::ApplyOptions::default() }
    }

    /// The places that a host has named.
    fn places(&self, texts: &[String]) -> Result<Vec<Path>, Failure> {
        let place = |text: &String| {
            let refused = |error: IgnoredPathError| {
                Diagnostic::new(Code::INVALID_VALUE, error.to_string()).with_help(error.help()).into()
            };
            ignored_path(&self.spelling.read_text(text)).map_err(refused)
        };
        texts.iter().map(place).collect()
    }
}

/// The user that a call begins with.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) state: Option<UserState>,
    /// Whether an earlier creation may have made a user who cannot be found yet.
    pub(super) is_uncertain: bool,
}

impl Present {
    fn there(state: UserState) -> Self {
        Self { state: Some(state), is_uncertain: false }
    }
}

/// A user that should be there and is not.
pub(super) fn gone(user: &str) -> Failure {
    let message = format!("the user `{user}` no longer exists in Amazon Connect");
    let help = "read it again, and create it anew if it is still wanted";
    Diagnostic::new(Code::GONE, message).with_severity(Severity::Error).with_help(help).into()
}

/// The instance that the inputs name, where they do.
pub(super) fn instance_of(inputs: &Leaves) -> Option<InstanceId> {
    let id = inputs.get(Property::InstanceId).and_then(Value::as_str).map(InstanceId::new);
    id.filter(|id| id.check().is_ok())
}

/// Whether something is named where ids may stand.
fn is_named(value: &Value) -> bool {
    match value {
        Value::String(text) => RoutingProfileId::new(text.as_str()).named().is_some(),
        Value::List(items) => items.iter().any(is_named),
        _ => false,
    }
}
