//! Users from the results of a search, which have no e-mail addresses, mobile numbers, proficiencies and times of
//! change.

use crate::{
    client::{FoundUser, UserDescription},
    user::{Identity, InstanceId, Property, PropertySet, UserState},
};

/// Converts the result of a search to a state. Properties that a search does not return keep their recorded values. So
/// does the time of change, so that the time of a changed user differs from the list until the user is read completely.
///
/// `None` if ARN, name or routing profile is neither in the result nor recorded: all users have these, so the result is
/// incomplete.
pub(crate) fn to_state(
    found: &FoundUser,
    instance: &InstanceId,
    known: Option<&UserState>,
) -> Option<UserState> {
    let text = |found: &String, known: Option<&String>| match found.is_empty() {
        true => known.cloned(),
        false => Some(found.clone()),
    };
    let properties = known.map(|known| &known.properties);
    let recorded_directory = known.and_then(|known| known.directory_user_id.as_ref());
    let description = UserDescription {
        user_id: found.user_id.clone(),
        arn: text(&found.arn, known.map(|known| &known.arn))?,
        name: text(&found.name, known.map(|known| &known.name))?,
        directory_user_id: found.directory_user_id.as_ref().or(recorded_directory).cloned(),
        identity: Identity::found(
            found.first_name.clone(),
            found.last_name.clone(),
            properties.map(|properties| &properties.identity),
        ),
        phone: found.phone.clone(),
        routing_profile_id: found
            .routing_profile_id
            .as_ref()
            .or(properties.map(|properties| &properties.routing_profile_id))
            .cloned()?,
        security_profile_ids: found.security_profile_ids.clone(),
        hierarchy_group_id: found.hierarchy_group_id.clone(),
        channels: found.channels.clone(),
        tags: found.tags.clone(),
        last_modified_time: known.and_then(|known| known.last_modified_time),
        last_modified_region: known.and_then(|known| known.last_modified_region.clone()),
        unrecognised: found.unrecognised.clone(),
    };
    let proficiencies = properties.and_then(|properties| properties.proficiencies.clone());
    let mut state = description.into_state(instance.clone(), proficiencies);
    state.proficiencies_last_modified = known.and_then(|known| known.proficiencies_last_modified.clone());
    if let Some(known) = known {
        let mut record = known.record.clone();
        let new =
            state.record.unrecognised.drain(..).filter(|place| !known.record.unrecognised.contains(place));
        record.unrecognised.extend(new);
        let proficiencies = PropertySet::from_iter([Property::UserProficiencies]);
        record.unread = record.unread.intersection(proficiencies);
        state.record = record;
    }
    state.record.unread = state.record.unread.union(PropertySet::NOT_IN_SEARCH);
    Some(state)
}

/// Whether the user was last read by a search.
#[cfg(feature = "fleet")]
pub(crate) fn is_only_found(known: &UserState) -> bool {
    let proficiencies = PropertySet::from_iter([Property::UserProficiencies]);
    known.record.unread.difference(proficiencies) == PropertySet::NOT_IN_SEARCH
}
