//! `show`, `drift` and `import`: what is recorded, and what is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use connect_user::{
    client::ErrorKind,
    diff::{Change, drift as differences},
    fleet::{ProgramUser, StoreChange, refresh},
    interop::program::WrittenResource,
    read::{self, Filter, FindingKind, InstanceError, Instances},
    user::{ImportId, InstanceId, UserState, Value, one_line},
};
use serde_json::json;

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    output,
    run::{Access, Run, missing_state, require_state, users},
};

/// Shows what is recorded of one user, or of all.
pub async fn show(name: Option<&str>, global: &Global) -> Outcome<()> {
    if let Some(missing) = missing_state(global) {
        output::note(&missing.to_string());
    }
    let (_, entries) = Run::open(global, Scale::default(), Access::Offline).await?;
    let filter = global.filter()?;
    if filter.with_child_groups {
        return Err(Failure::new("which groups are below another one is not recorded")
            .help("give `group=ID`, or use `drift`, which asks the service"));
    }
    let is_shown = |(user, state): &(&String, &UserState)| {
        name.is_none_or(|name| name == user.as_str()) && filter.holds(state)
    };
    let users: BTreeMap<&String, &UserState> = users(&entries).filter(is_shown).collect();
    if let (Some(name), true) = (name, users.is_empty()) {
        return Err(Failure::new(format!("no user is recorded as `{name}`")).help("`show` lists every user"));
    }
    match users.is_empty() {
        _ if output::is_json() => output::json(&json!({"users": users})),
        true if !filter.is_empty() => output::text("No such user is recorded."),
        true => output::text("No user is recorded."),
        false => users.into_iter().for_each(|(user, state)| output::text(&describe(user, state))),
    }
    Ok(())
}

fn describe(user: &str, state: &UserState) -> String {
    let mut text = format!("{}\n", one_line(user));
    // By way of text, which keeps the order of the members.
    let json = serde_json::to_string(state).unwrap_or_default();
    if let Ok(Value::Map(members)) = serde_json::from_str(&json) {
        members.iter().for_each(|(name, value)| describe_member(&mut text, name, value));
    }
    text
}

/// One line a leaf, a block's members under its name.
fn describe_member(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Map(members) if !members.is_empty() => {
            for (member, value) in members {
                describe_member(text, &format!("{name}.{member}"), value);
            }
        }
        value => {
            let _ = writeln!(
                text,
                "    {}: {}",
                one_line(name),
                serde_json::to_string(value).unwrap_or_default()
            );
        }
    }
}

/// Shows what has changed, and says whether anything has.
pub async fn drift(global: &Global) -> Outcome<bool> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Read).await?;
    let mut known: BTreeMap<String, Arc<UserState>> =
        entries.into_iter().filter_map(|(name, entry)| Some((name, entry.state?))).collect();
    keep_matching(&mut known, &run, &global.filter()?).await?;
    let refreshed = refresh(&[] as &[ProgramUser], &known, run.backend.client(), &run.read_everybody()).await;
    output::unchecked(&refreshed);
    let is_partial = output::unread(&refreshed);
    // Who is gone is told below.
    let told = refreshed.findings.iter().filter(|finding| finding.kind != FindingKind::Gone);
    told.for_each(|finding| output::diagnostic(&finding.diagnostic()));
    let assumed: BTreeSet<&String> = refreshed
        .findings
        .iter()
        .filter(|finding| finding.kind.is_assumed())
        .map(|finding| &finding.user)
        .collect();
    let users: Vec<(&String, Option<Vec<Change>>)> = known
        .iter()
        .filter(|(name, _)| !refreshed.failed.contains_key(*name))
        .map(|(name, state)| {
            let actual = refreshed.states.get(name).and_then(Option::as_ref);
            (name, actual.map(|actual| differences(state, actual, &run.settings)))
        })
        .collect();
    let is_changed = |changes: &Option<Vec<Change>>| changes.as_ref().is_none_or(|list| !list.is_empty());
    let changed = users.iter().filter(|(_, changes)| is_changed(changes)).count();
    let checked = users.len() - assumed.len();
    let unchecked = match assumed.len() {
        0 => String::new(),
        assumed => format!("; {assumed} could not be checked"),
    };
    let json = |(name, changes): &(&String, Option<Vec<Change>>)| {
        let listed = changes.as_deref().unwrap_or_default();
        let is_checked = !assumed.contains(name);
        json!({"user": name, "exists": changes.is_some(), "checked": is_checked, "changes": listed})
    };
    output::result(
        || {
            let users: Vec<_> = users.iter().map(json).collect();
            json!({"users": users, "findings": refreshed.findings})
        },
        || {
            let told: String =
                users.iter().map(|(name, changes)| describe_drift(name, changes.as_deref())).collect();
            match changed {
                0 => format!("No drift: {checked} as recorded{unchecked}."),
                changed => {
                    format!("{told}Drift: {changed} of {checked} changed by someone else{unchecked}.")
                }
            }
        },
    );
    if is_partial { Err(Failure::said()) } else { Ok(changed > 0) }
}

/// Keeps the users that are meant, as they are recorded or as they are now.
async fn keep_matching(
    known: &mut BTreeMap<String, Arc<UserState>>,
    run: &Run,
    filter: &Filter,
) -> Outcome<()> {
    if filter.is_empty() {
        return Ok(());
    }
    let instances: BTreeSet<InstanceId> = known.values().map(|state| state.instance_id.to_bare()).collect();
    let mut found = BTreeSet::new();
    for instance in &instances {
        let users = filter.find(instance, run.backend.client()).await.map_err(|error| {
            Failure::caused(format!("the instance `{instance}` cannot be searched"), &error)
                .help(error.help())
        })?;
        found.extend(users.iter().map(|user| ImportId::new(instance, user)));
    }
    let was = |state: &UserState| !filter.with_child_groups && filter.holds(state);
    known.retain(|_, state| found.contains(&state.id()) || was(state));
    Ok(())
}

fn describe_drift(name: &str, changes: Option<&[Change]>) -> String {
    let name = one_line(name);
    let Some(changes) = changes else { return format!("- {name} is gone\n") };
    if changes.is_empty() {
        return String::new();
    }
    let changes: String = changes.iter().map(|change| format!("    {change}\n")).collect();
    format!("~ {name} was changed by someone else\n{changes}")
}

/// Records a user that exists.
pub async fn import(name: &str, id: &str, global: &Global) -> Outcome<()> {
    if !global.r#where.is_empty() {
        return Err(Failure::new("`--where` has no use where the user is named")
            .help("leave it out, or import all that it means by `import --all`"));
    }
    let id: ImportId = id.parse()?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    if entries.get(name).is_some_and(|entry| entry.state.is_some()) {
        return Err(
            Failure::new(format!("a user is recorded as `{name}` already")).help("choose another name")
        );
    }
    if let Some((other, _)) = entries.iter().find(|(_, entry)| entry.accounts().any(|known| known == id)) {
        return Err(Failure::new(format!("`{id}` is recorded as `{other}` already"))
            .help(format!("use `{other}` as its name in the program")));
    }
    let client = run.backend.client();
    let state = read::import(client, &id).await.map_err(|error| {
        let failure = Failure::caused(format!("`{id}` cannot be imported"), &error);
        match error.kind() {
            ErrorKind::NotFound => failure.help("look the two ids up in the console, or with `list-users`"),
            _ => failure.help(error.help()),
        }
    })?;
    let (instances, expected) = (Instances::default(), global.identity_management);
    let kind = instances.identity_management(&id.instance, expected, client).await;
    if let Err(error @ InstanceError::OtherKind { .. }) = kind {
        let help = "leave out `--identity-management`, or use another instance";
        return Err(Failure::new(error.to_string()).help(help));
    }
    let properties = state.to_spec(&run.settings).encode();
    let entry = entries.get(name).cloned().unwrap_or_default().with_state(state.clone());
    run.file.commit(&[StoreChange::put(name.to_owned(), entry)]).await?;
    output::result(
        || json!({"user": name, "state": state, "properties": properties}),
        || {
            let resource = WrittenResource::new(name, &properties, None).yaml();
            format!(
                "`{name}` is recorded. Write it into the program, with its password if it has one:\n\nresources:\n\
                 {resource}"
            )
        },
    );
    Ok(())
}
