//! What a host decides about a copy.

use bon::Builder;

use super::{names::NameMap, passwords::FirstPasswords};
use crate::{
    read::{Filter, RefreshOptions, Strategy},
    user::Settings,
    validate::Overrides,
};

/// What a host decides about a copy.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct CopyOptions {
    /// What is decided about every user of the target. Default tags are those of the target: the source's tags that equal
    /// one are left to them, and ignored tags are not copied. Default: the default of each setting.
    #[builder(default)]
    pub settings: Settings,
    /// The severities of rules that the host has changed. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// Which users of the source are copied. Default: all.
    #[builder(default)]
    pub filter: Filter,
    /// The names that the target has for names of the source. Default: all names are the same.
    #[builder(default)]
    pub names: NameMap,
    /// Whether users whom the target has already become as they are in the source, also in what the source does not set.
    /// Default: they stay as they are.
    #[builder(default)]
    pub update: bool,
    /// The first passwords of new users, where the target has [`ConnectManaged`](crate::user::IdentityManagementType);
    /// where it does not say that, the settings have to. Default: none.
    #[builder(default)]
    pub passwords: FirstPasswords,
    /// The quota "Users per instance" of the target. Default: not known.
    pub users_per_instance: Option<usize>,
    /// How users are read: they are read whole, whatever its strategy. Default: the default of each option.
    #[builder(default = RefreshOptions::builder().strategy(Strategy::Full).build())]
    pub read: RefreshOptions,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
