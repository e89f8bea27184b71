//! A service that writes down what it does.

use super::{connect::MemoryConnect, file::MemoryFile};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, Effect, ErrorKind,
        traits::{decorate, for_each_operation},
    },
    user::Operation,
};

/// A [`MemoryConnect`] whose every change is in its file before the answer is given: whoever is killed after
/// an answer finds it done. A change that cannot be written is an error, and is not there.
///
/// ```
/// use connect_user::client::memory::{MemoryFile, PersistentConnect};
///
/// # let dir = tempfile::tempdir()?;
/// let (file, connect) = MemoryFile::open(dir.path().join("local.json"))?;
/// let client = PersistentConnect::new(connect, file);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PersistentConnect {
    inner: MemoryConnect,
    file: MemoryFile,
}

impl PersistentConnect {
    /// Puts a service and its file together.
    pub const fn new(connect: MemoryConnect, file: MemoryFile) -> Self {
        Self { inner: connect, file }
    }

    /// The service.
    pub const fn inner(&self) -> &MemoryConnect {
        &self.inner
    }

    async fn around<T, F, Fut>(&self, operation: Operation, call: F) -> ClientResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = ClientResult<T>>,
    {
        let undone = self.inner.undone();
        let answer = call().await;
        if !operation.writes() {
            return answer;
        }
        let failed = || {
            ClientError::new(operation, ErrorKind::Service)
                .with_message("the file of the service cannot be written, and nothing was changed")
                .with_effect(Effect::None)
        };
        match self.file.persist(&self.inner) {
            // Another call at the same time could not be written, and this one was undone with it.
            Ok(()) if self.inner.undone() != undone => Err(failed()),
            Ok(()) => answer,
            Err(error) => Err(failed().with_source(error)),
        }
    }
}

for_each_operation!(decorate! { impl ConnectClient for PersistentConnect });
