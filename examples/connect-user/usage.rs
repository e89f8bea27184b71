//! Reads the command line: adds examples to `--help` of each command, and refuses options that the command would
//! ignore.

use std::{collections::BTreeSet, ffi::OsString, process::ExitCode};

use clap::{
    Arg, ArgMatches, ColorChoice, Command, CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue},
    parser::ValueSource,
};

use connect_user::read::Strategy;

use crate::{
    args::{Args, BackendKind, Format, Global},
    failure::{Failure, Outcome},
    output,
};

/// Examples, with one paragraph for each command, which `--help` shows after the options.
const EXAMPLES: &str = "
  connect-user validate users.yaml
  connect-user validate users.yaml --identity-management SAML --format json
  generate | connect-user validate -

  connect-user plan users.yaml
  connect-user plan users.yaml --summary --detailed-exitcode
  connect-user plan users.yaml --out plan.json
  connect-user plan users.yaml --where tag:team=red
  connect-user plan users.yaml --backend aws --region eu-central-1

  connect-user apply users.yaml
  connect-user apply users.yaml --yes --set-env ana-password.result=ANA_PASSWORD
  connect-user apply users.yaml --target ana --max-deletes 0
  connect-user apply plan.json --yes --set-env ana.password=ANA_PASSWORD

  connect-user set routingProfileId=name:Sales --where tag:team=red
  connect-user set tags.shift=late phoneConfig.autoAccept=true --where group=path:Europe/Berlin
  connect-user set --unset identityInfo.mobile --target ana --program users.yaml
  connect-user set securityProfileIds=name:Agent --all --out plan.json   then `apply plan.json`

  connect-user destroy
  connect-user destroy --yes --state staging.redb

  connect-user show
  connect-user show ana --format json
  connect-user show ana --memberships --backend aws
  connect-user show --where tag:team=red

  connect-user drift --backend aws
  connect-user drift --where name-prefix=agent- --where routing-profile=ID
  connect-user drift --detailed-exitcode   exits with 0 for none, 2 for drift, 1 for an error

  connect-user import ana INSTANCE_ID:USER_ID --backend aws
  connect-user import --all --instance INSTANCE_ID --backend aws

  connect-user export --instance INSTANCE_ID --names --backend aws > users.yaml
  connect-user export --instance INSTANCE_ID --where group-tree=ID > team.yaml

  connect-user adopt terraform.tfstate --backend aws
  connect-user adopt agents.csv --instance INSTANCE_ID --backend aws
  connect-user convert agents.csv --instance INSTANCE_ID > users.yaml   to `plan` the same

  connect-user convert agents.csv --instance INSTANCE_ID > users.yaml
  connect-user convert terraform.tfstate > users.yaml
  connect-user convert users.yaml --to terraform > users.tf
  connect-user convert template.yaml --set InstanceArn=INSTANCE_ARN > users.yaml

  connect-user compare OLD_ID NEW_ID --backend aws --from-region us-east-1 --to-region eu-central-1
  connect-user compare OLD_ARN NEW_ARN --backend aws --from-profile old --to-profile new
  connect-user compare OLD_ID NEW_ID --map 'routingProfile:Basic=Standard' --detailed-exitcode

  connect-user copy OLD_ARN NEW_ARN --backend aws --state new.redb --dry-run
  connect-user copy OLD_ARN NEW_ARN --backend aws --state new.redb --make-passwords first.csv
  connect-user copy OLD_ID NEW_ID --where tag:team=red --map 'hierarchyGroup:EU/Berlin=Berlin'
  connect-user export --instance NEW_ID --names --state new.redb > users.yaml   to manage them

  connect-user schema > connect-user.schema.json   then begin a program with
    # yaml-language-server: $schema=connect-user.schema.json

  connect-user state export > users.json
  connect-user state import users.json --state other.redb
  connect-user state rm ana   then remove `ana` from the program
  connect-user state migrate .connect-user/users.redb s3://team-states/users
  connect-user state unlock 5f0c27d1b6a84e93 --state s3://team-states/users";

/// The global options that some commands ignore, the commands that use them, and a text that says where they have no
/// use. If that text is empty, every command accepts the options, so that scripts can always give them; only `--help`
/// leaves them out.
const HEEDED: &[(&str, &str, &str)] = &[
    (
        "backend local-file endpoint-url region profile",
        "plan apply set destroy show drift import export adopt compare copy",
        "",
    ),
    (
        "identity-management ignore-tag ignore-tag-prefix",
        "validate plan apply set destroy drift import export adopt compare copy",
        "",
    ),
    (
        "state",
        "validate plan apply set destroy show drift import export adopt copy state.export state.import state.rm \
         state.unlock",
        "where no recorded users are read",
    ),
    ("set set-env set-file", "validate plan apply adopt convert", "without a program"),
    ("allow deny", "validate plan apply set copy", "where nothing is validated"),
    (
        "default-tag",
        "validate plan apply import export adopt compare copy",
        "where default tags are neither added nor left out",
    ),
    ("on-password-change on-directory-user-id-change", "validate plan apply", "without a program"),
    ("on-unrecognised", "plan apply set copy", "where no user is changed"),
    ("sign-out-on", "plan apply set destroy copy", "where no user is changed"),
    ("delete-quick-connects", "plan apply destroy", "where no user is deleted"),
    ("where", "plan apply set show drift import export compare copy", "where no users are chosen"),
    ("refresh", "plan apply set drift import export compare", "where no user is read"),
    (
        "rate rates-from probe-to shared-quota retry-for parallelism",
        "plan apply set destroy show/memberships drift import export adopt compare copy",
        "where no service is asked",
    ),
];

/// The options that have an effect when a saved plan is applied. All other options have an effect only when a plan is
/// made.
const OF_SAVED_PLANS: &str = "program yes stop-after backend local-file state set set-env set-file rate rates-from probe-to \
                              shared-quota retry-for parallelism format color endpoint-url region profile";

/// Whether a word is in a list of words. A command is in the list, too, if one of its subcommands is, such as
/// `state.rm`.
fn is_in(word: &str, words: &str) -> bool {
    words
        .split(' ')
        .any(|other| other.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

impl Global {
    /// The first given option that has an effect only when a plan is made.
    pub fn planning(&self) -> Option<&String> {
        self.given.iter().find(|option| !is_in(option, OF_SAVED_PLANS))
    }
}

/// Reads the command line.
pub fn read() -> Result<Outcome<Args>, clap::Error> {
    let mut grammar = grammar();
    let matches = grammar.try_get_matches_from_mut(std::env::args_os())?;
    let mut args = Args::from_arg_matches(&matches)?;
    let (command, given) = given(&grammar, &matches);
    args.global.given = given;
    Ok(check(&args.global, &command).and_then(|()| check_twice(&args.global)).map(|()| args))
}

/// The commands, each of which shows only the options that it uses.
fn grammar() -> Command {
    let root = Args::command().mut_args(|option| option.global(true));
    let globals: Vec<_> = root.get_arguments().cloned().collect();
    root.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        let start = format!("connect-user {name}");
        let examples = EXAMPLES.split("\n\n").find(|examples| examples.trim_start().starts_with(&start));
        let examples = format!("Examples:\n  {}", examples.unwrap_or_default().trim_start());
        let command = offering(command, &name, &globals);
        // This option has an effect only in an apply.
        let command = match name.as_str() {
            "plan" => command.mut_arg("stop_after", |option| option.hide(true)),
            _ => command,
        };
        command
            .mut_subcommands(|inner| {
                let name = format!("{name}.{}", inner.get_name());
                offering(inner, &name, &globals)
            })
            .after_help(examples)
    })
}

/// A command with the options hidden that it ignores.
fn offering(command: Command, name: &str, globals: &[Arg]) -> Command {
    let is_ignored = |option: &&Arg| option.get_long().is_some_and(|long| ignored(long, name).is_some());
    command.args(globals.iter().filter(is_ignored).map(|option| option.clone().hide(true)))
}

/// The command, such as `state.rm`, and the long names of the options that are given.
fn given(mut command: &Command, mut matches: &ArgMatches) -> (String, Vec<String>) {
    let mut names = Vec::new();
    while let Some((name, inner)) = matches.subcommand()
        && let Some(named) = command.find_subcommand(name)
    {
        (command, matches) = (named, inner);
        names.push(name);
    }
    let is_given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let options = command.get_arguments().filter(|option| is_given(option.get_id().as_str()));
    (names.join("."), options.filter_map(|option| option.get_long().map(str::to_owned)).collect())
}

/// If a command ignores an option: where the option has no use, and the commands that use it.
fn ignored(option: &str, command: &str) -> Option<(&'static str, &'static str)> {
    let of = HEEDED.iter().find(|(options, by, _)| is_in(option, options) && !is_in(command, by));
    of.map(|(_, by, what)| (*what, *by))
}

/// Refuses options that the command or the backend would ignore.
fn check(global: &Global, command: &str) -> Outcome<()> {
    for option in &global.given {
        // `show` calls the service only for memberships and for names in conditions.
        let asks = |by: &str| {
            let is_asked = || global.filter().is_ok_and(|filter| filter.needs_directory());
            command == "show"
                && is_in("show/memberships", by)
                && (global.is_given("memberships") || is_asked())
        };
        let (message, help) = match (option.as_str(), command) {
            ("where" | "target", "destroy") => (
                "in `destroy`, which deletes every user",
                "to delete some, take them out of the program, and `apply` it with `--where` or `--target`",
            ),
            ("stop-after", "plan") => ("in `plan`, which changes no user", "give it to `apply`"),
            ("refresh", "import") if !global.is_given("all") => {
                ("where the user is named: it is read whole", "leave it out")
            }
            ("refresh", "drift" | "import" | "export") if global.refresh == Some(Strategy::None) => {
                ("as `none` where users are to be read", "give `full`, `changed`, `listed` or `search`")
            }
            _ => ("", ""),
        };
        if !message.is_empty() {
            return Err(Failure::new(format!("`--{option}` has no use {message}")).help(help));
        }
        let ignored = ignored(option, command).filter(|(what, by)| !what.is_empty() && !asks(by));
        if let Some((what, by)) = ignored {
            let (command, by) = (command.replace('.', " "), by.replace(' ', "`, `").replace('.', " "));
            return Err(Failure::new(format!("`--{option}` has no use {what}"))
                .help(format!("leave it out of `{command}`: `{}` take it", by.replace('/', " --"))));
        }
        // Options of one side have a prefix, such as `--from-region`.
        let of_side = option.strip_prefix("from-").or(option.strip_prefix("to-"));
        let is_local = global.backend == BackendKind::Local;
        if is_local && is_in(of_side.unwrap_or(option), "region profile endpoint-url") {
            return Err(Failure::new(format!("`--{option}` has no use with the local backend"))
                .help("give `--backend aws` for the real service, or leave the option out"));
        }
        if !is_local && of_side.unwrap_or(option) == "local-file" {
            return Err(
                Failure::new(format!("`--{option}` has no use with the real service")).help("leave it out")
            );
        }
    }
    Ok(())
}

/// Refuses values that are given twice, of which one would win without a word.
fn check_twice(global: &Global) -> Outcome<()> {
    once("--default-tag", global.default_tag.iter().map(|(key, _)| key.clone()))?;
    let all = || "RATE:BURST".to_owned();
    once("--rate", global.rate.iter().map(|limit| limit.operation.map_or_else(all, |one| one.to_string())))?;
    match global.allow.iter().find(|code| global.deny.contains(code)) {
        Some(code) => Err(Failure::new(format!("`{code}` is given by `--allow` and by `--deny`"))
            .help("leave one of them out")),
        None => Ok(()),
    }
}

/// Refuses a name that an option gives twice.
pub fn once(option: &str, names: impl Iterator<Item = String>) -> Outcome<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(
                Failure::new(format!("`{option}` gives `{name}` twice")).help("leave one of them out")
            );
        }
        seen.insert(name);
    }
    Ok(())
}

/// Prints what is wrong with a command line. Text after a `=` may be a secret and is not repeated.
pub fn explain(mut error: clap::Error) -> ExitCode {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(text)) = error.get(kind)
            && let Some((name, _)) = text.split_once('=')
            // `--rate <[OPERATION=]RATE:BURST>` is the option as it is declared.
            && !name.is_empty() && !(name.starts_with("--") && name.contains(" <"))
        {
            let shown = ContextValue::String(format!("{name}=…"));
            error.insert(kind, shown);
        }
    }
    if is_json() && error.use_stderr() {
        let text = error.to_string();
        // Only the error itself, without the usage and the hints.
        let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let lines: Vec<_> = lines.filter(|line| !line.is_empty() && !line.starts_with("For more")).collect();
        let message = lines.join(" ").trim_start_matches("error: ").to_owned();
        return refuse(&Failure::new(message).help("`--help` shows the options"));
    }
    let _ = error.print();
    ExitCode::from(u8::from(error.use_stderr()))
}

/// Prints a failure of a command line that could be parsed.
pub fn refuse(failure: &Failure) -> ExitCode {
    output::choose(ColorChoice::Auto, if is_json() { Format::Json } else { Format::Text });
    output::failure(failure);
    ExitCode::FAILURE
}

/// Whether the output is JSON; used while the command line is not parsed.
fn is_json() -> bool {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
