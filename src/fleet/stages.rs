//! Stages: each user is applied after the users that it depends on, and not before the users that it waits for.

use std::collections::{HashMap, VecDeque};

use super::user_plan::UserPreview;
use crate::{
    diff::Action,
    user::{Code, Diagnostic},
};

/// The reason why a user does not come before another user.
#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    /// Whether the user depends on the other user, and so is in a later stage. Otherwise the user only waits for a
    /// deletion of the other user, which may be in the same stage.
    is_after: bool,
}

/// Puts every user into the first stage that it can be in. Users that would wait for each other are refused;
/// the others get their stages all the same.
pub(super) fn settle(users: &mut [UserPreview], reasons: &mut Vec<Diagnostic>) {
    users.iter_mut().for_each(|user| user.stage = 0);
    if users.iter().all(|user| user.depends_on.is_empty()) {
        return;
    }
    let edges = edges(users);
    let mut stages = vec![0; users.len()];
    let mut component_of = vec![usize::MAX; users.len()];
    for (number, component) in components(&edges).iter().enumerate() {
        component.iter().for_each(|place| set(&mut component_of, *place, number));
        let is_inside = |edge: &Edge| component_of.get(edge.to) == Some(&number);
        let of = |place: usize| edges.get(place).into_iter().flatten().map(move |edge| (place, *edge));
        let (inside, outside): (Vec<_>, Vec<_>) =
            component.iter().copied().flat_map(of).partition(|(_, edge)| is_inside(edge));
        let after = |(_, edge): &(usize, Edge)| Some(stages.get(edge.to)? + usize::from(edge.is_after));
        let stage = outside.iter().filter_map(after).max().unwrap_or_default();
        component.iter().for_each(|place| set(&mut stages, *place, stage));
        // Users that only wait for deletions of each other are ordered within a stage.
        if let Some((from, first)) = inside.iter().find(|(_, edge)| edge.is_after) {
            let within = |place| edges.get(place).into_iter().flatten().copied().filter(is_inside);
            reasons.push(circle(users, within, *from, *first));
        }
    }
    users.iter_mut().zip(stages).for_each(|(user, stage)| user.stage = stage);
}

/// For each user, the indices of the changed users that it depends on.
pub(super) fn dependencies(users: &[UserPreview]) -> Vec<Vec<usize>> {
    let places: HashMap<&str, usize> = users.iter().map(|user| user.name.as_str()).zip(0..).collect();
    let changes = |place: &&usize| users.get(**place).is_some_and(|user| user.action() != Action::None);
    let of = |user: &UserPreview| {
        let named = user.depends_on.iter().filter_map(|name| places.get(&**name));
        named.filter(changes).copied().collect()
    };
    users.iter().map(of).collect()
}

fn edges(users: &[UserPreview]) -> Vec<Vec<Edge>> {
    let of = |(user, needed): (&UserPreview, Vec<usize>)| {
        let waits = user.waits.iter().map(|wait| Edge { to: wait.user, is_after: false });
        needed.into_iter().map(|to| Edge { to, is_after: true }).chain(waits).collect()
    };
    users.iter().zip(dependencies(users)).map(of).collect()
}

/// Maximum number of waits of a cycle that a message names.
const NAMED: usize = 5;

/// The refusal of a cycle: the shortest one in which `from` depends on a user that waits for it.
fn circle<E: Iterator<Item = Edge>>(
    users: &[UserPreview],
    edges: impl Fn(usize) -> E,
    from: usize,
    first: Edge,
) -> Diagnostic {
    let mut by: HashMap<usize, (usize, Edge)> = HashMap::from([(first.to, (from, first))]);
    let mut next = VecDeque::from([first.to]);
    while !by.contains_key(&from)
        && let Some(place) = next.pop_front()
    {
        for edge in edges(place) {
            by.entry(edge.to).or_insert_with(|| {
                next.push_back(edge.to);
                (place, edge)
            });
        }
    }
    let name = |place: usize| users.get(place).map(|user| user.name.as_str()).unwrap_or_default();
    let mut told = Vec::new();
    let mut place = from;
    while let Some((before, edge)) = by.remove(&place) {
        let what = if edge.is_after { "depends on" } else { "waits for a deletion of" };
        told.push(format!("`{}` {what} `{}`", name(before), name(edge.to)));
        place = before;
    }
    told.reverse();
    if told.len() > NAMED {
        told.truncate(NAMED);
        told.push(format!("so on until `{}`", name(from)));
    }
    let help = "remove a dependency, or apply the changes of these users one after the other";
    Diagnostic::new(Code::CIRCULAR_DEPENDENCY, told.join(", and ")).about(name(from)).with_help(help)
}

/// A user on the path of the walk.
struct Visit {
    place: usize,
    /// The number of edges of the user that were followed.
    followed: usize,
}

/// The strongly connected components of the users, each after the components that it leads to (Tarjan).
fn components(edges: &[Vec<Edge>]) -> Vec<Vec<usize>> {
    let mut components = Vec::new();
    // `met`: when a user was met, 0 if it was not; `first`: the earliest user that can be reached from it.
    let (mut met, mut first, mut clock) = (vec![0_usize; edges.len()], vec![usize::MAX; edges.len()], 0);
    let mut open = Vec::new();
    for start in 0..edges.len() {
        let mut way = Vec::new();
        if met.get(start) == Some(&0) {
            way.push(Visit { place: start, followed: 0 });
        }
        while let Some(Visit { place, followed }) = way.last_mut() {
            let (place, next) = (*place, edges.get(*place).and_then(|edges| edges.get(*followed)));
            let Some(own) = met.get(place).copied() else { break };
            if own == 0 {
                clock += 1;
                set(&mut met, place, clock);
                set(&mut first, place, clock);
                open.push(place);
            }
            let reached = |place: usize| first.get(place).copied().unwrap_or(usize::MAX);
            match next {
                Some(edge) if met.get(edge.to) == Some(&0) => way.push(Visit { place: edge.to, followed: 0 }),
                Some(edge) => {
                    *followed += 1;
                    let least = reached(place).min(reached(edge.to));
                    set(&mut first, place, least);
                }
                None => {
                    if met.get(place) == first.get(place) {
                        let from = open.iter().rposition(|other| *other == place).unwrap_or_default();
                        let component = open.split_off(from);
                        // A user that leads to this component later is not part of it.
                        component.iter().for_each(|place| set(&mut first, *place, usize::MAX));
                        components.push(component);
                    }
                    way.pop();
                }
            }
        }
    }
    components
}

fn set(values: &mut [usize], place: usize, value: usize) {
    if let Some(own) = values.get_mut(place) {
        *own = value;
    }
}
