//! Adopts the users of a file: finds them in their instances and records them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{
    adopting::{AdoptError, AdoptOptions},
    inputs::merge,
    users::{FileUser, UserFile},
};
use crate::{
    client::ClientError,
    diff::{Preview, preview},
    fleet::{Notes, Session, StoreChange},
    interop::{
        between::{Roster, Side},
        deployment::Passwords,
    },
    read::{Filter, InstanceError, Instances},
    user::{
        Code, DecodeErrors, Diagnostic, IdentityManagementType, ImportId, Input, InstanceId, Property,
        Settings, Stage, UserId, UserSpec, UserState, Value,
    },
    validate::{Context, resolve_decoded},
};

/// Result of [`adopt`]. Its JSON has the users and the number of other users.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Adoption {
    /// The users, in the order of the file.
    pub users: Vec<AdoptedUser>,
    /// Number of users of the same instances that are not in the file. They stay unchanged and are not managed.
    pub others: usize,
    /// Diagnostics about checks that were not possible, with the reason.
    #[serde(skip)]
    pub notices: Vec<Diagnostic>,
}

/// The result for a user of the file.
#[derive(Debug)]
#[non_exhaustive]
pub struct AdoptedUser {
    /// The resource name.
    pub name: String,
    /// The outcome.
    pub outcome: AdoptOutcome,
    /// The changes that an apply of the file would make to the actual user. Empty if no user was found.
    pub preview: Preview,
    /// Mistakes in the inputs of the file, and other diagnostics about the user.
    pub diagnostics: Vec<Diagnostic>,
    pub(super) lacks: Lacks,
}

/// Properties of a user that a file leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacks {
    /// The instance is missing (and is not a reference).
    pub(super) instance: bool,
    /// The user name is missing (and is not a reference).
    pub(super) name: bool,
    /// A property that is required to create a user is missing.
    pub(super) required: bool,
}

/// The outcome for a user of a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum AdoptOutcome {
    /// The user was found by its user name, and was recorded.
    Adopted(ImportId),
    /// The user was recorded under this resource name already.
    Recorded(ImportId),
    /// The user is recorded under another resource name (the text), and stays recorded there.
    RecordedAs(ImportId, String),
    /// The instance has no user with that user name.
    NotFound,
    /// The file does not give the instance or the user name.
    NotKnown,
    /// Another user is recorded under the resource name.
    NameTaken(ImportId),
    /// The user could not be read.
    Failed(Box<ClientError>),
}

/// Finds the users of a file in their instances by user name, and records the users that are not recorded yet, all of
/// them in one write. Nothing is changed in the service; the result has the differences between file and actual users.
///
/// The lifecycle options of the file (protection, deletion policies) are recorded with the users. For a password in the
/// file, its slow fingerprint is recorded, as [`Passwords`] does.
///
/// A plan of the program that [`write`](fn@super::write) makes of the file then has exactly these differences as its
/// changes. Makes the calls to list each instance, and two calls for each user.
///
/// # Errors
///
/// [`AdoptError`] if an instance cannot be listed, or the store cannot be written. A user that cannot be read is
/// [`AdoptOutcome::Failed`].
pub async fn adopt(
    file: &UserFile,
    session: &mut Session<'_>,
    options: &AdoptOptions,
) -> Result<Adoption, AdoptError> {
    let (instances, mut adoption) = (Instances::default(), Adoption::default());
    let wanted: Vec<Wanted<'_>> = file.users.iter().map(Wanted::of).collect();
    let listed = list(&wanted, session, options, &instances).await?;
    let mut recorded = Recorded::of(session);
    let passwords = Passwords::like(session.entries().values());
    let found: Vec<Result<(ImportId, Place), AdoptOutcome>> =
        wanted.iter().map(|user| recorded.find(user, &listed)).collect();
    let states = read(&found, session, options, &mut adoption.notices).await;

    let mut changes = Vec::new();
    for (user, found) in wanted.into_iter().zip(found) {
        let name = user.user.name.clone();
        let found = found.and_then(|(id, place)| match states.get(&id) {
            Some(Ok(state)) => Ok((id, place, state)),
            Some(Err(error)) => Err(AdoptOutcome::Failed(Box::new(error.clone()))),
            // The user was deleted after it was listed.
            None => Err(AdoptOutcome::NotFound),
        });
        let (outcome, state) = match found {
            Err(outcome) => (outcome, None),
            Ok((id, place, state)) => {
                let outcome = match place {
                    Place::New => {
                        let before = session.entries().get(&name).cloned().unwrap_or_default();
                        let mut entry = before.with_state(state.clone());
                        user.note(&passwords, &mut entry.notes);
                        changes.push(StoreChange::put(name.clone(), entry));
                        AdoptOutcome::Adopted(id)
                    }
                    Place::Same => AdoptOutcome::Recorded(id),
                    Place::Other(other) => AdoptOutcome::RecordedAs(id, other),
                };
                (outcome, Some(state))
            }
        };
        let (preview, mut diagnostics) = match state {
            Some(state) => compare(&user, state, &listed, session, options, &instances).await?,
            None => Default::default(),
        };
        diagnostics.extend(user.other_id(&outcome));
        let lacks = user.lacks();
        adoption.users.push(AdoptedUser { name, outcome, preview, diagnostics, lacks });
    }
    session.commit(changes).await?;
    let of_file = adoption.users.iter().filter(|user| is_there(&user.outcome)).count();
    adoption.others =
        listed.values().map(|instance| instance.users.len()).sum::<usize>().saturating_sub(of_file);
    adoption.notices.extend(instances.take_notices());
    Ok(adoption)
}

const fn is_there(outcome: &AdoptOutcome) -> bool {
    !matches!(outcome, AdoptOutcome::NotFound | AdoptOutcome::NotKnown)
}

/// A user of the file.
struct Wanted<'a> {
    user: &'a FileUser,
    /// The inputs of the file, decoded, and their mistakes.
    spec: UserSpec,
    mistakes: Vec<Diagnostic>,
}

/// An instance with its listed users.
struct Listed {
    kind: Option<IdentityManagementType>,
    users: Roster,
}

/// Where a user is recorded.
enum Place {
    New,
    Same,
    Other(String),
}

/// The recorded users, by id and by resource name.
struct Recorded {
    by_id: HashMap<ImportId, String>,
    by_name: HashMap<String, ImportId>,
}

impl Recorded {
    fn of(session: &Session<'_>) -> Self {
        let mut recorded = Self { by_id: HashMap::new(), by_name: HashMap::new() };
        for (name, entry) in session.entries() {
            if let Some(state) = &entry.state {
                recorded.by_name.insert(name.clone(), state.id());
            }
            recorded.by_id.extend(entry.accounts().map(|id| (id, name.clone())));
        }
        recorded
    }

    /// Finds the actual user of a user of the file, and where it is recorded. It counts as recorded from then on,
    /// because a file may have the user twice.
    fn find(
        &mut self,
        user: &Wanted<'_>,
        listed: &BTreeMap<InstanceId, Listed>,
    ) -> Result<(ImportId, Place), AdoptOutcome> {
        let (Some(instance), Some(name)) = (user.instance(), user.name()) else {
            return Err(AdoptOutcome::NotKnown);
        };
        let found = listed.get(&instance).and_then(|listed| listed.users.get(name));
        let id = ImportId::new(&instance, &found.ok_or(AdoptOutcome::NotFound)?.id);
        let resource = &user.user.name;
        match (self.by_id.get(&id), self.by_name.get(resource)) {
            (Some(other), _) if other == resource => Ok((id, Place::Same)),
            (Some(other), _) => Ok((id, Place::Other(other.clone()))),
            (None, Some(other)) => Err(AdoptOutcome::NameTaken(other.clone())),
            (None, None) => {
                self.by_id.insert(id.clone(), resource.clone());
                self.by_name.insert(resource.clone(), id.clone());
                Ok((id, Place::New))
            }
        }
    }
}

impl<'a> Wanted<'a> {
    fn of(user: &'a FileUser) -> Self {
        let (mistakes, spec) = match user.spec() {
            Ok(spec) => (Vec::new(), spec),
            Err(errors) => DecodeErrors::into_parts(errors),
        };
        Self { user, spec, mistakes }
    }

    fn instance(&self) -> Option<InstanceId> {
        self.spec.instance_id.known().filter(|id| id.check().is_ok()).map(InstanceId::to_bare)
    }

    fn name(&self) -> Option<&str> {
        self.spec.name.as_ref().and_then(Input::known).map(String::as_str)
    }

    const fn lacks(&self) -> Lacks {
        Lacks {
            instance: self.user.has_no_instance,
            name: self.spec.name.is_none(),
            required: !self.mistakes.is_empty(),
        }
    }

    /// Adds notes: the lifecycle options, which are needed when the program no longer has the user, and the fingerprint
    /// of the password in the file, by which a later plan recognises a changed password.
    fn note(&self, passwords: &Passwords, notes: &mut Notes) {
        self.user.options.lifecycle().note(notes);
        passwords.note(&self.spec, notes);
    }

    /// A diagnostic if the user with that name has another id than the file says: it was created again.
    fn other_id(&self, outcome: &AdoptOutcome) -> Option<Diagnostic> {
        let (AdoptOutcome::Adopted(found)
        | AdoptOutcome::Recorded(found)
        | AdoptOutcome::RecordedAs(found, _)) = outcome
        else {
            return None;
        };
        let said = self.user.options.import.as_ref().filter(|said| *said != found)?;
        let message = format!("the file says that the user is `{said}`; the one of that name is `{found}`");
        let help = "it was created again, or the file is of another instance";
        Some(Diagnostic::new(Code::RECREATED, message).with_help(help))
    }
}

/// Lists each instance of the file.
async fn list(
    wanted: &[Wanted<'_>],
    session: &Session<'_>,
    options: &AdoptOptions,
    instances: &Instances,
) -> Result<BTreeMap<InstanceId, Listed>, InstanceError> {
    let mut listed = BTreeMap::new();
    for instance in wanted.iter().filter_map(Wanted::instance) {
        if listed.contains_key(&instance) {
            continue;
        }
        let client = session.client();
        let expected = options.settings.identity_management;
        let kind = instances.identity_management(&instance, expected, client).await?;
        let users = Side::new(&instance, client).roster(&Filter::default(), &options.read()).await?;
        listed.insert(instance, Listed { kind, users });
    }
    Ok(listed)
}

/// Reads the users that were found: the state of each, or the error. Users that no longer exist are left out.
async fn read(
    found: &[Result<(ImportId, Place), AdoptOutcome>],
    session: &Session<'_>,
    options: &AdoptOptions,
    notices: &mut Vec<Diagnostic>,
) -> HashMap<ImportId, Result<UserState, ClientError>> {
    let mut users: BTreeMap<&InstanceId, BTreeSet<&UserId>> = BTreeMap::new();
    for (id, _) in found.iter().flatten() {
        users.entry(&id.instance).or_default().insert(&id.user);
    }
    let mut states = HashMap::new();
    for (instance, users) in users {
        let side = Side::new(instance, session.client());
        let read = side.read(users.into_iter().cloned().collect(), &options.read()).await;
        notices.extend(read.unchecked);
        let failed = read.failed.into_iter().map(|(user, error)| (user, Err(error)));
        let all = read.users.into_iter().map(|state| (state.user_id.clone(), Ok(state))).chain(failed);
        states.extend(all.map(|(user, read)| (ImportId::new(instance, &user), read)));
    }
    states
}

/// Compares a user of the file with the actual user.
async fn compare(
    user: &Wanted<'_>,
    state: &UserState,
    listed: &BTreeMap<InstanceId, Listed>,
    session: &Session<'_>,
    options: &AdoptOptions,
    instances: &Instances,
) -> Result<(Preview, Vec<Diagnostic>), InstanceError> {
    let mut settings = user.user.options.settings(&options.settings);
    settings.identity_management = listed.get(&state.instance_id.to_bare()).and_then(|listed| listed.kind);
    // Required properties that the file leaves out are taken from the actual user.
    let is_missing = |mistake: &Diagnostic| mistake.code == Code::MISSING_REQUIRED;
    let is_part = user.mistakes.iter().any(is_missing);
    let (spec, mistakes) = match is_part {
        false => (user.spec.clone(), user.mistakes.clone()),
        true => {
            let mut inputs = user.user.inputs.clone();
            let required = required(state, &inputs);
            merge(&mut inputs, &required);
            match UserSpec::decode(inputs) {
                Ok(spec) => (spec, Vec::new()),
                Err(errors) => {
                    let (mistakes, spec) = errors.into_parts();
                    (spec, mistakes)
                }
            }
        }
    };
    let directory = instances.directory(&state.instance_id, session.client()).await?;
    let mut context = Context::builder()
        .exists(true)
        .settings(settings.clone())
        .overrides(options.overrides.clone())
        .prior(state)
        .build();
    context.names = directory.as_deref().map(|names| names as _);
    let (desired, report) = resolve_decoded(spec.into(), mistakes, &context);
    let preview = match &desired {
        Ok(desired) => preview(desired.spec(), Some(state), &settings),
        Err(spec) => preview(spec, Some(state), &settings),
    };
    // A file that has only some properties, such as a list of names, does not break rules.
    let is_told =
        |found: &&Diagnostic| !is_part || found.code.info().is_none_or(|info| info.stage != Stage::Rule);
    Ok((preview, report.diagnostics().iter().filter(is_told).cloned().collect()))
}

/// The required properties of an actual user.
fn required(state: &UserState, inputs: &Value) -> Value {
    let Value::Map(mut members) = state.to_spec(&Settings::default()).encode() else { return Value::Null };
    let is_required = |name: &str| {
        name == Property::RoutingProfileId.path()
            || name == Property::SecurityProfileIds.path()
            || name == "phoneConfig" && inputs.get("phoneConfig").is_some()
    };
    members.retain(|(name, _)| is_required(name));
    Value::Map(members)
}
