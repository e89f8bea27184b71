//! `export`, `import --all` and `state`: everybody at once.

use std::{
    collections::BTreeSet,
    io::{BufReader, BufWriter, Write},
    path::Path,
};

use connect_user::{
    client::ErrorKind,
    fleet::{Change, Entry, JsonError, export_json, import_json},
    read::{Everybody, Strategy, identity_management, read_all},
    user::{InstanceId, UserState, Value},
};
use serde_json::json;

use crate::{
    args::{Format, Global},
    backend::Backend,
    failure::{Failure, Outcome},
    input, output,
    show::{resource, resource_json},
    store::Store,
    wishes::Wishes,
};

/// Prints a program of every user of an instance.
pub async fn export(instance: &str, names: bool, global: &Global) -> Outcome<()> {
    let store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    let instance = check(instance)?;
    let users = everybody(&instance, &mut backend, &wishes).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let is_known = |state: &UserState| {
        let known = store.entry(&state.name).and_then(|entry| entry.state.as_ref());
        known.is_some_and(|known| known.id() == state.id())
    };
    let directory = match names {
        true => backend.directory(&instance).await?,
        false => None,
    };
    let mut text = String::from("resources:\n");
    let mut resources = Vec::new();
    for state in &users {
        let mut spec = state.to_spec(&wishes.settings);
        if let Some(directory) = &directory {
            directory.with_names(&mut spec);
        }
        let properties = spec.encode();
        let id = state.id().to_string();
        // Who is recorded under this name need not be imported.
        let options = if is_known(state) { vec![] } else { vec![("import", id.as_str())] };
        match global.format {
            Format::Text => text.push_str(&resource(&state.name, &properties, &options)),
            Format::Json => resources.push((state.name.clone(), resource_json(&properties, &options))),
        }
    }
    if users.is_empty() {
        text = String::from("resources: {}\n");
    }
    if global.format == Format::Json {
        let program = Value::Map(vec![("resources".to_owned(), Value::Map(resources))]);
        let json = serde_json::to_string_pretty(&program).unwrap_or_default();
        text = format!("{}\n", output::readable(&json));
    }
    output::written(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    output::check_written()?;
    output::note(&format!("{}; passwords cannot be read", output::users(users.len())));
    Ok(())
}

/// Records every user of an instance that is not recorded yet.
pub async fn import_all(instance: &str, global: &Global) -> Outcome<()> {
    let mut store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    let instance = check(instance)?;
    let users = everybody(&instance, &mut backend, &wishes).await?;
    let known: BTreeSet<_> = store.users().map(|(_, state)| state.id()).collect();
    let all = users.len();
    let new: Vec<UserState> = users.into_iter().filter(|state| !known.contains(&state.id())).collect();
    let is_taken = |state: &&UserState| store.entry(&state.name).is_some_and(|entry| entry.state.is_some());
    if let Some(state) = new.iter().find(is_taken) {
        return Err(Failure::new(format!("another user is recorded as `{}` already", state.name))
            .help(format!("record this one under another name: `import NAME {}`", state.id())));
    }
    let count = new.len();
    let changes: Vec<Change> =
        new.into_iter().map(|state| Change::Put(state.name.clone(), Box::new(Entry::new(state)))).collect();
    store.commit(changes).await?;
    match global.format {
        Format::Json => output::json(&json!({"imported": count, "recorded": all - count})),
        Format::Text => output::text(&format!(
            "Recorded {} ({} already recorded); `export` prints a program of them.",
            output::users(count),
            all - count
        )),
    }
    Ok(())
}

fn check(instance: &str) -> Outcome<InstanceId> {
    let id = InstanceId::new(instance);
    id.check().map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
    Ok(id.to_bare())
}

async fn everybody(instance: &InstanceId, backend: &mut Backend, wishes: &Wishes) -> Outcome<Vec<UserState>> {
    let fail = |error: connect_user::client::ClientError| {
        let failure = Failure::caused(format!("the instance `{instance}` cannot be read"), &error);
        match error.kind() {
            ErrorKind::NotFound => {
                failure.help("look the id up in the console, and check Region and account")
            }
            _ => failure.help(error.help()),
        }
    };
    identity_management(backend.client(), instance).await.map_err(fail)?;
    let options = wishes.refresh_options(Strategy::Full);
    if options.strategy == Strategy::Search {
        output::note("a search leaves e-mail addresses, mobile numbers and proficiencies out");
    }
    let Everybody { users, failed, unchecked, .. } =
        read_all(instance, backend.client(), &options).await.map_err(fail)?;
    unchecked.iter().for_each(output::diagnostic);
    for (user, error) in &failed {
        output::failure(&Failure::caused(format!("`{user}` cannot be read"), error).help(error.help()));
    }
    if failed.is_empty() { Ok(users) } else { Err(Failure::said()) }
}

/// Prints the recorded users as JSON.
pub async fn export_state(global: &Global) -> Outcome<()> {
    let store = Store::open(&global.state).await?;
    export_json(&store.file, BufWriter::new(std::io::stdout().lock())).await?;
    Ok(())
}

/// Adds users to the state.
pub async fn import_state(file: &Path, global: &Global) -> Outcome<()> {
    let store = Store::open_to_write(&global.state).await?;
    let count = import_json(&store.file, BufReader::new(input::open(file, "file")?))
        .await
        .map_err(|error| Failure::from(error).within(&input::name(file)))?;
    match global.format {
        Format::Json => output::json(&json!({"imported": count})),
        Format::Text => output::text(&format!("Recorded {}.", output::users(count))),
    }
    Ok(())
}

/// Stops managing users: removes them from the state, and leaves their accounts as they are.
pub async fn forget(names: &[String], force: bool, global: &Global) -> Outcome<()> {
    let mut store = Store::open_to_write(&global.state).await?;
    for name in names {
        let Some(entry) = store.entry(name) else {
            return Err(
                Failure::new(format!("no user is recorded as `{name}`")).help("`show` lists every user")
            );
        };
        let unfinished = entry.state.as_ref().is_some_and(|state| !state.record.unfinished.is_empty());
        if !force && (unfinished || !entry.creating.is_empty()) {
            let what = if unfinished { "an update or replacement" } else { "a creation" };
            return Err(Failure::new(format!("{what} of `{name}` is unfinished"))
                .help("`apply` finishes it; `--force` removes the user from the state nevertheless"));
        }
    }
    let names: BTreeSet<&String> = names.iter().collect();
    store.commit(names.iter().map(|name| Change::Remove((*name).clone())).collect()).await?;
    match global.format {
        Format::Json => output::json(&json!({"removed": names})),
        Format::Text => output::text(&format!(
            "Removed {} from the state; their accounts stay. Remove them from the program, too, or `apply` makes \
             them anew.",
            output::users(names.len())
        )),
    }
    Ok(())
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Self {
        Self::caused(String::new(), &error).help(error.help())
    }
}
