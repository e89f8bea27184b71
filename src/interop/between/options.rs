//! Options of a copy.

use bon::Builder;

use super::{names::NameMap, passwords::FirstPasswords};
use crate::{
    read::{Filter, RefreshOptions, Strategy},
    user::Settings,
    validate::Overrides,
};

/// Options of [`copy`](super::copy()).
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct CopyOptions {
    /// Settings of every user of the target. Default tags are those of the target: a tag of the source that equals a
    /// default tag is not copied as a tag of the user. Ignored tags are not copied. Default: the default of each
    /// setting.
    #[builder(default)]
    pub settings: Settings,
    /// Changed severities of rules. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// Which users of the source are copied. Default: all.
    #[builder(default)]
    pub filter: Filter,
    /// Maps names of the source to names of the target. Default: all names are the same.
    #[builder(default)]
    pub names: NameMap,
    /// Whether users that the target has already are updated to equal the source; properties that the source does not
    /// set are cleared. Default: `false`, such users stay unchanged.
    #[builder(default)]
    pub update: bool,
    /// The first passwords of new users, if the target has [`ConnectManaged`](crate::user::IdentityManagementType). If
    /// the instance does not report its identity management type, set it in `settings`. Default: none.
    #[builder(default)]
    pub passwords: FirstPasswords,
    /// The quota "Users per instance" of the target. Default: not known.
    pub users_per_instance: Option<usize>,
    /// How users are read. Users are always read completely, whatever the strategy. Default: the default of each
    /// option.
    #[builder(default = RefreshOptions::builder().strategy(Strategy::Full).build())]
    pub read: RefreshOptions,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
