//! Values that are not known yet: a preview shows what may come of them.

use connect_user::{
    apply::{ApplyOptions, apply},
    client::memory::{MemoryConnect, MemoryInstance},
    diff::{Preview, Risk, plan, preview},
    read::refresh,
    user::{
        AfterContactWork, Channel, IdentityManagementType, PULUMI_UNKNOWN, Settings, SignOutOn, UserSpec,
        UserState, Value as Document, ignored_path,
    },
    validate::{Context, resolve},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

use crate::{
    random::{any_kind, document},
    support::{forget, operations, spec, state, with},
};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

fn connect(kind: IdentityManagementType) -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", kind));
    connect
}

/// A user as the document says, or `None` if there is none to be yet. Somebody may have set what no program manages.
async fn made(document: &Value, kind: IdentityManagementType, is_edited: bool) -> UserState {
    let (connect, settings) = (connect(kind), Settings::builder().identity_management(kind).build());
    let context = Context::builder().settings(settings.clone()).build();
    let desired = resolve(spec(document), &context).expect("valid").0;
    let plan = plan(desired, None, &settings).expect("a plan");
    let made = apply(&plan, None, &connect, &ApplyOptions::default()).await.expect("applied").state;
    let made = made.expect("a user");
    if is_edited {
        connect.edit_user(&"i".into(), &made.user_id, |user, _| {
            user.channels.after_contact_work.insert(Channel::Chat, AfterContactWork::new(45));
        });
    }
    refresh(&connect, &made).await.expect("read").expect("there")
}

/// The document with some of its places unknown; `None` if such a document cannot be.
fn with_unknowns(document: &Value, chosen: &[Index]) -> Option<UserSpec> {
    let mut partly = document.clone();
    forget(&mut partly, chosen);
    let partly: Document = serde_json::from_value(partly).expect("a value");
    UserSpec::decode(partly.with_pulumi_unknowns()).ok()
}

fn shown(preview: &Preview) -> Vec<(&'static str, Vec<Risk>)> {
    preview.steps.iter().map(|step| (step.operation.name(), step.risks.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the unknown values turn out to be, each call of the plan was shown, with its risks.
    #[test]
    fn each_call_that_comes_was_shown(
        (kind, before, after) in any_kind().prop_flat_map(|kind| {
            let before = proptest::option::weighted(0.8, document(kind, "jane"));
            (Just(kind), before, document(kind, "jane"))
        }),
        chosen in vec(any::<Index>(), 1..4),
        signs_out: bool,
        ignores: bool,
        is_edited: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let state = before.as_ref().map(|before| runtime.block_on(made(before, kind, is_edited)));
        let mut settings = Settings::builder().identity_management(kind).build();
        if signs_out {
            settings.sign_out_on = [SignOutOn::LostSecurityProfile, SignOutOn::ChangedEmail].into();
        }
        if ignores {
            let paths = ["afterContactWorkConfigs", "identityInfo.mobile"];
            settings.ignore_changes = paths.map(|path| ignored_path(path).expect("a path")).into();
        }
        let Some(partly) = with_unknowns(&after, &chosen) else { return Ok(()) };
        let early = preview(&partly, state.as_ref(), &settings);
        let late = preview(&spec(&after), state.as_ref(), &settings);
        if early.diff.action != late.diff.action {
            return Ok(());
        }
        for (operation, risks) in shown(&late) {
            let before = shown(&early);
            let there = before.iter().find(|(shown, _)| *shown == operation);
            prop_assert!(there.is_some(), "{operation} was not shown: {:?}\n{partly:?}", operations(&early));
            for risk in risks {
                let is_told = there.is_some_and(|(_, risks)| risks.contains(&risk));
                prop_assert!(is_told, "{risk:?} of {operation} was not told\n{partly:?}");
            }
        }
    }
}

fn saml(members: &[(&str, Value)]) -> Value {
    let names = [("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))];
    with(&[&names, members].concat())
}

#[test]
fn a_creation_with_unknown_values_adds_proficiencies_all_the_same() {
    let french = json!([{"attributeName": "connect:Language", "attributeValue": "fr", "level": 1}]);
    for (path, value) in [
        ("hierarchyGroupId", json!(PULUMI_UNKNOWN)),
        ("securityProfileIds", json!(["s1", PULUMI_UNKNOWN])),
        ("phoneConfig.deskPhoneNumber", json!(PULUMI_UNKNOWN)),
    ] {
        let document = saml(&[("userProficiencies", french.clone()), (path, value)]);
        let preview = preview(&spec(&document), None, &Settings::default());
        assert_eq!(operations(&preview), ["CreateUser", "AssociateUserProficiencies"], "{path}");
        assert!(preview.steps[1].call().is_some(), "{path}");
    }
}

#[test]
fn an_unknown_email_address_is_a_risk_also_beside_another_change() {
    let settings = Settings::builder().identity_management(IdentityManagementType::ConnectManaged).build();
    for last in ["Lee", "Roe"] {
        let members = [("identityInfo.lastName", json!(last)), ("identityInfo.email", json!(PULUMI_UNKNOWN))];
        let preview = preview(&spec(&saml(&members)), Some(&state(&saml(&[]))), &settings);
        assert_eq!(shown(&preview), [("UpdateUserIdentityInfo", vec![Risk::AccountTakeover])], "{last}");
    }
}

#[tokio::test]
async fn a_phone_that_may_change_may_overwrite_what_is_put_back() {
    let state = made(&saml(&[]), SAML, true).await;
    let document = saml(&[("phoneConfig.autoAccept", json!(PULUMI_UNKNOWN))]);
    let preview = preview(&spec(&document), Some(&state), &Settings::default());
    let expected = [("UpdateUserPhoneConfig", vec![Risk::Flattening]), ("UpdateUserConfig", vec![])];
    assert_eq!(shown(&preview), expected);
    assert!(preview.steps.iter().all(|step| step.possible && step.call().is_none()));
}
