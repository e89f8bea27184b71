//! Names that change hands, under an engine that deletes what it has replaced after everything else.

use std::{sync::Arc, time::Duration};

use connect_user::{
    client::{
        CancellationToken, ErrorKind, TokioTimer,
        memory::{Fault, MemoryConnect, Outcome},
    },
    diff::ReplacementOrder::{CreateBeforeDelete, DeleteBeforeCreate},
    engine::{Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType::Saml, InstanceId, Operation},
};
use serde_json::json;

use super::support::{codes, create, diff, inputs, resource, service};

fn late(connect: &Arc<MemoryConnect>) -> Resource {
    resource(connect).with_late_deletions(true).with_sleep(Arc::new(TokioTimer::default()))
}

fn named(name: &str) -> connect_user::user::Value {
    inputs(json!({ "name": name }))
}

/// Two users: `a` is to get the name of `b`, and `b` that nobody has.
async fn chain(users: &Resource) -> (Snapshot, Snapshot) {
    let (a, b) = (create(users, &named("jane")).await, create(users, &named("joan")).await);
    for (prior, name) in [(&b, "jill"), (&a, "joan"), (&b, "jill")] {
        diff(users, Some(prior), &named(name)).await;
    }
    (a, b)
}

/// Deletes one and makes another, as the engine does where the plan says so.
async fn again(users: &Resource, prior: &Snapshot, name: &str) -> Result<Snapshot, Vec<&'static str>> {
    let options = ResourceOptions::default();
    users.delete(prior, &options).await.map_err(|failure| codes(&failure))?;
    let made = users.create(&named(name), &options).await.map_err(|failure| codes(&failure))?;
    Ok(made.snapshot)
}

fn names(connect: &MemoryConnect) -> Vec<String> {
    let mut names: Vec<String> =
        connect.users(&InstanceId::new("i")).into_iter().map(|(user, _)| user.name).collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn two_users_exchange_their_names() {
    let connect = service(Saml);
    let users = late(&connect);
    let (a, b) = (create(&users, &named("jane")).await, create(&users, &named("joan")).await);
    for (prior, name) in [(&a, "joan"), (&b, "jane")] {
        assert_eq!(diff(&users, Some(prior), &named(name)).await.replacement, Some(DeleteBeforeCreate));
    }
    let (a, b) = tokio::join!(again(&users, &a, "joan"), again(&users, &b, "jane"));
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    assert_eq!(names(&connect), ["jane", "joan"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_has_is_no_reason_to_delete_first() {
    let connect = service(Saml);
    let users = late(&connect);
    let a = create(&users, &named("jane")).await;
    let planned = diff(&users, Some(&a), &named("janet")).await;
    assert_eq!(planned.replacement, Some(CreateBeforeDelete));
    users.create(&named("janet"), &ResourceOptions::default()).await.expect("made");
    users.delete(&a, &ResourceOptions::default()).await.expect("deleted");
    assert_eq!(names(&connect), ["janet"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_keeps_costs_nobody() {
    let connect = service(Saml);
    let users = late(&connect);
    let (a, b) = (create(&users, &named("jane")).await, create(&users, &named("joan")).await);
    diff(&users, Some(&a), &named("joan")).await;
    assert!(diff(&users, Some(&b), &named("joan")).await.is_empty());
    assert_eq!(again(&users, &a, "joan").await.expect_err("kept"), ["name-taken"]);
    assert_eq!(names(&connect), ["jane", "joan"]);
}

#[tokio::test(start_paused = true)]
async fn two_users_who_are_to_get_one_name_are_not_both_deleted() {
    for instance in ["i", "arn:aws:connect:us-east-1:123456789012:instance/i"] {
        let connect = service(Saml);
        let users = late(&connect);
        let [a, b, c] = ["jane", "joan", "jim"].map(named);
        let (a, b, c) = (create(&users, &a).await, create(&users, &b).await, create(&users, &c).await);
        let jim = inputs(json!({ "name": "jim", "instanceId": instance }));
        for (prior, desired) in [(&a, named("jim")), (&b, jim), (&c, named("jane"))] {
            assert_eq!(diff(&users, Some(prior), &desired).await.replacement, Some(DeleteBeforeCreate));
        }
        let (a, b, c) =
            tokio::join!(again(&users, &a, "jim"), again(&users, &b, "jim"), again(&users, &c, "jane"));
        assert!(a.is_ok() && c.is_ok(), "{a:?} {c:?}");
        assert_eq!(b.expect_err("kept"), ["name-taken"], "{instance}");
        assert_eq!(names(&connect), ["jane", "jim", "joan"]);
    }
}

/// The engine comes to the second one when the name is free already, and the first one is still to be made.
#[tokio::test(start_paused = true)]
async fn a_name_that_was_freed_for_one_user_is_not_taken_by_another() {
    let connect = service(Saml);
    let users = late(&connect);
    let [a, b, c] = ["jane", "joan", "jim"].map(named);
    let (a, b, c) = (create(&users, &a).await, create(&users, &b).await, create(&users, &c).await);
    for (prior, desired) in [(&a, "jim"), (&c, "jane")] {
        assert_eq!(diff(&users, Some(prior), &named(desired)).await.replacement, Some(DeleteBeforeCreate));
    }
    let options = ResourceOptions::default();
    let (first, second) = tokio::join!(users.delete(&a, &options), users.delete(&c, &options));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(diff(&users, Some(&b), &named("jim")).await.replacement, Some(DeleteBeforeCreate));
    let made = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        (users.create(&named("jim"), &options).await, users.create(&named("jane"), &options).await)
    };
    let (b, (jim, jane)) = tokio::join!(again(&users, &b, "jim"), made);
    assert_eq!(b.expect_err("kept"), ["name-taken"]);
    assert!(jim.is_ok() && jane.is_ok(), "{jim:?} {jane:?}");
    assert_eq!(names(&connect), ["jane", "jim", "joan"]);
}

#[tokio::test(start_paused = true)]
async fn a_user_is_deleted_once_the_name_is_free_and_not_before() {
    let connect = service(Saml);
    let users = late(&connect);
    let (a, b) = chain(&users).await;
    let slowly = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        again(&users, &b, "jill").await
    };
    let (a, b) = tokio::join!(again(&users, &a, "joan"), slowly);
    assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
    assert_eq!(names(&connect), ["jill", "joan"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_deleted_for_a_name_whose_holder_could_not_be() {
    let connect = service(Saml);
    let users = late(&connect);
    let (a, b) = chain(&users).await;
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let (a, b) = tokio::join!(again(&users, &a, "joan"), again(&users, &b, "jill"));
    assert_eq!((a.expect_err("kept"), b.expect_err("denied")), (vec!["name-taken"], vec!["call-failed"]));
    assert_eq!(names(&connect), ["jane", "joan"]);
    assert_eq!(connect.writes().iter().filter(|write| **write == Operation::DeleteUser).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_deleted_for_the_name_of_a_protected_user() {
    for is_circle in [false, true] {
        let connect = service(Saml);
        let users = late(&connect);
        let (a, b) = chain(&users).await;
        if is_circle {
            diff(&users, Some(&b), &named("jane")).await;
        }
        let mut protected = ResourceOptions::default();
        protected.protect = true;
        let (a, b) = tokio::join!(again(&users, &a, "joan"), users.delete(&b, &protected));
        assert_eq!(a.expect_err("kept"), ["name-taken"]);
        assert_eq!(codes(&b.expect_err("protected")), ["protected"]);
        assert_eq!(names(&connect), ["jane", "joan"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_cancelled_or_out_of_time_says_so() {
    let connect = service(Saml);
    let token = CancellationToken::new();
    let users = late(&connect).with_cancellation(token.clone());
    let (a, _) = chain(&users).await;
    let options = ResourceOptions::default();
    let delete = || users.delete(&a, &options);
    let late = users.within(Some(Duration::from_secs(2)), delete()).await.expect_err("out of time");
    let (reason, kind) = (late.to_string(), late.kind);
    assert!(reason.starts_with("the user `jane` is not deleted: "), "{reason}");
    assert!(reason.contains("the timeout of `2s` is over"), "{reason}");
    assert_eq!(kind, Some(ErrorKind::Cancelled));
    let (cancelled, ()) = tokio::join!(delete(), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        token.cancel();
    });
    let cancelled = cancelled.expect_err("cancelled");
    assert_eq!((cancelled.kind, codes(&cancelled)), (Some(ErrorKind::Cancelled), vec!["call-failed"]));
    assert_eq!(names(&connect), ["jane", "joan"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_waits_for_nobody_who_was_made_before_the_old_one_was_deleted() {
    let connect = service(Saml);
    let users = late(&connect);
    let options = ResourceOptions::default();
    let (a, b) = (create(&users, &named("jane")).await, create(&users, &named("joan")).await);
    let c = create(&users, &named("jim")).await;
    for (prior, name) in [(&a, "janet"), (&b, "jim")] {
        diff(&users, Some(prior), &named(name)).await;
    }
    diff(&users, Some(&c), &named("jim")).await;
    users.create(&named("janet"), &options).await.expect("made");
    users.delete(&a, &options).await.expect("deleted");
    let begun = tokio::time::Instant::now();
    assert_eq!(again(&users, &b, "jim").await.expect_err("kept"), ["name-taken"]);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn without_a_clock_nothing_is_waited_for() {
    let connect = service(Saml);
    let users = resource(&connect).with_late_deletions(true);
    let (a, b) = (create(&users, &named("jane")).await, create(&users, &named("joan")).await);
    for (prior, name) in [(&a, "joan"), (&b, "jane")] {
        diff(&users, Some(prior), &named(name)).await;
    }
    assert_eq!(again(&users, &a, "joan").await.expect_err("kept"), ["name-taken"]);
    assert_eq!(names(&connect), ["jane", "joan"]);
}
