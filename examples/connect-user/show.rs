//! `show`, `drift` and `import`: what is recorded, and what is there.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use connect_user::{
    client::ErrorKind,
    diff::{Change, ChangeKind, drift as differences},
    fleet::{Change as Record, Entry, ProgramUser, refresh},
    read::{self, Strategy},
    user::{ImportId, Settings, UserState, Value, one_line},
};
use serde_json::json;

use crate::{
    args::{Format, Global},
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    review::kind_of,
    store::Store,
    wishes::Wishes,
};

pub async fn show(name: Option<&str>, global: &Global) -> Outcome<()> {
    let store = Store::open(&global.state).await?;
    let users: Vec<(&String, &Arc<UserState>)> =
        store.users().filter(|(user, _)| name.is_none_or(|name| name == user.as_str())).collect();
    if let (Some(name), true) = (name, users.is_empty()) {
        return Err(Failure::new(format!("no user is recorded as `{name}`")).help("`show` lists every user"));
    }
    match global.format {
        Format::Json => {
            let users: serde_json::Map<_, _> = users
                .into_iter()
                .map(|(user, state)| (user.clone(), serde_json::to_value(&**state).unwrap_or_default()))
                .collect();
            output::json(&json!({"users": users}));
        }
        Format::Text if users.is_empty() => output::text("No user is recorded."),
        Format::Text => {
            for (user, state) in users {
                output::text(&describe(user, state));
            }
        }
    }
    Ok(())
}

fn describe(user: &str, state: &UserState) -> String {
    let mut text = format!("{}\n", one_line(user));
    if let Value::Map(members) = crate::review::outputs(state) {
        for (name, value) in members {
            describe_member(&mut text, &name, &value);
        }
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
    let store = Store::open(&global.state).await?;
    let backend = Backend::open(global, store.users().next().is_some()).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let known: BTreeMap<String, Arc<UserState>> =
        store.users().map(|(name, state)| (name.clone(), state.clone())).collect();
    let options = wishes.refresh_options(Strategy::Full);
    let refreshed = refresh(&[] as &[ProgramUser], &known, backend.client(), &options).await;
    let is_partial = output::unread(&refreshed);
    let users: Vec<(&String, Option<Vec<Change>>)> = known
        .iter()
        .filter(|(name, _)| !refreshed.failed.contains_key(*name))
        .map(|(name, state)| {
            let actual = refreshed.states.get(name).and_then(Option::as_ref);
            (name, actual.map(|actual| differences(state, actual, &wishes.settings)))
        })
        .collect();
    let is_changed = |changes: &Option<Vec<Change>>| changes.as_ref().is_none_or(|list| !list.is_empty());
    let changed = users.iter().filter(|(_, changes)| is_changed(changes)).count();
    match global.format {
        Format::Json => {
            let users: Vec<_> = users
                .iter()
                .map(|(name, changes)| {
                    json!({"user": name, "exists": changes.is_some(), "changes": changes.as_deref().unwrap_or_default()})
                })
                .collect();
            output::json(&json!({"users": users}));
        }
        Format::Text => {
            let count = users.len();
            for (name, changes) in users {
                output::text(&describe_drift(name, changes));
            }
            output::text(&match changed {
                0 => format!("No drift: {count} as recorded."),
                changed => format!("Drift: {changed} of {count} changed by someone else."),
            });
        }
    }
    if is_partial { Err(Failure::said()) } else { Ok(changed > 0) }
}

fn describe_drift(name: &str, changes: Option<Vec<Change>>) -> String {
    let name = one_line(name);
    let Some(changes) = changes else { return format!("- {name} is gone") };
    if changes.is_empty() {
        return String::new();
    }
    let mut text = format!("~ {name} was changed by someone else\n");
    for change in changes {
        let show = |value: &Option<Value>| match value {
            Some(value) => serde_json::to_string(value).unwrap_or_default(),
            None => "null".to_owned(),
        };
        let Change { path, kind, before, after, .. } = &change;
        let _ = match kind {
            ChangeKind::Add => writeln!(text, "    + {path}: {}", show(after)),
            ChangeKind::Delete => writeln!(text, "    - {path}: {}", show(before)),
            _ => writeln!(text, "    ~ {path}: {} → {}", show(before), show(after)),
        };
    }
    text
}

pub async fn import(name: &str, id: &str, global: &Global) -> Outcome<()> {
    let id: ImportId = id.parse().map_err(|error: connect_user::user::ImportIdError| {
        Failure::new(error.to_string()).help(error.help())
    })?;
    let mut store = Store::open_to_write(&global.state).await?;
    if store.entry(name).is_some_and(|entry| entry.state.is_some()) {
        return Err(
            Failure::new(format!("a user is recorded as `{name}` already")).help("choose another name")
        );
    }
    if let Some((other, _)) = store.users().find(|(_, state)| state.id() == id) {
        return Err(Failure::new(format!("`{id}` is recorded as `{other}` already"))
            .help(format!("use `{other}` as its name in the program")));
    }
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    let state = read::import(backend.client(), &id).await.map_err(|error| {
        let failure = Failure::caused(format!("`{id}` cannot be imported"), &error);
        match error.kind() {
            ErrorKind::NotFound => failure.help("look the two ids up in the console, or with `list-users`"),
            _ => failure.help(error.help()),
        }
    })?;
    let settings = Settings::builder().default_tags(global.default_tag.iter().cloned().collect()).build();
    let properties = state.to_spec(&settings).encode();
    kind_of(&mut backend, &properties).await?;
    store.commit(vec![Record::Put(name.to_owned(), Box::new(Entry::new(state.clone())))]).await?;
    match global.format {
        Format::Json => output::json(&json!({"user": name, "state": state, "properties": properties})),
        Format::Text => {
            output::text(&format!(
                "`{name}` is recorded. Write it into the program, with its password if it has one:\n"
            ));
            output::text("resources:");
            output::text(&resource(name, &properties, &[]));
        }
    }
    Ok(())
}

/// What a user has is no reference, whatever it looks like.
pub fn without_references(value: &Value) -> Value {
    let plain = |text: &str| text.replace("${", "$${");
    match value {
        Value::String(text) => Value::String(plain(text)),
        Value::List(items) => Value::List(items.iter().map(without_references).collect()),
        Value::Map(members) => Value::Map(
            members.iter().map(|(name, value)| (name.clone(), without_references(value))).collect(),
        ),
        other => other.clone(),
    }
}

/// A program's resource. JSON is YAML too, which saves every question of quoting.
pub fn resource(name: &str, properties: &Value, options: &[(&str, &str)]) -> String {
    let mut text = format!("  {}:\n    type: aws:connect:User\n    properties:\n", quoted(name));
    if let Value::Map(members) = without_references(properties) {
        for (member, value) in members {
            let value = serde_json::to_string(&value).unwrap_or_default();
            let _ = writeln!(text, "      {member}: {}", output::readable(&value));
        }
    }
    if !options.is_empty() {
        text.push_str("    options:\n");
    }
    for (option, value) in options {
        let _ = writeln!(text, "      {option}: {}", quoted(value));
    }
    text
}

/// A program's resource, where the whole program is JSON.
pub fn resource_json(properties: &Value, options: &[(&str, &str)]) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let mut members = vec![
        ("type".to_owned(), text("aws:connect:User")),
        ("properties".to_owned(), without_references(properties)),
    ];
    if !options.is_empty() {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
        members.push(("options".to_owned(), Value::Map(options)));
    }
    Value::Map(members)
}

fn quoted(name: &str) -> String {
    output::readable(&serde_json::to_string(name).unwrap_or_default()).into_owned()
}
