//! The contract: kept by the service in memory, by pointers and decorators.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use connect_user::{
    client::{
        conformance::{Fixture, check},
        memory::{MemoryConnect, MemoryFile, MemoryInstance, PersistentConnect},
        *,
    },
    user::IdentityManagementType,
};

use crate::timer;

/// An instance with the groups of the [fixture](with_groups).
fn instance() -> MemoryInstance {
    MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged)
        .with_named_hierarchy_group("group-1", ["group-1"])
        .with_named_hierarchy_group("group-2", ["group-1", "group-2"])
        .with_traffic_distribution_group("shared-1", "Both Regions", ["u1"])
        .with_workspace("workspace-1", "Sales", ["u1"], ["routing-1"])
}

/// A service whose new users cannot be seen at once.
pub fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(instance().with_hidden_reads(2));
    connect
}

pub fn fixture() -> Fixture {
    Fixture::new("1c2d")
}

pub fn with_groups() -> Fixture {
    let mut fixture = fixture();
    fixture.child_group = Some("group-2".into());
    fixture
}

async fn keeps(client: &dyn ConnectClient) {
    let breaches = check(client, &with_groups()).await;
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[tokio::test(start_paused = true)]
async fn every_client_here_keeps_the_contract() {
    keeps(&connect()).await;
    keeps(&&connect()).await;
    keeps(&Box::new(connect())).await;
    keeps(&Arc::new(connect())).await;
    keeps(&Retrying::new(connect(), RetryPolicy::default(), timer())).await;
    keeps(&Traced::new(connect())).await;
    let rate = Rate::new(Duration::from_millis(10), NonZeroU32::MIN);
    let paced = Paced::new(connect(), Arc::new(TokenBuckets::new(rate, timer())));
    keeps(&paced).await;
    keeps(&Retrying::new(paced, RetryPolicy::default(), timer())).await;
    keeps(&Delayed::new(connect(), Duration::from_millis(10), timer())).await;
    let directory = tempfile::tempdir().expect("a directory");
    let (file, empty) = MemoryFile::open(directory.path().join("service.json")).expect("a file");
    empty.add_instance(instance());
    keeps(&PersistentConnect::new(empty, file)).await;
}
