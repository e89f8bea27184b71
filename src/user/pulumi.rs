//! Unknown values of Pulumi's provider protocol, and the notes of its bridged providers.

use super::Value;

/// The text that stands for an unknown text in Pulumi's provider protocol.
pub const PULUMI_UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// What it writes in the place of a value of another type: boolean, number, array, asset, archive, object.
const OTHER_UNKNOWNS: [&str; 6] = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

impl Value {
    /// The document with [`Value::Unknown`] in the place of each of the seven texts that Pulumi writes for a
    /// value that is not known yet, one for each type.
    ///
    /// Use it only for documents from Pulumi's engine: in every other document, and in every state, such a
    /// text is a text.
    ///
    /// ```
    /// use connect_user::user::Value;
    ///
    /// let json = r#"["a", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"]"#;
    /// let value: Value = serde_json::from_str(json)?;
    /// assert_eq!(value, Value::List(vec!["a".into(), "3eeb2bf0-c639-47a8-9e75-3b44932eb421".into()]));
    /// assert_eq!(value.with_pulumi_unknowns(), Value::List(vec!["a".into(), Value::Unknown]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_pulumi_unknowns(self) -> Self {
        self.map_leaves(&|leaf| match leaf {
            Self::String(text) if is_unknown(&text) => Self::Unknown,
            leaf => leaf,
        })
    }

    /// The document with [`PULUMI_UNKNOWN`] instead of each unknown value: Pulumi's engine reads it as an
    /// unknown value of any type.
    ///
    /// ```
    /// use connect_user::user::{PULUMI_UNKNOWN, Value};
    ///
    /// let value = Value::List(vec![Value::Integer(1), Value::Unknown]);
    /// assert!(serde_json::to_string(&value).is_err(), "JSON has no form for it");
    /// let json = serde_json::to_string(&value.clone().into_pulumi_unknowns())?;
    /// assert_eq!(json, format!("[1,\"{PULUMI_UNKNOWN}\"]"));
    /// assert_eq!(serde_json::from_str::<Value>(&json)?.with_pulumi_unknowns(), value);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn into_pulumi_unknowns(self) -> Self {
        self.map_leaves(&|leaf| match leaf {
            Self::Unknown => PULUMI_UNKNOWN.into(),
            leaf => leaf,
        })
    }

    /// The document without what Pulumi's bridged providers note in the objects of their inputs for themselves: the list
    /// `__defaults`.
    ///
    /// ```
    /// use connect_user::user::Value;
    ///
    /// let inputs: Value = serde_json::from_str(r#"{"__defaults": ["name"], "tags": {"__defaults": [], "team": "ops"}}"#)?;
    /// let plain: Value = serde_json::from_str(r#"{"tags": {"team": "ops"}}"#)?;
    /// assert_eq!(inputs.without_pulumi_defaults(), plain);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn without_pulumi_defaults(self) -> Self {
        match self {
            Self::List(items) => Self::List(items.into_iter().map(Self::without_pulumi_defaults).collect()),
            Self::Map(mut members) => {
                members.retain(|(name, value)| !is_pulumi_note(name, value));
                let members =
                    members.into_iter().map(|(name, value)| (name, value.without_pulumi_defaults()));
                Self::Map(members.collect())
            }
            leaf => leaf,
        }
    }

    /// The document with each leaf mapped: each value that is neither a list nor an object.
    ///
    /// ```
    /// use connect_user::user::Value;
    ///
    /// let value = Value::List(vec!["a".into(), Value::Integer(1)]);
    /// let upper = value.map_leaves(&|leaf| match leaf.as_str() {
    ///     Some(text) => text.to_uppercase().into(),
    ///     None => leaf,
    /// });
    /// assert_eq!(upper, Value::List(vec!["A".into(), Value::Integer(1)]));
    /// ```
    #[must_use]
    pub fn map_leaves(self, map: &impl Fn(Self) -> Self) -> Self {
        match self {
            Self::List(items) => Self::List(items.into_iter().map(|item| item.map_leaves(map)).collect()),
            Self::Map(members) => {
                let members = members.into_iter().map(|(name, value)| (name, value.map_leaves(map)));
                Self::Map(members.collect())
            }
            leaf => map(leaf),
        }
    }
}

/// Whether a member is what a bridged provider notes for itself. A tag of that name is a text.
pub(crate) fn is_pulumi_note(name: &str, value: &Value) -> bool {
    name == "__defaults" && matches!(value, Value::List(_))
}

fn is_unknown(text: &str) -> bool {
    text == PULUMI_UNKNOWN || OTHER_UNKNOWNS.contains(&text)
}
