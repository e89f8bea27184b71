//! Fleets to test with.

use std::{collections::BTreeMap, sync::Arc};

use connect_user::{
    client::memory::MemoryConnect,
    fleet::ProgramUser,
    user::{DesiredUser, IdentityManagementType, Operation, Settings, UserSpec, UserState},
    validate::{Context, resolve},
};
use serde_json::{Value, json};

/// A user of a `SAML` instance, under the name `name` in Amazon Connect.
pub fn document(name: &str) -> Value {
    json!({
        "instanceId": "i",
        "name": name,
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "identityInfo": {"firstName": "A", "lastName": "B"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true},
        "tags": {"team": "x"},
    })
}

pub fn spec(document: &Value) -> UserSpec {
    serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}"))
}

/// A user whom the program calls `logical`.
pub fn wanted(logical: &str, document: &Value) -> ProgramUser {
    ProgramUser::builder().name(logical).desired(desired(document)).build()
}

/// A user of a `SAML` instance, with everything known.
pub fn desired(document: &Value) -> DesiredUser {
    validated(document, Settings::builder().identity_management(IdentityManagementType::Saml).build())
}

/// A user with everything known, under those settings.
pub fn validated(document: &Value, settings: Settings) -> DesiredUser {
    let context = Context::builder().settings(settings).build();
    resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}")).0
}

/// The user as it is after that document was applied.
pub fn state(document: &Value, id: &str) -> UserState {
    let mut state = document.clone();
    let members = state.as_object_mut().expect("an object");
    let tags = members.get("tags").cloned().unwrap_or_else(|| json!({}));
    let keys: Vec<_> = tags.as_object().expect("tags").keys().cloned().collect();
    members
        .insert("arn".into(), json!(format!("arn:aws:connect:us-east-1:123456789012:instance/i/agent/{id}")));
    members.insert("userId".into(), json!(id));
    members.insert("tagsAll".into(), tags);
    members.insert("managedTags".into(), json!(keys));
    members.insert("managed".into(), serde_json::to_value(spec(document).managed()).expect("paths"));
    serde_json::from_value(state).expect("a state")
}

/// Pairs of a logical name and the name in Amazon Connect, as states.
pub fn states(users: &[(&str, &str)]) -> BTreeMap<String, Arc<UserState>> {
    let state = |(logical, name): &(&str, &str)| {
        ((*logical).to_owned(), state(&document(name), &format!("id-{logical}")).into())
    };
    users.iter().map(state).collect()
}

/// Pairs of a logical name and the name in Amazon Connect, as what is wanted.
pub fn wants(users: &[(&str, &str)]) -> Vec<ProgramUser> {
    users.iter().map(|(logical, name)| wanted(logical, &document(name))).collect()
}

/// Runs a random test for each seed. `RANDOM_CASES` says for how many; `RANDOM_SEED` runs one of them again, and so many
/// from there on where both are said.
pub fn each_seed(usual: u64, test: impl Fn(u64) + std::panic::RefUnwindSafe) {
    let set = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = match (set("RANDOM_SEED"), set("RANDOM_CASES")) {
        (Some(seed), cases) => seed..seed + cases.unwrap_or(1),
        (None, cases) => 0..cases.unwrap_or(usual),
    };
    for seed in seeds {
        if let Err(failure) = std::panic::catch_unwind(|| test(seed)) {
            eprintln!("run it again with RANDOM_SEED={seed}");
            std::panic::resume_unwind(failure);
        }
    }
}

/// The number of calls of an operation so far.
pub fn count(connect: &MemoryConnect, operation: Operation) -> usize {
    connect.calls().iter().filter(|call| call.operation == operation).count()
}
