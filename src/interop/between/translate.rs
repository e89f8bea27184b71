//! Translates references of users: from ids of the source to the ids of the same names in the target.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::{NameKind, NameMap};
use crate::{
    read::{Directory, what_it_has},
    user::{
        Code, Diagnostic, HierarchyGroupId, InstanceId, ProficiencyKey, RoutingProfileId, SecurityProfileId,
        UserProperties, nearest, some_of,
    },
};

/// A name that users of the source refer to and that does not identify exactly one object in the target.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MissingName {
    /// The kind of the name.
    pub kind: NameKind,
    /// The name in the source; for a proficiency `ATTRIBUTE/VALUE`.
    pub name: String,
    /// The user names of the users that refer to the name.
    pub users: Vec<String>,
    /// A similar name in the target, if there is one.
    pub nearest: Option<String>,
    message: String,
    help: String,
}

impl MissingName {
    /// Returns a diagnostic that says which name is missing, which users refer to it, and what to do about it.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match self.kind {
            NameKind::RoutingProfile => Code::UNKNOWN_ROUTING_PROFILE,
            NameKind::SecurityProfile => Code::UNKNOWN_SECURITY_PROFILE,
            NameKind::HierarchyGroup => Code::UNKNOWN_HIERARCHY_GROUP,
            NameKind::Proficiency => Code::UNKNOWN_PROFICIENCY,
        };
        let message = format!("{} (users: {})", self.message, some_of(self.users.iter().map(String::as_str)));
        Diagnostic::new(code, message).with_help(&self.help)
    }
}

/// The translation of a reference.
#[derive(Clone, Debug)]
enum Counterpart {
    Id(String),
    LeftOut,
    Missing,
}

/// Translates from the source to the target, and collects the names that are missing there.
#[derive(Debug)]
pub(super) struct Translation<'a> {
    source: (&'a InstanceId, &'a Directory),
    target: (&'a InstanceId, &'a Directory),
    names: &'a NameMap,
    known: HashMap<(NameKind, String), Counterpart>,
    missing: BTreeMap<(NameKind, String), MissingName>,
}

impl<'a> Translation<'a> {
    pub(super) fn new(
        source: (&'a InstanceId, &'a Directory),
        target: (&'a InstanceId, &'a Directory),
        names: &'a NameMap,
    ) -> Self {
        Self { source, target, names, known: HashMap::new(), missing: BTreeMap::new() }
    }

    /// Replaces the ids of a user by those that the target has for the same names. Returns whether all were found.
    pub(super) fn translate(&mut self, user: &str, properties: &mut UserProperties) -> bool {
        let mut is_whole = true;
        replace_references(properties, |kind, id| {
            let key = (kind, id.to_owned());
            let counterpart = match self.known.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let found = self.look_up(kind, id);
                    self.known.insert(key.clone(), found.clone());
                    found
                }
            };
            match counterpart {
                Counterpart::Id(id) => Some(id),
                Counterpart::LeftOut => None,
                Counterpart::Missing => {
                    is_whole = false;
                    self.had_by(user, &key);
                    None
                }
            }
        });
        let clashes = replace_proficiencies(properties, |key| {
            let new = self.names.apply_to(key, self.target.1.attributes())?;
            if self.is_there(key, &new) {
                return Some(new);
            }
            is_whole = false;
            self.had_by(user, &(NameKind::Proficiency, text_of(key)));
            None
        });
        for Clash { first, second, new } in clashes {
            is_whole = false;
            self.clash(&first, &second, &new);
            self.had_by(user, &(NameKind::Proficiency, text_of(&second)));
        }
        is_whole
    }

    fn had_by(&mut self, user: &str, key: &(NameKind, String)) {
        if let Some(missing) = self.missing.get_mut(key) {
            missing.users.push(user.to_owned());
        }
    }

    /// Whether the target has a predefined attribute and value (`true` if its attributes were not read). Records the
    /// missing name if not.
    fn is_there(&mut self, old: &ProficiencyKey, new: &ProficiencyKey) -> bool {
        let Some(attributes) = self.target.1.attributes() else { return true };
        // An attribute of a type that this version does not know lists no values, and accepts any value.
        let values = attributes.get(&new.name);
        if values.is_some_and(|values| values.is_empty() || values.contains(&new.value)) {
            return true;
        }
        let text = text_of(old);
        if !self.missing.contains_key(&(NameKind::Proficiency, text.clone())) {
            let offered = values_of(attributes);
            self.absent(NameKind::Proficiency, &text, &text, &text_of(new), &offered);
        }
        false
    }

    /// Records that two proficiencies are mapped to the same name: a user has one level for each attribute and value.
    fn clash(&mut self, first: &ProficiencyKey, second: &ProficiencyKey, new: &ProficiencyKey) {
        let (first, second) = (text_of(first), text_of(second));
        if !self.missing.contains_key(&(NameKind::Proficiency, second.clone())) {
            let reason = format!("`{first}` and `{second}` both become `{}`", text_of(new));
            let help = "map one of them to another name, or to none".to_owned();
            self.miss(NameKind::Proficiency, &second, &second, None, reason, help);
        }
    }

    /// The id in the target for an id of the source.
    pub(super) fn id(&mut self, kind: NameKind, id: &str) -> Option<String> {
        match self.look_up(kind, id) {
            Counterpart::Id(id) => Some(id),
            Counterpart::LeftOut | Counterpart::Missing => None,
        }
    }

    /// The missing names that users refer to, by kind and name.
    pub(super) fn into_missing(self) -> Vec<MissingName> {
        self.missing.into_values().filter(|missing| !missing.users.is_empty()).collect()
    }

    fn look_up(&mut self, kind: NameKind, id: &str) -> Counterpart {
        let property = kind.property();
        let ((source, of_source), (target, of_target)) = (self.source, self.target);
        let what = kind.what();
        let Some(name) = of_source.path_of(property, id) else {
            let reason = match of_source.unlisted(property) {
                Some(error) => format!("the {what}s of the instance `{source}` cannot be listed: {error}"),
                None => format!("the instance `{source}` does not list the {what} `{id}`"),
            };
            let help = "allow it to be listed, and run it again".to_owned();
            return self.miss(kind, id, id, None, reason, help);
        };
        let Some(new) = self.names.apply(kind, &name) else { return Counterpart::LeftOut };
        let found = of_target.at(property, &new);
        let several = match found.as_slice() {
            [id] => return Counterpart::Id(id.clone()),
            // In an open instance of the in-memory service every id exists.
            [] if of_target.is_open() => return Counterpart::Id(new),
            [] => None,
            several => Some(several.len()),
        };
        if let Some(error) = of_target.unlisted(property) {
            let reason = format!("the {what}s of the instance `{target}` cannot be listed: {error}");
            let help = format!("allow `{}`, and run it again", error.operation().iam_action());
            return self.miss(kind, id, &name, None, reason, help);
        }
        if let Some(count) = several {
            let reason = format!("the instance `{target}` has {count} {what}s `{new}`");
            let help = "give each a name of its own, or map the name to another".to_owned();
            return self.miss(kind, id, &name, None, reason, help);
        }
        self.absent(kind, id, &name, &new, &of_target.paths(property))
    }

    /// Records that the target lacks a name; `offered` are the names that it has.
    fn absent(&mut self, kind: NameKind, id: &str, name: &str, new: &str, offered: &[String]) -> Counterpart {
        let offered = || offered.iter().map(String::as_str);
        let near = nearest(new, offered()).map(str::to_owned);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`? map the name to it, or create `{new}` first"),
            None => {
                format!(
                    "{}; map the name to another, or create `{new}` first",
                    what_it_has(offered().collect())
                )
            }
        };
        let reason = format!("the instance `{}` has no {} `{new}`", self.target.0, kind.what());
        self.miss(kind, id, name, near, reason, help)
    }

    fn miss(
        &mut self,
        kind: NameKind,
        id: &str,
        name: &str,
        nearest: Option<String>,
        message: String,
        help: String,
    ) -> Counterpart {
        let missing = MissingName { kind, name: name.to_owned(), users: Vec::new(), nearest, message, help };
        self.missing.insert((kind, id.to_owned()), missing);
        Counterpart::Missing
    }
}

/// Replaces the ids of a user by names, as a program may write them; an id without a known name stays.
pub(super) fn to_names(directory: &Directory, names: &NameMap, properties: &mut UserProperties) {
    replace_references(properties, |kind, id| {
        let Some(known) = directory.path_of(kind.property(), id) else { return Some(id.to_owned()) };
        let name = names.apply(kind, &known)?;
        Some(match kind {
            _ if known == id => name,
            NameKind::HierarchyGroup => format!("path:{name}"),
            _ => format!("name:{name}"),
        })
    });
    // If two proficiencies are mapped to the same name, the second one keeps its name, and is a difference.
    replace_proficiencies(properties, |key| names.apply_to(key, None));
}

/// Replaces each reference by the result of `refer`; `None` removes it, except for the routing profile, which stays.
fn replace_references(
    properties: &mut UserProperties,
    mut refer: impl FnMut(NameKind, &str) -> Option<String>,
) {
    let routing = refer(NameKind::RoutingProfile, properties.routing_profile_id.bare());
    if let Some(id) = routing {
        properties.routing_profile_id = RoutingProfileId::new(id);
    }
    let security = properties.security_profile_ids.iter();
    let security = security.filter_map(|id| refer(NameKind::SecurityProfile, id.bare()));
    properties.security_profile_ids = security.map(SecurityProfileId::new).collect();
    let group = properties.hierarchy_group_id.take();
    let group = group.and_then(|id| refer(NameKind::HierarchyGroup, id.bare()));
    properties.hierarchy_group_id = group.map(HierarchyGroupId::new);
}

/// Two proficiencies that are mapped to the same attribute and value.
struct Clash {
    first: ProficiencyKey,
    second: ProficiencyKey,
    new: ProficiencyKey,
}

/// Replaces each proficiency by the result of `refer`; `None` removes it. If two are mapped to the same attribute and
/// value, the second one stays unchanged, and both are returned as a clash.
fn replace_proficiencies(
    properties: &mut UserProperties,
    mut refer: impl FnMut(&ProficiencyKey) -> Option<ProficiencyKey>,
) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut origins: BTreeMap<ProficiencyKey, ProficiencyKey> = BTreeMap::new();
    if let Some(proficiencies) = &mut properties.proficiencies {
        let all = std::mem::take(proficiencies).into_iter();
        *proficiencies = all
            .filter_map(|(key, level)| {
                let new = refer(&key)?;
                match origins.get(&new) {
                    None => {
                        origins.insert(new.clone(), key);
                        Some((new, level))
                    }
                    Some(first) => {
                        clashes.push(Clash { first: first.clone(), second: key.clone(), new });
                        Some((key, level))
                    }
                }
            })
            .collect();
    }
    clashes
}

fn text_of(key: &ProficiencyKey) -> String {
    format!("{}/{}", key.name, key.value)
}

/// The names of all predefined attributes, and all their values as `ATTRIBUTE/VALUE`.
pub(super) fn attribute_names(attributes: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    attributes.keys().cloned().chain(values_of(attributes)).collect()
}

fn values_of(attributes: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let all = attributes
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}/{value}")));
    all.collect()
}
