//! Where a shared state is.

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

/// Where a shared state is: a store of objects, and the key of its first object.
///
/// | URL | store | settings |
/// | --- | --- | --- |
/// | `s3://BUCKET/KEY` | Amazon S3, and whatever speaks its protocol | variables that begin with `AWS_` |
/// | `gs://BUCKET/KEY` | Google Cloud Storage | variables that begin with `GOOGLE_` |
/// | `az://CONTAINER/KEY`, `az://CONTAINER@ACCOUNT/KEY` | Azure Blob Storage | variables that begin with `AZURE_` |
/// | `file:///PATH` | a folder, which may be on a network; one that is not there is made for its owner alone | |
///
/// In a build with the feature `aws`, credentials and Region of S3 are those that other AWS tools find: of the environment, of
/// the profile that `AWS_PROFILE` names in `~/.aws/config`, with single sign-on, roles and processes, of a container or a machine. In
/// a build without it they are those of the environment, a web identity, a container or a machine.
///
/// The [builders of `object_store`](object_store::aws::AmazonS3ConfigKey) name the variables. Those of S3 include the Region
/// (`AWS_REGION`), the address of another service (`AWS_ENDPOINT_URL`, and `AWS_ALLOW_HTTP=true` where it has no TLS), and encryption:
/// `AWS_SERVER_SIDE_ENCRYPTION` as `AES256`, as `aws:kms` with `AWS_SSE_KMS_KEY_ID`, or as `sse-c` with
/// `AWS_SSE_CUSTOMER_KEY_BASE64`, a key that the service does not keep. Google and Azure encrypt with the key that the
/// bucket or account names.
#[derive(Clone)]
pub struct SharedLocation {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) key: Path,
    /// How it is shown in messages.
    pub(super) url: String,
    /// How its bucket is shown.
    pub(super) bucket: String,
    /// The file that is locked while an object is written, where the store knows no conditions.
    pub(super) lock: Option<PathBuf>,
}

impl SharedLocation {
    /// A key in a store that heeds the conditions of writes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if `key` is no key.
    pub fn new(store: Arc<dyn ObjectStore>, key: &str) -> Result<Self, StoreError> {
        let url = format!("{store}/{key}");
        let (key, bucket) = (path(&url, key)?, store.to_string());
        Ok(Self { store, key, url, bucket, lock: None })
    }

    /// What a URL means, with the settings of the environment and, for S3, of AWS's files of profiles. It makes no call to the
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

    /// A file of a folder. Folders know no conditional update: a lock stands for it.
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
        // A store may show its settings.
        f.debug_tuple("SharedLocation").field(&self.url).finish()
    }
}

/// A client of S3, as the environment says it.
#[cfg(feature = "aws")]
async fn s3(url: &str) -> Result<AmazonS3Builder, StoreError> {
    let configured = super::profile::configured(AmazonS3Builder::from_env()).await;
    configured.map_err(|error| failed(url, format_args!("{error}; {}", error.help())))
}

/// The same, without profiles.
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
