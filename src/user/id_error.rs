//! The errors of ids.

use super::text::{misleads_alone, one_line};

/// The error of an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is empty.
    #[error("the id of {kind} is empty")]
    Empty {
        /// The kind of resource that the id should name.
        kind: &'static str,
    },
    /// The text has a character that an id cannot have.
    #[error("`{}` is not the id of {kind}: it holds `{}`", one_line(text), one_line(&character.to_string()))]
    Character {
        /// The kind of resource that the id should name.
        kind: &'static str,
        /// The text.
        text: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// The text is an ARN, but not of Amazon Connect, or of another kind of resource.
    #[error("`{}` is not the ARN of {kind}", one_line(text))]
    Arn {
        /// The kind of resource that the ARN should name.
        kind: &'static str,
        /// The text.
        text: String,
        /// The expected form.
        form: String,
    },
}

impl IdError {
    /// Returns what to do about the error.
    pub fn help(&self) -> String {
        match self {
            Self::Empty { kind } => format!("give the id or the ARN of {kind}"),
            Self::Character { kind, text, .. } => match composite(text) {
                // The `id` of a Terraform or Pulumi resource instead of the id in Amazon Connect.
                Some(id) => format!("give the id of {kind} alone, which may be `{id}`"),
                None => format!(
                    "an id has no white space and none of `:/${{}}`; give the id or the whole ARN of {kind}"
                ),
            },
            Self::Arn { form, .. } => format!("write `{form}`, or the bare id"),
        }
    }
}

/// Returns the second id of `INSTANCE:ID`.
fn composite(text: &str) -> Option<&str> {
    let is_id = |id: &str| !id.is_empty() && id.chars().all(is_id_character);
    text.split_once(':').filter(|(instance, id)| is_id(instance) && is_id(id)).map(|(_, id)| id)
}

pub(super) fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

pub(super) fn is_id_character(c: char) -> bool {
    match c {
        ':' | '/' | '$' | '{' | '}' => false,
        '!'..='~' => true,
        c => !c.is_whitespace() && !misleads_alone(c),
    }
}
