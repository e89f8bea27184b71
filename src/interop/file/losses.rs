//! What a conversion cannot carry, told once for all users that have it.

use std::collections::HashMap;

use super::users::FileDiagnostic;
use crate::{
    interop::program::Location,
    user::{Code, Diagnostic, Severity},
};

/// What a conversion cannot carry, in the order in which it was found.
#[derive(Default)]
pub(super) struct Losses {
    found: Vec<Loss>,
    /// The places in the list, by what they are.
    places: HashMap<String, usize>,
}

/// Something of one user or several: where it is first, and how many users have it.
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
