//! The store's file in a hostile world: damage, links, other first runs.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Barrier,
    thread,
};

use connect_user::fleet::{EmbeddedStore, Entry, StateStore, StoreChange, StoreError, load_all};

use crate::support::*;

fn put(name: &str, id: &str) -> StoreChange {
    StoreChange::put(name.to_owned(), Entry::new(state(&document(name), id)))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

/// A store that several commits have written, some over each other.
fn filled(path: &Path) {
    let store = EmbeddedStore::open(path).expect("a store");
    for round in 0..4 {
        let changes: Vec<StoreChange> = (0..60)
            .filter(|user| user % (round + 1) == 0)
            .map(|user| put(&format!("user-{user:03}"), &format!("id-{user}-{round}")))
            .chain([StoreChange::remove(format!("user-{:03}", 7 * (round + 1)))])
            .collect();
        runtime().block_on(store.commit(&changes)).expect("committed");
    }
}

/// Damages a copy of a file in one of the ways in which disks, copies and people do.
fn damage(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let len = bytes.len();
    // The tables are near the beginning: half of all damage is there.
    let place = |random: &mut fastrand::Rng| {
        let end = if random.bool() { len } else { len / 8 };
        random.usize(..end.max(1))
    };
    match random.u8(..8) {
        0 => bytes.truncate(place(random)),
        1 => {
            let (from, count) = (place(random), random.usize(1..20_000));
            bytes[from..(from + count).min(len)].fill(0);
        }
        2 => {
            let (from, to, count) = (place(random), place(random), random.usize(1..10_000));
            let piece = bytes[from..(from + count).min(len)].to_vec();
            let end = (to + piece.len()).min(len);
            bytes[to..end].copy_from_slice(&piece[..end - to]);
        }
        3 => bytes.extend((0..random.usize(1..10_000)).map(|_| 0_u8)),
        _ => {
            for _ in 0..random.usize(1..9) {
                let place = place(random);
                bytes[place] ^= 1 << random.u8(..8);
            }
        }
    }
}

/// How many damaged files are tried; more by `CONNECT_USER_DAMAGES`.
fn damages() -> u64 {
    std::env::var("CONNECT_USER_DAMAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(120)
}

#[test]
fn a_damaged_file_is_an_error_or_gives_what_was_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    filled(&path);
    let whole = fs::read(&path).expect("bytes");
    let truth =
        runtime().block_on(load_all(&EmbeddedStore::open_to_read(&path).expect("a store"))).expect("all");
    let mut noticed = 0;
    for seed in 0..damages() {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = whole.clone();
        damage(&mut bytes, &mut random);
        fs::write(&path, &bytes).expect("written");
        let opened =
            if random.bool() { EmbeddedStore::open(&path) } else { EmbeddedStore::open_to_read(&path) };
        let read = opened.and_then(|store| {
            let all = runtime().block_on(load_all(&store))?;
            runtime().block_on(store.get("user-042"))?;
            match runtime().block_on(store.commit(&[put("new", "id-new")])) {
                Ok(()) | Err(StoreError::ReadOnly { .. }) => Ok(all),
                Err(error) => Err(error),
            }
        });
        match read {
            Ok(all) => assert_eq!(all, truth, "seed {seed}: wrong users"),
            Err(StoreError::Damaged { .. }) => noticed += 1,
            Err(StoreError::Failed { reason, .. }) => {
                panic!("seed {seed}: damage is called a failure: {reason}")
            }
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    assert!(noticed > damages() / 4, "the damage of this test is noticed: {noticed}");
}

#[cfg(unix)]
#[test]
fn a_planted_link_is_not_followed_and_a_planted_file_is_not_taken() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = tempfile::tempdir().expect("a directory");
    let (path, target) = (directory.path().join("users.redb"), directory.path().join("precious"));
    fs::write(&target, "precious").expect("written");
    symlink(&target, directory.path().join("users.redb.new")).expect("a link");
    EmbeddedStore::open(&path).expect("a store");
    assert_eq!(fs::read_to_string(&target).expect("text"), "precious");
    fs::remove_file(&path).expect("removed");
    let planted = directory.path().join("users.redb.new");
    fs::remove_file(&planted).expect("removed");
    fs::write(&planted, "").expect("planted");
    fs::set_permissions(&planted, fs::Permissions::from_mode(0o666)).expect("open to all");
    EmbeddedStore::open(&path).expect("a store");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let left: Vec<PathBuf> = fs::read_dir(directory.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(left.len(), 3, "nothing else is left: {left:?}");
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_and_a_folder_in_the_way_are_errors() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    std::os::unix::fs::symlink(directory.path().join("elsewhere"), &path).expect("a link");
    let error = EmbeddedStore::open(&path).expect_err("no store");
    assert!(matches!(error, StoreError::Failed { .. }), "{error:?}");
    assert!(!directory.path().join("elsewhere").exists());
    let within = directory.path().join("file/users.redb");
    fs::write(directory.path().join("file"), "").expect("written");
    for error in [EmbeddedStore::open(&within), EmbeddedStore::open_to_read(&within)] {
        let error = error.expect_err("no folder");
        assert!(error.to_string().contains("file/users.redb` cannot be read or written"), "{error}");
    }
    let error = EmbeddedStore::open(directory.path()).expect_err("a folder");
    assert!(error.to_string().ends_with("it is no file"), "{error}");
}

#[test]
fn of_many_first_runs_at_once_one_writes_and_the_others_are_told() {
    for _ in 0..10 {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("deep/users.redb");
        let barrier = Barrier::new(8);
        let outcomes: Vec<bool> = thread::scope(|scope| {
            let run = || {
                barrier.wait();
                match EmbeddedStore::open(&path) {
                    Ok(store) => {
                        runtime().block_on(store.commit(&[put("jane", "id")])).expect("committed");
                        true
                    }
                    Err(StoreError::InUse { .. }) => false,
                    Err(error) => panic!("{error}"),
                }
            };
            let runs: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().expect("no panic")).collect()
        });
        assert!(outcomes.contains(&true));
        let store = EmbeddedStore::open(&path).expect("whole");
        assert_eq!(runtime().block_on(load_all(&store)).expect("all").len(), 1);
        let files = fs::read_dir(directory.path().join("deep")).expect("a folder").count();
        assert_eq!(files, 1, "nothing else is left");
    }
}

/// One of many processes that begin at once.
#[test]
#[ignore = "for the next test, in a process of its own"]
fn a_first_run() {
    let path = PathBuf::from(std::env::var_os("TEST_STORE").expect("a path"));
    let name = std::env::var("TEST_NAME").expect("a name");
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).expect("the word");
    match EmbeddedStore::open(&path) {
        Ok(store) => {
            runtime().block_on(store.commit(&[put(&name, "id")])).expect("committed");
            println!("wrote {name}.");
        }
        Err(StoreError::InUse { .. }) => println!("waits"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn of_many_first_processes_at_once_nobody_s_users_are_lost() {
    for _ in 0..8 {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("deep/users.redb");
        let start = |number: usize| {
            Command::new(std::env::current_exe().expect("this program"))
                .args(["--ignored", "--exact", "damage::a_first_run", "--nocapture"])
                .env("TEST_STORE", &path)
                .env("TEST_NAME", format!("user-{number}"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it runs")
        };
        let mut runs: Vec<_> = (0..6).map(start).collect();
        for run in &mut runs {
            let output = run.stdout.as_mut().expect("its output");
            let mut said = String::new();
            // Byte by byte: what it says later is not for this reader.
            while !said.contains("ready") {
                let mut byte = [0];
                output.read_exact(&mut byte).expect("a byte");
                said.push(char::from(byte[0]));
            }
        }
        for run in &mut runs {
            run.stdin.take().expect("its input").write_all(b"go\n").expect("told");
        }
        let mut wrote = Vec::new();
        for run in runs {
            let output = run.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
            wrote.extend(
                said.split_once("wrote ").and_then(|(_, rest)| Some(rest.split_once('.')?.0.to_owned())),
            );
        }
        wrote.sort();
        assert!(!wrote.is_empty(), "somebody writes");
        let store = EmbeddedStore::open(&path).expect("whole");
        let all = runtime().block_on(load_all(&store)).expect("all");
        assert_eq!(all.into_keys().collect::<Vec<_>>(), wrote);
        assert_eq!(
            fs::read_dir(directory.path().join("deep")).expect("a folder").count(),
            1,
            "nothing else is left"
        );
    }
}

#[test]
fn a_file_of_an_earlier_version_is_named_as_such() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let mut bytes = b"redb\x1a\x0a\xa9\x0d\x0a".to_vec();
    bytes.resize(8_192, 1);
    fs::write(&path, bytes).expect("written");
    let error = EmbeddedStore::open(&path).expect_err("an earlier version");
    assert!(matches!(error, StoreError::Version { found: 1, known: 3, .. }), "{error:?}");
    assert!(error.help().contains("export it as JSON"), "{}", error.help());
}
