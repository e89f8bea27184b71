//! Which users of an instance are meant.

use std::collections::{BTreeSet, HashSet};

use bon::Builder;

use crate::{
    client::{ClientResult, ConnectClient, SearchUsers, TextComparison, UserCondition, UserField, all_pages},
    user::{
        HierarchyGroupId, Id, IdKind, InstanceId, RoutingProfileId, SecurityProfileId, Tags, UserId,
        UserState, nearest, one_line,
    },
};

/// A filter of the users of an instance: all conditions that are given must hold. Default: none, which is
/// every user.
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
/// Profiles and groups may be named as in programs (`name:Sales`, `path:Europe/Berlin`), until
/// [`in_instances`](Self::in_instances) puts ids in their place.
#[derive(Builder, Clone, Debug, Default, PartialEq)]
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
    /// The hierarchy group.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// Whether users of the groups below [`hierarchy_group_id`](Self::hierarchy_group_id) are meant too, which only
    /// a search knows. Default: no.
    #[builder(default)]
    pub with_child_groups: bool,
    /// Tags that the user has, among others.
    #[builder(default)]
    pub tags: Tags,
    /// The group with those below it, where they are known.
    #[builder(skip)]
    pub(super) groups: Option<BTreeSet<HierarchyGroupId>>,
}

/// The kinds of conditions but tags, as they are written.
const KINDS: &[&str] = &["name", "name-prefix", "routing-profile", "security-profile", "group", "group-tree"];

/// The error of reading a condition.
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
    /// What to do about it.
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
    /// Adds a condition that is written as `tag:KEY=VALUE`, `name=NAME`, `name-prefix=TEXT`, `routing-profile=ID`,
    /// `security-profile=ID`, `group=ID`, or `group-tree=ID` (with the groups below it). An id may be `name:NAME`,
    /// and that of a group `path:PATH`.
    ///
    /// # Errors
    ///
    /// [`FilterError`] if it is none of these, has no value, or stands beside another one of its kind.
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

    /// Whether every user is meant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The search for them.
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

    /// Whether a profile or a group is named: [`in_instances`](Self::in_instances) looks its id up.
    pub fn has_names(&self) -> bool {
        fn named<K: IdKind>(id: &Option<Id<K>>) -> bool {
            id.as_ref().is_some_and(|id| id.named().is_some())
        }
        named(&self.routing_profile_id) || named(&self.security_profile_id) || named(&self.hierarchy_group_id)
    }

    /// Whether only an instance tells who is meant: it has the names of profiles and groups, and which groups are below
    /// which.
    pub fn needs_directory(&self) -> bool {
        self.has_names() || self.with_child_groups
    }

    /// Whether a user by itself tells whether it is meant: which groups are below another is known, or does not
    /// matter.
    pub(crate) const fn is_decided(&self) -> bool {
        !self.with_child_groups || self.groups.is_some()
    }

    /// Whether everything holds that is given, as far as the user itself tells: which groups are below which is known
    /// where [`in_instances`](Self::in_instances) has asked. A search may compare names otherwise, and a list compares
    /// nothing.
    pub fn holds(&self, user: &UserState) -> bool {
        let properties = &user.properties;
        self.names(&user.name)
            && self.routing_profile_id.as_ref().is_none_or(|id| *id == properties.routing_profile_id)
            && self.security_profile_id.as_ref().is_none_or(|id| properties.security_profile_ids.contains(id))
            && (!self.is_decided() || self.has_group(properties.hierarchy_group_id.as_ref()))
            && self.tags.iter().all(|(key, value)| user.tags_all.get(key) == Some(value))
    }

    /// Whether users of a group are meant; nobody's group is below an unknown one.
    pub(super) fn has_group(&self, group: Option<&HierarchyGroupId>) -> bool {
        let is_below = |group: &HierarchyGroupId| {
            self.groups.as_ref().is_some_and(|groups| groups.contains(&group.to_bare()))
        };
        self.hierarchy_group_id.is_none()
            || group.is_some_and(|group| self.hierarchy_group_id.as_ref() == Some(group) || is_below(group))
    }

    /// Whether a user of this name can be meant.
    pub(crate) fn names(&self, user: &str) -> bool {
        self.name.as_ref().is_none_or(|name| user == name)
            && self.name_prefix.as_ref().is_none_or(|prefix| user.starts_with(prefix.as_str()))
    }

    /// The ids of the users whom a search finds now: a call per 500 users.
    ///
    /// # Errors
    ///
    /// [`ClientError`](crate::client::ClientError) of the search.
    pub async fn find(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> ClientResult<HashSet<UserId>> {
        let found = all_pages(client, self.request(instance.to_bare())).await?;
        Ok(found.into_iter().map(|user| user.user_id.to_bare()).collect())
    }
}
