//! The common part of all writers: prepares users for writing, and collects losses.

use std::collections::HashSet;

use super::{
    super::{
        inputs::{remove, visit},
        losses::Losses,
        properties::sort,
        users::{FileDiagnostic, FileReference, FileUser},
    },
    json::pretty,
    options::WriteOptions,
};
use crate::{
    interop::program::Part,
    user::{Path, Property, Severity, Value},
};

/// A format that users are written in, one by one.
pub(super) trait Form {
    /// The text before the users.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// The text of a user.
    fn user(&mut self, user: &FileUser, writing: &mut Writing) -> String;

    /// The text after the users, such as the variables that they refer to.
    fn end(&mut self, _writing: &mut Writing) -> String {
        String::new()
    }
}

/// A file that is being written.
pub(super) struct Writing {
    /// The resource names of all users, including the users that are not written yet.
    names: HashSet<String>,
    options: WriteOptions,
    losses: Losses,
    /// The users that exist, for the second file of a format that has one.
    pub(super) imports: Vec<Value>,
}

impl Writing {
    pub(super) fn new(names: HashSet<String>, options: WriteOptions) -> Self {
        Self { names, options, losses: Losses::default(), imports: Vec::new() }
    }

    /// Warns of something of a user that the format cannot hold.
    pub(super) fn lose(&mut self, user: &FileUser, what: impl Into<String>, help: &str) {
        self.losses.add(Severity::Warning, what.into(), help, || user.location.clone());
    }

    /// Notes something that is written in another form, without a loss.
    pub(super) fn note(&mut self, user: &FileUser, what: impl Into<String>, help: &str) {
        self.losses.add(Severity::Note, what.into(), help, || user.location.clone());
    }

    /// Warns of something of the whole file that the format cannot hold.
    pub(super) fn lose_file(&mut self, what: impl Into<String>, help: &str) {
        self.losses.add(Severity::Warning, what.into(), help, || None);
    }

    /// Warns of options of a user that the format cannot hold; `carried` are the options that it can hold.
    pub(super) fn lose_options(&mut self, user: &FileUser, carried: &[&str]) {
        // Each writer handles imports itself.
        let is_lost = |option: &str| option != "import" && !carried.contains(&option);
        for (option, _) in user.options.written().filter(|(option, _)| is_lost(option)) {
            let what = format!("the option `{option}` is not carried by this format");
            self.lose(user, what, "set it again with the tool that reads the file");
        }
    }

    /// Returns the inputs of a user, without the password unless passwords are written, and the reference of each
    /// unknown value. An unknown value without a reference gets one.
    pub(super) fn inputs(&mut self, user: &FileUser) -> (Value, Vec<(Path, String)>) {
        let mut inputs = user.inputs.clone();
        sort(&mut inputs);
        let password = Path::from(Property::Password);
        let is_written =
            inputs.at(&password).is_some_and(|value| !matches!(value, Value::Unknown | Value::Null));
        if is_written && !self.options.passwords {
            remove(&mut inputs, Property::Password.path());
            let help =
                "users that exist keep theirs; for new ones, `--with-passwords` writes them in clear text";
            self.losses
                .add(Severity::Warning, "passwords are left out".into(), help, || user.location.clone());
        }
        // Text around a reference is a part of the password; a reference alone is not secret.
        let may_keep = |reference: &FileReference| {
            self.options.passwords
                || reference.path != password
                || Part::alone(&reference.expression).is_some()
        };
        let known = |path: &Path| {
            user.references.iter().find(|reference| reference.path == *path && may_keep(reference))
        };
        let mut references = Vec::new();
        visit(&mut inputs, &Path::root(), &mut |value, path| {
            if *value == Value::Unknown {
                let expression = known(path).map(|reference| reference.expression.clone());
                // A made-up reference must not look like the property of a user.
                let name = || format!("{}_{path}", user.name).replace(['.', '[', ']'], "_");
                let expression = expression.unwrap_or_else(|| format!("${{{}}}", name()));
                references.push((path.clone(), expression));
            }
            true
        });
        (inputs, references)
    }

    /// Whether a user of the file has this resource name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns the text of a second file, and the losses.
    pub(super) fn finish(self) -> (Option<String>, Vec<FileDiagnostic>) {
        let imports =
            (!self.imports.is_empty()).then(|| format!("{}\n", pretty(&Value::List(self.imports), 0)));
        (imports, self.losses.into_diagnostics().collect())
    }
}
