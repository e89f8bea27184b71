//! SCIM 2.0 users: one, or a list response.

use super::{
    cell::value_of,
    inputs::{empty, set},
    mapping::{Mapping, Target},
    reading::Reading,
    source::{Failure, ReadSeek, Spot},
    users::FileUser,
    walk::{Visit, Walker, walk},
};
use crate::user::{Code, Diagnostic, Property, Value};

/// What an attribute is, unless a mapping says otherwise.
const KNOWN: &[(&str, Target)] = &[
    ("userName", Target::Property(Property::Name)),
    ("name.givenName", Target::Property(Property::FirstName)),
    ("name.familyName", Target::Property(Property::LastName)),
    ("emails[primary]", Target::Property(Property::Email)),
    ("phoneNumbers[type=mobile]", Target::Property(Property::Mobile)),
];

/// What says nothing of a user of Amazon Connect.
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

/// Reads users.
pub(super) fn read(from: &mut dyn ReadSeek, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let mut response = Response { reading, count: None, total: None, has_users: false };
    walk(from, &mut response)?;
    let Response { reading, count, total, has_users } = response;
    // A page is not everybody.
    if let (Some(count), Some(total)) = (count, total)
        && usize::try_from(total).is_ok_and(|total| total > count)
    {
        let what = format!("the file has {count} of {total} users");
        reading.leave_out(what, "read the other pages, too, each with its `startIndex`", None);
    }
    match has_users || count.is_some() {
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
    /// How many users the list has, and how many there are.
    count: Option<usize>,
    total: Option<i64>,
    has_users: bool,
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

    fn list(&mut self, _: &str, count: usize) {
        self.count = Some(count);
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
    let mut inputs = empty();
    let mut resource_name = None;
    let mut unknown: Vec<String> = Vec::new();
    for Attribute { names, text } in &attributes {
        let targets: Vec<Target> = names.iter().filter_map(|name| target(name, mapping)).collect();
        if targets.is_empty() {
            let general = names.first().map(|name| general(name)).unwrap_or_default();
            unknown.extend((!NOTHING.contains(&general)).then(|| general.to_owned()));
        }
        for target in targets {
            match value_of(&target, text, mapping.separator()) {
                Ok(Some(value)) => set(&mut inputs, &target.path(), value),
                Ok(None) if target == Target::ResourceName => resource_name = Some(text.clone()),
                Ok(None) => {}
                Err(found) => reading.tell((*found).about(name), at),
            }
        }
    }
    unknown.dedup();
    for attribute in unknown {
        let what = format!("the attribute `{attribute}` is no property of a user");
        reading.leave_out(what, "a mapping says which property an attribute is, or `ignore`", at);
    }
    reading.user(FileUser::new(resource_name.unwrap_or_default(), inputs), at);
}

/// What an attribute is. One of several e-mail addresses or numbers may be named by its type, or as the primary one.
fn target(attribute: &str, mapping: &Mapping) -> Option<Target> {
    let known = || KNOWN.iter().find(|(known, _)| *known == attribute).map(|(_, target)| target.clone());
    mapping.target(attribute).or_else(known)
}

/// An attribute without what tells the elements of a list apart.
fn general(attribute: &str) -> &str {
    attribute.split('[').next().unwrap_or(attribute)
}

/// An attribute with a value. It has several names where it is an element of a list: `name.givenName`;
/// `emails[primary]` and `emails[type=work]`; `urn:…:User:department` of an extension.
struct Attribute {
    names: Vec<String>,
    text: String,
}

fn flatten(value: &Value, at: &str, found: &mut Vec<Attribute>) {
    let one = |text: String| Attribute { names: vec![at.to_owned()], text };
    match value {
        Value::String(text) if !text.is_empty() => found.push(one(text.clone())),
        Value::Integer(number) => found.push(one(number.to_string())),
        Value::Bool(flag) => found.push(one(flag.to_string())),
        Value::Map(members) => {
            for (name, value) in members {
                let separator = if at.starts_with("urn:") { ":" } else { "." };
                let inner = if at.is_empty() { name.clone() } else { format!("{at}{separator}{name}") };
                flatten(value, &inner, found);
            }
        }
        Value::List(items) => list(items, at, found),
        _ => {}
    }
}

/// The elements of a list of texts, or of objects with a value, a type and perhaps a mark.
fn list(items: &[Value], at: &str, found: &mut Vec<Attribute>) {
    let is_marked = |item: &Value| item.get("primary") == Some(&Value::Bool(true));
    // Where none is marked, the first one is taken for it.
    let primary = items.iter().position(is_marked).unwrap_or(0);
    for (index, item) in items.iter().enumerate() {
        let Some(text) = item.get("value").unwrap_or(item).as_str().filter(|text| !text.is_empty()) else {
            continue;
        };
        let mut names = Vec::new();
        names.extend((index == primary).then(|| format!("{at}[primary]")));
        names.extend(item.text("type").map(|kind| format!("{at}[type={kind}]")));
        if names.is_empty() {
            names.push(format!("{at}[]"));
        }
        found.push(Attribute { names, text: text.to_owned() });
    }
}
