//! Answers of the Connect API, as the AWS command line prints them.

use connect_user::interop::file::{FileFormat, Mapping, ReadOptions, read};
use serde_json::{Value, json};

use crate::support::{json, names, read_text, told, user};

const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/1c2d";

#[test]
fn answers_of_the_command_line_are_read_one_after_the_other() {
    let described = json!({"User": {"Username": "ana", "Id": "u1", "Arn": format!("{ARN}/agent/u1"),
        "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}});
    let searched = json!({"Users": [{"Username": "teo", "Id": "u2", "Arn": format!("{ARN}/agent/u2"),
        "IdentityInfo": {"FirstName": "Teo", "LastName": "Banks"},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": false, "AfterContactWorkTimeLimit": 30_000},
        "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "Tags": {"Costs": "x"}}], "ApproximateTotalCount": 1});
    let listed = json!({"UserSummaryList": [{"Username": "mira", "Id": "u3", "Arn": format!("{ARN}/agent/u3"),
        "LastModifiedTime": 1_767_600_000.5, "LastModifiedRegion": "eu-west-2"}]});
    let text = format!("{described}\n{searched}\n{listed}\n[]");
    let file = read_text(FileFormat::AwsCli, &text);
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(names(&file), ["ana", "teo", "mira"]);
    let teo = json(user(&file, "teo"));
    assert_eq!(teo["phoneConfig"]["afterContactWorkTimeLimit"], 30, "a search answers in milliseconds");
    assert_eq!(teo["tags"], json!({"Costs": "x"}));
    // A list does not say what a user is: whoever needs it is told.
    let mistakes: Vec<String> = file.mistakes().iter().map(ToString::to_string).collect();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].contains("`list-users` has names only"), "{mistakes:?}");
    for (text, expected) in [
        ("{}", "error: `file` has no users of the Connect API"),
        ("", "error: `file` is empty"),
        (" \n", "error: `file` is empty"),
        ("{\"Users\": [\n {\"Userna", "error: `file` ends within its JSON: it is cut off (2:9)"),
    ] {
        assert_eq!(told(&read_text(FileFormat::AwsCli, text)), [expected]);
    }
    assert_eq!(
        told(&read_text(FileFormat::AwsCli, r#"{"UserSummaryList": []}"#)),
        [""; 0],
        "an empty instance"
    );
}

#[test]
fn an_answer_that_is_cut_off_is_not_everybody() {
    let page = |token: Value| {
        let user = json!({"Username": "ana", "Id": "u1", "Arn": format!("{ARN}/agent/u1")});
        format!(r#"{{"NextToken": {token}, "UserSummaryList": [{user}]}}"#)
    };
    assert_eq!(told(&read_text(FileFormat::AwsCli, &page(Value::Null))), [""; 0]);
    let file = read_text(FileFormat::AwsCli, &page(json!("AAAB")));
    assert_eq!(told(&file), ["warning: an answer has a `NextToken`: more users follow it (1:2)"]);
    assert_eq!(names(&file), ["ana"]);
}

/// What is read of a user whose phone and channels an answer gives so.
fn channels(more: Value) -> (Value, Vec<String>) {
    let mut ana = json!({"Username": "ana", "Id": "u1", "Arn": format!("{ARN}/agent/u1")});
    ana.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let file = read_text(FileFormat::AwsCli, &json!({"User": ana}).to_string());
    let mut found = json(user(&file, "ana"));
    let members = found.as_object_mut().expect("an object");
    members.retain(|name, _| !["instanceId", "name"].contains(&name.as_str()));
    (found, told(&file))
}

#[test]
fn what_only_the_phone_says_becomes_that_of_voice() {
    let phone = json!({"PhoneType": "SOFT_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 30, "DeskPhoneNumber": ""});
    let moved = |setting: &str, list: &str| {
        format!("note: `phoneConfig.{setting}` becomes that of `VOICE` in `{list}` (1:2)")
    };
    let limit = |channel: &str, limit: i64| json!({"channel": channel, "afterContactWorkConfig": {"afterContactWorkTimeLimit": limit}});
    // Empty lists say nothing.
    let (found, told) =
        channels(json!({"PhoneConfig": phone, "AutoAcceptConfigs": [], "AfterContactWorkConfigs": []}));
    let expected = json!({"phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 30});
    assert_eq!((found, told), (json!({"phoneConfig": expected}), Vec::new()));
    // Lists of another channel alone, and one with `VOICE`.
    let chat = json!({"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 7}});
    let (found, told) = channels(json!({
        "PhoneConfig": phone, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": true}],
        "AfterContactWorkConfigs": [chat],
    }));
    assert_eq!(
        found,
        json!({
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
            "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": true}],
            "afterContactWorkConfigs": [limit("CHAT", 7), limit("VOICE", 30)],
        })
    );
    assert_eq!(told, [moved("afterContactWorkTimeLimit", "afterContactWorkConfigs")]);
    // Another number per channel: the block cannot stay.
    let (found, told) = channels(json!({
        "PhoneConfig": phone,
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+16175550143"}],
    }));
    assert_eq!(
        found,
        json!({
            "phoneNumberConfigs": [{"channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": "+16175550143"}],
            "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": true}],
            "afterContactWorkConfigs": [limit("VOICE", 30)],
        })
    );
    assert_eq!(
        told,
        [
            moved("autoAccept", "autoAcceptConfigs"),
            moved("afterContactWorkTimeLimit", "afterContactWorkConfigs")
        ]
    );
}

#[test]
fn users_of_two_instances_may_have_the_same_name() {
    let user = |instance: &str| {
        let arn = ARN.replace("1c2d", instance);
        json!({"User": {"Username": "ana", "Id": "u1", "Arn": format!("{arn}/agent/u1")}})
    };
    let file = read_text(FileFormat::AwsCli, &format!("{}{}", user("1c2d"), user("3e4f")));
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(names(&file), ["ana", "ana-2"]);
    assert_eq!(json(crate::support::user(&file, "ana-2"))["instanceId"], "3e4f");
}

#[test]
fn what_a_list_of_names_lacks_is_told_once() {
    let users: Vec<Value> = (1..=3)
        .map(|id| json!({"Username": format!("u{id}"), "Arn": format!("{ARN}/agent/u{id}")}))
        .collect();
    let text = serde_json::to_string_pretty(&json!({"UserSummaryList": users})).expect("JSON");
    let mistakes = read_text(FileFormat::AwsCli, &text).mistakes();
    let [found] = &mistakes[..] else { panic!("one: {mistakes:?}") };
    assert_eq!(found.location.as_ref().expect("a place").line, 3);
    assert!(found.diagnostic.is_error());
    let help = found.diagnostic.help.as_deref().expect("a way out");
    assert!(["`adopt`", "`search-users`", "`defaults`"].iter().all(|way| help.contains(way)), "{help}");
    let mapping = Mapping::read(
        "defaults: {routingProfileId: r1, securityProfileIds: [s1], phoneConfig: {phoneType: SOFT_PHONE}}",
    );
    let options = ReadOptions::builder().mapping(mapping.expect("a mapping")).build();
    assert!(read(FileFormat::AwsCli, text.as_bytes(), &options).mistakes().is_empty());
}

#[test]
fn users_are_found_wherever_a_backup_has_them() {
    let described = |name: &str| {
        json!({"Username": name, "Id": name, "Arn": format!("{ARN}/agent/{name}"), "RoutingProfileId": "r1",
            "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}, "Tags": {"team": "a"}})
    };
    let (ana, teo) = (described("ana"), described("teo"));
    let expected = json(user(&read_text(FileFormat::AwsCli, &ana.to_string()), "ana"));
    assert_eq!(expected["phoneConfig"]["phoneType"], "SOFT_PHONE");
    for backup in [
        json!({"users": [ana, teo]}),
        json!({"data": {"at": 1, "users": [{"User": ana}, {"User": teo}]}}),
        json!({"ana": {"User": ana}, "teo": {"User": teo}}),
        json!({"ana@example.com": ana, "more": [[teo]]}),
        json!({"name": {"ana": ana, "teo": [teo]}}),
        json!([[], ana, {}, teo]),
        json!([{"instance": {"id": "1c2d"}, "agents": {"Europe": [ana], "other": [{"x": [1]}, teo]}}]),
    ] {
        let text = backup.to_string();
        assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::AwsCli), "{text}");
        let file = read_text(FileFormat::AwsCli, &text);
        assert_eq!((told(&file), names(&file)), (Vec::new(), vec!["ana", "teo"]), "{text}");
        assert_eq!(json(user(&file, "ana")), expected, "{text}");
    }
    assert_eq!(told(&read_text(FileFormat::AwsCli, r#"{"users": []}"#)), [""; 0]);
    let file = read_text(FileFormat::AwsCli, &format!("{{\"a\": {{}}}} {ana} {teo}"));
    assert_eq!((told(&file), names(&file)), (Vec::new(), vec!["ana", "teo"]));
    // What a user has and nobody knows is not lost in silence.
    let mut odd = ana;
    odd.as_object_mut().expect("an object").extend([
        ("Shift".to_owned(), json!({"From": {"Hour": 8}, "Days": [{"Day": 1}]})),
        ("Badges".to_owned(), json!(["a", "b"])),
        ("Desk".to_owned(), json!("4")),
    ]);
    let file = read_text(FileFormat::AwsCli, &json!({"users": [odd, teo]}).to_string());
    let lost = ["Badges", "Desk", "Shift"]
        .map(|name| format!("warning: `{name}` is no property of a user here (1:11)"));
    let mut found = told(&file);
    found.sort();
    assert_eq!((found, names(&file)), (lost.to_vec(), vec!["ana", "teo"]));
}

#[test]
fn yaml_of_the_command_line_is_told_as_not_read() {
    for text in [
        "User:\n  Username: ana\n",
        "Users:\n- Username: ana\n",
        "UserSummaryList:\n- Arn: a\n  Username: ana\n",
    ] {
        assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::AwsCli));
        let file = read_text(FileFormat::AwsCli, text);
        let help = file.diagnostics[0].diagnostic.help.as_deref().expect("a way out");
        assert!(help.contains("`--output json`") && help.contains("YAML"), "{help}");
    }
}

/// `describe-user` has no proficiencies: a backup has what `list-user-proficiencies` prints beside the user.
#[test]
fn what_stands_beside_a_user_is_read_or_told() {
    let ana = json!({"Username": "ana", "Id": "u1", "Arn": format!("{ARN}/agent/u1"), "LastModifiedTime": 1.5,
        "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}});
    let list =
        json!([{"AttributeName": "connect:Language", "AttributeValue": "connect:English", "Level": 4.0}]);
    let expected =
        json!([{"attributeName": "connect:Language", "attributeValue": "connect:English", "level": 4.0}]);
    let beside = |more: Value| {
        let mut answer = json!({"User": ana});
        answer.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        answer
    };
    for (more, warnings) in [
        (
            json!({"UserProficiencyList": list, "LastModifiedTime": 2.5, "LastModifiedRegion": "eu-west-2"}),
            &[][..],
        ),
        (json!({"Proficiencies": list, "ResponseMetadata": {"HTTPStatusCode": 200}}), &[]),
        (json!({"Proficiencies": {"UserProficiencyList": list}, "Username2": null}), &[]),
        (
            json!({"UserProficiencyList": list, "Whatever": 1, "More": {"Of": [1]}}),
            &["`More` is no property of a user here", "`Whatever` is no property of a user here"],
        ),
        (
            json!({"UserProficiencyList": list, "RoutingProfileId": "r2", "NextToken": "AAAB"}),
            &[
                "`RoutingProfileId` beside a user says something else than the user",
                "an answer has a `NextToken`: more proficiencies follow it",
            ],
        ),
    ] {
        let text = json!([beside(more), {"Users": []}]).to_string();
        let file = read_text(FileFormat::AwsCli, &text);
        assert_eq!(json(user(&file, "ana"))["userProficiencies"], expected, "{text}");
        assert_eq!(json(user(&file, "ana"))["routingProfileId"], "r1");
        let mut found: Vec<String> =
            file.diagnostics.iter().map(|found| found.diagnostic.message.to_string()).collect();
        found.sort();
        assert_eq!(found, warnings, "{text}");
    }
    // Users one after the other keep their own, and those of nobody are not lost in silence.
    let mut teo = beside(json!({}));
    teo["User"]["Username"] = json!("teo");
    teo["User"]["Id"] = json!("u2");
    teo["User"]["Arn"] = json!(format!("{ARN}/agent/u2"));
    let (first, alone) = (beside(json!({"Proficiencies": list})), json!({"UserProficiencyList": list}));
    let file = read_text(FileFormat::AwsCli, &format!("{first}{teo}{alone}"));
    assert_eq!(names(&file), ["ana", "teo"]);
    assert_eq!(json(user(&file, "teo")).get("userProficiencies"), None);
    assert_eq!(file.diagnostics.len(), 1);
    assert!(file.diagnostics[0].diagnostic.message.contains("`UserProficiencyList` stands beside no user"));
    // A file that ends within the answer has had its user.
    let text = first.to_string();
    let file = read_text(FileFormat::AwsCli, text.get(..text.len() - 1).expect("a text"));
    assert_eq!((names(&file), file.is_valid()), (vec!["ana"], false));
}
