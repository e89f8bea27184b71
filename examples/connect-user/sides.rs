//! The two instances of a command, and the options to reach each.

use std::path::PathBuf;

use connect_user::{
    interop::between::NameMap,
    user::{Arn, InstanceId},
};

use crate::{
    args::{BackendKind, Global},
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    usage::once,
};

#[derive(clap::Args)]
pub struct Sides {
    /// The instance that users come from, by its id or ARN.
    from: String,
    /// The other instance.
    to: String,
    /// The Region of FROM (backend `aws`). Default: that of its ARN, or `--region`.
    #[arg(long, value_name = "REGION")]
    from_region: Option<String>,
    /// The Region of TO (backend `aws`). Default: that of its ARN, or `--region`.
    #[arg(long, value_name = "REGION")]
    to_region: Option<String>,
    /// The profile in the AWS configuration for FROM, where it is in another account. Default: `--profile`.
    #[arg(long, value_name = "PROFILE")]
    from_profile: Option<String>,
    /// The profile in the AWS configuration for TO. Default: `--profile`.
    #[arg(long, value_name = "PROFILE")]
    to_profile: Option<String>,
    /// Another address of the service for FROM. Default: `--endpoint-url`.
    #[arg(long, value_name = "URL")]
    from_endpoint_url: Option<String>,
    /// Another address of the service for TO. Default: `--endpoint-url`.
    #[arg(long, value_name = "URL")]
    to_endpoint_url: Option<String>,
    /// The file of the local backend that FROM is in. Default: `--local-file`.
    #[arg(long, value_name = "PATH")]
    from_local_file: Option<PathBuf>,
    /// The file of the local backend that TO is in. Default: `--local-file`.
    #[arg(long, value_name = "PATH")]
    to_local_file: Option<PathBuf>,
    /// The name that TO has for a name of FROM: of a `routingProfile`, a `securityProfile`, a `hierarchyGroup` (its path)
    /// or a `proficiency` (`ATTRIBUTE` or `ATTRIBUTE/VALUE`); without NEW, users go without it; repeatable. Default: the
    /// same names.
    #[arg(long, value_name = "KIND:OLD=NEW")]
    map: Vec<String>,
}

/// Both instances with the options that reach each, and the names that differ.
pub struct Reached {
    pub from: (InstanceId, Global),
    pub to: (InstanceId, Global),
    pub names: NameMap,
}

impl Sides {
    pub fn reach(&self, global: &Global) -> Outcome<Reached> {
        // A name may contain `=`: with more than one, only the source knows where it ends.
        let old = self.map.iter().filter_map(|entry| entry.split_once('='));
        once("--map", old.filter(|(_, new)| !new.contains('=')).map(|(old, _)| old.to_owned()))?;
        let names = self.map.iter().try_fold(NameMap::default(), |names, entry| names.with(entry))?;
        let is_local = global.backend == BackendKind::Local;
        let one = |id: &str,
                   region: &Option<String>,
                   profile: &Option<String>,
                   url: &Option<String>,
                   file: &Option<PathBuf>| {
            let instance = InstanceId::new(id);
            instance.check()?;
            let of_arn = id.parse::<Arn>().ok().filter(|_| !is_local).map(|arn| arn.region().to_owned());
            let mut global = global.clone();
            global.region = region.clone().or(of_arn).or(global.region);
            global.profile = profile.clone().or(global.profile);
            global.endpoint_url = url.clone().or(global.endpoint_url);
            global.local_file = file.clone().unwrap_or(global.local_file);
            Outcome::Ok((instance.to_bare(), global))
        };
        let from = one(
            &self.from,
            &self.from_region,
            &self.from_profile,
            &self.from_endpoint_url,
            &self.from_local_file,
        )?;
        let mut to =
            one(&self.to, &self.to_region, &self.to_profile, &self.to_endpoint_url, &self.to_local_file)?;
        // Conditions apply to users of FROM.
        to.1.r#where.clear();
        if from.0 == to.0 && is_one_service(&from.1, &to.1) {
            return Err(Failure::new(format!("`{}` is the same instance on both sides", from.0))
                .help("give two instances, or the Region, profile or file of each"));
        }
        if is_local && !from.1.local_file.exists() {
            return Err(Failure::new(format!("`{}` is not there", from.1.local_file.display()))
                .help("give the path of the file that the users are in"));
        }
        Ok(Reached { from, to, names })
    }
}

impl Reached {
    /// Opens the services of both. They share the pace if they are in the same account and Region.
    pub async fn open(&self) -> Outcome<(Backend, Backend)> {
        let to = Backend::open(&self.to.1, false, false).await?;
        to.notices.iter().for_each(output::diagnostic);
        Ok((self.open_from(&to).await?, to))
    }

    /// Opens the service of FROM; `to` is the service of TO.
    pub async fn open_from(&self, to: &Backend) -> Outcome<Backend> {
        let mut from = Backend::open(&self.from.1, false, false).await?;
        // Do not repeat notices of the other service.
        from.notices.iter().filter(|notice| !to.notices.contains(notice)).for_each(output::diagnostic);
        if is_one_service(&self.from.1, &self.to.1) {
            from.pace = to.pace.clone();
        }
        Ok(from)
    }
}

fn is_one_service(one: &Global, other: &Global) -> bool {
    one.region == other.region
        && one.profile == other.profile
        && one.endpoint_url == other.endpoint_url
        && one.local_file == other.local_file
}
