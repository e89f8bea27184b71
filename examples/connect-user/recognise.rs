//! Which recorded user each user of the program is, and what is read of it.

use std::collections::{BTreeMap, HashMap};

use connect_user::{
    diff,
    fleet::{DesiredSpec, Identity, Refreshed, match_users, refresh},
    read::{Strategy, import},
    user::{ImportId, InstanceId, UserSpec, UserState},
    validate::{validate_document, with_name},
};

use crate::{
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Program, ResourceOptions, Scope},
    review::{auto_name, identity_of},
    store::Store,
    wishes::Wishes,
};

/// Records users under their present names whom an earlier name of the resource, or its `import`, means. Gives
/// the names that they had before, by those that they have now.
pub fn take_aliases(program: &Program, store: &mut Store) -> BTreeMap<String, String> {
    let by_id: HashMap<ImportId, &str> =
        store.users().map(|(name, state)| (state.id(), name.as_str())).collect();
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for user in program.users.iter().filter(|user| store.entry(&user.name).is_none()) {
        let ResourceOptions { aliases, import, .. } = &user.options;
        let alias = aliases.iter().find(|alias| store.entry(alias).is_some()).map(String::as_str);
        let imported = import.as_ref().and_then(|id| by_id.get(id).copied());
        let known = alias.or(imported.filter(|name: &&str| program.user(name).is_none()));
        if let Some(from) = known.filter(|from| !names.contains_key(*from)) {
            names.insert(from.to_owned(), user.name.clone());
            moves.insert(user.name.clone(), from.to_owned());
        }
    }
    store.rename(&names);
    moves
}

/// Finds out which recorded user each user of the program is, and names the records so. Gives the names that
/// they had before, by those that they have now; `before` are moves that were made already.
pub fn recognise(
    program: &Program,
    store: &mut Store,
    refreshed: &mut Refreshed,
    before: &BTreeMap<String, String>,
) -> Outcome<BTreeMap<String, String>> {
    let identities = identities(program)?;
    let recorded = store.entries().iter().map(|(name, entry)| {
        // Nobody is who is gone.
        let state = match refreshed.states.get(name) {
            Some(read) => read.as_ref(),
            None => entry.state.as_ref(),
        };
        (name.as_str(), state.map(|state| (&state.instance_id, state.name.as_str())))
    });
    let wanted = program.users.iter().zip(&identities).map(|(user, identity)| {
        let identity: Option<Identity<'_>> =
            identity.as_ref().map(|(instance, name)| (instance, name.as_str()));
        (user.name.as_str(), identity)
    });
    let matches = match_users(wanted, recorded);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    for user in &program.users {
        if let Some(from) = matches.moved_from(&user.name) {
            names.insert(from.to_owned(), user.name.clone());
            let first = before.get(from).map_or(from, String::as_str);
            moves.insert(user.name.clone(), first.to_owned());
        }
    }
    for missing in matches.missing().iter().filter(|missing| missing.name != missing.recorded_as) {
        names.insert(missing.recorded_as.clone(), missing.name.clone());
    }
    store.rename(&names);
    rename(&mut refreshed.states, &names);
    rename(&mut refreshed.failed, &names);
    Ok(moves)
}

pub fn rename<T>(by_name: &mut BTreeMap<String, T>, names: &BTreeMap<String, String>) {
    let renamed: Vec<_> =
        names.iter().filter_map(|(from, to)| Some((to.clone(), by_name.remove(from)?))).collect();
    by_name.extend(renamed);
}

/// Instance and name of each user of the program, as far as they are known before anything is read.
fn identities(program: &Program) -> Outcome<Vec<Option<(InstanceId, String)>>> {
    let mut scope = Scope::default();
    let mut found: BTreeMap<&str, (InstanceId, String)> = BTreeMap::new();
    for user in program.in_order() {
        let properties = program.evaluate(user, &scope)?.properties;
        if let Some((instance, name)) = identity_of(&properties) {
            found.insert(&user.name, (InstanceId::new(instance), name));
        }
        scope.pending(&user.name, properties, None);
    }
    Ok(program.users.iter().map(|user| found.remove(user.name.as_str())).collect())
}

pub fn check_targets(program: &Program, store: &Store, wishes: &Wishes) -> Outcome<()> {
    let unknown = |name: &&String| program.user(name).is_none() && store.entry(name).is_none();
    match wishes.targets.iter().find(unknown) {
        Some(name) => Err(Failure::new(format!("there is no user `{name}` in the program or the state"))
            .help("`--target` takes the name that a user has in the program")),
        None => Ok(()),
    }
}

/// What the program wants of each user, as far as it is known before anybody is read.
pub fn specs(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
) -> Outcome<Vec<(String, UserSpec, diff::Options)>> {
    let mut specs = Vec::new();
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let properties = program.evaluate(user, &Scope::default())?.properties;
        let suffix = store.suffix(&user.name);
        let options = wishes.options(wishes.assumed, None, &user.options);
        let context = wishes.context(options.clone(), auto_name(&user.name, suffix), None, None);
        let (spec, _) = validate_document(properties, &context);
        let spec = if suffix.is_some() { with_name(&spec, &context) } else { spec };
        specs.push((user.name.clone(), spec, options));
    }
    Ok(specs)
}

/// Reads the recorded users again, and those that the program imports.
pub async fn read(
    program: &Program,
    store: &Store,
    wishes: &Wishes,
    backend: &Backend,
    specs: &[(String, UserSpec, diff::Options)],
) -> Outcome<Refreshed> {
    let known: BTreeMap<String, UserState> = store
        .users()
        .filter(|(name, _)| wishes.is_target(name))
        .map(|(name, state)| (name.clone(), state.clone()))
        .collect();
    let desired = specs.iter().map(|(name, spec, options)| DesiredSpec { name, spec, options });
    let desired: Vec<DesiredSpec<'_>> = desired.collect();
    let options = wishes.refresh_options(Strategy::Changed);
    let mut refreshed = refresh(&desired, &known, backend.client(), &options).await;
    let is_all = tell_unread(&refreshed) && refreshed.failed.len() == known.len();
    if is_all {
        return Err(Failure::said());
    }
    let mut imported: BTreeMap<String, &str> = BTreeMap::new();
    for user in program.users.iter().filter(|user| wishes.is_target(&user.name)) {
        let Some(id) = &user.options.import else { continue };
        if let Some(other) = imported.insert(id.to_string(), &user.name) {
            let message = format!("`{other}` and `{}` both import `{id}`", user.name);
            return Err(Failure::new(message).help("take one of the `import` options out"));
        }
        // Who is recorded and there was imported once.
        let is_there = refreshed.states.get(&user.name).is_some_and(Option::is_some);
        if let Some(state) = known.get(&user.name).filter(|_| is_there) {
            if state.id() != *id {
                let message = format!("`{}` imports `{id}`, and is recorded as `{}`", user.name, state.id());
                return Err(Failure::new(message)
                    .help("take the `import` option out, or give the other user a resource of its own"));
            }
            continue;
        }
        if let Some((other, _)) = known.iter().find(|(_, state)| state.id() == *id) {
            if program.user(other).is_none() {
                // It moves: it need not be read twice.
                continue;
            }
            let message = format!("`{}` imports `{id}`, which is recorded as `{other}`", user.name);
            return Err(Failure::new(message).help("take the `import` option out"));
        }
        let state = import(backend.client(), id).await.map_err(|error| {
            Failure::caused(format!("`{}` cannot import `{id}`", user.name), &error).help(error.help())
        })?;
        refreshed.states.insert(user.name.clone(), Some(state));
    }
    Ok(refreshed)
}

/// How many users a message names.
const SHOWN: usize = 5;

/// Says who could not be read, and whether there is anybody: a plan of them would be made of what is no longer
/// true.
pub fn tell_unread(refreshed: &Refreshed) -> bool {
    refreshed.unchecked.iter().for_each(output::diagnostic);
    // One cause, such as an instance that cannot be listed, may concern thousands of users.
    let mut causes: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (name, error) in &refreshed.failed {
        let failure = Failure::caused("cannot be read", error).help(error.help());
        let key = (failure.to_string(), error.help());
        causes.entry(key).or_default().push(name);
    }
    for ((message, help), names) in causes {
        let listed = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output::failure(&Failure::new(message).after(&format!("{listed}{more}")).help(help));
    }
    !refreshed.failed.is_empty()
}
