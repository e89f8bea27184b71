//! Files as they are met with, each read as it is.

use connect_user::interop::file::{FileFormat, ReadOptions, read};
use serde_json::json;

use crate::support::{case, json, names, read_case, told, user};

fn instance() -> ReadOptions {
    ReadOptions::builder().instance("1c2d".into()).build()
}

#[test]
fn a_configuration_of_terraform_is_refused_with_the_way_out() {
    for name in [
        "01-ignore-changes.tf",
        "02-module-any-map.tf",
        "03-csvdecode.tf",
        "04-composite-ids.tf",
        "05-awscc.tf",
    ] {
        assert_eq!(FileFormat::detect(&case(name)), Some(FileFormat::Terraform));
        let file = read(FileFormat::Terraform, &case(name), &ReadOptions::builder().file(name).build());
        assert!(file.users.is_empty());
        assert_eq!(
            told(&file),
            [format!("error: `{name}` is a Terraform configuration, which only Terraform evaluates")]
        );
        let help = file.diagnostics[0].diagnostic.help.as_deref().expect("a way out");
        assert!(help.contains("terraform show -json"), "{help}");
    }
}

#[test]
fn a_table_whose_headers_are_properties_needs_no_mapping() {
    let file = read_case("03-agents.csv", instance());
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(
        json(user(&file, "mira.holt")),
        json!({
            "instanceId": "1c2d",
            "name": "mira.holt",
            "password": "Welcome2Connect",
            "identityInfo": {"firstName": "Mira", "lastName": "Holt", "email": "mira.holt@example.com"},
            "routingProfileId": "r1",
            "securityProfileIds": ["s1", "s2"],
            "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 30},
        })
    );
    let teo = json(user(&file, "teo.banks"));
    assert_eq!(teo["hierarchyGroupId"], "g1");
    assert_eq!(teo["phoneConfig"]["deskPhoneNumber"], "+16175550143");
    assert!(teo["identityInfo"].get("email").is_none(), "an empty cell is left out");
}

#[test]
fn the_template_of_the_console_is_read_with_its_names() {
    let file = read_case("07-console-template.csv", instance());
    assert_eq!(names(&file), ["mira.holt@example.com", "teo.banks@example.com", "sean.obriain@example.com"]);
    assert_eq!(
        json(user(&file, "mira.holt@example.com")),
        json!({
            "instanceId": "1c2d",
            "name": "mira.holt@example.com",
            "identityInfo": {
                "firstName": "Mira",
                "lastName": "Holt",
                "secondaryEmail": "mira.holt@example.com",
                "mobile": "+16175550142",
            },
            "routingProfileId": "name:Basic Routing Profile",
            "securityProfileIds": ["name:Admin", "name:Agent"],
            "hierarchyGroupId": "path:Europe/Netherlands/Utrecht",
            "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 1},
            "tags": {"team": "a", "site": "utrecht"},
        })
    );
    let sean = json(user(&file, "sean.obriain@example.com"));
    assert_eq!(sean["identityInfo"], json!({"firstName": "Ó Briain, Jr.", "lastName": "Seán"}));
    assert_eq!(sean["routingProfileId"], "name:Sales / EMEA");
    assert_eq!(
        told(&file),
        [
            "warning: mira.holt@example.com: a soft phone has no number: the one in the file is left out (2:134)",
        ]
    );
}

#[test]
fn the_bulk_tools_table_is_read() {
    let file = read_case("08-bulk-tool.csv", instance());
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(names(&file), ["mholt", "tbanks", "aosei"]);
    assert_eq!(json(user(&file, "mholt"))["hierarchyGroupId"], "path:support/it/east");
    let ama = json(user(&file, "aosei"));
    assert_eq!(ama["hierarchyGroupId"], "path:general inquiries");
    assert_eq!(ama["securityProfileIds"], json!(["name:CallCenterManager", "name:Agent"]));
    assert_eq!(ama["phoneConfig"]["phoneType"], "DESK_PHONE");
}

#[test]
fn programs_are_read_as_they_are_evaluated() {
    let file = read_case("06-service-cloud-voice.yaml", ReadOptions::default());
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(names(&file), ["default-format", "government-format", "custom-format"]);
    assert_eq!(user(&file, "government-format").user_name(), Some("0058d00000FgHiJQAV@00D8d000001XyZaEAK"));
    for (name, users) in [("09-index-keys-before.yaml", 3), ("09-index-keys-after.yaml", 2)] {
        let file = read_case(name, ReadOptions::default());
        assert_eq!((told(&file).len(), file.users.len()), (0, users), "{name}");
    }
}

#[test]
fn what_only_pulumi_knows_is_a_reference() {
    let file = read_case("11-pulumi-options.yaml", ReadOptions::default());
    assert_eq!(told(&file), [""; 0]);
    let mira = user(&file, "mira");
    assert!(mira.options.retain_on_delete);
    assert_eq!(mira.options.ignore_changes.len(), 3);
    assert_eq!(mira.options.aliases, ["old-name"]);
    let references = mira.references.iter().map(|found| (found.path.to_string(), found.expression.as_str()));
    assert_eq!(
        references.collect::<Vec<_>>(),
        [
            ("instanceId".to_owned(), "${instance}"),
            ("name".to_owned(), "mira-${pulumi.stack}"),
            ("password".to_owned(), "${firstPassword}"),
            ("routingProfileId".to_owned(), "${agents.routingProfileId}"),
            ("securityProfileIds[0]".to_owned(), "${tier1.securityProfileId}"),
        ]
    );
    let values = [("instance", "1c2d"), ("firstPassword", "Welcome2Connect"), ("pulumi.stack", "live")];
    let values = values.map(|(name, value)| (name.to_owned(), value.into())).into();
    let file = read_case("11-pulumi-options.yaml", ReadOptions::builder().values(values).build());
    assert_eq!(user(&file, "mira").user_name(), Some("mira-live"));
}

#[test]
fn a_template_is_read_with_its_references() {
    let file = read_case("10-user.cfn.yaml", ReadOptions::default());
    assert_eq!(told(&file), [""; 0]);
    let mira = user(&file, "Mira");
    assert!(mira.options.retain_on_delete, "`DeletionPolicy: Retain`");
    assert_eq!(
        json(mira),
        json!({
            "instanceId": "?",
            "name": "mira.holt",
            "password": "?",
            "routingProfileId": "?",
            // The reference to the instance and an id make an ARN: the id is known.
            "securityProfileIds": ["s1"],
            "identityInfo": {"firstName": "Mira", "lastName": "Holt", "email": "mira.holt@example.com"},
            "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": false, "afterContactWorkTimeLimit": 120},
            "userProficiencies": [
                {"attributeName": "connect:Language", "attributeValue": "connect:Dutch", "level": 4},
            ],
            "tags": {"team": "a"},
        })
    );
    let references = mira.references.iter().map(|found| found.expression.as_str());
    assert_eq!(
        references.collect::<Vec<_>>(),
        ["${InstanceArn}", "${FirstPassword}", "${Routing.RoutingProfileArn}"]
    );
    let arn = "arn:aws:connect:eu-west-2:111122223333:instance/1c2d";
    let values = [
        ("InstanceArn".to_owned(), arn.into()),
        ("Routing.RoutingProfileArn".to_owned(), format!("{arn}/routing-profile/r1").into()),
    ];
    let file = read_case("10-user.cfn.yaml", ReadOptions::builder().values(values.into()).build());
    let mira = json(user(&file, "Mira"));
    assert_eq!((&mira["instanceId"], &mira["routingProfileId"]), (&json!("1c2d"), &json!("r1")));
}

#[test]
fn a_backup_of_describe_user_is_read() {
    let file = read_case("12-backup.json", ReadOptions::default());
    assert_eq!(told(&file), [""; 0]);
    let mira = user(&file, "mira.holt");
    let import = mira.options.import.as_ref().expect("an id").to_string();
    assert_eq!(import, "1c2d:11111111-aaaa-4bbb-8ccc-222222222222");
    assert_eq!(
        json(mira),
        json!({
            "instanceId": "1c2d",
            "name": "mira.holt",
            "identityInfo": {"firstName": "Mira", "lastName": "Holt", "email": "mira.holt@example.com"},
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
            "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": false}],
            "afterContactWorkConfigs": [
                {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 30}},
            ],
            "directoryUserId": "d-1",
            "securityProfileIds": ["s1"],
            "routingProfileId": "r1",
        })
    );
    assert_eq!(mira.location.as_ref().expect("a place").line, 2);
}

#[test]
fn every_case_is_read_by_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/cases");
    let tests = include_str!("cases.rs");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        assert!(tests.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn text_of_two_bytes_each_is_told_in_every_format() {
    let bytes = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for text in ["{\"Users\": []}", "\u{feff}{\"Users\": []}", "user login,a,b\n", "Resources: {}"] {
        let bytes = bytes(text);
        for format in FileFormat::detect(&bytes).into_iter().chain(FileFormat::ALL.iter().copied()) {
            let file = read(format, &bytes, &ReadOptions::builder().file("file").build());
            assert_eq!(told(&file), ["error: `file` is UTF-16 text"], "{format}");
        }
        assert!(FileFormat::detect(&bytes).is_some());
    }
}
