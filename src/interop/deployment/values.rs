//! The values of references to a user, and the parts of a made-up user name.

use crate::{
    fleet::{Entry, Session, StoreChange, StoreError},
    user::{AutoName, Input, Settings, TAGS_ALL, UserSpec, Value, merge_tags},
};

/// Key of the note with the suffix of a user name that the program leaves out. The note is recorded before the user is
/// created, so that a second run makes the same name.
const SUFFIX: &str = "nameSuffix";

/// The inputs of a user that references can read: never its password.
pub(super) fn inputs(spec: &UserSpec, settings: &Settings) -> Value {
    let mut values = spec.encode();
    let own = spec.tags.as_ref().and_then(Input::known);
    let tags = merge_tags(&settings.default_tags, own);
    let merged = UserSpec { tags: Some(Input::Known(tags)), ..spec.clone() }.encode();
    if let (Value::Map(members), Some(tags)) = (&mut values, merged.get("tags")) {
        members.push((TAGS_ALL.to_owned(), tags.clone()));
    }
    values
}

/// The parts of a user name that the program leaves out.
pub(super) fn auto_name(resource_name: &str, suffix: Option<&str>) -> AutoName {
    AutoName::new(resource_name, suffix.unwrap_or("0000000"))
}

/// The recorded suffix of a user name that the program leaves out, if there is one.
pub(super) fn suffix(entry: Option<&Entry>) -> Option<&str> {
    Some(entry?.notes.get(SUFFIX)?.as_str())
}

/// Returns the recorded suffix of the user name, or makes one and records it.
pub(super) async fn make_suffix(session: &mut Session<'_>, name: &str) -> Result<String, StoreError> {
    let mut entry = session.entries().get(name).cloned().unwrap_or_default();
    if let Some(suffix) = suffix(Some(&entry)) {
        return Ok(suffix.to_owned());
    }
    let suffix = format!("{:07x}", fastrand::u32(..1 << 28));
    entry.notes.insert(SUFFIX.to_owned(), suffix.clone());
    session.commit(vec![StoreChange::put(name.to_owned(), entry)]).await?;
    Ok(suffix)
}
