//! Runs of the host, and how they go wrong.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::ApplyOptions,
    client::{
        CancellationToken, ErrorKind, Rate, RetryPolicy, TokenBuckets,
        memory::{Fault, Outcome},
    },
    fleet::{
        Capacity, Entry, FleetObserver, FleetOptions, FleetOutcome, FleetPlan, FleetRefused, Guard,
        MemoryStore, PlanOptions, ProgramUser, StateStore, StoreChange, StoreError, load_all, plan, recover,
        refresh,
    },
    read::{RefreshOptions, Strategy},
    user::{IdentityManagementType, Operation, PasswordPolicy, Settings, Timestamp, UserState},
    validate::{Context, resolve},
};
use tokio::sync::Notify;

use super::{BEGIN, INSTANCES, LIMIT, PASSWORD, World, person::Person};
use crate::support::spec;

/// How a run of the host goes wrong.
#[derive(Debug)]
pub(super) enum Trouble {
    None,
    Faults(Vec<Fault>),
    Killed { after: i64, writes_last: bool },
    Cancelled(Duration),
}

/// A store that dies at a commit, before or after it has written.
#[derive(Debug)]
struct Mortal<'a> {
    store: &'a MemoryStore,
    /// How many commits are left; negative for no end.
    left: AtomicI64,
    writes_last: bool,
    died: Notify,
}

#[async_trait]
impl StateStore for Mortal<'_> {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.store.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.store.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let is_last = self.left.fetch_sub(1, Ordering::Relaxed) == 0;
        if !is_last || self.writes_last {
            self.store.commit(changes).await?;
        }
        if is_last {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// What a host notes: the password that each user was made with.
struct Notes<'a>(&'a BTreeMap<String, u32>);

impl FleetObserver for Notes<'_> {
    fn notes(
        &self,
        name: &str,
        state: Option<&UserState>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut notes = before.clone();
        if let (None, Some(password)) = (state, self.0.get(name)) {
            notes.insert(PASSWORD.to_owned(), password.to_string());
        }
        notes
    }
}

impl World {
    pub(super) async fn run_in_trouble(&mut self) {
        let trouble = match self.random.u8(..8) {
            0 => Trouble::None,
            1 | 2 => {
                let (after, writes_last) = (self.random.i64(0..12), self.random.bool());
                Trouble::Killed { after, writes_last }
            }
            3 => Trouble::Cancelled(Duration::from_millis(self.random.u64(..8_000))),
            _ => Trouble::Faults((0..self.random.usize(1..6)).map(|_| self.fault()).collect()),
        };
        let strategy = self.one_of(&[Strategy::Changed, Strategy::Changed, Strategy::Search, Strategy::Full]);
        self.tell(|| format!("a run by {strategy:?} with {trouble:?}"));
        if let Trouble::Faults(faults) = &trouble {
            faults.iter().for_each(|fault| self.connect.inject(*fault));
        }
        let before = self.begin().await;
        self.run(strategy, trouble).await;
        self.connect.clear_faults();
        self.check(&before);
    }

    fn fault(&mut self) -> Fault {
        let outcome = self.one_of(&[
            Outcome::AnswerLost,
            Outcome::AnswerLost,
            Outcome::NoAnswer,
            Outcome::Refused(ErrorKind::Throttled),
            Outcome::Refused(ErrorKind::Service),
            Outcome::Refused(ErrorKind::AccessDenied),
            Outcome::Refused(ErrorKind::Conflict),
        ]);
        let operations = [
            Operation::CreateUser,
            Operation::DeleteUser,
            Operation::DescribeUser,
            Operation::SearchUsers,
            Operation::ListUsers,
            Operation::UpdateUserIdentityInfo,
            Operation::TagResource,
        ];
        match self.random.usize(..12) {
            place if place < operations.len() => Fault::of(operations[place], self.random.u32(1..4), outcome),
            _ => Fault::of_any(self.random.u32(1..30), outcome),
        }
    }

    /// One run: what was begun is looked into, the fleet read, planned and applied.
    pub(super) async fn run(
        &mut self,
        strategy: Strategy,
        trouble: Trouble,
    ) -> Option<(FleetPlan, FleetOutcome)> {
        let (left, writes_last) = match trouble {
            Trouble::Killed { after, writes_last } => (after, writes_last),
            _ => (-1, true),
        };
        let store =
            Mortal { store: &self.store, left: AtomicI64::new(left), writes_last, died: Notify::new() };
        let cancel = CancellationToken::new();
        let ended = match trouble {
            Trouble::Cancelled(after) => after,
            _ => Duration::MAX,
        };
        let run = async {
            tokio::select! {
                () = store.died.notified() => None,
                result = self.session(&store, strategy, &cancel) => Some(result),
            }
        };
        let cancelling = async {
            if ended < Duration::MAX {
                tokio::time::sleep(ended).await;
                cancel.cancel();
            }
            std::future::pending::<()>().await
        };
        let result = tokio::select! {
            result = run => result,
            () = cancelling => None,
        };
        match result? {
            Ok(done) => Some(done),
            Err(refused) => {
                self.check_refused(&refused);
                None
            }
        }
    }

    async fn session(
        &self,
        store: &dyn StateStore,
        strategy: Strategy,
        cancel: &CancellationToken,
    ) -> Result<(FleetPlan, FleetOutcome), FleetRefused> {
        let now = || Timestamp::from_millis(BEGIN + self.timer.now().as_millis() as u64);
        let entries = load_all(store).await.expect("all");
        let sleeping = crate::apply::timer();
        let looking = ApplyOptions::builder().now(&now).sleep(&*sleeping).build();
        let recovered = recover(&entries, &self.connect, &looking).await;
        store.commit(&recovered.changes).await.expect("written");
        for user in recovered.users.iter().filter(|_| self.is_told) {
            println!("    {}", user.diagnostic());
        }
        let entries = load_all(store).await.expect("all");
        let known: BTreeMap<String, Arc<UserState>> =
            entries.iter().filter_map(|(name, entry)| Some((name.clone(), entry.state.clone()?))).collect();
        let passwords = passwords(&self.program);
        let desired = self.desired(&entries);
        let reading = RefreshOptions::builder().strategy(strategy).now(now()).build();
        let refreshed = refresh(&desired, &known, &self.connect, &reading).await;
        store.commit(&refreshed.changes(&entries)).await.expect("written");
        for finding in refreshed.findings.iter().filter(|_| self.is_told) {
            println!("    {}", finding.diagnostic());
        }
        let capacity = refreshed
            .present
            .iter()
            .map(|(instance, present)| (instance.clone(), Capacity::new(*present, LIMIT)));
        let options = PlanOptions::builder()
            .guard(Guard::OFF)
            .settings(settings())
            .capacity(capacity.collect())
            .build();
        let plan = plan(&desired, &refreshed.there(), &options)?;
        if self.is_told {
            for user in plan.users() {
                println!("    {:?}: {}", user.moved_from, user.plan.preview().text(&user.name));
            }
        }
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, self.timer.clone()));
        let mut retry = RetryPolicy::default();
        retry.total = Duration::from_secs(60);
        let notes = Notes(&passwords);
        let applying = FleetOptions::builder()
            .timer(self.timer.clone())
            .pace(pace)
            .retry(retry)
            .cancel(cancel.clone())
            .observer(&notes)
            .apply(ApplyOptions::builder().now(&now).read_back(false).build())
            .build();
        let outcome = connect_user::fleet::apply(&plan, store, &self.connect, &applying).await;
        if self.is_told {
            for user in &outcome.users {
                println!("    {}: {:?} {:?}", user.user, user.result, user.message);
            }
        }
        Ok((plan, outcome))
    }

    /// The program, as it is wanted of the users who are recorded.
    fn desired(&self, entries: &BTreeMap<String, Entry>) -> Vec<ProgramUser> {
        let of = |(key, person): &(String, Person)| {
            // Whose password was noted under whichever name.
            let recorded = entries.iter().find(|(_, entry)| {
                entry.state.as_ref().is_some_and(|state| {
                    state.name == person.login && *state.instance_id.bare() == *INSTANCES[person.instance]
                })
            });
            let entry = recorded.map(|(_, entry)| entry).or(entries.get(key));
            let noted = entry.and_then(|entry| entry.notes.get(PASSWORD));
            let changed = noted.map(|noted| *noted != person.password.to_string());
            let context = Context::builder().settings(settings()).build();
            let (desired, _) =
                resolve(spec(&person.document()), &context).unwrap_or_else(|report| panic!("{report}"));
            ProgramUser::builder().name(key.as_str()).desired(desired).maybe_password_changed(changed).build()
        };
        self.program.iter().map(of).collect()
    }
}

/// What every user is validated and planned with.
fn settings() -> Settings {
    Settings::builder()
        .identity_management(IdentityManagementType::ConnectManaged)
        .password(PasswordPolicy::Replace)
        .build()
}

fn passwords(program: &[(String, Person)]) -> BTreeMap<String, u32> {
    program.iter().map(|(key, person)| (key.clone(), person.password)).collect()
}
