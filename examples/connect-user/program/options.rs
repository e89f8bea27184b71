//! Pulumi's resource options: obeyed, or refused by name.

use connect_user::fleet::Lifecycle;
use connect_user::user::{ImportId, ImportIdError, Path, Value, ignored_path, nearest};

use super::{
    Program, Resource,
    reference::{Part, Reference},
    resource_path,
};
use crate::failure::{Failure, Outcome};

/// The options that are obeyed.
const KNOWN: &[&str] = &[
    "additionalSecretOutputs",
    "aliases",
    "customTimeouts",
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
    ("hideDiffs", "take it out: a plan always shows what changes"),
    ("pluginDownloadURL", "take it out: no plugin is loaded"),
    ("providers", "take it out: a user has one provider"),
    ("replaceWith", "name the properties in `replaceOnChanges` instead"),
    ("replacementTrigger", "name the properties in `replaceOnChanges` instead"),
    ("urn", "take it out: a user that exists is named by `import`"),
];

/// What a resource's options say.
#[derive(Clone, Default)]
pub struct ResourceOptions {
    /// Whether the user must be neither deleted nor replaced.
    pub protect: bool,
    /// The user that it is to be from now on.
    pub import: Option<ImportId>,
    /// Whether the account stays when the user leaves the program or is replaced.
    pub retain_on_delete: bool,
    /// The resource with which the user vanishes by itself.
    pub deleted_with: Option<String>,
    pub ignore_changes: Vec<Path>,
    pub replace_on_changes: Vec<Path>,
    pub delete_before_replace: bool,
    /// The users and other resources that come before it.
    pub depends_on: Vec<String>,
    /// A child comes after its parent; more than that is a matter of Pulumi's own state.
    pub parent: Option<String>,
    /// The names that the resource had before.
    pub aliases: Vec<String>,
    /// The provider that it names.
    pub provider: Option<String>,
}

impl ResourceOptions {
    /// What becomes of the user once the program changes or removes it.
    pub fn lifecycle(&self) -> Lifecycle {
        Lifecycle::builder()
            .protect(self.protect)
            .retain_on_delete(self.retain_on_delete)
            .maybe_deleted_with(self.deleted_with.clone())
            .build()
    }

    /// Reads the options of the user `name`.
    pub fn parse(name: &str, options: Option<&Value>) -> Outcome<Self> {
        let members = match options {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Map(members)) => members,
            Some(_) => {
                let message = format!("`resources.{name}.options` is not a map");
                return Err(Failure::new(message).help("write `options: { protect: true }`, or leave it out"));
            }
        };
        let mut parsed = Self::default();
        let (mut seen, mut failures): (Vec<&str>, Vec<Failure>) = Default::default();
        for (option, value) in members {
            let place = format!("`resources.{name}.options.{option}`");
            if seen.contains(&option.as_str()) {
                failures.push(Failure::new(format!("{place} is given twice")).help("take one of them out"));
                continue;
            }
            seen.push(option);
            if let Err(failure) = parsed.set(option, value) {
                failures.push(failure.after(&place).of(&format!("{}.options.{option}", resource_path(name))));
            }
        }
        Failure::all(failures)?;
        Ok(parsed)
    }

    fn set(&mut self, option: &str, value: &Value) -> Outcome<()> {
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
            "dependsOn" => self.depends_on.extend(resources(value)?),
            "parent" => self.parent = Some(resource(value)?),
            "deletedWith" => self.deleted_with = Some(resource(value)?),
            "provider" => self.provider = Some(resource(value)?),
            "aliases" => self.aliases = aliases(value)?,
            "additionalSecretOutputs" => secret_outputs(value)?,
            "customTimeouts" => {
                return Err(Failure::new(
                    "has no meaning here: calls are tried again for as long in all users",
                )
                .help("take it out, and give `--retry-for SECONDS`"));
            }
            "version" => version(value)?,
            other => return Err(unknown(other)),
        }
        Ok(())
    }
}

fn unknown(option: &str) -> Failure {
    if let Some((_, help)) = WITHOUT_MEANING.iter().find(|(name, _)| *name == option) {
        return Failure::new("has no meaning here").help(*help);
    }
    let known = KNOWN.iter().copied().chain(WITHOUT_MEANING.iter().map(|(name, _)| *name));
    Failure::new("is not a resource option").help(match nearest(option, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options are `{}`", KNOWN.join("`, `")),
    })
}

fn must_be(expected: &str, value: &Value) -> Failure {
    Failure::new(format!("must be {expected}, is {}", value.describe())).help(format!("give {expected}"))
}

fn flag(value: &Value) -> Outcome<bool> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        other => Err(must_be("`true` or `false`", other)),
    }
}

fn text(value: &Value) -> Outcome<&str> {
    value.as_str().ok_or_else(|| must_be("a string", value))
}

fn list(value: &Value) -> Outcome<&[Value]> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(must_be("a list", other)),
    }
}

fn import_id(value: &Value) -> Outcome<ImportId> {
    text(value)?
        .parse()
        .map_err(|error: ImportIdError| Failure::new(format!("is invalid: {error}")).help(error.help()))
}

fn paths(value: &Value) -> Outcome<Vec<Path>> {
    let path = |value: &Value| {
        ignored_path(text(value)?).map_err(|error| Failure::new(format!(": {error}")).help(error.help()))
    };
    list(value)?.iter().map(path).collect()
}

/// The resource that a value such as `${name}` refers to.
fn resource(value: &Value) -> Outcome<String> {
    let reference = match Part::all(text(value)?).as_slice() {
        [Part::Reference(reference)] => Reference::parse(reference),
        _ => None,
    };
    match reference {
        Some(reference) if reference.path().is_empty() => Ok(reference.root().to_owned()),
        _ => Err(Failure::new("must refer to a resource").help("write `${name}`")),
    }
}

fn resources(value: &Value) -> Outcome<Vec<String>> {
    match value {
        Value::String(_) => Ok(vec![resource(value)?]),
        value => list(value)?.iter().map(resource).collect(),
    }
}

/// Earlier names: a name, a map with one, or a URN, whose last part is one.
fn aliases(value: &Value) -> Outcome<Vec<String>> {
    let name = |alias: &Value| match alias {
        Value::String(name) if !name.is_empty() => {
            Ok(name.rsplit_once("::").map_or(name.as_str(), |(_, last)| last).to_owned())
        }
        Value::Map(members) => {
            for (member, value) in members {
                match (member.as_str(), value) {
                    ("name", Value::String(_)) => {}
                    // What else Pulumi's names are made of is not part of a name here.
                    ("type" | "stack" | "project" | "parent" | "noParent", _) => {}
                    _ => {
                        return Err(Failure::new(format!("has an alias with `{member}`, which is unknown"))
                            .help("write `{name: OLD_NAME}`"));
                    }
                }
            }
            let name = alias.get("name").and_then(Value::as_str);
            name.map(str::to_owned).ok_or_else(|| {
                Failure::new("has an alias without a `name`")
                    .help("write `{name: OLD_NAME}`; only the name of a resource counts here")
            })
        }
        other => Err(Failure::new(format!("has an alias that is {}", other.describe()))
            .help("write the old name, or `{name: OLD_NAME}`")),
    };
    list(value)?.iter().map(name).collect()
}

/// The password is always secret, and nothing else can be made so.
fn secret_outputs(value: &Value) -> Outcome<()> {
    for output in list(value)? {
        let output = text(output)?;
        if output != "password" {
            return Err(Failure::new(format!("names `{output}`, which is recorded in clear text"))
                .help("take it out; only `password` is secret, and always"));
        }
    }
    Ok(())
}

/// The version of Pulumi's plugin, of which there is none here; it must at least be one.
fn version(value: &Value) -> Outcome<()> {
    let version = text(value)?;
    let numbers: Vec<&str> =
        version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default().split('.').collect();
    let is_version = numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok());
    if is_version {
        Ok(())
    } else {
        Err(Failure::new(format!("must be a version, is `{version}`")).help("write it as `7.51.0`"))
    }
}

impl Program {
    /// Checks that options refer to what the program has.
    pub(super) fn check_options(&self, document: &Value) -> Outcome<()> {
        let failures = self.users.iter().filter_map(|user| {
            let failure = self.check_user(user, document).err()?;
            Some(failure.of(&format!("{}.options", resource_path(&user.name))))
        });
        Failure::all(failures.collect())
    }

    fn check_user(&self, user: &Resource, document: &Value) -> Outcome<()> {
        {
            let options = &user.options;
            let fail = |option: &str, message: String| {
                Failure::new(format!("`resources.{}.options.{option}` {message}", user.name))
            };
            let named = options.depends_on.iter().map(|name| ("dependsOn", name));
            let named = named.chain(options.parent.iter().map(|name| ("parent", name)));
            let named = named.chain(options.deleted_with.iter().map(|name| ("deletedWith", name)));
            for (option, name) in named.chain(options.provider.iter().map(|name| ("provider", name))) {
                if !self.has_resource(name) {
                    let failure =
                        fail(option, format!("refers to `{name}`, which the program does not define"));
                    return Err(match self.suggestion(name) {
                        Some(near) => failure.help(format!("did you mean `${{{near}}}`?")),
                        None => failure.help("define it, or take the reference out"),
                    });
                }
            }
            if let Some(name) = options.deleted_with.as_ref().filter(|name| self.places.contains_key(*name)) {
                return Err(fail(
                    "deletedWith",
                    format!("refers to the user `{name}`, whose deletion deletes nobody else"),
                )
                .help("refer to the instance, or use `retainOnDelete`"));
            }
            for alias in &options.aliases {
                if alias != &user.name && self.places.contains_key(alias) {
                    return Err(fail(
                        "aliases",
                        format!("names `{alias}`, which is another user of the program"),
                    )
                    .help("take the alias out"));
                }
            }
            if let Some(name) = &options.provider {
                self.check_provider(name, document)
                    .map_err(|failure| failure.after(&format!("`resources.{name}`")))?;
            }
        }
        Ok(())
    }

    /// A provider may say nothing that would be ignored: the command line says it instead.
    fn check_provider(&self, name: &str, document: &Value) -> Outcome<()> {
        const INSTEAD: &[(&str, &str)] = &[
            ("region", "--region"),
            ("profile", "--profile"),
            ("defaultTags", "--default-tag"),
            ("ignoreTags", "--ignore-tag"),
            ("endpoints", "--endpoint-url"),
        ];
        if self.others.get(name).is_none_or(|kind| kind != "pulumi:providers:aws") {
            return Err(Failure::new("is not a provider")
                .help("refer to a resource of the type `pulumi:providers:aws`"));
        }
        let resource = document.get("resources").and_then(|resources| resources.get(name));
        if let Some(Value::Map(members)) = resource.and_then(|resource| resource.get("properties"))
            && let Some((member, _)) = members.first()
        {
            let instead = INSTEAD.iter().find(|(known, _)| known == member);
            return Err(Failure::new(format!("sets `{member}`, which is not taken from a program")).help(
                match instead {
                    Some((_, option)) => format!("take it out, and give `{option}`"),
                    None => "take it out".to_owned(),
                },
            ));
        }
        Ok(())
    }
}
