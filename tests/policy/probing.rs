//! Rates above the safe one, tried out against a service whose quota nobody knows.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use connect_user::{
    client::{memory::MemoryConnect, *},
    user::Operation,
};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::{connect, instance, timer};

/// Notes when each call reaches the service.
#[derive(Debug, Default)]
struct Times(Mutex<Vec<Instant>>);

#[derive(Debug, Clone)]
struct Watch(Arc<Times>);

impl Around for Watch {
    async fn around<T: Send + 'static>(&self, _: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        self.0.0.lock().expect("not poisoned").push(Instant::now());
        next.call().await
    }
}

/// A service whose clock is the runtime's.
struct Service {
    connect: Arc<MemoryConnect>,
    times: Arc<Times>,
}

impl Service {
    /// So many calls of each operation a second.
    fn of_quota(calls: f64) -> Self {
        let service = Self { connect: connect(), times: Arc::default() };
        service.connect.follow(timer());
        service.set_quota(calls);
        service
    }

    fn set_quota(&self, calls: f64) {
        let every = Duration::from_secs_f64(1.0 / calls);
        self.connect.set_quota(None, every, NonZeroU32::new(5).expect("not 0"));
    }

    /// Makes calls, sixteen at once, and returns how many a second that were, and how many were refused.
    async fn call(&self, pace: &Arc<TokenBuckets>, calls: usize) -> (f64, usize) {
        let before = self.refused();
        let watched = Decorated::with(self.connect.clone(), Watch(self.times.clone()));
        let client = Retrying::new(Paced::new(watched, pace.clone()), RetryPolicy::default(), timer());
        let client = &client;
        let started = Instant::now();
        join_all((0..16).map(|one| async move {
            for _ in (one..calls).step_by(16) {
                client.describe_instance(&instance()).await.expect("answered in the end");
            }
        }))
        .await;
        (calls as f64 / started.elapsed().as_secs_f64(), self.refused() - before)
    }

    fn refused(&self) -> usize {
        self.connect.calls().iter().filter(|call| call.error.is_some()).count()
    }

    /// The most calls in any ten seconds.
    fn most_in_ten_seconds(&self) -> usize {
        let times = self.times.0.lock().expect("not poisoned");
        let ends = |start: &Instant| times.partition_point(|time| *time < *start + Duration::from_secs(10));
        times.iter().enumerate().map(|(place, start)| ends(start) - place).max().unwrap_or_default()
    }
}

fn pace(ceiling: f64) -> Arc<TokenBuckets> {
    let ceiling = Rate::per_second(ceiling, 5).expect("a rate");
    Arc::new(TokenBuckets::new(Rate::DEFAULT, timer()).probing(ceiling))
}

fn rate(pace: &TokenBuckets) -> f64 {
    pace.rate(Operation::DescribeInstance).calls_per_second()
}

#[tokio::test(start_paused = true)]
async fn nearly_the_whole_of_an_unknown_quota_is_found_and_few_calls_are_refused() {
    for quota in [2.0, 3.0, 4.7, 8.0, 10.0, 40.0] {
        let (service, pace) = (Service::of_quota(quota), pace(10.0));
        let (first, refused_first) = service.call(&pace, 1_000).await;
        let (second, refused) = service.call(&pace, 10_000).await;
        let possible = f64::min(quota, 10.0);
        println!("{quota}: {first:.2}, then {second:.2} a second; {refused_first} and {refused} refused");
        assert!(second >= 0.9 * possible, "{quota}: {second}");
        assert!(first >= f64::min(2.0, quota) * 0.95, "{quota}: {first}");
        assert!(refused_first + refused <= 40, "{quota}: {refused_first} and {refused} refused");
        let most = service.most_in_ten_seconds();
        assert!(most <= 105, "{quota}: {most} calls in ten seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn random_delays_keep_nobody_from_the_ceiling() {
    fastrand::seed(7);
    let service = Service::of_quota(40.0);
    let ceiling = Rate::per_second(10.0, 5).expect("a rate");
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer()).shared().probing(ceiling));
    service.call(&pace, 1_000).await;
    let (second, refused) = service.call(&pace, 2_000).await;
    assert!(second >= 9.0 && refused == 0, "{second} a second, {refused} refused");
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_lowered_is_kept_and_one_that_is_raised_is_found() {
    let (service, pace) = (Service::of_quota(8.0), pace(10.0));
    service.call(&pace, 1_000).await;
    service.set_quota(2.0);
    let (lowered, refused) = service.call(&pace, 2_000).await;
    assert!(lowered >= 1.8 && refused <= 40, "{lowered} a second, {refused} refused");
    service.set_quota(10.0);
    service.call(&pace, 10_000).await;
    let (raised, refused) = service.call(&pace, 1_000).await;
    assert!(raised >= 9.0 && refused <= 5, "{raised} a second, {refused} refused");
}

#[tokio::test(start_paused = true)]
async fn only_what_is_called_at_the_whole_rate_is_raised_and_each_operation_for_itself() {
    let (service, pace) = (Service::of_quota(100.0), pace(10.0));
    let client = Paced::new(service.connect.clone(), pace.clone());
    for _ in 0..200 {
        client.describe_instance(&instance()).await.expect("answered");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(rate(&pace), 2.0, "nobody has called so often");
    service.call(&pace, 26).await;
    assert_eq!(rate(&pace), 2.5, "the first step, after the burst and twenty calls");
    service.call(&pace, 2_000).await;
    assert!((rate(&pace) - 10.0).abs() < 0.001, "{}", rate(&pace));
    assert_eq!(pace.rate(Operation::TagResource), Rate::DEFAULT);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_lowers_what_was_raised_before_it_lowers_the_safe_rate() {
    let (service, pace) = (Service::of_quota(100.0), pace(6.0));
    service.call(&pace, 2_000).await;
    let mut rates = Vec::new();
    for _ in 0..5 {
        let turn = pace.acquire(Operation::DescribeInstance).await;
        pace.throttled(Operation::DescribeInstance, turn);
        rates.push(format!("{:.1}", rate(&pace)));
    }
    // A single refusal after so many calls says little of the safe rate.
    assert_eq!(rates, ["4.0", "3.0", "2.0", "2.0", "1.0"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_raised_unless_it_is_asked_for_or_where_the_ceiling_is_no_higher() {
    let plain = TokenBuckets::new(Rate::DEFAULT, timer());
    let low = TokenBuckets::new(Rate::DEFAULT, timer()).probing(Rates::documented());
    for pace in [Arc::new(plain), Arc::new(low)] {
        let service = Service::of_quota(100.0);
        service.call(&pace, 500).await;
        let rate = pace.rate(Operation::DescribeInstance);
        assert_eq!((rate, rate.basis), (Rate::DEFAULT, RateBasis::Assumed));
    }
    let pace = TokenBuckets::new(Rate::DEFAULT, timer()).probing(Rates::documented());
    assert_eq!(pace.rate(Operation::DescribeUser).basis, RateBasis::Probed);
}

#[tokio::test(start_paused = true)]
async fn two_who_try_out_the_same_quota_do_not_starve_each_other() {
    fastrand::seed(7);
    let service = Service::of_quota(8.0);
    let paces = [0, 1].map(|_| {
        let ceiling = Rate::per_second(10.0, 5).expect("a rate");
        Arc::new(TokenBuckets::new(Rate::DEFAULT, timer()).shared().probing(ceiling))
    });
    let started = Instant::now();
    let (one, other) = tokio::join!(service.call(&paces[0], 3_000), service.call(&paces[1], 3_000));
    let both = 6_000.0 / started.elapsed().as_secs_f64();
    println!("{one:?} and {other:?}, together {both:.2} a second");
    assert!(both >= 6.0, "{both}");
    assert!(one.0.min(other.0) >= 2.0, "{one:?} and {other:?}");
    assert!(one.1 + other.1 <= 600, "{one:?} and {other:?}");
}
