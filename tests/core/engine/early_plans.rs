//! What a plan shows while values are unknown holds once they are known: Terraform refuses a final plan that differs
//! from what it was told before ("Provider produced inconsistent final plan").
//!
//! The usual run is the same each time; `RANDOM_CASES=10000` tries so many others.

use std::sync::Arc;

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    engine::{Resource, ResourceOptions, Snapshot},
    user::{AfterContactWork, Channel, IdentityManagementType, InstanceId, PULUMI_UNKNOWN, Settings, Value},
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value as Document, json};

use super::histories::written;
use super::support::{
    assert_is_within, config, create, disagreement, inputs, resource, service, update, value,
};
use crate::{random, support::forget};

/// A prior user, and a program with values that are not known at first.
#[derive(Clone, Debug)]
struct Case {
    kind: IdentityManagementType,
    /// The programs that were applied, one after the other.
    applied: Vec<Document>,
    stored: Stored,
    /// The call of the last application that fails.
    failing: Option<u32>,
    /// What somebody else has changed since, which the engine has read.
    console: Option<u8>,
    program: Document,
    /// Values that are not known at first: members that the program may leave out, and any places of it.
    members: Vec<&'static str>,
    places: Vec<Index>,
    ignored: Vec<&'static str>,
    replacing: Vec<&'static str>,
    has_default_tags: bool,
}

/// What an engine stores of a user.
#[derive(Clone, Copy, Debug)]
enum Stored {
    Everything,
    Outputs,
    Id,
}

/// Members, also of blocks, that may turn out to be left out.
const MEMBERS: [&str; 24] = [
    "/instanceId",
    "/password",
    "/hierarchyGroupId",
    "/tags",
    "/tags/a",
    "/identityInfo",
    "/identityInfo/email",
    "/identityInfo/mobile",
    "/phoneConfig",
    "/phoneConfig/deskPhoneNumber",
    "/phoneConfig/autoAccept",
    "/phoneConfig/afterContactWorkTimeLimit",
    "/phoneConfig/persistentConnection",
    "/phoneNumberConfigs",
    "/autoAcceptConfigs",
    "/afterContactWorkConfigs",
    "/persistentConnectionConfigs",
    "/voiceEnhancementConfigs",
    "/userProficiencies",
    "/directoryUserId",
    "/autoAcceptConfigs/0/agentFirstCallbackAutoAccept",
    "/afterContactWorkConfigs/0/agentFirstCallbackAfterContactWorkConfig",
    "/phoneNumberConfigs/0/phoneNumber",
    "/tags/console",
];

fn case() -> impl Strategy<Value = Case> {
    random::any_kind().prop_flat_map(|kind| {
        let document = prop_oneof![6 => random::document(kind, "jane"), 1 => random::document(kind, "joan")];
        let programs = vec((document, any::<u32>(), any::<[bool; 3]>(), proptest::bool::weighted(0.1)), 1..5);
        let stored = prop_oneof![
            3 => Just(Stored::Everything),
            3 => Just(Stored::Outputs),
            1 => Just(Stored::Id),
        ];
        let prior = (stored, option::weighted(0.15, 0u32..5), option::weighted(0.2, 0u8..6));
        let unknown = (vec(select(MEMBERS.to_vec()), 0..3), vec(any::<Index>(), 0..4));
        let ignored = vec![
            "identityInfo",
            "identityInfo.mobile",
            "hierarchyGroupId",
            "securityProfileIds",
            "tags",
            "tags.a",
            "userProficiencies",
            "userProficiencies[0]",
            "autoAcceptConfigs[1]",
            "autoAcceptConfigs",
            "name",
            "phoneConfig",
            "phoneConfig.autoAccept",
            "phoneConfig.deskPhoneNumber",
            "phoneNumberConfigs",
            "afterContactWorkConfigs",
            "phoneConfig.phoneType",
        ];
        let replacing = vec![
            "hierarchyGroupId",
            "routingProfileId",
            "tags",
            "securityProfileIds",
            "phoneConfig",
            "userProficiencies",
        ];
        let options = (
            option::weighted(0.3, select(ignored)),
            option::weighted(0.15, select(replacing)),
            proptest::bool::weighted(0.3),
        );
        (Just(kind), programs, prior, unknown, options).prop_map(
            |(kind, programs, prior, unknown, options)| {
                let mut applied: Vec<Document> = Vec::new();
                for (document, mask, how, moves) in programs {
                    let next = applied.last().map_or(document.clone(), |last| mixed(last, &document, mask));
                    let mut next = written(next, how);
                    if moves {
                        next["instanceId"] = json!("j");
                    }
                    applied.push(next);
                }
                let program = applied.pop().unwrap_or_default();
                let ((stored, failing, console), (members, places)) = (prior, unknown);
                let (ignored, replacing, has_default_tags) = options;
                let (ignored, replacing) = (ignored.into_iter().collect(), replacing.into_iter().collect());
                Case {
                    kind,
                    applied,
                    stored,
                    failing,
                    console,
                    program,
                    members,
                    places,
                    ignored,
                    replacing,
                    has_default_tags,
                }
            },
        )
    })
}

/// A program with some members of another one. What a phone is said by is changed as one.
fn mixed(program: &Document, other: &Document, mask: u32) -> Document {
    let is_of_phone = |name: &str| name.ends_with("Configs") || name == "phoneConfig";
    let mut mixed = program.clone();
    let (Some(members), Some(others)) = (mixed.as_object_mut(), other.as_object()) else { return mixed };
    let names: Vec<String> = members.keys().chain(others.keys()).cloned().collect();
    for name in names {
        let bit = if is_of_phone(&name) { 0 } else { name.bytes().map(u32::from).sum::<u32>() % 15 + 1 };
        if mask >> bit & 1 == 1 || (mask >> bit >> 16 & 1 == 1) {
            match others.get(&name) {
                Some(value) => drop(members.insert(name, value.clone())),
                None => drop(members.remove(&name)),
            }
        }
    }
    mixed
}

proptest! {
    #![proptest_config(config(512, 4_000))]

    #[test]
    fn what_is_shown_while_values_are_unknown_holds_once_they_are_known(case in case()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(case.run())?;
    }
}

impl Case {
    async fn run(&self) -> Result<(), TestCaseError> {
        let connect = service(self.kind);
        connect.add_instance(MemoryInstance::new("j", self.kind));
        let Some(prior) = self.prior(&connect).await else { return Ok(()) };
        let options = ResourceOptions::builder()
            .ignore_changes(self.ignored.iter().map(|path| (*path).to_owned()).collect())
            .replace_on_changes(self.replacing.iter().map(|path| (*path).to_owned()).collect())
            .build();
        let prior = prior.as_ref();
        let known = value(self.program.clone());
        // A program that is refused once all is known has no final plan.
        let Ok(last) = self.resource(&connect).diff(prior, &known, &options).await else { return Ok(()) };
        let unknown = self.unknown();
        let early = self.resource(&connect).diff(prior, &unknown, &options).await;
        let early = early.map_err(|failure| TestCaseError::fail(format!("{failure}: {unknown:?}")))?;
        let may_be_new = early.changes.iter().any(|change| change.forces_replacement);
        let found = match may_be_new && last.action != Action::Replace {
            // What the program sets is shown as it writes it.
            true => disagreement(&unset(&early.outputs, &unknown), &unset(&last.outputs, &unknown)),
            false => disagreement(&early.outputs, &last.outputs),
        };
        let found = found.or_else(|| {
            let written = unknown.clone();
            (may_be_new && self.ignored.is_empty())
                .then(|| changed_by_plan(&written, &early.outputs))
                .flatten()
        });
        prop_assert!(
            found.is_none(),
            "{}\nprior {:?}\ninputs {unknown:?}\nearly {:?}\nlast  {:?}",
            found.unwrap_or_default(),
            prior.map(|prior| &prior.outputs),
            early.outputs,
            last.outputs,
        );
        Ok(())
    }

    fn resource(&self, connect: &Arc<MemoryConnect>) -> Resource {
        let mut settings = Settings::default();
        if self.has_default_tags {
            settings.default_tags =
                [("a", "1"), ("owner", "ops")].map(|(key, value)| (key.into(), value.into())).into();
        }
        Resource::new(connect.clone(), settings)
    }

    /// The prior state; `None` if one of the programs cannot be applied.
    async fn prior(&self, connect: &Arc<MemoryConnect>) -> Option<Option<Snapshot>> {
        let resource = self.resource(connect);
        let options = ResourceOptions::default();
        let mut prior: Option<Snapshot> = None;
        for (left, program) in (0..self.applied.len()).rev().zip(&self.applied) {
            let inputs = value(program.clone());
            let planned = resource.diff(prior.as_ref(), &inputs, &options).await.ok()?;
            if let Some(old) = prior.take_if(|_| planned.action == Action::Replace) {
                resource.delete(&old, &options).await.ok()?;
            }
            if let Some(call) = self.failing.filter(|_| left == 0) {
                connect.inject(Fault::of_any(call, Outcome::Refused(ErrorKind::Throttled)));
            }
            let applied = match (&prior, self.stored) {
                (prior, Stored::Outputs) => {
                    resource.apply_planned(prior.as_ref(), &planned.outputs, &planned.kept, &inputs).await
                }
                (Some(prior), _) => resource.update(prior, &planned.inputs, &options).await,
                (None, _) => resource.create(&planned.inputs, &options).await,
            };
            connect.clear_faults();
            prior = match applied {
                Ok(applied) => Some(applied.snapshot),
                Err(failure) => failure.snapshot.map(|snapshot| *snapshot),
            };
        }
        let mut prior = match prior {
            Some(prior) => prior,
            None => return Some(None),
        };
        if let Some(what) = self.console {
            console(connect, what);
            prior = self.resource(connect).read(&prior).await.ok()??.snapshot;
        }
        Some(Some(match self.stored {
            Stored::Everything => resource.without_secrets(prior),
            Stored::Outputs => {
                let record = resource.write_record(&prior);
                resource.read_snapshot_beside(prior.outputs, &record).ok()?
            }
            Stored::Id => Snapshot::of(&prior.id()?.to_string()).ok()?,
        }))
    }

    /// The program while values are unknown.
    fn unknown(&self) -> Value {
        let mut program = self.program.clone();
        forget(&mut program, &self.places);
        for place in &self.members {
            let (block, member) = place.rsplit_once('/').unwrap_or_default();
            if let Some(Document::Object(block)) = program.pointer_mut(block) {
                block.insert(member.to_owned(), json!(PULUMI_UNKNOWN));
            }
        }
        value(program)
    }
}

const BLOCKS: [&str; 2] = ["identityInfo", "phoneConfig"];

/// The outputs without what the program sets.
fn unset(outputs: &Value, program: &Value) -> Value {
    let (Value::Map(members), Value::Map(_)) = (outputs, program) else { return outputs.clone() };
    let rest = members.iter().filter_map(|(name, value)| match program.get(name) {
        None | Some(Value::Null) => Some((name.clone(), value.clone())),
        Some(block @ Value::Map(_)) if BLOCKS.contains(&&**name) => Some((name.clone(), unset(value, block))),
        Some(_) => None,
    });
    Value::Map(rest.collect())
}

/// What the program sets, and the plan shows in another way.
fn changed_by_plan(program: &Value, outputs: &Value) -> Option<String> {
    let Value::Map(members) = program else { return None };
    let is_set = |(name, value): &&(String, Value)| *value != Value::Null && name != "password";
    members.iter().filter(is_set).find_map(|(name, value)| {
        let shown = outputs.get(name).unwrap_or(&Value::Null);
        match BLOCKS.contains(&&**name) && matches!(value, Value::Map(_)) {
            true => changed_by_plan(value, shown),
            false => (value != shown).then(|| format!("{name}: written as {value:?}, shown as {shown:?}")),
        }
    })
}

fn console(connect: &MemoryConnect, what: u8) {
    let users = ["i", "j"].map(InstanceId::from);
    let mut users = users.iter().flat_map(|at| connect.users(at).into_iter().map(move |user| (at, user)));
    let Some((instance, (user, _))) = users.next() else { return };
    connect.edit_user(instance, &user.user_id, |user, proficiencies| match what {
        0 => user.routing_profile_id = "r9".into(),
        1 => user.hierarchy_group_id = Some("g9".into()),
        2 => drop(user.tags.insert("console".into(), "yes".into())),
        3 => drop(user.tags.insert("a".into(), "9".into())),
        4 => drop(user.channels.after_contact_work.insert(Channel::Chat, AfterContactWork::new(45))),
        _ => proficiencies.clear(),
    });
}

/// Random programs come to these, too, but seldom.
#[tokio::test]
async fn what_may_be_taken_back_or_left_out_is_unknown() {
    let unknown = || json!(PULUMI_UNKNOWN);
    let block =
        |number: &str| json!({ "phoneConfig": { "phoneType": "DESK_PHONE", "deskPhoneNumber": number } });
    let voice = |number: Document| json!({ "phoneConfig": null, "phoneNumberConfigs": [{ "channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": number }] });
    let [one, other] = ["+16175550103", "+16175550104"];
    let soft = json!({ "phoneConfig": { "phoneType": "SOFT_PHONE" } });
    let open_type = json!({ "phoneConfig": { "phoneType": unknown() } });
    let renamed = |name: Document| json!({ "name": name, "securityProfileIds": ["s2", "s1"] });
    let named = json!({ "name": "jane", "securityProfileIds": ["s1", "s2"] });
    let moved = |instance: &str| json!({ "instanceId": instance, "hierarchyGroupId": "g2" });
    let open_instance = json!({ "instanceId": unknown(), "hierarchyGroupId": "g2" });
    let channels = json!({ "autoAcceptConfigs": [{ "channel": "CHAT", "autoAccept": true }] });
    let open_block = json!({ "name": "joan", "phoneConfig": unknown() });
    let open_list = json!({ "name": "joan", "phoneConfig": null, "phoneNumberConfigs": unknown() });
    let mut elsewhere = voice(json!(one));
    elsewhere["name"] = json!("joan");
    for (applied, early, lasts, ignored) in [
        (vec![block(one)], open_list, vec![elsewhere], Some("phoneConfig")),
        // The phone moves into the settings per channel: the block stays if they say the same.
        (vec![block(one)], voice(unknown()), vec![voice(json!(one)), voice(json!(other))], None),
        // A number that the block has set before goes with a soft phone.
        (vec![block(one), voice(json!(one))], open_type.clone(), vec![soft.clone()], None),
        (vec![block(one)], open_type, vec![soft.clone()], Some("phoneConfig.deskPhoneNumber")),
        (vec![], json!({ "phoneConfig": unknown() }), vec![soft.clone()], None),
        // The user may be replaced, and may not.
        (vec![named], renamed(unknown()), vec![renamed(json!("jane")), renamed(json!("joan"))], None),
        (
            vec![json!({ "hierarchyGroupId": "g1" })],
            open_instance,
            vec![moved("i"), moved("j")],
            Some("hierarchyGroupId"),
        ),
        // What is ignored stays, unless the block says it.
        (
            vec![channels],
            open_block,
            vec![
                json!({ "name": "joan" }),
                json!({ "name": "joan", "phoneConfig": { "phoneType": "SOFT_PHONE", "autoAccept": true } }),
            ],
            Some("autoAcceptConfigs"),
        ),
    ] {
        let connect = service(IdentityManagementType::Saml);
        connect.add_instance(MemoryInstance::new("j", IdentityManagementType::Saml));
        let resource = resource(&connect);
        let mut prior = None;
        for program in applied {
            prior = Some(match &prior {
                None => create(&resource, &inputs(program)).await,
                Some(prior) => update(&resource, prior, &inputs(program)).await.expect("an update"),
            });
        }
        let ignored = ignored.into_iter().map(str::to_owned).collect();
        let options = ResourceOptions::builder().ignore_changes(ignored).build();
        let plan = async |program: Document| {
            let planned = resource.diff(prior.as_ref(), &inputs(program), &options).await;
            planned.unwrap_or_else(|failure| panic!("{failure}")).outputs
        };
        let early = plan(early).await;
        for last in lasts {
            assert_is_within(&early, &plan(last).await);
        }
    }
}

/// Terraform refuses a plan that leaves open what the program says, and plans a replacement without the prior user.
#[tokio::test]
async fn what_the_program_sets_is_planned_as_written_where_the_user_may_be_replaced() {
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/security-profile/s1";
    let block = |limit: u32| json!({ "phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": limit });
    let entries = json!([{ "channel": "CHAT", "autoAccept": false }]);
    for (applied, set) in [
        (json!({ "securityProfileIds": ["s1"] }), json!({ "securityProfileIds": [arn] })),
        (json!({}), json!({ "autoAcceptConfigs": entries })),
        (json!({ "phoneConfig": block(30) }), json!({ "phoneConfig": block(0) })),
    ] {
        let connect = service(IdentityManagementType::Saml);
        let resource = resource(&connect);
        let prior = create(&resource, &inputs(applied)).await;
        for open in ["name", "instanceId"] {
            let mut members = set.clone();
            members[open] = json!(PULUMI_UNKNOWN);
            let program = inputs(members);
            let planned = resource.diff(Some(&prior), &program, &ResourceOptions::default()).await;
            let planned = planned.unwrap_or_else(|failure| panic!("{failure}"));
            assert!(planned.changes.iter().any(|change| change.forces_replacement), "{set}");
            assert_eq!(changed_by_plan(&program, &planned.outputs), None, "{set}");
        }
    }
}
