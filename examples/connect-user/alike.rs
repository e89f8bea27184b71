//! What is told of many users alike: one message says of how many, and names the first of them.

use std::{collections::HashMap, hash::Hash};

use connect_user::user::{counted, one_line};

use crate::output;

/// Up to this number of users, each has a message of its own.
pub const SHOWN: usize = 5;

/// Something that is told of users.
pub struct Told<'a, T> {
    /// It, about the first user.
    pub first: &'a T,
    /// The number of users, and the names of the first ones; `None` if it is told of this user alone.
    pub users: Option<String>,
}

impl<'a, T> Told<'a, T> {
    /// What is told of one user alone.
    pub fn alone(first: &'a T) -> Self {
        Self { first, users: None }
    }
}

/// Tells together what differs in the user alone, in the place of the first. `key` is what must be equal, and the name of
/// the user. For machines, each is told by itself.
pub fn alike<'a, T, K: Eq + Hash>(all: &'a [T], key: impl Fn(&'a T) -> (K, &'a str)) -> Vec<Told<'a, T>> {
    if output::is_json() {
        return all.iter().map(Told::alone).collect();
    }
    let mut users: HashMap<K, Vec<&str>> = HashMap::new();
    for one in all {
        let (key, user) = key(one);
        users.entry(key).or_default().push(user);
    }
    let mut told = Vec::new();
    for first in all {
        let (key, _) = key(first);
        match users.get(&key).map_or(0, Vec::len) {
            // It was told with the first of these users.
            0 => {}
            1..=SHOWN => told.push(Told::alone(first)),
            _ => told.extend(users.remove(&key).map(|users| Told { first, users: Some(named(&users)) })),
        }
    }
    told
}

fn named(users: &[&str]) -> String {
    let first: Vec<_> = users.iter().take(SHOWN).map(|user| format!("`{}`", one_line(user))).collect();
    let more = users.len() - first.len();
    format!("{} ({} and {more} more)", counted(users.len() as u64, "user"), first.join(", "))
}
