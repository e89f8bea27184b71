//! Users found by name and recorded: what each tool says of them then plans to nothing.

use std::{collections::BTreeMap, sync::Arc};

use connect_user::{
    client::{
        ErrorKind, Rate, TokenBuckets, TokioTimer,
        memory::{Fault, MemoryConnect, Outcome},
    },
    diff::Action,
    fleet::{MemoryStore, Session, SessionOptions},
    interop::{
        Deployment, DeploymentError, DeploymentOptions,
        file::{
            AdoptOptions, AdoptOutcome, Adoption, FileFormat, FileUser, ReadOptions, UserFile, WriteOptions,
            adopt, read, write,
        },
        program::{Program, Source},
    },
    read::Directory,
    user::{Code, IdentityManagementType, Operation, Property, Settings, UserSpec},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::{
    random,
    service::{SAML, adopted, create, jane, planned, run, service, session},
    support::{case, read_text},
    tools::{INSTANCE, described, files, state_of, tables},
};

fn documents() -> impl Strategy<Value = (IdentityManagementType, Json, Json)> {
    random::any_kind().prop_flat_map(|kind| {
        (Just(kind), random::document(kind, "ana"), random::document(kind, "teo.banks@example.com"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_a_tool_says_of_users_is_adopted_and_plans_to_nothing((kind, one, other) in documents()) {
        run(async {
            let connect = service(kind);
            let states = [create(&one, kind, &connect).await, create(&other, kind, &connect).await];
            connect.clear_calls();
            let mut files = files(&states);
            files.extend(tables(&states, &connect).await);
            for (name, format, text) in files {
                let options = ReadOptions::builder().file(name).instance("i".into()).build();
                let file = read(format, text.as_bytes(), &options);
                assert!(file.is_valid(), "{name}: {:?}\n{text}", file.diagnostics);
                let store = MemoryStore::default();
                let mut session = session(&store, &connect);
                let adoption = adopted(&file, &mut session).await;
                assert_eq!((adoption.users.len(), adoption.others), (2, 0), "{name}");
                for user in &adoption.users {
                    assert!(matches!(user.outcome, AdoptOutcome::Adopted(_)), "{name}: {:?}", user.outcome);
                    let shown = user.preview.text(&user.name).to_string();
                    assert_eq!(user.preview.diff.action, Action::None, "{name}: {shown}\n{text}");
                }
                let actions = planned(&file, &mut session).await;
                assert_eq!(actions, [Action::None; 2], "{name}: {text}");
                for &to in FileFormat::WRITTEN {
                    changes_nothing_when_written(&file, name, to, &connect).await;
                }
            }
            assert_eq!(connect.writes(), [], "nothing was changed");
        });
    }
}

/// Writes users who exist in another format: what is read of that is adopted, and plans to nothing if nothing was lost.
async fn changes_nothing_when_written(file: &UserFile, from: &str, to: FileFormat, connect: &MemoryConnect) {
    let written = write(to, file, &WriteOptions::default()).expect("a format that is written");
    let arns = file.users.iter().filter_map(|user| user.arn.as_ref());
    for arn in arns.filter(|_| to == FileFormat::CloudFormation) {
        let imports = written.imports.as_deref().expect("users that exist");
        assert!(imports.contains(&arn.to_string()), "{from}: {imports}");
    }
    let text = if to == FileFormat::Terraform { state_of(&written.text) } else { written.text };
    let mut values = BTreeMap::new();
    if to == FileFormat::CloudFormation && text.contains("\"Parameters\"") {
        values.insert("InstanceArn".to_owned(), INSTANCE.into());
    }
    let options = ReadOptions::builder().file("file").instance("i".into()).values(values).build();
    let again = read(to, text.as_bytes(), &options);
    assert!(again.is_valid(), "{from} to {to}: {:?}\n{text}", again.diagnostics);
    let store = MemoryStore::default();
    let mut session = session(&store, connect);
    let adoption = adopted(&again, &mut session).await;
    assert_eq!(adoption.users.len(), 2, "{from} to {to}");
    for user in &adoption.users {
        assert!(matches!(user.outcome, AdoptOutcome::Adopted(_)), "{from} to {to}: {:?}", user.outcome);
    }
    // What the format has no place for stays as it is; without its phone or its profiles nobody is a user.
    for user in adoption.users.iter().filter(|_| is_whole(&again)) {
        let shown = user.preview.text(&user.name).to_string();
        assert_eq!(user.preview.diff.action, Action::None, "{from} to {to}: {shown}\n{text}");
    }
    if is_whole(&again) {
        assert_eq!(planned(&again, &mut session).await, [Action::None; 2], "{from} to {to}:\n{text}");
    }
}

/// Whether each user says what a user must have, and all of it is known.
fn is_whole(file: &UserFile) -> bool {
    let has_phone = |user: &FileUser| {
        [Property::PhoneType, Property::PhoneNumberConfigs]
            .iter()
            .any(|property| user.inputs.at(&(*property).into()).is_some())
    };
    file.mistakes().is_empty() && file.users.iter().all(|user| user.references.is_empty() && has_phone(user))
}

fn outcomes(adoption: &Adoption) -> Vec<String> {
    adoption.users.iter().map(|user| format!("{}: {:?}", user.name, user.outcome)).collect()
}

#[test]
fn differences_are_shown_and_nothing_is_changed() {
    run(async {
        let connect = service(SAML);
        create(&jane("jane"), SAML, &connect).await;
        create(&jane("someone"), SAML, &connect).await;
        connect.clear_calls();
        let text = "user login,first name,routing profile name,security_profile_name_1,user_hierarchy_1\n\
                    jane,Joan,Agents,Agent|Admin,Europe|Berlin\n\
                    nobody,No,Agents,Agent,\n";
        let file =
            read(FileFormat::Csv, text.as_bytes(), &ReadOptions::builder().instance("i".into()).build());
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        let adoption = adopted(&file, &mut session).await;
        assert_eq!(outcomes(&adoption)[1], "nobody: NotFound");
        assert_eq!(adoption.others, 1, "someone");
        let shown = adoption.users[0].preview.text("jane").to_string();
        for line in [
            "~ identityInfo.firstName: \"Jane\" → \"Joan\"",
            "+ hierarchyGroupId: \"g1\"",
            "~ securityProfileIds: [\"s1\"] → [\"s1\",\"s2\"]",
        ] {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
        assert!(connect.writes().is_empty());
        assert!(session.state("jane").is_some() && session.state("nobody").is_none());
    });
}

#[test]
fn a_list_of_names_is_enough_to_adopt() {
    run(async {
        let connect = service(SAML);
        let state = create(&jane("jane"), SAML, &connect).await;
        let listed = json!({"UserSummaryList": [{"Username": "jane", "Id": state.user_id.as_str(), "Arn": state.arn}]});
        let file = read_text(FileFormat::AwsCli, &listed.to_string());
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        let adoption = adopted(&file, &mut session).await;
        assert!(matches!(&adoption.users[0].outcome, AdoptOutcome::Adopted(id) if *id == state.id()));
        assert_eq!(adoption.users[0].preview.diff.action, Action::None);
        assert!(adoption.users[0].diagnostics.is_empty(), "{:?}", adoption.users[0].diagnostics);
    });
}

#[test]
fn whoever_is_recorded_stays_so() {
    run(async {
        let connect = service(SAML);
        let states =
            [create(&jane("jane"), SAML, &connect).await, create(&jane("ana"), SAML, &connect).await];
        let program = |name: &str, resource: &str| {
            let text =
                json!({"resources": {resource: {"type": "aws:connect:User", "properties": jane(name)}}});
            read_text(FileFormat::Program, &text.to_string())
        };
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        let outcome = |adoption: Adoption| adoption.users.into_iter().next().expect("a user").outcome;
        let first = outcome(adopted(&program("jane", "a"), &mut session).await);
        assert!(matches!(first, AdoptOutcome::Adopted(_)));
        let again = outcome(adopted(&program("jane", "a"), &mut session).await);
        assert!(matches!(again, AdoptOutcome::Recorded(id) if id == states[0].id()));
        let moved = outcome(adopted(&program("jane", "b"), &mut session).await);
        assert!(matches!(moved, AdoptOutcome::RecordedAs(_, name) if name == "a"));
        let taken = outcome(adopted(&program("ana", "a"), &mut session).await);
        assert!(matches!(taken, AdoptOutcome::NameTaken(id) if id == states[0].id()));
        assert_eq!(session.users().count(), 1);
        let unknown = read_text(
            FileFormat::CloudFormation,
            &String::from_utf8(case("10-user.cfn.yaml")).expect("text"),
        );
        assert!(matches!(outcome(adopted(&unknown, &mut session).await), AdoptOutcome::NotKnown));
    });
}

/// As in a file that was put together of two.
#[test]
fn an_account_that_a_file_tells_twice_is_recorded_once() {
    run(async {
        let connect = service(SAML);
        let jane_state = create(&jane("jane"), SAML, &connect).await;
        let text = json!({"resources": {"a": {"type": "aws:connect:User", "properties": jane("jane")}}});
        let mut file = read_text(FileFormat::Program, &text.to_string());
        let mut again = file.users[0].clone();
        again.name = "b".to_owned();
        file.users.push(again);
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        let adoption = adopted(&file, &mut session).await;
        assert!(matches!(&adoption.users[0].outcome, AdoptOutcome::Adopted(id) if *id == jane_state.id()));
        assert!(matches!(&adoption.users[1].outcome, AdoptOutcome::RecordedAs(_, name) if name == "a"));
        assert_eq!(session.users().count(), 1);
    });
}

#[test]
fn one_who_cannot_be_read_stops_nobody_else() {
    run(async {
        let connect = service(SAML);
        create(&jane("jane"), SAML, &connect).await;
        create(&jane("ana"), SAML, &connect).await;
        let text = json!({"resources": {
            "a": {"type": "aws:connect:User", "properties": jane("jane")},
            "b": {"type": "aws:connect:User", "properties": jane("ana")},
        }});
        let file = read_text(FileFormat::Program, &text.to_string());
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let options = AdoptOptions::builder().parallelism(std::num::NonZeroUsize::MIN).build();
        let adoption = adopt(&file, &mut session, &options).await.expect("an adoption");
        assert!(
            matches!(&adoption.users[0].outcome, AdoptOutcome::Failed(error) if error.kind() == ErrorKind::AccessDenied)
        );
        assert!(matches!(&adoption.users[1].outcome, AdoptOutcome::Adopted(_)));
        let elsewhere = read_text(FileFormat::Csv, "user login,a,b\njane,,\n");
        let error =
            adopt(&elsewhere, &mut session, &options).await.expect_err("an instance that is not there");
        assert!(!error.help().is_empty());
        assert_eq!(session.users().count(), 1);
    });
}

#[test]
fn a_user_of_another_id_is_told() {
    run(async {
        let connect = service(SAML);
        let state = create(&jane("jane"), SAML, &connect).await;
        let answer = described(&state).to_string().replace(state.user_id.as_str(), "gone");
        let file = read_text(FileFormat::AwsCli, &answer);
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        let adoption = adopted(&file, &mut session).await;
        let told = &adoption.users[0].diagnostics[0];
        assert_eq!(
            told.message,
            format!("the file says that the user is `i:gone`; the one of that name is `{}`", state.id())
        );
    });
}

#[test]
fn existing_users_are_a_file_that_adopts_them_and_an_adoption_is_json() {
    let connect = service(IdentityManagementType::Saml);
    run(async {
        let document = |name: &str| {
            json!({
                "instanceId": "i", "name": name, "routingProfileId": "r1", "securityProfileIds": ["s1"],
                "identityInfo": {"firstName": "A", "lastName": "B"}, "phoneConfig": {"phoneType": "SOFT_PHONE"},
            })
        };
        let ana = create(&document("ana"), IdentityManagementType::Saml, &connect).await;
        let bea = create(&document("bea"), IdentityManagementType::Saml, &connect).await;
        let directory = Directory::read(&"i".into(), &connect).await.expect("a directory");
        let mut file = UserFile::of_existing([&ana, &bea], &Settings::default(), Some(&directory));
        let written = write(FileFormat::Program, &file, &WriteOptions::default()).expect("a program").text;
        assert!(written.contains(&format!("import: \"{}\"", ana.id())), "{written}");
        assert!(written.contains("routingProfileId: \"name:Agents\""), "{written}");

        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        session.record("bea", bea).await.expect("recorded");
        let mut missing = file.users[0].clone();
        missing.name = "dan".to_owned();
        missing.inputs = UserSpec::decode(serde_json::from_value(document("dan")).expect("inputs"))
            .expect("a user")
            .encode();
        file.users.push(missing);
        let adoption = adopted(&file, &mut session).await;
        let totals = adoption.totals();
        assert_eq!((totals.adopted, totals.recorded, totals.missing, totals.different), (1, 1, 1, 0));
        let json = json!(adoption);
        let told: Vec<_> = json["users"]
            .as_array()
            .expect("users")
            .iter()
            .map(|user| (&user["user"], &user["outcome"], &user["action"]))
            .collect();
        assert_eq!(
            told,
            [
                (&json!("ana"), &json!("adopted"), &json!("none")),
                (&json!("bea"), &json!("recorded"), &json!("none")),
                (&json!("dan"), &json!("notFound"), &json!("none")),
            ]
        );
        assert_eq!((&json["users"][0]["id"], &json["others"]), (&json!(ana.id().to_string()), &json!(0)));
        let notes: Vec<String> =
            adoption.users.iter().filter_map(|user| Some(user.diagnostic()?.text())).collect();
        assert_eq!(notes, ["`dan` is not there: an `apply` would create it"]);
    });
}

#[test]
fn a_program_without_users_deletes_nobody_unless_that_is_meant() {
    let connect = service(IdentityManagementType::Saml);
    run(async {
        let document = json!({
            "instanceId": "i", "name": "ana", "routingProfileId": "r1", "securityProfileIds": ["s1"],
            "identityInfo": {"firstName": "A", "lastName": "B"}, "phoneConfig": {"phoneType": "SOFT_PHONE"},
        });
        let ana = create(&document, IdentityManagementType::Saml, &connect).await;
        let store = MemoryStore::default();
        let mut session = session(&store, &connect);
        session.record("ana", ana).await.expect("recorded");
        let program = Program::read(Source::new("users.yaml", "resources: {}"), &[]).expect("a program");
        for (may_be_empty, expected) in [(false, Some(Code::EMPTY_PROGRAM)), (true, None)] {
            let options = DeploymentOptions::builder().may_be_empty(may_be_empty).build();
            let mut deployment = Deployment::new(&program, &session, options);
            deployment.refresh(&mut session).await.expect("read");
            let review = deployment.preview(&session).await.expect("a review");
            assert_eq!(review.preview.reasons().iter().map(|reason| reason.code).next(), expected);
            assert_eq!(review.preview.deletions(), ["ana"]);
        }
    });
}

#[test]
fn a_target_that_nobody_has_is_refused_and_every_error_is_diagnostics() {
    let connect = service(IdentityManagementType::Saml);
    run(async {
        let store = MemoryStore::default();
        let timer = Arc::new(TokioTimer::default());
        let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
        let targets = ["anna".to_owned()].into();
        let options = SessionOptions::builder().timer(timer).pace(pace).targets(targets).build();
        let mut session = Session::with_entries(&store, Default::default(), &connect, options);
        let text = json!({"resources": {"ana": {"type": "aws:connect:User", "properties": jane("ana")}}});
        let text = text.to_string();
        let program = Program::read(Source::new("users.yaml", text), &[]).expect("a program");
        let mut deployment = Deployment::new(&program, &session, DeploymentOptions::default());
        for refused in [
            deployment.refresh(&mut session).await.expect_err("refused"),
            deployment.validate(&mut session).await.expect_err("refused"),
        ] {
            let found = refused.diagnostics();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].diagnostic.code, Code::UNKNOWN_TARGET);
            assert_eq!(found[0].diagnostic.text(), "there is no user `anna` in the program or the state");
        }
    });
    let mistaken =
        Program::read(Source::new("users.yaml", "resources: {a: {}, b: {}}"), &[]).expect_err("types");
    let found = DeploymentError::from(mistaken).diagnostics();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2, "{told:?}");
    assert!(
        told[0].contains("`resources.a` has no `type`") && told[0].contains("(users.yaml:1:"),
        "{told:?}"
    );
}
