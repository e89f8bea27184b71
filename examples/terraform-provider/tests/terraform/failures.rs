//! Failures during an apply; a second apply finishes the work.

use std::{process::Stdio, thread::sleep, time::Duration};

use serde_json::json;

use crate::support::*;

const TEST: &str = "connect_user.test";

#[test]
fn a_failure_half_way_keeps_the_state_and_a_second_apply_finishes() {
    let server = Server::start(&["--fault", "UpdateUserSecurityProfiles:1:403/AccessDeniedException"]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let changed = user(
        "routing_profile_id = \"r2\"\n security_profile_ids = [\"s1\", \"s2\"]\n hierarchy_group_id = \"g1\"",
    );
    w.write(&changed);
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("`UpdateUserSecurityProfiles` failed"), "{said}");
    assert!(said.contains("Not done: "), "{said}");
    let (state, actual) = (w.state(TEST), w.actual(TEST));
    assert_eq!(state["security_profile_ids"], json!(["s1"]));
    assert_eq!(state["routing_profile_id"], actual["RoutingProfileId"]);
    assert_eq!(state["hierarchy_group_id"], actual["HierarchyGroupId"]);
    w.apply(&changed);
    assert_eq!(w.actual(TEST)["SecurityProfileIds"], json!(["s1", "s2"]));
}

#[test]
fn a_user_that_was_made_is_in_the_state_though_the_rest_failed() {
    let server = Server::start(&["--fault", "AssociateUserProficiencies:1:403/AccessDeniedException"]);
    let w = Workspace::new(&server);
    let config =
        user("user_proficiencies = [{ attribute_name = \"l\", attribute_value = \"en\", level = 3 }]");
    w.write(&config);
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("`AssociateUserProficiencies` failed"), "{said}");
    assert!(w.state(TEST)["user_id"].is_string(), "the user is there, and the state knows");
    w.apply(&config);
    assert_eq!(server.names(), ["jane"], "once");
}

#[test]
fn a_creation_whose_answer_was_lost_is_not_repeated() {
    let server = Server::start(&["--fault", "CreateUser:1:reset-after"]);
    let w = Workspace::new(&server);
    let said = w.apply(&user(""));
    assert!(said.contains("existed already, exactly as desired, and was adopted"), "{said}");
    assert_eq!(server.names(), ["jane"]);
    assert_eq!(server.calls("CreateUser"), 1);
}

#[test]
fn a_name_that_somebody_has_is_an_error_that_says_who() {
    let server = Server::start(&[]);
    let other = Workspace::new(&server);
    other.apply(&user("routing_profile_id = \"other\""));
    let id = other.state(TEST)["id"].as_str().expect("an id").to_owned();
    let w = Workspace::new(&server);
    w.write(&user(""));
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains(&format!("The name is taken by the user `{id}`")), "{said}");
    assert!(said.contains("`routing_profile_id`") && said.contains("mport that user"), "{said}");
    // A user with another name or e-mail address is not the replaced user.
    w.write(&user("identity_info {\n first_name = \"somebody\"\n last_name = \"else\"\n }"));
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("`identity_info.first_name`") && said.contains("mport that user"), "{said}");
    assert!(!said.contains("create_before_destroy"), "{said}");
}

#[test]
fn an_equal_user_of_somebody_else_is_not_taken_over_unasked() {
    let server = Server::start(&[]);
    let other = Workspace::new(&server);
    other.apply(&user(""));
    let w = Workspace::new(&server);
    w.write(&user(""));
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("The name is taken by the user") && said.contains("`adopt_existing`"), "{said}");
    assert_eq!(w.state(TEST), serde_json::Value::Null);
    let w = Workspace::with(&server, "adopt_existing = true");
    assert!(w.apply(&user("")).contains("was adopted"));
    assert_eq!(w.user_id(TEST), other.user_id(TEST));
}

#[test]
fn a_new_user_before_the_old_one_goes_is_refused_and_nobody_is_deleted() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let config = user("lifecycle {\n create_before_destroy = true\n }");
    w.apply(&config);
    for args in [&["apply", "-auto-approve", "-replace=connect_user.test"][..], &["apply", "-auto-approve"]] {
        if args.len() == 2 {
            w.ok(&["taint", TEST]);
        }
        let said = w.fails(args);
        assert!(said.contains("names are unique in an instance"), "{said}");
        assert_eq!(server.names(), ["jane"], "the user is there still");
    }
    // Even if it is requested, the user is not lost in the same run.
    let w2 = Workspace::with(&server, "adopt_existing = true");
    std::fs::copy(w.path("terraform.tfstate"), w2.path("terraform.tfstate")).expect("copied");
    w2.write(&config);
    w2.run(&["apply", "-auto-approve", "-replace=connect_user.test"]);
    assert_eq!(server.names(), ["jane"], "the user is there still");
}

#[test]
fn two_users_exchange_their_names() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let both = |one: &str, other: &str| [user_named("one", one, ""), user_named("other", other, "")].concat();
    w.apply(&both("jane", "john"));
    w.apply(&both("john", "jane"));
    assert_eq!(server.names(), ["jane", "john"]);
    assert_eq!(w.actual("connect_user.one")["Username"], "john");
}

#[test]
fn what_somebody_else_did_after_the_plan_is_not_undone() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.write(&user("routing_profile_id = \"r2\""));
    w.ok(&["plan", "-out=saved"]);
    let id = w.user_id(TEST);
    server.call(
        "POST",
        &format!("/users/{INSTANCE}/{id}/security-profiles"),
        r#"{"SecurityProfileIds": ["s9"]}"#,
    );
    let said = w.fails(&["apply", "saved"]);
    assert!(said.contains("Changed since it was planned: `security_profile_ids`"), "{said}");
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r1");
    server.call("DELETE", &format!("/users/{INSTANCE}/{id}"), "");
    w.fails(&["apply", "saved"]);
}

/// Applies, and kills Terraform in a call that hangs.
fn kill_while(w: &Workspace<'_>, body: &str, hangs: impl Fn() -> bool) {
    w.write(body);
    let mut apply = w.command(&["apply", "-auto-approve", "-no-color"]);
    let mut child = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    for _ in 0..400 {
        if hangs() {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    assert!(hangs(), "the call was made");
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn a_kill_between_two_calls_loses_nothing() {
    let server = Server::start(&["--fault", "UpdateUserSecurityProfiles:1:hang"]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let changed =
        user("routing_profile_id = \"r2\"\n security_profile_ids = [\"s2\"]\n hierarchy_group_id = \"g1\"");
    kill_while(&w, &changed, || server.calls("UpdateUserSecurityProfiles") > 0);
    w.apply(&changed);
    assert_eq!(w.actual(TEST)["SecurityProfileIds"], json!(["s2"]));
    assert_eq!(server.names(), ["jane"]);
}

#[test]
fn kills_at_any_moment_end_in_the_users_that_are_wanted() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "adopt_existing = true");
    let body = user_named("test", "agent-${count.index}", "count = 12\n hierarchy_group_id = \"g1\"");
    w.write(&body);
    for delay in [600, 800, 1_000] {
        let mut apply = w.command(&["apply", "-auto-approve", "-no-color", "-parallelism=2"]);
        let mut child = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        sleep(Duration::from_millis(delay));
        let _ = child.kill();
        child.wait().expect("ended");
    }
    w.ok(&["apply", "-auto-approve"]);
    w.settled();
    assert_eq!(server.names().len(), 12, "nobody twice, nobody missing");
}

#[test]
fn a_sign_out_that_failed_is_planned_and_made_by_the_next_apply() {
    let server = Server::start(&["--fault", "DeleteAllEntitySessions:1:403/AccessDeniedException"]);
    let w = Workspace::with(&server, "sign_out_on = [\"lost-security-profile\"]");
    w.apply(&user_named("test", "jane", "security_profile_ids = [\"s1\", \"s2\"]"));
    let demoted = user("");
    w.write(&demoted);
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains("`DeleteAllEntitySessions` failed"), "{said}");
    assert_eq!(w.actual(TEST)["SecurityProfileIds"], json!(["s1"]));
    let said = w.plan(&demoted);
    assert!(said.contains("will be signed out") && said.contains("tags_all"), "{said}");
    let made = server.calls("DeleteAllEntitySessions");
    w.apply(&demoted);
    assert_eq!(server.calls("DeleteAllEntitySessions"), made + 1);
}

#[test]
fn a_sign_out_that_a_kill_prevented_is_made_by_the_next_apply() {
    let server = Server::start(&["--fault", "DeleteAllEntitySessions:1:hang"]);
    let w = Workspace::with(&server, "sign_out_on = [\"lost-security-profile\"]");
    w.apply(&user_named("test", "jane", "security_profile_ids = [\"s1\", \"s2\"]"));
    let made = || server.calls("DeleteAllEntitySessions");
    kill_while(&w, &user(""), || made() > 0);
    assert_eq!(w.actual(TEST)["SecurityProfileIds"], json!(["s1"]));
    let before = made();
    w.apply(&user(""));
    assert_eq!(made(), before + 1);
}
