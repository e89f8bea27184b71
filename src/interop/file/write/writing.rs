//! What the writers share: the users as they are to be written, and what is lost on the way.

use std::collections::HashSet;

use super::{
    super::{
        inputs::remove,
        losses::Losses,
        users::{FileDiagnostic, FileReference, FileUser, UserFile},
    },
    options::{WriteOptions, WrittenFile},
};
use crate::{
    interop::program::{Part, ProgramOptions},
    user::{Path, Property, Severity, Value},
};

/// A file that is being written.
pub(super) struct Writing<'a> {
    pub(super) file: &'a UserFile,
    names: HashSet<&'a str>,
    options: WriteOptions,
    losses: Losses,
    pub(super) imports: Option<String>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(file: &'a UserFile, options: WriteOptions) -> Self {
        let names = file.users.iter().map(|user| user.name.as_str()).collect();
        Self { file, names, options, losses: Losses::default(), imports: None }
    }

    /// Notes what the format cannot carry of a user.
    pub(super) fn lose(&mut self, user: &FileUser, what: impl Into<String>, help: &str) {
        self.losses.add(Severity::Warning, what.into(), help, || user.location.clone());
    }

    /// Notes what becomes another thing, and is no loss.
    pub(super) fn note(&mut self, user: &FileUser, what: impl Into<String>, help: &str) {
        self.losses.add(Severity::Note, what.into(), help, || user.location.clone());
    }

    /// Notes the options of a user that the format has no place for; `carried` are those that it has.
    pub(super) fn lose_options(&mut self, user: &FileUser, carried: &[&str]) {
        let ProgramOptions {
            protect,
            retain_on_delete,
            deleted_with,
            ignore_changes,
            replace_on_changes,
            delete_before_replace,
            depends_on,
            parent,
            aliases,
            provider,
            // Each writer says what becomes of it.
            import: _,
        } = &user.options;
        let options = [
            ("protect", *protect),
            ("retainOnDelete", *retain_on_delete),
            ("deletedWith", deleted_with.is_some()),
            ("ignoreChanges", !ignore_changes.is_empty()),
            ("replaceOnChanges", !replace_on_changes.is_empty()),
            ("deleteBeforeReplace", *delete_before_replace),
            ("dependsOn", !depends_on.is_empty()),
            ("parent", parent.is_some()),
            ("aliases", !aliases.is_empty()),
            ("provider", provider.is_some()),
        ];
        for (option, _) in options.iter().filter(|(option, is_set)| *is_set && !carried.contains(option)) {
            let what = format!("the option `{option}` is not carried by this format");
            self.lose(user, what, "set it again with the tool that reads the file");
        }
    }

    /// The inputs of a user, without the password unless it is asked for, and without references to nothing: each
    /// unknown value has one.
    pub(super) fn inputs(&mut self, user: &FileUser) -> (Value, Vec<(Path, String)>) {
        let mut inputs = user.inputs.clone();
        let password = Path::from(Property::Password);
        let is_written =
            inputs.at(&password).is_some_and(|value| !matches!(value, Value::Unknown | Value::Null));
        if is_written && !self.options.passwords {
            remove(&mut inputs, Property::Password.path());
            let help =
                "users that exist keep theirs; for new ones, `--with-passwords` writes them in clear text";
            self.losses.add(Severity::Warning, "passwords are left out".into(), help, || user.location.clone());
        }
        // A text around a reference is a part of the password; the reference alone is none.
        let may_keep = |reference: &FileReference| {
            self.options.passwords
                || reference.path != password
                || Part::alone(&reference.expression).is_some()
        };
        let known = |path: &Path| {
            user.references.iter().find(|reference| reference.path == *path && may_keep(reference))
        };
        let mut references = Vec::new();
        unknowns(&inputs, &Path::root(), &mut |path| {
            let expression = known(&path).map(|reference| reference.expression.clone());
            let expression = expression.unwrap_or_else(|| format!("${{{}_{path}}}", user.name));
            references.push((path, expression));
        });
        (inputs, references)
    }

    /// Whether a user of the file has this resource name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn finish(self, text: String) -> WrittenFile {
        let diagnostics: Vec<FileDiagnostic> = self.losses.into_diagnostics().collect();
        WrittenFile { text, imports: self.imports, diagnostics }
    }
}

fn unknowns(value: &Value, at: &Path, found: &mut impl FnMut(Path)) {
    match value {
        Value::Unknown => found(at.clone()),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                unknowns(item, &at.index(index), found);
            }
        }
        Value::Map(members) => {
            let is_tags = at.property() == Some(Property::Tags);
            for (name, value) in members {
                let at = if is_tags { at.key(name.as_str()) } else { at.member(name.clone()) };
                unknowns(value, &at, found);
            }
        }
        _ => {}
    }
}
