//! Plans across users.

use std::{collections::BTreeMap, sync::Arc};

use connect_user::{
    diff::Action,
    fleet::{
        Capacity, FleetPlan, FleetRefused, Guard, Lifecycle, PlanOptions, Planner, ProgramUser, Recorded,
        UserPlan, plan,
    },
    user::{IdentityManagementType, QuickConnects, Settings, UserState},
};
use serde_json::json;

use crate::support::*;

fn options() -> PlanOptions {
    PlanOptions::builder().guard(Guard::OFF).build()
}

fn planned(before: &[(&str, &str)], after: &[(&str, &str)]) -> FleetPlan {
    plan(&wants(after), &states(before), &options()).expect("a plan")
}

fn actions(plan: &FleetPlan) -> Vec<(&str, Action)> {
    plan.users().iter().map(|user| (user.name.as_str(), user.plan.action())).collect()
}

fn codes(refused: &FleetRefused) -> Vec<&str> {
    assert!(refused.reasons.iter().all(|reason| reason.help.is_some()), "{refused:?}");
    refused.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[test]
fn who_needs_nothing_is_only_counted() {
    let plan = planned(&[("a", "a"), ("b", "b")], &[("a", "a"), ("b", "b")]);
    assert_eq!((plan.users().len(), plan.unchanged(), plan.is_empty()), (0, 2, true));
}

#[test]
fn users_are_made_changed_and_deleted() {
    let mut changed = document("b");
    changed["routingProfileId"] = json!("r2");
    let wanted = [wanted("b", &changed), wanted("c", &document("c"))];
    let plan = plan(&wanted, &states(&[("a", "a"), ("b", "b")]), &options()).expect("a plan");
    assert_eq!(actions(&plan), [("b", Action::Update), ("c", Action::Create), ("a", Action::Delete)]);
    assert_eq!((plan.count(Action::Create), plan.count(Action::None)), (1, 0));
}

#[test]
fn a_user_under_another_name_in_the_program_moves_without_a_call() {
    let plan = planned(&[("old", "jane")], &[("new", "jane")]);
    assert_eq!(actions(&plan), [("new", Action::None)]);
    assert_eq!(plan.users()[0].moved_from.as_deref(), Some("old"));
    assert!(plan.is_empty());
}

/// Who is who, as `name from record`; who is missing from the program, as `record gone as name`.
fn who(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let plan = planned(before, after);
    let who = |user: &UserPlan| {
        let from = user.moved_from.as_deref().unwrap_or("itself");
        format!("{}: {:?} from {from}", user.name, user.plan.action())
    };
    plan.users().iter().map(who).collect()
}

#[test]
fn same_instance_and_user_name_is_the_same_person_whatever_the_resource_name() {
    let before = [("agents[0]", "mira"), ("agents[1]", "teo"), ("agents[2]", "ama")];
    let shifted = planned(&before, &[("agents[0]", "teo"), ("agents[1]", "ama")]);
    assert_eq!((shifted.count(Action::Delete), shifted.count(Action::Replace)), (1, 0));
    assert_eq!(
        who(&before, &[("agents[0]", "teo"), ("agents[1]", "ama")]),
        [
            "agents[0]: None from agents[1]",
            "agents[1]: None from agents[2]",
            "agents[0] (mira): Delete from agents[0]"
        ]
    );
    // A row before all: everybody moves, and one is made.
    assert_eq!(
        who(&before[1..], &[("agents[1]", "lea"), ("agents[2]", "teo"), ("agents[3]", "ama")]),
        ["agents[1]: Create from itself", "agents[2]: None from agents[1]", "agents[3]: None from agents[2]"]
    );
    // Exchanged resource names cost no call; exchanged user names replace nobody.
    assert_eq!(
        who(&[("a", "x"), ("b", "y")], &[("a", "y"), ("b", "x")]),
        ["a: None from b", "b: None from a"]
    );
    // Who is renamed keeps its resource name.
    assert_eq!(who(&[("a", "x"), ("b", "y")], &[("a", "z"), ("b", "y")]), ["a: Replace from itself"]);
    // The name that is free for who goes may be taken itself.
    let before = [("a", "x"), ("b", "y"), ("a (x)", "z")];
    assert_eq!(who(&before, &[("a", "y"), ("a (x)", "z")]), ["a: None from b", "a (x 2): Delete from a"]);
}

#[test]
fn an_instance_is_the_same_as_its_id_or_its_arn() {
    let mut document = document("jane");
    document["instanceId"] = json!("arn:aws:connect:us-east-1:123456789012:instance/i");
    let plan = plan(&[wanted("new", &document)], &states(&[("old", "jane")]), &options()).expect("a plan");
    assert_eq!(plan.users()[0].moved_from.as_deref(), Some("old"));
    assert!(plan.is_empty());
}

#[test]
fn a_protected_user_is_not_deleted_because_rows_have_shifted() {
    let mut options = options();
    options.settings.protect = true;
    let refused =
        plan(&wants(&[("0", "b")]), &states(&[("0", "a"), ("1", "b")]), &options).expect_err("protected");
    assert_eq!(codes(&refused), ["protected"]);
    assert_eq!(refused.reasons[0].subject.as_deref(), Some("0 (a)"));
}

#[test]
fn a_resource_name_wanted_twice_is_refused() {
    let refused =
        plan(&wants(&[("a", "jane"), ("a", "june")]), &BTreeMap::new(), &options()).expect_err("twice");
    assert_eq!(codes(&refused), ["duplicate-resource-name"]);
    assert_eq!(refused.reasons[0].subject.as_deref(), Some("a"));
}

#[test]
fn a_user_wanted_twice_is_refused_with_both_names() {
    let refused =
        plan(&wants(&[("a", "jane"), ("b", "jane")]), &BTreeMap::new(), &options()).expect_err("twice");
    assert_eq!(codes(&refused), ["duplicate-user"]);
    assert_eq!(refused.to_string(), "`a` and `b` are both the user `jane`");
}

#[test]
fn what_is_no_longer_set_is_recorded_without_a_call() {
    let mut tagged = document("jane");
    tagged["phoneConfig"]["afterContactWorkTimeLimit"] = json!(0);
    let plan = plan(&[wanted("a", &tagged)], &states(&[("a", "jane")]), &options()).expect("a plan");
    assert!(plan.is_empty());
    assert_eq!(plan.users().len(), 1, "the state must remember that it is managed now");
}

#[test]
fn more_deletions_than_allowed_are_refused_and_listed() {
    let names: Vec<String> = (0..40).map(|number| format!("u{number:02}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let keep = |count: usize| wants(&pairs[..count]);
    let options = PlanOptions::default();
    let ok = plan(&keep(36), &states(&pairs), &options).expect("a tenth may go");
    assert_eq!(ok.count(Action::Delete), 4);
    let refused = plan(&keep(35), &states(&pairs), &options).expect_err("more may not");
    assert_eq!(codes(&refused), ["too-many-deletions"]);
    assert_eq!(refused.deletions, ["u35", "u36", "u37", "u38", "u39"]);
    assert_eq!(refused.to_string(), "5 of 40 users would be deleted or replaced; the limit is 4");
    let raised = PlanOptions::builder().guard(Guard::most(5)).build();
    assert!(plan(&keep(35), &states(&pairs), &raised).is_ok());
    assert_eq!((Guard::default().allows(1), Guard::default().allows(1_000)), (3, 10));
    assert_eq!((Guard::most(0).allows(100), Guard::OFF.allows(100)), (0, usize::MAX));
}

#[test]
fn a_replacement_counts_as_a_deletion_and_protection_holds() {
    let mut options = options();
    options.guard = Guard::most(0);
    let refused = plan(&wants(&[("a", "y")]), &states(&[("a", "x")]), &options).expect_err("a deletion");
    assert_eq!(refused.deletions, ["a"]);
    options.guard = Guard::OFF;
    options.settings.protect = true;
    let refused = plan(&[], &states(&[("a", "x")]), &options).expect_err("protected");
    assert_eq!(codes(&refused), ["protected"]);
    assert_eq!(refused.reasons[0].text(), "a: the user is protected and would be deleted");
}

#[test]
fn an_account_that_stays_is_protected_by_the_settings_too() {
    let saml = Settings::builder().identity_management(IdentityManagementType::Saml);
    let user = ProgramUser::builder()
        .name("a")
        .desired(validated(&document("y"), saml.protect(true).build()))
        .lifecycle(Lifecycle::builder().retain_on_delete(true).build())
        .build();
    let refused = plan(&[user], &states(&[("a", "x")]), &options()).expect_err("protected");
    assert_eq!(codes(&refused), ["protected"]);

    // Whoever is missing from the program is protected by the settings of the plan.
    let mut options = options();
    options.settings.protect = true;
    let mut planner = Planner::new(options);
    let kept = Lifecycle::builder().retain_on_delete(true).build();
    planner.leave("a", Recorded::new("a", &states(&[("a", "x")])["a"], &kept));
    let refused = planner.finish().into_plan().expect_err("protected");
    assert_eq!(codes(&refused), ["protected"]);
    assert_eq!(refused.reasons[0].subject.as_deref(), Some("a"));
}

/// What waits for what, as `user.step` for `user.step`.
fn waits(plan: &FleetPlan) -> Vec<String> {
    let step = |place: usize, step: usize| {
        let user = &plan.users()[place];
        format!("{}.{}", user.name, user.plan.steps()[step].operation)
    };
    let users = plan.users().iter().enumerate();
    users
        .flat_map(|(place, user)| user.waits().map(move |(own, other, its)| (place, own, other, its)))
        .map(|(place, own, other, its)| format!("{} for {}", step(place, own), step(other, its)))
        .collect()
}

/// Pairs of a resource name and the user name, with the user name of the one that a replacement has left to
/// delete.
fn with_leftovers(users: &[(&str, &str, &str)]) -> BTreeMap<String, Arc<UserState>> {
    let state = |(logical, name, leftover): &(&str, &str, &str)| {
        let mut state = serde_json::to_value(state(&document(name), &format!("id-{logical}"))).expect("JSON");
        state["unfinished"] =
            json!({"replaced": [{"instanceId": "i", "userId": format!("old-{logical}"), "name": leftover}]});
        ((*logical).to_owned(), serde_json::from_value::<UserState>(state).expect("a state").into())
    };
    users.iter().map(state).collect()
}

#[test]
fn a_name_is_taken_once_it_is_free() {
    let states = with_leftovers(&[("b", "y", "x")]);
    let plan = plan(&wants(&[("a", "x"), ("b", "y")]), &states, &options()).expect("a plan");
    assert_eq!(waits(&plan), ["a.CreateUser for b.DeleteUser"]);
    assert!(plan.notices().is_empty());
}

#[test]
fn users_who_wait_for_each_others_names_are_deleted_first_where_they_must() {
    let states = with_leftovers(&[("a", "1", "x"), ("b", "2", "y"), ("c", "3", "z")]);
    let plan = plan(&wants(&[("a", "y"), ("b", "z"), ("c", "x")]), &states, &options()).expect("a plan");
    let mut all = waits(&plan);
    all.sort_unstable();
    assert_eq!(
        all,
        ["a.CreateUser for b.DeleteUser", "b.CreateUser for c.DeleteUser", "c.CreateUser for a.DeleteUser",]
    );
    let first = |user: usize| plan.users()[user].plan.steps()[0].operation.name();
    let deleted_first = (0..3).filter(|user| first(*user) == "DeleteUser").count();
    assert_eq!(deleted_first, 1, "one of them is enough");
    assert_eq!(plan.notices()[0].code, "delete-before-create");
}

#[test]
fn a_full_instance_is_emptied_before_it_is_filled() {
    let full = |limit| {
        let mut options = options();
        options.capacity.insert("i".into(), Capacity::new(3, limit));
        options
    };
    let (before, after) = ([("a", "a"), ("b", "b"), ("c", "c")], [("a", "a"), ("d", "d"), ("e", "e")]);
    let at = |limit| plan(&wants(&after), &states(&before), &full(limit));
    let waiting = waits(&at(3).expect("a plan"));
    assert_eq!(waiting, ["d.CreateUser for b.DeleteUser", "e.CreateUser for c.DeleteUser"]);
    assert_eq!(waits(&at(4).expect("a plan")), ["e.CreateUser for b.DeleteUser"]);
    assert!(waits(&at(5).expect("a plan")).is_empty());
    let more = plan(&wants(&[("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")]), &states(&before), &full(3));
    let refused = more.expect_err("there is no room");
    assert_eq!(codes(&refused), ["instance-full"]);
    assert_eq!(refused.to_string(), "the instance `i` would have 4 users; the limit is 3");
    // A replacement needs room for both; without, the old user goes first.
    let replaced = plan(&wants(&[("a", "a2"), ("b", "b"), ("c", "c")]), &states(&before), &full(3));
    let replaced = replaced.expect("a plan");
    assert_eq!(replaced.users()[0].plan.steps()[0].operation.name(), "DeleteUser");
    assert_eq!(
        replaced.notices()[0].message,
        "`a` is deleted before it is created again: the instance is full"
    );
}

#[test]
fn the_plan_of_a_fleet_as_json() {
    let plan = planned(&[("old", "jane"), ("b", "bo")], &[("new", "jane")]);
    let json = serde_json::to_value(&plan).expect("JSON");
    assert_eq!(json["users"][0]["user"], "new");
    assert_eq!(json["users"][0]["movedFrom"], "old");
    assert_eq!(json["users"][1]["action"], "delete");
    assert_eq!(json["users"][1]["steps"][0]["operation"], "DeleteUser");
    assert_eq!(json["unchanged"], 0);
}

#[test]
fn a_user_is_planned_with_the_settings_that_it_was_validated_with() {
    let saml = || Settings::builder().identity_management(IdentityManagementType::Saml);
    let mut elsewhere = document("x");
    elsewhere["instanceId"] = json!("j");
    let of = |settings: Settings| {
        let user = ProgramUser::builder().name("a").desired(validated(&elsewhere, settings)).build();
        plan(&[user], &states(&[("a", "x"), ("gone", "y")]), &options())
    };
    let plan = of(saml().quick_connects(QuickConnects::Delete).build()).expect("a plan");
    let operations = |name: &str| {
        let user = plan.users().iter().find(|user| user.name == name).expect("planned");
        user.plan.steps().iter().map(|step| step.operation.name()).collect::<Vec<_>>()
    };
    assert_eq!(operations("a"), ["CreateUser", "DeleteQuickConnect", "DeleteUser"]);
    // A user that is missing from the program is deleted with the settings of the plan.
    assert_eq!(operations("gone"), ["DeleteUser"]);
    let refused = of(saml().protect(true).build()).expect_err("protected");
    assert_eq!(refused.reasons[0].code, "protected");
}
