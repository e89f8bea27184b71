//! The users of an instance, page by page.

use futures_util::{StreamExt, stream};

use super::{failure::Failure, host::Host, read::unmanaged, snapshot::Snapshot};
use crate::{
    client::{
        ClientError, ErrorKind, FoundUser, ListUsers, ListedUser, PageTokens, PagedRequest, Request,
        SearchUsers,
    },
    read::{Filter, find_by_name, read, to_state},
    user::{InstanceId, Path, Property, UserId, UserState},
};

/// Number of users that are read at the same time; the client's pace limits the rate.
const PARALLELISM: usize = 8;

/// The pages of a listing.
#[derive(Debug)]
pub(super) struct Pages {
    at: Place,
    tokens: PageTokens,
}

/// Where a listing continues.
#[derive(Debug)]
enum Place {
    /// No call was made yet, not even to look up the ids of names in the filter.
    Start(InstanceId),
    Search(SearchUsers),
    /// A caller without the permission to search lists the users, and reads each of them.
    List(ListUsers),
    End,
}

impl Place {
    fn token(&self) -> Option<&str> {
        match self {
            Self::Search(request) => request.page_token(),
            Self::List(request) => request.page_token(),
            Self::Start(_) | Self::End => None,
        }
    }
}

impl Pages {
    pub(super) fn of(instance: InstanceId) -> Self {
        Self { at: Place::Start(instance), tokens: PageTokens::default() }
    }

    /// Returns the next page; `None` at the end. The first page replaces names in the filter with ids. A search returns
    /// users without their personal data; with `whole`, each user is read completely.
    pub(super) async fn next(
        &mut self,
        host: &Host,
        filter: &mut Filter,
        whole: bool,
    ) -> Result<Option<Vec<Snapshot>>, Failure> {
        if let Place::Start(instance) = &self.at {
            if filter.has_names() {
                let meant = filter.in_instances([instance], &host.instances, &host.client).await?;
                let Some(found) = meant.get(instance) else { return Ok(None) };
                filter.clone_from(found);
            }
            self.at = Place::Search(filter.request(instance.clone()));
        }
        let (instance, next, found) = match &self.at {
            Place::Start(_) | Place::End => return Ok(None),
            Place::Search(request) => match request.send(&host.client).await {
                Ok(page) => {
                    let instance = request.instance_id.clone();
                    let next = self.tokens.new_one(SearchUsers::OPERATION, page.next_token);
                    let next = next.map_err(|error| not_listed(&instance, &error))?;
                    let next = next.map_or(Place::End, |token| {
                        Place::Search(filter.request(instance.clone()).next_token(token))
                    });
                    (instance, next, page.items)
                }
                // A list cannot express groups below groups.
                Err(error)
                    if error.kind() == ErrorKind::AccessDenied
                        && request.next_token.is_none()
                        && !filter.with_child_groups =>
                {
                    self.at = Place::List(ListUsers::new(request.instance_id.clone()));
                    return Box::pin(self.next(host, filter, whole)).await;
                }
                Err(error) => return Err(not_listed(&request.instance_id, &error)),
            },
            Place::List(request) => {
                let instance = request.instance_id.clone();
                let page = request.send(&host.client).await.map_err(|error| not_listed(&instance, &error))?;
                let next = self.tokens.new_one(ListUsers::OPERATION, page.next_token);
                let next = next.map_err(|error| not_listed(&instance, &error))?;
                let next = next.map_or(Place::End, |token| {
                    Place::List(ListUsers::new(instance.clone()).next_token(token))
                });
                // A list may leave the name out.
                let may_be_meant = |user: &ListedUser| user.name.is_empty() || filter.names(&user.name);
                let meant = page.items.into_iter().filter(may_be_meant);
                let unnamed = |user: ListedUser| FoundUser::new(user.user_id, user.arn, "");
                (instance, next, meant.map(unnamed).collect())
            }
        };
        let instance = &instance;
        let state = |user: FoundUser| async {
            let user = user;
            match to_state(&user, instance, None) {
                Some(known) if !filter.holds(&known) => Ok(None),
                Some(known) if !whole => Ok(Some(known)),
                _ => one(host, instance, &user.user_id).await,
            }
        };
        let mut states = stream::iter(found).map(state).buffered(PARALLELISM);
        let mut users = Vec::new();
        while let Some(state) = states.next().await {
            let state = state?.filter(|state| filter.holds(state));
            users.extend(state.map(|state| unmanaged(host, state)));
        }
        // A caller that asks again after a failure gets the same page.
        if let Some(token) = next.token() {
            self.tokens.insert(token);
        }
        self.at = next;
        Ok(Some(users))
    }
}

/// Returns the user with exactly this name.
pub(super) async fn named(
    host: &Host,
    instance: &InstanceId,
    name: &str,
) -> Result<Option<UserState>, Failure> {
    let found = find_by_name(&host.client, instance, name, false).await;
    found.map_err(|error| not_listed(instance, &error))
}

async fn one(host: &Host, instance: &InstanceId, user: &UserId) -> Result<Option<UserState>, Failure> {
    let read = read(&host.client, instance, user).await;
    read.map_err(|error| {
        Failure::of_call(format_args!("the user `{}` cannot be read", user.bare()), &error, Path::root())
    })
}

fn not_listed(instance: &InstanceId, error: &ClientError) -> Failure {
    Failure::of_call(
        format_args!("the users of the instance `{instance}` cannot be listed"),
        error,
        Property::InstanceId.into(),
    )
}
