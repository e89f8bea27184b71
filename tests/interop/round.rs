//! From a program to each format and back: nothing is lost, or it is told.

use connect_user::{
    interop::file::{FileFormat, FileReference, FileUser, ReadOptions, UserFile, read},
    user::{Path, Property, Spelling, Value},
};
use proptest::{collection, option, prelude::*, sample};
use serde_json::{Value as Json, json};

use crate::{
    support::{json as shown, messages, read_text, told, written},
    tools::users_of,
};

const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/1c2d";

/// A text with whatever formats give a meaning to. The ends mean nothing in a table.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        sample::select(vec![
            "${x}",
            "$${",
            "$",
            "$$",
            "%{if}",
            "\"",
            "\\",
            ",",
            ";",
            "\n",
            "\t",
            "'",
            "#",
            "é",
            "Ó",
            "no",
            "1",
            ": ",
            "{{",
            "&a",
            "*a",
            "\u{1F600}",
            "yes",
            "=1+1",
            "!Ref x",
            "${",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9 ]{1,6}",
    ];
    collection::vec(part, 1..4).prop_map(|parts| format!("a{}z", parts.concat()))
}

fn id() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,8}(-[a-z0-9]{1,4})?"
}

/// What a user has, without what is one object a channel.
fn plain() -> impl Strategy<Value = Json> {
    let identity = (option::of(text()), option::of(text()), option::of(Just("a@b.example".to_owned())));
    let phone =
        (option::of(any::<bool>()), option::of(0_i64..2_000_000), any::<bool>(), option::of(any::<bool>()));
    let tags =
        collection::btree_map("[a-zA-Z0-9 :/=+@.-]{1,8}".prop_map(|key| key.trim().to_owned()), text(), 0..3);
    (text(), id(), collection::vec(id(), 1..4), option::of(id()), identity, phone, tags).prop_map(
        |(name, routing, security, group, (first, last, email), (accept, limit, is_desk, persistent), tags)| {
            let mut user = json!({
                "instanceId": "1c2d", "name": name, "routingProfileId": routing, "securityProfileIds": security,
                "phoneConfig": {"phoneType": if is_desk { "DESK_PHONE" } else { "SOFT_PHONE" }},
            });
            let mut set = |path: &str, value: Json| {
                if !value.is_null() {
                    let mut at = &mut user;
                    for name in path.split('.') {
                        at = &mut at[name];
                    }
                    *at = value;
                }
            };
            set("hierarchyGroupId", json!(group));
            set("identityInfo.firstName", json!(first));
            set("identityInfo.lastName", json!(last));
            set("identityInfo.email", json!(email));
            set("phoneConfig.autoAccept", json!(accept));
            set("phoneConfig.afterContactWorkTimeLimit", json!(limit));
            set("phoneConfig.persistentConnection", json!(persistent));
            set("phoneConfig.deskPhoneNumber", if is_desk { json!("+16175550143") } else { Json::Null });
            let tags: serde_json::Map<String, Json> =
                tags.into_iter().filter(|(key, _)| !key.is_empty()).map(|(key, value)| (key, json!(value))).collect();
            set("tags", if tags.is_empty() { Json::Null } else { json!(tags) });
            user
        },
    )
}

/// The same, with lists of objects.
fn whole() -> impl Strategy<Value = Json> {
    (plain(), option::of((1_i64..6, text())), option::of(any::<bool>())).prop_map(
        |(mut user, skill, accept)| {
            if let Some((level, value)) = skill {
                user["userProficiencies"] =
                    json!([{"attributeName": "a", "attributeValue": value, "level": level}]);
            }
            if let Some(accept) = accept {
                // What stands per channel stands nowhere else.
                let phone = user["phoneConfig"].as_object_mut().expect("a phone");
                phone.retain(|name, _| !["autoAccept", "afterContactWorkTimeLimit"].contains(&name.as_str()));
                user["autoAcceptConfigs"] = json!([{"channel": "CHAT", "autoAccept": accept}]);
                user["afterContactWorkConfigs"] =
                    json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 7}}]);
            }
            user
        },
    )
}

/// Several users, whose resource names and user names differ.
fn users(user: impl Strategy<Value = Json>) -> impl Strategy<Value = UserFile> {
    collection::vec((user, text()), 1..4).prop_map(|users| {
        let mut file = UserFile::default();
        for (index, (mut user, name)) in users.into_iter().enumerate() {
            user["name"] = json!(format!("{}{index}", user["name"].as_str().expect("a name")));
            file.users.push(FileUser::new(format!("{name}{index}"), Value::from(user)));
        }
        file
    })
}

fn again(format: FileFormat, text: &str) -> UserFile {
    let values = [("InstanceArn".to_owned(), ARN.into())].into();
    let values =
        if format == FileFormat::CloudFormation { values } else { std::collections::BTreeMap::new() };
    let options = ReadOptions::builder().file("file").values(values).build();
    read(format, text.as_bytes(), &options)
}

fn inputs(file: &UserFile) -> Vec<Json> {
    file.users.iter().map(shown).collect()
}

fn spelled(user: &Json, spelling: Spelling) -> Json {
    Json::try_from(spelling.value(Value::from(user.clone()))).expect("nothing is unknown")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_program_is_what_it_was(file in users(whole())) {
        for format in [FileFormat::Program, FileFormat::ProgramJson] {
            let text = written(format, &file);
            prop_assert!(text.diagnostics.is_empty());
            let again = again(format, &text.text);
            prop_assert_eq!(told(&again), Vec::<String>::new(), "{}", text.text);
            prop_assert_eq!(again.users.len(), file.users.len());
            for (one, other) in again.users.iter().zip(&file.users) {
                prop_assert_eq!(&one.name, &other.name);
                prop_assert_eq!(shown(one), shown(other));
            }
        }
    }

    #[test]
    fn a_template_is_what_it_was(file in users(whole())) {
        let text = written(FileFormat::CloudFormation, &file);
        let again = again(FileFormat::CloudFormation, &text.text);
        prop_assert_eq!(told(&again), Vec::<String>::new(), "{}", text.text);
        let mut before = inputs(&file);
        let mut after = inputs(&again);
        // Objects of JSON are sorted by their names.
        for users in [&mut before, &mut after] {
            users.sort_by_key(|user| user["name"].to_string());
        }
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_configuration_of_terraform_says_the_same(file in users(whole())) {
        let text = written(FileFormat::Terraform, &file);
        let expected: Vec<Json> = inputs(&file).iter().map(|user| spelled(user, Spelling::SnakeCase)).collect();
        prop_assert_eq!(users_of(&text.text), expected, "{}", text.text);
    }

    #[test]
    fn a_table_is_what_it_was(file in users(plain())) {
        let text = written(FileFormat::Csv, &file);
        let again = again(FileFormat::Csv, &text.text);
        prop_assert_eq!(told(&again), Vec::<String>::new(), "{}", text.text);
        let names = |file: &UserFile| file.users.iter().map(|user| user.name.clone()).collect::<Vec<_>>();
        prop_assert_eq!(names(&again), names(&file));
        let lost: Vec<String> = text.diagnostics.iter().map(|found| found.diagnostic.message.to_string()).collect();
        prop_assert_eq!(lost, Vec::<String>::new());
        for (one, other) in again.users.iter().zip(&file.users) {
            prop_assert_eq!(shown(one), shown(other));
        }
    }

    #[test]
    fn what_a_table_cannot_carry_is_told(file in users(whole())) {
        for format in [FileFormat::Csv, FileFormat::ConsoleCsv] {
            let text = written(format, &file);
            let again = again(format, &text.text);
            let told: Vec<&str> = text.diagnostics.iter().map(|found| found.diagnostic.message.as_str()).collect();
            for (before, after) in file.users.iter().zip(&again.users) {
                for property in Property::ALL {
                    let path = Path::from(*property);
                    let is_lost = before.inputs.at(&path) != after.inputs.at(&path);
                    let is_told = told.iter().any(|line| line.contains(property.path()));
                    prop_assert!(!is_lost || is_told, "{format}: `{property}` is lost: {told:?}\n{}", text.text);
                }
            }
        }
    }
}

/// A program with everything that is no value: references, options, a password.
const PROGRAM: &str = r#"
config: {instance: {type: string}, secret: {type: string, secret: true}}
resources:
  lead:
    type: aws:connect:User
    properties: {instanceId: 1c2d, name: lead, routingProfileId: r1, securityProfileIds: [s1]}
  agent:
    type: aws:connect:User
    properties:
      instanceId: ${instance}
      name: agent-${pulumi.stack}
      password: ${secret}
      routingProfileId: ${queue.routingProfileId}
      securityProfileIds: [s1, "${profile}/security-profile/s2"]
      tags: {lead: "${lead.arn}", text: "$${x} of ${team}", cost: "$$$$${team} $$"}
    options: {protect: true, ignoreChanges: [tags.lead, identityInfo.email], dependsOn: ["${lead}", "${queue}"], aliases: [old]}
  queue: {type: "aws:connect:RoutingProfile"}
"#;

fn program() -> UserFile {
    let file = read_text(
        FileFormat::Program,
        &PROGRAM.replace("config: {", "config: {profile: {type: string}, team: {type: string}, "),
    );
    assert_eq!(told(&file), [""; 0]);
    file
}

#[test]
fn references_and_options_stay_in_a_program() {
    let file = program();
    let text = written(FileFormat::Program, &file);
    assert_eq!(
        messages(&text),
        ["the option `dependsOn` names `queue`, which is no user and is not written"]
    );
    let again = read_text(FileFormat::Program, &text.text);
    assert_eq!(told(&again), [""; 0], "{}", text.text);
    let (before, after) = (&file.users[1], &again.users[1]);
    assert_eq!(shown(after), shown(before));
    let references = |user: &FileUser| {
        user.references
            .iter()
            .map(|found| (found.path.to_string(), found.expression.clone()))
            .collect::<Vec<_>>()
    };
    let renamed = references(before).into_iter().map(|(path, text)| (path, text.replace("queue.", "queue_")));
    assert_eq!(references(after), renamed.collect::<Vec<_>>());
    let mut options = before.options.clone();
    options.depends_on.truncate(1);
    assert_eq!(after.options, options);
    assert!(text.text.contains("\"secret\": {\"type\":\"string\",\"secret\":true}"), "{}", text.text);
}

#[test]
fn references_become_variables_of_terraform() {
    let text = written(FileFormat::Terraform, &program());
    for line in [
        "variable \"secret\" {\n  type      = string\n  sensitive = true\n}",
        "variable \"queue_routingProfileId\" {",
        "  name = \"agent-${var.pulumi_stack}\"",
        "  password = var.secret",
        "  security_profile_ids = [\"s1\", \"${var.profile}/security-profile/s2\"]",
        "\"lead\" = connect_user.lead.arn",
        "\"text\" = \"$${x} of ${var.team}\"",
        // A `$` right before a template would escape it.
        "\"cost\" = \"${\"$$\"}${var.team} $\"",
        "  depends_on = [connect_user.lead]\n  lifecycle {\n    prevent_destroy = true\n    \
         ignore_changes = [tags[\"lead\"], identity_info[0].email]\n  }",
    ] {
        assert!(text.text.contains(line), "{line}\n{}", text.text);
    }
    hcl::parse(&text.text).expect("a configuration");
    assert_eq!(
        messages(&text),
        [
            "the option `aliases` is not carried by this format",
            "the dependency on `queue`, which is no user, is left out",
        ]
    );
}

#[test]
fn what_a_table_and_a_template_cannot_take_is_told() {
    let user = |index: usize| {
        let user = json!({"instanceId": "1c2d", "name": format!("u{index}"), "routingProfileId": format!("name:R{index}"),
            "securityProfileIds": ["s1"]});
        FileUser::new(format!("u{index}"), Value::from(user))
    };
    let mut file = UserFile::default();
    file.users = (0..501).map(user).collect();
    file.users[0].options.import = Some("1c2d:u".parse().expect("an id"));
    file.users[0].arn = Some(format!("{ARN}/agent/u").parse().expect("an ARN"));
    let text = written(FileFormat::CloudFormation, &file);
    let all = messages(&text);
    for expected in [
        "the template has 501 resources, and CloudFormation takes 500 at most",
        "500 of 501 users are not among the resources to import, and an import creates no user",
    ] {
        assert!(all.contains(&expected), "{expected}: {:?}", all.last());
    }
    assert!(all.iter().any(|told| told.contains("parameters, and CloudFormation takes 200 at most")));
    for format in [FileFormat::Csv, FileFormat::ConsoleCsv] {
        let text = written(format, &file);
        assert!(messages(&text).contains(&"the table does not say which users exist"), "{format}");
    }
}

#[test]
fn references_become_parameters_of_a_template() {
    let text = written(FileFormat::CloudFormation, &program());
    let template: Json = serde_json::from_str(&text.text).expect("JSON");
    assert_eq!(template["Parameters"]["secret"], json!({"Type": "String", "NoEcho": true}));
    let agent = &template["Resources"]["agent"];
    assert_eq!(agent["DependsOn"], json!(["lead"]));
    let properties = &agent["Properties"];
    assert_eq!(properties["InstanceArn"], json!({"Ref": "instance"}));
    assert_eq!(properties["Username"], json!({"Fn::Sub": "agent-${pulumistack}"}));
    assert_eq!(properties["RoutingProfileArn"], json!({"Ref": "queueroutingProfileId"}));
    assert_eq!(properties["SecurityProfileArns"][0], json!({"Fn::Sub": "${instance}/security-profile/s1"}));
    assert_eq!(
        properties["Tags"],
        json!([
            {"Key": "cost", "Value": {"Fn::Sub": "$$${team} $"}},
            {"Key": "lead", "Value": {"Fn::GetAtt": ["lead", "UserArn"]}},
            {"Key": "text", "Value": {"Fn::Sub": "${!x} of ${team}"}},
        ])
    );
    let lead = &template["Resources"]["lead"]["Properties"];
    assert_eq!(lead["RoutingProfileArn"], json!({"Fn::Sub": "${InstanceArn}/routing-profile/r1"}));
    let again = read_text(FileFormat::CloudFormation, &text.text);
    assert_eq!(told(&again), [""; 0]);
    let of_tags = |found: &FileReference| found.path.property() == Some(Property::Tags);
    let user = again.users.iter().find(|user| user.references.iter().any(of_tags)).expect("a user with tags");
    let tags = user.references.iter().filter(|found| of_tags(found));
    let tags: Vec<_> = tags.map(|found| found.expression.as_str()).collect();
    assert_eq!(tags, ["$$$$${team} $$", "${lead.UserArn}", "$${x} of ${team}"]);
}

#[test]
fn users_that_exist_are_imported() {
    let answer = json!({"User": {"Username": "ana.roe", "Arn": format!("{ARN}/agent/u1"), "RoutingProfileId": "r1",
        "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}});
    let file = read_text(FileFormat::AwsCli, &answer.to_string());
    let hcl = written(FileFormat::Terraform, &file).text;
    assert!(hcl.starts_with("import {\n  to = connect_user.ana_roe\n  id = \"1c2d:u1\"\n}\n"), "{hcl}");
    let template = written(FileFormat::CloudFormation, &file);
    let imports: Json = serde_json::from_str(template.imports.as_deref().expect("imports")).expect("JSON");
    assert_eq!(
        imports,
        json!([{
            "ResourceType": "AWS::Connect::User",
            "LogicalResourceId": "anaroe",
            "ResourceIdentifier": {"UserArn": format!("{ARN}/agent/u1")},
        }])
    );
    let template: Json = serde_json::from_str(&template.text).expect("JSON");
    let user = &template["Resources"]["anaroe"];
    assert_eq!(user["DeletionPolicy"], "Delete", "what is imported must have one");
    assert_eq!(user["Properties"]["RoutingProfileArn"], format!("{ARN}/routing-profile/r1"));
}

#[test]
fn names_of_different_things_are_different_parameters() {
    let mut file = UserFile::default();
    for (name, instance) in [("ana", "1c2d"), ("teo", "1c2d"), ("jo", "9f8e")] {
        let inputs = json!({
            "instanceId": instance, "name": name, "routingProfileId": "name:Agent", "securityProfileIds": ["name:Agent"],
        });
        file.users.push(FileUser::new(name, Value::from(inputs)));
    }
    let text = written(FileFormat::CloudFormation, &file);
    let template: Json = serde_json::from_str(&text.text).expect("JSON");
    let of = |name: &str| {
        let user = &template["Resources"][name]["Properties"];
        [&user["RoutingProfileArn"]["Ref"], &user["SecurityProfileArns"][0]["Ref"]]
    };
    assert_eq!(of("ana"), ["nameAgent", "nameAgent2"]);
    assert_eq!(of("teo"), of("ana"));
    assert_eq!(of("jo"), ["nameAgent3", "nameAgent4"]);
    let said = "`name:Agent` is a name, and CloudFormation takes ARNs: it is the parameter `nameAgent4`";
    assert!(messages(&text).contains(&said), "{:?}", messages(&text));
}
