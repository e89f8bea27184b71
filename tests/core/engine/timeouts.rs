//! Calls that must end within a time: what was done is told, and the next call continues.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use connect_user::{
    client::{
        ApiCall, Around, ClientError, ClientResult, Decorated, ErrorKind, Next, Paced, Rate, RetryPolicy,
        Retrying, TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryInstance},
        within,
    },
    engine::{Naming, Resource, ResourceOptions},
    read::RefreshOptions,
    user::{IdentityManagementType::Saml, Operation, Settings},
};
use serde_json::json;
use tokio::time::Instant;

use super::support::{changes, create, diff, inputs, resource, service, text, update};

const TIME: Duration = Duration::from_secs(5);

/// A service that is slow, or busy, for one operation.
#[derive(Clone, Debug)]
struct Slow {
    operation: Operation,
    takes: Duration,
    throttles: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
}

impl Slow {
    fn new(operation: Operation, takes: Duration, throttles: bool) -> Self {
        Self { operation, takes, throttles: Arc::new(throttles.into()), calls: Arc::default() }
    }
}

impl Around for Slow {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        if call.operation() != self.operation {
            return next.call().await;
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(self.takes).await;
        match self.throttles.load(Ordering::Relaxed) {
            true => Err(ClientError::new(call.operation(), ErrorKind::Throttled)),
            false => next.call().await,
        }
    }
}

/// The resource as a host builds it: pace, retries, a clock.
fn hosted(connect: &Arc<MemoryConnect>, slow: &Slow, rate: Rate) -> Resource {
    let timer = Arc::new(TokioTimer::default());
    let pace = Arc::new(TokenBuckets::new(rate, timer.clone()));
    let paced = Paced::new(Decorated::with(connect.clone(), slow.clone()), pace);
    let mut policy = RetryPolicy::default();
    policy.total = Duration::from_secs(3_600);
    let client = Retrying::new(paced, policy, timer.clone());
    Resource::new(client, Settings::default()).with_sleep(timer)
}

fn fast() -> Rate {
    Rate::per_second(10_000.0, 1_000).expect("a rate")
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_ends_the_update_in_time_and_the_next_one_finishes() {
    let connect = service(Saml);
    let user = create(&resource(&connect), &inputs(json!({ "hierarchyGroupId": "g1" }))).await;
    let slow = Slow::new(Operation::UpdateUserRoutingProfile, Duration::ZERO, true);
    let users = hosted(&connect, &slow, fast());
    let desired = inputs(json!({ "routingProfileId": "r2", "hierarchyGroupId": "g2" }));

    let begun = Instant::now();
    let failure = users.within(Some(TIME), update(&users, &user, &desired)).await.expect_err("busy");
    assert!((TIME..TIME + Duration::from_secs(1)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    let reason = failure.to_string();
    let expected =
        "the timeout of `5s` is over, and not tried again: `UpdateUserRoutingProfile` failed, too many";
    assert!(reason.starts_with(expected), "{reason}");
    assert_eq!(failure.left.first(), Some(&Operation::UpdateUserRoutingProfile));

    slow.throttles.store(false, Ordering::Relaxed);
    let user = *failure.snapshot.expect("the user as it is");
    let users = hosted(&connect, &slow, fast());
    let left = changes(&diff(&users, Some(&user), &desired).await);
    assert!(left.contains(&"routingProfileId".to_owned()), "{left:?}");
    let user = users.within(Some(TIME), update(&users, &user, &desired)).await.expect("done");
    assert!(diff(&users, Some(&user), &desired).await.is_empty());
    let (routing, group) = (text(&user.outputs, "routingProfileId"), text(&user.outputs, "hierarchyGroupId"));
    assert_eq!((routing.as_deref(), group.as_deref()), (Some("r2"), Some("g2")));
}

#[tokio::test(start_paused = true)]
async fn a_call_on_its_way_is_awaited_and_no_other_is_sent() {
    let connect = service(Saml);
    let slow = Slow::new(Operation::CreateUser, Duration::from_secs(20), false);
    let users = hosted(&connect, &slow, fast());
    let desired = inputs(json!({ "userProficiencies": [] }));
    let begun = Instant::now();
    let options = ResourceOptions::default();
    let created = users.within(Some(TIME), users.create(&desired, &options)).await;
    assert_eq!(begun.elapsed().as_secs(), 20, "the answer is awaited");
    let user = match created {
        Ok(created) => created.snapshot,
        Err(failure) => *failure.snapshot.expect("the user that was made"),
    };
    assert!(user.id().is_some());
    let users = hosted(&connect, &slow, fast());
    let user = update(&users, &user, &desired).await.expect("the rest");
    assert!(diff(&users, Some(&user), &desired).await.is_empty());
    assert_eq!(slow.calls.load(Ordering::Relaxed), 1, "nobody is made twice");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_ends_in_time_and_bounds_nobody_else() {
    let connect = service(Saml);
    let slow = Slow::new(Operation::CreateUser, Duration::ZERO, false);
    let users = hosted(&connect, &slow, Rate::per_second(0.01, 1).expect("a rate"));
    let (options, one, other) =
        (ResourceOptions::default(), inputs(json!({})), inputs(json!({ "name": "john" })));
    let begun = Instant::now();
    let (one, (other, ended)) = tokio::join!(users.create(&one, &options), async {
        let created = users.within(Some(TIME), users.create(&other, &options)).await;
        (created, begun.elapsed())
    });
    assert!(one.is_ok(), "{one:?}");
    assert!(ended < TIME + Duration::from_secs(1), "the turn would have come after 100 seconds: {ended:?}");
    let failure = other.expect_err("no turn");
    assert!(failure.to_string().contains("the timeout of `5s` is over"), "{failure}");
    assert_eq!(failure.kind, Some(ErrorKind::Cancelled));
    assert!(failure.snapshot.is_none(), "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn the_shorter_of_two_times_counts_and_none_is_no_bound() {
    let connect = service(Saml);
    let slow = Slow::new(Operation::DescribeUser, Duration::ZERO, true);
    let user = create(&resource(&connect), &inputs(json!({}))).await;
    let users = hosted(&connect, &slow, fast());
    let timer = TokioTimer::default();
    for (outer, inner) in [(2, 60), (60, 2)] {
        let begun = Instant::now();
        let id = user.id().expect("an id").to_string();
        let read = users.within(Some(Duration::from_secs(inner)), users.import(&id));
        let failure = within(Duration::from_secs(outer), &timer, read).await.expect_err("busy");
        let expected = "the timeout of `2s` is over, and not tried again";
        assert!(failure.to_string().contains(expected), "{failure}");
        assert_eq!(begun.elapsed().as_secs(), 2);
    }
    let waiting = users.within(None, users.read(&user));
    assert!(tokio::time::timeout(Duration::from_secs(600), waiting).await.is_err(), "nothing ends it");
}

/// After a while, the service is no longer busy.
async fn recovers(slow: &Slow, after: u64) {
    tokio::time::sleep(Duration::from_secs(after)).await;
    slow.throttles.store(false, Ordering::Relaxed);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_the_same_answer_is_not_ended_by_anothers_time() {
    let connect = service(Saml);
    let slow = Slow::new(Operation::DescribeInstance, Duration::ZERO, true);
    let users = hosted(&connect, &slow, fast());
    let (options, one, other) =
        (ResourceOptions::default(), inputs(json!({})), inputs(json!({ "name": "john" })));
    let (late, made, ()) = tokio::join!(
        users.within(Some(TIME), users.create(&one, &options)),
        users.create(&other, &options),
        recovers(&slow, 60)
    );
    assert!(late.expect_err("busy").to_string().contains("the timeout of `5s` is over"));
    made.expect("it has all the time");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_answer_that_another_asks_for_ends_in_time() {
    let connect = service(Saml);
    let slow = Slow::new(Operation::DescribeInstance, Duration::from_secs(100), false);
    let users = hosted(&connect, &slow, fast());
    let (options, one, other) =
        (ResourceOptions::default(), inputs(json!({})), inputs(json!({ "name": "john" })));
    let begun = Instant::now();
    let (made, (late, ended)) = tokio::join!(users.create(&one, &options), async {
        let created = users.within(Some(TIME), users.create(&other, &options)).await;
        (created, begun.elapsed())
    });
    made.expect("it has all the time");
    assert!(ended < TIME + Duration::from_secs(1), "{ended:?}");
    let failure = late.expect_err("no answer");
    assert!(failure.to_string().contains("the timeout of `5s` is over"), "{failure}");
    assert_eq!(slow.calls.load(Ordering::Relaxed), 1, "asked once");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_ended_for_one_is_asked_for_again() {
    let connect = service(Saml);
    let user = create(&resource(&connect), &inputs(json!({}))).await;
    resource(&connect).delete(&user, &ResourceOptions::default()).await.expect("deleted");
    connect.set_time(std::time::SystemTime::now().into());
    let slow = Slow::new(Operation::ListUsers, Duration::ZERO, true);
    let options = RefreshOptions::builder().visible_within(Duration::ZERO).build();
    let users = hosted(&connect, &slow, fast()).with_refresh(options);
    let failure = users.within(Some(TIME), users.read(&user)).await.expect_err("busy");
    assert!(failure.to_string().contains("the timeout of `5s` is over"), "{failure}");
    slow.throttles.store(false, Ordering::Relaxed);
    let read = users.read(&user).await.expect("an answer");
    assert!(read.is_none(), "it is gone");
}

#[tokio::test(start_paused = true)]
async fn attributes_that_could_not_be_listed_in_time_are_asked_for_again() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", Saml).with_attribute("language", ["German"]));
    let connect = Arc::new(connect);
    let slow = Slow::new(Operation::SearchPredefinedAttributes, Duration::ZERO, true);
    let users = hosted(&connect, &slow, fast()).with_checked_ids(true);
    let skilled = inputs(json!({ "userProficiencies":
        [{ "attributeName": "language", "attributeValue": "Germn", "level": 3 }] }));
    let options = ResourceOptions::default();
    let failure = users.within(Some(TIME), users.diff(None, &skilled, &options)).await.expect_err("busy");
    assert!(failure.to_string().contains("the timeout of `5s` is over"), "{failure}");
    slow.throttles.store(false, Ordering::Relaxed);
    let asked = slow.calls.load(Ordering::Relaxed);
    users.check(&skilled, None, &Naming::disabled()).await.expect("checked");
    assert_eq!(slow.calls.load(Ordering::Relaxed), asked + 1);
}
