//! The order of the users of a program: each user after the users that it refers to or depends on.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::{
    definitions::Definitions,
    error::{Checked, Mistake},
    reference::{Reference, each_reference},
    resource::{ProgramResource, Properties},
};
use crate::user::Value;

/// The order of the users of a program, by index.
pub(super) struct Order {
    /// For each user, the users that it refers to or depends on.
    needs: Vec<BTreeSet<usize>>,
    /// The users that other users refer to or depend on.
    needed: BTreeSet<usize>,
    /// For each user, the length of the longest chain of users before it.
    levels: Vec<usize>,
}

/// Returns the users that a user refers to, and adds the variables that it refers to.
pub(super) fn referred<'a>(
    user: &ProgramResource,
    program: &'a Definitions,
    variables: &mut HashSet<&'a str>,
) -> BTreeSet<usize> {
    let mut referred = BTreeSet::new();
    let Properties::Written(properties) = &user.properties else { return referred };
    let mut seen: HashSet<&str> = HashSet::new();
    let mut left: Vec<&Value> = vec![properties];
    // References in a variable count as references of the user.
    while let Some(value) = left.pop() {
        each_reference(value, &mut |text| {
            let Some(reference) = Reference::parse(text) else { return };
            if let Some(place) = program.users.get(reference.root()) {
                referred.insert(*place);
            } else if let Some((name, variable)) = program.variables.get_key_value(reference.root())
                && seen.insert(name)
            {
                left.push(variable);
            }
        });
    }
    variables.extend(seen);
    referred
}

impl Order {
    /// Returns the order of this number of users that need no others.
    pub(super) fn of_none(users: usize) -> Self {
        Self { needs: vec![BTreeSet::new(); users], needed: BTreeSet::new(), levels: vec![0; users] }
    }

    /// Returns the order of users with these references.
    pub(super) fn of(
        users: &[ProgramResource],
        mut needs: Vec<BTreeSet<usize>>,
        program: &Definitions,
    ) -> Checked<Self> {
        for (user, needs) in users.iter().zip(&mut needs) {
            let options = user.options();
            let before = options.depends_on.iter().chain(&options.parent);
            needs.extend(before.filter_map(|name| program.users.get(name)));
        }
        let levels = levels(&needs).map_err(|waits| cycle(users, &needs, &waits))?;
        Ok(Self { needed: needs.iter().flatten().copied().collect(), needs, levels })
    }

    /// Returns the users in an order in which each comes after the users that it refers to; users of the same level
    /// stay in the order of the program.
    pub(super) fn sort<'a>(&self, users: &'a [ProgramResource]) -> Vec<&'a ProgramResource> {
        let mut users: Vec<(usize, &ProgramResource)> = self.levels.iter().copied().zip(users).collect();
        users.sort_by_key(|(level, _)| *level);
        users.into_iter().map(|(_, user)| user).collect()
    }

    pub(super) fn needs(&self, place: usize) -> impl Iterator<Item = usize> {
        self.needs.get(place).into_iter().flatten().copied()
    }

    pub(super) fn is_needed(&self, place: usize) -> bool {
        self.needed.contains(&place)
    }
}

/// Returns the level of each user. If there is a cycle, fails with the number of users that each user still waits for.
fn levels(needs: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waits: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (place, needs) in needs.iter().enumerate() {
        for need in needs {
            if let Some(dependents) = dependents.get_mut(*need) {
                dependents.push(place);
            }
        }
    }
    let mut levels = vec![0; needs.len()];
    let first = waits.iter().enumerate().filter(|(_, waits)| **waits == 0);
    let mut ready: VecDeque<(usize, usize)> = first.map(|(place, _)| (place, 0)).collect();
    let mut done = 0;
    while let Some((place, level)) = ready.pop_front() {
        done += 1;
        for dependent in dependents.get(place).into_iter().flatten() {
            if let (Some(waits), Some(own)) = (waits.get_mut(*dependent), levels.get_mut(*dependent)) {
                *own = (*own).max(level + 1);
                *waits -= 1;
                if *waits == 0 {
                    ready.push_back((*dependent, *own));
                }
            }
        }
    }
    if done == needs.len() { Ok(levels) } else { Err(waits) }
}

/// A mistake that names the users of a cycle, without the users that only depend on it.
fn cycle(users: &[ProgramResource], needs: &[BTreeSet<usize>], waits: &[usize]) -> Mistake {
    let is_waiting = |place: &usize| waits.get(*place).is_some_and(|waits| *waits > 0);
    let mut way: Vec<usize> = Vec::new();
    let mut next = (0..waits.len()).find(is_waiting);
    while let Some(place) = next {
        if let Some(start) = way.iter().position(|passed| *passed == place) {
            way.drain(..start);
            break;
        }
        way.push(place);
        next = needs.get(place).into_iter().flatten().copied().find(is_waiting);
    }
    let names: Vec<&str> = way.iter().filter_map(|place| Some(users.get(*place)?.name.as_str())).collect();
    let message = match names.as_slice() {
        [name] => format!("`{name}` refers to itself"),
        names => format!("the users `{}` refer to each other in a cycle", names.join("`, `")),
    };
    let mistake = Mistake::new(message, "take one of the references out");
    match names.first() {
        Some(name) => mistake.of(&["resources", name]),
        None => mistake,
    }
}
