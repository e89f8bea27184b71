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
    failure::{Failure, Outcome},
    input, output,
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
    /// One first password for all new users, from an environment variable. Whoever knows it can sign in as any of them.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
}

impl PasswordArgs {
    pub fn read(&self) -> Outcome<FirstPasswords> {
        if let Some(variable) = &self.password_env {
            let password = std::env::var(variable).map_err(|_| {
                Failure::new(format!("the environment variable `{variable}` is not set, or no text"))
                    .help("set it to the password")
            })?;
            return Ok(FirstPasswords::shared(password.into()));
        }
        if let Some(file) = &self.passwords {
            return Ok(FirstPasswords::of_users(table(file)?));
        }
        Ok(match &self.make_passwords {
            Some(file) if file.exists() => FirstPasswords::of_users(own_table(file)?).made(),
            Some(file) => {
                input::require_regular(file, input::STILL_TO_BE_MADE)?;
                FirstPasswords::default().made()
            }
            None => FirstPasswords::default(),
        })
    }

    /// Writes down the passwords that were made, beside those of an earlier copy.
    pub fn hand_out(&self, made: &BTreeMap<String, Secret>) -> Outcome<()> {
        let Some(file) = self.make_passwords.as_ref().filter(|_| !made.is_empty()) else { return Ok(()) };
        let mut all = if file.exists() { own_table(file)? } else { BTreeMap::new() };
        all.extend(made.clone());
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let row = |(name, password): (&String, &Secret)| {
            format!("{},{}\n", quoted(name), quoted(password.expose()))
        };
        input::save(file, &format!("{HEADER}\n{}", all.iter().map(row).collect::<String>()))?;
        output::note(&format!(
            "{} made for new users: hand out `{}`, then remove it",
            if made.len() == 1 {
                "a password was".to_owned()
            } else {
                format!("{} passwords were", made.len())
            },
            file.display()
        ));
        Ok(())
    }
}

/// The columns of a table that was made.
const HEADER: &str = "name,password";

/// The passwords of a table that an earlier copy has made. Another one has more than is kept when it is written again.
fn own_table(file: &Path) -> Outcome<BTreeMap<String, Secret>> {
    let text = Secret::new(input::text(file, "table of passwords")?);
    if text.expose().lines().next() != Some(HEADER) {
        return Err(Failure::new(format!(
            "`{}` is there, and is no table of `--make-passwords`",
            file.display()
        ))
        .help("give a new file; `--passwords FILE` reads a table of another form"));
    }
    table(file)
}

/// The passwords of a table, by user name.
fn table(file: &Path) -> Outcome<BTreeMap<String, Secret>> {
    let text = Secret::new(input::text(file, "table of passwords")?);
    let options = ReadOptions::builder().file(file.display().to_string()).build();
    let mut users = read(FileFormat::Csv, text.expose().as_bytes(), &options);
    output::found(std::mem::take(&mut users.diagnostics), output::Form::File)?;
    let password = |user: &FileUser| {
        let password = user.inputs.get("password").and_then(Value::as_str)?;
        Some((user.user_name()?.to_owned(), Secret::from(password)))
    };
    let found: BTreeMap<_, _> = users.users.iter().filter_map(password).collect();
    match found.is_empty() {
        true => Err(Failure::new(format!("`{}` has no passwords", file.display()))
            .help("give a table with the columns `name` and `password`")),
        false => Ok(found),
    }
}
