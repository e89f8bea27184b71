//! The calls of a plan, with their content.

use std::collections::BTreeSet;

use super::work::flatten;
use crate::user::{
    ChannelSettings, HierarchyGroupId, Identity, Operation, Phone, Proficiencies, ProficiencyKey, Replaced,
    RoutingProfileId, SecurityProfileId, SortedSet, Tags, UserProperties, UserState,
};

/// One call of a plan, with its content.
///
/// A call that changes a user does not contain its id: the apply knows it, and in a replacement the new user does not
/// exist yet. The calls that end a user name it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// Creates the desired user.
    Create,
    /// Replaces the identity block.
    Identity(Identity),
    /// Changes the routing profile.
    RoutingProfile(RoutingProfileId),
    /// Replaces the set of security profiles.
    SecurityProfiles(SortedSet<SecurityProfileId>),
    /// Sets or clears the hierarchy group.
    Hierarchy(Option<HierarchyGroupId>),
    /// Replaces the phone block.
    Phone(Phone),
    /// Replaces the settings of these channels.
    Channels(ChannelSettings),
    /// Removes proficiencies.
    Disassociate(BTreeSet<ProficiencyKey>),
    /// Changes levels of proficiencies.
    Levels(Proficiencies),
    /// Adds proficiencies.
    Associate(Proficiencies),
    /// Removes tags.
    Untag(BTreeSet<String>),
    /// Adds tags and changes values.
    Tag(Tags),
    /// Ends the sessions of a user.
    SignOut(Replaced),
    /// Deletes the quick connects that lead to a user.
    DeleteQuickConnects(Replaced),
    /// Deletes a user.
    Delete(Replaced),
}

impl Call {
    /// Returns the API operation.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Create => Operation::CreateUser,
            Self::Identity(_) => Operation::UpdateUserIdentityInfo,
            Self::RoutingProfile(_) => Operation::UpdateUserRoutingProfile,
            Self::SecurityProfiles(_) => Operation::UpdateUserSecurityProfiles,
            Self::Hierarchy(_) => Operation::UpdateUserHierarchy,
            Self::Phone(_) => Operation::UpdateUserPhoneConfig,
            Self::Channels(_) => Operation::UpdateUserConfig,
            Self::Disassociate(_) => Operation::DisassociateUserProficiencies,
            Self::Levels(_) => Operation::UpdateUserProficiencies,
            Self::Associate(_) => Operation::AssociateUserProficiencies,
            Self::Untag(_) => Operation::UntagResource,
            Self::Tag(_) => Operation::TagResource,
            Self::SignOut(_) => Operation::DeleteAllEntitySessions,
            Self::DeleteQuickConnects(_) => Operation::DeleteQuickConnect,
            Self::Delete(_) => Operation::DeleteUser,
        }
    }

    /// Changes the state to the state after the call. A call that creates or deletes the user leaves it as it is.
    pub(crate) fn done(&self, state: &mut UserState) {
        let properties = &mut state.properties;
        match self {
            Self::Create => {}
            Self::Identity(identity) => properties.identity = identity.clone(),
            Self::RoutingProfile(id) => properties.routing_profile_id = id.clone(),
            Self::SecurityProfiles(ids) => properties.security_profile_ids = ids.clone(),
            Self::Hierarchy(id) => properties.hierarchy_group_id = id.clone(),
            Self::Phone(phone) => {
                let work = &mut properties.channels.after_contact_work;
                *work = flatten(work, phone.after_contact_work_time_limit);
                properties.phone = phone.clone();
            }
            Self::Channels(channels) => properties.channels.merge(channels.clone()),
            Self::Disassociate(keys) => {
                properties.proficiencies.get_or_insert_default().retain(|key, _| !keys.contains(key));
            }
            Self::Levels(levels) | Self::Associate(levels) => {
                properties.proficiencies.get_or_insert_default().extend(levels.clone());
            }
            Self::Untag(keys) => state.tags_all.retain(|key, _| !keys.contains(key)),
            Self::Tag(tags) => state.tags_all.extend(tags.clone()),
            Self::SignOut(user) => {
                let unfinished = &mut state.record.unfinished;
                unfinished.sign_out &= user.user_id != state.user_id;
                for old in &mut unfinished.replaced {
                    old.sign_out &= user.user_id != old.user_id;
                }
            }
            Self::DeleteQuickConnects(_) => {}
            Self::Delete(user) => {
                state.record.unfinished.replaced.retain(|other| other.user_id != user.user_id)
            }
        }
        state.record.unfinished.settle(&state.properties);
        if matches!(self, Self::Disassociate(_) | Self::Levels(_) | Self::Associate(_)) {
            state.proficiencies_last_modified = None;
        }
        if self.changes_user() && !self.may_keep_time() {
            // Only a reading returns the new time.
            state.last_modified_time = None;
        }
    }

    /// Whether the call takes a security profile or an e-mail address from a user with these properties.
    pub(crate) fn takes_away(&self, before: &UserProperties) -> bool {
        match self {
            Self::SecurityProfiles(ids) => !before.security_profile_ids.is_subset(ids),
            Self::Identity(identity) => {
                before.identity.email.is_some() && before.identity.email != identity.email
            }
            _ => false,
        }
    }

    /// Whether the call may leave the user's time of change as it is: AWS does not document whether tags and
    /// proficiencies change it.
    const fn may_keep_time(&self) -> bool {
        matches!(
            self,
            Self::Tag(_) | Self::Untag(_) | Self::Associate(_) | Self::Levels(_) | Self::Disassociate(_)
        )
    }

    /// Whether the call changes the user of the plan, rather than creating, signing out or deleting a user.
    pub(crate) const fn changes_user(&self) -> bool {
        !matches!(self, Self::Create | Self::SignOut(_) | Self::DeleteQuickConnects(_) | Self::Delete(_))
    }
}
