//! The command line's grammar.

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration};

use clap::Parser;
use connect_user::user::{
    HierarchyGroupId, Id, IdKind, IdentityManagementType, Operation, RoutingProfile, RoutingProfileId,
    SecurityProfile, SecurityProfileId, nearest,
};

use crate::{faults::WireFault, json::LEVELS};

/// Serve Amazon Connect's user operations on loopback.
#[derive(Parser)]
#[command(name = "connect-server", version, max_term_width = 100)]
pub struct Args {
    /// The port; 0 takes a free one, and the address is printed as JSON.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Listen also where others can reach it.
    #[arg(long)]
    pub allow_remote: bool,
    /// An instance, and how it manages identities; repeatable.
    #[arg(long, value_name = "ID=TYPE", value_parser = instance)]
    pub instance: Vec<(String, IdentityManagementType)>,
    /// Let every instance exist that someone asks for.
    #[arg(long, value_name = "TYPE")]
    pub any_instance: Option<IdentityManagementType>,
    /// A routing profile of each `--instance`; repeatable. From the first on, only those given exist.
    #[arg(long, value_name = "ID=NAME", value_parser = named::<RoutingProfile>, requires = "instance")]
    pub routing_profile: Vec<(RoutingProfileId, String)>,
    /// A security profile of each `--instance`; repeatable. From the first on, only those given exist.
    #[arg(long, value_name = "ID=NAME", value_parser = named::<SecurityProfile>, requires = "instance")]
    pub security_profile: Vec<(SecurityProfileId, String)>,
    /// A hierarchy group of each `--instance` under the names from the top level down to its own; repeatable.
    /// From the first on, only those given exist.
    #[arg(long, value_name = "ID=LEVEL/LEVEL/…", value_parser = hierarchy_group, requires = "instance")]
    pub hierarchy_group: Vec<(HierarchyGroupId, Vec<String>)>,
    /// How many users each `--instance` takes.
    #[arg(long)]
    pub user_quota: Option<usize>,
    /// For how many reads a new user cannot be seen.
    #[arg(long, default_value_t = 0)]
    pub hidden_reads: u32,
    /// For how many milliseconds a new user cannot be seen.
    #[arg(long, default_value_t = 0)]
    pub hidden_millis: u64,
    /// How many calls a second each operation takes, and how many at once; repeatable, with the name of an
    /// operation for one that has a quota of its own.
    #[arg(long, value_name = "[OPERATION=]RATE:BURST", value_parser = quota)]
    pub quota: Vec<Quota>,
    /// Keep the service in a file.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Let the so-manieth call of an operation fail; repeatable. Faults: reset-before, reset-after, cut, hang,
    /// malformed, empty, repeat-token, or a status and a code, such as `429/ThrottlingException`.
    #[arg(long, value_name = "OPERATION:OCCURRENCE:FAULT", value_parser = fault)]
    pub fault: Vec<(Operation, u32, WireFault)>,
    /// Log each request on stderr, as JSON, without its body.
    #[arg(long)]
    pub log: bool,
}

fn instance(text: &str) -> Result<(String, IdentityManagementType), String> {
    let (id, kind) = text.split_once('=').ok_or("write `ID=TYPE`")?;
    Ok((id.to_owned(), IdentityManagementType::from_str(kind).map_err(|error| error.to_string())?))
}

fn named<K: IdKind>(text: &str) -> Result<(Id<K>, String), String> {
    let (id, name) = text.split_once('=').ok_or("write `ID=NAME`")?;
    let id = Id::new(id);
    id.check().map_err(|error| error.to_string())?;
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    Ok((id, name.to_owned()))
}

fn hierarchy_group(text: &str) -> Result<(HierarchyGroupId, Vec<String>), String> {
    let (id, path) = named(text)?;
    let path: Vec<_> = path.split('/').map(str::to_owned).collect();
    if path.len() > LEVELS.len() {
        return Err(format!("a hierarchy has at most {} levels", LEVELS.len()));
    }
    if path.iter().any(String::is_empty) {
        return Err("the name of a level is empty".to_owned());
    }
    Ok((id, path))
}

/// How many calls an operation takes, or each that has no quota of its own.
#[derive(Clone)]
pub struct Quota {
    pub operation: Option<Operation>,
    pub every: Duration,
    pub burst: NonZeroU32,
}

fn quota(text: &str) -> Result<Quota, String> {
    let (name, numbers) = match text.split_once('=') {
        Some((name, numbers)) => (Some(name), numbers),
        None => (None, text),
    };
    let (rate, burst) = numbers.split_once(':').ok_or("write `RATE:BURST` or `OPERATION=RATE:BURST`")?;
    let rate: f64 = rate.parse().map_err(|_| "the rate is no number")?;
    if !(0.001..=1_000_000.0).contains(&rate) {
        return Err("the rate is from 0.001 to 1,000,000".to_owned());
    }
    Ok(Quota {
        operation: name.map(operation).transpose()?,
        every: Duration::from_secs_f64(1.0 / rate),
        burst: burst.parse().map_err(|_| "the burst is no positive whole number")?,
    })
}

/// The operation of a name, or the name that is meant.
fn operation(name: &str) -> Result<Operation, String> {
    if let Some(operation) = Operation::ALL.iter().find(|operation| operation.name() == name) {
        return Ok(*operation);
    }
    let names = || Operation::ALL.iter().map(|operation| operation.name());
    Err(match nearest(name, names()) {
        Some(near) => format!("there is no operation `{name}`; did you mean `{near}`?"),
        None => {
            format!("there is no operation `{name}`; there are {}", names().collect::<Vec<_>>().join(", "))
        }
    })
}

fn fault(text: &str) -> Result<(Operation, u32, WireFault), String> {
    let mut parts = text.splitn(3, ':');
    let (Some(name), Some(occurrence), Some(fault)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("write `OPERATION:OCCURRENCE:FAULT`".to_owned());
    };
    let operation = operation(name)?;
    let occurrence = occurrence.parse().map_err(|_| "the occurrence is no whole number")?;
    Ok((operation, occurrence, fault.parse()?))
}
