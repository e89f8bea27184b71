//! A service that writes down what it does.

use super::{MemoryConnect, MemoryFile};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, ErrorKind,
        traits::{decorate, for_each_operation},
    },
    user::Operation,
};

/// A [`MemoryConnect`] whose every change is in its file before the answer is given: whoever is killed after
/// an answer finds it done.
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
        let answer = call().await;
        if !operation.writes() {
            return answer;
        }
        match self.file.persist(&self.inner) {
            Ok(()) => answer,
            Err(error) => Err(ClientError::new(operation, ErrorKind::Service)
                .with_message("the file of the service cannot be written")
                .with_source(error)),
        }
    }
}

for_each_operation!(decorate! { impl ConnectClient for PersistentConnect });
