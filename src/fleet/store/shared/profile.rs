//! Credentials and Region of a bucket of S3 as other AWS tools find them: also in the profiles of `~/.aws/config`.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use object_store::{
    CredentialProvider, Error, Result,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredential},
};
use tokio::sync::Mutex;

use crate::client::aws::{AwsSettingsError, Chain};

/// Time before the expiry of credentials at which they are looked for again.
const AHEAD: Duration = Duration::from_secs(300);

/// Returns the builder with credentials, and with a Region if the environment has none, from the places where other AWS
/// tools look. Unsigned access stays as it is.
pub(super) async fn configured(builder: AmazonS3Builder) -> Result<AmazonS3Builder, AwsSettingsError> {
    let set = |key| builder.get_config_value(&key).filter(|value| !value.is_empty());
    if set(AmazonS3ConfigKey::SkipSignature).is_some_and(|skip| skip == "true") {
        return Ok(builder);
    }
    let region = set(AmazonS3ConfigKey::Region);
    let chain = Chain::load(region.clone()).await?;
    let builder = match (region, &chain.region) {
        (None, Some(found)) => builder.with_region(found),
        _ => builder,
    };
    Ok(builder.with_credentials(Arc::new(Found { chain, last: Mutex::default() })))
}

/// Credentials that are looked for again before they expire.
#[derive(Debug)]
struct Found {
    chain: Chain,
    last: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    credential: Arc<AwsCredential>,
    ends: Option<SystemTime>,
}

impl Held {
    fn is_valid(&self, now: SystemTime) -> bool {
        self.ends.is_none_or(|ends| now + AHEAD < ends)
    }
}

#[async_trait]
impl CredentialProvider for Found {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> Result<Arc<AwsCredential>> {
        let mut last = self.last.lock().await;
        if let Some(held) = last.as_ref().filter(|held| held.is_valid(SystemTime::now())) {
            return Ok(held.credential.clone());
        }
        let found = self.chain.credentials().await;
        let found = found.map_err(|reason| Error::Generic { store: "S3", source: reason.into() })?;
        let credential = Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        });
        *last = Some(Held { credential: credential.clone(), ends: found.expiry() });
        Ok(credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_looked_for_again_before_they_end() {
        let now = SystemTime::now();
        let credential =
            Arc::new(AwsCredential { key_id: String::new(), secret_key: String::new(), token: None });
        let held = |ends| Held { credential: credential.clone(), ends };
        assert!(held(None).is_valid(now));
        assert!(held(Some(now + 2 * AHEAD)).is_valid(now));
        assert!(!held(Some(now + AHEAD)).is_valid(now));
        assert!(!held(Some(now - AHEAD)).is_valid(now));
    }
}
