//! Reads a file of any format.

use super::{
    api, cloudformation, format::FileFormat, options::ReadOptions, program, pulumi, reading::Reading, scim,
    table, terraform, users::UserFile,
};

/// Reads the users of a file.
///
/// Nothing is lost silently: what a user cannot carry is a warning of the code
/// [`not-converted`](crate::user::Code::NOT_CONVERTED). A file that is none of its format has no users and an error.
/// Other resources than users are not looked at.
pub fn read(format: FileFormat, bytes: &[u8], options: &ReadOptions) -> UserFile {
    let mut reading = Reading::new(options);
    match format {
        FileFormat::Program | FileFormat::ProgramJson => program::read(bytes, &mut reading),
        FileFormat::Csv | FileFormat::ConsoleCsv => table::read(bytes, &mut reading),
        FileFormat::Terraform => terraform::read(bytes, &mut reading),
        FileFormat::PulumiStack => pulumi::read(bytes, &mut reading),
        FileFormat::CloudFormation => cloudformation::read(bytes, &mut reading),
        FileFormat::AwsCli => api::read(bytes, &mut reading),
        FileFormat::Scim => scim::read(bytes, &mut reading),
    }
    reading.finish()
}
