//! Options and results of writing a file.

use std::fmt;

use bon::Builder;

use super::super::users::FileDiagnostic;

/// Options of [`write`](fn@super::super::write) and [`FileWriter`](super::super::FileWriter).
#[derive(Builder, Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Whether passwords are written, in clear text. Default: `false`, they are left out, and a diagnostic says so.
    #[builder(default)]
    pub passwords: bool,
}

/// A file that was written.
#[derive(Clone)]
#[non_exhaustive]
pub struct WrittenFile {
    /// The text of the file.
    pub text: String,
    /// The text of a second file with the ids of users that exist, if the format needs one: for CloudFormation, the
    /// content for `--resources-to-import`.
    pub imports: Option<String>,
    /// Diagnostics about inputs that the format cannot hold.
    pub diagnostics: Vec<FileDiagnostic>,
}

/// The results of writing a file user by user, except for its text.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Written {
    /// The text of a second file, as in [`WrittenFile::imports`].
    pub imports: Option<String>,
    /// Diagnostics about inputs that the format cannot hold.
    pub diagnostics: Vec<FileDiagnostic>,
}

impl fmt::Debug for WrittenFile {
    /// Leaves out the text, which may contain passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenFile").field("diagnostics", &self.diagnostics).finish_non_exhaustive()
    }
}
