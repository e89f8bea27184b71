//! Failures half-way, answers that were lost, and runs that were killed.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use connect_user::{
    apply::ObserveError,
    async_trait,
    client::{
        CancellationToken, ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    engine::{Journal, Kept, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType::Saml, Operation, Timestamp},
};
use serde_json::json;

use super::support::{changes, codes, create, diff, inputs, resource, service, text, update};

#[tokio::test]
async fn a_failure_gives_the_user_as_it_is_and_the_next_call_goes_on() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "hierarchyGroupId": "g1" }))).await;
    let desired = inputs(json!({ "hierarchyGroupId": "g2", "routingProfileId": "r2" }));
    connect.inject(Fault::of(Operation::UpdateUserHierarchy, 1, Outcome::Refused(ErrorKind::Throttled)));
    let failure = update(&resource, &user, &desired).await.expect_err("a refusal");
    assert_eq!((codes(&failure), failure.kind), (vec!["call-failed"], Some(ErrorKind::Throttled)));
    assert_eq!(failure.left, [Operation::UpdateUserHierarchy]);
    let there = *failure.snapshot.expect("the user");
    for value in [&there.inputs, &there.outputs] {
        assert_eq!(text(value, "routingProfileId").as_deref(), Some("r2"), "done");
        assert_eq!(text(value, "hierarchyGroupId").as_deref(), Some("g1"), "not done");
    }
    assert_eq!(changes(&diff(&resource, Some(&there), &desired).await), ["hierarchyGroupId"]);
    let done = update(&resource, &there, &desired).await.expect("the rest");
    assert!(diff(&resource, Some(&done), &desired).await.is_empty());
    assert_eq!(done.outputs, diff(&resource, Some(&done), &desired).await.outputs);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_by_the_next_call() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", Saml).with_hidden_time(Duration::from_secs(60)));
    let now = Timestamp::from(SystemTime::now());
    connect.set_time(now);
    let connect = Arc::new(connect);
    let desired = inputs(json!({}));
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    for occurrence in 2..=4 {
        connect.inject(Fault::of(Operation::CreateUser, occurrence, Outcome::NoAnswer));
    }
    let failure = resource(&connect).create(&desired, &ResourceOptions::default()).await.expect_err("lost");
    assert_eq!(codes(&failure), ["outcome-unknown"]);
    assert!(!failure.certain);
    let kept = failure.snapshot.expect("a record").kept.write();
    let uncertain = Snapshot::new(Kept::read(&kept).expect("a record"));
    assert!(uncertain.kept.is_uncertain() && uncertain.id().is_none());
    connect.clear_faults();
    // Until it can be seen, nobody knows; then it is found.
    let again = resource(&connect);
    let seen = again.read(&uncertain).await.expect("a reading").expect("a doubt");
    assert_eq!(seen.snapshot, uncertain);
    connect.set_time(now.plus(Duration::from_secs(61)));
    let found = again.read(&uncertain).await.expect("a reading").expect("a user").snapshot;
    assert!(!found.kept.is_uncertain());
    assert!(diff(&again, Some(&found), &desired).await.is_empty());
    assert_eq!(connect.users(&"i".into()).len(), 1);
    // The same without reading first.
    let planned = diff(&again, Some(&uncertain), &desired).await;
    assert_eq!(planned.action, Action::None);
    let updated = update(&again, &uncertain, &desired).await.expect("the user");
    assert_eq!(updated.id(), found.id());
    again.delete(&uncertain, &ResourceOptions::default()).await.expect("a deletion");
    assert!(connect.users(&"i".into()).is_empty());
}

#[tokio::test]
async fn a_creation_that_made_nobody_is_made_by_the_next_update() {
    let connect = service(Saml);
    let desired = inputs(json!({}));
    for occurrence in 1..=4 {
        connect.inject(Fault::of(Operation::CreateUser, occurrence, Outcome::NoAnswer));
    }
    let failure = resource(&connect).create(&desired, &ResourceOptions::default()).await.expect_err("lost");
    let uncertain = *failure.snapshot.expect("a record");
    connect.clear_faults();
    let again = resource(&connect);
    assert_eq!(diff(&again, Some(&uncertain), &desired).await.action, Action::Create);
    let made = update(&again, &uncertain, &desired).await.expect("a user");
    assert!(!made.kept.is_uncertain());
    assert_eq!(connect.users(&"i".into()).len(), 1);
}

/// Remembers what was written down, and stops the apply before a call.
#[derive(Default)]
struct Killed {
    texts: Mutex<Vec<String>>,
    left: Mutex<usize>,
}

#[async_trait]
impl Journal for Killed {
    async fn keep(&self, user: &Snapshot) -> Result<(), ObserveError> {
        self.texts.lock().expect("no panic").push(serde_json::to_string(user)?);
        let mut left = self.left.lock().expect("no panic");
        *left = left.checked_sub(1).ok_or("killed")?;
        Ok(())
    }
}

#[tokio::test]
async fn what_a_journal_has_is_enough_to_go_on() {
    let desired =
        inputs(json!({ "userProficiencies": [{ "attributeName": "a", "attributeValue": "v", "level": 3 }] }));
    for left in 0..4 {
        let connect = service(Saml);
        let journal = Killed { left: Mutex::new(left), ..Killed::default() };
        let options = ResourceOptions::builder().journal(&journal).build();
        let killed = resource(&connect).create(&desired, &options).await;
        assert!(killed.is_err() || left == 3, "{left}: {killed:?}");
        // The process is gone: only the journal is left.
        let stored = journal.texts.into_inner().expect("no panic").pop();
        let prior: Option<Snapshot> = stored.map(|text| serde_json::from_str(&text).expect("a user"));
        let again = resource(&connect);
        let user = match &prior {
            Some(prior) => update(&again, prior, &desired).await.expect("an update"),
            None => create(&again, &desired).await,
        };
        assert!(diff(&again, Some(&user), &desired).await.is_empty(), "{left}");
        assert_eq!(connect.users(&"i".into()).len(), 1, "{left}");
        assert_eq!(connect.users(&"i".into())[0].1.len(), 1, "{left}");
    }
}

#[tokio::test]
async fn what_was_done_before_a_kill_is_undone_where_it_is_not_wanted_any_more() {
    let first =
        inputs(json!({ "userProficiencies": [{ "attributeName": "a", "attributeValue": "v", "level": 3 }] }));
    for left in 1..4 {
        let connect = service(Saml);
        let journal = Killed { left: Mutex::new(left), ..Killed::default() };
        let options = ResourceOptions::builder().journal(&journal).build();
        let _ = resource(&connect).create(&first, &options).await;
        // What a call has done, nobody has written down.
        let before = journal.texts.into_inner().expect("no panic").swap_remove(left - 1);
        let prior: Snapshot = serde_json::from_str(&before).expect("a user");
        let (again, desired) = (resource(&connect), inputs(json!({ "tags": { "team": "ops" } })));
        let user = update(&again, &prior, &desired).await.expect("an update");
        assert!(diff(&again, Some(&user), &desired).await.is_empty(), "{left}");
        assert!(connect.users(&"i".into())[0].1.is_empty(), "{left}");
    }
}

#[tokio::test]
async fn a_cancelled_call_says_so_and_makes_no_further_call() {
    let connect = service(Saml);
    let token = CancellationToken::new();
    let resource = resource(&connect).with_cancellation(token.clone());
    let user = create(&resource, &inputs(json!({}))).await;
    token.cancel();
    connect.clear_calls();
    let failure = update(&resource, &user, &inputs(json!({ "routingProfileId": "r2" }))).await;
    let failure = failure.expect_err("cancelled");
    assert_eq!(failure.kind, Some(ErrorKind::Cancelled));
    assert!(failure.certain && failure.snapshot.is_some());
    assert!(connect.calls().is_empty());
}

#[tokio::test]
async fn a_user_is_deleted_with_what_little_there_is() {
    let connect = service(Saml);
    for prior in [
        |user: &Snapshot| user.clone(),
        |user: &Snapshot| Snapshot::of(&user.id().expect("an id").to_string()).expect("an id"),
        |user: &Snapshot| Snapshot::new(Kept::default()).with_outputs(user.outputs.clone()),
    ] {
        let resource = resource(&connect);
        let user = create(&resource, &inputs(json!({}))).await;
        resource.delete(&prior(&user), &ResourceOptions::default()).await.expect("a deletion");
        assert!(connect.users(&"i".into()).is_empty());
        resource.delete(&prior(&user), &ResourceOptions::default()).await.expect("it is gone already");
    }
    let user = create(&resource(&connect), &inputs(json!({}))).await;
    let protected = ResourceOptions::builder().protect(true).build();
    let failure = resource(&connect).delete(&user, &protected).await.expect_err("protected");
    assert_eq!(codes(&failure), ["protected"]);
}

#[tokio::test]
async fn nobody_is_taken_over_unasked() {
    let connect = service(Saml);
    let desired = inputs(json!({}));
    let user = create(&resource(&connect), &desired).await;
    let failure = resource(&connect).create(&desired, &ResourceOptions::default()).await.expect_err("taken");
    assert_eq!(codes(&failure), ["name-taken"]);
    assert!(failure.snapshot.is_none());
    let adopting = resource(&connect).with_adoption(true);
    let applied = adopting.create(&desired, &ResourceOptions::default()).await.expect("taken over");
    assert_eq!(applied.snapshot.id(), user.id());
    assert_eq!(applied.diagnostics.last().map(|note| note.code.as_str()), Some("taken-over"));
    // Whoever had it before must not delete it now.
    let notes = adopting.delete(&user, &ResourceOptions::default()).await.expect("a note");
    assert_eq!(notes[0].code, "taken-over");
    assert_eq!(connect.users(&"i".into()).len(), 1);
}

#[tokio::test]
async fn a_name_is_waited_for_while_its_user_leaves() {
    let connect = service(Saml);
    let resource = resource(&connect).with_sleep(Arc::new(Yield));
    let user = create(&resource, &inputs(json!({}))).await;
    let (desired, options) = (inputs(json!({ "routingProfileId": "r2" })), ResourceOptions::default());
    // An engine that creates before it deletes, although the name stays.
    let (created, deleted) =
        tokio::join!(resource.create(&desired, &options), resource.delete(&user, &options));
    deleted.expect("a deletion");
    assert_ne!(created.expect("a creation").snapshot.id(), user.id());
}

/// Time that passes at once, while others have their turn.
struct Yield;

#[async_trait]
impl connect_user::client::Sleep for Yield {
    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn somebody_elses_change_ends_an_update_unless_it_makes_no_difference() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({}))).await;
    let id = user.kept.state().expect("a state").user_id.clone();
    let desired = inputs(json!({ "routingProfileId": "r2" }));
    connect.edit_user(&"i".into(), &id, |user, _| user.hierarchy_group_id = Some("g1".into()));
    let updated = update(&resource, &user, &desired).await.expect("nobody manages the group");
    connect.edit_user(&"i".into(), &id, |user, _| user.routing_profile_id = "r9".into());
    let failure = update(&resource, &updated, &inputs(json!({ "routingProfileId": "r3" }))).await;
    let failure = failure.expect_err("stale");
    assert_eq!(codes(&failure), ["stale"]);
    let changed: Vec<String> = failure.diagnostics[0].related.iter().map(ToString::to_string).collect();
    assert_eq!(changed, ["routingProfileId"]);
    let there = failure.snapshot.expect("the user");
    assert_eq!(text(&there.outputs, "routingProfileId").as_deref(), Some("r9"));
}

#[tokio::test]
async fn a_user_that_is_gone_is_no_update() {
    let connect = service(Saml);
    let resource: Resource = resource(&connect);
    let user = create(&resource, &inputs(json!({}))).await;
    super::support::resource(&connect).delete(&user, &ResourceOptions::default()).await.expect("a deletion");
    let failure = update(&resource, &user, &inputs(json!({ "routingProfileId": "r2" }))).await;
    let failure = failure.expect_err("gone");
    assert_eq!(codes(&failure), ["stale"]);
    assert!(failure.snapshot.is_none());
}
