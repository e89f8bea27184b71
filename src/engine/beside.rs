//! The record that is stored beside the outputs: only what the outputs do not contain.
//!
//! The user as it was last read is written as its difference from the outputs, a JSON merge patch (RFC 7386).

use serde_json::{Map, Value as Json};

use super::{
    kept::{Kept, KeptError, SET},
    leaves::Leaves,
};
use crate::user::{IDENTITY, Property, TAGS_ALL, UserSpec, Value};

const STATE: &str = "state";
const VERSION: &str = "version";
const MANAGED: &str = "managed";
const MANAGED_TAGS: &str = "managedTags";

/// Writes a record without what the outputs contain.
pub(super) fn write(kept: &Kept, outputs: &Value) -> String {
    let mut record = kept.to_json();
    if let Some(state) = record.get_mut(STATE) {
        if let Some(Json::Array(managed)) = state.get_mut(MANAGED) {
            // A password is only ever sent with a creation: nothing depends on whether it was managed.
            managed.retain(|property| *property != Property::Password.path());
        }
        if let Json::Object(members) = &mut *state {
            // Derived from other members, for people to read.
            members.retain(|name, _| name != "id" && name != "tags");
        }
        *state = difference(&told_by(outputs), state);
    }
    record.to_string()
}

/// Writes the record of a plan beside the outputs of the prior record `text`. What `text` says of the user is reused if
/// the plan leaves the user as it is; otherwise returns `None`.
pub(super) fn planned(text: &str, prior: &Kept, planned: &Kept) -> Option<String> {
    if !planned.is_same_but_for_inputs(prior) {
        return None;
    }
    let mut members: Map<String, Json> = serde_json::from_str(text).ok()?;
    // The first records had no version.
    members.get(VERSION)?;
    match planned.set.is_empty() {
        true => drop(members.remove(SET)),
        false => drop(members.insert(SET.to_owned(), serde_json::to_value(planned.set).ok()?)),
    }
    Some(Json::Object(members).to_string())
}

/// Reads what [`write`] has written, beside the same outputs. If the outputs name no user, the state in the record is
/// ignored. An empty text is the record of the user that the outputs name.
pub(super) fn read(text: &str, outputs: &Value) -> Result<Kept, KeptError> {
    let mut record: Json = match text {
        "" => Json::Object(Map::new()),
        text => serde_json::from_str(text).map_err(KeptError::Damaged)?,
    };
    let Json::Object(members) = &mut record else { return Kept::from_json(record) };
    // The first records had no version.
    members.entry(VERSION).or_insert_with(|| Kept::VERSION.into());
    let id = outputs.get("id").and_then(Value::as_str);
    if let (Some(patch), Some(_)) = (members.remove(STATE), id) {
        let mut state = told_by(outputs);
        merge(&mut state, patch);
        members.insert(STATE.to_owned(), state);
    }
    if let (None, Some(id)) = (members.get(STATE), id) {
        members.entry("id").or_insert_with(|| id.into());
    }
    Kept::from_json(record)
}

/// Returns what the outputs contain of a user, in the form of a written state. Reading and writing begin with this same
/// value: its quality only decides how long the difference is.
fn told_by(outputs: &Value) -> Json {
    let spec = UserSpec::decode(Leaves::of(outputs).into_document()).ok();
    let mut told = match spec.as_ref().map(|spec| to_json(&spec.encode())) {
        Some(Json::Object(members)) => members,
        _ => Map::new(),
    };
    told.remove(Property::Tags.path());
    // The id is derived from other members.
    for name in IDENTITY.into_iter().skip(1).chain([TAGS_ALL]) {
        told.insert(name.to_owned(), outputs.get(name).map(to_json).unwrap_or_default());
    }
    let mut managed = spec.as_ref().map(UserSpec::managed).unwrap_or_default();
    // The service fills it in.
    managed.remove(Property::DirectoryUserId);
    told.insert(MANAGED.to_owned(), serde_json::to_value(managed).unwrap_or_default());
    if let Some(Value::Map(tags)) = outputs.get(Property::Tags.path())
        && !tags.is_empty()
    {
        told.insert(MANAGED_TAGS.to_owned(), tags.iter().map(|(key, _)| key.as_str()).collect());
    }
    Json::Object(told)
}

/// Outputs of a user that exists are plain data, which JSON can always hold.
fn to_json(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// Returns the patch that turns `from` into `to`.
fn difference(from: &Json, to: &Json) -> Json {
    let (Json::Object(from), Json::Object(to)) = (from, to) else { return to.clone() };
    let mut patch: Map<String, Json> =
        from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), Json::Null)).collect();
    for (name, value) in to {
        match from.get(name) {
            Some(there) if there == value => {}
            Some(there) => drop(patch.insert(name.clone(), difference(there, value))),
            None => drop(patch.insert(name.clone(), value.clone())),
        }
    }
    Json::Object(patch)
}

fn merge(target: &mut Json, patch: Json) {
    let Json::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(members) = target else { return };
    for (name, value) in patch {
        match value {
            Json::Null => drop(members.remove(&name)),
            value => merge(members.entry(name).or_insert(Json::Null), value),
        }
    }
}
