//! The command line's grammar.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    time::Duration,
};

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use connect_user::{
    client::Rate,
    fleet::Strategy,
    user::{IdentityManagementType, Operation},
};

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
    /// Check a program without asking any service.
    Validate {
        /// The program, YAML or JSON.
        file: PathBuf,
    },
    /// Show what `apply` would do.
    Plan {
        /// The program, YAML or JSON.
        file: PathBuf,
        /// Exit with 2 if there is something to do.
        #[arg(long)]
        detailed_exitcode: bool,
        #[command(flatten)]
        scale: Scale,
    },
    /// Bring the users to what the program says.
    Apply {
        /// The program, YAML or JSON.
        file: PathBuf,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        scale: Scale,
    },
    /// Delete every user in the state.
    Destroy {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show the recorded users, or one of them.
    Show {
        /// The user's name in the program.
        name: Option<String>,
    },
    /// Show what somebody else has changed since the last apply.
    Drift,
    /// Record a user that exists, or all of an instance.
    Import {
        /// The user's name in the program.
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// The user: INSTANCE_ID:USER_ID.
        #[arg(value_name = "INSTANCE:USER", required_unless_present = "all")]
        id: Option<String>,
        /// Record every user of an instance that is not recorded yet, under its own name.
        #[arg(long, requires = "instance", conflicts_with_all = ["name", "id"])]
        all: bool,
        /// The instance, by its id or ARN.
        #[arg(long, requires = "all")]
        instance: Option<String>,
    },
    /// Print a program of every user of an instance. It imports them, and then plans to nothing.
    Export {
        /// The instance, by its id or ARN.
        #[arg(long)]
        instance: String,
        /// Write names of profiles and paths of groups rather than ids.
        #[arg(long)]
        names: bool,
    },
    /// Write the recorded users as JSON, or add those of such a file.
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
        /// The file.
        file: PathBuf,
    },
}

/// What matters for many users.
#[derive(Default, Group)]
#[command(next_help_heading = "Many users")]
pub struct Scale {
    /// Only this user of the program, or of the state; repeatable.
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// Allow so many deletions, replacements included, rather than 10 and a tenth of the users.
    #[arg(long, value_name = "N")]
    pub max_deletes: Option<usize>,
    /// How many users an instance may have: near it, deletions go first.
    #[arg(long, value_name = "N")]
    pub users_per_instance: Option<usize>,
    /// End after so many users have failed.
    #[arg(long, value_name = "N")]
    pub stop_after: Option<NonZeroU32>,
}

#[derive(Group)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Where the users are.
    #[arg(long, global = true, value_enum, default_value_t = BackendKind::Local)]
    pub backend: BackendKind,
    /// The file of the local backend.
    #[arg(long, global = true, value_name = "PATH", default_value = ".connect-user/local.json")]
    pub local_file: PathBuf,
    /// The file of the recorded users.
    #[arg(long, global = true, value_name = "PATH", default_value = ".connect-user/users.redb")]
    pub state: PathBuf,
    /// How instances manage identities: for `validate`, and for new instances of the local backend.
    #[arg(long, global = true, value_name = "CONNECT_MANAGED|SAML|EXISTING_DIRECTORY")]
    pub identity_management: Option<IdentityManagementType>,
    /// The value of a reference in the program; repeatable.
    #[arg(long, global = true, value_name = "RESOURCE.PROPERTY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// A tag for every user, under those of the program; repeatable.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair)]
    pub default_tag: Vec<(String, String)>,
    /// Lower a rule to a warning; repeatable.
    #[arg(long, global = true, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Raise a rule to an error; repeatable.
    #[arg(long, global = true, value_name = "CODE")]
    pub deny: Vec<String>,
    /// What to do about a changed password, which no API can change.
    #[arg(long, global = true, value_enum, default_value_t = OnPasswordChange::Warn)]
    pub on_password_change: OnPasswordChange,
    /// What to do about a changed directory user id, which no API can change.
    #[arg(long, global = true, value_enum, default_value_t = OnDirectoryUserIdChange::Refuse)]
    pub on_directory_user_id_change: OnDirectoryUserIdChange,
    /// Delete the quick connects that lead to a user who is deleted.
    #[arg(long, global = true)]
    pub delete_quick_connects: bool,
    /// How recorded users are read again: `changed` unless for `drift`, `import --all` and `export`, which
    /// read everybody.
    #[arg(long, global = true, value_enum)]
    pub refresh: Option<Refresh>,
    /// How many calls a second an operation may take, and how many at once; of all operations, or of one.
    /// The default is the quota of Amazon Connect, 2:5, and no bound for the local backend.
    #[arg(long, global = true, value_name = "[OPERATION=]RATE:BURST", value_parser = rate)]
    pub rate: Vec<(Option<Operation>, Rate)>,
    /// Share the quota with other runs: find the own part of it by what the service refuses.
    #[arg(long, global = true)]
    pub shared_quota: bool,
    /// For how long a call that fails may be tried again: 2 minutes while reading, an hour while applying,
    /// where waiting for the quota counts.
    #[arg(long, global = true, value_name = "SECONDS")]
    pub retry_for: Option<u64>,
    /// How many calls may be under way at once.
    #[arg(long, global = true, value_name = "N", default_value = "16")]
    pub parallelism: NonZeroUsize,
    /// The form of what is printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Whether to print in colour; `NO_COLOR` is heeded.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Another address of the service (backend `aws`).
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The Region (backend `aws`).
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// The profile in the AWS configuration (backend `aws`).
    #[arg(long, global = true)]
    pub profile: Option<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum BackendKind {
    /// An Amazon Connect in a file.
    Local,
    /// The real one; needs a build with `--features aws`.
    Aws,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Refresh {
    /// List the instance, and read who has changed.
    Changed,
    /// As `changed`, but without looking for changed tags and proficiencies of users whose time of change is the
    /// recorded one.
    Listed,
    /// Search the instance; e-mail addresses and mobile numbers stay as recorded.
    Search,
    /// Read every user.
    Full,
    /// Read nothing.
    None,
}

impl From<Refresh> for Strategy {
    fn from(refresh: Refresh) -> Self {
        match refresh {
            Refresh::Changed => Self::Changed,
            Refresh::Listed => Self::Listed,
            Refresh::Search => Self::Search,
            Refresh::Full => Self::Full,
            Refresh::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum OnPasswordChange {
    /// Say so, and leave the user as it is.
    Warn,
    /// Replace the user.
    Replace,
    /// Stop.
    Refuse,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum OnDirectoryUserIdChange {
    /// Stop.
    Refuse,
    /// Replace the user.
    Replace,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

fn rate(text: &str) -> Result<(Option<Operation>, Rate), String> {
    let (operation, rate) = match text.split_once('=') {
        Some((name, rate)) => {
            let operation = Operation::ALL.iter().find(|operation| operation.name() == name);
            (Some(*operation.ok_or_else(|| format!("there is no operation `{name}`"))?), rate)
        }
        None => (None, text),
    };
    let (calls, burst) = rate.split_once(':').ok_or("write `RATE:BURST`, such as `2:5`")?;
    let calls: f64 = calls.parse().map_err(|_| "the rate is no number")?;
    if !(0.001..=1_000_000.0).contains(&calls) {
        return Err("the rate is from 0.001 to 1,000,000 calls a second".to_owned());
    }
    let burst = burst.parse().map_err(|_| "the burst is no positive whole number")?;
    Ok((operation, Rate { every: Duration::from_secs_f64(1.0 / calls), burst }))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        // The text is not repeated: it may be a secret.
        _ => Err("there is no `=` with a name before it".to_owned()),
    }
}
