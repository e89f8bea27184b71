//! The command line's own way to what the library leaves to its host.

use connect_user::user::{Code, Diagnostic};

/// What is said of a mistake, and what to give or to use then.
const WAYS: &[(&str, &str)] = &[
    ("sets `region`, ", "give `--region`"),
    ("sets `profile`, ", "give `--profile`"),
    ("sets `defaultTags`, ", "give `--default-tag`"),
    ("sets `ignoreTags`, ", "give `--ignore-tag`"),
    ("sets `endpoints`, ", "give `--endpoint-url`"),
    (".options.customTimeouts` ", "give `--retry-for SECONDS`"),
    (" with `get`", "use the command `import`"),
    (" is a Terraform configuration, ", "`convert` makes a program of what `terraform show -json` prints"),
    (" is a table (CSV), ", "`convert` makes a program of it; `export` prints one of users that exist"),
    (
        " is a CloudFormation template, ",
        "`convert` makes a program of it; `export` prints one of users that exist",
    ),
    (
        " is JSON of the Connect API, ",
        "`convert` makes a program of it; `export` prints one of users that exist",
    ),
    (" is a state, ", "`state import` reads it"),
];

/// What to do about it, with the options and commands that do it.
pub fn help(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { code, message, help, .. } = diagnostic;
    let reference = || message.split_once("`${")?.1.split_once("}`").map(|(reference, _)| reference);
    let way = match *code {
        Code::UNDEFINED_REFERENCE if help.as_ref()?.contains("assign a value") => {
            reference().map(|reference| format!("`--set '{reference}=VALUE'`"))
        }
        Code::INVALID_PROGRAM => {
            let way = WAYS.iter().find(|(said, _)| message.contains(said));
            way.map(|(_, way)| (*way).to_owned())
        }
        _ => None,
    };
    let texts: Vec<String> = help.iter().cloned().chain(way).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
