//! Totals, diagnostics and JSON of an adoption.

use serde::{Serialize, Serializer};

use super::adopt::{AdoptOutcome, AdoptedUser, Adoption, Lacks};
use crate::{
    diff::{Action, Preview},
    user::{Code, Diagnostic, ImportId},
};

/// Numbers of users in an [`Adoption`] by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdoptionTotals {
    /// Users that the adoption recorded.
    pub adopted: usize,
    /// Users that were recorded before, also under another resource name.
    pub recorded: usize,
    /// Users that do not exist in their instances.
    pub missing: usize,
    /// Actual users that differ from the file.
    pub different: usize,
}

impl Adoption {
    /// Returns the numbers of users by outcome.
    pub fn totals(&self) -> AdoptionTotals {
        let mut totals = AdoptionTotals::default();
        for user in &self.users {
            totals.different += usize::from(user.preview.diff.action != Action::None);
            match user.outcome {
                AdoptOutcome::Adopted(_) => totals.adopted += 1,
                AdoptOutcome::Recorded(_) | AdoptOutcome::RecordedAs(..) => totals.recorded += 1,
                AdoptOutcome::NotFound => totals.missing += 1,
                AdoptOutcome::NotKnown | AdoptOutcome::NameTaken(_) | AdoptOutcome::Failed(_) => {}
            }
        }
        totals
    }
}

impl AdoptOutcome {
    /// Returns the id of the user that was found, or that is recorded under its resource name.
    pub const fn id(&self) -> Option<&ImportId> {
        match self {
            Self::Adopted(id) | Self::Recorded(id) | Self::RecordedAs(id, _) | Self::NameTaken(id) => {
                Some(id)
            }
            Self::NotFound | Self::NotKnown | Self::Failed(_) => None,
        }
    }

    /// Returns the outcome as a word, as in the JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Adopted(_) => "adopted",
            Self::Recorded(_) => "recorded",
            Self::RecordedAs(..) => "recordedAs",
            Self::NotFound => "notFound",
            Self::NotKnown => "notKnown",
            Self::NameTaken(_) => "nameTaken",
            Self::Failed(_) => "failed",
        }
    }
}

impl AdoptedUser {
    /// Returns why the user is not recorded under its resource name, if it is not. An error if the user could not be
    /// read.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let name = &self.name;
        let (code, message, help) = match &self.outcome {
            AdoptOutcome::Adopted(_) | AdoptOutcome::Recorded(_) => return None,
            AdoptOutcome::RecordedAs(id, other) => {
                (Code::NOT_ADOPTED, format!("`{name}` is `{id}`, which is recorded as `{other}`"), "")
            }
            AdoptOutcome::NotFound => {
                let then = if self.lacks.required { "" } else { ": an `apply` would create it" };
                (Code::NOT_ADOPTED, format!("`{name}` is not there{then}"), "")
            }
            AdoptOutcome::NotKnown => {
                let (what, help) = match self.lacks {
                    Lacks { name: true, .. } => {
                        ("the file has no user name of it", "give it one in the file")
                    }
                    Lacks { instance: true, .. } => {
                        ("its instance is not known", "give the instance of the users")
                    }
                    _ => (
                        "its instance or its name is not known",
                        "give the value that it refers to in the file",
                    ),
                };
                (Code::NOT_ADOPTED, format!("`{name}` is not looked for: {what}"), help)
            }
            AdoptOutcome::NameTaken(other) => (
                Code::NOT_ADOPTED,
                format!("`{name}` is not recorded: `{other}` is recorded under that name"),
                "give one of them another resource name",
            ),
            AdoptOutcome::Failed(error) => {
                (Code::CALL_FAILED, format!("`{name}` cannot be read: {error}"), error.help())
            }
        };
        Some(Diagnostic::new(code, message).about(name).with_help(help))
    }
}

impl Serialize for AdoptedUser {
    /// Writes the members of the preview, and the name, the outcome and the id.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Told<'a> {
            user: &'a str,
            outcome: &'static str,
            id: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            recorded_as: Option<&'a str>,
            #[serde(flatten)]
            preview: &'a Preview,
        }

        let recorded_as = match &self.outcome {
            AdoptOutcome::RecordedAs(_, other) => Some(other.as_str()),
            _ => None,
        };
        let id = self.outcome.id().map(ToString::to_string);
        let outcome = self.outcome.as_str();
        Told { user: &self.name, outcome, id, recorded_as, preview: &self.preview }.serialize(serializer)
    }
}
