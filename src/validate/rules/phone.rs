//! Rules for phones and after contact work, in the phone block and per channel. No message shows a number.

use super::{
    found::{Found, Weight},
    subject::{Subject, elements, is_given, known},
};
use crate::{
    user::{
        AfterContactWorkConfig, Bounds, Channel, Input, Path, Personal, PhoneType, Property,
        bounds::{Grouped, outside},
    },
    validate::text::is_e164,
};

/// Bounds of after contact work, for any channel.
const LIMIT: Bounds = Property::AfterContactWorkTimeLimit.info().bounds;

const MOST_CHAT_SECONDS: i64 = 5_400;

pub(super) fn required(subject: &Subject<'_>, found: &mut Found) {
    let spec = subject.spec;
    let says_type = match &spec.phone_number_configs {
        None => false,
        Some(Input::Unknown) => true,
        Some(Input::Known(configs)) => configs
            .iter()
            .any(|config| config.channel.known().is_none_or(|channel| *channel == Channel::Voice)),
    };
    if spec.phone_config.is_none() && !says_type {
        let (block, channels) = (Path::root().member("phoneConfig"), Property::PhoneNumberConfigs);
        let message =
            format!("`{block:#}` is required, unless `{channels:#}` says the phone type for `VOICE`");
        let help = format!("give `{:#}`, such as `SOFT_PHONE`", Property::PhoneType);
        found.add_message(Weight::Usual, Property::PhoneType, message, help);
    }
}

/// A phone, in the phone block or in a list.
struct Phone<'a> {
    phone_type: Option<PhoneType>,
    number: &'a Option<Input<Personal>>,
    place: Path,
}

fn phones<'a>(subject: &Subject<'a>) -> Vec<Phone<'a>> {
    let block = subject.spec.phone_config.iter().map(|phone| Phone {
        phone_type: phone.phone_type.known().copied(),
        number: &phone.desk_phone_number,
        place: Property::DeskPhoneNumber.into(),
    });
    let channels = elements(&subject.spec.phone_number_configs, Property::PhoneNumberConfigs);
    let channels = channels.map(|(place, config)| Phone {
        phone_type: config.phone_type.known().copied(),
        number: &config.phone_number,
        place: place.member("phoneNumber"),
    });
    block.chain(channels).collect()
}

pub(super) fn number_required(subject: &Subject<'_>, found: &mut Found) {
    for Phone { phone_type, number, place } in phones(subject) {
        if phone_type == Some(PhoneType::DeskPhone) && number.is_none() {
            found.add(
                place,
                "is required with `DESK_PHONE`",
                "give the telephone's number in E.164, such as `+16175550123`",
            );
        }
    }
}

pub(super) fn number_unused(subject: &Subject<'_>, found: &mut Found) {
    for Phone { phone_type, number, place } in phones(subject) {
        if phone_type == Some(PhoneType::SoftPhone) && is_given(number) {
            let what = "is without effect with `SOFT_PHONE`, and is not sent";
            found.add(place, what, "remove it, or choose `DESK_PHONE`");
        }
    }
}

pub(super) fn number_form(subject: &Subject<'_>, found: &mut Found) {
    // The number of a soft phone is not sent; another rule warns of it.
    for Phone { phone_type, number, place } in phones(subject) {
        let is_wrong = known(number).is_some_and(|number| !is_e164(number));
        if phone_type == Some(PhoneType::DeskPhone) && is_wrong {
            found.add(
                place,
                "is not a number in E.164",
                "write `+`, the country code and the number: `+16175550123`",
            );
        }
    }
}

pub(super) fn persistent_unused(subject: &Subject<'_>, found: &mut Found) {
    let Some(phone) = &subject.spec.phone_config else { return };
    if phone.phone_type.known() == Some(&PhoneType::DeskPhone)
        && known(&phone.persistent_connection) == Some(&true)
    {
        let what = "is without effect with `DESK_PHONE`";
        found.add(Property::PersistentConnection, what, "remove it, or choose `SOFT_PHONE`");
    }
}

/// Returns every limit of after contact work, with its channel if it has one.
fn limits(subject: &Subject<'_>) -> Vec<(Path, Option<Channel>, i64)> {
    let block =
        subject.spec.phone_config.as_ref().and_then(|phone| known(&phone.after_contact_work_time_limit));
    let mut all: Vec<_> =
        block.into_iter().map(|limit| (Property::AfterContactWorkTimeLimit.into(), None, *limit)).collect();
    let mut add = |place: &Path, member: &'static str, channel, config: &AfterContactWorkConfig| {
        if let Some(limit) = config.after_contact_work_time_limit.known() {
            all.push((place.member(member).member("afterContactWorkTimeLimit"), channel, *limit));
        }
    };
    for (place, config) in
        elements(&subject.spec.after_contact_work_configs, Property::AfterContactWorkConfigs)
    {
        let channel = config.channel.known().copied();
        add(&place, "afterContactWorkConfig", channel, &config.after_contact_work_config);
        if let Some(callback) = &config.agent_first_callback_after_contact_work_config {
            add(&place, "agentFirstCallbackAfterContactWorkConfig", channel, callback);
        }
    }
    all
}

pub(super) fn work_limit(subject: &Subject<'_>, found: &mut Found) {
    for (place, _, limit) in limits(subject) {
        if let Some(problem) = outside(LIMIT, limit) {
            let is_carried = u32::try_from(limit).is_ok();
            let weight = if is_carried { Weight::Usual } else { Weight::Unsendable };
            found.add_weighed(weight, place, problem, "give seconds; 0 is without end");
        }
    }
}

pub(super) fn chat_limit(subject: &Subject<'_>, found: &mut Found) {
    for (place, channel, limit) in limits(subject) {
        // A limit that is out of the bounds for every channel is reported only once.
        if channel == Some(Channel::Chat) && limit > MOST_CHAT_SECONDS && outside(LIMIT, limit).is_none() {
            let (most, limit) = (Grouped(MOST_CHAT_SECONDS), Grouped(limit));
            let what = format_args!("must be 0 to {most} seconds for `CHAT`, is {limit}");
            found.add(place, what, "give up to 5,400 seconds");
        }
    }
}
