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
    client::{
        ApiCall, Around, CancellationToken, ClientResult, CreateUser, Decorated, ErrorKind, Next, Rate,
        RetryPolicy, TokenBuckets,
        memory::{Fault, MemoryConnect, Outcome},
    },
    fleet::{
        AllKnown, Capacity, DesiredSpec, Entry, FleetObserver, FleetOutcome, FleetPreview, Guard,
        MemoryStore, PlanOptions, Planner, ProgramUser, SavedFleetPlan, Session, SessionError,
        SessionOptions, StateStore, StoreChange, StoreError, apply, load_all,
    },
    read::{RefreshOptions, Strategy},
    user::{
        IdentityManagementType, ImportId, Operation, PasswordPolicy, Secret, Settings, Timestamp, UserState,
    },
    validate::{Context, resolve},
};
use tokio::sync::Notify;

use super::{
    BEGIN, INSTANCES, Known, LIMIT, PASSWORD, World,
    person::{Person, Protect},
};
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
pub struct Mortal<'a> {
    store: &'a MemoryStore,
    /// How many commits are left; negative for no end.
    left: AtomicI64,
    writes_last: bool,
    died: Notify,
}

impl<'a> Mortal<'a> {
    /// A store that dies at the commit after so many; negative for no end.
    pub fn new(store: &'a MemoryStore, left: i64, writes_last: bool) -> Self {
        Self { store, left: AtomicI64::new(left), writes_last, died: Notify::new() }
    }

    /// Waits until it dies.
    pub async fn dies(&self) {
        self.died.notified().await;
    }
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

/// Keeps the password of each user that is made, whatever becomes of the answer.
#[derive(Debug)]
struct Passwords {
    connect: Arc<MemoryConnect>,
    known: Known,
}

impl Around for Passwords {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let request = call.request::<CreateUser>();
        // Whoever is killed in the middle of a call may have made a user.
        let _made = request.map(|request| Made { watch: self, request });
        next.call().await
    }
}

/// A creation that ends, in whatever way.
struct Made<'a> {
    watch: &'a Passwords,
    request: &'a CreateUser,
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        let Self { watch, request } = self;
        let users = watch.connect.users(&request.instance_id);
        let Some((user, _)) = users.into_iter().find(|(user, _)| user.name == request.name) else { return };
        let password = request.password.as_ref().map(|password| password.expose().to_owned());
        let mut known = watch.known.lock().expect("no panic");
        known.entry(user.user_id).or_insert(password.unwrap_or_default());
    }
}

/// What a host notes: the password that each user was made with.
struct Notes<'a>(&'a BTreeMap<String, u32>);

impl FleetObserver for Notes<'_> {
    fn notes(
        &self,
        name: &str,
        state: Option<&UserState>,
        before: &connect_user::fleet::Notes,
    ) -> connect_user::fleet::Notes {
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
        self.take_note(&before).await;
        self.check(&before);
        self.check_passwords().await;
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
    ///
    /// Half of the plans are applied as another process reads them.
    pub(super) async fn run(
        &mut self,
        strategy: Strategy,
        trouble: Trouble,
    ) -> Option<(FleetPreview, FleetOutcome)> {
        let (left, writes_last) = match trouble {
            Trouble::Killed { after, writes_last } => (after, writes_last),
            _ => (-1, true),
        };
        let store = Mortal::new(&self.store, left, writes_last);
        let cancel = CancellationToken::new();
        let (is_saved, is_troubled) = (self.random.bool(), !matches!(trouble, Trouble::None));
        let ended = match trouble {
            Trouble::Cancelled(after) => after,
            _ => Duration::MAX,
        };
        let run = async {
            tokio::select! {
                () = store.dies() => None,
                result = self.session(&store, strategy, &cancel, is_saved) => Some(result),
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
            Err(error) => {
                self.check_error(&error, is_troubled).await;
                None
            }
        }
    }

    async fn session(
        &self,
        store: &dyn StateStore,
        strategy: Strategy,
        cancel: &CancellationToken,
        is_saved: bool,
    ) -> Result<(FleetPreview, FleetOutcome), SessionError> {
        let now = || Timestamp::from_millis(BEGIN + self.timer.now().as_millis() as u64);
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, self.timer.clone()));
        let options = SessionOptions::builder()
            .timer(self.timer.clone())
            .pace(pace)
            .retry(RetryPolicy::builder().total(Duration::from_secs(60)).build())
            .cancel(cancel.clone())
            .refresh(RefreshOptions::builder().strategy(strategy).build())
            .now(&now)
            .build();
        let watch = Passwords { connect: self.connect.clone(), known: self.passwords.clone() };
        let client = Decorated::with(self.connect.clone(), watch);
        let mut session = Session::open(store, &client, options).await?;
        for user in session.recover().await?.iter().filter(|_| self.is_told) {
            println!("    {}", user.diagnostic());
        }
        let passwords = passwords(&self.program);
        let desired = self.desired(session.entries());
        let imports: Vec<Option<ImportId>> =
            self.program.iter().map(|(_, person)| person.import_id()).collect();
        let specs: Vec<DesiredSpec<'_>> = desired
            .iter()
            .zip(&imports)
            .map(|(user, import)| DesiredSpec::from(user).with_import(import.as_ref()))
            .collect();
        let refreshed = session.refresh(&specs).await?;
        for finding in refreshed.findings.iter().filter(|_| self.is_told) {
            println!("    {}", finding.diagnostic());
        }
        let present = refreshed.present.iter();
        let capacity = present.map(|(instance, present)| (instance.clone(), Capacity::new(*present, LIMIT)));
        let options = PlanOptions::builder()
            .guard(Guard::OFF)
            .settings(settings())
            .capacity(capacity.collect())
            .build();
        // Again, because the records have the names of the program now.
        let desired = self.desired(session.entries());
        let mut planner = Planner::new(options);
        for user in &desired {
            session.want(&mut planner, user);
        }
        let preview = session.preview(planner);
        if self.is_told {
            for user in preview.users() {
                println!("    {:?}: {}", user.moved_from, user.preview().text(&user.name));
            }
        }
        let notes = Notes(&passwords);
        let mut applying = session.apply_options();
        applying.observer = &notes;
        applying.apply.read_back = false;
        let outcome = match is_saved {
            false => session.apply(preview.clone(), &mut AllKnown, &applying).await?,
            true => {
                let file = serde_json::to_string(&session.save(preview.clone()).await?).expect("JSON");
                let saved: SavedFleetPlan = serde_json::from_str(&file).expect("a saved plan");
                let password = |name: &str| {
                    let person = self.program.iter().find(|(key, _)| key == name);
                    person.map(|(_, person)| Secret::new(person.secret()))
                };
                let plan = saved.load(&load_all(store).await?, password)?;
                apply(&plan, store, &client, &applying).await
            }
        };
        if self.is_told {
            for user in &outcome.users {
                println!("    {}: {:?} {:?}", user.user, user.result, user.message);
            }
        }
        Ok((preview, outcome))
    }

    /// The program, as it is wanted of the users who are recorded.
    fn desired(&self, entries: &BTreeMap<String, Entry>) -> Vec<ProgramUser> {
        let of = |(place, (key, person)): (usize, &(String, Person))| {
            // Whose password was noted under whichever name.
            let recorded = entries.iter().find(|(_, entry)| {
                entry.state.as_ref().is_some_and(|state| {
                    state.name == person.login && *state.instance_id.bare() == *INSTANCES[person.instance]
                })
            });
            let entry = recorded.map(|(_, entry)| entry).or(entries.get(key));
            let noted = entry.and_then(|entry| entry.notes.get(PASSWORD));
            let changed = noted.map(|noted| *noted != person.password.to_string());
            let mut settings = settings();
            settings.protect = person.protect == Protect::Settings;
            let context = Context::builder().settings(settings).build();
            let (desired, _) =
                resolve(spec(&person.document()), &context).unwrap_or_else(|report| panic!("{report}"));
            let before = place.checked_sub(1).filter(|_| person.is_after);
            ProgramUser::builder()
                .name(key.as_str())
                .desired(desired)
                .maybe_password_changed(changed)
                .lifecycle(person.lifecycle())
                .depends_on(before.map(|before| self.program[before].0.clone()).into_iter().collect())
                .build()
        };
        self.program.iter().enumerate().map(of).collect()
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
