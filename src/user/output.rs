//! The members that only the service sets, by their names in the documents of the crate.

/// The ids of the user.
pub(crate) const IDENTITY: [&str; 3] = ["id", "arn", "userId"];

/// Every tag of the user.
pub(crate) const TAGS_ALL: &str = "tagsAll";

/// When and where the user, and its proficiencies, were last changed.
const LAST_MODIFIED: [&str; 3] = ["lastModifiedTime", "lastModifiedRegion", "proficienciesLastModified"];

/// Returns all outputs. This is the only list of outputs.
pub(crate) fn outputs() -> impl Iterator<Item = &'static str> {
    IDENTITY.into_iter().chain([TAGS_ALL]).chain(LAST_MODIFIED)
}

/// Whether the name is that of an output.
pub(crate) fn is_output(name: &str) -> bool {
    outputs().any(|output| output == name)
}
