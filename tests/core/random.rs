//! Random users that are valid, for properties that hold of all of them.

use connect_user::user::IdentityManagementType;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// A valid document for a user named `name` in the instance `i`.
pub fn document(kind: IdentityManagementType, name: &'static str) -> BoxedStrategy<Value> {
    let names = (personal(), personal());
    let identity = (names, email(), email(), number());
    let profiles = (
        select(vec!["r1", "r2"]),
        vec(select(vec!["s1", "s2", "s3"]), 1..4),
        option::of(select(vec!["g1", "g2"])),
    );
    (identity, profiles, phone(), proficiencies(), tags())
        .prop_map(move |(identity, (routing, security, group), phone, proficiencies, tags)| {
            let ((first, last), email, secondary, mobile) = identity;
            let mut security = security;
            security.sort_unstable();
            security.dedup();
            let mut document = json!({
                "instanceId": "i",
                "name": name,
                "routingProfileId": routing,
                "securityProfileIds": security,
            });
            let mut put = |name: &str, value: Option<Value>| {
                if let (Some(value), Some(members)) = (value, document.as_object_mut()) {
                    members.insert(name.to_owned(), value);
                }
            };
            let connect = kind == IdentityManagementType::ConnectManaged;
            put("password", connect.then(|| json!("Password123")));
            put("hierarchyGroupId", group.map(Value::from));
            let mut identity = Map::new();
            // A directory keeps these, so that random pairs of users must not differ in them.
            let fixed = kind == IdentityManagementType::ExistingDirectory;
            identity.insert("firstName".into(), json!(if fixed { "Ann" } else { first }));
            identity.insert("lastName".into(), json!(if fixed { "Lee" } else { last }));
            for (member, value) in
                [("email", email.filter(|_| connect)), ("secondaryEmail", secondary), ("mobile", mobile)]
            {
                identity.extend(value.map(|value| (member.to_owned(), json!(value))));
            }
            put("identityInfo", Some(Value::Object(identity)));
            put("userProficiencies", proficiencies);
            put("tags", tags);
            for (name, value) in phone {
                put(name, Some(value));
            }
            document
        })
        .boxed()
}

pub fn any_kind() -> impl Strategy<Value = IdentityManagementType> {
    select(IdentityManagementType::ALL)
}

fn personal() -> impl Strategy<Value = &'static str> {
    select(vec!["Ann", "Bea", "José", "Ōtani", "x"])
}

fn email() -> impl Strategy<Value = Option<&'static str>> {
    option::of(select(vec!["a@example.com", "b@example.com"]))
}

fn number() -> impl Strategy<Value = Option<&'static str>> {
    option::of(select(vec!["+16175550101", "+16175550102"]))
}

/// The phone block or its per-channel forms, never one value in both.
fn phone() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let work = option::of(prop_oneof![
        Just(Work::Block(0)),
        Just(Work::Block(30)),
        work_list().prop_map(Work::Channels)
    ]);
    let accept = option::of(prop_oneof![
        any::<bool>().prop_map(Accept::Block),
        (any::<bool>(), option::of(any::<bool>()), any::<bool>())
            .prop_map(|(on, callback, chat)| Accept::Channels(on, callback, chat)),
    ]);
    let persistent = option::of((any::<bool>(), any::<bool>()));
    let voice = option::of(select(vec!["VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE"]));
    let number = select(vec!["+16175550103", "+16175550104"]);
    (any::<bool>(), option::of(number), work, accept, persistent, voice)
        .prop_map(|(block, desk, work, accept, persistent, voice)| {
            let mut members = Vec::new();
            let phone_type = if desk.is_some() { "DESK_PHONE" } else { "SOFT_PHONE" };
            let mut phone = Map::from_iter([("phoneType".to_owned(), json!(phone_type))]);
            phone.extend(desk.map(|number| ("deskPhoneNumber".to_owned(), json!(number))));
            match work {
                Some(Work::Block(limit)) if block => {
                    drop(phone.insert("afterContactWorkTimeLimit".into(), json!(limit)))
                }
                Some(Work::Channels(list)) => members.push(("afterContactWorkConfigs", list)),
                _ => {}
            }
            match accept {
                Some(Accept::Block(on)) if block => drop(phone.insert("autoAccept".into(), json!(on))),
                Some(Accept::Channels(on, callback, chat)) => members.push((
                    "autoAcceptConfigs",
                    json!([
                        {"channel": "VOICE", "autoAccept": on, "agentFirstCallbackAutoAccept": callback},
                        {"channel": "CHAT", "autoAccept": chat},
                    ]),
                )),
                _ => {}
            }
            match persistent {
                Some((on, true)) if block => drop(phone.insert("persistentConnection".into(), json!(on))),
                Some((on, false)) => {
                    members.push((
                        "persistentConnectionConfigs",
                        json!([{"channel": "VOICE", "persistentConnection": on}]),
                    ));
                }
                _ => {}
            }
            if let Some(mode) = voice {
                members.push((
                    "voiceEnhancementConfigs",
                    json!([{"channel": "VOICE", "voiceEnhancementMode": mode}]),
                ));
            }
            if block {
                members.push(("phoneConfig", Value::Object(phone)));
            } else {
                let mut config = Map::from_iter([
                    ("channel".to_owned(), json!("VOICE")),
                    ("phoneType".to_owned(), json!(phone_type)),
                ]);
                config.extend(desk.map(|number| ("phoneNumber".to_owned(), json!(number))));
                members.push(("phoneNumberConfigs", json!([config])));
            }
            members
        })
        .boxed()
}

#[derive(Clone, Debug)]
enum Work {
    Block(i64),
    Channels(Value),
}

#[derive(Clone, Debug)]
enum Accept {
    Block(bool),
    Channels(bool, Option<bool>, bool),
}

fn work_list() -> impl Strategy<Value = Value> {
    (select(vec![0, 30, 90]), option::of(select(vec![0, 60])), option::of(select(vec![0, 5400]))).prop_map(
        |(voice, callback, chat)| {
            let mut voice = json!({"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": voice}});
            if let (Some(limit), Some(members)) = (callback, voice.as_object_mut()) {
                let config = json!({"afterContactWorkTimeLimit": limit});
                members.insert("agentFirstCallbackAfterContactWorkConfig".into(), config);
            }
            let chat = chat.map(|limit| json!({"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": limit}}));
            Value::from_iter(std::iter::once(voice).chain(chat))
        },
    )
}

fn proficiencies() -> impl Strategy<Value = Option<Value>> {
    option::of(vec((select(vec!["en", "fr", "de"]), 1..=5i64), 0..3).prop_map(|list| {
        let unique: std::collections::BTreeMap<_, _> = list.into_iter().collect();
        let items = unique.into_iter().map(|(value, level)| {
            json!({"attributeName": "connect:Language", "attributeValue": value, "level": level})
        });
        Value::from_iter(items)
    }))
}

fn tags() -> impl Strategy<Value = Option<Value>> {
    let tag = (select(vec!["a", "b", "team", "k:x"]), select(vec!["", "1", "2"]));
    option::of(vec(tag, 0..4).prop_map(|tags| {
        Value::Object(tags.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect())
    }))
}
