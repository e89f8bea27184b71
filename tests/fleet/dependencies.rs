//! Users that depend on others: they come after them, and not at all where one of them fails.

use std::{collections::BTreeMap, sync::Arc};

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, Outcome},
    },
    fleet::{
        FleetPlan, FleetRefused, Guard, MemoryStore, PlanOptions, ProgramUser, SavedFleetPlan, UserResult,
        apply, load_all, plan,
    },
    user::{Code, IdentityManagementType, Operation, UserState},
};
use serde_json::json;

use crate::{
    accounts::records,
    apply::{options, states_of},
    support::*,
};

/// A user of the program that depends on others.
fn after(resource: &str, name: &str, others: &[&str]) -> ProgramUser {
    let mut user = wanted(resource, &document(name));
    user.depends_on = others.iter().map(|name| (*name).to_owned()).collect();
    user
}

fn planned(
    program: &[ProgramUser],
    states: &BTreeMap<String, Arc<UserState>>,
) -> Result<FleetPlan, FleetRefused> {
    plan(program, states, &PlanOptions::builder().guard(Guard::OFF).build())
}

/// A service and a store that have `lead`, and `middle`, which depends on it.
async fn fleet() -> (MemoryConnect, MemoryStore) {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::Saml), MemoryStore::default());
    let before = [after("lead", "lead", &[]), after("middle", "middle", &["lead"])];
    let made = planned(&before, &BTreeMap::new()).expect("a plan");
    assert!(apply(&made, &store, &connect, &options()).await.is_done());
    (connect, store)
}

/// `lead` changes, and with it whatever depends on it: at once, and through `middle`, which stays as it is.
fn program() -> [ProgramUser; 5] {
    let mut lead = document("lead");
    lead["routingProfileId"] = json!("r2");
    lead["securityProfileIds"] = json!(["s2"]);
    [
        wanted("lead", &lead),
        after("middle", "middle", &["lead"]),
        after("x", "x", &["lead"]),
        after("y", "y", &["middle"]),
        after("z", "z", &["y"]),
    ]
}

/// The plan, as another process reads it.
async fn saved(store: &MemoryStore) -> FleetPlan {
    let entries = load_all(store).await.expect("all");
    let plan = planned(&program(), &states_of(store).await).expect("a plan");
    let file = serde_json::to_string(&plan.save(&entries)).expect("JSON");
    let saved: SavedFleetPlan = serde_json::from_str(&file).expect("a saved plan");
    saved.load(&entries, |_| None).expect("a plan")
}

#[tokio::test(start_paused = true)]
async fn a_plan_keeps_users_after_those_that_they_depend_on() {
    let (connect, store) = fleet().await;
    let before = connect.calls().len();
    assert!(apply(&saved(&store).await, &store, &connect, &options()).await.is_done());
    let calls = connect.calls().into_iter().skip(before);
    let written: Vec<Operation> = calls.map(|call| call.operation).filter(|call| call.writes()).collect();
    let (first, made) = written.split_at(2);
    assert!(!first.contains(&Operation::CreateUser), "{written:?}");
    assert_eq!(made, [Operation::CreateUser; 3]);
    let made: Vec<String> = connect
        .calls()
        .into_iter()
        .filter_map(|call| (call.operation == Operation::CreateUser).then_some(call.user?))
        .collect();
    let place = |name: &str| made.iter().position(|made| made == name);
    assert!(place("y") < place("z"), "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn where_a_user_fails_those_that_depend_on_it_are_not_tried() {
    let (connect, store) = fleet().await;
    let plan = saved(&store).await;
    let refused = Outcome::Refused(ErrorKind::AccessDenied);
    connect.inject(Fault::of(Operation::UpdateUserSecurityProfiles, 1, refused));
    let outcome = apply(&plan, &store, &connect, &options()).await;
    let mut results: Vec<_> = outcome.users.iter().map(|user| (user.user.as_str(), user.result)).collect();
    results.sort_unstable_by_key(|(name, _)| *name);
    let not_tried = |name| (name, UserResult::NotTried);
    assert_eq!(results, [("lead", UserResult::Failed), not_tried("x"), not_tried("y"), not_tried("z")]);
    assert_eq!(connect.users(&"i".into()).len(), 2);
}

/// The new user `a` takes the name `jane`, which a replacement has left `b` to delete, and `b` depends on it.
fn circle() -> (Vec<ProgramUser>, BTreeMap<String, Arc<UserState>>) {
    (vec![after("a", "jane", &[]), after("b", "jill", &["a"])], records(&[("b", "jill", "1", Some("jane"))]))
}

fn refusals(refused: &FleetRefused) -> Vec<(Code, &str)> {
    assert!(refused.reasons.iter().all(|reason| reason.help.is_some()), "{refused:?}");
    refused.reasons.iter().map(|reason| (reason.code, reason.message.as_str())).collect()
}

#[test]
fn users_that_would_wait_for_each_other_are_refused_with_their_names() {
    let (program, states) = circle();
    let refused = planned(&program, &states).expect_err("a circle");
    let message = "`b` depends on `a`, and `a` waits for a deletion of `b`";
    assert_eq!(refusals(&refused), [(Code::CIRCULAR_DEPENDENCY, message)]);
    assert_eq!(refused.reasons[0].subject.as_deref(), Some("b"));

    let nobody = BTreeMap::new();
    let refused =
        planned(&[after("a", "a", &["b"]), after("b", "b", &["a"])], &nobody).expect_err("a circle");
    let message = "`a` depends on `b`, and `b` depends on `a`";
    assert_eq!(refusals(&refused), [(Code::CIRCULAR_DEPENDENCY, message)]);
    let refused = planned(&[after("a", "a", &["a"])], &nobody).expect_err("itself");
    assert_eq!(refusals(&refused), [(Code::CIRCULAR_DEPENDENCY, "`a` depends on `a`")]);
}

#[test]
fn many_users_beside_a_circle_are_ordered_in_one_walk() {
    let (mut program, states) = circle();
    for number in 1..4_000 {
        let before = format!("u{:05}", number - 1);
        program.push(after(&format!("u{number:05}"), &format!("u{number}"), &[&before]));
    }
    // Also where whoever comes first is given last.
    program.reverse();
    let refused = planned(&program, &states).expect_err("a circle");
    assert_eq!(refused.reasons.len(), 1);
}
