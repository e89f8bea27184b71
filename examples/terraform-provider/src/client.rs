//! The service, asked at its pace and again where that may help, and what was learnt of it in this run.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::identity_management,
    client::{
        CancellationToken, ConnectClient, ErrorKind, Paced, RetryPolicy, Retrying, Sleep, Timer,
        TokenBuckets, aws::AwsConnect,
    },
    fleet::{Reader, RefreshOptions},
    user::{IdentityManagementType, InstanceId, UserId},
};

use crate::config::Config;

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service, and what was learnt of it.
pub struct Service {
    client: Box<dyn ConnectClient>,
    pub reader: Reader,
    kinds: Mutex<HashMap<InstanceId, Option<IdentityManagementType>>>,
    /// Whether users that have a name already may be taken over.
    pub adopt_existing: bool,
    /// Users that were taken over in this run.
    adopted: Mutex<BTreeSet<UserId>>,
    /// The users that are resources of this configuration, as far as they were met.
    owned: Mutex<BTreeSet<UserId>>,
    /// Those of them whose deletion has begun.
    going: Mutex<BTreeSet<UserId>>,
}

impl Service {
    pub async fn connect(config: &Config, stop: CancellationToken) -> Result<Self, String> {
        let connect = AwsConnect::from_environment(&config.aws).await.map_err(|error| error.to_string())?;
        let timer: Arc<dyn Timer> = Arc::new(Clock::default());
        let buckets = TokenBuckets::new(config.rate, timer.clone());
        let buckets = if config.shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(connect, Arc::new(buckets)).with_cancellation(stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        let client = Retrying::new(paced, policy, timer).with_cancellation(stop);
        let options = RefreshOptions::builder().strategy(config.refresh).build();
        Ok(Self {
            client: Box::new(client),
            reader: Reader::new(options),
            kinds: Mutex::default(),
            adopt_existing: config.adopt_existing,
            adopted: Mutex::default(),
            owned: Mutex::default(),
            going: Mutex::default(),
        })
    }

    pub fn client(&self) -> &dyn ConnectClient {
        &*self.client
    }

    /// How an instance manages identities: asked once; unknown where the caller may not know.
    pub async fn kind(&self, instance: &InstanceId) -> Result<Option<IdentityManagementType>, String> {
        let instance = instance.to_bare();
        let known = lock(&self.kinds).get(&instance).copied();
        if let Some(kind) = known {
            return Ok(kind);
        }
        let kind = match identity_management(self.client(), &instance).await {
            Ok(kind) => kind,
            Err(error) if error.kind() == ErrorKind::AccessDenied => None,
            Err(error) => return Err(format!("the instance `{instance}` cannot be read: {error}")),
        };
        lock(&self.kinds).insert(instance, kind);
        Ok(kind)
    }

    pub fn own(&self, user: &UserId) {
        lock(&self.owned).insert(user.to_bare());
    }

    /// Says that a user was taken over: whoever had it before must not delete it.
    pub fn adopt(&self, user: &UserId) {
        self.own(user);
        lock(&self.adopted).insert(user.to_bare());
    }

    pub fn was_adopted(&self, user: &UserId) -> bool {
        lock(&self.adopted).contains(&user.to_bare())
    }

    pub fn owned(&self) -> Vec<UserId> {
        lock(&self.owned).iter().cloned().collect()
    }

    /// Says that a user is about to be deleted.
    pub fn let_go(&self, user: &UserId) {
        self.own(user);
        lock(&self.going).insert(user.to_bare());
    }

    pub fn is_going(&self, user: &UserId) -> bool {
        lock(&self.going).contains(&user.to_bare())
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
        tokio::time::sleep(duration).await;
    }
}

impl Timer for Clock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
