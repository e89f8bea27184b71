//! The command line's grammar.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
};

use clap::{
    Args as Group, ColorChoice, Parser, Subcommand, ValueEnum,
    builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser},
};
use connect_user::{
    client::{RateError, RateLimit, RateSource},
    read::{Filter, Strategy},
    user::{
        DirectoryUserIdPolicy, IdentityManagementType, PasswordPolicy, SignOutOn, UnknownChoice,
        UnrecognisedPolicy,
    },
};

use crate::{between, convert, failure::Outcome, plan::PlanArgs, program::pair, set::SetArgs};

/// Manage Amazon Connect users from a Pulumi YAML program.
#[derive(Parser)]
#[command(name = "connect-user", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check a program without asking Amazon Connect. Values that users recorded in the state have are known.
    Validate {
        /// The program, YAML or JSON; `-` is standard input.
        file: PathBuf,
    },
    /// Show what `apply` would do.
    Plan {
        /// The program, YAML or JSON; `-` is standard input.
        file: PathBuf,
        /// Exit with 2 if there is something to do in Amazon Connect; users that are imported, get another resource name or
        /// are no longer managed are only noted. Default: exit with 0 then, too.
        #[arg(long)]
        detailed_exitcode: bool,
        #[command(flatten)]
        args: PlanArgs,
    },
    /// Create, update, replace and delete users as the program says.
    Apply {
        /// The program, YAML or JSON, or a plan of `plan --out`; `-` is standard input.
        file: PathBuf,
        /// The program that a saved plan was made of, for the passwords of new users. Default: they are given by
        /// `--set-env 'NAME.password=VARIABLE'`.
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
        /// Apply without asking. Default: ask for confirmation.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        scale: Scale,
    },
    /// Set or clear properties of many recorded users at once, and in their program.
    Set(SetArgs),
    /// Delete every user in the state, however many: only `protect` keeps a user.
    Destroy {
        /// Delete without asking. Default: ask for confirmation.
        #[arg(long)]
        yes: bool,
        /// Refused with the way to delete some users, which the grammar does not know.
        #[arg(long, hide = true)]
        target: Vec<String>,
    },
    /// Show the recorded users, or one of them.
    Show {
        /// The resource name. Default: every user.
        name: Option<String>,
        /// Also read which traffic distribution groups and workspaces the users belong to. Default: show what is
        /// recorded, without a call.
        #[arg(long)]
        memberships: bool,
    },
    /// Show what was changed outside this tool since the last apply.
    Drift {
        /// Exit with 2 if there is drift. Default: exit with 0 then, too.
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Record a user that exists, or all of an instance.
    #[command(
        override_usage = "connect-user import [OPTIONS] <NAME> <INSTANCE:USER>\n       connect-user import [OPTIONS] --all --instance <INSTANCE>"
    )]
    Import {
        /// The resource name.
        name: Option<String>,
        /// The user: INSTANCE_ID:USER_ID.
        #[arg(value_name = "INSTANCE:USER")]
        id: Option<String>,
        /// Record every user of an instance that is not recorded yet, under its own name. Default: the user that is named.
        #[arg(long)]
        all: bool,
        /// The instance, by its id or ARN.
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a program of every user of an instance. Applying it adopts the existing users and changes nothing.
    Export {
        /// The instance, by its id or ARN.
        #[arg(long)]
        instance: String,
        /// Write names of profiles and paths of groups. Default: their ids.
        #[arg(long)]
        names: bool,
    },
    /// Find the users of a file in their instances by name, record them, and show how they differ from the file. Changes
    /// nothing in the service.
    Adopt(convert::FileArgs),
    /// Write the users of a file in another format: from a spreadsheet, a state, a template or a backup to a program,
    /// and back.
    Convert(convert::Args),
    /// Show how the users of two instances differ, by user name; ids are compared by the names of what they mean.
    Compare(between::CompareArgs),
    /// Create the users of one instance in another, with the same properties, proficiencies and tags. No user is deleted.
    /// `--state` is that of TO, and has users of TO alone.
    Copy(between::CopyArgs),
    /// Print the JSON Schema of programs, for editors.
    Schema,
    /// Write the recorded users as JSON, add those of such a file, move them, unlock them, or stop managing some.
    State {
        #[command(subcommand)]
        command: StateCommand,
    },
}

#[derive(Subcommand)]
pub enum StateCommand {
    /// Print the recorded users as JSON.
    Export,
    /// Add the users of such a file to the state.
    Import {
        /// The file; `-` is standard input.
        file: PathBuf,
    },
    /// Copy the recorded users to another state, which has none.
    Migrate {
        /// The state that has them: the path of a file, or a URL.
        from: PathBuf,
        /// The state that gets them.
        to: PathBuf,
    },
    /// End the lease of a run that was killed, in a state that a team shares.
    Unlock {
        /// The id of the lease, which the refusal of an apply tells. Default: end none, and show its owner.
        id: Option<String>,
    },
    /// Stop managing users without deleting them: they are removed from the state, and nothing else changes.
    Rm {
        /// The resource names.
        #[arg(required = true)]
        names: Vec<String>,
        /// Also where a creation, replacement or update is unfinished; what it left is then no longer tracked.
        /// Default: refuse.
        #[arg(long)]
        force: bool,
    },
}

/// What matters for many users.
#[derive(Default, Group)]
#[command(next_help_heading = "Many users")]
pub struct Scale {
    /// Only this user of the program, or of the state; repeatable. Default: all users.
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// Limit of deletions, replacements included. Default: 10, and a tenth of the recorded users (at least 3);
    /// none where the program has no users at all.
    #[arg(long, value_name = "N", value_parser = number::<usize>(0), allow_negative_numbers = true)]
    pub max_deletes: Option<usize>,
    /// The quota of users per instance: deletions come first where it is nearly used up. Default: not known.
    #[arg(long, value_name = "N", value_parser = number::<usize>(0), allow_negative_numbers = true)]
    pub users_per_instance: Option<usize>,
    /// Stop after N users have failed. Default: go on with the others.
    #[arg(long, value_name = "N", value_parser = number::<NonZeroU32>(1), allow_negative_numbers = true)]
    pub stop_after: Option<NonZeroU32>,
}

#[derive(Clone, Group)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Where the users are: an Amazon Connect in a file (`local`), or the real one (`aws`), in a build with
    /// `--features aws`.
    #[arg(long, value_enum, default_value_t = BackendKind::Local)]
    pub backend: BackendKind,
    /// The file of the local backend.
    #[arg(long, value_name = "PATH", default_value = ".connect-user/local.json")]
    pub local_file: PathBuf,
    /// The recorded users: the path of a file, or a state that a team shares, `s3://BUCKET/KEY`, `gs://BUCKET/KEY`,
    /// `az://CONTAINER/KEY` or `file:///PATH` (in a build with `--features object-store`).
    #[arg(long, value_name = "PATH", default_value = ".connect-user/users.redb")]
    pub state: PathBuf,
    /// How instances manage identities: for `validate` (default: not known), and for new instances of the local
    /// backend (default: CONNECT_MANAGED).
    #[arg(long, value_name = "CONNECT_MANAGED|SAML|EXISTING_DIRECTORY")]
    pub identity_management: Option<IdentityManagementType>,
    /// The value of a reference in the program; repeatable. Default: none.
    #[arg(long, value_name = "RESOURCE.PROPERTY=VALUE")]
    pub set: Vec<String>,
    /// The same, from an environment variable: for secrets; repeatable. Default: none.
    #[arg(long, value_name = "RESOURCE.PROPERTY=VARIABLE")]
    pub set_env: Vec<String>,
    /// The same, from a file, whose last line break and byte order mark are left out: for secrets; repeatable. Default: none.
    #[arg(long, value_name = "RESOURCE.PROPERTY=PATH")]
    pub set_file: Vec<String>,
    /// A tag for every user, under those of the program; repeatable. Default: none.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub default_tag: Vec<(String, String)>,
    /// The key of a tag that others manage: it is neither shown, changed nor removed; repeatable. Default: none.
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub ignore_tag: Vec<String>,
    /// The same for all tags whose keys begin with this prefix; repeatable. Default: none.
    #[arg(long, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new())]
    pub ignore_tag_prefix: Vec<String>,
    /// Lower a rule to a warning; repeatable. Default: the severity of each rule.
    #[arg(long, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Raise a rule to an error; repeatable. Default: the severity of each rule.
    #[arg(long, value_name = "CODE")]
    pub deny: Vec<String>,
    /// What to do about a changed password, which no API can change: say so and leave the user as it is, replace the
    /// user, or stop.
    #[arg(long, default_value_t, value_parser = choice::<PasswordPolicy>(PasswordPolicy::NAMES))]
    pub on_password_change: PasswordPolicy,
    /// What to do about a changed directory user id, which no API can change: stop, or replace the user.
    #[arg(long, default_value_t, value_parser = choice::<DirectoryUserIdPolicy>(DirectoryUserIdPolicy::NAMES))]
    pub on_directory_user_id_change: DirectoryUserIdPolicy,
    /// What to do before a call that may reset what the service has and this version does not know: say so, or stop.
    #[arg(long, default_value_t, value_parser = choice::<UnrecognisedPolicy>(UnrecognisedPolicy::NAMES))]
    pub on_unrecognised: UnrecognisedPolicy,
    /// Sign a user out everywhere on this event: a deletion, a security profile that is taken away or replaced, a
    /// changed e-mail address; repeatable. Default: no user is signed out.
    #[arg(long, value_name = "EVENT", value_parser = choice::<SignOutOn>(SignOutOn::NAMES))]
    pub sign_out_on: Vec<SignOutOn>,
    /// Delete the quick connects that lead to a deleted user. Default: leave them.
    #[arg(long)]
    pub delete_quick_connects: bool,
    /// How recorded users are read again: list the instance and read the users that have changed (`changed`), without looking for
    /// changed tags and proficiencies of the others (`listed`), search it, which leaves e-mail addresses and mobile
    /// numbers as recorded (`search`), read every user (`full`), or nothing (`none`). Default: `changed`; `full` for
    /// `drift`, `import --all` and `export`.
    #[arg(long, value_parser = choice::<Strategy>(Strategy::NAMES))]
    pub refresh: Option<Strategy>,
    /// Only users for which this holds; repeatable, and all must hold: `tag:KEY=VALUE`, `name=NAME`, `name-prefix=TEXT`,
    /// `routing-profile=ID`, `security-profile=ID`, `group=ID`, or `group-tree=ID` with the groups below it. An ID may
    /// be `name:NAME`, that of a group `path:PATH`. `plan` and `apply` mean users for which it holds as recorded, as they
    /// are, or as the program desires them; `compare` and `copy` take ids and names of FROM. Default: all users.
    #[arg(long = "where", value_name = "CONDITION")]
    pub r#where: Vec<String>,
    /// Calls per second and burst: of every operation, or of one. Default: the quota of Amazon Connect, 2:5;
    /// no limit for the local backend.
    #[arg(long, value_name = "[OPERATION=]RATE:BURST", value_parser = rate)]
    pub rate: Vec<RateLimit>,
    /// Where the rates come from that `--rate` does not give: 2:5 for every operation, which is safe (`assumed`), the
    /// defaults that Service Quotas documents (`documented`), or the quotas of the account (`account`), which takes
    /// `servicequotas:ListServiceQuotas`. No use with the local backend, which has no quota.
    #[arg(long, default_value = "assumed", value_parser = source(&["assumed", "documented", "account"]))]
    pub rates_from: RateSource,
    /// Raise the rate of each operation step by step while the service accepts its calls, at most to this: calls per
    /// second, what Service Quotas documents (`documented`), or the quotas of the account (`account`). A refused call
    /// lowers it. Default: do not.
    #[arg(long, value_name = "RATE|documented|account", value_parser = RateSource::ceiling, allow_negative_numbers = true)]
    pub probe_to: Option<RateSource>,
    /// Share the quota with other runs, by backing off when the service throttles. Default: this run alone uses it.
    #[arg(long)]
    pub shared_quota: bool,
    /// How long a failing call is retried, waiting for the quota included. Default: 2 minutes while reading, an
    /// hour while applying.
    #[arg(long, value_name = "SECONDS", value_parser = number::<u64>(0), allow_negative_numbers = true)]
    pub retry_for: Option<u64>,
    /// Calls in flight at most.
    #[arg(long, value_name = "N", default_value = "16", value_parser = number::<NonZeroUsize>(1), allow_negative_numbers = true)]
    pub parallelism: NonZeroUsize,
    /// The form of what is printed: for people (`text`), or for machines (`json`).
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Whether to print in colour: on a terminal (`auto`), everywhere (`always`), or nowhere (`never`); `NO_COLOR` is
    /// heeded.
    #[arg(long, default_value = "auto")]
    pub color: ColorChoice,
    /// Another address of the service (backend `aws`). Default: the endpoint of the Region.
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The Region (backend `aws`). Default: that of the environment or the profile.
    #[arg(long)]
    pub region: Option<String>,
    /// The profile in the AWS configuration (backend `aws`). Default: `AWS_PROFILE`, or `default`.
    #[arg(long)]
    pub profile: Option<String>,
    /// The long names of the options that the command line gives.
    #[arg(skip)]
    pub given: Vec<String>,
}

impl Global {
    /// Whether the command line gives the option with this long name.
    pub fn is_given(&self, option: &str) -> bool {
        self.given.iter().any(|given| given == option)
    }

    /// The option that gives the file of the local backend.
    pub fn local_file_option(&self) -> &'static str {
        if self.is_given("to-local-file") { "--to-local-file" } else { "--local-file" }
    }

    /// The filter from the options `--where`.
    pub fn filter(&self) -> Outcome<Filter> {
        let all = self.r#where.iter().try_fold(Filter::default(), |filter, condition| filter.and(condition));
        Ok(all?)
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum BackendKind {
    Local,
    Aws,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// One of these names.
pub fn choice<T>(names: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = UnknownChoice> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

/// One of these sources of rates.
fn source(names: &'static [&'static str]) -> impl TypedValueParser<Value = RateSource> {
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

fn rate(text: &str) -> Result<RateLimit, String> {
    text.parse().map_err(|error: RateError| format!("{error}; {}", error.help()))
}

/// A whole number; `least` is the smallest of its type.
pub fn number<T: FromStr>(least: u8) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| text.parse().map_err(|_| format!("must be a whole number, {least} or more"))
}
