//! The outline of a Terraform file: the information that is needed before its users are read.

use std::collections::HashMap;

use super::{
    source::{Failure, Spot},
    walk::{Visit, Walker},
};
use crate::user::Value;

/// The resource types of users: HashiCorp's, that of Cloud Control, and this project's.
const TYPES: &[&str] = &["aws_connect_user", "awscc_connect_user", "connect_user"];

/// The part of a file that has users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The instances of the resources of a state.
    State,
    /// The resources of the modules in the output of `terraform show` for a state.
    Shown,
    /// The changes of a plan.
    Changes,
}

/// The meaning of the value at a path.
enum Place {
    User(Part),
    /// A resource of a state, with its instances.
    Resource,
    Module,
    /// A value around users, resources or modules.
    Around,
    /// A member of a user, resource or module, or of the document.
    Member,
    Beside,
}

impl Place {
    fn of(path: &str) -> Self {
        if let Some(mut rest) = path.strip_prefix("values.root_module") {
            while let Some(inner) = rest.strip_prefix(".child_modules[]") {
                rest = inner;
            }
            return match rest {
                "" => Self::Module,
                ".resources[]" => Self::User(Part::Shown),
                ".resources" | ".child_modules" => Self::Around,
                ".address" => Self::Member,
                rest if rest.starts_with(".resources[].") => Self::Member,
                _ => Self::Beside,
            };
        }
        match path {
            "resources[].instances[]" => Self::User(Part::State),
            "resource_changes[]" => Self::User(Part::Changes),
            "resources[]" => Self::Resource,
            "" | "values" | "resources" | "resources[].instances" | "resource_changes" => Self::Around,
            "version" | "format_version" => Self::Member,
            path if path.starts_with("resources[].") || path.starts_with("resource_changes[].") => {
                Self::Member
            }
            _ => Self::Beside,
        }
    }
}

/// A user of a configuration.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) kind: String,
    modules: Vec<String>,
    name: String,
    key: Option<String>,
}

impl Address {
    /// The address of a resource, if it is a managed user.
    fn of(resource: &Value, modules: Vec<String>) -> Option<Self> {
        let kind = resource.text("type").filter(|kind| TYPES.contains(kind))?;
        let is_managed = resource.text("mode").is_none_or(|mode| mode == "managed");
        let name = resource.text("name").filter(|_| is_managed)?;
        Some(Self { kind: kind.to_owned(), modules, name: name.to_owned(), key: key(resource, "index") })
    }

    /// The shortest resource name that is unique: `NAME`, `NAME-KEY`, `MODULE-NAME-KEY`.
    pub(super) fn resource_name(&self, part: Part, outline: &Outline) -> String {
        let is_alone = outline.counts.get(&(part, self.name.clone(), self.key.clone())) == Some(&1);
        let modules = if is_alone { &[] } else { self.modules.as_slice() };
        let parts = modules.iter().chain([&self.name]).chain(&self.key);
        parts.map(String::as_str).collect::<Vec<_>>().join("-")
    }
}

/// The key of an instance, from `for_each` or `count`.
fn key(value: &Value, member: &str) -> Option<String> {
    match value.get(member) {
        Some(Value::String(key)) => Some(key.clone()),
        Some(Value::Integer(index)) => Some(index.to_string()),
        _ => None,
    }
}

/// The modules of an address: `module.floor["a"].module.desk`.
fn modules(address: Option<&str>) -> Vec<String> {
    let parts = address.unwrap_or_default().split("module.").filter(|part| !part.is_empty());
    let plain = |part: &str| part.trim_end_matches('.').replace(['"', ']'], "").replace('[', "-");
    parts.map(plain).collect()
}

/// Whether an instance is the old one of an unfinished replacement.
pub(super) fn is_deposed(instance: &Value) -> bool {
    instance.get("deposed").is_some_and(|key| *key != Value::Null)
}

/// The position of a walk: the index of the resource in the state, and the modules around it.
#[derive(Default)]
pub(super) struct Cursor {
    resource: usize,
    modules: Vec<usize>,
    next_module: usize,
}

impl Cursor {
    pub(super) fn visit(&mut self, path: &str) -> Visit {
        match Place::of(path) {
            Place::Beside => return Visit::Skip,
            Place::Member => return Visit::Keep,
            Place::Module => {
                self.modules.push(self.next_module);
                self.next_module += 1;
            }
            Place::User(_) | Place::Resource | Place::Around => {}
        }
        Visit::Enter
    }

    /// Moves behind an object. Returns its address, if it is a user.
    pub(super) fn leave(&mut self, path: &str, object: &Value, outline: &Outline) -> Option<(Part, Address)> {
        match Place::of(path) {
            Place::Resource => self.resource += 1,
            Place::Module => drop(self.modules.pop()),
            Place::User(part) => {
                let address = match part {
                    Part::State => {
                        let resource = outline.resources.get(self.resource)?.clone()?;
                        Some(Address { key: key(object, "index_key"), ..resource })
                    }
                    Part::Shown => {
                        let module = self.modules.last().and_then(|module| outline.modules.get(*module));
                        Address::of(object, module.cloned().unwrap_or_default())
                    }
                    Part::Changes => Address::of(object, modules(object.text("module_address"))),
                };
                return Some((part, address?));
            }
            Place::Around | Place::Member | Place::Beside => {}
        }
        None
    }
}

/// The result of the first reading of a file.
#[derive(Default)]
pub(super) struct Outline {
    cursor: Cursor,
    /// The resources of a state (the address of each that is a user), and the modules, in the order of the file.
    resources: Vec<Option<Address>>,
    modules: Vec<Vec<String>>,
    /// The keys of the instances of the current resource.
    keys: Vec<Option<String>>,
    /// The number of users with a name and a key, over all modules.
    counts: HashMap<(Part, String, Option<String>), usize>,
    parts: Vec<Part>,
    document: Option<Value>,
}

impl Outline {
    /// The part of the file that has the users.
    pub(super) fn part(&self) -> Result<Part, Failure> {
        // A plan has the planned values beside the prior state: read the planned values.
        for part in [Part::Changes, Part::Shown] {
            if self.parts.contains(&part) {
                return Ok(part);
            }
        }
        let member = |name: &str| self.document.as_ref().and_then(|document| document.get(name));
        let (what, help) = match member("version") {
            Some(Value::Integer(4)) if self.parts.contains(&Part::State) => return Ok(Part::State),
            Some(Value::Integer(4)) => (
                "is a state without `resources`".to_owned(),
                "give the whole state, as `terraform state pull` prints it",
            ),
            Some(version) => (
                format!(
                    "is a state of version {}, and 4 is read",
                    serde_json::to_string(version).unwrap_or_default()
                ),
                "`terraform show -json` prints it in a form that is read",
            ),
            None if member("format_version").is_some() => return Ok(Part::Shown),
            None => (
                "is neither a Terraform state nor JSON of `terraform show`".to_owned(),
                "give a `terraform.tfstate`, or what `terraform show -json` prints",
            ),
        };
        Err(Failure::new(what, help, None))
    }

    fn count(&mut self, part: Part, name: &str, key: Option<String>) {
        *self.counts.entry((part, name.to_owned(), key)).or_default() += 1;
    }
}

impl Walker for Outline {
    fn visit(&mut self, path: &str, _: Spot) -> Visit {
        let visit = self.cursor.visit(path);
        // The properties of users are not needed yet.
        let is_long = path.ends_with("[].attributes") || path.ends_with("[].values");
        if is_long { Visit::Skip } else { visit }
    }

    fn object(&mut self, path: &str, members: Vec<(String, Value)>, _: Spot) {
        let object = Value::Map(members);
        match Place::of(path) {
            Place::User(Part::State) if !is_deposed(&object) => self.keys.push(key(&object, "index_key")),
            Place::User(part @ (Part::Shown | Part::Changes)) => {
                if let Some(Address { name, key, .. }) = Address::of(&object, Vec::new()) {
                    self.count(part, &name, key);
                }
            }
            Place::Resource => {
                let resource = Address::of(&object, modules(object.text("module")));
                for key in std::mem::take(&mut self.keys) {
                    if let Some(resource) = &resource {
                        self.count(Part::State, &resource.name, key);
                    }
                }
                self.resources.push(resource);
            }
            Place::Module => {
                if let Some(place) = self.cursor.modules.pop() {
                    self.parts.push(Part::Shown);
                    let count = self.modules.len().max(place + 1);
                    self.modules.resize(count, Vec::new());
                    if let Some(module) = self.modules.get_mut(place) {
                        *module = modules(object.text("address"));
                    }
                }
            }
            Place::Around if path.is_empty() => self.document = Some(object),
            _ => {}
        }
    }

    fn list(&mut self, path: &str, _: usize) {
        match path {
            "resources" => self.parts.push(Part::State),
            "resource_changes" => self.parts.push(Part::Changes),
            _ => {}
        }
    }
}
