//! The rates that the quotas of an account allow.

use crate::{client::rate::Rates, user::Diagnostic};

/// The rates of an account, and a notice if the quotas could not be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccountRates {
    /// The rates: those of the account's quotas ([`RateBasis::Account`](crate::client::RateBasis::Account)) if they are
    /// known, and [`Rate::DEFAULT`](crate::client::Rate::DEFAULT) otherwise.
    pub rates: Rates,
    /// Why the quotas are not known; `None` if they are known.
    pub notice: Option<Diagnostic>,
}
