//! Whose user it is that was found: the one place in which a user is recognised as one's own.

use std::time::Duration;

#[cfg(feature = "fleet")]
use crate::user::{DesiredUser, Input};
use crate::{
    diff::{self, Change, diff},
    user::{
        CreationAttempt, Managed, Path, Proficiencies, Property, PropertySet, Record, Secret, Unfinished,
        UserState,
    },
};

/// What a user that was found by its name has to do with a creation.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The creation has made it.
    Made,
    /// It was there before the creation was begun, so the creation has made nobody: names are unique.
    Older,
    /// It was changed since, and is not what the creation asked for: nobody can tell who has made it.
    Differs(Vec<Path>),
}

/// Whether a creation has made this user: strictly what it asked for, and not changed before it was begun.
///
/// A user whose time of change is not known is nobody's own.
pub(super) fn identify(attempt: &CreationAttempt, found: &UserState, clock_skew: Duration) -> Verdict {
    let earlier_by = |by| found.last_modified_time.is_some_and(|time| time.plus(by) < attempt.began());
    if earlier_by(SIGNED_WITHIN.max(clock_skew)) {
        return Verdict::Older;
    }
    let differing = differences(attempt, found);
    match (differing.is_empty(), earlier_by(clock_skew)) {
        (true, false) if found.last_modified_time.is_some() => Verdict::Made,
        // The clocks may differ by more than is assumed.
        (true, _) => Verdict::Differs(differing),
        (false, true) => Verdict::Older,
        (false, false) => Verdict::Differs(differing),
    }
}

/// By how much the clock of whoever signs a request may differ from the service's.
const SIGNED_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Everything in which a user that was found is not as asked for; also what the spec leaves out and a new
/// user would not have.
pub(super) fn differences(attempt: &CreationAttempt, found: &UserState) -> Vec<Path> {
    let mut strict = found.clone();
    strict.record.managed = diff::everything();
    strict.record.tag_keys = found.tags_all.keys().cloned().collect();
    let mut changes: Vec<Change> = diff(attempt.spec(), Some(&strict), attempt.settings()).changes;
    if is_part(found.properties.proficiencies.as_ref(), attempt.proficiencies().as_ref()) {
        changes.retain(|change| change.property != Property::UserProficiencies);
    }
    changes.into_iter().map(|change| change.path).collect()
}

/// Whether the user has no proficiency but those it should get: they come after the creation.
fn is_part(found: Option<&Proficiencies>, desired: Option<&Proficiencies>) -> bool {
    let desired_level = |key| desired.and_then(|desired| desired.get(key));
    found.is_none_or(|found| found.iter().all(|(key, level)| desired_level(key) == Some(level)))
}

/// A user that was found, recorded as what the attempt has made of it.
pub(super) fn recorded(attempt: &CreationAttempt, password: Option<&Secret>, found: UserState) -> UserState {
    let Record { unrecognised, unread, .. } = found.record.clone();
    let record = record(Managed::of(attempt.spec(), attempt.settings()), password, unrecognised);
    UserState { record: Record { unread, ..record }, ..found }
}

/// What to remember of a user that has just become as desired.
pub(super) fn record(managed: Managed, password: Option<&Secret>, unrecognised: Vec<String>) -> Record {
    let Managed { properties, tag_keys, default_tag_keys } = managed;
    Record {
        managed: properties,
        tag_keys,
        default_tag_keys,
        unfinished: Unfinished::default(),
        unrecognised,
        last_written: None,
        created: None,
        in_progress: false,
        unread: PropertySet::EMPTY,
        password: password.cloned(),
    }
}

/// Whether the state remembers already what [`record`] would have it remember.
#[cfg(feature = "fleet")]
pub(crate) fn is_recorded(desired: &DesiredUser, state: &UserState) -> bool {
    let Record { managed, tag_keys, default_tag_keys, unfinished, in_progress, .. } = &state.record;
    let options = desired.settings();
    if !options.ignore_changes.is_empty() || !options.ignore_tags.is_empty() {
        let then = desired.to_managed().over(&state.record, options);
        return *managed == then.properties
            && unfinished.is_empty()
            && !in_progress
            && *tag_keys == then.tag_keys
            && *default_tag_keys == then.default_tag_keys;
    }
    let own =
        || desired.spec().tags.as_ref().and_then(Input::known).into_iter().flatten().map(|(key, _)| key);
    let default = || desired.default_tags().keys().filter(|key| !own().any(|own| own == *key));
    *managed == desired.managed()
        && unfinished.is_empty()
        && !in_progress
        && own().eq(tag_keys)
        && default().eq(default_tag_keys)
}
