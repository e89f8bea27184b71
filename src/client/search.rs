//! The conditions of a search for users.

use std::ops::RangeInclusive;

use crate::user::{
    HierarchyGroupId, Personal, ProficiencyKey, RoutingProfileId, SecurityProfileId, UserId, choice,
};

choice! {
    /// A property that [`UserCondition::Text`] compares.
    UserField {
        /// The user name. The service may compare names without regard to case.
        Username = "Username",
        /// The first name.
        FirstName = "FirstName",
        /// The last name.
        LastName = "LastName",
        /// The id of the routing profile.
        RoutingProfileId = "RoutingProfileId",
        /// The id of any of the security profiles.
        SecurityProfileId = "SecurityProfileId",
        /// The id of the user.
        UserId = "resourceId",
    }
}

choice! {
    /// How [`UserCondition::Text`] compares.
    TextComparison {
        /// The property equals the value.
        Exact = "EXACT",
        /// The property starts with the value.
        StartsWith = "STARTS_WITH",
        /// The property contains the value.
        Contains = "CONTAINS",
    }
}

/// The condition of a search for users. `Debug` shows no name.
///
/// ```
/// use connect_user::client::{SearchUsers, TextComparison, UserCondition, UserField};
///
/// let of_team = UserCondition::routing_profile("7a9b").and(UserCondition::hierarchy_group("5c6d"));
/// let named = UserCondition::text(UserField::LastName, TextComparison::StartsWith, "Mc");
/// let request = SearchUsers::new("1c2d").condition(of_team.or(named)).tags([("team".into(), "red".into())]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UserCondition {
    /// All conditions are true; there is at least one.
    All(Vec<UserCondition>),
    /// At least one of the conditions is true.
    Any(Vec<UserCondition>),
    /// A text property equals, starts with or contains a value.
    #[non_exhaustive]
    Text {
        /// The property.
        field: UserField,
        /// How it is compared.
        comparison: TextComparison,
        /// The value; it may be personal.
        value: Personal,
    },
    /// The user is in a hierarchy group.
    #[non_exhaustive]
    HierarchyGroup {
        /// The group.
        id: HierarchyGroupId,
        /// Whether users of the groups below the group are found, too.
        with_child_groups: bool,
    },
    /// The user has a proficiency.
    #[non_exhaustive]
    Proficiency {
        /// The attribute and its value.
        key: ProficiencyKey,
        /// The allowed levels, within 1 to 5; `None` for any level.
        levels: Option<RangeInclusive<u8>>,
    },
}

impl UserCondition {
    /// A text property equals, starts with or contains a value. If the value is an ARN, its id is compared.
    pub fn text(field: UserField, comparison: TextComparison, value: impl Into<String>) -> Self {
        Self::Text { field, comparison, value: Personal::new(value.into()) }
    }

    /// The user has this name.
    pub fn name(name: impl Into<String>) -> Self {
        Self::text(UserField::Username, TextComparison::Exact, name)
    }

    /// The user has this id.
    pub fn user_id(id: impl Into<UserId>) -> Self {
        Self::text(UserField::UserId, TextComparison::Exact, id.into().bare())
    }

    /// The user has this routing profile.
    pub fn routing_profile(id: impl Into<RoutingProfileId>) -> Self {
        Self::text(UserField::RoutingProfileId, TextComparison::Exact, id.into().bare())
    }

    /// The user has this security profile, among others.
    pub fn security_profile(id: impl Into<SecurityProfileId>) -> Self {
        Self::text(UserField::SecurityProfileId, TextComparison::Exact, id.into().bare())
    }

    /// The user is in this hierarchy group.
    pub fn hierarchy_group(id: impl Into<HierarchyGroupId>) -> Self {
        Self::HierarchyGroup { id: id.into(), with_child_groups: false }
    }

    /// The user is in this hierarchy group, or in a group below it.
    pub fn hierarchy(id: impl Into<HierarchyGroupId>) -> Self {
        Self::HierarchyGroup { id: id.into(), with_child_groups: true }
    }

    /// The user has this proficiency, with any level.
    pub const fn proficiency(key: ProficiencyKey) -> Self {
        Self::Proficiency { key, levels: None }
    }

    /// The user has this proficiency, with one of these levels (1 to 5).
    pub const fn proficiency_level(key: ProficiencyKey, levels: RangeInclusive<u8>) -> Self {
        Self::Proficiency { key, levels: Some(levels) }
    }

    /// Both conditions are true.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            one => Self::All(vec![one, other]),
        }
    }

    /// At least one of the conditions is true.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Any(mut any) => {
                any.push(other);
                Self::Any(any)
            }
            one => Self::Any(vec![one, other]),
        }
    }
}
