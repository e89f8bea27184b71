//! The content of plans: unknown values, replacements, secrets, mistakes.

use serde_json::{Value, json};

use crate::support::*;

const TEST: &str = "connect_user.test";

#[test]
fn everything_may_be_unknown_at_first() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let body = r#"
        resource "terraform_data" "known" {
          input = {
            instance = "1c2d", name = "jane", password = "Password123", routing = "r1", profiles = ["s1", "s2"],
            group = "g1", first = "A", last = "B", phone = "DESK_PHONE", number = "+112345678912", accept = true,
            limit = 30, tags = { a = "1" }, blocks = ["one"]
          }
        }
        locals { o = terraform_data.known.output }
        resource "connect_user" "test" {
          instance_id          = local.o.instance
          name                 = local.o.name
          password             = local.o.password
          routing_profile_id   = local.o.routing
          security_profile_ids = local.o.profiles
          hierarchy_group_id   = local.o.group
          tags                 = local.o.tags
          dynamic "identity_info" {
            for_each = local.o.blocks
            content {
              first_name = local.o.first
              last_name  = local.o.last
            }
          }
          phone_config {
            phone_type                    = local.o.phone
            desk_phone_number             = local.o.number
            auto_accept                   = local.o.accept
            after_contact_work_time_limit = local.o.limit
          }
          user_proficiencies = [for level in [local.o.limit / 10] : { attribute_name = "l", attribute_value = "en", level = level }]
        }"#;
    let plan = w.plan(body);
    for line in [
        "+ name = (known after apply)",
        "+ tags_all = (known after apply)",
        "+ identity_info (known after apply)",
    ] {
        assert!(plan.contains(line), "{line}: {plan}");
    }
    w.apply(body);
    let actual = w.actual(TEST);
    assert_eq!(actual["Username"], "jane");
    assert_eq!(actual["PhoneConfig"]["DeskPhoneNumber"], "+112345678912");
    assert_eq!(w.state(TEST)["security_profile_ids"], json!(["s1", "s2"]));
    // One value becomes unknown again; all others stay known.
    let plan = w.plan(&body.replace("routing = \"r1\"", "routing = \"r2\""));
    assert!(plan.contains("1 to destroy") || plan.contains("(known after apply)"), "{plan}");
    w.apply(&body.replace("routing = \"r1\"", "routing = \"r2\""));
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
}

/// Terraform refuses a plan that differs from the known part of a value, and a final plan that differs from the first.
#[test]
fn a_part_of_a_value_may_be_unknown_for_a_user_that_exists() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let body = |run: u8, members: &str| {
        let source = format!(
            r#"resource "terraform_data" "known" {{
                input = {{ run = {run}, profile = "s2", tag = "7", number = "+112345678912", phone = "SOFT_PHONE" }}
            }}
            locals {{ o = terraform_data.known.output }}"#
        );
        source + &user(members)
    };
    w.apply(&body(1, r#"tags = { team = "ops" }"#));
    let accepts = r#"auto_accept_configs = [{ channel = "CHAT", auto_accept = local.o.tag == "7" }]"#;
    for (run, members) in [
        (2, r#"tags = { team = "ops", cost = local.o.tag }"#.to_owned()),
        (3, format!("{accepts}\ntags = {{ team = \"ops\" }}")),
        (4, format!("{accepts}\nuser_proficiencies = [{{ attribute_name = \"l\", attribute_value = \"en\", level = length(local.o.tag) }}]")),
        (5, accepts.replace("}]", r#"}, { channel = "TASK", auto_accept = local.o.tag != "7" }]"#)),
        (6, r#"security_profile_ids = ["s1", local.o.profile]"#.to_owned()),
        (7, r#"phone_number_configs = [{ channel = "VOICE", phone_type = "DESK_PHONE", phone_number = local.o.number }]"#.to_owned()),
        (8, "phone_config {\n phone_type = local.o.phone\n }".to_owned()),
    ] {
        w.apply(&body(run, &members));
    }
}

#[test]
fn a_name_replaces_the_user_and_nothing_else_does() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let plan = w.plan(&user_named("test", "john", ""));
    assert!(plan.contains("\"jane\" -> \"john\" # forces replacement"), "{plan}");
    assert_eq!(plan.matches("forces replacement").count(), 1);
    let plan = w.plan(&user("routing_profile_id = \"r2\""));
    assert!(plan.contains("~ routing_profile_id = \"r1\" -> \"r2\""), "{plan}");
    assert!(plan.contains("0 to add, 1 to change, 0 to destroy"), "{plan}");
    assert!(!plan.contains("(known after apply)"), "{plan}");
    let first = w.user_id(TEST);
    w.apply(&user_named("test", "john", ""));
    assert_ne!(w.user_id(TEST), first);
    assert_eq!(server.names(), ["john"]);
}

#[test]
fn a_password_is_told_of_replaced_or_refused_and_never_kept() {
    let server = Server::start(&[]);
    let config = |password: &str| user(&format!("password = \"{password}\""));
    for (policy, said, replaced) in [
        ("warn", "the user keeps its password", false),
        ("refuse", "which no API can do for a user that exists: refused", false),
        ("replace", "# forces replacement", true),
    ] {
        let options = format!("on_password_change = \"{policy}\"");
        let w = Workspace::with(&server, &options);
        w.apply(&config("Password123"));
        let first = w.user_id(TEST);
        w.write(&config("Different456"));
        let plan = w.run(&["plan", "-out=saved"]);
        assert!(plan.text.contains(said), "{policy}: {}", plan.text);
        assert_eq!(plan.code, i32::from(policy == "refuse"), "{}", plan.text);
        if policy == "warn" {
            w.settled();
        }
        if replaced {
            w.apply(&config("Different456"));
            assert_ne!(w.user_id(TEST), first);
            assert!(plan.text.contains("+ password_changed = (known after apply) # forces replacement"));
        }
        for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
            let text = std::fs::read_to_string(w.path(file)).unwrap_or_default();
            assert!(!text.contains("Password123") && !text.contains("Different456"), "{policy}: {file}");
        }
        w.write(&config(if replaced { "Different456" } else { "Password123" }));
        w.ok(&["destroy", "-auto-approve"]);
    }
}

#[test]
fn mistakes_are_at_their_place() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&user(
        r#"
        name_is_not_this = 1
        "#,
    ));
    assert!(w.fails(&["validate"]).contains("Unsupported argument"));
    w.write(
        r#"
resource "connect_user" "test" {
  instance_id = "1c2d"
  name = "jane"
  password = "short"
  routing_profile_id = "r1"
  security_profile_ids = []
  phone_config {
    phone_type = "DESK_PHONE"
    after_contact_work_time_limit = 3000000
  }
  auto_accept_configs = [{ channel = "FAX", auto_accept = true }]
  tags = { "aws:x" = "1" }
}"#,
    );
    let said = Workspace::run(&w, &["validate", "-json"]);
    let report: Value = serde_json::from_str(&said.text).expect("JSON");
    let lines: Vec<(i64, &str)> = report["diagnostics"]
        .as_array()
        .expect("diagnostics")
        .iter()
        .filter(|diagnostic| diagnostic["severity"] == "error")
        .map(|diagnostic| {
            let code = diagnostic["snippet"]["code"].as_str().unwrap_or_default().trim();
            (diagnostic["range"]["start"]["line"].as_i64().unwrap_or(0), code)
        })
        .collect();
    let at = |code: &str| lines.iter().any(|(_, found)| found.starts_with(code));
    for code in [
        "password = ",
        "security_profile_ids = ",
        "after_contact_work_time_limit = ",
        "phone_config {",
        "auto_accept_configs = ",
        "tags = ",
    ] {
        assert!(at(code), "{code}: {lines:?}\n{}", said.text);
    }
    for diagnostic in report["diagnostics"].as_array().expect("diagnostics") {
        let message = [&diagnostic["summary"], &diagnostic["detail"]].map(Value::to_string).concat();
        assert!(!message.contains("short"), "no password in a message: {message}");
    }
    // Terraform sends numbers that a double cannot represent exactly as text.
    for (number, problem) in
        [("0.1", "must be a whole number, and has a fraction"), ("99999999999999999999", "is too large")]
    {
        w.write(&user("").replace("time_limit = 0", &format!("time_limit = {number}")));
        let said = w.fails(&["validate"]);
        assert!(said.contains(problem) && said.contains("after_contact_work_time_limit"), "{said}");
    }
    // Mistakes that need information from the instance are reported by the plan.
    w.write(&user("# password"));
    let said = w.fails(&["plan"]);
    assert!(said.contains("`password` is required"), "{said}");
    w.write(&user("").replace(INSTANCE, "9z9z"));
    let said = w.fails(&["plan"]);
    assert!(
        said.contains("The instance `9z9z` cannot be read") && said.contains("instance_id = \"9z9z\""),
        "{said}"
    );
    assert!(said.contains("Check `instance_id` and `region`"), "{said}");
    // Help texts use the names of Terraform.
    w.write(&user("# no phone_config"));
    let said = w.fails(&["plan"]);
    assert!(said.contains("Give `phone_config.phone_type`, such as `SOFT_PHONE`"), "{said}");
}

#[test]
fn default_tags_may_be_unknown_at_first() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "default_tags {\n tags = { owner = terraform_data.owner.output }\n }");
    let config = |owner: &str| {
        format!(
            "resource \"terraform_data\" \"owner\" {{\n input = \"{owner}\"\n }}\n{}",
            user("tags = { a = \"1\" }")
        )
    };
    for owner in ["ops", "hr"] {
        w.apply(&config(owner));
        assert_eq!(w.actual(TEST)["Tags"], json!({"a": "1", "owner": owner}));
    }
}

#[test]
fn the_provider_block_is_checked() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "refresh = \"sometimes\"");
    w.write(&user(""));
    let said = w.fails(&["validate"]);
    assert!(said.contains("`refresh`: `sometimes` is not one of `changed`, `full`"), "{said}");
}

#[test]
fn drift_shows_and_is_put_right() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "refresh = \"full\"");
    let config = user("hierarchy_group_id = \"g1\"\n tags = { a = \"1\" }");
    w.apply(&config);
    let id = w.user_id(TEST);
    server.call("POST", &format!("/users/{INSTANCE}/{id}/hierarchy"), r#"{"HierarchyGroupId": "g2"}"#);
    server.call(
        "POST",
        &format!("/users/{INSTANCE}/{id}/security-profiles"),
        r#"{"SecurityProfileIds": ["s1", "admin"]}"#,
    );
    let plan = w.ok(&["plan"]);
    assert!(plan.contains("\"g2\" -> \"g1\"") && plan.contains("- \"admin\""), "{plan}");
    w.apply(&config);
    assert_eq!(w.actual(TEST)["SecurityProfileIds"], json!(["s1"]));
    // Properties that are not managed are not shown.
    let phone = r#"{"PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": true}}"#;
    server.call("POST", &format!("/users/{INSTANCE}/{id}/phone-config"), phone);
    w.settled();
    assert_eq!(w.actual(TEST)["PhoneConfig"]["AutoAccept"], true);
}

#[test]
fn many_users_are_read_by_a_list() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let body = user_named("test", "agent-${count.index}", "count = 30");
    w.write(&body);
    w.ok(&["apply", "-auto-approve", "-parallelism=30"]);
    // The first plan records the times of change.
    w.settled();
    let (described, listed) = (server.calls("DescribeUser"), server.calls("ListUsers"));
    w.settled();
    assert!(server.calls("DescribeUser") - described <= 5, "{}", server.calls("DescribeUser") - described);
    assert_eq!(server.calls("ListUsers") - listed, 1);
}
