//! Tags and the defaults of a provider.

use super::{Bounds, Input, sorted::SortedMap};

/// The prefix of the keys of AWS's own tags: only AWS may set or remove them, and they do not count towards the limit
/// of 50.
pub const SYSTEM_TAG_PREFIX: &str = "aws:";

/// Maximum number of tags of a user, not counting those of AWS.
pub const MAX_TAGS: usize = 50;

/// Bounds of the length of a tag's key.
pub(crate) const TAG_KEY: Bounds = Bounds::Characters(1, 128);

/// Bounds of the length of a tag's value.
pub(crate) const TAG_VALUE: Bounds = Bounds::Characters(0, 256);

/// Tags in a spec: values may be unknown.
pub type TagInputs = SortedMap<String, Input<String>>;

/// Tags of the service.
pub type Tags = SortedMap<String, String>;

/// Whether AWS sets the tag with this key.
///
/// ```
/// use connect_user::user::is_system_tag;
///
/// assert!(is_system_tag("aws:cloudformation:stack-name"));
/// assert!(!is_system_tag("team"));
/// ```
pub fn is_system_tag(key: &str) -> bool {
    key.get(..SYSTEM_TAG_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(SYSTEM_TAG_PREFIX))
}

/// Returns the desired tags of a user: those of the spec, which override the default tags.
///
/// ```
/// use connect_user::user::{Input, TagInputs, Tags, merge_tags};
///
/// let defaults = Tags::from([("team".into(), "ops".into()), ("cost".into(), "7".into())]);
/// let own = TagInputs::from([("team".into(), "sales".into())]);
/// let all = merge_tags(&defaults, Some(&own));
/// assert_eq!(all.get("team"), Some(&Input::Known("sales".into())));
/// assert_eq!(all.get("cost"), Some(&Input::Known("7".into())));
/// ```
pub fn merge_tags(defaults: &Tags, own: Option<&TagInputs>) -> TagInputs {
    let mut all: TagInputs =
        defaults.iter().map(|(key, value)| (key.clone(), Input::Known(value.clone()))).collect();
    if let Some(own) = own {
        all.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    all
}
