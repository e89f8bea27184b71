//! A file of another tool, the first byte is the place of its format: what is read of it is written and read back the same.

#![no_main]

use connect_user::{
    interop::file::{FileDiagnostic, FileFormat, FileUser, ReadOptions, UserFile, WriteOptions, read, write},
    user::Value,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let format = FileFormat::ALL[usize::from(first.wrapping_sub(b'0')) % FileFormat::ALL.len()];
    FileFormat::detect(bytes);
    let file = reading(format, bytes);
    // A carriage return alone ends a row, too.
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.lines().count() as u64 + 1;
    for found in &file.diagnostics {
        check(found, lines);
    }
    for found in file.mistakes() {
        check(&found, lines);
    }

    // A user that no program can have is nothing to compare.
    let is_refused = |user: &FileUser| {
        let about = |found: &FileDiagnostic| found.diagnostic.subject.as_deref() == Some(&*user.name);
        file.diagnostics.iter().any(|found| found.diagnostic.is_error() && about(found))
    };
    let is_whole = |user: &FileUser| user.mistakes().is_empty() && !is_refused(user);
    let mut whole = UserFile::default();
    whole.users = file.users.iter().filter(|user| is_whole(user)).cloned().collect();
    let options = WriteOptions::builder().passwords(true).build();
    for &format in FileFormat::WRITTEN {
        let written = write(format, &whole, &options).expect("a format that is written");
        for found in &written.diagnostics {
            assert!(found.diagnostic.help.is_some(), "no way out: {found}");
        }
        let is_lossless = written.diagnostics.is_empty();
        match format {
            FileFormat::Program | FileFormat::ProgramJson => {
                let again = reading(format, written.text.as_bytes());
                assert!(again.is_valid(), "{format}: {:?}\n{}", again.diagnostics, written.text);
                assert_eq!(again.users.len(), whole.users.len(), "{format}:\n{}", written.text);
                for (before, after) in whole.users.iter().zip(&again.users) {
                    assert_eq!(after.name, before.name);
                    same(before, after, &written.text);
                    if is_lossless {
                        assert_eq!(after.options, before.options, "{}", written.text);
                    }
                }
            }
            FileFormat::Csv if is_lossless && !whole.users.is_empty() => {
                let again = reading(format, written.text.as_bytes());
                assert!(again.is_valid(), "{:?}\n{}", again.diagnostics, written.text);
                whole.users.iter().zip(&again.users).for_each(|(one, other)| same(one, other, &written.text));
            }
            FileFormat::CloudFormation => {
                let again = reading(format, written.text.as_bytes());
                assert!(again.is_valid(), "{:?}\n{}", again.diagnostics, written.text);
                assert_eq!(again.users.len(), whole.users.len(), "{}", written.text);
            }
            _ => {}
        }
    }
});

fn reading(format: FileFormat, bytes: &[u8]) -> UserFile {
    read(format, bytes, &ReadOptions::builder().file("file").instance("1c2d".into()).build())
}

fn check(found: &FileDiagnostic, lines: u64) {
    let shown = found.to_string();
    assert!(found.diagnostic.help.is_some(), "no way out: {shown}");
    assert_eq!(shown.lines().count(), 2, "a diagnostic is one line and its help: {shown:?}");
    if let Some(at) = &found.location {
        assert!(at.column > 0 && (1..=lines).contains(&at.line), "{shown} of {lines} lines");
    }
}

fn same(before: &FileUser, after: &FileUser, text: &str) {
    let [one, other] = [before, after].map(|user| sorted(&user.inputs));
    assert_eq!(one, other, "{text}");
}

/// Members come in an order of their own.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        Value::Map(members) => {
            let mut members: Vec<(String, Value)> =
                members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Map(members)
        }
        leaf => leaf.clone(),
    }
}
