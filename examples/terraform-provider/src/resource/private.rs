//! What Terraform keeps for the provider beside a resource's state, and shows to nobody.
//!
//! Only what the attributes do not tell is in it: the user as it was last read is written as its difference
//! from them, a JSON merge patch (RFC 7386).

use connect_user::user::{Property, PropertySet, UserSpec, UserState};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Object;

/// The version of what is written. What was written before there were versions counts as 0, and is read.
const VERSION: u64 = 1;

/// What the next plan needs, and no attribute tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private {
    /// The user as it was last read; nothing where only its id is known, as after `moved`.
    pub state: Option<UserState>,
    /// Sixteen bits of a salted hash of the password that the user was made with.
    pub password: Option<String>,
    /// Whether the plan replaces the user for a changed password.
    pub password_changed: bool,
    /// What the configuration sets, as Terraform gave it when it planned: in an apply it is without
    /// `ignore_changes`.
    pub set: PropertySet,
}

#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    password_changed: bool,
    #[serde(default, skip_serializing_if = "is_empty")]
    set: PropertySet,
}

fn is_empty(set: &PropertySet) -> bool {
    set.is_empty()
}

/// Private state that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    reason: String,
    /// The way out.
    pub help: &'static str,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the provider's private state of this resource {}", self.reason)
    }
}

impl Unreadable {
    fn damaged(error: impl std::fmt::Display) -> Self {
        let help = "restore the state from a backup; or take the resource out with `terraform state rm` and import it";
        Self { reason: format!("cannot be read: {error}"), help }
    }
}

impl Private {
    /// Reads what was kept beside an object; nothing was where there is none.
    pub fn read(bytes: &[u8], object: Option<&Object>) -> Result<Self, Unreadable> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let json: Json = serde_json::from_slice(bytes).map_err(Unreadable::damaged)?;
        let version = json.get("version").and_then(Json::as_u64).unwrap_or(0);
        if version > VERSION {
            return Err(Unreadable {
                reason: format!(
                    "was written by a newer provider: its version must be at most {VERSION}, is {version}"
                ),
                help: "use the newer version of the provider",
            });
        }
        let Document { state, password, password_changed, set, .. } =
            serde_json::from_value(json).map_err(Unreadable::damaged)?;
        let whole = |(object, patch): (&Object, Json)| {
            let mut whole = told_by(object);
            merge(&mut whole, patch);
            serde_json::from_value(whole)
        };
        let state = object.zip(state).map(whole).transpose().map_err(Unreadable::damaged)?;
        Ok(Self { state, password, password_changed, set })
    }

    /// Writes what is to be kept beside an object.
    pub fn write(&self, object: Option<&Object>) -> Vec<u8> {
        let document = Document {
            version: VERSION,
            state: object.zip(self.state.clone()).map(|(object, mut state)| {
                // A password is only ever sent with a creation: nobody goes by whether it was.
                state.record.managed.remove(Property::Password);
                let mut whole = to_json(&state);
                if let Json::Object(members) = &mut whole {
                    // Made from others, for people to read.
                    members.retain(|name, _| name != "id" && name != "tags");
                }
                difference(&told_by(object), &whole)
            }),
            password: self.password.clone(),
            password_changed: self.password_changed,
            set: self.set,
        };
        to_json(&document).to_string().into_bytes()
    }
}

/// What is written here is plain data, which JSON can always hold.
fn to_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// As much of a user as its attributes tell, in the form in which a state is written. Read and write begin with
/// the same: how good it is decides only how long the difference is.
fn told_by(object: &Object) -> Json {
    let spec = UserSpec::decode(object.to_document()).ok();
    let mut told = match spec.as_ref().map(|spec| to_json(&spec.encode())) {
        Some(Json::Object(members)) => members,
        _ => Map::new(),
    };
    told.remove("tags");
    for (name, output) in [("arn", "arn"), ("userId", "user_id"), ("tagsAll", "tags_all")] {
        told.insert(name.to_owned(), to_json(object.output(output)));
    }
    let mut managed = spec.as_ref().map(UserSpec::managed).unwrap_or_default();
    // The service fills it in.
    managed.remove(Property::DirectoryUserId);
    told.insert("managed".to_owned(), to_json(&managed));
    let tags = object.get(Property::Tags);
    if let Json::Object(tags) = to_json(tags)
        && !tags.is_empty()
    {
        told.insert("managedTags".to_owned(), tags.into_iter().map(|(key, _)| key).collect());
    }
    Json::Object(told)
}

/// The patch that makes the one of the other.
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
