//! Users as a search has found them: everything but e-mail addresses, mobile numbers, proficiencies and times.

use crate::{
    client::{FoundUser, UserDescription},
    user::{Identity, InstanceId, PropertySet, UserState},
};

/// A user of whom nothing is recorded; `None` where it has no routing profile, which no user is without: then
/// the search has not told everything.
pub(crate) fn to_state(found: &FoundUser, instance: &InstanceId) -> Option<UserState> {
    let FoundUser { user_id, arn, name, .. } = found.clone();
    if arn.is_empty() || name.is_empty() {
        return None;
    }
    let description = UserDescription {
        user_id,
        arn,
        name,
        directory_user_id: found.directory_user_id.clone(),
        identity: Identity {
            first_name: found.first_name.clone(),
            last_name: found.last_name.clone(),
            ..Identity::default()
        },
        phone: found.phone.clone(),
        routing_profile_id: found.routing_profile_id.clone()?,
        security_profile_ids: found.security_profile_ids.clone(),
        hierarchy_group_id: found.hierarchy_group_id.clone(),
        channels: found.channels.clone(),
        tags: found.tags.clone(),
        last_modified_time: None,
        last_modified_region: None,
        unrecognised: found.unrecognised.clone(),
    };
    let mut state = description.into_state(instance.clone(), None);
    state.record.unread = PropertySet::NOT_IN_SEARCH;
    Some(state)
}
