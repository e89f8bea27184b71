//! Room and names in several instances: a plan fits whatever way its calls interleave, and is refused only
//! where no order fits.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connect_user::{
    diff::Call,
    fleet::{Capacity, FleetPlan, Guard, PlanOptions, ProgramUser, plan},
    user::{IdentityManagementType, PasswordPolicy, Settings, UserState},
};
use serde_json::json;

use crate::support::*;

fn user(instance: &str, name: &str) -> serde_json::Value {
    let mut document = document(name);
    document["instanceId"] = json!(instance);
    document
}

/// What happens in the service: a name that is taken in an instance, or freed.
type Event = (bool, (String, String));

/// The events of each user of a plan, in their order, by the number of the step.
fn events(plan: &FleetPlan) -> Vec<Vec<Option<Event>>> {
    let of_user = |user: &connect_user::fleet::UserPlan| {
        let event = |call: Option<&Call>| match call {
            Some(Call::Create) => {
                let desired = user.plan.desired().expect("desired");
                Some((true, (desired.instance_id().bare().to_owned(), desired.name().to_owned())))
            }
            Some(Call::Delete(gone)) => {
                Some((false, (gone.instance_id.bare().to_owned(), gone.name.clone())))
            }
            _ => None,
        };
        user.plan.steps().iter().map(|step| event(step.call())).collect()
    };
    plan.users().iter().map(of_user).collect()
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Service {
    names: BTreeSet<(String, String)>,
}

impl Service {
    fn happens(&mut self, (is_new, name): &Event, limits: &BTreeMap<String, usize>) -> bool {
        if !is_new {
            return self.names.remove(name);
        }
        let here = self.names.iter().filter(|(instance, _)| *instance == name.0).count();
        here < limits[&name.0] && self.names.insert(name.clone())
    }
}

/// Whether there is an order of calls that fits, where who is replaced within an instance may be deleted first.
fn fits(
    service: &Service,
    users: &[Vec<Event>],
    limits: &BTreeMap<String, usize>,
    seen: &mut BTreeSet<(Service, Vec<Vec<Event>>)>,
) -> bool {
    if users.iter().all(Vec::is_empty) {
        return true;
    }
    if !seen.insert((service.clone(), users.to_vec())) {
        return false;
    }
    (0..users.len()).any(|place| {
        let events = &users[place];
        let Some((is_new, (instance, _))) = events.first() else { return false };
        let stays = *is_new && events.iter().any(|(is_new, gone)| !is_new && gone.0 == *instance);
        (0..=usize::from(stays)).any(|deleted_first| {
            let (mut service, mut users) = (service.clone(), users.to_vec());
            // Whoever is deleted first is created last.
            users[place].rotate_left(deleted_first);
            let event = users[place].remove(0);
            service.happens(&event, limits) && fits(&service, &users, limits, seen)
        })
    })
}

/// Carries a plan out in a random order that its waits allow.
fn carry_out(
    plan: &FleetPlan,
    mut service: Service,
    limits: &BTreeMap<String, usize>,
    random: &mut fastrand::Rng,
) {
    let events = events(plan);
    let mut done = vec![0; events.len()];
    loop {
        let ready: Vec<usize> = (0..events.len())
            .filter(|place| done[*place] < events[*place].len())
            .filter(|place| {
                let mut waits = plan.users()[*place].waits().filter(|(step, ..)| *step == done[*place]);
                waits.all(|(_, user, other)| done[user] > other)
            })
            .collect();
        let Some(place) = random.choice(ready) else { break };
        if let Some(event) = &events[place][done[place]] {
            assert!(service.happens(event, limits), "{event:?} does not fit");
        }
        done[place] += 1;
    }
    assert!(done.iter().zip(&events).all(|(done, events)| *done == events.len()), "somebody waits for ever");
}

fn check(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let instances = ["i", "j", "k"];
    let place = |random: &mut fastrand::Rng| {
        (instances[random.usize(0..instances.len())], ["x", "y", "z", "w"][random.usize(0..4)])
    };
    let mut states: BTreeMap<String, Arc<UserState>> = BTreeMap::new();
    let mut wanted: Vec<ProgramUser> = Vec::new();
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..random.usize(1..=5) {
        let key = format!("u{number}");
        let (old, new) = (place(&mut random), place(&mut random));
        if random.usize(0..5) > 0 && before.insert(old) {
            let mut state = crate::support::state(&user(old.0, old.1), &format!("id-{number}"));
            // An earlier replacement may have left a user to delete.
            let left = place(&mut random);
            if random.usize(0..4) == 0 && before.insert(left) {
                let left = crate::support::state(&user(left.0, left.1), &format!("left-{number}"));
                state.record.unfinished.replaced.push(left.to_replaced());
            }
            states.insert(key.clone(), Arc::new(state));
        }
        if random.usize(0..5) > 0 && after.insert(new) {
            wanted.push(crate::support::wanted(&key, &user(new.0, new.1)));
        }
    }
    let limits: BTreeMap<String, usize> = instances
        .into_iter()
        .map(|instance| {
            let present = before.iter().filter(|(other, _)| *other == instance).count();
            // A limit below what is there already must be reached before anybody is created.
            (instance.to_owned(), (present + random.usize(0..=3)).saturating_sub(2))
        })
        .collect();
    let capacity = |instance: &&str| {
        let present = before.iter().filter(|(other, _)| other == instance).count();
        ((*instance).to_owned(), Capacity::new(present, limits[*instance]))
    };
    let mut options = PlanOptions::builder().guard(Guard::OFF).build();
    let free = plan(&wanted, &states, &options).expect("a plan");
    options.capacity = instances.iter().map(capacity).collect();
    let service = Service {
        names: before.iter().map(|(instance, name)| ((*instance).into(), (*name).into())).collect(),
    };
    match plan(&wanted, &states, &options) {
        Ok(plan) => (0..10).for_each(|_| carry_out(&plan, service.clone(), &limits, &mut random)),
        Err(refused) => {
            assert!(refused.reasons.iter().all(|reason| reason.code == "instance-full"));
            let users: Vec<Vec<Event>> =
                events(&free).into_iter().map(|events| events.into_iter().flatten().collect()).collect();
            assert!(!fits(&service, &users, &limits, &mut BTreeSet::new()), "{refused}, and it would fit");
        }
    }
}

#[test]
fn a_plan_fits_however_its_calls_interleave_and_is_refused_only_where_none_fits() {
    each_seed(1_000, check);
    // A place went to somebody who gives none back, although another user could make room for itself.
    check(14_000);
}

/// A resource name, and instance and user name before and after.
type Moved<'a> = (&'a str, (&'a str, &'a str), (&'a str, &'a str));

fn moved(users: &[Moved<'_>]) -> (BTreeMap<String, Arc<UserState>>, Vec<ProgramUser>) {
    let state = |(key, (instance, name), _): &Moved<'_>| {
        ((*key).to_owned(), state(&user(instance, name), &format!("id-{key}")).into())
    };
    let wanted = |(key, _, (instance, name)): &Moved<'_>| crate::support::wanted(key, &user(instance, name));
    (users.iter().map(state).collect(), users.iter().map(wanted).collect())
}

fn full(instances: &[(&str, usize)]) -> PlanOptions {
    let capacity = instances.iter().map(|(id, count)| ((*id).to_owned(), Capacity::new(*count, *count)));
    PlanOptions::builder().guard(Guard::OFF).capacity(capacity.collect()).build()
}

#[test]
fn a_user_that_moves_to_a_full_instance_is_refused_and_never_deleted_first() {
    let (states, wanted) = moved(&[("a", ("i", "x"), ("j", "x"))]);
    let refused = plan(&wanted, &states, &full(&[("i", 1), ("j", 1)])).expect_err("no room");
    assert_eq!(refused.to_string(), "the instance `j` would have 2 users; the limit is 1");
    let (states, wanted) = moved(&[("a", ("i", "x"), ("j", "x")), ("b", ("j", "y"), ("i", "y"))]);
    let refused = plan(&wanted, &states, &full(&[("i", 1), ("j", 1)])).expect_err("no order");
    assert_eq!(refused.reasons[0].code, "instance-full");
    assert_eq!(refused.to_string(), "users would move between instances that are full: `i`, `j`");
    let mut options = full(&[]);
    options.capacity.insert("j".into(), Capacity::new(3, 2));
    let refused = plan(&wanted, &states, &options).expect_err("no room");
    assert_eq!(refused.to_string(), "the instance `j` would have 3 users; the limit is 2");
    // It frees room where it is.
    let (states, mut wanted) = moved(&[("a", ("i", "x"), ("j", "x"))]);
    wanted.push(crate::support::wanted("b", &user("i", "y")));
    let plan = plan(&wanted, &states, &full(&[("i", 1)])).expect("room");
    assert_eq!(plan.users()[0].plan.steps()[0].operation.name(), "CreateUser");
    assert_eq!(plan.users()[1].waits().collect::<Vec<_>>(), [(0, 0, 1)]);
}

#[test]
fn above_its_limit_an_instance_takes_a_user_once_deletions_have_made_room() {
    let (states, mut wanted) = moved(&[("a", ("i", "x"), ("j", "x")), ("b", ("i", "y"), ("j", "y"))]);
    wanted.push(crate::support::wanted("c", &user("i", "z")));
    let mut options = full(&[]);
    options.capacity.insert("i".into(), Capacity::new(3, 2));
    let made = plan(&wanted, &states, &options).expect("room after both have moved");
    // One place is taken away by the limit: whichever deletion comes last is waited for.
    assert_eq!(made.users()[2].waits().collect::<Vec<_>>(), [(0, 1, 1), (0, 0, 1)]);
    options.capacity.insert("i".into(), Capacity::new(4, 2));
    let refused = plan(&wanted, &states, &options).expect_err("no room");
    assert_eq!(refused.to_string(), "the instance `i` would have 3 users; the limit is 2");
    // Nobody is created, so nobody is refused.
    wanted.pop();
    options.capacity.insert("i".into(), Capacity::new(9, 2));
    plan(&wanted, &states, &options).expect("only deletions there");
}

#[test]
fn nobody_lends_a_place_to_whom_it_waits_for() {
    // `j` is above its limit, and `a` brings it there with the only place in `i`: nothing is left for the others.
    let (states, wanted) =
        moved(&[("a", ("j", "x"), ("i", "x")), ("b", ("j", "y"), ("i", "y")), ("c", ("i", "z"), ("j", "z"))]);
    let mut options = full(&[]);
    options.capacity.insert("i".into(), Capacity::new(1, 2));
    options.capacity.insert("j".into(), Capacity::new(2, 1));
    let refused = plan(&wanted, &states, &options).expect_err("no order");
    assert_eq!(refused.to_string(), "users would move between instances that are full: `j`");
}

#[test]
fn a_replacement_for_a_password_takes_nobodys_room() {
    let (states, mut wanted) = moved(&[("a", ("i", "x"), ("i", "x"))]);
    wanted[0].password_changed = Some(true);
    let mut document = user("i", "x");
    document["password"] = json!("Password123");
    let settings = Settings::builder()
        .identity_management(IdentityManagementType::ConnectManaged)
        .password(PasswordPolicy::Replace)
        .build();
    wanted[0].desired = validated(&document, settings).into();
    wanted.push(crate::support::wanted("b", &user("i", "y")));
    let mut options = full(&[("i", 2)]);
    options.capacity.insert("i".into(), Capacity::new(1, 2));
    let plan = plan(&wanted, &states, &options).expect("room");
    assert_eq!(plan.users()[0].plan.steps()[0].operation.name(), "DeleteUser");
    assert!(plan.users().iter().all(|user| user.waits().next().is_none()));
}

#[test]
fn many_users_who_wait_for_each_other_are_ordered_in_one_walk() {
    // Each takes the name that the next one's unfinished replacement still has: a long chain and a circle.
    for count in [5_000, 5_001] {
        let (mut states, mut wanted) = (BTreeMap::new(), Vec::new());
        for number in 0..5_000 {
            let key = format!("{number:06}");
            let mut state = state(&document(&format!("now-{number}")), &format!("id-{number}"));
            state.record.unfinished.replaced = vec![
                self::state(&document(&format!("old-{number}")), &format!("gone-{number}")).to_replaced(),
            ];
            wanted.push(crate::support::wanted(&key, &document(&format!("old-{}", (number + 1) % count))));
            states.insert(key, Arc::new(state));
        }
        let plan = plan(&wanted, &states, &full(&[])).expect("a plan");
        let first = plan.users().iter().filter(|user| user.plan.steps()[0].operation.name() == "DeleteUser");
        assert_eq!(first.count(), usize::from(count == 5_000));
    }
}
