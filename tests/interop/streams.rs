//! Files of many users, read and written user by user: what is in memory does not grow with the file, but for names.

use std::io::{self, Read, Seek, SeekFrom, Write};

use connect_user::interop::file::{
    FileFormat, FileItem, FileWriter, ReadOptions, UserFile, WriteOptions, read, read_each, write,
};
use serde_json::{Value as Json, json};

use crate::support::read_text;

/// A file that is made while it is read: a beginning, so many users, and an end.
struct Generated {
    parts: Box<dyn Fn(usize) -> Option<String>>,
    part: usize,
    left: Vec<u8>,
}

impl Generated {
    fn new(begin: &str, users: usize, end: &str, user: impl Fn(usize) -> String + 'static) -> Self {
        let (begin, end) = (begin.to_owned(), end.to_owned());
        let parts = move |part| match part {
            0 => Some(begin.clone()),
            part if part <= users => Some(user(part)),
            part if part == users + 1 => Some(end.clone()),
            _ => None,
        };
        Self { parts: Box::new(parts), part: 0, left: Vec::new() }
    }
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            let Some(next) = (self.parts)(self.part) else { return Ok(0) };
            self.part += 1;
            self.left = next.into_bytes();
        }
        let count = self.left.len().min(into.len());
        into[..count].copy_from_slice(&self.left[..count]);
        self.left.drain(..count);
        Ok(count)
    }
}

impl Seek for Generated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        assert_eq!(to, SeekFrom::Start(0));
        self.part = 0;
        self.left.clear();
        Ok(0)
    }
}

fn comma(user: usize) -> &'static str {
    if user == 1 { "" } else { "," }
}

const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/1c2d";

fn attributes(user: usize) -> Json {
    json!({
        "arn": format!("{ARN}/agent/u{user}"), "id": format!("1c2d:u{user}"), "instance_id": "1c2d", "name": format!("agent{user}"),
        "routing_profile_id": "r1", "security_profile_ids": ["s1", "s2"], "hierarchy_group_id": "g1",
        "identity_info": [{"first_name": "Jane", "last_name": "Roe", "email": format!("agent{user}@example.com")}],
        "phone_config": [{"phone_type": "SOFT_PHONE", "auto_accept": true, "after_contact_work_time_limit": 30}],
        "tags": {"team": "a", "site": "utrecht", "shift": "early"},
    })
}

fn answer(user: usize) -> Json {
    json!({
        "Username": format!("agent{user}"), "Id": format!("u{user}"), "Arn": format!("{ARN}/agent/u{user}"),
        "RoutingProfileId": "r1", "SecurityProfileIds": ["s1", "s2"], "HierarchyGroupId": "g1",
        "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe", "Email": format!("agent{user}@example.com")},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 30},
        "Tags": {"team": "a", "site": "utrecht", "shift": "early"},
    })
}

/// Each format that is read user by user, with so many users.
fn files(users: usize) -> Vec<(FileFormat, Generated)> {
    let header =
        "user login,first name,last name,email address,routing profile name,security_profile_name_1,tags\n";
    let row = |user| {
        format!(
            "agent{user},Jane,\"Roe, Jr.\",agent{user}@example.com,Agents,Agent|Admin,team|a||site|utrecht\n"
        )
    };
    let state = "{\"version\": 4, \"terraform_version\": \"1.11.4\", \"resources\": [{\"mode\": \"managed\", \
                 \"type\": \"aws_connect_user\", \"name\": \"floor\", \"instances\": [";
    let instance = |user| {
        format!(
            "{}{}\n",
            comma(user),
            json!({"index_key": format!("agent{user}"), "attributes": attributes(user)})
        )
    };
    let shown = "{\"format_version\": \"1.0\", \"values\": {\"root_module\": {\"resources\": [";
    let resource = |user| {
        let resource = json!({"address": "x", "mode": "managed", "type": "aws_connect_user", "name": "floor",
            "index": user, "values": attributes(user)});
        format!("{}{resource}\n", comma(user))
    };
    let of_stack = |user| {
        let resource = json!({"urn": format!("urn:pulumi:live::centre::aws:connect/user:User::agent{user}"),
            "type": "aws:connect/user:User", "id": format!("1c2d:u{user}"), "inputs": {
                "instanceId": "1c2d", "name": format!("agent{user}"), "routingProfileId": "r1",
                "securityProfileIds": ["s1", "s2"], "identityInfo": {"firstName": "Jane", "lastName": "Roe"},
                "phoneConfig": {"phoneType": "SOFT_PHONE"}, "tags": {"team": "a", "site": "utrecht"},
            }, "outputs": {"arn": format!("{ARN}/agent/u{user}")}});
        format!("{}{resource}\n", comma(user))
    };
    let of_scim = |user| {
        let found = json!({"userName": format!("agent{user}"), "name": {"givenName": "Jane", "familyName": "Roe"},
            "emails": [{"value": format!("agent{user}@example.com"), "primary": true}], "active": true});
        format!("{}{found}\n", comma(user))
    };
    vec![
        (FileFormat::Csv, Generated::new(header, users, "", row)),
        (FileFormat::Terraform, Generated::new(state, users, "]}]}", instance)),
        (FileFormat::Terraform, Generated::new(shown, users, "]}}}", resource)),
        (
            FileFormat::PulumiStack,
            Generated::new("{\"deployment\": {\"resources\": [", users, "]}}", of_stack),
        ),
        (
            FileFormat::AwsCli,
            Generated::new("{\"Users\": [", users, "]}", |user| format!("{}{}\n", comma(user), answer(user))),
        ),
        (
            FileFormat::AwsCli,
            Generated::new("", users, "", |user| format!("{}\n", json!({"User": answer(user)}))),
        ),
        (FileFormat::Scim, Generated::new("{\"Resources\": [", users, "]}", of_scim)),
    ]
}

/// The most that was in memory at once, in bytes.
fn peak(call: impl FnOnce()) -> u64 {
    allocation_counter::measure(call).bytes_max
}

fn read_all(format: FileFormat, file: &mut Generated, options: &ReadOptions) -> UserFile {
    let mut whole = UserFile::default();
    read_each(format, file, options, |item| match item {
        FileItem::User(user) => whole.users.push(user),
        FileItem::Diagnostic(found) => whole.diagnostics.push(found),
    });
    whole
}

/// Reads and writes as a host does that keeps nothing.
fn convert(from: FileFormat, file: &mut Generated, to: FileFormat) -> usize {
    let options = ReadOptions::builder().instance("1c2d".into()).build();
    let mut names = Vec::new();
    read_each(from, &mut *file, &options, |item| match item {
        FileItem::User(user) => names.push(user.name),
        FileItem::Diagnostic(found) => panic!("{from}: {found}"),
    });
    let count = names.len();
    let mut writer = FileWriter::new(to, names, WriteOptions::default(), io::sink()).expect("a writer");
    read_each(from, &mut *file, &options, |item| {
        if let FileItem::User(user) = item {
            writer.write(&user).expect("written");
        }
    });
    writer.finish().expect("written");
    count
}

#[test]
fn memory_grows_by_names_alone() {
    // As many as a map of its size holds: none is half empty.
    let (few, many) = (224_usize, 896);
    for (small, large) in files(few).into_iter().zip(files(many)) {
        let ((format, mut small), (_, mut large)) = (small, large);
        let to = FileFormat::Program;
        let of_few = peak(|| assert_eq!(convert(format, &mut small, to), few, "{format}"));
        let of_many = peak(|| assert_eq!(convert(format, &mut large, to), many, "{format}"));
        let a_user = of_many.saturating_sub(of_few) / (many - few) as u64;
        // Names, who they are and where they are. A user as a value takes a multiple of it.
        assert!(a_user < 500, "{format}: {a_user} bytes more for each user ({of_few}, {of_many})");
    }
}

/// Programs are read whole, as their users refer to each other: what that takes is a small multiple of the text.
#[test]
fn a_program_takes_a_few_times_its_text() {
    let (format, mut file) = files(1_000).swap_remove(5);
    let options = ReadOptions::builder().instance("1c2d".into()).build();
    let whole = read_all(format, &mut file, &options);
    for to in [FileFormat::Program, FileFormat::ProgramJson] {
        let text = write(to, &whole, &WriteOptions::default()).expect("written").text;
        let mut again = UserFile::default();
        let taken = allocation_counter::measure(|| again = read(to, text.as_bytes(), &options));
        assert_eq!(again.users.len(), 1_000);
        let excess = taken.bytes_max.saturating_sub(u64::try_from(taken.bytes_current).unwrap_or(0));
        assert!(excess < 6 * text.len() as u64, "{to}: {excess} bytes beside the users, of {}", text.len());
    }
}

#[test]
fn a_whole_file_would_be_noticed() {
    let whole = |users: usize| {
        let (format, mut file) = files(users).swap_remove(1);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("read");
        peak(|| assert_eq!(read(format, &bytes, &ReadOptions::default()).users.len(), users))
    };
    assert!((whole(1_000) - whole(500)) / 500 > 1_500);
}

#[test]
fn written_one_by_one_is_the_same_as_written_at_once() {
    let answer = json!({"Users": [answer(1), answer(2)]}).to_string();
    let file = read_text(FileFormat::AwsCli, &answer);
    for &format in FileFormat::WRITTEN {
        let whole = write(format, &file, &WriteOptions::default()).expect("written");
        let names = file.users.iter().map(|user| user.name.clone());
        let mut writer =
            FileWriter::new(format, names, WriteOptions::default(), Vec::new()).expect("a writer");
        file.users.iter().for_each(|user| writer.write(user).expect("written"));
        let (text, written) = writer.finish().expect("written");
        assert_eq!(String::from_utf8(text).expect("text"), whole.text, "{format}");
        assert_eq!((written.imports, written.diagnostics), (whole.imports, whole.diagnostics), "{format}");
    }
}

#[test]
fn whoever_was_not_named_is_not_written() {
    let file = read_text(FileFormat::AwsCli, &json!({"Users": [answer(1)]}).to_string());
    let mut writer = FileWriter::new(FileFormat::CloudFormation, [], WriteOptions::default(), Vec::new())
        .expect("a writer");
    let error = writer.write(&file.users[0]).expect_err("a name that was not given");
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(writer.finish().expect("written").1.diagnostics, []);
}

#[test]
fn a_file_without_users_is_written_whole() {
    let file = read_text(FileFormat::AwsCli, r#"{"Users": []}"#);
    for format in [FileFormat::Program, FileFormat::ProgramJson, FileFormat::CloudFormation] {
        let text = write(format, &file, &WriteOptions::default()).expect("written").text;
        let again = read_text(format, &text);
        assert_eq!((again.users.len(), again.diagnostics), (0, vec![]), "{format}: {text}");
    }
}

#[test]
fn members_come_in_the_order_of_the_table_whatever_the_order_of_the_file() {
    let orders = [
        r#"{"Username": "jane", "Tags": {"b": "1", "a": "2"}, "SecurityProfileIds": ["s1"], "RoutingProfileId": "r1",
            "PhoneConfig": {"AutoAccept": true, "PhoneType": "SOFT_PHONE"}, "IdentityInfo": {"LastName": "Roe", "FirstName": "Jane"}}"#,
        r#"{"IdentityInfo": {"FirstName": "Jane", "LastName": "Roe"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": true},
            "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "Username": "jane", "Tags": {"b": "1", "a": "2"}}"#,
    ];
    let places = |text: &str, names: &[&str]| -> Vec<usize> {
        names.iter().map(|name| text.find(name).unwrap_or_else(|| panic!("{name}: {text}"))).collect()
    };
    let texts = orders.map(|order| {
        let file = read_text(FileFormat::AwsCli, order);
        let template =
            write(FileFormat::CloudFormation, &file, &WriteOptions::default()).expect("written").text;
        let found = places(
            &template,
            &[
                "\"Type\": \"AWS",
                "\"DeletionPolicy\"",
                "\"UpdateReplacePolicy\"",
                "\"Properties\"",
                "\"InstanceArn\": {",
                "\"Username\"",
                "\"RoutingProfileArn\"",
                "\"SecurityProfileArns\"",
                "\"FirstName\"",
                "\"LastName\"",
                "\"PhoneType\"",
                "\"AutoAccept\"",
                "\"Tags\"",
            ],
        );
        assert!(found.is_sorted(), "{template}");
        let program = write(FileFormat::ProgramJson, &file, &WriteOptions::default()).expect("written").text;
        let found = places(
            &program,
            &[
                "\"instanceId\"",
                "\"name\"",
                "\"routingProfileId\"",
                "\"firstName\"",
                "\"phoneType\"",
                "\"tags\"",
                "\"b\"",
                "\"a\"",
            ],
        );
        assert!(found.is_sorted(), "{program}");
        (template, program)
    });
    assert_eq!(texts[0], texts[1]);
}

/// A file that ends with an error.
struct Broken<R>(R, usize);

impl<R: Read> Read for Broken<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.1 == 0 {
            return Err(io::Error::other("the disk is gone"));
        }
        let count = self.1.min(into.len());
        let count = self.0.read(&mut into[..count])?;
        self.1 -= count;
        Ok(count)
    }
}

impl<R: Seek> Seek for Broken<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_told() {
    for (format, file) in files(3) {
        let mut told = Vec::new();
        read_each(format, Broken(file, 200), &ReadOptions::default(), |item| {
            if let FileItem::Diagnostic(found) = item {
                told.push(found);
            }
        });
        assert!(
            told[0].diagnostic.message.contains("cannot be read: the disk is gone"),
            "{format}: {told:?}"
        );
    }
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = FileWriter::new(FileFormat::Csv, ["agent1".to_owned()], WriteOptions::default(), Full)
        .expect("a writer");
    let file = read_text(FileFormat::AwsCli, &json!({"Users": [answer(1)]}).to_string());
    assert_eq!(writer.write(&file.users[0]).expect_err("full").kind(), io::ErrorKind::StorageFull);
}
