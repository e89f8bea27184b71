//! The service: an Amazon Connect in a file or the real one, with the pace of calls.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        CancellationToken, ConnectClient, Pace, Rate, RateSource, Rates, RetryPolicy, Retrying, Timer,
        TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryFile, PersistentConnect},
    },
    user::{Code, Diagnostic, IdentityManagementType},
};

use crate::{
    args::{BackendKind, Global},
    failure::{Failure, Outcome},
    input::{STILL_TO_BE_MADE, require_regular},
};

pub struct Backend {
    /// The client, with a single attempt for each call.
    pub service: Arc<dyn ConnectClient>,
    /// The retry policy, if the command line sets it.
    pub retry: Option<RetryPolicy>,
    pub timer: Arc<dyn Timer>,
    pub pace: Arc<dyn Pace>,
    pub cancel: CancellationToken,
    /// Notices about the rates.
    pub notices: Vec<Diagnostic>,
}

impl Backend {
    /// A service that is never called.
    pub fn offline() -> Self {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer::default());
        let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone()));
        let (service, cancel) = (Arc::new(MemoryConnect::new()), CancellationToken::new());
        Self { service, retry: None, timer, pace, cancel, notices: Vec::new() }
    }

    /// The service with pace and retry.
    pub fn client(&self) -> impl ConnectClient + '_ {
        let (pace, retry) = (self.pace.clone(), self.retry.unwrap_or_default());
        Retrying::paced(&*self.service, pace, retry, self.timer.clone(), &self.cancel)
    }

    /// Opens the service; `is_used` says whether the state has users of it.
    pub async fn open(args: &Global, is_used: bool, writes: bool) -> Outcome<Self> {
        let offline = Self::offline();
        let (service, rates, ceiling, notice) = match args.backend {
            BackendKind::Local => {
                let service = local(args, is_used, writes, offline.timer.clone())?;
                (service, Rate::UNLIMITED.into(), args.probe_to.and_then(RateSource::known), None)
            }
            BackendKind::Aws => aws(args).await?,
        };
        let rates = rates.limited(&args.rate);
        let notices = notice.into_iter().chain(idle_rates(args, &rates, ceiling.as_ref())).collect();
        let mut buckets = TokenBuckets::new(rates, offline.timer.clone());
        if args.shared_quota {
            buckets = buckets.shared();
        }
        if let Some(ceiling) = ceiling {
            buckets = buckets.probing(ceiling);
        }
        let pace = Arc::new(buckets);
        let retry = args.retry_for.map(Duration::from_secs);
        let retry = retry.map(|total| RetryPolicy::builder().total(total).build());
        Ok(Self { service, retry, pace, notices, ..offline })
    }
}

/// Warns of options of rates that have no effect.
fn idle_rates(args: &Global, rates: &Rates, ceiling: Option<&Rates>) -> impl Iterator<Item = Diagnostic> {
    let is_local = args.backend == BackendKind::Local;
    let is_unlimited = is_local && args.rate.is_empty();
    let gives_all = args.rate.iter().any(|limit| limit.operation.is_none());
    let is_given = args.is_given("rates-from");
    let no_quota = ("the local backend has no quota", "leave it out; `--rate` limits the local backend");
    let is_no_rise = "it must be above the rate of an operation, and is above none";
    let rise = match is_unlimited {
        true => (is_no_rise, "the local backend has no limit: give `--rate`, or leave it out"),
        false => {
            (is_no_rise, "give more than the rate, or leave it out; what makes calls slower is `--rate 1:5`")
        }
    };
    let twice = ("`--rate` gives that of every operation", "leave one of the two out");
    let idle = [
        (is_local && is_given, "--rates-from", no_quota),
        (!is_local && is_given && gives_all, "--rates-from", twice),
        (is_local && args.probe_to == Some(RateSource::Account), "--probe-to account", no_quota),
        (ceiling.is_some_and(|ceiling| !ceiling.exceed(rates)), "--probe-to", rise),
        (is_unlimited && args.shared_quota, "--shared-quota", no_quota),
    ];
    idle.into_iter().filter(|(is_idle, ..)| *is_idle).map(|(_, option, (why, help))| {
        let message = format!("`{option}` has no effect: {why}");
        Diagnostic::new(Code::SETTING_WITHOUT_EFFECT, message).with_help(help)
    })
}

fn local(
    args: &Global,
    is_used: bool,
    writes: bool,
    timer: Arc<dyn Timer>,
) -> Outcome<Arc<dyn ConnectClient>> {
    let (path, place) = (&args.local_file, args.local_file.display());
    require_regular(path, STILL_TO_BE_MADE)?;
    // A wrong path must not look like a service without users.
    if is_used && path.try_exists().is_ok_and(|exists| !exists) {
        return Err(Failure::new(format!("`{place}` is not there, and the state holds users of it"))
            .help("give the path of the file with `--local-file`, or start with another `--state`"));
    }
    let opened = match writes {
        true => MemoryFile::open(path).map(|(file, connect)| (Some(file), connect)),
        false => MemoryFile::read(path).map(|connect| (None, connect)),
    };
    let (file, connect) =
        opened.map_err(|error| Failure::caused(format!("`{place}`"), &error).help(error.help()))?;
    connect.add_any_instance(args.identity_management.unwrap_or(IdentityManagementType::ConnectManaged));
    connect.set_time(SystemTime::now().into());
    connect.follow(timer);
    Ok(match file {
        Some(file) => Arc::new(PersistentConnect::new(connect, file)),
        None => Arc::new(connect),
    })
}

/// The real service, the rates of its calls, the rates that they are raised to at most, and a notice.
type Asked = (Arc<dyn ConnectClient>, Rates, Option<Rates>, Option<Diagnostic>);

#[cfg(feature = "aws")]
async fn aws(args: &Global) -> Outcome<Asked> {
    use crate::way_out;
    use connect_user::{
        client::aws::{AwsConnect, AwsSettings},
        user::with_causes,
    };

    let settings = AwsSettings::builder()
        .maybe_region(args.region.clone())
        .maybe_profile(args.profile.clone())
        .maybe_endpoint_url(args.endpoint_url.clone())
        .build();
    let connect = AwsConnect::from_environment(&settings).await;
    let connect = connect.map_err(|error| Failure::new(with_causes(&error)).help(way_out::of_aws(&error)))?;
    let rates = connect.rates(args.rates_from).await;
    let ceiling = match args.probe_to {
        Some(source) => Some(connect.rates(source).await),
        None => None,
    };
    // The quotas of the account are read once, so both notices are equal.
    let notice = rates.notice.or(ceiling.as_ref().and_then(|ceiling| ceiling.notice.clone()));
    let notice = notice.as_ref().map(way_out::of_rates);
    Ok((Arc::new(connect), rates.rates, ceiling.map(|ceiling| ceiling.rates), notice))
}

#[cfg(not(feature = "aws"))]
async fn aws(_: &Global) -> Outcome<Asked> {
    Err(Failure::new("this build does not know the backend `aws`").help("build it with `--features aws`"))
}
