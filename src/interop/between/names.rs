//! Maps names of one instance to names of another.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use crate::user::{
    HierarchyGroup, IdKind, ProficiencyKey, Property, RoutingProfile, SecurityProfile, choice, one_line,
};

choice! {
    /// What has a name that users refer to.
    NameKind {
        /// A routing profile.
        RoutingProfile = "routingProfile",
        /// A security profile.
        SecurityProfile = "securityProfile",
        /// A hierarchy group, by its path: `Europe/Berlin`.
        HierarchyGroup = "hierarchyGroup",
        /// A predefined attribute (`Language`), or one of its values (`Language/German`).
        Proficiency = "proficiency",
    }
}

impl NameKind {
    /// The property that refers to a name of this kind.
    pub const fn property(self) -> Property {
        match self {
            Self::RoutingProfile => Property::RoutingProfileId,
            Self::SecurityProfile => Property::SecurityProfileIds,
            Self::HierarchyGroup => Property::HierarchyGroupId,
            Self::Proficiency => Property::UserProficiencies,
        }
    }

    /// The words for the kind in messages.
    pub(super) fn what(self) -> &'static str {
        let what = match self {
            Self::RoutingProfile => RoutingProfile::NAME,
            Self::SecurityProfile => SecurityProfile::NAME,
            Self::HierarchyGroup => HierarchyGroup::NAME,
            Self::Proficiency => "a predefined attribute and value",
        };
        what.trim_start_matches("a ")
    }
}

/// Maps names of the source to names of the target. Default: all names are the same.
///
/// ```
/// use connect_user::interop::between::NameMap;
///
/// let names = NameMap::default().with("routingProfile:Basic=Standard")?.with("proficiency:Language=Sprache")?;
/// let error = NameMap::default().with("profile:Basic=Standard").unwrap_err();
/// assert_eq!(error.to_string(), "`profile:Basic=Standard` does not begin with a kind of name");
/// # Ok::<(), connect_user::interop::between::NameMapError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameMap(Vec<(NameKind, String)>);

/// Error of reading an entry of a [`NameMap`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameMapError {
    /// The kind is missing or unknown.
    #[error("`{}` does not begin with a kind of name", one_line(.0))]
    Kind(String),
    /// There is no `=`, or no name before it; or the entry removes a routing profile, which every user must have.
    #[error("`{}` does not say a name and the name that it becomes", one_line(.0))]
    Names(String),
    /// A value of a predefined attribute is mapped to a name without `/`, so the new value is missing.
    #[error("`{}` does not say the attribute and the value that a value becomes", one_line(.0))]
    Value(String),
}

impl NameMapError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Kind(_) => {
                "write `routingProfile:`, `securityProfile:`, `hierarchyGroup:` or `proficiency:` first"
            }
            Self::Names(_) => {
                "write `KIND:OLD=NEW`, such as `routingProfile:Basic=Standard` or `hierarchyGroup:EU/Berlin=Berlin`"
            }
            Self::Value(_) => {
                "write `proficiency:ATTRIBUTE/VALUE=ATTRIBUTE/VALUE`, or `proficiency:ATTRIBUTE=ATTRIBUTE` for all its values"
            }
        }
    }
}

impl NameMap {
    /// Adds an entry `KIND:OLD=NEW`, where `KIND` is a name of [`NameKind`]. An empty `NEW` removes the reference:
    /// users of the target get no hierarchy group, proficiency or security profile in its place.
    ///
    /// Names may contain `=`: the names of the source decide which `=` separates `OLD` from `NEW`. A value of an
    /// attribute is mapped to a value: `ATTRIBUTE/VALUE` on both sides. A later entry for the same name replaces an
    /// earlier one.
    ///
    /// # Errors
    ///
    /// [`NameMapError`] if the text has another form.
    pub fn with(mut self, entry: &str) -> Result<Self, NameMapError> {
        let kind =
            entry.split_once(':').and_then(|(kind, names)| Some((NameKind::from_str(kind).ok()?, names)));
        let (kind, names) = kind.ok_or_else(|| NameMapError::Kind(entry.to_owned()))?;
        // Every user has a routing profile.
        let lacks_new = kind == NameKind::RoutingProfile && names.ends_with('=');
        if !names.contains('=') || names.starts_with('=') || lacks_new {
            return Err(NameMapError::Names(entry.to_owned()));
        }
        let mut splits =
            names.match_indices('=').filter_map(|(at, _)| Some((names.get(..at)?, names.get(at + 1..)?)));
        let is_whole = |(old, new): (&str, &str)| new.is_empty() || !old.contains('/') || new.contains('/');
        if kind == NameKind::Proficiency && !splits.any(is_whole) {
            return Err(NameMapError::Value(entry.to_owned()));
        }
        self.0.push((kind, names.to_owned()));
        Ok(self)
    }

    /// Whether there are entries of proficiencies.
    pub(super) fn has_proficiencies(&self) -> bool {
        self.0.iter().any(|(kind, _)| *kind == NameKind::Proficiency)
    }

    /// The name in the target for a name of the source: unchanged without an entry, `None` if an entry removes it.
    pub(super) fn apply(&self, kind: NameKind, name: &str) -> Option<String> {
        let new = self.find(kind, name).unwrap_or(name);
        (!new.is_empty()).then(|| new.to_owned())
    }

    /// The attribute and value in the target for those of the source. `attributes` are those of the target, where
    /// known: they decide where the name of the attribute ends.
    pub(super) fn apply_to(
        &self,
        key: &ProficiencyKey,
        attributes: Option<&BTreeMap<String, BTreeSet<String>>>,
    ) -> Option<ProficiencyKey> {
        let kind = NameKind::Proficiency;
        let Some(new) = self.find(kind, &format!("{}/{}", key.name, key.value)) else {
            // An entry with the name of an attribute applies to all its values.
            let name = self.find(kind, &key.name).unwrap_or(&key.name);
            return (!name.is_empty()).then(|| ProficiencyKey::new(name, &*key.value));
        };
        // The name of an attribute may contain `/`: of the attributes that match, prefer one that has the value.
        let of_target = attributes.into_iter().flatten().filter_map(|(name, values)| {
            Some((name.as_str(), new.strip_prefix(name.as_str())?.strip_prefix('/')?, values))
        });
        let known = of_target.max_by_key(|(name, value, values)| (values.contains(*value), name.len()));
        let known = known.map(|(name, value, _)| (name, value));
        let (name, value) = known.or_else(|| new.split_once('/'))?;
        Some(ProficiencyKey::new(name, value))
    }

    fn find(&self, kind: NameKind, name: &str) -> Option<&str> {
        let entries = self.0.iter().rev().filter(|(of, _)| *of == kind);
        entries.filter_map(|(_, entry)| entry.strip_prefix(name)?.strip_prefix('=')).next()
    }

    /// The entries that match none of these names.
    pub(super) fn unused(
        &self,
        names: impl Fn(NameKind) -> Option<Vec<String>>,
    ) -> impl Iterator<Item = (NameKind, &str)> {
        self.0.iter().filter_map(move |(kind, entry)| {
            let is_about =
                |name: &String| entry.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('='));
            let is_used = names(*kind).is_none_or(|names| names.iter().any(is_about));
            (!is_used).then_some((*kind, entry.as_str()))
        })
    }
}
