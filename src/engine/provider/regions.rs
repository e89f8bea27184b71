//! The service in each Region, with pace and retries.

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

/// Maximum total time of a call with its retries: one hour. Waiting for the pace counts, and a thousand users at two
/// calls a second take minutes.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service in each Region that the provider's resources name.
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
    /// The name of the Region.
    pub name: String,
    /// Whether this is the provider's own Region.
    pub is_home: bool,
    /// The resource, over a client with pace and retries that the token stops.
    pub users: Resource,
}

impl fmt::Debug for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Regions").field("home", &self.home()).finish_non_exhaustive()
    }
}

impl Regions {
    /// Finds the Region and the credentials. `token` stops every call; calls that were sent are awaited. `set_up`
    /// applies the host's further settings to each resource: for example its spelling, and how drift is reported.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError`] if no client can be made; [`setting_error`](super::setting_error) makes the diagnostic.
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

    /// Returns the provider's own Region.
    pub fn home(&self) -> &str {
        self.connect.region().unwrap_or_default()
    }

    /// Returns the service in a Region; in the provider's own Region if `region` is `None`. Returns the same service
    /// each time.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError::Malformed`] if the name is not a possible name of a Region.
    pub fn get(&self, region: Option<&str>) -> Result<Arc<Region>, AwsSettingsError> {
        let name = region.unwrap_or(self.home());
        if name != self.home() {
            AwsSettings::builder().region(name).build().check()?;
        }
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let region = regions.entry(name.to_owned()).or_insert_with_key(|name| Arc::new(self.region(name)));
        Ok(region.clone())
    }

    /// Returns diagnostics about the rates of calls, for example that the quotas of the account could not be read. Each
    /// is returned once, after the first call in a Region. With the feature `tracing` it is logged as well.
    pub fn take_notices(&self) -> Vec<Diagnostic> {
        self.notices.take()
    }

    /// Returns the resource for users whose Region is not known yet. It makes no calls, because the instance may be in
    /// any Region.
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
