//! Options and errors of an adoption.

use std::num::NonZeroUsize;

use bon::Builder;

use crate::{
    fleet::StoreError,
    read::{InstanceError, RefreshOptions, Strategy},
    user::Settings,
    validate::Overrides,
};

/// Options of [`adopt`](fn@super::adopt).
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct AdoptOptions {
    /// Settings of every user, used for the differences. Default: the default of each setting.
    #[builder(default)]
    pub settings: Settings,
    /// Changed severities of rules. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// Limit of users that are read at the same time. Default: 16.
    #[builder(default = MOST_AT_ONCE)]
    pub parallelism: NonZeroUsize,
}

const MOST_AT_ONCE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

impl AdoptOptions {
    pub(super) fn read(&self) -> RefreshOptions {
        RefreshOptions::builder().parallelism(self.parallelism).strategy(Strategy::Full).build()
    }
}

impl Default for AdoptOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}

/// Error of an adoption: no user was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// An instance cannot be read.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdoptError {
    /// Returns what to do about the error.
    pub fn help(&self) -> &str {
        match self {
            Self::Instance(error) => error.help(),
            Self::Store(error) => error.help(),
        }
    }
}
