//! Collects what a conversion cannot carry: one diagnostic for all users with the same loss.

use std::collections::HashMap;

use super::users::FileDiagnostic;
use crate::{
    interop::program::Location,
    user::{Code, Diagnostic, Severity},
};

/// The losses of a conversion, in the order in which they were found.
#[derive(Default)]
pub(super) struct Losses {
    found: Vec<Loss>,
    /// The index of each loss in the list, by its text.
    places: HashMap<String, usize>,
}

/// A loss: its text, the place of its first occurrence, and the number of users that have it.
struct Loss {
    what: String,
    help: String,
    severity: Severity,
    location: Option<Location>,
    count: usize,
}

impl Losses {
    pub(super) fn add(
        &mut self,
        severity: Severity,
        what: String,
        help: &str,
        location: impl FnOnce() -> Option<Location>,
    ) {
        let known = self.places.get(&what).and_then(|place| self.found.get_mut(*place));
        match known {
            Some(known) => known.count += 1,
            None => {
                self.places.insert(what.clone(), self.found.len());
                self.found.push(Loss {
                    what,
                    help: help.to_owned(),
                    severity,
                    location: location(),
                    count: 1,
                });
            }
        }
    }

    pub(super) fn into_diagnostics(self) -> impl Iterator<Item = FileDiagnostic> {
        self.found.into_iter().map(|Loss { what, help, severity, location, count }| {
            let of = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let found = Diagnostic::new(Code::NOT_CONVERTED, format!("{what}{of}"));
            FileDiagnostic::new(found.with_severity(severity).with_help(help), location)
        })
    }
}
