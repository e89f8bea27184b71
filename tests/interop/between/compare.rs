//! What a comparison tells, and what it costs.

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, Outcome},
    },
    interop::between::{CompareOptions, NameMap, Side, compare},
    read::{Filter, RefreshOptions, Strategy},
    user::{Code, IgnoreTags, Operation, Property, Settings},
};
use serde_json::json;

use super::support::{
    ConnectManaged, ExistingDirectory, Saml, Two, instance, rich, run, source_id, target_id, user,
};

#[test]
fn users_are_compared_by_name_and_what_they_refer_to_by_its_names() {
    run(async {
        let two = Two::new(Saml, Saml);
        for document in [rich("ana"), user("Ben"), user("cy"), rich("dan")] {
            two.in_source(&document).await;
        }
        let mut other = rich("dan");
        other["routingProfileId"] = json!("r2");
        other["securityProfileIds"] = json!(["s2", "s1"]);
        other["hierarchyGroupId"] = json!("g2");
        other["identityInfo"]["mobile"] = json!("+16175550101");
        other["tags"] = json!({"team": "blue", "cost": "7"});
        other["userProficiencies"] = json!([]);
        for document in [rich("ana"), user("ben"), other] {
            two.in_target(&document).await;
        }
        let found = two.compared(&CompareOptions::default()).await;
        assert_eq!(
            found.to_string(),
            "- Ben is only in `i`\n\
             - cy is only in `i`\n\
             + ben is only in `t`\n\
             ~ dan is different\n    \
                 ~ hierarchyGroupId: \"path:Europe/Berlin\" → \"path:support/it/east\"\n    \
                 ~ routingProfileId: \"name:Agents\" → \"name:Sales = EMEA / night\"\n    \
                 ~ securityProfileIds: [\"name:Agent\"] → [\"name:Admin\",\"name:Agent\"]\n    \
                 + identityInfo.mobile: \"+16175550101\"\n    \
                 - userProficiencies: [{\"attributeName\":\"connect:Language\",\"attributeValue\":\"de\",\"level\":4}]\n    \
                 + tags.cost: \"7\"\n    \
                 ~ tags.team: \"red\" → \"blue\"\n\
             From `i` to `t`: 1 the same, 1 different, 2 only in `i`, 1 only in `t`.\n"
        );
        let shown = serde_json::to_value(&found).expect("JSON");
        assert_eq!(shown["source"], "i");
        assert_eq!(shown["onlySource"], json!(["Ben", "cy"]));
        assert_eq!(shown["onlyTarget"], json!(["ben"]));
        assert_eq!(shown["same"], json!(["ana"]));
        let routing = &shown["different"][0]["differences"][1];
        assert_eq!(shown["different"][0]["user"], "dan");
        assert_eq!(
            *routing,
            json!({
                "path": "routingProfileId", "source": "name:Agents", "target": "name:Sales = EMEA / night",
                "personal": false,
            })
        );
        assert!(!format!("{found:?}").contains("+16175550101"), "personal data stays out of logs");
    });
}

#[test]
fn a_comparison_reads_only_those_whom_both_have() {
    run(async {
        let two = Two::new(Saml, Saml);
        for name in ["ana", "ben", "cy"] {
            two.in_source(&user(name)).await;
        }
        two.in_target(&user("ana")).await;
        two.clear_calls();
        two.compared(&CompareOptions::default()).await;
        let expected = [
            Operation::DescribeInstance,
            Operation::ListRoutingProfiles,
            Operation::ListSecurityProfiles,
            Operation::SearchUserHierarchyGroups,
            Operation::ListUsers,
            Operation::DescribeUser,
            Operation::ListUserProficiencies,
        ];
        for connect in [&two.source, &two.target] {
            let calls: Vec<_> = connect.calls().iter().map(|call| call.operation).collect();
            assert_eq!(calls, expected);
        }
        two.clear_calls();
        let read = RefreshOptions::builder().strategy(Strategy::Search).build();
        let found = two.compared(&CompareOptions::builder().read(read).build()).await;
        for connect in [&two.source, &two.target] {
            assert_eq!(connect.calls().len(), 5, "one search, however many users");
        }
        assert!(found.not_compared.contains(Property::Mobile));
        assert_eq!(found.same, ["ana"]);
    });
}

#[test]
fn conditions_hold_on_both_sides_by_names() {
    run(async {
        let two = Two::new(Saml, Saml);
        let mut other = user("ben");
        other["routingProfileId"] = json!("r2");
        for document in [user("ana"), other.clone(), rich("cy")] {
            two.in_source(&document).await;
            two.in_target(&document).await;
        }
        let found = |condition: &str| {
            let filter = Filter::default().and(condition).expect("a condition");
            let options = CompareOptions::builder().filter(filter).build();
            async move { options }
        };
        for (condition, same) in [
            ("routing-profile=r2", &["ben"][..]),
            ("security-profile=s1", &["ana", "ben", "cy"]),
            ("security-profile=s3", &[]),
            ("group=g1", &["cy"]),
            ("routing-profile=name:Sales = EMEA / night", &["ben"]),
            ("security-profile=name:Agent", &["ana", "ben", "cy"]),
            ("group=path:Europe/Berlin", &["cy"]),
            ("group-tree=path:Europe/Berlin", &["cy"]),
            ("tag:team=red", &["cy"]),
            ("name-prefix=a", &["ana"]),
        ] {
            let compared = two.compared(&found(condition).await).await;
            assert_eq!(compared.same, same, "{condition}");
            assert!(compared.is_same(), "{condition}: {compared}");
        }
    });
}

/// A user whom only one side means is in both all the same.
#[test]
fn a_user_whom_the_conditions_mean_on_one_side_is_compared() {
    run(async {
        let two = Two::new(Saml, Saml);
        let mut document = user("ana");
        two.in_source(&document).await;
        two.in_source(&user("ben")).await;
        document["routingProfileId"] = json!("r2");
        two.in_target(&document).await;
        for strategy in [Strategy::Full, Strategy::Search] {
            for (condition, only_source) in
                [("routing-profile=r1", vec!["ben"]), ("routing-profile=r2", vec![])]
            {
                let options = CompareOptions::builder()
                    .filter(Filter::default().and(condition).expect("a condition"))
                    .read(RefreshOptions::builder().strategy(strategy).build())
                    .build();
                let found = two.compared(&options).await;
                assert_eq!(found.only_source, only_source, "{condition}");
                assert_eq!(found.only_target, [] as [String; 0], "{condition}");
                assert_eq!(found.different.len(), 1, "{condition}: {found}");
                assert_eq!(found.different[0].differences[0].path.to_string(), "routingProfileId");
            }
        }
    });
}

#[test]
fn what_an_instance_cannot_have_or_others_manage_is_no_difference() {
    run(async {
        let two = Two::new(ConnectManaged, Saml);
        let mut mine = user("ana");
        mine["identityInfo"]["email"] = json!("ana@example.com");
        mine["password"] = json!("Password123");
        mine["tags"] = json!({"stage": "old", "owner": "x", "connect:a": "1", "team": "red"});
        two.in_source(&mine).await;
        let mut other = user("ana");
        other["tags"] = json!({"stage": "new", "team": "red"});
        two.in_target(&other).await;
        let settings = Settings::builder().ignore_tags(IgnoreTags::new(["owner"], ["st"])).build();
        let found = two.compared(&CompareOptions::builder().settings(settings).build()).await;
        assert!(found.is_same(), "{found}");
        assert!(found.not_compared.contains(Property::Email), "it is said");
        let defaults = [("stage".to_owned(), "new".to_owned())].into();
        let settings = Settings::builder()
            .ignore_tags(IgnoreTags::new(["owner"], [] as [&str; 0]))
            .default_tags(defaults)
            .build();
        let found = two.compared(&CompareOptions::builder().settings(settings).build()).await;
        let paths: Vec<_> =
            found.different[0].differences.iter().map(|found| found.path.to_string()).collect();
        assert_eq!(paths, ["tags.stage"], "the default is the target's, the other one is not");
    });
}

#[test]
fn names_may_have_changed() {
    run(async {
        let target = instance("t", Saml).with_named_hierarchy_group("b", ["EMEA", "Berlin"]);
        let two = Two::with(instance("i", Saml), target, (Saml, Saml));
        two.in_source(&rich("ana")).await;
        let mut other = rich("ana");
        other["routingProfileId"] = json!("r2");
        other["userProficiencies"][0]["attributeValue"] = json!("fr");
        two.in_target(&other).await;
        two.target.edit_user(&target_id(), &two.target.users(&target_id())[0].0.user_id, |user, _| {
            user.hierarchy_group_id = Some("b".into());
        });
        let mut maps = NameMap::default();
        for entry in [
            "routingProfile:Agents=Sales = EMEA / night",
            "hierarchyGroup:Europe/Berlin=EMEA/Berlin",
            "proficiency:connect:Language/de=connect:Language/fr",
        ] {
            maps = maps.with(entry).expect("an entry");
        }
        let found = two.compared(&CompareOptions::builder().names(maps).build()).await;
        assert!(found.is_same() && found.notices.is_empty(), "{found} {:?}", found.notices);
        let maps = NameMap::default().with("routingProfile:Agnts=Sales = EMEA / night").expect("an entry");
        let found = two.compared(&CompareOptions::builder().names(maps).build()).await;
        assert_eq!(found.notices[0].message, "the instance `i` has no routing profile `Agnts`");
        assert_eq!(found.notices[0].help.as_deref(), Some("did you mean `Agents`?"));
    });
}

/// A user, an instance, or a kind of name that cannot be read.
#[test]
fn what_cannot_be_read_is_told() {
    run(async {
        let two = Two::new(ExistingDirectory, ExistingDirectory);
        for name in ["ana", "ben"] {
            two.in_source(&user(name)).await;
            two.in_target(&user(name)).await;
        }
        two.source.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        two.target.inject(Fault::of(
            Operation::ListSecurityProfiles,
            1,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
        let found = two.compared(&CompareOptions::default()).await;
        assert_eq!((found.failed.len(), found.same.len() + found.different.len()), (1, 1));
        assert_eq!(found.failed[0].0, source_id());
        assert_eq!(found.notices[0].code, Code::NOT_CHECKED);
        assert!(!found.is_same(), "nobody knows");
        assert!(found.to_string().ends_with("only in `t`, 1 not read.\n"), "{found}");
        let json = json!(found);
        assert_eq!(json["failed"][0]["instance"], "i");
        assert!(json["failed"][0]["error"].as_str().is_some_and(|error| !error.is_empty()), "{json}");
        assert_eq!(json["notices"][0]["code"], "not-checked");

        two.target.inject(Fault::of(Operation::ListUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let (source, target, options) = (source_id(), target_id(), CompareOptions::default());
        let failed = compare(Side::new(&source, &two.source), Side::new(&target, &two.target), &options);
        let failed = failed.await.expect_err("no list");
        assert_eq!(failed.to_string(), "the instance `t` cannot be read");
        assert!(failed.help().contains("allow the IAM action"), "{}", failed.help());
        let wrong = "a b".into();
        let failed = compare(Side::new(&wrong, &two.source), Side::new(&target, &two.target), &options);
        assert!(failed.await.expect_err("no id").to_string().contains("`a b`"));
    });
}
