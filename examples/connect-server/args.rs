//! The command line's grammar.

use std::{fmt::Display, net::IpAddr, path::PathBuf};

use clap::{ArgGroup, CommandFactory as _, Parser, error::ErrorKind};
use connect_user::{
    client::{Rate, RateError},
    user::{
        HierarchyGroupId, Id, IdError, IdKind, IdentityManagementType, InstanceId, Operation, RoutingProfile,
        RoutingProfileId, SecurityProfile, SecurityProfileId, UnknownChoice,
    },
};

use crate::{faults::WireFault, json::LEVELS};

/// Serve Amazon Connect's user operations on loopback.
#[derive(Parser)]
#[command(name = "connect-server", version, max_term_width = 100)]
#[command(group = ArgGroup::new("instances").args(["instance", "any_instance", "file"]).required(true).multiple(true))]
pub struct Args {
    /// The port; 0 takes a free one, and the address is printed as JSON.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Allow an address that other machines can reach. Default: refuse it.
    #[arg(long)]
    pub allow_remote: bool,
    /// An instance, and how it manages identities; repeatable. Default: none.
    #[arg(long, value_name = "ID=TYPE", value_parser = instance)]
    pub instance: Vec<(InstanceId, IdentityManagementType)>,
    /// Create each instance that a request names, with this identity management type. Default: do not.
    #[arg(long, value_name = "TYPE")]
    pub any_instance: Option<IdentityManagementType>,
    /// A routing profile of each `--instance`; repeatable. From the first on, only those given exist. Default: any exists.
    #[arg(long, value_name = "ID=NAME", value_parser = named::<RoutingProfile>, requires = "instance")]
    pub routing_profile: Vec<(RoutingProfileId, String)>,
    /// A security profile of each `--instance`; repeatable. From the first on, only those given exist. Default: any exists.
    #[arg(long, value_name = "ID=NAME", value_parser = named::<SecurityProfile>, requires = "instance")]
    pub security_profile: Vec<(SecurityProfileId, String)>,
    /// A hierarchy group of each `--instance` under the names from the top level down to its own; repeatable.
    /// From the first on, only those given exist. Default: any exists.
    #[arg(long, value_name = "ID=LEVEL/LEVEL/…", value_parser = hierarchy_group, requires = "instance")]
    pub hierarchy_group: Vec<(HierarchyGroupId, Vec<String>)>,
    /// A predefined attribute of each `--instance` with its values, which proficiencies may name; repeatable. From the
    /// first on, only those given exist. Default: any exists.
    #[arg(long, value_name = "NAME=VALUE|VALUE|…", value_parser = attribute, requires = "instance")]
    pub predefined_attribute: Vec<(String, Vec<String>)>,
    /// The largest number of users of each `--instance`. Default: no limit.
    #[arg(long, requires = "instance")]
    pub user_quota: Option<usize>,
    /// The number of reads for which a new user of an `--instance` is hidden.
    #[arg(long, default_value_t = 0, requires = "instance")]
    pub hidden_reads: u32,
    /// The number of milliseconds for which a new user of an `--instance` is hidden.
    #[arg(long, default_value_t = 0, requires = "instance")]
    pub hidden_millis: u64,
    /// The quota of each operation: calls a second, and the burst, such as 2:5; repeatable, with the name of
    /// an operation for one that has a quota of its own. `servicequotas:ListServiceQuotas` lists them. Default: no limit.
    #[arg(long, value_name = "[OPERATION=]RATE:BURST", value_parser = quota)]
    pub quota: Vec<(Option<Operation>, Rate)>,
    /// Keep the service in a file. Default: in memory only.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Make the n-th call of an operation fail, 1 is the first; repeatable. Faults: reset-before, reset-after, cut, hang,
    /// malformed, empty, repeat-token, or a status and a code, such as `429/ThrottlingException`. Default: none.
    #[arg(long, value_name = "OPERATION:OCCURRENCE:FAULT", value_parser = fault)]
    pub fault: Vec<(Operation, u32, WireFault)>,
    /// Log each request on stderr, as JSON, without its body. Default: do not.
    #[arg(long)]
    pub log: bool,
}

impl Args {
    /// The arguments of the process, none of which contradicts another.
    pub fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        let twice = [
            repeated("instance", args.instance.iter().map(|(id, _)| id)),
            repeated("routing-profile", args.routing_profile.iter().map(|(id, _)| id)),
            repeated("security-profile", args.security_profile.iter().map(|(id, _)| id)),
            repeated("hierarchy-group", args.hierarchy_group.iter().map(|(id, _)| id)),
            repeated("predefined-attribute", args.predefined_attribute.iter().map(|(name, _)| name)),
            repeated(
                "quota",
                args.quota.iter().map(|(operation, _)| operation.map_or("RATE:BURST", Operation::name)),
            ),
            repeated("fault", args.fault.iter().map(|(operation, nth, _)| format!("{operation}:{nth}"))),
        ];
        match twice.into_iter().flatten().next() {
            Some(message) => Err(Self::command().error(ErrorKind::ArgumentConflict, message)),
            None => Ok(args),
        }
    }
}

/// The refusal of an option that is given twice for one thing: the second would be lost.
fn repeated<T: Display + PartialEq>(option: &str, values: impl Iterator<Item = T>) -> Option<String> {
    let values: Vec<T> = values.collect();
    let (_, value) = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value))?;
    Some(format!("`--{option}` is given twice for `{value}`"))
}

fn instance(text: &str) -> Result<(InstanceId, IdentityManagementType), String> {
    let (id, kind) = text.split_once('=').ok_or("write `ID=TYPE`")?;
    let kind = kind.parse().map_err(|error: UnknownChoice| error.to_string())?;
    Ok((checked(id)?, kind))
}

fn named<K: IdKind>(text: &str) -> Result<(Id<K>, String), String> {
    let (id, name) = text.split_once('=').ok_or("write `ID=NAME`")?;
    let id = checked(id)?;
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

fn attribute(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, values) = text.split_once('=').ok_or("write `NAME=VALUE|VALUE`")?;
    let values: Vec<_> = values.split('|').map(str::to_owned).collect();
    if name.is_empty() || values.iter().any(String::is_empty) {
        return Err("a name or a value is empty".to_owned());
    }
    Ok((name.to_owned(), values))
}

fn checked<K: IdKind>(id: &str) -> Result<Id<K>, String> {
    let id = Id::new(id);
    id.check().map_err(|error: IdError| format!("{error}; {}", error.help()))?;
    Ok(id)
}

/// The rate of an operation, or of each that has none of its own.
fn quota(text: &str) -> Result<(Option<Operation>, Rate), String> {
    let (operation, rate) = match text.split_once('=') {
        Some((name, rate)) => (Some(operation(name)?), rate),
        None => (None, text),
    };
    let rate = rate.parse().map_err(|error: RateError| format!("{error}; {}", error.help()))?;
    Ok((operation, rate))
}

fn operation(name: &str) -> Result<Operation, String> {
    name.parse().map_err(|error: UnknownChoice| format!("there is no operation `{name}`; {}", error.help()))
}

fn fault(text: &str) -> Result<(Operation, u32, WireFault), String> {
    let mut parts = text.splitn(3, ':');
    let (Some(name), Some(occurrence), Some(fault)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("write `OPERATION:OCCURRENCE:FAULT`".to_owned());
    };
    let operation = operation(name)?;
    let nth = occurrence.parse().ok().filter(|nth| *nth > 0);
    let occurrence =
        nth.ok_or_else(|| format!("the occurrence must be 1 to {}, is `{occurrence}`", u32::MAX))?;
    Ok((operation, occurrence, fault.parse()?))
}
