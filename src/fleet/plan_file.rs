//! A plan in a file.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::SavedFleetPlan;
use crate::user::in_words;

/// A saved plan as a file has it, with the state that it was made from. It holds personal data and no password: let only
/// its owner read the file.
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
    /// The version; it stands first, and tells a plan from a program.
    #[serde(deserialize_with = "this_version")]
    connect_user_plan: u64,
    /// The state that the plan was made from, as the host names it: a path or a URL.
    pub state: String,
    /// The plan.
    pub plan: SavedFleetPlan,
}

/// The error of reading a plan from a file. `name` is that of the file, within a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFileError {
    /// A part of the file is missing.
    #[error("{name} is cut off")]
    CutOff {
        /// The file.
        name: String,
    },
    /// It is no plan.
    #[error("{name} cannot be read: {reason}")]
    Form {
        /// The file.
        name: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// Another version of this crate wrote it.
    #[error("{name} has version {found}, and this program knows {}", PlanFile::VERSION)]
    Version {
        /// The file.
        name: String,
        /// Its version.
        found: u64,
    },
}

/// Whoever reads the file by a way of its own finds no other version either.
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
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::CutOff { .. } => "plan again",
            Self::Form { .. } => "plan again, with the program that shall apply it",
            Self::Version { .. } => "use the program that wrote it, or plan again",
        }
    }
}

impl PlanFile {
    /// The version of the file; another one cannot be read.
    pub const VERSION: u64 = 1;

    /// A plan that was made from a state.
    pub fn new(state: impl Into<String>, plan: SavedFleetPlan) -> Self {
        Self { connect_user_plan: Self::VERSION, state: state.into(), plan }
    }

    /// Whether a text is a saved plan: of any version, whole or not.
    pub fn is_one(text: &str) -> bool {
        let start = text.chars().filter(|c| !c.is_whitespace()).take(64).collect::<String>();
        start.starts_with("{\"connectUserPlan\":")
    }

    /// Reads the text of a file; `name` is that of the file, within a sentence.
    ///
    /// # Errors
    ///
    /// [`PlanFileError`] if it is no plan of this version, or not whole.
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
        // It reads the whole text: what is cut off is found here.
        let Version { connect_user_plan: found } = serde_json::from_str(text).map_err(unreadable)?;
        if found != Self::VERSION {
            return Err(PlanFileError::Version { name, found });
        }
        serde_json::from_str(text).map_err(unreadable)
    }
}
