//! Evaluates the conditions of a search.

use super::{config::MemoryInstance, users::StoredUser};
use crate::{
    client::{
        answer::UserDescription,
        search::{TextComparison, UserCondition, UserField},
    },
    user::{HierarchyGroupId, Id},
};

/// Returns the name that a user must have, without regard to case, for the condition to be true.
pub(super) fn exact_name(condition: &UserCondition) -> Option<&str> {
    match condition {
        UserCondition::Text { field: UserField::Username, comparison: TextComparison::Exact, value } => {
            Some(value.as_str())
        }
        UserCondition::All(all) => all.iter().find_map(exact_name),
        _ => None,
    }
}

pub(super) fn holds(condition: &UserCondition, config: &MemoryInstance, user: &StoredUser) -> bool {
    match condition {
        UserCondition::All(all) => all.iter().all(|condition| holds(condition, config, user)),
        UserCondition::Any(any) => any.iter().any(|condition| holds(condition, config, user)),
        UserCondition::Text { field, comparison, value } => {
            let (ids, names) = texts(&user.description, *field);
            ids.into_iter().any(|id| compares(id, *comparison, value))
                // No document says whether the service is case-sensitive here: this service is not.
                || names.is_some_and(|name| compares(&name.to_lowercase(), *comparison, &value.to_lowercase()))
        }
        UserCondition::HierarchyGroup { id, with_child_groups } => {
            let is_it = |group| group == id || (*with_child_groups && is_below(config, group, id));
            user.description.hierarchy_group_id.as_ref().is_some_and(is_it)
        }
        UserCondition::Proficiency { key, levels } => {
            let is_meant = |level| levels.as_ref().is_none_or(|levels| levels.contains(level));
            user.proficiencies.get(key).is_some_and(is_meant)
        }
    }
}

/// Returns the values of a property: ids, or a name.
fn texts(user: &UserDescription, field: UserField) -> (Vec<&str>, Option<&str>) {
    let identity = &user.identity;
    match field {
        UserField::Username => (vec![], Some(&user.name)),
        UserField::FirstName => (vec![], identity.first_name.as_deref()),
        UserField::LastName => (vec![], identity.last_name.as_deref()),
        UserField::RoutingProfileId => (vec![user.routing_profile_id.bare()], None),
        UserField::SecurityProfileId => (user.security_profile_ids.iter().map(Id::bare).collect(), None),
        UserField::UserId => (vec![user.user_id.bare()], None),
    }
}

fn compares(text: &str, comparison: TextComparison, value: &str) -> bool {
    match comparison {
        TextComparison::Exact => text == value,
        TextComparison::StartsWith => text.starts_with(value),
        TextComparison::Contains => text.contains(value),
    }
}

/// Whether a group is below another group.
fn is_below(config: &MemoryInstance, group: &HierarchyGroupId, above: &HierarchyGroupId) -> bool {
    let path = |id: &HierarchyGroupId| config.names.hierarchy_groups.get(id.bare());
    let (Some(path), Some(above)) = (path(group), path(above)) else { return false };
    path.len() > above.len() && path.starts_with(above)
}
