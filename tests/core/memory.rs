//! The service in memory: its rules, faults, pages, delays and file.

use std::{collections::BTreeSet, time::Duration};

use connect_user::{
    client::{
        memory::{Fault, LoadError, MemoryConnect, MemoryInstance, Outcome},
        *,
    },
    user::{
        Channel, ChannelSettings, Identity, IdentityManagementType, InstanceId, Operation, Phone, PhoneLine,
        Proficiencies, ProficiencyKey, Tags, UserId,
    },
    validate::{Context, resolve},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    random::{any_kind, document},
    support::{spec, with},
};

const KIND: IdentityManagementType = IdentityManagementType::ConnectManaged;

fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", KIND)
            .with_routing_profiles(["r1"])
            .with_security_profiles(["s1"])
            .with_hierarchy_groups(["g1"])
            .with_attribute("language", ["fr", "de"])
            .with_proficiency_limit(2)
            .with_user_quota(3),
    );
    connect
}

fn instance() -> InstanceId {
    "i".into()
}

/// A creation as the library would make it, without asking its rules.
pub fn creation(members: &[(&str, Value)]) -> CreateUser {
    let names = [
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
    ];
    let mut spec = spec(&with(&[&names[..], members].concat()));
    // The library lets no tag of AWS's through, whatever is allowed.
    let tags = spec.tags.take().and_then(connect_user::user::Input::into_known).unwrap_or_default();
    let password = spec.password.clone().and_then(connect_user::user::Input::into_known);
    let mut allowed = connect_user::validate::Overrides::default();
    for rule in connect_user::user::Code::all() {
        let _ = allowed.allow(rule.code.as_str());
    }
    let (desired, _) = resolve(spec, &Context::builder().overrides(allowed).build()).expect("sendable");
    let properties = desired.properties();
    CreateUser::new(
        desired.instance_id().clone(),
        desired.name().to_owned(),
        properties.routing_profile_id,
        properties.security_profile_ids,
    )
    .password(password)
    .directory_user_id(desired.directory_user_id().map(str::to_owned))
    .identity(properties.identity)
    .phone(desired.spec().phone_config.is_some().then_some(properties.phone))
    .hierarchy_group_id(properties.hierarchy_group_id)
    .channels(properties.channels)
    .tags(tags.into_iter().filter_map(|(key, value)| Some((key, value.into_known()?))).collect::<Tags>())
}

async fn refused(connect: &MemoryConnect, members: &[(&str, Value)]) -> ErrorKind {
    match connect.create_user(&creation(members)).await {
        Ok(_) => panic!("taken: {members:?}"),
        Err(error) => {
            assert_eq!(error.effect(), Effect::None);
            error.kind()
        }
    }
}

#[tokio::test]
async fn what_the_rules_refuse() {
    let long = |length: usize| json!("x".repeat(length));
    let many: Value = (0..51).map(|n| (n.to_string(), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let rows = [
        ("name", long(101)),
        ("name", json!("jane\u{feff}\u{85}")),
        ("name", json!(" jane")),
        ("name", json!("ja\u{7f}ne")),
        ("identityInfo.firstName", json!("Ann ")),
        ("identityInfo.email", json!("a\u{ffff}@example.com")),
        ("password", Value::Null),
        ("password", json!("Passw0r")),
        ("password", json!("Pass word123")),
        ("password", json!("password123")),
        ("identityInfo.firstName", Value::Null),
        ("identityInfo.firstName", json!("")),
        ("identityInfo.lastName", long(257)),
        ("identityInfo.lastName", json!("e\u{301}")),
        ("identityInfo.secondaryEmail", json!("a@b")),
        ("identityInfo.mobile", json!("0123")),
        ("phoneConfig", Value::Null),
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.afterContactWorkTimeLimit", json!(2_000_001)),
        ("phoneNumberConfigs", json!([{"channel": "VOICE", "phoneType": "SOFT_PHONE"}])),
        ("voiceEnhancementConfigs", json!([{"channel": "CHAT", "voiceEnhancementMode": "NONE"}])),
        (
            "autoAcceptConfigs",
            json!([{"channel": "TASK", "autoAccept": true, "agentFirstCallbackAutoAccept": true}]),
        ),
        (
            "afterContactWorkConfigs",
            json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 5401}}]),
        ),
        ("securityProfileIds", json!([])),
        ("routingProfileId", json!("arn:aws:connect:us-east-1:123456789012:instance/j/routing-profile/r1")),
        ("routingProfileId", json!("arn:aws:connect:eu-west-2:123456789012:instance/i/routing-profile/r1")),
        ("routingProfileId", json!("arn:aws:connect:us-east-1:1:instance/i/routing-profile/r1")),
        ("tags", json!({"aws:x": "y"})),
        ("tags", json!({"a#": "y"})),
        ("tags", json!({"k": "v".repeat(257)})),
        ("tags", many),
    ];
    for (path, value) in rows {
        assert_eq!(
            refused(&connect(), &[(path, value.clone())]).await,
            ErrorKind::Invalid,
            "{path}: {value}"
        );
    }
    for (path, value) in [
        ("routingProfileId", "r2"),
        ("securityProfileIds", "s2"),
        ("hierarchyGroupId", "g2"),
        ("instanceId", "j"),
    ] {
        let value = if path == "securityProfileIds" { json!([value]) } else { json!(value) };
        assert_eq!(refused(&connect(), &[(path, value)]).await, ErrorKind::NotFound, "{path}");
    }
    let both = [
        ("phoneConfig.autoAccept", json!(true)),
        ("autoAcceptConfigs", json!([{"channel": "CHAT", "autoAccept": true}])),
    ];
    assert_eq!(refused(&connect(), &both).await, ErrorKind::Invalid);
}

#[tokio::test]
async fn names_are_taken_once_and_quotas_fill_up() {
    let connect = connect();
    let created = connect.create_user(&creation(&[])).await.expect("created");
    assert_eq!(
        created.arn,
        "arn:aws:connect:us-east-1:123456789012:instance/i/agent/00000001-0000-4000-8000-000000000001"
    );
    assert_eq!(refused(&connect, &[]).await, ErrorKind::Duplicate);
    for name in ["JANE", "june"] {
        connect.create_user(&creation(&[("name", json!(name))])).await.expect("another name");
    }
    assert_eq!(refused(&connect, &[("name", json!("jill"))]).await, ErrorKind::QuotaExceeded);
    connect.delete_user(&DeleteUser::new(instance(), created.user_id.clone())).await.expect("deleted");
    let again = connect.create_user(&creation(&[("name", json!("jill"))])).await.expect("room");
    assert_ne!(again.user_id, created.user_id, "no id comes twice");
    let gone = connect.delete_user(&DeleteUser::new(instance(), created.user_id)).await;
    assert_eq!(gone.expect_err("gone").kind(), ErrorKind::NotFound);
    assert!(!format!("{connect:?}").contains("Password123"));
}

#[tokio::test]
async fn proficiencies_and_tags_have_their_rules() {
    let connect = connect();
    let CreatedUser { user_id, arn, .. } = connect.create_user(&creation(&[])).await.expect("created");
    let levels = |list: &[(&str, u8)]| -> Proficiencies {
        list.iter().map(|(value, level)| (ProficiencyKey::new("language", *value), *level)).collect()
    };
    let associate =
        |proficiencies| AssociateUserProficiencies::new(instance(), user_id.clone(), proficiencies);
    let update = |proficiencies| UpdateUserProficiencies::new(instance(), user_id.clone(), proficiencies);
    for wrong in [levels(&[]), levels(&[("it", 1)]), levels(&[("fr", 6)]), levels(&[("fr", 0)])] {
        assert_eq!(
            connect.associate_user_proficiencies(&associate(wrong)).await.expect_err("wrong").kind(),
            ErrorKind::Invalid
        );
    }
    assert!(
        connect.update_user_proficiencies(&update(levels(&[("fr", 1)]))).await.is_err(),
        "not associated"
    );
    connect.associate_user_proficiencies(&associate(levels(&[("fr", 1)]))).await.expect("associated");
    assert!(
        connect.associate_user_proficiencies(&associate(levels(&[("fr", 2)]))).await.is_err(),
        "associated already"
    );
    connect.update_user_proficiencies(&update(levels(&[("fr", 2)]))).await.expect("updated");
    let all =
        all_pages(&connect, ListUserProficiencies::new(instance(), user_id.clone())).await.expect("listed");
    assert_eq!(all.into_iter().collect::<Proficiencies>(), levels(&[("fr", 2)]));
    let gone = |value: &str| {
        DisassociateUserProficiencies::new(
            instance(),
            user_id.clone(),
            BTreeSet::from([ProficiencyKey::new("language", value)]),
        )
    };
    assert!(connect.disassociate_user_proficiencies(&gone("de")).await.is_err(), "not there");
    connect.disassociate_user_proficiencies(&gone("fr")).await.expect("disassociated");

    let tag = |tags: Tags| TagResource::new(arn.clone(), tags);
    assert!(connect.tag_resource(&tag(Tags::new())).await.is_err());
    connect
        .tag_resource(&tag((0..50).map(|n| (n.to_string(), String::new())).collect()))
        .await
        .expect("fifty");
    assert!(connect.tag_resource(&tag(Tags::from([("one more".into(), String::new())]))).await.is_err());
    let untag = |keys: &[&str]| {
        UntagResource::new(arn.clone(), keys.iter().map(ToString::to_string).collect::<BTreeSet<_>>())
    };
    assert!(connect.untag_resource(&untag(&[])).await.is_err());
    assert!(connect.untag_resource(&untag(&["aws:x"])).await.is_err());
    connect.untag_resource(&untag(&["0", "never there"])).await.expect("untagged");
    let other =
        TagResource::new(arn.replace("agent", "routing-profile"), Tags::from([("a".into(), "b".into())]));
    assert_eq!(connect.tag_resource(&other).await.expect_err("not a user").kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_phone_block_flattens_the_channels() {
    let connect = connect();
    let work = json!([
        {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 90},
         "agentFirstCallbackAfterContactWorkConfig": {"afterContactWorkTimeLimit": 10}},
        {"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 20}},
    ]);
    let created =
        connect.create_user(&creation(&[("afterContactWorkConfigs", work)])).await.expect("created");
    let phone = Phone::builder().after_contact_work_time_limit(7).build();
    let request = UpdateUserPhoneConfig::new(instance(), created.user_id.clone(), phone);
    connect.update_user_phone_config(&request).await.expect("updated");
    let request = DescribeUser::new(instance(), created.user_id.clone());
    let work = connect.describe_user(&request).await.expect("read").channels.after_contact_work;
    assert_eq!(work.values().map(|work| work.time_limit).collect::<Vec<_>>(), [7, 7]);
    assert_eq!(work[&Channel::Voice].agent_first_callback, Some(7));
    let empty = UpdateUserConfig::new(instance(), created.user_id, ChannelSettings::default());
    assert_eq!(connect.update_user_config(&empty).await.expect_err("nothing").kind(), ErrorKind::Invalid);
}

/// Service Cloud Voice names users so by default.
#[tokio::test]
async fn names_with_several_at_signs_are_taken() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    for name in ["mholt@0058d00000AbCdEQAV@00D8d000001XyZaEAK", "0058d00000FgHiJQAV@00D8d000001XyZaEAK"] {
        let request = creation(&[("name", json!(name)), ("password", Value::Null)]);
        let made = connect.create_user(&request).await.expect("taken");
        let state = connect_user::read::find_by_name(&connect, &instance(), name, false).await;
        assert_eq!(state.expect("found").expect("there").user_id, made.user_id);
    }
    let backslash = creation(&[("name", json!("CORP\\jane")), ("password", Value::Null)]);
    assert!(connect.create_user(&backslash).await.is_err(), "no name has a backslash with `SAML`");
}

/// The service answers empty texts where nothing is set: a state has nothing there.
#[tokio::test]
async fn an_empty_text_of_the_service_is_none() {
    let connect = connect();
    let created = connect.create_user(&creation(&[])).await.expect("created");
    let request = UpdateUserIdentityInfo::new(
        instance(),
        created.user_id.clone(),
        Identity::builder().first_name("Ann").last_name("Lee").email("").secondary_email("").build(),
    );
    connect.update_user_identity_info(&request).await.expect("updated");
    let state = connect_user::read::read(&connect, &instance(), &created.user_id).await;
    let identity = state.expect("read").expect("there").properties.identity;
    assert_eq!((identity.email, identity.secondary_email), (None, None));
}

#[tokio::test]
async fn a_directory_keeps_its_names() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ExistingDirectory);
    let created = connect.create_user(&creation(&[("password", Value::Null)])).await.expect("created");
    let identity = |last: &str, mobile: Option<&str>| {
        UpdateUserIdentityInfo::new(
            instance(),
            created.user_id.clone(),
            Identity::builder().first_name("Ann").last_name(last).maybe_mobile(mobile).build(),
        )
    };
    connect.update_user_identity_info(&identity("Lee", Some("+12"))).await.expect("the mobile is ours");
    assert!(connect.update_user_identity_info(&identity("Low", None)).await.is_err());
}

#[tokio::test]
async fn lists_come_in_pages_and_searches_ignore_case() {
    let connect = MemoryConnect::any_instance(KIND);
    for name in ["a", "b", "c", "A"] {
        connect.create_user(&creation(&[("name", json!(name))])).await.expect("created");
    }
    let list = |token: Option<&str>, size| {
        ListUsers::new(instance()).next_token(token.map(Into::into)).max_results(size)
    };
    let first = connect.list_users(&list(None, Some(3))).await.expect("a page");
    assert_eq!((first.items.len(), first.next_token.is_some()), (3, true));
    let second = connect.list_users(&list(first.next_token.as_deref(), Some(3))).await.expect("a page");
    assert_eq!((second.items.len(), second.next_token), (1, None));
    for wrong in [
        list(Some("nonsense"), None),
        list(Some("from-"), None),
        list(None, Some(0)),
        list(None, Some(1_001)),
    ] {
        assert_eq!(connect.list_users(&wrong).await.expect_err("wrong").kind(), ErrorKind::Invalid);
    }
    assert_eq!(all_pages(&connect, ListUsers::new(instance())).await.expect("all").len(), 4);
    let found = all_pages(&connect, SearchUsers::new(instance()).name("a".to_owned())).await.expect("found");
    assert_eq!(found.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["a", "A"]);
    let most = SearchUsers::new(instance()).max_results(501);
    assert!(connect.search_users(&most).await.is_err());
    for empty in [
        UserCondition::All(Vec::new()),
        UserCondition::name("a").or(UserCondition::Any(Vec::new())),
        UserCondition::name(""),
        UserCondition::hierarchy_group(""),
    ] {
        let request = SearchUsers::new(instance()).condition(empty);
        assert_eq!(connect.search_users(&request).await.expect_err("empty").kind(), ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn every_user_is_on_one_page() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ExistingDirectory);
    let mut creation = creation(&[("password", Value::Null)]);
    let mut ids = Vec::new();
    for number in 0..20_000 {
        creation.name = format!("agent-{number}");
        ids.push(connect.create_user(&creation).await.expect("created").user_id);
    }
    assert_eq!(connect.create_user(&creation).await.expect_err("there").kind(), ErrorKind::Duplicate);

    let listed = all_pages(&connect, ListUsers::new(instance())).await.expect("listed");
    assert!(listed.iter().map(|user| &user.user_id).eq(&ids), "each once, by creation");
    let found = all_pages(&connect, SearchUsers::new(instance())).await.expect("found");
    assert!(found.iter().map(|user| &user.user_id).eq(&ids), "each once, by creation");
    let calls = connect.calls().into_iter().skip(20_001).map(|call| call.operation);
    let (lists, searches): (Vec<_>, Vec<_>) = calls.partition(|of| *of == Operation::ListUsers);
    assert_eq!((lists.len(), searches.len()), (20, 40), "as many pages as it takes");
    let found =
        all_pages(&connect, SearchUsers::new(instance()).name("AGENT-777".to_owned())).await.expect("found");
    assert_eq!(found.iter().map(|user| &user.user_id).collect::<Vec<_>>(), [&ids[777]]);

    // What is deleted between two pages is in neither, and takes nobody along.
    let mut seen = Vec::new();
    let mut request = ListUsers::new(instance());
    loop {
        let page = connect.list_users(&request).await.expect("a page");
        for user in page.items.iter().step_by(2) {
            let request = DeleteUser::new(instance(), user.user_id.clone());
            connect.delete_user(&request).await.expect("deleted");
        }
        seen.extend(page.items.into_iter().map(|user| user.user_id));
        request.next_token = page.next_token;
        if request.next_token.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
    assert_eq!(connect.users(&instance()).len(), 10_000);
}

/// What nobody waits for runs at once.
pub fn now<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(call)
}

#[test]
fn a_page_clones_its_own_users_only() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ExistingDirectory);
    let mut creation = creation(&[("password", Value::Null)]);
    let list = ListUsers::new(instance()).max_results(5);
    let search = SearchUsers::new(instance()).max_results(5);
    let named = search.clone().name("agent-7".to_owned());
    let mut add = |numbers| {
        for number in numbers {
            creation.name = format!("agent-{number}");
            now(connect.create_user(&creation)).expect("created");
        }
        connect.clear_calls();
        let count = |call: &dyn Fn() -> usize, items| {
            let info = allocation_counter::measure(|| assert_eq!(call(), items));
            info.count_total
        };
        [
            count(&|| now(connect.list_users(&list)).expect("a page").items.len(), 5),
            count(&|| now(connect.search_users(&search)).expect("a page").items.len(), 5),
            count(&|| now(connect.search_users(&named)).expect("a page").items.len(), 1),
        ]
    };
    let few = add(0..100);
    assert_eq!(add(100..3_000), few, "as many allocations among 3,000 users as among 100");
}

#[tokio::test]
async fn somebody_s_new_name_is_found_and_the_old_one_is_free() {
    let connect = MemoryConnect::any_instance(KIND);
    let jane = connect.create_user(&creation(&[])).await.expect("created").user_id;
    assert!(connect.edit_user(&instance(), &jane, |user, _| {
        user.name = "June".into();
        user.user_id = "other".into();
    }));
    let find = async |name: &str| {
        all_pages(&connect, SearchUsers::new(instance()).name(name.to_owned())).await.expect("found")
    };
    assert!(find("jane").await.is_empty());
    assert_eq!(find("june").await.iter().map(|user| &user.user_id).collect::<Vec<_>>(), [&jane]);
    connect.create_user(&creation(&[])).await.expect("the name is free");
    assert_eq!(refused(&connect, &[("name", json!("June"))]).await, ErrorKind::Duplicate);
    assert!(!connect.edit_user(&instance(), &"nobody".into(), |_, _| {}));
}

#[tokio::test]
async fn a_new_user_hides_for_calls_or_for_a_time() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", KIND).with_hidden_time(Duration::from_secs(9)));
    let user_id = connect.create_user(&creation(&[])).await.expect("created").user_id;
    let request = DescribeUser::new(instance(), user_id);
    assert_eq!(connect.describe_user(&request).await.expect_err("hidden").kind(), ErrorKind::NotFound);
    assert!(all_pages(&connect, ListUsers::new(instance())).await.expect("listed").is_empty());
    connect.set_time(connect.time().plus(Duration::from_secs(9)));
    connect.describe_user(&request).await.expect("seen");
}

#[tokio::test]
async fn faults_come_when_they_are_due() {
    let connect = MemoryConnect::any_instance(KIND);
    connect.inject(Fault::of(Operation::CreateUser, 2, Outcome::AnswerLost));
    connect.inject(Fault::of_any(4, Outcome::Refused(ErrorKind::Throttled)));
    let create = |name: &str| creation(&[("name", json!(name))]);
    connect.create_user(&create("a")).await.expect("the first");
    let lost = connect.create_user(&create("b")).await.expect_err("lost");
    assert_eq!((lost.kind(), lost.effect()), (ErrorKind::Transport, Effect::Unknown));
    assert_eq!(
        connect.create_user(&create("b")).await.expect_err("it was done").kind(),
        ErrorKind::Duplicate
    );
    assert_eq!(connect.create_user(&create("c")).await.expect_err("the fourth").kind(), ErrorKind::Throttled);
    connect.inject(Fault::of_any(1, Outcome::NoAnswer));
    assert_eq!(connect.create_user(&create("c")).await.expect_err("no answer").effect(), Effect::Unknown);
    connect.create_user(&create("c")).await.expect("nothing was done before");
    let kinds: Vec<_> = connect.calls().into_iter().map(|call| call.error).collect();
    use ErrorKind::*;
    assert_eq!(kinds, [None, Some(Transport), Some(Duplicate), Some(Throttled), Some(Transport), None]);
}

#[tokio::test]
async fn what_is_beyond_a_quota_is_refused_and_not_done() {
    let connect = MemoryConnect::any_instance(KIND);
    connect.set_quota(None, Duration::from_millis(500), burst(2));
    connect.set_quota(Some(Operation::ListUsers), Duration::from_secs(3), burst(1));
    let later = |millis| connect.set_time(connect.time().plus(Duration::from_millis(millis)));
    let create = async |name: &str| {
        connect.create_user(&creation(&[("name", json!(name))])).await.err().map(|error| error.kind())
    };
    let list = async || all_pages(&connect, ListUsers::new(instance())).await.map(|users| users.len());
    let throttled = Some(ErrorKind::Throttled);

    assert_eq!((create("a").await, create("b").await), (None, None), "a burst");
    assert_eq!((create("c").await, create("c").await), (throttled, throttled));
    let describe = DescribeInstance::new(instance());
    connect.describe_instance(&describe).await.expect("a bucket of its own");
    assert_eq!(list().await.expect("a quota of its own"), 2, "nothing was done");
    let error = list().await.expect_err("beyond");
    assert_eq!((error.code(), error.effect()), (Some("TooManyRequestsException"), Effect::None));
    assert!(error.request_id().is_some());

    later(499);
    assert_eq!(create("c").await, throttled);
    later(1);
    assert_eq!(create("c").await, None, "what is refused takes no token");
    assert_eq!(create("d").await, throttled);
    later(60_000);
    assert_eq!((create("d").await, create("e").await, create("f").await), (None, None, throttled));
    connect.set_time("2026-01-01T00:00:00Z".parse().expect("a moment"));
    assert_eq!(create("f").await, throttled, "a clock that goes back fills nothing");
    later(500);
    assert_eq!(create("f").await, None, "and goes on from there");
    connect.set_quota(None, Duration::ZERO, burst(1));
    for name in ["g", "h", "i"] {
        assert_eq!(create(name).await, None, "no bound");
    }
    let refused = connect.calls().iter().filter(|call| call.error == throttled).count();
    assert_eq!((refused, connect.calls().len()), (7, 18), "every call is in the log");
}

#[tokio::test]
async fn a_lost_answer_of_a_refused_call_is_lost_too() {
    let connect = MemoryConnect::any_instance(KIND);
    connect.set_quota(None, Duration::MAX, burst(1));
    connect.inject(Fault::of_any(1, Outcome::NoAnswer));
    connect.inject(Fault::of_any(3, Outcome::AnswerLost));
    let create = async || connect.create_user(&creation(&[])).await.map_err(|error| error.kind());
    assert_eq!(create().await.expect_err("did not arrive"), ErrorKind::Transport);
    create().await.expect("what did not arrive took no token");
    assert_eq!(create().await.expect_err("beyond, and lost"), ErrorKind::Transport);
    assert_eq!(create().await.expect_err("beyond"), ErrorKind::Throttled);
}

/// A timer that a test moves on.
#[derive(Default)]
struct Hand(std::sync::Mutex<Duration>);

impl Hand {
    fn turn(&self, duration: Duration) {
        *self.0.lock().expect("whole") += duration;
    }
}

#[async_trait::async_trait]
impl Sleep for Hand {
    async fn sleep(&self, duration: Duration) {
        self.turn(duration);
    }
}

impl Timer for Hand {
    fn now(&self) -> Duration {
        *self.0.lock().expect("whole")
    }
}

#[tokio::test]
async fn the_clock_follows_a_timer() {
    let hand = std::sync::Arc::new(Hand::default());
    hand.turn(Duration::from_secs(1_000));
    let connect = MemoryConnect::any_instance(KIND);
    let start = connect.time();
    connect.follow(hand.clone());
    assert_eq!(connect.time(), start, "from the moment that it had");
    hand.turn(Duration::from_secs(5));
    assert_eq!(connect.time(), start.plus(Duration::from_secs(5)));
    connect.set_time(start);
    hand.turn(Duration::from_millis(7));
    assert_eq!(connect.time(), start.plus(Duration::from_millis(7)), "from the moment that was set");

    connect.set_quota(None, Duration::from_micros(400), burst(1));
    let request = DescribeInstance::new(instance());
    let mut taken = 0;
    for _ in 0..100 {
        taken += usize::from(connect.describe_instance(&request).await.is_ok());
        hand.sleep(Duration::from_micros(100)).await;
    }
    assert_eq!(taken, 25, "more exactly than a millisecond");
}

fn burst(calls: u32) -> std::num::NonZeroU32 {
    calls.try_into().expect("one or more")
}

#[tokio::test]
async fn the_service_survives_its_file() {
    let connect = connect();
    let created = connect.create_user(&creation(&[("tags", json!({"a": "b"}))])).await.expect("created");
    assert!(connect.edit_user(&instance(), &created.user_id, |user, proficiencies| {
        user.tags.insert("aws:x".into(), "y".into());
        user.unrecognised.push("phoneConfig.phoneType `HOLOGRAM`".into());
        proficiencies.insert(ProficiencyKey::new("language", "fr"), 3);
    }));
    let quick_connect = QuickConnectSummary::new("q", "Q").user_id(UserId::new("u"));
    assert!(connect.add_quick_connect(&instance(), quick_connect));
    let mut file = Vec::new();
    connect.save(&mut file).expect("saved");
    assert!(!String::from_utf8_lossy(&file).contains("Password123"));
    let loaded = MemoryConnect::load(file.as_slice()).expect("loaded");
    assert_eq!(loaded.users(&instance()), connect.users(&instance()));
    let mut again = Vec::new();
    loaded.save(&mut again).expect("saved");
    assert_eq!(again, file);
    assert!(matches!(MemoryConnect::load(&b"{\"version\": 2}"[..]), Err(LoadError::Version { found: 2 })));
    assert!(matches!(MemoryConnect::load(&b"{\"version\": 1}"[..]), Err(LoadError::Form(_))));
    assert!(matches!(MemoryConnect::load(&file[..40]), Err(LoadError::Form(_))));
}

#[tokio::test]
async fn pointers_to_clients_are_clients() {
    async fn names(client: impl ConnectClient) -> Vec<String> {
        let users = all_pages(&client, ListUsers::new(instance())).await.expect("listed");
        users.into_iter().map(|user| user.name).collect()
    }

    let connect = std::sync::Arc::new(MemoryConnect::any_instance(KIND));
    connect.create_user(&creation(&[])).await.expect("created");
    let boxed: Box<dyn ConnectClient> = Box::new(connect.clone());
    assert_eq!(names(&*connect).await, ["jane"]);
    assert_eq!(names(&boxed).await, ["jane"]);
    assert_eq!(names(boxed).await, ["jane"]);
    assert_eq!(names(connect as std::sync::Arc<dyn ConnectClient>).await, ["jane"]);
}

proptest! {
    /// The two hands agree: what validation lets pass, the service takes.
    #[test]
    fn what_is_valid_is_taken((kind, document) in any_kind().prop_flat_map(|kind| (Just(kind), document(kind, "jane")))) {
        let settings = connect_user::user::Settings::builder().identity_management(kind).build();
        let context = Context::builder().settings(settings.clone()).build();
        let valid = resolve(spec(&document), &context);
        prop_assert!(valid.is_ok(), "{:?}", valid.err());
        let plan = connect_user::diff::plan(valid.unwrap().0, None, &settings).unwrap();
        let connect = MemoryConnect::any_instance(kind);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let done = runtime.block_on(connect_user::apply::apply(&plan, None, &connect, &Default::default()));
        prop_assert!(done.is_ok(), "{:?}", done.err());
    }
}

#[test]
fn no_debug_output_tells_personal_data() {
    let connect = connect();
    let mut request = creation(&[("name", json!("max.mustermann@example.com"))]);
    request.password = Some("Password123".into());
    request.identity = Identity::builder()
        .first_name("Maximiliane")
        .last_name("Mustermann")
        .email("max.m@example.com")
        .secondary_email("max.m@example.org")
        .mobile("+16175550101")
        .build();
    request.phone = Some(Phone::builder().line(PhoneLine::Desk(Some("+16175550102".into()))).build());
    let instance_id = request.instance_id.clone();
    let user_id = now(connect.create_user(&request)).expect("made").user_id;
    let id = instance_id.clone();
    let describe = DescribeUser::new(id.clone(), user_id.clone());
    let list = ListUsers::new(id.clone());
    let name = Some(request.name.clone());
    let search = SearchUsers::new(id.clone()).name(name);
    let quick_connect = QuickConnectSummary::new("q", "Mustermann").user_id(user_id.clone());
    connect.add_quick_connect(&id, quick_connect.clone());
    let again = now(connect.create_user(&request)).expect_err("the name is taken");
    let identity = UpdateUserIdentityInfo::new(id.clone(), user_id.clone(), request.identity.clone());
    let phone = UpdateUserPhoneConfig::new(id.clone(), user_id, request.phone.clone().expect("a phone"));
    for text in [
        format!("{request:?} {identity:?} {phone:#?}"),
        format!("{:#?}", now(connect.describe_user(&describe)).expect("read")),
        format!("{:?}", now(connect.list_users(&list)).expect("listed")),
        format!("{search:?} {:?}", now(connect.search_users(&search)).expect("found")),
        format!("{again:?} {again} {quick_connect:?} {:?} {connect:#?}", connect.calls()),
    ] {
        for part in ["max.", "Maximiliane", "Mustermann", "example.com", "1617555", "Password123"] {
            assert!(!text.contains(part), "`{part}` in {text}");
        }
    }
}
