//! What a rule has found.

use crate::{
    user::{MOST_LISTED, Path, short_line},
    validate::{
        code::{Code, Severity},
        report::Violation,
    },
};

/// What a rule has found: a list of bounded length, however long the spec is.
#[derive(Default)]
pub(in crate::validate) struct Found {
    listed: Vec<Finding>,
    /// Where the first violation is that is not listed, and how many they are.
    unlisted: Option<(Path, usize)>,
}

/// A violation whose code and severity its rule's row fills in.
pub(in crate::validate) struct Finding {
    pub(in crate::validate) violation: Violation,
    pub(in crate::validate) weight: Weight,
}

/// How a violation's severity may depart from that of its rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::validate) enum Weight {
    /// It does not.
    Usual,
    /// What breaks the rule is not sent: a warning at most, unless the host raises the rule.
    Unsent,
    /// No request can carry what breaks the rule: an error, even if the host lowers the rule.
    Unsendable,
}

impl Found {
    pub(in crate::validate) fn add(
        &mut self,
        path: impl Into<Path>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Weight::Usual, path.into(), message.into(), help.into(), Vec::new());
    }

    pub(in crate::validate) fn add_related(
        &mut self,
        path: impl Into<Path>,
        message: impl Into<String>,
        help: impl Into<String>,
        related: Vec<Path>,
    ) {
        self.push(Weight::Usual, path.into(), message.into(), help.into(), related);
    }

    pub(in crate::validate) fn add_weighed(
        &mut self,
        weight: Weight,
        path: impl Into<Path>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(weight, path.into(), message.into(), help.into(), Vec::new());
    }

    fn push(&mut self, weight: Weight, path: Path, message: String, help: String, related: Vec<Path>) {
        if self.listed.len() == MOST_LISTED {
            self.unlisted.get_or_insert((path, 0)).1 += 1;
            return;
        }
        let violation = Violation {
            path,
            code: Code(""),
            severity: Severity::Error,
            // Ids, names and keys that stand in it are the program's.
            message: short_line(&message),
            help: Some(short_line(&help)),
            related,
        };
        self.listed.push(Finding { violation, weight });
    }

    pub(in crate::validate) fn into_findings(self) -> impl Iterator<Item = Finding> {
        let rest = self.unlisted.map(|(path, count)| Finding {
            violation: Violation {
                message: format!("{count} more places break this rule, from `{path}` on"),
                path,
                code: Code(""),
                severity: Severity::Error,
                help: Some("mend the places that are listed first".to_owned()),
                related: Vec::new(),
            },
            weight: Weight::Usual,
        });
        self.listed.into_iter().chain(rest)
    }
}
