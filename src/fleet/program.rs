//! What a host wants of a fleet.

use std::collections::BTreeMap;

use bon::Builder;

use crate::{
    diff::Settings,
    user::{DesiredUser, Input, InstanceId, UserSpec},
};

/// A user of a program, as far as it is known.
#[derive(Builder, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgramUser {
    /// The resource name: the user's name in the program, which need not be its name in Amazon Connect.
    #[builder(into)]
    pub name: String,
    /// What the user should be: a [`DesiredUser`], or a spec of which something is not known yet.
    #[builder(into)]
    pub desired: Desired,
    /// Whether the password differs from the one last applied to this user, where the host knows. The record
    /// to compare it with is the one that [`match_users`](super::match_users) finds, not the one of the same
    /// resource name. Default: not known.
    pub password_changed: Option<bool>,
    /// What becomes of the user once the program changes or removes it. Default: it is replaced and deleted.
    #[builder(default)]
    pub lifecycle: Lifecycle,
    /// The resource names of the users that this one refers to or depends on: it is created or changed after
    /// them, and not at all where one of them fails. Each must be given to the planner before. Default: none.
    #[builder(default)]
    pub depends_on: Vec<String>,
}

/// What a user should be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "nearly every user is known: no allocation for each")]
pub enum Desired {
    /// Everything is known and valid.
    Known(DesiredUser),
    /// Values are unknown: it is previewed, and planned once they are known.
    Partial(Box<PartialUser>),
}

/// A user of whom something is not known yet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartialUser {
    /// What is known, with ids for names and with the user's own name, as
    /// [`validate_document`](crate::validate::validate_document) and
    /// [`with_name`](crate::validate::with_name) make it.
    pub spec: UserSpec,
    /// What the host has decided about the user: what it is validated and planned with.
    pub options: Settings,
}

impl Desired {
    /// A user of whom something is not known yet.
    pub fn partial(spec: UserSpec, options: Settings) -> Self {
        Self::Partial(Box::new(PartialUser { spec, options }))
    }

    /// The spec.
    pub fn spec(&self) -> &UserSpec {
        match self {
            Self::Known(desired) => desired.spec(),
            Self::Partial(partial) => &partial.spec,
        }
    }

    /// What the host has decided about the user.
    pub fn options(&self) -> &Settings {
        match self {
            Self::Known(desired) => desired.options(),
            Self::Partial(partial) => &partial.options,
        }
    }

    /// The instance that the user is in, where it is known.
    pub fn instance_id(&self) -> Option<&InstanceId> {
        match self {
            Self::Known(desired) => Some(desired.instance_id()),
            Self::Partial(partial) => partial.spec.instance_id.known(),
        }
    }

    /// The user name, where it is known.
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
    /// What Amazon Connect knows the user by, where both are known: its instance, and its name there.
    pub fn identity(&self) -> Option<(&InstanceId, &str)> {
        Some((self.desired.instance_id()?, self.desired.user_name()?))
    }
}

/// What becomes of a user once the program changes or removes it. It is remembered with the user, because the
/// program says it no longer once it matters.
#[derive(Builder, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifecycle {
    /// Whether the user must be neither deleted nor replaced. Default: no.
    #[builder(default)]
    pub protect: bool,
    /// Whether the account stays when the user leaves the program, or is replaced by one of another name: it
    /// is no longer managed then. Default: no.
    #[builder(default)]
    pub retain_on_delete: bool,
    /// The resource with which the user vanishes by itself: where that has left the program too, the user is
    /// forgotten without a call. Default: none.
    #[builder(into)]
    pub deleted_with: Option<String>,
}

const PROTECT: &str = "protect";
const RETAIN_ON_DELETE: &str = "retainOnDelete";
const DELETED_WITH: &str = "deletedWith";

impl Lifecycle {
    /// What is remembered in the notes of an entry.
    pub fn of_notes(notes: &BTreeMap<String, String>) -> Self {
        let is_set = |name| notes.get(name).is_some_and(|value| value == "true");
        Self {
            protect: is_set(PROTECT),
            retain_on_delete: is_set(RETAIN_ON_DELETE),
            deleted_with: notes.get(DELETED_WITH).cloned(),
        }
    }

    /// Remembers it in the notes of an entry.
    pub(super) fn note(&self, notes: &mut BTreeMap<String, String>) {
        let mut set = |name: &str, value: Option<String>| match value {
            Some(value) => drop(notes.insert(name.to_owned(), value)),
            None => drop(notes.remove(name)),
        };
        set(PROTECT, self.protect.then(|| true.to_string()));
        set(RETAIN_ON_DELETE, self.retain_on_delete.then(|| true.to_string()));
        set(DELETED_WITH, self.deleted_with.clone());
    }
}
