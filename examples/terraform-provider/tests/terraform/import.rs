//! Users that exist: imported, moved, found by a data source.

use crate::support::*;

const TEST: &str = "connect_user.test";

#[test]
fn an_import_block_takes_a_user_over() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user("hierarchy_group_id = \"g1\""));
    let id = first.state(TEST)["id"].as_str().expect("an id").to_owned();

    let w = Workspace::new(&server);
    let import = format!("import {{\n to = {TEST}\n id = \"{id}\"\n }}");
    // Values that the configuration leaves out stay unchanged.
    let said = w.apply(&format!("{import}{}", user("")));
    assert!(said.contains("1 imported, 0 added, 0 changed, 0 destroyed"), "{said}");
    assert_eq!(w.actual(TEST)["HierarchyGroupId"], "g1");
    // Values that the configuration sets are changed.
    w.apply(&user("routing_profile_id = \"r2\""));
    assert_eq!(w.actual(TEST)["RoutingProfileId"], "r2");
    assert_eq!(w.actual(TEST)["HierarchyGroupId"], "g1");

    for (id, message) in [
        ("nonsense", "is not an import id: there is no `:`"),
        (&format!("{INSTANCE}:nobody"), &format!("There is no user `{INSTANCE}:nobody`")),
    ] {
        let other = Workspace::new(&server);
        other.write(&user(""));
        let said = other.fails(&["import", TEST, id]);
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_user_of_the_aws_provider_moves_here() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user(""));
    let ours = first.state(TEST);
    let mut attributes = serde_json::json!({"password": "Password123"});
    for name in ["arn", "id", "instance_id", "name", "routing_profile_id", "security_profile_ids", "user_id"]
    {
        attributes[name] = ours[name].clone();
    }
    let state = serde_json::json!({
        "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "moved", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "aws_connect_user", "name": "old",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
        }],
    });
    let w = Workspace::new(&server);
    std::fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
    w.write(&format!("moved {{\n from = aws_connect_user.old\n to = {TEST}\n }}\n{}", user("")));
    w.ok(&["init"]);
    let plan = w.ok(&["plan"]);
    assert!(plan.contains("0 to add, 0 to change, 0 to destroy"), "{plan}");
    // Also without a refresh before, it is the same user.
    let plan = w.ok(&["plan", "-refresh=false"]);
    assert!(plan.contains("0 to add, 1 to change, 0 to destroy"), "{plan}");
    w.ok(&["apply", "-auto-approve"]);
    w.settled();
    assert_eq!(w.user_id(TEST), first.user_id(TEST));
    let on_disk = std::fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    assert!(!on_disk.contains("Password123"), "the password is gone from the state");
}

/// The ARN of a user as it would be in another Region.
fn arn_in(region: &str, state: &serde_json::Value) -> String {
    let arn = state["arn"].as_str().expect("an ARN");
    let there = arn.replace(":us-east-1:", &format!(":{region}:"));
    assert_ne!(arn, there);
    there
}

#[test]
fn a_user_moves_here_from_the_region_of_its_arn() {
    for from in ["aws_connect_user", "awscc_connect_user"] {
        let server = Server::start(&[]);
        let first = Workspace::new(&server);
        first.apply(&user(""));
        let ours = first.state(TEST);
        let arn = arn_in("eu-west-2", &ours);
        let attributes = match from {
            "aws_connect_user" => serde_json::json!({"id": ours["id"], "arn": arn}),
            _ => serde_json::json!({"id": arn, "user_arn": arn}),
        };
        let state = serde_json::json!({
            "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "moved", "outputs": {},
            "resources": [{
                "mode": "managed", "type": from, "name": "old",
                "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
                "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
            }],
        });
        let w = Workspace::new(&server);
        std::fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
        let moved = format!("moved {{\n from = {from}.old\n to = {TEST}\n }}\n");
        w.write(&format!("{moved}{}", user("region = \"eu-west-2\"")));
        w.ok(&["init"]);
        let before = server.signed("DescribeUser").len();
        let plan = w.ok(&["plan"]);
        assert!(plan.contains("0 to add, 0 to change, 0 to destroy"), "{from}: {plan}");
        let calls = server.signed("DescribeUser");
        assert!(calls.len() > before, "{from}: the user is read");
        assert!(calls[before..].iter().all(|call| call.ends_with("/eu-west-2")), "{from}: {calls:?}");
        // If the configuration leaves the Region out, it is the Region of the provider: the plan shows that.
        w.write(&format!("{moved}{}", user("")));
        let plan = w.ok(&["plan"]);
        assert!(plan.contains("region = \"eu-west-2\" -> \"us-east-1\" # forces"), "{from}: {plan}");
    }
}

#[test]
fn a_state_without_a_region_is_of_the_region_of_its_arn() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    let state = w.state(TEST);
    let text = std::fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    let text = text.replace(state["arn"].as_str().expect("an ARN"), &arn_in("eu-west-2", &state));
    let mut on_disk: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let instance = on_disk["resources"][0]["instances"][0].as_object_mut().expect("an object");
    instance["attributes"].as_object_mut().expect("an object").remove("region");
    instance.remove("identity");
    std::fs::write(w.path("terraform.tfstate"), on_disk.to_string()).expect("written");
    let before = server.signed("DescribeUser").len();
    let plan = w.ok(&["plan"]);
    let calls = server.signed("DescribeUser");
    assert!(
        calls.len() > before && calls[before..].iter().all(|call| call.ends_with("/eu-west-2")),
        "{calls:?}"
    );
    assert!(plan.contains("region = \"eu-west-2\" -> \"us-east-1\" # forces"), "{plan}");
    let plan = w.ok(&["plan", "-refresh=false"]);
    assert!(plan.contains("region = \"us-east-1\" # forces"), "{plan}");
}

#[test]
fn configuration_is_generated_for_an_import() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user(""));
    let id = first.state(TEST)["id"].as_str().expect("an id").to_owned();
    let w = Workspace::new(&server);
    w.write(&format!("import {{\n to = {TEST}\n id = \"{id}\"\n }}"));
    let said = w.run(&["plan", "-generate-config-out=generated.tf"]);
    let generated = std::fs::read_to_string(w.path("generated.tf")).expect("a configuration");
    assert!(generated.contains("name") && generated.contains("\"jane\""), "{generated}\n{}", said.text);
}

#[test]
fn a_data_source_finds_users_by_id_and_by_name() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let data = |what: &str| {
        format!("data \"connect_user\" \"found\" {{\n instance_id = \"{INSTANCE}\"\n {what}\n }}")
    };
    let both = [
        user("tags = { Key1 = \"Value1\" }"),
        data("user_id = connect_user.test.user_id"),
        data("name = connect_user.test.name").replace("found", "named"),
    ];
    w.apply(&both.join("\n"));
    let resource = w.state(TEST);
    for address in ["data.connect_user.found", "data.connect_user.named"] {
        let found = w.state(address);
        for name in [
            "arn",
            "id",
            "name",
            "user_id",
            "tags",
            "routing_profile_id",
            "security_profile_ids",
            "directory_user_id",
        ] {
            assert_eq!(found[name], resource[name], "{address}.{name}");
        }
        assert_eq!(found["identity_info"][0]["first_name"], "example");
        assert_eq!(found["phone_config"][0]["phone_type"], "SOFT_PHONE");
    }
    w.write(&data("name = \"Jane\""));
    assert!(w.fails(&["plan"]).contains("has the `name` that is given"));
    w.write(&data(""));
    assert!(w.fails(&["validate"]).contains("Neither `user_id` nor `name` is given"));
    for (what, message, help) in [
        (
            "name = \"jane\"",
            "the users of the instance `9z9z` cannot be listed",
            "check `instance_id` and `region`",
        ),
        ("user_id = \"nobody\"", ":nobody`", "look for its id in the console"),
    ] {
        let instance = if what.starts_with("name") { "9z9z" } else { INSTANCE };
        w.write(&data(what).replace(INSTANCE, instance));
        let said = w.fails(&["plan"]).to_lowercase();
        assert!(said.contains(message) && said.contains(help), "{said}");
    }
}
