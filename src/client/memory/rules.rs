//! The rules by which the service refuses requests; this service is stricter. Nothing here is shared with
//! [`validate`](crate::validate): both implement the same rules independently, and tests compare them.

use std::{collections::BTreeSet, ops::RangeInclusive};

use unicode_normalization::is_nfc;

use super::{
    config::MemoryInstance,
    refusal::{Check, refusal},
};
use crate::{
    client::{error::ErrorKind, request::CreateUser, search::UserCondition},
    user::{
        Channel, ChannelSettings, HierarchyGroupId, Id, IdKind, Identity, IdentityManagementType, Personal,
        Phone, PhoneLine, Proficiencies, RoutingProfileId, SecurityProfileId, SortedSet, Tags, UserId,
    },
};

fn invalid<T>(message: impl Into<String>) -> Check<T> {
    Err(refusal(ErrorKind::Invalid, message))
}

fn require(holds: bool, message: &str) -> Check {
    if holds { Ok(()) } else { invalid(message) }
}

fn within(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count())
}

use IdentityManagementType::{ConnectManaged, ExistingDirectory, Saml};

pub(super) fn creation(instance: &MemoryInstance, request: &CreateUser) -> Check {
    let kind = instance.identity_management;
    name(kind, &request.name)?;
    match (&request.password, kind) {
        (None, ConnectManaged) => return invalid("`Password` is required"),
        (Some(_), Saml | ExistingDirectory) => return invalid("`Password` is not allowed"),
        (Some(password), ConnectManaged) => password_form(password.expose())?,
        (None, _) => {}
    }
    if let Some(id) = &request.directory_user_id {
        require(kind != Saml, "`DirectoryUserId` is not allowed")?;
        require(!id.is_empty(), "`DirectoryUserId` is empty")?;
        plain("DirectoryUserId", id)?;
    }
    identity(kind, &request.identity)?;
    let channels = &request.channels;
    match &request.phone {
        Some(block) => {
            phone(block)?;
            // The SDK always sends the phone type.
            require(
                channels.phone_number.is_empty(),
                "`PhoneConfig` and `PhoneNumberConfigs` exclude each other",
            )?;
            for (in_block, in_channels) in [
                (block.auto_accept, !channels.auto_accept.is_empty()),
                (block.after_contact_work_time_limit != 0, !channels.after_contact_work.is_empty()),
                (block.persistent_connection.is_some(), !channels.persistent_connection.is_empty()),
            ] {
                require(
                    !(in_block && in_channels),
                    "`PhoneConfig` and a per-channel setting exclude each other",
                )?;
            }
        }
        None => require(
            channels.phone_number.contains_key(&Channel::Voice),
            "`PhoneConfig` or `PhoneNumberConfigs` for `VOICE` is required",
        )?,
    }
    channel_settings(channels)?;
    routing_profile(instance, &request.routing_profile_id)?;
    security_profiles(instance, &request.security_profile_ids)?;
    if let Some(group) = &request.hierarchy_group_id {
        hierarchy_group(instance, group)?;
    }
    tags(&Tags::new(), &request.tags)
}

fn name(kind: IdentityManagementType, name: &str) -> Check {
    let most = if kind == Saml { 64 } else { 100 };
    require(within(name, 1, most), "`Username` is too long, or empty")?;
    let in_set = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '@');
    require(kind != Saml || name.chars().all(in_set), "`Username` holds a character that is not allowed")?;
    // Instances have names with an `@` that are no e-mail addresses, contrary to the documents.
    plain("Username", name)
}

/// Checks that a name or an address has no control characters, and no white space at either end.
fn plain(name: &str, text: &str) -> Check {
    let is_separator = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
    let is_no_character = |c: char| (c as u32) % 0x1_0000 >= 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    require(text.trim().len() == text.len(), &format!("`{name}` has white space at one end"))?;
    require(
        !text.chars().any(|c| c.is_control() || is_separator(c) || is_no_character(c)),
        &format!("`{name}` holds a control character"),
    )
}

fn password_form(password: &str) -> Check {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let fits = within(password, 8, 64)
        && !has(char::is_whitespace)
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_digit());
    require(fits, "`Password` does not meet the requirements")
}

pub(super) fn identity(kind: IdentityManagementType, identity: &Identity) -> Check {
    let Identity { first_name, last_name, email, secondary_email, mobile, .. } = identity;
    let (least, most_last) = match kind {
        ConnectManaged => (1, 256),
        _ => (0, 300),
    };
    for (name, value, most) in [("FirstName", first_name, 255), ("LastName", last_name, most_last)] {
        match value {
            None => require(kind == ExistingDirectory, &format!("`{name}` is required"))?,
            Some(text) => {
                require(within(text, least, most), &format!("`{name}` is too long, or empty"))?;
                require(is_nfc(text), &format!("`{name}` is not in Unicode NFC"))?;
                plain(name, text)?;
            }
        }
    }
    require(!(kind == Saml && email.is_some()), "`Email` is not allowed")?;
    email.as_ref().map_or(Ok(()), |email| plain("Email", email))?;
    if let Some(email) = secondary_email.as_ref().filter(|email| !email.is_empty()) {
        require(within(email, 1, 265) && is_address(email), "`SecondaryEmail` is no e-mail address")?;
    }
    number("Mobile", mobile.as_ref())
}

/// Checks a change of the identity: values that the directory keeps cannot be changed here.
pub(super) fn identity_change(kind: IdentityManagementType, from: &Identity, to: &Identity) -> Check {
    let kept = |identity: &Identity| {
        let texts = [&identity.first_name, &identity.last_name, &identity.email];
        texts.map(|text| text.as_ref().map(|text| text.as_str().to_owned()).unwrap_or_default())
    };
    require(
        kind != ExistingDirectory || kept(from) == kept(to),
        "names and e-mail of a user from a directory cannot be changed",
    )?;
    identity(kind, to)
}

fn is_address(text: &str) -> bool {
    let mut parts = text.split('@');
    let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let last = domain.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b))
        && domain.len() > last.len() + 1
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && within(last, 2, 63)
        && last.bytes().all(|b| b.is_ascii_alphabetic())
}

fn number(name: &str, number: Option<&Personal>) -> Check {
    let fits = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        within(digits, 2, 15) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    };
    require(number.is_none_or(|number| fits(number)), &format!("`{name}` is not in E.164"))
}

pub(super) fn phone(phone: &Phone) -> Check {
    limit(phone.after_contact_work_time_limit, 2_000_000)?;
    desk_phone(&phone.line)
}

fn desk_phone(line: &PhoneLine) -> Check {
    match line {
        PhoneLine::Desk(None) => invalid("a desk phone needs a number"),
        line => number("DeskPhoneNumber", line.number()),
    }
}

fn limit(seconds: u32, most: u32) -> Check {
    require(seconds <= most, "`AfterContactWorkTimeLimit` is too large")
}

pub(super) fn channel_settings(channels: &ChannelSettings) -> Check {
    let ChannelSettings {
        auto_accept,
        after_contact_work,
        phone_number,
        persistent_connection,
        voice_enhancement,
        ..
    } = channels;
    let voice_only = phone_number.keys().chain(persistent_connection.keys()).chain(voice_enhancement.keys());
    require(
        voice_only.into_iter().all(|channel| *channel == Channel::Voice),
        "the setting is for `VOICE` only",
    )?;
    for (channel, accept) in auto_accept {
        let callback = accept.agent_first_callback.is_some();
        require(*channel == Channel::Voice || !callback, "agent-first callbacks are for `VOICE` only")?;
    }
    for (channel, work) in after_contact_work {
        let callback = work.agent_first_callback;
        require(
            *channel == Channel::Voice || callback.is_none(),
            "agent-first callbacks are for `VOICE` only",
        )?;
        let most = if *channel == Channel::Chat { 5_400 } else { 2_000_000 };
        limit(work.time_limit, most)?;
        limit(callback.unwrap_or(0), most)?;
    }
    phone_number.values().try_for_each(desk_phone)
}

fn exists<K: IdKind>(instance: &MemoryInstance, known: Option<&BTreeSet<String>>, id: &Id<K>) -> Check {
    if id.check().is_err() || !is_at_home(instance, id) {
        return invalid(format!("the id is not that of {} of the instance", K::NAME));
    }
    if known.is_none_or(|known| known.contains(id.bare())) {
        Ok(())
    } else {
        Err(refusal(ErrorKind::NotFound, format!("the instance does not have {} of that id", K::NAME)))
    }
}

/// Whether an ARN belongs to the instance, its Region and its account.
fn is_at_home<K: IdKind>(instance: &MemoryInstance, id: &Id<K>) -> bool {
    id.arn().is_none_or(|arn| {
        arn.instance() == instance.id && arn.region() == instance.region && arn.account() == instance.account
    })
}

pub(super) fn user_id(instance: &MemoryInstance, id: &UserId) -> Check {
    require(id.check().is_ok() && is_at_home(instance, id), "the id is not that of a user of the instance")
}

pub(super) fn routing_profile(instance: &MemoryInstance, id: &RoutingProfileId) -> Check {
    exists(instance, instance.routing_profiles.as_ref(), id)
}

pub(super) fn hierarchy_group(instance: &MemoryInstance, id: &HierarchyGroupId) -> Check {
    exists(instance, instance.hierarchy_groups.as_ref(), id)
}

pub(super) fn security_profiles(instance: &MemoryInstance, ids: &SortedSet<SecurityProfileId>) -> Check {
    require((1..=10).contains(&ids.len()), "`SecurityProfileIds` has 1 to 10 elements")?;
    ids.iter().try_for_each(|id| exists(instance, instance.security_profiles.as_ref(), id))
}

pub(super) fn condition(condition: &UserCondition) -> Check {
    match condition {
        UserCondition::All(conditions) | UserCondition::Any(conditions) => {
            require(!conditions.is_empty(), "a search condition is empty")?;
            conditions.iter().try_for_each(self::condition)
        }
        UserCondition::Text { value, .. } => require(!value.is_empty(), "a search value is empty"),
        UserCondition::HierarchyGroup { id, .. } => {
            require(id.check().is_ok(), "a search value is not the id of a hierarchy group")
        }
        UserCondition::Proficiency { key, levels } => {
            require(!key.name.is_empty() && !key.value.is_empty(), "a search value is empty")?;
            let is_in_bounds = |levels: &RangeInclusive<u8>| {
                !levels.is_empty()
                    && [levels.start(), levels.end()].iter().all(|level| (1..=5).contains(*level))
            };
            require(levels.as_ref().is_none_or(is_in_bounds), "a level is 1 to 5")
        }
    }
}

pub(super) fn tags(there: &Tags, more: &Tags) -> Check {
    let is_system = |key: &str| key.to_ascii_lowercase().starts_with("aws:");
    for (key, value) in more {
        require(!is_system(key), "a tag's key must not start with `aws:`")?;
        let in_set =
            |c: char| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c);
        require(within(key, 1, 128) && key.chars().all(in_set), "a tag's key is not allowed")?;
        require(within(value, 0, 256), "a tag's value is too long")?;
    }
    let keys: BTreeSet<_> = there.keys().chain(more.keys()).filter(|key| !is_system(key)).collect();
    require(keys.len() <= 50, "a resource has at most 50 tags")
}

pub(super) fn untagging(keys: &BTreeSet<String>) -> Check {
    require(!keys.is_empty(), "`tagKeys` is empty")?;
    require(!keys.iter().any(|key| key.starts_with("aws:")), "tags of AWS stay")
}

/// Checks new proficiencies, which the user must not have yet.
pub(super) fn association(instance: &MemoryInstance, there: &Proficiencies, new: &Proficiencies) -> Check {
    levels(instance, new)?;
    require(!new.keys().any(|key| there.contains_key(key)), "the user has the proficiency already")?;
    if there.len() + new.len() > instance.proficiency_limit {
        return Err(refusal(ErrorKind::QuotaExceeded, "the user has too many proficiencies"));
    }
    Ok(())
}

/// Checks the levels of proficiencies.
pub(super) fn levels(instance: &MemoryInstance, levels: &Proficiencies) -> Check {
    require(!levels.is_empty(), "there are no proficiencies")?;
    for (key, level) in levels {
        require((1..=5).contains(level), "a level is 1 to 5")?;
        require(
            within(&key.name, 1, 100) && within(&key.value, 1, 100),
            "an attribute's name or value is too long",
        )?;
        let predefined = instance.attributes.as_ref();
        let exists =
            predefined.is_none_or(|all| all.get(&key.name).is_some_and(|values| values.contains(&key.value)));
        require(exists, "the attribute is not predefined with that value")?;
    }
    Ok(())
}
