//! Errors of the settings of a client.

/// The error of creating a client from settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsSettingsError {
    /// No Region is set.
    #[error("no AWS Region: set one in the settings, in `AWS_REGION`, or in the profile{}", quoted(profile.as_deref()))]
    NoRegion {
        /// The name of the profile that was used, if any.
        profile: Option<String>,
    },
    /// A setting has an invalid value.
    #[error("`{setting}` must be {allowed}{}", is(value.as_deref()))]
    Malformed {
        /// The name of the setting's field.
        setting: &'static str,
        /// The value; `None` if it is or may be secret.
        value: Option<String>,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The profile that is named in the settings or in `AWS_PROFILE` is not defined.
    #[error("the AWS profile `{profile}` is not defined{}", others(known))]
    NoProfile {
        /// The name of the profile.
        profile: String,
        /// The names of the defined profiles.
        known: Vec<String>,
    },
    /// A profile file cannot be read.
    #[error("the AWS profiles cannot be read: {reason}")]
    Profiles {
        /// The cause.
        reason: String,
    },
    /// The endpoint URL cannot be called.
    #[error("the endpoint URL `{url}` cannot be called: {reason}")]
    EndpointUrl {
        /// The URL, without user, password and query.
        url: String,
        /// The cause.
        reason: String,
    },
    /// The certificates of the authorities to trust cannot be read.
    #[error("the certificates in `{path}` cannot be read: {reason}")]
    CaBundle {
        /// The path of the file.
        path: String,
        /// The cause.
        reason: String,
    },
    /// The credentials belong to an account that the settings do not allow.
    #[error("the AWS account `{account}` is not allowed: {reason}")]
    Account {
        /// The id of the account.
        account: String,
        /// The setting that does not allow the account.
        reason: &'static str,
    },
    /// The account of the credentials could not be determined.
    #[error("the AWS account of the credentials cannot be told: {reason}")]
    UnknownAccount {
        /// The cause.
        reason: String,
    },
}

impl AwsSettingsError {
    /// Returns what to do about the error.
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
