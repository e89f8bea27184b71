//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use connect_user::user::IdentityManagementType;

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
    },
    /// Bring the users to what the program says.
    Apply {
        /// The program, YAML or JSON.
        file: PathBuf,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
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
    /// Record a user that exists.
    Import {
        /// The user's name in the program.
        name: String,
        /// The user: INSTANCE_ID:USER_ID.
        #[arg(value_name = "INSTANCE:USER")]
        id: String,
    },
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
    #[arg(long, global = true, value_name = "PATH", default_value = ".connect-user/state.json")]
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

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        // The text is not repeated: it may be a secret.
        _ => Err("there is no `=` with a name before it".to_owned()),
    }
}
