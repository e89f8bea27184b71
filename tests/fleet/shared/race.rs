//! Two processes that write one state at once.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use connect_user::fleet::{SharedLocation, SharedStore, StateStore, StoreError, load_all};

use super::servers::{Kind, Server};
use crate::suite::put;

/// How many users each process records.
const EACH: usize = 12;

/// One of the processes: each user is recorded by a run of its own, every other one under the lease.
#[tokio::test]
#[ignore = "another test runs it as a process"]
async fn racer() {
    let set = |name| std::env::var(name).unwrap_or_default();
    let (url, who) = (set("RACE_STATE"), set("RACE_NAME"));
    if url.is_empty() {
        return;
    }
    for number in 0..EACH {
        loop {
            match record(&url, &who, number).await {
                Ok(()) => break,
                Err(StoreError::Leased { .. } | StoreError::Changed { .. }) => {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(5..40))).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn record(url: &str, who: &str, number: usize) -> Result<(), StoreError> {
    let store = SharedStore::open(SharedLocation::parse(url).await?, who).await?;
    let before = load_all(&store).await?.len();
    let is_locked = number.is_multiple_of(2);
    if is_locked {
        store.lock().await?;
    }
    store.commit(&[put(&format!("{who}-{number}"))]).await?;
    assert_eq!(load_all(&store).await?.len(), before + 1);
    if is_locked { store.unlock().await } else { Ok(()) }
}

fn race(url: &str, environment: &[(&str, String)]) {
    let start = |who: &str| {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "shared::race::racer", "--ignored"])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("RACE_STATE", url)
            .env("RACE_NAME", who)
            .stdout(Stdio::null())
            .spawn()
            .expect("started")
    };
    let racers = ["ana@one", "bob@two"].map(start);
    for mut racer in racers {
        assert!(racer.wait().expect("ended").success());
    }
}

fn assert_all_are_there<'a>(names: impl IntoIterator<Item = &'a String>) {
    let mut expected: Vec<String> = ["ana@one", "bob@two"]
        .iter()
        .flat_map(|who| (0..EACH).map(move |number| format!("{who}-{number}")))
        .collect();
    expected.sort();
    assert_eq!(names.into_iter().cloned().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn two_processes_lose_no_record_in_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}/users", folder.path().display());
    race(&url, &[]);
    let store = SharedStore::open(SharedLocation::parse(&url).await.expect("a location"), "cyd@three")
        .await
        .expect("open");
    assert_all_are_there(load_all(&store).await.expect("all").keys());
}

#[tokio::test]
async fn two_processes_lose_no_record_in_a_bucket() {
    for server in Kind::ALL.into_iter().filter_map(Server::start) {
        race(&server.state_url(), &server.environment());
        let location = SharedLocation::new(server.store(), "team/users").expect("a location");
        let store = SharedStore::open(location, "cyd@three").await.expect("open");
        assert_all_are_there(load_all(&store).await.expect("all").keys());
    }
}
