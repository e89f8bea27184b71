//! How a program changes.

use connect_user::client::UserDescription;

use super::{
    INSTANCES, LIMIT, World,
    person::{Person, Protect},
};

impl World {
    pub(super) fn add(&mut self) {
        let instance = self.random.usize(..INSTANCES.len());
        if self.room(instance) == 0 {
            return;
        }
        let person = Person {
            instance,
            login: self.new_login(),
            former: Vec::new(),
            first: self.one_of(&["Ann", "Bea", "José"]),
            email: self.one_of(&[None, Some("a@example.com"), Some("b@example.com")]),
            routing: self.one_of(&["r1", "r2"]),
            group: self.one_of(&[None, None, Some("g1")]),
            tags: self.one_of(&[None, Some("x"), Some("y")]),
            password: 0,
            protect: Protect::Nothing,
            retain: false,
            is_after: self.random.u8(..4) == 0,
            import: None,
        };
        self.insert(person);
    }

    fn insert(&mut self, person: Person) {
        let key = self.new_key();
        let place = self.random.usize(..=self.program.len());
        self.program.insert(place, (key, person));
    }

    pub(super) fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("key-{}", self.keys)
    }

    /// The program imports somebody else's user under its own name.
    fn import(&mut self) {
        let mut free = Vec::new();
        for instance in 0..INSTANCES.len() {
            for user in self.users(instance) {
                let is_free = self.program.iter().all(|(_, person)| person.login != user.name);
                if is_free && self.foreign.contains_key(&user.user_id) {
                    free.push((instance, user));
                }
            }
        }
        if free.is_empty() {
            return;
        }
        let (instance, user) = free.swap_remove(self.random.usize(..free.len()));
        self.foreign.remove(&user.user_id);
        self.imports.insert(user.user_id.clone());
        self.insert(Person {
            instance,
            login: user.name,
            former: Vec::new(),
            first: "Ann",
            email: None,
            routing: "r1",
            group: None,
            tags: None,
            password: 0,
            protect: Protect::Nothing,
            retain: false,
            is_after: false,
            import: Some(user.user_id),
        });
    }

    /// A user of the program imports whoever, mostly by a mistyped id.
    fn import_another(&mut self, one: usize) {
        let instance = self.random.usize(..INSTANCES.len());
        let users = self.users(instance);
        if !users.is_empty() {
            let id = users[self.random.usize(..users.len())].user_id.clone();
            let person = &mut self.program[one].1;
            let is_it = |user: &UserDescription| user.user_id == id && user.name == person.login;
            if person.instance == instance && users.iter().any(is_it) && self.foreign.remove(&id).is_some() {
                self.imports.insert(id.clone());
            }
            person.import = Some(id);
        }
    }

    /// How many users more may be desired in an instance, so that in the end everybody has room.
    pub(super) fn room(&self, instance: usize) -> usize {
        let desired = self.program.iter().filter(|(_, person)| person.instance == instance).count();
        let users = self.users(instance);
        let foreign = users.iter().filter(|user| self.foreign.contains_key(&user.user_id));
        LIMIT.saturating_sub(desired + foreign.count())
    }

    /// How many places of an instance are taken in the end: by the program, by others, and by users whom a
    /// creation has made that is still in doubt.
    pub(super) fn occupied(&self, instance: usize) -> usize {
        let desired = self.program.iter().filter(|(_, person)| person.instance == instance).count();
        let is_other = |user: &UserDescription| {
            let is_desired = self.person(&(instance, user.name.clone())).is_some();
            !is_desired || self.foreign.contains_key(&user.user_id)
        };
        desired + self.users(instance).iter().filter(|user| is_other(user)).count()
    }

    pub(super) fn new_login(&mut self) -> String {
        self.logins += 1;
        format!("login-{}", self.logins)
    }

    pub(super) fn edit_program(&mut self) {
        if self.program.is_empty() {
            return self.add();
        }
        let (one, other) = (self.random.usize(..self.program.len()), self.random.usize(..self.program.len()));
        let told = self.random.u8(..20);
        self.tell(|| format!("the program changes: {told} of {one} and {other}"));
        match told {
            0 => self.add(),
            1 => drop(self.program.remove(one)),
            // The first row of a list goes, and every key means somebody else.
            2 => {
                let keys: Vec<String> = self.program.iter().map(|(key, _)| key.clone()).collect();
                self.program.remove(one);
                for ((key, _), shifted) in self.program.iter_mut().zip(keys) {
                    *key = shifted;
                }
            }
            3 => {
                let key = self.program[one].0.clone();
                let other_key = std::mem::replace(&mut self.program[other].0, key);
                if one != other {
                    self.program[one].0 = other_key;
                }
            }
            4 => {
                let (mine, theirs) = (self.program[one].1.clone(), self.program[other].1.clone());
                let (instance, login) = (theirs.instance, theirs.login.clone());
                self.program[one].1 = Person { instance, login, ..mine.clone() };
                self.program[other].1 = Person { instance: mine.instance, login: mine.login, ..theirs };
                if self.program[one].1.password != self.program[other].1.password {
                    self.may_be_replaced(one);
                    self.may_be_replaced(other);
                }
            }
            5 => {
                let login = self.new_login();
                let person = &mut self.program[one].1;
                person.former.push(std::mem::replace(&mut person.login, login));
            }
            13 => self.take_a_name_back(one),
            6 => {
                let elsewhere = 1 - self.program[one].1.instance;
                if self.room(elsewhere) > 0 {
                    self.program[one].1.instance = elsewhere;
                    if self.program[one].1.password > 0 {
                        self.may_be_replaced(one);
                    }
                }
            }
            7 => {
                self.program[one].1.password += 1;
                self.may_be_replaced(one);
            }
            8 => self.program[one].1.first = self.one_of(&["Ann", "Bea", "José"]),
            9 => {
                self.program[one].1.email = self.one_of(&[None, Some("a@example.com"), Some("b@example.com")])
            }
            10 => self.program[one].1.tags = self.one_of(&[None, Some("x"), Some("y")]),
            11 => self.program[one].1.group = self.one_of(&[None, Some("g1"), Some("g2")]),
            14 => {
                let all = [Protect::Nothing, Protect::Lifecycle, Protect::Settings];
                self.program[one].1.protect = self.one_of(&all);
            }
            15 => self.program[one].1.retain = self.random.bool(),
            16 => self.program[one].1.is_after = self.random.bool(),
            17 | 18 => self.import(),
            19 if self.random.bool() => self.import_another(one),
            _ => self.program[one].1.routing = self.one_of(&["r1", "r2"]),
        }
    }

    /// A user gets a name back that it had before: who had it may still be there.
    fn take_a_name_back(&mut self, one: usize) {
        let person = self.program[one].1.clone();
        let is_free = |login: &&String| {
            let is_desired = self.program.iter().any(|(_, other)| other.login == **login);
            !is_desired && !self.foreign.values().any(|user| user.name == **login)
        };
        if let Some(login) = person.former.iter().rev().find(is_free).cloned() {
            let former = person.former.iter().filter(|other| **other != login).chain([&person.login]);
            self.program[one].1.former = former.cloned().collect();
            self.program[one].1.login = login;
            if self.program.iter().any(|(_, person)| person.password > 0) {
                self.may_be_replaced(one);
            }
        }
    }

    /// A user who gets another password than the one that it was made with may be replaced under its name.
    fn may_be_replaced(&mut self, one: usize) {
        let person = &self.program[one].1;
        self.new_passwords.insert((person.instance, person.login.clone()));
    }
}
