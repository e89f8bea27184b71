//! Random histories of users whose first name the program ignores: whatever interrupts their replacements, each new
//! user has the first name that the user before it had.

use std::{sync::Arc, time::Duration};

use connect_user::{
    client::{
        ConnectClient, DescribeUser, ErrorKind, Rate, TokenBuckets,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    fleet::{
        AllKnown, Guard, Lifecycle, MemoryStore, PlanOptions, Planner, ProgramUser, Session, SessionOptions,
        StateStore,
    },
    read::{RefreshOptions, Strategy},
    user::{IdentityManagementType, Operation, Settings, Timestamp},
};
use fastrand::Rng;
use serde_json::json;

use crate::{apply::timer, histories::Mortal, support::*};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

/// The morning on which every history begins.
const BEGIN: u64 = 1_767_254_400_000;

#[test]
fn every_new_user_has_the_ignored_values_of_the_user_before() {
    each_seed(150, |seed| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
        fastrand::seed(seed);
        runtime.block_on(World::new(seed).live());
    });
}

/// A user of the program.
struct Person {
    name: String,
    renamed: usize,
    /// The first name in the program, which only a first user gets.
    first: &'static str,
    deletes_first: bool,
    stays: bool,
    /// The first name that the user must have, once it is there.
    kept: Option<&'static str>,
}

struct World {
    random: Rng,
    connect: MemoryConnect,
    store: MemoryStore,
    timer: Arc<connect_user::client::TokioTimer>,
    people: Vec<Person>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let connect = MemoryConnect::new();
        let hidden = Duration::from_secs([0, 0, 3, 20][random.usize(..4)]);
        connect.add_instance(MemoryInstance::new("i", SAML).with_hidden_time(hidden));
        connect.set_time(Timestamp::from_millis(BEGIN));
        let timer = timer();
        connect.follow(timer.clone());
        let person = |number| Person {
            name: format!("person-{number}"),
            renamed: 0,
            first: "program",
            deletes_first: number != 1,
            stays: false,
            kept: None,
        };
        Self { random, connect, store: MemoryStore::default(), timer, people: (0..3).map(person).collect() }
    }

    async fn live(mut self) {
        for _ in 0..self.random.usize(2..8) {
            for _ in 0..self.random.usize(..3) {
                self.edit_program();
            }
            self.run_in_trouble().await;
            tokio::time::sleep(Duration::from_secs([1, 30, 700, 90_000][self.random.usize(..4)])).await;
            self.look().await;
            self.work_in_the_console().await;
        }
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(1_200)).await;
            self.run(&self.store, Strategy::Full).await;
        }
        self.look().await;
        for person in &self.people {
            let login = person.login();
            let users = self.connect.users(&"i".into());
            let user = users.iter().find(|(user, _)| user.name == login).expect("it is there");
            assert_eq!(user.0.identity.first_name.as_deref(), Some(person.kept.expect("known")), "{login}");
        }
    }

    fn edit_program(&mut self) {
        let one = self.random.usize(..self.people.len());
        let what = self.random.u8(..6);
        let person = &mut self.people[one];
        match what {
            0 => person.deletes_first = !person.deletes_first,
            1 => person.stays = !person.stays,
            2 => person.first = ["program", "changed"][self.random.usize(..2)],
            _ => person.renamed += 1,
        }
    }

    /// The first name of each user that is recorded for the first time is the one that stays.
    async fn look(&mut self) {
        for person in &mut self.people {
            let entry = self.store.get(&person.name).await.expect("read").unwrap_or_default();
            let Some(state) = entry.state.filter(|_| entry.creating.is_empty()) else { continue };
            if person.kept.is_none() {
                let first = state.properties.identity.first_name.as_deref();
                person.kept = ["program", "changed"].into_iter().find(|name| first == Some(*name));
            }
        }
    }

    /// Somebody changes the first names of users that are recorded, and that no creation will replace unseen.
    async fn work_in_the_console(&mut self) {
        for person in &mut self.people {
            let entry = self.store.get(&person.name).await.expect("read").unwrap_or_default();
            let Some(state) = entry.state.filter(|_| entry.creating.is_empty()) else { continue };
            let read = DescribeUser::new("i", state.user_id.clone());
            // Who is not visible yet is changed by nobody.
            if self.connect.describe_user(&read).await.is_err() {
                continue;
            }
            let first = ["one", "two", "three"][self.random.usize(..3)];
            let is_there = self.connect.edit_user(&"i".into(), &state.user_id, |user, _| {
                user.identity.first_name = Some(first.into());
            });
            if is_there {
                person.kept = Some(first);
            }
        }
    }

    async fn run_in_trouble(&mut self) {
        let strategy = [Strategy::Changed, Strategy::Search, Strategy::Full][self.random.usize(..3)];
        let outcomes = [
            Outcome::AnswerLost,
            Outcome::NoAnswer,
            Outcome::Refused(ErrorKind::AccessDenied),
            Outcome::Refused(ErrorKind::Service),
        ];
        match self.random.u8(..4) {
            0 => self.run(&self.store, strategy).await,
            1 | 2 => {
                let mortal = Mortal::new(&self.store, self.random.i64(0..10), self.random.bool());
                tokio::select! {
                    () = mortal.dies() => {}
                    () = self.run(&mortal, strategy) => {}
                }
            }
            _ => {
                for _ in 0..self.random.usize(1..5) {
                    let operations = [
                        Operation::CreateUser,
                        Operation::DeleteUser,
                        Operation::DescribeUser,
                        Operation::SearchUsers,
                    ];
                    let operation = operations[self.random.usize(..operations.len())];
                    let outcome = outcomes[self.random.usize(..outcomes.len())];
                    self.connect.inject(Fault::of(operation, self.random.u32(1..4), outcome));
                }
                self.run(&self.store, strategy).await;
                self.connect.clear_faults();
            }
        }
    }

    async fn run(&self, store: &dyn StateStore, strategy: Strategy) {
        let now = || {
            Timestamp::from_millis(BEGIN + connect_user::client::Timer::now(&*self.timer).as_millis() as u64)
        };
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, self.timer.clone()));
        let options = SessionOptions::builder()
            .timer(self.timer.clone())
            .pace(pace)
            .refresh(RefreshOptions::builder().strategy(strategy).build())
            .now(&now)
            .build();
        let program: Vec<ProgramUser> = self.people.iter().map(Person::user).collect();
        let mut session = Session::open(store, &self.connect, options).await.expect("open");
        session.recover().await.expect("looked for");
        session.refresh(&program).await.expect("read");
        let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
        for user in &program {
            session.want(&mut planner, user);
        }
        let preview = session.preview(planner);
        let mut applying = session.apply_options();
        applying.apply.read_back = false;
        // A plan that is refused, such as for a user that could not be read, changes nothing.
        drop(session.apply(preview, &mut AllKnown, &applying).await);
    }
}

impl Person {
    fn login(&self) -> String {
        format!("{}-{}", self.name, self.renamed)
    }

    fn user(&self) -> ProgramUser {
        let mut document = document(&self.login());
        document["identityInfo"]["firstName"] = json!(self.first);
        let ignored = "identityInfo.firstName".parse().expect("a path");
        let settings = Settings::builder().identity_management(SAML).ignore_changes(vec![ignored]);
        let settings = settings.delete_before_replace(self.deletes_first).build();
        ProgramUser::builder()
            .name(&self.name)
            .desired(validated(&document, settings))
            .lifecycle(Lifecycle::builder().retain_on_delete(self.stays).build())
            .build()
    }
}
