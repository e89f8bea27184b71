//! Help texts with the options and commands of the command line: what the library calls a policy or a setting has another
//! name here.

#[cfg(feature = "aws")]
use connect_user::client::aws::AwsSettingsError;
use connect_user::{
    apply::ApplyError,
    client::ErrorKind,
    diff::Action,
    fleet::{RecordError, StoreError, UserOutcome},
    interop::file::FileDiagnostic,
    user::{Code, Diagnostic, ImportId, Property, Severity},
};
use serde_json::{Value, json};

/// The findings whose way out is an option or a command: it takes the place of the library's help.
const INSTEAD: &[(Code, Severity, &str)] = &[
    (
        Code::PASSWORD_UNCHANGEABLE,
        Severity::Warning,
        "let the user reset it, set it in the console, or let the user be replaced: `--on-password-change replace`",
    ),
    (
        Code::PASSWORD_UNCHANGEABLE,
        Severity::Error,
        "set it back, or let the user keep its password (`--on-password-change warn`) or be replaced \
         (`--on-password-change replace`)",
    ),
    (
        Code::DIRECTORY_USER_ID_UNCHANGEABLE,
        Severity::Error,
        "set it back, or let the user be replaced: `--on-directory-user-id-change replace`",
    ),
    (
        Code::UNRECOGNISED_SETTINGS,
        Severity::Warning,
        "look at it in the console after the apply, or refuse such plans: `--on-unrecognised refuse`",
    ),
    (
        Code::UNRECOGNISED_SETTINGS,
        Severity::Error,
        "ignore the changes of this user (`ignoreChanges`), make them in the console, or only be warned: \
         `--on-unrecognised warn`",
    ),
    (Code::SETTINGS_DIFFER, Severity::Error, "leave out `--identity-management`, or use another instance"),
    (
        Code::UNKNOWN_TARGET,
        Severity::Error,
        "`--target` takes the name that a user has in the program or in the state",
    ),
    (Code::NOBODY_MEANT, Severity::Warning, "check the values of `--where`; upper and lower case differ"),
    (Code::NOT_READ, Severity::Error, READ_ALL),
    (Code::PROFICIENCIES_NOT_READ, Severity::Error, READ_ALL),
    (Code::SHARED_ACCOUNT, Severity::Error, "remove the record that is not of this account: `state rm NAME`"),
    (
        Code::NAME_NOT_RECORDED,
        Severity::Note,
        "`import NAME INSTANCE_ID:USER_ID` records it, `adopt FILE` all users of a program",
    ),
];

const READ_ALL: &str = "plan again, and have every user read: `--refresh full`";

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
    let is_it =
        |(other, severity, _): &&(Code, Severity, &str)| other == code && *severity == diagnostic.severity;
    if let Some((.., instead)) = INSTEAD.iter().find(is_it) {
        return Some((*instead).to_owned());
    }
    let help = help.as_deref().unwrap_or_default();
    let reference = || message.split_once("`${")?.1.split_once("}`").map(|(reference, _)| reference);
    // Others are about a user.
    let is_of_copy = diagnostic.subject.is_none();
    let set = |reference: &str| format!("`--set {}`", quoted(&format!("{reference}=VALUE")));
    let way = match *code {
        Code::UNDEFINED_REFERENCE if help.contains("assign a value") => reference().map(set),
        Code::UNDEFINED_REFERENCE if help == "give its value" => {
            let set = reference().map(set)?;
            return Some(format!("{help}: {set}; a secret one by `--set-env` or `--set-file`"));
        }
        // The reference may be a part of the password, and is not named.
        Code::UNDEFINED_REFERENCE if *path == Property::Password.into() => {
            Some("`--set-env 'RESOURCE.PROPERTY=VARIABLE'` gives its value".to_owned())
        }
        Code::NOT_SETTABLE if *path == Property::Password.into() => {
            return Some(format!("{help}: `--on-password-change replace`"));
        }
        Code::NOT_SETTABLE if *path == Property::DirectoryUserId.into() => {
            return Some(format!("{help}: `--on-directory-user-id-change replace`"));
        }
        Code::PASSWORD_REQUIRED if is_of_copy => {
            return Some(
                "`--make-passwords FILE` makes them; `--passwords FILE` and `--password-env VARIABLE` give them"
                    .to_owned(),
            );
        }
        Code::RECORDED_OTHERWISE if is_of_copy => {
            return Some("give TO a state of its own: `--state PATH`".to_owned());
        }
        Code::COPY_REFUSED if is_of_copy && *path == Property::Password.into() => {
            return Some(
                "`--identity-management` says how it does; otherwise leave the passwords out".to_owned(),
            );
        }
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

/// The help of the error of applying a user; `None` if the library's help says all.
pub fn of_apply(outcome: &UserOutcome) -> Option<String> {
    let import = |id: &ImportId| {
        let (user, id) = (argument(&outcome.user), argument(&id.to_string()));
        // The user that would be replaced is recorded under the name.
        let first = match outcome.action {
            Action::Replace => format!("`state rm {user}`, then "),
            _ => String::new(),
        };
        format!("if that user is meant: {first}`import {user} {id}`")
    };
    Some(match outcome.error.as_deref()? {
        ApplyError::NotAdopted { id, .. } => format!("{}; otherwise choose another name", import(id)),
        ApplyError::Unclear { id, differing, .. } => {
            let first = if differing.is_empty() { "check the clock of this machine; " } else { "" };
            format!("{first}{}; otherwise delete it, and apply again", import(id))
        }
        ApplyError::OutcomeUnknown { .. } => {
            "apply again: that finds the user, and takes it over if this run has made it".to_owned()
        }
        ApplyError::Stale => "plan again".to_owned(),
        ApplyError::Client(error) if error.kind() == ErrorKind::NotFound => {
            "plan again: the user is gone, or what it refers to is".to_owned()
        }
        ApplyError::Refused(refused) => help(refused.diagnostics().first()?)?,
        _ => return None,
    })
}

/// The help of an error of recording users.
pub fn of_record(error: &RecordError) -> String {
    match error {
        RecordError::NameTaken { name, .. } => {
            format!(
                "choose another name, or end the management of that user first: `state rm {}`",
                argument(name)
            )
        }
        RecordError::NotRecorded { .. } => "`show` lists every user".to_owned(),
        RecordError::Unfinished { .. } => {
            "`apply` finishes it; `--force` removes the user from the state nevertheless".to_owned()
        }
        RecordError::Instance(error) => help(&error.diagnostic()).unwrap_or_default(),
        RecordError::Store(error) => of_store(error),
        error => error.help().to_owned(),
    }
}

/// The help of an error of the AWS configuration.
#[cfg(feature = "aws")]
pub fn of_aws(error: &AwsSettingsError) -> String {
    match error {
        AwsSettingsError::NoRegion { .. } => "give `--region`, such as `--region eu-central-1`".to_owned(),
        AwsSettingsError::NoProfile { .. } => {
            "give `--profile` with one of `aws configure list-profiles`, or create it with `aws configure --profile`"
                .to_owned()
        }
        AwsSettingsError::EndpointUrl { .. } => {
            "give `--endpoint-url https://HOST[:PORT]`, or leave it out".to_owned()
        }
        error => error.help().to_owned(),
    }
}

/// The notice that quotas were not read, with the option that gives the rates.
#[cfg(feature = "aws")]
pub fn of_rates(notice: &Diagnostic) -> Diagnostic {
    let help = notice.help.as_deref().unwrap_or_default();
    notice.clone().with_help(format!("{help}; `--rate RATE:BURST` gives them"))
}

/// The notices of a plan as JSON, with the help of the command line.
pub fn mend_plan(plan: &mut Value) {
    let mend = |notice: &mut Value| {
        let read: Option<Diagnostic> = serde_json::from_value(notice.clone()).ok();
        if let Some(help) = read.as_ref().and_then(help) {
            notice["help"] = json!(help);
        }
    };
    let notices = |value: &mut Value| {
        value.get_mut("notices").and_then(Value::as_array_mut).into_iter().flatten().for_each(mend);
    };
    notices(plan);
    plan.get_mut("users").and_then(Value::as_array_mut).into_iter().flatten().for_each(notices);
}

/// A diagnostic with the help of the command line.
pub fn mended(FileDiagnostic { diagnostic, location, .. }: &FileDiagnostic) -> FileDiagnostic {
    let help = help(diagnostic).unwrap_or_default();
    FileDiagnostic::new(diagnostic.clone().with_help(help), location.clone())
}
