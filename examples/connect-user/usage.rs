//! What `--help` shows of each command beside its options: examples, and no option that it would ignore.

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, parser::ValueSource};

use crate::{
    args::Args,
    failure::{Failure, Outcome},
};

pub const VALIDATE: &str = "\
Examples:
  connect-user validate users.yaml
  connect-user validate users.yaml --identity-management SAML --format json
  generate | connect-user validate -";
pub const PLAN: &str = "\
Examples:
  connect-user plan users.yaml
  connect-user plan users.yaml --summary --detailed-exitcode
  connect-user plan users.yaml --out plan.json
  connect-user plan users.yaml --backend aws --region eu-central-1";
pub const APPLY: &str = "\
Examples:
  connect-user apply users.yaml
  connect-user apply users.yaml --yes --set-env ana-password.result=ANA_PASSWORD
  connect-user apply users.yaml --target ana --max-deletes 0
  connect-user apply plan.json --yes --set-env ana.password=ANA_PASSWORD";
pub const DESTROY: &str = "\
Examples:
  connect-user destroy
  connect-user destroy --yes --state staging.redb";
pub const SHOW: &str = "\
Examples:
  connect-user show
  connect-user show ana --format json
  connect-user show --where tag:team=red";
pub const DRIFT: &str = "\
Examples:
  connect-user drift --backend aws
  connect-user drift --where name-prefix=agent- --where routing-profile=ID
  connect-user drift --detailed-exitcode   exits with 0 for none, 2 for drift, 1 for an error";
pub const IMPORT: &str = "\
Examples:
  connect-user import ana INSTANCE_ID:USER_ID --backend aws
  connect-user import --all --instance INSTANCE_ID --backend aws";
pub const EXPORT: &str = "\
Examples:
  connect-user export --instance INSTANCE_ID --names --backend aws > users.yaml
  connect-user export --instance INSTANCE_ID --where group-tree=ID > team.yaml";
pub const SCHEMA: &str = "\
Examples:
  connect-user schema > connect-user.schema.json   then begin a program with
    # yaml-language-server: $schema=connect-user.schema.json";
pub const STATE: &str = "\
Examples:
  connect-user state export > users.json
  connect-user state import users.json --state other.redb
  connect-user state rm ana   then remove `ana` from the program
  connect-user state migrate .connect-user/users.redb s3://team-states/users
  connect-user state unlock 5f0c27d1b6a84e93 --state s3://team-states/users";

/// The global options that some command would ignore: the commands that heed them, and where they have no use. Where
/// the users and the state are may be said to every command, so that scripts can give it once.
const HEEDED: &[(&[&str], &[&str], &str)] = &[
    (
        &["set", "set_env", "set_file"],
        &["validate", "plan", "apply", "adopt", "convert"],
        "without a program",
    ),
    (&["allow", "deny"], &["validate", "plan", "apply"], "where nothing is validated"),
    (
        &["on_password_change", "on_directory_user_id_change"],
        &["validate", "plan", "apply"],
        "without a program",
    ),
    (&["on_unrecognised"], &["plan", "apply"], "without a program"),
    (&["sign_out_on"], &["plan", "apply", "destroy"], "where no user is changed"),
    (&["delete_quick_connects"], &["plan", "apply", "destroy"], "where no user is deleted"),
    (&["where"], &["show", "drift", "import", "export"], "where no users are chosen"),
    (&["refresh"], &["plan", "apply", "drift", "import", "export"], "where no user is read"),
    (
        &["rate", "rates_from", "shared_quota", "retry_for", "parallelism"],
        &["plan", "apply", "destroy", "drift", "import", "export", "adopt"],
        "where no service is asked",
    ),
];

/// Reads the command line.
pub fn read() -> Result<Outcome<Args>, clap::Error> {
    let matches = grammar().try_get_matches()?;
    if let Err(failure) = check(&matches) {
        return Ok(Err(failure));
    }
    Args::from_arg_matches(&matches).map(Ok)
}

/// The commands, each of which shows only the options that it heeds.
fn grammar() -> Command {
    let mut root = Args::command();
    let globals: Vec<_> = root.get_arguments().filter(|option| option.is_global_set()).cloned().collect();
    let names: Vec<String> = root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names {
        let hidden = globals.iter().filter(|option| ignored(option.get_id().as_str(), &name).is_some());
        let hidden: Vec<_> = hidden.map(|option| option.clone().hide(true)).collect();
        root = root.mut_subcommand(name, |command| command.args(hidden));
    }
    root
}

/// Why a command ignores an option, if it does, and the commands that heed it.
fn ignored(option: &str, command: &str) -> Option<(&'static str, &'static [&'static str])> {
    let of = HEEDED.iter().find(|(options, by, _)| options.contains(&option) && !by.contains(&command));
    of.map(|(_, by, what)| (*what, *by))
}

/// Refuses options that the command would ignore.
fn check(matches: &ArgMatches) -> Outcome<()> {
    let Some((command, given)) = matches.subcommand() else { return Ok(()) };
    for option in HEEDED.iter().flat_map(|(options, ..)| *options) {
        let is_given =
            [matches, given].iter().any(|of| of.value_source(option) == Some(ValueSource::CommandLine));
        if let Some((what, by)) = ignored(option, command).filter(|_| is_given) {
            let option = option.replace('_', "-");
            return Err(Failure::new(format!("`--{option}` has no use {what}"))
                .help(format!("leave it out of `{command}`: `{}` take it", by.join("`, `"))));
        }
    }
    Ok(())
}
