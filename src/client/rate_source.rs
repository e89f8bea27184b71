//! Where rates come from.

use std::str::FromStr;

use super::rate::{Rate, RateBasis, RateError, Rates};

/// Where the rates of calls come from: as text `assumed`, `documented`, `account`, or a rate, `10` or `10:5`.
///
/// [`AwsConnect::rates`](https://docs.rs/connect-user/latest/connect_user/client/aws/struct.AwsConnect.html#method.rates)
/// (feature `aws`) looks them up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateSource {
    /// The Administrator Guide: 2 calls a second and bursts of 5 for every operation, which is safe. This is the default.
    #[default]
    Assumed,
    /// The defaults of Service Quotas, by operation: [`Rates::documented`].
    Documented,
    /// The quotas that apply to the account.
    Account,
    /// This rate, for every operation.
    Given(Rate),
}

impl RateSource {
    /// The rates, where no service need be asked for them: `None` for [`Account`](Self::Account).
    pub fn known(self) -> Option<Rates> {
        match self {
            Self::Assumed => Some(Rates::default()),
            Self::Documented => Some(Rates::documented()),
            Self::Account => None,
            Self::Given(rate) => Some(rate.into()),
        }
    }

    /// Reads up to which rates calls are tried: `documented`, `account`, or calls a second.
    ///
    /// ```
    /// use connect_user::client::RateSource;
    ///
    /// assert_eq!(RateSource::ceiling("account"), Ok(RateSource::Account));
    /// let error = RateSource::ceiling("assumed").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`assumed` is not `documented`, `account` or calls a second, such as `10`",
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// [`RateError`] if it is none of these: what is assumed is where they begin.
    pub fn ceiling(text: &str) -> Result<Self, RateError> {
        match text.parse() {
            Ok(Self::Assumed) | Err(RateError::Source(_)) => Err(RateError::Ceiling(text.to_owned())),
            source => source,
        }
    }
}

impl FromStr for RateSource {
    type Err = RateError;

    /// The burst is 5 unless it is given.
    fn from_str(text: &str) -> Result<Self, RateError> {
        match text.parse() {
            Ok(RateBasis::Assumed) => Ok(Self::Assumed),
            Ok(RateBasis::Documented) => Ok(Self::Documented),
            Ok(RateBasis::Account) => Ok(Self::Account),
            Ok(_) => Err(RateError::Source(text.to_owned())),
            Err(_) if text.contains(':') => text.parse().map(Self::Given),
            Err(_) => {
                let calls = text.parse().map_err(|_| RateError::Source(text.to_owned()))?;
                Rate::per_second(calls, Rate::DEFAULT.burst.get()).map(Self::Given)
            }
        }
    }
}
