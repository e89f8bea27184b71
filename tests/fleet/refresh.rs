//! Reading a fleet again: who is read, how, and in how many calls.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use connect_user::{
    apply::ApplyOptions,
    client::{
        ConnectClient, CreateUser, DeleteUser, ErrorKind, ListUsers, Rate, TagResource, ThreadTimer,
        TokenBuckets,
        memory::{Fault, MemoryConnect, Outcome},
    },
    diff::Action,
    fleet::{
        Entry, FleetOptions, Guard, MemoryStore, PlanOptions, ProgramUser, Refreshed, StateStore,
        StoreChange, apply, load_all, plan, refresh,
    },
    read::{FindingKind, Reader, RefreshOptions, Strategy, import, read_all},
    user::{
        IdentityManagementType, ImportId, InstanceId, Operation, Property, PropertySet, Tags, Timestamp,
        UserState,
    },
};

use crate::support::*;

/// A service with users, and the users as they are recorded.
struct World {
    connect: MemoryConnect,
    known: BTreeMap<String, Arc<UserState>>,
}

pub fn request(name: &str) -> CreateUser {
    let desired = desired(&document(name));
    let properties = desired.properties();
    CreateUser::new(
        desired.instance_id().clone(),
        name.to_owned(),
        properties.routing_profile_id.clone(),
        properties.security_profile_ids.clone(),
    )
    .identity(properties.identity.clone())
    .phone(properties.phone.clone())
    .tags(desired.tags_all())
}

impl World {
    async fn new(count: usize) -> Self {
        let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
        let mut known = BTreeMap::new();
        for number in 0..count {
            let name = format!("u{number:05}");
            let made = connect.create_user(&request(&name)).await.expect("made");
            let id = ImportId::new(&"i".into(), &made.user_id);
            let mut state = import(&connect, &id).await.expect("read");
            state.record.managed = wanted(&name, &document(&name)).desired.spec().managed();
            known.insert(name, Arc::new(state));
        }
        connect.clear_calls();
        connect.set_time(connect.time().plus(Duration::from_secs(3_600)));
        Self { connect, known }
    }

    fn known_mut(&mut self, name: &str) -> &mut UserState {
        Arc::make_mut(self.known.get_mut(name).expect("known"))
    }

    /// Changes a user by hand.
    fn edit(&self, name: &str) {
        self.edit_with(name, |user| user.routing_profile_id = "by-hand".into());
    }

    fn edit_with(&self, name: &str, edit: impl FnOnce(&mut connect_user::client::UserDescription)) {
        let id = &self.known[name].user_id;
        assert!(self.connect.edit_user(&"i".into(), id, |user, _| edit(user)));
    }

    fn options(&self, strategy: Strategy) -> RefreshOptions {
        RefreshOptions::builder().strategy(strategy).build()
    }

    async fn refresh(&self, strategy: Strategy) -> Refreshed {
        self.refresh_for(&[], strategy).await
    }

    /// Records what is read.
    async fn take_refreshed(&mut self, strategy: Strategy) -> Refreshed {
        let refreshed = self.refresh(strategy).await;
        let there = refreshed.states.iter().filter_map(|(name, state)| Some((name.clone(), state.clone()?)));
        self.known = there.collect();
        refreshed
    }

    /// Reads what a plan of these users needs.
    async fn refresh_for(&self, wanted: &[ProgramUser], strategy: Strategy) -> Refreshed {
        self.connect.clear_calls();
        refresh(wanted, &self.known, &self.connect, &self.options(strategy), self.connect.time()).await
    }

    /// What the program wants: everybody as they were made, but for these members.
    fn wants(&self, edit: impl Fn(&str, &mut serde_json::Value)) -> Vec<ProgramUser> {
        let want = |name: &String| {
            let mut document = document(name);
            edit(name, &mut document);
            wanted(name, &document)
        };
        self.known.keys().map(want).collect()
    }

    fn count(&self, operation: Operation) -> usize {
        count(&self.connect, operation)
    }

    async fn delete(&self, name: &str) {
        let request = DeleteUser::new("i", self.known[name].user_id.clone());
        self.connect.delete_user(&request).await.expect("deleted");
    }
}

fn kinds(refreshed: &Refreshed) -> Vec<(&str, &FindingKind)> {
    refreshed.findings.iter().map(|finding| (finding.user.as_str(), &finding.kind)).collect()
}

/// Users of whom something was not read.
fn unread(refreshed: &Refreshed) -> Vec<&String> {
    let states = refreshed.states.iter().filter_map(|(name, state)| Some((name, state.as_ref()?)));
    states.filter(|(_, state)| !state.record.unread.is_empty()).map(|(name, _)| name).collect()
}

fn manages(state: &mut UserState, property: Property) {
    state.record.managed = state.record.managed.union([property].into_iter().collect());
}

#[tokio::test]
async fn of_ten_thousand_users_only_the_changed_ones_are_read() {
    let mut world = World::new(10_000).await;
    for number in 0..50 {
        let name = format!("u{:05}", number * 199);
        world.edit(&name);
        // Whoever manages an e-mail address is read whole.
        manages(world.known_mut(&name), Property::Email);
    }
    let refreshed = world.refresh(Strategy::Changed).await;
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 20, 50]);
    assert_eq!(world.connect.calls().len(), 80);
    let read = |name: &str| refreshed.states[name].as_ref().expect("there");
    assert_eq!(read("u00199").properties.routing_profile_id, "by-hand".into());
    assert_eq!(read("u00200"), &world.known["u00200"]);
    assert_eq!(refreshed.present["i"], 10_000);
    assert_eq!(
        refreshed.explanations,
        [
            "instance `i`: checking the tags of 9950 users takes 20 calls",
            "instance `i`: 50 of 10000 recorded users may have changed; reading them takes 50 calls"
        ]
    );
    assert!(refreshed.owner_of(&"i".into(), "u09999").is_some());
    // Where the time of change is trusted for tags too.
    world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 0, 50]);
    // Where nothing is needed that a search leaves out, one search has them all.
    for number in 0..50 {
        world.known_mut(&format!("u{:05}", number * 199)).record.managed =
            world.known["u00001"].record.managed;
    }
    let refreshed = world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 1, 0]);
    assert_eq!(world.connect.calls().len(), 11);
    assert_eq!(
        refreshed.explanations,
        ["instance `i`: 50 of 10000 recorded users may have changed; searching takes 1 call"]
    );
    let read = |name: &str| refreshed.states[name].as_ref().expect("there");
    assert_eq!(read("u00199").properties.routing_profile_id, "by-hand".into());
    assert_eq!(read("u00199").record.unread, PropertySet::NOT_IN_SEARCH);
    assert_eq!(read("u00200"), &world.known["u00200"]);
    // The search that compares tags has found them, too.
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 20, 0]);
    assert_eq!(
        refreshed.explanations,
        [
            "instance `i`: checking the tags of 9950 users takes 20 calls",
            "instance `i`: 50 of 10000 recorded users may have changed; searching takes 0 calls"
        ]
    );
    // One more is one more search; many more are found by a search of everybody.
    world.edit("u00001");
    world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 2, 0]);
    for number in 0..1_001 {
        world.edit(&format!("u{number:05}"));
    }
    world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [10, 20, 0]);
}

/// A search has no time of change, so whoever was only found differs from the list again.
#[tokio::test]
async fn who_was_only_found_is_read_whole_once_and_settles() {
    let mut world = World::new(120).await;
    let changed = |range: std::ops::Range<usize>| range.map(|number| format!("u{number:05}"));
    changed(0..30).for_each(|name| world.edit(&name));
    let operations = [Operation::SearchUsers, Operation::DescribeUser, Operation::ListUserProficiencies];
    for (expected, unread) in [([1, 0, 0], 30), ([0, 30, 0], 0), ([0, 0, 0], 0)] {
        let refreshed = world.take_refreshed(Strategy::Listed).await;
        assert_eq!(operations.map(|operation| world.count(operation)), expected);
        assert_eq!(self::unread(&refreshed).len(), unread);
    }
    // At most 50 calls a refresh go into it, and two of them into whoever has managed proficiencies.
    world.connect.set_time(world.connect.time().plus(Duration::from_secs(60)));
    changed(0..70).for_each(|name| world.edit(&name));
    manages(world.known_mut("u00000"), Property::UserProficiencies);
    let all = [([1, 0, 1], 70), ([1, 49, 1], 21), ([0, 21, 0], 0), ([0, 0, 0], 0)];
    for (expected, unread) in all {
        let refreshed = world.take_refreshed(Strategy::Listed).await;
        assert_eq!(operations.map(|operation| world.count(operation)), expected);
        assert_eq!(self::unread(&refreshed).len(), unread);
    }
    // Where a search compares tags in each refresh, too.
    world.connect.set_time(world.connect.time().plus(Duration::from_secs(60)));
    changed(0..3).for_each(|name| world.edit(&name));
    for expected in [[1, 0, 1], [1, 3, 1], [1, 0, 1]] {
        world.take_refreshed(Strategy::Changed).await;
        assert_eq!(operations.map(|operation| world.count(operation)), expected);
    }
}

#[tokio::test]
async fn changed_users_that_cannot_be_searched_are_read_one_by_one() {
    let mut world = World::new(6).await;
    for name in ["u00001", "u00002", "u00003", "u00004"] {
        world.edit(name);
    }
    manages(world.known_mut("u00001"), Property::UserProficiencies);
    let calls = [Operation::SearchUsers, Operation::DescribeUser, Operation::ListUserProficiencies];
    world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 0, 1]);
    world.connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let refreshed = world.refresh(Strategy::Listed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 4, 1]);
    assert_eq!((refreshed.failed.len(), refreshed.unchecked.len()), (0, 1));
    let read = refreshed.states["u00004"].as_ref().expect("there");
    assert_eq!(read.properties.routing_profile_id, "by-hand".into());
    assert_eq!(read.record.unread, PropertySet::EMPTY);
    // Who may not search is not asked to search twice, nor told so.
    world.connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 6, 1]);
    assert_eq!(refreshed.unchecked.len(), 1, "{:?}", refreshed.unchecked);
}

#[tokio::test]
async fn where_most_have_changed_a_search_serves_and_takes_nothing_away() {
    let mut world = World::new(1_200).await;
    for number in 0..900 {
        let name = format!("u{number:05}");
        let mobile = Some("+16175550100".into());
        world.edit_with(&name, |user| {
            user.routing_profile_id = "by-hand".into();
            user.identity.mobile = mobile.clone();
        });
        world.known_mut(&name).properties.identity.mobile = mobile.clone();
    }
    // Who manages what a search leaves out is read whole.
    manages(world.known_mut("u00003"), Property::Mobile);
    let refreshed = world.refresh(Strategy::Changed).await;
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    assert_eq!(calls.map(|operation| world.count(operation)), [2, 3, 1]);
    assert_eq!(unread(&refreshed).len(), 899);
    let read = refreshed.states["u00007"].as_ref().expect("there");
    assert_eq!(read.properties.routing_profile_id, "by-hand".into());
    assert!(read.properties.identity.mobile.is_some(), "what a search leaves out is kept");
    assert_eq!(read.last_modified_time, world.known["u00007"].last_modified_time, "it is to be seen again");
    assert_eq!(
        refreshed.explanations,
        [
            "instance `i`: checking the tags of 300 users takes 3 calls",
            "instance `i`: 900 of 1200 recorded users may have changed; searching takes 1 call"
        ]
    );
    // Whoever gets another first name is read whole.
    let wanted = world.wants(|name, document| {
        if ["u00007", "u01000"].contains(&name) {
            document["identityInfo"]["firstName"] = "C".into();
        }
    });
    let refreshed = world.refresh_for(&wanted, Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 2, "`u01000` was read when nothing had changed");
    assert_eq!(unread(&refreshed).len(), 898);
    assert_ne!(
        refreshed.states["u00007"].as_ref().expect("there").last_modified_time,
        world.known["u00007"].last_modified_time
    );
}

#[tokio::test]
async fn each_strategy_takes_the_calls_that_it_says() {
    let mut world = World::new(20).await;
    manages(world.known_mut("u00001"), Property::UserProficiencies);
    let none = "nothing is read: users are assumed to be as recorded";
    let search = "instance `i`: searching 20 users takes 1 call";
    let full = "instance `i`: reading each of 20 recorded users takes 21 calls";
    let listed = "instance `i`: 0 of 20 recorded users may have changed; reading them takes 0 calls";
    let tags = "instance `i`: checking the tags of 20 users takes 1 call";
    let proficiencies = "instance `i`: checking the proficiencies of 1 user takes 1 call";
    for (strategy, expected, explanations) in [
        (Strategy::None, [0, 0, 0, 0], vec![none]),
        (Strategy::Search, [0, 1, 0, 1], vec![search]),
        (Strategy::Full, [1, 0, 20, 1], vec![full]),
        (Strategy::Changed, [1, 1, 0, 1], vec![tags, proficiencies, listed]),
        (Strategy::Listed, [1, 0, 0, 0], vec![listed]),
    ] {
        let refreshed = world.refresh(strategy).await;
        let calls = [
            Operation::ListUsers,
            Operation::SearchUsers,
            Operation::DescribeUser,
            Operation::ListUserProficiencies,
        ];
        assert_eq!(calls.map(|operation| world.count(operation)), expected, "{strategy:?}");
        assert_eq!(refreshed.explanations, explanations);
        assert_eq!(refreshed.there().len(), 20);
    }
}

#[tokio::test]
async fn who_is_gone_made_again_or_renamed_by_hand_is_recognised() {
    let world = World::new(5).await;
    world.delete("u00001").await;
    world.delete("u00002").await;
    let again = world.connect.create_user(&request("u00002")).await.expect("made").user_id;
    world.edit_with("u00003", |user| user.name = "renamed".into());
    for strategy in [Strategy::Changed, Strategy::Full] {
        let refreshed = world.refresh(strategy).await;
        let mut found = kinds(&refreshed);
        found.sort_by_key(|(name, _)| *name);
        assert_eq!(
            found,
            [
                ("u00001", &FindingKind::Gone),
                ("u00002", &FindingKind::Recreated(again.clone())),
                ("u00003", &FindingKind::Renamed("renamed".into())),
            ],
            "{strategy:?}"
        );
        assert_eq!(
            (refreshed.states["u00001"].is_none(), refreshed.states["u00002"].is_none()),
            (true, true)
        );
    }
    let refreshed = world.refresh(Strategy::Search).await;
    assert!(refreshed.states["u00001"].is_none(), "whom a search does not find is read");
}

#[tokio::test]
async fn own_changes_are_not_read_again_and_new_users_may_be_out_of_sight() {
    let mut world = World::new(3).await;
    let now = world.connect.time();
    world.edit("u00000");
    let own = |state: &mut UserState, time| {
        state.last_modified_time = None;
        state.record.last_written = Some(time);
    };
    own(world.known_mut("u00000"), Timestamp::from_millis(now.as_millis() + 2_000));
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 0, "the change was ours");
    let state = refreshed.states["u00000"].as_ref().expect("there");
    assert_eq!((state.last_modified_time, state.record.last_written), (Some(now), None));
    assert_eq!(state.record.unread, PropertySet::WRITTEN_WHOLE, "somebody else's change may hide in it");
    // Somebody else's change after ours is seen.
    world.connect.set_time(now.plus(Duration::from_secs(60)));
    world.edit("u00000");
    world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 1);
    // Created a moment ago, and nowhere to be seen.
    world.delete("u00001").await;
    world.known_mut("u00001").record.created = Some(world.connect.time());
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(kinds(&refreshed), [("u00001", &FindingKind::NotVisibleYet)]);
    assert!(refreshed.states["u00001"].is_some());
    // Changed a moment ago is not created a moment ago.
    world.delete("u00002").await;
    let time = world.connect.time();
    own(world.known_mut("u00002"), time);
    let refreshed = world.refresh(Strategy::Full).await;
    let found: BTreeMap<_, _> = kinds(&refreshed).into_iter().collect();
    assert_eq!(found["u00002"], &FindingKind::Gone);
    world.connect.set_time(now.plus(Duration::from_secs(1_000)));
    let refreshed = world.refresh(Strategy::Changed).await;
    let found: BTreeMap<_, _> = kinds(&refreshed).into_iter().collect();
    assert_eq!(found["u00001"], &FindingKind::Gone, "minutes later it is gone");
}

#[tokio::test]
async fn whose_apply_was_killed_is_read_whatever_the_time_of_change_says() {
    let mut world = World::new(3).await;
    let record = &mut world.known_mut("u00001").record;
    record.in_progress = true;
    record.created = Some(Timestamp::from_millis(1));
    record.last_written = Some(Timestamp::from_millis(2));
    record.unread = PropertySet::WRITTEN_WHOLE;
    let json = serde_json::to_value(&*world.known["u00001"]).expect("JSON");
    assert_eq!(json["underWay"], true);
    let again: UserState = serde_json::from_value(json).expect("a state");
    assert_eq!(again.record, world.known["u00001"].record, "it is remembered");
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 1);
    assert!(!refreshed.states["u00001"].as_ref().expect("there").record.in_progress, "now it is known again");
}

#[tokio::test]
async fn whose_apply_was_killed_is_read_before_a_plan_with_every_strategy() {
    let mut world = World::new(2).await;
    world.edit_with("u00001", |user| user.routing_profile_id = "other".into());
    world.known_mut("u00001").record.in_progress = true;
    let wanted = world.wants(|_, _| {});
    for strategy in Strategy::ALL {
        let refreshed = world.refresh_for(&wanted, *strategy).await;
        let state = refreshed.states["u00001"].as_ref().expect("there");
        assert!(!state.record.in_progress, "{strategy}");
        assert_eq!(state.properties.routing_profile_id, "other".into(), "{strategy}");
        let expected = if *strategy == Strategy::Full { 2 } else { 1 };
        assert_eq!(world.count(Operation::DescribeUser), expected, "{strategy}");
        let reader = Reader::new(world.options(*strategy));
        let (spec, known) = (wanted[1].desired.spec(), &world.known["u00001"]);
        let read = reader.for_plan(spec, known, wanted[1].desired.settings(), &world.connect).await;
        let state = read.expect("read").state.expect("there");
        assert_eq!(state.properties.routing_profile_id, "other".into(), "{strategy}");
    }
}

#[tokio::test]
async fn users_read_one_by_one_are_listed_once_they_are_many() {
    let world = World::new(100).await;
    world.connect.set_time(world.connect.time().plus(Duration::from_secs(60)));
    world.edit("u00050");
    world.delete("u00060").await;
    let reader = Reader::new(world.options(Strategy::Changed));
    let mut gone = Vec::new();
    for (name, known) in &world.known {
        match reader.refresh(known, &world.connect).await.expect("read").state {
            Some(state) => assert_eq!(state.name, *name),
            None => gone.push(name.as_str()),
        }
    }
    assert_eq!(gone, ["u00060"]);
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 1, 5 + 1 + 1]);
}

#[tokio::test]
async fn where_users_may_not_be_listed_each_is_read() {
    let world = World::new(10).await;
    world.connect.inject(Fault::of(Operation::ListUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let reader = Reader::new(world.options(Strategy::Changed));
    for known in world.known.values() {
        assert!(reader.refresh(known, &world.connect).await.expect("read").state.is_some());
    }
    assert_eq!((world.count(Operation::ListUsers), world.count(Operation::DescribeUser)), (1, 10));
}

#[tokio::test]
async fn who_was_only_found_by_a_search_is_read_before_its_identity_is_written() {
    let mut world = World::new(2).await;
    world.edit_with("u00001", |user| user.identity.mobile = Some("+16175550100".into()));
    let all = read_all(&"i".into(), &world.connect, &world.options(Strategy::Search)).await.expect("found");
    let found = |name: &str| all.users.iter().find(|state| state.name == name).expect("found").clone();
    let time = world.connect.time();
    let state = world.known_mut("u00001");
    *state = serde_json::from_value(serde_json::to_value(found("u00001")).expect("JSON")).expect("a state");
    // Also a change of our own does not make it whole.
    state.record.last_written = Some(time);
    let wanted = world.wants(|_, document| document["identityInfo"]["firstName"] = "C".into());
    for strategy in [Strategy::None, Strategy::Search, Strategy::Changed] {
        let refreshed = world.refresh_for(&wanted[1..], strategy).await;
        assert_eq!(world.count(Operation::DescribeUser), 1);
        let state = refreshed.states["u00001"].as_ref().expect("there");
        assert!(state.properties.identity.mobile.is_some() && state.record.unread.is_empty());
    }
}

#[tokio::test]
async fn one_who_cannot_be_read_does_not_stop_the_others() {
    let world = World::new(10).await;
    world.connect.inject(Fault::of(Operation::DescribeUser, 4, Outcome::Refused(ErrorKind::AccessDenied)));
    let refreshed = world.refresh(Strategy::Full).await;
    assert_eq!(refreshed.failed.len(), 1);
    assert_eq!(refreshed.there().len(), 10, "as recorded");
    assert_eq!(refreshed.changes(&entries(&world.known)), [], "what was not read is nothing to record");
}

#[tokio::test]
async fn an_instance_that_cannot_be_listed_does_not_stop_the_others() {
    let mut world = World::new(3).await;
    let other: InstanceId = "j".into();
    let mut creation = request("v");
    creation.instance_id = other.clone();
    let made = world.connect.create_user(&creation).await;
    let id = ImportId::new(&other, &made.expect("made").user_id);
    world.known.insert("v".into(), import(&world.connect, &id).await.expect("read").into());
    world.edit("u00001");
    for strategy in [Strategy::Changed, Strategy::Search] {
        let operation = match strategy {
            Strategy::Search => Operation::SearchUsers,
            _ => Operation::ListUsers,
        };
        world.connect.inject(Fault::of(operation, 2, Outcome::Refused(ErrorKind::Service)));
        let refreshed = world.refresh_for(&[], strategy).await;
        assert_eq!(refreshed.failed.keys().collect::<Vec<_>>(), ["v"]);
        let state = |name: &str| refreshed.states[name].as_ref().expect("nobody is gone");
        assert_eq!(state("u00001").properties.routing_profile_id, "by-hand".into());
        assert_eq!(state("v").record.unread, PropertySet::WRITTEN_WHOLE, "nothing is written back unread");
    }
}

#[tokio::test]
async fn nobody_is_gone_from_an_instance_that_is_not_found() {
    // A wrong Region or account.
    let world = World::new(2).await;
    let elsewhere = MemoryConnect::new();
    for strategy in [Strategy::Changed, Strategy::Search, Strategy::Full] {
        let options = world.options(strategy);
        let refreshed =
            refresh(&[] as &[ProgramUser], &world.known, &elsewhere, &options, elsewhere.time()).await;
        assert_eq!((refreshed.failed.len(), refreshed.there().len()), (2, 2), "{strategy:?}");
    }
}

#[tokio::test]
async fn a_list_that_is_not_needed_may_fail() {
    let world = World::new(0).await;
    world.connect.inject(Fault::of(Operation::ListUsers, 1, Outcome::Refused(ErrorKind::Service)));
    let refreshed = world.refresh_for(&[wanted("new", &document("new"))], Strategy::Changed).await;
    assert_eq!(refreshed.failed.len(), 0);
    let [unchecked] = refreshed.unchecked.as_slice() else { panic!("{:?}", refreshed.unchecked) };
    assert!(unchecked.message.starts_with("instance `i` was not listed: `ListUsers` failed"), "{unchecked}");
}

#[tokio::test]
async fn what_may_not_be_asked_is_done_without() {
    let mut world = World::new(3).await;
    let deny = |operation| {
        world.connect.inject(Fault::of(operation, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    };
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    // Without a list, a search; without a search, each by itself.
    deny(Operation::ListUsers);
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 1, 0]);
    assert_eq!((refreshed.failed.len(), refreshed.unchecked.len()), (0, 1));
    deny(Operation::SearchUsers);
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 1, 3]);
    assert!(
        refreshed.unchecked[0].message.contains("cannot be searched for changed tags"),
        "{:?}",
        refreshed.unchecked
    );
    deny(Operation::SearchUsers);
    world.refresh(Strategy::Search).await;
    assert_eq!(calls.map(|operation| world.count(operation)), [0, 1, 3]);
    // Proficiencies that may not be read are not written either.
    manages(world.known_mut("u00001"), Property::UserProficiencies);
    let deny = Fault::of(Operation::ListUserProficiencies, 1, Outcome::Refused(ErrorKind::AccessDenied));
    world.connect.inject(deny);
    let refreshed = world.refresh(Strategy::Full).await;
    assert_eq!((refreshed.failed.len(), refreshed.unchecked.len()), (0, 1));
    let state = refreshed.states["u00001"].as_ref().expect("there");
    assert!(state.record.unread.contains(Property::UserProficiencies));
}

#[tokio::test]
async fn changed_tags_are_seen_whatever_the_time_of_change_says() {
    let world = World::new(600).await;
    let tag = async |name: &str| {
        let tags = Tags::from([("team".to_owned(), "by-hand".to_owned())]);
        let request = TagResource::new(world.known[name].arn.clone(), tags);
        world.connect.tag_resource(&request).await.expect("tagged");
    };
    for number in 0..2 {
        tag(&format!("u{number:05}")).await;
    }
    for (strategy, seen) in [(Strategy::Changed, true), (Strategy::Listed, false)] {
        let refreshed = world.refresh(strategy).await;
        let tags = &refreshed.states["u00001"].as_ref().expect("there").tags_all;
        assert_eq!(tags.get("team").expect("an entry") == "by-hand", seen, "{strategy:?}");
        assert_eq!(world.count(Operation::DescribeUser), 0, "the search that compares tags has them");
    }
    // Where many have changed, the search has them already.
    for number in 2..300 {
        tag(&format!("u{number:05}")).await;
    }
    let refreshed = world.refresh(Strategy::Changed).await;
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    assert_eq!(calls.map(|operation| world.count(operation)), [1, 2, 0]);
    let state = refreshed.states["u00299"].as_ref().expect("there");
    assert_eq!(
        (state.tags_all.get("team").expect("an entry").as_str(), state.record.unread),
        ("by-hand", PropertySet::EMPTY)
    );
    // Read one by one, too.
    let reader = Reader::new(world.options(Strategy::Changed));
    world.connect.clear_calls();
    let mut seen = 0;
    for known in world.known.values() {
        let state = reader.refresh(known, &world.connect).await.expect("read").state.expect("there");
        seen += usize::from(state.tags_all.get("team").expect("an entry") == "by-hand");
    }
    assert_eq!(seen, 300);
    assert_eq!(world.count(Operation::SearchUsers), 2);
}

#[tokio::test]
async fn a_user_that_is_listed_and_cannot_be_read_is_there() {
    let world = World::new(2).await;
    world.edit("u00001");
    world.connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::NotFound)));
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(kinds(&refreshed), [("u00001", &FindingKind::NotReadable)]);
    let state = refreshed.states["u00001"].as_ref().expect("there");
    assert_eq!(state.record.unread, PropertySet::WRITTEN_WHOLE);
    // Read one by one, too, and without a list that was made before.
    world.connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::NotFound)));
    let reader = Reader::new(world.options(Strategy::Full));
    let reading = reader.refresh(&world.known["u00001"], &world.connect).await.expect("read");
    assert!(reading.state.is_some());
    assert_eq!(reading.finding, Some(FindingKind::NotReadable));
}

#[tokio::test]
async fn a_reader_says_what_it_may_not_read() {
    let mut world = World::new(2).await;
    for state in world.known.values_mut().map(Arc::make_mut) {
        state.record.managed.insert(Property::UserProficiencies);
    }
    let reader = Reader::new(world.options(Strategy::Full));
    assert!(reader.unchecked().is_empty());
    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    world.connect.inject(Fault::of(Operation::ListUserProficiencies, 1, denied));
    for known in world.known.values() {
        let state = reader.refresh(known, &world.connect).await.expect("read").state.expect("there");
        assert!(state.record.unread.contains(Property::UserProficiencies));
    }
    let unchecked = reader.unchecked();
    assert_eq!(unchecked.len(), 1);
    assert!(
        unchecked[0].message.starts_with("proficiencies in instance `i` were not read: "),
        "{unchecked:?}"
    );
    assert_eq!(world.count(Operation::ListUserProficiencies), 1);
}

/// What the documents teach: load, refresh, plan, apply. The program changes a first name; somebody has
/// changed e-mail addresses by hand.
#[tokio::test]
async fn a_first_name_changes_and_addresses_that_were_changed_by_hand_stay() {
    for strategy in [Strategy::Changed, Strategy::Listed, Strategy::Search, Strategy::Full] {
        let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
        let names: Vec<String> = (0..8).map(|number| format!("u{number}")).collect();
        let mut known = BTreeMap::new();
        for name in &names {
            let mut request = request(name);
            request.password = Some(connect_user::user::Secret::new("Password123"));
            request.identity.email = Some("before@example.com".into());
            let made = connect.create_user(&request).await.expect("made");
            let id = ImportId::new(&"i".into(), &made.user_id);
            let mut state = import(&connect, &id).await.expect("read");
            state.record.managed = wanted(name, &document(name)).desired.spec().managed();
            known.insert(name.clone(), Arc::new(state));
        }
        connect.set_time(connect.time().plus(Duration::from_secs(3_600)));
        for state in known.values() {
            let email = Some("by-hand@example.com".into());
            assert!(connect.edit_user(&"i".into(), &state.user_id, |user, _| user.identity.email = email));
        }
        let wanted: Vec<ProgramUser> = names
            .iter()
            .map(|name| {
                let mut document = document(name);
                document["identityInfo"]["firstName"] = "New".into();
                wanted(name, &document)
            })
            .collect();
        let store = MemoryStore::new(entries(&known));
        let options = RefreshOptions::builder().strategy(strategy).build();
        let refreshed = refresh(&wanted, &known, &connect, &options, connect.time()).await;
        store.commit(&refreshed.changes(&entries(&known))).await.expect("written");
        let plan =
            plan(&wanted, &refreshed.there(), &Default::default()).expect("everything needed was read");
        let now = || connect.time();
        assert!(apply(&plan, &store, &connect, &at_once(&now)).await.is_done());
        for (user, _) in connect.users(&"i".into()) {
            assert_eq!(user.identity.first_name, Some("New".into()));
            assert_eq!(user.identity.email, Some("by-hand@example.com".into()), "{strategy:?}");
        }
    }
}

#[tokio::test]
async fn an_address_set_seconds_after_our_own_change_survives_the_next_one() {
    let mut world = World::new(1).await;
    world.edit_with("u00000", |user| user.identity.mobile = Some("+16175550100".into()));
    let time = world.connect.time().as_millis();
    let state = world.known_mut("u00000");
    state.last_modified_time = None;
    state.record.last_written = Some(Timestamp::from_millis(time - 3_000));
    let wanted = world.wants(|_, document| document["identityInfo"]["firstName"] = "C".into());
    let refreshed = world.refresh_for(&wanted, Strategy::Changed).await;
    let state = refreshed.states["u00000"].as_ref().expect("there");
    assert_eq!(state.properties.identity.mobile, Some("+16175550100".into()));
    assert_eq!(world.count(Operation::DescribeUser), 1);
    // Read one by one, too.
    let known = &world.known["u00000"];
    let mut options = world.options(Strategy::Changed);
    options.strategy = Strategy::Listed;
    let reader = Reader::new(options);
    let desired = &wanted[0].desired;
    let read = reader.for_plan(desired.spec(), known, desired.settings(), &world.connect).await;
    let state = read.expect("read").state.expect("there");
    assert_eq!(state.properties.identity.mobile, Some("+16175550100".into()));
    // A plan that writes no block needs no reading.
    world.connect.clear_calls();
    let same = wanted_as_made("u00000");
    let read = reader.for_plan(same.desired.spec(), known, same.desired.settings(), &world.connect).await;
    assert_eq!(read.expect("read").state.as_ref(), Some(&**known));
    assert_eq!(world.connect.calls().len(), 0);
}

#[tokio::test]
async fn a_reading_that_finds_nothing_changes_nothing() {
    let mut world = World::new(10).await;
    // As an update leaves them: the time of the change is known by our clock only.
    for state in world.known.values_mut().map(Arc::make_mut) {
        state.record.last_written = state.last_modified_time.take();
    }
    let json = |state: &UserState| serde_json::to_string(state).expect("JSON");
    for strategy in [Strategy::Changed, Strategy::Listed, Strategy::Full] {
        let reader = Reader::new(world.options(strategy));
        for known in world.known.values() {
            let read = reader.refresh(known, &world.connect).await.expect("read").state.expect("there");
            assert_eq!((&read, json(&read)), (&**known, json(known)), "{strategy:?}");
        }
    }
}

#[tokio::test]
async fn after_an_update_a_plan_reads_nobody() {
    let mut world = World::new(100).await;
    for state in world.known.values_mut().map(Arc::make_mut) {
        state.record.last_written = state.last_modified_time.take();
    }
    world.refresh_for(&world.wants(|_, _| {}), Strategy::Changed).await;
    assert_eq!(world.connect.calls().len(), 2, "a list and a search");
}

#[tokio::test]
async fn after_our_own_change_of_tags_a_plan_reads_nobody_whether_it_moves_the_time_or_not() {
    for moves in [false, true] {
        let world = World::new(20).await;
        let wanted = world.wants(|_, document| document["tags"]["team"] = "y".into());
        let plan = plan(&wanted, &world.known, &Default::default()).expect("a plan");
        let store = MemoryStore::new(entries(&world.known));
        let now = || world.connect.time();
        assert!(apply(&plan, &store, &world.connect, &at_once(&now)).await.is_done());
        let known: BTreeMap<_, _> =
            store.entries().into_iter().filter_map(|(name, entry)| Some((name, entry.state?))).collect();
        if moves {
            for state in known.values() {
                assert!(world.connect.edit_user(&"i".into(), &state.user_id, |_, _| {}));
            }
        }
        let world = World { known, ..world };
        let refreshed = world.refresh_for(&wanted, Strategy::Changed).await;
        assert_eq!(world.connect.calls().len(), 2, "a list and a search");
        assert_eq!(
            refreshed.states["u00001"].as_ref().expect("there").tags_all.get("team").expect("an entry"),
            "y"
        );
    }
}

#[tokio::test]
async fn who_is_gone_and_missing_from_the_program_leaves_the_store() {
    let mut world = World::new(4).await;
    for name in ["u00001", "u00002", "u00003"] {
        world.delete(name).await;
    }
    // One of them had superseded a user who is still to be deleted.
    let left = world.known["u00000"].to_replaced();
    let state = world.known_mut("u00002");
    state.record.unfinished.replaced.push(left.clone());
    world.known.remove("u00000");
    let wanted = vec![wanted_as_made("u00001")];
    let refreshed = world.refresh_for(&wanted, Strategy::Changed).await;
    let changes = refreshed.changes(&entries(&world.known));
    let [StoreChange { name, entry: Some(entry), .. }, StoreChange { name: removed, entry: None, .. }] =
        changes.as_slice()
    else {
        panic!("{changes:?}")
    };
    assert_eq!((name.as_str(), removed.as_str()), ("u00002", "u00003"));
    assert_eq!(entry.state.as_deref().map(UserState::to_replaced), Some(left), "it is to be deleted");
    assert!(refreshed.states["u00001"].is_none(), "it is created again, with what is left to do");
}

/// `u00002` has superseded two users who are still to be deleted, and is gone.
#[tokio::test]
async fn whoever_a_user_that_is_gone_had_superseded_is_the_user_where_the_program_wants_it_again() {
    for (desired, stands_for) in [("u00001", Some("u00001")), ("u00002", None), ("u00009", None)] {
        let mut world = World::new(3).await;
        world.delete("u00002").await;
        let left = ["u00000", "u00001"].map(|name| world.known[name].to_replaced());
        world.known_mut("u00002").record.unfinished.replaced.extend(left.clone());
        world.known.retain(|name, _| name == "u00002");
        let refreshed = world.refresh_for(&[wanted("u00002", &document(desired))], Strategy::Changed).await;
        let state = refreshed.states["u00002"].as_ref();
        assert_eq!(state.map(|state| state.name.as_str()), stands_for, "{desired}");
        let Some(state) = state else { continue };
        assert_eq!(state.record.unfinished.replaced, left[..1], "the other one is still to be deleted");
        assert!(state.record.unread.is_empty(), "{:?}", state.record.unread);
    }
}

#[tokio::test]
async fn whoever_a_user_that_is_gone_had_superseded_keeps_its_own_time_of_creation() {
    let mut world = World::new(2).await;
    let now = world.connect.time();
    let mut left = world.known["u00000"].to_replaced();
    left.created = Some(now);
    for name in ["u00000", "u00001"] {
        world.delete(name).await;
    }
    world.known.remove("u00000");
    let state = world.known_mut("u00001");
    state.record.created = Some(Timestamp::from_millis(1));
    state.record.unfinished.replaced.push(left.clone());
    let refreshed = world.refresh(Strategy::Changed).await;
    // It was created a moment ago, and may only not be visible yet.
    let state = refreshed.states["u00001"].as_ref().expect("taken to be there");
    assert_eq!((&state.user_id, state.record.created), (&left.user_id, Some(now)));
    let kept = refreshed.changes(&entries(&world.known));
    assert!(matches!(kept.as_slice(), [StoreChange { entry: Some(_), .. }]), "{kept:?}");
}

/// Carries out plans without a quota.
fn at_once(now: &(dyn Fn() -> Timestamp + Send + Sync)) -> FleetOptions<'_> {
    let timer = Arc::new(ThreadTimer::default());
    let unbounded = Rate::UNLIMITED;
    let pace = Arc::new(TokenBuckets::new(unbounded, timer.clone()));
    let apply = ApplyOptions::builder().now(now).read_back(false).build();
    FleetOptions::builder().timer(timer).pace(pace).apply(apply).build()
}

fn wanted_as_made(name: &str) -> ProgramUser {
    wanted(name, &document(name))
}

fn entries(known: &BTreeMap<String, Arc<UserState>>) -> BTreeMap<String, Entry> {
    known.iter().map(|(name, state)| (name.clone(), Entry::new(state.clone()))).collect()
}

#[tokio::test]
async fn proficiencies_that_a_program_asks_for_are_read_once() {
    let mut world = World::new(3).await;
    for state in world.known.values_mut().map(Arc::make_mut) {
        state.properties.proficiencies = None;
    }
    let mut document = document("u00001");
    document["userProficiencies"] = serde_json::json!([]);
    let refreshed = world.refresh_for(&[wanted("u00001", &document)], Strategy::Changed).await;
    assert_eq!(world.count(Operation::ListUserProficiencies), 1);
    let proficiencies =
        |name: &str| &refreshed.states[name].as_ref().expect("there").properties.proficiencies;
    assert_eq!((proficiencies("u00001"), proficiencies("u00002")), (&Some(Default::default()), &None));
    let list = ListUsers::new("i");
    assert_eq!(world.connect.list_users(&list).await.expect("a page").items.len(), 3);
}

/// A rename is taken back while the old user is still there: it is who is desired, and the new one goes.
#[tokio::test(start_paused = true)]
async fn a_rename_that_is_taken_back_keeps_the_old_user() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let instance = InstanceId::new("i");
    let run = async |name: &str| {
        let wanted = [wanted("a", &document(name))];
        let entries = load_all(&store).await.expect("all");
        let known: BTreeMap<String, Arc<UserState>> =
            entries.iter().filter_map(|(name, entry)| Some((name.clone(), entry.state.clone()?))).collect();
        let (options, now) = (RefreshOptions::default(), Timestamp::from_millis(9_999_999));
        let refreshed = refresh(&wanted, &known, &connect, &options, now).await;
        store.commit(&refreshed.changes(&entries)).await.expect("written");
        let options = PlanOptions::builder().guard(Guard::OFF).build();
        let plan = plan(&wanted, &refreshed.there(), &options).expect("a plan");
        let outcome = apply(&plan, &store, &connect, &crate::apply::options()).await;
        (plan.count(Action::Create) + plan.count(Action::Replace), outcome)
    };
    run("jane").await;
    let id = connect.users(&instance)[0].0.user_id.clone();
    for occurrence in 1..=3 {
        connect.inject(Fault::of(
            Operation::DeleteUser,
            occurrence,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
    }
    assert!(!run("june").await.1.is_done(), "jane is left");
    connect.clear_faults();
    let (created, outcome) = run("jane").await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(created, 0, "nobody is created");
    let there: Vec<_> =
        connect.users(&instance).into_iter().map(|(user, _)| (user.user_id, user.name)).collect();
    assert_eq!(there, [(id, "jane".to_owned())]);
}
