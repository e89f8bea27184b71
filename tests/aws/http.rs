//! The real SDK over real HTTP: the contract, and an apply over every fault of the wire.

use connect_user::{
    apply::{self, ApplyError, Failed, apply, delete},
    client::{
        ConnectClient, DeleteUser, Effect, ErrorKind, ListUsers, all_pages,
        aws::AwsConnect,
        conformance::{Fixture, check},
    },
    diff::{Plan, plan},
    read::refresh,
    user::{
        IdentityInfo, IdentityManagementType, Input, InstanceId, PhoneConfig, PhoneType, Settings, UserSpec,
        UserState,
    },
    validate::{Context, resolve},
};
use proptest::prelude::*;

use crate::{
    random::{any_kind, document},
    server::Server,
};

const KIND: IdentityManagementType = IdentityManagementType::ConnectManaged;
pub const MANAGED: &str = "1c2d=CONNECT_MANAGED";

/// What goes wrong on the wire, and what the caller hears of it.
const FAULTS: &[(&str, ErrorKind)] = &[
    ("reset-before", ErrorKind::Transport),
    ("reset-after", ErrorKind::Transport),
    ("cut", ErrorKind::Transport),
    ("hang", ErrorKind::Transport),
    ("malformed", ErrorKind::Service),
    ("empty", ErrorKind::Service),
    ("429/ThrottlingException", ErrorKind::Throttled),
    ("429/TooManyRequestsException", ErrorKind::Throttled),
    ("429/LimitExceededException", ErrorKind::QuotaExceeded),
    ("500/InternalServiceException", ErrorKind::Service),
    ("503/", ErrorKind::Service),
    ("403/AccessDeniedException", ErrorKind::AccessDenied),
];

pub fn instance() -> InstanceId {
    "1c2d".into()
}

pub fn spec(limit: i64) -> UserSpec {
    UserSpec::builder()
        .instance_id("1c2d")
        .name("jane")
        .password("Password123")
        .routing_profile_id("routing")
        .security_profile_ids(["security"])
        .identity_info(
            IdentityInfo::builder()
                .first_name("Jane")
                .last_name("Roe")
                .email("jane@example.com")
                .mobile("+16175550101")
                .build(),
        )
        .phone_config(
            PhoneConfig::builder()
                .phone_type(PhoneType::SoftPhone)
                .after_contact_work_time_limit(limit)
                .build(),
        )
        .tags([("team", "ops")])
        .build()
}

fn planned(spec: UserSpec, state: Option<&UserState>) -> Plan {
    planned_in(KIND, spec, state)
}

fn planned_in(kind: IdentityManagementType, spec: UserSpec, state: Option<&UserState>) -> Plan {
    let settings = Settings::builder().identity_management(kind).build();
    let context = Context::builder().settings(settings.clone()).maybe_prior(state).build();
    let desired = resolve(spec, &context).expect("valid").0;
    plan(desired, state, &settings).expect("a plan")
}

pub async fn run(
    client: &dyn ConnectClient,
    spec: UserSpec,
    state: Option<&UserState>,
) -> Result<UserState, Failed> {
    let done = apply(&planned(spec, state), state, client, &apply::ApplyOptions::default()).await?;
    Ok(done.state.expect("a user"))
}

/// Exactly one user, exactly as desired, and nothing left to do.
async fn check_whole(client: &AwsConnect, spec: &UserSpec, state: &UserState) {
    check_whole_in(KIND, client, spec, state).await;
}

async fn check_whole_in(
    kind: IdentityManagementType,
    client: &AwsConnect,
    spec: &UserSpec,
    state: &UserState,
) {
    assert_eq!(all_pages(client, ListUsers::new(state.instance_id.clone())).await.expect("listed").len(), 1);
    let fresh = refresh(client, state).await.expect("read").expect("there");
    let left = planned_in(kind, spec.clone(), Some(&fresh));
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test]
async fn the_sdk_keeps_the_contract() {
    let groups = ["--hierarchy-group", "group-1=Sales", "--hierarchy-group", "group-2=Sales/Europe"];
    let server = Server::start(&[&["--instance", MANAGED, "--hidden-reads", "2"][..], &groups].concat());
    let mut fixture = Fixture::new("1c2d");
    fixture.child_group = Some("group-2".into());
    let breaches = check(&server.connect(), &fixture).await;
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[tokio::test]
async fn every_fault_of_the_wire_is_survived() {
    let create = "CreateUser:1:";
    let phone = "UpdateUserPhoneConfig:1:";
    for (fault, kind) in FAULTS.iter().copied() {
        for operation in [create, phone] {
            let server = Server::start(&["--instance", MANAGED, "--fault", &format!("{operation}{fault}")]);
            let client = server.connect();
            let mut state = None;
            let mut failure = None;
            for limit in [30, 60, 60] {
                match run(&client, spec(limit), state.as_ref()).await {
                    Ok(done) => state = Some(done),
                    Err(failed) => {
                        let text = format!("{failed} {failed:?}");
                        for secret in ["Password123", "jane@example.com", "+16175550101"] {
                            assert!(!text.contains(secret), "{fault}: {secret}: {text}");
                        }
                        state = failed.state.map(|state| *state);
                        let ApplyError::Client(error) = failed.error else { panic!("{fault}: {text}") };
                        failure = Some(error);
                    }
                }
            }
            // A creation whose answer is lost is looked up and taken over: nobody hears of it. An update's
            // answer has no content, so that an empty one is as good as any.
            match failure {
                Some(error) => assert_eq!(error.kind(), kind, "{operation}{fault}: {error}"),
                None => assert!(
                    (operation == create && kind != ErrorKind::QuotaExceeded)
                        || matches!(fault, "empty" | "malformed" | "cut"),
                    "{operation}{fault}",
                ),
            }
            check_whole(&client, &spec(60), &state.expect("a user")).await;
        }
    }
}

#[tokio::test]
async fn somebody_else_s_change_is_seen_and_two_at_once_make_one_user() {
    let server = Server::start(&["--instance", MANAGED]);
    let (first, second) = (server.connect(), server.connect());
    let (spec_1, spec_2) = (spec(30), spec(30));
    let (one, other) = tokio::join!(run(&first, spec_1, None), run(&second, spec_2, None));
    let (one, other) = match (one, other) {
        (Ok(one), Err(other)) | (Err(other), Ok(one)) => (one, other),
        both => panic!("one makes it, and the other takes nobody over: {both:?}"),
    };
    let ApplyError::NotAdopted { id, .. } = &other.error else { panic!("{other}") };
    assert_eq!(id.user, one.user_id);
    check_whole(&first, &spec(30), &one).await;

    let changed = run(&second, spec(90), Some(&one)).await.expect("changed");
    let stale = planned(spec(60), Some(&one));
    let fresh = refresh(&first, &one).await.expect("read").expect("there");
    let refused =
        apply(&stale, Some(&fresh), &first, &apply::ApplyOptions::default()).await.expect_err("stale");
    assert_eq!(refused.to_string(), "the plan was made from another state of the user");
    assert_eq!(fresh.properties.phone, changed.properties.phone);

    let request = DeleteUser::new(instance(), one.user_id.clone());
    first.delete_user(&request).await.expect("deleted by somebody else");
    let failed = run(&first, spec(60), Some(&fresh)).await.expect_err("gone");
    assert!(matches!(&failed.error, ApplyError::Client(error) if error.kind() == ErrorKind::NotFound));
    assert!(!failed.certain, "nobody can say that it is still there");
    assert!(refresh(&first, &one).await.expect("read").is_none());
}

#[tokio::test]
async fn a_deletion_over_every_fault_of_the_wire_leaves_nobody() {
    for (fault, kind) in FAULTS {
        let server = Server::start(&["--instance", MANAGED, "--fault", &format!("DeleteUser:1:{fault}")]);
        let client = server.connect();
        let state = run(&client, spec(30), None).await.expect("a user");
        let options = apply::ApplyOptions::default();
        if let Err(failed) = delete(&state, &client, &Settings::default(), &options).await {
            let ApplyError::Client(error) = failed.error else { panic!("{fault}: {}", failed.error) };
            assert_eq!(error.kind(), *kind, "{fault}: {error}");
            let left = failed.state.expect("it may still be there");
            assert_eq!(left.user_id, state.user_id);
            delete(&left, &client, &Settings::default(), &options).await.expect("the second time");
        }
        assert!(all_pages(&client, ListUsers::new(instance())).await.expect("listed").is_empty(), "{fault}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_takes_nothing_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("service.json");
    let args = ["--instance", MANAGED, "--file", file.to_str().expect("a path")];
    let server = Server::start(&args);
    let client = server.connect();
    let state = run(&client, spec(30), None).await.expect("a user");
    // Without a connection from before, it is certain that nothing was sent.
    let client = server.connect();
    drop(server);
    let failed = run(&client, spec(60), Some(&state)).await.expect_err("nobody listens");
    let ApplyError::Client(error) = &failed.error else { panic!("{failed}") };
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unreachable, Effect::None));
    assert_eq!((failed.done, failed.certain), (0, true), "nothing was sent");
    assert_eq!(failed.state.as_deref().map(|left| &left.properties), Some(&state.properties));
    let server = Server::start(&args);
    let client = server.connect();
    let state = run(&client, spec(60), failed.state.as_deref()).await.expect("changed");
    check_whole(&client, &spec(60), &state).await;
}

#[tokio::test]
async fn two_who_change_one_user_at_once_lose_nothing() {
    let server = Server::start(&["--instance", MANAGED]);
    let (first, second) = (server.connect(), server.connect());
    let made = run(&first, spec(30), None).await.expect("a user");
    let mut theirs = spec(90);
    theirs.tags = Some(Input::Known([("team".to_owned(), "qa".into())].into()));
    let (one, other) =
        tokio::join!(run(&first, spec(60), Some(&made)), run(&second, theirs.clone(), Some(&made)));
    let (one, other) = (one.expect("changed"), other.expect("changed"));
    assert_eq!(one.user_id, other.user_id);
    // Whoever comes last finds what the other has left, and ends with what is desired.
    for (client, spec, known) in [(&first, spec(60), one), (&second, theirs, other)] {
        let fresh = refresh(client, &known).await.expect("read").expect("there");
        let state = run(client, spec.clone(), Some(&fresh)).await.expect("changed");
        check_whole(client, &spec, &state).await;
    }
}

#[tokio::test]
async fn a_plan_is_refused_where_somebody_was_faster() {
    let server = Server::start(&["--instance", MANAGED]);
    let client = server.connect();
    let options = apply::ApplyOptions::builder().check_prior_state(true).build();
    let state = run(&client, spec(30), None).await.expect("a user");

    let plan = planned(spec(60), Some(&state));
    let changed = run(&client, spec(90), Some(&state)).await.expect("changed by somebody else");
    let failed = apply(&plan, Some(&state), &client, &options).await.expect_err("stale");
    assert_eq!(failed.to_string(), "the plan was made from another state of the user");
    assert_eq!(failed.error.help(), "read the user again and make a new plan");
    assert_eq!((failed.done, failed.left.len(), failed.certain), (0, plan.steps().len(), true));
    let fresh = failed.state.expect("the user as it is");
    assert_eq!(fresh.properties.phone, changed.properties.phone);
    let plan = planned(spec(60), Some(&fresh));
    apply(&plan, Some(&fresh), &client, &options).await.expect("nobody was faster");

    let fresh = refresh(&client, &fresh).await.expect("read").expect("there");
    let plan = planned(spec(30), Some(&fresh));
    let request = DeleteUser::new(instance(), state.user_id.clone());
    client.delete_user(&request).await.expect("deleted by somebody else");
    // Long enough after its creation, who is not found is gone.
    let options = apply::ApplyOptions::builder()
        .check_prior_state(true)
        .visible_within(std::time::Duration::ZERO)
        .build();
    let failed = apply(&plan, Some(&fresh), &client, &options).await.expect_err("stale");
    assert!(matches!(failed.error, ApplyError::Stale), "{failed}");
    assert!(failed.state.is_none() && failed.certain, "there is none");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// From any user to any other, over a fault of the wire at any call, to exactly the desired user.
    #[test]
    fn a_second_run_finishes_the_work_over_http(
        (kind, before, after) in any_kind().prop_flat_map(|kind| {
            let names = proptest::sample::select(vec!["jane", "june"]);
            (Just(kind), document(kind, "jane"), names.prop_flat_map(move |name| document(kind, name)))
        }),
        operation in proptest::sample::select(vec![
            "CreateUser", "DescribeUser", "DeleteUser", "SearchUsers", "ListUserProficiencies", "UpdateUserIdentityInfo",
            "UpdateUserPhoneConfig", "UpdateUserConfig", "UpdateUserRoutingProfile", "UpdateUserSecurityProfiles",
            "UpdateUserHierarchy", "AssociateUserProficiencies", "DisassociateUserProficiencies",
            "UpdateUserProficiencies", "TagResource", "UntagResource",
        ]),
        occurrence in 1..3u32,
        fault in proptest::sample::select(vec![
            "reset-before", "reset-after", "cut", "malformed", "empty", "500/", "503/", "429/ThrottlingException",
        ]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start(&[
                "--instance", &format!("i={kind}"), "--fault", &format!("{operation}:{occurrence}:{fault}"),
            ]);
            let client = server.connect();
            let [before, after]: [UserSpec; 2] =
                [before, after].map(|document| serde_json::from_value(document).expect("a spec"));
            let mut state: Option<UserState> = None;
            for spec in [&before, &before, &after, &after, &after] {
                let plan = planned_in(kind, spec.clone(), state.as_ref());
                state = match apply(&plan, state.as_ref(), &client, &apply::ApplyOptions::default()).await {
                    Ok(done) => done.state,
                    Err(failed) => failed.state.map(|state| *state),
                };
                // One fault is all there is: reading fails once at most.
                if let Some(known) = &state {
                    state = match refresh(&client, known).await {
                        Ok(read) => read,
                        Err(_) => refresh(&client, known).await.expect("read"),
                    };
                }
            }
            check_whole_in(kind, &client, &after, &state.expect("a user")).await;
        });
    }
}
