//! A service that persists its changes.

use std::sync::Arc;

use super::{connect::MemoryConnect, file::MemoryFile};
use crate::client::{
    around::{Around, Decorated, Next},
    error::{ClientError, ClientResult, Effect, ErrorKind},
    operations::ApiCall,
};

/// A [`MemoryConnect`] that writes every change to its file before it answers the call, so that changes survive a
/// killed process. A change that cannot be written fails and is undone.
///
/// ```
/// use connect_user::client::memory::{MemoryFile, PersistentConnect};
///
/// # let dir = tempfile::tempdir()?;
/// let (file, connect) = MemoryFile::open(dir.path().join("local.json"))?;
/// let client = PersistentConnect::new(connect, file);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type PersistentConnect = Decorated<Arc<MemoryConnect>, Persist>;

/// Writes each change to the file of a service.
#[derive(Debug)]
pub struct Persist {
    connect: Arc<MemoryConnect>,
    file: MemoryFile,
}

impl PersistentConnect {
    /// Creates a client from a service and its file.
    pub fn new(connect: impl Into<Arc<MemoryConnect>>, file: MemoryFile) -> Self {
        let connect = connect.into();
        Self::with(connect.clone(), Persist { connect, file })
    }
}

impl Around for Persist {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let operation = call.operation();
        let undone = self.connect.undone();
        let answer = next.call().await;
        if !operation.writes() {
            return answer;
        }
        let failed = || {
            ClientError::new(operation, ErrorKind::Service)
                .with_message("the file of the service cannot be written, and nothing was changed")
                .with_effect(Effect::None)
        };
        match self.file.persist(&self.connect) {
            // A concurrent call could not be written, and this call was undone with it.
            Ok(()) if self.connect.undone() != undone => Err(failed()),
            Ok(()) => answer,
            Err(error) => Err(failed().with_source(error)),
        }
    }
}
