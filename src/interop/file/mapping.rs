//! Maps columns of a table, or attributes of SCIM, to properties.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    interop::program::{read_yaml, unreadable},
    user::{Code, Diagnostic, Path, Property, Value, nearest},
};

/// Maps columns of a table, or attributes of SCIM, to properties, and has default inputs for every user.
///
/// A mapping is read from YAML or JSON. The target of a column is the path of a property (`identityInfo.firstName`), a
/// tag (`tags.team`), `routingProfileName`, `securityProfileNames`, `hierarchyPath`, `resourceName`, or `ignore`.
///
/// ```
/// use connect_user::interop::file::Mapping;
///
/// let mapping = Mapping::read(
///     r#"
/// columns: {login: name, desk: phoneConfig.deskPhoneNumber, department: tags.department, shift: ignore}
/// defaults: {instanceId: 1c2d, phoneConfig: {phoneType: SOFT_PHONE}}
/// separator: ";"
/// "#,
/// )?;
/// assert_eq!(mapping.columns["login"], "name");
/// let wrong = Mapping::read("columns: {login: nam}").unwrap_err();
/// assert_eq!(wrong.message, "the mapping maps `login` to `nam`, which is no property");
/// # Ok::<(), Box<connect_user::user::Diagnostic>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Mapping {
    /// Targets of headers or attributes, where they differ from the default. An attribute is written as
    /// `name.givenName`, `emails[type=work]`, `emails[primary]`, or with the name of its extension and a `:`. For
    /// lists, `groups` is the value of each element, and `groups.display` another member of each element. Default:
    /// none.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Inputs of every user that the file does not give, written as the properties of a program. Default: none.
    #[serde(default = "nothing")]
    pub defaults: Value,
    /// Separator of the elements of a list in one cell. Default: `|`.
    #[serde(default)]
    pub separator: Option<String>,
}

const fn nothing() -> Value {
    Value::Null
}

impl Default for Mapping {
    fn default() -> Self {
        Self { columns: BTreeMap::new(), defaults: Value::Null, separator: None }
    }
}

/// The target of a column or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Property(Property),
    RoutingProfileName,
    SecurityProfileNames,
    HierarchyPath,
    Tag(String),
    ResourceName,
    Ignored,
}

/// Names of the targets that are not properties.
const NAMES: &[(&str, Target)] = &[
    ("routingProfileName", Target::RoutingProfileName),
    ("securityProfileNames", Target::SecurityProfileNames),
    ("hierarchyPath", Target::HierarchyPath),
    ("resourceName", Target::ResourceName),
    ("ignore", Target::Ignored),
];

impl Target {
    /// The target with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        if let Some(key) = name.strip_prefix("tags.").filter(|key| !key.is_empty()) {
            return Some(Self::Tag(key.to_owned()));
        }
        let other = NAMES.iter().find(|(known, _)| *known == name).map(|(_, target)| target.clone());
        let can_be_a_text = |property: &Property| property.members().is_empty();
        other.or_else(|| Property::from_path(name).filter(can_be_a_text).map(Self::Property))
    }

    /// The path in a user that the target sets.
    pub(super) fn path(&self) -> Path {
        match self {
            Self::Property(property) => (*property).into(),
            Self::RoutingProfileName => Property::RoutingProfileId.into(),
            Self::SecurityProfileNames => Property::SecurityProfileIds.into(),
            Self::HierarchyPath => Property::HierarchyGroupId.into(),
            Self::Tag(key) => Path::from(Property::Tags).key(key.as_str()),
            Self::ResourceName | Self::Ignored => Path::root(),
        }
    }
}

impl Mapping {
    /// Reads a mapping from YAML or JSON.
    ///
    /// # Errors
    ///
    /// A diagnostic about the first mistake in the text.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let mapping: Self = read_yaml(text).map_err(|error| {
            let (what, ..) = unreadable(&error);
            let found = Diagnostic::new(Code::INVALID_FILE, format!("the mapping {what}"));
            Box::new(
                found.with_help("write `columns: { HEADER: PROPERTY }`, `defaults: { … }` and `separator`"),
            )
        })?;
        let mut written = BTreeMap::new();
        for (column, target) in &mapping.columns {
            if let Some(other) = written.insert(column.trim().to_ascii_lowercase(), column) {
                let message = format!("the mapping has `{other}` and `{column}`, which are one name");
                let help = "take one of the two out: upper and lower case, and space around a name, make no difference";
                return Err(Box::new(Diagnostic::new(Code::INVALID_FILE, message).with_help(help)));
            }
            if Target::named(target).is_none() {
                let message = format!("the mapping maps `{column}` to `{target}`, which is no property");
                let known = Property::ALL.iter().map(|property| property.path());
                let known = known.chain(NAMES.iter().map(|(name, _)| *name));
                let help = match nearest(target, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write the path of a property, `tags.KEY`, `routingProfileName`, `securityProfileNames`, \
                             `hierarchyPath`, `resourceName` or `ignore`"
                        .to_owned(),
                };
                return Err(Box::new(Diagnostic::new(Code::INVALID_FILE, message).with_help(help)));
            }
        }
        Ok(mapping)
    }

    /// The target that the mapping has for a header or an attribute, with the name as the mapping spells it.
    pub(super) fn target(&self, column: &str) -> Option<(&str, Target)> {
        let (known, name) =
            self.columns.iter().find(|(known, _)| known.trim().eq_ignore_ascii_case(column.trim()))?;
        Some((known, Target::named(name)?))
    }

    /// Whether the mapping has settings for columns (not every format has columns).
    pub(super) fn has_columns(&self) -> bool {
        !self.columns.is_empty() || self.separator.is_some()
    }

    pub(super) fn separator(&self) -> &str {
        self.separator.as_deref().unwrap_or("|")
    }
}
