//! Builds a client of the SDK from settings.

use std::env;

use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig, profile, sts::AssumeRoleProvider};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_connect::{Client, config};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

use super::{
    AwsSettings, AwsSettingsError, CALL_TIMEOUT, CONNECT_TIMEOUT, certificates::trusting, check_url,
    web_identity::WebIdentityProvider,
};
use crate::user::with_causes;

/// Environment variables with an endpoint.
const ENDPOINT_VARIABLES: [&str; 3] =
    ["AWS_ENDPOINT_URL_CONNECT", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"];

/// The environment variable with the certificates, as for other AWS tools. The SDK does not read it.
const CA_BUNDLE_VARIABLE: &str = "AWS_CA_BUNDLE";

impl AwsSettings {
    /// Returns the SDK's client for these settings.
    pub(in super::super) async fn load(&self) -> Result<Client, AwsSettingsError> {
        self.check()?;
        if self.takes_endpoints_of_environment() {
            // The SDK ignores URLs that it cannot read, and would then call the real service.
            let urls = ENDPOINT_VARIABLES.iter().filter_map(|name| env::var(name).ok());
            urls.filter(|url| !url.is_empty()).try_for_each(|url| check_url(&url))?;
        }
        let mut shared = self.shared().await?;
        if self.takes_endpoints_of_environment() {
            shared.endpoint_url().map_or(Ok(()), check_url)?;
        }
        if shared.region().is_none() {
            return Err(AwsSettingsError::NoRegion { profile: self.profile.clone() });
        }
        if let Some(identity) = &self.web_identity {
            let provider = WebIdentityProvider::new(identity, &self.for_sts(&shared));
            let provider = SharedCredentialsProvider::new(provider);
            shared = shared.into_builder().credentials_provider(provider).build();
        }
        for role in &self.assume_roles {
            let mut provider = AssumeRoleProvider::builder(&role.role_arn).configure(&self.for_sts(&shared));
            if let Some(name) = &role.session_name {
                provider = provider.session_name(name);
            }
            if let Some(id) = &role.external_id {
                provider = provider.external_id(id);
            }
            if let Some(duration) = role.duration {
                provider = provider.session_length(duration);
            }
            if let Some(policy) = &role.policy {
                provider = provider.policy(policy);
            }
            if !role.policy_arns.is_empty() {
                provider = provider.policy_arns(role.policy_arns.clone());
            }
            if !role.tags.is_empty() {
                provider = provider.tags(role.tags.clone());
            }
            let provider = SharedCredentialsProvider::new(provider.build().await);
            shared = shared.into_builder().credentials_provider(provider).build();
        }
        self.check_account(&shared).await?;
        let mut connect = config::Builder::from(&shared);
        if let Some(url) = &self.endpoint_url {
            connect = connect.endpoint_url(url);
        }
        Ok(Client::from_conf(connect.build()))
    }

    /// Returns the SDK's configuration for these settings and the environment, without the roles to assume.
    pub(in super::super) async fn shared(&self) -> Result<SdkConfig, AwsSettingsError> {
        self.check_profile().await?;
        Ok(self.loader()?.load().await)
    }

    fn takes_endpoints_of_environment(&self) -> bool {
        let asks_sts = !self.assume_roles.is_empty() || self.web_identity.is_some() || self.limits_accounts();
        self.endpoint_url.is_none() || asks_sts && self.sts_endpoint_url.is_none()
    }

    fn limits_accounts(&self) -> bool {
        !self.allowed_account_ids.is_empty() || !self.forbidden_account_ids.is_empty()
    }

    fn loader(&self) -> Result<ConfigLoader, AwsSettingsError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .operation_attempt_timeout(self.call_timeout.unwrap_or(CALL_TIMEOUT))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .profile_files(self.profile_files());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(key) = &self.access_key {
            let token = key.session_token.as_ref().map(|token| token.expose().to_owned());
            let credentials = Credentials::new(&key.id, key.secret.expose(), token, None, "settings");
            loader = loader.credentials_provider(credentials);
        }
        if let Some(use_fips) = self.use_fips_endpoint {
            loader = loader.use_fips(use_fips);
        }
        if let Some(use_dual_stack) = self.use_dualstack_endpoint {
            loader = loader.use_dual_stack(use_dual_stack);
        }
        let variable = || env::var(CA_BUNDLE_VARIABLE).ok().filter(|path| !path.is_empty());
        match self.ca_bundle.clone().or_else(variable) {
            Some(path) => Ok(loader.http_client(trusting(&path)?)),
            None => Ok(loader),
        }
    }

    fn profile_files(&self) -> EnvConfigFiles {
        let mut files = EnvConfigFiles::builder();
        files = match self.config_files.as_slice() {
            [] => files.include_default_config_file(true),
            named => named.iter().fold(files, |files, file| files.with_file(EnvConfigFileKind::Config, file)),
        };
        files = match self.credentials_files.as_slice() {
            [] => files.include_default_credentials_file(true),
            named => {
                named.iter().fold(files, |files, file| files.with_file(EnvConfigFileKind::Credentials, file))
            }
        };
        files.build()
    }

    /// Returns the configuration for calls of the Security Token Service: with their own endpoint, and with the SDK's
    /// retries, because this crate does not repeat them.
    fn for_sts(&self, shared: &SdkConfig) -> SdkConfig {
        let sts = shared.to_builder().retry_config(RetryConfig::standard());
        match &self.sts_endpoint_url {
            Some(url) => sts.endpoint_url(url).build(),
            None => sts.build(),
        }
    }

    /// Checks the profile. The SDK would report it only at the first call, and ignores files that it cannot read.
    async fn check_profile(&self) -> Result<(), AwsSettingsError> {
        let named = self.profile.clone().or_else(|| env::var("AWS_PROFILE").ok());
        let named = named.filter(|name| !name.is_empty());
        if named.is_none() && self.config_files.is_empty() && self.credentials_files.is_empty() {
            return Ok(());
        }
        let (system, environment) = Default::default();
        let profiles = profile::load(&system, &environment, &self.profile_files(), None).await;
        let profiles =
            profiles.map_err(|error| AwsSettingsError::Profiles { reason: with_causes(&error) })?;
        match named {
            Some(profile) if profile != "default" && profiles.get_profile(&profile).is_none() => {
                let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
                known.sort_unstable();
                Err(AwsSettingsError::NoProfile { profile, known })
            }
            _ => Ok(()),
        }
    }

    /// Checks the account of the credentials, if the settings restrict accounts.
    async fn check_account(&self, shared: &SdkConfig) -> Result<(), AwsSettingsError> {
        if !self.limits_accounts() {
            return Ok(());
        }
        let sts = aws_sdk_sts::Client::new(&self.for_sts(shared));
        let unknown = |reason: String| AwsSettingsError::UnknownAccount { reason };
        let identity = sts.get_caller_identity().send().await;
        let identity = identity.map_err(|error| unknown(with_causes(&error)))?;
        let Some(account) = identity.account else { return Err(unknown("the answer has none".to_owned())) };
        let is_allowed = self.allowed_account_ids.is_empty() || self.allowed_account_ids.contains(&account);
        match self.forbidden_account_ids.contains(&account) {
            true => Err(AwsSettingsError::Account { account, reason: "it is in `forbidden_account_ids`" }),
            false if is_allowed => Ok(()),
            false => Err(AwsSettingsError::Account { account, reason: "it is not in `allowed_account_ids`" }),
        }
    }
}
