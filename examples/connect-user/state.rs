//! `state`: works with the recorded users, in a file, or in a bucket or folder that a team shares.

use std::{io::BufWriter, path::Path};

use connect_user::{
    fleet::{JsonError, StateLocation, StateStore, export_json, import_json, migrate},
    user::counted,
};
use serde_json::json;

use crate::{
    args::{Global, Scale, StateCommand},
    failure::{Failure, Outcome},
    input, output,
    run::{Access, Run, missing_state, require_state},
    written::without_links,
};

/// Runs a command about the state.
pub async fn state(command: StateCommand, global: &Global) -> Outcome<()> {
    match command {
        StateCommand::Export => export(global).await,
        StateCommand::Import { file } => import(&file, global).await,
        StateCommand::Migrate { from, to } => move_all(&from, &to).await,
        StateCommand::Rm { names, force } => forget(&names, force, global).await,
        StateCommand::Unlock { id } => unlock(global, &id.unwrap_or_default()).await,
    }
}

/// Opens a state, by its path or URL.
pub async fn open(location: &StateLocation, write: bool) -> Outcome<Box<dyn StateStore>> {
    if let StateLocation::File(path) = location {
        input::require_regular(path, input::STILL_TO_BE_MADE)?;
    }
    Ok(location.open(write).await?)
}

/// Prints the warnings of a state that was written.
pub async fn tell(store: &dyn StateStore) {
    store.warnings().await.iter().for_each(output::diagnostic);
}

/// Prints the recorded users as JSON.
async fn export(global: &Global) -> Outcome<()> {
    if let Some(missing) = missing_state(global) {
        output::note(&missing);
    }
    let (run, _) = Run::open(global, Scale::default(), Access::Offline).await?;
    match export_json(&*run.file, BufWriter::new(std::io::stdout().lock())).await {
        Err(JsonError::Io(error)) => output::written(Err(error)),
        exported => drop(exported?),
    }
    Ok(())
}

/// Adds users to the state.
async fn import(file: &Path, global: &Global) -> Outcome<()> {
    let (run, _) = Run::open(global, Scale::default(), Access::OfflineToWrite).await?;
    let count = import_json(&*run.file, input::open_bare(file, "file")?)
        .await
        .map_err(|error| Failure::from(error).within(&input::name(file)))?;
    tell(&*run.file).await;
    output::result(|| json!({"imported": count}), || format!("Recorded {}.", counted(count, "user")));
    Ok(())
}

/// Stops managing users: removes them from the state, and leaves their accounts as they are.
async fn forget(names: &[String], force: bool, global: &Global) -> Outcome<()> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::OfflineToWrite).await?;
    let removed = run.session(entries).forget(names, force).await?;
    tell(&*run.file).await;
    let text = || {
        format!(
            "Removed {} from the state; in Amazon Connect, nothing changes. Remove the same users from the program, too: \
             otherwise `apply` finds their names taken.",
            counted(removed.len(), "user")
        )
    };
    output::result(|| json!({"removed": removed}), text);
    Ok(())
}

/// Copies the recorded users from one state to another state, which must have none.
async fn move_all(from: &Path, to: &Path) -> Outcome<()> {
    let (from, to) = (StateLocation::new(from), StateLocation::new(to));
    let nothing = || {
        let message = format!("`{from}` has no recorded users");
        Failure::new(message).help("give the path or the URL of a state")
    };
    if !from.may_exist() {
        return Err(nothing());
    }
    let is_one = match (&from, &to) {
        (StateLocation::File(from), StateLocation::File(to)) => without_links(from) == without_links(to),
        _ => from == to,
    };
    if is_one {
        return Err(Failure::new(format!("`{to}` is the state that the users are copied from"))
            .help("give the path or the URL of a new one"));
    }
    let source = open(&from, true).await?;
    if source.page(None, 1).await?.is_empty() {
        return Err(nothing());
    }
    let target = open(&to, true).await?;
    let count = migrate(&*source, &*target).await?;
    tell(&*target).await;
    let users = counted(count, "user");
    let text =
        || format!("Copied {users} to `{to}`. Give that as `--state` from now on, and remove `{from}`.");
    output::result(|| json!({"migrated": count}), text);
    Ok(())
}

/// Ends the lease of a run that was killed: only the lease with this id, not a newer lease.
async fn unlock(global: &Global, id: &str) -> Outcome<()> {
    let lease = StateLocation::new(&global.state).break_lease(id).await?;
    let json = lease.as_ref().map(|(owner, since)| json!({"owner": owner, "since": since}));
    let text = || match &lease {
        Some((owner, since)) => format!(
            "Unlocked: `{owner}` had the lease since {since}. `plan` shows what its run has left to do."
        ),
        None => "The lease is free.".to_owned(),
    };
    output::result(|| json!({"unlocked": json}), text);
    Ok(())
}
