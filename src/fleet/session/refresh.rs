//! Refreshing a fleet, and matching it with the program.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    mem::take,
    sync::Arc,
};

use super::{
    super::{
        DesiredSpec, Entry, Refreshed, Release, StoreChange, UserKey, matching::match_users, program::IMPORT,
        refresh::refresh_found,
    },
    base::Session,
    error::SessionError,
    imports::is_desired_as,
    scope::Scope,
};
use crate::user::UserState;

impl Session<'_> {
    /// Refreshes the recorded users in the fewest calls, and commits what was found, unless the session is
    /// [`deferred`](super::SessionOptions::deferred). Then each record gets the resource name of its user in the
    /// program. Users that the program imports are read; an apply records them.
    ///
    /// `program` is the whole program, perhaps with unknown values. A failure to read users does not stop the refresh:
    /// these users are in [`Refreshed::failed`], and stay as they are.
    ///
    /// # Errors
    ///
    /// [`SessionError`] of the store, of the targets and the filter, and of imports that are impossible or cannot be
    /// read.
    pub async fn refresh<'p, D>(&mut self, program: &'p [D]) -> Result<&Refreshed, SessionError>
    where
        DesiredSpec<'p>: From<&'p D>,
    {
        let program: Vec<DesiredSpec<'p>> = program.iter().map(DesiredSpec::from).collect();
        self.former.clear();
        let aliases = self.aliases(&program);
        self.rename(&aliases);
        self.moves = aliases.into_iter().map(|(from, name)| (name, from)).collect();
        if self.is_scoped() {
            // Targets and the filter use resource names of the program.
            self.recognise(&program);
        }
        if self.scope.as_ref().is_none_or(|scope| scope.is_used) {
            self.choose(&program).await?;
        }
        self.read(&program).await?;
        self.recognise(&program);
        self.import(&program).await?;
        self.take_found(&program).await?;
        Ok(&self.refreshed)
    }

    /// Assumes that users are as recorded, makes no call, and gives each record the resource name of its user
    /// in the program.
    ///
    /// # Errors
    ///
    /// [`SessionError::Filter`]: a target that is no user.
    pub fn assume(&mut self, program: &[DesiredSpec<'_>]) -> Result<(), SessionError> {
        let aliases = self.aliases(program);
        self.rename(&aliases);
        self.moves = aliases.into_iter().map(|(from, name)| (name, from)).collect();
        self.recognise(program);
        self.check_targets(program)
    }

    /// Finds the records that belong to users of the program by an alias or an `import`. Returns the new resource names
    /// by the recorded ones. A record with a state belongs to an `import` only if the program desires that user.
    fn aliases(&self, program: &[DesiredSpec<'_>]) -> BTreeMap<String, String> {
        let new: Vec<_> = program.iter().filter(|user| !self.entries.contains_key(user.name)).collect();
        if new.iter().all(|user| user.aliases.is_empty() && user.import.is_none()) {
            return BTreeMap::new();
        }
        let names: BTreeSet<&str> = program.iter().map(|user| user.name).collect();
        // A user that was imported, and is deleted to be replaced, is found by the id that it had.
        let replaced = self.entries.iter().filter(|(_, entry)| entry.state.is_none());
        let replaced = replaced.filter_map(|(name, entry)| Some((entry.notes.get(IMPORT)?.clone(), name)));
        let there = self.users().map(|(name, state)| (state.id().to_string(), name));
        let by_id: HashMap<String, &String> = replaced.chain(there).collect();
        let mut renamed = BTreeMap::new();
        for user in new {
            let alias =
                user.aliases.iter().map(String::as_str).find(|alias| self.entries.contains_key(*alias));
            let imported = user.import.and_then(|id| by_id.get(&id.to_string())).map(|name| name.as_str());
            // A mistyped id may be the id of another user, which would be replaced.
            let is_it = |name: &&str| {
                let state = self.entries.get(*name).and_then(|entry| entry.state.as_ref());
                !names.contains(name) && state.is_none_or(|state| is_desired_as(user.spec, state))
            };
            let known = alias.or(imported.filter(is_it));
            if let Some(from) = known {
                renamed.entry(from.to_owned()).or_insert_with(|| user.name.to_owned());
            }
        }
        renamed
    }

    /// Gives records other resource names: in this session at once, and in the store with the next commit. A new name
    /// must not be given twice, and must not be the name of a record that keeps it.
    fn rename(&mut self, names: &BTreeMap<String, String>) {
        let former = |from: &String| self.former.remove(from).unwrap_or_else(|| from.clone());
        let former: Vec<String> = names.keys().map(former).collect();
        self.former.extend(names.values().cloned().zip(former));
        let taken: Vec<(String, Entry)> =
            names.iter().filter_map(|(from, to)| Some((to.clone(), self.entries.remove(from)?))).collect();
        let given: BTreeSet<&String> = taken.iter().map(|(name, _)| name).collect();
        let left = names.keys().filter(|from| !given.contains(from));
        self.pending.extend(left.map(|from| StoreChange::remove(from.clone())));
        for (name, entry) in taken {
            self.pending.push(StoreChange::put(name.clone(), entry.clone()));
            self.entries.insert(name, entry);
        }
    }

    async fn read(&mut self, program: &[DesiredSpec<'_>]) -> Result<(), SessionError> {
        let meant: Vec<DesiredSpec<'_>> =
            program.iter().filter(|user| self.is_target(user.name)).copied().collect();
        let known = |(name, entry): (&String, &Entry)| Some((name.clone(), entry.state.clone()?));
        let known = self.entries.iter().filter(|(name, _)| self.is_target(name)).filter_map(known).collect();
        let (found, unchecked) = self.scope.as_mut().map(Scope::use_up).unwrap_or_default();
        self.refreshed =
            refresh_found(program, &meant, &known, self.client(), &self.options.refresh, self.now(), found)
                .await;
        self.refreshed.unchecked.extend(unchecked);
        let handed_over = self.refreshed.handed_over.iter().filter_map(|name| {
            let state = self.refreshed.states.get(name)?.clone()?;
            // The user comes with its own notes, and with no other ones.
            let notes = self.entries.values_mut().find_map(|entry| entry.superseded.remove(&state.id()));
            Some((name, state, notes.unwrap_or_default()))
        });
        for (name, state, notes) in handed_over.collect::<Vec<_>>() {
            let entry = self.entries.entry(name.clone()).or_default();
            (entry.state, entry.notes) = (Some(state), notes);
            self.pending.push(StoreChange::put(name.clone(), entry.clone()));
        }
        Ok(())
    }

    /// Matches the users of the program with the records, and gives the records the resource names of the program.
    fn recognise(&mut self, program: &[DesiredSpec<'_>]) {
        let recorded = identities(&self.entries, &self.refreshed.states, program);
        let wanted = program.iter().map(|user| (user.name, user.identity()));
        let matched = match_users(wanted, recorded);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut moves: BTreeMap<String, String> = BTreeMap::new();
        for user in program {
            if let Some(from) = matched.recorded.get(user.name).filter(|from| **from != user.name) {
                names.insert((*from).to_owned(), user.name.to_owned());
                let first = self.moves.get(*from).map_or(*from, String::as_str);
                moves.insert(user.name.to_owned(), first.to_owned());
            }
        }
        for missing in matched.missing.into_iter().filter(|missing| missing.name != missing.recorded_as) {
            names.insert(missing.recorded_as, missing.name);
        }
        if names.is_empty() {
            return;
        }
        self.moves.retain(|name, _| !names.contains_key(name));
        self.moves.extend(moves);
        self.rename(&names);
        rename(&mut self.refreshed.states, &names);
        rename(&mut self.refreshed.failed, &names);
        for finding in &mut self.refreshed.findings {
            if let Some(name) = names.get(&finding.user) {
                finding.user.clone_from(name);
            }
        }
        self.scope.iter_mut().for_each(|scope| scope.rename(&names));
    }

    /// Commits the result of the refresh, and moves the states into the entries.
    async fn take_found(&mut self, program: &[DesiredSpec<'_>]) -> Result<(), SessionError> {
        let names: HashSet<&str> = program.iter().map(|user| user.name).collect();
        self.gone.clear();
        self.forgotten.clear();
        for (name, _) in self.refreshed.states.iter().filter(|(_, state)| state.is_none()) {
            match names.contains(name.as_str()) {
                true => drop(self.gone.insert(name.clone())),
                false => self.forgotten.push(Release {
                    user: name.clone(),
                    reason: "it no longer exists in Amazon Connect".to_owned(),
                    is_replaced: false,
                    is_gone: true,
                }),
            }
        }
        // The records have the names of the program now.
        let is_without = |name: &&str| {
            let is_gone = self.refreshed.states.get(*name).is_some_and(Option::is_none);
            is_gone || self.entries.get(*name).is_some_and(|entry| entry.state.is_none())
        };
        let without: Vec<&str> = program.iter().map(|user| user.name).filter(is_without).collect();
        self.refreshed.keep_records(without);
        let mut changes = self.refreshed.changes(&self.entries);
        changes.retain(|change| self.is_target(&change.name) && !self.imported.contains_key(&change.name));
        take(&mut self.refreshed.states);
        self.take_over(changes).await?;
        self.entries.extend(self.imported.clone());
        Ok(())
    }
}

/// The identity of each recorded user. A user that is gone has none, unless it was deleted so that it can be created
/// again, and no other record is that user: then it is the user to be created if the program has that one, or else the
/// user that it was.
fn identities<'e>(
    entries: &'e BTreeMap<String, Entry>,
    read: &'e BTreeMap<String, Option<Arc<UserState>>>,
    program: &'e [DesiredSpec<'_>],
) -> Vec<(&'e str, Option<UserKey<'e>>)> {
    let of = |state: &'e Arc<UserState>| (&state.instance_id, state.name.as_str());
    let now = |(name, entry): (&'e String, &'e Entry)| match read.get(name) {
        Some(read) => (name.as_str(), read.as_ref().map(of)),
        None => (name.as_str(), entry.state.as_ref().map(of)),
    };
    let mut all: Vec<_> = entries.iter().map(now).collect();
    if entries.values().all(|entry| entry.former.is_none()) {
        return all;
    }
    let there: HashSet<UserKey<'e>> = all.iter().filter_map(|(_, identity)| *identity).collect();
    let wanted: HashSet<UserKey<'e>> = program.iter().filter_map(DesiredSpec::identity).collect();
    for ((_, identity), entry) in all.iter_mut().zip(entries.values()).filter(|((_, now), _)| now.is_none()) {
        let Some(former) = &entry.former else { continue };
        let successor = former.successor.as_ref().map(|new| (&new.instance_id, new.name.as_str()));
        let mut candidates = successor.into_iter().chain([of(&former.state)]);
        *identity = candidates.find(|user| wanted.contains(user) && !there.contains(user));
    }
    all
}

fn rename<T>(by_name: &mut BTreeMap<String, T>, names: &BTreeMap<String, String>) {
    let renamed: Vec<_> =
        names.iter().filter_map(|(from, to)| Some((to.clone(), by_name.remove(from)?))).collect();
    by_name.extend(renamed);
}
