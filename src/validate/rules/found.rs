//! The findings of a rule.

use std::fmt::Display;

use crate::user::{Code, Diagnostic, MOST_LISTED, Message, Path};

/// The findings of a rule: a list of bounded length, however long the spec is.
pub(in crate::validate) struct Found {
    code: Code,
    listed: Vec<Finding>,
    /// The path of the first finding that is not listed, and the number of such findings.
    unlisted: Option<(Path, usize)>,
}

/// A finding of a rule, at one path.
pub(in crate::validate) struct Finding {
    pub(in crate::validate) diagnostic: Diagnostic,
    pub(in crate::validate) weight: Weight,
}

/// How the severity of a finding may differ from that of its rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::validate) enum Weight {
    /// The severity is that of the rule.
    Usual,
    /// The value that breaks the rule is not sent: at most a warning, unless the host raises the rule.
    Unsent,
    /// No request can carry the value that breaks the rule: an error, even if the host lowers the rule.
    Unsendable,
}

impl Found {
    /// Creates an empty list of findings for the rule with this code.
    pub(in crate::validate) const fn of(code: Code) -> Self {
        Self { code, listed: Vec::new(), unlisted: None }
    }

    /// Returns the code of the rule.
    pub(in crate::validate) const fn code(&self) -> Code {
        self.code
    }

    /// Whether nothing was found.
    pub(in crate::validate) const fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Adds a finding; the message begins with the path.
    pub(in crate::validate) fn add(
        &mut self,
        path: impl Into<Path>,
        what: impl Display,
        help: impl Into<Message>,
    ) {
        self.add_related(path, what, help, Vec::new());
    }

    /// Adds a finding for a value that is out of its bounds, if `problem` describes one.
    pub(in crate::validate) fn add_bounds(
        &mut self,
        path: impl Into<Path>,
        problem: Option<String>,
        help: impl Into<Message>,
    ) {
        if let Some(problem) = problem {
            self.add(path, problem, help);
        }
    }

    pub(in crate::validate) fn add_related(
        &mut self,
        path: impl Into<Path>,
        what: impl Display,
        help: impl Into<Message>,
        related: Vec<Path>,
    ) {
        let path = path.into();
        let message = format!("`{path:#}` {what}");
        self.push(Weight::Usual, path, message.into(), help.into(), related);
    }

    pub(in crate::validate) fn add_weighed(
        &mut self,
        weight: Weight,
        path: impl Into<Path>,
        what: impl Display,
        help: impl Into<Message>,
    ) {
        let path = path.into();
        let message = format!("`{path:#}` {what}");
        self.push(weight, path, message.into(), help.into(), Vec::new());
    }

    /// Adds a finding whose message has another subject than the path.
    pub(in crate::validate) fn add_message(
        &mut self,
        weight: Weight,
        path: impl Into<Path>,
        message: impl Into<Message>,
        help: impl Into<Message>,
    ) {
        self.push(weight, path.into(), message.into(), help.into(), Vec::new());
    }

    fn push(&mut self, weight: Weight, path: Path, message: Message, help: Message, related: Vec<Path>) {
        if self.listed.len() == MOST_LISTED {
            self.unlisted.get_or_insert((path, 0)).1 += 1;
            return;
        }
        // Ids, names and keys in the texts come from the program.
        let diagnostic = Diagnostic::new(self.code, message).at(path).with_help(help).with_related(related);
        self.listed.push(Finding { diagnostic, weight });
    }

    pub(in crate::validate) fn into_findings(self) -> impl Iterator<Item = Finding> {
        let rest = self.unlisted.map(|(path, count)| Finding {
            diagnostic: Diagnostic::new(
                self.code,
                format!("{count} more places break this rule, from `{path:#}` on"),
            )
            .at(path)
            .with_help("fix the places that are listed first"),
            weight: Weight::Usual,
        });
        self.listed.into_iter().chain(rest)
    }
}
