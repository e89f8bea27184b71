//! The pace of calls in a Region, with rates that may have to be read from the service first.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::{
    client::{Pace, Rate, RateSource, Timer, TokenBuckets, Turn, aws::AwsConnect},
    user::{Diagnostic, Operation},
};

/// Token buckets that are created with the first call, because reading the quotas of an account takes a call itself.
pub(super) struct RegionPace {
    pub(super) connect: AwsConnect,
    pub(super) rates: RateSource,
    pub(super) probe_to: Option<RateSource>,
    pub(super) is_shared: bool,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) buckets: OnceCell<TokenBuckets>,
    pub(super) notices: Arc<Notices>,
}

/// Diagnostics about rates, kept until the host takes them.
#[derive(Debug, Default)]
pub(super) struct Notices(Mutex<Vec<Diagnostic>>);

impl Notices {
    fn push(&self, notice: Diagnostic) {
        #[cfg(feature = "tracing")]
        tracing::warn!(code = notice.code.as_str(), help = notice.help.as_deref(), "{}", notice.message);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    pub(super) fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RegionPace {
    async fn set_up(&self) -> TokenBuckets {
        let rates = self.connect.rates(self.rates).await;
        let mut buckets = TokenBuckets::new(rates.rates, self.timer.clone());
        if self.is_shared {
            buckets = buckets.shared();
        }
        let mut ceiling_notice = None;
        if let Some(source) = self.probe_to {
            let ceiling = self.connect.rates(source).await;
            buckets = buckets.probing(ceiling.rates);
            ceiling_notice = ceiling.notice.filter(|notice| rates.notice.as_ref() != Some(notice));
        }
        rates.notice.into_iter().chain(ceiling_notice).for_each(|notice| self.notices.push(notice));
        buckets
    }
}

#[async_trait]
impl Pace for RegionPace {
    async fn acquire(&self, operation: Operation) -> Turn {
        self.buckets.get_or_init(|| self.set_up()).await.acquire(operation).await
    }

    fn throttled(&self, operation: Operation, turn: Turn) {
        if let Some(buckets) = self.buckets.get() {
            buckets.throttled(operation, turn);
        }
    }

    fn accepted(&self, operation: Operation, turn: Turn) {
        if let Some(buckets) = self.buckets.get() {
            buckets.accepted(operation, turn);
        }
    }

    fn rate(&self, operation: Operation) -> Rate {
        self.buckets.get().map_or(Rate::DEFAULT, |buckets| buckets.rate(operation))
    }
}

impl fmt::Debug for RegionPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionPace").field("buckets", &self.buckets.get()).finish_non_exhaustive()
    }
}
