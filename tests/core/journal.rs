//! The file of the service in memory: what is saved whole, what is appended, and what a kill leaves.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use connect_user::{
    client::{
        memory::{LoadError, MemoryConnect, MemoryFile, MemoryInstance, OpenError, PersistentConnect},
        *,
    },
    user::{IdentityManagementType, InstanceId, Proficiencies, ProficiencyKey, Tags, UserId},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::memory::{creation, now};

/// Something that changes a service, or that somebody only asks.
#[derive(Clone, Debug)]
enum Step {
    Instance(&'static str, Option<usize>),
    AnyInstance(IdentityManagementType),
    Create(&'static str, &'static str),
    /// A call about a user of those made so far, counted round and round.
    Call(usize, Call),
    Describe(&'static str),
    QuickConnect(&'static str, &'static str),
    DeleteQuickConnect(&'static str, &'static str),
    Later(u64),
    Save,
    Append,
}

#[derive(Clone, Debug)]
enum Call {
    Delete,
    Routing(&'static str),
    LastName(&'static str),
    Tag(&'static str),
    Untag(&'static str),
    Associate(u8),
    Disassociate,
    Rename(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let text = |texts: &'static [&'static str]| proptest::sample::select(texts);
    let instance = move || text(&["i", "j", "k"]);
    let call = prop_oneof![
        Just(Call::Delete),
        text(&["r1", "r2"]).prop_map(Call::Routing),
        text(&["Low", "Ōtani \"\\n\u{202e}"]).prop_map(Call::LastName),
        text(&["a", "b"]).prop_map(Call::Tag),
        text(&["a", "b"]).prop_map(Call::Untag),
        (0..7u8).prop_map(Call::Associate),
        Just(Call::Disassociate),
        text(&["ann", "Bea", "eve"]).prop_map(Call::Rename),
    ];
    prop_oneof![
        2 => (instance(), proptest::option::of(1..5usize)).prop_map(|(id, quota)| Step::Instance(id, quota)),
        1 => proptest::sample::select(IdentityManagementType::ALL).prop_map(Step::AnyInstance),
        6 => (instance(), text(&["ann", "bea", "cyd", "dot"])).prop_map(|(id, name)| Step::Create(id, name)),
        9 => (0..20usize, call).prop_map(|(user, call)| Step::Call(user, call)),
        1 => instance().prop_map(Step::Describe),
        1 => (instance(), text(&["q", "p"])).prop_map(|(id, name)| Step::QuickConnect(id, name)),
        1 => (instance(), text(&["q", "p"])).prop_map(|(id, name)| Step::DeleteQuickConnect(id, name)),
        2 => (0..2_000u64).prop_map(Step::Later),
        1 => Just(Step::Save),
        4 => Just(Step::Append),
    ]
}

/// A service, and the file that it is written to.
struct Written {
    connect: MemoryConnect,
    file: Vec<u8>,
    made: Vec<(InstanceId, CreatedUser)>,
}

impl Written {
    fn new() -> Self {
        let mut this = Self { connect: MemoryConnect::new(), file: Vec::new(), made: Vec::new() };
        this.save();
        this
    }

    fn save(&mut self) {
        self.file.clear();
        self.connect.save(&mut self.file).expect("saved");
    }

    fn append(&mut self) -> usize {
        let before = self.file.iter().filter(|byte| **byte == b'\n').count();
        let lines = self.connect.append_changes(&mut self.file).expect("appended");
        assert_eq!(self.file.iter().filter(|byte| **byte == b'\n').count(), before + lines);
        lines
    }

    fn user(&self, number: usize) -> Option<&(InstanceId, CreatedUser)> {
        self.made.get(number % self.made.len().max(1))
    }

    /// Does it; what the service refuses changes nothing.
    fn run(&mut self, step: Step) {
        let connect = &self.connect;
        match step {
            Step::Instance(id, quota) => {
                let instance = MemoryInstance::new(id, IdentityManagementType::ConnectManaged)
                    .with_hidden_reads(quota.map_or(0, |quota| (quota % 2) as u32));
                connect.add_instance(match quota {
                    Some(quota) => instance.with_user_quota(quota),
                    None => instance,
                });
            }
            Step::AnyInstance(kind) => connect.add_any_instance(kind),
            Step::Create(instance, name) => {
                let request = creation(&[("name", json!(name)), ("instanceId", json!(instance))]);
                if let Ok(created) = now(connect.create_user(&request)) {
                    self.made.push((instance.into(), created));
                }
            }
            Step::Call(number, call) => {
                if let Some((instance, user)) = self.user(number) {
                    let _ = call_of(connect, instance, user, call);
                }
            }
            Step::Describe(id) => {
                let _ = now(connect.describe_instance(&DescribeInstance::new(id)));
            }
            Step::QuickConnect(id, name) => {
                let user_id = self.user(0).map(|(_, user)| user.user_id.clone());
                let (quick_connect_id, name) = (name.to_owned(), name.to_uppercase());
                connect.add_quick_connect(
                    &id.into(),
                    QuickConnectSummary::new(quick_connect_id, name).user_id(user_id),
                );
            }
            Step::DeleteQuickConnect(id, name) => {
                let request = DeleteQuickConnect::new(id, name.to_owned());
                let _ = now(connect.delete_quick_connect(&request));
            }
            Step::Later(millis) => connect.set_time(connect.time().plus(Duration::from_millis(millis))),
            Step::Save => self.save(),
            Step::Append => drop(self.append()),
        }
    }
}

fn call_of(
    connect: &MemoryConnect,
    instance: &InstanceId,
    user: &CreatedUser,
    call: Call,
) -> ClientResult<()> {
    let (instance_id, user_id, arn) = (instance.clone(), user.user_id.clone(), user.arn.clone());
    let language = || ProficiencyKey::new("language", "fr");
    match call {
        Call::Delete => now(connect.delete_user(&DeleteUser::new(instance_id, user_id))),
        Call::Routing(id) => {
            let request = UpdateUserRoutingProfile::new(instance_id, user_id, id);
            now(connect.update_user_routing_profile(&request))
        }
        Call::LastName(name) => {
            let identity = connect_user::user::Identity::builder().first_name("Ann").last_name(name).build();
            let request = UpdateUserIdentityInfo::new(instance_id, user_id, identity);
            now(connect.update_user_identity_info(&request))
        }
        Call::Tag(key) => {
            let tags = Tags::from([(key.to_owned(), "a\n\u{2028}\"".to_owned())]);
            now(connect.tag_resource(&TagResource::new(arn, tags)))
        }
        Call::Untag(key) => {
            let keys = BTreeSet::from([key.to_owned()]);
            now(connect.untag_resource(&UntagResource::new(arn, keys)))
        }
        Call::Associate(level) => {
            let proficiencies = Proficiencies::from([(language(), level)]);
            let request = AssociateUserProficiencies::new(instance_id, user_id, proficiencies);
            now(connect.associate_user_proficiencies(&request))
        }
        Call::Disassociate => {
            let proficiencies = BTreeSet::from([language()]);
            let request = DisassociateUserProficiencies::new(instance_id, user_id, proficiencies);
            now(connect.disassociate_user_proficiencies(&request))
        }
        Call::Rename(name) => {
            connect.edit_user(instance, &user.user_id, |user, _| user.name = name.to_owned());
            Ok(())
        }
    }
}

fn saved(connect: &MemoryConnect) -> String {
    let mut file = Vec::new();
    connect.save(&mut file).expect("saved");
    String::from_utf8(file).expect("text")
}

fn check_same(loaded: &MemoryConnect, connect: &MemoryConnect) {
    for id in ["i", "j", "k"] {
        assert_eq!(loaded.users(&id.into()), connect.users(&id.into()));
    }
    assert_eq!(loaded.time(), connect.time());
    assert_eq!(saved(loaded), saved(connect));
}

proptest! {
    #[test]
    fn whatever_is_appended_loads_to_the_same_service(steps in proptest::collection::vec(step(), 0..60)) {
        let mut written = Written::new();
        for step in steps {
            written.run(step);
        }
        written.append();
        prop_assert_eq!(written.append(), 0, "nothing is left");
        check_same(&MemoryConnect::load(written.file.as_slice()).expect("loaded"), &written.connect);
    }

    #[test]
    fn a_loaded_service_goes_on(
        before in proptest::collection::vec(step(), 0..20),
        after in proptest::collection::vec(step(), 0..20),
    ) {
        let mut written = Written::new();
        before.into_iter().for_each(|step| written.run(step));
        written.append();
        written.connect = MemoryConnect::load(written.file.as_slice()).expect("loaded");
        prop_assert_eq!(written.append(), 0, "nothing has changed");
        after.into_iter().for_each(|step| written.run(step));
        written.append();
        check_same(&MemoryConnect::load(written.file.as_slice()).expect("loaded"), &written.connect);
    }
}

/// A service with a user whose last change is one line, and the length of its file before that.
fn with_a_last_line() -> (Written, usize) {
    let mut written = Written::new();
    for step in [Step::Instance("i", None), Step::Create("i", "ann"), Step::Append] {
        written.run(step);
    }
    let length = written.file.len();
    written.run(Step::Call(0, Call::LastName("Ōtani \"\\n\u{202e}")));
    assert_eq!(written.append(), 1);
    (written, length)
}

#[test]
fn a_line_that_was_cut_off_is_as_if_it_had_never_been_begun() {
    let (written, length) = with_a_last_line();
    let names = |file: &[u8]| -> Vec<_> {
        let loaded = MemoryConnect::load(file).unwrap_or_else(|error| panic!("{error}: {file:?}"));
        let users = loaded.users(&"i".into()).into_iter();
        users.map(|(user, _)| user.identity.last_name.map(|name| name.as_str().to_owned())).collect()
    };
    let whole = written.file.len();
    for end in length..whole - 1 {
        assert_eq!(names(&written.file[..end]), [Some("Lee".to_owned())], "cut off at {end}");
    }
    for end in [whole - 1, whole] {
        assert_eq!(names(&written.file[..end]), [Some("Ōtani \"\\n\u{202e}".to_owned())]);
    }
}

#[test]
fn a_line_that_was_cut_off_in_the_middle_is_an_error() {
    let (written, length) = with_a_last_line();
    let (before, line) = written.file.split_at(length);
    let count = before.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"")).count();
    for end in 1..line.len() - 1 {
        for rest in [line, b"\n", b"\n{}\n"] {
            let file = [before, &line[..end], rest].concat();
            match MemoryConnect::load(file.as_slice()) {
                Err(LoadError::Change { number, .. }) => assert_eq!(number, count + 1),
                other => panic!("cut off at {end}: {other:?}"),
            }
        }
    }
    for line in [
        &br#"{"planet":{}}"#[..],
        b"[]\n",
        b"{\"gone\":{\"instanceId\":\"nowhere\",\"userId\":\"u\"}}",
        b"{\"user\":{}}\n",
        b"\xff\n",
    ] {
        let file = [before, line].concat();
        let error = MemoryConnect::load(file.as_slice()).expect_err("no change");
        assert!(matches!(error, LoadError::Change { .. }), "{error}");
    }
}

#[test]
fn a_write_that_fails_loses_nothing() {
    struct Full;

    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let (mut written, _) = with_a_last_line();
    written.run(Step::Create("i", "bea"));
    assert!(written.connect.append_changes(Full).is_err());
    assert!(written.connect.save(Full).is_err());
    assert_eq!(written.append(), 2, "the counter and the user");
    check_same(&MemoryConnect::load(written.file.as_slice()).expect("loaded"), &written.connect);
}

fn create(connect: &MemoryConnect, name: &str) -> UserId {
    now(connect.create_user(&creation(&[("name", json!(name))]))).expect("created").user_id
}

/// How many changes are behind the document.
fn changes(path: &Path) -> usize {
    let text = fs::read_to_string(path).expect("text");
    text.lines().filter(|line| line.starts_with("{\"")).count()
}

#[test]
fn a_file_grows_by_what_changes_and_is_whole_again_when_it_is_opened() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("not/there/yet.json");
    let (file, connect) = MemoryFile::open(&path).expect("opened");
    assert!(file.is_new() && !path.exists());
    connect.add_instance(MemoryInstance::new("i", IdentityManagementType::ConnectManaged));
    file.persist(&connect).expect("written whole");
    assert_eq!(changes(&path), 0);
    let ann = create(&connect, "ann");
    file.persist(&connect).expect("appended");
    assert_eq!(changes(&path), 2, "the counter and the user");
    file.persist(&connect).expect("nothing");
    assert_eq!(changes(&path), 2);
    assert!(matches!(MemoryFile::open(&path), Err(OpenError::Locked)));
    drop(file);

    // As a kill in the middle of a line leaves it.
    let mut text = fs::read(&path).expect("read");
    text.extend(b"{\"user\":{\"instanceId\":\"i\",\"userI");
    fs::write(&path, text).expect("written");
    let (file, loaded) = MemoryFile::open(&path).expect("opened");
    assert!(!file.is_new());
    assert_eq!(changes(&path), 0);
    check_same(&loaded, &connect);

    // Somebody saves elsewhere, or means another service: nothing of it is missing.
    create(&loaded, "bea");
    saved(&loaded);
    file.persist(&loaded).expect("written");
    let read = || MemoryConnect::load(fs::File::open(&path).expect("there")).expect("loaded");
    check_same(&read(), &loaded);
    file.persist(&connect).expect("written");
    check_same(&read(), &connect);

    assert_ne!(create(&connect, "bea"), ann);
    file.persist(&connect).expect("appended");
    #[cfg(unix)]
    for path in [&path, &path.with_file_name("yet.json.lock")] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, "nonsense").expect("written");
    drop(file);
    assert!(matches!(MemoryFile::open(&path), Err(OpenError::Load(LoadError::Form(_)))));
    assert_eq!(fs::read(&path).expect("read"), b"nonsense", "what cannot be read stays as it is");
}

#[test]
fn changes_that_outweigh_the_rest_are_folded_in() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("file.json");
    let (file, connect) = MemoryFile::open(&path).expect("opened");
    connect.add_instance(MemoryInstance::new("i", IdentityManagementType::ConnectManaged));
    let ann = create(&connect, "ann");
    let mut longest = 0;
    for number in 0..5_000 {
        connect.edit_user(&"i".into(), &ann, |user, _| user.name = format!("ann-{number}"));
        file.persist(&connect).expect("written");
        longest = longest.max(fs::metadata(&path).expect("there").len());
    }
    assert!((1 << 20..2 << 20).contains(&longest), "{longest}");
    assert!(fs::metadata(&path).expect("there").len() < longest, "it was whole in between");
    check_same(&MemoryConnect::load(fs::File::open(&path).expect("there")).expect("loaded"), &connect);
}

#[test]
fn a_file_of_one_document_without_an_end_of_line_goes_on() {
    let (mut written, _) = with_a_last_line();
    written.save();
    assert_eq!(written.file.pop(), Some(b'\n'));
    written.run(Step::Create("i", "bea"));
    written.append();
    check_same(&MemoryConnect::load(written.file.as_slice()).expect("loaded"), &written.connect);
    let head: Value = serde_json::Deserializer::from_slice(&written.file)
        .into_iter()
        .next()
        .expect("a document")
        .expect("JSON");
    assert_eq!(head["version"], 1);
}

/// The write of the whole fails while its folder is gone.
#[test]
fn what_cannot_be_written_is_an_error_and_not_there() {
    let dir = tempfile::tempdir().expect("a directory");
    let folder = dir.path().join("folder");
    let (file, connect) = MemoryFile::open(folder.join("file.json")).expect("opened");
    connect.add_instance(MemoryInstance::new("i", IdentityManagementType::ConnectManaged));
    let ann = create(&connect, "ann");
    let instance = InstanceId::new("i");
    for number in 0..2 {
        let user_id = Some(ann.clone());
        let quick_connect = QuickConnectSummary::new(format!("q{number}"), "Q".to_owned()).user_id(user_id);
        assert!(connect.add_quick_connect(&instance, quick_connect));
    }
    file.persist(&connect).expect("written");
    let client = persistent_without_folder(file, connect, &folder);
    let before = client.inner().users(&instance);

    let error = now(client.create_user(&creation(&[("name", json!("bea"))]))).expect_err("not written");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Service, Effect::None));
    assert!(error.to_string().contains("cannot be written, and nothing was changed"), "{error}");
    let update = UpdateUserRoutingProfile::new(instance.clone(), ann.clone(), "r2");
    now(client.update_user_routing_profile(&update)).expect_err("not written");
    let quick_connect = DeleteQuickConnect::new(instance.clone(), "q0");
    now(client.delete_quick_connect(&quick_connect)).expect_err("not written");
    let gone = DeleteUser::new(instance.clone(), ann.clone());
    now(client.delete_user(&gone)).expect_err("not written");
    assert_eq!(client.inner().users(&instance), before, "everything is as it was");
    assert_eq!(now(all_pages(&client, SearchQuickConnects::new(instance.clone()))).expect("found").len(), 2);

    fs::create_dir(&folder).expect("a folder");
    now(client.create_user(&creation(&[("name", json!("bea"))]))).expect("the name is free");
    let loaded =
        MemoryConnect::load(fs::File::open(folder.join("file.json")).expect("there")).expect("loaded");
    check_same(&loaded, client.inner());
}

/// A service whose next write must be of the whole, and whose folder is gone.
fn persistent_without_folder(file: MemoryFile, connect: MemoryConnect, folder: &Path) -> PersistentConnect {
    // Saving elsewhere makes the file's end unknown.
    connect.save(std::io::sink()).expect("saved");
    fs::remove_dir_all(folder).expect("removed");
    PersistentConnect::new(connect, file)
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_lock_and_a_pipe_in_that_of_the_file_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let (path, target) = (dir.path().join("file.json"), dir.path().join("precious"));
    fs::write(&target, "precious").expect("written");
    std::os::unix::fs::symlink(&target, dir.path().join("file.json.lock")).expect("a link");
    let error = MemoryFile::open(&path).expect_err("a link");
    assert_eq!(error.to_string(), "the file cannot be written: it is no file");
    fs::remove_file(dir.path().join("file.json.lock")).expect("removed");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("it runs");
    assert!(made.success());
    assert!(matches!(MemoryFile::open(&path), Err(OpenError::Load(LoadError::Read(_)))));
}
