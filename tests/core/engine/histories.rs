//! Random histories of one user under an engine: programs with unknown values and ignored places, calls that fail or
//! whose answers are lost, kills between two calls, changes by somebody else, readings. Whatever happens, what is
//! applied is what was planned, and in the end there is one user, as the program says.
//!
//! The usual run is the same each time, as that of fleets is. `RANDOM_CASES=10000` tries so many others; proptest shrinks
//! what it finds.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use connect_user::{
    apply::ObserveError,
    async_trait,
    client::{
        ConnectClient, DeleteUser, ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::{Action, ReplacementOrder},
    engine::{Failure, Journal, Kept, Planned, Resource, ResourceOptions, Snapshot, Spelling},
    read::RefreshOptions,
    user::{Code, IdentityManagementType, PULUMI_UNKNOWN, Timestamp, Value, ignored_path},
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::json;

use super::support::{assert_is_within, changes, codes, config, resource, value};
use crate::{random, support::forget};

/// What happens.
#[derive(Clone, Debug)]
enum Event {
    /// The program is changed, and ignores changes of these places.
    Program(serde_json::Value, Vec<&'static str>),
    /// The program says the same in another way.
    Written([bool; 3]),
    /// The engine plans while these values are not known, and then carries out what is planned.
    Run { unknown: Unknown, hands_planned: bool, killed_after: Option<usize> },
    /// The engine reads the user.
    Refresh,
    /// A call will fail.
    Fault(u32, Outcome),
    /// Somebody else changes the user.
    Console(u8),
    /// New users become visible.
    Show,
}

/// Values that are not known: members of the program, which it may leave out otherwise, and any places of it.
#[derive(Clone, Debug, Default)]
struct Unknown {
    members: Vec<&'static str>,
    places: Vec<Index>,
}

/// How long new users are not visible, where they are not at once.
const HIDDEN: Duration = Duration::from_secs(60);

fn event(kind: IdentityManagementType) -> impl Strategy<Value = Event> {
    let ignored = vec(
        select(vec![
            "identityInfo",
            "identityInfo.mobile",
            "hierarchyGroupId",
            "securityProfileIds",
            "tags",
            "tags.a",
            "userProficiencies",
            "userProficiencies[0]",
            "userProficiencies[0].level",
            "autoAcceptConfigs[1]",
            "name",
        ]),
        0..2,
    );
    let unknown = select(vec![
        "hierarchyGroupId",
        "routingProfileId",
        "tags",
        "identityInfo",
        "phoneConfig",
        "phoneNumberConfigs",
        "autoAcceptConfigs",
        "afterContactWorkConfigs",
        "persistentConnectionConfigs",
        "userProficiencies",
    ]);
    let document = prop_oneof![4 => random::document(kind, "jane"), 1 => random::document(kind, "joan")];
    let unknown = (vec(unknown, 0..3), vec(any::<Index>(), 0..3))
        .prop_map(|(members, places)| Unknown { members, places });
    let outcome = prop_oneof![
        Just(Outcome::Refused(ErrorKind::Throttled)),
        Just(Outcome::AnswerLost),
        Just(Outcome::NoAnswer),
    ];
    prop_oneof![
        3 => (document, ignored).prop_map(|(document, ignored)| Event::Program(document, ignored)),
        3 => any::<[bool; 3]>().prop_map(Event::Written),
        6 => (unknown, any::<bool>(), option::weighted(0.3, 1usize..8)).prop_map(
            |(unknown, hands_planned, killed_after)| Event::Run { unknown, hands_planned, killed_after }
        ),
        1 => Just(Event::Refresh),
        2 => (1u32..9, outcome).prop_map(|(occurrence, outcome)| Event::Fault(occurrence, outcome)),
        1 => (0u8..4).prop_map(Event::Console),
        1 => Just(Event::Show),
    ]
}

/// The same user, written in another way: with ARNs for ids, lists in another order, defaults left out.
pub fn written(mut document: serde_json::Value, [arns, reversed, short]: [bool; 3]) -> serde_json::Value {
    let Some(members) = document.as_object_mut() else { return document };
    for list in members.values_mut() {
        for item in list.as_array_mut().into_iter().flatten() {
            if let Some(id) = item.as_str().and_then(|id| id.rsplit('/').next()) {
                let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/security-profile";
                *item = if arns { json!(format!("{arn}/{id}")) } else { json!(id) };
            }
            let callback = "agentFirstCallbackAutoAccept";
            if let (true, Some(config)) = (short, item.as_object_mut())
                && config.get(callback).is_some_and(|accept| *accept == json!(false))
            {
                config.remove(callback);
            }
        }
        if let (true, Some(list)) = (reversed, list.as_array_mut()) {
            list.reverse();
        }
    }
    document
}

proptest! {
    #![proptest_config(config(192, 2_000))]

    #[test]
    fn what_is_planned_is_what_comes((kind, hides, spelling, first, events) in random::any_kind().prop_flat_map(|kind| {
        let spelling = select(vec![Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase]);
        let hides = proptest::bool::weighted(0.3);
        (Just(kind), hides, spelling, random::document(kind, "jane"), vec(event(kind), 1..10))
    })) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let connect = MemoryConnect::new();
            let hidden = if hides { HIDDEN } else { Duration::ZERO };
            connect.add_instance(MemoryInstance::new("i", kind).with_hidden_time(hidden));
            let mut engine = Engine::new(Arc::new(connect), spelling, first);
            for event in events {
                engine.event(event).await;
            }
            engine.ends().await;
        });
    }
}

/// An engine, whose every run is a process of its own: between two of them there is only the text that it stores.
struct Engine {
    connect: Arc<MemoryConnect>,
    /// How far the service's clock has been turned.
    passed: Duration,
    visible_within: Duration,
    spelling: Spelling,
    program: serde_json::Value,
    ignored: Vec<&'static str>,
    current: Option<String>,
    /// Users that others have replaced, and that are yet to be deleted.
    replaced: Vec<String>,
    /// Whether what is stored may not be what is there: each plan sees as much of that as it reads.
    is_doubtful: bool,
}

impl Engine {
    fn new(connect: Arc<MemoryConnect>, spelling: Spelling, program: serde_json::Value) -> Self {
        Self {
            connect,
            passed: Duration::ZERO,
            visible_within: RefreshOptions::default().visible_within,
            spelling,
            program,
            ignored: Vec::new(),
            current: None,
            replaced: Vec::new(),
            is_doubtful: false,
        }
    }

    async fn event(&mut self, event: Event) {
        self.connect.set_time(self.now());
        match event {
            Event::Program(program, ignored) => (self.program, self.ignored) = (program, ignored),
            Event::Written(how) => self.program = written(self.program.clone(), how),
            Event::Run { unknown, hands_planned, killed_after } => {
                let _ = self.run(&unknown, hands_planned, killed_after).await;
            }
            Event::Refresh => {
                let _ = self.refresh().await;
            }
            Event::Fault(occurrence, outcome) => self.connect.inject(Fault::of_any(occurrence, outcome)),
            Event::Console(what) => {
                self.is_doubtful = true;
                self.console(what);
            }
            Event::Show => self.passed += HIDDEN,
        }
    }

    /// Without faults, a few runs end in what the program says.
    async fn ends(&mut self) {
        self.connect.clear_faults();
        self.passed += HIDDEN;
        self.visible_within = Duration::ZERO;
        self.connect.set_time(self.now());
        let mut why = String::new();
        for _ in 0..4 {
            match self.refresh().await {
                Ok(()) => {}
                // Killed after a creation, and somebody has changed the user since: people decide.
                Err(failure) if is_unclear(&failure) => self.import().await,
                Err(failure) => panic!("a reading without a fault: {failure:?}"),
            }
            match self.run(&Unknown::default(), false, None).await {
                Ok(()) => why.clear(),
                // The same, where the program wants its name again.
                Err(failure) if is_unclear(&failure) => self.delete_others().await,
                Err(failure) => why = format!("{failure:?}"),
            }
            self.passed += HIDDEN;
            self.connect.set_time(self.now());
        }
        assert_eq!(why, "", "the last run failed: {}", self.program);
        self.decide().await;
        let users = self.connect.users(&"i".into());
        assert_eq!(users.len(), 1, "there is one user: {:?}", self.program);
        assert!(self.replaced.is_empty());
        let resource = self.resource();
        let planned = self.plan(&resource, &self.inputs(&Unknown::default())).await.expect("a plan");
        assert!(planned.is_empty(), "left: {:?} of {}", changes(&planned), self.program);
        // What is there, by nobody's record.
        let mut record = self.current().expect("a user");
        let imported = resource.import(&record.id().expect("an id").to_string()).await.expect("a user");
        let differs = self.plan_from(&resource, &imported.kept, &planned.inputs).await;
        assert!(differs.is_empty(), "differs: {:?} of {}", changes(&differs), self.program);
        // A reading gives back what is stored, to the letter.
        record = resource.read(&record).await.expect("a reading").expect("a user").snapshot;
        let again = self.resource().read(&record).await.expect("a reading").expect("a user").snapshot;
        assert_eq!(again.kept.write(), record.kept.write());
        assert_eq!(again, record);
    }

    /// Whom a killed creation may have made under an earlier name, and somebody has changed since, is told by every plan
    /// until people decide.
    async fn decide(&mut self) {
        let planned = self.plan(&self.resource(), &self.inputs(&Unknown::default())).await.expect("a plan");
        if planned.diagnostics.iter().all(|told| told.code != Code::CREATION_UNCLEAR) {
            return;
        }
        self.delete_others().await;
        self.passed += HIDDEN;
        self.connect.set_time(self.now());
        self.refresh().await.expect("a reading");
        self.run(&Unknown::default(), false, None).await.expect("nothing is in doubt");
    }

    /// People delete whoever is not the user that is stored, or about to be deleted.
    async fn delete_others(&self) {
        let stored = self.current().into_iter().chain(self.replaced.iter().map(|text| self.snapshot(text)));
        let own: Vec<_> = stored.filter_map(|user| user.id()).map(|id| id.user).collect();
        let others = self.connect.users(&"i".into());
        for (user, _) in others.into_iter().filter(|(user, _)| !own.contains(&user.user_id)) {
            let gone = DeleteUser::new("i", user.user_id);
            self.connect.delete_user(&gone).await.expect("deleted by hand");
        }
    }

    async fn import(&mut self) {
        let users = self.connect.users(&"i".into());
        let id = format!("i:{}", users[0].0.user_id.bare());
        let imported = self.resource().import(&id).await.expect("a user");
        self.current = Some(self.store(imported));
    }

    fn now(&self) -> Timestamp {
        Timestamp::from(SystemTime::now()).plus(self.passed)
    }

    fn resource(&self) -> Resource {
        let refresh = RefreshOptions::builder().visible_within(self.visible_within).build();
        resource(&self.connect).with_spelling(self.spelling).with_refresh(refresh)
    }

    fn current(&self) -> Option<Snapshot> {
        self.current.as_deref().map(|text| self.snapshot(text))
    }

    fn snapshot(&self, text: &str) -> Snapshot {
        serde_json::from_str(text).expect("a snapshot")
    }

    fn store(&self, snapshot: Snapshot) -> String {
        let text = serde_json::to_string(&self.resource().without_secrets(snapshot)).expect("known values");
        assert!(!text.contains("Password123"), "{text}");
        text
    }

    fn inputs(&self, unknown: &Unknown) -> Value {
        let mut program = self.program.clone();
        forget(&mut program, &unknown.places);
        for member in &unknown.members {
            program[*member] = json!(PULUMI_UNKNOWN);
        }
        self.spelling.value(value(program))
    }

    fn options(&self) -> ResourceOptions<'static> {
        let spelled = |path: &&str| self.spelling.path(&ignored_path(path).expect("a path")).to_string();
        let ignored = self.ignored.iter().map(spelled).collect();
        ResourceOptions::builder().ignore_changes(ignored).build()
    }

    async fn plan(&self, resource: &Resource, inputs: &Value) -> Result<Planned, Failure> {
        resource.diff(self.current().as_ref(), inputs, &self.options()).await
    }

    async fn plan_from(&self, resource: &Resource, kept: &Kept, inputs: &Value) -> Planned {
        let there = Snapshot::new(kept.clone());
        resource.diff(Some(&there), inputs, &ResourceOptions::default()).await.expect("a plan")
    }

    async fn refresh(&mut self) -> Result<(), Failure> {
        let Some(current) = self.current() else { return Ok(()) };
        let read = self.resource().read(&current).await?;
        self.current = read.map(|read| self.store(read.snapshot));
        self.is_doubtful = false;
        Ok(())
    }

    async fn run(
        &mut self,
        unknown: &Unknown,
        hands_planned: bool,
        killed_after: Option<usize>,
    ) -> Result<(), Failure> {
        let resource = self.resource();
        self.delete_replaced(&resource).await?;
        let early = self.plan(&resource, &self.inputs(unknown)).await;
        let planned = self.plan(&resource, &self.inputs(&Unknown::default())).await?;
        // Only a call that fails keeps from planning with less what can be planned with more.
        let early = match early {
            Err(failure) if failure.kind.is_none() => panic!("{unknown:?} of {}: {failure}", self.program),
            early => early?,
        };
        if !self.is_doubtful && early.is_replacement() == planned.is_replacement() {
            assert_is_within(&early.outputs, &planned.outputs);
        }
        if planned.is_empty() {
            // An engine stores the inputs all the same.
            if let Some(current) = self.current() {
                let stored = current.with_inputs(planned.inputs).with_outputs(planned.outputs);
                self.current = Some(self.store(stored));
            }
            return Ok(());
        }
        if planned.action == Action::Replace {
            self.replaced.extend(self.current.take());
            if planned.replacement == Some(ReplacementOrder::DeleteBeforeCreate) {
                self.delete_replaced(&resource).await?;
            }
        }
        self.apply(&resource, &planned, hands_planned, killed_after).await?;
        self.delete_replaced(&resource).await
    }

    async fn apply(
        &mut self,
        resource: &Resource,
        planned: &Planned,
        hands_planned: bool,
        killed_after: Option<usize>,
    ) -> Result<(), Failure> {
        let journal = Disk { user: Mutex::default(), left: Mutex::new(killed_after) };
        let inputs = match hands_planned {
            // As Terraform does.
            true => {
                resource.planned_inputs(&planned.outputs, &planned.kept, &self.inputs(&Unknown::default()))
            }
            false => planned.inputs.clone(),
        };
        // Ignored places are worked into the planned inputs.
        let shown = hands_planned.then_some(&planned.outputs);
        let options = ResourceOptions::builder().journal(&journal).maybe_planned(shown).build();
        let prior = self.current();
        let applied = match &prior {
            Some(prior) => resource.update(prior, &inputs, &options).await,
            None => resource.create(&inputs, &options).await,
        };
        if journal.left.lock().expect("no panic").is_some_and(|left| left == 0) {
            self.is_doubtful = true;
            // The process is gone: there is what it has written down, or what was stored before.
            if let Some(user) = journal.user.into_inner().expect("no panic") {
                self.current = Some(self.store(user));
            }
            return Ok(());
        }
        match applied {
            Ok(applied) => {
                if hands_planned || !self.is_doubtful {
                    assert_is_within(&planned.outputs, &applied.snapshot.outputs);
                }
                let state = applied.snapshot.kept.clone();
                let left = self.plan_from(resource, &state, &inputs).await;
                assert!(left.is_empty(), "left after an apply: {:?}", changes(&left));
                self.current = Some(self.store(applied.snapshot));
                Ok(())
            }
            Err(mut failure) => {
                assert_ne!(codes(&failure), ["replacement-not-planned"]);
                self.is_doubtful = true;
                let snapshot = failure.snapshot.take();
                self.current = snapshot.map(|snapshot| self.store(*snapshot));
                Err(failure)
            }
        }
    }

    async fn delete_replaced(&mut self, resource: &Resource) -> Result<(), Failure> {
        while let Some(text) = self.replaced.last() {
            let old: Snapshot = serde_json::from_str(text).expect("a snapshot");
            resource.delete(&old, &ResourceOptions::default()).await?;
            self.replaced.pop();
        }
        Ok(())
    }

    fn console(&self, what: u8) {
        let users = self.connect.users(&"i".into());
        let Some((user, _)) = users.first() else { return };
        self.connect.edit_user(&"i".into(), &user.user_id, |user, proficiencies| match what {
            0 => user.routing_profile_id = "r9".into(),
            1 => user.hierarchy_group_id = Some("g9".into()),
            2 => drop(user.tags.insert("console".into(), "yes".into())),
            _ => proficiencies.clear(),
        });
    }
}

/// What an engine has on disk, until it is killed.
struct Disk {
    user: Mutex<Option<Snapshot>>,
    left: Mutex<Option<usize>>,
}

#[async_trait]
impl Journal for Disk {
    async fn keep(&self, user: &Snapshot) -> Result<(), ObserveError> {
        let mut left = self.left.lock().expect("no panic");
        if let Some(left) = &mut *left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return Err("killed".into());
            }
        }
        *self.user.lock().expect("no panic") = Some(user.clone());
        Ok(())
    }
}

/// Whether creations, one or more, may have made a user.
fn is_unclear(failure: &Failure) -> bool {
    codes(failure).iter().all(|code| *code == "creation-unclear")
}

/// Random histories come to it seldom.
#[test]
fn a_creation_in_doubt_under_an_earlier_name_is_told_until_people_decide() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let document = |name: &str| {
        json!({
            "instanceId": "i", "name": name, "routingProfileId": "r1", "securityProfileIds": ["s1"],
            "identityInfo": { "firstName": "Ann", "lastName": "Lee" },
            "phoneNumberConfigs": [{ "channel": "VOICE", "phoneType": "SOFT_PHONE" }],
        })
    };
    let run = |killed_after| Event::Run { unknown: Unknown::default(), hands_planned: false, killed_after };
    runtime.block_on(async {
        let connect = MemoryConnect::new();
        let kind = IdentityManagementType::ExistingDirectory;
        connect.add_instance(MemoryInstance::new("i", kind).with_hidden_time(HIDDEN));
        let mut engine = Engine::new(Arc::new(connect), Spelling::CamelCase, document("joan"));
        engine.event(run(Some(2))).await;
        let program = Event::Program(document("jane"), Vec::new());
        for event in [program, Event::Console(0), run(None)] {
            engine.event(event).await;
        }
        assert_eq!(engine.connect.users(&"i".into()).len(), 2);
        engine.ends().await;
    });
}

#[test]
fn what_is_ignored_is_shown_only_where_it_is_known_to_be_given() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (place, console) in [("tags", 2), ("hierarchyGroupId", 1)] {
        let kind = IdentityManagementType::Saml;
        let document = json!({
            "instanceId": "i", "name": "jane", "routingProfileId": "r1", "securityProfileIds": ["s1"],
            "identityInfo": { "firstName": "Ann", "lastName": "Lee" },
            "phoneConfig": { "phoneType": "SOFT_PHONE" },
        });
        let run = |members| Event::Run {
            unknown: Unknown { members, places: Vec::new() },
            hands_planned: false,
            killed_after: None,
        };
        runtime.block_on(async {
            let connect = MemoryConnect::new();
            connect.add_instance(MemoryInstance::new("i", kind));
            let mut engine = Engine::new(Arc::new(connect), Spelling::CamelCase, document.clone());
            let ignoring = Event::Program(document, vec![place]);
            for event in [run(vec![]), Event::Console(console), ignoring, Event::Refresh, run(vec![place])] {
                engine.event(event).await;
            }
            engine.ends().await;
        });
    }
}

#[test]
fn a_user_that_was_not_visible_when_it_was_read_is_shown_as_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let document = |profile: &str| {
        json!({
            "instanceId": "i", "name": "jane", "routingProfileId": "r1", "securityProfileIds": [profile],
            "identityInfo": { "firstName": "Ann", "lastName": "Lee" },
            "phoneNumberConfigs": [{ "channel": "VOICE", "phoneType": "SOFT_PHONE" }],
            "userProficiencies": [],
        })
    };
    let mut second = document("s2");
    second.as_object_mut().expect("a map").remove("userProficiencies");
    let run = || Event::Run { unknown: Unknown::default(), hands_planned: false, killed_after: None };
    runtime.block_on(async {
        let connect = MemoryConnect::new();
        let kind = IdentityManagementType::ExistingDirectory;
        connect.add_instance(MemoryInstance::new("i", kind).with_hidden_time(HIDDEN));
        let mut engine = Engine::new(Arc::new(connect), Spelling::CamelCase, document("s1"));
        let changed = Event::Program(second, Vec::new());
        for event in [run(), changed, Event::Console(2), Event::Refresh, Event::Show, run()] {
            engine.event(event).await;
        }
        engine.ends().await;
    });
}
