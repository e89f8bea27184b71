//! The users of a file, in the form that all readers return and all writers take.

use std::fmt;

use serde::Serialize;

use crate::{
    interop::program::{Location, ProgramOptions},
    user::{Arn, Code, DecodeErrors, Diagnostic, ImportId, Path, Property, UserSpec, Value},
};

/// The users and the diagnostics of a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UserFile {
    /// The users, in the order of the file. Their resource names are unique.
    pub users: Vec<FileUser>,
    /// Mistakes in the file, and values that cannot be converted, in the order in which they were found.
    pub diagnostics: Vec<FileDiagnostic>,
}

/// An item that [`read_each`](fn@super::read_each) passes on, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a file has users, and there is something to say of it")]
#[expect(clippy::large_enum_variant, reason = "items are handed on one by one")]
pub enum FileItem {
    /// A user.
    User(FileUser),
    /// A mistake in the file, or a value that cannot be converted.
    Diagnostic(FileDiagnostic),
}

/// A user of a file.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FileUser {
    /// The resource name.
    pub name: String,
    /// The properties of the user in the file, as [`UserSpec::decode`] takes them: in camelCase, without nulls. They
    /// may contain a password.
    pub inputs: Value,
    /// The references of the unknown values of the inputs.
    pub references: Vec<FileReference>,
    /// The resource options. [`import`](ProgramOptions::import) is the id of the user, if the file gives it.
    pub options: ProgramOptions,
    /// The ARN of the user, if it is known from the file or from the ARN of its instance.
    pub arn: Option<Arn>,
    /// The place at which the user begins in the file.
    pub location: Option<Location>,
    /// Whether the file is an answer of `list-users`, which has only names.
    pub(super) is_summary: bool,
    /// Whether neither the file nor the options give the instance.
    pub(super) has_no_instance: bool,
}

/// The reference of an unknown value of a user.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileReference {
    /// The path of the value.
    pub path: Path,
    /// The reference, alone or within a text, as programs write it: `${Routing.RoutingProfileArn}`,
    /// `${InstanceArn}/queue/q1`. The expression of a password may contain a part of the password.
    pub expression: String,
}

/// A diagnostic about a file, with its place. The JSON has the members of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileDiagnostic {
    /// The diagnostic; [`Diagnostic::subject`] is the resource name, if it is about one user.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// The place in the file, if it is known.
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

    /// Whether no diagnostic of the file is an error.
    pub fn is_valid(&self) -> bool {
        !self.diagnostics.iter().any(|found| found.diagnostic.is_error())
    }
}

impl FileUser {
    /// Returns a user with this resource name.
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

    /// Decodes the inputs to the desired user.
    ///
    /// # Errors
    ///
    /// [`DecodeErrors`], with all mistakes and the properties that could be read.
    pub fn spec(&self) -> Result<UserSpec, DecodeErrors> {
        UserSpec::decode(self.inputs.clone())
    }

    /// Returns the mistakes in the inputs of the user, as [`UserFile::mistakes`] does for all users.
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

    /// Returns the user name in Amazon Connect, if the file gives it.
    pub fn user_name(&self) -> Option<&str> {
        self.inputs.text("name")
    }

    /// Sets the id of the actual user in the service.
    #[must_use]
    pub fn with_import(mut self, import: Option<ImportId>) -> Self {
        self.options.import = import;
        self
    }
}

impl fmt::Debug for FileUser {
    /// Leaves out the inputs: they are not decoded yet, and may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileUser")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FileReference {
    /// Leaves out the text around the references of a password.
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
    /// Returns a diagnostic with its place in the file, if it is known.
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
