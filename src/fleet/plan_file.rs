//! A plan in a file.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::SavedFleetPlan;
use crate::user::in_words;

/// The content of a plan file: a saved plan, and the state that the plan was made from. It holds personal data and no
/// password: let only its owner read the file.
///
/// ```
/// use connect_user::fleet::{PlanFile, SavedFleetPlan};
///
/// let plan: SavedFleetPlan = serde_json::from_str(
///     r#"{"version": 1, "users": [], "unchanged": 7, "notices": [], "released": []}"#,
/// )?;
/// let text = serde_json::to_string(&PlanFile::new("s3://team/users", plan))?;
/// assert!(PlanFile::is_one(&text) && !PlanFile::is_one("resources: {}"));
/// assert_eq!(PlanFile::read("`plan.json`", &text)?.state, "s3://team/users");
/// let error = PlanFile::read("`plan.json`", &text[..40]).unwrap_err();
/// assert_eq!(error.to_string(), "`plan.json` is cut off");
/// let later = text.replacen("\"connectUserPlan\":1", "\"connectUserPlan\":2", 1);
/// assert!(PlanFile::read("`plan.json`", &later).is_err() && serde_json::from_str::<PlanFile>(&later).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PlanFile {
    /// The version. It is the first member, which distinguishes a plan from a program.
    #[serde(deserialize_with = "this_version")]
    connect_user_plan: u64,
    /// The state that the plan was made from, as the host names it: a path or a URL.
    pub state: String,
    /// The plan.
    pub plan: SavedFleetPlan,
}

/// The error of reading a plan from a file. `name` is the name of the file, as part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFileError {
    /// A part of the file is missing.
    #[error("{name} is cut off")]
    CutOff {
        /// The file.
        name: String,
    },
    /// The file is not a plan.
    #[error("{name} cannot be read: {reason}")]
    Form {
        /// The file.
        name: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// Another version of this crate wrote the file.
    #[error("{name} has version {found}, and this program knows {}", PlanFile::VERSION)]
    Version {
        /// The file.
        name: String,
        /// The version of the file.
        found: u64,
    },
}

/// Refuses other versions, also if the file is deserialized without [`PlanFile::read`].
fn this_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        PlanFile::VERSION => Ok(PlanFile::VERSION),
        found => Err(D::Error::custom(format_args!(
            "the plan has version {found}, and this program knows {}",
            PlanFile::VERSION
        ))),
    }
}

impl PlanFileError {
    /// What to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::CutOff { .. } => "plan again",
            Self::Form { .. } => "plan again, with the program that shall apply it",
            Self::Version { .. } => "use the program that wrote it, or plan again",
        }
    }
}

impl PlanFile {
    /// The version of the file; other versions cannot be read.
    pub const VERSION: u64 = 1;

    /// The content of a file for a plan that was made from `state`.
    pub fn new(state: impl Into<String>, plan: SavedFleetPlan) -> Self {
        Self { connect_user_plan: Self::VERSION, state: state.into(), plan }
    }

    /// Whether a text is a plan file, of any version, complete or cut off.
    pub fn is_one(text: &str) -> bool {
        let start = text.chars().filter(|c| !c.is_whitespace()).take(64).collect::<String>();
        start.starts_with("{\"connectUserPlan\":")
    }

    /// Reads the text of a file. `name` is the name of the file, as part of a sentence.
    ///
    /// # Errors
    ///
    /// [`PlanFileError`] if the text is not a plan of this version, or is cut off.
    pub fn read(name: &str, text: &str) -> Result<Self, PlanFileError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            connect_user_plan: u64,
        }

        let name = name.to_owned();
        let unreadable = |error: serde_json::Error| match error.is_eof() {
            true => PlanFileError::CutOff { name: name.clone() },
            false => PlanFileError::Form { name: name.clone(), reason: in_words(&error) },
        };
        // This reads the whole text, so that a text that is cut off is found here.
        let Version { connect_user_plan: found } = serde_json::from_str(text).map_err(unreadable)?;
        if found != Self::VERSION {
            return Err(PlanFileError::Version { name, found });
        }
        serde_json::from_str(text).map_err(unreadable)
    }
}
