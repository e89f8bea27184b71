//! The users of an instance, page by page.

use bon::Builder;
use futures_util::{StreamExt, stream};

use super::{failure::Failure, host::Host, read::unmanaged, snapshot::Snapshot};
use crate::{
    client::{
        ClientError, ErrorKind, FoundUser, ListUsers, ListedUser, Request, SearchUsers, TextComparison,
        UserCondition, UserField,
    },
    read::{read, to_state},
    user::{
        HierarchyGroupId, InstanceId, Path, RoutingProfileId, SecurityProfileId, Tags, UserId, UserState,
    },
};

/// How many users are read at the same time; how fast is for the client's pace to say.
const PARALLELISM: usize = 8;

/// A filter of the users of an instance: all conditions that are given must hold. Default: none, which is
/// every user.
#[derive(Builder, Clone, Debug, Default)]
#[builder(on(_, into))]
#[non_exhaustive]
pub struct Filter {
    /// The user name; upper and lower case differ.
    pub name: Option<String>,
    /// What the user name begins with.
    pub name_prefix: Option<String>,
    /// The routing profile.
    pub routing_profile_id: Option<RoutingProfileId>,
    /// A security profile that the user has, among others.
    pub security_profile_id: Option<SecurityProfileId>,
    /// The hierarchy group, without those below it.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// Tags that the user has, among others.
    #[builder(default)]
    pub tags: Tags,
}

impl Filter {
    fn request(&self, instance: InstanceId) -> SearchUsers {
        let Self { name, name_prefix, routing_profile_id, security_profile_id, hierarchy_group_id, tags } =
            self;
        let starts = |prefix| UserCondition::text(UserField::Username, TextComparison::StartsWith, prefix);
        let conditions = [
            name.clone().map(UserCondition::name),
            name_prefix.clone().map(starts),
            routing_profile_id.clone().map(UserCondition::routing_profile),
            security_profile_id.clone().map(UserCondition::security_profile),
            hierarchy_group_id.clone().map(UserCondition::hierarchy_group),
        ];
        let condition = conditions.into_iter().flatten().reduce(UserCondition::and);
        SearchUsers { condition, tags: tags.clone(), ..SearchUsers::new(instance) }
    }

    /// Whether everything holds that is given: a search may compare names otherwise, and a list compares nothing.
    fn holds(&self, user: &UserState) -> bool {
        let Self { name, name_prefix, routing_profile_id, security_profile_id, hierarchy_group_id, tags } =
            self;
        let properties = &user.properties;
        let group = properties.hierarchy_group_id.as_ref();
        name.as_ref().is_none_or(|name| user.name == *name)
            && name_prefix.as_ref().is_none_or(|prefix| user.name.starts_with(prefix.as_str()))
            && routing_profile_id.as_ref().is_none_or(|id| *id == properties.routing_profile_id)
            && security_profile_id.as_ref().is_none_or(|id| properties.security_profile_ids.contains(id))
            && hierarchy_group_id.as_ref().is_none_or(|id| group == Some(id))
            && tags.iter().all(|(key, value)| user.tags_all.get(key) == Some(value))
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
    pub(super) fn of(instance: InstanceId, filter: &Filter) -> Self {
        Self::Search(filter.request(instance))
    }

    /// The next page; nothing at the end. Users of whom a search tells everything but personal data are read as
    /// far as that goes, with `whole` completely.
    pub(super) async fn next(
        &mut self,
        host: &Host,
        filter: &Filter,
        whole: bool,
    ) -> Result<Option<Vec<Snapshot>>, Failure> {
        let (instance, next, found) = match self {
            Self::End => return Ok(None),
            Self::Search(request) => match request.send(&host.client).await {
                Ok(page) => {
                    let instance = request.instance_id.clone();
                    let next = page.next_token.filter(|token| request.next_token.as_ref() != Some(token));
                    let next = next.map_or(Self::End, |token| {
                        Self::Search(filter.request(instance.clone()).next_token(token))
                    });
                    (instance, next, page.items)
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
                let next = next.map_or(Self::End, |token| {
                    Self::List(ListUsers::new(instance.clone()).next_token(token))
                });
                let unnamed = |user: ListedUser| FoundUser::new(user.user_id, user.arn, "");
                (instance, next, page.items.into_iter().map(unnamed).collect())
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
        // Whoever asks again after a failure gets the same page.
        *self = next;
        Ok(Some(users))
    }
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
        Path::root(),
    )
}
