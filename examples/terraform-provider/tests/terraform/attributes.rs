//! Adds, changes and removes each attribute: the tests of the AWS provider for this resource, and further ones.

use serde_json::json;

use crate::support::*;

const TEST: &str = "connect_user.test";

#[test]
fn a_user_lives() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "default_tags {\n tags = { owner = \"ops\" }\n }");
    let config = user("tags = { Key1 = \"Value1\" }");
    let plan = w.plan(&config);
    for known in ["name = \"jane\"", "+ \"owner\" = \"ops\"", "password = (write-only attribute)"] {
        assert!(plan.contains(known), "{plan}");
    }
    assert_eq!(plan.matches("(known after apply)").count(), 4, "arn, directory_user_id, id, user_id: {plan}");
    w.apply(&config);
    let state = w.state(TEST);
    let id = state["user_id"].as_str().expect("an id");
    assert_eq!(state["id"], format!("{INSTANCE}:{id}"));
    assert!(state["arn"].as_str().expect("an ARN").ends_with(&format!("instance/{INSTANCE}/agent/{id}")));
    assert!(state["directory_user_id"].is_string());
    assert_eq!(state["identity_info"][0]["first_name"], "example");
    assert_eq!(state["phone_config"][0]["after_contact_work_time_limit"], 0);
    assert_eq!(state["tags"], json!({"Key1": "Value1"}));
    assert_eq!(state["tags_all"], json!({"Key1": "Value1", "owner": "ops"}));
    assert_eq!(state["password"], json!(null));
    let on_disk = std::fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    assert!(!on_disk.contains("Password123"), "{on_disk}");
    assert_eq!(w.actual(TEST)["Tags"], json!({"Key1": "Value1", "owner": "ops"}));
    w.verify_import(TEST);
    w.ok(&["destroy", "-auto-approve"]);
    assert!(server.names().is_empty());
}

#[test]
fn a_user_disappears() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let first = w.user_id(TEST);
    server.call("DELETE", &format!("/users/{INSTANCE}/{first}"), "");
    assert!(w.ok(&["plan"]).contains("1 to add, 0 to change, 0 to destroy"));
    w.apply(&user(""));
    assert_ne!(w.user_id(TEST), first);
    // Deleted outside Terraform, and then by Terraform: this is not a failure.
    let second = w.user_id(TEST);
    server.call("DELETE", &format!("/users/{INSTANCE}/{second}"), "");
    w.ok(&["destroy", "-auto-approve", "-refresh=false"]);
}

#[test]
fn tags_come_change_and_go() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    for tags in [
        json!({"Key1": "Value1"}),
        json!({"Key1": "Value1", "Key2": "Value2a"}),
        json!({"Key1": "Value1", "Key2": "Value2b", "Key3": "Value3"}),
        json!({"Key3": "Value3"}),
    ] {
        let body = tags.to_string().replace(':', " = ").replace(',', "\n");
        w.apply(&user(&format!("tags = {body}")));
        assert_eq!((&w.state(TEST)["tags"], &w.actual(TEST)["Tags"]), (&tags, &tags));
        w.verify_import(TEST);
    }
    w.apply(&user(""));
    assert_eq!(w.actual(TEST)["Tags"].as_object().map_or(0, serde_json::Map::len), 0);
    // A tag is added outside Terraform, while the configuration has its own tags.
    w.apply(&user("tags = { a = \"1\" }"));
    let arn = w.state(TEST)["arn"].as_str().expect("an ARN").replace(':', "%3A").replace('/', "%2F");
    server.call("POST", &format!("/tags/{arn}"), r#"{"tags": {"by": "hand"}}"#);
    assert!(w.ok(&["plan"]).contains("- \"by\" = \"hand\""));
    w.apply(&user("tags = { a = \"1\" }"));
    assert_eq!(w.actual(TEST)["Tags"], json!({"a": "1"}));
}

#[test]
fn a_hierarchy_group_changes_and_goes() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    for group in ["parent", "child"] {
        w.apply(&user(&format!("hierarchy_group_id = \"{group}\"")));
        assert_eq!(w.state(TEST)["hierarchy_group_id"], group);
        assert_eq!(w.actual(TEST)["HierarchyGroupId"], group);
        w.verify_import(TEST);
    }
    w.apply(&user(""));
    assert_eq!(w.actual(TEST)["HierarchyGroupId"], json!(null));
    assert_eq!(w.state(TEST)["hierarchy_group_id"], json!(null));
}

#[test]
fn identity_changes_and_its_fields_are_cleared() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let identity = |first: &str, more: &str| {
        user(&format!("identity_info {{\n first_name = \"{first}\"\n last_name = \"Roe\"\n {more}\n }}"))
    };
    w.apply(&identity("original", "email = \"original@example.com\""));
    w.verify_import(TEST);
    w.apply(&identity("updated", "email = \"updated@example.com\"\n secondary_email = \"second@example.com\"\n mobile = \"+4930123456\""));
    let actual = w.actual(TEST)["IdentityInfo"].clone();
    assert_eq!(
        actual,
        json!({"FirstName": "updated", "LastName": "Roe", "Email": "updated@example.com",
               "SecondaryEmail": "second@example.com", "Mobile": "+4930123456"})
    );
    w.verify_import(TEST);
    w.apply(&identity("updated", ""));
    assert_eq!(w.actual(TEST)["IdentityInfo"], json!({"FirstName": "updated", "LastName": "Roe"}));
    assert_eq!(w.state(TEST)["identity_info"][0]["email"], json!(null));
    // If the instance requires names, removing the block is refused at the right place, before any call.
    w.write(&user("# identity_info"));
    assert!(w.fails(&["plan"]).contains("`identity_info.first_name` is required"));
}

#[test]
fn a_phone_becomes_a_desk_phone_and_a_soft_phone_again() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.verify_import(TEST);
    let desk = |limit: u32, accept: bool, number: &str| {
        user(&format!(
            "phone_config {{\n after_contact_work_time_limit = {limit}\n auto_accept = {accept}\n \
             desk_phone_number = \"{number}\"\n phone_type = \"DESK_PHONE\"\n }}"
        ))
    };
    for (limit, accept, number) in [(0, false, "+112345678912"), (1, true, "+112345678913")] {
        w.apply(&desk(limit, accept, number));
        let phone = &w.state(TEST)["phone_config"][0];
        assert_eq!(phone["after_contact_work_time_limit"], limit);
        assert_eq!(phone["auto_accept"], accept);
        assert_eq!(phone["desk_phone_number"], number);
        assert_eq!(w.actual(TEST)["PhoneConfig"]["DeskPhoneNumber"], number);
        w.verify_import(TEST);
    }
    w.apply(&user("phone_config {\n phone_type = \"SOFT_PHONE\"\n }"));
    let phone = w.actual(TEST)["PhoneConfig"].clone();
    assert_eq!((&phone["PhoneType"], &phone["DeskPhoneNumber"]), (&json!("SOFT_PHONE"), &json!(null)));
    assert!(!phone["AutoAccept"].as_bool().unwrap_or(false), "what was set goes back to its default");
    // A number without meaning is reported, and its plan is empty.
    let odd =
        user("phone_config {\n phone_type = \"SOFT_PHONE\"\n desk_phone_number = \"+112345678912\"\n }");
    let plan = w.plan(&odd);
    assert!(plan.contains("Warning"), "{plan}");
    w.apply(&odd);
}

#[test]
fn profiles_change_grow_and_shrink() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    for routing in ["r1", "r2", "r1"] {
        w.apply(&user(&format!("routing_profile_id = \"{routing}\"")));
        assert_eq!(w.actual(TEST)["RoutingProfileId"], routing);
        w.verify_import(TEST);
    }
    for profiles in [vec!["s1"], vec!["s1", "s2"], vec!["s3", "s1", "s2"], vec!["s2"]] {
        w.apply(&user(&format!("security_profile_ids = {profiles:?}")));
        let mut actual: Vec<String> =
            serde_json::from_value(w.actual(TEST)["SecurityProfileIds"].clone()).expect("ids");
        let mut wanted = profiles.clone();
        actual.sort();
        wanted.sort_unstable();
        assert_eq!(actual, wanted);
        w.verify_import(TEST);
    }
}

#[test]
fn what_the_aws_provider_lacks_comes_changes_and_goes() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(
        r#"
        phone_number_configs = [{ channel = "VOICE", phone_type = "DESK_PHONE", phone_number = "+112345678912" }]
        auto_accept_configs = [{ channel = "VOICE", auto_accept = true, agent_first_callback_auto_accept = false },
                               { channel = "CHAT", auto_accept = false }]
        after_contact_work_configs = [{ channel = "CHAT", after_contact_work_config = { after_contact_work_time_limit = 60 } }]
        persistent_connection_configs = [{ channel = "VOICE", persistent_connection = true }]
        voice_enhancement_configs = [{ channel = "VOICE", voice_enhancement_mode = "NOISE_SUPPRESSION" }]
        user_proficiencies = [{ attribute_name = "lang", attribute_value = "en", level = 3 },
                              { attribute_name = "lang", attribute_value = "de", level = 5 }]
        "#,
    ));
    w.verify_import(TEST);
    w.apply(&user(
        r#"
        phone_number_configs = [{ channel = "VOICE", phone_type = "SOFT_PHONE" }]
        auto_accept_configs = [{ channel = "CHAT", auto_accept = true }]
        user_proficiencies = [{ attribute_name = "lang", attribute_value = "en", level = 4 }]
        "#,
    ));
    w.verify_import(TEST);
    let proficiencies =
        server.call("GET", &format!("/users/{INSTANCE}/{}/proficiencies", w.user_id(TEST)), "");
    let list = proficiencies["UserProficiencyList"].as_array().expect("a list");
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["Level"].as_f64(), Some(4.0));
    w.apply(&user("phone_config {\n phone_type = \"SOFT_PHONE\"\n persistent_connection = true\n }"));
    assert_eq!(w.actual(TEST)["PhoneConfig"]["PersistentConnection"], true);
}

#[test]
fn an_id_and_its_arn_are_the_same() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user("routing_profile_id = \"r1\""));
    let arn = format!("arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/routing-profile/r1");
    w.write(&user(&format!("routing_profile_id = \"{arn}\"")));
    w.settled();
}

#[test]
fn a_version_tells_that_a_write_only_password_is_another() {
    let server = Server::start(&[]);
    let with = |password: &str, version: u32| {
        user(&format!("password_wo = \"{password}\"\n password_wo_version = {version}"))
    };
    let w = Workspace::new(&server);
    w.apply(&with("Password123", 1));
    let id = w.user_id(TEST);
    let state = std::fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    assert!(!state.contains("Password123"), "in no state");
    // Without a new version, the password is ignored.
    assert!(w.plan(&with("Password456", 1)).contains("No changes"));
    let said = w.apply(&with("Password456", 2));
    assert!(said.contains("password") && said.contains("Warning"), "{said}");
    assert_eq!((w.user_id(TEST), w.state(TEST)["password_wo_version"].clone()), (id, json!(2)));

    let w = Workspace::with(&server, "on_password_change = \"replace\"");
    let named = |text: &str| text.replace("\"jane\"", "\"john\"");
    w.apply(&named(&with("Password123", 1)));
    let id = w.user_id(TEST);
    let said = w.plan(&named(&with("Password123", 2)));
    assert!(said.contains("password_wo_version = 1 -> 2 # forces replacement"), "{said}");
    w.apply(&named(&with("Password123", 2)));
    assert_ne!(w.user_id(TEST), id);
    // A first version does not mean that the password has changed.
    w.apply(&named(&user("password = \"Password123\"")));
    w.apply(&named(&with("Password789", 7)));

    w.write(&user("password = \"Password123\"\n password_wo = \"Password123\""));
    assert!(w.fails(&["validate"]).contains("Both `password` and `password_wo` are given"));
    w.write(&user("password = \"Password123\"\n password_wo_version = 1"));
    assert!(w.fails(&["validate"]).contains("`password_wo_version` is given without `password_wo`"));
}

#[test]
fn names_stand_for_ids() {
    let server = Server::start(&[
        "--routing-profile",
        "r1=Agents",
        "--routing-profile",
        "r2=Leads",
        "--security-profile",
        "s1=Agent",
        "--hierarchy-group",
        "g1=Europe/Berlin",
    ]);
    let w = Workspace::new(&server);
    let named = |routing: &str| {
        user(&format!(
            "routing_profile_id = \"{routing}\"\n security_profile_ids = [\"name:Agent\"]\n \
             hierarchy_group_id = \"path:Europe/Berlin\""
        ))
    };
    w.apply(&named("name:Agents"));
    let actual = w.actual(TEST);
    assert_eq!((&actual["RoutingProfileId"], &actual["HierarchyGroupId"]), (&json!("r1"), &json!("g1")));
    assert_eq!(actual["SecurityProfileIds"], json!(["s1"]));
    assert_eq!(w.state(TEST)["routing_profile_id"], "name:Agents", "as it is written");
    w.apply(&named("name:Leads"));
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
    // The same profile by its id: no call is made.
    let calls = server.calls("UpdateUserRoutingProfile");
    w.apply(&named("r2"));
    assert_eq!(server.calls("UpdateUserRoutingProfile"), calls);
    w.write(&named("name:Agent"));
    let said = w.fails(&["plan"]);
    assert!(
        said.contains("no routing profile of the name `Agent`") && said.contains("id you mean `Agents`?"),
        "{said}"
    );
    // Without names, no names are looked up.
    let asked = server.calls("ListRoutingProfiles");
    w.apply(&user("routing_profile_id = \"r2\"\n hierarchy_group_id = \"g1\""));
    assert_eq!(server.calls("ListRoutingProfiles"), asked);
}
