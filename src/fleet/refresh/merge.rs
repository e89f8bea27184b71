//! Recorded users with what a search has found of them.

use crate::{
    client::FoundUser,
    user::{Identity, Property, PropertySet, Tags, UserSettings, UserState},
};

/// A recorded user with what a search has found, and nothing taken away that a search leaves out. The
/// recorded time of change stays: whoever lists the user next reads it whole.
pub(super) fn merge(known: &UserState, found: &FoundUser) -> UserState {
    let mut state = known.clone();
    let proficiencies = PropertySet::from_iter([Property::UserProficiencies]);
    state.record.unread = PropertySet::NOT_IN_SEARCH.union(known.record.unread.intersection(proficiencies));
    for place in &found.unrecognised {
        if !state.record.unrecognised.contains(place) {
            state.record.unrecognised.push(place.clone());
        }
    }
    let UserSettings { identity, proficiencies, routing_profile_id, .. } = state.settings;
    state.settings = UserSettings {
        identity: Identity {
            first_name: found.first_name.clone(),
            last_name: found.last_name.clone(),
            ..identity
        },
        phone: found.phone.clone(),
        routing_profile_id: found.routing_profile_id.clone().unwrap_or(routing_profile_id),
        security_profile_ids: found.security_profile_ids.clone(),
        hierarchy_group_id: found.hierarchy_group_id.clone(),
        channels: found.channels.clone(),
        proficiencies,
    };
    for (text, found) in [(&mut state.arn, &found.arn), (&mut state.name, &found.name)] {
        if !found.is_empty() {
            text.clone_from(found);
        }
    }
    if found.directory_user_id.is_some() {
        state.directory_user_id.clone_from(&found.directory_user_id);
    }
    state.tags_all.clone_from(&found.tags);
    state.drop_empty_texts();
    state
}

/// A user of whom nothing has changed but its tags.
pub(super) fn with_tags(known: &UserState, tags: Option<&Tags>) -> UserState {
    let mut state = known.clone();
    if let Some(tags) = tags {
        state.tags_all.clone_from(tags);
    }
    state
}
