//! What a host keeps, in JSON: one user's state, users of a fleet, and the file of the service in memory.

#![no_main]

use connect_user::{
    client::memory::MemoryConnect,
    fleet::{MemoryStore, export_json, import_json},
    user::{CreationAttempt, UserState},
};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(state) = serde_json::from_slice::<UserState>(bytes) {
        let written = serde_json::to_string(&state).expect("a state is JSON");
        let read: UserState = serde_json::from_str(&written).expect("what is written is read");
        assert_eq!(serde_json::to_string(&read).expect("a state is JSON"), written);
    }
    drop(serde_json::from_slice::<CreationAttempt>(bytes));
    drop(MemoryConnect::load(bytes));

    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let (store, again) = (MemoryStore::default(), MemoryStore::default());
        if import_json(&store, bytes).await.is_ok() {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            export_json(&store, &mut first).await.expect("users are JSON");
            import_json(&again, &*first).await.expect("what is written is read");
            export_json(&again, &mut second).await.expect("users are JSON");
            assert!(first == second, "{}", String::from_utf8_lossy(&first));
        }
    });
});
