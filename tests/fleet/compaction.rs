//! The store's file is compacted at the end of an apply, and nobody is lost meanwhile.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use connect_user::fleet::{EmbeddedStore, Entry, StateStore, StoreChange, load_all};

use crate::suite::entry_of;

/// So many users are written, and one in five of them stays.
const USERS: usize = 3_000;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

fn name(number: usize) -> String {
    format!("agents[{number}]")
}

/// Who is recorded in the end.
fn truth() -> BTreeMap<String, Entry> {
    (0..USERS).step_by(5).map(|number| (name(number), entry_of(&name(number), "u1"))).collect()
}

/// A store in whose file much is unused, as after many small commits.
fn wasteful(path: &Path) -> EmbeddedStore {
    let store = EmbeddedStore::open(path).expect("a store");
    let put = (0..USERS).map(|number| StoreChange::put(name(number), entry_of(&name(number), "u1")));
    let gone = (0..USERS).filter(|number| number % 5 != 0).map(|number| StoreChange::remove(name(number)));
    for changes in [put.collect::<Vec<_>>(), gone.collect()] {
        runtime().block_on(store.commit(&changes)).expect("committed");
    }
    store
}

fn all(store: &dyn StateStore) -> BTreeMap<String, Entry> {
    runtime().block_on(load_all(store)).expect("all")
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).expect("a file").len()
}

#[test]
fn the_end_of_an_apply_compacts_a_file_of_which_much_is_unused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let store = wasteful(&path);
    let before = size(&path);
    runtime().block_on(store.unlock()).expect("compacted");
    let after = size(&path);
    assert!(after * 2 < before, "{after} of {before} bytes are left");
    assert_eq!(all(&store), truth());
    // It can be written as before, and few bytes are not worth another look.
    runtime().block_on(store.commit(&[StoreChange::remove(name(0))])).expect("committed");
    runtime().block_on(store.unlock()).expect("nothing to do");
    drop(store);
    assert_eq!(all(&EmbeddedStore::open_to_read(&path).expect("a store")).len(), truth().len() - 1);
}

#[test]
fn who_reads_meanwhile_sees_everybody() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let store = wasteful(&path);
    let (before, truth, has_ended) = (size(&path), truth(), AtomicBool::new(false));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let open = EmbeddedStore::open_to_read(&path).expect("a store");
                    let mut times = 0;
                    while !has_ended.load(Ordering::Relaxed) || times == 0 {
                        assert_eq!(all(&open), truth);
                        assert_eq!(all(&EmbeddedStore::open_to_read(&path).expect("a store")), truth);
                        times += 1;
                    }
                })
            })
            .collect();
        for _ in 0..5 {
            runtime().block_on(store.unlock()).expect("compacted, or put off");
            thread::sleep(Duration::from_millis(20));
        }
        has_ended.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().expect("no panic"));
    });
    // What was put off because of them is done.
    runtime().block_on(store.unlock()).expect("compacted");
    assert!(size(&path) * 2 < before);
    assert_eq!(all(&store), truth);
}

/// A process that compacts a file.
#[test]
#[ignore = "for the next test, in a process of its own"]
fn a_run_that_compacts() {
    let store = wasteful(&PathBuf::from(std::env::var_os("TEST_STORE").expect("a path")));
    println!("begins");
    runtime().block_on(store.unlock()).expect("compacted");
    println!("has ended");
}

#[test]
fn a_kill_at_any_moment_loses_nobody() {
    const KILLS: u32 = 8;
    let directory = tempfile::tempdir().expect("a directory");
    let whole = directory.path().join("whole.redb");
    let store = wasteful(&whole);
    let (before, began) = (size(&whole), Instant::now());
    runtime().block_on(store.unlock()).expect("compacted");
    let took = began.elapsed();
    assert!(size(&whole) * 2 < before, "this is how long a compaction takes");
    let mut cut_short = 0;
    for kill in 0..KILLS {
        let path = directory.path().join(format!("users-{kill}.redb"));
        let mut run = Command::new(std::env::current_exe().expect("this program"))
            .args(["--ignored", "--exact", "compaction::a_run_that_compacts", "--nocapture"])
            .env("TEST_STORE", &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut said = BufReader::new(run.stdout.take().expect("its output")).lines().map_while(Result::ok);
        assert!(said.any(|line| line.ends_with("begins")));
        thread::sleep(took * kill / KILLS);
        run.kill().expect("killed");
        run.wait().expect("it ends");
        cut_short += u32::from(!said.any(|line| line.ends_with("has ended")));
        // A reader first: it finds the file as the kill has left it.
        assert_eq!(all(&EmbeddedStore::open_to_read(&path).expect("a store")), truth(), "kill {kill}");
        let store = EmbeddedStore::open(&path).expect("a store");
        assert_eq!(all(&store), truth(), "kill {kill}");
        runtime().block_on(store.commit(&[StoreChange::remove(name(0))])).expect("committed");
    }
    assert!(cut_short > 0, "no kill came before the end");
}
