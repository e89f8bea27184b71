//! A user that is replaced keeps the values of ignored properties, wherever the replacement is stopped.

use async_trait::async_trait;
use connect_user::{
    apply::ApplyError,
    client::{
        ConnectClient, DeleteUser, ErrorKind, UpdateUserRoutingProfile,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    fleet::{
        AllKnown, Desired, Lifecycle, MemoryStore, PlanOptions, Planner, ProgramUser, Resolve, Session,
        StateStore, UserPreview, load_all,
    },
    read::Strategy,
    user::{
        Code, DesiredUser, Diagnostic, IdentityManagementType, Input, Operation, PasswordPolicy, Settings,
        UserId, UserState,
    },
    validate::{Context, Overrides, resolve},
};
use serde_json::json;

use crate::{
    apply::options,
    session::{preview, session_options},
    support::*,
};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

/// A user that is deleted before it is created again, and whose routing profile the program sets at first only.
fn program(name: &str) -> [ProgramUser; 1] {
    let ignored = "routingProfileId".parse().expect("a path");
    let settings = Settings::builder().identity_management(SAML).delete_before_replace(true);
    let settings = settings.ignore_changes(vec![ignored]).build();
    [ProgramUser::builder().name("u").desired(validated(&document(name), settings)).build()]
}

async fn run(connect: &MemoryConnect, store: &MemoryStore, program: &[ProgramUser]) -> bool {
    let mut session = Session::open(store, connect, session_options()).await.expect("open");
    session.recover().await.expect("recovered");
    let shown = preview(&mut session, program).await;
    session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done()
}

/// A user that the console has given another routing profile.
async fn reassigned() -> (MemoryConnect, MemoryStore, UserId) {
    let connect = MemoryConnect::new();
    let instance = MemoryInstance::new("i", SAML);
    connect.add_instance(instance.with_routing_profiles(["r1", "r2"]).with_security_profiles(["s1"]));
    let store = MemoryStore::default();
    assert!(run(&connect, &store, &program("ann")).await);
    let id = connect.users(&"i".into()).remove(0).0.user_id;
    let update = UpdateUserRoutingProfile::new("i", id.clone(), "r2");
    connect.update_user_routing_profile(&update).await.expect("updated");
    (connect, store, id)
}

/// The names of the users, and their routing profiles.
fn there(connect: &MemoryConnect) -> Vec<(String, String)> {
    let users = connect.users(&"i".into()).into_iter();
    users.map(|(user, _)| (user.name, user.routing_profile_id.to_string())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_was_stopped_goes_on_with_the_ignored_values_of_the_former_user() {
    let refused = Outcome::Refused(ErrorKind::AccessDenied);
    for faults in [
        vec![(Operation::CreateUser, 1, refused)],
        vec![(Operation::DeleteUser, 1, refused)],
        // Whether the user is deleted is only seen by the next run.
        vec![
            (Operation::DeleteUser, 1, Outcome::AnswerLost),
            (Operation::DeleteUser, 2, refused),
            (Operation::DescribeUser, 1, refused),
        ],
    ] {
        let (connect, store, _) = reassigned().await;
        {
            let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
            let shown = preview(&mut session, &program("anna")).await;
            for (operation, occurrence, outcome) in &faults {
                connect.inject(Fault::of(*operation, *occurrence, *outcome));
            }
            let outcome = session.apply(shown, &mut AllKnown, &options()).await.expect("applied");
            assert!(!outcome.is_done(), "{faults:?}");
        }
        connect.clear_faults();
        assert!(run(&connect, &store, &program("anna")).await, "{faults:?}");
        assert_eq!(there(&connect), [("anna".to_owned(), "r2".to_owned())], "{faults:?}");
        let entry = store.get("u").await.expect("read").expect("an entry");
        assert!(entry.former.is_none(), "{faults:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_whose_former_account_stays_keeps_its_ignored_values() {
    let (connect, store, _) = reassigned().await;
    let mut program = program("anna");
    program[0].lifecycle = Lifecycle::builder().retain_on_delete(true).build();
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&connect, &store, &program).await);
    assert!(run(&connect, &store, &program).await);
    let users = ["ann", "anna"].map(|name| (name.to_owned(), "r2".to_owned()));
    assert_eq!(there(&connect), users);
}

#[tokio::test(start_paused = true)]
async fn a_user_that_somebody_deleted_is_created_as_the_program_says() {
    let (connect, store, id) = reassigned().await;
    // A replacement is stopped before it deletes the user, and given up.
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&connect, &store, &program("anna")).await);
    assert!(run(&connect, &store, &program("ann")).await);
    connect.delete_user(&DeleteUser::new("i", id)).await.expect("deleted");
    assert!(run(&connect, &store, &program("ann")).await);
    assert_eq!(there(&connect), [("ann".to_owned(), "r1".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_a_user_was_is_dropped_with_the_user() {
    let (connect, store, _) = reassigned().await;
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&connect, &store, &program("anna")).await);
    let former = load_all(&store).await.expect("all").remove("u").expect("an entry").former;
    assert_eq!(former.expect("what it was").state.properties.routing_profile_id, "r2".into());
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let drift = session.drift(Strategy::Full, &Settings::default()).await.expect("read");
    assert_eq!(drift.notices.len(), 1);
    assert_eq!((drift.notices[0].code, drift.notices[0].subject.as_deref()), (Code::UNFINISHED, Some("u")));
    let refused = session.forget(&["u".to_owned()], false).await.expect_err("unfinished");
    assert_eq!(refused.to_string(), "an update or replacement of `u` is unfinished");
    assert!(run(&connect, &store, &[]).await);
    assert!(load_all(&store).await.expect("all").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_replacement_is_refused_whose_new_user_breaks_a_rule_for_new_users() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
    let store = MemoryStore::default();
    let settings = Settings::builder().identity_management(IdentityManagementType::ConnectManaged);
    let settings = settings.password(PasswordPolicy::Replace).build();
    let of = |password: &str, prior: Option<&UserState>| {
        let mut document = document("ann");
        document["password"] = json!(password);
        let context = Context::builder().settings(settings.clone()).maybe_prior(prior).build();
        let (desired, _) = resolve(spec(&document), &context).expect("valid");
        [ProgramUser::builder().name("u").desired(desired).password_changed(true).build()]
    };
    assert!(run(&connect, &store, &of("Password123", None)).await);
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let state = session.state("u").expect("there").clone();
    // The password of a user that exists is not sent, and may be a weak one.
    let weak = of("password", Some(&state));
    let shown = preview(&mut session, &weak).await;
    let codes: Vec<_> = shown.reasons().iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["password-weak"]);
    let mut overrides = Overrides::default();
    overrides.allow("password-weak").expect("a rule");
    let mut planner = Planner::new(PlanOptions::builder().overrides(overrides).build());
    session.want(&mut planner, &weak[0]);
    assert!(session.preview(planner).reasons().is_empty());
    assert!(preview(&mut session, &of("Password124", Some(&state))).await.reasons().is_empty());
}

/// The user, with tags that become known only during an apply.
struct Later(&'static str);

impl Later {
    fn program(&self, retain: bool) -> [ProgramUser; 1] {
        let [mut user] = program(self.0);
        let mut spec = user.desired.spec().clone();
        spec.tags = Some(Input::Unknown);
        user.desired = Desired::partial(spec, user.desired.settings().clone());
        user.lifecycle = Lifecycle::builder().retain_on_delete(retain).build();
        [user]
    }
}

#[async_trait]
impl Resolve for Later {
    async fn resolve(&mut self, _: &UserPreview, _: &mut Session<'_>) -> Result<DesiredUser, Diagnostic> {
        match program(self.0) {
            [ProgramUser { desired: Desired::Known(desired), .. }] => Ok(desired),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_kept_where_other_values_become_known_later() {
    for retain in [false, true] {
        let (connect, store, _) = reassigned().await;
        connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        for is_done in [false, true] {
            let mut later = Later("anna");
            let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
            let shown = preview(&mut session, &later.program(retain)).await;
            let outcome = session.apply(shown, &mut later, &options()).await.expect("applied");
            assert_eq!(outcome.is_done(), is_done);
        }
        assert_eq!(there(&connect).last(), Some(&("anna".to_owned(), "r2".to_owned())));
    }
}

/// A user without an account: its replacement was stopped.
async fn stopped(lifecycle: Lifecycle) -> (MemoryConnect, MemoryStore) {
    let (connect, store, _) = reassigned().await;
    let mut program = program("anna");
    program[0].lifecycle = lifecycle;
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&connect, &store, &program).await);
    (connect, store)
}

#[tokio::test(start_paused = true)]
async fn a_user_without_an_account_is_the_same_person_under_another_resource_name() {
    let (connect, store) = stopped(Lifecycle::default()).await;
    let mut renamed = program("ann");
    "w".clone_into(&mut renamed[0].name);
    assert!(run(&connect, &store, &renamed).await);
    assert_eq!(there(&connect), [("ann".to_owned(), "r2".to_owned())]);
    assert_eq!(load_all(&store).await.expect("all").into_keys().collect::<Vec<_>>(), ["w"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_goes_to_the_same_person_however_the_rows_of_a_program_shift() {
    let list = |names: &[&str]| -> Vec<ProgramUser> {
        let users = names.iter().enumerate().map(|(row, name)| {
            let [mut user] = program(name);
            user.name = format!("agents[{row}]");
            user
        });
        users.collect()
    };
    for (first, stopped, then, kept) in [
        (["ann", "bob"], ["anna", "bob"], vec!["zoe", "anna", "bob"], "anna"),
        (["ann", "bob"], ["anna", "bob"], vec!["bob", "anna"], "anna"),
        (["ann", "bob"], ["anna", "bob"], vec!["zoe", "ann", "bob"], "ann"),
        (["ann", "bob"], ["anna", "bob"], vec!["anna", "ann", "bob"], "anna"),
        (["zed", "ann"], ["zed", "anna"], vec!["anna"], "anna"),
        (["zed", "ann"], ["zed", "anna"], vec!["ann"], "ann"),
        (["zed", "ann"], ["zed", "anna"], vec!["ann", "anna"], "anna"),
    ] {
        for is_lost in [false, true] {
            let connect = MemoryConnect::new();
            let instance = MemoryInstance::new("i", SAML);
            connect.add_instance(instance.with_routing_profiles(["r1", "r2"]).with_security_profiles(["s1"]));
            let store = MemoryStore::default();
            assert!(run(&connect, &store, &list(&first)).await);
            let ann =
                connect.users(&"i".into()).into_iter().find(|(user, _)| user.name == "ann").expect("ann");
            let update = UpdateUserRoutingProfile::new("i", ann.0.user_id, "r2");
            connect.update_user_routing_profile(&update).await.expect("updated");
            let refused = Outcome::Refused(ErrorKind::AccessDenied);
            {
                let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
                let shown = preview(&mut session, &list(&stopped)).await;
                match is_lost {
                    // Whether the user is deleted is only seen by the next run.
                    true => {
                        connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::AnswerLost));
                        connect.inject(Fault::of(Operation::DeleteUser, 2, refused));
                        connect.inject(Fault::of(Operation::DescribeUser, 1, refused));
                    }
                    false => connect.inject(Fault::of(Operation::CreateUser, 1, refused)),
                }
                let outcome = session.apply(shown, &mut AllKnown, &options()).await.expect("applied");
                assert!(!outcome.is_done());
            }
            connect.clear_faults();
            tokio::time::sleep(std::time::Duration::from_secs(600)).await;
            assert!(run(&connect, &store, &list(&then)).await, "{then:?}, {is_lost}");
            for (name, profile) in there(&connect) {
                assert_eq!(profile, if name == kept { "r2" } else { "r1" }, "{name} of {then:?}, {is_lost}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_without_an_account_goes_with_all_others() {
    let (connect, store) = stopped(Lifecycle::default()).await;
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = session.preview_destroy(PlanOptions::default());
    assert!(session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done());
    assert!(load_all(&store).await.expect("all").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_account_that_stays_is_not_taken_for_one_that_was_deleted() {
    let stays = Lifecycle::builder().retain_on_delete(true).build();
    let (connect, store) = stopped(stays.clone()).await;
    let mut back = program("ann");
    back[0].lifecycle = stays;
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &back).await;
    let outcome = session.apply(shown, &mut AllKnown, &options()).await.expect("applied");
    assert!(matches!(outcome.users[0].error.as_deref(), Some(ApplyError::NotAdopted { .. })), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_was_refused_leaves_nothing_unfinished() {
    let (connect, store, _) = reassigned().await;
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&connect, &store, &program("anna")).await);
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    assert!(session.forget(&["u".to_owned()], false).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_stays_is_no_reason_to_refuse_a_replacement() {
    let (connect, store, id) = reassigned().await;
    // The console accepts names that the API does not.
    assert!(connect.edit_user(&"i".into(), &id, |user, _| "jane+2".clone_into(&mut user.name)));
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    session.refresh::<ProgramUser>(&[]).await.expect("read");
    let state = session.state("u").expect("there").clone();
    let replacing = vec!["routingProfileId".parse().expect("a path")];
    let settings = Settings::builder().identity_management(SAML).replace_on_changes(replacing).build();
    let context = Context::builder().settings(settings).prior(&state).build();
    let (desired, _) = resolve(spec(&document("jane+2")), &context).expect("valid for a user that exists");
    let mut planner = Planner::new(PlanOptions::default());
    session.want(&mut planner, &ProgramUser::builder().name("u").desired(desired).build());
    let shown = session.preview(planner);
    assert_eq!((shown.count(Action::Replace), shown.reasons()), (1, &[][..]));
}
