//! Random histories of fleets against a model of what may happen to them.
//!
//! A history is some rounds in which a program changes, somebody works in the console, and a run of the host
//! fails, is ended or is killed in any way; then the world is quiet, and a few runs must bring the service to
//! exactly what the program says. Meanwhile nobody is deleted who is still desired, nothing changes that the
//! program does not manage, and nobody's user is touched who is not the program's.
//!
//! Every history has a seed, and is the same each time. `RANDOM_CASES=10000` tries more of them, and
//! `RANDOM_SEED=17` only that one, with what happens in it.

mod check;
mod console;
mod host;
mod person;
mod program;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use connect_user::{
    client::{
        Timer, UserDescription,
        memory::{MemoryConnect, MemoryInstance},
    },
    fleet::MemoryStore,
    user::{IdentityManagementType, Timestamp, UserId},
};
use fastrand::Rng;

pub use self::host::Mortal;
use self::person::{Part, Person};
use crate::{apply::timer, support::each_seed};

const INSTANCES: [&str; 2] = ["i", "j"];

/// How many users an instance takes: few, so that there is often no room.
const LIMIT: usize = 7;

/// The morning on which every history begins.
const BEGIN: u64 = 1_767_254_400_000;

/// What is noted of the password that a user was made with.
const PASSWORD: &str = "password";

#[test]
fn histories_end_as_the_program_says() {
    let is_told = std::env::var_os("RANDOM_SEED").is_some();
    each_seed(150, |seed| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(World::new(seed, is_told).live());
    });
}

/// The password that each user was made with.
type Known = Arc<Mutex<BTreeMap<UserId, String>>>;

struct World {
    random: Rng,
    is_told: bool,
    timer: Arc<dyn Timer>,
    connect: Arc<MemoryConnect>,
    store: MemoryStore,
    program: Vec<(String, Person)>,
    /// How many names of users and of resources were ever used.
    logins: usize,
    keys: usize,
    /// Users of others, as they must stay.
    foreign: BTreeMap<UserId, UserDescription>,
    /// What was set by hand and the program has never managed.
    by_hand: BTreeMap<(UserId, Part), String>,
    /// Whoever the program has ever managed a part of.
    managed: BTreeSet<(UserId, Part)>,
    /// Users whom the program imports, or once did.
    imports: BTreeSet<UserId>,
    /// Users who may be replaced in place, since their password has changed.
    new_passwords: BTreeSet<(usize, String)>,
    /// The passwords of the users whom runs have made.
    passwords: Known,
}

impl World {
    fn new(seed: u64, is_told: bool) -> Self {
        let mut random = Rng::with_seed(seed);
        // The pauses before repetitions, too.
        fastrand::seed(seed);
        let timer: Arc<dyn Timer> = timer();
        let connect = MemoryConnect::new();
        for instance in INSTANCES {
            let hidden = Duration::from_secs(*[0, 0, 3, 20].get(random.usize(..4)).unwrap_or(&0));
            connect.add_instance(
                MemoryInstance::new(instance, IdentityManagementType::ConnectManaged)
                    .with_user_quota(LIMIT)
                    .with_hidden_time(hidden),
            );
        }
        connect.set_time(Timestamp::from_millis(BEGIN));
        connect.follow(timer.clone());
        Self {
            random,
            is_told,
            timer,
            connect: Arc::new(connect),
            store: MemoryStore::default(),
            program: Vec::new(),
            logins: 0,
            keys: 0,
            foreign: BTreeMap::new(),
            by_hand: BTreeMap::new(),
            managed: BTreeSet::new(),
            imports: BTreeSet::new(),
            new_passwords: BTreeSet::new(),
            passwords: Known::default(),
        }
    }

    async fn live(mut self) {
        for _ in 0..self.random.usize(1..6) {
            self.add();
        }
        for _ in 0..self.random.usize(1..7) {
            for _ in 0..self.random.usize(..4) {
                self.edit_program();
            }
            for _ in 0..self.random.usize(..3) {
                self.work_in_the_console().await;
            }
            self.run_in_trouble().await;
            let pause = Duration::from_secs(self.one_of(&[1, 4, 30, 700, 90_000]));
            tokio::time::sleep(pause).await;
        }
        self.end_quietly().await;
    }

    fn users(&self, instance: usize) -> Vec<UserDescription> {
        let users = self.connect.users(&INSTANCES[instance].into());
        users.into_iter().map(|(user, _)| user).collect()
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.random.usize(..values.len())]
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>9.3?} {}", self.timer.now(), what());
        }
    }
}
