//! Suggestions for misspelt names.

/// Returns the candidate that a misspelt name probably means; `None` if none is similar enough: a third of the
/// characters may differ, but at least 1 and at most 3. Case is ignored.
///
/// Every "did you mean" of the crate uses it; a host may use it for its own names.
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
