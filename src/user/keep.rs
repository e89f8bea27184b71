//! Replaces ignored properties of a spec with their actual values.

use std::borrow::Cow;

use super::{
    Input, PhoneConfig, Property, UserSpec, UserState, keep_element::keep_elements, settings::Settings,
    settle::Settle,
};

/// Returns the spec with the actual values of those properties that the spec sets and whose changes are ignored.
///
/// Comparisons, calls and replacements that are made from this spec keep ignored properties without knowing of them.
/// Properties that the spec leaves out stay left out.
pub(crate) fn keep_ignored<'a>(
    spec: &'a UserSpec,
    state: &UserState,
    settings: &Settings,
) -> Cow<'a, UserSpec> {
    if settings.ignore_changes.is_empty() {
        return Cow::Borrowed(spec);
    }
    let mut there = state.whole_spec();
    let mut lost = state.record.unfinished.lost(&state.properties).peekable();
    if lost.peek().is_some() {
        // The values that a failed apply has overwritten must be kept.
        let mut work = state.properties.channels.after_contact_work.clone();
        work.extend(lost);
        there.after_contact_work_configs = Some(Input::Known(Settle::of(&work)));
    }
    let mut kept = spec.clone();
    for property in settings.ignored().iter().filter(|property| keeps(*property, spec, state, settings)) {
        keep(&mut kept, &there, property);
    }
    keep_elements(&mut kept, &there, settings);
    if !settings.ignores(Property::Tags)
        && let Some(Input::Known(own)) = &mut kept.tags
    {
        let is_kept = |key: &String| settings.keeps_tag(key);
        own.retain(|key, _| !is_kept(key) || state.tags_all.contains_key(key));
        for (key, value) in own.iter_mut().filter(|(key, _)| is_kept(key)) {
            if let Some(there) = state.tags_all.get(key) {
                *value = Input::Known(there.clone());
            }
        }
    }
    Cow::Owned(kept)
}

/// Whether an ignored property keeps its value. Ids of profiles and groups mean nothing in another instance: a user that
/// is created there gets those of the spec.
pub(crate) fn keeps(property: Property, spec: &UserSpec, state: &UserState, settings: &Settings) -> bool {
    let is_of_instance = matches!(
        property,
        Property::RoutingProfileId | Property::SecurityProfileIds | Property::HierarchyGroupId
    );
    let moves = || {
        !settings.ignores(Property::InstanceId)
            && spec.instance_id.known().is_some_and(|instance| *instance != state.instance_id)
    };
    settings.ignores(property) && !(is_of_instance && moves())
}

fn keep(spec: &mut UserSpec, there: &UserSpec, property: Property) {
    match property {
        // The actual password is not known, so it cannot be kept; its difference is ignored instead.
        Property::Password => return,
        // The phone type and its number belong together: a desk phone without its number is refused.
        Property::PhoneType => {
            if let (Some(phone), Some(there)) = (&mut spec.phone_config, &there.phone_config)
                && phone.desk_phone_number.is_none()
            {
                phone.desk_phone_number.clone_from(&there.desk_phone_number);
            }
        }
        _ => {}
    }
    spec.take_from(there, property);
    // Every user has a phone: a phone that is not kept per channel is kept in the block.
    if property == Property::PhoneNumberConfigs
        && let (None, None, Some(there)) =
            (&spec.phone_number_configs, &spec.phone_config, &there.phone_config)
    {
        let (phone_type, number) = (there.phone_type, there.desk_phone_number.clone());
        let phone = PhoneConfig::builder().phone_type(phone_type).maybe_desk_phone_number(number);
        spec.phone_config = Some(phone.build());
    }
}
