//! Rules for the settings per channel.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    found::Found,
    subject::{Subject, elements, is_given, known},
};
use crate::user::{Channel, Input, Path, Property, Shape, UserSpec};

pub(super) fn conflicts(subject: &Subject<'_>, found: &mut Found) {
    let spec = subject.spec;
    let Some(phone) = &spec.phone_config else { return };
    let pairs = [
        (
            Property::PhoneType,
            phone.phone_type.known().is_some(),
            Property::PhoneNumberConfigs,
            says(&spec.phone_number_configs),
        ),
        (
            Property::AfterContactWorkTimeLimit,
            is_given(&phone.after_contact_work_time_limit),
            Property::AfterContactWorkConfigs,
            says(&spec.after_contact_work_configs),
        ),
        (
            Property::AutoAccept,
            is_given(&phone.auto_accept),
            Property::AutoAcceptConfigs,
            says(&spec.auto_accept_configs),
        ),
        (
            Property::PersistentConnection,
            is_given(&phone.persistent_connection),
            Property::PersistentConnectionConfigs,
            says(&spec.persistent_connection_configs),
        ),
    ];
    for (block, in_block, channels, in_channels) in pairs {
        if in_block && in_channels {
            let whole = Path::root().member("phoneConfig");
            let remove = if block == Property::PhoneType { whole } else { block.into() };
            found.add_related(
                channels,
                format_args!("and `{block:#}` say the same thing, and only one of them may"),
                format!("remove `{remove:#}`, or `{channels:#}`"),
                vec![block.into()],
            );
        }
    }
}

/// Whether a list has elements.
fn says<T>(list: &Option<Input<Vec<T>>>) -> bool {
    known(list).is_some_and(|list| !list.is_empty())
}

/// Returns the channels of every list, with their paths.
fn channels(spec: &UserSpec) -> impl Iterator<Item = (Property, Vec<(Path, Channel)>)> {
    let lists = Property::ALL.iter().filter(|property| property.info().shape == Shape::Channels);
    lists.map(|property| {
        let channels = spec.channels(*property).into_iter().enumerate();
        let known = channels.filter_map(|(index, channel)| {
            Some((Path::from(*property).index(index).member("channel"), channel?))
        });
        (*property, known.collect())
    })
}

pub(super) fn duplicates(subject: &Subject<'_>, found: &mut Found) {
    for (_, list) in channels(subject.spec) {
        let mut first_places = BTreeMap::new();
        for (place, channel) in list {
            match first_places.entry(channel) {
                Entry::Vacant(entry) => drop(entry.insert(place)),
                Entry::Occupied(first) => {
                    let what = format_args!("is `{channel}` a second time");
                    found.add_related(place, what, "give each channel once", vec![first.get().clone()]);
                }
            }
        }
    }
}

pub(super) fn not_voice(subject: &Subject<'_>, found: &mut Found) {
    for (property, list) in channels(subject.spec) {
        if matches!(property, Property::AutoAcceptConfigs | Property::AfterContactWorkConfigs) {
            continue;
        }
        for (place, channel) in list.into_iter().filter(|(_, channel)| *channel != Channel::Voice) {
            let what = format_args!("is `{channel}`, and `{property:#}` is for `VOICE` only");
            found.add(place, what, "use `VOICE`, or remove the element");
        }
    }
}

pub(super) fn agent_first(subject: &Subject<'_>, found: &mut Found) {
    let spec = subject.spec;
    let accepts = elements(&spec.auto_accept_configs, Property::AutoAcceptConfigs).map(|(place, config)| {
        let has = is_given(&config.agent_first_callback_auto_accept);
        (place.member("agentFirstCallbackAutoAccept"), &config.channel, has)
    });
    let works = elements(&spec.after_contact_work_configs, Property::AfterContactWorkConfigs).map(
        |(place, config)| {
            let work = config.agent_first_callback_after_contact_work_config.as_ref();
            let has = work.is_some_and(|work| work.after_contact_work_time_limit.known().is_some());
            (place.member("agentFirstCallbackAfterContactWorkConfig"), &config.channel, has)
        },
    );
    for (place, channel, has) in accepts.chain(works) {
        if let Some(channel) = channel.known().filter(|channel| has && **channel != Channel::Voice) {
            let what = format_args!("is for `VOICE` only, not for `{channel}`");
            found.add(place, what, "remove it");
        }
    }
}
