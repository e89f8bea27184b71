//! The service in each Region, asked at its pace and again where that may help.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use super::{
    configuration::Configuration,
    pace::{Notices, RegionPace},
};
#[cfg(feature = "tracing")]
use crate::client::Traced;
use crate::{
    client::{
        CancellationToken, RetryPolicy, Retrying, Timer, TokioTimer,
        aws::{AwsConnect, AwsSettings, AwsSettingsError},
    },
    engine::{DeletionLimit, Resource},
    read::RefreshOptions,
    user::Diagnostic,
};

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service, as a provider is configured, in each Region that its resources name.
pub struct Regions {
    connect: AwsConnect,
    configuration: Configuration,
    token: CancellationToken,
    timer: Arc<dyn Timer>,
    deletions: Option<DeletionLimit>,
    notices: Arc<Notices>,
    set_up: Box<dyn Fn(Resource) -> Resource + Send + Sync>,
    regions: Mutex<HashMap<String, Arc<Region>>>,
}

/// The service in one Region.
#[derive(Debug)]
#[non_exhaustive]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Whether it is the provider's own.
    pub is_home: bool,
    /// The users, over a client with pace and retries that ends with the token.
    pub users: Resource,
}

impl fmt::Debug for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Regions").field("home", &self.home()).finish_non_exhaustive()
    }
}

impl Regions {
    /// Finds Region and credentials. `token` ends every call: those that were sent are awaited. `set_up` is for what
    /// the host decides of each resource besides: its spelling, and how drift is told.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError`] if there is no client; [`setting_error`](super::setting_error) tells it.
    pub async fn connect(
        configuration: Configuration,
        token: CancellationToken,
        set_up: impl Fn(Resource) -> Resource + Send + Sync + 'static,
    ) -> Result<Self, AwsSettingsError> {
        Ok(Self {
            connect: AwsConnect::from_environment(&configuration.aws).await?,
            deletions: configuration
                .max_deletes
                .map(|most| DeletionLimit::new(most).of_setting("maxDeletes")),
            notices: Arc::default(),
            configuration,
            token,
            timer: Arc::new(TokioTimer::default()),
            set_up: Box::new(set_up),
            regions: Mutex::default(),
        })
    }

    /// The provider's own Region.
    pub fn home(&self) -> &str {
        self.connect.region().unwrap_or_default()
    }

    /// The service in a Region; in the provider's own where none is named. The same one each time.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError::Malformed`] if no Region can have that name.
    pub fn get(&self, region: Option<&str>) -> Result<Arc<Region>, AwsSettingsError> {
        let name = region.unwrap_or(self.home());
        if name != self.home() {
            AwsSettings::builder().region(name).build().check()?;
        }
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let region = regions.entry(name.to_owned()).or_insert_with_key(|name| Arc::new(self.region(name)));
        Ok(region.clone())
    }

    /// What there is to say about the rates of calls, as that the quotas of the account could not be read: each is told
    /// once, after the first call in a Region. With the feature `tracing` it is logged as well.
    pub fn take_notices(&self) -> Vec<Diagnostic> {
        self.notices.take()
    }

    /// Users whose Region is not known yet: nothing is asked of an instance, which may be in any.
    pub fn unknown(&self) -> Arc<Region> {
        let users = (self.set_up)(Resource::offline(self.configuration.settings.clone()));
        Arc::new(Region { name: String::new(), is_home: false, users })
    }

    fn region(&self, name: &str) -> Region {
        let Configuration {
            rates_from,
            probe_to,
            shared_quota,
            max_retries,
            refresh,
            settings,
            adopt_existing,
            ..
        } = &self.configuration;
        let is_home = name == self.home();
        let connect = if is_home { self.connect.clone() } else { self.connect.in_region(name) };
        let pace = RegionPace {
            connect: connect.clone(),
            rates: *rates_from,
            probe_to: *probe_to,
            is_shared: *shared_quota,
            timer: self.timer.clone(),
            buckets: OnceCell::new(),
            notices: self.notices.clone(),
        };
        #[cfg(feature = "tracing")]
        let connect = Traced::new(connect);
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        policy.attempts = max_retries.map_or(policy.attempts, |retries| retries.saturating_add(1));
        let client = Retrying::paced(connect, Arc::new(pace), policy, self.timer.clone(), &self.token);
        #[cfg(feature = "tracing")]
        let client = Traced::new(client);
        let users = Resource::new(client, settings.clone())
            .with_refresh(RefreshOptions::builder().strategy(*refresh).build())
            .with_sleep(self.timer.clone())
            .with_cancellation(self.token.clone())
            .with_adoption(*adopt_existing);
        let users = match &self.deletions {
            Some(limit) => users.with_deletion_limit(limit.clone()),
            None => users,
        };
        Region { name: name.to_owned(), is_home, users: (self.set_up)(users) }
    }
}
