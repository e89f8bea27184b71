//! What must hold after each run, and in the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use connect_user::{
    client::{ConnectClient, DeleteUser, ErrorKind, UserDescription},
    fleet::{
        Creating, Entry, FleetRefused, Lifecycle, SessionError, StateStore, StoreChange, UserResult, load_all,
    },
    read::Strategy,
    user::{Code, ImportId, Tags, UserId, UserState},
};

use super::{
    INSTANCES, LIMIT, PASSWORD, World,
    host::Trouble,
    person::{PARTS, Part, Person, Protect},
};

/// The note of an entry of who was imported.
const IMPORT: &str = "import";

/// Who is there before a run, and under which resource name each is recorded.
pub(super) struct Before {
    users: BTreeMap<UserId, ((usize, String), Option<String>)>,
    /// Everybody who is recorded, gone or not, and whom a replacement has left to delete.
    recorded: BTreeSet<(String, String)>,
    /// Whose records say that they are protected, and whose accounts stay.
    protected: BTreeSet<UserId>,
    retained: BTreeSet<UserId>,
    /// Whom a creation in doubt has made, unless somebody else has, and whether the account stays: no record has them yet.
    in_doubt: BTreeMap<UserId, bool>,
}

/// The instance and the name of each user that a creation in doubt may have made, and whether its account stays.
fn in_doubt(entries: &BTreeMap<String, Entry>) -> BTreeMap<(String, String), bool> {
    let all = entries.values().flat_map(|entry| &entry.creating);
    let key = |creating: &Creating| {
        (creating.attempt.instance_id().bare().to_owned(), creating.attempt.name().to_owned())
    };
    all.map(|creating| (key(creating), Lifecycle::of_notes(&creating.notes).retain_on_delete)).collect()
}

impl World {
    pub(super) async fn begin(&self) -> Before {
        let entries = load_all(&self.store).await.expect("all");
        let states = || entries.iter().filter_map(|(key, entry)| Some((key, entry.state.as_ref()?)));
        let mut users = BTreeMap::new();
        let doubted = in_doubt(&entries);
        let mut made = BTreeMap::new();
        for (instance, id) in INSTANCES.iter().enumerate() {
            for user in self.users(instance) {
                // Whom somebody else has made may be imported by now.
                let is_foreign =
                    self.foreign.contains_key(&user.user_id) || self.imports.contains(&user.user_id);
                let doubt = doubted.get(&((*id).to_owned(), user.name.clone()));
                if let Some(stays) = doubt.filter(|_| !is_foreign) {
                    made.insert(user.user_id.clone(), *stays);
                }
                let recorded = states().find(|(_, state)| state.user_id == user.user_id);
                let key = recorded.map(|(key, _)| key.clone());
                users.insert(user.user_id, ((instance, user.name), key));
            }
        }
        let identity = |state: &UserState| (state.instance_id.bare().to_owned(), state.name.clone());
        let left = states().flat_map(|(_, state)| &state.record.unfinished.replaced);
        let left = left.map(|left| (left.instance_id.bare().to_owned(), left.name.clone()));
        let with = |is: fn(&Lifecycle) -> bool| {
            let entries = entries.values().filter(|entry| is(&Lifecycle::of_notes(&entry.notes)));
            entries.filter_map(|entry| Some(entry.state.as_ref()?.user_id.clone())).collect()
        };
        Before {
            users,
            recorded: states().map(|(_, state)| identity(state)).chain(left).collect(),
            protected: with(|lifecycle| lifecycle.protect),
            retained: with(|lifecycle| lifecycle.retain_on_delete),
            in_doubt: made,
        }
    }

    /// Whose record is gone, and who is imported now: nobody is forgotten but whose account stays.
    pub(super) async fn take_note(&mut self, before: &Before) {
        let mut recorded = BTreeSet::new();
        let entries = load_all(&self.store).await.expect("all");
        let doubted = in_doubt(&entries);
        for state in entries.into_values().filter_map(|entry| entry.state) {
            let left = state.record.unfinished.replaced.iter().map(|left| left.user_id.clone());
            recorded.extend(left.chain([state.user_id.clone()]));
        }
        let may_stay = self.program.iter().any(|(_, person)| person.retain);
        for (id, (identity, key)) in before.users.iter().filter(|(id, _)| !recorded.contains(id)) {
            let there = self.users(identity.0).into_iter().find(|user| user.user_id == *id);
            if let (Some(user), Some(key)) = (there, key) {
                assert!(may_stay || before.retained.contains(id), "{identity:?} of {key} is forgotten");
                self.foreign.insert(id.clone(), user);
            } else if let Some(user) = self.users(identity.0).into_iter().find(|user| user.user_id == *id)
                && let Some(stays) = before.in_doubt.get(id)
                && !doubted.contains_key(&(INSTANCES[identity.0].to_owned(), user.name.clone()))
            {
                // It was found and left in one run.
                assert!(may_stay || *stays, "{identity:?}, whom a creation has made, is forgotten");
                self.foreign.insert(id.clone(), user);
            }
        }
        // Some programs keep the option, as lists do whose keys shift.
        let keeps = self.random.bool();
        for (_, person) in &mut self.program {
            let Some(id) = person.import.clone().filter(|id| recorded.contains(id)) else { continue };
            if !keeps {
                person.import = None;
            }
            if let Some(user) = self.foreign.remove(&id) {
                assert_eq!(user.name, person.login, "another one was imported");
                self.imports.insert(id);
            }
        }
        // Whoever is imported no more, and never was, is somebody else's again.
        let is_left = |id: &&UserId| {
            !recorded.contains(*id)
                && self.program.iter().all(|(_, person)| person.import.as_ref() != Some(*id))
        };
        let left: Vec<UserId> = self.imports.iter().filter(is_left).cloned().collect();
        for id in left {
            let mut users = (0..INSTANCES.len()).flat_map(|instance| self.users(instance));
            if let Some(user) = users.find(|user| user.user_id == id) {
                self.foreign.insert(id.clone(), user);
            }
            self.imports.remove(&id);
        }
    }

    pub(super) fn check(&mut self, before: &Before) {
        for (id, (identity, key)) in &before.users {
            let person = self.person(identity);
            let is_there = self.users(identity.0).iter().any(|user| user.user_id == *id);
            assert!(is_there || !self.foreign.contains_key(id), "somebody else's {identity:?} was deleted");
            let is_free = |(name, person): &(String, Person)| {
                let is_it = Some(name) == key.as_ref()
                    || (person.instance, &person.login) == (identity.0, &identity.1);
                is_it && person.protect == Protect::Nothing
            };
            assert!(
                is_there || !before.protected.contains(id) || self.program.iter().any(is_free),
                "{identity:?} was deleted, and is protected",
            );
            assert!(
                is_there || person.is_none() || self.new_passwords.contains(identity),
                "{identity:?} was deleted, and the program still has it",
            );
            // Who moves to another instance is there before it goes here.
            let moved = self.program.iter().find(|(name, _)| Some(name) == key.as_ref());
            if let (false, None, Some((_, moved))) = (is_there, person, moved) {
                let new = (INSTANCES[moved.instance].to_owned(), moved.login.clone());
                let is_made = self.users(moved.instance).iter().any(|user| user.name == moved.login);
                // An earlier run made it, and this one may have found and replaced it.
                let made = |id| before.users.get(id).map(|(identity, _)| (identity.0, &identity.1));
                let was_made =
                    before.in_doubt.keys().any(|id| made(id) == Some((moved.instance, &moved.login)));
                assert!(
                    before.recorded.contains(&new) || is_made || was_made || moved.instance == identity.0,
                    "{identity:?} was deleted before {moved:?} was there",
                );
            }
        }
        for instance in 0..INSTANCES.len() {
            for user in self.users(instance) {
                if let Some(was) = self.foreign.get(&user.user_id) {
                    assert_eq!(was, &user, "somebody else's user was changed");
                    continue;
                }
                let person = self.person(&(instance, user.name.clone())).cloned();
                for part in PARTS {
                    let key = (user.user_id.clone(), part);
                    if person.as_ref().is_some_and(|person| part.is_managed(person)) {
                        self.managed.insert(key.clone());
                    }
                    if let Some(value) = self.by_hand.get(&key).filter(|_| !self.managed.contains(&key)) {
                        let now = part.of(&user);
                        assert_eq!(now.as_ref(), Some(value), "{part:?} of {} was set by hand", user.name);
                    }
                }
            }
        }
    }

    /// What is noted of the password of a user is its own, whoever it has superseded.
    pub(super) async fn check_passwords(&self) {
        let known = self.passwords.lock().expect("no panic").clone();
        for (name, entry) in load_all(&self.store).await.expect("all") {
            let Some(state) = entry.state else { continue };
            if let (Some(noted), Some(password)) = (entry.notes.get(PASSWORD), known.get(&state.user_id)) {
                assert_eq!(Person::secret_of(noted), *password, "{name}, {}", state.id());
            }
        }
    }

    pub(super) fn person(&self, identity: &(usize, String)) -> Option<&Person> {
        let is_it = |person: &&Person| (person.instance, person.login.as_str()) == (identity.0, &identity.1);
        self.program.iter().map(|(_, person)| person).find(is_it)
    }

    /// A run has no plan only where the program is impossible, or something cannot be read.
    pub(super) async fn check_error(&self, error: &SessionError, is_troubled: bool) {
        let is_importing = self.program.iter().any(|(_, person)| person.import.is_some());
        match error {
            SessionError::Refused(refused) => return self.check_refused(refused),
            SessionError::Program(reason) => {
                assert!(matches!(reason.code, Code::RECORDED_OTHERWISE | Code::IMPORTED_TWICE), "{reason:?}");
                assert!(is_importing, "{reason:?}");
            }
            SessionError::Imports(failed) => {
                for failed in failed {
                    let is_not_found = failed.error.kind() == ErrorKind::NotFound;
                    assert!(is_importing && (is_troubled || is_not_found), "{error}");
                    let entry = self.store.get(&failed.user).await.expect("read");
                    let was_imported =
                        entry.is_some_and(|entry| entry.notes.get(IMPORT) == Some(&failed.id.to_string()));
                    assert!(!was_imported, "`{}` was imported already: {error}", failed.user);
                }
            }
            other => panic!("{other}"),
        }
        self.tell(|| format!("    no plan: {error}"));
    }

    fn check_refused(&self, refused: &FleetRefused) {
        let mut people = self.program.iter().map(|(_, person)| person);
        for reason in &refused.reasons {
            let may_be = match reason.code {
                Code::INSTANCE_FULL | Code::NOT_READ | Code::PROTECTED | Code::RETAINED_NAME => true,
                Code::IMPORT_REPLACED => people.clone().any(|person| person.import.is_some()),
                Code::CIRCULAR_DEPENDENCY => people.any(|person| person.is_after),
                _ => false,
            };
            assert!(may_be, "{reason:?}");
            if reason.code == "instance-full" {
                let is_full = (0..INSTANCES.len()).any(|instance| self.occupied(instance) >= LIMIT);
                assert!(is_full, "there is room: {reason:?}");
            }
        }
        self.tell(|| format!("    refused: {refused}"));
    }

    pub(super) async fn end_quietly(&mut self) {
        self.tell(|| "the world is quiet".to_owned());
        tokio::time::sleep(Duration::from_secs(60)).await;
        self.lift().await;
        // Whoever has taken a name that the program wants gives it back.
        for (id, user) in std::mem::take(&mut self.foreign) {
            let place = (0..INSTANCES.len())
                .find(|instance| self.users(*instance).iter().any(|other| other.user_id == id));
            let Some(instance) = place else { continue };
            let is_desired = self.program.iter().any(|(_, person)| person.login == user.name);
            if is_desired {
                let gone = DeleteUser::new(INSTANCES[instance], id);
                self.connect.delete_user(&gone).await.expect("deleted by hand");
            } else {
                self.foreign.insert(id, user);
            }
        }
        // Users who move between two full instances would have to be nowhere in between.
        for instance in 0..INSTANCES.len() {
            while self.room(instance) == 0 {
                let last = self.program.iter().rposition(|(_, person)| person.instance == instance);
                self.program.remove(last.expect("a user of the program"));
            }
        }
        let mut last = None;
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(1_200)).await;
            let before = self.begin().await;
            last = self.run(Strategy::Full, Trouble::None).await;
            self.take_note(&before).await;
            self.check(&before);
            self.check_passwords().await;
        }
        let (plan, outcome) = last.expect("a program that has room for everybody is planned");
        let undone = outcome.users.iter().find(|user| user.result != UserResult::Done);
        assert!(undone.is_none(), "{undone:?}");
        assert!(plan.users().is_empty(), "the last plan is empty: {}", plan.users()[0].preview().text("-"));
        self.check_end().await;
    }

    /// Nothing stands in the way any more: protection, accounts that stay, dependencies, mistyped imports.
    async fn lift(&mut self) {
        let entries = load_all(&self.store).await.expect("all");
        let mut imported = Vec::new();
        for place in 0..self.program.len() {
            let key = self.new_key();
            let users = self.users(self.program[place].1.instance);
            let (name, person) = &mut self.program[place];
            (person.protect, person.retain, person.is_after) = (Protect::Nothing, false, false);
            let is_it = |user: &UserDescription| {
                Some(&user.user_id) == person.import.as_ref() && user.name == person.login
            };
            let was_imported = |id: &UserId| {
                let noted = entries.get(name).and_then(|entry| entry.notes.get(IMPORT));
                noted == Some(&ImportId::new(&INSTANCES[person.instance].into(), id).to_string())
            };
            match users.iter().any(is_it) {
                // Nobody else is recorded under its name.
                true => {
                    *name = key;
                    imported.extend(person.import.clone());
                }
                // It may have been replaced since, or be gone.
                false => person.import = person.import.take().filter(was_imported),
            }
        }
        // Whom the program has come to import, as it is, is no longer somebody else's.
        for id in imported {
            self.foreign.remove(&id);
            self.imports.insert(id);
        }
        let mut changes = Vec::new();
        for (name, mut entry) in entries {
            entry.notes.retain(|note, _| note == PASSWORD || note == IMPORT);
            changes.push(StoreChange::put(name, entry));
        }
        self.store.commit(&changes).await.expect("written");
        let before = self.begin().await;
        self.take_note(&before).await;
    }

    /// Exactly the desired users are there, as they are desired, and each is recorded under its name.
    async fn check_end(&self) {
        let mut entries = load_all(&self.store).await.expect("all");
        let is_of_others = |name: &str| self.foreign.values().any(|user| user.name == name);
        // Whether a creation has made the user whom somebody has changed since, nobody can tell.
        let in_doubt = |entry: &Entry| {
            let others = |creating: &Creating| is_of_others(creating.attempt.name());
            !entry.creating.is_empty() && entry.creating.iter().all(others)
        };
        entries.retain(|_, entry| entry.state.is_some() || !in_doubt(entry));
        let keys: BTreeSet<&String> = self.program.iter().map(|(key, _)| key).collect();
        assert_eq!(entries.keys().collect::<BTreeSet<_>>(), keys, "the store holds the program's users");
        for (instance, name) in INSTANCES.iter().enumerate() {
            let users = self.users(instance);
            let ours = users.iter().filter(|user| !self.foreign.contains_key(&user.user_id));
            let there: BTreeSet<&str> = ours.map(|user| user.name.as_str()).collect();
            let here = self.program.iter().filter(|(_, person)| person.instance == instance);
            let desired: BTreeSet<&str> = here.clone().map(|(_, person)| person.login.as_str()).collect();
            assert_eq!(there, desired, "in {name}");
            for (key, person) in here {
                let user = users.iter().find(|user| user.name == person.login).expect("it is there");
                let entry = &entries[key];
                assert_eq!(entry.state.as_ref().map(|state| &state.user_id), Some(&user.user_id), "{key}");
                // The password of a user that was imported is not known, also if a creation in doubt had made it.
                let noted = entry.notes.get(PASSWORD);
                let id = ImportId::new(&INSTANCES[person.instance].into(), &user.user_id).to_string();
                let is_noted = noted.is_none() && entry.notes.get(IMPORT) == Some(&id);
                let is_imported = self.imports.contains(&user.user_id) || is_noted;
                assert!(is_imported || noted == Some(&person.password.to_string()), "{key}: {noted:?}");
                let known = self.passwords.lock().expect("no panic").get(&user.user_id).cloned();
                let is_it = known.is_none_or(|known| known == person.secret());
                assert!(is_imported || is_it, "{key}: made with another password");
                assert!(entry.creating.is_empty() || in_doubt(entry), "{key}");
                let first = user.identity.first_name.as_ref().map(|text| text.as_str().to_owned());
                assert_eq!(first.as_deref(), Some(person.first), "{key}");
                assert_eq!(user.routing_profile_id, person.routing.into(), "{key}");
                if let Some(email) = person.email {
                    assert_eq!(Part::Email.of(user).as_deref(), Some(email), "{key}");
                }
                if let Some(group) = person.group {
                    assert_eq!(Part::Group.of(user).as_deref(), Some(group), "{key}");
                }
                if let Some(team) = person.tags {
                    assert_eq!(user.tags, Tags::from([("team".to_owned(), team.to_owned())]), "{key}");
                }
            }
        }
    }
}
