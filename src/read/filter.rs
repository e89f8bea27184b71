//! Filters of the users of an instance.

use std::collections::{BTreeSet, HashSet};

use bon::Builder;

use crate::{
    client::{ClientResult, ConnectClient, SearchUsers, TextComparison, UserCondition, UserField, all_pages},
    user::{
        HierarchyGroupId, Id, IdKind, InstanceId, RoutingProfileId, SecurityProfileId, Tags, UserId,
        UserState, nearest, one_line,
    },
};

/// A filter of the users of an instance: a user matches if all given conditions hold. Default: no conditions, all users
/// match.
///
/// ```
/// use connect_user::read::Filter;
///
/// let filter = Filter::default().and("tag:team=red")?.and("name-prefix=agent-")?;
/// assert_eq!(filter.tags.get("team").map(String::as_str), Some("red"));
/// assert_eq!(filter.name_prefix.as_deref(), Some("agent-"));
/// let error = Filter::default().and("rooting-profile=7a9b").unwrap_err();
/// assert_eq!(error.to_string(), "`rooting-profile=7a9b` is not a condition");
/// assert!(error.help().starts_with("did you mean `routing-profile=`?"));
/// # Ok::<(), connect_user::read::FilterError>(())
/// ```
///
/// Profiles and groups may be given by name or path, as in programs (`name:Sales`, `path:Europe/Berlin`);
/// [`in_instances`](Self::in_instances) replaces these by ids.
#[derive(Builder, Clone, Debug, Default, PartialEq)]
#[builder(on(_, into))]
#[non_exhaustive]
pub struct Filter {
    /// The user name, case-sensitive.
    pub name: Option<String>,
    /// The beginning of the user name, case-sensitive.
    pub name_prefix: Option<String>,
    /// The routing profile.
    pub routing_profile_id: Option<RoutingProfileId>,
    /// A security profile of the user; the user may have others.
    pub security_profile_id: Option<SecurityProfileId>,
    /// The hierarchy group.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// Whether users in groups below [`hierarchy_group_id`](Self::hierarchy_group_id) match, too. The state of a user
    /// does not show this: a search, or [`in_instances`](Self::in_instances), finds the groups. Default: `false`.
    #[builder(default)]
    pub with_child_groups: bool,
    /// Tags of the user; the user may have others.
    #[builder(default)]
    pub tags: Tags,
    /// The group and the groups below it, if they are known.
    #[builder(skip)]
    pub(super) groups: Option<BTreeSet<HierarchyGroupId>>,
}

/// The kinds of conditions, without tags, as they are written.
const KINDS: &[&str] = &["name", "name-prefix", "routing-profile", "security-profile", "group", "group-tree"];

/// Error of reading a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {wrong}", one_line(condition))]
pub struct FilterError {
    condition: String,
    wrong: Wrong,
}

/// What is wrong with a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Wrong {
    #[error("is not a condition")]
    Kind,
    #[error("has no value")]
    Value,
    #[error("stands beside another condition of its kind")]
    Other,
}

impl FilterError {
    /// Returns what to do about the error.
    pub fn help(&self) -> String {
        let kind = self.condition.split_once('=').map_or(self.condition.as_str(), |(kind, _)| kind);
        let meant = match self.wrong {
            Wrong::Other => return "take one of them out: all conditions must hold".to_owned(),
            Wrong::Value => {
                let kind = one_line(kind);
                return format!("write `{kind}=VALUE`: no condition asks for an empty value, or for any");
            }
            Wrong::Kind => nearest(kind, KINDS.iter().copied()),
        };
        let meant = meant.map(|near| format!("did you mean `{near}=`? Otherwise ")).unwrap_or_default();
        format!(
            "{meant}write `tag:KEY=VALUE`, `name=NAME`, `name-prefix=TEXT`, `routing-profile=ID`, \
             `security-profile=ID`, `group=ID`, or `group-tree=ID` for a group with those below it; an ID may be \
             `name:NAME`, and that of a group `path:PATH`"
        )
    }
}

impl Filter {
    /// Adds a condition in the form `tag:KEY=VALUE`, `name=NAME`, `name-prefix=TEXT`, `routing-profile=ID`,
    /// `security-profile=ID`, `group=ID`, or `group-tree=ID` (the group and all groups below it). An id may be written
    /// as `name:NAME`, and the id of a group also as `path:PATH`.
    ///
    /// # Errors
    ///
    /// [`FilterError`] if the condition has another form, has no value, or if the filter has a condition of this kind
    /// already.
    pub fn and(mut self, condition: &str) -> Result<Self, FilterError> {
        let (kind, value) = condition.split_once('=').unwrap_or((condition, ""));
        let tag = kind.strip_prefix("tag:").filter(|key| !key.is_empty());
        let error = |wrong| FilterError { condition: condition.to_owned(), wrong };
        if value.is_empty() {
            let is_known = tag.is_some() || KINDS.contains(&kind);
            return Err(error(if is_known { Wrong::Value } else { Wrong::Kind }));
        }
        let is_new = match kind {
            "name" => self.name.replace(value.to_owned()).is_none(),
            "name-prefix" => self.name_prefix.replace(value.to_owned()).is_none(),
            "routing-profile" => self.routing_profile_id.replace(value.into()).is_none(),
            "security-profile" => self.security_profile_id.replace(value.into()).is_none(),
            "group" | "group-tree" => {
                self.with_child_groups = kind == "group-tree";
                self.hierarchy_group_id.replace(value.into()).is_none()
            }
            _ => match tag {
                Some(key) => self.tags.insert(key.to_owned(), value.to_owned()).is_none(),
                None => return Err(error(Wrong::Kind)),
            },
        };
        if is_new { Ok(self) } else { Err(error(Wrong::Other)) }
    }

    /// Whether the filter has no conditions, so that all users match.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the search request for the matching users.
    pub fn request(&self, instance: InstanceId) -> SearchUsers {
        let starts = |prefix| UserCondition::text(UserField::Username, TextComparison::StartsWith, prefix);
        let group = |id| match self.with_child_groups {
            true => UserCondition::hierarchy(id),
            false => UserCondition::hierarchy_group(id),
        };
        let conditions = [
            self.name.clone().map(UserCondition::name),
            self.name_prefix.clone().map(starts),
            self.routing_profile_id.clone().map(UserCondition::routing_profile),
            self.security_profile_id.clone().map(UserCondition::security_profile),
            self.hierarchy_group_id.clone().map(group),
        ];
        let condition = conditions.into_iter().flatten().reduce(UserCondition::and);
        SearchUsers { condition, tags: self.tags.clone(), ..SearchUsers::new(instance) }
    }

    /// Whether a profile or a group is given by name or path: [`in_instances`](Self::in_instances) looks its id up.
    pub fn has_names(&self) -> bool {
        fn named<K: IdKind>(id: &Option<Id<K>>) -> bool {
            id.as_ref().is_some_and(|id| id.named().is_some())
        }
        named(&self.routing_profile_id) || named(&self.security_profile_id) || named(&self.hierarchy_group_id)
    }

    /// Whether the filter needs information from an instance: ids for names, or the groups below a group.
    pub fn needs_directory(&self) -> bool {
        self.has_names() || self.with_child_groups
    }

    /// Whether the state of a user is enough to decide whether it matches: the groups below a group are known, or are
    /// not needed.
    pub(crate) const fn is_decided(&self) -> bool {
        !self.with_child_groups || self.groups.is_some()
    }

    /// Whether all conditions hold for the state of a user. With child groups, the group is checked only after
    /// [`in_instances`](Self::in_instances) has looked the groups up. Check the results of a search with this, too: a
    /// search may compare names differently.
    pub fn holds(&self, user: &UserState) -> bool {
        let properties = &user.properties;
        self.names(&user.name)
            && self.routing_profile_id.as_ref().is_none_or(|id| *id == properties.routing_profile_id)
            && self.security_profile_id.as_ref().is_none_or(|id| properties.security_profile_ids.contains(id))
            && (!self.is_decided() || self.has_group(properties.hierarchy_group_id.as_ref()))
            && self.tags.iter().all(|(key, value)| user.tags_all.get(key) == Some(value))
    }

    /// Whether users in this group match.
    pub(super) fn has_group(&self, group: Option<&HierarchyGroupId>) -> bool {
        let is_below = |group: &HierarchyGroupId| {
            self.groups.as_ref().is_some_and(|groups| groups.contains(&group.to_bare()))
        };
        self.hierarchy_group_id.is_none()
            || group.is_some_and(|group| self.hierarchy_group_id.as_ref() == Some(group) || is_below(group))
    }

    /// Whether a user with this name can match.
    pub(crate) fn names(&self, user: &str) -> bool {
        self.name.as_ref().is_none_or(|name| user == name)
            && self.name_prefix.as_ref().is_none_or(|prefix| user.starts_with(prefix.as_str()))
    }

    /// Searches the matching users, with one call per 500 users, and returns their ids.
    ///
    /// # Errors
    ///
    /// The [`ClientError`](crate::client::ClientError) of the search.
    pub async fn find(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> ClientResult<HashSet<UserId>> {
        let found = all_pages(client, self.request(instance.to_bare())).await?;
        Ok(found.into_iter().map(|user| user.user_id.to_bare()).collect())
    }
}
