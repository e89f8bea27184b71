//! Values of references: `--set`, `--set-env` and `--set-file`.

use std::{env, io::Read, path::Path};

use crate::{
    args::Global,
    failure::{Failure, Outcome},
    input,
};

/// The values that the command line gives.
#[derive(Default)]
pub struct Settings(Vec<Setting>);

/// One of them.
pub struct Setting {
    /// The option that gave it.
    pub option: &'static str,
    pub key: String,
    /// It may be a secret.
    pub value: String,
}

impl Settings {
    /// Reads them all; no message shows a value.
    pub fn read(args: &Global) -> Outcome<Self> {
        let mut settings: Vec<Setting> = Vec::new();
        let given = [
            ("--set", &args.set, "VALUE"),
            ("--set-env", &args.set_env, "VARIABLE"),
            ("--set-file", &args.set_file, "PATH"),
        ];
        for (option, texts, what) in given {
            for text in texts {
                let Some((key, text)) = pair(text) else {
                    return Err(Failure::new(format!("`{option}` has no `=` with a name before it"))
                        .help(format!("write `{option} 'resource.property={what}'`")));
                };
                let value = match option {
                    "--set-env" => variable(&key, &text)?,
                    "--set-file" => file(&key, &text)?,
                    _ => text,
                };
                if let Some(other) = settings.iter().find(|other| other.key == key && other.option != option)
                {
                    let message = format!("`{key}` is given by `{}` and by `{option}`", other.option);
                    return Err(Failure::new(message).help("leave one of them out"));
                }
                settings.push(Setting { option, key, value });
            }
        }
        Ok(Self(settings))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }
}

/// A name and what comes behind its `=`.
pub fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    (!key.trim().is_empty()).then(|| (key.trim().to_owned(), value.to_owned()))
}

fn variable(key: &str, name: &str) -> Outcome<String> {
    let fail = |message: &str| {
        Failure::new(format!("`--set-env {key}`: the environment variable `{name}` {message}"))
            .help("set it before the command")
    };
    match env::var(name) {
        Ok(value) => Ok(value),
        Err(env::VarError::NotPresent) => Err(fail("is not set")),
        Err(env::VarError::NotUnicode(_)) => Err(fail("is not UTF-8 text")),
    }
}

/// A file's text, without the line break that editors put at its end.
fn file(key: &str, path: &str) -> Outcome<String> {
    let (file, mut text) = (Path::new(path), String::new());
    let read = |mut opened: Box<dyn Read>| {
        opened.read_to_string(&mut text).map_err(|error| input::unreadable(file, "file", &error))
    };
    input::open(file, "file")
        .and_then(read)
        .map_err(|failure| failure.within(&format!("`--set-file {key}`")))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}
