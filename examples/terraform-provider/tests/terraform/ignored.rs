//! All forms of `ignore_changes`: Terraform applies it to the configuration for plans, but sends the configuration as
//! it is written for applies.

use serde_json::{Value, json};

use crate::support::*;

const TEST: &str = "connect_user.test";

/// A configuration that ignores changes, with everything that a user can have.
struct Config {
    ignored: &'static str,
    name: &'static str,
    password: &'static str,
    routing: &'static str,
    group: &'static str,
    first: &'static str,
    email: &'static str,
    limit: u32,
    accept: bool,
    tag: &'static str,
}

impl Config {
    fn new(ignored: &'static str) -> Self {
        Self {
            ignored,
            name: "jane",
            password: "Password123",
            routing: "r1",
            group: "g1",
            first: "Jane",
            email: "jane@example.com",
            limit: 10,
            accept: false,
            tag: "1",
        }
    }

    /// A configuration in which all values are changed, ignored or not.
    fn changed(ignored: &'static str) -> Self {
        Self {
            name: "john",
            password: "Different456",
            routing: "r2",
            group: "g2",
            first: "Joan",
            email: "joan@example.com",
            limit: 20,
            accept: true,
            tag: "2",
            ..Self::new(ignored)
        }
    }

    fn text(&self) -> String {
        let Self { ignored, name, password, routing, group, first, email, limit, accept, tag } = self;
        let body = format!(
            "password = \"{password}\"\n routing_profile_id = \"{routing}\"\n hierarchy_group_id = \"{group}\"\n \
             identity_info {{\n first_name = \"{first}\"\n last_name = \"Roe\"\n email = \"{email}\"\n }}\n \
             phone_config {{\n phone_type = \"SOFT_PHONE\"\n after_contact_work_time_limit = {limit}\n \
             auto_accept = {accept}\n }}\n tags = {{ ours = \"{tag}\", theirs = \"{tag}\" }}\n \
             lifecycle {{\n ignore_changes = {ignored}\n prevent_destroy = true\n }}"
        );
        user_named("test", name, &body)
    }
}

/// The values of a user that `ignore_changes` can name.
fn seen(actual: &Value) -> Value {
    json!({
        "name": actual["Username"], "routing": actual["RoutingProfileId"], "group": actual["HierarchyGroupId"],
        "first": actual["IdentityInfo"]["FirstName"], "email": actual["IdentityInfo"]["Email"],
        "limit": actual["PhoneConfig"]["AfterContactWorkTimeLimit"],
        "accept": actual["PhoneConfig"]["AutoAccept"].as_bool().unwrap_or(false),
        "ours": actual["Tags"]["ours"], "theirs": actual["Tags"]["theirs"],
    })
}

/// Creates a user, changes all values in the configuration (name and password only if they are in `kept`), and checks
/// that the values in `kept` are unchanged and all others have the new values.
fn check(ignored: &'static str, options: &str, kept: &[&str]) {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, options);
    w.apply(&Config::new(ignored).text());
    let (id, before) = (w.user_id(TEST), seen(&w.actual(TEST)));
    let is_kept = |name: &str| kept.contains(&name);
    let mut next = Config::changed(ignored);
    if !is_kept("name") {
        next.name = "jane";
    }
    if !is_kept("password") {
        next.password = "Password123";
    }
    w.apply(&next.text());
    let after = seen(&w.actual(TEST));
    assert_eq!(w.user_id(TEST), id, "{ignored}: it is the same user");
    assert_eq!(server.calls("CreateUser"), 1, "{ignored}");
    assert_eq!(server.calls("DeleteUser"), 0, "{ignored}");
    for (name, value) in before.as_object().expect("an object") {
        let changes = !is_kept(name) && name != "name";
        assert_eq!(after[name] != *value, changes, "{ignored}: {name}: {value} -> {}", after[name]);
    }
}

#[test]
fn a_name_that_is_ignored_replaces_nobody() {
    check("[name]", "", &["name"]);
}

#[test]
fn what_is_ignored_is_not_sent() {
    check("[routing_profile_id]", "", &["routing"]);
    check("[hierarchy_group_id, name]", "", &["group", "name"]);
}

#[test]
fn blocks_and_their_members_are_ignored() {
    check("[identity_info]", "", &["first", "email"]);
    check("[identity_info[0].email]", "", &["email"]);
    check("[phone_config]", "", &["limit", "accept"]);
    check("[phone_config[0].after_contact_work_time_limit]", "", &["limit"]);
}

#[test]
fn tags_are_ignored_together_and_one_by_one() {
    check("[tags]", "", &["ours", "theirs"]);
    check("[tags[\"theirs\"]]", "", &["theirs"]);
}

#[test]
fn a_password_that_is_ignored_is_no_change_under_any_policy() {
    for policy in ["warn", "replace", "refuse"] {
        let options = format!("on_password_change = \"{policy}\"");
        check("[password]", &options, &["password"]);
    }
}

#[test]
fn everything_is_ignored() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "on_password_change = \"replace\"");
    w.apply(&Config::new("all").text());
    let (id, before) = (w.user_id(TEST), seen(&w.actual(TEST)));
    w.apply(&Config::changed("all").text());
    assert_eq!((w.user_id(TEST), seen(&w.actual(TEST))), (id, before));
}

#[test]
fn what_is_ignored_and_leaves_the_configuration_is_not_cleared() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let lifecycle = "lifecycle {\n ignore_changes = [hierarchy_group_id, tags]\n }";
    w.apply(&user(&format!("hierarchy_group_id = \"g1\"\n tags = {{ a = \"1\" }}\n {lifecycle}")));
    w.apply(&user(&format!("routing_profile_id = \"r2\"\n {lifecycle}")));
    let actual = w.actual(TEST);
    assert_eq!((&actual["HierarchyGroupId"], &actual["Tags"]), (&json!("g1"), &json!({"a": "1"})));
    assert_eq!(actual["RoutingProfileId"], "r2");
    // When a value is no longer ignored, it is removed.
    w.apply(&user("routing_profile_id = \"r2\""));
    assert_eq!(w.actual(TEST)["HierarchyGroupId"], json!(null));
}

#[test]
fn what_was_ignored_is_sent_when_the_user_is_made_anew() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let ignored = "lifecycle {\n ignore_changes = [name, routing_profile_id, password]\n }";
    let with = |name: &str, routing: &str| {
        let body = format!("password = \"Password123\"\n routing_profile_id = \"{routing}\"\n {ignored}");
        user_named("test", name, &body)
    };
    w.apply(&with("jane", "r1"));
    w.apply(&with("john", "r2"));
    w.ok(&["apply", "-auto-approve", "-replace=connect_user.test"]);
    assert_eq!(server.names(), ["john"]);
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
}

#[test]
fn a_list_of_guarded_agents_changes_only_what_is_not_ignored() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(include_str!("../cases/01-ignore-changes.tf"));
    let names = server.names();
    let agent = "connect_user.floor[\"mira.holt\"]";
    let id = w.user_id(agent);
    w.apply(&include_str!("../cases/01-ignore-changes.tf").replacen("default = 1", "default = 2", 1));
    assert_eq!((server.names(), w.user_id(agent)), (names, id));
    let actual = w.actual(agent);
    assert_eq!(
        (&actual["RoutingProfileId"], &actual["PhoneConfig"]["AutoAccept"]),
        (&json!("r1"), &json!(true))
    );
    assert_eq!((server.calls("CreateUser"), server.calls("UpdateUserRoutingProfile")), (2, 0));
}
