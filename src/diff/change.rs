//! The differences, property by property.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use crate::user::{Diagnostic, Path, Property, Value, choice};

choice! {
    /// What a plan does to a user.
    #[derive(Default)]
    Action {
        /// Nothing.
        #[default]
        None = "none",
        /// The user is created.
        Create = "create",
        /// The user is updated in place.
        Update = "update",
        /// The user is replaced: a new one is created and the old one deleted.
        Replace = "replace",
        /// The user is deleted.
        Delete = "delete",
    }
}

choice! {
    /// How a property changes.
    ChangeKind {
        /// The property is set, and was not before.
        Add = "add",
        /// The property gets another value.
        Update = "update",
        /// The property is cleared, or set back to the default of the service.
        Delete = "delete",
    }
}

/// A change of one property, or of one tag.
///
/// The `Debug` form leaves personal data out.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The path of the change.
    pub path: Path,
    /// The property; [`Property::Tags`] for a tag.
    pub property: Property,
    /// Whether the value is added, updated or deleted.
    pub kind: ChangeKind,
    /// The actual value; `None` if there is none, and for secrets.
    pub before: Option<Value>,
    /// The desired value; `None` if there is none, if it is unknown, and for secrets.
    pub after: Option<Value>,
    /// Whether the desired value is unknown, so that there may be no change in the end.
    pub unknown: bool,
    /// Whether the change replaces the user.
    pub forces_replacement: bool,
}

impl Change {
    pub(super) fn new(property: Property, kind: ChangeKind) -> Self {
        Self {
            path: property.into(),
            property,
            kind,
            before: None,
            after: None,
            unknown: false,
            forces_replacement: property.replaces(),
        }
    }

    pub(super) fn at(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    pub(super) fn from(mut self, before: Option<Value>) -> Self {
        self.before = before.filter(|_| !self.sensitive());
        self
    }

    pub(super) fn to(mut self, after: Option<Value>) -> Self {
        self.after = after.filter(|_| !self.sensitive());
        self
    }

    pub(super) fn unknown(mut self, unknown: bool) -> Self {
        self.unknown = unknown;
        self
    }

    /// Returns the reverse change.
    pub(crate) fn turned(self) -> Self {
        let kind = match self.kind {
            ChangeKind::Add => ChangeKind::Delete,
            ChangeKind::Update => ChangeKind::Update,
            ChangeKind::Delete => ChangeKind::Add,
        };
        Self { kind, before: self.after, after: self.before, forces_replacement: false, ..self }
    }

    /// Whether the values are secret, and therefore left out.
    pub fn sensitive(&self) -> bool {
        self.property.is_secret()
    }

    /// Whether the values are personal data.
    pub fn personal(&self) -> bool {
        self.property.is_personal()
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Redacted;

        impl fmt::Debug for Redacted {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("redacted")
            }
        }

        let Self { path, property, kind, before, after, unknown, forces_replacement } = self;
        let mut debug = f.debug_struct("Change");
        debug.field("path", path).field("property", property).field("kind", kind);
        for (name, value) in [("before", before), ("after", after)] {
            match value {
                Some(_) if self.personal() => debug.field(name, &Redacted),
                value => debug.field(name, value),
            };
        }
        debug.field("unknown", unknown).field("forces_replacement", forces_replacement).finish()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("before", &self.before)?;
        // An unknown value has no value in JSON either: `unknown` is `true`.
        map.serialize_entry("after", &self.after.as_ref().filter(|_| !self.unknown))?;
        map.serialize_entry("sensitive", &self.sensitive())?;
        map.serialize_entry("personal", &self.personal())?;
        map.serialize_entry("forcesReplacement", &self.forces_replacement)?;
        map.serialize_entry("unknown", &self.unknown)?;
        map.end()
    }
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReplacementOrder {
    /// The new user is created before the old one is deleted.
    CreateBeforeDelete,
    /// The old user is deleted first, because the new one takes its name.
    DeleteBeforeCreate,
}

/// Everything that differs between a spec and a state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// What the plan does to the user.
    pub action: Action,
    /// The changes, in the order of the properties.
    pub changes: Vec<Change>,
    /// Notices and refusals, such as a change that no call can make.
    #[serde(serialize_with = "with_refused")]
    pub notices: Vec<Diagnostic>,
    /// The order, if the user is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<ReplacementOrder>,
}

impl Diff {
    /// Whether there is no change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the notices that prevent a plan.
    pub fn refusals(&self) -> impl Iterator<Item = &Diagnostic> {
        self.notices.iter().filter(|notice| notice.is_error())
    }

    /// Whether a desired value is unknown.
    pub fn has_unknowns(&self) -> bool {
        self.changes.iter().any(|change| change.unknown)
    }
}

/// Writes of each notice whether it prevents the plan.
fn with_refused<S: Serializer>(notices: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Notice<'a> {
        #[serde(flatten)]
        diagnostic: &'a Diagnostic,
        refused: bool,
    }

    let mut list = serializer.serialize_seq(Some(notices.len()))?;
    for diagnostic in notices {
        list.serialize_element(&Notice { diagnostic, refused: diagnostic.is_error() })?;
    }
    list.end()
}
