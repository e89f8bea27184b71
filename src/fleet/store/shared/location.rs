//! The location of a shared state.

use std::{
    fmt,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use object_store::{
    Error, ObjectStore, aws::AmazonS3Builder, azure::MicrosoftAzureBuilder, gcp::GoogleCloudStorageBuilder,
    local::LocalFileSystem, path::Path,
};

use super::super::{error::StoreError, scheme::Scheme};

/// The location of a shared state: a store of objects, and the key of its first object.
///
/// | URL | store | settings |
/// | --- | --- | --- |
/// | `s3://BUCKET/KEY` | Amazon S3, and services with the same protocol | variables that begin with `AWS_` |
/// | `gs://BUCKET/KEY` | Google Cloud Storage | variables that begin with `GOOGLE_` |
/// | `az://CONTAINER/KEY`, `az://CONTAINER@ACCOUNT/KEY` | Azure Blob Storage | variables that begin with `AZURE_` |
/// | `file:///PATH` | a folder, which may be on a network; a missing folder is created for its owner alone | |
///
/// In a build with the feature `aws`, credentials and Region of S3 are found as other AWS tools find them: in the
/// environment, in the profile that `AWS_PROFILE` names in `~/.aws/config` (with single sign-on, roles and processes),
/// from a container or from a machine. In a build without the feature, they come from the environment, a web identity,
/// a container or a machine.
///
/// The [builders of `object_store`](object_store::aws::AmazonS3ConfigKey) name the variables. The variables of S3
/// include the Region (`AWS_REGION`), the address of another service (`AWS_ENDPOINT_URL`, and `AWS_ALLOW_HTTP=true` if
/// it has no TLS), and encryption: `AWS_SERVER_SIDE_ENCRYPTION` as `AES256`, as `aws:kms` with `AWS_SSE_KMS_KEY_ID`, or
/// as `sse-c` with `AWS_SSE_CUSTOMER_KEY_BASE64`, a key that the service does not keep. Google and Azure encrypt with
/// the key that the bucket or account names.
#[derive(Clone)]
pub struct SharedLocation {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) key: Path,
    /// The location as messages show it.
    pub(super) url: String,
    /// The bucket as messages show it.
    pub(super) bucket: String,
    /// The file that is locked while an object is written, if the store has no conditional writes.
    pub(super) lock: Option<PathBuf>,
}

impl SharedLocation {
    /// Returns the location of a key in a store that obeys the conditions of writes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if `key` is not a valid key.
    pub fn new(store: Arc<dyn ObjectStore>, key: &str) -> Result<Self, StoreError> {
        let url = format!("{store}/{key}");
        let (key, bucket) = (path(&url, key)?, store.to_string());
        Ok(Self { store, key, url, bucket, lock: None })
    }

    /// Parses a URL, with the settings of the environment and, for S3, of AWS's profile files. Makes no call to the
    /// store.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the URL has another form, or settings are missing or wrong.
    pub async fn parse(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = Scheme::split(url)?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if scheme != Scheme::File && (bucket.is_empty() || key.is_empty()) {
            return Err(failed(url, "it must name a bucket and a key"));
        }
        let (bucket, account) = match bucket.split_once('@') {
            Some((container, account)) if scheme == Scheme::Azure => (container, Some(account)),
            _ => (bucket, None),
        };
        let built: Result<Arc<dyn ObjectStore>, Error> = match scheme {
            Scheme::File => return Self::file(url, rest),
            Scheme::S3 => s3(url).await?.with_bucket_name(bucket).build().map(|store| Arc::new(store) as _),
            Scheme::Google => GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(bucket)
                .build()
                .map(|store| Arc::new(store) as _),
            Scheme::Azure => {
                let builder = MicrosoftAzureBuilder::from_env().with_container_name(bucket);
                let builder = match account {
                    Some(account) => builder.with_account(account),
                    None => builder,
                };
                builder.build().map(|store| Arc::new(store) as _)
            }
        };
        let store = built.map_err(|error| failed(url, error))?;
        let (key, bucket) = (path(url, key)?, bucket.to_owned());
        Ok(Self { store, key, url: url.to_owned(), bucket, lock: None })
    }

    /// The location of a file in a folder. Folders have no conditional update: a lock is used instead.
    fn file(url: &str, file: &str) -> Result<Self, StoreError> {
        if !FilePath::new(file).is_absolute() || file.ends_with('/') {
            return Err(failed(url, "it must be `file://` and the absolute path of a file"));
        }
        let key = Path::from_absolute_path(file).map_err(|error| failed(url, error))?;
        let store = Arc::new(LocalFileSystem::new().with_fsync(true));
        let (url, bucket, lock) = (url.to_owned(), store.to_string(), PathBuf::from(format!("{file}.lock")));
        Ok(Self { store, key, url, bucket, lock: Some(lock) })
    }
}

impl fmt::Debug for SharedLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The debug text of a store may show its settings.
        f.debug_tuple("SharedLocation").field(&self.url).finish()
    }
}

/// A builder for S3 with the settings of the environment and of profiles.
#[cfg(feature = "aws")]
async fn s3(url: &str) -> Result<AmazonS3Builder, StoreError> {
    let configured = super::profile::configured(AmazonS3Builder::from_env()).await;
    configured.map_err(|error| failed(url, format_args!("{error}; {}", error.help())))
}

/// A builder for S3 with the settings of the environment, without profiles.
#[cfg(not(feature = "aws"))]
async fn s3(url: &str) -> Result<AmazonS3Builder, StoreError> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match is_set("AWS_PROFILE") && !is_set("AWS_ACCESS_KEY_ID") {
        true => Err(failed(
            url,
            "`AWS_PROFILE` names a profile, which takes a build with the feature `aws`, or its credentials in the \
             environment: `eval \"$(aws configure export-credentials --format env)\"`",
        )),
        false => Ok(AmazonS3Builder::from_env()),
    }
}

fn path(url: &str, key: &str) -> Result<Path, StoreError> {
    if key.ends_with('/') {
        return Err(failed(url, "the key must not end in `/`"));
    }
    match Path::parse(key) {
        Ok(path) if path.as_ref().is_empty() => Err(failed(url, "it must name a bucket and a key")),
        path => path.map_err(|error| failed(url, error)),
    }
}

fn failed(url: &str, reason: impl fmt::Display) -> StoreError {
    StoreError::Failed { location: url.to_owned(), reason: reason.to_string() }
}
