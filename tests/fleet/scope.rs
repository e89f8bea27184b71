//! Runs that are about some users only: who is meant, and that nobody else is touched.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::{
    apply::{self, ApplyOptions},
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::{self, Action},
    fleet::{
        Desired, Entry, FleetPreview, MemoryStore, ProgramUser, Session, SessionError, SessionOptions,
        StateStore, StoreChange, load_all,
    },
    read::{Filter, Instances, Strategy},
    user::{Code, IdentityManagementType, Input, InstanceId, Operation, Settings, UserState},
};
use fastrand::Rng;
use serde_json::json;

use crate::{
    session::{preview, session_options},
    support::*,
};

fn filter(conditions: &[&str]) -> Filter {
    let all = conditions.iter().try_fold(Filter::default(), |filter, condition| filter.and(condition));
    all.unwrap_or_else(|error| panic!("{error}"))
}

fn options<'a>(conditions: &[&str]) -> SessionOptions<'a> {
    let mut options = session_options();
    options.filter = filter(conditions);
    options
}

/// A user of a team, with a resource name that is its name.
fn member(name: &str, team: &str) -> ProgramUser {
    named_member(name, name, team)
}

fn named_member(resource: &str, name: &str, team: &str) -> ProgramUser {
    let mut user = document(name);
    user["tags"] = json!({"team": team});
    wanted(resource, &user)
}

async fn carry_out(
    store: &MemoryStore,
    connect: &MemoryConnect,
    program: &[ProgramUser],
    conditions: &[&str],
) {
    let mut session = Session::open(store, connect, options(conditions)).await.expect("open");
    let shown = preview(&mut session, program).await;
    let options = session.apply_options();
    let outcome = session.apply(shown, &mut connect_user::fleet::AllKnown, &options).await.expect("applied");
    assert!(outcome.is_done(), "{outcome:?}");
}

async fn plan(
    store: &MemoryStore,
    connect: &MemoryConnect,
    program: &[ProgramUser],
    conditions: &[&str],
) -> FleetPreview {
    let mut session = Session::open(store, connect, options(conditions)).await.expect("open");
    preview(&mut session, program).await
}

fn actions(preview: &FleetPreview) -> BTreeMap<&str, Action> {
    preview.users().iter().map(|user| (user.name.as_str(), user.action())).collect()
}

async fn states(store: &MemoryStore) -> BTreeMap<String, UserState> {
    let entries = load_all(store).await.expect("all").into_iter();
    entries.filter_map(|(name, entry)| Some((name, entry.state?.as_ref().clone()))).collect()
}

/// Sets the team of a user as somebody else would.
fn by_hand(connect: &MemoryConnect, state: &UserState, team: &str) {
    let edited = connect.edit_user(&state.instance_id, &state.user_id, |user, _| {
        user.tags.insert("team".to_owned(), team.to_owned());
    });
    assert!(edited);
}

#[tokio::test(start_paused = true)]
async fn a_user_is_meant_as_recorded_as_it_is_and_as_it_is_desired() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let teams = [
        ("stays", "red"),
        ("other", "blue"),
        ("leaves", "red"),
        ("enters", "blue"),
        ("taken", "red"),
        ("given", "blue"),
        ("goes", "red"),
        ("other-goes", "blue"),
    ];
    let made: Vec<_> = teams.iter().map(|(name, team)| member(name, team)).collect();
    carry_out(&store, &connect, &made, &[]).await;
    let recorded = states(&store).await;
    by_hand(&connect, &recorded["taken"], "blue");
    by_hand(&connect, &recorded["given"], "red");
    by_hand(&connect, &recorded["other"], "green");

    let program = [
        member("stays", "red"),
        member("other", "blue"),
        member("leaves", "blue"),
        member("enters", "red"),
        member("taken", "red"),
        member("given", "blue"),
        member("new", "red"),
        member("other-new", "blue"),
    ];
    let shown = plan(&store, &connect, &program, &["tag:team=red"]).await;
    let expected = [
        ("leaves", Action::Update),
        ("enters", Action::Update),
        ("taken", Action::Update),
        ("given", Action::Update),
        ("new", Action::Create),
        ("goes", Action::Delete),
    ];
    assert_eq!(actions(&shown), expected.into());

    carry_out(&store, &connect, &program, &["tag:team=red"]).await;
    assert!(plan(&store, &connect, &program, &["tag:team=red"]).await.users().is_empty());
    let after = states(&store).await;
    assert!(
        after.contains_key("other-goes") && !after.contains_key("goes") && !after.contains_key("other-new")
    );
    // What is left is what the scope has left out.
    let rest = plan(&store, &connect, &program, &[]).await;
    let expected = [("other", Action::Update), ("other-new", Action::Create), ("other-goes", Action::Delete)];
    assert_eq!(actions(&rest), expected.into());
}

#[tokio::test(start_paused = true)]
async fn the_scope_saves_calls() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let team = |number: usize| if number % 500 == 7 { "red" } else { "blue" };
    let program: Vec<_> = (0..10_000).map(|number| member(&format!("u{number:05}"), team(number))).collect();
    let mut changes = Vec::new();
    for user in &program {
        let Desired::Known(desired) = &user.desired else { panic!("known") };
        let plan = diff::plan(desired.clone(), None, desired.settings()).expect("a plan");
        let made = apply::apply(&plan, None, &connect, &ApplyOptions::default()).await.expect("made");
        let entry = Entry::new(made.state.expect("there"));
        changes.push(StoreChange::put(user.name.clone(), entry));
    }
    store.commit(&changes).await.expect("recorded");
    // Long ago: no change is taken for our own.
    connect.set_time(connect.time().plus(std::time::Duration::from_secs(7_200)));
    let recorded = states(&store).await;
    for number in (0..10_000).step_by(100) {
        by_hand(&connect, &recorded[&format!("u{number:05}")], "green");
    }
    let count = |operation| connect.calls().iter().filter(|call| call.operation == operation).count();
    for (strategy, list, describe) in
        [(Strategy::Changed, 10, 0..=20), (Strategy::Search, 0, 0..=0), (Strategy::Full, 10, 20..=20)]
    {
        connect.clear_calls();
        let mut options = options(&["tag:team=red"]);
        options.refresh.strategy = strategy;
        options.read_only = true;
        let mut session = Session::open(&store, &connect, options).await.expect("open");
        let shown = preview(&mut session, &program).await;
        assert!(shown.users().is_empty(), "{:?}", actions(&shown));
        assert_eq!((count(Operation::SearchUsers), count(Operation::ListUsers)), (1, list), "{strategy}");
        assert!(
            describe.contains(&count(Operation::DescribeUser)),
            "{strategy}: {:?}",
            session.refreshed().explanations
        );
    }
    connect.clear_calls();
    let mut unread = options(&["tag:team=red"]);
    unread.refresh.strategy = Strategy::None;
    let mut session = Session::open(&store, &connect, unread).await.expect("open");
    preview(&mut session, &program).await;
    assert!(connect.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_resources_are_one_user_also_where_one_is_not_meant() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let program = [named_member("x", "ana", "red"), named_member("y", "ana", "blue")];
    for condition in ["tag:team=red", "tag:team=blue"] {
        let refused = plan(&store, &connect, &program, &[condition]).await.into_plan().expect_err("refused");
        let [reason] = refused.reasons.as_slice() else { panic!("{refused}") };
        assert_eq!(reason.code, "duplicate-user");
    }
    assert!(plan(&store, &connect, &program, &["tag:team=green"]).await.users().is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_moves_is_meant_under_the_new_name() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    carry_out(&store, &connect, &[named_member("a", "ana", "red"), named_member("b", "bea", "blue")], &[])
        .await;
    let program = [named_member("c", "ana", "green"), named_member("d", "bea", "black")];
    by_hand(&connect, &states(&store).await["a"], "yellow");
    for (targets, conditions) in
        [(&["c"][..], &[][..]), (&[], &["tag:team=red"]), (&["c"], &["tag:team=green"])]
    {
        let mut options = options(conditions);
        options.targets = targets.iter().map(|name| (*name).to_owned()).collect();
        options.read_only = true;
        let mut session = Session::open(&store, &connect, options).await.expect("open");
        let shown = preview(&mut session, &program).await;
        assert_eq!(actions(&shown), [("c", Action::Update)].into(), "{conditions:?}");
        assert_eq!(shown.moves().collect::<Vec<_>>(), [("a", "c")]);
        // It was read under its old name.
        assert_eq!(session.state("c").expect("there").tags_all.get("team").expect("an entry"), "yellow");
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_be_meant_is_told() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let mut spec = spec(&document("ana"));
    spec.tags = Some(Input::Unknown);
    let program =
        [ProgramUser::builder().name("a").desired(Desired::partial(spec, Settings::default())).build()];
    let mut session = Session::open(&store, &connect, options(&["tag:team=red"])).await.expect("open");
    assert!(preview(&mut session, &program).await.users().is_empty());
    let unchecked = &session.refreshed().unchecked;
    assert_eq!(unchecked.len(), 1, "{unchecked:?}");
    assert_eq!(unchecked[0].subject.as_deref(), Some("a"));
    // What decides otherwise need not be known.
    let mut session =
        Session::open(&store, &connect, options(&["tag:team=red", "name=bea"])).await.expect("open");
    preview(&mut session, &program).await;
    let said: Vec<_> = session.refreshed().unchecked.iter().map(|found| found.code).collect();
    assert_eq!(said, [Code::NOBODY_MEANT]);
}

#[tokio::test(start_paused = true)]
async fn without_a_search_who_is_recorded_and_desired_is_meant() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    carry_out(&store, &connect, &[member("a", "red"), member("b", "blue")], &[]).await;
    let recorded = states(&store).await;
    by_hand(&connect, &recorded["b"], "red");
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let denied = Fault::of(Operation::SearchUsers, 2, Outcome::Refused(ErrorKind::AccessDenied));
    connect.inject(denied);
    let shown = plan(&store, &connect, &[member("a", "blue"), member("b", "blue")], &["tag:team=red"]).await;
    assert_eq!(actions(&shown), [("a", Action::Update)].into());
    connect.clear_faults();
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::Invalid)));
    let mut session = Session::open(&store, &connect, options(&["tag:team=red"])).await.expect("open");
    let failed = session.refresh(&[] as &[ProgramUser]).await.expect_err("nobody is chosen");
    assert!(matches!(&failed, SessionError::Filter(_)) && failed.to_string().contains("cannot be searched"));
}

fn instance(id: &str, sales: &str) -> MemoryInstance {
    MemoryInstance::new(id, IdentityManagementType::Saml)
        .with_named_routing_profile(sales, "Sales")
        .with_named_routing_profile("r2", "Service")
        .with_named_security_profile("s1", "Agent")
        .with_named_hierarchy_group("g0", ["Europe"])
        .with_named_hierarchy_group("g1", ["Europe", "Berlin"])
        .with_named_hierarchy_group("g2", ["America"])
}

#[tokio::test(start_paused = true)]
async fn names_in_conditions_are_those_of_each_instance() {
    let (connect, store) = (MemoryConnect::new(), MemoryStore::default());
    connect.add_instance(instance("i", "r1"));
    connect.add_instance(instance("j", "r9"));
    let user = |resource: &str, instance: &str, profile: &str, group: Option<&str>| {
        let mut user = document(resource);
        user["instanceId"] = json!(instance);
        user["routingProfileId"] = json!(profile);
        user["hierarchyGroupId"] = json!(group.unwrap_or_default());
        wanted(resource, &user)
    };
    let program = [
        user("a", "i", "r1", Some("g1")),
        user("b", "i", "r2", Some("g2")),
        user("c", "j", "r9", Some("g0")),
        user("d", "j", "r2", None),
    ];
    let meant = async |conditions: &[&str]| {
        let shown = plan(&store, &connect, &program, conditions).await;
        actions(&shown).into_keys().map(str::to_owned).collect::<Vec<_>>()
    };
    for _ in ["of the program", "recorded"] {
        for (conditions, expected) in [
            (&["routing-profile=name:Sales"][..], &["a", "c"][..]),
            (&["routing-profile=name:Service", "security-profile=name:Agent"], &["b", "d"]),
            (&["group=path:/Europe/Berlin"], &["a"]),
            (&["group-tree=name:Europe"], &["a", "c"]),
            (&["group-tree=g0", "routing-profile=name:Sales"], &["a", "c"]),
            (&["group=name:Europe"], &["c"]),
        ] {
            let found = meant(conditions).await;
            let recorded = states(&store).await.len();
            let expected = if recorded == 0 { expected } else { &[] };
            assert_eq!(found, expected, "{conditions:?}");
        }
        carry_out(&store, &connect, &program, &[]).await;
    }
    // Recorded users are deleted where the condition holds for them, and no others.
    let shown = plan(&store, &connect, &[], &["group-tree=name:Europe"]).await;
    assert_eq!(actions(&shown), [("a", Action::Delete), ("c", Action::Delete)].into());

    let refused = async |condition: &str| {
        let mut session = Session::open(&store, &connect, options(&[condition])).await.expect("open");
        let error = session.refresh(&[] as &[ProgramUser]).await.expect_err(condition);
        format!("{error}; {}", error.help())
    };
    let said = refused("routing-profile=name:Sale").await;
    assert_eq!(said, "the instance `i` has no routing profile of the name `Sale`; did you mean `Sales`?");
    let said = refused("group=path:Europe/Bern").await;
    assert!(
        said.starts_with("the instance `i` has no hierarchy group at the path `Europe/Bern`; "),
        "{said}"
    );
}

#[tokio::test]
async fn a_name_that_means_several_things_is_refused() {
    let connect = MemoryConnect::new();
    connect.add_instance(instance("i", "r1").with_named_routing_profile("r7", "Sales"));
    let ids = [InstanceId::new("i")];
    let instances = Instances::default();
    let found = filter(&["routing-profile=name:Sales"]).in_instances(&ids, &instances, &connect).await;
    assert_eq!(found.expect_err("ambiguous").code, "ambiguous-name");
    // Ids take no call.
    connect.clear_calls();
    let found = filter(&["routing-profile=r1"]).in_instances(&ids, &instances, &connect).await.expect("ids");
    assert!(found.get(&ids[0]).is_some() && connect.calls().is_empty());
}

/// In an instance that has whatever someone asks for, too, it is known who is below a group that nobody has named.
#[tokio::test(start_paused = true)]
async fn nobody_is_below_a_group_that_is_not_there() {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let mut user = document("a");
    user["hierarchyGroupId"] = json!("g1");
    let program = [wanted("a", &user)];
    let mut session = Session::open(&store, &connect, options(&["group-tree=nope"])).await.expect("open");
    assert!(preview(&mut session, &program).await.users().is_empty());
    let said: Vec<_> = session.refreshed().unchecked.iter().map(|found| found.code).collect();
    assert_eq!(said, [Code::NOBODY_MEANT]);
}

/// Whoever still has an id that is gone is meant by it.
#[tokio::test(start_paused = true)]
async fn an_id_is_looked_up_where_nobody_has_it() {
    let (connect, store) = (MemoryConnect::new(), MemoryStore::default());
    connect.add_instance(instance("i", "r1"));
    connect.add_instance(instance("j", "r9"));
    let user = |resource: &str, instance: &str, profile: &str| {
        let mut user = document(resource);
        (user["instanceId"], user["routingProfileId"]) = (json!(instance), json!(profile));
        wanted(resource, &user)
    };
    let program = [user("a", "i", "r1"), user("b", "j", "r2")];
    carry_out(&store, &connect, &program, &[]).await;
    let chosen = async |condition: &str| {
        let mut session = Session::open(&store, &connect, options(&[condition])).await.expect("open");
        connect.clear_calls();
        let chosen = session.choose(&[]).await.map(<[_]>::to_vec);
        let lists = connect.calls().iter().any(|call| call.operation == Operation::ListRoutingProfiles);
        (chosen.map(|said| said.iter().map(|found| found.code).collect::<Vec<_>>()), lists)
    };
    let (said, lists) = chosen("routing-profile=r1").await;
    assert_eq!((said.expect("known"), lists), (vec![], false));
    // One of the instances has it, and nobody there.
    let (said, lists) = chosen("routing-profile=r9").await;
    assert_eq!((said.expect("known"), lists), (vec![Code::NOBODY_MEANT], true));
    let (said, _) = chosen("routing-profile=r0").await;
    let error = said.expect_err("unknown");
    assert_eq!(error.to_string(), "the instance `i` has no routing profile `r0`");
}

/// Whoever the condition holds for in no way is as before, whatever the program says of it.
#[test]
fn nobody_outside_of_the_scope_is_touched() {
    each_seed(60, |seed| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(random_scope(Rng::with_seed(seed)));
    });
}

fn any(rng: &mut Rng, among: &[&'static str]) -> &'static str {
    among[rng.usize(..among.len())]
}

async fn random_scope(mut rng: Rng) {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let fleet = |rng: &mut Rng| -> Vec<ProgramUser> {
        let mut names: Vec<usize> = (0..8).collect();
        rng.shuffle(&mut names);
        let count = rng.usize(1..8);
        let users = (0..count).zip(names).map(|(resource, name)| {
            named_member(&format!("r{resource}"), &format!("n{name}"), any(rng, &["red", "blue", "green"]))
        });
        users.collect()
    };
    carry_out(&store, &connect, &fleet(&mut rng), &[]).await;
    let program = fleet(&mut rng);
    for state in states(&store).await.values() {
        if rng.u8(..) >= 60 {
            continue;
        }
        by_hand(&connect, state, any(&mut rng, &["red", "blue"]));
    }
    let teams = || -> BTreeMap<String, String> {
        let users = connect.users(&"i".into());
        users
            .into_iter()
            .map(|(user, _)| (user.name, user.tags.get("team").expect("an entry").clone()))
            .collect()
    };
    let (recorded, before) = (states(&store).await, teams());
    let is_red = |user: &&ProgramUser| {
        let tags = user.desired.spec().tags.as_ref().and_then(Input::known).expect("tags");
        *tags.get("team").expect("an entry") == Input::Known("red".to_owned())
    };
    let same_person = |user: &ProgramUser| {
        let identity = |state: &UserState| (state.instance_id.clone(), state.name.clone());
        let of_program = user.identity().map(|(instance, name)| (instance.clone(), name.to_owned()));
        recorded.iter().find(|(_, state)| Some(identity(state)) == of_program)
    };
    let found: BTreeSet<&String> = program.iter().filter_map(same_person).map(|(name, _)| name).collect();
    let record_of = |user: &ProgramUser| {
        let same_name = || recorded.get_key_value(&user.name).filter(|(name, _)| !found.contains(name));
        same_person(user).or_else(same_name).map(|(_, state)| state)
    };
    let is_recorded_red = |state: &UserState| {
        state.tags_all.get("team").expect("an entry") == "red" || before[&state.name] == "red"
    };
    let meant: Vec<&ProgramUser> =
        program.iter().filter(|user| is_red(user) || record_of(user).is_some_and(is_recorded_red)).collect();
    let changed: BTreeSet<&str> =
        meant.iter().filter_map(|user| Some(record_of(user)?.name.as_str())).collect();
    let outside =
        recorded.values().filter(|state| !is_recorded_red(state) && !changed.contains(state.name.as_str()));
    let mut session = Session::open(&store, &connect, options(&["tag:team=red"])).await.expect("open");
    let shown = preview(&mut session, &program).await;
    let options = session.apply_options();
    if session.apply(shown, &mut connect_user::fleet::AllKnown, &options).await.is_err() {
        // More deletions than the guard allows.
        assert_eq!(teams(), before);
        return;
    }
    let after = teams();
    let outside: BTreeSet<&str> = outside.map(|state| state.name.as_str()).collect();
    for name in &outside {
        assert_eq!(after.get(*name), before.get(*name), "{name}");
    }
    let meant: BTreeSet<&str> = meant.iter().filter_map(|user| user.desired.user_name()).collect();
    let expected: BTreeSet<&str> = outside.union(&meant).copied().collect();
    assert_eq!(after.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    assert!(plan(&store, &connect, &program, &["tag:team=red"]).await.users().is_empty());
}
