//! The import id of an existing user: `instance id:user id`, as in Pulumi and Terraform.

use std::{fmt, str::FromStr};

use super::{
    IdKind, InstanceId, User, UserId,
    arn::ArnRef,
    as_text::serde_as_text,
    id_error::{is_arn, is_id_character},
    text::one_line,
};

/// The import id of an existing user: `instance id:user id`, as in Pulumi and Terraform. In JSON it is this text.
///
/// ```
/// use connect_user::user::ImportId;
///
/// let id: ImportId = "1c2d:7a9b".parse()?;
/// assert_eq!(id.user.as_str(), "7a9b");
/// assert_eq!(id.to_string(), "1c2d:7a9b");
/// assert_eq!(
///     "1c2d".parse::<ImportId>().unwrap_err().to_string(),
///     "`1c2d` is not an import id: there is no `:` between instance id and user id",
/// );
/// # Ok::<(), connect_user::user::ImportIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ImportId {
    /// The instance.
    pub instance: InstanceId,
    /// The user.
    pub user: UserId,
}

/// The error of reading an import id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an import id: {}", one_line(text), one_line(reason))]
pub struct ImportIdError {
    text: String,
    reason: String,
}

impl ImportIdError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        "write `INSTANCE_ID:USER_ID`, the two ids as the console and `list-users` show them"
    }
}

impl ImportId {
    /// Creates the import id of a user.
    pub fn new(instance: &InstanceId, user: &UserId) -> Self {
        Self { instance: instance.to_bare(), user: user.to_bare() }
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.instance.bare(), self.user.bare())
    }
}

serde_as_text!(ImportId);

impl FromStr for ImportId {
    type Err = ImportIdError;

    fn from_str(text: &str) -> Result<Self, ImportIdError> {
        let fail = |reason: String| ImportIdError { text: text.to_owned(), reason };
        if is_arn(text) {
            let arn = ArnRef::parse(text);
            return Err(fail(match arn.map(|arn| (arn.instance, arn.resource)) {
                Some((instance, Some((User::SEGMENT, id)))) => {
                    format!("it is an ARN; the user's import id is `{instance}:{id}`")
                }
                _ => "it is an ARN, and not one of a user".to_owned(),
            }));
        }
        let Some((instance, user)) = text.split_once(':') else {
            return Err(fail("there is no `:` between instance id and user id".to_owned()));
        };
        if user.contains(':') {
            return Err(fail("there is more than one `:`".to_owned()));
        }
        for (id, name) in [(instance, "instance id"), (user, "user id")] {
            if id.is_empty() {
                return Err(fail(format!("the {name} is empty")));
            }
            if let Some(character) = id.chars().find(|c| !is_id_character(*c)) {
                return Err(fail(format!("the {name} holds `{character}`")));
            }
        }
        Ok(Self { instance: InstanceId::new(instance), user: UserId::new(user) })
    }
}
