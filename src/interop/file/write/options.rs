//! What a writer of files is told, and what it gives.

use std::fmt;

use bon::Builder;

use super::super::users::FileDiagnostic;

/// What a writer of files is told beside the users.
#[derive(Builder, Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Whether passwords are written, in clear text. Default: they are left out, and the diagnostics say so.
    #[builder(default)]
    pub passwords: bool,
}

/// A file that was written.
#[derive(Clone)]
#[non_exhaustive]
pub struct WrittenFile {
    /// The text of the file.
    pub text: String,
    /// The text of a second file that tells which existing users these are, where the format keeps that apart:
    /// CloudFormation's `--resources-to-import`.
    pub imports: Option<String>,
    /// What the format could not carry.
    pub diagnostics: Vec<FileDiagnostic>,
}

/// What there is beside the text of a file that was written user by user.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Written {
    /// The text of a second file, as in [`WrittenFile::imports`].
    pub imports: Option<String>,
    /// What the format could not carry.
    pub diagnostics: Vec<FileDiagnostic>,
}

impl fmt::Debug for WrittenFile {
    /// Without the text, in which passwords may stand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenFile").field("diagnostics", &self.diagnostics).finish_non_exhaustive()
    }
}
