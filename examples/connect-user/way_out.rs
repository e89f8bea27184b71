//! Help texts with the options and commands of the command line.

use connect_user::{
    fleet::StoreError,
    interop::file::FileDiagnostic,
    user::{Code, Diagnostic, Property},
};

const CONVERT: &str = "`convert` makes a program of it; `export` prints one of users that exist";

/// Parts of messages, and the option or command that helps.
const WAYS: &[(&str, &str)] = &[
    ("sets `region`, ", "give `--region`"),
    ("sets `profile`, ", "give `--profile`"),
    ("sets `defaultTags`, ", "give `--default-tag`"),
    ("sets `ignoreTags`, ", "give `--ignore-tag`"),
    ("sets `endpoints`, ", "give `--endpoint-url`"),
    (".options.customTimeouts` ", "give `--retry-for SECONDS`"),
    (" with `get`", "use the command `import`"),
    (" is a Terraform configuration, ", "`convert` makes a program of what `terraform show -json` prints"),
    (" is a table (CSV), ", CONVERT),
    (" is a CloudFormation template, ", CONVERT),
    (" is JSON of the Connect API, ", CONVERT),
    (" is a state, ", "`state import` reads it"),
];

/// The help of a diagnostic, with the options and commands of the command line.
pub fn help(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { code, path, message, help, .. } = diagnostic;
    let help = help.as_deref().unwrap_or_default();
    let reference = || message.split_once("`${")?.1.split_once("}`").map(|(reference, _)| reference);
    let set = |reference: &str| format!("`--set {}`", quoted(&format!("{reference}=VALUE")));
    let way = match *code {
        Code::UNKNOWN_TARGET => {
            return Some(help.replacen("a target is", "`--target` takes", 1));
        }
        Code::NOBODY_MEANT => return Some(help.replacen("its conditions", "`--where`", 1)),
        Code::UNDEFINED_REFERENCE if help.contains("assign a value") => reference().map(set),
        Code::UNDEFINED_REFERENCE if help == "give its value" => {
            let set = reference().map(set)?;
            return Some(format!("{help}: {set}; a secret one by `--set-env` or `--set-file`"));
        }
        Code::NOT_SETTABLE if *path == Property::Password.into() => {
            return Some(format!("{help}: `--on-password-change replace`"));
        }
        Code::NOT_SETTABLE if *path == Property::DirectoryUserId.into() => {
            return Some(format!("{help}: `--on-directory-user-id-change replace`"));
        }
        Code::NAME_NOT_RECORDED => Some(
            "`import NAME INSTANCE_ID:USER_ID` records it, `adopt FILE` all users of a program".to_owned(),
        ),
        Code::NOT_ADOPTED if help == "give the instance of the users" => Some("`--instance ID`".to_owned()),
        Code::INVALID_PROGRAM => {
            let way = WAYS.iter().find(|(said, _)| message.contains(said));
            way.map(|(_, way)| (*way).to_owned())
        }
        _ => None,
    };
    let texts: Vec<String> =
        [help.to_owned()].into_iter().chain(way).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// A text as a shell takes it for one argument, in quotes where it needs them.
pub fn argument(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// A text in quotes, as a shell takes it for one argument.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The help of an error of the state, with the command that helps.
pub fn of_store(error: &StoreError) -> String {
    match error {
        StoreError::Leased { location, id, .. } => format!(
            "wait until that run has ended; if it was killed: `connect-user state unlock {id} --state {}`",
            argument(location)
        ),
        error => error.help().to_owned(),
    }
}

/// A diagnostic with the help of the command line.
pub fn mended(FileDiagnostic { diagnostic, location, .. }: &FileDiagnostic) -> FileDiagnostic {
    let help = help(diagnostic).unwrap_or_default();
    FileDiagnostic::new(diagnostic.clone().with_help(help), location.clone())
}
