//! Time limits of calls: completed changes stay in the state, and the next apply finishes.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::*;

const TEST: &str = "connect_user.test";

/// A service that throttles this number of calls of an operation.
fn busy(operation: &str, times: usize) -> Server {
    let fault = |time: usize| format!("{operation}:{time}:429/TooManyRequestsException");
    let faults: Vec<String> = (1..=times).flat_map(|time| ["--fault".to_owned(), fault(time)]).collect();
    Server::start(&faults.iter().map(String::as_str).collect::<Vec<_>>())
}

fn with(timeouts: &str, more: &str) -> String {
    user(&format!("{more}\n timeouts {{\n {timeouts}\n }}"))
}

#[test]
fn an_update_ends_in_time_and_the_next_finishes() {
    let server = busy("UpdateUserRoutingProfile", 6);
    let w = Workspace::new(&server);
    w.apply(&with("update = \"2s\"", ""));
    assert_eq!(w.state(TEST)["timeouts"]["update"], "2s");
    w.write(&with("update = \"2s\"", "routing_profile_id = \"r2\"\n hierarchy_group_id = \"g1\""));
    let begun = Instant::now();
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(said.contains("timeout of `2s` is over, and not tried again"), "{said}");
    assert!(said.contains("Not done: UpdateUserRoutingProfile"), "{said}");
    let (state, actual) = (w.state(TEST), w.actual(TEST));
    assert_eq!(state["routing_profile_id"], "r1");
    assert_eq!(state["hierarchy_group_id"], actual["HierarchyGroupId"]);
    w.apply(&with("update = \"2m\"", "routing_profile_id = \"r2\"\n hierarchy_group_id = \"g1\""));
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
}

#[test]
fn a_creation_that_ends_in_time_leaves_its_user_in_the_state() {
    let server = busy("AssociateUserProficiencies", 6);
    let w = Workspace::new(&server);
    let skills = "user_proficiencies = [{ attribute_name = \"l\", attribute_value = \"en\", level = 3 }]";
    w.write(&with("create = \"2s\"", skills));
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("timeout of `2s` is over"), "{said}");
    let made = w.user_id(TEST);
    w.ok(&["untaint", TEST]);
    w.apply(&with("create = \"2s\"", skills));
    assert_eq!(w.user_id(TEST), made, "the same user");
    assert_eq!(server.calls("CreateUser"), 1);
}

#[test]
fn reading_and_deleting_end_in_time() {
    let server = busy("DeleteUser", 6);
    let w = Workspace::new(&server);
    w.apply(&with("delete = \"1s\"", ""));
    let said = w.fails(&["destroy", "-auto-approve"]);
    assert!(said.contains("timeout of `1s` is over"), "{said}");
    assert_eq!(server.names(), ["jane"]);
    w.apply(&user(""));
    w.ok(&["destroy", "-auto-approve"]);
    assert!(server.names().is_empty());

    let server = busy("DescribeUser", 40);
    let w = Workspace::with(&server, "refresh = \"full\"");
    w.write(&with("read = \"1s\"\n create = \"1s\"", ""));
    // The creation may try to read the user back, and reports that it could not.
    w.run(&["apply", "-auto-approve"]);
    let said = w.run(&["plan"]);
    assert!(said.text.contains("timeout of `1s` is over"), "{}", said.text);
}

/// The outcome is unknown until the user is read.
#[test]
fn an_answer_that_never_comes_is_not_asked_for_again() {
    let server = Server::start(&["--fault", "UpdateUserRoutingProfile:1:hang"]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.write(&with("update = \"2s\"", "routing_profile_id = \"r2\""));
    let begun = Instant::now();
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(begun.elapsed() < Duration::from_secs(75), "the client gives it up: {:?}", begun.elapsed());
    assert!(said.contains("timeout of `2s` is over"), "{said}");
    assert_eq!(server.calls("UpdateUserRoutingProfile"), 1);
    w.apply(&with("update = \"2s\"", "routing_profile_id = \"r2\""));
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
}

#[test]
fn a_time_is_written_with_its_units() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&with("create = \"soon\"", ""));
    let said = w.fails(&["validate"]);
    assert!(said.contains("`timeouts.create` must be a time such as `1h30m`, is `soon`"), "{said}");
    // Without a block, there is none in the state.
    w.apply(&user(""));
    assert_eq!(w.state(TEST)["timeouts"], json!(null));
}
