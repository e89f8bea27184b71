//! Rules for tags: those of the spec, merged over the provider's default tags.

use super::{
    found::{Found, Weight},
    subject::{Subject, known},
};
use crate::user::{MAX_TAGS, Path, Property, TAG_KEY, TAG_VALUE, bounds::length, is_system_tag};

fn place(key: &str) -> Path {
    Path::from(Property::Tags).key(key)
}

/// Returns the origin of a tag, where a mistake in it must be fixed.
fn origin(subject: &Subject<'_>, key: &str) -> &'static str {
    if known(&subject.spec.tags).is_some_and(|own| own.contains_key(key)) { "tag" } else { "default tag" }
}

pub(super) fn count(subject: &Subject<'_>, found: &mut Found) {
    let count = subject.tags.keys().filter(|key| !is_system_tag(key)).count();
    if count > MAX_TAGS {
        let defaults = count - known(&subject.spec.tags).map_or(0, |own| own.len().min(count));
        let message = format!(
            "the user would have {count} tags, {defaults} of them default tags; the limit is {MAX_TAGS}"
        );
        found.add_message(Weight::Usual, Property::Tags, message, "take some out");
    }
}

pub(super) fn key_length(subject: &Subject<'_>, found: &mut Found) {
    for key in subject.tags.keys() {
        if let Some(problem) = length(TAG_KEY, key) {
            let message = format!("the key of the {} `{key}` {problem}", origin(subject, key));
            found.add_message(Weight::Usual, place(key), message, "shorten the key, or take the tag out");
        }
    }
}

pub(super) fn key_characters(subject: &Subject<'_>, found: &mut Found) {
    let is_allowed =
        |c: char| c.is_alphabetic() || c.is_numeric() || is_separator(c) || "_.:/=+-@".contains(c);
    for key in subject.tags.keys() {
        if let Some(character) = key.chars().find(|c| !is_allowed(*c)) {
            let origin = origin(subject, key);
            let message = format!("the key of the {origin} `{key}` holds `{character}`");
            found.add_message(
                Weight::Usual,
                place(key),
                message,
                "use letters, digits, spaces and `_.:/=+-@`",
            );
        }
    }
}

/// Whether a character is a space; line breaks and tabs are control characters.
fn is_separator(c: char) -> bool {
    c.is_whitespace() && !c.is_control()
}

pub(super) fn key_reserved(subject: &Subject<'_>, found: &mut Found) {
    for key in subject.tags.keys().filter(|key| is_system_tag(key)) {
        let message = format!(
            "the key of the {} `{key}` starts with `aws:`, which only AWS may set",
            origin(subject, key)
        );
        found.add_message(Weight::Usual, place(key), message, "choose another key");
    }
}

pub(super) fn ignored(subject: &Subject<'_>, found: &mut Found) {
    let ignored = &subject.settings.ignore_tags;
    for key in subject.tags.keys().filter(|key| ignored.contains(key)) {
        let message =
            format!("the {} `{key}` is one to ignore, and would never be set", origin(subject, key));
        found.add_message(Weight::Usual, place(key), message, "remove the tag, or do not ignore it");
    }
}

pub(super) fn value_length(subject: &Subject<'_>, found: &mut Found) {
    for (key, value) in &subject.tags {
        if let Some(problem) = value.known().and_then(|value| length(TAG_VALUE, value)) {
            let message = format!("the value of the {} `{key}` {problem}", origin(subject, key));
            found.add_message(Weight::Usual, place(key), message, "shorten the value");
        }
    }
}
