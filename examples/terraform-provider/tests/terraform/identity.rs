//! Regions, identities, lists and generated configuration.

use std::fs;

use serde_json::{Value, json};

use crate::support::*;

const TEST: &str = "connect_user.test";

/// The identity of a resource in Terraform's state.
fn identity(w: &Workspace<'_>) -> Value {
    let state = fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    let state: Value = serde_json::from_str(&state).expect("JSON");
    state["resources"][0]["instances"][0]["identity"].clone()
}

#[test]
fn a_region_is_that_of_the_provider_unless_it_is_set_and_a_change_replaces() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    assert_eq!(w.state(TEST)["region"], "us-east-1");
    let id = w.user_id(TEST);
    // The same Region, given explicitly.
    w.apply(&user("region = \"us-east-1\""));
    assert_eq!(w.user_id(TEST), id);
    assert!(
        w.plan(&user("region = \"eu-west-2\"")).contains("region = \"us-east-1\" -> \"eu-west-2\" # forces")
    );
    w.apply(&user("region = \"eu-west-2\""));
    assert_ne!(w.user_id(TEST), id);
    // Each call went to the Region of its user: the creation to the new one, the deletion to the old one.
    assert_eq!(server.signed("CreateUser"), ["AKIDEXAMPLE/us-east-1", "AKIDEXAMPLE/eu-west-2"]);
    assert_eq!(server.signed("DeleteUser"), ["AKIDEXAMPLE/us-east-1"]);
    let region = "lifecycle {\n ignore_changes = [region]\n }";
    assert!(w.plan(&user(region)).contains("No changes"));

    w.write(&user("region = \"Europe\""));
    let said = w.fails(&["validate"]);
    assert!(said.contains("must be an AWS Region such as `eu-central-1`, is `Europe`"), "{said}");
}

#[test]
fn a_state_from_before_there_were_regions_stays() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let text = fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    let mut state: Value = serde_json::from_str(&text).expect("JSON");
    let instance = state["resources"][0]["instances"][0].as_object_mut().expect("an object");
    instance["attributes"].as_object_mut().expect("an object").remove("region");
    instance.remove("identity");
    fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
    let said = w.ok(&["plan", "-refresh=false"]);
    assert!(said.contains("0 to add, 1 to change, 0 to destroy") || said.contains("No changes"), "{said}");
    w.settled();
}

#[test]
fn an_import_and_a_data_source_name_a_region() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user("region = \"eu-west-2\""));
    let id = first.state(TEST)["id"].as_str().expect("an id").to_owned();
    let w = Workspace::new(&server);
    w.write(&user("region = \"eu-west-2\""));
    w.ok(&["import", TEST, &format!("{id}@eu-west-2")]);
    assert_eq!(w.state(TEST)["region"], "eu-west-2");
    w.settled();
    assert!(
        w.fails(&["import", "connect_user.other", &format!("{id}@nowhere")]).contains("connect_user.other")
    );
    let data = format!(
        "data \"connect_user\" \"found\" {{\n instance_id = \"{INSTANCE}\"\n name = \"jane\"\n region = \"eu-west-2\"\n }}"
    );
    w.apply(&format!("{data}\n{}", user("region = \"eu-west-2\"")));
    assert_eq!(w.state("data.connect_user.found")["region"], "eu-west-2");
    assert_eq!(server.signed("SearchUsers").last().map(String::as_str), Some("AKIDEXAMPLE/eu-west-2"));
}

#[test]
fn a_user_is_imported_by_its_identity() {
    if !is_since(12) {
        return;
    }
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user(""));
    let id = first.user_id(TEST);
    let who = json!({"instance_id": INSTANCE, "user_id": id, "region": "us-east-1"});
    assert_eq!(identity(&first), who);
    let import = |more: &str| {
        format!(
            "import {{\n to = {TEST}\n identity = {{\n instance_id = \"{INSTANCE}\"\n user_id = \"{id}\"\n {more}\n }}\n }}"
        )
    };
    for more in ["", "region = \"us-east-1\""] {
        let w = Workspace::new(&server);
        let said = w.apply(&format!("{}{}", import(more), user("")));
        assert!(said.contains("1 imported, 0 added, 0 changed, 0 destroyed"), "{said}");
        assert_eq!((identity(&w), w.user_id(TEST)), (who.clone(), id.clone()));
    }
    let w = Workspace::new(&server);
    w.write(&format!("{}{}", import("").replace(&id, "a b"), user("")));
    assert!(w.fails(&["plan"]).contains("is not an import id"));
    w.write(&format!("{}{}", import("region = \"Europe\""), user("")));
    assert!(w.fails(&["plan"]).contains("must be an AWS Region such as `eu-central-1`, is `Europe`"));
    // Another user has another identity.
    first.apply(&user_named("test", "john", ""));
    assert_ne!(identity(&first)["user_id"], who["user_id"]);
    first.ok(&["destroy", "-auto-approve"]);
}

/// The lines of the answer of a query: an identity and a name in each.
fn query(w: &Workspace<'_>, config: &str) -> Vec<String> {
    let list = format!("list \"connect_user\" \"all\" {{\n provider = connect\n {config}\n }}\n");
    fs::write(w.path("users.tfquery.hcl"), list).expect("written");
    let said = w.run(&["query", "-json"]);
    assert_eq!(said.code, 0, "{}", said.text);
    let lines = said.lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = lines.filter(|line| line["type"] == "list_resource_found");
    found
        .map(|line| line["list_resource_found"]["display_name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn users_are_listed_by_what_chooses_them() {
    if !is_since(14) {
        return;
    }
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&format!(
        "{}{}{}",
        user_named("a", "ana", "tags = { team = \"a\" }\n hierarchy_group_id = \"g1\""),
        user_named("b", "ben", "routing_profile_id = \"r2\"\n tags = { team = \"a\", site = \"x\" }"),
        user_named("c", "bea", "security_profile_ids = [\"s1\", \"s2\"]"),
    ));
    let config = |more: &str| format!("config {{\n instance_id = \"{INSTANCE}\"\n {more}\n }}");
    for (more, names) in [
        ("", &["ana", "bea", "ben"] as &[_]),
        ("name = \"ana\"", &["ana"]),
        ("name = \"an\"", &[]),
        ("name_prefix = \"be\"", &["bea", "ben"]),
        ("routing_profile_id = \"r2\"", &["ben"]),
        ("hierarchy_group_id = \"g1\"", &["ana"]),
        ("security_profile_id = \"s2\"", &["bea"]),
        ("tags = { team = \"a\" }", &["ana", "ben"]),
        ("tags = { team = \"a\", site = \"x\" }", &["ben"]),
        ("name_prefix = \"b\"\n tags = { team = \"b\" }", &[]),
    ] {
        assert_eq!(query(&w, &config(more)), names, "{more}");
    }
    assert_eq!(query(&w, &format!("limit = 2\n{}", config(""))), ["ana", "bea"]);
    let describes = server.calls("DescribeUser");
    assert_eq!(query(&w, &format!("include_resource = true\n limit = 2\n{}", config(""))), ["ana", "bea"]);
    assert_eq!(server.calls("DescribeUser"), describes + 2, "nobody is read who is not shown");

    fs::write(
        w.path("users.tfquery.hcl"),
        "list \"connect_user\" \"all\" {\n provider = connect\n config {\n instance_id = \"9z9z\"\n region = \"Europe\"\n }\n }\n",
    )
    .expect("written");
    assert!(w.run(&["query"]).text.contains("must be an AWS Region such as `eu-central-1`, is `Europe`"));
}

#[test]
fn a_query_asks_for_no_more_users_than_it_shows() {
    if !is_since(14) {
        return;
    }
    let server = Server::start(&[]);
    for number in 0..501 {
        let user = json!({
            "Username": format!("agent-{number:03}"),
            "Password": "Password123",
            "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
            "RoutingProfileId": "r1",
            "SecurityProfileIds": ["s1"],
        });
        server.call("PUT", &format!("/users/{INSTANCE}"), &user.to_string());
    }
    let w = Workspace::new(&server);
    let config = |more: &str| format!("config {{\n instance_id = \"{INSTANCE}\"\n {more}\n }}");
    let pages = || server.calls("SearchUsers");
    assert_eq!(query(&w, &format!("limit = 501\n{}", config(""))).len(), 501);
    let all = pages();
    assert!(all > 1, "there is more than a page");
    // The service filters, and one page is enough.
    assert_eq!(query(&w, &config("name = \"agent-500\"")), ["agent-500"]);
    assert_eq!(query(&w, &format!("limit = 2\n{}", config(""))).len(), 2);
    assert_eq!(pages(), all + 2);
    assert_eq!((server.calls("ListUsers"), server.calls("DescribeUser")), (0, 0));
}

#[test]
fn the_configuration_that_a_list_generates_imports_and_changes_nothing() {
    if !is_since(14) {
        return;
    }
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    let more = "hierarchy_group_id = \"g1\"\n tags = { team = \"a\" }\n \
                user_proficiencies = [{ attribute_name = \"l\", attribute_value = \"en\", level = 3 }]";
    first.apply(&format!("{}{}", user_named("a", "ana", more), user_named("b", "ben", "")));
    let w = Workspace::new(&server);
    let list = format!(
        "list \"connect_user\" \"all\" {{\n provider = connect\n include_resource = true\n config {{\n instance_id = \"{INSTANCE}\"\n }}\n }}\n"
    );
    fs::write(w.path("users.tfquery.hcl"), list).expect("written");
    w.ok(&["query", "-generate-config-out=generated.tf"]);
    let generated = fs::read_to_string(w.path("generated.tf")).expect("a configuration");
    for output in ["tags_all", "arn", "password_changed", "directory_user_id"] {
        assert!(!generated.contains(&format!(" {output} ")), "{output}: {generated}");
    }
    let regions = generated.lines().filter(|line| line.contains("region ")).count();
    assert_eq!(regions, 2, "only the identities have it: {generated}");
    assert_eq!(generated.matches("user_proficiencies").count(), 1, "{generated}");
    fs::remove_file(w.path("users.tfquery.hcl")).expect("removed");
    let said = w.ok(&["apply", "-auto-approve"]);
    assert!(said.contains("2 imported, 0 added, 0 changed, 0 destroyed"), "{said}");
    w.settled();
    assert_eq!(server.calls("CreateUser"), 2);
}
