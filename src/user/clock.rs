//! The clock of a host.

use std::{fmt, sync::Arc, time::SystemTime};

use super::Timestamp;

/// Tells the time. Default: the clock of the machine.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The clock as an option of an apply.
    #[cfg(feature = "engine")]
    pub(crate) fn as_fn(&self) -> &(dyn Fn() -> Timestamp + Send + Sync) {
        &*self.0
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(|| SystemTime::now().into())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
