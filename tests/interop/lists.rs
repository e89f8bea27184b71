//! References that stand for a whole list.

use connect_user::interop::{
    file::{FileFormat, FileUser, ReadOptions, UserFile, WriteOptions, read, write},
    program::{Assignment, Program, Scope, Source},
};
use serde_json::{Value as Json, json};

use crate::support::{json, messages, read_text, told, user, written};

const TEMPLATE: &str = "
Parameters:
  Profiles: {Type: CommaDelimitedList, Default: 's1, s2'}
  Others: {Type: CommaDelimitedList}
  Centre: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /centre/instance}
Resources:
  Jane:
    Type: AWS::Connect::User
    Properties: {InstanceArn: !Ref Centre, Username: jane, RoutingProfileArn: r1, SecurityProfileArns: !Ref Profiles}
  Ana:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: ana, RoutingProfileArn: r1, SecurityProfileArns: !Ref Others}
  Teo:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: teo, RoutingProfileArn: r1, SecurityProfileArns: !Split [',', !Ref Text]}
";

fn with(format: FileFormat, text: &str, values: &[(&str, &str)]) -> UserFile {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    read(format, text.as_bytes(), &ReadOptions::builder().file("file").values(values).build())
}

fn profiles(file: &UserFile, name: &str) -> Json {
    json(user(file, name))["securityProfileIds"].clone()
}

fn references(user: &FileUser) -> Vec<(String, &str)> {
    user.references.iter().map(|found| (found.path.to_string(), found.expression.as_str())).collect()
}

#[test]
fn json_that_is_cut_off_is_no_list() {
    for (given, expected) in [
        (r#"["s1", "s2"]"#, json!(["s1", "s2"])),
        (r#"["s1", "s2""#, json!(r#"["s1", "s2""#)),
        (r#""s1""#, json!(r#""s1""#)),
    ] {
        let file = with(FileFormat::CloudFormation, TEMPLATE, &[("Others", given)]);
        assert_eq!(profiles(&file, "Ana"), expected);
    }
}

#[test]
fn what_no_parameter_can_give_is_told() {
    let template = "
Parameters: {Tags: {Type: String}}
Resources:
  Jane:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: jane, RoutingProfileArn: r1, SecurityProfileArns: [s1], Tags: !Ref Tags}
";
    let file = with(FileFormat::CloudFormation, template, &[]);
    let written = write(FileFormat::CloudFormation, &file, &WriteOptions::default()).expect("a template");
    let told: Vec<_> = written.diagnostics.iter().map(|found| found.diagnostic.message.as_str()).collect();
    assert!(
        told.contains(&"`tags` is one reference as a whole, and CloudFormation has no parameter for it"),
        "{told:?}"
    );
    assert!(!written.text.contains("Tags"), "{}", written.text);
}

#[test]
fn a_list_of_a_template_is_its_elements() {
    let file = with(FileFormat::CloudFormation, TEMPLATE, &[]);
    assert_eq!(profiles(&file, "Jane"), json!(["s1", "s2"]));
    // The default is the name of where the value is.
    assert_eq!(references(user(&file, "Jane")), [("instanceId".to_owned(), "${Centre}")]);
    assert_eq!(references(user(&file, "Ana")), [("securityProfileIds".to_owned(), "${Others}")]);
    assert!(file.mistakes().is_empty(), "{:?}", file.mistakes());

    let values = [("Profiles", "s3"), ("Others", "s4,s5"), ("Teo_SecurityProfileArns", "s6, s7")];
    let file = with(FileFormat::CloudFormation, TEMPLATE, &values);
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(profiles(&file, "Jane"), json!(["s3"]));
    assert_eq!(profiles(&file, "Ana"), json!(["s4", "s5"]));
    assert_eq!(profiles(&file, "Teo"), json!(["s6", "s7"]));

    // What is written as a text is no list.
    let text = TEMPLATE.replace("!Ref Others", "'s1,s2'");
    let mistakes = with(FileFormat::CloudFormation, &text, &[]).mistakes();
    let mistakes: Vec<_> = mistakes.iter().map(|found| found.diagnostic.message.as_str()).collect();
    assert_eq!(mistakes, ["`securityProfileIds` must be a list, not a string"]);
}

const PROGRAM: &str = "
config: {Und: {type: array, items: {type: string}}, skills: {type: array}, marks: {type: object}, team: {type: string}}
variables: {all: '${Und}'}
resources:
  ana:
    type: aws:connect:User
    properties:
      instanceId: 1c2d
      name: ana
      routingProfileId: r1
      securityProfileIds: ${Und}
      userProficiencies: ${skills}
      tags: ${marks}
  jo:
    type: aws:connect:User
    properties: {instanceId: 1c2d, name: jo, routingProfileId: r1, security_profile_ids: '${all}', tags: {team: '${team}'}}
";

const SKILLS: &str = r#"[{"attributeName": "a", "attributeValue": "b", "level": "3"}]"#;

#[test]
fn a_value_of_a_program_may_be_a_list() {
    let expected = json!({
        "instanceId": "1c2d", "name": "ana", "routingProfileId": "r1", "securityProfileIds": ["s1", "s2"],
        "userProficiencies": [{"attributeName": "a", "attributeValue": "b", "level": 3}], "tags": {"a": "1,2"},
    });
    for profiles in ["s1,s2", r#"["s1", "s2"]"#] {
        let values = [("Und", profiles), ("skills", SKILLS), ("marks", r#"{"a": "1,2"}"#), ("team", "a,b")];
        let file = with(FileFormat::Program, PROGRAM, &values);
        assert_eq!(told(&file), [""; 0]);
        assert_eq!(json(user(&file, "ana")), expected);
        let jo = json(user(&file, "jo"));
        assert_eq!((&jo["securityProfileIds"], &jo["tags"]), (&json!(["s1", "s2"]), &json!({"team": "a,b"})));
    }
    let text = PROGRAM.replace("securityProfileIds: ${Und}", "securityProfileIds: {'fn::split': [',', x]}");
    let values = [Assignment::new("ana.securityProfileIds", "s1,s2")];
    let program = Program::read(Source::new("p.yaml", text.as_str()), &values).expect("a program");
    let ana = program.users().iter().find(|user| user.name() == "ana").expect("a user");
    let evaluated = program.evaluate(ana, &Scope::default()).expect("a user");
    assert!(evaluated.mistakes.is_empty(), "{:?}", evaluated.mistakes);
    assert_eq!(evaluated.spec.security_profile_ids.known().map(Vec::len), Some(2));
}

#[test]
fn a_list_that_is_not_known_is_written_as_one() {
    let file = read_text(FileFormat::Program, PROGRAM);
    assert_eq!(told(&file), [""; 0]);
    let configuration = written(FileFormat::Terraform, &file).text;
    for line in [
        "  security_profile_ids = var.Und\n",
        "variable \"Und\" {\n  type      = set(string)\n}",
        "variable \"marks\" {\n  type      = map(string)\n}",
        "variable \"skills\" {\n  type      = any\n}",
        "variable \"team\" {\n  type      = string\n}",
    ] {
        assert!(configuration.contains(line), "{line}\n{configuration}");
    }

    for format in [FileFormat::Program, FileFormat::ProgramJson] {
        let program = written(format, &file);
        assert_eq!(messages(&program), [""; 0]);
        if format == FileFormat::ProgramJson {
            let config = serde_json::from_str::<Json>(&program.text).expect("JSON")["config"].clone();
            assert_eq!(config["Und"], json!({"type": "array", "items": {"type": "string"}}));
            assert_eq!(config["skills"], json!({"type": "array", "items": {"type": "object"}}));
            assert_eq!(config["marks"], json!({"type": "object"}));
            assert_eq!(config["team"], json!({"type": "string"}));
        }
        let again = read_text(FileFormat::Program, &program.text);
        assert_eq!(told(&again), [""; 0]);
        assert_eq!(references(user(&again, "ana")), references(user(&file, "ana")));
        assert_eq!(references(user(&again, "jo")), references(user(&file, "jo")));
    }

    let template = written(FileFormat::CloudFormation, &file).text;
    let document: Json = serde_json::from_str(&template).expect("JSON");
    assert_eq!(document["Parameters"]["Und"], json!({"Type": "CommaDelimitedList"}));
    assert_eq!(document["Parameters"]["team"], json!({"Type": "String"}));
    assert_eq!(document["Resources"]["ana"]["Properties"]["SecurityProfileArns"], json!({"Ref": "Und"}));
    let again = with(FileFormat::CloudFormation, &template, &[("Und", "s1,s2")]);
    assert_eq!(profiles(&again, "ana"), json!(["s1", "s2"]));
}

/// What a template leaves to CloudFormation is either evaluated or told.
#[test]
fn nothing_of_a_template_is_dropped_without_a_word() {
    let template = |policy: &str, more: &str| {
        format!(
            "Parameters: {{Keep: {{Type: String, Default: Retain}}, Open: {{Type: String}}}}\nResources:\n  Jane:\n    Type: AWS::Connect::User\n    \
             DeletionPolicy: {policy}\n    Properties: {{InstanceArn: 1c2d, Username: jane, RoutingProfileArn: r1, \
             SecurityProfileArns: [!Ref AWS::NoValue, s1], HierarchyGroupArn: !Ref AWS::NoValue, PhoneConfig: \
             {{PhoneType: SOFT_PHONE, AutoAccept: !Ref AWS::NoValue}}}}\n{more}"
        )
    };
    for (policy, keeps, expected) in [
        ("Retain", true, None),
        ("Delete", false, None),
        ("!Ref Keep", true, None),
        ("!Ref AWS::NoValue", false, None),
        ("!Ref Open", false, Some("warning: `DeletionPolicy` of `Jane` is not evaluated (5:5)")),
        ("retain", false, Some("warning: `DeletionPolicy` of `Jane` is `retain`, which is none (5:5)")),
    ] {
        let file = with(FileFormat::CloudFormation, &template(policy, ""), &[]);
        assert_eq!(told(&file), expected.into_iter().collect::<Vec<_>>(), "{policy}");
        let jane = user(&file, "Jane");
        assert_eq!(jane.options.retain_on_delete, keeps, "{policy}");
        // `AWS::NoValue` means that it is left out.
        let expected = json!({"instanceId": "1c2d", "name": "jane", "routingProfileId": "r1",
            "securityProfileIds": ["s1"], "phoneConfig": {"phoneType": "SOFT_PHONE"}});
        assert_eq!(json(jane), expected);
        assert_eq!(references(jane), []);
    }
    let file = with(FileFormat::CloudFormation, &template("!Ref Open", ""), &[("Open", "Retain")]);
    assert!(told(&file).is_empty() && user(&file, "Jane").options.retain_on_delete);
    for (more, what) in [
        (
            "  Fn::Transform: {Name: AWS::Include, Parameters: {Location: l}}\n",
            "`Fn::Transform` among its resources",
        ),
        ("  Fn::ForEach::Agents: [A, [b], {}]\n", "`Fn::ForEach` among its resources"),
        (
            "Fn::Transform: {Name: AWS::Include, Parameters: {Location: l}}\n",
            "`Fn::Transform`, which is not read",
        ),
    ] {
        let file = with(FileFormat::CloudFormation, &template("Retain", more), &[]);
        let told = told(&file);
        assert!(told.len() == 1 && told[0].starts_with("error: ") && told[0].contains(what), "{told:?}");
    }
}
