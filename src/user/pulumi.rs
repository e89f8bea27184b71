//! Unknown values of Pulumi's provider protocol, and the `__defaults` lists of its bridged providers.

use super::Value;

/// The text that represents an unknown text in Pulumi's provider protocol.
pub const PULUMI_UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// The texts that represent unknown values of other types: boolean, number, array, asset, archive, object.
const OTHER_UNKNOWNS: [&str; 6] = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

impl Value {
    /// Returns the document with [`Value::Unknown`] instead of each of the seven texts that Pulumi writes for unknown
    /// values, one for each type.
    ///
    /// Use it only for documents from Pulumi's engine: in all other documents, and in all states, these texts are plain
    /// texts.
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

    /// Returns the document with [`PULUMI_UNKNOWN`] instead of each unknown value: Pulumi's engine reads it as an
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

    /// Returns the document without the list `__defaults`, which Pulumi's bridged providers add to the objects of their
    /// inputs.
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

    /// Returns the document with each leaf mapped; a leaf is a value that is neither a list nor an object.
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

/// Whether a member is the `__defaults` list of a bridged provider. A tag with that name is a text.
pub(crate) fn is_pulumi_note(name: &str, value: &Value) -> bool {
    name == "__defaults" && matches!(value, Value::List(_))
}

fn is_unknown(text: &str) -> bool {
    text == PULUMI_UNKNOWN || OTHER_UNKNOWNS.contains(&text)
}
