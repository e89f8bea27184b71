//! Who may write.

use std::time::Duration;

use connect_user::{
    client::memory::MemoryConnect,
    fleet::{AllKnown, Guard, PlanOptions, Planner, Session, SharedStore, StateStore, StoreError},
    user::{IdentityManagementType, Timestamp},
};

use super::{double::Double, support::Shared};
use crate::{
    session::session_options,
    suite::{apply, put},
    support::*,
};

#[tokio::test(start_paused = true)]
async fn an_apply_locks_the_state_and_others_are_told_by_whom_and_since_when() {
    let state = Shared::over(Double::new());
    let late = state.opened_by("bob@two").await.expect("open");
    let ana = state.opened_by("ana@one").await.expect("open");
    let before = Timestamp::from(std::time::SystemTime::now());
    ana.lock().await.expect("locked");
    ana.lock().await.expect("it has it already");
    for refused in [
        state.opened_by("bob@two").await.err(),
        late.commit(&[put("b")]).await.err(),
        late.lock().await.err(),
    ] {
        let refused = refused.expect("locked");
        let StoreError::Leased { id, owner, since, .. } = &refused else { panic!("{refused:?}") };
        assert_eq!(owner, "ana@one");
        assert!(since.is_within(Duration::from_secs(60), before), "{since}");
        let text = format!("`ana@one` has the lease `{id}` of the state `double/team/users` since {since}");
        assert_eq!(refused.to_string(), text);
        assert!(refused.help().ends_with("if it was killed, unlock the state with the id of the lease"));
    }
    ana.commit(&[put("a")]).await.expect("committed");
    ana.unlock().await.expect("unlocked");
    state.opened_by("bob@two").await.expect("open").commit(&[put("b")]).await.expect("committed");
    assert_eq!(state.entries().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_had_the_lease_and_changed_nothing_is_in_nobodys_way() {
    let state = Shared::over(Double::new());
    let ana = state.opened_by("ana@one").await.expect("open");
    ana.commit(&[put("a")]).await.expect("committed");
    let bob = state.opened_by("bob@two").await.expect("open");
    bob.lock().await.expect("locked");
    bob.unlock().await.expect("unlocked");
    ana.lock().await.expect("locked");
    ana.unlock().await.expect("unlocked");
    ana.commit(&[put("b")]).await.expect("committed");
    assert_eq!(state.entries().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_broken_lease_ends_the_run_that_had_it() {
    let state = Shared::over(Double::new());
    let broken = async |id: &str| SharedStore::break_lease(state.location(), "bob@two", id).await;
    assert_eq!(broken("").await.expect("nothing there"), None);
    let ana = state.opened_by("ana@one").await.expect("open");
    ana.lock().await.expect("locked");
    ana.commit(&[put("a")]).await.expect("committed");
    // What was read before may be of a run that has ended, and the lease of one that lives.
    let refused = broken("another").await.expect_err("it is not this lease");
    let StoreError::Leased { id, .. } = &refused else { panic!("{refused:?}") };
    ana.commit(&[put("b")]).await.expect("it has its lease");
    ana.unlock().await.expect("unlocked");
    ana.lock().await.expect("locked");
    let again = broken(id).await.expect_err("it is a later lease of the same owner");
    let StoreError::Leased { id, .. } = &again else { panic!("{again:?}") };
    let lease = broken(id).await.expect("broken");
    assert_eq!(lease.expect("a lease").owner, "ana@one");
    let refused = ana.commit(&[put("d")]).await.expect_err("it has no lease");
    assert!(matches!(&refused, StoreError::Changed { by, .. } if by == "bob@two"), "{refused}");
    state.opened_by("bob@two").await.expect("open").commit(&[put("c")]).await.expect("committed");
    assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_may_not_write_makes_no_call() {
    let state = Shared::over(Double::new());
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let program = [wanted("a", &document("a"))];
    let store = state.opened_by("bob@two").await.expect("open");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("a session");
    session.refresh(&program).await.expect("refreshed");
    let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    session.want(&mut planner, &program[0]);
    let preview = session.preview(planner);

    let other = state.opened_by("ana@one").await.expect("open");
    other.lock().await.expect("locked");
    let calls = connect.calls().len();
    let options = session.apply_options();
    let outcome = session.apply(preview, &mut AllKnown, &options).await.expect("ended");
    assert!(
        matches!(&outcome.store, Some(StoreError::Leased { owner, .. }) if owner == "ana@one"),
        "{outcome:?}"
    );
    assert_eq!(connect.calls().len(), calls);
}

/// A plan that was stored and read again.
#[tokio::test(start_paused = true)]
async fn the_apply_of_a_saved_plan_takes_the_lease_too() {
    let state = Shared::over(Double::new());
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let program = [wanted("a", &document("a"))];
    let store = state.opened_by("ana@one").await.expect("open");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("a session");
    session.refresh(&program).await.expect("refreshed");
    let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    session.want(&mut planner, &program[0]);
    let preview = session.preview(planner);
    let saved = session.save(preview).await.expect("saved");
    let plan = saved.load(session.entries(), |_| None).expect("loaded");
    let options = session.apply_options();

    let other = state.opened_by("bob@two").await.expect("open");
    other.lock().await.expect("locked");
    let calls = connect.calls().len();
    let outcome = session.apply_plan(&plan, &options).await;
    let is_told = matches!(&outcome.store, Some(StoreError::Leased { owner, .. }) if owner == "bob@two");
    assert!(is_told, "{outcome:?}");
    assert_eq!(connect.calls().len(), calls);
    other.unlock().await.expect("unlocked");

    let late = state.opened_by("cyd@three").await.expect("open");
    let outcome = session.apply_plan(&plan, &options).await;
    assert!(outcome.is_done(), "{outcome:?}");
    let refused = late.commit(&[put("b")]).await.expect_err("the state has changed");
    assert!(matches!(&refused, StoreError::Changed { by, .. } if by == "ana@one"), "{refused}");
    state.opened_by("bob@two").await.expect("the lease was given back");
}

#[tokio::test(start_paused = true)]
async fn an_apply_gives_the_lease_back_also_when_it_fails_and_takes_none_for_nothing() {
    use connect_user::{
        client::{
            ErrorKind,
            memory::{Fault, Outcome},
        },
        user::Operation,
    };

    let double = Double::new();
    let state = Shared::over(double.clone());
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let program = [wanted("a", &document("a"))];
    let store = state.opened_by("ana@one").await.expect("open");
    assert_eq!(apply(&store, &connect, &program).await, [1, 0, 0]);
    double.forget();
    let store = state.opened_by("ana@one").await.expect("not locked");
    assert_eq!(apply(&store, &connect, &program).await, [0, 0, 0]);
    assert_eq!(double.writes(), 0, "there was nothing to do");

    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let mut session = Session::open(&store, &connect, session_options()).await.expect("a session");
    session.refresh::<connect_user::fleet::ProgramUser>(&[]).await.expect("refreshed");
    let planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    let preview = session.preview(planner);
    let options = session.apply_options();
    let outcome = session.apply(preview, &mut AllKnown, &options).await.expect("ended");
    assert!(!outcome.is_done(), "{outcome:?}");
    state.opened_by("bob@two").await.expect("not locked");
}
