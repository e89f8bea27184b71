//! A deployment and its options.

use std::sync::Arc;

use bon::Builder;

use super::{error::DeploymentError, passwords::Passwords, values::auto_name};
use crate::{
    fleet::{
        Entry, FleetOptions, FleetOutcome, FleetPreview, FleetRefused, Guard, Session, StoreChange,
        StoreError,
    },
    interop::program::{Program, ProgramOptions, ProgramResource, Scope},
    read::{Directory, Instances},
    user::{
        AutoName, IdentityManagementType, Input, InstanceId, Path, Property, Settings, UserSpec, UserState,
    },
    validate::{Context, Overrides},
};

/// Deploys a program with a [`Session`]: validates, previews and applies it. Users are handled in order, each after the
/// users that it refers to; values that were unknown in the preview are resolved during the apply.
///
/// ```
/// use connect_user::{
///     client::{Rate, TokenBuckets, TokioTimer, memory::MemoryConnect},
///     diff::Action,
///     fleet::{MemoryStore, Session, SessionOptions},
///     interop::{Deployment, DeploymentOptions, program::{Program, Source}},
///     user::IdentityManagementType,
/// };
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = r#"
/// resources:
///   lead: {type: aws:connect:User, properties: &agent {
///     instanceId: i, name: lead, routingProfileId: r, securityProfileIds: [s],
///     phoneConfig: {phoneType: SOFT_PHONE}, identityInfo: {firstName: Ana, lastName: Roe}}}
///   agent: {type: aws:connect:User, properties: {<<: *agent, name: agent, tags: {lead: "${lead.userId}"}}}
/// "#;
/// let service = MemoryConnect::new();
/// service.add_any_instance(IdentityManagementType::Saml);
/// let (store, timer) = (MemoryStore::default(), Arc::new(TokioTimer::default()));
/// let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
/// let options = SessionOptions::builder().timer(timer).pace(pace).build();
/// let mut session = Session::open(&store, &service, options).await?;
///
/// let program = Program::read(Source::new("users.yaml", text), &[])?;
/// let mut deployment = Deployment::new(&program, &session, DeploymentOptions::default());
/// deployment.refresh(&mut session).await?;
/// let review = deployment.preview(&session).await?;
/// assert!(review.is_valid());
/// assert_eq!(review.preview.count(Action::Create), 2);
/// let options = session.apply_options();
/// deployment.apply(review.preview, &mut session, &options).await?;
/// let (lead, agent) = (session.state("lead").unwrap(), session.state("agent").unwrap());
/// assert_eq!(agent.tags_all.get("lead").map(String::as_str), Some(lead.user_id.as_str()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Deployment<'a> {
    pub(super) program: &'a Program,
    pub(super) options: DeploymentOptions,
    /// The settings that all users without resource options share, once they are made.
    plain: Option<Arc<Settings>>,
    pub(super) passwords: Passwords,
    pub(super) instances: Arc<Instances>,
    pub(super) scope: Scope,
    /// Whether no calls are made to the service.
    pub(super) is_offline: bool,
}

/// Options of a [`Deployment`].
#[derive(Builder, Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeploymentOptions {
    /// Settings of every user; the resource options of each user are added to them ([`ProgramOptions::settings`]). If
    /// they set the identity management type, an instance with another type is refused. Default: the default of each
    /// setting.
    #[builder(default, into)]
    pub settings: Arc<Settings>,
    /// Changed severities of rules. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// Limits of the deletions and replacements in a plan. Default: [`Guard::default`].
    #[builder(default)]
    pub guard: Guard,
    /// Whether a program without users may delete the recorded users; an empty program is more likely a mistake.
    /// Default: `false`, the preview is refused.
    #[builder(default)]
    pub may_be_empty: bool,
    /// The quota "Users per instance", if it is known: deletions come first where it is nearly used up. Default: not
    /// known.
    pub users_per_instance: Option<usize>,
}

impl<'a> Deployment<'a> {
    /// Returns a deployment of a program with the recorded users of a session.
    pub fn new(program: &'a Program, session: &Session<'_>, options: DeploymentOptions) -> Self {
        Self {
            program,
            plain: None,
            options,
            passwords: Passwords::like(session.entries().values()),
            instances: session.instances().clone(),
            scope: Scope::default(),
            is_offline: false,
        }
    }

    /// Applies a preview, as [`Session::apply`] does, and records the fingerprints of passwords, also for users that
    /// did not change, such as after an import.
    ///
    /// # Errors
    ///
    /// [`FleetRefused`] if the preview cannot be applied; nothing is done then. Every other failure is in the outcome.
    pub async fn apply(
        &mut self,
        preview: FleetPreview,
        session: &mut Session<'_>,
        options: &FleetOptions<'_>,
    ) -> Result<FleetOutcome, FleetRefused> {
        let passwords = self.passwords.clone();
        let observer = passwords.observer(options.observer);
        let options = FleetOptions { observer: &observer, ..options.clone() };
        let mut outcome = session.apply(preview, self, &options).await?;
        if let Err(error) = self.note_passwords(session).await {
            outcome.store.get_or_insert(error);
        }
        Ok(outcome)
    }

    /// Returns the name of the profile or group with this id, if its instance was read, as
    /// [`PreviewText::with_names`](crate::diff::PreviewText::with_names) needs it.
    pub fn name_of(&self, property: Property, id: &str) -> Option<String> {
        self.instances.name_of(property, id)
    }

    async fn note_passwords(&self, session: &mut Session<'_>) -> Result<(), StoreError> {
        let unnoted = self.passwords.unnoted(session.entries()).into_iter().map(|(name, entry)| {
            let notes = self.passwords.notes(name, entry.state.as_deref(), &entry.notes);
            StoreChange::put(name.clone(), Entry { notes, ..entry.clone() })
        });
        let changes = unnoted.collect();
        session.commit(changes).await
    }

    /// Reads the identity management type of the instance of a user, and its directory, which resolves names. Offline,
    /// or with an unknown instance, makes no call and returns the expected type.
    pub(super) async fn look_up(
        &mut self,
        spec: &UserSpec,
        session: &Session<'_>,
    ) -> Result<(Option<IdentityManagementType>, Option<Arc<Directory>>), DeploymentError> {
        let expected = self.options.settings.identity_management;
        let Input::Known(instance) = &spec.instance_id else { return Ok((expected, None)) };
        if self.is_offline {
            return Ok((expected, None));
        }
        look_up(instance, expected, spec, session).await
    }

    /// Returns the settings of a user with these options, in an instance with this identity management type.
    pub(super) fn settings(
        &mut self,
        options: &ProgramOptions,
        kind: Option<IdentityManagementType>,
    ) -> Arc<Settings> {
        let made = || {
            let settings = options.settings(&self.options.settings);
            Arc::new(Settings { identity_management: kind, ..settings })
        };
        if !options.is_plain() {
            return made();
        }
        match self.plain.take_if(|plain| plain.identity_management == kind) {
            Some(plain) => self.plain.insert(plain).clone(),
            None => self.plain.insert(made()).clone(),
        }
    }

    /// Returns the context of validating a user.
    pub(super) fn context<'c>(
        &mut self,
        user: &ProgramResource,
        kind: Option<IdentityManagementType>,
        suffix: Option<&str>,
    ) -> Context<'c> {
        let options = user.options();
        let mut settings = self.settings(options, kind);
        if user.is_in_doubt() {
            Arc::make_mut(&mut settings).ignore_changes.push(Path::root());
        }
        let name: AutoName = auto_name(user.name(), suffix);
        Context::builder()
            .exists(options.import.is_some() || user.is_in_doubt())
            .settings(settings)
            .auto_name(name)
            .overrides(self.options.overrides.clone())
            .build()
    }
}

/// Reads the identity management type of an instance, and its directory, which resolves the names that a user refers
/// to.
pub(in crate::interop) async fn look_up(
    instance: &InstanceId,
    expected: Option<IdentityManagementType>,
    spec: &UserSpec,
    session: &Session<'_>,
) -> Result<(Option<IdentityManagementType>, Option<Arc<Directory>>), DeploymentError> {
    let (instances, client) = (session.instances(), session.client());
    let kind = instances.identity_management(instance, expected, client).await?;
    let directory = match &spec.user_proficiencies {
        Some(_) => instances.directory_with_attributes(instance, client).await?,
        None => instances.directory(instance, client).await?,
    };
    Ok((kind, directory))
}

/// Adds the prior state of the user and the directory of its instance to a context.
pub(super) fn beside<'c>(
    context: Context<'c>,
    prior: Option<&'c UserState>,
    names: Option<&'c Directory>,
) -> Context<'c> {
    Context { prior, names: names.map(|names| names as _), ..context }
}
