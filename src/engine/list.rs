//! The users of an instance, page by page.

use super::{failure::Failure, host::Host, read::begun, snapshot::Snapshot};
use crate::{
    client::{ClientError, ErrorKind, FoundUser, ListUsers, Request, SearchUsers},
    read::{read, to_state},
    user::{HierarchyGroupId, InstanceId, Path, RoutingProfileId, UserId, UserState},
};

use bon::Builder;

/// Which users of an instance are listed: those of whom everything that is given holds. The default is everybody.
#[derive(Builder, Clone, Debug, Default)]
#[builder(on(_, into))]
#[non_exhaustive]
pub struct Filter {
    /// What the name contains; upper and lower case differ.
    pub name: Option<String>,
    /// The routing profile, by its id.
    pub routing_profile_id: Option<RoutingProfileId>,
    /// The place in the agent hierarchy, by the id of the group; groups below it don't count.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// A tag, by key and value; an empty value means any.
    pub tag: Option<(String, String)>,
}

impl Filter {
    fn holds(&self, user: &UserState) -> bool {
        let Self { name, routing_profile_id, hierarchy_group_id, tag } = self;
        let group = user.properties.hierarchy_group_id.as_ref();
        name.as_ref().is_none_or(|name| user.name.contains(name.as_str()))
            && routing_profile_id
                .as_ref()
                .is_none_or(|id| id.bare() == user.properties.routing_profile_id.bare())
            && hierarchy_group_id
                .as_ref()
                .is_none_or(|id| group.is_some_and(|group| group.bare() == id.bare()))
            && tag.as_ref().is_none_or(|(key, value)| {
                user.tags_all.get(key).is_some_and(|there| value.is_empty() || there == value)
            })
    }
}

/// Where a listing goes on.
#[derive(Debug)]
pub(super) enum Pages {
    Search(SearchUsers),
    /// Whoever may not search has the list, and reads each user.
    List(ListUsers),
    End,
}

impl Pages {
    pub(super) fn of(instance: InstanceId) -> Self {
        Self::Search(SearchUsers::new(instance))
    }

    /// The next page; nothing at the end. Users of whom a search tells everything but personal data are read as
    /// far as that goes, with `whole` completely.
    pub(super) async fn next(
        &mut self,
        host: &Host,
        filter: &Filter,
        whole: bool,
    ) -> Result<Option<Vec<Snapshot>>, Failure> {
        let (instance, found) = match self {
            Self::End => return Ok(None),
            Self::Search(request) => match request.send(&host.client).await {
                Ok(page) => {
                    let instance = request.instance_id.clone();
                    let next = page.next_token.filter(|token| request.next_token.as_ref() != Some(token));
                    *self = next.map_or(Self::End, |token| {
                        Self::Search(SearchUsers::new(instance.clone()).next_token(token))
                    });
                    (instance, page.items)
                }
                Err(error) if error.kind() == ErrorKind::AccessDenied && request.next_token.is_none() => {
                    *self = Self::List(ListUsers::new(request.instance_id.clone()));
                    return Box::pin(self.next(host, filter, whole)).await;
                }
                Err(error) => return Err(not_listed(&request.instance_id, &error)),
            },
            Self::List(request) => {
                let instance = request.instance_id.clone();
                let page = request.send(&host.client).await.map_err(|error| not_listed(&instance, &error))?;
                let next = page.next_token.filter(|token| request.next_token.as_ref() != Some(token));
                *self = next.map_or(Self::End, |token| {
                    Self::List(ListUsers::new(instance.clone()).next_token(token))
                });
                let unnamed = |user: crate::client::ListedUser| FoundUser::new(user.user_id, user.arn, "");
                (instance, page.items.into_iter().map(unnamed).collect())
            }
        };
        let mut users = Vec::new();
        for user in found {
            let known = to_state(&user, &instance, None);
            if known.as_ref().is_some_and(|known| !filter.holds(known)) {
                continue;
            }
            let state = match known {
                Some(known) if !whole => Some(known),
                _ => one(host, &instance, &user.user_id).await?,
            };
            let holds = state.filter(|state| filter.holds(state));
            users.extend(holds.map(|state| begun(host, state, &Snapshot::new(Default::default()))));
        }
        Ok(Some(users))
    }
}

async fn one(host: &Host, instance: &InstanceId, user: &UserId) -> Result<Option<UserState>, Failure> {
    let read = read(&host.client, instance, user).await;
    let what = format_args!("the user `{}` cannot be read", user.bare());
    read.map_err(|error| Failure::of_call(what, &error, Path::root()))
}

fn not_listed(instance: &InstanceId, error: &ClientError) -> Failure {
    Failure::of_call(
        format_args!("the users of the instance `{instance}` cannot be listed"),
        error,
        Path::root(),
    )
}
