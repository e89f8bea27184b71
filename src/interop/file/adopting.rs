//! What a host decides about an adoption, and why one fails.

use std::num::NonZeroUsize;

use bon::Builder;

use crate::{
    fleet::StoreError,
    read::{InstanceError, RefreshOptions, Strategy},
    user::Settings,
    validate::Overrides,
};

/// What a host decides about an adoption.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct AdoptOptions {
    /// What is decided about every user, for the differences. Default: the default of each setting.
    #[builder(default)]
    pub settings: Settings,
    /// The severities of rules that the host has changed. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
    /// How many users are read at once. Default: 16.
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

/// The error of an adoption, which has recorded nobody.
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
    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Instance(error) => error.help(),
            Self::Store(error) => error.help(),
        }
    }
}
