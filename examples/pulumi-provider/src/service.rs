//! The service as it is configured, for each Region that resources name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use connect_user::{
    client::{
        CancellationToken, ConnectClient, Decorated, Paced, RetryPolicy, Retrying, Timer, TokenBuckets,
        TokioTimer,
        aws::{AwsConnect, AwsSettings, AwsSettingsError},
    },
    engine::Resource,
    read::RefreshOptions,
};
use tokio::sync::OnceCell;
use tonic::Status;

use crate::{
    config::Config,
    deadline::{Pauses, Sending, Waiting},
    wire::refused,
};

/// Waiting for its turn counts, and a thousand users at two calls a second take their time.
const TOTAL: Duration = Duration::from_secs(3_600);

/// The service, for one provider of a program.
pub struct Service {
    pub config: Config,
    stop: CancellationToken,
    home: OnceCell<AwsConnect>,
    regions: Mutex<HashMap<String, Regional>>,
}

/// The service in one Region.
#[derive(Clone)]
pub struct Regional {
    pub name: String,
    /// Whether it is the provider's own.
    pub is_home: bool,
    pub client: Arc<dyn ConnectClient>,
    pub users: Arc<Resource>,
}

impl Service {
    pub fn new(config: Config, stop: CancellationToken) -> Self {
        Self { config, stop, home: OnceCell::new(), regions: Mutex::default() }
    }

    /// The service in a Region; in the configured one where none is named.
    pub async fn region(&self, region: Option<&str>) -> Result<Regional, Status> {
        let connect = || async {
            let connect = AwsConnect::from_environment(&self.config.aws).await;
            connect.map_err(unusable)
        };
        let home = self.home.get_or_try_init(connect).await?;
        let name = region.or(home.region()).unwrap_or_default().to_owned();
        let is_home = home.region() == Some(name.as_str());
        if !is_home {
            let settings = AwsSettings::builder().region(name.as_str()).build();
            settings.check().map_err(unusable)?;
        }
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let regional = regions.entry(name).or_insert_with_key(|name| {
            let connect = if is_home { home.clone() } else { home.in_region(name.as_str()) };
            Regional { is_home, ..self.regional(name, connect) }
        });
        Ok(regional.clone())
    }

    fn regional(&self, name: &str, connect: AwsConnect) -> Regional {
        let Config { aws: _, rate, shared_quota, attempts, refresh, settings, adopt_existing } = &self.config;
        let timer = Arc::new(TokioTimer::default());
        let buckets = TokenBuckets::new(*rate, timer.clone() as Arc<dyn Timer>);
        let buckets = if *shared_quota { buckets.shared() } else { buckets };
        let paced = Paced::new(Decorated::with(connect, Sending), Arc::new(buckets))
            .with_cancellation(self.stop.clone());
        let mut policy = RetryPolicy::default();
        policy.total = TOTAL;
        policy.attempts = attempts.unwrap_or(policy.attempts);
        let client = Retrying::new(paced, policy, timer.clone()).with_cancellation(self.stop.clone());
        let client: Arc<dyn ConnectClient> = Arc::new(Decorated::with(client, Waiting));
        let users = Resource::new(client.clone(), settings.clone())
            .with_refresh(RefreshOptions::builder().strategy(*refresh).build())
            .with_sleep(Arc::new(Pauses(timer)))
            .with_cancellation(self.stop.clone())
            .with_adoption(*adopt_existing);
        Regional { name: name.to_owned(), is_home: true, client, users: Arc::new(users) }
    }
}

fn unusable(error: AwsSettingsError) -> Status {
    refused(format!("{error}; {}", error.help()))
}
