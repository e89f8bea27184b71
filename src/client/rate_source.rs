//! The source of the rates of calls.

use std::str::FromStr;

use super::rate::{Rate, RateBasis, RateError, Rates};

/// The source of the rates of calls. As text: `assumed`, `documented`, `account`, or a rate such as `10` or `10:5`.
///
/// [`AwsConnect::rates`](https://docs.rs/connect-user/latest/connect_user/client/aws/struct.AwsConnect.html#method.rates)
/// (feature `aws`) returns the rates of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateSource {
    /// The Administrator Guide: 2 calls a second with bursts of 5 for every operation, a safe rate. This is the
    /// default.
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
    /// Returns the rates, if no call is needed to know them: `None` for [`Account`](Self::Account).
    pub fn known(self) -> Option<Rates> {
        match self {
            Self::Assumed => Some(Rates::default()),
            Self::Documented => Some(Rates::documented()),
            Self::Account => None,
            Self::Given(rate) => Some(rate.into()),
        }
    }

    /// Reads a ceiling up to which higher rates are tried: `documented`, `account`, or calls a second.
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
    /// [`RateError`] if the text is none of these. `assumed` is refused, because it is the rate to begin with.
    pub fn ceiling(text: &str) -> Result<Self, RateError> {
        match text.parse() {
            Ok(Self::Assumed) | Err(RateError::Source(_)) => Err(RateError::Ceiling(text.to_owned())),
            source => source,
        }
    }
}

impl FromStr for RateSource {
    type Err = RateError;

    /// Reads a source; the burst of a rate is 5 unless the text sets it.
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
