//! Common forms of configurations.

use serde_json::json;

use crate::support::*;

#[test]
fn what_only_the_service_gives_cannot_be_set() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    for name in ["user_id", "id", "arn"] {
        w.write(&user(&format!("{name} = \"x\"")));
        let said = w.fails(&["validate"]);
        assert!(said.contains(&format!("`{name}` cannot be set: the service gives it")), "{said}");
    }
    w.write(&user("tags_all = { a = \"1\" }"));
    assert!(w.fails(&["plan"]).contains("`tags_all` cannot be set"));
    w.write(&format!(
        "data \"connect_user\" \"d\" {{\n instance_id = \"{INSTANCE}\"\n name = \"jane\"\n arn = \"x\"\n }}"
    ));
    assert!(w.fails(&["validate"]).contains("`arn` cannot be set"));
}

#[test]
fn a_tag_that_is_null_is_left_out() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    for tags in ["{ a = null, b = \"1\" }", "{ a = \"2\", b = null }", "{ a = null }"] {
        w.apply(&user(&format!("tags = {tags}")));
        let expected = match tags {
            "{ a = null, b = \"1\" }" => json!({"b": "1"}),
            "{ a = \"2\", b = null }" => json!({"a": "2"}),
            _ => json!({}),
        };
        let actual = w.actual("connect_user.test")["Tags"].clone();
        assert_eq!(if actual.is_null() { json!({}) } else { actual }, expected);
    }
}

#[test]
fn a_warning_is_given_when_its_value_is_set() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    // Without an e-mail address, which the documentation calls required.
    assert!(w.plan(&user("")).contains("email"));
    w.apply(&user(""));
    let said = w.plan(&user("routing_profile_id = \"r2\""));
    assert!(!said.contains("Warning"), "{said}");
}

#[test]
fn an_ephemeral_password_may_differ_from_plan_to_apply() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "on_password_change = \"replace\"");
    let config = |routing: &str| {
        format!(
            "variable \"password\" {{\n type = string\n ephemeral = true\n }}\n{}",
            user(&format!("password = var.password\n routing_profile_id = \"{routing}\""))
        )
    };
    let (first, other) = ("-var=password=Password123", "-var=password=Different456");
    w.write(&config("r1"));
    w.ok(&["apply", first, "-auto-approve"]);
    let id = w.user_id("connect_user.test");
    w.write(&config("r2"));
    w.ok(&["plan", first, "-out=saved"]);
    let said = w.ok(&["apply", other, "saved"]);
    assert!(said.contains("the user keeps its password"), "{said}");
    assert_eq!(w.user_id("connect_user.test"), id);
    assert_eq!(w.actual("connect_user.test")["RoutingProfileId"], "r2");
    // A plan that sees the changed password replaces the user.
    assert!(w.ok(&["plan", other]).contains("forces replacement"));
}

#[test]
fn a_module_with_a_map_of_any_says_what_is_missing() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(include_str!("../cases/02-module-any-map.tf"));
    let said = w.fails(&["plan"]);
    for message in ["`security_profile_ids` must have 1 to 10 elements", "desk_phone_number"] {
        assert!(said.contains(message), "{message}: {said}");
    }
}

#[test]
fn empty_cells_of_a_spreadsheet_are_left_out() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    std::fs::write(w.path("03-agents.csv"), include_str!("../cases/03-agents.csv")).expect("written");
    w.apply(include_str!("../cases/03-csvdecode.tf"));
    let actual = w.actual("connect_user.row[\"teo.banks\"]");
    assert_eq!(actual["HierarchyGroupId"], "g1");
    assert_eq!(actual["IdentityInfo"], json!({"FirstName": "Teo", "LastName": "Banks"}));
    assert_eq!(w.actual("connect_user.row[\"mira.holt\"]")["HierarchyGroupId"], json!(null));
}

#[test]
fn the_id_of_another_resource_with_its_instance_says_which_id_is_meant() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let all = include_str!("../cases/04-composite-ids.tf");
    let user = &all[all.find("resource \"connect_user\"").expect("the user")..];
    w.write(&user.replace("aws_connect_routing_profile.demo.id", "\"1c2d:r1\""));
    let said = w.fails(&["plan"]);
    assert!(
        said.contains("routing_profile_id") && said.contains("1c2d:r1") && said.contains("1c2d:s1"),
        "{said}"
    );
}

#[test]
fn a_user_of_the_cloud_control_provider_moves_here() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    first.apply(&user(""));
    let (id, arn) = (first.user_id("connect_user.test"), first.state("connect_user.test")["arn"].clone());
    let state = json!({
        "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "moved", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "awscc_connect_user", "name": "old",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 1, "sensitive_attributes": [], "attributes": {
                "id": arn, "user_arn": arn, "username": "jane", "password": "Password123",
            }}],
        }],
    });
    let w = Workspace::new(&server);
    std::fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
    w.write(&format!("moved {{\n from = awscc_connect_user.old\n to = connect_user.test\n }}\n{}", user("")));
    w.ok(&["init"]);
    let plan = w.ok(&["plan"]);
    assert!(plan.contains("0 to add, 0 to change, 0 to destroy"), "{plan}");
    w.ok(&["apply", "-auto-approve"]);
    w.settled();
    assert_eq!(w.user_id("connect_user.test"), id);
}

/// The account of `connect-server`.
const ACCOUNT: &str = "123456789012";

#[test]
fn users_of_the_cloud_control_provider_move_with_their_variables() {
    let server = Server::start(&[]);
    let first = Workspace::new(&server);
    let proficiencies = "user_proficiencies = [{ attribute_name = \"connect:Language\", attribute_value = \"connect:Dutch\", level = 4 }]";
    first.apply(&user_named(
        "test",
        "mira.holt",
        &format!("identity_info {{\n first_name = \"Mira\"\n last_name = \"Holt\"\n }}\n tags = {{ team = \"a\" }}\n {proficiencies}"),
    ));
    let (id, arn) = (first.user_id("connect_user.test"), first.state("connect_user.test")["arn"].clone());
    let state = json!({
        "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "moved", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "awscc_connect_user", "name": "this",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"index_key": "mira.holt", "schema_version": 1, "sensitive_attributes": [], "attributes": {
                "id": arn, "user_arn": arn, "username": "mira.holt", "password": "Password123",
            }}],
        }],
    });
    // The variables stay unchanged; a new resource block uses them.
    let case = include_str!("../cases/05-awscc.tf").replace("111122223333", ACCOUNT);
    let (variables, _) = case.split_once("resource \"random_password\"").expect("the variables");
    let resource = r#"
moved {
  from = awscc_connect_user.this
  to   = connect_user.this
}

resource "connect_user" "this" {
  for_each             = var.users
  instance_id          = "1c2d"
  name                 = each.key
  password             = var.identity_management_type == "CONNECT_MANAGED" ? "Password123" : null
  routing_profile_id   = each.value.routing_profile_arn
  security_profile_ids = each.value.security_profile_arns
  hierarchy_group_id   = each.value.hierarchy_group_arn
  user_proficiencies = each.value.proficiencies == null ? null : [for one in each.value.proficiencies : {
    attribute_name = one.name, attribute_value = one.value, level = one.level
  }]
  tags = { for tag in coalesce(each.value.tags, []) : tag.key => tag.value }
  identity_info {
    first_name = try(each.value.identity_info.first_name, null)
    last_name  = try(each.value.identity_info.last_name, null)
  }
  phone_config {
    phone_type        = each.value.phone_config.phone_type
    desk_phone_number = each.value.phone_config.desk_phone_number
  }
}
"#;
    let w = Workspace::new(&server);
    std::fs::write(w.path("terraform.tfstate"), state.to_string()).expect("written");
    w.write(&format!("{variables}{resource}"));
    w.ok(&["init"]);
    let plan = w.ok(&["plan"]);
    assert!(plan.contains("0 to add, 0 to change, 0 to destroy"), "{plan}");
    w.ok(&["apply", "-auto-approve"]);
    w.settled();
    assert_eq!(w.user_id("connect_user.this[\"mira.holt\"]"), id);
}

#[test]
fn a_rename_under_create_before_destroy_works() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let lifecycle = "lifecycle {\n create_before_destroy = true\n }";
    w.apply(&user(lifecycle));
    w.apply(&user_named("test", "john", lifecycle));
    assert_eq!(server.names(), ["john"]);
    // A replacement that keeps the name does not work, and says why.
    w.write(&user_named("test", "john", &format!("routing_profile_id = \"r2\"\n {lifecycle}")));
    let said = w.fails(&["apply", "-auto-approve", "-replace=connect_user.test"]);
    assert!(
        said.contains("`create_before_destroy` cannot work for a replacement that keeps the name"),
        "{said}"
    );
    assert_eq!(server.names(), ["john"]);
}
