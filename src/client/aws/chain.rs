//! The Region and the credentials as AWS tools find them, for other clients than that of Amazon Connect.

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};

use super::settings::{AwsSettings, AwsSettingsError};
use crate::user::with_causes;

/// The settings of the environment and of the profile files; `AWS_PROFILE` selects the profile.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The Region, if one is set.
    pub(crate) region: Option<String>,
    credentials: Option<SharedCredentialsProvider>,
}

impl Chain {
    /// Finds the Region, unless it is given; credentials are only looked up when they are needed.
    pub(crate) async fn load(region: Option<String>) -> Result<Self, AwsSettingsError> {
        let shared = AwsSettings::builder().maybe_region(region).build().shared().await?;
        let region = shared.region().map(|region| region.as_ref().to_owned());
        Ok(Self { region, credentials: shared.credentials_provider() })
    }

    /// Returns credentials that are valid now, or the reason why there are none.
    pub(crate) async fn credentials(&self) -> Result<Credentials, String> {
        let Some(provider) = &self.credentials else {
            return Err("no credentials are configured".to_owned());
        };
        provider.provide_credentials().await.map_err(|error| with_causes(&error))
    }
}
