//! The service in each Region, asked at its pace and again where that may help.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    client::{
        CancellationToken, ConnectClient, Paced, Rate, RetryPolicy, Retrying, Sleep, Timer, TokenBuckets,
        Traced,
        aws::{AwsConnect, AwsSettingsError},
    },
    engine::Resource,
    read::RefreshOptions,
    user::Settings,
};
use tracing::{debug, warn};

use crate::config::Config;

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service in each Region that is asked for.
pub struct Regions {
    connect: AwsConnect,
    /// That of the provider.
    default: String,
    services: Mutex<HashMap<String, Arc<Service>>>,
    options: ServiceOptions,
}

/// What the service is asked with, in every Region.
struct ServiceOptions {
    rate: Rate,
    shared_quota: bool,
    max_retries: Option<usize>,
    refresh: RefreshOptions,
    settings: Settings,
    adopts: bool,
    timer: Arc<Clock>,
    stop: CancellationToken,
}

impl Regions {
    pub async fn connect(config: &Config, stop: CancellationToken) -> Result<Self, AwsSettingsError> {
        let connect = AwsConnect::from_environment(&config.aws).await?;
        let default = connect.region().unwrap_or_default().to_owned();
        let refresh = RefreshOptions::builder().strategy(config.refresh).build();
        let options = ServiceOptions {
            rate: config.rate,
            shared_quota: config.shared_quota,
            max_retries: config.max_retries,
            refresh,
            settings: config.settings.clone(),
            adopts: config.adopt_existing,
            timer: Arc::new(Clock::default()),
            stop,
        };
        Ok(Self { connect, default, services: Mutex::default(), options })
    }

    /// The Region of the provider.
    pub fn default(&self) -> &str {
        &self.default
    }

    /// The service in a Region.
    pub fn service(&self, region: &str) -> Arc<Service> {
        let make = || Arc::new(Service::new(self.connect.in_region(region), region, &self.options));
        lock(&self.services).entry(region.to_owned()).or_insert_with(make).clone()
    }
}

/// The service in a Region, and its users.
pub struct Service {
    region: String,
    client: Arc<dyn ConnectClient>,
    pub users: Resource,
    /// How much of what could not be read is logged.
    told: AtomicUsize,
}

impl Service {
    fn new(connect: AwsConnect, region: &str, options: &ServiceOptions) -> Self {
        let ServiceOptions { rate, shared_quota, max_retries, refresh, settings, adopts, timer, stop } =
            options;
        let buckets = TokenBuckets::new(*rate, timer.clone());
        let buckets = if *shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(Traced::new(connect), Arc::new(buckets)).with_cancellation(stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        if let Some(retries) = max_retries {
            policy.attempts = retries + 1;
        }
        let client = Retrying::new(paced, policy, timer.clone()).with_cancellation(stop.clone());
        let client: Arc<dyn ConnectClient> = Arc::new(Traced::new(client));
        let users = Resource::new(client.clone(), settings.clone())
            .with_refresh(refresh.clone())
            .with_sleep(timer.clone())
            .with_cancellation(stop.clone())
            .with_adoption(*adopts)
            .with_drift_by_outputs(true);
        Self { region: region.to_owned(), client, users, told: AtomicUsize::new(0) }
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    pub fn client(&self) -> &dyn ConnectClient {
        &*self.client
    }

    /// Logs what the caller may not read of users, once.
    pub fn log_unchecked(&self) {
        let unchecked = self.users.unchecked();
        for found in unchecked.iter().skip(self.told.fetch_max(unchecked.len(), Ordering::Relaxed)) {
            warn!(code = found.code.as_str(), help = found.help, "{}", found.message);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The runtime's clock.
pub struct Clock(tokio::time::Instant);

impl Default for Clock {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[async_trait]
impl Sleep for Clock {
    async fn sleep(&self, duration: Duration) {
        debug!(milliseconds = duration.as_millis() as u64, "waiting");
        tokio::time::sleep(duration).await;
    }
}

impl Timer for Clock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
