//! Resource options of Pulumi: each is supported, or refused with a message.

use serde_json::{Map, Value as Json};

use super::{
    error::{Checked, Mistake},
    option_value::{
        Aliases, Flag, Import, OptionForm, Paths, Resource, Resources, SECRET_OUTPUTS, VERSION,
        secret_outputs, version,
    },
};
use crate::{
    fleet::Lifecycle,
    user::{ImportId, Path, Settings, Value, nearest},
};

/// Declares the supported options, each with its field, its name and the form of its value, in the order in which they
/// are written to programs.
macro_rules! options {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $name:literal as $form:ident,)+) => {
        /// The options of a resource. An option that is left out is `false`, `None` or empty.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ProgramOptions {
            $($(#[$doc])* pub $field: $type,)+
        }

        /// The known options: the supported options, and two options without an effect.
        const KNOWN: &[&str] = &[$($name,)+ SECRET_OUTPUTS, VERSION];

        impl ProgramOptions {
            fn set(&mut self, option: &str, value: &Value) -> Checked<()> {
                match option {
                    _ if *value == Value::Null && KNOWN.contains(&option) => {}
                    $($name => self.$field = $form::read(value)?,)+
                    SECRET_OUTPUTS => secret_outputs(value)?,
                    VERSION => version(value)?,
                    other => return Err(unknown(other)),
                }
                Ok(())
            }

            /// The options that are set, as programs write them, with plain names instead of references to resources.
            pub(in crate::interop) fn written(&self) -> impl Iterator<Item = (&'static str, Value)> {
                [$(($name, $form::write(&self.$field))),+]
                    .into_iter()
                    .filter_map(|(option, value)| Some((option, value?)))
            }

            /// The resources that the options name, each with the option.
            pub(in crate::interop) fn named(&self) -> impl Iterator<Item = (&'static str, &String)> {
                [$(($name, $form::resources(&self.$field))),+]
                    .into_iter()
                    .flat_map(|(option, names)| names.iter().map(move |name| (option, name)))
            }

            /// The JSON Schema of each option.
            pub(super) fn schema() -> Map<String, Json> {
                let options = [$(($name, $form::schema()),)+ (SECRET_OUTPUTS, Paths::schema()), (VERSION, Resource::schema())];
                options.into_iter().map(|(option, schema)| (option.to_owned(), schema)).collect()
            }
        }
    };
}

options! {
    /// The id of an existing user to import, if no user is recorded under the resource name.
    import: Option<ImportId> = "import" as Import,
    /// Whether the user must not be deleted or replaced.
    protect: bool = "protect" as Flag,
    /// Whether the account is kept when the user is removed from the program or replaced.
    retain_on_delete: bool = "retainOnDelete" as Flag,
    /// Whether a replaced user is deleted before the new one is created.
    delete_before_replace: bool = "deleteBeforeReplace" as Flag,
    /// Paths whose changes are ignored.
    ignore_changes: Vec<Path> = "ignoreChanges" as Paths,
    /// Paths whose changes replace the user, even if they could be made in place.
    replace_on_changes: Vec<Path> = "replaceOnChanges" as Paths,
    /// The resources that the user depends on.
    depends_on: Vec<String> = "dependsOn" as Resources,
    /// The parent of the user, which the user depends on.
    parent: Option<String> = "parent" as Resource,
    /// The resource whose deletion deletes the user, too.
    deleted_with: Option<String> = "deletedWith" as Resource,
    /// The provider of the user.
    provider: Option<String> = "provider" as Resource,
    /// Former resource names.
    aliases: Vec<String> = "aliases" as Aliases,
}

/// The other options of Pulumi, and what to do instead.
const WITHOUT_MEANING: &[(&str, &str)] = &[
    ("customTimeouts", "take it out: calls are tried again for as long in all users"),
    ("hideDiffs", "take it out: a plan always shows what changes"),
    ("pluginDownloadURL", "take it out: no plugin is loaded"),
    ("providers", "take it out: a user has one provider"),
    ("replaceWith", "name the properties in `replaceOnChanges` instead"),
    ("replacementTrigger", "name the properties in `replaceOnChanges` instead"),
    ("urn", "take it out: a user that exists is named by `import`"),
];

impl ProgramOptions {
    /// Returns the options that apply when the user is removed from the program or replaced.
    pub fn lifecycle(&self) -> Lifecycle {
        Lifecycle::builder()
            .protect(self.protect)
            .retain_on_delete(self.retain_on_delete)
            .maybe_deleted_with(self.deleted_with.clone())
            .build()
    }

    /// Whether the options do not change the [`Settings`] of a user.
    pub fn is_plain(&self) -> bool {
        !self.protect
            && !self.delete_before_replace
            && self.ignore_changes.is_empty()
            && self.replace_on_changes.is_empty()
    }

    /// Returns the settings of a user with these options. `settings` are the settings of all users; the options add to
    /// them: protection and ignored changes in `settings` stay in effect.
    #[must_use]
    pub fn settings(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.protect |= self.protect;
        settings.ignore_changes.extend_from_slice(&self.ignore_changes);
        settings.replace_on_changes.extend_from_slice(&self.replace_on_changes);
        settings.delete_before_replace |= self.delete_before_replace;
        settings
    }

    /// Reads the options of the user `name`.
    pub(super) fn parse(name: &str, options: Option<&Value>) -> ReadOptions {
        let mut read = ReadOptions::default();
        let members = match options {
            None | Some(Value::Null) => return read,
            Some(Value::Map(members)) => members,
            Some(_) => {
                let message = format!("`resources.{name}.options` is not a map");
                let help = "write `options: { protect: true }`, or leave it out";
                read.mistakes.push(Mistake::new(message, help));
                read.is_in_doubt = true;
                return read;
            }
        };
        let mut seen: Vec<&str> = Vec::new();
        for (option, value) in members {
            let result = match seen.contains(&option.as_str()) {
                true => Err(Mistake::new("is given twice", "take one of them out")),
                false => read.options.set(option, value),
            };
            seen.push(option);
            if let Err(mistake) = result {
                let mistake = mistake.after(&format!("`resources.{name}.options.{option}`"));
                read.mistakes.push(mistake.of(&["resources", name, "options", option]));
                read.is_in_doubt |= meant(option).is_some_and(|meant| DECISIVE.contains(&meant));
            }
        }
        read
    }
}

/// The options of a user, as far as they can be read.
#[derive(Default)]
pub(super) struct ReadOptions {
    pub(super) options: ProgramOptions,
    /// The mistakes in the other options.
    pub(super) mistakes: Vec<Mistake>,
    /// Whether an option with a mistake decides which rules hold for the user.
    pub(super) is_in_doubt: bool,
}

/// The options that decide which rules hold for a user: whether it exists, and what of it may change.
const DECISIVE: &[&str] = &["import", "ignoreChanges", "aliases", "urn"];

fn unknown(option: &str) -> Mistake {
    if let Some((_, help)) = WITHOUT_MEANING.iter().find(|(name, _)| *name == option) {
        return Mistake::new("has no meaning here", *help);
    }
    let help = match meant(option) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are `{}`", KNOWN.join("`, `")),
    };
    Mistake::new("is not a resource option", help)
}

/// The option that a name means, perhaps mistyped.
fn meant(option: &str) -> Option<&'static str> {
    nearest(option, KNOWN.iter().copied().chain(WITHOUT_MEANING.iter().map(|(name, _)| *name)))
}
