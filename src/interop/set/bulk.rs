//! Changes properties of many recorded users.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{edits::PropertyEdits, places::remove};
use crate::{
    fleet::{Desired, DesiredSpec, Entry, PlanOptions, Planner, ProgramUser, Recorded, Session},
    interop::{DeploymentError, DeploymentOptions, Review, ReviewedUser, deployment::look_up},
    user::{Code, Diagnostic, Input, Path, Property, Settings, UserSpec, UserState, Value},
    validate::{Context, resolve_decoded},
};

/// A change of properties of the recorded users that the targets and the filter of a [`Session`] select. It is
/// validated and planned like a program, with a guard, and applied by [`Session::apply`] with
/// [`AllKnown`](crate::fleet::AllKnown).
///
/// All other properties of a user stay unchanged in the service, and do not become managed. The properties that are set
/// are managed from then on, as if a program had set them: the next plan of a program with other values changes them
/// back.
///
/// ```
/// use connect_user::{
///     client::{Rate, TokenBuckets, TokioTimer, memory::MemoryConnect},
///     fleet::{AllKnown, MemoryStore, Session, SessionOptions},
///     interop::{DeploymentOptions, set::{BulkEdit, PropertyEdits}},
///     read::Filter,
///     user::IdentityManagementType,
/// };
/// # use connect_user::interop::{Deployment, program::{Program, Source}};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let text = r#"
/// # resources:
/// #   ana: {type: aws:connect:User, properties: {
/// #     instanceId: i, name: ana, routingProfileId: r, securityProfileIds: [s], tags: {team: red},
/// #     phoneConfig: {phoneType: SOFT_PHONE}, identityInfo: {firstName: Ana, lastName: Roe}}}
/// # "#;
/// # let service = MemoryConnect::new();
/// # service.add_any_instance(IdentityManagementType::Saml);
/// # let store = MemoryStore::default();
/// let timer = Arc::new(TokioTimer::default());
/// let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
/// let options = SessionOptions::builder().timer(timer).pace(pace);
/// let options = options.filter(Filter::default().and("tag:team=red")?).build();
/// # let mut session = Session::open(&store, &service, options.clone()).await?;
/// # let program = Program::read(Source::new("users.yaml", text), &[])?;
/// # let mut deployment = Deployment::new(&program, &session, DeploymentOptions::default());
/// # deployment.refresh(&mut session).await?;
/// # let review = deployment.preview(&session).await?;
/// # session.apply(review.preview, &mut deployment, &session.apply_options()).await?;
/// let mut session = Session::open(&store, &service, options).await?;
///
/// let edits = PropertyEdits::parse(&["routingProfileId=r2"], &[] as &[&str]).map_err(|mut found| found.remove(0))?;
/// let bulk = BulkEdit::new(&edits, DeploymentOptions::default());
/// bulk.refresh(&mut session).await?;
/// let review = bulk.preview(&session).await?;
/// assert!(review.is_valid());
/// let options = session.apply_options();
/// session.apply(review.preview, &mut AllKnown, &options).await?;
/// assert_eq!(session.state("ana").unwrap().properties.routing_profile_id.as_str(), "r2");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BulkEdit<'a> {
    edits: &'a PropertyEdits,
    options: DeploymentOptions,
}

/// The desired state of a recorded user.
struct Target {
    spec: UserSpec,
    mistakes: Vec<Diagnostic>,
    settings: Settings,
}

impl<'a> BulkEdit<'a> {
    /// Returns a change for the users of a session. Of the settings in the options, default tags and ignored changes
    /// are not used.
    pub const fn new(edits: &'a PropertyEdits, options: DeploymentOptions) -> Self {
        Self { edits, options }
    }

    /// Selects recorded users, by their recorded or their actual state, and refreshes them.
    ///
    /// # Errors
    ///
    /// The errors of [`Session::choose`] and [`Session::refresh`].
    pub async fn refresh(&self, session: &mut Session<'_>) -> Result<(), DeploymentError> {
        // The new values do not influence which users are selected.
        session.choose(&[]).await?;
        let mut targets: BTreeMap<String, Target> = BTreeMap::new();
        for (name, state) in session.users().filter(|(name, _)| session.is_meant(name)) {
            // If the change is impossible for a user, it is read all the same, and the preview reports the reason.
            let target = self.target(state).unwrap_or_else(|_| unchanged(state, &self.options.settings));
            targets.insert(name.clone(), target);
        }
        // A user that is to be created is not edited. The program that creates it still needs its entry.
        let (unknown, settings) = (unknown_user(), &self.options.settings);
        let is_without = |(name, entry): (&String, &Entry)| entry.state.is_none().then(|| name.clone());
        let without: Vec<String> = session.entries().iter().filter_map(is_without).collect();
        let without = without.iter().map(|name| DesiredSpec::new(name, &unknown, settings));
        let edited =
            targets.iter().map(|(name, target)| DesiredSpec::new(name, &target.spec, &target.settings));
        let specs: Vec<DesiredSpec<'_>> = edited.chain(without).collect();
        session.refresh(&specs).await?;
        Ok(())
    }

    /// Validates and previews the change. Call [`refresh`](Self::refresh) before.
    ///
    /// The preview has no changes for users for which the change is impossible: do not apply it if the review is not
    /// [valid](Review::is_valid).
    ///
    /// # Errors
    ///
    /// An instance that cannot be read.
    pub async fn preview(&self, session: &Session<'_>) -> Result<Review, DeploymentError> {
        let options = PlanOptions::builder()
            .settings(Settings::clone(&self.options.settings))
            .guard(self.options.guard);
        let mut planner = Planner::new(options.build());
        let mut review = Review::default();
        for name in session.users().map(|(name, _)| name) {
            let Some(state) = session.state(name).filter(|_| session.is_meant(name)) else {
                session.keep(&mut planner, name);
                continue;
            };
            review.checked += 1;
            let found = self.preview_user(name, state, session, &mut planner).await?;
            if found
                .report
                .diagnostics()
                .iter()
                .any(|found| found.is_error() || self.edits.covers(&found.path))
            {
                review.users.push(found);
            }
        }
        review.notices = session.instances().take_notices();
        review.preview = session.preview(planner);
        review.notices.extend(session.notices(&review.preview));
        Ok(review)
    }

    async fn preview_user(
        &self,
        name: &str,
        state: &Arc<UserState>,
        session: &Session<'_>,
        planner: &mut Planner,
    ) -> Result<ReviewedUser, DeploymentError> {
        let (target, in_the_way) = match self.target(state) {
            Ok(target) => (target, None),
            Err(in_the_way) => (unchanged(state, &self.options.settings), Some(in_the_way)),
        };
        let Target { spec, mut mistakes, mut settings } = target;
        mistakes.extend(in_the_way);
        let expected = settings.identity_management;
        let (kind, directory) = look_up(&state.instance_id, expected, &spec, session).await?;
        settings.identity_management = kind;
        let context = Context::builder()
            .exists(true)
            .settings(settings)
            .overrides(self.options.overrides.clone())
            .prior(state)
            .maybe_names(directory.as_deref().map(|names| names as _))
            .build();
        let (desired, report) = resolve_decoded(Arc::new(spec), mistakes, &context);
        match desired.ok().filter(|_| report.is_valid()) {
            Some(desired) => {
                let lifecycle = session.lifecycle(name);
                let user = ProgramUser::builder()
                    .name(name)
                    .desired(Desired::from(desired))
                    .lifecycle(lifecycle.clone())
                    .build();
                let state = self.with_cleared(state);
                planner.want(&user, Some(Recorded::new(name, &state, &lifecycle)));
            }
            None => session.keep(planner, name),
        }
        Ok(ReviewedUser { name: name.to_owned(), report, unresolved: Vec::new() })
    }

    /// The desired state of a recorded user: its actual state with the new values; all other properties are ignored.
    fn target(&self, state: &UserState) -> Result<Target, Diagnostic> {
        let Target { spec, settings, .. } = unchanged(state, &self.options.settings);
        let mut document = spec.encode();
        for property in self.edits.properties() {
            let Some(twin) = property.twin().filter(|twin| !self.edits.has(*twin)) else { continue };
            if state.record.managed.contains(twin) {
                let message =
                    format!("`{property}` cannot be set: the user has `{twin}`, which says the same");
                let help = format!("set `{twin}`, or write `{property}` into the program in its place");
                return Err(Diagnostic::new(Code::CONFLICTING_SETTINGS, message)
                    .at(property)
                    .with_help(help));
            }
            leave_out(&mut document, twin);
        }
        if let Err(path) = self.edits.put(&mut document) {
            let message = format!("`{path}` is not what can be set");
            return Err(Diagnostic::new(Code::WRONG_TYPE, message)
                .at(path)
                .with_help("set all of the property"));
        }
        let (mistakes, spec) = match UserSpec::decode(document) {
            Ok(spec) => (Vec::new(), spec),
            Err(errors) => errors.into_parts(),
        };
        let settings = Settings { ignore_changes: self.ignored(state), ..settings };
        Ok(Target { spec, mistakes, settings })
    }

    /// The paths of all properties except those that are set, and those that hold the same setting.
    fn ignored(&self, state: &UserState) -> Vec<Path> {
        let others = Property::ALL.iter().copied().filter(|property| !self.edits.reaches(*property));
        let mut ignored: Vec<Path> = others.map(Path::from).collect();
        let record = &state.record;
        let keys = state.tags_all.keys().chain(&record.tag_keys).chain(&record.default_tag_keys);
        let tags = keys.map(|key| Path::from(Property::Tags).key(key.as_str()));
        ignored.extend(tags.filter(|tag| self.edits.has(Property::Tags) && !self.edits.covers(tag)));
        ignored
    }

    /// A user with the cleared properties counted as managed, so that they are cleared even if the program did not set
    /// them.
    fn with_cleared<'s>(&self, state: &'s Arc<UserState>) -> Cow<'s, Arc<UserState>> {
        let is_there = state.to_spec(&Settings::default()).managed();
        let missing = self
            .edits
            .cleared()
            .filter(|property| is_there.contains(*property) && !state.record.managed.contains(*property));
        let missing: Vec<Property> = missing.collect();
        if missing.is_empty() {
            return Cow::Borrowed(state);
        }
        let mut state = state.clone();
        let managed = &mut Arc::make_mut(&mut state).record.managed;
        missing.into_iter().for_each(|property| managed.insert(property));
        Cow::Owned(state)
    }
}

/// A target that leaves a user unchanged.
fn unchanged(state: &UserState, settings: &Settings) -> Target {
    let mut settings = settings.clone();
    settings.default_tags.clear();
    settings.ignore_changes = vec![Path::root()];
    Target { spec: state.to_spec(&settings), mistakes: Vec::new(), settings }
}

/// A user of which nothing is known.
fn unknown_user() -> UserSpec {
    let spec = UserSpec::builder().instance_id(Input::Unknown).routing_profile_id(Input::Unknown);
    spec.security_profile_ids([Input::Unknown]).build()
}

/// Removes a property from a document; without its type, the whole phone block is removed.
fn leave_out(document: &mut Value, property: Property) {
    let path = match property {
        Property::PhoneType => Path::root().member("phoneConfig"),
        property => property.into(),
    };
    remove(document, &path);
}
