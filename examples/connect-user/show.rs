//! `show` and `drift`: show the recorded users, and changes made outside the program.

use std::{collections::BTreeMap, fmt::Write};

use connect_user::{
    read::{Membership, Memberships, Strategy},
    user::{Diagnostic, Path, UserState, Value, one_line},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    output,
    run::{Access, Run, missing_state, require_state},
};

/// Shows one recorded user, or all of them.
pub async fn show(name: Option<&str>, memberships: bool, global: &Global) -> Outcome<()> {
    if let Some(missing) = missing_state(global) {
        output::note(&missing);
    }
    let filter = global.filter()?;
    let access = if filter.needs_directory() || memberships { Access::Read } else { Access::Offline };
    let (run, entries) = Run::open(global, Scale::default(), access).await?;
    let mut session = run.session(entries);
    session.choose(&[]).await?.iter().for_each(output::diagnostic);
    let is_shown = |user: &String| name.is_none_or(|name| name == user) && session.is_meant(user);
    let without = session.without_account();
    let without: Vec<&Diagnostic> =
        without.iter().filter(|user| user.subject.as_ref().is_some_and(is_shown)).collect();
    without.iter().for_each(|user| output::diagnostic(user));
    let users = session.users().map(|(name, state)| (name, &**state));
    let users: BTreeMap<&String, &UserState> = users.filter(|(name, _)| is_shown(name)).collect();
    if let (Some(name), true) = (name, users.is_empty() && without.is_empty()) {
        let entry = session.entries().get(name);
        if entry.is_some_and(|entry| entry.state.is_some() || entry.former.is_some()) {
            return Err(Failure::new(format!("`{name}` is recorded, and not meant by `--where`"))
                .help("leave `--where` out to see one user"));
        }
        return Err(Failure::new(format!("no user is recorded as `{name}`")).help("`show` lists every user"));
    }
    let (belongs, notices) = match memberships {
        true => {
            Memberships::of_users(users.iter().map(|(name, state)| (*name, *state)), session.client()).await
        }
        false => Default::default(),
    };
    notices.iter().for_each(output::diagnostic);
    match users.is_empty() {
        _ if output::is_json() && memberships => {
            output::json(&json!({"users": users, "memberships": belongs}));
        }
        _ if output::is_json() => output::json(&json!({"users": users})),
        // The warnings have said who is recorded.
        true if !without.is_empty() => {}
        true if !filter.is_empty() => output::text("No such user is recorded."),
        true => output::text("No user is recorded."),
        false => {
            for (user, state) in users {
                output::text(describe(user, state, belongs.get(user)));
            }
        }
    }
    Ok(())
}

fn describe(user: &str, state: &UserState, membership: Option<&Membership>) -> String {
    let mut text = format!("{}\n", one_line(user));
    describe_member(&mut text, &Path::root(), &value(state));
    if let Some(membership) = membership {
        describe_member(&mut text, &Path::root().member("memberships"), &value(membership));
    }
    text
}

/// Converts a document by way of text, which keeps the order of the members.
fn value(document: &impl Serialize) -> Value {
    let json = serde_json::to_string(document).unwrap_or_default();
    serde_json::from_str(&json).unwrap_or(Value::Null)
}

/// Writes one line for each leaf, with its path.
fn describe_member(text: &mut String, place: &Path, value: &Value) {
    match value {
        Value::Map(members) if !members.is_empty() => {
            for (member, value) in members {
                describe_member(text, &place.member(member.clone()), value);
            }
        }
        value => {
            let value = serde_json::to_string(value).unwrap_or_default();
            let _ = writeln!(text, "    {place}: {value}");
        }
    }
}

/// Shows the drift, and returns whether there is any.
pub async fn drift(global: &Global) -> Outcome<bool> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Read).await?;
    let mut session = run.session(entries);
    let drift = session.drift(run.refresh(Strategy::Full).strategy, &run.settings).await?;
    drift.notices.iter().chain(&drift.failures).for_each(output::diagnostic);
    output::result(|| json!(drift), || drift.to_string());
    if drift.failures.is_empty() { Ok(drift.changed() > 0) } else { Err(Failure::said()) }
}
