//! The users of a file, found in their instances and recorded.

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

/// What has become of the users of a file. Its JSON has the users, and how many others there are.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Adoption {
    /// The users, in the order of the file.
    pub users: Vec<AdoptedUser>,
    /// How many users their instances have beside those of the file. They stay as they are, and nobody manages them.
    pub others: usize,
    /// What could not be checked, and why.
    #[serde(skip)]
    pub notices: Vec<Diagnostic>,
}

/// What has become of a user of a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct AdoptedUser {
    /// The resource name.
    pub name: String,
    /// The outcome.
    pub outcome: AdoptOutcome,
    /// How the file differs from the actual user: what an apply of it would do. Empty where nobody was found.
    pub preview: Preview,
    /// What is wrong with what the file says, and what there is to say of the user.
    pub diagnostics: Vec<Diagnostic>,
    pub(super) lacks: Lacks,
}

/// What a file does not say of a user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacks {
    /// The instance, which is no reference, either.
    pub(super) instance: bool,
    /// The user name, which is no reference, either.
    pub(super) name: bool,
    /// What a user must have to be created.
    pub(super) required: bool,
}

/// The outcome for a user of a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum AdoptOutcome {
    /// The user was found by its name, and is recorded now.
    Adopted(ImportId),
    /// The user was recorded before.
    Recorded(ImportId),
    /// The user is recorded under another resource name, and stays so.
    RecordedAs(ImportId, String),
    /// The instance has no user of that name.
    NotFound,
    /// The file does not say the instance or the user name.
    NotKnown,
    /// Another user is recorded under the resource name.
    NameTaken(ImportId),
    /// The user could not be read.
    Failed(Box<ClientError>),
}

/// Finds the users of a file in their instances by their user names, and records those that are not recorded yet, all or
/// none. Nothing is changed in the service: the differences are shown.
///
/// What the file says of their lifecycle (protection, deletion policies) is recorded with them, and of a password that the
/// file tells a slow fingerprint, as [`Passwords`] notes it.
///
/// A program of the file, which [`write`](fn@super::write) makes, then plans to those differences; to nothing where there
/// are none. It costs a list of each instance, and two calls for each user.
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
            // It was deleted since it was listed.
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
    /// What the file says, and what is wrong with it.
    spec: UserSpec,
    mistakes: Vec<Diagnostic>,
}

/// An instance, as it was listed.
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

/// The accounts that are recorded, and their resource names.
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

    /// Who a user of the file is, and where it is recorded. From then on it counts as recorded: a file may tell it twice.
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

    /// Notes what a program that no longer has the user cannot say, and a fingerprint of the password that the file
    /// tells: a later plan sees by it whether the password is another one.
    fn note(&self, passwords: &Passwords, notes: &mut Notes) {
        self.user.options.lifecycle().note(notes);
        passwords.note(&self.spec, notes);
    }

    /// A user of the name that is not the one of the file: it was created again.
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

/// The users that were found, each as it is or why it cannot be read; those that are gone are left out.
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

/// How the file differs from a user that is there.
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
    // What every user must have and the file does not say is as it is.
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
    // A file that tells a part of the users, as a list of names does, breaks no rule.
    let is_told =
        |found: &&Diagnostic| !is_part || found.code.info().is_none_or(|info| info.stage != Stage::Rule);
    Ok((preview, report.diagnostics().iter().filter(is_told).cloned().collect()))
}

/// The required properties of a user that is there.
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
