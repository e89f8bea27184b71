//! Retry and pace, under a paused clock; and the contract, which every client keeps.

mod conformance;
mod operations;
mod probing;
mod traced;
mod wrong;

use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc, time::Duration};

use connect_user::{
    client::{
        memory::{Fault, MemoryConnect, Outcome},
        *,
    },
    user::{Identity, IdentityManagementType, Operation, Phone},
};
use tokio::time::Instant;

fn timer() -> Arc<TokioTimer> {
    Arc::new(TokioTimer::default())
}

fn connect() -> Arc<MemoryConnect> {
    Arc::new(MemoryConnect::any_instance(IdentityManagementType::Saml))
}

fn creation(name: &str) -> CreateUser {
    CreateUser::new("i", name, "r", BTreeSet::from(["s".into()]))
        .identity(Identity::builder().first_name("A").last_name("B").build())
        .phone(Phone::default())
}

fn instance() -> DescribeInstance {
    DescribeInstance::new("i")
}

fn policy() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.attempts = 4;
    policy
}

#[tokio::test(start_paused = true)]
async fn only_what_may_succeed_later_is_retried() {
    for kind in ErrorKind::ALL {
        let connect = connect();
        for occurrence in 1..=2 {
            connect.inject(Fault::of(Operation::DescribeInstance, occurrence, Outcome::Refused(*kind)));
        }
        let client = Retrying::new(connect.clone(), policy(), timer());
        let answer = client.describe_instance(&instance()).await;
        let expected = match kind {
            kind if kind.is_retryable() => 3,
            // The first may be an accident, the second is none.
            ErrorKind::InvalidResponse => 2,
            _ => 1,
        };
        assert_eq!((answer.is_ok(), connect.calls().len()), (kind.is_retryable(), expected), "{kind:?}");
    }
    assert!(!ErrorKind::QuotaExceeded.is_retryable(), "a full quota is not throttling");
}

/// Lets the next calls fail so.
fn refuse(connect: &MemoryConnect, calls: u32, kind: ErrorKind) {
    for occurrence in 1..=calls {
        connect.inject(Fault::of(Operation::DescribeInstance, occurrence, Outcome::Refused(kind)));
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_bound_failures_and_time_bounds_throttling() {
    let failing = connect();
    refuse(&failing, 100, ErrorKind::Service);
    let client = Retrying::new(failing.clone(), policy(), timer());
    assert_eq!(client.describe_instance(&instance()).await.expect_err("it fails").kind(), ErrorKind::Service);
    assert_eq!(failing.calls().len(), 4);

    let throttled = connect();
    refuse(&throttled, 100, ErrorKind::Throttled);
    let mut policy = policy();
    policy.total = Duration::from_secs(600);
    let started = Instant::now();
    let client = Retrying::new(throttled.clone(), policy, timer());
    let error = client.describe_instance(&instance()).await.expect_err("throttled");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(started.elapsed() <= Duration::from_secs(600));
    assert!((15..50).contains(&throttled.calls().len()), "the pauses grow: {}", throttled.calls().len());

    throttled.clear_faults();
    refuse(&throttled, 12, ErrorKind::Throttled);
    client.describe_instance(&instance()).await.expect("throttling passes with time");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_service_is_retried_only_after_it_has_answered() {
    for kind in [ErrorKind::Unreachable, ErrorKind::Credentials] {
        let connect = connect();
        refuse(&connect, 1, kind);
        let client = Retrying::new(connect.clone(), policy(), timer());
        let started = Instant::now();
        let error = client.describe_instance(&instance()).await.expect_err("it cannot be reached");
        assert_eq!((error.kind(), error.effect()), (kind, Effect::None));
        assert_eq!((connect.calls().len(), started.elapsed()), (1, Duration::ZERO));
        client.describe_instance(&instance()).await.expect("an answer");
        refuse(&connect, 2, kind);
        client.describe_instance(&instance()).await.expect("a disturbance that passes");
        refuse(&connect, 9, kind);
        client.describe_instance(&instance()).await.expect_err("one that does not");
        assert_eq!(connect.calls().len(), 1 + 1 + 3 + 4);
    }
}

#[tokio::test(start_paused = true)]
async fn the_largest_times_and_counts_do_not_overflow() {
    let mut policy = RetryPolicy::default();
    (policy.first, policy.longest, policy.total) = (Duration::MAX, Duration::MAX, Duration::MAX);
    policy.attempts = usize::MAX;
    let disturbed = connect();
    refuse(&disturbed, 1, ErrorKind::Throttled);
    let token = CancellationToken::new();
    let client = Retrying::new(disturbed.clone(), policy, timer()).with_cancellation(token.clone());
    let request = instance();
    let (answer, ()) = tokio::join!(client.describe_instance(&request), async {
        tokio::time::sleep(Duration::from_secs(86_400)).await;
        token.cancel();
    });
    assert_eq!(answer.expect_err("it still waits").kind(), ErrorKind::Throttled);
    (policy.first, policy.longest) = (Duration::from_secs(1), Duration::from_secs(1));
    refuse(&disturbed, 100, ErrorKind::Throttled);
    let client = Retrying::new(disturbed, policy, timer());
    client.describe_instance(&instance()).await.expect("after a hundred times");

    let of = |every: Duration, burst: NonZeroU32| {
        let mut rate = Rate::new(every, burst);
        rate.every = every;
        rate
    };
    let rate = of(Duration::MAX, NonZeroU32::MAX);
    assert_eq!(rate.time_for(u64::MAX), Duration::MAX);
    assert_eq!(of(Duration::ZERO, rate.burst).time_for(u64::MAX), Duration::ZERO);
    for shared in [false, true] {
        let pace = TokenBuckets::new(rate, timer());
        let pace = if shared { pace.shared() } else { pace };
        let client = Paced::new(connect(), Arc::new(pace)).with_cancellation(token.clone());
        assert_eq!(
            client.describe_instance(&instance()).await.expect_err("ended").kind(),
            ErrorKind::Cancelled
        );
        for burst in [NonZeroU32::MIN, NonZeroU32::MAX] {
            let pace = TokenBuckets::new(of(Duration::MAX, burst), timer());
            let pace = if shared { pace.shared() } else { pace };
            let connect = connect();
            refuse(&connect, 1, ErrorKind::Throttled);
            let client = Paced::new(connect, Arc::new(pace));
            client.describe_instance(&instance()).await.expect_err("throttled");
            let again = client.describe_instance(&request);
            tokio::time::timeout(Duration::from_secs(9_000), again).await.expect_err("its turn never comes");
        }
    }
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
async fn what_one_attempt_may_have_done_the_refusal_of_the_next_does_not_undo() {
    let connect = connect();
    let made = connect.create_user(&creation("a")).await.expect("made");
    let update = UpdateUserRoutingProfile::new("i", made.user_id, "r2");
    for kind in [ErrorKind::AccessDenied, ErrorKind::Throttled, ErrorKind::NotFound, ErrorKind::Cancelled] {
        let mut policy = policy();
        policy.total = Duration::from_secs(1);
        let client = Retrying::new(connect.clone(), policy, timer());
        connect.inject(Fault::of(Operation::UpdateUserRoutingProfile, 1, Outcome::AnswerLost));
        for occurrence in 2..=4 {
            let refused = Outcome::Refused(kind);
            connect.inject(Fault::of(Operation::UpdateUserRoutingProfile, occurrence, refused));
        }
        let error = client.update_user_routing_profile(&update).await.expect_err("refused");
        assert_eq!((error.kind(), error.effect()), (kind, Effect::Unknown));
        connect.clear_faults();
        connect.inject(Fault::of(Operation::UpdateUserRoutingProfile, 1, Outcome::Refused(kind)));
        connect.inject(Fault::of(
            Operation::UpdateUserRoutingProfile,
            2,
            Outcome::Refused(ErrorKind::Invalid),
        ));
        let error = client.update_user_routing_profile(&update).await.expect_err("refused");
        assert_eq!(error.effect(), Effect::None, "no attempt was done");
        connect.clear_faults();
    }
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
async fn a_paced_client_is_never_throttled_and_another_is() {
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
    let rate = Rate::new(Duration::from_millis(100), NonZeroU32::MIN);
    let client = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(rate, timer)));
    client.describe_instance(&instance()).await.expect("answered");
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
async fn rare_throttling_lowers_the_rate_little_and_frequent_throttling_much() {
    let pace = TokenBuckets::new(Rate::DEFAULT, timer());
    let mut turn = Turn::default();
    for _ in 0..100 {
        turn = pace.acquire(Operation::TagResource).await;
        pace.accepted(Operation::TagResource, turn);
    }
    pace.throttled(Operation::TagResource, turn);
    let rare = pace.rate(Operation::TagResource);
    assert!((500..520).contains(&rare.every.as_millis()), "{rare:?}");
    for _ in 0..100 {
        let turn = pace.acquire(Operation::TagResource).await;
        pace.throttled(Operation::TagResource, turn);
    }
    let least = pace.rate(Operation::TagResource);
    assert_eq!(least.every, Duration::from_secs(8), "never less than a sixteenth");
    assert_eq!(pace.rate(Operation::CreateUser), Rate::DEFAULT, "each operation for itself");
}

#[tokio::test(start_paused = true)]
async fn refusals_of_calls_that_were_made_together_count_once() {
    let pace = TokenBuckets::new(Rate::DEFAULT, timer());
    let mut turns = Vec::new();
    for _ in 0..12 {
        turns.push(pace.acquire(Operation::TagResource).await);
    }
    // The last five are no burst: they were made half a second apart, and their answers come late.
    turns.iter().skip(7).for_each(|turn| pace.throttled(Operation::TagResource, *turn));
    assert_eq!(pace.rate(Operation::TagResource).every, Duration::from_secs(1), "halved once");
    turns.iter().for_each(|turn| pace.throttled(Operation::TagResource, *turn));
    assert_eq!(pace.rate(Operation::TagResource).every, Duration::from_secs(1), "they say nothing new");
    let later = pace.acquire(Operation::TagResource).await;
    pace.throttled(Operation::TagResource, later);
    assert_eq!(pace.rate(Operation::TagResource).every, Duration::from_secs(2), "this one does");
}

#[tokio::test(start_paused = true)]
async fn a_run_just_after_another_keeps_the_whole_rate() {
    let connect = connect();
    let timer = timer();
    connect.follow(timer.clone());
    connect.set_quota(None, Rate::DEFAULT.every, Rate::DEFAULT.burst);
    for run in 0..3 {
        // A process of its own each: none knows what the one before has used up.
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone()));
        let client = Paced::new(connect.clone(), pace.clone());
        let client = Retrying::new(client, RetryPolicy::default(), timer.clone());
        let started = Instant::now();
        let requests = vec![instance(); 40];
        let calls = requests.iter().map(|request| client.describe_instance(request));
        for answer in futures_util::future::join_all(calls).await {
            answer.expect("answered in the end");
        }
        let elapsed = started.elapsed();
        assert!(elapsed <= Duration::from_secs(25), "run {run}: {elapsed:?}");
        assert_eq!(pace.rate(Operation::DescribeInstance), Rate::DEFAULT, "run {run}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_not_made_and_one_under_way_is_waited_for() {
    let connect = connect();
    let timer = timer();
    let rate = Rate::new(Duration::from_secs(100), NonZeroU32::MIN);
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
    DeleteUser::new("i", "u")
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_pause_with_the_last_error() {
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
    let rate = Rate::new(Duration::from_secs(10), NonZeroU32::MIN);
    let paced = Paced::new(connect.clone(), Arc::new(TokenBuckets::new(rate, timer.clone())));
    let client = Retrying::new(paced, policy(), timer);
    connect.inject(Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::Service)));
    let started = Instant::now();
    client.describe_instance(&instance()).await.expect("the second time");
    assert!(started.elapsed() >= Duration::from_secs(10));
    assert_eq!(client.inner().inner().calls().len(), 2);
}
