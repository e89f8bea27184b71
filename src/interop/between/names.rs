//! Names of one instance that mean something else in another.

use std::str::FromStr;

use crate::user::{HierarchyGroup, IdKind, Property, RoutingProfile, SecurityProfile, choice, one_line};

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
    /// The property that refers to it.
    pub const fn property(self) -> Property {
        match self {
            Self::RoutingProfile => Property::RoutingProfileId,
            Self::SecurityProfile => Property::SecurityProfileIds,
            Self::HierarchyGroup => Property::HierarchyGroupId,
            Self::Proficiency => Property::UserProficiencies,
        }
    }

    /// The thing, in the words of a message.
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

/// The names that the target has for names of the source. Default: all names are the same.
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

/// The error of reading an entry of a [`NameMap`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameMapError {
    /// The kind is missing or unknown.
    #[error("`{}` does not begin with a kind of name", one_line(.0))]
    Kind(String),
    /// There is no `=`, or nothing before it; or a routing profile, which every user has, is left out.
    #[error("`{}` does not say a name and the name that it becomes", one_line(.0))]
    Names(String),
}

impl NameMapError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Kind(_) => {
                "write `routingProfile:`, `securityProfile:`, `hierarchyGroup:` or `proficiency:` first"
            }
            Self::Names(_) => {
                "write `KIND:OLD=NEW`, such as `routingProfile:Basic=Standard` or `hierarchyGroup:EU/Berlin=Berlin`"
            }
        }
    }
}

impl NameMap {
    /// Adds an entry, `KIND:OLD=NEW`, with the names of [`NameKind`]. An empty `NEW` leaves the reference out: users of
    /// the target have no hierarchy group, proficiency or security profile in its place.
    ///
    /// Names may hold `=`: which one parts the two is decided by the names of the source.
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
        self.0.push((kind, names.to_owned()));
        Ok(self)
    }

    /// The name that a name of the source becomes: the same where no entry says another, `None` where it is left out.
    pub(super) fn apply(&self, kind: NameKind, name: &str) -> Option<String> {
        let whole = self.find(kind, name);
        let mapped = whole.map(str::to_owned).or_else(|| match kind {
            // The name of an attribute stands for all its values.
            NameKind::Proficiency => {
                let splits = name.match_indices('/').filter_map(|(at, _)| name.split_at_checked(at));
                let mut found = splits.filter_map(|(attribute, value)| {
                    let new = self.find(kind, attribute)?;
                    Some(if new.is_empty() { String::new() } else { format!("{new}{value}") })
                });
                found.next()
            }
            _ => None,
        });
        Some(mapped.unwrap_or_else(|| name.to_owned())).filter(|name| !name.is_empty())
    }

    fn find(&self, kind: NameKind, name: &str) -> Option<&str> {
        let entries = self.0.iter().rev().filter(|(of, _)| *of == kind);
        entries.filter_map(|(_, entry)| entry.strip_prefix(name)?.strip_prefix('=')).next()
    }

    /// The entries that are about none of these names.
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
