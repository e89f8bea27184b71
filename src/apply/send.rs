//! Sends the request of a call.

use crate::{
    client::{
        AssociateUserProficiencies, ClientResult, ConnectClient, DisassociateUserProficiencies, TagResource,
        UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
        UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles,
    },
    diff::Call,
    user::UserState,
};

/// Removes proficiencies that an adopted user already has from the call.
pub(super) fn without_what_is_there(call: &Call, state: &UserState) -> Call {
    match (call, &state.properties.proficiencies) {
        (Call::Associate(wanted), Some(there)) if wanted.keys().any(|key| there.contains_key(key)) => {
            let new = wanted.iter().filter(|(key, _)| !there.contains_key(*key));
            Call::Associate(new.map(|(key, level)| (key.clone(), *level)).collect())
        }
        _ => call.clone(),
    }
}

/// Makes the single request of a call that changes a user.
pub(super) async fn send(client: &dyn ConnectClient, state: &UserState, call: &Call) -> ClientResult<()> {
    let (instance_id, user_id) = (state.instance_id.clone(), state.user_id.clone());
    let arn = || state.arn.clone();
    match call {
        Call::Identity(identity) => {
            let request = UpdateUserIdentityInfo { instance_id, user_id, identity: identity.clone() };
            client.update_user_identity_info(&request).await
        }
        Call::RoutingProfile(id) => {
            let request = UpdateUserRoutingProfile { instance_id, user_id, routing_profile_id: id.clone() };
            client.update_user_routing_profile(&request).await
        }
        Call::SecurityProfiles(ids) => {
            let request =
                UpdateUserSecurityProfiles { instance_id, user_id, security_profile_ids: ids.clone() };
            client.update_user_security_profiles(&request).await
        }
        Call::Hierarchy(id) => {
            let request = UpdateUserHierarchy { instance_id, user_id, hierarchy_group_id: id.clone() };
            client.update_user_hierarchy(&request).await
        }
        Call::Phone(phone) => {
            let request = UpdateUserPhoneConfig { instance_id, user_id, phone: phone.clone() };
            client.update_user_phone_config(&request).await
        }
        Call::Channels(channels) => {
            let request = UpdateUserConfig { instance_id, user_id, channels: channels.clone() };
            client.update_user_config(&request).await
        }
        Call::Disassociate(keys) => {
            let request = DisassociateUserProficiencies { instance_id, user_id, proficiencies: keys.clone() };
            client.disassociate_user_proficiencies(&request).await
        }
        Call::Levels(levels) => {
            let request = UpdateUserProficiencies { instance_id, user_id, proficiencies: levels.clone() };
            client.update_user_proficiencies(&request).await
        }
        Call::Associate(levels) if levels.is_empty() => Ok(()),
        Call::Associate(levels) => {
            let request = AssociateUserProficiencies { instance_id, user_id, proficiencies: levels.clone() };
            client.associate_user_proficiencies(&request).await
        }
        Call::Untag(keys) => client.untag_resource(&UntagResource { arn: arn(), keys: keys.clone() }).await,
        Call::Tag(tags) => client.tag_resource(&TagResource { arn: arn(), tags: tags.clone() }).await,
        // These calls are not made by one request.
        Call::Create | Call::SignOut(_) | Call::Delete(_) | Call::DeleteQuickConnects(_) => Ok(()),
    }
}
