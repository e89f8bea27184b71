//! What is asked of an instance: once, unless that failed.

use connect_user::{
    client::{
        ApiCall, Around, ClientResult, Decorated, ErrorKind, Next,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    engine::{Naming, Resource, ResourceOptions},
    user::{
        IdentityManagementType::{ConnectManaged, Saml},
        Operation, Settings,
    },
};
use serde_json::json;
use std::sync::Arc;

use super::support::{codes, diff, inputs, resource, service};

const THROTTLED: Outcome = Outcome::Refused(ErrorKind::Throttled);
const DENIED: Outcome = Outcome::Refused(ErrorKind::AccessDenied);

fn named() -> Arc<MemoryConnect> {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", Saml)
            .with_named_routing_profile("r1", "Agents")
            .with_named_security_profile("s1", "Agent"),
    );
    Arc::new(connect)
}

fn operations(connect: &MemoryConnect) -> Vec<Operation> {
    connect.calls().into_iter().map(|call| call.operation).collect()
}

#[tokio::test]
async fn a_call_that_failed_is_made_again() {
    for operation in [Operation::DescribeInstance, Operation::ListRoutingProfiles] {
        let connect = named();
        let (resource, desired) = (resource(&connect), inputs(json!({ "routingProfileId": "name:Agents" })));
        connect.inject(Fault::of(operation, 1, THROTTLED));
        let failure = resource.diff(None, &desired, &ResourceOptions::default()).await;
        assert!(failure.is_err(), "{operation}: {failure:?}");
        connect.clear_calls();
        diff(&resource, None, &desired).await;
        assert!(operations(&connect).contains(&operation), "{operation}");
        connect.clear_calls();
        diff(&resource, None, &desired).await;
        assert_eq!(operations(&connect), [], "{operation} is asked once");
    }
}

/// Others have their turn while a call is made.
#[derive(Debug)]
struct Slow;

impl Around for Slow {
    async fn around<T: Send + 'static>(&self, _call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        tokio::task::yield_now().await;
        next.call().await
    }
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_wait_for_it() {
    let connect = service(Saml);
    let resource = Resource::new(Decorated::with(connect.clone(), Slow), Settings::default());
    let (desired, options) = (inputs(json!({})), ResourceOptions::default());
    connect.inject(Fault::of(Operation::DescribeInstance, 1, THROTTLED));
    let plan = || resource.diff(None, &desired, &options);
    let (one, two, three) = tokio::join!(plan(), plan(), plan());
    for failure in [one, two, three] {
        let failure = failure.expect_err("throttled");
        assert_eq!((codes(&failure), failure.kind), (vec!["call-failed"], Some(ErrorKind::Throttled)));
    }
    assert_eq!(operations(&connect), [Operation::DescribeInstance]);
}

#[tokio::test]
async fn what_may_not_be_asked_is_told_once() {
    let connect = service(Saml);
    let resource = resource(&connect);
    connect.inject(Fault::of(Operation::DescribeInstance, 1, DENIED));
    let notes = |planned: connect_user::engine::Planned| planned.diagnostics;
    let said = notes(diff(&resource, None, &inputs(json!({}))).await);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].code, "not-checked");
    assert_eq!(said[0].help.as_deref(), Some("allow `connect:DescribeInstance`"));
    assert!(notes(diff(&resource, None, &inputs(json!({}))).await).is_empty());
    // The same of ids that are to be checked.
    let resource = super::support::resource(&connect).with_checked_ids(true);
    connect.inject(Fault::of(Operation::ListRoutingProfiles, 1, DENIED));
    let checked = resource.check(&inputs(json!({})), None, &Naming::of("jane")).await.expect("a check");
    assert_eq!(
        checked.diagnostics.iter().map(|found| found.code.as_str()).collect::<Vec<_>>(),
        ["not-checked"]
    );
    assert!(checked.is_valid());
}

#[tokio::test]
async fn an_instance_that_is_not_as_the_host_says_is_refused() {
    let connect = service(Saml);
    let says = |kind| Resource::new(connect.clone(), Settings::builder().identity_management(kind).build());
    diff(&says(Saml), None, &inputs(json!({}))).await;
    let failure = says(ConnectManaged).diff(None, &inputs(json!({})), &ResourceOptions::default()).await;
    let failure = failure.expect_err("another kind");
    assert_eq!(codes(&failure), ["settings-differ"]);
    let expected = "the instance `i` manages identities with `SAML`, not with `CONNECT_MANAGED`";
    assert_eq!(failure.diagnostics[0].message, expected);
    let failure = says(ConnectManaged).check(&inputs(json!({})), None, &Naming::of("jane")).await;
    assert_eq!(codes(&failure.expect_err("another kind")), ["settings-differ"]);
}
