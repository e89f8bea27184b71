//! The private state: it stays the same without changes, is small, and is never ignored when it is damaged.

use std::fs;

use serde_json::{Value, json};

use crate::support::*;

const TEST: &str = "connect_user.test";

/// The usual check for drift.
fn drift_check(w: &Workspace<'_>) -> Said {
    w.run(&["plan", "-refresh-only", "-detailed-exitcode"])
}

#[test]
fn a_user_that_has_not_changed_is_no_drift() {
    for refresh in ["changed", "full"] {
        let server = Server::start(&[]);
        let options = format!("refresh = \"{refresh}\"");
        let w = Workspace::with(&server, &options);
        let configs = [
            user("tags = { a = \"1\" }"),
            user("routing_profile_id = \"r2\""),
            user("phone_config {\n phone_type = \"DESK_PHONE\"\n desk_phone_number = \"+112345678912\"\n }"),
        ];
        for config in configs {
            w.write(&config);
            w.ok(&["apply", "-auto-approve"]);
            let said = drift_check(&w);
            assert_eq!(said.code, 0, "{refresh}: {}", said.text);
            // Nor is it drift after a refresh has written the state.
            w.ok(&["apply", "-refresh-only", "-auto-approve"]);
            assert_eq!(drift_check(&w).code, 0, "{refresh}");
        }
        let other = Workspace::with(&server, &options);
        fs::copy(w.path("main.tf"), other.path("main.tf")).expect("copied");
        other.ok(&["import", TEST, w.state(TEST)["id"].as_str().expect("an id")]);
        assert_eq!(drift_check(&other).code, 0, "after an import");
        // A change made outside Terraform is drift.
        let path = format!("/users/{INSTANCE}/{}/routing-profile", w.user_id(TEST));
        server.call("POST", &path, r#"{"RoutingProfileId": "r9"}"#);
        let said = drift_check(&w);
        assert_eq!(said.code, 2, "{}", said.text);
        assert!(said.text.contains("\"r9\""), "{}", said.text);
    }
}

/// Writes, outside Terraform, an e-mail address that is not in the configuration.
fn write_secondary_email(w: &Workspace<'_>, email: &str) {
    let path = format!("/users/{INSTANCE}/{}/identity-info", w.user_id(TEST));
    let identity = json!({"FirstName": "example", "LastName": "example2", "SecondaryEmail": email});
    w.server.call("POST", &path, &json!({"IdentityInfo": identity}).to_string());
}

#[test]
fn a_change_that_no_attribute_shows_is_no_drift() {
    for refresh in ["changed", "full"] {
        let server = Server::start(&[]);
        let options = format!("refresh = \"{refresh}\"");
        let w = Workspace::with(&server, &options);
        w.apply(&user(""));
        w.ok(&["apply", "-refresh-only", "-auto-approve"]);
        let before = private(&w);
        write_secondary_email(&w, "one@example.com");
        let said = drift_check(&w);
        assert_eq!(said.code, 0, "{refresh}: {}", said.text);
        w.ok(&["apply", "-refresh-only", "-auto-approve"]);
        assert_eq!(private(&w), before, "{refresh}");
        // The value is not lost when other properties of its block are written.
        w.apply(&user("identity_info {\n first_name = \"other\"\n last_name = \"example2\"\n }"));
        let identity = &w.actual(TEST)["IdentityInfo"];
        assert_eq!(identity["FirstName"], "other", "{refresh}");
        assert_eq!(identity["SecondaryEmail"], "one@example.com", "{refresh}");
    }
}

#[test]
fn a_change_that_no_attribute_showed_is_put_right_once_the_configuration_says_otherwise() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let identity = |email: &str| {
        let names = "first_name = \"example\"\n last_name = \"example2\"";
        user(&format!("identity_info {{\n {names}\n {email}\n }}"))
    };
    w.apply(&identity(""));
    // The last apply sees the value that the configuration is going to have.
    write_secondary_email(&w, "one@example.com");
    w.apply(&user("routing_profile_id = \"r2\""));
    write_secondary_email(&w, "two@example.com");
    assert_eq!(drift_check(&w).code, 0);
    w.apply(&identity("secondary_email = \"one@example.com\""));
    assert_eq!(w.actual(TEST)["IdentityInfo"]["SecondaryEmail"], "one@example.com");
}

#[test]
fn a_change_that_no_attribute_shows_makes_no_plan_stale() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.write(&user("routing_profile_id = \"r2\""));
    w.ok(&["plan", "-out=saved"]);
    write_secondary_email(&w, "one@example.com");
    w.ok(&["apply", "saved"]);
    w.settled();
    let actual = w.actual(TEST);
    assert_eq!(actual["RoutingProfileId"], "r2");
    assert_eq!(actual["IdentityInfo"]["SecondaryEmail"], "one@example.com");
    // A change that an attribute shows does make the plan stale.
    w.write(&user("routing_profile_id = \"r3\""));
    w.ok(&["plan", "-out=saved"]);
    let path = format!("/users/{INSTANCE}/{}/routing-profile", w.user_id(TEST));
    server.call("POST", &path, r#"{"RoutingProfileId": "r9"}"#);
    assert!(w.fails(&["apply", "saved"]).contains("Changed since it was planned"));
}

#[test]
fn many_users_that_have_not_changed_are_no_drift() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&user_named("test", "agent-${count.index}", "count = 12\n tags = { a = \"1\" }"));
    w.ok(&["apply", "-auto-approve"]);
    let said = drift_check(&w);
    assert_eq!(said.code, 0, "{}", said.text);
}

fn on_disk(w: &Workspace<'_>) -> Value {
    serde_json::from_str(&fs::read_to_string(w.path("terraform.tfstate")).expect("the state")).expect("JSON")
}

/// The private state of the only user.
fn private(w: &Workspace<'_>) -> Vec<u8> {
    let state = on_disk(w);
    let text = state["resources"][0]["instances"][0]["private"].as_str().expect("private state").to_owned();
    let digit = |c: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c)
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_usize, 0);
    for value in text.bytes().filter_map(digit) {
        (bits, count) = (bits << 6 | value, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).expect("a byte"));
        }
    }
    bytes
}

fn put(w: &Workspace<'_>, text: &str) {
    let mut state = on_disk(w);
    state["serial"] = json!(state["serial"].as_u64().expect("a number") + 1);
    state["resources"][0]["instances"][0]["private"] = json!(text);
    fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
}

#[test]
fn only_what_the_attributes_do_not_tell_is_kept() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user("tags = { team = \"blue\" }"));
    let kept = String::from_utf8(private(&w)).expect("text");
    for told in ["example2", "jane", "blue", "r1", "managed"] {
        assert!(!kept.contains(&format!("\"{told}\"")), "{told}: {kept}");
    }
    assert!(kept.len() < 600, "{}: {kept}", kept.len());
}

#[test]
fn private_state_that_cannot_be_read_is_an_error() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    // `nonsense`, and `{"version":99}`.
    for (text, message) in [
        ("bm9uc2Vuc2U=", "private state of this resource cannot be read"),
        ("eyJ2ZXJzaW9uIjo5OX0=", "was written by a newer provider: its version must be at most 1, is 99"),
    ] {
        put(&w, text);
        for args in
            [&["plan"][..], &["plan", "-refresh=false"], &["destroy", "-auto-approve", "-refresh=false"]]
        {
            let said = w.fails(args);
            assert!(said.contains(message), "{args:?}: {said}");
        }
        assert_eq!(server.names(), ["jane"]);
    }
}

#[test]
fn the_whole_user_of_an_earlier_version_is_read() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    // `{"password":"00000000000000000000000000000000:0000"}`: no version, and nothing of the user.
    put(&w, "eyJwYXNzd29yZCI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwOjAwMDAifQ==");
    assert!(w.plan(&user("")).contains("the user keeps its password"), "the fingerprint was read");
}
