//! One change of many users, and of their program.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use connect_user::{
    client::{
        ErrorKind, Rate, TokenBuckets, TokioTimer,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    fleet::{AllKnown, Entry, MemoryStore, Session, SessionOptions, StateStore, StoreChange, load_all},
    interop::{
        Deployment, DeploymentOptions, Review,
        program::{Program, Source},
        set::{BulkEdit, EditedStore, PropertyEdits, edit_program},
    },
    read::{Filter, RefreshOptions},
    user::{Code, IdentityManagementType, Operation, Property, UserState},
};
use fastrand::Rng;

use crate::edited;

const NONE: &[&str] = &[];

fn edits(set: &[&str], unset: &[&str]) -> PropertyEdits {
    PropertyEdits::parse(set, unset).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn options<'a>(conditions: &[&str]) -> SessionOptions<'a> {
    let timer = Arc::new(TokioTimer::default());
    let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
    let filter = conditions.iter().try_fold(Filter::default(), |filter, condition| filter.and(condition));
    // Who is not there is gone, however recently it was made.
    let refresh = RefreshOptions::builder().visible_within(Duration::ZERO).build();
    SessionOptions::builder()
        .timer(timer)
        .pace(pace)
        .filter(filter.expect("conditions"))
        .refresh(refresh)
        .build()
}

/// A service and what is recorded of it.
struct World {
    service: MemoryConnect,
    store: MemoryStore,
}

impl World {
    fn new() -> Self {
        let service = MemoryConnect::new();
        service.add_any_instance(IdentityManagementType::Saml);
        Self { service, store: MemoryStore::default() }
    }

    async fn session<'a>(&'a self, conditions: &[&str]) -> Session<'a> {
        Session::open(&self.store, &self.service, options(conditions)).await.expect("open")
    }

    async fn apply(&self, text: &str) {
        assert!(self.is_applied(text).await);
    }

    /// Applies a program, and returns whether all is done.
    async fn is_applied(&self, text: &str) -> bool {
        let program =
            Program::read(Source::new("p.yaml", text), &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut session = self.session(&[]).await;
        let mut deployment = Deployment::new(&program, &session, DeploymentOptions::default());
        deployment.refresh(&mut session).await.expect("read");
        let review = deployment.preview(&session).await.expect("a preview");
        assert!(review.is_valid(), "{:?}\n{text}", review.users);
        let options = session.apply_options();
        session.apply(review.preview, &mut deployment, &options).await.expect("applied").is_done()
    }

    /// What applying the program would change.
    async fn plan(&self, text: &str) -> Vec<String> {
        let program =
            Program::read(Source::new("p.yaml", text), &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut session = self.session(&[]).await;
        let mut deployment = Deployment::new(&program, &session, DeploymentOptions::default());
        deployment.refresh(&mut session).await.expect("read");
        let review = deployment.preview(&session).await.expect("a preview");
        assert!(review.is_valid(), "{:?}", review.users);
        changes(&review)
    }

    async fn review(&self, edits: &PropertyEdits, conditions: &[&str]) -> Review {
        let mut session = self.session(conditions).await;
        let bulk = BulkEdit::new(edits, DeploymentOptions::default());
        bulk.refresh(&mut session).await.expect("read");
        bulk.preview(&session).await.expect("a preview")
    }

    async fn set(&self, edits: &PropertyEdits, conditions: &[&str]) -> Vec<String> {
        self.set_on(&self.store, edits, conditions).await
    }

    async fn set_on(
        &self,
        store: &dyn StateStore,
        edits: &PropertyEdits,
        conditions: &[&str],
    ) -> Vec<String> {
        let mut session = Session::open(store, &self.service, options(conditions)).await.expect("open");
        let bulk = BulkEdit::new(edits, DeploymentOptions::default());
        bulk.refresh(&mut session).await.expect("read");
        let review = bulk.preview(&session).await.expect("a preview");
        assert!(review.is_valid(), "{:?}", review.users);
        let users = changes(&review);
        let options = session.apply_options();
        let outcome = session.apply(review.preview, &mut AllKnown, &options).await.expect("applied");
        assert!(outcome.is_done(), "{outcome:?}");
        users
    }

    /// Later, no change of others is taken for our own.
    fn later(&self) {
        self.service.set_time(self.service.time().plus(Duration::from_secs(3_600)));
    }

    async fn state(&self, name: &str) -> UserState {
        let entry = self.store.get(name).await.expect("read").expect("recorded");
        entry.state.expect("there").as_ref().clone()
    }
}

/// The users that a review changes, each with the places.
fn changes(review: &Review) -> Vec<String> {
    let users = review.preview.users().iter().filter(|user| user.action() != Action::None);
    let users = users.map(|user| {
        let preview = user.preview();
        let changes = preview.diff.changes.iter().map(|change| change.path.to_string());
        format!("{}: {}", user.name, changes.collect::<Vec<_>>().join(" "))
    });
    users.collect()
}

const TEAM: &str = r#"# the team
resources:
  ana:
    type: aws:connect:User
    properties:
      instanceId: i
      name: ana          # the chief
      routingProfileId: r1
      securityProfileIds:
        - s1  # everybody
        - s2
      identityInfo: {firstName: Ana, lastName: 'Roe'}
      phoneConfig:
        phoneType: SOFT_PHONE
        afterContactWorkTimeLimit: 30
      tags:
        team: "red"
  "bea":
    type: aws:connect:User
    properties: {"instanceId": "i", "name": "bea", "routingProfileId": "r1", "securityProfileIds": ["s1"],
      "identityInfo": {"firstName": "Bea", "lastName": "Roe", "secondaryEmail": "bea@example.com"},
      "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": true}],
      "phoneConfig": {"phoneType": "SOFT_PHONE"}, "tags": {"team": "red", "site": "x"}}
  cleo:
    type: aws:connect:User
    properties:
      instanceId: i
      name: cleo
      routingProfileId: r1
      securityProfileIds: [s1]
      identityInfo: {firstName: Cleo, lastName: Roe}
      phoneConfig: {phoneType: SOFT_PHONE}
"#;

#[tokio::test]
async fn what_is_set_is_changed_of_who_is_meant_and_of_nobody_else() {
    let world = World::new();
    world.apply(TEAM).await;
    let before = [world.state("ana").await, world.state("cleo").await];
    let users = world.set(&edits(&["routingProfileId=r2", "tags.shift=late"], NONE), &["tag:team=red"]).await;
    assert_eq!(users, ["ana: routingProfileId tags.shift", "bea: routingProfileId tags.shift"]);
    let ana = world.state("ana").await;
    assert_eq!(
        (ana.properties.routing_profile_id.as_str(), ana.tags_all.get("shift").expect("an entry").as_str()),
        ("r2", "late")
    );
    assert_eq!(ana.tags_all.get("team").expect("an entry"), "red");
    assert_eq!(world.state("cleo").await, before[1]);
    // What the program says is compared with what was set.
    let back = world.plan(TEAM).await;
    assert_eq!(back, ["ana: routingProfileId tags.shift", "bea: routingProfileId tags.shift"]);
    assert!(
        world
            .set(&edits(&["routingProfileId=r2", "tags.shift=late"], NONE), &["tag:team=red"])
            .await
            .is_empty()
    );
}

/// Nothing becomes managed by the way: what others have set stays when the program is applied.
#[tokio::test]
async fn nothing_else_becomes_managed() {
    let world = World::new();
    world.apply(TEAM).await;
    let cleo = world.state("cleo").await;
    world.later();
    let edited = world.service.edit_user(&cleo.instance_id, &cleo.user_id, |user, _| {
        user.tags.insert("owner".to_owned(), "others".to_owned());
        user.identity.mobile = Some("+4930123456".into());
        user.hierarchy_group_id = Some("g1".into());
    });
    assert!(edited);
    world
        .set(
            &edits(&["tags.team=blue", "identityInfo.secondaryEmail=cleo@example.com"], NONE),
            &["name=cleo"],
        )
        .await;
    let after = world.state("cleo").await;
    assert!(after.tags_all.contains_key("owner") && after.properties.hierarchy_group_id.is_some());
    let new = after.record.managed.difference(cleo.record.managed);
    assert_eq!(new.iter().collect::<Vec<_>>(), [Property::SecondaryEmail, Property::Tags]);
    assert_eq!(after.record.tag_keys.iter().collect::<Vec<_>>(), ["team"]);
    // The program puts back what was set, and nothing else.
    assert_eq!(world.plan(TEAM).await, ["cleo: identityInfo.secondaryEmail tags.team"]);
    world.apply(TEAM).await;
    let back = world.state("cleo").await;
    assert!(back.tags_all.contains_key("owner") && back.properties.identity.mobile.is_some());
    assert!(back.properties.identity.secondary_email.is_none());
}

#[tokio::test]
async fn what_is_cleared_goes_whoever_has_set_it() {
    let world = World::new();
    world.apply(TEAM).await;
    let cleo = world.state("cleo").await;
    world.later();
    world.service.edit_user(&cleo.instance_id, &cleo.user_id, |user, _| {
        user.hierarchy_group_id = Some("g1".into());
        user.tags.insert("owner".to_owned(), "others".to_owned());
    });
    let users = world.set(&edits(&["tags.owner="], &["hierarchyGroupId"]), &["name=cleo"]).await;
    assert_eq!(users, ["cleo: hierarchyGroupId tags.owner"]);
    assert!(world.plan(TEAM).await.is_empty());
}

#[tokio::test]
async fn lists_are_set_element_by_element() {
    let world = World::new();
    world.apply(TEAM).await;
    let users = world
        .set(
            &edits(
                &[
                    "autoAcceptConfigs.CHAT=true",
                    "afterContactWorkConfigs.VOICE=20",
                    "userProficiencies.Language.German=4",
                    "securityProfileIds=s3, s1",
                ],
                NONE,
            ),
            &["name=bea"],
        )
        .await;
    assert_eq!(users.len(), 1);
    let bea = world.state("bea").await;
    assert_eq!(bea.properties.channels.auto_accept.len(), 2);
    assert_eq!(bea.properties.security_profile_ids.len(), 2);
    assert_eq!(bea.properties.proficiencies.as_ref().map(|all| all.iter().count()), Some(1));
    world
        .set(&edits(&["autoAcceptConfigs.CHAT=", "userProficiencies.Language.German="], NONE), &["name=bea"])
        .await;
    assert_eq!(world.state("bea").await.properties.proficiencies.map(|all| all.len()), Some(0));
    // What the program sets per channel is not set in the block.
    let review = world.review(&edits(&["phoneConfig.autoAccept=true"], NONE), &[]).await;
    let found: Vec<_> = review.users.iter().filter(|user| !user.report.is_valid()).collect();
    assert_eq!(found.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["bea"]);
    assert_eq!(found[0].report.errors().next().expect("why").code, "conflicting-settings");
}

/// Unlike names of properties, the keys of tags are exact.
#[tokio::test]
async fn tags_whose_keys_are_spelled_otherwise_are_others() {
    let world = World::new();
    let team = TEAM.replace("team: \"red\"\n", "cost_center: \"1\"\n");
    world.apply(&team).await;
    let tags = async || {
        let tags = world.state("ana").await.tags_all;
        tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
    };
    assert!(world.set(&edits(NONE, &["tags.costCenter"]), &["name=ana"]).await.is_empty());
    assert_eq!(tags().await, ["cost_center=1"]);
    let users = world.set(&edits(&["tags.costCenter=42"], NONE), &["name=ana"]).await;
    assert_eq!(users, ["ana: tags.costCenter"]);
    assert_eq!(tags().await, ["costCenter=42", "cost_center=1"]);
    let users = world.set(&edits(NONE, &["tags.costCenter"]), &["name=ana"]).await;
    assert_eq!(users, ["ana: tags.costCenter"]);
    assert_eq!(tags().await, ["cost_center=1"]);

    let edit = |text: &str, set: &[&str], unset: &[&str]| {
        edit_program("p.yaml", text, ["ana"], &edits(set, unset)).unwrap_or_else(|error| panic!("{error}"))
    };
    let both = team.replace("\"1\"\n", "\"1\"\n        costCenter: \"42\"\n");
    assert_eq!(edit(&team, NONE, &["tags.costCenter"]), team);
    assert_eq!(edit(&team, &["tags.costCenter=42"], NONE), both);
    assert_eq!(edit(&both, &["tags.costCenter=7"], NONE), both.replace("42", "7"));
    assert_eq!(edit(&both, &["tags.cost_center=7"], NONE), both.replace("\"1\"", "\"7\""));
    assert_eq!(edit(&both, NONE, &["tags.costCenter"]), team);
}

/// Members may be written in snake_case everywhere, also in the elements of lists.
#[test]
fn elements_in_snake_case_are_found() {
    let text = TEAM.to_owned()
        + "      user_proficiencies: [{attribute_name: Language, attribute_value: German, level: 2}]\n      \
           auto_accept_configs:\n        - channel: CHAT\n          auto_accept: false\n";
    let edit = |set: &[&str], unset: &[&str]| {
        edit_program("p.yaml", &text, ["cleo"], &edits(set, unset)).unwrap_or_else(|error| panic!("{error}"))
    };
    let set = edit(&["userProficiencies.Language.German=4", "autoAcceptConfigs.CHAT=true"], NONE);
    assert_eq!(set, text.replace("level: 2", "level: 4").replace("accept: false", "accept: true"));
    let added = edit(&["userProficiencies.Language.French=3"], NONE);
    let french = "level: 2}, {attributeName: Language, attributeValue: French, level: 3}]";
    assert_eq!(added, text.replace("level: 2}]", french));
    let cleared = edit(NONE, &["userProficiencies.Language.German"]);
    let german = "[{attribute_name: Language, attribute_value: German, level: 2}]";
    assert_eq!(cleared, text.replace(german, "[]"));
    // What is in the way is found, too.
    let text = TEAM.replace("identityInfo: {firstName: Cleo, lastName: Roe}", "identity_info: ${who}");
    let edits = edits(&["identityInfo.mobile=+4930123456"], NONE);
    let error = edit_program("p.yaml", &format!("variables: {{who: x}}\n{text}"), ["cleo"], &edits);
    assert!(error.expect_err("a reference").to_string().contains("comes from the reference `${who}`"));
}

/// As for a program: a mistyped target would mean nobody.
#[tokio::test]
async fn a_target_that_is_not_recorded_is_refused() {
    let world = World::new();
    world.apply(TEAM).await;
    let edits = edits(&["tags.team=green"], NONE);
    for conditions in [&[][..], &["tag:team=red"]] {
        let mut options = options(conditions);
        options.targets = ["ana".to_owned(), "anna".to_owned()].into();
        let mut session = Session::open(&world.store, &world.service, options).await.expect("open");
        let bulk = BulkEdit::new(&edits, DeploymentOptions::default());
        let found = bulk.refresh(&mut session).await.expect_err("nobody").diagnostics();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].diagnostic.code, Code::UNKNOWN_TARGET);
        assert_eq!(found[0].diagnostic.text(), "there is no user `anna` in the state");
    }
}

#[tokio::test]
async fn names_are_looked_up_before_the_first_call() {
    let world = World { service: MemoryConnect::new(), store: MemoryStore::default() };
    world.service.add_instance(
        MemoryInstance::new("i", IdentityManagementType::Saml)
            .with_named_routing_profile("r1", "Sales")
            .with_named_routing_profile("r2", "Service")
            .with_named_security_profile("s1", "Agent")
            .with_named_security_profile("s2", "Chief")
            .with_named_hierarchy_group("g1", ["Europe", "Berlin"]),
    );
    world.apply(TEAM).await;
    world
        .set(
            &edits(&["routingProfileId=name:Service", "hierarchyGroupId=path:Europe/Berlin"], NONE),
            &["routing-profile=name:Sales", "tag:team=red"],
        )
        .await;
    assert_eq!(world.state("ana").await.properties.routing_profile_id.as_str(), "r2");
    assert_eq!(world.state("cleo").await.properties.routing_profile_id.as_str(), "r1");
    world.service.clear_calls();
    let review = world.review(&edits(&["routingProfileId=name:Servce"], NONE), &["name=ana"]).await;
    let error = review.users[0].report.errors().next().expect("why");
    assert_eq!(error.help.as_deref(), Some("did you mean `Service`?"));
    assert!(world.service.calls().iter().all(|call| !call.operation.writes()));
}

#[tokio::test]
async fn few_calls_for_few_of_many() {
    let world = World::new();
    let users: String = (0..300)
        .map(|number| {
            let team = if number % 100 == 0 { "red" } else { "blue" };
            format!(
                "  u{number}: {{type: aws:connect:User, properties: {{instanceId: i, name: u{number}, routingProfileId: r1, \
                 securityProfileIds: [s1], identityInfo: {{firstName: A, lastName: B}}, phoneConfig: {{phoneType: SOFT_PHONE}}, \
                 tags: {{team: {team}}}}}}}\n"
            )
        })
        .collect();
    world.apply(&format!("resources:\n{users}")).await;
    world.service.clear_calls();
    world.set(&edits(&["routingProfileId=r2"], NONE), &["tag:team=red"]).await;
    let count = |operation| world.service.calls().iter().filter(|call| call.operation == operation).count();
    assert_eq!(count(Operation::UpdateUserRoutingProfile), 3);
    assert_eq!((count(Operation::SearchUsers), count(Operation::ListUsers)), (1, 1));
    assert!(count(Operation::DescribeUser) <= 3);
}

#[tokio::test]
async fn who_is_gone_stays_recorded() {
    let world = World::new();
    world.apply(TEAM).await;
    let ana = world.state("ana").await;
    let request = connect_user::client::DeleteUser::new("i", ana.user_id.clone());
    connect_user::client::ConnectClient::delete_user(&world.service, &request).await.expect("deleted");
    world.later();
    assert_eq!(
        world.set(&edits(&["routingProfileId=r2"], NONE), &["tag:team=red"]).await,
        ["bea: routingProfileId"]
    );
    assert_eq!(world.state("ana").await.user_id, ana.user_id);
    world.store.commit(&[StoreChange::remove("ana")]).await.expect("forgotten");
}

/// What is recorded of a user that is to be created: what it was, and what a host has noted.
#[tokio::test]
async fn entries_without_an_account_stay_as_they_are() {
    let world = World::new();
    world.apply(TEAM).await;
    let replaced = TEAM.replace("name: cleo", "name: cleopatra");
    let replaced = replaced + "    options: {deleteBeforeReplace: true}\n";
    world.service.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!world.is_applied(&replaced).await);
    let mut noted = Entry::default();
    noted.notes.insert("import".to_owned(), "i:gone".to_owned());
    world.store.commit(&[StoreChange::put("noted", noted)]).await.expect("recorded");
    let before = load_all(&world.store).await.expect("entries");
    assert!(before["cleo"].state.is_none() && before["cleo"].former.is_some());

    let set = edits(&["routingProfileId=r2"], NONE);
    let edited = EditedStore::new(&world.store, &before, &set);
    assert_eq!(world.set_on(&edited, &set, &[]).await, ["ana: routingProfileId", "bea: routingProfileId"]);
    // What is found is recorded for a plan that is saved.
    assert!(world.set_on(&world.store, &set, &[]).await.is_empty());
    let after = load_all(&world.store).await.expect("entries");
    for name in ["cleo", "noted"] {
        assert_eq!(after.get(name), Some(&before[name]), "{name}");
    }
    assert_eq!(world.state("ana").await.properties.routing_profile_id.as_str(), "r2");
}

/// What is wrong, and the way out.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("routingProfilId=r2", "did you mean `routingProfileId`?", "give the path of a property"),
    ("routingProfileId", "`routingProfileId` has no value", "write `routingProfileId=VALUE`"),
    ("secret", "edit 1 has no `=` behind the name of a property", "write `PROPERTY=VALUE`"),
    ("identityInfo=x", "`identityInfo` is no property", "set one of `identityInfo.firstName`"),
    ("all=x", "`all` is no property", "give the path of a property"),
    ("name=x", "`name` cannot be set: a change replaces the user", "set it in the program"),
    ("password=Secret1234", "`password` cannot be set: no call changes it", "set it in the program"),
    ("directoryUserId=x", "`directoryUserId` cannot be set", "set it in the program"),
    ("phoneConfig.afterContactWorkTimeLimit=soon", "must be a whole number, is `soon`", "=30`"),
    ("phoneConfig.afterContactWorkTimeLimit=2000001", "must be 0 to 2,000,000 seconds, is 2,000,001", ""),
    ("phoneConfig.autoAccept=yes", "must be `true` or `false`, is `yes`", "=true`"),
    (
        "phoneConfig.phoneType=HARD_PHONE",
        "must be one of `SOFT_PHONE`, `DESK_PHONE`, is `HARD_PHONE`",
        "write one of them",
    ),
    ("identityInfo.secondaryEmail=nonsense", "identityInfo.secondaryEmail", ""),
    ("identityInfo.mobile=123", "identityInfo.mobile", ""),
    ("securityProfileIds=", "securityProfileIds", ""),
    ("routingProfileId=", "routingProfileId", ""),
    (
        "securityProfileIds[1]=x",
        "is an element, whose place means nothing",
        "set all of `securityProfileIds`",
    ),
    ("autoAcceptConfigs=true", "must be a JSON list, is `true`", "write `autoAcceptConfigs=[…]`"),
    ("autoAcceptConfigs.VOIC=true", "names the channel `VOIC`, which is unknown", "did you mean `VOICE`?"),
    ("autoAcceptConfigs.VOICE.autoAcept=true", "names no member of `autoAcceptConfigs`", "`autoAccept`"),
    ("persistentConnectionConfigs.CHAT=true", "persistentConnectionConfigs", ""),
    (
        "userProficiencies.Language=3",
        "names no element",
        "write `userProficiencies.ATTRIBUTENAME.ATTRIBUTEVALUE=VALUE`",
    ),
    ("userProficiencies.Language.German=9", "must be 1 to 5, is 9", ""),
    ("tags=x", "must be a JSON object, is `x`", "write `tags.KEY=VALUE`"),
    ("tags.aws:x=y", "aws:", ""),
];

#[test]
fn mistakes_are_told_with_the_way_out() {
    for (text, message, help) in MISTAKES {
        let mistakes = PropertyEdits::parse(&[*text], NONE).expect_err(text);
        let said = mistakes[0].text();
        assert!(said.contains(message), "{text}: {said}");
        let way_out = mistakes[0].help.as_deref().unwrap_or_default();
        assert!(way_out.contains(help) && !way_out.is_empty(), "{text}: {way_out}");
        assert!(!said.contains("Secret1234"));
    }
    let twice = PropertyEdits::parse(&["tags.team=a", "tags={}"], NONE).expect_err("twice");
    assert_eq!(twice[0].message, "`tags` is given twice");
    assert!(PropertyEdits::parse(&["tags.team=a", "tags.site=b"], &["identity_info.email"]).is_ok());
    assert!(!format!("{:?}", edits(&["identityInfo.email=ana@example.com"], NONE)).contains("ana@"));
}

/// Edits, and what becomes of lines of `TEAM`.
#[test]
fn a_program_is_edited_in_place() {
    let edit = |users: &[&str], set: &[&str], unset: &[&str]| {
        edit_program("p.yaml", TEAM, users.iter().copied(), &edits(set, unset))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let all = ["ana", "bea", "cleo"];
    assert_eq!(edit(&all, &["routingProfileId=r1"], NONE), TEAM);
    let routed = edit(&all, &["routingProfileId=name:Sales Team"], NONE);
    let expected = TEAM
        .replace("routingProfileId: r1", "routingProfileId: name:Sales Team")
        .replace(r#""routingProfileId": "r1""#, r#""routingProfileId": "name:Sales Team""#);
    assert_eq!(routed, expected);
    let tagged = edit(&all, &["tags.team=blue", "tags.on=no"], NONE);
    let expected = TEAM
        .replace("        team: \"red\"", "        team: \"blue\"\n        \"on\": \"no\"")
        .replace(r#"{"team": "red", "site": "x"}"#, r#"{"team": "blue", "site": "x", "on": "no"}"#)
        + "      tags: {team: blue, \"on\": \"no\"}\n";
    assert_eq!(tagged, expected);
    let profiles = edit(&["ana"], &["securityProfileIds=s3,s1"], NONE);
    assert_eq!(profiles, TEAM.replace("        - s2", "        - s3"));
    let profiles = edit(&["ana"], &["securityProfileIds=s1"], NONE);
    assert_eq!(profiles, TEAM.replace("        - s2\n", ""));
    let profiles = edit(&["ana", "cleo"], &["securityProfileIds=s1,s2,s4"], NONE);
    let expected =
        TEAM.replace("        - s2\n", "        - s2\n        - s4\n").replace("[s1]", "[s1, s2, s4]");
    assert_eq!(profiles, expected);
    let cleared = edit(
        &["ana", "bea"],
        NONE,
        &["tags.team", "phoneConfig.afterContactWorkTimeLimit", "identityInfo.secondaryEmail"],
    );
    let expected = TEAM
        .replace("        team: \"red\"", "        {}")
        .replace("        afterContactWorkTimeLimit: 30\n", "")
        .replace(r#"{"team": "red", "site": "x"}"#, r#"{"site": "x"}"#)
        .replace(r#", "secondaryEmail": "bea@example.com""#, "");
    assert_eq!(cleared, expected);
    let channels = edit(&["bea"], &["autoAcceptConfigs.VOICE=false", "autoAcceptConfigs.CHAT=true"], NONE);
    assert!(
        channels
            .contains(r#"[{"channel": "VOICE", "autoAccept": false}, {channel: CHAT, autoAccept: true}]"#),
        "{channels}"
    );
    // A text that looks like a reference is none.
    let odd = edit(&["cleo"], &["tags.odd=${x}"], NONE);
    assert!(odd.ends_with("      tags: {odd: \"$${x}\"}\n"), "{odd}");
    let odd = edit(&["cleo"], &["tags.odd=$$ a$b $${"], NONE);
    assert!(odd.ends_with("      tags: {odd: \"$$$ a$b $$$${\"}\n"), "{odd}");
    let crlf = TEAM.replace('\n', "\r\n");
    let edited = edit_program("p.yaml", &format!("\u{feff}{crlf}"), all, &edits(&["tags.team=blue"], NONE))
        .expect("edited");
    let expected = edit(&all, &["tags.team=blue"], NONE).replace('\n', "\r\n");
    assert_eq!(edited, format!("\u{feff}{expected}"));
}

#[test]
fn json_stays_json() {
    let text = r#"{
  "resources": {
    "ana": {
      "type": "aws:connect:User",
      "properties": {
        "instanceId": "i",
        "name": "ana",
        "routingProfileId": "r1",
        "securityProfileIds": [
          "s1"
        ]
      }
    }
  }
}
"#;
    let set = ["identityInfo.email=a@b.de", "tags.team=red", "securityProfileIds=s1,s2"];
    let edited = edit_program("p.json", text, ["ana"], &edits(&set, NONE)).expect("edited");
    assert!(serde_json::from_str::<serde_json::Value>(&edited).is_ok(), "{edited}");
    let expected = text
        .replace("          \"s1\"\n", "          \"s1\",\n          \"s2\"\n")
        .replace("        ]\n", "        ],\n        \"identityInfo\": {\"email\":\"a@b.de\"},\n        \"tags\": {\"team\":\"red\"}\n");
    assert_eq!(edited, expected);
}

/// Programs in which a value is not the user's own, who is refused, and what is said.
const SHARED: &[(&str, &[(&str, &str)])] = &[
    ("routingProfileId: ${profile}", &[("ana", "comes from the reference `${profile}`")]),
    ("routingProfileId: {fn::toJSON: r1}", &[("ana", "comes from `fn::toJSON`")]),
    ("routingProfileId: *profile", &[("ana", "comes from the alias `*profile`")]),
    ("<<: *common", &[("ana", "comes from a map that is merged in (`<<`)")]),
];

#[test]
fn what_is_not_a_users_own_is_not_edited() {
    for (line, expected) in SHARED {
        let text = format!(
            "variables: {{profile: r1}}\nx: {{p: &profile r1, c: &common {{routingProfileId: r1}}}}\nresources:\n  \
             ana:\n    type: aws:connect:User\n    properties:\n      name: ana\n      {line}\n  \
             bea: {{type: aws:connect:User, properties: {{routingProfileId: r1}}}}\n"
        );
        let error = edit_program("p.yaml", &text, ["ana", "bea"], &edits(&["routingProfileId=r2"], NONE))
            .expect_err(line);
        let said: Vec<_> = error.mistakes().collect();
        assert_eq!(said.len(), expected.len(), "{error}");
        for ((mistake, location), (user, why)) in said.iter().zip(*expected) {
            assert_eq!(mistake.subject.as_deref(), Some(*user));
            assert!(mistake.message.contains(why), "{}", mistake.message);
            assert!(location.is_some_and(|location| location.line >= 6), "{location:?}");
        }
        // Whoever already has the value need not be edited.
        assert!(edit_program("p.yaml", &text, ["bea"], &edits(&["routingProfileId=r2"], NONE)).is_ok());
    }
    // An anchor that another user refers to.
    let text = "resources:\n  ana: {type: aws:connect:User, properties: &p {name: ana, routingProfileId: r1}}\n  \
                bea: {type: aws:connect:User, properties: {<<: *p, name: bea}}\n";
    let error =
        edit_program("p.yaml", text, ["ana"], &edits(&["routingProfileId=r2"], NONE)).expect_err("shared");
    assert!(error.to_string().starts_with("bea: ") && error.to_string().contains("it shares"), "{error}");
    let error =
        edit_program("p.yaml", text, ["nobody"], &edits(&["routingProfileId=r2"], NONE)).expect_err("nobody");
    assert!(error.to_string().contains("is not in the program"), "{error}");
    assert!(edit_program("p.yaml", "resources: [", ["ana"], &edits(&["routingProfileId=r2"], NONE)).is_err());
}

/// After a change of users and their program, a plan of the program changes nothing.
#[test]
fn after_set_the_program_has_nothing_to_change() {
    each_seed(80, |rng| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(random_set(rng));
    });
}

/// Whatever the text is, it is edited where it is meant, or not at all.
#[test]
fn a_mangled_text_is_edited_where_it_is_meant_or_not_at_all() {
    let edited = AtomicUsize::new(0);
    each_seed(600, |mut rng| {
        let text = mangled(random_program(&mut rng), &mut rng);
        let (set, unset) = random_edits(&mut rng);
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let edits = edits(&set, &unset);
        let properties: Vec<Property> = edits.properties().collect();
        if edited::edit(&text, "u0", &edits, &properties).is_ok() {
            edited.fetch_add(1, Ordering::Relaxed);
        }
    });
    let edited = edited.into_inner();
    assert!(edited > 90 || std::env::var_os("RANDOM_SEED").is_some(), "only {edited} texts were edited");
}

/// Texts that mean something to YAML.
const MARKS: &[&str] = &[
    "",
    "",
    "\n",
    " ",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "#",
    "\"",
    "'",
    "&a ",
    "*a",
    "<<: *a",
    "|",
    ">-",
    "\t",
    "\r\n",
    "é",
    "~",
    "!x ",
    ",",
    "? ",
    "---\n",
    "...\n",
    "%",
    "\\",
    "${u1.name}",
    "$${",
    "\u{feff}",
];

/// A text in which some places say something else.
fn mangled(mut text: String, rng: &mut Rng) -> String {
    if rng.u8(..) < 30 {
        text = text.replace('\n', "\r\n");
    }
    for _ in 0..rng.usize(1..4) {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let start = rng.usize(..places.len());
        let end = (start + rng.usize(..4)).min(places.len() - 1);
        text.replace_range(places[start]..places[end], MARKS[rng.usize(..MARKS.len())]);
    }
    text
}

/// Runs a test with some seeds, or with that of `RANDOM_SEED`.
fn each_seed(cases: u64, test: impl Fn(Rng) + std::panic::RefUnwindSafe) {
    let variable = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = match variable("RANDOM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("RANDOM_CASES").unwrap_or(cases),
    };
    for seed in seeds {
        if let Err(failure) = std::panic::catch_unwind(|| test(Rng::with_seed(seed))) {
            eprintln!("run it again with RANDOM_SEED={seed}");
            std::panic::resume_unwind(failure);
        }
    }
}

async fn random_set(mut rng: Rng) {
    let text = random_program(&mut rng);
    let world = World::new();
    world.apply(&text).await;
    assert!(world.plan(&text).await.is_empty(), "{text}");
    let (set, unset) = random_edits(&mut rng);
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    let Ok(edits) = PropertyEdits::parse(&set, &unset) else { panic!("{set:?} {unset:?}") };
    let meant: Vec<String> =
        (0..4).map(|number| format!("u{number}")).filter(|name| world.has(name)).collect();
    let meant: Vec<&str> = meant.iter().map(String::as_str).filter(|_| rng.bool()).collect();
    let mut options = options(&[]);
    options.targets = meant.iter().map(|name| (*name).to_owned()).collect();
    if meant.is_empty() {
        return;
    }
    let edited = match edit_program("p.yaml", &text, meant.iter().copied(), &edits) {
        Ok(edited) => edited,
        Err(error) => {
            // Only what is shared stands in the way.
            assert!(text.contains("${") || text.contains('&'), "{error}\n{set:?} {unset:?}\n{text}");
            return;
        }
    };
    let mut session = Session::open(&world.store, &world.service, options).await.expect("open");
    let bulk = BulkEdit::new(&edits, DeploymentOptions::default());
    bulk.refresh(&mut session).await.expect("read");
    let review = bulk.preview(&session).await.expect("a preview");
    if !review.is_valid() {
        return;
    }
    let options = session.apply_options();
    let outcome = session.apply(review.preview, &mut AllKnown, &options).await.expect("applied");
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(world.plan(&edited).await, [""; 0], "{set:?} {unset:?}\n{text}\n---\n{edited}");
    // Comments stay, but for those of what is taken away.
    let comments = |text: &str| text.matches('#').count();
    let taken = set.iter().filter(|edit| edit.ends_with('=')).count() + unset.len() + set.len();
    assert!(comments(&edited) + taken * meant.len() >= comments(&text));
}

impl World {
    fn has(&self, name: &str) -> bool {
        self.service.users(&"i".into()).iter().any(|(user, _)| user.name == name)
    }
}

fn one<'a>(rng: &mut Rng, among: &[&'a str]) -> &'a str {
    among[rng.usize(..among.len())]
}

/// Properties that are set, and to be cleared.
fn random_edits(rng: &mut Rng) -> (Vec<String>, Vec<&'static str>) {
    let mut set: Vec<String> = Vec::new();
    let all = [
        ("routingProfileId", &["r1", "r2", "name:r3"][..]),
        ("securityProfileIds", &["s1", "s2,s3", "s3,s1,s4", "[\"s2\"]"]),
        ("hierarchyGroupId", &["g1", "g2", ""]),
        ("identityInfo.secondaryEmail", &["a@example.com", "b@example.com", ""]),
        ("identityInfo.mobile", &["+491234567", ""]),
        ("phoneConfig.afterContactWorkTimeLimit", &["0", "30", "77", ""]),
        ("phoneConfig.persistentConnection", &["true", "false"]),
        ("tags.team", &["red", "blue", "yes", "1", "a b", "${x}", "it's \"it\""]),
        ("tags.a: b", &["x", ""]),
        ("autoAcceptConfigs.CHAT", &["true", "false", ""]),
        ("voiceEnhancementConfigs.VOICE", &["NONE", "NOISE_SUPPRESSION"]),
        ("userProficiencies.Language.German", &["1", "5", ""]),
    ];
    for (property, values) in all {
        if rng.u8(..) < 70 {
            set.push(format!("{property}={}", one(rng, values)));
        }
    }
    let unset = if set.is_empty() { vec!["tags.team"] } else { Vec::new() };
    // The key of a tag has no `: `.
    set.retain(|edit| !edit.starts_with("tags.a: b"));
    if set.is_empty() { (set, vec!["tags.team"]) } else { (set, unset) }
}

/// A program in many ways of writing.
fn random_program(rng: &mut Rng) -> String {
    let mut text = String::from("# users\nvariables: {profile: r1}\nresources:\n");
    for number in 0..rng.usize(2..5) {
        let name = format!("u{number}");
        let mut members: Vec<String> = vec![format!("instanceId: i"), format!("name: {name}")];
        members.push(
            one(
                rng,
                &[
                    "routingProfileId: r1",
                    "routingProfileId: \"r1\" # main",
                    "routing_profile_id: 'r2'",
                    "routingProfileId: ${profile}",
                ],
            )
            .to_owned(),
        );
        members.push(
            one(
                rng,
                &[
                    "securityProfileIds: [s1]",
                    "securityProfileIds:\n        - s1\n        # more\n        - \"s2\" # two",
                    "securityProfileIds:\n      - s3",
                    "securityProfileIds: [\n          s1,\n          s2, # last\n        ]",
                ],
            )
            .to_owned(),
        );
        members.push(one(rng, &[
            "identityInfo: {firstName: A, lastName: B}",
            "identityInfo:\n        firstName: A\n        lastName: >-\n          B\n          C",
            "identityInfo: {firstName: A, lastName: B, secondaryEmail: x@example.com}",
            "identityInfo:\n        secondaryEmail: x@example.com # old\n        firstName: A\n        lastName: B",
        ]).to_owned());
        members.push(
            one(
                rng,
                &[
                    "phoneConfig: {phoneType: SOFT_PHONE}",
                    "phoneConfig:\n        phoneType: SOFT_PHONE\n        afterContactWorkTimeLimit: 30 # s",
                    "phoneConfig: {\"phoneType\": \"SOFT_PHONE\", \"afterContactWorkTimeLimit\": \"12\"}",
                ],
            )
            .to_owned(),
        );
        for (share, choices) in [
            (
                200,
                &[
                    "tags: {team: red}",
                    "tags:\n        team: red",
                    "tags: {}",
                    "tags:\n        site: x\n        team: \"a\" # t",
                    "tags: ~",
                    "tags:",
                ][..],
            ),
            (100, &["hierarchyGroupId: g1", "hierarchyGroupId: 'g1'", "hierarchyGroupId:"]),
            (
                100,
                &[
                    "autoAcceptConfigs: [{channel: CHAT, autoAccept: true}]",
                    "autoAcceptConfigs:\n        - channel: CHAT\n          autoAccept: false\n        - channel: TASK\n          autoAccept: true",
                ],
            ),
            (
                80,
                &[
                    "userProficiencies:\n        - {attributeName: Language, attributeValue: German, level: 2}\n        - attributeName: Language\n          attributeValue: French\n          level: 3",
                ],
            ),
        ] {
            if rng.u8(..) < share {
                members.push(one(rng, choices).to_owned());
            }
        }
        rng.shuffle(&mut members);
        let is_anchored = number == 0 && rng.u8(..) < 60;
        let anchor = if is_anchored { " &first" } else { "" };
        text.push_str(&format!("  {name}:{anchor}\n    type: aws:connect:User\n    properties:\n"));
        for member in members {
            text.push_str(&format!("      {member}\n"));
        }
        if rng.bool() {
            text.push_str("    # options follow\n    options: {protect: true}\n");
        }
    }
    if rng.bool() {
        text.truncate(text.trim_end().len());
    }
    text
}
