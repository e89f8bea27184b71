//! The service as it is configured, for each Region that resources name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use connect_user::{
    client::{
        CancellationToken, ConnectClient, Paced, RetryPolicy, Retrying, Timer, TokenBuckets, TokioTimer,
        aws::AwsConnect,
    },
    engine::Resource,
    read::RefreshOptions,
};
use tokio::sync::OnceCell;
use tonic::Status;

use crate::{config::Config, wire::refused};

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service, for one provider of a program.
pub struct Service {
    pub config: Config,
    stop: CancellationToken,
    regions: Mutex<HashMap<Option<String>, Arc<OnceCell<Regional>>>>,
}

/// The service in one Region.
#[derive(Clone)]
pub struct Regional {
    pub client: Arc<dyn ConnectClient>,
    pub users: Arc<Resource>,
}

impl Service {
    pub fn new(config: Config, stop: CancellationToken) -> Self {
        Self { config, stop, regions: Mutex::default() }
    }

    /// The service in a Region; in the configured one where none is named.
    pub async fn region(&self, region: Option<&str>) -> Result<Regional, Status> {
        let named = region.map(str::to_owned).filter(|region| Some(region) != self.config.region().as_ref());
        let cell = {
            let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
            regions.entry(named.clone()).or_default().clone()
        };
        cell.get_or_try_init(|| self.connect(named)).await.cloned()
    }

    async fn connect(&self, region: Option<String>) -> Result<Regional, Status> {
        let Config { aws, rate, shared_quota, attempts, refresh, settings, adopt_existing } = &self.config;
        let mut aws = aws.clone();
        aws.region = region.or(aws.region);
        let connect = AwsConnect::from_environment(&aws).await;
        let connect = connect.map_err(|error| refused(format!("{error}; {}", error.help())))?;
        let timer = Arc::new(TokioTimer::default());
        let buckets = TokenBuckets::new(*rate, timer.clone() as Arc<dyn Timer>);
        let buckets = if *shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(connect, Arc::new(buckets)).with_cancellation(self.stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        policy.attempts = attempts.unwrap_or(policy.attempts);
        let client = Retrying::new(paced, policy, timer.clone()).with_cancellation(self.stop.clone());
        let client: Arc<dyn ConnectClient> = Arc::new(client);
        let users = Resource::new(client.clone(), settings.clone())
            .with_refresh(RefreshOptions::builder().strategy(*refresh).build())
            .with_sleep(timer)
            .with_cancellation(self.stop.clone())
            .with_adoption(*adopt_existing);
        Ok(Regional { client, users: Arc::new(users) })
    }
}
