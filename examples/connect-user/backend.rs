//! Where the users are: an Amazon Connect in a file, or the real one.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader},
    path::PathBuf,
    time::SystemTime,
};

use connect_user::{
    apply::identity_management,
    client::{ConnectClient, ErrorKind, memory::MemoryConnect},
    user::{IdentityManagementType, InstanceId},
};

use crate::{
    args::{BackendKind, Global},
    failure::{Failure, Outcome},
    output,
    store::{Content, write_private},
};

pub struct Backend {
    service: Service,
    /// What was asked of each instance.
    kinds: BTreeMap<String, Option<IdentityManagementType>>,
    /// What the command line says of instances.
    expected: Option<IdentityManagementType>,
}

enum Service {
    Local {
        connect: MemoryConnect,
        file: PathBuf,
    },
    #[cfg(feature = "aws")]
    Aws(connect_user::client::aws::AwsConnect),
}

impl Backend {
    pub async fn open(args: &Global, recorded: &Content) -> Outcome<Self> {
        let service = match args.backend {
            BackendKind::Local => local(args, recorded)?,
            BackendKind::Aws => aws(args).await?,
        };
        Ok(Self { service, kinds: BTreeMap::new(), expected: args.identity_management })
    }

    pub fn client(&self) -> &dyn ConnectClient {
        match &self.service {
            Service::Local { connect, .. } => connect,
            #[cfg(feature = "aws")]
            Service::Aws(connect) => connect,
        }
    }

    /// Writes down what the local service holds.
    pub fn save(&self) -> Outcome<()> {
        match &self.service {
            Service::Local { connect, file } => {
                let mut bytes = Vec::new();
                connect.save(&mut bytes).map_err(|error| Failure::new(error.to_string()))?;
                write_private(file, &bytes)
            }
            #[cfg(feature = "aws")]
            Service::Aws(_) => Ok(()),
        }
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
                return Err(Failure::new(format!("the instance `{instance}` cannot be read: {error}")));
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

fn local(args: &Global, recorded: &Content) -> Outcome<Service> {
    let file = args.local_file.clone();
    let place = file.display().to_string();
    let kind = args.identity_management.unwrap_or(IdentityManagementType::ConnectManaged);
    let connect = match File::open(&file) {
        Ok(reader) => MemoryConnect::load(BufReader::new(reader))
            .map_err(|error| Failure::new(format!("`{place}`: {error}")))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound && recorded.users.is_empty() => {
            MemoryConnect::new()
        }
        // A wrong path must not look like a service in which everybody is gone.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::new(format!("`{place}` is not there, and the state holds users of it"))
                .help("give the path of the file with `--local-file`, or start with another `--state`"));
        }
        Err(error) => return Err(Failure::new(format!("`{place}` cannot be read: {error}"))),
    };
    connect.add_any_instance(kind);
    connect.set_time(SystemTime::now().into());
    Ok(Service::Local { connect, file })
}

#[cfg(feature = "aws")]
async fn aws(args: &Global) -> Outcome<Service> {
    use connect_user::client::aws::{AwsConnect, AwsSettings};

    let settings = AwsSettings::builder()
        .maybe_region(args.region.clone())
        .maybe_profile(args.profile.clone())
        .maybe_endpoint_url(args.endpoint_url.clone())
        .build();
    let connect = AwsConnect::from_environment(&settings).await;
    connect.map(Service::Aws).map_err(|error| Failure::new(error.to_string()))
}

#[cfg(not(feature = "aws"))]
async fn aws(_: &Global) -> Outcome<Service> {
    Err(Failure::new("this build does not know the backend `aws`").help("build it with `--features aws`"))
}
