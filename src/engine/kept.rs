//! The record that the host stores beside its own state and does not show.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value as Json;

use crate::user::{CreationAttempt, ImportId, PropertySet, Secret, Timestamp, UserState};

/// The record of a user, which the next call needs and no output contains: the user as it was last read, the
/// fingerprint of its first password, and creations whose outcome is unknown.
///
/// The record is opaque and versioned. Store it as a text ([`write`](Self::write)), or with serde, beside what the
/// engine itself keeps. Later versions of this crate can read it. A record that a later version has written is an error
/// that says so. The record holds personal data, and never a password.
///
/// ```
/// use connect_user::engine::Kept;
///
/// let kept = Kept::of(&"1c2d:7a9b".parse()?);
/// assert_eq!(Kept::read(&kept.write())?, kept);
/// let error = Kept::read(r#"{"version": 99}"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the record of the user was written by a later version: its version must be at most 1, is 99",
/// );
/// assert_eq!(error.help(), "use the program that wrote it, or a later one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Kept {
    /// The id of the user, if only that is known.
    id: Option<ImportId>,
    state: Option<Box<UserState>>,
    password: Option<String>,
    /// Creations whose outcome is not known, in the order in which they began.
    attempts: Vec<Begun>,
    /// When the user was adopted, if no creation of this host had made it: another resource may have managed it before.
    adopted: Option<Timestamp>,
    /// The properties that the inputs of a plan set, until the plan is applied.
    pub(super) set: PropertySet,
}

/// A creation whose outcome is not known, with the fingerprint of the password that it gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) attempt: CreationAttempt,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
}

/// The error of reading a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// A later version of this crate wrote the record.
    #[error(
        "the record of the user was written by a later version: its version must be at most {}, is {version}",
        Kept::VERSION
    )]
    Newer {
        /// The version of the record.
        version: u64,
    },
    /// The record is damaged.
    #[error("the record of the user cannot be read: {0}")]
    Damaged(#[source] serde_json::Error),
}

impl KeptError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "use the program that wrote it, or a later one",
            Self::Damaged(_) => "restore the record from a backup, or import the user",
        }
    }
}

impl Kept {
    /// The version of the records that this version of the crate writes.
    pub const VERSION: u64 = 1;

    /// Returns the record of a user of which only the id is known; the user is read when needed.
    pub fn of(id: &ImportId) -> Self {
        Self { id: Some(id.clone()), ..Self::default() }
    }

    /// Returns the record of a user, and of unfinished creations. Creations with the same name are dropped: names are
    /// unique, so they made no other user.
    pub(super) fn of_state(mut state: UserState, password: Option<String>, attempts: &[Begun]) -> Self {
        state.record.password = None;
        let is_another = |begun: &&Begun| {
            let attempt = &begun.attempt;
            attempt.name() != state.name || *attempt.instance_id() != state.instance_id
        };
        let attempts = attempts.iter().filter(is_another).cloned().collect();
        Self { state: Some(Box::new(state)), password, attempts, ..Self::default() }
    }

    pub(super) fn of_attempts(attempts: Vec<Begun>) -> Self {
        Self { attempts, ..Self::default() }
    }

    /// Returns the record of a user that was adopted at this time.
    #[must_use]
    pub(super) fn adopted_at(self, adopted: Option<Timestamp>) -> Self {
        Self { adopted, ..self }
    }

    /// Returns the record with an id, if nothing else identifies the user.
    #[must_use]
    pub(super) fn or_id(self, id: impl FnOnce() -> Option<ImportId>) -> Self {
        match self.id().is_none() && !self.is_uncertain() {
            true => Self { id: id(), ..self },
            false => self,
        }
    }

    /// Returns the record with a fingerprint of the first password, which a state of another tool may hold. A host that
    /// migrates such a state can then forget the password itself.
    #[must_use]
    pub fn with_password(self, password: &Secret, fingerprints: &super::Fingerprints) -> Self {
        Self { password: fingerprints.of(password), ..self }
    }

    /// Reads a record that [`write`](Self::write) wrote, also in an earlier version.
    ///
    /// # Errors
    ///
    /// [`KeptError`] if a later version wrote the record, or the record is damaged.
    pub fn read(text: &str) -> Result<Self, KeptError> {
        Self::from_json(serde_json::from_str(text).map_err(KeptError::Damaged)?)
    }

    /// Writes the record as text. The text is the same for the same user.
    pub fn write(&self) -> String {
        self.to_json().to_string()
    }

    /// Returns the import id of the user; `None` while it is not known.
    pub fn id(&self) -> Option<ImportId> {
        self.state.as_ref().map(|state| state.id()).or_else(|| self.id.clone())
    }

    /// Returns the user as it was last read; `None` if only its id is known.
    pub fn state(&self) -> Option<&UserState> {
        self.state.as_deref()
    }

    /// Whether it is unknown which user this is, because the outcome of its creation is unknown.
    pub const fn is_uncertain(&self) -> bool {
        self.state.is_none() && !self.attempts.is_empty()
    }

    /// Whether the record holds a fingerprint of the first password.
    pub fn has_password(&self) -> bool {
        self.password.is_some() || self.attempts.iter().any(|begun| begun.password.is_some())
    }

    pub(super) fn attempts(&self) -> &[Begun] {
        &self.attempts
    }

    pub(super) const fn adopted(&self) -> Option<Timestamp> {
        self.adopted
    }

    /// Returns the fingerprint of the password with which the user was created.
    pub(super) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    pub(super) fn from_json(json: Json) -> Result<Self, KeptError> {
        if !json.is_object() {
            return Err(KeptError::Damaged(de::Error::custom("it is no object")));
        }
        let version = json.get("version").and_then(Json::as_u64);
        let version = version.ok_or_else(|| KeptError::Damaged(de::Error::custom("it says no version")))?;
        if version > Self::VERSION {
            return Err(KeptError::Newer { version });
        }
        let written: Written = serde_json::from_value(json).map_err(KeptError::Damaged)?;
        let Written { id, state, mut password, attempt, mut attempts, adopted, set, .. } = written;
        if let Some(attempt) = attempt {
            attempts.push(Begun { attempt, password: password.take() });
        }
        let id =
            id.map(|id| id.parse().map_err(de::Error::custom)).transpose().map_err(KeptError::Damaged)?;
        Ok(Self { id, state, password, attempts, adopted, set })
    }

    pub(super) fn to_json(&self) -> Json {
        let Self { id, state, password, attempts, adopted, set } = self.clone();
        let (version, id) = (Self::VERSION, id.map(|id| id.to_string()));
        let written = Written { version, id, state, password, attempt: None, attempts, adopted, set };
        // Plain data, which JSON can always hold.
        serde_json::to_value(written).unwrap_or_default()
    }

    /// Whether two records are equal except for the properties that the inputs of a plan set.
    pub(super) fn is_same_but_for_inputs(&self, other: &Self) -> bool {
        let Self { id, state, password, attempts, adopted, set: _ } = self;
        let same = (id, password, attempts, adopted);
        same == (&other.id, &other.password, &other.attempts, &other.adopted) && *state == other.state
    }
}

/// The member of a record that holds the properties that the inputs of a plan set.
pub(super) const SET: &str = "set";

/// A record as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Box<UserState>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<Begun>,
    /// Earlier records have one creation; its password is in the user's place.
    #[serde(default, skip_serializing)]
    attempt: Option<CreationAttempt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adopted: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "is_empty")]
    set: PropertySet,
}

fn is_empty(set: &PropertySet) -> bool {
    set.is_empty()
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Json::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id().map(|id| id.to_string());
        f.debug_struct("Kept")
            .field("id", &id)
            .field("is_uncertain", &self.is_uncertain())
            .finish_non_exhaustive()
    }
}
