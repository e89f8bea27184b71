//! Random histories of a fleet: programs that change, hands that change users, and runs that are disturbed.
//! In the end there is exactly who is wanted, and on the way nobody is lost, taken over or overwritten.
//!
//! `RANDOM_CASES` runs more of them, and `RANDOM_SEED` one again.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

use connect_user::{
    apply,
    client::{
        ConnectClient, CreateUser, Delayed, DeleteUser, ErrorKind, Rate, TokenBuckets,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    fleet::{
        self, ApplyOptions, Capacity, FleetOutcome, FleetPlan, FleetRefused, Guard, MemoryStore, PlanOptions,
        RefreshOptions, StateStore, Strategy, Wanted, load_all, plan, recover, refresh,
    },
    user::{IdentityManagementType, InstanceId, Operation, UserId},
};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::{apply::timer, support::*};

const INSTANCES: [&str; 2] = ["i", "j"];
const LIMIT: usize = 6;

/// A user in the program: its instance, its user name, and what the program sets.
type Person = (&'static str, String, Value);

struct World {
    connect: MemoryConnect,
    store: MemoryStore,
    program: BTreeMap<String, Person>,
    /// Users that no run has made.
    foreign: BTreeSet<UserId>,
    /// What was set by hand and no program sets.
    by_hand: BTreeMap<UserId, String>,
}

impl World {
    fn new(random: &mut Rng) -> Self {
        let connect = MemoryConnect::new();
        for id in INSTANCES {
            let hidden = Duration::from_secs(random.u64(0..3) * 20);
            let instance = MemoryInstance::new(id, IdentityManagementType::Saml).with_user_quota(LIMIT);
            connect.add_instance(instance.with_hidden_time(hidden));
        }
        connect.follow(timer());
        Self {
            connect,
            store: MemoryStore::default(),
            program: BTreeMap::new(),
            foreign: BTreeSet::new(),
            by_hand: BTreeMap::new(),
        }
    }

    fn wanted(&self) -> Vec<Wanted> {
        self.program.iter().map(|(key, (_, _, document))| wanted(key, document)).collect()
    }

    /// Changes the program: rows go, come, change, are renamed, moved, or exchange their resource names.
    fn edit_program(&mut self, random: &mut Rng) {
        for _ in 0..random.usize(1..4) {
            let key = format!("u{}", random.u8(0..5));
            let person = (INSTANCES[random.usize(0..2)], format!("n{}", random.u8(0..6)));
            let is_free =
                !self.program.values().any(|(instance, name, _)| (*instance, name) == (person.0, &person.1));
            match random.u8(0..6) {
                0 => drop(self.program.remove(&key)),
                1 => self.shift_rows(),
                2 => {
                    let other = format!("u{}", random.u8(0..5));
                    let (one, two) = (self.program.remove(&key), self.program.remove(&other));
                    self.program.extend(one.map(|person| (other, person)));
                    self.program.extend(two.map(|person| (key, person)));
                }
                3 => {
                    if let Some((instance, name, document)) = self.program.get_mut(&key) {
                        *document = settings(random, instance, name);
                    }
                }
                _ if is_free => {
                    let document = settings(random, person.0, &person.1);
                    self.program.insert(key, (person.0, person.1, document));
                }
                _ => {}
            }
        }
    }

    /// The first row goes, and all behind it get the resource name of the one before.
    fn shift_rows(&mut self) {
        let (keys, mut people): (Vec<_>, Vec<_>) = std::mem::take(&mut self.program).into_iter().unzip();
        if !people.is_empty() {
            people.remove(0);
        }
        self.program = keys.into_iter().zip(people).collect();
    }

    /// Somebody changes users in the console.
    async fn edit_by_hand(&mut self, random: &mut Rng) {
        let instance = InstanceId::new(INSTANCES[random.usize(0..2)]);
        let Some((user, _)) = random.choice(self.connect.users(&instance)) else { return };
        // Whose a user is that differs from what an attempt in doubt has asked for, nobody can tell.
        if !self.recorded().contains(&user.user_id) {
            self.foreign.insert(user.user_id.clone());
        }
        match random.u8(0..6) {
            0..=2 => {
                let address = format!("hand{}@example.com", random.u16(..));
                self.connect.edit_user(&instance, &user.user_id, |user, _| {
                    user.identity.secondary_email = Some(address.clone().into());
                });
                self.by_hand.insert(user.user_id, address);
            }
            3 => {
                self.connect.edit_user(&instance, &user.user_id, |user, _| {
                    user.identity.first_name = Some("Hand".into());
                    user.tags.insert("hand".to_owned(), "1".to_owned());
                });
            }
            _ => {
                let request = DeleteUser { instance_id: instance.clone(), user_id: user.user_id.clone() };
                let is_gone = self.connect.delete_user(&request).await.is_ok();
                if is_gone && random.bool() {
                    self.make_by_hand(&instance, &user.name).await;
                }
            }
        }
    }

    async fn make_by_hand(&mut self, instance: &InstanceId, name: &str) {
        let mut document = document(name);
        document["instanceId"] = json!(instance.bare());
        document["identityInfo"]["firstName"] = json!("Foreign");
        let desired = wanted("foreign", &document).desired;
        let settings = desired.settings().clone();
        let request = CreateUser {
            instance_id: instance.clone(),
            name: name.to_owned(),
            password: None,
            directory_user_id: None,
            identity: settings.identity,
            phone: Some(settings.phone),
            routing_profile_id: settings.routing_profile_id,
            security_profile_ids: settings.security_profile_ids,
            hierarchy_group_id: None,
            channels: settings.channels,
            tags: Default::default(),
        };
        if let Ok(made) = self.connect.create_user(&request).await {
            self.foreign.insert(made.user_id);
        }
    }

    /// Recovers, reads again and plans, as a host does.
    async fn look(&self, strategy: Strategy) -> Result<FleetPlan, FleetRefused> {
        let now = || self.connect.time();
        let options = apply::Options::builder().now(&now).build();
        let recovered = recover(&load_all(&self.store).await.expect("all"), &self.connect, &options).await;
        self.store.commit(&recovered.changes).await.expect("written");
        tell(|| {
            format!("recovered: {:?}", recovered.users.iter().map(|user| user.message()).collect::<Vec<_>>())
        });
        let entries = load_all(&self.store).await.expect("all");
        let known =
            entries.iter().filter_map(|(name, entry)| Some((name.clone(), entry.state.clone()?))).collect();
        let wanted = self.wanted();
        let options = RefreshOptions::builder().strategy(strategy).now(now()).build();
        let refreshed = refresh(&wanted, &known, &self.connect, &options).await;
        tell(|| format!("{:?}", refreshed.findings));
        assert!(refreshed.failed.is_empty(), "{:?}", refreshed.failed);
        self.store.commit(&refreshed.changes(&entries)).await.expect("written");
        let capacity = INSTANCES.map(|id| {
            let present = self.connect.users(&id.into()).len();
            (id.to_owned(), Capacity { present, limit: LIMIT })
        });
        let options = PlanOptions::builder().guard(Guard::OFF).capacity(capacity.into()).build();
        plan(&wanted, &refreshed.there(), &options)
    }

    /// Carries a plan out; dropped after some time, if one is given.
    async fn run(
        &self,
        plan: &FleetPlan,
        killed: Option<Duration>,
        cancelled: Option<Duration>,
    ) -> Option<FleetOutcome> {
        let timer = timer();
        let client = Delayed::new(&self.connect, Duration::from_millis(50), timer.clone());
        let now = || self.connect.time();
        let rate = Rate { every: Duration::from_millis(100), burst: NonZeroU32::MIN };
        let pace = std::sync::Arc::new(TokenBuckets::new(rate, timer.clone()));
        let options = ApplyOptions::builder().timer(timer).pace(pace).now(&now).build();
        let cancel = options.cancel.clone();
        let apply = fleet::apply(plan, &self.store, &client, &options);
        let end = async {
            if let Some(after) = cancelled {
                tokio::time::sleep(after).await;
                cancel.cancel();
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            outcome = apply => Some(outcome),
            () = end => None,
            () = tokio::time::sleep(killed.unwrap_or(Duration::MAX / 4)) => None,
        }
    }

    /// Nobody is deleted who is still wanted, and nobody else's user is touched.
    async fn check_calls(&self, before: &BTreeMap<UserId, (String, String)>, leftover: &BTreeSet<UserId>) {
        let wanted: BTreeSet<(String, String)> =
            self.program.values().map(|(instance, name, _)| ((*instance).to_owned(), name.clone())).collect();
        for call in self.connect.calls().iter().filter(|call| call.operation.writes()) {
            let Some(user) = call.user.as_deref().map(UserId::new) else { continue };
            if call.operation == Operation::CreateUser {
                continue;
            }
            assert!(!self.foreign.contains(&user), "{call:?} changes somebody else's user");
            if call.operation == Operation::DeleteUser
                && let Some(identity) = before.get(&user).filter(|_| !leftover.contains(&user))
            {
                assert!(!wanted.contains(identity), "{call:?}: {identity:?} is still wanted");
            }
        }
    }

    fn check_by_hand(&self) {
        for instance in INSTANCES {
            for (user, _) in self.connect.users(&instance.into()) {
                if let Some(address) = self.by_hand.get(&user.user_id) {
                    let is = user.identity.secondary_email.as_deref();
                    assert_eq!(is, Some(address.as_str()), "`{}` was overwritten", user.name);
                }
            }
        }
    }

    fn there(&self) -> BTreeMap<UserId, (String, String)> {
        let of = |id: &str| {
            let users = self.connect.users(&id.into()).into_iter();
            users.map(move |(user, _)| (user.user_id, (id.to_owned(), user.name))).collect::<Vec<_>>()
        };
        INSTANCES.iter().flat_map(|id| of(id)).collect()
    }

    fn recorded(&self) -> BTreeSet<UserId> {
        let states = self.store.entries().into_values().filter_map(|entry| entry.state);
        states.map(|state| state.user_id).chain(self.leftover()).collect()
    }

    fn leftover(&self) -> BTreeSet<UserId> {
        let states = self.store.entries().into_values().filter_map(|entry| entry.state);
        states.flat_map(|state| state.record.unfinished.replaced).map(|gone| gone.user_id).collect()
    }
}

/// Tells what happens, where one history runs again.
fn tell(what: impl FnOnce() -> String) {
    if std::env::var_os("RANDOM_SEED").is_some() {
        println!("{}", what());
    }
}

fn steps(plan: &FleetPlan) -> Vec<String> {
    let step = |user: &fleet::UserPlan| {
        let steps: Vec<_> = user.plan.steps().iter().map(|step| step.operation.name()).collect();
        format!("{} from {:?}: {steps:?}", user.name, user.moved_from)
    };
    plan.users().iter().map(step).collect()
}

fn settings(random: &mut Rng, instance: &str, name: &str) -> Value {
    let mut document = document(name);
    document["instanceId"] = json!(instance);
    document["routingProfileId"] = json!(["r1", "r2"][random.usize(0..2)]);
    document["identityInfo"]["firstName"] = json!(["A", "C"][random.usize(0..2)]);
    document["phoneConfig"]["afterContactWorkTimeLimit"] = json!(random.u8(0..3));
    document
}

fn fault(random: &mut Rng) -> Fault {
    let outcome = match random.u8(0..6) {
        0 => Outcome::Refused(ErrorKind::Throttled),
        1 => Outcome::Refused(ErrorKind::Service),
        2 => Outcome::Refused(ErrorKind::AccessDenied),
        3 => Outcome::NoAnswer,
        _ => Outcome::AnswerLost,
    };
    let operations = [Operation::CreateUser, Operation::DeleteUser, Operation::UpdateUserIdentityInfo];
    match random.bool() {
        true => Fault::of_any(random.u32(1..20), outcome),
        false => Fault::of(operations[random.usize(0..3)], random.u32(1..3), outcome),
    }
}

async fn history(seed: u64) {
    let mut random = Rng::with_seed(seed);
    let mut world = World::new(&mut random);
    for _ in 0..random.usize(1..5) {
        world.edit_program(&mut random);
        if random.bool() {
            world.edit_by_hand(&mut random).await;
        }
        let strategy = [Strategy::Changed, Strategy::Search, Strategy::Full][random.usize(0..3)];
        let (there, leftover) = (world.there(), world.leftover());
        let Ok(plan) = world.look(strategy).await else { continue };
        world.connect.clear_calls();
        tell(|| format!("{:?}\n{strategy:?} {:?}", world.program, steps(&plan)));
        for _ in 0..random.usize(0..3) {
            let fault = fault(&mut random);
            tell(|| format!("{fault:?}"));
            world.connect.inject(fault);
        }
        let millis = |random: &mut Rng| random.bool().then(|| Duration::from_millis(random.u64(0..2_000)));
        let (killed, cancelled) = (millis(&mut random), millis(&mut random));
        let outcome = world.run(&plan, killed, cancelled).await;
        tell(|| {
            format!("killed {killed:?} cancelled {cancelled:?} {:?}", outcome.map(|outcome| outcome.users))
        });
        tell(|| format!("{:?}\n{:?}", world.connect.calls(), world.store.entries()));
        world.connect.clear_faults();
        world.check_calls(&there, &leftover).await;
        world.check_by_hand();
        let pause = if random.bool() { 1 } else { random.u64(1..1_000) };
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
    // Nothing disturbs any longer, and whoever is in the way is taken out.
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let names: BTreeSet<(String, String)> =
        world.program.values().map(|(instance, name, _)| ((*instance).to_owned(), name.clone())).collect();
    for (user_id, identity) in world.there() {
        if world.foreign.contains(&user_id) && names.contains(&identity) {
            let request = DeleteUser { instance_id: identity.0.as_str().into(), user_id };
            world.connect.delete_user(&request).await.expect("deleted");
        }
    }
    let mut last = None;
    for _ in 0..4 {
        let (there, leftover) = (world.there(), world.leftover());
        let plan = match world.look(Strategy::Full).await {
            Ok(plan) => plan,
            // There may be no room for all: that is known before the first call.
            Err(refused) => {
                assert!(refused.reasons.iter().all(|reason| reason.code == "instance-full"), "{refused:?}");
                return;
            }
        };
        world.connect.clear_calls();
        tell(|| format!("calm: {:?}\n{:?}\n{:?}", world.program, steps(&plan), world.there()));
        let outcome = world.run(&plan, None, None).await.expect("to its end");
        tell(|| format!("{:?}", world.connect.calls()));
        world.check_calls(&there, &leftover).await;
        world.check_by_hand();
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        let is_done = outcome.is_done();
        last = Some(outcome);
        if is_done && world.look(Strategy::Full).await.expect("a plan").is_empty() {
            break;
        }
    }
    let plan = world.look(Strategy::Full).await.expect("a plan");
    assert!(plan.is_empty(), "the second plan is not empty: {plan:?}, after {last:?}");
    let there: BTreeSet<(String, String)> =
        world.there().into_iter().filter(|(id, _)| !world.foreign.contains(id)).map(|(_, who)| who).collect();
    assert_eq!(there, names, "there is not exactly who is wanted, after {last:?}");
    let entries = world.store.entries();
    let recorded = entries.iter().filter(|(_, entry)| entry.state.is_some()).map(|(name, _)| name);
    assert!(recorded.eq(world.program.keys()), "somebody else is recorded: {entries:?}");
    // Whether a foreign user is the one of an attempt of ours may never be known.
    let in_doubt = entries.values().any(|entry| !entry.creating.is_empty());
    assert!(!in_doubt || !world.foreign.is_empty(), "a creation stays in doubt: {entries:?}");
}

#[test]
fn whatever_happens_there_is_exactly_who_is_wanted_in_the_end() {
    each_seed(300, |seed| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(history(seed));
    });
}
