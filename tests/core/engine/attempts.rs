//! Creations whose outcome is not known: none is forgotten, and whose user it is stays clear.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use connect_user::{
    apply::ObserveError,
    async_trait,
    client::{
        ErrorKind, TokioTimer,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    engine::{Filter, Journal, Resource, ResourceOptions, Snapshot},
    read::RefreshOptions,
    user::{
        IdentityManagementType::{self, ConnectManaged, Saml},
        Operation, Timestamp, Value,
    },
};
use serde_json::json;

use super::support::{codes, create, diff, inputs, resource, service, text, update};

/// A service that shows new users only after a minute.
struct Hiding {
    connect: Arc<MemoryConnect>,
    begin: Timestamp,
}

impl Hiding {
    fn new(kind: IdentityManagementType) -> Self {
        let connect = MemoryConnect::new();
        connect.add_instance(MemoryInstance::new("i", kind).with_hidden_time(Duration::from_secs(60)));
        let begin = Timestamp::from(SystemTime::now());
        connect.set_time(begin);
        Self { connect: Arc::new(connect), begin }
    }

    fn show(&self) {
        self.connect.set_time(self.begin.plus(Duration::from_secs(61)));
    }

    /// A creation of which nobody hears again; the first call of it may make the user.
    async fn lose(&self, prior: Option<&Snapshot>, desired: &Value, first: Outcome) -> Snapshot {
        self.connect.inject(Fault::of(Operation::CreateUser, 1, first));
        for occurrence in 2..=4 {
            self.connect.inject(Fault::of(Operation::CreateUser, occurrence, Outcome::NoAnswer));
        }
        let (resource, options) = (resource(&self.connect), ResourceOptions::default());
        let failure = match prior {
            Some(prior) => resource.update(prior, desired, &options).await,
            None => resource.create(desired, &options).await,
        };
        let failure = failure.expect_err("lost");
        assert_eq!(codes(&failure), ["outcome-unknown"]);
        self.connect.clear_faults();
        stored(&failure.snapshot.expect("a record"))
    }

    fn names(&self) -> Vec<String> {
        self.connect.users(&"i".into()).into_iter().map(|(user, _)| user.name).collect()
    }
}

/// What another process reads of it.
fn stored(snapshot: &Snapshot) -> Snapshot {
    serde_json::from_str(&serde_json::to_string(snapshot).expect("a text")).expect("a snapshot")
}

#[tokio::test]
async fn a_plain_failure_forgets_no_creation_in_doubt() {
    let service = Hiding::new(Saml);
    let desired = inputs(json!({}));
    let mut uncertain = service.lose(None, &desired, Outcome::AnswerLost).await;
    for kind in [ErrorKind::Throttled, ErrorKind::Cancelled] {
        service.connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(kind)));
        let failure = update(&resource(&service.connect), &uncertain, &desired).await.expect_err("refused");
        assert_eq!(failure.kind, Some(kind));
        uncertain = stored(&failure.snapshot.expect("the creation in doubt"));
        assert!(uncertain.kept.is_uncertain());
        service.connect.clear_faults();
    }
    let options = ResourceOptions::builder().journal(&Full).build();
    let failure = resource(&service.connect).update(&uncertain, &desired, &options).await.expect_err("full");
    uncertain = stored(&failure.snapshot.expect("the creation in doubt"));
    service.show();
    let found = update(&resource(&service.connect), &uncertain, &desired).await.expect("the user");
    assert!(!found.kept.is_uncertain());
    assert_eq!(service.names(), ["jane"]);
}

#[tokio::test(start_paused = true)]
async fn a_creation_in_doubt_is_not_begun_again_while_a_name_is_waited_for() {
    let behind = SystemTime::now() - Duration::from_secs(30);
    for differs in [false, true] {
        for waits in [false, true] {
            let connect = service(Saml);
            let lost = if differs {
                create(&resource(&connect), &inputs(json!({ "routingProfileId": "r2" }))).await;
                Outcome::NoAnswer
            } else {
                connect.set_time(behind.into());
                Outcome::AnswerLost
            };
            connect.inject(Fault::of(Operation::CreateUser, 1, lost));
            let resource = match waits {
                true => resource(&connect).with_sleep(Arc::new(TokioTimer::default())),
                false => resource(&connect),
            };
            let desired = inputs(json!({}));
            let failure = resource.create(&desired, &ResourceOptions::default()).await.expect_err("in doubt");
            assert_eq!(codes(&failure), ["outcome-unknown"], "{failure}");
            let (reason, id) = (&failure.diagnostics[0], failure.taken_by.expect("a user"));
            let (why, help) = match differs {
                true => ("differs in `routingProfileId`", "import that user"),
                false => ("its time of change is not conclusive", "check the clock of this machine"),
            };
            let message = format!(
                "the user `{id}` has the name, and may be the one that this creation made, but {why}"
            );
            assert_eq!(*reason.message, *message);
            assert!(reason.help.as_deref().is_some_and(|text| text.starts_with(help)), "{reason}");
            assert!(!failure.certain);
            assert!(stored(&failure.snapshot.expect("a record")).kept.is_uncertain(), "{waits}");
        }
    }
}

#[tokio::test]
async fn a_host_sets_the_clock_by_which_creations_are_recognised_and_users_may_be_hidden() {
    // A service whose clock stands still, years before that of the machine.
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", Saml).with_hidden_time(Duration::from_secs(600)));
    let connect = Arc::new(connect);
    let ahead = |seconds| {
        let service = connect.clone();
        let refresh = RefreshOptions::builder().visible_within(Duration::from_secs(1_200)).build();
        let now = move || service.time().plus(Duration::from_secs(seconds));
        resource(&connect).with_now(now).with_refresh(refresh)
    };
    let user = stored(&create(&ahead(0), &inputs(json!({}))).await);
    for seconds in [0, 1_190] {
        let seen = ahead(seconds).read(&user).await.expect("a reading").expect("a user");
        assert_eq!(seen.diagnostics[0].code, "not-visible-yet", "{seconds}");
    }
    assert!(ahead(1_210).read(&user).await.expect("a reading").is_none(), "it is gone");
    connect.set_time(connect.time().plus(Duration::from_secs(700)));
    for (seconds, name) in [(0, "june"), (9, "joan"), (11, "jane-2")] {
        connect.add_instance(MemoryInstance::new("i", Saml));
        connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
        let made = ahead(seconds).create(&inputs(json!({ "name": name })), &ResourceOptions::default()).await;
        match made {
            Ok(made) => assert!(seconds < 10 && made.snapshot.id().is_some()),
            Err(failure) => {
                assert_eq!((codes(&failure), seconds), (vec!["outcome-unknown"], 11), "{failure}")
            }
        }
    }
}

#[tokio::test]
async fn a_user_that_is_not_visible_yet_is_not_gone() {
    let service = Hiding::new(Saml);
    let user = stored(&create(&resource(&service.connect), &inputs(json!({}))).await);
    let desired = inputs(json!({ "routingProfileId": "r2" }));
    let failure = update(&resource(&service.connect), &user, &desired).await.expect_err("not visible yet");
    assert!(failure.to_string().contains("is not visible yet"), "{failure}");
    let user = stored(&failure.snapshot.expect("the user"));
    service.show();
    let user = update(&resource(&service.connect), &user, &desired).await.expect("an update");
    assert_eq!(text(&user.outputs, "routingProfileId").as_deref(), Some("r2"));
    assert_eq!(service.names(), ["jane"]);
}

/// A journal that cannot be written.
struct Full;

#[async_trait]
impl Journal for Full {
    async fn keep(&self, _: &Snapshot) -> Result<(), ObserveError> {
        Err("the disk is full".into())
    }
}

#[tokio::test]
async fn every_creation_in_doubt_is_remembered() {
    // The program has changed since: the user of the first is found, and changed.
    let service = Hiding::new(Saml);
    let (first, second) = (inputs(json!({})), inputs(json!({ "routingProfileId": "r2" })));
    let uncertain = service.lose(None, &first, Outcome::AnswerLost).await;
    let uncertain = service.lose(Some(&uncertain), &second, Outcome::NoAnswer).await;
    service.show();
    let user = update(&resource(&service.connect), &uncertain, &second).await.expect("the user");
    assert_eq!(text(&user.outputs, "routingProfileId").as_deref(), Some("r2"));
    assert!(!user.kept.is_uncertain());
    assert_eq!(service.names(), ["jane"]);

    // With another name: the user that the program wants no more is deleted.
    let service = Hiding::new(Saml);
    let second = inputs(json!({ "name": "joan" }));
    let uncertain = service.lose(None, &first, Outcome::AnswerLost).await;
    let uncertain = service.lose(Some(&uncertain), &second, Outcome::AnswerLost).await;
    service.show();
    let again = resource(&service.connect);
    let seen = again.read(&uncertain).await.expect("a reading").expect("a user").snapshot;
    assert_eq!(text(&seen.outputs, "name").as_deref(), Some("joan"));
    assert_eq!(diff(&again, Some(&seen), &second).await.action, Action::Update);
    let user = update(&again, &stored(&seen), &second).await.expect("the user");
    assert!(diff(&again, Some(&user), &second).await.is_empty());
    assert_eq!(service.names(), ["joan"]);

    // And where the second is made at once, the first is not forgotten.
    let service = Hiding::new(Saml);
    let uncertain = service.lose(None, &first, Outcome::AnswerLost).await;
    let joan = stored(&update(&resource(&service.connect), &uncertain, &second).await.expect("joan"));
    assert!(!joan.kept.is_uncertain() && joan.kept.write().contains(r#""name":"jane""#));
    service.show();
    let again = resource(&service.connect);
    let seen = again.read(&joan).await.expect("a reading").expect("a user").snapshot;
    assert!(!seen.kept.write().contains("attempts"));
    again.delete(&stored(&seen), &ResourceOptions::default()).await.expect("a deletion");
    assert!(service.names().is_empty(), "{:?}", service.names());
}

/// Shows every user once a creation begins.
struct Shows<'a>(&'a Hiding);

#[async_trait]
impl Journal for Shows<'_> {
    async fn keep(&self, _: &Snapshot) -> Result<(), ObserveError> {
        self.0.show();
        Ok(())
    }
}

#[tokio::test]
async fn whom_an_earlier_run_made_has_the_password_of_that_run() {
    let service = Hiding::new(ConnectManaged);
    let with = |password: &str, more: &str| inputs(json!({ "password": password, "routingProfileId": more }));
    let uncertain = service.lose(None, &with("Password123", "r1"), Outcome::AnswerLost).await;
    // Another one begins under the same name, for which the password has changed.
    let uncertain = service.lose(Some(&uncertain), &with("Password124", "r2"), Outcome::NoAnswer).await;
    let (shows, desired) = (Shows(&service), with("Password125", "r1"));
    let options = ResourceOptions::builder().journal(&shows).build();
    let failure = resource(&service.connect).update(&uncertain, &desired, &options).await;
    let found = stored(&failure.expect_err("an earlier run made it").snapshot.expect("the user"));
    assert!(found.id().is_some());
    for (password, warns) in [("Password123", false), ("Password124", true), ("Password125", true)] {
        let planned = diff(&resource(&service.connect), Some(&found), &with(password, "r1")).await;
        let warned = planned.diagnostics.iter().any(|found| found.code == "password-unchangeable");
        assert_eq!(warned, warns, "{password}: {planned:?}");
    }
}

#[tokio::test]
async fn nobody_deletes_a_user_that_is_another_resources_by_now() {
    let service = Hiding::new(Saml);
    let uncertain = service.lose(None, &inputs(json!({})), Outcome::AnswerLost).await;
    service.show();
    let id = format!("i:{}", service.connect.users(&"i".into())[0].0.user_id.bare());
    let imports = resource(&service.connect);
    let imported = stored(&imports.import(&id).await.expect("a user"));
    imports.delete(&uncertain, &ResourceOptions::default()).await.expect("nothing to delete");
    assert_eq!(service.names(), ["jane"]);
    // The same where the other one was only planned.
    let plans = resource(&service.connect);
    diff(&plans, Some(&imported), &inputs(json!({}))).await;
    plans.delete(&uncertain, &ResourceOptions::default()).await.expect("nothing to delete");
    assert_eq!(service.names(), ["jane"]);
}

#[tokio::test]
async fn whoever_has_a_user_may_delete_it() {
    // Its own creation, whose answer was lost.
    let connect = service(Saml);
    let (desired, options) = (inputs(json!({})), ResourceOptions::default());
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let lost: Resource = resource(&connect);
    let user = create(&lost, &desired).await;
    connect.clear_faults();
    assert!(lost.delete(&user, &options).await.expect("a deletion").is_empty());
    assert!(connect.users(&"i".into()).is_empty());
    // A user that was taken over from another resource.
    let user = create(&resource(&connect), &desired).await;
    let adopting = resource(&connect).with_adoption(true);
    let adopted = create(&adopting, &desired).await;
    let adopted = update(&adopting, &stored(&adopted), &inputs(json!({ "routingProfileId": "r2" }))).await;
    let adopted = stored(&adopted.expect("an update"));
    let notes = adopting.delete(&user, &options).await.expect("a note");
    assert_eq!(notes[0].code, "taken-over");
    assert_eq!(connect.users(&"i".into()).len(), 1);
    assert!(adopting.delete(&adopted, &options).await.expect("a deletion").is_empty());
    assert!(connect.users(&"i".into()).is_empty());
}

#[tokio::test]
async fn whoever_only_looks_has_nobody() {
    let connect = service(Saml);
    let desired = inputs(json!({}));
    let user = create(&resource(&connect), &desired).await;
    let adopting = resource(&connect).with_adoption(true);
    let page = adopting.list("i", Filter::default(), true).next_page().await.expect("a page");
    assert_eq!(page.expect("users").len(), 1);
    let found = adopting.look_up(&user.id().expect("an id").to_string()).await.expect("a user");
    assert_eq!(found.id(), user.id());
    assert_eq!(create(&adopting, &desired).await.id(), user.id());
    // Whoever imports it has it.
    let importing = resource(&connect).with_adoption(true);
    importing.import(&user.id().expect("an id").to_string()).await.expect("a user");
    let failure = importing.create(&desired, &ResourceOptions::default()).await.expect_err("taken");
    assert_eq!(codes(&failure), ["name-taken"]);
}

#[tokio::test]
async fn a_journal_gets_no_secret() {
    let connect = service(ConnectManaged);
    let desired = inputs(json!({
        "password": "Password123",
        "userProficiencies": [{ "attributeName": "a", "attributeValue": "v", "level": 3 }],
    }));
    let journal = Texts::default();
    let options = ResourceOptions::builder().journal(&journal).build();
    resource(&connect).create(&desired, &options).await.expect("a user");
    let texts = journal.0.into_inner().expect("no panic");
    assert!(texts.len() > 2 && texts.iter().all(|text| !text.contains("Password123")), "{texts:?}");
}

#[derive(Default)]
struct Texts(Mutex<Vec<String>>);

#[async_trait]
impl Journal for Texts {
    async fn keep(&self, user: &Snapshot) -> Result<(), ObserveError> {
        self.0.lock().expect("no panic").push(serde_json::to_string(user)?);
        Ok(())
    }
}
