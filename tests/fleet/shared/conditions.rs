//! Writes under a condition, and everything that may become of them.

use std::time::Duration;

use connect_user::fleet::{StateStore, StoreChange, StoreError, load_all};
use futures_util::future::join_all;

use super::{
    double::{Double, Fault, Ignored},
    support::{Shared, large},
};
use crate::suite::{Subject, entry, put};

#[tokio::test(start_paused = true)]
async fn of_two_who_write_at_once_the_second_is_told_by_whom_and_loses_nothing_of_the_first() {
    let state = Shared::over(Double::new());
    let (ana, bob) =
        (state.opened_by("ana@one").await.expect("open"), state.opened_by("bob@two").await.expect("open"));
    ana.commit(&[put("a")]).await.expect("committed");
    let refused = bob.commit(&[put("b")]).await.expect_err("somebody else has written");
    let StoreError::Changed { by, location, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!((by.as_str(), location.as_str()), ("ana@one", "double/team/users"));
    assert_eq!(refused.help(), "run it again");
    assert!(
        refused.to_string().starts_with("`ana@one` changed the state `double/team/users` at 2"),
        "{refused}"
    );
    assert!(bob.lock().await.is_err(), "it stays stale");
    ana.commit(&[put("c")]).await.expect("committed");
    assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a", "c"]);
}

/// Whatever becomes of any write, what is committed is there once.
#[tokio::test(start_paused = true)]
async fn a_conflict_or_a_lost_answer_is_found_out_and_tried_again() {
    for fault in [Fault::Refused, Fault::AnswerLost, Fault::Conflict] {
        for write in 1..12 {
            let double = Double::new();
            let state = Shared::over(double.clone());
            let store = state.opened_by("ana@one").await.expect("open");
            double.fail(write, fault);
            for number in 0..8 {
                store.commit(&[large(&format!("u{number}"), 60_000)]).await.expect("committed");
            }
            assert_eq!(load_all(&store).await.expect("all").len(), 8);
            assert_eq!(state.entries().await, load_all(&store).await.expect("all"), "{fault:?} of {write}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_again_and_again_is_told_with_its_cause() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&[put("a")]).await.expect("committed");
    for write in 1..20 {
        double.fail(write, Fault::Refused);
    }
    let error = store.commit(&[put("b")]).await.expect_err("no connection");
    assert_eq!(
        error.to_string(),
        "the state `double/team/users` cannot be read or written: Generic double error: the connection was closed"
    );
    double.forget();
    store.commit(&[put("c")]).await.expect("committed");
    assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_is_given_up_may_have_been_made_and_the_next_goes_on() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&[put("a")]).await.expect("committed");
    double.fail(1, Fault::Hangs);
    let given_up = tokio::time::timeout(Duration::from_secs(1), store.commit(&[put("b")])).await;
    assert!(given_up.is_err());
    store.commit(&[put("c")]).await.expect("committed");
    assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(load_all(&store).await.expect("all").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn commits_side_by_side_share_writes() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&[put("first")]).await.expect("committed");
    double.forget();
    let changes: Vec<[StoreChange; 1]> = (0..50).map(|number| [put(&format!("u{number}"))]).collect();
    let committed = join_all(changes.iter().map(|change| store.commit(change))).await;
    assert!(committed.iter().all(Result::is_ok));
    assert!(double.writes() < 5, "{} writes", double.writes());
    assert_eq!(state.entries().await.len(), 51);
}

/// A store that takes the header and writes whatever is there is found out before it loses a record.
#[tokio::test(start_paused = true)]
async fn a_store_that_ignores_conditions_is_refused_by_name() {
    for (ignored, header) in [(Ignored::NoneMatch, "If-None-Match"), (Ignored::Match, "If-Match")] {
        let double = Double::new();
        double.ignore(ignored);
        let state = Shared::over(double.clone());
        let error = state.opened_by("ana@one").await.expect("open").lock().await.expect_err("refused");
        assert_eq!(
            error.to_string(),
            format!(
                "the store of `double/team/users` ignores the condition `{header}` of a write: two runs could lose records"
            )
        );
        assert!(error.help().contains("heeds"), "{}", error.help());
    }
    // A state that was there already is not damaged by the trial, and not locked.
    let double = Double::new();
    let state = Shared::over(double.clone());
    state.opened_by("ana@one").await.expect("open").commit(&[put("a")]).await.expect("committed");
    double.ignore(Ignored::Match);
    let store = state.opened_by("bob@two").await.expect("open");
    assert!(matches!(store.lock().await, Err(StoreError::Unconditional { .. })));
    assert_eq!(
        state.opened_by("cyd@three").await.expect("not locked").get("a").await.expect("read"),
        Some(entry("a"))
    );
}

/// What a run does: users are written, an apply locks the state, and some changes are due for a shard.
async fn script(store: &dyn StateStore, done: &mut Vec<String>) -> Result<(), StoreError> {
    store.commit(&[put("first")]).await?;
    done.push("first".to_owned());
    store.lock().await?;
    for number in 0..7 {
        let name = format!("u{number}");
        store.commit(&[large(&name, 60_000)]).await?;
        done.push(name);
    }
    store.unlock().await?;
    store.commit(&[put("last")]).await?;
    done.push("last".to_owned());
    Ok(())
}

/// Kills a run at every call, once before the call has an effect and once after: the state reads, has everything that
/// was committed, and of the commit under way all or nothing; and another run goes on.
#[tokio::test(start_paused = true)]
async fn a_kill_at_any_call_leaves_a_state_that_reads() {
    let calls = {
        let double = Double::new();
        let store = Shared::over(double.clone()).opened_by("ana@one").await.expect("open");
        script(&store, &mut Vec::new()).await.expect("done");
        double.calls()
    };
    assert!(calls > 14, "{calls} calls");
    for call in 2..=calls {
        for last in [Fault::Refused, Fault::Hangs] {
            let double = Double::new();
            let store = Shared::over(double.clone()).opened_by("ana@one").await.expect("open");
            double.kill(call - double.calls(), last);
            let mut done = Vec::new();
            let ended = tokio::time::timeout(Duration::from_secs(600), script(&store, &mut done)).await;
            assert!(!matches!(ended, Ok(Ok(()))), "call {call} was not made");
            drop(store);
            let state = Shared::over(double.inner());
            let left = state.entries().await;
            let is_done = |name: &String| left.contains_key(name);
            assert!(done.iter().all(is_done), "{call} {last:?}: {done:?} of {:?}", left.keys());
            assert!(left.len() <= done.len() + 1, "{call} {last:?}");
            state.unlock().await;
            let next = state.open().await.expect("open");
            script(&*next, &mut Vec::new()).await.expect("the next run");
            assert_eq!(state.entries().await.len(), 9, "{call} {last:?}");
        }
    }
}
