//! The preview of a program, with its diagnostics.

use crate::{
    fleet::FleetPreview,
    interop::{
        file::FileDiagnostic,
        program::{Program, Unresolved},
    },
    user::{Code, Diagnostic, Path},
    validate::Report,
};

/// The preview of a program, with its diagnostics.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Review {
    /// The users with diagnostics, in the order of their creation.
    pub users: Vec<ReviewedUser>,
    /// The number of users that were checked.
    pub checked: usize,
    /// Diagnostics that are not about a change: about instances, and those of [`Session::notices`].
    ///
    /// [`Session::notices`]: crate::fleet::Session::notices
    pub notices: Vec<Diagnostic>,
    /// The preview of the fleet.
    pub preview: FleetPreview,
}

/// The diagnostics of a user of the program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReviewedUser {
    /// The resource name.
    pub name: String,
    /// Mistakes in the program, broken rules and unknown values.
    pub report: Report,
    /// The references that only an [`Assignment`](crate::interop::program::Assignment) resolves.
    pub unresolved: Vec<Unresolved>,
}

impl Review {
    /// Whether no user breaks a rule.
    pub fn is_valid(&self) -> bool {
        self.users.iter().all(|user| user.report.is_valid())
    }

    /// Returns the mistakes and broken rules of every user, each with its place in the reviewed program, if it is
    /// given, and then in the order of the places.
    pub fn diagnostics(&self, program: Option<&Program>) -> Vec<FileDiagnostic> {
        let found = self.users.iter().flat_map(|user| {
            user.report.diagnostics().iter().map(|found| placed(found.clone(), &user.name, program))
        });
        let mut found: Vec<FileDiagnostic> = found.collect();
        found.sort_by_key(|found| found.location.as_ref().map(|at| (at.line, at.column)));
        found
    }

    /// Returns the values that are known after apply: the resource name and the path of each.
    pub fn deferred(&self) -> impl Iterator<Item = (&str, &Path)> {
        let paths = self.users.iter().map(|user| (user, user.report.deferred()));
        paths.flat_map(|(user, paths)| paths.iter().map(|path| (user.name.as_str(), path)))
    }

    /// Returns the references that are not resolved, not even during an apply: each as an error with the code
    /// [`Code::UNDEFINED_REFERENCE`], and with the place of the first property that needs the value.
    pub fn unresolved(&self, program: Option<&Program>) -> Vec<FileDiagnostic> {
        let found = self.users.iter().flat_map(|user| {
            user.unresolved.iter().map(|Unresolved { reference, reason, path }| {
                let message = format!("`${{{reference}}}` is not known: it is {reason}");
                let found = Diagnostic::new(Code::UNDEFINED_REFERENCE, message).at(path.clone());
                placed(found.with_help("give its value"), &user.name, program)
            })
        });
        found.collect()
    }
}

/// A diagnostic of a user, with its place in the program.
fn placed(found: Diagnostic, user: &str, program: Option<&Program>) -> FileDiagnostic {
    let location = program.and_then(|program| program.location(user, &found.path.to_string()));
    FileDiagnostic::new(found.about(user), location)
}
