//! What one user costs: validating, comparing, planning, JSON; and a million users that have not changed.

use std::hint::black_box;

use connect_user::{
    diff::{diff, plan},
    user::{Settings, UserSpec, UserState},
    validate::{Context, resolve, validate},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

fn document() -> Value {
    json!({
        "instanceId": "aaaaaaaa-bbbb-cccc-dddd-111111111111",
        "name": "jane.roe",
        "routingProfileId": "10000000-0000-4000-8000-000000000001",
        "hierarchyGroupId": "30000000-0000-4000-8000-000000000001",
        "securityProfileIds": ["20000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe", "email": "jane@example.com", "mobile": "+16175550101"},
        "phoneConfig": {"phoneType": "DESK_PHONE", "deskPhoneNumber": "+16175550102", "autoAccept": true},
        "afterContactWorkConfigs": [
            {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 60}},
            {"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 30}},
        ],
        "userProficiencies": [{"attributeName": "connect:Language", "attributeValue": "connect:French", "level": 4}],
        "tags": {"team": "front-desk", "cost center": "4711"},
    })
}

fn changed() -> Value {
    let mut document = document();
    document["routingProfileId"] = json!("10000000-0000-4000-8000-000000000002");
    document
}

fn all_changed() -> Value {
    json!({
        "instanceId": "aaaaaaaa-bbbb-cccc-dddd-111111111111",
        "name": "jane.roe",
        "routingProfileId": "10000000-0000-4000-8000-000000000009",
        "hierarchyGroupId": "30000000-0000-4000-8000-000000000009",
        "securityProfileIds": ["20000000-0000-4000-8000-000000000009"],
        "identityInfo": {"firstName": "June", "lastName": "Poe", "email": "june@example.com", "mobile": "+16175550109"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": false},
        "afterContactWorkConfigs": [{"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 90}}],
        "userProficiencies": [{"attributeName": "connect:Language", "attributeValue": "connect:German", "level": 1}],
        "tags": {"team": "back-office"},
    })
}

fn spec(document: &Value) -> UserSpec {
    serde_json::from_value(document.clone()).expect("a spec")
}

fn state(document: &Value) -> UserState {
    let mut state = document.clone();
    let members = state.as_object_mut().expect("an object");
    let tags = members["tags"].clone();
    members.insert("managed".into(), serde_json::to_value(spec(document).managed()).expect("paths"));
    members.insert("managedTags".into(), tags.as_object().expect("tags").keys().cloned().collect());
    members.insert("tagsAll".into(), tags);
    members.insert("arn".into(), json!("arn:aws:connect:us-east-1:123456789012:instance/i/agent/u"));
    members.insert("userId".into(), json!("00000001-0000-4000-8000-000000000001"));
    serde_json::from_value(state).expect("a state")
}

fn one(c: &mut Criterion) {
    let state = state(&document());
    let settings = Settings::default();
    let context = Context::builder().prior(&state).build();
    let cases = [("unchanged", document()), ("one_changed", changed()), ("all_changed", all_changed())];
    let mut group = c.benchmark_group("one_user");
    for (name, document) in &cases {
        let spec = spec(document);
        group.bench_function(format!("validate/{name}"), |b| b.iter(|| validate(black_box(&spec), &context)));
        group.bench_function(format!("diff/{name}"), |b| {
            b.iter(|| diff(black_box(&spec), Some(&state), &settings))
        });
        let desired = resolve(spec, &context).expect("valid").0;
        group.bench_function(format!("plan/{name}"), |b| {
            b.iter(|| plan(black_box(desired.clone()), Some(&state), &settings).expect("a plan"));
        });
    }
    let text = document().to_string();
    group.bench_function("json/spec_in", |b| {
        b.iter(|| serde_json::from_str::<UserSpec>(black_box(&text)).expect("a spec"))
    });
    group.bench_function("json/state_out", |b| {
        b.iter(|| serde_json::to_string(black_box(&state)).expect("JSON"))
    });
    group.finish();
}

/// The user of most contact centres: a name, a phone, a profile or two, a tag.
fn typical() -> Value {
    json!({
        "instanceId": "aaaaaaaa-bbbb-cccc-dddd-111111111111",
        "name": "jane.roe",
        "routingProfileId": "10000000-0000-4000-8000-000000000001",
        "securityProfileIds": ["20000000-0000-4000-8000-000000000001"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe", "email": "jane@example.com"},
        "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 30},
        "tags": {"team": "front-desk"},
    })
}

/// A million comparisons over a hundred thousand users, which is far more than any cache holds.
fn million(c: &mut Criterion) {
    const USERS: usize = 1_000_000;
    let settings = Settings::default();
    let mut group = c.benchmark_group("million_users");
    group.sample_size(10).throughput(Throughput::Elements(USERS as u64));
    for (name, document) in [("typical", typical()), ("everything_set", document())] {
        let pairs: Vec<_> = (0..USERS / 10)
            .map(|number| {
                let mut document = document.clone();
                document["name"] = json!(format!("agent-{number}"));
                (spec(&document), state(&document))
            })
            .collect();
        group.bench_function(format!("diff_unchanged/{name}"), |b| {
            b.iter(|| {
                let changed = (0..USERS).filter(|number| {
                    let (spec, state) = &pairs[number % pairs.len()];
                    !diff(spec, Some(state), &settings).is_empty()
                });
                assert_eq!(changed.count(), 0);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one, million);
criterion_main!(benches);
