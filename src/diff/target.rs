//! What a user should be in the end: what the spec says, over what is there and nobody manages.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    channels::settle_channels,
    compare::is_empty,
    want::{Sides, Want},
};
use crate::user::{
    AfterContactWork, Channel, ChannelSettings, Identity, Input, Personal, Phone, PhoneType, Proficiencies,
    ProficiencyKey, Property, SecurityProfileId, UserProficiency, UserSettings,
};

/// The settings that the user should have in the end; what is still unknown stays as it is.
///
/// Blocks that the API writes whole come out whole: what is read, merged, and then sent.
pub(super) fn target(sides: &Sides<'_>) -> UserSettings {
    let (spec, actual) = (sides.spec, &sides.state.settings);
    let phone = phone(sides);
    UserSettings {
        identity: identity(sides),
        routing_profile_id: match spec.routing_profile_id.known() {
            Some(id) if *id != actual.routing_profile_id => id.clone(),
            _ => actual.routing_profile_id.clone(),
        },
        security_profile_ids: security_profiles(sides),
        hierarchy_group_id: sides
            .want(Property::HierarchyGroupId, spec.hierarchy_group_id.as_ref())
            .settle(actual.hierarchy_group_id.as_ref(), |a, b| a == b),
        channels: channels(sides, &phone),
        proficiencies: proficiencies(sides),
        phone,
    }
}

fn security_profiles(sides: &Sides<'_>) -> BTreeSet<SecurityProfileId> {
    let wanted: Option<BTreeSet<_>> = match &sides.spec.security_profile_ids {
        Input::Known(ids) => ids.iter().map(|id| id.known().cloned()).collect(),
        Input::Unknown => None,
    };
    wanted.unwrap_or_else(|| sides.state.settings.security_profile_ids.clone())
}

fn identity(sides: &Sides<'_>) -> Identity {
    let wanted = sides.spec.identity_info.as_ref();
    let actual = &sides.state.settings.identity;
    let text = |property, input, actual: &Option<Personal>| {
        sides.want::<Personal>(property, input).settle(actual.as_ref(), |a, b| {
            a.filter(|text| !is_empty(text)) == b.filter(|text| !is_empty(text))
        })
    };
    Identity {
        first_name: text(Property::FirstName, wanted.and_then(|i| i.first_name.as_ref()), &actual.first_name),
        last_name: text(Property::LastName, wanted.and_then(|i| i.last_name.as_ref()), &actual.last_name),
        email: text(Property::Email, wanted.and_then(|i| i.email.as_ref()), &actual.email),
        secondary_email: text(
            Property::SecondaryEmail,
            wanted.and_then(|i| i.secondary_email.as_ref()),
            &actual.secondary_email,
        ),
        mobile: text(Property::Mobile, wanted.and_then(|i| i.mobile.as_ref()), &actual.mobile),
    }
}

fn phone(sides: &Sides<'_>) -> Phone {
    let wanted = sides.spec.phone_config.as_ref();
    let actual = &sides.state.settings.phone;
    let phone_type = sides
        .want(Property::PhoneType, wanted.map(|p| &p.phone_type))
        .settle(Some(&actual.phone_type), |a, b| a == b)
        .unwrap_or(PhoneType::SoftPhone);
    let limit = sides
        .want(
            Property::AfterContactWorkTimeLimit,
            wanted.and_then(|p| p.after_contact_work_time_limit.as_ref()),
        )
        .settle(Some(&i64::from(actual.after_contact_work_time_limit)), |a, b| a == b);
    let number = sides
        .want(Property::DeskPhoneNumber, wanted.and_then(|p| p.desk_phone_number.as_ref()))
        .settle(actual.desk_phone_number.as_ref(), |a, b| a == b);
    Phone {
        phone_type,
        auto_accept: sides
            .want(Property::AutoAccept, wanted.and_then(|p| p.auto_accept.as_ref()))
            .settle(Some(&actual.auto_accept), |a, b| a == b)
            .unwrap_or(false),
        after_contact_work_time_limit: limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(0),
        desk_phone_number: number.filter(|_| {
            phone_type == PhoneType::DeskPhone || sides.options.ignores(Property::DeskPhoneNumber)
        }),
        persistent_connection: sides
            .want(Property::PersistentConnection, wanted.and_then(|p| p.persistent_connection.as_ref()))
            .settle(actual.persistent_connection.as_ref(), |a, b| a.unwrap_or(&false) == b.unwrap_or(&false))
            // One that is taken away goes back to the default, said aloud.
            .or_else(|| actual.persistent_connection.map(|_| false)),
    }
}

fn channels(sides: &Sides<'_>, phone: &Phone) -> ChannelSettings {
    let (spec, actual) = (sides.spec, &sides.state.settings.channels);
    ChannelSettings {
        auto_accept: settle_channels(
            &sides.want(Property::AutoAcceptConfigs, spec.auto_accept_configs.as_ref()),
            &actual.auto_accept,
            sides,
        ),
        after_contact_work: after_contact_work(sides, phone),
        phone_number: settle_channels(
            &sides.want(Property::PhoneNumberConfigs, spec.phone_number_configs.as_ref()),
            &actual.phone_number,
            sides,
        ),
        persistent_connection: settle_channels(
            &sides.want(Property::PersistentConnectionConfigs, spec.persistent_connection_configs.as_ref()),
            &actual.persistent_connection,
            sides,
        ),
        voice_enhancement: settle_channels(
            &sides.want(Property::VoiceEnhancementConfigs, spec.voice_enhancement_configs.as_ref()),
            &actual.voice_enhancement,
            sides,
        ),
    }
}

/// Where nobody manages it, a channel whose limit is the block's follows the block, and any other
/// keeps what it has, or had before a change of the block that was cut short.
fn after_contact_work(sides: &Sides<'_>, phone: &Phone) -> BTreeMap<Channel, AfterContactWork> {
    let actual = &sides.state.settings.channels.after_contact_work;
    let want = sides.want(Property::AfterContactWorkConfigs, sides.spec.after_contact_work_configs.as_ref());
    if !matches!(want, Want::Keep) {
        return settle_channels(&want, actual, sides);
    }
    let old = sides.state.settings.phone.after_contact_work_time_limit;
    let is_ignored = sides.is_ignored(Property::AfterContactWorkConfigs);
    let follow =
        |limit: u32| if limit == old && !is_ignored { phone.after_contact_work_time_limit } else { limit };
    let mut kept: BTreeMap<_, _> = actual
        .iter()
        .map(|(channel, work)| {
            let agent_first_callback = work.agent_first_callback.map(follow);
            (*channel, AfterContactWork { time_limit: follow(work.time_limit), agent_first_callback })
        })
        .collect();
    kept.extend(sides.state.record.unfinished.lost(&sides.state.settings));
    kept
}

fn proficiencies(sides: &Sides<'_>) -> Option<Proficiencies> {
    let actual = sides.state.settings.proficiencies.as_ref();
    match sides.want(Property::UserProficiencies, sides.spec.user_proficiencies.as_ref()) {
        Want::Keep | Want::Unknown => actual.cloned(),
        Want::Clear => Some(Proficiencies::new()),
        Want::Value(list) => {
            let settled: Option<Proficiencies> = list.iter().map(known_proficiency).collect();
            settled.or_else(|| actual.cloned())
        }
    }
}

fn known_proficiency(proficiency: &UserProficiency) -> Option<(ProficiencyKey, u8)> {
    let UserProficiency { attribute_name, attribute_value, level } = proficiency;
    let key =
        ProficiencyKey { name: attribute_name.known()?.clone(), value: attribute_value.known()?.clone() };
    Some((key, u8::try_from(*level.known()?).ok()?))
}

/// The block's limit in every channel: what a change of the phone block does.
pub(super) fn flatten(
    work: &BTreeMap<Channel, AfterContactWork>,
    limit: u32,
) -> BTreeMap<Channel, AfterContactWork> {
    work.iter().map(|(channel, work)| (*channel, work.flattened(limit))).collect()
}
