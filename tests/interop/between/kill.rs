//! A copy that is killed at any call, and then made again.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering},
};

use connect_user::client::{
    ApiCall, Around, ClientResult, ConnectClient, Decorated, Next, memory::MemoryConnect,
};
use serde_json::json;
use tokio::sync::Notify;

use super::support::{ConnectManaged, Two, options, rich, run, target_id, updating, user};

/// Lets so many calls through; of the next, the answer never comes.
#[derive(Debug)]
struct Killing<'a> {
    left: AtomicU32,
    is_done: bool,
    killed: &'a Notify,
}

impl Around for Killing<'_> {
    async fn around<T: Send + 'static>(&self, _: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left != 1 {
            return next.call().await;
        }
        if self.is_done {
            let _ = next.call().await;
        }
        self.killed.notify_one();
        std::future::pending().await
    }
}

#[test]
fn a_copy_that_is_killed_at_any_call_is_finished_by_the_next_and_nobody_is_there_twice() {
    run(async {
        for update in [false, true] {
            for is_done in [false, true] {
                for call in 1.. {
                    if !killed_at(call, is_done, update).await {
                        assert!(call > 10, "calls are killed: {call}");
                        break;
                    }
                }
            }
        }
    });
}

/// Whether the copy has made so many calls.
async fn killed_at(call: u32, is_done: bool, update: bool) -> bool {
    let two = Two::new(ConnectManaged, ConnectManaged);
    let with_password = |mut document: serde_json::Value| {
        document["password"] = json!("Password123");
        document
    };
    for document in [rich("ana"), user("ben"), rich("cy")] {
        two.in_source(&with_password(document)).await;
    }
    two.in_target(&with_password(user("cy"))).await;
    let options = if update { updating() } else { options() };
    let killed = Notify::new();
    let inner: &MemoryConnect = &two.target;
    let around = Killing { left: AtomicU32::new(call), is_done, killed: &killed };
    let client = Decorated::with(inner, around);
    let is_killed = tokio::select! {
        biased;
        () = killed.notified() => true,
        outcome = two.copied_by(&client as &dyn ConnectClient, &options) => {
            assert!(outcome.is_done(), "{outcome:?}");
            false
        }
    };
    two.copied(&options).await;
    let found = two.compared(&Default::default()).await;
    let place = format!("call {call}, done: {is_done}, update: {update}");
    assert!(found.only_source.is_empty() && found.only_target.is_empty(), "{place}: {found}");
    let different: Vec<_> = found.different.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(different, if update { vec![] } else { vec!["cy"] }, "{place}: {found}");
    let users = two.target.users(&target_id());
    let names: BTreeSet<_> = users.iter().map(|(user, _)| user.name.clone()).collect();
    assert_eq!((users.len(), names.len()), (3, 3), "{place}: nobody is there twice");
    two.clear_calls();
    two.copied(&options).await;
    assert_eq!(two.target.writes(), [], "{place}: all is done");
    is_killed
}
