//! One of the two instances: its directory and its users.

use std::collections::BTreeMap;

use super::error::BetweenError;
use crate::{
    client::{ClientError, ConnectClient, ListUsers, all_pages},
    read::{
        Directory, Everybody, Filter, InstanceError, Instances, RefreshOptions, Strategy, read_users,
        to_state,
    },
    user::{Diagnostic, IdentityManagementType, InstanceId, UserId, UserState},
};

/// One of the two instances, with the client of its account and Region.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Side<'a> {
    /// The instance.
    pub instance: &'a InstanceId,
    /// The client, with its own retry and pace: each account and Region needs its own.
    pub client: &'a dyn ConnectClient,
}

/// What is known of an instance.
pub(super) struct Known {
    pub(super) kind: Option<IdentityManagementType>,
    pub(super) directory: Directory,
    pub(super) notices: Vec<Diagnostic>,
}

/// The users of an instance, by name.
pub(in crate::interop) type Roster = BTreeMap<String, Member>;

/// A user of an instance.
pub(in crate::interop) struct Member {
    pub(in crate::interop) id: UserId,
    /// The state of the user, if the search returned enough of it.
    pub(super) state: Option<UserState>,
}

impl<'a> Side<'a> {
    /// Returns a side from an instance and the client that reaches it.
    pub const fn new(instance: &'a InstanceId, client: &'a dyn ConnectClient) -> Self {
        Self { instance, client }
    }

    /// Reads the identity management type and the directory of the instance: four calls.
    pub(super) async fn know(&self, expected: Option<IdentityManagementType>) -> Result<Known, BetweenError> {
        self.instance.check()?;
        let instances = Instances::default();
        let kind = instances.identity_management(self.instance, expected, self.client).await?;
        let directory = Directory::read(self.instance, self.client).await;
        let directory = directory.map_err(|error| {
            BetweenError::from(InstanceError::List {
                instance: self.instance.clone(),
                error: Box::new(error),
            })
        })?;
        Ok(Known { kind, directory, notices: instances.take_notices() })
    }

    /// Lists the predefined attributes, too: one call per 100 attributes.
    pub(super) async fn read_attributes(&self, directory: &Directory) -> Result<(), BetweenError> {
        directory.read_attributes(self.client).await.map(drop).map_err(|error| {
            InstanceError::List { instance: self.instance.clone(), error: Box::new(error) }.into()
        })
    }

    /// Lists the users of the instance that match the filter: one call per 1,000 users; with a filter or
    /// [`Strategy::Search`] one call per 500 users.
    pub(in crate::interop) async fn roster(
        &self,
        filter: &Filter,
        options: &RefreshOptions,
    ) -> Result<Roster, InstanceError> {
        let instance = self.instance.to_bare();
        let (mut roster, mut nameless) = (Roster::new(), Vec::new());
        if filter.is_empty() && options.strategy != Strategy::Search {
            let listed = all_pages(self.client, ListUsers::new(instance)).await;
            for user in listed.map_err(|error| self.failed(error))? {
                match user.name.is_empty() {
                    true => nameless.push(user.user_id),
                    false => drop(roster.insert(user.name, Member { id: user.user_id, state: None })),
                }
            }
        } else {
            let found = all_pages(self.client, filter.request(instance)).await;
            for user in found.map_err(|error| self.failed(error))? {
                let Some(state) = to_state(&user, self.instance, None) else {
                    nameless.push(user.user_id);
                    continue;
                };
                if filter.holds(&state) {
                    let name = state.name.clone();
                    let state = (options.strategy == Strategy::Search).then_some(state);
                    roster.insert(name, Member { id: user.user_id, state });
                }
            }
        }
        // The service may return a user without a name: read such users.
        if !nameless.is_empty() {
            let read = self.read(nameless, options).await;
            let meant = read.users.into_iter().filter(|user| filter.holds(user));
            roster.extend(
                meant.map(|user| (user.name.clone(), Member { id: user.user_id.clone(), state: Some(user) })),
            );
        }
        Ok(roster)
    }

    /// Returns the users that are in the roster of the other instance and in this instance, but not in this roster,
    /// because they do not match the filter here.
    pub(super) async fn others(
        &self,
        roster: &Roster,
        other: &Roster,
        options: &RefreshOptions,
    ) -> Result<Roster, InstanceError> {
        let is_wanted = |name: &String| other.contains_key(name) && !roster.contains_key(name);
        if !other.keys().any(is_wanted) {
            return Ok(Roster::new());
        }
        let mut all = self.roster(&Filter::default(), options).await?;
        all.retain(|name, _| is_wanted(name));
        Ok(all)
    }

    /// Reads users completely, with two calls each.
    pub(in crate::interop) async fn read(&self, users: Vec<UserId>, options: &RefreshOptions) -> Everybody {
        read_users(self.instance, users, self.client, options).await
    }

    /// Returns the users of a roster that `is_meant` selects: as the search returned them, or read.
    pub(super) async fn members(
        &self,
        roster: &mut Roster,
        is_meant: impl Fn(&str) -> bool,
        options: &RefreshOptions,
    ) -> Everybody {
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for member in roster.iter_mut().filter(|(name, _)| is_meant(name)).map(|(_, member)| member) {
            match member.state.take() {
                Some(state) => found.push(state),
                None => unread.push(member.id.clone()),
            }
        }
        let mut everybody = self.read(unread, options).await;
        everybody.users.extend(found);
        everybody
    }

    fn failed(&self, error: ClientError) -> InstanceError {
        InstanceError::Read { instance: self.instance.clone(), error: Box::new(error) }
    }
}
