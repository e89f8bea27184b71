//! Who comes before whom: a user after the users that it refers to.

use std::collections::{BTreeSet, HashSet, VecDeque};

use connect_user::user::Value;

use super::{Program, Reference, Resource, reference::each_reference};
use crate::failure::{Failure, Outcome};

impl Program {
    /// The users in an order in which each comes after those that it refers to.
    pub fn in_order(&self) -> Vec<&Resource> {
        let mut users: Vec<(usize, &Resource)> = self.levels.iter().copied().zip(&self.users).collect();
        // Those of one level stay in the order of the program.
        users.sort_by_key(|(level, _)| *level);
        users.into_iter().map(|(_, user)| user).collect()
    }

    /// The users that a user refers to or depends on.
    pub fn needs(&self, name: &str) -> impl Iterator<Item = &str> {
        let needs = self.places.get(name).and_then(|place| self.needs.get(*place));
        needs.into_iter().flatten().filter_map(|place| Some(self.users.get(*place)?.name.as_str()))
    }

    /// Whether another user refers to a user or depends on it.
    pub fn is_needed(&self, name: &str) -> bool {
        self.places.get(name).is_some_and(|place| self.needed.contains(place))
    }

    pub(super) fn all_needs(&self) -> Vec<BTreeSet<usize>> {
        let needs = |user: &Resource| {
            let mut needs = BTreeSet::new();
            let mut seen: HashSet<&str> = HashSet::new();
            let mut left: Vec<&Value> = vec![&user.properties];
            // What a variable refers to counts as if it stood in the user.
            while let Some(value) = left.pop() {
                each_reference(value, &mut |text| {
                    let Some(root) = Reference::parse(text).map(|reference| reference.root().to_owned())
                    else {
                        return;
                    };
                    if let Some(place) = self.places.get(&root) {
                        needs.insert(*place);
                    } else if let Some((name, variable)) = self.variables.get_key_value(&root)
                        && seen.insert(name)
                    {
                        left.push(variable);
                    }
                });
            }
            needs.extend(
                user.options
                    .depends_on
                    .iter()
                    .chain(&user.options.parent)
                    .filter_map(|name| self.places.get(name)),
            );
            needs
        };
        self.users.iter().map(needs).collect()
    }

    pub(super) fn all_levels(&self) -> Outcome<Vec<usize>> {
        let mut waits: Vec<usize> = self.needs.iter().map(BTreeSet::len).collect();
        let mut dependents = vec![Vec::new(); self.users.len()];
        for (place, needs) in self.needs.iter().enumerate() {
            for need in needs {
                dependents[*need].push(place);
            }
        }
        let mut levels = vec![0; self.users.len()];
        let mut ready: VecDeque<usize> = (0..waits.len()).filter(|place| waits[*place] == 0).collect();
        let mut done = 0;
        while let Some(place) = ready.pop_front() {
            done += 1;
            for dependent in &dependents[place] {
                levels[*dependent] = levels[*dependent].max(levels[place] + 1);
                waits[*dependent] -= 1;
                if waits[*dependent] == 0 {
                    ready.push_back(*dependent);
                }
            }
        }
        if done == self.users.len() { Ok(levels) } else { Err(self.cycle(&waits)) }
    }

    /// Names the users of a cycle, and not those who only depend on it.
    fn cycle(&self, waits: &[usize]) -> Failure {
        let mut way: Vec<usize> = Vec::new();
        let mut next = waits.iter().position(|waits| *waits > 0);
        while let Some(place) = next {
            if let Some(start) = way.iter().position(|passed| *passed == place) {
                way.drain(..start);
                break;
            }
            way.push(place);
            next = self.needs[place].iter().copied().find(|need| waits[*need] > 0);
        }
        let names: Vec<&str> = way.iter().map(|place| self.users[*place].name.as_str()).collect();
        let message = match names.as_slice() {
            [name] => format!("`{name}` refers to itself"),
            names => format!("the users `{}` refer to each other in a cycle", names.join("`, `")),
        };
        Failure::new(message).help("take one of the references out")
    }
}
