//! `import` and `export`: record users that exist, or write them as a program.

use connect_user::{
    fleet::{RecordError, Session},
    interop::{
        file::{FileFormat, UserFile, WriteOptions, write},
        program::WrittenResource,
    },
    read::Strategy,
    user::{ImportId, InstanceId, UserState, counted},
};
use serde_json::json;

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    output,
    run::{Access, Run},
    state,
};

/// Records a user that exists.
pub async fn import(name: &str, id: &str, global: &Global) -> Outcome<()> {
    if !global.r#where.is_empty() {
        return Err(Failure::new("`--where` has no use where the user is named")
            .help("leave it out, or import all that it means by `import --all`"));
    }
    let id: ImportId = id.parse()?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    let mut session = run.session(entries);
    let state = session.record_existing(name, &id, global.identity_management).await?;
    session.instances().take_notices().iter().for_each(output::diagnostic);
    state::tell(&*run.file).await;
    let properties = state.to_spec(&run.settings).encode();
    let text = || {
        let resource = WrittenResource::new(name, &properties, None).yaml();
        format!(
            "`{name}` is recorded. Write it into the program, with its password if it has one:\n\nresources:\n{resource}"
        )
    };
    output::result(|| json!({"user": name, "state": state, "properties": properties}), text);
    Ok(())
}

/// Records every user of an instance that is not recorded yet.
pub async fn import_all(instance: &str, global: &Global) -> Outcome<()> {
    let instance = check(instance)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    let mut session = run.recovered(entries).await?;
    let found = everybody(&instance, &run, &session).await?;
    let all = found.len();
    let count = session.record_all(found).await.map_err(|error| match &error {
        RecordError::NameTaken { id, .. } => Failure::new(error.to_string())
            .help(format!("record this one under another name: `import NAME {id}`")),
        _ => error.into(),
    })?;
    state::tell(&*run.file).await;
    let recorded = all - count;
    let users = counted(count, "user");
    output::result(
        || json!({"imported": count, "recorded": recorded}),
        || format!("Recorded {users} ({recorded} already recorded); `export` prints a program of them."),
    );
    Ok(())
}

/// Prints a program of every user of an instance.
pub async fn export(instance: &str, names: bool, global: &Global) -> Outcome<()> {
    let instance = check(instance)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Read).await?;
    let session = run.session(entries);
    let users = everybody(&instance, &run, &session).await?;
    let instances = session.instances();
    let directory = match names {
        true => instances.directory(&instance, session.client()).await?,
        false => None,
    };
    instances.take_notices().iter().for_each(output::diagnostic);
    // Recorded users are imported, too: the program may outlive the state.
    let file = UserFile::of_existing(&users, &run.settings, directory.as_deref());
    let format = if output::is_json() { FileFormat::ProgramJson } else { FileFormat::Program };
    let written = write(format, &file, &WriteOptions::default()).map_err(|error| Failure::told(&error))?;
    output::file(&written.text)?;
    output::note(&format!("{}; passwords cannot be read", counted(users.len(), "user")));
    Ok(())
}

fn check(instance: &str) -> Outcome<InstanceId> {
    let id = InstanceId::new(instance);
    id.check()?;
    Ok(id.to_bare())
}

async fn everybody(instance: &InstanceId, run: &Run<'_>, session: &Session<'_>) -> Outcome<Vec<UserState>> {
    let strategy = run.refresh(Strategy::Full).strategy;
    if strategy == Strategy::Search {
        output::note("a search leaves e-mail addresses, mobile numbers and proficiencies out");
    }
    let all = session.existing(instance, strategy).await?;
    all.unchecked.iter().for_each(output::diagnostic);
    Failure::all(all.failures().iter().map(Failure::told))?;
    Ok(all.users)
}
