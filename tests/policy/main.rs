//! Retry and pace, under a paused clock; and the contract, which every client keeps.

mod conformance;
mod traced;

use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc, time::Duration};

use connect_user::{
    client::{
        memory::{Fault, MemoryConnect, Outcome},
        *,
    },
    user::{ChannelSettings, Identity, IdentityManagementType, Operation, Phone, Tags},
};
use tokio::time::Instant;

/// The runtime's clock, which a test pauses.
struct Tokio(Instant);

#[async_trait::async_trait]
impl Sleep for Tokio {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl Timer for Tokio {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

fn timer() -> Arc<Tokio> {
    Arc::new(Tokio(Instant::now()))
}

fn connect() -> Arc<MemoryConnect> {
    Arc::new(MemoryConnect::any_instance(IdentityManagementType::Saml))
}

fn creation(name: &str) -> CreateUser {
    CreateUser {
        instance_id: "i".into(),
        name: name.into(),
        password: None,
        directory_user_id: None,
        identity: Identity {
            first_name: Some("A".into()),
            last_name: Some("B".into()),
            ..Identity::default()
        },
        phone: Some(Phone::default()),
        routing_profile_id: "r".into(),
        security_profile_ids: BTreeSet::from(["s".into()]),
        hierarchy_group_id: None,
        channels: ChannelSettings::default(),
        tags: Tags::new(),
    }
}

fn instance() -> DescribeInstance {
    DescribeInstance { instance_id: "i".into() }
}

fn policy() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.attempts = 4;
    policy
}

#[tokio::test(start_paused = true)]
async fn what_may_succeed_later_is_repeated_and_nothing_else() {
    for kind in ErrorKind::ALL {
        let connect = connect();
        for occurrence in 1..=2 {
            connect.inject(Fault::of(Operation::DescribeInstance, occurrence, Outcome::Refused(*kind)));
        }
        let client = Retrying::new(connect.clone(), policy(), timer());
        let answer = client.describe_instance(&instance()).await;
        let expected = if kind.is_retryable() { 3 } else { 1 };
        assert_eq!((answer.is_ok(), connect.calls().len()), (kind.is_retryable(), expected), "{kind:?}");
    }
    assert!(!ErrorKind::QuotaExceeded.is_retryable(), "a full quota is not throttling");
}

#[tokio::test(start_paused = true)]
async fn attempts_and_time_are_bounded() {
    let refuse = |connect: &MemoryConnect| {
        for occurrence in 1..=100 {
            connect.inject(Fault::of(
                Operation::DescribeInstance,
                occurrence,
                Outcome::Refused(ErrorKind::Throttled),
            ));
        }
    };
    let first = connect();
    refuse(&first);
    let client = Retrying::new(first.clone(), policy(), timer());
    assert_eq!(
        client.describe_instance(&instance()).await.expect_err("throttled").kind(),
        ErrorKind::Throttled
    );
    assert_eq!(first.calls().len(), 4);

    let second = connect();
    refuse(&second);
    let mut policy = RetryPolicy::default();
    (policy.attempts, policy.total) = (1_000, Duration::from_secs(30));
    let started = Instant::now();
    let client = Retrying::new(second.clone(), policy, timer());
    assert!(client.describe_instance(&instance()).await.is_err());
    assert!(started.elapsed() <= Duration::from_secs(30));
    assert!(second.calls().len() < 12, "the pauses grow: {}", second.calls().len());
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_was_lost_is_not_repeated_and_one_that_was_refused_is() {
    let connect = connect();
    let client = Retrying::new(connect.clone(), policy(), timer());
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let lost = client.create_user(&creation("a")).await.expect_err("lost");
    assert_eq!((lost.effect(), connect.calls().len()), (Effect::Unknown, 1));
    connect.clear_calls();
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::Throttled)));
    client.create_user(&creation("b")).await.expect("the second time");
    assert_eq!(connect.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn calls_keep_within_burst_and_rate_per_operation() {
    let connect = connect();
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer()));
    // Two clients of one account share one pace.
    let clients = [Paced::new(connect.clone(), pace.clone()), Paced::new(connect.clone(), pace.clone())];
    let started = Instant::now();
    for number in 0..25 {
        clients[number % 2].describe_instance(&instance()).await.expect("answered");
    }
    let elapsed = started.elapsed();
    // Five at once, then twenty at two a second.
    assert!((Duration::from_millis(9_950)..Duration::from_millis(10_100)).contains(&elapsed), "{elapsed:?}");
    let started = Instant::now();
    clients[0].create_user(&creation("a")).await.expect("another operation has a bucket of its own");
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn who_keeps_the_pace_is_never_throttled_and_who_does_not_is() {
    let connect = connect();
    let timer = timer();
    connect.follow(timer.clone());
    connect.set_quota(None, Rate::DEFAULT.every, Rate::DEFAULT.burst);
    let client = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone())));
    for _ in 0..25 {
        client.describe_instance(&instance()).await.expect("within the quota of the service");
    }
    for _ in 0..5 {
        let error = connect.describe_instance(&instance()).await.expect_err("beyond");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Throttled, Some("TooManyRequestsException")));
    }
    let client = Retrying::new(connect.clone(), policy(), timer);
    client.describe_instance(&instance()).await.expect("later");
}

#[tokio::test(start_paused = true)]
async fn throttling_slows_down_and_success_recovers() {
    let connect = connect();
    let timer = timer();
    let rate = Rate { every: Duration::from_millis(100), burst: NonZeroU32::MIN };
    let client = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(rate, timer)));
    connect.inject(Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::Throttled)));
    client.describe_instance(&instance()).await.expect_err("throttled");
    let started = Instant::now();
    for _ in 0..10 {
        client.describe_instance(&instance()).await.expect("answered");
    }
    let slow = started.elapsed();
    assert!((1_700..2_000).contains(&slow.as_millis()), "part of the rate: {slow:?}");
    for _ in 0..130 {
        client.describe_instance(&instance()).await.expect("answered");
    }
    let started = Instant::now();
    for _ in 0..10 {
        client.describe_instance(&instance()).await.expect("answered");
    }
    let recovered = started.elapsed();
    assert!(recovered <= Duration::from_millis(1_010), "the whole rate: {recovered:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rare_refusal_costs_little_and_many_cost_much() {
    let accept = |pace: &TokenBuckets, calls| (0..calls).for_each(|_| pace.accepted(Operation::TagResource));
    let pace = TokenBuckets::new(Rate::DEFAULT, timer());
    accept(&pace, 100);
    pace.throttled(Operation::TagResource);
    let rare = pace.rate(Operation::TagResource);
    assert!((500..520).contains(&rare.every.as_millis()), "{rare:?}");
    for _ in 0..100 {
        pace.throttled(Operation::TagResource);
    }
    let least = pace.rate(Operation::TagResource);
    assert_eq!(least.every, Duration::from_secs(8), "never less than a sixteenth");
    assert_eq!(pace.rate(Operation::CreateUser), Rate::DEFAULT, "each operation for itself");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_not_made_and_one_under_way_is_waited_for() {
    let connect = connect();
    let timer = timer();
    let rate = Rate { every: Duration::from_secs(100), burst: NonZeroU32::MIN };
    let token = CancellationToken::new();
    let paced = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(rate, timer.clone())));
    let paced = paced.with_cancellation(token.clone());
    let client = Retrying::new(paced, policy(), timer).with_cancellation(token.clone());
    client.describe_instance(&instance()).await.expect("answered");
    let started = Instant::now();
    let request = instance();
    let (waiting, ()) = tokio::join!(client.describe_instance(&request), async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        token.cancel();
    });
    let error = waiting.expect_err("cancelled");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Cancelled, Effect::None));
    assert_eq!(error.to_string(), "`DescribeInstance` failed, it was cancelled before the call was made");
    assert_eq!(started.elapsed(), Duration::from_secs(7), "it does not wait for its turn");
    assert_eq!(client.delete_user(&gone()).await.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert_eq!(connect.calls().len(), 1);
}

fn gone() -> DeleteUser {
    DeleteUser { instance_id: "i".into(), user_id: "u".into() }
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_pause_and_keeps_what_the_service_said() {
    let connect = connect();
    connect.inject(Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::Service)));
    let token = CancellationToken::new();
    let client = Retrying::new(connect.clone(), policy(), timer()).with_cancellation(token.clone());
    token.cancel();
    assert_eq!(client.describe_instance(&instance()).await.expect_err("once").kind(), ErrorKind::Service);
    assert_eq!(connect.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_counts_against_the_pace() {
    let connect = connect();
    let timer = timer();
    let rate = Rate { every: Duration::from_secs(10), burst: NonZeroU32::MIN };
    let paced = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(rate, timer.clone())));
    let client = Retrying::new(paced, policy(), timer);
    connect.inject(Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::Service)));
    let started = Instant::now();
    client.describe_instance(&instance()).await.expect("the second time");
    assert!(started.elapsed() >= Duration::from_secs(10));
    assert_eq!(client.inner().inner().calls().len(), 2);
}
