//! The first passwords of users that `copy` creates.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use connect_user::{
    interop::{
        between::FirstPasswords,
        file::{FileFormat, FileUser, ReadOptions, read},
    },
    user::{Secret, Value},
};

use crate::{
    args::Global,
    failure::{Failure, Outcome},
    input,
    output::{self, Form},
    written,
};

/// Where the first passwords of new users come from, which an instance with `CONNECT_MANAGED` asks for.
#[derive(clap::Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// The first passwords of new users, of an instance with CONNECT_MANAGED: a table (CSV) with the columns `name` and
    /// `password`. Default: none, and such users are refused.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    /// Make a password for each new user, and write it to such a table before the user is created: a new file, or one
    /// of an earlier copy, whose passwords hold and to which the others are added.
    #[arg(long, value_name = "FILE")]
    make_passwords: Option<PathBuf>,
    /// One first password for all new users, from an environment variable. A person who knows it can sign in as any of them.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
}

/// The first passwords of a run.
#[derive(Default)]
pub struct Given<'a> {
    pub first: FirstPasswords,
    /// The table for passwords that are made.
    table: Option<Table<'a>>,
}

/// A table of passwords that were made.
struct Table<'a> {
    file: &'a Path,
    /// The text of the table; `None` if the file does not exist yet.
    text: Option<Secret>,
    passwords: BTreeMap<String, Secret>,
}

/// The header of a table of made passwords.
const HEADER: &str = "name,password";

/// The description of a file of passwords, for messages.
const TABLE: &str = "table (CSV) with the columns `name` and `password`";

impl PasswordArgs {
    /// Reads the passwords of a copy to the instance that `to` reaches.
    pub fn read(&self, to: &Global) -> Outcome<Given<'_>> {
        if let Some(variable) = &self.password_env {
            return Ok(FirstPasswords::shared(input::variable(variable)?.into()).into());
        }
        if let Some(file) = &self.passwords {
            return Ok(FirstPasswords::of_users(passwords(file, &text(file)?)?).into());
        }
        let Some(file) = &self.make_passwords else { return Ok(Given::default()) };
        written::check_path(file, "--make-passwords", to)?;
        let table = Table::at(file)?;
        let first = FirstPasswords::of_users(table.passwords.clone()).made();
        Ok(Given { first, table: Some(table) })
    }
}

impl From<FirstPasswords> for Given<'_> {
    fn from(first: FirstPasswords) -> Self {
        Self { first, table: None }
    }
}

impl Given<'_> {
    /// Writes the passwords that were made, together with those of an earlier copy.
    pub fn hand_out(self, made: &BTreeMap<String, Secret>) -> Outcome<()> {
        let Some(Table { file, text, mut passwords }) = self.table.filter(|_| !made.is_empty()) else {
            return Ok(());
        };
        passwords.extend(made.clone());
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let row = |(name, password): (&String, &Secret)| {
            format!("{},{}\n", quoted(name), quoted(password.expose()))
        };
        let rows = passwords.iter().map(row).collect::<String>();
        written::replace(file, text.as_ref().map(Secret::expose), &format!("{HEADER}\n{rows}"))?;
        let made = match made.len() {
            1 => "a password was".to_owned(),
            count => format!("{count} passwords were"),
        };
        output::note(&format!("{made} made for new users: hand out `{}`, then remove it", file.display()));
        Ok(())
    }
}

impl<'a> Table<'a> {
    /// Opens a table that an earlier copy has made, or that does not exist yet. Other tables are refused, because
    /// writing them again would lose their other columns.
    fn at(file: &'a Path) -> Outcome<Self> {
        if !file.exists() {
            return Ok(Self { file, text: None, passwords: BTreeMap::new() });
        }
        let text = text(file)?;
        if input::bare(text.expose()).lines().next() != Some(HEADER) {
            let message = format!("`{}` is there, and is no table of `--make-passwords`", file.display());
            return Err(Failure::new(message)
                .help("give a new file; `--passwords FILE` reads a table of another form"));
        }
        let passwords = passwords(file, &text)?;
        Ok(Self { file, text: Some(text), passwords })
    }
}

fn text(file: &Path) -> Outcome<Secret> {
    Ok(input::text(file, TABLE)?.into())
}

/// The passwords of a table, by user name.
fn passwords(file: &Path, text: &Secret) -> Outcome<BTreeMap<String, Secret>> {
    let options = ReadOptions::builder().file(file.display().to_string()).build();
    let read = read(FileFormat::Csv, text.expose().as_bytes(), &options);
    // Other columns are ignored.
    let mut mistakes = read.diagnostics;
    mistakes.retain(|found| found.diagnostic.is_error());
    for found in &mut mistakes {
        // A mistake in the header means that it is another kind of file.
        if found.location.as_ref().is_some_and(|at| at.line == 1) {
            found.diagnostic = found.diagnostic.clone().with_help(format!("give a {TABLE}"));
        }
    }
    output::found(mistakes.into(), Form::File)?;
    let password = |user: &FileUser| {
        let password = user.inputs.get("password").and_then(Value::as_str)?;
        Some((user.user_name()?.to_owned(), Secret::from(password)))
    };
    let found: BTreeMap<_, _> = read.users.iter().filter_map(password).collect();
    match found.is_empty() {
        true => {
            Err(Failure::new(format!("`{}` has no passwords", file.display()))
                .help(format!("give a {TABLE}")))
        }
        false => Ok(found),
    }
}
