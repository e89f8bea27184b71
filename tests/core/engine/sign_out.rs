//! Signing a user out that has lost rights, by an engine that keeps no journal: all that a killed process leaves is
//! what was stored before.

use std::{collections::BTreeSet, sync::Arc};

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, Outcome},
    },
    engine::{Resource, ResourceOptions, Snapshot},
    user::{
        IdentityManagementType::ConnectManaged,
        Operation::{self, DeleteAllEntitySessions},
        Settings, SignOutOn, Value,
    },
};
use serde_json::json;

use super::support::{changes, codes, create, diff, inputs, service, update, value};

/// A process of its own.
fn resource(connect: &Arc<MemoryConnect>, on: SignOutOn) -> Resource {
    Resource::new(connect.clone(), Settings::builder().sign_out_on(BTreeSet::from([on])).build())
}

fn agent(profiles: &[&str], email: &str) -> Value {
    let info = json!({ "firstName": "Jane", "lastName": "Roe", "email": email });
    inputs(json!({ "password": "Password123", "securityProfileIds": profiles, "identityInfo": info }))
}

async fn read(connect: &Arc<MemoryConnect>, on: SignOutOn, user: &Snapshot) -> Snapshot {
    resource(connect, on).read(user).await.expect("a reading").expect("the user").snapshot
}

/// A process ends with a call that was done, or before the first one.
fn kill_after(connect: &MemoryConnect, calls: u32) {
    if calls > 0 {
        connect.inject(Fault::of_any(calls, Outcome::AnswerLost));
    }
    (calls + 1..calls + 40).for_each(|call| connect.inject(Fault::of_any(call, Outcome::NoAnswer)));
}

#[tokio::test]
async fn a_kill_at_any_call_owes_the_sign_out() {
    let cases = [
        (
            SignOutOn::LostSecurityProfile,
            agent(&["s1"], "jane@example.com"),
            Operation::UpdateUserSecurityProfiles,
        ),
        (
            SignOutOn::ChangedEmail,
            agent(&["s1", "s2"], "joan@example.com"),
            Operation::UpdateUserIdentityInfo,
        ),
    ];
    for (on, desired, takes) in cases {
        for (calls, refreshes) in (0..12).flat_map(|calls| [(calls, false), (calls, true)]) {
            let connect = service(ConnectManaged);
            let stored = create(&resource(&connect, on), &agent(&["s1", "s2"], "jane@example.com")).await;
            connect.clear_calls();
            kill_after(&connect, calls);
            // Nothing of it is stored.
            drop(update(&resource(&connect, on), &stored, &desired).await);
            connect.clear_faults();
            let mut done = connect.calls();
            done.truncate(calls as usize);
            connect.clear_calls();
            let next = resource(&connect, on);
            let mut stored = if refreshes { read(&connect, on, &stored).await } else { stored };
            loop {
                let planned = diff(&next, Some(&stored), &desired).await;
                if planned.is_empty() {
                    break;
                }
                stored = match update(&next, &stored, &planned.inputs).await {
                    Ok(updated) => updated,
                    // Planned from what was stored, and it is no longer so.
                    Err(failure) => {
                        assert_eq!((codes(&failure), refreshes), (vec!["stale"], false));
                        *failure.snapshot.expect("the user")
                    }
                };
            }
            done.extend(connect.calls());
            let last = |operation| done.iter().rposition(|call| call.operation == operation);
            let (taken, ended) = (last(takes).expect("taken away"), last(DeleteAllEntitySessions));
            assert!(ended.is_some_and(|ended| ended > taken), "{on:?}, killed after {calls}: {done:?}");
            let again = read(&connect, on, &stored).await;
            assert!(diff(&next, Some(&again), &desired).await.is_empty());
        }
    }
}

#[tokio::test]
async fn whoever_takes_rights_away_the_user_is_signed_out_once() {
    let on = SignOutOn::LostSecurityProfile;
    let connect = service(ConnectManaged);
    let stored = create(&resource(&connect, on), &agent(&["s1", "s2"], "")).await;
    let id = stored.id().expect("an id").user;
    let console = |profiles: &[&str]| {
        let profiles: Vec<String> = profiles.iter().map(|&profile| profile.to_owned()).collect();
        connect.edit_user(&"i".into(), &id, |user, _| {
            user.security_profile_ids = profiles.into_iter().map(Into::into).collect();
        });
    };
    // More rights end no session.
    console(&["s1", "s2", "s3"]);
    let more = read(&connect, on, &stored).await;
    assert!(diff(&resource(&connect, on), Some(&more), &agent(&["s1", "s2", "s3"], "")).await.is_empty());
    console(&["s1"]);
    let fewer = read(&connect, on, &stored).await;
    // The record says so, and a further reading forgets nothing.
    let fewer = read(&connect, on, &serde_json::from_value(json!(fewer)).expect("a snapshot")).await;
    for (desired, changed) in
        [(agent(&["s1"], ""), &[][..]), (agent(&["s1", "s2"], ""), &["securityProfileIds"])]
    {
        let planned = diff(&resource(&connect, on), Some(&fewer), &desired).await;
        assert!(
            changes(&planned).iter().all(|place| changed.iter().any(|changed| place.starts_with(changed)))
        );
        assert!(!planned.is_empty());
    }
    let planned = diff(&resource(&connect, on), Some(&fewer), &agent(&["s1"], "")).await;
    assert_eq!(
        planned.diagnostics[0].message,
        "the user will be signed out, which is due since an earlier change"
    );
    connect.clear_calls();
    let done = update(&resource(&connect, on), &fewer, &agent(&["s1"], "")).await.expect("a sign-out");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions]);
    let again = read(&connect, on, &done).await;
    assert!(diff(&resource(&connect, on), Some(&again), &agent(&["s1"], "")).await.is_empty());
    // Who asks for no sign-outs gets none.
    let other = read(&connect, SignOutOn::Deletion, &stored).await;
    assert!(
        diff(&resource(&connect, SignOutOn::Deletion), Some(&other), &agent(&["s1"], "")).await.is_empty()
    );
}

/// What somebody else takes away after the plan is due, and no plan has shown it: the next one does.
#[tokio::test]
async fn an_apply_signs_nobody_out_whom_no_plan_has_shown() {
    let options = ResourceOptions::builder().ignore_changes(vec!["securityProfileIds".into()]).build();
    let changes = [
        (json!({ "routingProfileId": "r2" }), Operation::UpdateUserRoutingProfile),
        // For a part of a block, the user is read.
        (
            json!({ "identityInfo": { "firstName": "Joan", "lastName": "Roe" } }),
            Operation::UpdateUserIdentityInfo,
        ),
    ];
    let cases = [(false, false), (false, true), (true, false), (true, true)];
    for ((change, takes), (is_refused, is_read)) in
        changes.iter().flat_map(|change| cases.map(|case| (change, case)))
    {
        let connect = service(ConnectManaged);
        let users = || resource(&connect, SignOutOn::LostSecurityProfile);
        let created = create(&users(), &agent(&["s1", "s2"], "")).await;
        let mut desired = agent(&["s1", "s2"], "");
        let Value::Map(members) = &mut desired else { panic!("{desired:?}") };
        let Value::Map(change) = value(change.clone()) else { panic!("{change}") };
        members.retain(|(name, _)| change.iter().all(|(changed, _)| changed != name));
        members.extend(change);
        let plan = async |user: &Snapshot| {
            let planned = users().diff(Some(user), &desired, &options).await.expect("a plan");
            (!planned.is_empty()).then_some(planned)
        };
        let planned = plan(&created).await.expect("a change");
        connect.edit_user(&"i".into(), &created.id().expect("an id").user, |user, _| {
            user.security_profile_ids = std::iter::once("s1".into()).collect();
        });
        connect.clear_calls();
        if is_refused {
            connect.inject(Fault::of(*takes, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        }
        let mut user = match users().update(&created, &planned.inputs, &options).await {
            Ok(updated) => updated.snapshot,
            Err(failure) => *failure.snapshot.expect("the user"),
        };
        assert_eq!(connect.writes(), [*takes]);
        if is_read {
            user = read(&connect, SignOutOn::LostSecurityProfile, &user).await;
        }
        connect.clear_calls();
        while let Some(planned) = plan(&user).await {
            user = users().update(&user, &planned.inputs, &options).await.expect("an update").snapshot;
        }
        let (left, made) = ([*takes, DeleteAllEntitySessions], usize::from(!is_refused));
        assert_eq!(connect.writes(), left[made..], "{takes:?}");
    }
}
