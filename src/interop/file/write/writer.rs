//! Writes users in any format.

use super::{
    super::{format::FileFormat, users::UserFile},
    cloudformation, hcl,
    options::{WriteOptions, WrittenFile},
    program, table,
    writing::Writing,
};
use crate::user::{Code, Diagnostic};

/// Writes users in a format.
///
/// What the format cannot carry is told in [`WrittenFile::diagnostics`]; so is each password that is left out. What is
/// unknown becomes a configuration value, a variable or a parameter with the name of its reference.
///
/// # Errors
///
/// A diagnostic of the code [`invalid-file`](Code::INVALID_FILE) if the format is only read.
///
/// ```
/// use connect_user::interop::file::{FileFormat, ReadOptions, WriteOptions, read, write};
///
/// let answer = r#"{"User": {"Username": "jane", "Arn": "arn:aws:connect:eu-west-2:111122223333:instance/1c2d/agent/u1",
///     "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}}"#;
/// let file = read(FileFormat::AwsCli, answer.as_bytes(), &ReadOptions::default());
/// let program = write(FileFormat::Program, &file, &WriteOptions::default())?;
/// assert!(program.text.contains("import: \"1c2d:u1\""));
/// # Ok::<(), Box<connect_user::user::Diagnostic>>(())
/// ```
pub fn write(
    format: FileFormat,
    file: &UserFile,
    options: &WriteOptions,
) -> Result<WrittenFile, Box<Diagnostic>> {
    let mut writing = Writing::new(file, *options);
    let text = match format {
        FileFormat::Program => program::yaml(&mut writing),
        FileFormat::ProgramJson => program::json(&mut writing),
        FileFormat::Csv => table::plain(&mut writing),
        FileFormat::ConsoleCsv => table::console(&mut writing),
        FileFormat::Terraform => hcl::write(&mut writing),
        FileFormat::CloudFormation => cloudformation::write(&mut writing),
        FileFormat::PulumiStack | FileFormat::AwsCli | FileFormat::Scim => {
            let message = format!("the format `{format}` is read and not written");
            let help =
                "write `program`, `program-json`, `terraform`, `cloudformation`, `csv` or `console-csv`";
            return Err(Box::new(Diagnostic::new(Code::INVALID_FILE, message).with_help(help)));
        }
    };
    Ok(writing.finish(text))
}
