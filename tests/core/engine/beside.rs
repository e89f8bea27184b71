//! Engines that store outputs and a record beside them, as Terraform does: what no output shows.

use connect_user::{
    client::{ApiCall, Around, CancellationToken, ClientError, ClientResult, Decorated, ErrorKind, Next},
    engine::{Kept, Resource, ResourceOptions, Snapshot},
    user::{
        IdentityManagementType::ConnectManaged, IdentityManagementType::Saml, Operation, Settings, Value,
    },
};
use serde_json::json;

use super::support::{changes, codes, create, diff, inputs, resource, service, text, update};

const PASSWORD: &str = "Password123";

/// As an engine has it that keeps no inputs.
fn stored(user: &Snapshot) -> Snapshot {
    user.clone().with_inputs(Value::Null)
}

#[tokio::test]
async fn a_record_beside_outputs_has_only_what_they_do_not_tell() {
    let connect = service(ConnectManaged);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "password": PASSWORD, "tags": { "team": "blue" } }))).await;
    let record = resource.write_record(&user);
    for told in ["jane", "Roe", "blue", "r1", "managed", PASSWORD] {
        assert!(!record.contains(&format!("\"{told}\"")), "{told}: {record}");
    }
    let read = resource.read_record(&record, &user.outputs).expect("a record");
    assert_eq!(
        read.state().map(|state| state.properties.clone()),
        user.kept.state().map(|state| state.properties.clone())
    );
    assert_eq!(read.id(), user.kept.id());
    assert!(read.has_password());
    assert_eq!(resource.write_record(&Snapshot::new(read).with_outputs(user.outputs.clone())), record);

    // Without outputs nobody is named, and the fingerprint stays.
    let nobody = resource.read_record(&record, &Value::Null).expect("a record");
    assert!(nobody.id().is_none() && nobody.has_password());
    // The first records had no version and no user; an empty one has nothing.
    for (record, has_password) in [(r#"{"password":"00:0000"}"#, true), ("", false)] {
        let first = resource.read_record(record, &user.outputs).expect("a record");
        assert_eq!((first.id(), first.has_password()), (user.id(), has_password), "{record}");
    }
    for (record, message) in
        [(r#"{"version":99}"#, "at most 1, is 99"), ("nonsense", "cannot be read"), ("[]", "no object")]
    {
        let error = resource.read_record(record, &user.outputs).expect_err(record).to_string();
        assert!(error.contains(message), "{record}: {error}");
    }
}

/// What a plan leaves as it is need not be written anew: it reads the same either way.
#[tokio::test]
async fn the_record_of_a_plan_reads_as_one_that_is_written_anew() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "tags": { "team": "blue" } }))).await;
    let text = resource.write_record(&user);
    let prior = resource.read_snapshot_beside(user.outputs, &text).expect("a record");
    let foreign = Kept::of(&"i:u".parse().expect("an id"));
    let mut planned = vec![prior.kept.clone(), foreign];
    for wanted in [json!({ "tags": { "team": "blue" } }), json!({ "routingProfileId": "r9" })] {
        let plan = resource.diff(Some(&prior), &inputs(wanted), &ResourceOptions::default()).await;
        planned.push(plan.expect("a plan").kept);
    }
    let anew = |kept: &Kept| {
        let snapshot = Snapshot::new(kept.clone()).with_outputs(prior.outputs.clone());
        resource.read_record(&resource.write_record(&snapshot), &prior.outputs).expect("a record")
    };
    let first_plan = resource.write_planned_record(&prior, &text, &planned[2]);
    assert_ne!(first_plan, text, "it says what the inputs set");
    for kept in &planned {
        // The record of a plan, one of the first ones and a damaged one are no worse to begin with.
        for record in [text.as_str(), &first_plan, r#"{"password":"00:0000"}"#, "", "nonsense", "[]"] {
            let written = resource.write_planned_record(&prior, record, kept);
            let read = resource.read_record(&written, &prior.outputs).expect("a record");
            assert_eq!(read, anew(kept), "{record}: {written}");
        }
    }
}

#[tokio::test]
async fn a_reading_that_no_output_shows_leaves_the_record_and_is_planned_with() {
    let connect = service(Saml);
    let by_outputs = || resource(&connect).with_drift_by_outputs(true);
    let first = by_outputs();
    let user = stored(&create(&first, &inputs(json!({}))).await);
    let id = user.kept.state().expect("a state").user_id.clone();
    connect.edit_user(&"i".into(), &id, |user, _| user.identity.mobile = Some("+4930123456".into()));
    let read = first.read(&user).await.expect("a reading").expect("a user");
    assert_eq!(read.snapshot, user);
    assert!(!read.drift.is_empty());
    // The same run knows it, and another one reads it where it matters.
    let wanted = inputs(json!({
        "identityInfo": { "firstName": "Jane", "lastName": "Roe", "mobile": "+4930999999" }
    }));
    let planned = diff(&first, Some(&user), &wanted).await;
    assert_eq!(planned.changes[0].before, Some("+4930123456".into()));
    let applied = update(&by_outputs(), &user, &wanted).await.expect("an update");
    let actual = by_outputs().import(&applied.id().expect("an id").to_string()).await.expect("a user");
    assert_eq!(text(&actual.outputs, "identityInfo.mobile").as_deref(), Some("+4930999999"));
    // What is shown changes the record, too.
    connect.edit_user(&"i".into(), &id, |user, _| user.routing_profile_id = "r9".into());
    let read = first.read(&user).await.expect("a reading").expect("a user");
    assert_ne!(read.snapshot.kept.write(), user.kept.write());
    // Who does not ask for it gets the newest record.
    let read = resource(&connect).read(&user).await.expect("a reading").expect("a user");
    assert_ne!(read.snapshot.kept.write(), user.kept.write());
}

#[tokio::test]
async fn an_update_that_finds_nothing_to_do_reads_what_no_output_shows() {
    let connect = service(Saml);
    let identity = |mobile: &str| {
        inputs(json!({ "identityInfo": { "firstName": "Jane", "lastName": "Roe", "mobile": mobile } }))
    };
    let created = create(&resource(&connect), &inputs(json!({}))).await;
    let id = created.kept.state().expect("a state").user_id.clone();
    let edit = |mobile: &str| {
        let mobile = mobile.to_owned();
        connect.edit_user(&"i".into(), &id, move |user, _| user.identity.mobile = Some(mobile.into()));
    };
    // The record has what the inputs are going to say, and no output shows it.
    edit("+4930111111");
    let read = resource(&connect).read(&created).await.expect("a reading").expect("a user").snapshot;
    let user = stored(&read).with_outputs(created.outputs.clone());
    edit("+4930222222");
    update(&resource(&connect), &user, &identity("+4930111111")).await.expect("an update");
    let user = resource(&connect).import(&user.id().expect("an id").to_string()).await.expect("a user");
    assert_eq!(text(&user.outputs, "identityInfo.mobile").as_deref(), Some("+4930111111"));
}

#[tokio::test]
async fn what_no_output_shows_makes_no_plan_stale() {
    let connect = service(Saml);
    let user = stored(&create(&resource(&connect), &inputs(json!({}))).await);
    let id = user.kept.state().expect("a state").user_id.clone();
    connect.edit_user(&"i".into(), &id, |user, _| user.hierarchy_group_id = Some("g9".into()));
    // The group is neither shown nor managed, and is said now: what is there is another than was planned from.
    let wanted = inputs(json!({ "hierarchyGroupId": "g1", "routingProfileId": "r2" }));
    let user = update(&resource(&connect), &user, &wanted).await.expect("an update");
    assert_eq!(text(&user.outputs, "hierarchyGroupId").as_deref(), Some("g1"));
    // Both are shown now.
    connect.edit_user(&"i".into(), &id, |user, _| user.hierarchy_group_id = Some("g9".into()));
    let failure = update(&resource(&connect), &user, &inputs(json!({ "routingProfileId": "r3" }))).await;
    assert_eq!(codes(&failure.expect_err("another group")), ["stale"]);
}

#[tokio::test]
async fn without_a_service_a_plan_is_made_of_what_is_recorded() {
    let connect = service(Saml);
    let user = create(&resource(&connect), &inputs(json!({}))).await;
    let offline = Resource::offline(Settings::default());
    let read = offline.read(&user).await.expect("a reading").expect("a user");
    assert_eq!(read.snapshot, user);
    let wanted = inputs(json!({ "routingProfileId": "name:Agents" }));
    assert_eq!(changes(&diff(&offline, Some(&user), &wanted).await), ["routingProfileId"]);
    let of_id = Snapshot::new(Kept::of(&user.id().expect("an id")));
    assert!(!diff(&offline, Some(&of_id), &wanted).await.is_empty());
    let failure = offline.create(&inputs(json!({})), &ResourceOptions::default()).await;
    assert_eq!(codes(&failure.expect_err("no service")), ["call-failed"]);
}

#[tokio::test]
async fn default_tags_may_be_unknown() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let options = ResourceOptions::builder().default_tags_unknown(true).build();
    let planned = resource.diff(None, &inputs(json!({ "tags": { "a": "1" } })), &options).await;
    let outputs = planned.expect("a plan").outputs;
    assert_eq!(outputs.get("tagsAll"), Some(&Value::Unknown));
    assert_eq!(text(&outputs, "tags.a").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_taken_name_says_whose_it_is_and_an_interrupted_call_that_it_was() {
    let connect = service(Saml);
    let other = create(&resource(&connect), &inputs(json!({ "routingProfileId": "r9" }))).await;
    let options = ResourceOptions::default();
    let failure = resource(&connect).create(&inputs(json!({})), &options).await.expect_err("taken");
    assert_eq!(failure.taken_by.map(|id| id.to_string()), other.id().map(|id| id.to_string()));
    let token = CancellationToken::new();
    let interrupted = Decorated::with(connect.clone(), Interrupted(token.clone()));
    let stopped = Resource::new(interrupted, Settings::default()).with_cancellation(token);
    let failure =
        update(&stopped, &other, &inputs(json!({ "routingProfileId": "r3" }))).await.expect_err("throttled");
    let reason = failure.to_string();
    assert!(
        reason.starts_with("cancelled, and not tried again: `UpdateUserRoutingProfile` failed"),
        "{reason}"
    );
}

/// Refuses an update, and is interrupted at the same moment.
#[derive(Debug)]
struct Interrupted(CancellationToken);

impl Around for Interrupted {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        if call.operation() == Operation::UpdateUserRoutingProfile {
            self.0.cancel();
            return Err(ClientError::new(call.operation(), ErrorKind::Throttled));
        }
        next.call().await
    }
}

/// What `terraform query` writes for an existing user: a program may say a value only once.
#[tokio::test]
async fn the_program_of_an_existing_user_changes_nothing() {
    let line =
        |number: &str| json!([{ "channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": number }]);
    let work = |channel: &str, limit: u32| json!({ "channel": channel, "afterContactWorkConfig": { "afterContactWorkTimeLimit": limit } });
    for members in [
        json!({ "tags": { "team": "ops" }, "userProficiencies": [], "hierarchyGroupId": "g1" }),
        json!({ "phoneConfig": { "phoneType": "SOFT_PHONE", "autoAccept": true, "afterContactWorkTimeLimit": 30, "persistentConnection": true } }),
        json!({ "autoAcceptConfigs": [{ "channel": "VOICE", "autoAccept": true }, { "channel": "CHAT", "autoAccept": true }] }),
        json!({ "afterContactWorkConfigs": [work("VOICE", 30), work("CHAT", 60)] }),
        json!({ "persistentConnectionConfigs": [{ "channel": "VOICE", "persistentConnection": true }] }),
        json!({ "phoneConfig": null, "phoneNumberConfigs": line("+16175550103") }),
        json!({ "phoneConfig": null, "phoneNumberConfigs": line("+16175550103"), "afterContactWorkConfigs": [work("VOICE", 30)] }),
    ] {
        let connect = service(Saml);
        let user = create(&resource(&connect), &inputs(members.clone())).await;
        let imported =
            resource(&connect).import(&user.id().expect("an id").to_string()).await.expect("a user");
        let program = resource(&connect).program_inputs(&imported.outputs);
        let planned = diff(&resource(&connect), Some(&imported), &program).await;
        assert!(planned.is_empty(), "{members}: {:?}", changes(&planned));
        assert_eq!(planned.outputs, imported.outputs, "{members}");
    }
}

/// A desk phone per channel beside a block that was changed by hand: the block cannot be said, and its settings can.
#[tokio::test]
async fn the_program_of_an_existing_user_says_for_voice_what_only_the_phone_block_has() {
    let line = json!([{ "channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": "+16175550103" }]);
    let voice = |name: &str, value: serde_json::Value| json!([{ "channel": "VOICE", name: value }]);
    let chat = |name: &str, value: serde_json::Value| json!({ "channel": "CHAT", name: value });
    let limit = |limit: u32| json!({ "afterContactWorkTimeLimit": limit });
    let work = "afterContactWorkConfig";
    for (members, property, expected) in [
        (json!({}), "autoAcceptConfigs", voice("autoAccept", json!(true))),
        (json!({}), "afterContactWorkConfigs", voice(work, limit(30))),
        (json!({}), "persistentConnectionConfigs", voice("persistentConnection", json!(true))),
        (
            json!({ "afterContactWorkConfigs": [chat(work, limit(60))] }),
            "afterContactWorkConfigs",
            json!([chat(work, limit(60)), voice(work, limit(30))[0]]),
        ),
    ] {
        let connect = service(Saml);
        let mut members = members;
        members["phoneConfig"] = json!(null);
        members["phoneNumberConfigs"] = line.clone();
        let user = create(&resource(&connect), &inputs(members)).await;
        let id = user.id().expect("an id");
        connect.edit_user(&id.instance, &id.user, |user, _| match property {
            "autoAcceptConfigs" => user.phone.auto_accept = true,
            "afterContactWorkConfigs" => user.phone.after_contact_work_time_limit = 30,
            _ => user.phone.persistent_connection = Some(true),
        });
        let imported = resource(&connect).import(&id.to_string()).await.expect("a user");
        let program = resource(&connect).program_inputs(&imported.outputs);
        let said = serde_json::to_value(program.get(property)).expect("a value");
        assert_eq!(said, expected, "{property}");
        let planned = diff(&resource(&connect), Some(&imported), &program).await;
        assert!(planned.is_empty(), "{property}: {:?}", changes(&planned));
    }
}
