//! The users of a program.

use std::sync::Arc;

use bon::Builder;
use serde::{Deserialize, Serialize};

use super::Notes;
use crate::user::{DesiredUser, Input, InstanceId, Settings, UserSpec, UserState, keep_ignored};

/// A user of a program.
#[derive(Builder, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgramUser {
    /// The resource name: the name of the user in the program, which may differ from its name in Amazon
    /// Connect.
    #[builder(into)]
    pub name: String,
    /// The desired user: a [`DesiredUser`], or a spec with unknown values ([`Desired::partial`]).
    #[builder(into)]
    pub desired: Desired,
    /// Whether the password differs from the password last applied; `None` if the host does not know. Compare it with
    /// the record of the same user, which may have another resource name. Default: not known.
    pub password_changed: Option<bool>,
    /// What happens when the program changes or removes the user. Default: it is replaced or deleted.
    #[builder(default)]
    pub lifecycle: Lifecycle,
    /// The resource names of the users that this user depends on. It is applied after them, and not at all if one of
    /// them fails. For a dependency that stays as it is, it is applied after the users which that dependency depends
    /// on. Give all of them to the planner before this user. Default: none.
    #[builder(default)]
    pub depends_on: Vec<String>,
}

/// A desired user, perhaps with unknown values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Desired {
    /// All values are known and valid.
    Known(DesiredUser),
    /// Some values are unknown: the user is previewed, and planned once they are known.
    Partial(Box<PartialUser>),
}

/// A desired user with unknown values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartialUser {
    /// The spec, with ids instead of names and with the user name filled in: as
    /// [`validate_document`](crate::validate::validate_document) and
    /// [`with_name`](crate::validate::with_name) return it.
    pub spec: Arc<UserSpec>,
    /// The settings that the user is validated and planned with.
    pub settings: Arc<Settings>,
}

impl Desired {
    /// A desired user with unknown values.
    pub fn partial(spec: impl Into<Arc<UserSpec>>, settings: impl Into<Arc<Settings>>) -> Self {
        Self::Partial(Box::new(PartialUser { spec: spec.into(), settings: settings.into() }))
    }

    /// The spec.
    pub fn spec(&self) -> &UserSpec {
        match self {
            Self::Known(desired) => desired.spec(),
            Self::Partial(partial) => &partial.spec,
        }
    }

    /// The settings of the user.
    pub fn settings(&self) -> &Settings {
        match self {
            Self::Known(desired) => desired.settings(),
            Self::Partial(partial) => &partial.settings,
        }
    }

    /// The instance, if it is known.
    pub fn instance_id(&self) -> Option<&InstanceId> {
        match self {
            Self::Known(desired) => Some(desired.instance_id()),
            Self::Partial(partial) => partial.spec.instance_id.known(),
        }
    }

    /// The user name, if it is known.
    pub fn user_name(&self) -> Option<&str> {
        match self {
            Self::Known(desired) => Some(desired.name()),
            Self::Partial(partial) => partial.spec.name.as_ref().and_then(Input::known).map(String::as_str),
        }
    }
}

impl From<DesiredUser> for Desired {
    fn from(desired: DesiredUser) -> Self {
        Self::Known(desired)
    }
}

impl ProgramUser {
    /// The instance and the user name, if both are known.
    pub fn identity(&self) -> Option<(&InstanceId, &str)> {
        Some((self.desired.instance_id()?, self.desired.user_name()?))
    }

    /// Returns the user with the values that ignored properties have in `former`, the user that it replaces.
    pub(super) fn keeping(&self, former: &UserState) -> Self {
        let desired = match &self.desired {
            Desired::Known(desired) => Desired::Known(desired.keeping(former)),
            Desired::Partial(partial) => {
                let spec = keep_ignored(&partial.spec, former, &partial.settings).into_owned();
                Desired::partial(spec, partial.settings.clone())
            }
        };
        Self { desired, ..self.clone() }
    }
}

/// What happens when the program changes or removes the user. The lifecycle is recorded with the user, because it must
/// be known when the user is missing from the program.
#[derive(Builder, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Lifecycle {
    /// Refuses to delete or replace the user. Default: no.
    #[builder(default)]
    pub protect: bool,
    /// Keeps the account, which is no longer managed, when the user is removed from the program, or is replaced by a
    /// user with another user name or in another instance. Default: no.
    #[builder(default)]
    pub retain_on_delete: bool,
    /// The resource whose deletion also deletes the user: if both are missing from the program, the user's record is
    /// removed without a call. Default: none.
    #[builder(into)]
    pub deleted_with: Option<String>,
}

const PROTECT: &str = "protect";
const RETAIN_ON_DELETE: &str = "retainOnDelete";
const DELETED_WITH: &str = "deletedWith";

/// The note of an entry with the id by which its user was imported. If the user has been replaced since, the note says
/// that the program's `import` was carried out.
pub(super) const IMPORT: &str = "import";

/// The note of a user whose copy from another instance has begun and has not finished.
pub(crate) const COPYING: &str = "copying";

impl Lifecycle {
    /// Reads a lifecycle from the notes of an entry.
    pub fn of_notes(notes: &Notes) -> Self {
        let is_set = |name| notes.get(name).is_some_and(|value| value == "true");
        Self {
            protect: is_set(PROTECT),
            retain_on_delete: is_set(RETAIN_ON_DELETE),
            deleted_with: notes.get(DELETED_WITH).cloned(),
        }
    }

    /// Writes the lifecycle to the notes of an entry.
    pub(crate) fn note(&self, notes: &mut Notes) {
        let mut set = |name: &str, value: Option<String>| match value {
            Some(value) => drop(notes.insert(name.to_owned(), value)),
            None => drop(notes.remove(name)),
        };
        set(PROTECT, self.protect.then(|| true.to_string()));
        set(RETAIN_ON_DELETE, self.retain_on_delete.then(|| true.to_string()));
        set(DELETED_WITH, self.deleted_with.clone());
    }
}
