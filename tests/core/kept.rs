//! Random users, of whom something is ignored, something was not read, and something is changed by hand:
//! what is desired is there in the end, and what is ignored or was not read is as it was.

use connect_user::{
    apply::{self, apply},
    client::memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    diff::{Plan, SavedPlan, drift, needs_reading, plan, preview},
    read::refresh,
    user::{
        IdentityManagementType, IgnoreTags, InstanceId, Path, PropertySet, Settings, UserState, ignored_path,
    },
    validate::{Context, resolve},
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    random::{any_kind, document},
    support::spec,
};

/// One case.
#[derive(Clone, Debug)]
struct Case {
    kind: IdentityManagementType,
    before: Value,
    /// What somebody changes by hand, and which parts of it.
    hand: Value,
    parts: [bool; 7],
    after: Value,
    ignored: Vec<&'static str>,
    ignores_tags: bool,
    unread: PropertySet,
    /// Which call fails, and how.
    fault: Option<(u32, Outcome)>,
}

/// What is ignored; type and number of a phone go together.
const PATHS: &[&[&str]] = &[
    &["name"],
    &["password"],
    &["hierarchyGroupId"],
    &["routingProfileId"],
    &["securityProfileIds"],
    &["identityInfo"],
    &["identityInfo.firstName"],
    &["identityInfo.email"],
    &["identityInfo.mobile"],
    &["phoneConfig"],
    &["phoneConfig.phoneType", "phoneConfig.deskPhoneNumber", "phoneNumberConfigs"],
    &["phoneConfig.autoAccept"],
    &["phoneConfig.afterContactWorkTimeLimit"],
    &["phoneConfig.persistentConnection"],
    &["autoAcceptConfigs"],
    &["afterContactWorkConfigs"],
    &["persistentConnectionConfigs"],
    &["voiceEnhancementConfigs"],
    &["userProficiencies"],
    &["userProficiencies[0].level"],
    &["autoAcceptConfigs[0]", "autoAcceptConfigs[1].autoAccept"],
    &["tags"],
    &["tags.a"],
    &[r#"tags["k:x"]"#],
    &["all"],
];

fn case() -> impl Strategy<Value = Case> {
    let documents = any_kind().prop_flat_map(|kind| {
        let after = proptest::sample::select(vec!["jane", "jane", "june"]);
        let after = after.prop_flat_map(move |name| document(kind, name));
        (Just(kind), document(kind, "jane"), document(kind, "jane"), after)
    });
    let ignored = proptest::collection::vec(proptest::sample::select(PATHS), 0..4)
        .prop_map(|paths| paths.into_iter().flatten().copied().collect());
    let unread = proptest::sample::select(vec![
        PropertySet::EMPTY,
        PropertySet::NOT_IN_SEARCH,
        PropertySet::WRITTEN_WHOLE,
    ]);
    let outcome = prop_oneof![
        Just(Outcome::AnswerLost),
        Just(Outcome::NoAnswer),
        Just(Outcome::Refused(connect_user::client::ErrorKind::AccessDenied)),
    ];
    let fault = proptest::option::of((1..8u32, outcome));
    (documents, any::<[bool; 7]>(), ignored, any::<bool>(), unread, fault).prop_map(
        |((kind, before, hand, after), parts, ignored, ignores_tags, unread, fault)| Case {
            kind,
            before,
            hand,
            parts,
            after,
            ignored,
            ignores_tags,
            unread,
            fault,
        },
    )
}

fn instance() -> InstanceId {
    "i".into()
}

fn connect(kind: IdentityManagementType) -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", kind)
            .with_routing_profiles(["r1", "r2"])
            .with_security_profiles(["s1", "s2", "s3"])
            .with_hierarchy_groups(["g1", "g2"])
            .with_attribute("connect:Language", ["en", "fr", "de"]),
    );
    connect
}

fn planned(document: &Value, state: Option<&UserState>, settings: &Settings) -> Plan {
    let context = Context::builder().settings(settings.clone()).maybe_prior(state).build();
    let (desired, _) =
        resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}\n{document}"));
    plan(desired, state, settings).unwrap_or_else(|refused| panic!("{refused}\n{document}"))
}

/// The plan after it was stored and read back.
fn reloaded(plan: &Plan) -> Plan {
    let json = serde_json::to_value(plan.save()).expect("JSON");
    let saved: SavedPlan = serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}"));
    let password = plan.desired().and_then(|desired| desired.password()).cloned();
    let loaded = saved.load(password).unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(loaded.preview(), plan.preview());
    let mut base = plan.base().cloned();
    if let Some(base) = &mut base {
        base.record.password = None;
    }
    assert_eq!(loaded.base(), base.as_ref());
    let properties = |plan: &Plan| plan.desired().map(|desired| (desired.properties(), desired.managed()));
    assert_eq!(properties(&loaded), properties(plan));
    loaded
}

async fn made(connect: &MemoryConnect, document: &Value, kind: IdentityManagementType) -> UserState {
    let settings = Settings::builder().identity_management(kind).build();
    let plan = planned(document, None, &settings);
    apply(&plan, None, connect, &apply::ApplyOptions::default()).await.expect("made").state.expect("a user")
}

/// Somebody in the console makes parts of the user those of another, and gives it tags of their own.
async fn change_by_hand(connect: &MemoryConnect, user: &UserState, case: &Case) {
    let other = self::connect(case.kind);
    made(&other, &case.hand, case.kind).await;
    let (hand, skills) = other.users(&instance()).remove(0);
    let [identity, phone, channels, profiles, group, tags, proficiencies] = case.parts;
    let changed = connect.edit_user(&instance(), &user.user_id, |user, own| {
        if identity {
            user.identity = hand.identity;
        }
        if phone {
            user.phone = hand.phone;
        }
        if channels {
            user.channels.merge(hand.channels);
        }
        if profiles {
            user.routing_profile_id = hand.routing_profile_id;
            user.security_profile_ids = hand.security_profile_ids;
        }
        if group {
            user.hierarchy_group_id = hand.hierarchy_group_id;
        }
        if tags {
            user.tags.extend(hand.tags);
            user.tags.insert("x-one".into(), "1".into());
            user.tags.insert("y-two".into(), "2".into());
        }
        if proficiencies {
            *own = skills;
        }
    });
    assert!(changed);
}

async fn read(connect: &MemoryConnect, known: &UserState) -> UserState {
    refresh(connect, known).await.expect("read").expect("there")
}

/// The user as a reading that leaves something out knows it.
fn partly(recorded: &UserState, truth: &UserState, unread: PropertySet) -> UserState {
    let mut known = truth.clone();
    let (old, new) = (&recorded.properties, &mut known.properties);
    if unread == PropertySet::WRITTEN_WHOLE {
        new.identity = old.identity.clone();
        new.phone = old.phone.clone();
        new.security_profile_ids = old.security_profile_ids.clone();
        new.channels.after_contact_work = old.channels.after_contact_work.clone();
    } else if unread == PropertySet::NOT_IN_SEARCH {
        new.identity.email = old.identity.email.clone();
        new.identity.secondary_email = old.identity.secondary_email.clone();
        new.identity.mobile = old.identity.mobile.clone();
    }
    known.record.unread = unread;
    known
}

async fn check(case: Case) {
    let connect = connect(case.kind);
    let recorded = made(&connect, &case.before, case.kind).await;
    change_by_hand(&connect, &recorded, &case).await;
    let ignored: Vec<Path> = case.ignored.iter().map(|path| ignored_path(path).expect("a path")).collect();
    let mut settings =
        Settings::builder().identity_management(case.kind).ignore_changes(ignored.clone()).build();
    if case.ignores_tags {
        settings.ignore_tags = IgnoreTags::new(["x-one"], ["y-"]);
    }
    let truth = read(&connect, &recorded).await;
    let mut known = partly(&recorded, &truth, case.unread);
    let needed = needs_reading(&spec(&case.after), &known, &settings);
    let shown = preview(&spec(&case.after), Some(&known), &settings);
    assert_eq!(
        shown.diff.refusals().any(|notice| notice.code == "not-read"),
        !needed.is_empty(),
        "{shown:#?}"
    );
    if !needed.is_empty() {
        known = truth.clone();
    }
    let mut unread = known.record.unread;
    let first = planned(&case.after, Some(&known), &settings);
    assert_eq!(first.preview(), preview(&spec(&case.after), Some(&known), &settings));
    let first = reloaded(&first);
    let replaces = first.action() == connect_user::diff::Action::Replace;
    if let Some((call, outcome)) = case.fault.filter(|_| !replaces) {
        connect.inject(Fault::of_any(call, outcome));
    }
    let done = match apply(&first, Some(&known), &connect, &apply::ApplyOptions::default()).await {
        Ok(done) => done.state.expect("a user"),
        Err(failed) => {
            connect.clear_faults();
            let left = failed.state.map(|state| *state);
            let mut left = match left {
                Some(left) if !failed.certain => Some(read(&connect, &left).await),
                left => left,
            };
            if let Some(state) = &left
                && !needs_reading(&spec(&case.after), state, &settings).is_empty()
            {
                left = Some(read(&connect, state).await);
            }
            // What was read meanwhile is set back by the next plan, which shows it.
            unread = left.as_ref().map(|state| state.record.unread).unwrap_or_default();
            let second = planned(&case.after, left.as_ref(), &settings);
            let again = apply(&second, left.as_ref(), &connect, &apply::ApplyOptions::default()).await;
            again.unwrap_or_else(|failed| panic!("{failed}")).state.expect("a user")
        }
    };
    connect.clear_faults();
    assert!(planned(&case.after, Some(&done), &settings).is_empty(), "a second plan");
    assert_eq!(connect.users(&instance()).len(), 1);
    let end = read(&connect, &done).await;
    // Whatever was read is as desired.
    if case.unread.is_empty() || unread.is_empty() {
        let again = planned(&case.after, Some(&end), &settings);
        assert!(again.is_empty(), "{again:#?}");
    }
    if replaces {
        return;
    }
    assert_eq!(end.user_id, recorded.user_id);
    for change in drift(&truth, &end, &Settings::default()) {
        let path = &change.path;
        assert!(!ignored.iter().any(|place| place.covers(path)), "`{path}` is ignored and has changed");
        assert!(!unread.contains(change.property), "`{path}` was not read and has changed");
        let is_others = path.to_string() == "tags.x-one" || path.to_string() == "tags.y-two";
        assert!(!(case.ignores_tags && is_others), "`{path}` is somebody else's");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_ignored_or_was_not_read_is_kept_and_the_rest_is_as_desired(case in case()) {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(check(case));
    }
}

/// More where the environment asks for more.
fn cases() -> u32 {
    std::env::var("CONNECT_USER_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}
