//! Reads a file of any format.

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
/// Nothing is lost silently: what a user cannot carry is a warning of the code
/// [`not-converted`](crate::user::Code::NOT_CONVERTED). A file that is none of its format has an error, and the users
/// before it. Other resources than users are not looked at.
pub fn read(format: FileFormat, bytes: &[u8], options: &ReadOptions) -> UserFile {
    let mut file = UserFile::default();
    read_each(format, Cursor::new(bytes), options, |item| file.take(item));
    file
}

/// Reads the users of a file one by one, and hands on what there is to say of it as it is found.
///
/// Tables and JSON ([`Csv`](FileFormat::Csv), [`Terraform`](FileFormat::Terraform),
/// [`PulumiStack`](FileFormat::PulumiStack), [`AwsCli`](FileFormat::AwsCli), [`Scim`](FileFormat::Scim)) are never in memory
/// as a whole: of users that were handed on, their names stay, with where they are. Programs and templates, whose
/// resources refer to each other, are read whole: a program takes about five times the size of its text, and a template,
/// which has 1 MB and 500 resources at most, ten times. [`Findings`](super::Findings) keeps the first diagnostics of
/// a file in which each line has one.
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
