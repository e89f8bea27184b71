//! Where the users are: an Amazon Connect in a file, or the real one; and at what pace it is asked.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader},
    sync::Arc,
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        CancellationToken, ConnectClient, ErrorKind, Pace, Paced, Rate, Rates, RetryPolicy, Retrying, Timer,
        TokenBuckets, TokioTimer,
        memory::{MemoryConnect, MemoryFile, PersistentConnect},
    },
    read::{Directory, identity_management},
    user::{IdentityManagementType, InstanceId},
};

use crate::{
    args::{BackendKind, Global},
    failure::{Failure, Outcome},
    output,
    store::require_regular,
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
    directories: BTreeMap<String, Arc<Directory>>,
    /// What was asked of each instance.
    kinds: BTreeMap<String, Option<IdentityManagementType>>,
    /// What the command line says of instances.
    expected: Option<IdentityManagementType>,
}

impl Backend {
    /// A service that is never asked.
    pub fn offline() -> Self {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer::default());
        Self::around(
            Arc::new(MemoryConnect::new()),
            Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone())),
            timer,
        )
    }

    /// Opens the service to look at it; `is_used` says whether the state holds users of it.
    pub async fn open(args: &Global, is_used: bool) -> Outcome<Self> {
        Self::open_for(args, is_used, false).await
    }

    /// Opens the service to change it.
    pub async fn open_to_write(args: &Global, is_used: bool) -> Outcome<Self> {
        Self::open_for(args, is_used, true).await
    }

    async fn open_for(args: &Global, is_used: bool, writes: bool) -> Outcome<Self> {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer::default());
        let service = match args.backend {
            BackendKind::Local => local(args, is_used, writes, timer.clone())?,
            BackendKind::Aws => aws(args).await?,
        };
        let buckets = TokenBuckets::new(rates(args), timer.clone());
        let pace: Arc<dyn Pace> = Arc::new(if args.shared_quota { buckets.shared() } else { buckets });
        let mut backend = Self::around(service, pace, timer);
        backend.expected = args.identity_management;
        if let Some(seconds) = args.retry_for {
            backend.retry_for = Some(Duration::from_secs(seconds));
            backend.paced = backend.with_retries();
        }
        Ok(backend)
    }

    fn around(service: Arc<dyn ConnectClient>, pace: Arc<dyn Pace>, timer: Arc<dyn Timer>) -> Self {
        let mut backend = Self {
            paced: Box::new(service.clone()),
            service,
            retry_for: None,
            timer,
            pace,
            cancel: CancellationToken::new(),
            directories: BTreeMap::new(),
            kinds: BTreeMap::new(),
            expected: None,
        };
        backend.paced = backend.with_retries();
        backend
    }

    fn with_retries(&self) -> Box<dyn ConnectClient> {
        let paced =
            Paced::new(self.service.clone(), self.pace.clone()).with_cancellation(self.cancel.clone());
        let mut retry = RetryPolicy::default();
        retry.total = self.retry_for.unwrap_or(retry.total);
        Box::new(Retrying::new(paced, retry, self.timer.clone()).with_cancellation(self.cancel.clone()))
    }

    /// The service, asked at its pace and again where that may help.
    pub fn client(&self) -> &dyn ConnectClient {
        &*self.paced
    }

    /// What an instance has that a program may name: listed once.
    pub async fn directory(&mut self, instance: &InstanceId) -> Outcome<Option<Arc<Directory>>> {
        if let Some(directory) = self.directories.get(instance.bare()) {
            return Ok(Some(directory.clone()));
        }
        if instance.check().is_err() {
            return Ok(None);
        }
        let directory = Directory::read(instance, self.client()).await.map_err(|error| {
            Failure::caused(
                format!("the profiles and groups of the instance `{instance}` cannot be listed"),
                &error,
            )
            .help(error.help())
        })?;
        directory.unchecked().for_each(|unchecked| output::diagnostic(&unchecked));
        let directory = Arc::new(directory);
        self.directories.insert(instance.bare().to_owned(), directory.clone());
        Ok(Some(directory))
    }

    /// How an instance manages identities: asked once.
    pub async fn identity_management(
        &mut self,
        instance: &InstanceId,
    ) -> Outcome<Option<IdentityManagementType>> {
        if let Some(kind) = self.kinds.get(instance.bare()) {
            return Ok(*kind);
        }
        // An id that is none is a violation of its own, located and with help.
        if instance.check().is_err() {
            return Ok(None);
        }
        let kind = match identity_management(self.client(), instance).await {
            Ok(kind) => kind,
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                output::note(&format!("how `{instance}` manages identities is not known: {error}"));
                self.expected
            }
            Err(error) => {
                return Err(Failure::caused(format!("the instance `{instance}` cannot be read"), &error)
                    .help(error.help()));
            }
        };
        if let (Some(kind), Some(expected)) = (kind, self.expected)
            && kind != expected
        {
            let message =
                format!("the instance `{instance}` manages identities with `{kind}`, not with `{expected}`");
            return Err(
                Failure::new(message).help("leave out `--identity-management`, or use another instance")
            );
        }
        self.kinds.insert(instance.bare().to_owned(), kind);
        Ok(kind)
    }
}

/// What the command line says of the quota. The local service has none.
fn rates(args: &Global) -> Rates {
    let unbounded = Rate::UNLIMITED;
    let of_all = args.rate.iter().rfind(|(operation, _)| operation.is_none()).map(|(_, rate)| *rate);
    let default = match args.backend {
        BackendKind::Local => unbounded,
        BackendKind::Aws => Rate::DEFAULT,
    };
    let rates = Rates::from(of_all.unwrap_or(default));
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
    require_regular(&args.local_file)?;
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
async fn aws(args: &Global) -> Outcome<Arc<dyn ConnectClient>> {
    use connect_user::client::aws::{AwsConnect, AwsSettings};

    let settings = AwsSettings::builder()
        .maybe_region(args.region.clone())
        .maybe_profile(args.profile.clone())
        .maybe_endpoint_url(args.endpoint_url.clone())
        .build();
    let connect = AwsConnect::from_environment(&settings).await;
    connect
        .map(|connect| Arc::new(connect) as _)
        .map_err(|error| Failure::caused(String::new(), &error).help(error.help()))
}

#[cfg(not(feature = "aws"))]
async fn aws(_: &Global) -> Outcome<Arc<dyn ConnectClient>> {
    Err(Failure::new("this build does not know the backend `aws`").help("build it with `--features aws`"))
}
