//! What a copy plans, refuses, hands out and remembers.

use std::collections::BTreeMap;

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, Outcome},
    },
    diff::Action,
    fleet::{Entry, Former, StateStore, StoreChange, load_all},
    interop::between::{CopyOptions, CopyPlan, FirstPasswords, NameKind, NameMap, Side, copy},
    read::Filter,
    user::{Code, Operation, Secret, Settings, Severity},
};
use serde_json::json;

use super::support::{
    ConnectManaged, ExistingDirectory, Saml, Two, instance, options, rich, run, source_id, target_id,
    updating, user,
};

fn told(plan: &CopyPlan) -> Vec<String> {
    // `options()` has passwords for every kind of target.
    let found = plan.diagnostics.iter().filter(|found| found.code != Code::PASSWORD_NOT_ALLOWED);
    let told = found.map(|found| {
        assert!(found.help.is_some(), "no way out: {found:?}");
        format!("{}: {}", found.severity, found.text())
    });
    told.collect()
}

#[test]
fn everybody_missing_is_created_in_the_fewest_calls_and_recorded_under_the_user_name() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&rich("ana")).await;
        two.in_source(&user("ben")).await;
        two.in_source(&user("cy")).await;
        let mut other = user("cy");
        other["routingProfileId"] = json!("r2");
        two.in_target(&other).await;
        two.clear_calls();
        let plan = two.planned(&options()).await;
        assert_eq!(plan.existing, ["cy"]);
        assert_eq!((two.source.writes(), two.target.writes()), (vec![], vec![]), "a plan changes nothing");
        // Four of the instance, a list, and two for each user that is copied.
        assert_eq!((two.source.calls().len(), two.target.calls().len()), (5 + 4, 5 + 1));
        let shown: Vec<_> =
            plan.preview.users().iter().map(|user| (user.name.as_str(), user.action())).collect();
        assert_eq!(shown, [("ana", Action::Create), ("ben", Action::Create)]);

        two.clear_calls();
        two.copied(&options()).await;
        let writes = two.target.writes();
        assert_eq!(writes.len(), 3, "{writes:?}");
        assert_eq!(two.source.writes(), []);
        let entries = load_all(&two.store).await.expect("entries");
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["ana", "ben"]);
        let ana = entries["ana"].state.as_deref().expect("a user");
        assert_eq!(
            (ana.instance_id.as_str(), ana.tags_all.get("team").expect("an entry").as_str()),
            ("t", "red")
        );
        assert!(entries["ana"].notes.is_empty(), "its copying has ended: {:?}", entries["ana"].notes);
        let found = two.compared(&Default::default()).await;
        assert_eq!(found.different[0].name, "cy", "who was there stays as it is");
    });
}

#[test]
fn conditions_choose_users_by_names_of_the_source() {
    run(async {
        let two = Two::new(Saml, Saml);
        let mut other = user("ben");
        other["routingProfileId"] = json!("r2");
        two.in_source(&user("ana")).await;
        two.in_source(&other).await;
        let with = |condition: &str| {
            let filter = Filter::default().and(condition).expect("a condition");
            CopyOptions::builder().filter(filter).build()
        };
        let plan = two.planned(&with("routing-profile=name:Sales = EMEA / night")).await;
        let chosen: Vec<_> = plan.preview.users().iter().map(|user| user.name.as_str()).collect();
        assert_eq!(chosen, ["ben"]);

        let (source, target) = (source_id(), target_id());
        let session = two.session(&two.target).await;
        let side = Side::new(&source, &two.source);
        let error = copy(side, &target, &session, &with("routing-profile=name:Sale"))
            .await
            .expect_err("no such profile");
        assert_eq!(error.to_string(), "the instance `i` has no routing profile of the name `Sale`");
        assert!(!error.help().is_empty());
    });
}

#[test]
fn what_the_target_lacks_is_listed_before_anything_is_done() {
    run(async {
        let target = connect_user::client::memory::MemoryInstance::new("t", Saml)
            .with_named_routing_profile("r", "Agent")
            .with_named_security_profile("s", "Agent")
            .with_named_hierarchy_group("g", ["Europe", "Paris"])
            .with_named_hierarchy_group("h", ["EMEA", "Berlin"])
            .with_attribute("connect:Language", ["en"]);
        let two = Two::with(instance("i", Saml), target, (Saml, Saml));
        for name in ["ana", "ben", "cy", "dan"] {
            two.in_source(&rich(name)).await;
        }
        let mut admin = user("eva");
        admin["securityProfileIds"] = json!(["s1", "s2"]);
        admin["routingProfileId"] = json!("r2");
        two.in_source(&admin).await;
        let plan = two.planned(&options()).await;
        assert!(!plan.is_valid());
        let missing: Vec<_> = plan.missing.iter().map(|missing| missing.diagnostic()).collect();
        let texts: Vec<_> = missing.iter().map(|found| found.text()).collect();
        assert_eq!(
            texts,
            [
                "the instance `t` has no routing profile `Agents` (users: `ana`, `ben`, `cy`, `dan`)",
                "the instance `t` has no routing profile `Sales = EMEA / night` (users: `eva`)",
                "the instance `t` has no security profile `Admin` (users: `eva`)",
                "the instance `t` has no hierarchy group `Europe/Berlin` (users: `ana`, `ben`, `cy`, `dan`)",
                "the instance `t` has no predefined attribute and value `connect:Language/de` (users: `ana`, `ben`, `cy`, `dan`)",
            ]
        );
        let help: Vec<_> = missing.iter().filter_map(|found| found.help.as_deref()).collect();
        assert_eq!(help[0], "did you mean `Agent`? map the name to it, or create `Agents` first");
        assert_eq!(help[2], "it has `Agent`; map the name to another, or create `Admin` first");
        assert_eq!(plan.missing[0].nearest.as_deref(), Some("Agent"));
        assert_eq!((plan.missing[0].kind, plan.missing[0].users.len()), (NameKind::RoutingProfile, 4));
        let mut session = two.session(&two.target).await;
        let mut plan = two.plan(&session, &options()).await;
        let apply = session.apply_options();
        let refused = plan.apply(&mut session, &apply).await.expect_err("refused");
        assert_eq!(refused.reasons.len(), 5);
        assert_eq!(two.target.writes(), []);

        let mut mapped = options();
        for entry in [
            "routingProfile:Agents=Agent",
            "routingProfile:Sales = EMEA / night=Agent",
            "securityProfile:Admin=",
            "hierarchyGroup:Europe/Berlin=EMEA/Berlin",
            "proficiency:connect:Language/de=",
        ] {
            mapped.names = mapped.names.with(entry).expect("an entry");
        }
        two.copied(&mapped).await;
        let users = two.target.users(&target_id());
        let ana = users.iter().find(|(user, _)| user.name == "ana").expect("a user");
        assert_eq!(ana.0.routing_profile_id.as_str(), "r");
        assert_eq!(ana.0.hierarchy_group_id.as_ref().expect("a group").as_str(), "h");
        assert!(ana.1.is_empty(), "left out");
        let eva = users.iter().find(|(user, _)| user.name == "eva").expect("a user");
        assert_eq!(eva.0.security_profile_ids.len(), 1);
    });
}

#[test]
fn a_map_is_read_or_refused() {
    for (entry, says) in [
        ("routingProfile", "does not begin with a kind of name"),
        ("queue:a=b", "does not begin with a kind of name"),
        ("routingProfile:a", "does not say a name and the name that it becomes"),
        ("routingProfile:=b", "does not say"),
        ("routingProfile:a=", "does not say"),
        ("proficiency:Language/German=Deutsch", "does not say the attribute and the value"),
    ] {
        let error = NameMap::default().with(entry).expect_err(entry);
        assert!(error.to_string().contains(says) && !error.help().is_empty(), "{error}");
    }
}

#[test]
fn new_users_get_the_passwords_that_are_given_or_made() {
    run(async {
        let two = Two::new(ConnectManaged, ConnectManaged);
        for name in ["ana", "ben"] {
            let mut document = user(name);
            document["password"] = json!("Password123");
            two.in_source(&document).await;
        }
        let plan = two.planned(&CopyOptions::default()).await;
        assert_eq!(
            told(&plan).last().expect("a refusal"),
            "error: new users need a first password, which these have not: `ana`, `ben`"
        );
        let own = BTreeMap::from([("ana".to_owned(), Secret::from("Winter2026x"))]);
        let mut options = CopyOptions::default();
        options.passwords = FirstPasswords::of_users(own.clone());
        assert!(!two.planned(&options).await.is_valid(), "`ben` has none");
        options.passwords = FirstPasswords::shared("Zq1".into());
        let weak = two.planned(&options).await;
        assert!(
            told(&weak).iter().any(|found| found.contains("`password` must have 8 to 64 characters")),
            "{weak:?}"
        );
        assert!(!format!("{:?} {weak:?}", options.passwords).contains("Zq1"), "secret");

        options.passwords = FirstPasswords::of_users(own).made();
        let mut session = two.session(&two.target).await;
        let mut plan = two.plan(&session, &options).await;
        let made = plan.made_passwords().clone();
        assert_eq!(made.keys().collect::<Vec<_>>(), ["ben"]);
        let made = made["ben"].expose();
        assert_eq!(made.len(), 16);
        assert_ne!(two.planned(&options).await.made_passwords()["ben"].expose(), made, "random");
        let apply = session.apply_options();
        assert!(plan.apply(&mut session, &apply).await.expect("applied").is_done());
        let notes: Vec<_> = session.entries().values().map(|entry| entry.notes.len()).collect();
        assert_eq!(notes, [1, 1], "a fingerprint each");
        let kept = format!("{:?}", load_all(&two.store).await.expect("entries"));
        assert!(!kept.contains(made) && !kept.contains("Winter2026x"), "no password is kept");
        assert_eq!(two.planned(&options).await.made_passwords().len(), 0, "everybody is there");
    });
}

#[test]
fn kinds_of_identity_management_that_differ_are_handled_or_refused() {
    run(async {
        let mut with_email = user("ana");
        with_email["identityInfo"]["email"] = json!("ana@example.com");
        with_email["password"] = json!("Password123");

        let two = Two::new(ConnectManaged, Saml);
        two.in_source(&with_email).await;
        let plan = two.planned(&options()).await;
        assert_eq!(told(&plan), ["warning: e-mail addresses are not copied: `t` has `SAML`, and takes none"]);
        two.copied(&options()).await;
        assert!(two.compared(&Default::default()).await.is_same());

        let two = Two::new(Saml, ConnectManaged);
        two.in_source(&user("ana")).await;
        let plan = two.planned(&options()).await;
        assert!(plan.is_valid());
        assert!(
            told(&plan)[0].starts_with("warning: ana: `identityInfo.email` is missing"),
            "{:?}",
            told(&plan)
        );
        two.copied(&options()).await;

        let two = Two::new(Saml, ExistingDirectory);
        two.in_source(&user("ana")).await;
        two.clear_calls();
        let plan = two.planned(&options()).await;
        assert_eq!(
            told(&plan),
            [
                "error: users of an instance with `SAML` cannot be copied to `t`, which has `EXISTING_DIRECTORY`: its users \
              are those of its directory"
            ]
        );
        assert_eq!(two.source.calls().len(), 4, "nobody is read");

        let two = Two::new(ExistingDirectory, ExistingDirectory);
        two.in_source(&rich("ana")).await;
        let mut other = user("ben");
        two.in_source(&other).await;
        other["identityInfo"]["firstName"] = json!("Bea");
        other["routingProfileId"] = json!("r2");
        two.in_target(&other).await;
        two.copied(&updating()).await;
        let found = two.compared(&Default::default()).await;
        let paths: Vec<_> =
            found.different[0].differences.iter().map(|found| found.path.to_string()).collect();
        assert_eq!(paths, ["identityInfo.firstName"], "the directory of the target has it");
    });
}

#[test]
fn tags_of_others_stay_where_they_are() {
    run(async {
        let two = Two::new(Saml, Saml);
        let mut document = user("ana");
        document["tags"] =
            json!({"team": "red", "owner": "x", "connect:a": "1", "stage": "prod", "cost": "7"});
        two.in_source(&document).await;
        let id = two.source.users(&source_id())[0].0.user_id.clone();
        two.source.edit_user(&source_id(), &id, |user, _| {
            user.tags.insert("aws:cloudformation:stack".into(), "s".into());
        });
        let settings = Settings::builder()
            .default_tags(
                [("stage".to_owned(), "prod".to_owned()), ("cost".to_owned(), "9".to_owned())].into(),
            )
            .ignore_tags(connect_user::user::IgnoreTags::new(["owner"], [] as [&str; 0]))
            .build();
        let mut options = options();
        options.settings = settings;
        two.copied(&options).await;
        let tags = &two.target.users(&target_id())[0].0.tags;
        let tags: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(tags, [("cost", "7"), ("stage", "prod"), ("team", "red")]);
    });
}

#[test]
fn nobody_is_deleted_and_other_records_stay() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&user("ana")).await;
        let there = two.in_target(&user("zoe")).await;
        let change = StoreChange::put("zoe", Entry::new(there));
        two.store.commit(&[change]).await.expect("recorded");
        two.copied(&updating()).await;
        let entries = load_all(&two.store).await.expect("entries");
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["ana", "zoe"]);
        assert_eq!(two.target.users(&target_id()).len(), 2);
    });
}

/// The state of the source holds other users under the same names.
#[test]
fn records_of_the_source_are_not_taken_for_those_of_the_target() {
    run(async {
        let two = Two::new(Saml, Saml);
        let ana = two.in_source(&user("ana")).await;
        two.store.commit(&[StoreChange::put("ana", Entry::new(ana))]).await.expect("recorded");
        let plan = two.planned(&options()).await;
        assert_eq!(
            told(&plan),
            ["error: the state is not that of `t` alone: it has users of others, as `ana`"]
        );
        assert_eq!(plan.preview.users().len(), 0);

        // Under whatever resource name: the program of the source would delete whom it does not have.
        let two = Two::new(Saml, Saml);
        let ben = two.in_source(&user("ben")).await;
        two.store.commit(&[StoreChange::put("lead", Entry::new(ben))]).await.expect("recorded");
        two.clear_calls();
        let plan = two.planned(&options()).await;
        assert!(!plan.is_valid() && told(&plan)[0].ends_with("as `lead`"), "{:?}", told(&plan));
        assert_eq!((two.source.calls().len(), two.target.calls().len()), (4, 4), "nobody is listed");

        // Nor what a replacement that was stopped has left of them.
        let two = Two::new(Saml, Saml);
        let mut without_account = Entry::default();
        without_account.former = Some(Former::new(two.in_source(&user("ben")).await, false));
        two.store.commit(&[StoreChange::put("lead", without_account)]).await.expect("recorded");
        let plan = two.planned(&options()).await;
        assert!(!plan.is_valid() && told(&plan)[0].ends_with("as `lead`"), "{:?}", told(&plan));
    });
}

/// A program of the target may call another user so.
#[test]
fn a_resource_name_of_another_user_of_the_target_is_not_taken() {
    run(async {
        let two = Two::new(Saml, Saml);
        for name in ["ana", "ana-2"] {
            two.in_source(&user(name)).await;
        }
        let there = two.in_target(&user("zoe")).await;
        two.store.commit(&[StoreChange::put("ana", Entry::new(there))]).await.expect("recorded");
        two.copied(&options()).await;
        two.copied(&updating()).await;
        let entries = load_all(&two.store).await.expect("entries");
        let names: Vec<_> = entries
            .iter()
            .map(|(resource, entry)| {
                (resource.as_str(), entry.state.as_deref().expect("a user").name.as_str())
            })
            .collect();
        assert_eq!(names, [("ana", "zoe"), ("ana-2", "ana-2"), ("ana-3", "ana")]);
    });
}

/// A source that can have no e-mail addresses says nothing of those of the target.
#[test]
fn e_mail_addresses_that_the_source_cannot_have_stay() {
    run(async {
        let two = Two::new(Saml, ConnectManaged);
        let mut document = user("ana");
        two.in_source(&document).await;
        document["identityInfo"]["email"] = json!("ana@example.com");
        document["identityInfo"]["firstName"] = json!("Joan");
        document["password"] = json!("Password123");
        two.in_target(&document).await;
        two.copied(&updating()).await;
        let there = two.target.users(&target_id())[0].0.clone();
        let identity = there.identity;
        assert_eq!(
            (identity.email.as_deref(), identity.first_name.as_deref()),
            (Some("ana@example.com"), Some("Jane"))
        );
        assert!(two.compared(&Default::default()).await.is_same());
    });
}

/// Whoever writes the user takes it over: a later copy leaves it as it is.
#[test]
fn a_user_whose_copying_has_not_ended_and_whom_another_apply_writes_is_no_longer_copied() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&rich("ana")).await;
        let operation = Operation::AssociateUserProficiencies;
        two.target.inject(Fault::of(operation, 1, Outcome::Refused(ErrorKind::Conflict)));
        assert!(!two.copied_by(&two.target, &options()).await.is_done());
        let mut session = two.session(&two.target).await;
        let state = session.state("ana").expect("a user").clone();
        let settings = Settings::builder().identity_management(Saml).build();
        let mut spec = state.to_spec(&settings);
        spec.routing_profile_id = connect_user::user::Input::Known("r2-t".into());
        let context = connect_user::validate::Context::builder().settings(settings).prior(&state).build();
        let (desired, _) = connect_user::validate::resolve(spec, &context).expect("a user");
        let wanted = connect_user::fleet::ProgramUser::builder().name("ana").desired(desired).build();
        let mut planner = connect_user::fleet::Planner::new(connect_user::fleet::PlanOptions::default());
        session.want(&mut planner, &wanted);
        let preview = planner.finish();
        let apply = session.apply_options();
        assert!(
            session
                .apply(preview, &mut connect_user::fleet::AllKnown, &apply)
                .await
                .expect("applied")
                .is_done()
        );
        assert!(session.entries()["ana"].notes.is_empty(), "{:?}", session.entries()["ana"].notes);
        drop(session);
        assert_eq!(two.planned(&options()).await.existing, ["ana"]);
        assert!(!two.planned(&updating()).await.preview.users().is_empty());
    });
}

#[test]
fn passwords_without_use_are_told() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&user("ana")).await;
        let plan = two.planned(&options()).await;
        let told: Vec<_> = plan.diagnostics.iter().map(|found| (found.code, found.text())).collect();
        let expected = "passwords have no use: users of `t`, which has `SAML`, have none";
        assert_eq!(told, [(Code::PASSWORD_NOT_ALLOWED, expected.to_owned())]);
        assert!(plan.is_valid() && plan.made_passwords().is_empty());
        assert!(two.planned(&CopyOptions::default()).await.diagnostics.is_empty());

        let two = Two::new(ConnectManaged, ConnectManaged);
        let mut document = user("ana");
        document["password"] = json!("Password123");
        two.in_source(&document).await;
        let refuse = || Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::AccessDenied));
        two.target.inject(refuse());
        let mut options = CopyOptions::default();
        options.passwords = FirstPasswords::shared("Password123".into());
        let plan = two.planned(&options).await;
        let last = plan.diagnostics.last().expect("a refusal");
        assert!(last.is_error() && last.text().contains("is not known"), "{last:?}");
        two.target.inject(refuse());
        options.settings = Settings::builder().identity_management(ConnectManaged).build();
        two.copied(&options).await;
        assert_eq!(two.target.users(&target_id()).len(), 1);
    });
}

/// A user has one level for an attribute and a value.
#[test]
fn proficiencies_that_become_the_same_are_told() {
    run(async {
        let two = Two::new(Saml, Saml);
        let mut document = rich("ana");
        document["userProficiencies"] = json!([
            {"attributeName": "connect:Language", "attributeValue": "de", "level": 4},
            {"attributeName": "connect:Language", "attributeValue": "fr", "level": 2},
        ]);
        two.in_source(&document).await;
        let mut options = options();
        options.names =
            options.names.with("proficiency:connect:Language/de=connect:Language/fr").expect("an entry");
        let plan = two.planned(&options).await;
        let texts: Vec<_> = plan.missing.iter().map(|missing| missing.diagnostic().text()).collect();
        assert_eq!(
            texts,
            [
                "`connect:Language/de` and `connect:Language/fr` both become `connect:Language/fr` (users: `ana`)"
            ]
        );
        options.names =
            options.names.with("proficiency:connect:Language/fr=connect:Language/en").expect("an entry");
        two.copied(&options).await;
        assert_eq!(two.target.users(&target_id())[0].1.len(), 2);
    });
}

/// An attribute, and a value, may hold a slash.
#[test]
fn attributes_and_values_with_slashes_become_those_of_the_target() {
    run(async {
        let of = |id| instance(id, Saml);
        let source = of("i").with_attribute("A", ["x/y", "z"]).with_attribute("A/x", ["y"]);
        let target = of("t").with_attribute("B/C", ["v/w", "z", "y"]).with_attribute("B", ["1"]);
        let two = Two::with(source, target, (Saml, Saml));
        let mut document = user("ana");
        document["userProficiencies"] = json!([
            {"attributeName": "A", "attributeValue": "x/y", "level": 4},
            {"attributeName": "A", "attributeValue": "z", "level": 3},
        ]);
        two.in_source(&document).await;
        let mut options = options();
        for entry in ["proficiency:A/x/y=B/C/v/w", "proficiency:A=B/C", "proficiency:Lang=B"] {
            options.names = options.names.with(entry).expect("an entry");
        }
        let plan = two.planned(&options).await;
        assert_eq!(told(&plan), ["warning: the instance `i` has no predefined attribute and value `Lang`"]);
        two.copied(&options).await;
        let all = &two.target.users(&target_id())[0].1;
        let all: Vec<_> =
            all.iter().map(|(key, level)| (key.name.as_str(), key.value.as_str(), *level)).collect();
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all.iter().any(|(name, value, _)| (*name, *value) == ("B/C", "v/w")), "{all:?}");
        assert!(all.iter().any(|(name, value, _)| (*name, *value) == ("B/C", "z")), "{all:?}");
    });
}

/// Who is recorded under another resource name, as by a program, stays under it.
#[test]
fn a_recorded_user_keeps_its_resource_name() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&rich("ana")).await;
        let there = two.in_target(&user("ana")).await;
        two.store.commit(&[StoreChange::put("lead", Entry::new(there))]).await.expect("recorded");
        assert_eq!(two.planned(&options()).await.existing, ["ana"]);
        two.copied(&updating()).await;
        let entries = load_all(&two.store).await.expect("entries");
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["lead"]);
        assert!(two.compared(&Default::default()).await.is_same());
    });
}

/// A call that fails leaves a user whose copying has not ended: the next copy finishes it, also without updating.
#[test]
fn a_failed_call_is_made_up_for_by_the_next_copy() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&rich("ana")).await;
        let operation = Operation::AssociateUserProficiencies;
        two.target.inject(Fault::of(operation, 1, Outcome::Refused(ErrorKind::Conflict)));
        let outcome = two.copied_by(&two.target, &options()).await;
        assert!(!outcome.is_done());
        assert!(!two.compared(&Default::default()).await.is_same());
        assert_eq!(load_all(&two.store).await.expect("entries")["ana"].notes.len(), 1, "it has not ended");
        two.clear_calls();
        two.copied(&options()).await;
        assert_eq!(two.target.writes(), [operation]);
        assert!(two.compared(&Default::default()).await.is_same());
        assert!(load_all(&two.store).await.expect("entries")["ana"].notes.is_empty());
    });
}

#[test]
fn names_that_differ_in_case_alone_are_told() {
    run(async {
        let two = Two::new(Saml, Saml);
        two.in_source(&user("Ana")).await;
        two.in_target(&user("ana")).await;
        let plan = two.planned(&options()).await;
        assert_eq!(
            told(&plan),
            [
                "warning: Ana: the instance `t` has `ana`: the service may refuse a name that differs in case alone"
            ]
        );
        let warning = plan.diagnostics.last().expect("a warning");
        assert_eq!(warning.code, Code::NAME_TAKEN);
        assert_eq!(warning.severity, Severity::Warning);
        assert!(plan.is_valid());
    });
}

#[test]
fn a_target_without_room_is_refused_and_a_filter_copies_a_part() {
    run(async {
        let two = Two::new(Saml, Saml);
        for name in ["ana", "ben"] {
            two.in_source(&user(name)).await;
        }
        two.in_target(&user("zoe")).await;
        let mut options = options();
        options.users_per_instance = Some(2);
        let plan = two.planned(&options).await;
        assert_eq!(plan.preview.reasons()[0].code, Code::INSTANCE_FULL);
        assert!(!plan.is_valid());
        options.filter = Filter::default().and("name=ben").expect("a condition");
        two.copied(&options).await;
        assert_eq!(two.compared(&Default::default()).await.only_source, ["ana"]);
    });
}

/// A user that cannot be read holds up nobody else.
#[test]
fn users_that_cannot_be_read_are_told_and_left() {
    run(async {
        let two = Two::new(Saml, Saml);
        for name in ["ana", "ben"] {
            two.in_source(&user(name)).await;
        }
        two.source.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let plan = two.planned(&options()).await;
        assert_eq!((plan.failed.len(), plan.preview.users().len()), (1, 1));
        let names = Fault::of(Operation::ListRoutingProfiles, 1, Outcome::Refused(ErrorKind::AccessDenied));
        two.target.inject(names);
        let plan = two.planned(&options()).await;
        let text = plan.missing[0].diagnostic().text();
        assert!(text.starts_with("the routing profiles of the instance `t` cannot be listed: "), "{text}");
    });
}
