//! The service, asked at its pace and again where that may help, and what was learnt of it in this run.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    client::{
        CancellationToken, ClientResult, ConnectClient, ErrorKind, Paced, RetryPolicy, Retrying, Sleep,
        Timer, TokenBuckets, Traced,
        aws::{AwsConnect, AwsSettingsError},
    },
    read::{Reader, RefreshOptions, identity_management},
    user::{IdentityManagementType, InstanceId, UserId, UserState},
};

use tokio::sync::OnceCell;
use tracing::{debug, warn};

use crate::{config::Config, wire::Diagnostics};

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service, and what was learnt of it.
pub struct Service {
    client: Box<dyn ConnectClient>,
    pub reader: Reader,
    kinds: Mutex<HashMap<InstanceId, Arc<OnceCell<Kind>>>>,
    /// Whether users that have a name already may be taken over.
    pub adopt_existing: bool,
    /// Users that were taken over in this run.
    adopted: Mutex<BTreeSet<UserId>>,
    /// The users that are resources of this configuration, as far as they were met.
    owned: Mutex<BTreeSet<UserId>>,
    /// Those of them whose deletion has begun.
    going: Mutex<BTreeSet<UserId>>,
    /// What this run has read of users whose state keeps an earlier reading.
    remembered: Mutex<HashMap<UserId, UserState>>,
    /// Users that are deleted or replaced in this run, or are to be.
    deletions: Mutex<BTreeSet<UserId>>,
    /// How many may be.
    max_deletes: Option<usize>,
    /// Whether one too many was refused already.
    refused: AtomicBool,
    /// How much of what could not be read is logged.
    told: AtomicUsize,
    stop: CancellationToken,
}

/// How an instance manages identities, or why nobody can tell.
type Kind = ClientResult<Option<IdentityManagementType>>;

impl Service {
    pub async fn connect(config: &Config, stop: CancellationToken) -> Result<Self, AwsSettingsError> {
        let connect = AwsConnect::from_environment(&config.aws).await?;
        let timer: Arc<dyn Timer> = Arc::new(Clock::default());
        let buckets = TokenBuckets::new(config.rate, timer.clone());
        let buckets = if config.shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(Traced::new(connect), Arc::new(buckets)).with_cancellation(stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        let client = Traced::new(Retrying::new(paced, policy, timer).with_cancellation(stop.clone()));
        let options = RefreshOptions::builder().strategy(config.refresh).build();
        Ok(Self {
            client: Box::new(client),
            reader: Reader::new(options),
            kinds: Mutex::default(),
            adopt_existing: config.adopt_existing,
            adopted: Mutex::default(),
            owned: Mutex::default(),
            going: Mutex::default(),
            remembered: Mutex::default(),
            deletions: Mutex::default(),
            max_deletes: config.max_deletes,
            refused: AtomicBool::new(false),
            told: AtomicUsize::new(0),
            stop,
        })
    }

    pub fn client(&self) -> &dyn ConnectClient {
        &*self.client
    }

    /// How an instance manages identities: asked once, however many ask at the same time; unknown where the
    /// caller may not know.
    pub async fn kind(&self, instance: &InstanceId) -> Kind {
        let cell = lock(&self.kinds).entry(instance.to_bare()).or_default().clone();
        let ask = || async {
            match identity_management(self.client(), instance).await {
                Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(None),
                kind => kind,
            }
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

    /// Whether Terraform was interrupted.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Counts a user that is to be deleted or replaced. The first one too many is an error, and so the whole
    /// plan is.
    pub fn plan_deletion(&self, user: &UserId, diagnostics: &mut Diagnostics) {
        if let Some((limit, false)) = self.count_deletion(user) {
            diagnostics.error(
                format!("more users would be deleted or replaced than `max_deletes` allows: must be at most {limit}"),
                "raise `max_deletes` in the provider block if these deletions are meant",
                None,
            );
        }
    }

    /// Counts a user that is about to be deleted: none too many is.
    pub fn may_delete(&self, user: &UserId, diagnostics: &mut Diagnostics) -> bool {
        let Some((limit, _)) = self.count_deletion(user) else { return true };
        diagnostics.error(
            format!(
                "the user `{user}` is kept: `max_deletes` is {limit}, and so many are deleted in this run"
            ),
            "raise `max_deletes` in the provider block if this deletion is meant",
            None,
        );
        false
    }

    /// The limit where this is one too many, and whether another was before.
    fn count_deletion(&self, user: &UserId) -> Option<(usize, bool)> {
        let limit = self.max_deletes?;
        let mut deletions = lock(&self.deletions);
        let is_beyond = deletions.len() >= limit && !deletions.contains(&user.to_bare());
        if !is_beyond {
            deletions.insert(user.to_bare());
            return None;
        }
        Some((limit, self.refused.swap(true, Ordering::Relaxed)))
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

    /// Whether the user was met in this run: read, made or changed.
    pub fn is_owned(&self, user: &UserId) -> bool {
        lock(&self.owned).contains(&user.to_bare())
    }

    pub fn owned(&self) -> Vec<UserId> {
        lock(&self.owned).iter().cloned().collect()
    }

    /// Keeps what was read of a user for the plan of this run, where Terraform's state keeps an earlier reading.
    pub fn remember(&self, read: UserState) {
        lock(&self.remembered).insert(read.user_id.to_bare(), read);
    }

    pub fn remembered(&self, user: &UserId) -> Option<UserState> {
        lock(&self.remembered).get(&user.to_bare()).cloned()
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
        debug!(milliseconds = duration.as_millis() as u64, "waiting");
        tokio::time::sleep(duration).await;
    }
}

impl Timer for Clock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
