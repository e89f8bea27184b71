//! Users found by name and recorded: what each tool says of them then plans to nothing.

use std::{sync::Arc, time::Duration};

use connect_user::{
    apply::apply,
    client::{
        ErrorKind, Rate, RetryPolicy, TokenBuckets, TokioTimer,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::{Action, plan},
    fleet::{MemoryStore, Session, SessionOptions},
    interop::{
        Deployment, DeploymentOptions,
        file::{
            AdoptOptions, AdoptOutcome, Adoption, FileDiagnostic, FileFormat, ReadOptions, UserFile,
            WriteOptions, adopt, read, write,
        },
        program::{Program, Source},
    },
    read::Directory,
    user::{
        Code, IdentityManagementType, Input, Operation, Property, Settings, Spelling, UserSpec, UserState,
    },
    validate::{Context, resolve_document},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::{
    random,
    support::{case, read_text},
};

fn service(kind: IdentityManagementType) -> MemoryConnect {
    let connect = MemoryConnect::new();
    let instance = MemoryInstance::new("i", kind)
        .with_named_routing_profile("r1", "Agents")
        .with_named_routing_profile("r2", "Sales / EMEA")
        .with_named_security_profile("s1", "Agent")
        .with_named_security_profile("s2", "Admin")
        .with_named_security_profile("s3", "QA, night")
        .with_named_hierarchy_group("g1", ["Europe", "Berlin"])
        .with_named_hierarchy_group("g2", ["support", "it", "east"]);
    connect.add_instance(instance);
    connect
}

fn session<'a>(store: &'a MemoryStore, connect: &'a MemoryConnect) -> Session<'a> {
    let timer = Arc::new(TokioTimer::default());
    let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
    let mut options = SessionOptions::builder().timer(timer).pace(pace).build();
    let mut retry = RetryPolicy::default();
    retry.total = Duration::ZERO;
    options.retry = Some(retry);
    Session::with_entries(store, Default::default(), connect, options)
}

/// Creates a user of that document.
pub async fn create(document: &Json, kind: IdentityManagementType, connect: &MemoryConnect) -> UserState {
    let settings = Settings::builder().identity_management(kind).build();
    let context = Context::builder().settings(settings.clone()).build();
    let (desired, report) = resolve_document(document.clone().into(), &context);
    let desired = desired.unwrap_or_else(|_| panic!("{report}"));
    let plan = plan(desired, None, &settings).expect("a plan");
    let applied = apply(&plan, None, connect, &Default::default()).await.expect("applied");
    applied.state.expect("a user")
}

/// The outputs of a user in a spelling, without what is nobody's.
fn spelled(state: &UserState, spelling: Spelling) -> serde_json::Map<String, Json> {
    let value = Json::try_from(spelling.value(state.encode())).expect("everything is known");
    let Json::Object(members) = value else { panic!("an object") };
    members
        .into_iter()
        .filter(|(name, _)| !["managed", "managedTags", "version"].contains(&name.as_str()))
        .collect()
}

/// A user as this project's provider keeps it.
fn connect_user(state: &UserState) -> Json {
    let mut members = spelled(state, Spelling::SnakeCase);
    for block in ["identity_info", "phone_config"] {
        if let Some(value) = members.get_mut(block) {
            *value = json!([value.take()]);
        }
    }
    json!(members)
}

/// A user as HashiCorp's provider keeps it: without what that lacks.
fn aws_connect_user(state: &UserState) -> Json {
    let mut user = connect_user(state);
    let members = user.as_object_mut().expect("an object");
    members.retain(|name, _| !name.ends_with("_configs") && name != "user_proficiencies");
    for (block, lacks) in [("identity_info", "mobile"), ("phone_config", "persistent_connection")] {
        if let Some(block) = members.get_mut(block) {
            block[0].as_object_mut().expect("a block").remove(lacks);
        }
    }
    user
}

/// A user as `AWS::Connect::User` has it.
fn cloud_control(state: &UserState) -> Json {
    let arn = state.arn.split("/agent/").next().expect("an instance").to_owned();
    let of = |segment: &str, id: &Json| json!(format!("{arn}/{segment}/{}", id.as_str().expect("an id")));
    let mut found = serde_json::Map::new();
    for (name, value) in spelled(state, Spelling::PascalCase) {
        let (name, value) = match name.as_str() {
            "InstanceId" => ("InstanceArn", json!(arn)),
            "Name" => ("Username", value),
            "RoutingProfileId" => ("RoutingProfileArn", of("routing-profile", &value)),
            "HierarchyGroupId" => ("HierarchyGroupArn", of("agent-group", &value)),
            "SecurityProfileIds" => {
                let ids = value.as_array().expect("a list").iter().map(|id| of("security-profile", id));
                ("SecurityProfileArns", ids.collect())
            }
            "Tags" => {
                let tags = value.as_object().expect("tags").iter();
                ("Tags", tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect())
            }
            "Id" | "Arn" | "UserId" | "TagsAll" => continue,
            _ => (name.as_str(), value),
        };
        found.insert(name.to_owned(), value);
    }
    json!(found)
}

/// A user as `describe-user` answers.
fn described(state: &UserState) -> Json {
    let mut members = spelled(state, Spelling::PascalCase);
    for name in ["InstanceId", "TagsAll", "Id", "UserProficiencies"] {
        members.remove(name);
    }
    for (name, renamed) in [("Name", "Username"), ("UserId", "Id")] {
        let value = members.remove(name).expect("a member");
        members.insert(renamed.to_owned(), value);
    }
    json!({"User": members})
}

fn terraform(kind: &str, users: Vec<Json>) -> String {
    let instances: Vec<Json> = users
        .into_iter()
        .enumerate()
        .map(|(index, user)| json!({"index_key": index, "attributes": user}))
        .collect();
    json!({"version": 4, "lineage": "x", "serial": 1, "resources": [
        {"mode": "managed", "type": kind, "name": "floor", "instances": instances},
    ]})
    .to_string()
}

fn snake(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let snake = |name: &str| {
                let mut snake = connect_user::user::to_snake_case(name);
                if snake.starts_with('_') {
                    snake.remove(0);
                }
                snake
            };
            members
                .into_iter()
                .map(|(name, value)| (snake(&name), self::snake(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Json::Array(items) => items.into_iter().map(snake).collect(),
        leaf => leaf,
    }
}

/// The users as each tool has them.
fn files(states: &[UserState]) -> Vec<(&'static str, FileFormat, String)> {
    let each = |of: fn(&UserState) -> Json| states.iter().map(of).collect::<Vec<Json>>();
    let resources = states.iter().enumerate().map(|(index, state)| {
        (format!("User{index}"), json!({"Type": "AWS::Connect::User", "Properties": cloud_control(state)}))
    });
    let template = json!({"Resources": resources.collect::<serde_json::Map<_, _>>()});
    let stack = states.iter().map(|state| {
        let mut inputs = spelled(state, Spelling::CamelCase);
        ["id", "arn", "userId", "tagsAll"].iter().for_each(|name| drop(inputs.remove(*name)));
        json!({
            "urn": format!("urn:pulumi:live::centre::aws:connect/user:User::{}", state.name), "custom": true,
            "id": state.id().to_string(), "type": "aws:connect/user:User", "inputs": inputs, "outputs": {"arn": state.arn},
        })
    });
    let stack = json!({"version": 3, "deployment": {"resources": stack.collect::<Vec<_>>()}});
    let awscc = states.iter().map(|state| {
        let mut user = snake(cloud_control(state));
        user["id"] = json!(state.arn);
        user
    });
    let answers = each(described).iter().map(|answer| format!("{answer}\n")).collect();
    vec![
        ("connect_user", FileFormat::Terraform, terraform("connect_user", each(connect_user))),
        ("aws_connect_user", FileFormat::Terraform, terraform("aws_connect_user", each(aws_connect_user))),
        ("awscc_connect_user", FileFormat::Terraform, terraform("awscc_connect_user", awscc.collect())),
        ("template", FileFormat::CloudFormation, template.to_string()),
        ("stack", FileFormat::PulumiStack, stack.to_string()),
        ("answers", FileFormat::AwsCli, answers),
    ]
}

/// The same, made by this crate of an export with names.
async fn tables(states: &[UserState], connect: &MemoryConnect) -> Vec<(&'static str, FileFormat, String)> {
    let directory = Directory::read(&"i".into(), connect).await.expect("a directory");
    let mut file = UserFile::default();
    for state in states {
        let mut spec = state.to_spec(&Settings::default());
        directory.with_names(&mut spec);
        // A table has whole paths.
        let group = state.properties.hierarchy_group_id.as_ref();
        let path = group.and_then(|id| directory.name_of(Property::HierarchyGroupId, id.as_str()));
        spec.hierarchy_group_id = path.map(|path| Input::Known(format!("path:{path}").as_str().into()));
        file.users.push(connect_user::interop::file::FileUser::new(state.name.as_str(), spec.encode()));
    }
    let mut tables = Vec::new();
    for (name, format) in [("table", FileFormat::Csv), ("console", FileFormat::ConsoleCsv)] {
        let written = write(format, &file, &WriteOptions::default()).expect("a table");
        // A table has no column for a phone of the channel alone, and says so: its users then have none.
        let loses_phone = |found: &FileDiagnostic| found.diagnostic.message.contains("phoneNumberConfigs");
        if !written.diagnostics.iter().any(loses_phone) {
            tables.push((name, format, written.text));
        }
    }
    tables
}

async fn adopted(file: &UserFile, session: &mut Session<'_>) -> Adoption {
    adopt(file, session, &AdoptOptions::default()).await.expect("an adoption")
}

/// The actions that a plan of the file has, once its users are adopted.
async fn planned(file: &UserFile, session: &mut Session<'_>) -> Vec<Action> {
    let text = write(FileFormat::Program, file, &WriteOptions::default()).expect("a program").text;
    let program = Program::read(Source::new("users.yaml", text.as_str()), &[]).expect("a program");
    let mut deployment = Deployment::new(&program, session, DeploymentOptions::default());
    deployment.refresh(session).await.expect("read");
    let review = deployment.preview(session).await.expect("a review");
    assert!(review.is_valid(), "{:?}\n{text}", review.users);
    review.preview.users().iter().map(|user| user.action()).collect()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

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
            }
            assert_eq!(connect.writes(), [], "nothing was changed");
        });
    }
}

const JANE: &str = r#"{
    "instanceId": "i", "name": "jane", "routingProfileId": "r1", "securityProfileIds": ["s1"],
    "identityInfo": {"firstName": "Jane", "lastName": "Roe"}, "phoneConfig": {"phoneType": "SOFT_PHONE"}
}"#;

fn jane(name: &str) -> Json {
    let mut jane: Json = serde_json::from_str(JANE).expect("JSON");
    jane["name"] = json!(name);
    jane
}

const SAML: IdentityManagementType = IdentityManagementType::Saml;

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
