//! Matching the users of a program with recorded users.

use std::collections::{HashMap, HashSet};

use crate::user::InstanceId;

/// The identity of a user in Amazon Connect: the instance, as its id or its ARN, and the user name.
pub type UserKey<'a> = (&'a InstanceId, &'a str);

/// The recorded user of each user of a program, by resource names.
pub(super) struct Matched<'a> {
    /// The resource name of the record, by the resource name in the program.
    pub(super) recorded: HashMap<&'a str, &'a str>,
    /// The recorded users that are missing from the program, in the order given.
    pub(super) missing: Vec<Missing>,
}

/// A recorded user that is missing from the program.
pub(super) struct Missing {
    /// The resource name under which the user is recorded.
    pub(super) recorded_as: String,
    /// The resource name that the record gets: `recorded_as`, or a new name such as `agents[0] (jane)` if another user
    /// of the program has `recorded_as`.
    pub(super) name: String,
}

/// Matches the users of a program with recorded users, each given by resource name.
///
/// A program user and a recorded user with the same instance and user name are the same person, whatever their resource
/// names: programs made from lists name users by position, and removing a row shifts all names behind it. Users whose
/// identity is not recorded match by resource name: they are to be renamed, or moved to another instance.
///
/// An identity is `None` if it is not known (a user name known after apply), and for a recorded user that is
/// gone or not created yet: such a user matches by resource name only.
pub(super) fn match_users<'a>(
    wanted: impl IntoIterator<Item = (&'a str, Option<UserKey<'a>>)>,
    recorded: impl IntoIterator<Item = (&'a str, Option<UserKey<'a>>)>,
) -> Matched<'a> {
    let wanted: Vec<_> = wanted.into_iter().collect();
    let recorded: Vec<_> = recorded.into_iter().collect();
    let by_name: HashMap<&str, Option<UserKey<'_>>> = recorded.iter().copied().collect();
    let mut found: HashMap<&str, &str> = HashMap::with_capacity(wanted.len().min(recorded.len()));
    let mut taken: HashSet<&str> = HashSet::with_capacity(wanted.len().min(recorded.len()));
    let mut take = |name, record| {
        if !found.contains_key(name) && taken.insert(record) {
            found.insert(name, record);
        }
    };
    let is_itself = |name: &str, identity: &Option<UserKey<'_>>| {
        identity.is_some() && by_name.get(name).is_some_and(|recorded| recorded == identity)
    };
    let (itself, others): (Vec<_>, Vec<_>) =
        wanted.iter().copied().partition(|(name, identity)| is_itself(name, identity));
    for (name, _) in itself {
        take(name, name);
    }
    if !others.is_empty() {
        let mut by_identity: HashMap<UserKey<'_>, &str> = HashMap::new();
        for (name, identity) in &recorded {
            if let Some(identity) = identity {
                by_identity.entry(*identity).or_insert(name);
            }
        }
        for (name, identity) in &others {
            if let Some(record) = identity.and_then(|identity| by_identity.get(&identity)) {
                take(*name, *record);
            }
        }
        for (name, _) in others.iter().filter(|(name, _)| by_name.contains_key(name)) {
            take(*name, *name);
        }
    }

    let left: Vec<_> = recorded.iter().filter(|(name, _)| !taken.contains(name)).collect();
    let mut missing = Vec::with_capacity(left.len());
    if !left.is_empty() {
        let in_program: HashSet<&str> = wanted.iter().map(|(name, _)| *name).collect();
        let mut given: HashSet<String> = HashSet::new();
        for (name, identity) in left {
            let is_free = |free: &str| {
                let is_known = in_program.contains(free) || by_name.contains_key(free);
                !is_known && !given.contains(free)
            };
            let free = match in_program.contains(name) {
                true => free_name(name, identity.map(|(_, user)| user), |free| !is_free(free)),
                false => (*name).to_owned(),
            };
            given.insert(free.clone());
            missing.push(Missing { recorded_as: (*name).to_owned(), name: free });
        }
    }
    Matched { recorded: found, missing }
}

/// A free resource name for the record of `user`, because another user has the record's resource name.
pub(super) fn free_name(name: &str, user: Option<&str>, is_taken: impl Fn(&str) -> bool) -> String {
    let user = user.unwrap_or("gone");
    let first = format!("{name} ({user})");
    let numbered = (2_u64..).map(|number| format!("{name} ({user} {number})"));
    // Finitely many names are taken, so that one of the numbered names is free.
    std::iter::once(first.clone()).chain(numbered).find(|free| !is_taken(free)).unwrap_or(first)
}
