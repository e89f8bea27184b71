//! The raw answers of the service. The SDK drops members that it does not know; a call that writes the block around
//! such a member would reset it.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, OnceLock},
};

use aws_sdk_connect::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::AfterDeserializationInterceptorContextRef,
    },
    error::BoxError,
};
use serde_json::{Map, Value};

use crate::{
    client::answer::{FoundUser, Page, UserDescription},
    user::{Property, Sensitivity, Shape, from_pascal_case},
};

/// The body of one answer, kept while the SDK reads it. It holds personal data; `Debug` shows nothing of it.
#[derive(Clone, Default)]
pub(super) struct RawAnswer(Arc<OnceLock<Vec<u8>>>);

impl Intercept for RawAnswer {
    fn name(&self) -> &'static str {
        "RawAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.get_or_init(|| context.response().body().bytes().unwrap_or_default().to_vec());
        Ok(())
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer").finish_non_exhaustive()
    }
}

impl RawAnswer {
    /// Returns the answer; `Null` if there is none, or it is not JSON.
    pub(super) fn value(&self) -> Value {
        let body = self.0.get().map(Vec::as_slice).unwrap_or_default();
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Returns a member of the answer; `Null` if the answer lacks it.
    fn member(&self, name: &str) -> Value {
        self.value().get_mut(name).map(Value::take).unwrap_or_default()
    }
}

/// Returns the user with the unknown members of its answer.
pub(super) fn with_unknown_members(user: UserDescription, raw: &RawAnswer) -> UserDescription {
    UserDescription { unrecognised: unknown_members(&raw.member("User")), ..user }
}

/// Returns the users of a page with the unknown members of their answers.
pub(super) fn each_with_unknown_members(mut page: Page<FoundUser>, raw: &RawAnswer) -> Page<FoundUser> {
    let users = raw.member("Users");
    for (found, user) in page.items.iter_mut().zip(users.as_array().into_iter().flatten()) {
        found.unrecognised = unknown_members(user);
    }
    page
}

/// Known members of a user that are no properties.
const OTHERS: [&str; 5] = ["id", "arn", "username", "lastModifiedTime", "lastModifiedRegion"];

/// Returns the members and choices in a user of the service that this version does not know: the path of each, and its
/// value if that is a plain choice.
fn unknown_members(user: &Value) -> Vec<String> {
    let properties = Property::ALL.iter().map(|property| Known {
        path: property.path(),
        shape: property.info().shape,
        members: Some(*property),
    });
    let others = OTHERS.iter().map(|path| Known { path, shape: Shape::String, members: None });
    let mut found = BTreeSet::new();
    if let Value::Object(members) = user {
        let known: Vec<_> = properties.chain(others).collect();
        look(members, &known, Object::default(), "", &mut found);
    }
    found.into_iter().collect()
}

/// A member that this version knows, by its path in the object that contains it.
struct Known {
    path: &'static str,
    shape: Shape,
    /// The property of the member, if its value may hold objects.
    members: Option<Property>,
}

/// The object whose members are known by their paths: a user, or an element of a list in it.
#[derive(Clone, Copy, Default)]
struct Object<'a> {
    /// The path of the object in the user.
    place: &'a str,
    /// Whether the object holds only settings: then a text of an unknown member is a choice, not personal data.
    is_setting: bool,
}

/// Searches an object, or the block at `block` in it.
fn look(
    members: &Map<String, Value>,
    known: &[Known],
    object: Object<'_>,
    block: &str,
    found: &mut BTreeSet<String>,
) {
    let place = object.place;
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let path = format!("{block}{}", from_pascal_case(name));
        let leaf = known.iter().find(|known| known.path == path);
        let is_block = || {
            known.iter().any(|known| known.path.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')))
        };
        match (leaf.map(|leaf| (leaf.shape, leaf.members)), value) {
            (Some((Shape::Choice(names), _)), Value::String(choice)) if !names.contains(&choice.as_str()) => {
                found.insert(format!("{place}{path}{}", shown(value, true)));
            }
            (Some((Shape::Channels, Some(property))), Value::Array(elements)) => {
                let known: Vec<_> = property
                    .members()
                    .iter()
                    .map(|member| Known { path: member.path, shape: member.shape, members: None })
                    .collect();
                let place = format!("{path}[].");
                let object =
                    Object { place: &place, is_setting: property.info().sensitivity == Sensitivity::Public };
                for element in elements.iter().filter_map(Value::as_object) {
                    look(element, &known, object, "", found);
                }
            }
            (Some(_), _) => {}
            (None, Value::Object(members)) if is_block() => {
                look(members, known, object, &format!("{path}."), found);
            }
            (None, _) => {
                found.insert(format!("{place}{block}{name}{}", shown(value, object.is_setting)));
            }
        }
    }
}

/// Returns a value as text if it is a plain choice; other values may be personal data. A text is a choice only in an
/// object of settings, and if it is written like the service's choices: an employee's number may look like one, too.
fn shown(value: &Value, is_setting: bool) -> String {
    match value {
        Value::Bool(flag) => format!(" `{flag}`"),
        Value::String(text) if is_setting && is_choice(text) => format!(" `{text}`"),
        _ => String::new(),
    }
}

/// Whether a text is written like the service's choices.
fn is_choice(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
        && text.bytes().any(is_letter)
}
