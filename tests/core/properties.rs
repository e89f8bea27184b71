//! Each property through its whole life: what the table says of it holds everywhere.

use connect_user::{
    apply::{self, apply},
    client::memory::{MemoryConnect, MemoryInstance},
    diff::{plan, preview},
    read::{RefreshOptions, Strategy, read, read_all},
    user::{
        Bounds, IdentityManagementType, LeftOut, OnChange, PasswordPolicy, Path, Property, PropertySet,
        Sensitivity, Settings, Shape, UserState,
    },
    validate::{Context, resolve, validate},
};
use serde_json::{Value, json};

use crate::support::{base, spec, with};

/// What a property is given: a value, another, and one that its bounds or its form forbid.
struct Sample {
    value: Value,
    other: Value,
    forbidden: Value,
    /// What must be said besides.
    beside: Vec<(&'static str, Value)>,
    kind: IdentityManagementType,
}

fn sample(property: Property) -> Sample {
    let of = |value: Value, other: Value, forbidden: Value| Sample {
        value,
        other,
        forbidden,
        beside: Vec::new(),
        kind: IdentityManagementType::Saml,
    };
    let long = |count: usize| json!("x".repeat(count));
    let per_channel = |name: &str, value: Value, other: Value, forbidden: Value| {
        let list = |value: Value| json!([{"channel": "VOICE", name: value}]);
        of(list(value), list(other), list(forbidden))
    };
    let desk = ("phoneConfig.phoneType", json!("DESK_PHONE"));
    let password = ("password", json!("Password123"));
    match property {
        Property::InstanceId => of(json!("i"), json!("j"), long(101)),
        Property::Name => of(json!("ann"), json!("bea"), long(65)),
        Property::Password => Sample {
            kind: IdentityManagementType::ConnectManaged,
            ..of(json!("Password123"), json!("Password124"), json!("short"))
        },
        Property::DirectoryUserId => Sample {
            kind: IdentityManagementType::ExistingDirectory,
            ..of(json!("d1"), json!("d2"), json!(" d3"))
        },
        Property::HierarchyGroupId => of(json!("g1"), json!("g2"), json!("a b")),
        Property::RoutingProfileId => of(json!("r1"), json!("r2"), json!("a b")),
        Property::SecurityProfileIds => of(json!(["s1"]), json!(["s2"]), json!([])),
        Property::FirstName => of(json!("Ann"), json!("Bea"), long(256)),
        Property::LastName => of(json!("Lee"), json!("Kay"), long(301)),
        Property::Email => Sample {
            kind: IdentityManagementType::ConnectManaged,
            beside: vec![password],
            ..of(json!("a@example.com"), json!("b@example.com"), json!(" a@example.com"))
        },
        Property::SecondaryEmail => of(json!("a@example.com"), json!("b@example.com"), long(266)),
        Property::Mobile => of(json!("+16175550101"), json!("+16175550102"), json!("0171")),
        Property::PhoneType => Sample {
            beside: vec![("phoneConfig.deskPhoneNumber", json!("+16175550101"))],
            ..of(json!("DESK_PHONE"), json!("SOFT_PHONE"), json!("FAX"))
        },
        Property::AfterContactWorkTimeLimit => of(json!(30), json!(60), json!(2_000_001)),
        Property::AutoAccept => of(json!(true), json!(false), json!("yes")),
        Property::DeskPhoneNumber => {
            Sample { beside: vec![desk], ..of(json!("+16175550101"), json!("+16175550102"), json!("0171")) }
        }
        Property::PersistentConnection => of(json!(true), json!(false), json!("yes")),
        Property::AutoAcceptConfigs => per_channel("autoAccept", json!(true), json!(false), json!(1)),
        Property::AfterContactWorkConfigs => {
            let limit = |seconds: i64| json!({"afterContactWorkTimeLimit": seconds});
            per_channel("afterContactWorkConfig", limit(30), limit(60), limit(2_000_001))
        }
        Property::PhoneNumberConfigs => {
            let list = |number: &str| json!([{"channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": number}]);
            Sample {
                beside: vec![("phoneConfig", Value::Null)],
                ..of(list("+16175550101"), list("+16175550102"), list("0171"))
            }
        }
        Property::PersistentConnectionConfigs => {
            per_channel("persistentConnection", json!(true), json!(false), json!(1))
        }
        Property::VoiceEnhancementConfigs => per_channel(
            "voiceEnhancementMode",
            json!("VOICE_ISOLATION"),
            json!("NOISE_SUPPRESSION"),
            json!("LOUD"),
        ),
        Property::UserProficiencies => {
            let list = |level: i64| json!([{"attributeName": "connect:Language", "attributeValue": "en", "level": level}]);
            of(list(1), list(5), list(6))
        }
        Property::Tags => of(json!({"team": "ops"}), json!({"team": "dev"}), json!({"aws:team": "ops"})),
        property => panic!("give `{property}` a sample: what it is set to, and what its bounds forbid"),
    }
}

impl Sample {
    /// A user who sets the property to that; `null` leaves it out.
    fn user(&self, property: Property, value: &Value) -> Value {
        let mut members = vec![("name", json!("ann"))];
        if self.kind != IdentityManagementType::ExistingDirectory {
            members.extend([("identityInfo.firstName", json!("A")), ("identityInfo.lastName", json!("B"))]);
        }
        members.extend(self.beside.iter().cloned());
        members.push((property.path(), value.clone()));
        with(&members)
    }

    fn connect(&self) -> MemoryConnect {
        let connect = MemoryConnect::new();
        for instance in ["i", "j"] {
            connect.add_instance(
                MemoryInstance::new(instance, self.kind)
                    .with_routing_profiles(["r1", "r2"])
                    .with_security_profiles(["s1", "s2"])
                    .with_hierarchy_groups(["g1", "g2"])
                    .with_attribute("connect:Language", ["en"]),
            );
        }
        connect
    }

    fn settings(&self) -> Settings {
        Settings::builder().identity_management(self.kind).build()
    }
}

async fn applied(
    sample: &Sample,
    connect: &MemoryConnect,
    document: &Value,
    prior: Option<&UserState>,
) -> UserState {
    let context = Context::builder().identity_management(sample.kind).maybe_prior(prior).build();
    let desired = resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}\n{document}")).0;
    let plan = plan(desired, prior, &sample.settings()).expect("a plan");
    let now = || connect.time();
    let options = apply::ApplyOptions::builder().now(&now).build();
    apply(&plan, prior, connect, &options).await.expect("applied").state.expect("a user")
}

/// What a state says of a property.
fn said(state: &UserState, property: Property) -> Value {
    let document = json!(state);
    property.path().split('.').fold(document, |value, member| value[member].clone())
}

#[tokio::test]
async fn each_property_is_set_read_changed_ignored_and_cleared() {
    for property in Property::ALL.iter().copied().filter(|property| *property != Property::Password) {
        let sample = sample(property);
        let connect = sample.connect();
        let document = sample.user(property, &sample.value);
        assert!(spec(&document).managed().contains(property), "{property} is set");
        let is_list = matches!(property.info().shape, Shape::Channels | Shape::Proficiencies);
        assert_eq!(is_list, !property.members().is_empty(), "{property} has members for schemas");

        // Set, sent and read back.
        let made = applied(&sample, &connect, &document, None).await;
        assert_eq!(said(&made, property), sample.value, "{property} is sent");
        let found = read(&connect, &made.instance_id, &made.user_id).await.expect("read").expect("a user");
        assert_eq!(said(&found, property), sample.value, "{property} is read back");
        let search = RefreshOptions::builder().strategy(Strategy::Search).build();
        let searched = read_all(&made.instance_id, &connect, &search).await.expect("a search");
        let searched = searched.users.iter().find(|user| user.user_id == made.user_id).expect("a user");
        // Proficiencies that are not known are `None`.
        let is_known = property != Property::UserProficiencies || searched.properties.proficiencies.is_some();
        assert!(
            !is_known
                || searched.record.unread.contains(property)
                || said(searched, property) == sample.value,
            "{property} is found by a search, or known not to be: {}",
            said(searched, property)
        );
        let made = connect_user::read::refresh(&connect, &made).await.expect("read").expect("a user");
        let same = preview(&spec(&document), Some(&made), &sample.settings());
        assert!(same.is_empty(), "{property} is the same: {:?}", same.diff.changes);

        // It differs, and is shown.
        let other = sample.user(property, &sample.other);
        let seen = preview(&spec(&other), Some(&made), &sample.settings());
        let is_it = |path: &Path| path.property() == Some(property);
        assert!(seen.diff.changes.iter().any(|change| is_it(&change.path)), "{property} differs");
        assert!(seen.text("ann").to_string().contains(property.path()), "{property} is shown");

        // Ignored, it does not.
        let mut settings = sample.settings();
        settings.ignore_changes = vec![property.into()];
        let ignored = preview(&spec(&other), Some(&made), &settings);
        assert!(!ignored.diff.changes.iter().any(|change| is_it(&change.path)), "{property} is ignored");

        // Changed, in place or by a new user, or refused.
        match property.info().on_change {
            OnChange::Update(operations) => {
                let called = |operation| seen.steps.iter().any(|step| step.operation == operation);
                assert!(operations.iter().any(|operation| called(*operation)), "{property} has a call");
                let changed = applied(&sample, &connect, &other, Some(&made)).await;
                let changed =
                    connect_user::read::refresh(&connect, &changed).await.expect("read").expect("a user");
                assert!(preview(&spec(&other), Some(&changed), &sample.settings()).is_empty(), "{property}");
            }
            OnChange::Replace => assert!(seen.diff.replacement.is_some(), "{property} replaces"),
            _ => assert!(seen.diff.refusals().next().is_some(), "{property} is refused"),
        }

        // Left out.
        let mut left_out = sample.user(property, &Value::Null);
        if property == Property::PhoneNumberConfigs {
            left_out["phoneConfig"] = base()["phoneConfig"].clone();
        }
        let value = serde_json::from_value(left_out.clone()).expect("a value");
        let decoded = connect_user::user::UserSpec::decode(value);
        match (property.info().left_out, decoded) {
            (LeftOut::Required, decoded) => assert!(decoded.is_err(), "{property} is required"),
            // The type stands in a block that must say it.
            (_, Err(_)) => assert_eq!(property, Property::PhoneType),
            (LeftOut::Cleared | LeftOut::Default(_), Ok(spec)) => {
                let context = Context::builder().identity_management(sample.kind).prior(&made).build();
                if validate(&spec, &context).errors().next().is_some() {
                    continue;
                }
                let cleared = applied(&sample, &connect, &left_out, Some(&made)).await;
                assert_ne!(said(&cleared, property), sample.value, "{property} is cleared");
            }
            (_, Ok(spec)) => {
                let kept = preview(&spec, Some(&made), &sample.settings());
                assert!(!kept.diff.changes.iter().any(|change| is_it(&change.path)), "{property} is kept");
            }
        }
    }
}

#[test]
fn each_property_is_refused_out_of_its_bounds() {
    for property in Property::ALL.iter().copied() {
        let sample = sample(property);
        let document = sample.user(property, &sample.forbidden);
        let value = serde_json::from_value(document).expect("a value");
        let context = Context::builder().identity_management(sample.kind).build();
        let places: Vec<Path> = match connect_user::user::UserSpec::decode(value) {
            Ok(spec) => validate(&spec, &context).errors().map(|error| error.path.clone()).collect(),
            Err(errors) => errors.iter().map(|error| error.path.clone()).collect(),
        };
        assert!(
            places.iter().any(|place| Path::from(property).covers(place)),
            "{property} = {} is taken: {places:?}",
            sample.forbidden
        );
    }
}

#[test]
fn what_is_secret_or_personal_is_not_in_debug() {
    for property in Property::ALL.iter().copied() {
        if property.info().sensitivity == Sensitivity::Public {
            continue;
        }
        let sample = sample(property);
        let spec = spec(&sample.user(property, &sample.value));
        let seen = preview(&spec, None, &sample.settings());
        let number = json!("+16175550101");
        let text = sample.value.as_str().or(number.as_str()).expect("a text");
        assert!(!format!("{spec:?}{seen:?}").contains(text), "{property} is in `Debug`");
        let shown = seen.text("ann");
        assert_eq!(shown.to_string().contains(text), !property.is_secret(), "{property} in a plan");
    }
}

#[tokio::test]
async fn a_changed_password_is_what_the_policy_says() {
    let sample = sample(Property::Password);
    let connect = sample.connect();
    let made = applied(&sample, &connect, &sample.user(Property::Password, &sample.value), None).await;
    for policy in [PasswordPolicy::Warn, PasswordPolicy::Replace, PasswordPolicy::Refuse] {
        let mut settings = sample.settings();
        settings.password = policy;
        let seen = preview(&spec(&sample.user(Property::Password, &sample.other)), Some(&made), &settings);
        let is_told = seen.diff.notices.iter().any(|notice| notice.path == Property::Password.into());
        assert_eq!(is_told, policy != PasswordPolicy::Replace);
        assert_eq!(seen.diff.replacement.is_some(), policy == PasswordPolicy::Replace);
    }
}

#[test]
fn defaults_in_the_table_are_those_that_are_compared() {
    let known = PropertySet::from_iter(Property::ALL.iter().copied());
    for property in known.iter() {
        let LeftOut::Default(default) = property.info().left_out else { continue };
        if property.info().bounds == Bounds::None && !property.members().is_empty() {
            continue;
        }
        if property.path().starts_with("phoneConfig.") {
            let value = serde_json::from_str(default).unwrap_or_else(|_| json!(default));
            let explicit = with(&[(property.path(), value)]);
            let state = crate::support::state(&base());
            assert!(
                preview(&spec(&explicit), Some(&state), &Settings::default()).is_empty(),
                "{property} has another default than `{default}`"
            );
        }
    }
}
