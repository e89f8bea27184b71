//! `export`, `import --all` and `state`: everybody at once.

use std::{
    collections::BTreeSet,
    io::{BufReader, BufWriter, Write},
    path::Path,
};

use connect_user::{
    client::ClientError,
    fleet::{Entry, JsonError, StoreChange, export_json, import_json},
    interop::program::{WrittenResource, readable_json},
    read::{Everybody, Filter, Instances, Strategy, identity_management, read_all, read_matching},
    user::{InstanceId, UserState, Value},
};
use serde_json::json;

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    input, output,
    run::{Access, Run, missing_state, require_state},
};

/// Prints a program of every user of an instance.
pub async fn export(instance: &str, names: bool, global: &Global) -> Outcome<()> {
    let (run, entries) = Run::open(global, Scale::default(), Access::Read).await?;
    let instance = check(instance)?;
    let users = everybody(&instance, &run, &global.filter()?).await?;
    let instances = Instances::default().with_checked_ids(true);
    let directory = match names {
        true => instances.directory(&instance, run.backend.client()).await?,
        false => None,
    };
    instances.take_notices().iter().for_each(output::diagnostic);
    let resources = users.iter().map(|state| {
        let mut spec = state.to_spec(&run.settings);
        if let Some(directory) = &directory {
            directory.with_names(&mut spec);
        }
        let (name, id) = (state.name.as_str(), state.id());
        // Who is recorded under this name need not be imported.
        let known = entries.get(name).and_then(|entry| entry.state.as_ref());
        let import = Some(&id).filter(|id| known.is_none_or(|known| known.id() != **id));
        WrittenResource::new(name, &spec.encode(), import)
    });
    let text = match users.is_empty() {
        _ if output::is_json() => {
            let resources = Value::Map(resources.map(WrittenResource::into_member).collect());
            let json = serde_json::to_string_pretty(&json!({"resources": resources})).unwrap_or_default();
            format!("{}\n", readable_json(&json))
        }
        true => "resources: {}\n".to_owned(),
        false => {
            let resources: String = resources.map(|resource| resource.yaml()).collect();
            format!("resources:\n{resources}")
        }
    };
    output::written(std::io::stdout().lock().write_all(text.as_bytes()));
    output::check_written()?;
    output::note(&format!("{}; passwords cannot be read", output::users(users.len())));
    Ok(())
}

/// Records every user of an instance that is not recorded yet.
pub async fn import_all(instance: &str, global: &Global) -> Outcome<()> {
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    let instance = check(instance)?;
    let found = everybody(&instance, &run, &global.filter()?).await?;
    let known: BTreeSet<_> = entries.values().flat_map(Entry::accounts).collect();
    let all = found.len();
    let new: Vec<UserState> = found.into_iter().filter(|state| !known.contains(&state.id())).collect();
    let is_taken = |state: &&UserState| entries.get(&state.name).is_some_and(|entry| entry.state.is_some());
    if let Some(state) = new.iter().find(is_taken) {
        return Err(Failure::new(format!("another user is recorded as `{}` already", state.name))
            .help(format!("record this one under another name: `import NAME {}`", state.id())));
    }
    let count = new.len();
    let record = |state: UserState| {
        let before = entries.get(&state.name).cloned().unwrap_or_default();
        StoreChange::put(state.name.clone(), before.with_state(state))
    };
    let changes: Vec<StoreChange> = new.into_iter().map(record).collect();
    run.file.commit(&changes).await?;
    let recorded = all - count;
    output::result(
        || json!({"imported": count, "recorded": recorded}),
        || {
            let users = output::users(count);
            format!("Recorded {users} ({recorded} already recorded); `export` prints a program of them.")
        },
    );
    Ok(())
}

fn check(instance: &str) -> Outcome<InstanceId> {
    let id = InstanceId::new(instance);
    id.check()?;
    Ok(id.to_bare())
}

async fn everybody(instance: &InstanceId, run: &Run, filter: &Filter) -> Outcome<Vec<UserState>> {
    let fail = |error: ClientError| {
        Failure::caused(format!("the instance `{instance}` cannot be read"), &error).help(error.help())
    };
    let client = run.backend.client();
    identity_management(client, instance).await.map_err(fail)?;
    let options = run.read_everybody();
    if options.strategy == Strategy::Search {
        output::note("a search leaves e-mail addresses, mobile numbers and proficiencies out");
    }
    let Everybody { users, failed, unchecked, .. } = match filter.is_empty() {
        true => read_all(instance, client, &options).await,
        false => read_matching(instance, filter, client, &options).await,
    }
    .map_err(fail)?;
    unchecked.iter().for_each(output::diagnostic);
    for (user, error) in &failed {
        output::failure(&Failure::caused(format!("`{user}` cannot be read"), error).help(error.help()));
    }
    if failed.is_empty() { Ok(users) } else { Err(Failure::said()) }
}

/// Prints the recorded users as JSON.
pub async fn export_state(global: &Global) -> Outcome<()> {
    if let Some(missing) = missing_state(global) {
        output::note(&missing.to_string());
    }
    let (run, _) = Run::open(global, Scale::default(), Access::Offline).await?;
    match export_json(&*run.file, BufWriter::new(std::io::stdout().lock())).await {
        Err(JsonError::Io(error)) => output::written(Err(error)),
        exported => drop(exported?),
    }
    Ok(())
}

/// Adds users to the state.
pub async fn import_state(file: &Path, global: &Global) -> Outcome<()> {
    let (run, _) = Run::open(global, Scale::default(), Access::OfflineToWrite).await?;
    let count = import_json(&*run.file, BufReader::new(input::open(file, "file")?))
        .await
        .map_err(|error| Failure::from(error).within(&input::name(file)))?;
    output::result(|| json!({"imported": count}), || format!("Recorded {}.", output::users(count)));
    Ok(())
}

/// Stops managing users: removes them from the state, and leaves their accounts as they are.
pub async fn forget(names: &[String], force: bool, global: &Global) -> Outcome<()> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::OfflineToWrite).await?;
    for name in names {
        let Some(entry) = entries.get(name) else {
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
    let changes: Vec<StoreChange> = names.iter().map(|name| StoreChange::remove((*name).clone())).collect();
    run.file.commit(&changes).await?;
    output::result(
        || json!({"removed": names}),
        || {
            format!(
                "Removed {} from the state; their accounts stay. Remove them from the program, too, or `apply` \
                 makes them anew.",
                output::users(names.len())
            )
        },
    );
    Ok(())
}
