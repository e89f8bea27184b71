//! The text of a program.

use std::{fmt, fs, path::PathBuf, sync::OnceLock};

use serde::de::DeserializeOwned;

use super::{
    document::{Document, Resources},
    error::{Checked, Mistake, Place},
    location::{Location, Tree},
    reference::{Reference, Step},
    yaml,
};
use crate::user::{Value, nearest, one_line};

/// The text of a program, with its name for messages.
pub struct Source {
    name: String,
    /// The name in the form for sentences.
    subject: String,
    text: String,
    /// The file from which the text can be read again.
    file: Option<PathBuf>,
    /// The places in the text; read when the first mistake is reported.
    tree: OnceLock<Option<Tree>>,
}

impl Source {
    /// Returns the text of a program. `name` is used in messages: the name of the file, or another description of the
    /// origin.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        Self { subject: format!("`{name}`"), name, text: text.into(), file: None, tree: OnceLock::new() }
    }

    /// Returns the text of a program that was read from standard input.
    pub fn stdin(text: impl Into<String>) -> Self {
        Self { subject: "standard input".to_owned(), ..Self::new("standard input", text) }
    }

    /// Sets the file of the text, to save memory: the text is not kept, and the file is read again when a mistake is
    /// reported. The file must not change until then.
    #[must_use]
    pub fn from_file(self, path: impl Into<PathBuf>) -> Self {
        Self { file: Some(path.into()), ..self }
    }

    /// The name in the form for sentences.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn document(&mut self) -> Checked<Document> {
        let document = yaml::read_distinct::<Document>(bare(&self.text))
            .map_err(|error| unlike(&self.text).unwrap_or_else(|| yaml::mistake(&error)));
        if self.file.is_some() {
            self.text = String::new();
        }
        let document = document.map_err(|mistake| mistake.after(&self.subject))?;
        check(&document).map_err(|mistake| mistake.after(&self.subject))?;
        Ok(document)
    }

    /// The location of a mistake.
    pub(super) fn locate(&self, place: Place) -> Option<Location> {
        match place {
            Place::Line(line, column) => Some(self.at((line, column))),
            Place::At(path) => self.find(path.steps()),
            Place::Unknown => None,
        }
    }

    /// The location of a property of a user.
    pub(super) fn find_property(&self, user: &str, path: &str) -> Option<Location> {
        let path = Reference::parse(path);
        let start = Reference::of(&["resources", user, "properties"]);
        self.find(start.then(path.as_ref().map(Reference::steps).unwrap_or_default()).steps())
    }

    fn find(&self, path: &[Step]) -> Option<Location> {
        self.tree.get_or_init(|| self.read()).as_ref()?.find(path).map(|at| self.at(at))
    }

    /// Reads the text again; it has no duplicate keys.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        match &self.file {
            Some(file) => yaml::read_distinct(bare(&fs::read_to_string(file).ok()?)).ok(),
            None => yaml::read_distinct(bare(&self.text)).ok(),
        }
    }

    pub(super) fn at(&self, (line, column): (u64, u64)) -> Location {
        Location { file: self.name.clone(), line, column }
    }
}

impl fmt::Debug for Source {
    /// Leaves out the text, which may have passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A text without its byte order mark.
fn bare(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Whether a text begins like a configuration of Terraform.
pub(in crate::interop) fn is_configuration(text: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "resource \"",
        "data \"",
        "variable \"",
        "output \"",
        "provider \"",
        "module \"",
        "locals {",
        "terraform {",
        "import {",
        "moved {",
    ];
    let lines = text.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '/', '*']));
    lines.next().is_some_and(|first| BLOCKS.iter().any(|block| first.starts_with(block)))
}

/// A mistake for files that are often given instead of a program and are not YAML.
fn unlike(text: &str) -> Option<Mistake> {
    if is_configuration(text) {
        return Some(Mistake::new(
            "is a Terraform configuration, not a program",
            "use the Terraform provider for it, or write a program of its users",
        ));
    }
    if text.contains("AWSTemplateFormatVersion") {
        return Some(template());
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_table = first.split(',').count() > 3 && !first.contains([':', '{', '[']);
    is_table.then(|| Mistake::new("is a table (CSV), not a program", "write a program of its users"))
}

fn template() -> Mistake {
    Mistake::new("is a CloudFormation template, not a program", "write a program of its users")
}

/// Checks that a document is a program. The message of a mistake continues a sentence that begins with the name of the
/// file.
fn check(document: &Document) -> Checked<()> {
    let has = |member: &str| document.members.get(member).is_some();
    if matches!(document.resources, Resources::Map(_)) {
        return check_sections(&document.members);
    }
    if has("AWSTemplateFormatVersion") || has("Resources") {
        return Err(template());
    }
    if has("User") || has("Username") || has("UserSummaryList") {
        return Err(Mistake::new(
            "is JSON of the Connect API, not a program",
            "write a program of its users",
        ));
    }
    if has("connectUserPlan") {
        return Err(Mistake::new("is a saved plan, not a program", "`apply` carries it out"));
    }
    if has("version") && has("users") {
        return Err(Mistake::new("is a state, not a program", "give the program whose users it records"));
    }
    if let Some(mistake) = document.members.as_str().and_then(unlike) {
        return Err(mistake);
    }
    check_sections(&document.members)?;
    let message = match document.resources {
        Resources::Missing => "has no `resources`",
        _ => "has a `resources` that is not a map",
    };
    Err(Mistake::new(message, "write `resources: { NAME: { type: aws:connect:User, properties: { … } } }`"))
}

/// The sections of a program.
const SECTIONS: &[&str] = &["config", "configuration", "variables", "resources", "outputs"];

/// The other members of a project of Pulumi, which have no meaning for users.
const OTHERS: &[&str] = &[
    "author",
    "backend",
    "components",
    "description",
    "license",
    "main",
    "name",
    "namespace",
    "options",
    "packages",
    "plugins",
    "pulumi",
    "requiredPulumiVersion",
    "runtime",
    "sdks",
    "stackConfigDir",
    "template",
    "website",
];

/// Checks that each section is a map, and that no member is a misspelt section. Members of other tools are ignored.
fn check_sections(members: &Value) -> Checked<()> {
    let Value::Map(members) = members else { return Ok(()) };
    for (name, value) in members {
        if SECTIONS.contains(&name.as_str()) {
            if !matches!(value, Value::Map(_) | Value::Null) {
                let message = format!("has `{name}` that is {}, not a map", value.describe());
                let help = format!("write `{name}: {{ NAME: … }}`, or leave it out");
                return Err(Mistake::new(message, help).of(&[name]));
            }
        } else if !OTHERS.contains(&name.as_str())
            && let Some(near) = nearest(name, SECTIONS.iter().copied())
        {
            let message = format!("has `{}`, which is no section of a program", one_line(name));
            return Err(Mistake::new(message, format!("did you mean `{near}`?")).of(&[name]));
        }
    }
    Ok(())
}

/// The members of a section that may have several names.
pub(super) fn section<'a>(
    document: &'a Value,
    names: &'a [&str],
) -> impl Iterator<Item = &'a (String, Value)> {
    let section = |name: &&str| match document.get(name) {
        Some(Value::Map(members)) => Some(members),
        _ => None,
    };
    names.iter().filter_map(section).flatten()
}
