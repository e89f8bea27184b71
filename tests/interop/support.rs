//! What the tests of files share.

use connect_user::{
    interop::file::{FileFormat, FileUser, ReadOptions, UserFile, WriteOptions, WrittenFile, read, write},
    user::Value,
};

/// A file of `cases/`, or of those that the Terraform provider runs.
pub fn case(name: &str) -> Vec<u8> {
    let folder =
        if name.ends_with(".tf") { "examples/terraform-provider/tests/cases" } else { "tests/interop/cases" };
    let path = format!("{}/{folder}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a file of `cases/`, in the format that it looks like.
pub fn read_case(name: &str, mut options: ReadOptions) -> UserFile {
    options.file = name.to_owned();
    let bytes = case(name);
    let format = FileFormat::detect(&bytes).unwrap_or_else(|| panic!("{name} looks like a format"));
    read(format, &bytes, &options)
}

/// Reads a text in a format, with the instance `1c2d`.
pub fn read_text(format: FileFormat, text: &str) -> UserFile {
    read(format, text.as_bytes(), &ReadOptions::builder().file("file").instance("1c2d".into()).build())
}

/// What is told of a file: severity, message and place.
pub fn told(file: &UserFile) -> Vec<String> {
    let told = file.diagnostics.iter().map(|found| {
        let diagnostic = &found.diagnostic;
        assert!(diagnostic.help.is_some(), "no way out: {found}");
        let at = found.location.as_ref().map(|at| format!(" ({}:{})", at.line, at.column));
        format!("{}: {}{}", diagnostic.severity, diagnostic.text(), at.unwrap_or_default())
    });
    told.collect()
}

pub fn user<'a>(file: &'a UserFile, name: &str) -> &'a FileUser {
    let found = file.users.iter().find(|user| user.name == name);
    found.unwrap_or_else(|| panic!("no user `{name}` among {:?}: {:?}", names(file), file.diagnostics))
}

pub fn names(file: &UserFile) -> Vec<&str> {
    file.users.iter().map(|user| user.name.as_str()).collect()
}

/// The inputs as JSON; an unknown one is `?` and what it refers to.
pub fn json(user: &FileUser) -> serde_json::Value {
    fn shown(value: &Value) -> Value {
        match value {
            Value::Unknown => "?".into(),
            Value::List(items) => Value::List(items.iter().map(shown).collect()),
            Value::Map(members) => {
                Value::Map(members.iter().map(|(name, value)| (name.clone(), shown(value))).collect())
            }
            other => other.clone(),
        }
    }
    serde_json::Value::try_from(shown(&user.inputs)).expect("nothing is unknown")
}

/// A file in another format, without passwords.
pub fn written(format: FileFormat, file: &UserFile) -> WrittenFile {
    write(format, file, &WriteOptions::default()).expect("a format that is written")
}

pub fn messages(written: &WrittenFile) -> Vec<&str> {
    written.diagnostics.iter().map(|found| found.diagnostic.message.as_str()).collect()
}
