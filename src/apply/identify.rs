//! Recognises the user of a creation. No other code decides this.

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

/// The relation of a user that was found by its name to a creation.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The creation made the user.
    Made,
    /// The user existed before the creation began, so the creation made no user: names are unique.
    Older,
    /// Undecided: the user differs from what the creation asked for in these properties, or its time of change is not
    /// conclusive.
    Differs(Vec<Path>),
}

/// Decides whether a creation made this user: the user must equal exactly what the creation asked for, and must not
/// have been changed last before the creation began.
///
/// A user whose time of change is not known is never recognised.
pub(super) fn identify(attempt: &CreationAttempt, found: &UserState, clock_skew: Duration) -> Verdict {
    let earlier_by = |by| found.last_modified_time.is_some_and(|time| time.plus(by) < attempt.began());
    if earlier_by(SIGNED_WITHIN.max(clock_skew)) {
        return Verdict::Older;
    }
    let differing = differences(attempt, found);
    match (differing.is_empty(), earlier_by(clock_skew)) {
        (true, false) if found.last_modified_time.is_some() => Verdict::Made,
        // The clocks may differ by more than the tolerance.
        (true, _) => Verdict::Differs(differing),
        (false, true) => Verdict::Older,
        (false, false) => Verdict::Differs(differing),
    }
}

/// Decides whether a creation of an earlier run made this user. The calls of that creation are long over: a user that
/// was changed later than they can have been made may be another one that is equal.
pub(super) fn identify_earlier(
    attempt: &CreationAttempt,
    found: &UserState,
    clock_skew: Duration,
) -> Verdict {
    let latest = attempt.began().plus(SIGNED_WITHIN.max(clock_skew));
    match identify(attempt, found, clock_skew) {
        Verdict::Made if found.last_modified_time.is_some_and(|time| time > latest) => {
            Verdict::Differs(Vec::new())
        }
        verdict => verdict,
    }
}

/// Maximum difference between the clock of the signer of a request and that of the service; also how long the calls of
/// a creation may take, with their repetitions.
const SIGNED_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Returns all properties in which a user differs from what the creation asked for, including properties that the spec
/// leaves out and that a new user would not have.
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

/// Whether the user has only proficiencies that it should get: they are added after the creation.
fn is_part(found: Option<&Proficiencies>, desired: Option<&Proficiencies>) -> bool {
    let desired_level = |key| desired.and_then(|desired| desired.get(key));
    found.is_none_or(|found| found.iter().all(|(key, level)| desired_level(key) == Some(level)))
}

/// Returns the user with the record of a user that the attempt made.
pub(super) fn recorded(attempt: &CreationAttempt, password: Option<&Secret>, found: UserState) -> UserState {
    let Record { unrecognised, unread, .. } = found.record.clone();
    let record = record(Managed::of(attempt.spec(), attempt.settings()), password, unrecognised);
    UserState { record: Record { unread, ..record }, ..found }
}

/// Returns the record of a user that has just become as desired.
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

/// Whether the state's record already equals what [`record`] would return.
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
