//! What the quotas of an account allow.

use crate::{client::rate::Rates, user::Diagnostic};

/// The rates of an account, and what was to be said about reading them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccountRates {
    /// The rates: those of the account's quotas ([`RateBasis::Account`](crate::client::RateBasis::Account)) as far as they are known, and
    /// [`Rate::DEFAULT`](crate::client::Rate::DEFAULT) otherwise.
    pub rates: Rates,
    /// Why the quotas are not known; `None` where they are.
    pub notice: Option<Diagnostic>,
}
