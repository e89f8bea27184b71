//! Reads SCIM 2.0 users: a single user, or a list response.

use std::collections::HashSet;

use super::{
    cell::value_of,
    inputs::{empty, set},
    mapping::Target,
    reading::Reading,
    source::{Failure, ReadSeek, Spot},
    users::FileUser,
    walk::{Visit, Walker, walk},
};
use crate::user::{Code, Diagnostic, Property, Value};

/// Default targets of attributes.
const KNOWN: &[(&str, Target)] = &[
    ("userName", Target::Property(Property::Name)),
    ("name.givenName", Target::Property(Property::FirstName)),
    ("name.familyName", Target::Property(Property::LastName)),
    ("emails[primary]", Target::Property(Property::Email)),
    ("phoneNumbers[type=mobile]", Target::Property(Property::Mobile)),
];

/// Attributes that have no meaning for a user of Amazon Connect; they are ignored without a warning.
const NOTHING: &[&str] = &[
    "schemas",
    "id",
    "externalId",
    "meta",
    "active",
    "displayName",
    "name.formatted",
    "nickName",
    "password",
];

/// Members that only distinguish the elements of a list.
const DETAILS: &[&str] = &["type", "primary", "$ref"];

/// Reads users.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut response = Response { reading, count: None, total: None, has_users: false, is_response: false };
    walk(from, &mut response)?;
    let Response { reading, count, total, has_users, is_response } = response;
    // The file may be one page of several.
    if let (Some(count), Some(total)) = (count, total)
        && usize::try_from(total).is_ok_and(|total| total > count)
    {
        let what = format!("the file has {count} of {total} users");
        reading.leave_out(what, "read the other pages, too, each with its `startIndex`", None);
    }
    match has_users || is_response {
        true => Ok(()),
        false => {
            let help = "give a list response (`Resources`) or a user (`userName`)";
            Err(Failure::new("has no SCIM users", help, None))
        }
    }
}

/// A list response, a list, or a user alone.
struct Response<'r, 'a> {
    reading: &'r mut Reading<'a>,
    /// The number of users in the list, and the total number.
    count: Option<usize>,
    total: Option<i64>,
    has_users: bool,
    /// Whether there is a member `Resources`, which may be empty.
    is_response: bool,
}

impl Walker for Response<'_, '_> {
    fn visit(&mut self, path: &str, _: Spot) -> Visit {
        match path {
            "" | "[]" | "Resources" | "Resources[]" => Visit::Enter,
            _ => Visit::Keep,
        }
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot) {
        let user = Value::Map(members);
        if path.is_empty() && (self.count.is_some() || user.get("userName").is_none()) {
            if let Some(Value::Integer(total)) = user.get("totalResults") {
                self.total = Some(*total);
            }
            return;
        }
        self.has_users = true;
        add(&user, Some(at), self.reading);
    }

    fn list(&mut self, path: &str, count: usize) {
        self.count = Some(count);
        self.is_response |= path == "Resources";
    }
}

fn add(user: &Value, at: Option<Spot>, reading: &mut Reading<'_>) {
    let mapping = &reading.options.mapping;
    let name = user.text("userName").unwrap_or_default();
    if user.get("active") == Some(&Value::Bool(false)) {
        let what = format!("`{name}` is not active, and left out");
        return reading.leave_out(what, "activate it, or leave it out of the file", at);
    }
    if name.is_empty() {
        let found = Diagnostic::new(Code::MISSING_REQUIRED, "a user has no `userName`").at(Property::Name);
        reading.tell(found.with_help("give it one, or take it out of the file"), at);
    }
    let mut attributes = Vec::new();
    flatten(user, "", &mut attributes);
    // Targets of the mapping take precedence over default targets of other attributes.
    let (mut mapped, mut known, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    // It is enough if one member of an element of a list is used.
    let mut said = HashSet::new();
    for attribute in &attributes {
        let Attribute { names, text, element, is_detail } = attribute;
        let count = mapped.len() + known.len();
        let targets: Vec<_> = names.iter().map(|name| (name, reading.mapped(name))).collect();
        let is_ignored = targets.iter().any(|(_, target)| *target == Some(Target::Ignored));
        for (name, target) in targets.into_iter().filter(|_| !text.is_empty()) {
            match target {
                Some(target) => mapped.push((target, attribute)),
                None if is_ignored => {}
                None => known.extend(of_known(name).map(|target| (target, attribute))),
            }
        }
        let says_nothing = |name: &str| NOTHING.contains(&name) || name.starts_with("meta.");
        let Some(name) = names.first().filter(|name| !says_nothing(name)) else { continue };
        if mapped.len() + known.len() > count {
            said.extend(element);
        } else if !is_detail && !text.is_empty() {
            unknown.push((name, element));
        }
    }
    unknown.retain(|(_, element)| element.as_ref().is_none_or(|element| !said.contains(element)));
    unknown.dedup_by_key(|(name, _)| *name);
    known.retain(|(target, _)| !mapped.iter().any(|(other, _)| other.path() == target.path()));
    let mut inputs = empty();
    let mut resource_name = None;
    for (target, Attribute { text, .. }) in mapped.into_iter().chain(known) {
        let place = target.path();
        match value_of(&target, text, mapping.separator()) {
            Ok(Some(value)) => match (inputs.at(&place).cloned(), value) {
                (Some(Value::List(mut items)), Value::List(more)) => {
                    let more: Vec<Value> = more.into_iter().filter(|item| !items.contains(item)).collect();
                    items.extend(more);
                    set(&mut inputs, &place, Value::List(items));
                }
                (Some(first), value) => {
                    if first != value {
                        let what = format!("`{place}` has several values, and the first is kept");
                        reading.leave_out(what, "map the one that is meant, as `emails[type=work]`", at);
                    }
                }
                (None, value) => set(&mut inputs, &place, value),
            },
            Ok(None) if target == Target::ResourceName => {
                resource_name.get_or_insert_with(|| text.clone());
            }
            Ok(None) => {}
            Err(found) => reading.tell((*found).about(name), at),
        }
    }
    for (attribute, _) in unknown {
        let what = format!("the attribute `{attribute}` is no property of a user");
        reading.leave_out(what, "a mapping says which property an attribute is, or `ignore`", at);
    }
    reading.user(FileUser::new(resource_name.unwrap_or_default(), inputs), at);
}

/// The default target of an attribute.
fn of_known(attribute: &str) -> Option<Target> {
    KNOWN.iter().find(|(known, _)| *known == attribute).map(|(_, target)| target.clone())
}

/// A text of a user, which may be empty, with the names of its attribute: `name.givenName`, or `urn:…:User:department`
/// for an extension. A text in an element of a list has several names: `emails` (any element), `emails[primary]`,
/// `emails[type=work]`, `groups.display` …
struct Attribute {
    names: Vec<String>,
    text: String,
    /// The element of a list around the text: the name of the list, and the index.
    element: Option<(String, usize)>,
    /// Whether the text only describes an element that has a value.
    is_detail: bool,
}

fn flatten(value: &Value, at: &str, found: &mut Vec<Attribute>) {
    match value {
        Value::Map(members) => {
            for (name, value) in members {
                let separator = if at.starts_with("urn:") { ":" } else { "." };
                let inner = if at.is_empty() { name.clone() } else { format!("{at}{separator}{name}") };
                flatten(value, &inner, found);
            }
        }
        Value::List(items) if !items.is_empty() => list(items, at, found),
        value => found.push(Attribute {
            names: vec![at.to_owned()],
            text: text(value),
            element: None,
            is_detail: false,
        }),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// The elements of a list of texts, or of objects with a value, a type and perhaps a mark.
fn list(items: &[Value], at: &str, found: &mut Vec<Attribute>) {
    let is_marked = |item: &Value| item.get("primary") == Some(&Value::Bool(true));
    // If no element is marked as primary, the first one counts as primary.
    let primary = items.iter().position(is_marked).unwrap_or(0);
    for (index, item) in items.iter().enumerate() {
        let mut places = vec![at.to_owned(), format!("{at}[]")];
        places.extend((index == primary).then(|| format!("{at}[primary]")));
        places.extend(item.text("type").map(|kind| format!("{at}[type={kind}]")));
        let Value::Map(members) = item else {
            found.push(Attribute { names: places, text: text(item), element: None, is_detail: false });
            continue;
        };
        let has_value = item.get("value").is_some();
        for (name, value) in members {
            let mut names: Vec<String> = places.iter().map(|place| format!("{place}.{name}")).collect();
            if name == "value" {
                names.splice(..0, places.iter().cloned());
            }
            let is_detail = name != "value" && (has_value || DETAILS.contains(&name.as_str()));
            let element = Some((at.to_owned(), index));
            found.push(Attribute { names, text: text(value), element, is_detail });
        }
    }
}
