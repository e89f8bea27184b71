//! Why there is no client.

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsSettingsError {
    /// Nothing names a Region.
    #[error("no AWS Region: set one in the settings, in `AWS_REGION`, or in the profile{}", quoted(profile.as_deref()))]
    NoRegion {
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// A setting that cannot be right.
    #[error("`{setting}` must be {allowed}{}", is(value.as_deref()))]
    Malformed {
        /// The setting, as its field is named.
        setting: &'static str,
        /// Its value; `None` where it is secret, or may be.
        value: Option<String>,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The profile that is named in the settings or in `AWS_PROFILE` is not defined.
    #[error("the AWS profile `{profile}` is not defined{}", others(known))]
    NoProfile {
        /// The profile that was asked for.
        profile: String,
        /// Those that are defined.
        known: Vec<String>,
    },
    /// A file of profiles cannot be read.
    #[error("the AWS profiles cannot be read: {reason}")]
    Profiles {
        /// What is wrong.
        reason: String,
    },
    /// The endpoint URL cannot be called.
    #[error("the endpoint URL `{url}` cannot be called: {reason}")]
    EndpointUrl {
        /// The URL, without user, password and query.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificates of the authorities to trust cannot be read.
    #[error("the certificates in `{path}` cannot be read: {reason}")]
    CaBundle {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The credentials are those of an account that the settings do not allow.
    #[error("the AWS account `{account}` is not allowed: {reason}")]
    Account {
        /// The account.
        account: String,
        /// Which setting says so.
        reason: &'static str,
    },
    /// Nobody could tell whose credentials these are.
    #[error("the AWS account of the credentials cannot be told: {reason}")]
    UnknownAccount {
        /// Why not.
        reason: String,
    },
}

impl AwsSettingsError {
    /// The way out.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoRegion { .. } => "name the Region of the instance, such as `eu-central-1`",
            Self::Malformed { .. } => "give it such a value, or leave it out",
            Self::NoProfile { .. } => {
                "name one of `aws configure list-profiles`, or create it with `aws configure --profile`"
            }
            Self::Profiles { .. } => "fix `~/.aws/config` or `~/.aws/credentials`",
            Self::EndpointUrl { .. } => "give a URL of the form `https://HOST[:PORT]`, or leave it out",
            Self::CaBundle { .. } => "name a file of certificates in the form PEM",
            Self::Account { .. } => "use the credentials of another account, or another profile or role",
            Self::UnknownAccount { .. } => {
                "check the credentials with `aws sts get-caller-identity`, or name neither allowed nor forbidden accounts"
            }
        }
    }
}

fn is(value: Option<&str>) -> String {
    value.map(|value| format!(", is `{value}`")).unwrap_or_default()
}

fn others(known: &[String]) -> String {
    if known.is_empty() {
        return ": there are no profiles".to_owned();
    }
    format!(": there are `{}`", known.join("`, `"))
}

fn quoted(profile: Option<&str>) -> String {
    profile.map(|name| format!(" `{name}`")).unwrap_or_default()
}
