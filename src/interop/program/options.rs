//! Pulumi's resource options: obeyed, or refused by name.

use super::{
    error::{Checked, Mistake},
    option_value::{aliases, flag, import_id, paths, resource, resources, secret_outputs, version},
};
use crate::{
    fleet::Lifecycle,
    user::{ImportId, Path, Settings, Value, nearest},
};

/// The options that are obeyed.
pub(super) const KNOWN: &[&str] = &[
    "additionalSecretOutputs",
    "aliases",
    "deleteBeforeReplace",
    "deletedWith",
    "dependsOn",
    "ignoreChanges",
    "import",
    "parent",
    "protect",
    "provider",
    "replaceOnChanges",
    "retainOnDelete",
    "version",
];

/// Pulumi's other options, and what to do instead.
const WITHOUT_MEANING: &[(&str, &str)] = &[
    ("customTimeouts", "take it out: calls are tried again for as long in all users"),
    ("hideDiffs", "take it out: a plan always shows what changes"),
    ("pluginDownloadURL", "take it out: no plugin is loaded"),
    ("providers", "take it out: a user has one provider"),
    ("replaceWith", "name the properties in `replaceOnChanges` instead"),
    ("replacementTrigger", "name the properties in `replaceOnChanges` instead"),
    ("urn", "take it out: a user that exists is named by `import`"),
];

/// The options of a resource. An option that is left out is `false`, `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgramOptions {
    /// Refuses to delete or replace the user.
    pub protect: bool,
    /// The existing user to import, if none is recorded.
    pub import: Option<ImportId>,
    /// Keeps the account when the user leaves the program or is replaced.
    pub retain_on_delete: bool,
    /// The resource whose deletion deletes the user too.
    pub deleted_with: Option<String>,
    /// Places whose changes are ignored.
    pub ignore_changes: Vec<Path>,
    /// Places whose changes replace the user although they could be made in place.
    pub replace_on_changes: Vec<Path>,
    /// Whether a replaced user is deleted before the new one is created.
    pub delete_before_replace: bool,
    /// The resources that it depends on.
    pub depends_on: Vec<String>,
    /// Its parent, which it depends on.
    pub parent: Option<String>,
    /// Former resource names.
    pub aliases: Vec<String>,
    /// The provider that it names.
    pub provider: Option<String>,
}

impl ProgramOptions {
    /// What happens when the program changes or removes the user.
    pub fn lifecycle(&self) -> Lifecycle {
        Lifecycle::builder()
            .protect(self.protect)
            .retain_on_delete(self.retain_on_delete)
            .maybe_deleted_with(self.deleted_with.clone())
            .build()
    }

    /// Whether they change nothing of the [`Settings`] of a user.
    pub fn is_plain(&self) -> bool {
        !self.protect
            && !self.delete_before_replace
            && self.ignore_changes.is_empty()
            && self.replace_on_changes.is_empty()
    }

    /// The settings of a user with these options, where `settings` are those of every user: who is protected there,
    /// stays protected, and what is ignored there, stays ignored.
    #[must_use]
    pub fn settings(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.protect |= self.protect;
        settings.ignore_changes.extend_from_slice(&self.ignore_changes);
        settings.replace_on_changes.extend_from_slice(&self.replace_on_changes);
        settings.delete_before_replace |= self.delete_before_replace;
        settings
    }

    /// The resources that it names, each with the option that does.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let all = self.depends_on.iter().map(|name| ("dependsOn", name));
        let all = all.chain(self.parent.iter().map(|name| ("parent", name)));
        let all = all.chain(self.deleted_with.iter().map(|name| ("deletedWith", name)));
        all.chain(self.provider.iter().map(|name| ("provider", name)))
    }

    /// Reads the options of the user `name`.
    pub(super) fn parse(name: &str, options: Option<&Value>) -> Result<Self, Vec<Mistake>> {
        let members = match options {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Map(members)) => members,
            Some(_) => {
                let message = format!("`resources.{name}.options` is not a map");
                let help = "write `options: { protect: true }`, or leave it out";
                return Err(vec![Mistake::new(message, help)]);
            }
        };
        let mut parsed = Self::default();
        let (mut seen, mut mistakes): (Vec<&str>, Vec<Mistake>) = Default::default();
        for (option, value) in members {
            let result = match seen.contains(&option.as_str()) {
                true => Err(Mistake::new("is given twice", "take one of them out")),
                false => parsed.set(option, value),
            };
            seen.push(option);
            if let Err(mistake) = result {
                let mistake = mistake.after(&format!("`resources.{name}.options.{option}`"));
                mistakes.push(mistake.of(&["resources", name, "options", option]));
            }
        }
        if mistakes.is_empty() { Ok(parsed) } else { Err(mistakes) }
    }

    fn set(&mut self, option: &str, value: &Value) -> Checked<()> {
        if *value == Value::Null && KNOWN.contains(&option) {
            return Ok(());
        }
        match option {
            "protect" => self.protect = flag(value)?,
            "retainOnDelete" => self.retain_on_delete = flag(value)?,
            "deleteBeforeReplace" => self.delete_before_replace = flag(value)?,
            "import" => self.import = Some(import_id(value)?),
            "ignoreChanges" => self.ignore_changes = paths(value)?,
            "replaceOnChanges" => self.replace_on_changes = paths(value)?,
            "dependsOn" => self.depends_on = resources(value)?,
            "parent" => self.parent = Some(resource(value)?),
            "deletedWith" => self.deleted_with = Some(resource(value)?),
            "provider" => self.provider = Some(resource(value)?),
            "aliases" => self.aliases = aliases(value)?,
            "additionalSecretOutputs" => secret_outputs(value)?,
            "version" => version(value)?,
            other => return Err(unknown(other)),
        }
        Ok(())
    }
}

fn unknown(option: &str) -> Mistake {
    if let Some((_, help)) = WITHOUT_MEANING.iter().find(|(name, _)| *name == option) {
        return Mistake::new("has no meaning here", *help);
    }
    let known = KNOWN.iter().copied().chain(WITHOUT_MEANING.iter().map(|(name, _)| *name));
    let help = match nearest(option, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are `{}`", KNOWN.join("`, `")),
    };
    Mistake::new("is not a resource option", help)
}
