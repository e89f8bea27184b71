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

fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged).with_hidden_reads(2),
    );
    connect
}

pub fn fixture() -> Fixture {
    Fixture::new("1c2d")
}

async fn keeps(client: &dyn ConnectClient) {
    let breaches = check(client, &fixture()).await;
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
    empty.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged));
    keeps(&PersistentConnect::new(empty, file)).await;
}
