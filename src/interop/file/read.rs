//! Reads files of all formats.

use std::io::{Cursor, Read, Seek};

use super::{
    api, cloudformation,
    format::FileFormat,
    options::ReadOptions,
    program, pulumi,
    reading::Reading,
    scim,
    source::Failure,
    table, terraform,
    users::{FileItem, UserFile},
};
use crate::user::one_line;

/// Reads the users of a file.
///
/// Nothing is lost silently: values that a user cannot have are warnings with the code
/// [`not-converted`](crate::user::Code::NOT_CONVERTED). If the text does not have the format, the result has an error,
/// and the users before the error. Resources other than users are ignored.
pub fn read(format: FileFormat, bytes: &[u8], options: &ReadOptions) -> UserFile {
    let mut file = UserFile::default();
    read_each(format, Cursor::new(bytes), options, |item| file.take(item));
    file
}

/// Reads the users of a file one by one, and passes users and diagnostics to `each` as they are found.
///
/// Tables and JSON ([`Csv`](FileFormat::Csv), [`Terraform`](FileFormat::Terraform),
/// [`PulumiStack`](FileFormat::PulumiStack), [`AwsCli`](FileFormat::AwsCli), [`Scim`](FileFormat::Scim)) are never in
/// memory as a whole; only the names and places of the users that were read are kept. Programs and templates are read
/// as a whole, because their resources refer to each other: a program needs about five times the size of its text in
/// memory, and a template, which has at most 1 MB and 500 resources, ten times. If a file may have a diagnostic in each
/// line, collect them in [`Findings`](super::Findings), which keeps the first ones.
///
/// ```
/// use std::io::Cursor;
///
/// use connect_user::interop::file::{FileFormat, FileItem, ReadOptions, read_each};
///
/// let table = Cursor::new("user login,first name,last name\njane,Jane,Roe\nteo,Teo,Banks\n");
/// let mut names = Vec::new();
/// read_each(FileFormat::Csv, table, &ReadOptions::default(), |item| match item {
///     FileItem::User(user) => names.push(user.name),
///     FileItem::Diagnostic(found) => eprintln!("{found}"),
/// });
/// assert_eq!(names, ["jane", "teo"]);
/// ```
pub fn read_each(
    format: FileFormat,
    mut file: impl Read + Seek,
    options: &ReadOptions,
    mut each: impl FnMut(FileItem),
) {
    let mut reading = Reading::new(options, &mut each);
    let reader = match format {
        FileFormat::Program | FileFormat::ProgramJson => program::read,
        FileFormat::Csv | FileFormat::ConsoleCsv => table::read,
        FileFormat::Terraform => terraform::read,
        FileFormat::PulumiStack => pulumi::read,
        FileFormat::CloudFormation => cloudformation::read,
        FileFormat::AwsCli => api::read,
        FileFormat::Scim => scim::read,
    };
    let has_columns = matches!(format, FileFormat::Csv | FileFormat::ConsoleCsv | FileFormat::Scim);
    let has_references =
        matches!(format, FileFormat::Program | FileFormat::ProgramJson | FileFormat::CloudFormation);
    let read = if !has_columns && options.mapping.has_columns() {
        let what = format!("is `{format}`, which has no columns for a mapping");
        let help = "leave `columns` and `separator` out of the mapping: its `defaults` are for any format";
        Err(Failure::new(what, help, None))
    } else if let Some(name) = options.values.keys().next().filter(|_| !has_references) {
        let what = format!("is `{format}`, which has no references: nothing in it uses `{}`", one_line(name));
        Err(Failure::new(what, "leave the value out: programs and templates take values", None))
    } else {
        reader(&mut file, &mut reading)
    };
    if let Err(failure) = read {
        reading.refuse(failure);
    }
    reading.finish();
}
