//! Where the users are: an Amazon Connect in a file, or the real one; and at what pace it is asked.

use std::{
    fs::File,
    io::{self, BufReader},
    sync::Arc,
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        CancellationToken, ConnectClient, Pace, Paced, Rate, Rates, RetryPolicy, Retrying, Timer,
        TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryFile, PersistentConnect},
    },
    user::IdentityManagementType,
};

use crate::{
    args::{BackendKind, Global},
    failure::{Failure, Outcome},
    input::require_regular,
};

pub struct Backend {
    /// One attempt a call.
    pub service: Arc<dyn ConnectClient>,
    /// For how long a call may be tried again, where the command line says it.
    pub retry_for: Option<Duration>,
    pub timer: Arc<dyn Timer>,
    pub pace: Arc<dyn Pace>,
    pub cancel: CancellationToken,
    paced: Box<dyn ConnectClient>,
}

impl Backend {
    /// A service that is never asked.
    pub fn offline() -> Self {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer::default());
        let pace = TokenBuckets::new(Rate::DEFAULT, timer.clone());
        Self::around(Arc::new(MemoryConnect::new()), Arc::new(pace), timer, None)
    }

    /// Opens the service; `is_used` says whether the state holds users of it.
    pub async fn open(args: &Global, is_used: bool, writes: bool) -> Outcome<Self> {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer::default());
        let (service, rates) = match args.backend {
            BackendKind::Local => (local(args, is_used, writes, timer.clone())?, Rate::UNLIMITED.into()),
            BackendKind::Aws => aws(args).await?,
        };
        let buckets = TokenBuckets::new(given(args, rates), timer.clone());
        let pace = Arc::new(if args.shared_quota { buckets.shared() } else { buckets });
        Ok(Self::around(service, pace, timer, args.retry_for.map(Duration::from_secs)))
    }

    fn around(
        service: Arc<dyn ConnectClient>,
        pace: Arc<dyn Pace>,
        timer: Arc<dyn Timer>,
        retry_for: Option<Duration>,
    ) -> Self {
        let cancel = CancellationToken::new();
        let mut retry = RetryPolicy::default();
        retry.total = retry_for.unwrap_or(retry.total);
        let paced = Paced::new(service.clone(), pace.clone()).with_cancellation(cancel.clone());
        let paced = Retrying::new(paced, retry, timer.clone()).with_cancellation(cancel.clone());
        Self { service, retry_for, timer, pace, cancel, paced: Box::new(paced) }
    }

    /// The service, asked at its pace and again where that may help.
    pub fn client(&self) -> &dyn ConnectClient {
        &*self.paced
    }
}

/// What the command line says of the quota, over the rates that hold otherwise.
fn given(args: &Global, rates: Rates) -> Rates {
    let of_all = args.rate.iter().rfind(|(operation, _)| operation.is_none()).map(|(_, rate)| *rate);
    let rates = of_all.map_or(rates, Rates::from);
    args.rate.iter().fold(rates, |rates, (operation, rate)| match operation {
        Some(operation) => rates.with(*operation, *rate),
        None => rates,
    })
}

fn local(
    args: &Global,
    is_used: bool,
    writes: bool,
    timer: Arc<dyn Timer>,
) -> Outcome<Arc<dyn ConnectClient>> {
    let place = args.local_file.display().to_string();
    require_regular(&args.local_file, crate::input::STILL_TO_BE_MADE)?;
    let exists = args.local_file.try_exists();
    let unreadable = |error: io::Error| {
        Failure::caused(format!("`{place}` cannot be read"), &error)
            .help("check the path and its permissions")
    };
    let exists = exists.map_err(unreadable)?;
    // A wrong path must not look like a service in which everybody is gone.
    if is_used && !exists {
        return Err(Failure::new(format!("`{place}` is not there, and the state holds users of it"))
            .help("give the path of the file with `--local-file`, or start with another `--state`"));
    }
    let ready = |connect: &MemoryConnect| {
        connect.add_any_instance(args.identity_management.unwrap_or(IdentityManagementType::ConnectManaged));
        connect.set_time(SystemTime::now().into());
        connect.follow(timer);
    };
    if writes {
        let (file, connect) = MemoryFile::open(&args.local_file)
            .map_err(|error| Failure::caused(format!("`{place}`"), &error).help(error.help()))?;
        ready(&connect);
        return Ok(Arc::new(PersistentConnect::new(connect, file)));
    }
    let connect = match File::open(&args.local_file) {
        Ok(file) => MemoryConnect::load(BufReader::new(file))
            .map_err(|error| Failure::caused(format!("`{place}`"), &error).help(error.help()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => MemoryConnect::new(),
        Err(error) => return Err(unreadable(error)),
    };
    ready(&connect);
    Ok(Arc::new(connect))
}

#[cfg(feature = "aws")]
async fn aws(args: &Global) -> Outcome<(Arc<dyn ConnectClient>, Rates)> {
    use connect_user::client::{
        RateBasis,
        aws::{AwsConnect, AwsSettings},
    };

    let settings = AwsSettings::builder()
        .maybe_region(args.region.clone())
        .maybe_profile(args.profile.clone())
        .maybe_endpoint_url(args.endpoint_url.clone())
        .build();
    let connect = AwsConnect::from_environment(&settings).await;
    let connect = connect.map_err(|error| Failure::caused(String::new(), &error).help(error.help()))?;
    let rates = match args.rates_from {
        RateBasis::Account => {
            let account = connect.account_rates().await;
            account.notice.iter().for_each(crate::output::diagnostic);
            account.rates
        }
        RateBasis::Documented => Rates::documented(),
        _ => Rates::default(),
    };
    Ok((Arc::new(connect), rates))
}

#[cfg(not(feature = "aws"))]
async fn aws(_: &Global) -> Outcome<(Arc<dyn ConnectClient>, Rates)> {
    Err(Failure::new("this build does not know the backend `aws`").help("build it with `--features aws`"))
}
