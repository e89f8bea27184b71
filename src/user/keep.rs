//! A spec in which whatever is ignored says what is there.

use std::borrow::Cow;

use super::{
    IdentityInfo, Input, PhoneConfig, Property, UserSpec, UserState, convert::ToSpec,
    keep_element::keep_elements, options::Options,
};

/// The spec with the values that the user has now wherever changes are ignored and the spec sets something.
///
/// Comparison, calls and replacements made from it keep what is ignored without knowing of it. What the spec
/// leaves out stays left out.
pub(crate) fn keep_ignored<'a>(
    spec: &'a UserSpec,
    state: &UserState,
    options: &Options,
) -> Cow<'a, UserSpec> {
    if options.ignore_changes.is_empty() {
        return Cow::Borrowed(spec);
    }
    let mut there = state.whole_spec();
    let mut lost = state.record.unfinished.lost(&state.settings).peekable();
    if lost.peek().is_some() {
        // What an apply that failed has overwritten is what is to be there.
        let mut work = state.settings.channels.after_contact_work.clone();
        work.extend(lost);
        there.after_contact_work_configs = Some(Input::Known(work.to_spec()));
    }
    let mut kept = spec.clone();
    for property in options.ignored().iter() {
        keep(&mut kept, &there, property);
    }
    keep_elements(&mut kept, &there, options);
    if !options.ignores(Property::Tags)
        && let Some(Input::Known(own)) = &mut kept.tags
    {
        let is_kept = |key: &String| options.keeps_tag(key);
        own.retain(|key, _| !is_kept(key) || state.tags_all.contains_key(key));
        for (key, value) in own.iter_mut().filter(|(key, _)| is_kept(key)) {
            if let Some(there) = state.tags_all.get(key) {
                *value = Input::Known(there.clone());
            }
        }
    }
    Cow::Owned(kept)
}

fn keep(spec: &mut UserSpec, there: &UserSpec, property: Property) {
    fn set<T: Clone>(wanted: &mut Option<T>, there: &Option<T>) {
        if wanted.is_some() {
            wanted.clone_from(there);
        }
    }
    let identity = |spec: &mut UserSpec,
                    part: fn(&mut IdentityInfo) -> &mut Option<Input<super::Personal>>| {
        if let Some(wanted) = &mut spec.identity_info {
            let mut there = there.identity_info.clone().unwrap_or_default();
            set(part(wanted), part(&mut there));
        }
    };
    let phone = |spec: &mut UserSpec, keep: fn(&mut PhoneConfig, &PhoneConfig)| {
        if let (Some(wanted), Some(there)) = (&mut spec.phone_config, &there.phone_config) {
            keep(wanted, there);
        }
    };
    match property {
        Property::InstanceId => spec.instance_id.clone_from(&there.instance_id),
        Property::Name => set(&mut spec.name, &there.name),
        // Nobody knows the password that is there: that it differs is what is ignored.
        Property::Password => {}
        Property::DirectoryUserId => set(&mut spec.directory_user_id, &there.directory_user_id),
        Property::HierarchyGroupId => set(&mut spec.hierarchy_group_id, &there.hierarchy_group_id),
        Property::RoutingProfileId => spec.routing_profile_id.clone_from(&there.routing_profile_id),
        Property::SecurityProfileIds => spec.security_profile_ids.clone_from(&there.security_profile_ids),
        Property::FirstName => identity(spec, |identity| &mut identity.first_name),
        Property::LastName => identity(spec, |identity| &mut identity.last_name),
        Property::Email => identity(spec, |identity| &mut identity.email),
        Property::SecondaryEmail => identity(spec, |identity| &mut identity.secondary_email),
        Property::Mobile => identity(spec, |identity| &mut identity.mobile),
        Property::PhoneType => {
            phone(spec, |phone, there| {
                phone.phone_type.clone_from(&there.phone_type);
                // Type and number are one: a desk phone without its number is refused.
                if phone.desk_phone_number.is_none() {
                    phone.desk_phone_number.clone_from(&there.desk_phone_number);
                }
            });
        }
        Property::AfterContactWorkTimeLimit => phone(spec, |phone, there| {
            set(&mut phone.after_contact_work_time_limit, &there.after_contact_work_time_limit);
        }),
        Property::AutoAccept => phone(spec, |phone, there| set(&mut phone.auto_accept, &there.auto_accept)),
        Property::DeskPhoneNumber => {
            phone(spec, |phone, there| set(&mut phone.desk_phone_number, &there.desk_phone_number));
        }
        Property::PersistentConnection => {
            phone(spec, |phone, there| set(&mut phone.persistent_connection, &there.persistent_connection));
        }
        Property::AutoAcceptConfigs => set(&mut spec.auto_accept_configs, &there.auto_accept_configs),
        Property::AfterContactWorkConfigs => {
            set(&mut spec.after_contact_work_configs, &there.after_contact_work_configs);
        }
        Property::PhoneNumberConfigs => {
            set(&mut spec.phone_number_configs, &there.phone_number_configs);
            // Every user has a phone: one that is not kept per channel is kept in the block.
            if let (None, None, Some(there)) =
                (&spec.phone_number_configs, &spec.phone_config, &there.phone_config)
            {
                let (phone_type, number) = (there.phone_type, there.desk_phone_number.clone());
                let phone = PhoneConfig::builder().phone_type(phone_type).maybe_desk_phone_number(number);
                spec.phone_config = Some(phone.build());
            }
        }
        Property::PersistentConnectionConfigs => {
            set(&mut spec.persistent_connection_configs, &there.persistent_connection_configs);
        }
        Property::VoiceEnhancementConfigs => {
            set(&mut spec.voice_enhancement_configs, &there.voice_enhancement_configs);
        }
        Property::UserProficiencies => set(&mut spec.user_proficiencies, &there.user_proficiencies),
        Property::Tags => set(&mut spec.tags, &there.tags),
    }
}
