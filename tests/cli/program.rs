//! Programs: what they are read from, what their references stand for, and what they may not be.

use std::{fmt::Write as _, io::Write as _, process::Stdio, time::Instant};

use serde_json::{Value, json};

use crate::tool::{Tool, jane, resource as user};

fn with(member: &str, value: Value) -> Value {
    let mut properties = jane();
    properties[member] = value;
    properties
}

#[test]
fn a_resource_that_is_nearly_a_user_is_an_error_and_nobody_is_deleted() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    for kind in [
        "aws:connect:user",
        "aws:connect:Usr",
        "aws:connect/user:user",
        "aws-native:connect:User",
        "AWS::Connect::User",
    ] {
        let file = tool.write(&json!({"resources": {"jane": {"type": kind, "properties": jane()}}}));
        for args in [&["validate", &file][..], &["plan", &file], &["apply", &file, "--yes"]] {
            let said = tool.fails(args);
            assert!(said.contains(&format!("`resources.jane` has the type `{kind}`")), "{said}");
            assert!(said.contains("write `type: aws:connect:User`"), "{said}");
        }
    }
    let full = json!({"resources": {"jane": {"type": "aws:connect/user:User", "properties": jane()}}});
    assert!(tool.plan(&tool.write(&full)).is_empty());
    for kind in ["aws:connect:Queue", "aws:iam:User", "aws:connect:UserHierarchyGroup"] {
        let other = json!({"resources": {"jane": user(jane()), "other": {"type": kind, "properties": {}}}});
        tool.ok(&["validate", &tool.write(&other)]);
    }
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 1);
}

#[test]
fn members_of_a_resource_are_known_or_refused() {
    let tool = Tool::new();
    for (member, expected) in [
        ("option", "did you mean `options`?"),
        ("name", "the name of the user belongs into `properties`"),
        ("get", "use the command `import`"),
    ] {
        let mut resource = user(jane());
        resource[member] = json!({});
        let said = tool.fails(&["validate", &tool.write(&json!({"resources": {"jane": resource}}))]);
        assert!(said.contains(expected), "{said}");
    }
}

/// A program of the shape that Pulumi's own users write: configuration without defaults, a function that
/// looks an id up, another resource, and Pulumi's own values.
const PULUMI: &str = r#"
name: contact-centre
runtime: yaml
config:
  instance: {type: string}
  firstPassword: {type: string, secret: true}
variables:
  agents:
    fn::invoke:
      function: aws:connect:getRoutingProfile
      arguments: {instanceId: "${instance}", name: Basic Routing Profile}
resources:
  tier1:
    type: aws:connect:SecurityProfile
    properties: {instanceId: "${instance}", name: Tier 1}
  mira:
    type: aws:connect:User
    properties:
      instanceId: ${instance}
      name: mira-${pulumi.stack}
      password: ${firstPassword}
      routingProfileId: ${agents.routingProfileId}
      securityProfileIds: ["${tier1.securityProfileId}"]
      hierarchyGroupId: {"fn::select": [0, [g1, g2]]}
      identityInfo: {firstName: Mira, lastName: "${pulumi.project}", email: mira.holt@example.com}
      phoneConfig: {phoneType: SOFT_PHONE}
    options:
      ignoreChanges: [routingProfileId, securityProfileIds, password]
      retainOnDelete: true
      aliases: [{name: old-name}]
"#;

const PULUMI_SETTINGS: &[&str] = &[
    "instance=i",
    "firstPassword=Password123",
    "agents.routingProfileId=r1",
    "tier1.securityProfileId=s1",
    "pulumi.stack=dev",
    "mira.hierarchyGroupId=g1",
];

#[test]
fn what_only_pulumi_knows_is_unresolved_and_named() {
    let tool = Tool::new();
    let file = tool.write_text(PULUMI);
    assert!(tool.ok(&["validate", &file]).out.contains("6 values are not known yet"));
    let said = tool.fails(&["apply", &file, "--yes"]);
    for (reference, why) in [
        ("instance", "a configuration value without a default"),
        ("firstPassword", "a configuration value without a default"),
        ("agents.routingProfileId", "the result of `fn::invoke`"),
        ("tier1.securityProfileId", "an output of `aws:connect:SecurityProfile`"),
        ("pulumi.stack", "a value that Pulumi would set"),
        ("mira.hierarchyGroupId", "the result of `fn::select`"),
    ] {
        assert!(said.contains(&format!("mira: `${{{reference}}}` is not known: it is {why}")), "{said}");
        assert!(
            said.contains(&format!(
                "give its value: `--set '{reference}=VALUE'`; a secret one by `--set-env`"
            )),
            "{said}"
        );
    }
    let settings: Vec<&str> = PULUMI_SETTINGS.iter().flat_map(|pair| ["--set", pair]).collect();
    tool.ok(&[&["apply", &file, "--yes"][..], &settings].concat());
    let user = tool.json(&["show"])["users"]["mira"].clone();
    assert_eq!(
        (&user["name"], &user["routingProfileId"], &user["hierarchyGroupId"]),
        (&json!("mira-dev"), &json!("r1"), &json!("g1"))
    );
    assert_eq!(user["identityInfo"]["lastName"], "contact-centre");
}

#[test]
fn a_reference_to_nothing_is_an_error() {
    let tool = Tool::new();
    let file = tool.write(&json!({
        "config": {"instance": "i"},
        "resources": {"jane": user(with("instanceId", json!("${instnace}"))), "june": user(with("name", json!("x-${jnae.name}")))},
    }));
    for command in ["validate", "plan"] {
        let said = tool.fails(&[command, &file]);
        assert!(said.contains("error[undefined-reference]: jane: `${instnace}` refers to nothing"), "{said}");
        assert!(said.contains("at: jane.instanceId"), "{said}");
        assert!(said.contains("did you mean `${instance}`?"), "{said}");
        assert!(said.contains("did you mean `${jane.name}`?"), "{said}");
    }
    let said = tool.run(&["validate", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((&report["valid"], said.code), (&json!(false), 1));
    assert_eq!(report["violations"][0]["code"], "undefined-reference");
    for reference in ["${}", "${a..b}", "${a[}", "${a[x]}"] {
        let said = tool.fails(&["validate", &tool.program(&with("name", json!(reference)))]);
        assert!(said.contains("is not a reference"), "{said}");
    }
}

#[test]
fn a_setting_that_nothing_uses_is_an_error_and_no_value_is_printed() {
    let tool = Tool::new();
    let file = tool.write_text(PULUMI);
    for (setting, expected) in [
        ("agents.routingProfileld=S3cretValue", "did you mean `agents.routingProfileId`?"),
        ("nonsense=S3cretValue", "nothing in the program uses `nonsense`"),
        ("nonsense=S3cretValue", "what takes a value: `"),
        ("S3cretValue", "`--set` has no `=` with a name before it"),
        ("=S3cretValue", "`--set` has no `=` with a name before it"),
    ] {
        let said = tool.fails(&["validate", &file, "--set", setting]);
        assert!(said.contains(expected) && !said.contains("S3cretValue"), "{said}");
    }
    let said = tool.fails(&["validate", &file, "firstPassword=S3cretValue"]);
    assert!(!said.contains("S3cretValue"), "{said}");
    let said = tool.fails(&["show", "--set", "a=S3cretValue"]);
    assert!(said.contains("`--set` has no use without a program") && !said.contains("S3cretValue"), "{said}");
}

#[test]
fn values_come_from_the_environment_and_from_files_too() {
    let tool = Tool::new();
    let file = tool.program(&with("password", json!("${secret}")));
    let program = std::fs::read_to_string(tool.path(&file)).expect("a program");
    tool.write_text(&program.replacen('{', r#"{"config": {"secret": {"type": "string"}}, "#, 1));
    std::fs::write(tool.path("password"), "Password123\n").expect("written");
    tool.ok(&[
        "validate",
        &file,
        "--set-file",
        "secret=password",
        "--identity-management",
        "CONNECT_MANAGED",
    ]);
    let mut command = tool.command(&["apply", &file, "--yes", "--set-env", "secret=FIRST_PASSWORD"]);
    let output = command.env("FIRST_PASSWORD", "Password123").output().expect("the tool runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // It is the same password: its fingerprint is.
    for text in ["Password123\n", "\u{feff}Password123\r\n"] {
        std::fs::write(tool.path("password"), text).expect("written");
        let plan = tool.ok(&["plan", &file, "--set-file", "secret=password"]).out;
        assert_eq!(plan, "No changes: 1 up to date.\n", "{text:?}");
    }
    std::fs::write(tool.path("password"), "Password1234").expect("written");
    let said = tool.ok(&["plan", &file, "--set-file", "secret=password"]).out;
    assert!(said.contains("`password` has changed") && !said.contains("Password1234"), "{said}");
    for (args, expected) in [
        (
            &["--set-env", "secret=NO_SUCH_VARIABLE"][..],
            "the environment variable `NO_SUCH_VARIABLE` is not set",
        ),
        (&["--set-file", "secret=none"], "`none` cannot be read: No such file"),
        (&["--set-file", "secret=password", "--set", "secret=x"], "is given by `--set` and by `--set-file`"),
    ] {
        let said = tool.fails(&[&["validate", &file][..], args].concat());
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn references_go_through_variables_into_lists_and_quoted_names() {
    let tool = Tool::new();
    let mut second = with("name", json!("june"));
    second["tags"] = json!({"boss": "${boss}", "first": "${who[\"a.b\"][0]}", "n": "n-${level}"});
    let file = tool.write(&json!({
        "variables": {"boss": "${jane.userId}", "who": {"a.b": ["x"]}, "level": 1.5},
        "resources": {"june": user(second), "jane": user(jane())},
    }));
    assert_eq!(tool.apply(&file), ["CreateUser", "CreateUser"], "jane first, whom a variable refers to");
    let users = tool.json(&["show"])["users"].clone();
    assert_eq!(users["june"]["tags"], json!({"boss": users["jane"]["userId"], "first": "x", "n": "n-1.5"}));
    let cycle = tool.write(&json!({"resources": {
        "a": user(with("name", json!("${b.name}"))), "b": user(with("name", json!("${a.name}"))),
        "c": user(with("name", json!("${a.name}x"))),
    }}));
    let said = tool.fails(&["validate", &cycle]);
    assert!(said.contains("the users `a`, `b` refer to each other in a cycle"), "{said}");
}

#[test]
fn small_programs_that_expand_without_end_are_refused_and_large_ones_take_no_longer_than_their_size() {
    let tool = Tool::new();
    let start = Instant::now();
    let mut doubling = String::from("variables:\n  v0: xx\n");
    for number in 1..32 {
        let _ = writeln!(doubling, "  v{number}: ${{v{}}}${{v{}}}", number - 1, number - 1);
    }
    doubling.push_str("resources: {jane: {type: 'aws:connect:User', properties: {name: '${v31}'}}}\n");
    let said = tool.fails(&["validate", &tool.write_text(&doubling)]);
    assert!(said.contains("resources.jane.name: the references expand to more than 262144 bytes"), "{said}");
    let lists = doubling.replace("${v0}${v0}", "[\"${v0}\", \"${v0}\"]");
    tool.fails(&["validate", &tool.write_text(&lists)]);
    let mut chain = String::from("variables:\n  v0: xx\n");
    for number in 1..100 {
        let _ = writeln!(chain, "  v{number}: ${{v{}}}", number - 1);
    }
    chain.push_str("resources: {jane: {type: 'aws:connect:User', properties: {name: '${v99}'}}}\n");
    assert!(
        tool.fails(&["validate", &tool.write_text(&chain)]).contains("behind more than 64 other references")
    );
    // Half a million beginnings of references, and none that ends.
    tool.ok(&["validate", &tool.program(&with("tags", json!({"a": "x"}))), "--default-tag", "a=b"]);
    let open = with("name", json!("${".repeat(500_000)));
    tool.fails(&["validate", &tool.program(&open)]);
    let ids: Vec<String> = (0..50_000).map(|number| format!("s{number}")).collect();
    tool.fails(&["validate", &tool.program(&with("securityProfileIds", json!(ids)))]);
    // Each refers to the one before.
    let users: serde_json::Map<String, Value> = (0..3_000_usize)
        .map(|number| {
            let mut properties = with("name", json!(format!("agent-{number}")));
            if let Some(before) = number.checked_sub(1) {
                properties["tags"] = json!({"before": format!("${{a{before}.name}}")});
            }
            (format!("a{number}"), user(properties))
        })
        .collect();
    tool.ok(&["validate", &tool.write(&json!({"resources": users}))]);
    // Minutes, where something is quadratic or worse.
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn a_program_is_read_from_a_pipe() {
    let tool = Tool::new();
    let program = json!({"resources": {"jane": user(jane())}}).to_string();
    for file in ["-", "/dev/stdin"] {
        if file != "-" && !std::path::Path::new(file).exists() {
            continue;
        }
        let mut command = tool.command(&["validate", file]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
        child.stdin.take().expect("a pipe").write_all(program.as_bytes()).expect("written");
        assert!(child.wait_with_output().expect("ended").status.success(), "{file}");
    }
}

#[test]
fn files_of_other_tools_are_named() {
    let tool = Tool::new();
    for (text, expected) in [
        (
            "first name,last name,user login,tags\nMira,Holt,mira,\"a|b\"\nTeo,Banks,teo,\n",
            "is a table (CSV)",
        ),
        ("\u{feff}first name,last name,email,user login\r\n\"O, B\",Seán,,x\r\n", "is a table (CSV)"),
        (
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Mira:\n    Type: AWS::Connect::User\n    \
             Properties: {InstanceArn: !Ref InstanceArn, Tags: [!Sub '${InstanceArn}/x']}\n",
            "is a CloudFormation template",
        ),
        (r#"{"User": {"Id": "1", "Username": "mira.holt"}}"#, "is JSON of the Connect API"),
        ("resource \"connect_user\" \"this\" {\n  name = \"x\"\n}\n", "is a Terraform configuration"),
        ("resources: []", "has a `resources` that is not a map"),
    ] {
        for args in [&["validate", "program.yaml"][..], &["apply", "program.yaml", "--yes"]] {
            tool.write_text(text);
            let said = tool.fails(args);
            assert!(said.contains(expected) && said.contains("help: "), "{text}: {said}");
        }
    }
}

#[test]
fn the_logins_of_service_cloud_voice_can_be_managed() {
    let tool = Tool::new();
    let file = tool.write_text(
        "resources:
  default-format:
    type: aws:connect:User
    properties: &agent
      instanceId: 1c2d
      name: mholt@0058d00000AbCdEQAV@00D8d000001XyZaEAK
      routingProfileId: r1
      securityProfileIds: [s1]
      identityInfo: {firstName: Mira, lastName: Holt, secondaryEmail: mira.holt@example.com}
      phoneConfig: {phoneType: SOFT_PHONE, autoAccept: true}
  government-format:
    type: aws:connect:User
    properties:
      <<: *agent
      name: 0058d00000FgHiJQAV@00D8d000001XyZaEAK
  custom-format:
    type: aws:connect:User
    properties:
      <<: *agent
      name: teo.banks@example.com
",
    );
    let saml = ["--identity-management", "SAML"];
    let said = tool.ok(&[&["validate", &file][..], &saml].concat());
    assert!(said.out.contains("3 users valid") && !said.err.contains("error"), "{}", said.err);
    tool.ok(&[&["apply", &file, "--yes"][..], &saml].concat());
    let exported = tool.ok(&[&["export", "--instance", "1c2d"][..], &saml].concat()).out;
    assert_eq!(
        tool.ok(&[&["plan", &tool.write_text(&exported), "--detailed-exitcode"][..], &saml].concat()).code,
        0
    );
}

const MISTAKEN: &str = "\
resources:
  ana:
    type: aws:connect:User
    properties:
      instance_id: i
      name: 'ana'
      routingProfileId: r1
      securityProfileIds:
        - ''
      phone_config:
        phoneType: MOBILE
        after_contact_work_time_limit: -5
    options:
      protect: 1
      retainOnDelete: 2
  bea:
    type: aws:connect:Usr
  cem:
    type: aws:connect:User
    properties: []
";

#[test]
fn mistakes_of_reading_are_told_at_once_with_line_and_column() {
    let tool = Tool::new();
    let file = tool.write_text(MISTAKEN);
    let said = tool.fails(&["validate", &file]);
    for (what, at) in [
        ("ana.options.protect", "program.yaml:14:7"),
        ("ana.options.retainOnDelete", "program.yaml:15:7"),
        ("aws:connect:Usr", "program.yaml:16:3"),
        ("`resources.cem` has `properties` that are not a map", "program.yaml:18:3"),
    ] {
        assert!(said.contains(what), "{what}: {said}");
        assert!(said.contains(&format!("  at: {at}\n")), "{at}: {said}");
    }
    let json = tool.run(&["validate", &file, "--format", "json"]).err;
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 7, "with the rules that `ana` breaks: {json}");
    assert_eq!(
        (&lines[3]["file"], &lines[3]["line"], &lines[3]["column"]),
        (&json!("program.yaml"), &json!(14), &json!(7))
    );
}

#[test]
fn violations_have_line_and_column_under_either_spelling() {
    let tool = Tool::new();
    let text: String = MISTAKEN.lines().take(12).map(|line| format!("{line}\n")).collect();
    let file = tool.write_text(&text);
    let said = tool.run(&["validate", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    let at = |path: &str| {
        let violations = report["violations"].as_array().expect("violations");
        let found = violations.iter().find(|violation| violation["path"] == path);
        let found = found.unwrap_or_else(|| panic!("{path}: {report:#}"));
        (found["line"].as_u64().expect("a line"), found["column"].as_u64().expect("a column"))
    };
    assert_eq!(at("phoneConfig.afterContactWorkTimeLimit"), (12, 9));
    let said = tool.fails(&["validate", &file]);
    assert!(said.contains("  at: ana.phoneConfig.afterContactWorkTimeLimit (program.yaml:12:9)\n"), "{said}");
    let broken = tool.write_text("resources:\n  a: [\n");
    let said = tool.run(&["validate", &broken, "--format", "json"]).err;
    let line: Value = serde_json::from_str(&said).expect("JSON");
    assert!(line["line"].is_u64() && line["column"].is_u64(), "{said}");
}

/// A reference that would lead nowhere after the first users are made is a mistake before.
#[test]
fn references_to_users_lead_somewhere() {
    let tool = Tool::new();
    let program = |reference: &str| {
        let mut lead = with("name", json!("lead"));
        lead["userProficiencies"] = json!([{"attributeName": "a", "attributeValue": "b", "level": 1}]);
        let second = with("tags", json!({"of": format!("${{lead.{reference}}}")}));
        tool.write(&json!({"resources": {"lead": user(lead), "jane": user(second)}}))
    };
    for (reference, message) in [
        ("identityInfo.emial", "did you mean `${lead.identityInfo.email}`?"),
        ("identityInfo[0]", "refer to one of `firstName`, `lastName`"),
        ("userId.foo", "refer to `${lead.userId}`"),
        ("routingProfileId[0]", "refer to `${lead.routingProfileId}`"),
        ("securityProfileIds.first", "refer to `${lead.securityProfileIds}`"),
        ("securityProfileIds[*]", "refer to `${lead.securityProfileIds}`"),
        ("tags.a.b", "refer to `${lead.tags.a}`"),
        ("autoAcceptConfigs[0].autoAcept", "did you mean `${lead.autoAcceptConfigs[0].autoAccept}`?"),
        ("usrId", "did you mean `${lead.userId}`?"),
        ("securityProfileIds[5]", "is not set"),
        ("userProficiencies[1].level", "is not set"),
        ("identityInfo.mobile", "is not set"),
        ("hierarchyGroupId", "is not set"),
        ("tags.none", "is not set"),
        ("tagsAll.none", "is not set"),
    ] {
        let file = program(reference);
        for command in ["validate", "plan"] {
            let said = tool.fails(&[command, &file]);
            assert!(said.contains("`${lead.") && said.contains(message), "{reference}: {said}");
        }
    }
    for reference in [
        "phoneConfig.autoAccept",
        "securityProfileIds[0]",
        "securityProfileIds.0",
        "userProficiencies[0].attributeName",
        "autoAcceptConfigs[0].autoAccept",
        "tagsAll[\"aws:stack\"]",
        "lastModifiedTime",
    ] {
        tool.ok(&["validate", &program(reference)]);
    }
    tool.ok(&["validate", &program("tagsAll.team"), "--default-tag", "team=red"]);
    // What an actual user may have is not known before it is read.
    let file = program("hierarchyGroupId");
    let text = std::fs::read_to_string(tool.path(&file)).expect("a program");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    document["resources"]["lead"]["options"] = json!({"import": "i:u"});
    tool.ok(&["validate", &tool.write(&document)]);
    // Nor is a user who is left out of a plan.
    tool.ok(&["plan", &program("hierarchyGroupId"), "--target", "jane"]);
}

/// Only the password is kept secret: anything else would be printed in a plan and recorded as it is.
#[test]
fn a_secret_that_is_no_password_is_refused() {
    let tool = Tool::new();
    let program = |member: &str, value: Value| {
        tool.write(&json!({
            "config": {"hidden": {"type": "string", "secret": true, "default": "S3cretValue"}},
            "variables": {"whole": {"fn::secret": "S3cretValue"}, "part": {"fn::Secret": {"a": "S3cretValue"}}, "led": "${hidden}"},
            "resources": {"jane": user(with(member, value))},
        }))
    };
    for value in [
        json!({"fn::secret": "S3cretValue"}),
        json!("${hidden}"),
        json!("${whole}"),
        json!("${part.a}"),
        json!("x${led}"),
    ] {
        tool.ok(&["validate", &program("password", value.clone())]);
        let mut both = with("password", value.clone());
        both["tags"] = json!({"a": value});
        let text = std::fs::read_to_string(tool.path("program.yaml")).expect("a program");
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        document["resources"]["jane"] = user(both);
        for file in [program("directoryUserId", value.clone()), tool.write(&document)] {
            let said = tool.fails(&["plan", &file]);
            assert!(said.contains("is marked as secret, and would be shown in plans"), "{value}: {said}");
            assert!(said.contains("only `password` is kept secret"), "{said}");
            assert!(!said.contains("S3cretValue"), "{said}");
        }
    }
    let said = tool
        .fails(&["validate", &program("tags", json!({"a": {"fn::secret": "S3cretValue"}, "b": "${whole}"}))]);
    assert!(said.contains("resources.jane.tags.a: ") && said.contains("resources.jane.tags.b: "), "{said}");
    let said =
        tool.fails(&["validate", &program("tags", json!({"a": "${hidden}"})), "--set", "hidden=S3cretValue"]);
    assert!(said.contains("is marked as secret") && !said.contains("S3cretValue"), "{said}");
}

#[test]
fn a_section_that_is_none_is_not_ignored() {
    let tool = Tool::new();
    for (section, message, help) in [
        (
            json!({"varaibles": {}}),
            "has `varaibles`, which is no section of a program",
            "did you mean `variables`?",
        ),
        (
            json!({"Outputs": {}}),
            "has `Outputs`, which is no section of a program",
            "did you mean `outputs`?",
        ),
        (json!({"config": ["a"]}), "has `config` that is a list, not a map", "write `config: { NAME: … }`"),
        (json!({"variables": "a"}), "has `variables` that is a string, not a map", "or leave it out"),
        (json!({"outputs": 1}), "has `outputs` that is a number, not a map", "or leave it out"),
    ] {
        let mut program = section.clone();
        program["resources"] = json!({"jane": user(jane())});
        let said = tool.fails(&["validate", &tool.write(&program)]);
        assert!(said.contains(message) && said.contains(help), "{section}: {said}");
        assert!(said.contains("at: program.yaml:1:"), "{said}");
    }
    let said = tool.fails(&["validate", &tool.write(&json!({"resorces": {"jane": user(jane())}}))]);
    assert!(said.contains("did you mean `resources`?"), "{said}");
    let other = json!({
        "name": "p", "runtime": "yaml", "plugins": {}, "options": {}, "x-team": 1, "config": null,
        "resources": {"jane": user(jane())},
    });
    tool.ok(&["validate", &tool.write(&other)]);
}

/// A person who mends a file wants to mend all of it.
#[test]
fn mistakes_of_every_kind_are_told_together_in_the_order_of_the_lines() {
    let tool = Tool::new();
    // A recorded user needs no password.
    tool.apply(&tool.program(&jane()));
    let file = tool.write_text(
        "\
resources:
  jane:
    type: aws:connect:User
    options: {protectt: true}
    properties:
      instanceId: i
      name: jane
      routingProfileId: r1
      securityProfileIds: [s1]
      identityInfo: {firstName: Jane, lastName: Roe, email: none}
      phoneConfig: {phoneType: DESK_PHONE}
  bob:
    type: aws:connect:User
    properties:
      instanceId: i
      name: bob
      password: short
      routingProfileId: ${jane.routingProfileId}
      securityProfileIds: ['${unclosed']
      identityInfo: {firstName: Bob, lastName: Roe, email: bob@example.com}
      phoneConfig: {phoneType: SOFT_PHONE, afterContactWorkTimeLimit: -3}
  eve: {type: aws:connect:Usr}
outputs: {x: '${nothing.y}'}
",
    );
    let expected = [
        (4, "`resources.jane.options.protectt` is not a resource option"),
        (10, "`identityInfo.email` does not have the shape of an e-mail address"),
        (11, "`phoneConfig.deskPhoneNumber` is required with `DESK_PHONE`"),
        (17, "`password` must have 8 to 64 characters"),
        (17, "`password` lacks an upper-case letter and a digit"),
        (19, "resources.bob.securityProfileIds[0]: a `${` is not closed"),
        (21, "`phoneConfig.afterContactWorkTimeLimit` must be 0 to 2,000,000 seconds, is -3"),
        (22, "`resources.eve` has the type `aws:connect:Usr`, which is not managed here"),
        (23, "`outputs.x` refers to `${nothing.y}`, which the program does not define"),
    ];
    let meant = ["--where", "name=nobody"];
    for command in [&["validate", &file][..], &["plan", &file, meant[0], meant[1]], &["apply", &file]] {
        let said = tool.run(&[command, &["--format", "json"]].concat());
        assert_eq!(said.code, 1, "{command:?}");
        let lines: Vec<Value> =
            said.err.lines().map(|line| serde_json::from_str(line).expect("a finding")).collect();
        assert_eq!(lines.len(), expected.len(), "{}", said.err);
        for ((place, text), line) in expected.iter().zip(&lines) {
            assert_eq!(line["line"], *place, "{line}");
            assert!(line["message"].as_str().is_some_and(|message| message.ends_with(text)), "{line}");
        }
    }
    let said = tool.fails(&["validate", &file]);
    assert!(said.contains("error[password-length]: bob: `password` must have"), "{said}");
    assert!(said.contains("error: `program.yaml`: `resources.eve` has the type"), "{said}");
}
