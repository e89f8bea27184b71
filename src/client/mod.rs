//! The client of the service: the trait [`ConnectClient`], requests, answers and errors.
//!
//! A client makes each call once. Retry and pace are decorators around any client (`Retrying` and `Paced`, feature
//! `policy`); a host writes its own decorator in one method ([`Around`]). [`all_pages`] reads whole lists. [`memory`]
//! is Amazon Connect in memory, for tests and trials; the module `aws` (feature `aws`) is the real service.

mod answer;
mod around;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "policy")]
mod buckets;
#[cfg(feature = "policy")]
mod cancel;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "policy")]
mod delayed;
mod error;
pub(crate) mod folder;
pub mod memory;
#[cfg(feature = "mock")]
pub mod mock;
mod operations;
#[cfg(feature = "policy")]
mod pace;
mod page;
#[cfg(feature = "policy")]
mod probe;
#[cfg(feature = "policy")]
mod quotas;
#[cfg(feature = "policy")]
mod rate;
#[cfg(feature = "policy")]
mod rate_source;
mod request;
#[cfg(feature = "policy")]
mod retry;
mod search;
mod structs;
mod table;
mod timer;
#[cfg(feature = "tracing")]
mod traced;

pub use answer::*;
pub use around::{Around, Decorated, Next};
#[cfg(feature = "policy")]
pub use buckets::TokenBuckets;
#[cfg(feature = "policy")]
pub use cancel::{CancellationToken, within};
#[cfg(feature = "policy")]
pub use delayed::{Delay, Delayed};
pub use error::{ClientError, ClientResult, Effect, ErrorKind};
pub use operations::{ApiCall, ConnectClient, Pending, Request};
#[cfg(feature = "policy")]
pub use pace::{Pace, Paced, Pacing, Turn};
#[cfg(feature = "engine")]
pub(crate) use page::PageTokens;
pub(crate) use page::whole_list;
pub use page::{PagedRequest, all_pages};
#[cfg(feature = "policy")]
pub use rate::{Rate, RateBasis, RateError, RateLimit, Rates};
#[cfg(feature = "policy")]
pub use rate_source::RateSource;
pub use request::*;
#[cfg(feature = "policy")]
pub use retry::{Retry, RetryPolicy, RetryPolicyBuilder, Retrying};
pub use search::{TextComparison, UserCondition, UserField};
#[cfg(feature = "tokio")]
pub use timer::TokioTimer;
pub use timer::{Sleep, ThreadTimer, Timer};
#[cfg(feature = "tracing")]
pub use traced::{Trace, Traced};
