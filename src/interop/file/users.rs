//! The users of a file, in the form that every reader gives and every writer takes.

use std::fmt;

use serde::Serialize;

use crate::{
    interop::program::{Location, ProgramOptions},
    user::{Arn, Code, DecodeErrors, Diagnostic, ImportId, Path, Property, UserSpec, Value},
};

/// The users of a file, and what there is to say of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UserFile {
    /// The users, in the order of the file. Their resource names are different.
    pub users: Vec<FileUser>,
    /// What is wrong with the file, and what of it no user can carry, in the order in which it was found.
    pub diagnostics: Vec<FileDiagnostic>,
}

/// What [`read_each`](fn@super::read_each) hands on: what is found, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a file has users, and there is something to say of it")]
#[expect(clippy::large_enum_variant, reason = "items are handed on one by one")]
pub enum FileItem {
    /// A user.
    User(FileUser),
    /// What is wrong with the file, or what of it no user can carry.
    Diagnostic(FileDiagnostic),
}

/// A user of a file.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FileUser {
    /// The resource name.
    pub name: String,
    /// What the file says of the user, as [`UserSpec::decode`] takes it: in camelCase, and without what is null. It may
    /// hold a password.
    pub inputs: Value,
    /// What the unknown values of the inputs refer to.
    pub references: Vec<FileReference>,
    /// Its options. [`import`](ProgramOptions::import) is the user that the file says it is.
    pub options: ProgramOptions,
    /// The user's ARN, where the file says it.
    pub arn: Option<Arn>,
    /// Where the user begins in the file.
    pub location: Option<Location>,
    /// Whether the file is an answer of `list-users`, which has names alone.
    pub(super) is_summary: bool,
    /// Whether neither the file nor the options say the instance.
    pub(super) has_no_instance: bool,
}

/// What an unknown value of a user refers to.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileReference {
    /// The place of the value.
    pub path: Path,
    /// The reference, alone or within a text, as programs write it: `${Routing.RoutingProfileArn}`,
    /// `${InstanceArn}/queue/q1`. That of a password may hold a part of it.
    pub expression: String,
}

/// What there is to say of a file, and where. Its JSON has the members of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileDiagnostic {
    /// The diagnostic; [`Diagnostic::subject`] is the resource name, where it is about one user.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// Where in the file it is, where that is known.
    #[serde(flatten)]
    pub location: Option<Location>,
}

impl UserFile {
    pub(super) fn take(&mut self, item: FileItem) {
        match item {
            FileItem::User(user) => self.users.push(user),
            FileItem::Diagnostic(found) => self.diagnostics.push(found),
        }
    }

    /// Whether nothing is wrong with the file: there is no error.
    pub fn is_valid(&self) -> bool {
        !self.diagnostics.iter().any(|found| found.diagnostic.is_error())
    }
}

impl FileUser {
    /// A user of this resource name.
    pub fn new(name: impl Into<String>, inputs: Value) -> Self {
        Self {
            name: name.into(),
            inputs,
            references: Vec::new(),
            options: ProgramOptions::default(),
            arn: None,
            location: None,
            is_summary: false,
            has_no_instance: false,
        }
    }

    /// The desired user.
    ///
    /// # Errors
    ///
    /// [`DecodeErrors`], with every mistake and what could be read.
    pub fn spec(&self) -> Result<UserSpec, DecodeErrors> {
        UserSpec::decode(self.inputs.clone())
    }

    /// What is wrong with the user as it is: [`UserFile::mistakes`] of one.
    pub fn mistakes(&self) -> Vec<FileDiagnostic> {
        let mut mistakes = self.spec().err().map(|errors| errors.into_parts().0).unwrap_or_default();
        mistakes.iter_mut().for_each(|mistake| mistake.subject = Some(self.name.clone()));
        let count = mistakes.len();
        mistakes.retain(|mistake| !(self.is_summary && mistake.code == Code::MISSING_REQUIRED));
        if mistakes.len() < count {
            let message =
                "`list-users` has names only, and a user needs a routing profile and security profiles";
            let help = "`adopt` the file, then `export`; or give what `search-users` prints; or `defaults` in a mapping";
            mistakes.push(Diagnostic::new(Code::MISSING_REQUIRED, message).with_help(help));
        }
        let located = |mistake| FileDiagnostic::new(mistake, self.location.clone());
        mistakes.into_iter().map(located).collect()
    }

    /// The user's name in Amazon Connect, where the file says it.
    pub fn user_name(&self) -> Option<&str> {
        self.inputs.text("name")
    }

    /// Sets the user of the service that it is.
    #[must_use]
    pub fn with_import(mut self, import: Option<ImportId>) -> Self {
        self.options.import = import;
        self
    }
}

impl fmt::Debug for FileUser {
    /// Without the inputs: nobody has read yet which of them is a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileUser")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FileReference {
    /// Without the text of a password around its references.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("FileReference");
        shown.field("path", &self.path);
        match self.path.property() {
            Some(Property::Password) => shown.finish_non_exhaustive(),
            _ => shown.field("expression", &self.expression).finish(),
        }
    }
}

impl FileDiagnostic {
    /// A diagnostic at a place of the file, where that is known.
    pub const fn new(diagnostic: Diagnostic, location: Option<Location>) -> Self {
        Self { diagnostic, location }
    }
}

impl fmt::Display for FileDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.diagnostic;
        write!(f, "{}[{}]: {}", found.severity, found.code, found.text())?;
        if let Some(location) = &self.location {
            write!(f, " ({location})")?;
        }
        match &found.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
