//! The comparison of a spec with a state, leaf by leaf, without allocating where nothing differs.

use std::collections::BTreeMap;

use super::{
    Change,
    ChangeKind::{Add, Delete, Update},
    DirectoryUserIdPolicy, PasswordPolicy,
    channels::{PerChannel, has_unknowns, same_list},
    tags,
    want::{Sides, Want},
};
use crate::user::{
    Channel, Code, Content, Diagnostic, HierarchyGroupId, Input, Personal, PhoneType, Proficiencies,
    ProficiencyKey, Property, Secrets, SecurityProfileId, Severity, ToSpec, UserProficiency, Value,
};

/// Every change that the spec asks of the state, in the order of the properties.
pub(super) fn changes(sides: &Sides<'_>, notices: &mut Vec<Diagnostic>) -> Vec<Change> {
    let mut found = Vec::new();
    immutable(sides, &mut found, notices);
    profiles(sides, &mut found);
    identity(sides, &mut found);
    phone(sides, &mut found);
    channels(sides, &mut found);
    proficiencies(sides, &mut found, notices);
    tags::changes(sides, &mut found);
    found
}

fn immutable<'a>(sides: &Sides<'a>, found: &mut Vec<Change>, notices: &mut Vec<Diagnostic>) {
    let Sides { spec, state, options, .. } = sides;
    found.extend(leaf(sides, Property::InstanceId, Some(&spec.instance_id), Some(&state.instance_id), never));
    // A name that is left out was made once, and stays.
    if spec.name.is_some() {
        found.extend(leaf(sides, Property::Name, spec.name.as_ref(), Some(&state.name), never));
    }
    if password_changed(sides) {
        match options.password {
            PasswordPolicy::Replace => {
                let mut change = Change::new(Property::Password, Update);
                change.forces_replacement = true;
                found.push(change);
            }
            policy => notices.push(password_notice(policy)),
        }
    }
    let directory = spec.directory_user_id.as_ref();
    // The service fills it in, and no API takes it away: left out is no difference.
    let wanted = directory.and_then(|_| {
        leaf(sides, Property::DirectoryUserId, directory, state.directory_user_id.as_ref(), String::is_empty)
    });
    if let Some(mut change) = wanted {
        match options.directory_user_id {
            DirectoryUserIdPolicy::Replace => change.forces_replacement = true,
            DirectoryUserIdPolicy::Refuse if change.unknown => {}
            DirectoryUserIdPolicy::Refuse => {
                let message = "no API changes `directoryUserId` of a user that exists";
                let refusal = Diagnostic::new(Code::DIRECTORY_USER_ID_UNCHANGEABLE, message);
                let help = "set it back, or let the user be replaced";
                notices.push(refusal.at(Property::DirectoryUserId).with_help(help));
            }
        }
        found.push(change);
    }
}

fn password_changed(sides: &Sides<'_>) -> bool {
    if sides.options.ignores(Property::Password) {
        return false;
    }
    let wanted = sides.spec.password.as_ref();
    let recorded = sides.state.record.password.as_ref();
    match (sides.options.password_changed, wanted, recorded) {
        (Some(changed), Some(_), _) => changed,
        (None, Some(Input::Known(wanted)), Some(recorded)) => wanted != recorded,
        _ => false,
    }
}

fn password_notice(policy: PasswordPolicy) -> Diagnostic {
    let (severity, message, help) = match policy {
        PasswordPolicy::Refuse => (
            Severity::Error,
            "`password` has changed, which no API can do for a user that exists: refused",
            "set it back, or choose another policy for password changes",
        ),
        _ => (
            Severity::Warning,
            "`password` has changed, which no API can do for a user that exists: the user keeps its password",
            "let the user reset it, set it in the console, or choose the policy that replaces the user",
        ),
    };
    let notice = Diagnostic::new(Code::PASSWORD_UNCHANGEABLE, message).at(Property::Password);
    notice.with_severity(severity).with_help(help)
}

fn profiles(sides: &Sides<'_>, found: &mut Vec<Change>) {
    let (spec, settings) = (sides.spec, &sides.state.settings);
    let group: Option<&Input<HierarchyGroupId>> = spec.hierarchy_group_id.as_ref();
    found.extend(leaf(sides, Property::HierarchyGroupId, group, settings.hierarchy_group_id.as_ref(), never));
    let routing = &settings.routing_profile_id;
    found.extend(leaf(
        sides,
        Property::RoutingProfileId,
        Some(&spec.routing_profile_id),
        Some(routing),
        never,
    ));

    let actual = &settings.security_profile_ids;
    let (unknown, same) = match &spec.security_profile_ids {
        Input::Unknown => (true, false),
        Input::Known(ids) => {
            let distinct = |index: usize, id: &Input<SecurityProfileId>| {
                !ids.iter().take(index).any(|other| other == id)
            };
            let count = ids.iter().enumerate().filter(|(index, id)| distinct(*index, id)).count();
            let there = ids.iter().all(|id| id.known().is_some_and(|id| actual.contains(id)));
            (ids.iter().any(Input::is_unknown), there && count == actual.len())
        }
    };
    if !same {
        let before = Value::List(actual.iter().map(|id| id.as_str().into()).collect());
        let after = encode(spec.security_profile_ids.known());
        found.push(
            Change::new(Property::SecurityProfileIds, Update)
                .from(Some(before))
                .to(Some(after.unwrap_or(Value::Unknown)))
                .unknown(unknown),
        );
    }
}

fn identity(sides: &Sides<'_>, found: &mut Vec<Change>) {
    let wanted = sides.spec.identity_info.as_ref();
    let actual = &sides.state.settings.identity;
    for (property, input, actual) in [
        (Property::FirstName, wanted.and_then(|i| i.first_name.as_ref()), &actual.first_name),
        (Property::LastName, wanted.and_then(|i| i.last_name.as_ref()), &actual.last_name),
        (Property::Email, wanted.and_then(|i| i.email.as_ref()), &actual.email),
        (Property::SecondaryEmail, wanted.and_then(|i| i.secondary_email.as_ref()), &actual.secondary_email),
        (Property::Mobile, wanted.and_then(|i| i.mobile.as_ref()), &actual.mobile),
    ] {
        found.extend(leaf(sides, property, input, actual.as_ref(), is_empty));
    }
}

fn phone(sides: &Sides<'_>, found: &mut Vec<Change>) {
    let wanted = sides.spec.phone_config.as_ref();
    let actual = &sides.state.settings.phone;
    let is_soft = |phone_type: &PhoneType| *phone_type == PhoneType::SoftPhone;
    found.extend(leaf(
        sides,
        Property::PhoneType,
        wanted.map(|p| &p.phone_type),
        Some(&actual.phone_type),
        is_soft,
    ));
    let limit = i64::from(actual.after_contact_work_time_limit);
    let input = wanted.and_then(|p| p.after_contact_work_time_limit.as_ref());
    found.extend(leaf(sides, Property::AfterContactWorkTimeLimit, input, Some(&limit), |limit| *limit == 0));
    let input = wanted.and_then(|p| p.auto_accept.as_ref());
    found.extend(leaf(sides, Property::AutoAccept, input, Some(&actual.auto_accept), |on| !on));
    found.extend(desk_phone_number(sides));
    let input = wanted.and_then(|p| p.persistent_connection.as_ref());
    let persistent = actual.persistent_connection.as_ref();
    found.extend(leaf(sides, Property::PersistentConnection, input, persistent, |on| !on));
}

/// A number means something for a desk phone only, and goes when the phone becomes a soft one.
fn desk_phone_number(sides: &Sides<'_>) -> Option<Change> {
    if sides.options.ignores(Property::DeskPhoneNumber) {
        return None;
    }
    let wanted = sides.spec.phone_config.as_ref();
    let actual = &sides.state.settings.phone;
    let was_desk = actual.phone_type == PhoneType::DeskPhone;
    let current = actual.desk_phone_number.as_ref().filter(|_| was_desk);
    let to_type = sides.want(Property::PhoneType, wanted.map(|p| &p.phone_type));
    let becomes_soft = match to_type {
        Want::Value(phone_type) => *phone_type == PhoneType::SoftPhone,
        Want::Clear => true,
        Want::Keep => !was_desk,
        Want::Unknown => false,
    };
    if becomes_soft {
        let before = current.filter(|number| !number.is_empty())?;
        return Some(Change::new(Property::DeskPhoneNumber, Delete).from(encode(Some(before))));
    }
    let input = wanted.and_then(|p| p.desk_phone_number.as_ref());
    leaf(sides, Property::DeskPhoneNumber, input, current, is_empty)
}

fn channels(sides: &Sides<'_>, found: &mut Vec<Change>) {
    let (spec, actual) = (sides.spec, &sides.state.settings.channels);
    found.extend(per_channel(
        sides,
        Property::AutoAcceptConfigs,
        spec.auto_accept_configs.as_ref(),
        &actual.auto_accept,
    ));
    let work = spec.after_contact_work_configs.as_ref();
    found.extend(
        per_channel(sides, Property::AfterContactWorkConfigs, work, &actual.after_contact_work)
            .or_else(|| overwritten(sides)),
    );
    found.extend(per_channel(
        sides,
        Property::PhoneNumberConfigs,
        spec.phone_number_configs.as_ref(),
        &actual.phone_number,
    ));
    let persistent = spec.persistent_connection_configs.as_ref();
    found.extend(per_channel(
        sides,
        Property::PersistentConnectionConfigs,
        persistent,
        &actual.persistent_connection,
    ));
    let voice = spec.voice_enhancement_configs.as_ref();
    found.extend(per_channel(sides, Property::VoiceEnhancementConfigs, voice, &actual.voice_enhancement));
}

fn per_channel<'a, V>(
    sides: &Sides<'a>,
    property: Property,
    input: Option<&'a Input<Vec<V::Config>>>,
    actual: &BTreeMap<Channel, V>,
) -> Option<Change>
where
    V: PerChannel + 'a,
    Vec<V::Config>: Content,
    BTreeMap<Channel, V>: ToSpec<Spec = Vec<V::Config>>,
{
    let before = || encode(Some(&actual.to_spec())).filter(|_| !actual.is_empty());
    let kind = if actual.is_empty() { Add } else { Update };
    match sides.want(property, input) {
        Want::Keep => None,
        Want::Unknown => Some(unknown(property, kind).from(before())),
        Want::Clear if same_list(&[], actual, sides) => None,
        Want::Clear => Some(Change::new(property, Delete).from(before())),
        Want::Value(list) => {
            let unknown = has_unknowns(list);
            (unknown || !same_list(list, actual, sides))
                .then(|| Change::new(property, kind).from(before()).to(encode(Some(list))).unknown(unknown))
        }
    }
}

/// After contact work that nobody manages and that an apply which failed has overwritten.
fn overwritten(sides: &Sides<'_>) -> Option<Change> {
    let actual = &sides.state.settings.channels.after_contact_work;
    let mut lost = sides.state.record.unfinished.lost(&sides.state.settings).peekable();
    if sides.is_managed(Property::AfterContactWorkConfigs) || lost.peek().is_none() {
        return None;
    }
    let mut restored = actual.clone();
    restored.extend(lost);
    Some(
        Change::new(Property::AfterContactWorkConfigs, Update)
            .from(encode(Some(&actual.to_spec())))
            .to(encode(Some(&restored.to_spec()))),
    )
}

fn proficiencies(sides: &Sides<'_>, found: &mut Vec<Change>, notices: &mut Vec<Diagnostic>) {
    let property = Property::UserProficiencies;
    let want = sides.want(property, sides.spec.user_proficiencies.as_ref());
    if matches!(want, Want::Keep) {
        return;
    }
    let Some(actual) = &sides.state.settings.proficiencies else {
        let message = "the state does not hold the user's proficiencies";
        let refusal = Diagnostic::new(Code::PROFICIENCIES_NOT_READ, message).at(property);
        notices.push(refusal.with_help("read the user again, with its proficiencies"));
        return;
    };
    let before = || encode(Some(&actual.to_spec())).filter(|_| !actual.is_empty());
    let kind = if actual.is_empty() { Add } else { Update };
    found.extend(match want {
        Want::Keep => None,
        Want::Unknown => Some(unknown(property, kind).from(before())),
        Want::Clear => (!actual.is_empty()).then(|| Change::new(property, Delete).from(before())),
        Want::Value(list) => {
            let unknown = has_unknowns(list);
            (unknown || !same_proficiencies(list, actual))
                .then(|| Change::new(property, kind).from(before()).to(encode(Some(list))).unknown(unknown))
        }
    });
}

fn same_proficiencies(list: &[UserProficiency], actual: &Proficiencies) -> bool {
    let is = |wanted: &UserProficiency, key: &ProficiencyKey| {
        wanted.attribute_name.known() == Some(&key.name) && wanted.attribute_value.known() == Some(&key.value)
    };
    let level = |wanted: &UserProficiency| wanted.level.known().copied();
    list.len() == actual.len()
        && actual.iter().all(|(key, actual_level)| {
            list.iter().any(|wanted| is(wanted, key) && level(wanted) == Some(i64::from(*actual_level)))
        })
}

/// Compares one value; `is_default` tells those that are the same as none.
fn leaf<'a, T: Content + PartialEq>(
    sides: &Sides<'a>,
    property: Property,
    input: Option<&'a Input<T>>,
    actual: Option<&T>,
    is_default: impl Fn(&T) -> bool,
) -> Option<Change> {
    let set = actual.filter(|value| sides.was_managed(property) || !is_default(value));
    let kind = if set.is_some() { Update } else { Add };
    match sides.want(property, input) {
        Want::Keep => None,
        Want::Unknown => Some(unknown(property, kind).from(encode(set))),
        Want::Clear => actual
            .filter(|value| !is_default(value))
            .map(|before| Change::new(property, Delete).from(encode(Some(before)))),
        Want::Value(value) => {
            let same = match actual {
                Some(actual) => actual == value || (is_default(actual) && is_default(value)),
                None => is_default(value),
            };
            (!same).then(|| Change::new(property, kind).from(encode(set)).to(encode(Some(value))))
        }
    }
}

pub(super) fn unknown(property: Property, kind: super::ChangeKind) -> Change {
    Change::new(property, kind).to(Some(Value::Unknown)).unknown(true)
}

pub(super) fn encode<T: Content>(value: Option<&T>) -> Option<Value> {
    value.and_then(|value| value.encode(Secrets::LeftOut))
}

pub(super) fn is_empty(text: &Personal) -> bool {
    text.as_str().is_empty()
}

fn never<T>(_: &T) -> bool {
    false
}
