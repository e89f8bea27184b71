//! What the program desires of recorded users, which decides what must be read of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    diff::needs_reading,
    fleet::{ProgramUser, UserKey, matching::match_users},
    user::{ImportId, Input, InstanceId, Property, Replaced, Settings, UserSpec, UserState},
};

/// A user of the program as input of a refresh, perhaps with unknown values.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DesiredSpec<'a> {
    /// The resource name.
    pub name: &'a str,
    /// The desired user, perhaps with unknown values.
    pub spec: &'a UserSpec,
    /// The settings that the user will be planned with.
    pub settings: &'a Settings,
    /// Former resource names: if no user is recorded under the present name, a record under one of the former names is
    /// the record of this user. Default: none.
    pub aliases: &'a [String],
    /// The existing user to import if none is recorded. Default: none.
    pub import: Option<&'a ImportId>,
    /// Whether the user is protected: no account that a replacement has left takes its place then, because its own
    /// account would be deleted. Default: as [`settings`](Self::settings) say.
    pub protect: bool,
}

impl<'a> From<&'a ProgramUser> for DesiredSpec<'a> {
    fn from(user: &'a ProgramUser) -> Self {
        let desired = Self::new(&user.name, user.desired.spec(), user.desired.settings());
        desired.with_protect(user.lifecycle.protect)
    }
}

impl<'a> From<&DesiredSpec<'a>> for DesiredSpec<'a> {
    fn from(desired: &DesiredSpec<'a>) -> Self {
        *desired
    }
}

impl<'a> DesiredSpec<'a> {
    /// A user without aliases and import.
    pub const fn new(name: &'a str, spec: &'a UserSpec, settings: &'a Settings) -> Self {
        Self { name, spec, settings, aliases: &[], import: None, protect: settings.protect }
    }

    /// Sets the former resource names.
    #[must_use]
    pub const fn with_aliases(mut self, aliases: &'a [String]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets the user to import.
    #[must_use]
    pub const fn with_import(mut self, import: Option<&'a ImportId>) -> Self {
        self.import = import;
        self
    }

    /// Protects the user, if its settings do not.
    #[must_use]
    pub const fn with_protect(mut self, protect: bool) -> Self {
        self.protect |= protect;
        self
    }

    /// The instance and the user name, if both are known.
    pub fn identity(&self) -> Option<UserKey<'a>> {
        Some((self.spec.instance_id.known()?, self.spec.name.as_ref()?.known()?.as_str()))
    }
}

/// The users of the program that are recorded, by the resource names of their records.
#[derive(Debug, Default)]
pub(super) struct Needs<'a> {
    desired: HashMap<&'a str, DesiredSpec<'a>>,
    /// The instances of users that are not recorded.
    new: BTreeSet<InstanceId>,
}

impl<'a> Needs<'a> {
    /// `known` are the recorded users; `now` returns the actual state of a recorded user, `None` if it is gone.
    pub(super) fn new<'s>(
        desired: &'s [DesiredSpec<'a>],
        known: &'a BTreeMap<String, Arc<UserState>>,
        now: impl Fn(&'s str, &'s UserState) -> Option<&'s UserState>,
    ) -> Self
    where
        'a: 's,
    {
        let identity = |state: &'s UserState| (&state.instance_id, state.name.as_str());
        let recorded = known.iter().map(|(name, state)| (name.as_str(), now(name, state).map(identity)));
        let wanted = desired.iter().map(|user| (user.name, user.identity()));
        let matched = match_users(wanted, recorded).recorded;
        let mut needs = Self::default();
        for user in desired {
            let recorded = matched.get(user.name).and_then(|name| known.get_key_value(*name));
            match (recorded, &user.spec.instance_id) {
                (Some((recorded, _)), _) => drop(needs.desired.insert(recorded, *user)),
                // An invalid instance id is a mistake of the program, which its validation reports.
                (None, Input::Known(instance)) if instance.check().is_ok() => {
                    needs.new.insert(instance.to_bare());
                }
                (None, _) => {}
            }
        }
        needs
    }

    /// The instances in which users are to be created.
    pub(super) fn instances(&self) -> impl Iterator<Item = &InstanceId> {
        self.new.iter()
    }

    /// Whether the recorded user is in the program.
    pub(super) fn desires(&self, name: &str) -> bool {
        self.desired.contains_key(name)
    }

    /// The resource name in the program of the recorded user.
    pub(super) fn desired_name(&self, name: &str) -> Option<&'a str> {
        self.desired.get(name).map(|user| user.name)
    }

    /// Whether the program desires the recorded user to have the instance and the user name of `user`.
    pub(super) fn is_desired_as(&self, name: &str, user: &Replaced) -> bool {
        let identity = self.desired.get(name).and_then(DesiredSpec::identity);
        identity.is_some_and(|(instance, name)| *instance == user.instance_id && name == user.name)
    }

    /// Whether the program protects the recorded user.
    pub(super) fn is_protected(&self, name: &str) -> bool {
        self.desired.get(name).is_some_and(|user| user.protect)
    }

    /// Whether a plan would write a property of the user that was not read.
    pub(super) fn reading(&self, name: &str, state: &UserState) -> bool {
        self.desired.get(name).is_some_and(|user| !needs_reading(user.spec, state, user.settings).is_empty())
    }

    /// Whether the property of the user is managed, by the record or by the program.
    pub(super) fn manages(&self, name: &str, state: &UserState, property: Property) -> bool {
        state.record.managed.contains(property)
            || self.desired.get(name).is_some_and(|user| user.spec.sets(property))
    }

    /// Whether tags of the user are managed.
    pub(super) fn manages_tags(&self, name: &str, state: &UserState) -> bool {
        state.record.manages_tags()
            || self.manages(name, state, Property::Tags)
            || self.desired.get(name).is_some_and(|user| !user.settings.default_tags.is_empty())
    }
}
