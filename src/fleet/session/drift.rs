//! Drift: changes made outside the program.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde::Serialize;

use super::{
    super::{Refreshed, refresh::refresh_found},
    base::Session,
    error::SessionError,
    scope::Scope,
};
use crate::{
    diff::{self, Change},
    read::{Finding, RefreshOptions, Strategy},
    user::{Code, Diagnostic, Property, PropertySet, Settings, UserState, one_line},
};

/// The drift of recorded users: changes made outside the program, for example in the console. The JSON has `users`,
/// `unread`, `findings` and `notCompared`.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The users that could be read, ordered by resource name.
    pub users: Vec<DriftedUser>,
    /// The resource names of the users that could not be read, in order.
    pub unread: Vec<String>,
    /// The differences from the record other than properties: users that are gone, created again, renamed, or not
    /// visible yet.
    pub findings: Vec<Finding>,
    /// The properties that were not compared for some of the users, because the strategy or the service leaves them
    /// out, or because they are proficiencies that are not managed.
    #[serde(rename = "notCompared")]
    pub not_compared: PropertySet,
    /// What was not checked, the findings, except users that are gone, and [users without an
    /// account](Session::without_account).
    #[serde(skip)]
    pub notices: Vec<Diagnostic>,
    /// The reasons why users could not be read: an error for each cause.
    #[serde(skip)]
    pub failures: Vec<Diagnostic>,
}

/// The drift of a recorded user.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DriftedUser {
    /// The resource name.
    pub user: String,
    /// Whether the user still exists.
    pub exists: bool,
    /// Whether the user was checked in the service; otherwise it is assumed to be as recorded, as with
    /// [`Strategy::None`].
    pub checked: bool,
    /// The changes, from the recorded to the actual values.
    pub changes: Vec<Change>,
}

impl DriftedUser {
    /// Whether the user is gone or has changes.
    pub const fn is_changed(&self) -> bool {
        !self.exists || !self.changes.is_empty()
    }
}

impl Drift {
    /// The number of users that are gone or changed.
    pub fn changed(&self) -> usize {
        self.users.iter().filter(|user| user.is_changed()).count()
    }

    /// The number of users that were checked.
    pub fn checked(&self) -> usize {
        self.users.iter().filter(|user| user.checked).count()
    }
}

impl fmt::Display for DriftedUser {
    /// A line for the user and one for each change, each with a line break; nothing if the user is not changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = one_line(&self.user);
        match (self.exists, &*self.changes) {
            (false, _) => writeln!(f, "- {name} is gone"),
            (true, []) => Ok(()),
            (true, changes) => {
                writeln!(f, "~ {name} was changed by someone else")?;
                changes.iter().try_for_each(|change| writeln!(f, "    {change}"))
            }
        }
    }
}

impl fmt::Display for Drift {
    /// The changed users, and a summary sentence without a line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (changed, checked) = (self.changed(), self.checked());
        self.users.iter().try_for_each(|user| user.fmt(f))?;
        let assumed = self.users.len() - checked;
        match (changed, checked) {
            (0, 0) if assumed + self.unread.len() > 0 => f.write_str("Drift is not known")?,
            (0, _) => write!(f, "No drift: {checked} as recorded")?,
            _ => write!(f, "Drift: {changed} of {checked} changed by someone else")?,
        }
        for (users, what) in [(assumed, "checked"), (self.unread.len(), "read")] {
            if users > 0 {
                write!(f, "; {users} could not be {what}")?;
            }
        }
        if checked > 0 && !self.not_compared.is_empty() {
            let places: Vec<_> = self.not_compared.iter().map(|property| property.to_string()).collect();
            write!(f, "; not compared: {}", places.join(", "))?;
        }
        f.write_str(".")
    }
}

impl Session<'_> {
    /// Reads the recorded users that are selected, and compares them with their records: see [`diff::drift`]. Nothing
    /// is written. Use [`Strategy::Full`] to see every change, except of proficiencies that are not managed: no strategy
    /// reads them, and [`Drift::not_compared`] names them.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub async fn drift(&mut self, strategy: Strategy, settings: &Settings) -> Result<Drift, SessionError> {
        self.choose_by(strategy, &[]).await?;
        let (found, unchecked) = self.scope.as_mut().map(Scope::use_up).unwrap_or_default();
        let meant = self.users().filter(|(name, _)| self.is_target(name));
        let known: BTreeMap<String, Arc<UserState>> =
            meant.map(|(name, state)| (name.clone(), state.clone())).collect();
        let options = RefreshOptions { strategy, ..self.options.refresh.clone() };
        let mut refreshed = refresh_found(&[], &[], &known, self.client(), &options, self.now(), found).await;
        refreshed.unchecked.extend(unchecked);
        let (mut notices, failures) = (refreshed.notices(), refreshed.failures());
        notices.retain(|notice| notice.code != Code::GONE);
        notices.extend(self.without_account());
        let Refreshed { states, findings, failed, .. } = refreshed;
        let assumed: BTreeSet<&String> = findings
            .iter()
            .filter(|finding| finding.kind.is_assumed())
            .map(|finding| &finding.user)
            .collect();
        // The list alone shows no changes of these.
        let mut not_compared = match strategy {
            Strategy::Listed => PropertySet::from_iter([Property::Tags, Property::UserProficiencies]),
            _ => PropertySet::EMPTY,
        };
        let read = known.iter().filter(|(name, _)| !failed.contains_key(*name));
        // A reading leaves the proficiencies out while they are not managed.
        let is_left_out = |(name, state): (&String, &Arc<UserState>)| {
            !state.record.managed.contains(Property::UserProficiencies)
                && states.get(name).is_some_and(Option::is_some)
        };
        if strategy != Strategy::None && read.clone().any(is_left_out) {
            not_compared = not_compared.union(PropertySet::from_iter([Property::UserProficiencies]));
        }
        let users = read.map(|(name, state)| {
            let actual = states.get(name).and_then(Option::as_ref);
            DriftedUser {
                user: name.clone(),
                exists: actual.is_some(),
                checked: strategy != Strategy::None && !assumed.contains(name),
                changes: match actual {
                    Some(actual) => diff::drift_of_recorded(state, actual, settings, &mut not_compared),
                    None => Vec::new(),
                },
            }
        });
        let (users, unread) = (users.collect(), failed.into_keys().collect());
        Ok(Drift { users, unread, findings, not_compared, notices, failures })
    }
}
