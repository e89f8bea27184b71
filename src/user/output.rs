//! What only the service sets of a user, by its names in the documents of the crate.

/// Who the user is.
pub(crate) const IDENTITY: [&str; 3] = ["id", "arn", "userId"];

/// Every tag of the user.
pub(crate) const TAGS_ALL: &str = "tagsAll";

/// When and where the user, and its proficiencies, were last changed.
const LAST_MODIFIED: [&str; 3] = ["lastModifiedTime", "lastModifiedRegion", "proficienciesLastModified"];

/// The one list of them: whatever else names outputs walks through it.
pub(crate) fn outputs() -> impl Iterator<Item = &'static str> {
    IDENTITY.into_iter().chain([TAGS_ALL]).chain(LAST_MODIFIED)
}

/// Whether only the service sets what has this name.
pub(crate) fn is_output(name: &str) -> bool {
    outputs().any(|output| output == name)
}
