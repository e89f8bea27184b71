//! An engine's calls over a service in memory.

use std::{sync::Arc, time::SystemTime};

use connect_user::{
    client::memory::{MemoryConnect, MemoryInstance},
    engine::{Failure, Planned, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType, Settings, Value},
};
use proptest::{prelude::ProptestConfig, test_runner::RngSeed};
use serde_json::json;

/// A service with the instance `i`, whose clock is the machine's.
pub fn service(kind: IdentityManagementType) -> Arc<MemoryConnect> {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", kind));
    connect.set_time(SystemTime::now().into());
    Arc::new(connect)
}

pub fn resource(connect: &Arc<MemoryConnect>) -> Resource {
    Resource::new(connect.clone(), Settings::default())
}

pub fn value(json: serde_json::Value) -> Value {
    let value: Value = serde_json::from_value(json).expect("a value");
    value.with_pulumi_unknowns()
}

/// The inputs of a user with everything that must be given, and these members.
pub fn inputs(members: serde_json::Value) -> Value {
    let mut inputs = json!({
        "instanceId": "i",
        "name": "jane",
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "identityInfo": { "firstName": "Jane", "lastName": "Roe" },
        "phoneConfig": { "phoneType": "SOFT_PHONE" },
    });
    let all = inputs.as_object_mut().expect("an object");
    for (name, value) in members.as_object().expect("an object") {
        match value {
            serde_json::Value::Null => drop(all.remove(name)),
            value => drop(all.insert(name.clone(), value.clone())),
        }
    }
    value(inputs)
}

pub fn text(value: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(value, |value, name| value.get(name))?;
    found.as_str().map(str::to_owned)
}

pub async fn create(resource: &Resource, inputs: &Value) -> Snapshot {
    let created = resource.create(inputs, &ResourceOptions::default()).await;
    created.unwrap_or_else(|failure| panic!("{failure}")).snapshot
}

pub async fn update(resource: &Resource, prior: &Snapshot, inputs: &Value) -> Result<Snapshot, Failure> {
    Ok(resource.update(prior, inputs, &ResourceOptions::default()).await?.snapshot)
}

pub async fn diff(resource: &Resource, prior: Option<&Snapshot>, inputs: &Value) -> Planned {
    let planned = resource.diff(prior, inputs, &ResourceOptions::default()).await;
    planned.unwrap_or_else(|failure| panic!("{failure}"))
}

/// The places that a plan changes.
pub fn changes(planned: &Planned) -> Vec<String> {
    planned.changes.iter().map(|change| change.path.to_string()).collect()
}

/// The codes of a failure's reasons.
pub fn codes(failure: &Failure) -> Vec<&'static str> {
    failure.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Whatever the first of two plans, or of a plan and what came of it, knows, the second has.
#[track_caller]
pub fn assert_is_within(first: &Value, second: &Value) {
    if let Some(found) = disagreement(first, second) {
        panic!("{found}\nfirst  {first:?}\nsecond {second:?}");
    }
}

/// Where two plans disagree: whatever the first shows as known, also that something is left out, the second must show.
pub fn disagreement(first: &Value, second: &Value) -> Option<String> {
    match (first, second) {
        (Value::Unknown, _) => None,
        (Value::Map(one), Value::Map(other)) => {
            let names = one.iter().chain(other).map(|(name, _)| name);
            names.into_iter().find_map(|name| {
                let [one, other] = [first, second].map(|value| value.get(name).unwrap_or(&Value::Null));
                disagreement(one, other).map(|found| format!("{name}: {found}"))
            })
        }
        // Lists have no order, and unknown elements may turn out to be equal to others.
        (Value::List(one), Value::List(other)) => {
            let agree = |one: &&Value, other: &&Value| disagreement(one, other).is_none();
            let is_within = other.len() <= one.len()
                && one.iter().all(|one| other.iter().any(|other| agree(&one, &other)))
                && other.iter().all(|other| one.iter().any(|one| agree(&one, &other)));
            (!is_within).then(|| format!("was shown as {first:?}, comes as {second:?}"))
        }
        (first, second) => (first != second).then(|| format!("was shown as {first:?}, comes as {second:?}")),
    }
}

/// The configuration of a random test. The usual run is the same each time; `RANDOM_CASES` says how many other cases are
/// tried instead.
pub fn config(usual: u32, shrinks: u32) -> ProptestConfig {
    let cases = std::env::var("RANDOM_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(usual),
        rng_seed: if cases.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) },
        max_shrink_iters: shrinks,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
