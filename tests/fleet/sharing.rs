//! Several appliers who share one quota and know nothing of each other.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc, time::Duration};

use connect_user::{
    apply::ApplyOptions,
    client::{CancellationToken, ErrorKind, Rate, Timer, TokenBuckets, memory::MemoryConnect},
    fleet::{FleetOptions, Guard, MemoryStore, PlanOptions, ProgramUser, UserResult, apply, plan},
    user::{IdentityManagementType, Operation},
};
use futures_util::future::join_all;

use crate::{
    apply::{options, timer},
    support::*,
};

/// A service with the default quota, under the runtime's clock.
fn connect() -> MemoryConnect {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    connect.follow(timer());
    connect.set_quota(None, Rate::DEFAULT.every, Rate::DEFAULT.burst);
    connect
}

/// How many users each of several appliers makes in some minutes, each beginning a minute after the other.
async fn share(appliers: u32, apart: Duration, total: Duration) -> (Vec<usize>, usize, usize) {
    fastrand::seed(7);
    let connect = connect();
    let runs = (0..appliers).map(|applier| {
        let connect = &connect;
        async move {
            let all: Vec<ProgramUser> = (0..(total.as_secs() * 3))
                .map(|number| format!("a{applier}-{number}"))
                .map(|name| wanted(&name, &document(&name)))
                .collect();
            let plan = plan(&all, &BTreeMap::new(), &PlanOptions::builder().guard(Guard::OFF).build());
            tokio::time::sleep(apart * applier).await;
            let timer: Arc<dyn Timer> = timer();
            let cancel = CancellationToken::new();
            let options = FleetOptions::builder()
                .pace(Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone()).shared()))
                .timer(timer)
                .cancel(cancel.clone())
                .apply(ApplyOptions::builder().read_back(false).build())
                .build();
            let store = MemoryStore::default();
            let (outcome, ()) =
                tokio::join!(apply(plan.as_ref().expect("a plan"), &store, connect, &options), async {
                    tokio::time::sleep(total - apart * applier).await;
                    cancel.cancel();
                });
            (outcome.count(UserResult::Done), outcome.count(UserResult::Failed))
        }
    });
    let outcomes = join_all(runs).await;
    let refused = connect.calls().iter().filter(|call| call.error == Some(ErrorKind::Throttled)).count();
    let failed = outcomes.iter().map(|(_, failed)| failed).sum();
    (outcomes.into_iter().map(|(made, _)| made).collect(), refused, failed)
}

#[tokio::test(start_paused = true)]
async fn nobody_starves_and_nearly_all_of_the_quota_is_used() {
    let total = Duration::from_secs(900);
    for appliers in [1, 2, 3, 5, 10] {
        let (made, refused, failed) = share(appliers, Duration::from_millis(130), total).await;
        let all: usize = made.iter().sum();
        let used = all as f64 / (total.as_secs_f64() * 2.0);
        let fair = all / made.len();
        println!("{appliers} appliers: {made:?}, {:.1} % of the quota, {refused} refused", used * 100.0);
        assert!((0.9..=1.01).contains(&used), "{appliers}: {used}");
        assert!(made.iter().all(|made| made * 2 >= fair), "{appliers}: {made:?}");
        assert_eq!(failed, 0, "what is refused is tried again");
        assert!(refused * 2 <= all, "{appliers}: {refused} refused of {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_later_gets_a_share_too() {
    let total = Duration::from_secs(1_200);
    let (made, _, failed) = share(3, Duration::from_secs(300), total).await;
    let used = made.iter().sum::<usize>() as f64 / (total.as_secs_f64() * 2.0);
    assert!(used >= 0.9 && failed == 0, "{made:?}");
    // The last has half the time, and a third of that: an eighth at the very least.
    assert!(made[2] * 8 >= 1_200, "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn under_a_quota_of_the_service_nothing_is_refused_to_who_keeps_it() {
    let (connect, store) = (connect(), MemoryStore::default());
    let all: Vec<ProgramUser> =
        (0..60).map(|number| format!("u{number}")).map(|name| wanted(&name, &document(&name))).collect();
    let plan = plan(&all, &BTreeMap::new(), &PlanOptions::default()).expect("a plan");
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert!(outcome.is_done());
    assert_eq!(outcome.calls, 60, "no call was made twice");
    // A smaller quota than was expected is found out.
    connect.set_quota(Some(Operation::DeleteUser), Duration::from_secs(2), NonZeroU32::MIN);
    let states = connect_user::fleet::load_all(&store).await.expect("all");
    let states: BTreeMap<_, _> =
        states.into_iter().filter_map(|(name, entry)| Some((name, entry.state?))).collect();
    let options_ = PlanOptions::builder().guard(Guard::OFF).build();
    let plan = connect_user::fleet::plan(&[], &states, &options_).expect("a plan");
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert!(outcome.elapsed <= Duration::from_secs(180), "{:?}", outcome.elapsed);
}
