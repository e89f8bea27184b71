//! States and stacks: Terraform's and Pulumi's, answers of the API, and SCIM.

use connect_user::interop::file::{FileFormat, Mapping, ReadOptions, read};
use serde_json::{Value, json};

use crate::support::{json, names, read_text, told, user};

const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/1c2d";

/// The attributes of a user of `aws_connect_user`, as Terraform's state has them.
fn attributes(name: &str) -> Value {
    json!({
        "arn": format!("{ARN}/agent/u-{name}"),
        "directory_user_id": "",
        "hierarchy_group_id": "g1",
        "id": format!("1c2d:u-{name}"),
        "identity_info": [{"email": "", "first_name": "Jane", "last_name": "Roe", "secondary_email": ""}],
        "instance_id": "1c2d",
        "name": name,
        "password": "Welcome2Connect",
        "phone_config": [{
            "after_contact_work_time_limit": 0, "auto_accept": false, "desk_phone_number": "",
            "phone_type": "SOFT_PHONE",
        }],
        "region": "eu-west-2",
        "routing_profile_id": "r1",
        "security_profile_ids": ["s1"],
        "tags": {"team": "a"},
        "tags_all": {"team": "a", "owner": "ops"},
        "user_id": format!("u-{name}"),
    })
}

fn expected(name: &str) -> Value {
    json!({
        "hierarchyGroupId": "g1",
        "identityInfo": {"firstName": "Jane", "lastName": "Roe"},
        "instanceId": "1c2d",
        "name": name,
        "password": "Welcome2Connect",
        "phoneConfig": {"afterContactWorkTimeLimit": 0, "autoAccept": false, "phoneType": "SOFT_PHONE"},
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "tags": {"team": "a"},
    })
}

fn resource(kind: &str, module: Option<&str>, instances: Value) -> Value {
    let mut resource = json!({"mode": "managed", "type": kind, "name": "floor", "instances": instances});
    if let Some(module) = module {
        resource["module"] = json!(module);
    }
    resource
}

fn state(resources: Value) -> String {
    json!({"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "resources": resources})
        .to_string()
}

#[test]
fn a_state_of_terraform_is_read() {
    let text = state(json!([
        {"mode": "data", "type": "aws_connect_user", "name": "floor", "instances": [{"attributes": {}}]},
        {"mode": "managed", "type": "aws_connect_queue", "name": "q", "instances": [{"attributes": {}}]},
        resource("aws_connect_user", None, json!([
            {"index_key": "mira.holt", "attributes": attributes("mira.holt")},
            {"index_key": 3, "attributes": attributes("three")},
        ])),
        resource("aws_connect_user", Some("module.desk"), json!([
            {"index_key": 3, "status": "tainted", "attributes": attributes("four")},
            {"index_key": 3, "deposed": "00", "attributes": attributes("five")},
        ])),
    ]));
    assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::Terraform));
    let file = read_text(FileFormat::Terraform, &text);
    assert_eq!(names(&file), ["floor-mira.holt", "floor-3", "desk-floor-3"]);
    let mira = user(&file, "floor-mira.holt");
    assert_eq!(json(mira), expected("mira.holt"));
    assert_eq!(mira.options.import.as_ref().expect("an id").to_string(), "1c2d:u-mira.holt");
    assert_eq!(mira.arn.as_ref().expect("an ARN").region(), "eu-west-2");
    let told = told(&file);
    let starts = |start: &str| told.iter().any(|line| line.starts_with(start));
    assert!(starts("warning: a user is tainted: Terraform would replace it ("), "{told:?}");
    assert!(starts("warning: a user that a replacement has left over is not read ("), "{told:?}");
    assert!(
        starts("note: the tag `owner` is one of the provider's default tags, not of the user (3 times)"),
        "{told:?}"
    );
    assert!(starts("note: the Region of users is no property of theirs (3 times)"), "{told:?}");
    assert_eq!(told.len(), 4, "{told:?}");
}

#[test]
fn what_terraform_shows_is_read_of_states_and_plans() {
    let shown = json!({"format_version": "1.0", "values": {"root_module": {
        "resources": [
            {"mode": "managed", "type": "connect_user", "name": "a", "values": attributes("a")},
            {"mode": "data", "type": "connect_user", "name": "b", "values": attributes("b")},
        ],
        "child_modules": [{"address": "module.x[\"y\"]", "resources": [
            {"mode": "managed", "type": "connect_user", "name": "a", "values": attributes("c")},
        ]}],
    }}});
    let file = read_text(FileFormat::Terraform, &shown.to_string());
    // Users come in the order of the file, and the members of JSON in any.
    let mut found = names(&file);
    found.sort_unstable();
    assert_eq!(found, ["a", "x-y-a"], "{:?}", told(&file));
    assert_eq!(json(user(&file, "x-y-a")), expected("c"));

    let mut after = attributes("new");
    for name in ["arn", "id", "user_id", "routing_profile_id"] {
        after.as_object_mut().expect("attributes").remove(name);
    }
    after["security_profile_ids"] = json!(["s1", null]);
    let plan = json!({"format_version": "1.2", "planned_values": {}, "resource_changes": [
        {"address": "connect_user.a[\"k\"]", "mode": "managed", "type": "connect_user", "name": "a", "index": "k", "change": {
            "actions": ["create"], "before": null, "after": after,
            "after_unknown": {"arn": true, "id": true, "routing_profile_id": true, "security_profile_ids": [false, true], "identity_info": [{}]},
        }},
        {"address": "connect_user.b", "mode": "managed", "type": "connect_user", "name": "b", "change": {
            "actions": ["delete"], "before": {}, "after": null, "after_unknown": {},
        }},
    ]});
    let file = read_text(FileFormat::Terraform, &plan.to_string());
    assert_eq!(names(&file), ["a-k"]);
    let new = user(&file, "a-k");
    assert_eq!(json(new)["routingProfileId"], "?");
    assert_eq!(json(new)["securityProfileIds"], json!(["s1", "?"]));
    assert_eq!(new.references.len(), 2);
}

#[test]
fn the_state_of_cloud_control_is_read_with_its_arns() {
    let attributes = json!({
        "id": format!("{ARN}/agent/u1"),
        "user_arn": format!("{ARN}/agent/u1"),
        "instance_arn": ARN,
        "username": "mira.holt",
        "password": null,
        "directory_user_id": null,
        "routing_profile_arn": format!("{ARN}/routing-profile/r1"),
        "security_profile_arns": [format!("{ARN}/security-profile/s1")],
        "hierarchy_group_arn": format!("{ARN}/agent-group/g1"),
        "phone_config": {"phone_type": "SOFT_PHONE", "auto_accept": true, "persistent_connection": null},
        "identity_info": {"first_name": "Mira", "last_name": "Holt", "email": null},
        "user_proficiencies": [{"attribute_name": "connect:Language", "attribute_value": "connect:Dutch", "level": 4}],
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": true}],
        "after_contact_work_configs": [{
            "channel": "VOICE",
            "after_contact_work_config": {"after_contact_work_time_limit": 3, "after_contact_work_mode": "ON"},
        }],
        "tags": [{"key": "cost center", "value": "7"}],
    });
    let text = state(json!([resource("awscc_connect_user", None, json!([{"attributes": attributes}]))]));
    let file = read_text(FileFormat::Terraform, &text);
    let mira = user(&file, "floor");
    assert_eq!(
        json(mira),
        json!({
            "instanceId": "1c2d",
            "name": "mira.holt",
            "routingProfileId": "r1",
            "securityProfileIds": ["s1"],
            "hierarchyGroupId": "g1",
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
            "identityInfo": {"firstName": "Mira", "lastName": "Holt"},
            "userProficiencies": [
                {"attributeName": "connect:Language", "attributeValue": "connect:Dutch", "level": 4},
            ],
            "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": true}],
            "afterContactWorkConfigs": [
                {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 3}},
            ],
            "tags": {"cost center": "7"},
        })
    );
    assert_eq!(mira.options.import.as_ref().expect("an id").to_string(), "1c2d:u1");
    let told = told(&file);
    let lost = "`after_contact_work_configs.after_contact_work_config.after_contact_work_mode` is no property of a user here";
    assert!(told[0].contains(lost), "{told:?}");
}

#[test]
fn what_is_no_state_is_refused() {
    for (text, expected) in [
        (
            "{\"version\": 3, \"modules\": [], \"resources\": []}",
            "error: `file` is a state of version 3, and 4 is read",
        ),
        (
            "{\"version\": 3, \"terraform_version\": \"0.11.14\", \"modules\": [{\"path\": [\"root\"]}]}",
            "error: `file` is a state of version 3, and 4 is read",
        ),
        (
            "{\"version\": 4, \"terraform_version\": \"1.11.4\"}",
            "error: `file` is a state without `resources`",
        ),
        ("{\"a\": 1}", "error: `file` is neither a Terraform state nor JSON of `terraform show`"),
        ("{\"version\": 4,\n \"resources\": [}", "error: `file` is not JSON: expected value (2:16)"),
    ] {
        assert_eq!(told(&read_text(FileFormat::Terraform, text)), [expected]);
    }
}

/// A secret as a stack has it.
fn secret(member: &str, text: &str) -> Value {
    json!({"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", member: text})
}

/// A stack itself, the parent of what has no other.
const STACK: &str = "urn:pulumi:live::centre::pulumi:pulumi:Stack::centre";

#[test]
fn a_stack_of_pulumi_is_read() {
    let inputs = |name: &str, password: Value| {
        json!({
            "__defaults": ["name"], "instanceId": "1c2d", "name": name, "password": password,
            "routingProfileId": "r1", "securityProfileIds": ["s1"], "region": "eu-west-2",
            "identityInfo": {"__defaults": [], "firstName": "Jane", "lastName": "Roe"},
            "phoneConfig": {"__defaults": [], "phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 30},
            "tags": {"__defaults": [], "team": secret("plaintext", "\"a\"")},
        })
    };
    let resource = |name: &str, more: Value| {
        let mut resource = json!({
            "urn": format!("urn:pulumi:live::centre::aws:connect/user:User::{name}"), "custom": true,
            "id": format!("1c2d:u-{name}"), "type": "aws:connect/user:User",
            "inputs": inputs(name, secret("ciphertext", "AAAB")),
            "outputs": {"arn": format!("{ARN}/agent/u-{name}"), "tagsAll": {"team": "a", "owner": "it"}},
            "parent": STACK,
        });
        resource.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        resource
    };
    let text = json!({"version": 3, "deployment": {"manifest": {}, "resources": [
        {"urn": STACK, "type": "pulumi:pulumi:Stack"},
        resource("jane", json!({"protect": true, "retainOnDelete": true, "ignoreChanges": ["tags"], "aliases": ["urn:pulumi:live::centre::aws:connect/user:User::old"]})),
        resource("ana", json!({"inputs": inputs("ana", secret("plaintext", "\"Welcome2Connect\"")), "customTimeouts": {"create": "5m"}})),
        resource("gone", json!({"delete": true})),
        resource("read", json!({"external": true})),
    ]}})
    .to_string();
    assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::PulumiStack));
    let file = read_text(FileFormat::PulumiStack, &text);
    assert_eq!(names(&file), ["jane", "ana"]);
    let jane = user(&file, "jane");
    assert_eq!(
        json(jane),
        json!({
            "instanceId": "1c2d", "name": "jane", "routingProfileId": "r1", "securityProfileIds": ["s1"],
            "identityInfo": {"firstName": "Jane", "lastName": "Roe"},
            "phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 30},
            "tags": {"team": "a"},
        })
    );
    assert!(jane.options.protect && jane.options.retain_on_delete);
    assert_eq!(jane.options.ignore_changes[0].to_string(), "tags");
    assert_eq!(jane.options.aliases, ["old"]);
    assert_eq!(jane.options.import.as_ref().expect("an id").to_string(), "1c2d:u-jane");
    assert_eq!(json(user(&file, "ana"))["password"], "Welcome2Connect");
    let told = told(&file);
    let told: Vec<_> = told.iter().map(|line| line.split(" (").next().expect("a text")).collect();
    assert_eq!(
        told,
        [
            "note: secrets of the stack are encrypted, and left out",
            "note: the tag `owner` is one of the provider's default tags, not of the user",
            "note: the Region of users is no property of theirs",
            "warning: the option `customTimeouts` of a user has no counterpart",
            "warning: a user that a replacement has left over is not read",
            "warning: a user that a program only reads",
        ]
    );
}

#[test]
fn what_a_stack_says_of_other_resources_is_kept_or_told() {
    let urn = |kind: &str, name: &str| format!("urn:pulumi:live::centre::{kind}::{name}");
    let user_urn = |name: &str| urn("aws:connect/user:User", name);
    let profile = urn("aws:connect/routingProfile:RoutingProfile", "floor");
    let instance = urn("aws:connect/instance:Instance", "centre");
    let resource = |name: &str, more: Value| {
        let mut resource = json!({
            "urn": user_urn(name), "type": "aws:connect/user:User", "id": format!("1c2d:u-{name}"), "parent": STACK,
            "inputs": {"instanceId": "1c2d", "name": name, "routingProfileId": "r1", "securityProfileIds": ["s1"]},
        });
        resource.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        resource
    };
    let pending = |kind: &str, name: &str| json!({"resource": resource(name, json!({})), "type": kind});
    let text = json!({"version": 3, "deployment": {
        "resources": [
            {"urn": STACK, "type": "pulumi:pulumi:Stack"},
            resource("lead", json!({"dependencies": [profile], "deletedWith": instance})),
            resource("jane", json!({"dependencies": [user_urn("lead"), profile], "deletedWith": user_urn("lead"), "parent": user_urn("lead")})),
            resource("ana", json!({"parent": urn("my:centre:Team", "sales"), "dependencies": [], "deletedWith": ""})),
        ],
        "pending_operations": [
            pending("creating", "new"), pending("updating", "ana"),
            {"resource": {"urn": profile, "type": "aws:connect/routingProfile:RoutingProfile"}, "type": "creating"},
        ],
    }});
    let file = read_text(FileFormat::PulumiStack, &text.to_string());
    assert_eq!(names(&file), ["lead", "jane", "ana"]);
    let options = |name: &str| user(&file, name).options.clone();
    assert_eq!(
        (options("jane").depends_on, options("jane").parent),
        (vec!["lead".to_owned()], Some("lead".to_owned()))
    );
    assert_eq!(
        (options("lead").depends_on, options("lead").parent, options("ana").parent),
        (vec![], None, None)
    );
    // A program refuses a user that goes with another.
    assert_eq!((options("lead").deleted_with, options("jane").deleted_with), (None, None));
    let told: Vec<_> =
        told(&file).iter().map(|line| line.rsplit_once(" (").expect("a place").0.to_owned()).collect();
    assert_eq!(
        told,
        [
            "note: the option `dependsOn` of a user names `floor`, which is no user (2 times)",
            "warning: the option `deletedWith` of a user names `centre`, which is no user and is not read",
            "warning: the option `deletedWith` of a user names the user `lead`, whose deletion deletes no other user",
            "note: the option `parent` of a user names `sales`, which is no user",
            "warning: an operation of the user `new` was interrupted (`creating`)",
            "warning: an operation of the user `ana` was interrupted (`updating`)",
        ]
    );
    let helps: Vec<_> =
        file.diagnostics.iter().filter_map(|found| found.diagnostic.help.as_deref()).collect();
    assert!(helps[4].starts_with("the user may exist and is not read"), "{helps:?}");
    assert!(helps[5].starts_with("the user is read as the stack has it"), "{helps:?}");
}

#[test]
fn scim_users_are_read_with_a_mapping() {
    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let text = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 3,
        "Resources": [
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "jane@example.com", "active": true,
                "name": {"givenName": "Jane", "familyName": "Roe", "formatted": "Jane Roe"},
                "emails": [{"value": "j@home.example", "type": "home"}, {"value": "jane@example.com", "type": "work", "primary": true}],
                "phoneNumbers": [{"value": "+16175550142", "type": "mobile"}, {"value": "+16175550143", "type": "work"}],
                "title": "Agent",
                extension: {"department": "Sales"},
            },
            {"userName": "gone@example.com", "active": false},
        ],
    })
    .to_string();
    assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::Scim));
    let mapping = Mapping::read(&format!(
        "columns: {{'{extension}:department': tags.department, 'emails[primary]': identityInfo.secondaryEmail, \
          'phoneNumbers[type=work]': ignore, 'emails[type=home]': ignore}}\n\
         defaults: {{routingProfileId: 'name:Agents', securityProfileIds: ['name:Agent'], phoneConfig: {{phoneType: SOFT_PHONE}}}}"
    ))
    .expect("a mapping");
    let options = ReadOptions::builder().file("scim.json").instance("1c2d".into()).mapping(mapping).build();
    let file = read(FileFormat::Scim, text.as_bytes(), &options);
    assert_eq!(
        json(user(&file, "jane@example.com")),
        json!({
            "instanceId": "1c2d",
            "name": "jane@example.com",
            "identityInfo": {
                "firstName": "Jane", "lastName": "Roe", "mobile": "+16175550142", "secondaryEmail": "jane@example.com",
            },
            "routingProfileId": "name:Agents",
            "securityProfileIds": ["name:Agent"],
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
            "tags": {"department": "Sales"},
        })
    );
    assert_eq!(names(&file).len(), 1);
    let told = told(&file);
    let told: Vec<_> = told.iter().map(|line| line.split(" (").next().expect("a text")).collect();
    assert_eq!(
        told,
        [
            "warning: the attribute `title` is no property of a user",
            "warning: `gone@example.com` is not active, and left out",
            "warning: the file has 2 of 3 users",
        ]
    );
}

#[test]
fn a_user_without_a_name_is_told_by_its_line() {
    let text = "{\"Resources\": [\n {\"id\": \"1\"}, {\"id\": \"2\"},\n {\"userName\": \"ana\"}]}";
    let file = read_text(FileFormat::Scim, text);
    assert_eq!(names(&file), ["line-2", "line-2-15", "ana"]);
    let told = told(&file);
    assert_eq!(
        told[..2],
        ["error: a user has no `userName` (2:2)", "error: a user has no `userName` (2:15)"]
    );
}

#[test]
fn each_element_of_a_list_is_read() {
    let text = json!({
        "userName": "ana", "groups": [{"value": "g1", "display": "Agent"}, {"value": "g2", "display": "Admin"}, {"value": "g1", "display": "Agent"}],
        "roles": ["QA", "CallCenterManager"], "addresses": [{"type": "work", "locality": "Utrecht"}], "meta": {"resourceType": "User"},
        "phoneNumbers": [{"value": "+16175550142", "type": "mobile"}, {"value": "+16175550143", "type": "mobile"}],
        "emails": [{"value": "a@home.example", "type": "home", "primary": true}, {"value": "a@work.example", "type": "work"}],
    });
    let of = |columns: &str| {
        let mapping = Mapping::read(&format!("columns: {columns}")).expect("a mapping");
        let options = ReadOptions::builder().instance("1c2d".into()).mapping(mapping).build();
        read(FileFormat::Scim, text.to_string().as_bytes(), &options)
    };
    let profiles = |columns: &str| json(user(&of(columns), "ana"))["securityProfileIds"].clone();
    for name in ["groups", "groups[]", "groups.value"] {
        assert_eq!(
            profiles(&format!("{{'{name}': securityProfileNames}}")),
            json!(["name:g1", "name:g2"]),
            "{name}"
        );
    }
    assert_eq!(profiles("{groups.display: securityProfileNames}"), json!(["name:Agent", "name:Admin"]));
    // The ids beside them are not lost: their names are read.
    let says_groups =
        |columns: &str| told(&of(columns)).iter().any(|found| found.contains("attribute `groups`"));
    assert!(says_groups("{}") && !says_groups("{groups.display: securityProfileNames}"));
    assert_eq!(profiles("{'groups[primary].display': securityProfileNames}"), json!(["name:Agent"]));
    assert_eq!(
        profiles("{groups.display: securityProfileNames, roles: securityProfileNames}"),
        json!(["name:Agent", "name:Admin", "name:QA", "name:CallCenterManager"])
    );
    // Where there is one place, the first is kept; what the mapping says goes before what is known.
    let file = of("{groups: tags.group, roles: ignore, 'emails[type=work]': identityInfo.email}");
    let mut told = told(&file);
    told.sort();
    assert_eq!(
        told,
        [
            "warning: `identityInfo.mobile` has several values, and the first is kept (1:1)",
            "warning: `tags.group` has several values, and the first is kept (1:1)",
            "warning: the attribute `addresses.locality` is no property of a user (1:1)",
        ]
    );
    let ana = json(user(&file, "ana"));
    assert_eq!(ana["tags"], json!({"group": "g1"}));
    assert_eq!(ana["identityInfo"], json!({"email": "a@work.example", "mobile": "+16175550142"}));
    for ignored in ["emails", "'emails[type=home]'"] {
        let file = of(&format!("{{{ignored}: ignore}}"));
        assert_eq!(json(user(&file, "ana"))["identityInfo"], json!({"mobile": "+16175550142"}), "{ignored}");
    }
}

#[test]
fn what_is_no_property_is_told_as_it_is_written() {
    let template = json!({"Resources": {"Ana": {"Type": "AWS::Connect::User", "Properties": {
        "Username": "ana", "Bogus": 1, "lower": 2, "PhoneConfig": {"PhoneType": "SOFT_PHONE", "Odd_One": 3},
    }}}});
    let file = read_text(FileFormat::CloudFormation, &template.to_string());
    let mut told: Vec<_> =
        told(&file).iter().map(|line| line.split(" is no").next().expect("a text").to_owned()).collect();
    told.sort();
    assert_eq!(told, ["warning: `Bogus`", "warning: `PhoneConfig.Odd_One`", "warning: `lower`"]);
}
