//! Passwords are written only where that is asked for, and never shown.

use connect_user::{
    interop::file::{FileFormat, WriteOptions, write},
    user::Value,
};
use serde_json::json;

use crate::support::{messages, read_text, told, written};

#[test]
fn passwords_are_written_only_where_that_is_asked_for() {
    let mut file = read_text(
        FileFormat::Csv,
        "user login,password,routing profile name,security_profile_name_1,phone type (soft/desk)\n\
         ana,Welcome2Connect,Agents,Agent,soft\n",
    );
    for format in [
        FileFormat::Program,
        FileFormat::ProgramJson,
        FileFormat::Csv,
        FileFormat::ConsoleCsv,
        FileFormat::Terraform,
        FileFormat::CloudFormation,
    ] {
        let without = written(format, &file);
        assert!(!without.text.contains("Welcome2Connect"), "{format}");
        assert!(messages(&without).contains(&"passwords are left out"), "{format}");
        let options = WriteOptions::builder().passwords(true).build();
        let with = write(format, &file, &options).expect("a format that is written");
        assert!(with.text.contains("Welcome2Connect"), "{format}");
        assert!(!messages(&with).contains(&"passwords are left out"), "{format}");
        assert!(!format!("{with:?}{file:?}").contains("Welcome2Connect"));
    }
    let console = written(FileFormat::ConsoleCsv, &file).text;
    assert_eq!(console.lines().nth(1), Some(",,,,,,ana,Agents,Agent,,soft,,,,,"));
    file.users[0].inputs = Value::Map(Vec::new());
    for format in [FileFormat::PulumiStack, FileFormat::AwsCli, FileFormat::Scim] {
        assert!(write(format, &file, &WriteOptions::default()).is_err());
    }
}

#[test]
fn a_part_of_a_password_is_written_only_where_that_is_asked_for() {
    let template = r#"
Resources:
  Ana:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: ana, Password: !Sub "Welcome-${AWS::StackName}1"}
  Teo:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: teo, Password: !Join ["", [Welcome-, !Ref Second]]}
  Jo:
    Type: AWS::Connect::User
    Properties: {InstanceArn: 1c2d, Username: jo, Password: !Ref Whole}
"#;
    let mut file = read_text(FileFormat::CloudFormation, template);
    assert_eq!(told(&file), [""; 0]);
    let mut number = file.users[0].clone();
    number.name = "Number".to_owned();
    number.inputs = Value::from(json!({"name": "number", "password": 1_234_567_890_i64}));
    file.users.push(number);
    let shows = |text: &str| text.contains("Welcome-") || text.contains("1234567890");
    assert!(!shows(&format!("{file:?} {:?}", file.users[0].references)));
    for format in [FileFormat::Program, FileFormat::Csv, FileFormat::Terraform, FileFormat::CloudFormation] {
        let text = written(format, &file);
        assert!(!shows(&format!("{} {:?}", text.text, text.diagnostics)), "{format}: {}", text.text);
        let options = WriteOptions::builder().passwords(true).build();
        let text = write(format, &file, &options).expect("a format that is written");
        assert!(shows(&text.text), "{format}: {}", text.text);
        assert!(!shows(&format!("{:?}", text.diagnostics)), "{format}");
    }
    let program = written(FileFormat::Program, &file).text;
    for line in ["password: \"${Ana_password}\"", "password: \"${Teo_password}\"", "password: \"${Whole}\""] {
        assert!(program.contains(line), "{line}\n{program}");
    }
}
