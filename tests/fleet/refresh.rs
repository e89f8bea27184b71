//! Reading a fleet again: who is read, how, and in how many calls.

use std::{collections::BTreeMap, time::Duration};

use connect_user::{
    apply::import,
    client::{
        ConnectClient, CreateUser, DeleteUser, ErrorKind, ListUsers,
        memory::{Fault, MemoryConnect, Outcome},
    },
    fleet::{FindingKind, Reader, RefreshOptions, Refreshed, Strategy, read_all, refresh},
    user::{IdentityManagementType, ImportId, Operation, Property, Timestamp, UserState},
};

use crate::support::*;

/// A service with users, and the users as they are recorded.
struct World {
    connect: MemoryConnect,
    known: BTreeMap<String, UserState>,
}

fn request(name: &str) -> CreateUser {
    let desired = wanted(name, &document(name)).desired;
    let settings = desired.settings();
    CreateUser {
        instance_id: desired.instance_id().clone(),
        name: name.to_owned(),
        password: None,
        directory_user_id: None,
        identity: settings.identity.clone(),
        phone: Some(settings.phone.clone()),
        routing_profile_id: settings.routing_profile_id.clone(),
        security_profile_ids: settings.security_profile_ids.clone(),
        hierarchy_group_id: None,
        channels: Default::default(),
        tags: desired.tags_all(),
    }
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
            state.record.managed = wanted(&name, &document(&name)).desired.managed();
            known.insert(name, state);
        }
        connect.clear_calls();
        connect.set_time(connect.time().plus(Duration::from_secs(3_600)));
        Self { connect, known }
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
        RefreshOptions::builder().strategy(strategy).now(self.connect.time()).build()
    }

    async fn refresh(&self, strategy: Strategy) -> Refreshed {
        self.connect.clear_calls();
        refresh(&self.known, &self.connect, &self.options(strategy)).await.expect("refreshed")
    }

    fn count(&self, operation: Operation) -> usize {
        self.connect.calls().iter().filter(|call| call.operation == operation).count()
    }

    async fn delete(&self, name: &str) {
        let request = DeleteUser { instance_id: "i".into(), user_id: self.known[name].user_id.clone() };
        self.connect.delete_user(&request).await.expect("deleted");
    }
}

fn kinds(refreshed: &Refreshed) -> Vec<(&str, &FindingKind)> {
    refreshed.findings.iter().map(|finding| (finding.user.as_str(), &finding.kind)).collect()
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
        manages(world.known.get_mut(&name).expect("known"), Property::Email);
    }
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!((world.count(Operation::ListUsers), world.count(Operation::DescribeUser)), (10, 50));
    assert_eq!(world.connect.calls().len(), 60);
    let read = |name: &str| refreshed.states[name].as_ref().expect("there");
    assert_eq!(read("u00199").settings.routing_profile_id, "by-hand".into());
    assert_eq!(read("u00200"), &world.known["u00200"]);
    assert_eq!(refreshed.present["i"], 10_000);
    assert_eq!(
        refreshed.explanations,
        ["instance `i`: 50 of 10000 recorded users may have changed; reading them takes 50 calls"]
    );
    assert!(refreshed.owner_of(&"i".into(), "u09999").is_some());
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
        world.known.get_mut(&name).expect("known").settings.identity.mobile = mobile.clone();
    }
    // Who manages what a search leaves out is read whole.
    manages(world.known.get_mut("u00003").expect("known"), Property::Mobile);
    let refreshed = world.refresh(Strategy::Changed).await;
    let calls = [Operation::ListUsers, Operation::SearchUsers, Operation::DescribeUser];
    assert_eq!(calls.map(|operation| world.count(operation)), [2, 3, 1]);
    assert_eq!(refreshed.partial.len(), 899);
    let read = refreshed.states["u00007"].as_ref().expect("there");
    assert_eq!(read.settings.routing_profile_id, "by-hand".into());
    assert!(read.settings.identity.mobile.is_some(), "what a search leaves out is kept");
    assert_eq!(read.last_modified_time, world.known["u00007"].last_modified_time, "it is to be seen again");
    assert_eq!(
        refreshed.explanations,
        ["instance `i`: 900 of 1200 recorded users may have changed; searching takes 4 calls"]
    );
    // Before its identity is written, a user is read whole.
    let mut refreshed = refreshed;
    world.connect.clear_calls();
    refreshed.complete(["u00007", "u01000"], &world.connect, &world.options(Strategy::Changed)).await;
    assert_eq!(world.connect.calls().len(), 1, "the other one is whole already");
    assert_eq!(refreshed.partial.len(), 898);
    assert_ne!(
        refreshed.states["u00007"].as_ref().expect("there").last_modified_time,
        world.known["u00007"].last_modified_time
    );
}

#[tokio::test]
async fn each_strategy_takes_the_calls_that_it_says() {
    let mut world = World::new(20).await;
    manages(world.known.get_mut("u00001").expect("known"), Property::UserProficiencies);
    for (strategy, expected, explanation) in [
        (Strategy::None, [0, 0, 0, 0], "nothing is read: what is recorded is taken as it is"),
        (Strategy::Search, [0, 1, 0, 1], "instance `i`: searching 20 users takes 1 call"),
        (Strategy::Full, [1, 0, 20, 1], "instance `i`: reading each of 20 recorded users takes 21 calls"),
        (
            Strategy::Changed,
            [1, 0, 0, 0],
            "instance `i`: 0 of 20 recorded users may have changed; reading them takes 0 calls",
        ),
    ] {
        let refreshed = world.refresh(strategy).await;
        let calls = [
            Operation::ListUsers,
            Operation::SearchUsers,
            Operation::DescribeUser,
            Operation::ListUserProficiencies,
        ];
        assert_eq!(calls.map(|operation| world.count(operation)), expected, "{strategy:?}");
        assert_eq!(refreshed.explanations, [explanation]);
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
    own(world.known.get_mut("u00000").expect("known"), Timestamp::from_millis(now.as_millis() + 2_000));
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 0, "the change was ours");
    let state = refreshed.states["u00000"].as_ref().expect("there");
    assert_eq!((state.last_modified_time, state.record.last_written), (Some(now), None));
    // Somebody else's change after ours is seen.
    world.connect.set_time(now.plus(Duration::from_secs(60)));
    world.edit("u00000");
    world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 1);
    // Made a moment ago, and nowhere to be seen.
    world.delete("u00001").await;
    own(world.known.get_mut("u00001").expect("known"), world.connect.time());
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(kinds(&refreshed), [("u00001", &FindingKind::NotVisibleYet)]);
    assert!(refreshed.states["u00001"].is_some());
    world.connect.set_time(now.plus(Duration::from_secs(1_000)));
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(kinds(&refreshed), [("u00001", &FindingKind::Gone)], "minutes later it is gone");
}

#[tokio::test]
async fn whose_apply_was_killed_is_read_whatever_the_time_of_change_says() {
    let mut world = World::new(3).await;
    world.known.get_mut("u00001").expect("known").record.under_way = true;
    let json = serde_json::to_value(&world.known["u00001"]).expect("JSON");
    assert_eq!(json["underWay"], true);
    let again: UserState = serde_json::from_value(json).expect("a state");
    assert!(again.record.under_way, "it is remembered");
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 1);
    assert!(!refreshed.states["u00001"].as_ref().expect("there").record.under_way, "now it is known again");
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
        match reader.refresh(known, &world.connect).await.expect("read") {
            Some(state) => assert_eq!(state.name, *name),
            None => gone.push(name.as_str()),
        }
    }
    assert_eq!(gone, ["u00060"]);
    assert_eq!((world.count(Operation::ListUsers), world.count(Operation::DescribeUser)), (1, 5 + 1 + 1));
}

#[tokio::test]
async fn where_users_may_not_be_listed_each_is_read() {
    let world = World::new(10).await;
    world.connect.inject(Fault::of(Operation::ListUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let reader = Reader::new(world.options(Strategy::Changed));
    for known in world.known.values() {
        assert!(reader.refresh(known, &world.connect).await.expect("read").is_some());
    }
    assert_eq!((world.count(Operation::ListUsers), world.count(Operation::DescribeUser)), (1, 10));
}

#[tokio::test]
async fn who_was_only_found_by_a_search_is_read_before_its_identity_is_written() {
    let mut world = World::new(2).await;
    world.edit_with("u00001", |user| user.identity.mobile = Some("+16175550100".into()));
    let all = read_all(&"i".into(), &world.connect, &world.options(Strategy::Search)).await.expect("found");
    let found = |name: &str| all.users.iter().find(|state| state.name == name).expect("found").clone();
    let state = world.known.get_mut("u00001").expect("known");
    *state = serde_json::from_value(serde_json::to_value(found("u00001")).expect("JSON")).expect("a state");
    // Also a change of our own does not make it whole.
    state.record.last_written = Some(world.connect.time());
    for strategy in [Strategy::None, Strategy::Search] {
        let mut refreshed = world.refresh(strategy).await;
        assert!(refreshed.partial.contains("u00001"));
        refreshed.complete(["u00001"], &world.connect, &world.options(strategy)).await;
        let state = refreshed.states["u00001"].as_ref().expect("there");
        assert!(state.settings.identity.mobile.is_some() && state.record.unread.is_empty());
    }
    let refreshed = world.refresh(Strategy::Changed).await;
    assert_eq!(world.count(Operation::DescribeUser), 1);
    assert!(refreshed.states["u00001"].as_ref().expect("there").settings.identity.mobile.is_some());
}

#[tokio::test]
async fn one_who_cannot_be_read_does_not_stop_the_others() {
    let world = World::new(10).await;
    world.connect.inject(Fault::of(Operation::DescribeUser, 4, Outcome::Refused(ErrorKind::AccessDenied)));
    let refreshed =
        refresh(&world.known, &world.connect, &world.options(Strategy::Full)).await.expect("refreshed");
    assert_eq!(refreshed.failed.len(), 1);
    assert_eq!(refreshed.there().len(), 10, "as recorded");
    world.connect.inject(Fault::of(Operation::ListUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let error = refresh(&world.known, &world.connect, &world.options(Strategy::Changed)).await;
    assert_eq!(error.expect_err("no list").kind(), ErrorKind::AccessDenied);
}

#[tokio::test]
async fn proficiencies_that_a_program_asks_for_are_read_once() {
    let mut world = World::new(3).await;
    for state in world.known.values_mut() {
        state.settings.proficiencies = None;
    }
    let mut options = world.options(Strategy::Changed);
    options.proficiencies = [("i".into(), "u00001".to_owned())].into();
    let refreshed = refresh(&world.known, &world.connect, &options).await.expect("refreshed");
    assert_eq!(world.count(Operation::ListUserProficiencies), 1);
    let proficiencies = |name: &str| &refreshed.states[name].as_ref().expect("there").settings.proficiencies;
    assert_eq!((proficiencies("u00001"), proficiencies("u00002")), (&Some(Default::default()), &None));
    let list = ListUsers { instance_id: "i".into(), next_token: None, max_results: None };
    assert_eq!(world.connect.list_users(&list).await.expect("a page").items.len(), 3);
}
