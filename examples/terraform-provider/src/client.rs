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
        CancellationToken, ClientResult, ConnectClient, ErrorKind, Paced, Rate, RetryPolicy, Retrying, Sleep,
        Timer, TokenBuckets, Traced,
        aws::{AwsConnect, AwsSettingsError},
    },
    read::{Directory, Reader, RefreshOptions, identity_management},
    user::{IdentityManagementType, InstanceId},
};
use tokio::sync::OnceCell;
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
    timer: Arc<dyn Timer>,
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

/// The service in a Region.
pub struct Service {
    region: String,
    client: Box<dyn ConnectClient>,
    pub reader: Reader,
    kinds: OfInstances<Option<IdentityManagementType>>,
    names: OfInstances<Arc<Directory>>,
    /// How much of what could not be read is logged.
    told: AtomicUsize,
}

/// What is asked of each instance once, or why nobody can tell.
type OfInstances<T> = Mutex<HashMap<InstanceId, Arc<OnceCell<ClientResult<T>>>>>;

impl Service {
    fn new(connect: AwsConnect, region: &str, options: &ServiceOptions) -> Self {
        let ServiceOptions { rate, shared_quota, max_retries, refresh, timer, stop } = options;
        let buckets = TokenBuckets::new(*rate, timer.clone());
        let buckets = if *shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(Traced::new(connect), Arc::new(buckets)).with_cancellation(stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        if let Some(retries) = max_retries {
            policy.attempts = retries + 1;
        }
        let client = Retrying::new(paced, policy, timer.clone()).with_cancellation(stop.clone());
        Self {
            region: region.to_owned(),
            client: Box::new(Traced::new(client)),
            reader: Reader::new(refresh.clone()),
            kinds: Mutex::default(),
            names: Mutex::default(),
            told: AtomicUsize::new(0),
        }
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    pub fn client(&self) -> &dyn ConnectClient {
        &*self.client
    }

    /// How an instance manages identities: asked once, however many ask at the same time; unknown where the
    /// caller may not know.
    pub async fn kind(&self, instance: &InstanceId) -> ClientResult<Option<IdentityManagementType>> {
        let cell = lock(&self.kinds).entry(instance.to_bare()).or_default().clone();
        let ask = || async {
            match identity_management(self.client(), instance).await {
                Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(None),
                kind => kind,
            }
        };
        cell.get_or_init(ask).await.clone()
    }

    /// The names that an instance has, which are asked for once.
    pub async fn names(&self, instance: &InstanceId) -> ClientResult<Arc<Directory>> {
        let cell = lock(&self.names).entry(instance.to_bare()).or_default().clone();
        let ask = || async {
            let names = Directory::read(instance, self.client()).await;
            names.map(|names| Arc::new(names.without_checking_ids()))
        };
        cell.get_or_init(ask).await.clone()
    }

    /// Logs what the caller may not read of users, once.
    pub fn log_unchecked(&self) {
        let unchecked = self.reader.unchecked();
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
