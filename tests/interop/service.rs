//! A service in memory beside what is recorded: users that were created, adopted and planned.

use std::{sync::Arc, time::Duration};

use connect_user::{
    apply::apply,
    client::{
        Rate, RetryPolicy, TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryInstance},
    },
    diff::{Action, plan},
    fleet::{MemoryStore, Session, SessionOptions},
    interop::{
        Deployment, DeploymentOptions,
        file::{AdoptOptions, Adoption, FileFormat, UserFile, WriteOptions, adopt, write},
        program::{Program, Source},
    },
    user::{IdentityManagementType, Settings, UserState},
    validate::{Context, resolve_document},
};
use serde_json::{Value as Json, json};

pub fn service(kind: IdentityManagementType) -> MemoryConnect {
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

pub fn session<'a>(store: &'a MemoryStore, connect: &'a MemoryConnect) -> Session<'a> {
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

pub async fn adopted(file: &UserFile, session: &mut Session<'_>) -> Adoption {
    adopt(file, session, &AdoptOptions::default()).await.expect("an adoption")
}

/// The actions that a plan of the file has, once its users are adopted.
pub async fn planned(file: &UserFile, session: &mut Session<'_>) -> Vec<Action> {
    let text = write(FileFormat::Program, file, &WriteOptions::default()).expect("a program").text;
    let program = Program::read(Source::new("users.yaml", text.as_str()), &[]).expect("a program");
    let mut deployment = Deployment::new(&program, session, DeploymentOptions::default());
    deployment.refresh(session).await.expect("read");
    let review = deployment.preview(session).await.expect("a review");
    assert!(review.is_valid(), "{:?}\n{text}", review.users);
    review.preview.users().iter().map(|user| user.action()).collect()
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

const JANE: &str = r#"{
    "instanceId": "i", "name": "jane", "routingProfileId": "r1", "securityProfileIds": ["s1"],
    "identityInfo": {"firstName": "Jane", "lastName": "Roe"}, "phoneConfig": {"phoneType": "SOFT_PHONE"}
}"#;

pub fn jane(name: &str) -> Json {
    let mut jane: Json = serde_json::from_str(JANE).expect("JSON");
    jane["name"] = json!(name);
    jane
}

pub const SAML: IdentityManagementType = IdentityManagementType::Saml;
