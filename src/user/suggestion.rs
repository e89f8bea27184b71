//! The name that a misspelt one means.

/// The name that a misspelt one most likely means; `None` where none is near enough to be meant: a third of the
/// name's characters may differ, 1 to 3 of them. Upper and lower case do not count.
///
/// It is what every "did you mean" of the crate asks; a host asks it for names of its own.
///
/// ```
/// use connect_user::user::nearest;
///
/// assert_eq!(nearest("phonConfig", ["phoneConfig", "password"]), Some("phoneConfig"));
/// assert_eq!(nearest("pager", ["phoneConfig", "password"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    let most = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Names whose lengths differ by more are not compared: there may be thousands.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}
