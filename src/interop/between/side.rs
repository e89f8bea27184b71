//! One of the two instances: what it has, and who is in it.

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
    /// The client: with retry and pace around it, each of its own account and Region.
    pub client: &'a dyn ConnectClient,
}

/// What an instance is.
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
    /// The user, where a search has told enough.
    pub(super) state: Option<UserState>,
}

impl<'a> Side<'a> {
    /// An instance, and the client that reaches it.
    pub const fn new(instance: &'a InstanceId, client: &'a dyn ConnectClient) -> Self {
        Self { instance, client }
    }

    /// How the instance manages identities, and what it has: four calls.
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

    /// Lists the predefined attributes too: a call per hundred.
    pub(super) async fn read_attributes(&self, directory: &Directory) -> Result<(), BetweenError> {
        directory.read_attributes(self.client).await.map(drop).map_err(|error| {
            InstanceError::List { instance: self.instance.clone(), error: Box::new(error) }.into()
        })
    }

    /// Who is in the instance, as far as the filter means them: a call per 1,000 users; with a filter or
    /// [`Strategy::Search`] one per 500.
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
        // An answer may lack a name.
        if !nameless.is_empty() {
            let read = self.read(nameless, options).await;
            let meant = read.users.into_iter().filter(|user| filter.holds(user));
            roster.extend(
                meant.map(|user| (user.name.clone(), Member { id: user.user_id.clone(), state: Some(user) })),
            );
        }
        Ok(roster)
    }

    /// Of those whom another instance has and this roster lacks, as the filter does not mean them here: the ones who are in
    /// the instance all the same.
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

    /// Reads users whole, two calls each.
    pub(in crate::interop) async fn read(&self, users: Vec<UserId>, options: &RefreshOptions) -> Everybody {
        read_users(self.instance, users, self.client, options).await
    }

    /// Those of a roster whom `is_meant` names: as they were found, or read.
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
