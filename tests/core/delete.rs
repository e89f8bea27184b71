//! Deleting a user of which a host has a reference left, and no state.

use std::{collections::BTreeSet, time::Duration};

use connect_user::{
    apply::{Applied, ApplyError, ApplyOptions, Failed, UserReference, delete, delete_by_reference},
    client::{
        ConnectClient, CreateUser, ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    user::{
        Arn, Code, Identity, IdentityManagementType, ImportId, Operation, Phone, SecurityProfileId, Settings,
        UserState,
    },
};

/// A service with the users `ann` and `bob`.
async fn service() -> (MemoryConnect, UserState) {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", IdentityManagementType::Saml)
            .with_routing_profiles(["r1"])
            .with_security_profiles(["s1"]),
    );
    for name in ["ann", "bob"] {
        let request = CreateUser::new("i", name, "r1", BTreeSet::from([SecurityProfileId::new("s1")]))
            .identity(Identity::builder().first_name("A").last_name("B").build())
            .phone(Phone::default());
        connect.create_user(&request).await.expect("made");
    }
    let ann = connect_user::read::find_by_name(&connect, &"i".into(), "ann", true).await;
    connect.clear_calls();
    (connect, ann.expect("read").expect("there"))
}

async fn delete_it(reference: &UserReference, connect: &MemoryConnect) -> Result<Applied, Failed> {
    delete_by_reference(reference, connect, &Settings::default(), &ApplyOptions::default()).await
}

fn names(connect: &MemoryConnect) -> Vec<String> {
    connect.users(&"i".into()).into_iter().map(|(user, _)| user.name).collect()
}

fn arn(text: &str) -> UserReference {
    UserReference::arn(text.parse::<Arn>().expect("an ARN")).expect("the ARN of a user")
}

#[tokio::test]
async fn an_id_an_arn_or_a_name_deletes_its_user_and_no_other() {
    let (_, ann) = service().await;
    let references = [
        UserReference::id(&ann.id()),
        UserReference::id(&ann.id()).with_name("ann"),
        arn(&ann.arn),
        UserReference::name("i", "ann"),
    ];
    for reference in references {
        let (connect, _) = service().await;
        let done = delete_it(&reference, &connect).await.expect("deleted");
        assert_eq!(
            (done.state, done.steps, names(&connect)),
            (None, 1, vec!["bob".to_owned()]),
            "{reference:?}"
        );
        // Again: it is gone, which the instance confirms.
        connect.clear_calls();
        let again = delete_it(&reference, &connect).await.expect("it is gone");
        assert_eq!((again.steps, names(&connect).len()), (0, 1), "{reference:?}");
        assert!(connect.calls().iter().any(|call| call.operation == Operation::DescribeInstance));
    }
}

#[tokio::test]
async fn nobody_is_deleted_who_is_not_what_the_reference_says() {
    let (connect, ann) = service().await;
    let elsewhere = ann.arn.replace("us-east-1", "eu-west-2");
    assert_ne!(elsewhere, ann.arn);
    for reference in [arn(&elsewhere), UserReference::id(&ann.id()).with_name("anna")] {
        let failed = delete_it(&reference, &connect).await.expect_err("another user");
        assert!(matches!(failed.error, ApplyError::UserMismatch { .. }), "{failed}");
        assert!(!failed.error.help().is_empty());
    }
    let owned = [ann.user_id.clone()];
    let options = ApplyOptions::builder().owned(&owned).build();
    let by_name = UserReference::name("i", "ann");
    let failed = delete_by_reference(&by_name, &connect, &Settings::default(), &options).await;
    assert_eq!(
        failed.expect_err("it is managed").to_string(),
        format!("the user `ann` was not deleted: the user `{}` is managed as another resource", ann.id())
    );
    let protect = Settings::builder().protect(true).build();
    let failed = delete_by_reference(&by_name, &connect, &protect, &ApplyOptions::default()).await;
    let ApplyError::Refused(refused) = failed.expect_err("it is protected").error else { panic!("refused") };
    assert_eq!(refused.diagnostics()[0].code, Code::PROTECTED);
    assert_eq!(names(&connect).len(), 2);
}

#[tokio::test]
async fn a_user_is_gone_only_where_its_instance_is_there() {
    let (connect, ann) = service().await;
    let id: ImportId = format!("j:{}", ann.user_id).parse().expect("an id");
    for reference in [UserReference::id(&id), UserReference::name("j", "ann")] {
        let failed = delete_it(&reference, &connect).await.expect_err("no such instance");
        assert!(matches!(failed.error, ApplyError::Client(_)), "{failed}");
    }
    assert!(
        UserReference::arn("arn:aws:connect:us-east-1:123456789012:instance/i".parse().expect("an ARN"))
            .is_none()
    );
}

#[tokio::test]
async fn a_lost_answer_where_the_instance_is_not_is_no_deletion() {
    let (connect, ann) = service().await;
    let elsewhere = MemoryConnect::new();
    elsewhere.add_instance(MemoryInstance::new("j", IdentityManagementType::Saml));
    for (outcome, certain) in [(Outcome::NoAnswer, false), (Outcome::Refused(ErrorKind::NotFound), true)] {
        elsewhere.inject(Fault::of(Operation::DeleteUser, 1, outcome));
        let failed = delete(&ann, &elsewhere, &Settings::default(), &ApplyOptions::default()).await;
        let failed = failed.expect_err("no such instance");
        let kind = failed.error.client().map(|error| error.kind());
        assert_eq!((kind, failed.certain), (Some(ErrorKind::NotFound), certain), "{failed}");
        assert_eq!(failed.state.map(|state| state.user_id), Some(ann.user_id.clone()), "{outcome:?}");
        elsewhere.clear_faults();
    }
    // Where the instance is, nobody has to answer twice.
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::AnswerLost));
    let done = delete(&ann, &connect, &Settings::default(), &ApplyOptions::default()).await;
    assert_eq!((done.expect("deleted").state, names(&connect)), (None, vec!["bob".to_owned()]));
}

#[tokio::test]
async fn a_user_that_was_just_created_and_cannot_be_found_is_not_taken_for_deleted() {
    let connect = MemoryConnect::new();
    let hidden = MemoryInstance::new("i", IdentityManagementType::Saml)
        .with_routing_profiles(["r1"])
        .with_security_profiles(["s1"])
        .with_hidden_time(Duration::from_secs(20));
    connect.add_instance(hidden);
    let request = CreateUser::new("i", "ann", "r1", BTreeSet::from([SecurityProfileId::new("s1")]))
        .identity(Identity::builder().first_name("A").last_name("B").build())
        .phone(Phone::default());
    let user = connect.create_user(&request).await.expect("made").user_id;
    let created = connect.time();
    let now = || connect.time();
    let options = ApplyOptions::builder().now(&now).build();
    let by_id = || UserReference::id(&ImportId::new(&"i".into(), &user));
    for reference in [by_id(), UserReference::name("i", "ann")] {
        let recent = reference.clone().created(created);
        let failed = delete_by_reference(&recent, &connect, &Settings::default(), &options).await;
        let error = failed.expect_err("it may be there").error;
        assert!(matches!(error, ApplyError::NotVisible { .. }), "{error}");
        assert!(!error.help().is_empty());
    }
    assert_eq!(names(&connect), ["ann"]);

    connect.set_time(created.plus(Duration::from_secs(30)));
    let found = by_id().created(created);
    delete_by_reference(&found, &connect, &Settings::default(), &options).await.expect("deleted");
    assert_eq!(names(&connect), [""; 0]);
    // Long after its creation, whoever is not found is gone.
    connect.set_time(created.plus(Duration::from_secs(600)));
    delete_by_reference(&found, &connect, &Settings::default(), &options).await.expect("it is gone");
}
