//! A store of objects that counts, fails, is killed, and ignores conditions.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use connect_user::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory, path::Path,
};
use futures_util::stream::BoxStream;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It has no effect, as a connection that cannot be made.
    Refused,
    /// It has its effect, and the answer is lost.
    AnswerLost,
    /// 409: somebody else's write is under way.
    Conflict,
    /// It has its effect, and there is never an answer.
    Hangs,
}

/// Which condition is ignored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ignored {
    Match,
    NoneMatch,
}

#[derive(Debug, Default)]
struct Seen {
    reads: Vec<String>,
    writes: Vec<String>,
    faults: Vec<(usize, Fault)>,
    /// Objects that may not be written: those whose keys contain this.
    denied: Option<&'static str>,
    /// The number of calls after which the process is killed, and what becomes of the last one.
    killed: Option<(usize, Fault)>,
    calls: usize,
    ignored: Option<Ignored>,
}

/// A store in memory between the state and which something stands.
#[derive(Clone, Debug)]
pub struct Double {
    inner: Arc<InMemory>,
    seen: Arc<Mutex<Seen>>,
}

impl Double {
    pub fn new() -> Self {
        Self { inner: Arc::default(), seen: Arc::default() }
    }

    /// The same objects, without anything that stands between.
    pub fn inner(&self) -> Self {
        Self { inner: self.inner.clone(), seen: Arc::default() }
    }

    /// The n-th write from now fails so; 1 is the next.
    pub fn fail(&self, write: usize, fault: Fault) {
        let mut seen = self.seen();
        let write = seen.writes.len() + write;
        seen.faults.push((write, fault));
    }

    /// Nothing comes back any more from the n-th call on.
    pub fn kill(&self, call: usize, last: Fault) {
        let mut seen = self.seen();
        seen.killed = Some((seen.calls + call, last));
    }

    /// A role that may not write some objects.
    pub fn deny(&self, key: Option<&'static str>) {
        self.seen().denied = key;
    }

    pub fn ignore(&self, condition: Ignored) {
        self.seen().ignored = Some(condition);
    }

    pub fn forget(&self) {
        *self.seen() = Seen::default();
    }

    pub fn calls(&self) -> usize {
        self.seen().calls
    }

    pub fn writes(&self) -> usize {
        self.seen().writes.len()
    }

    /// Which objects were read and written.
    pub fn touched(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let seen = self.seen();
        (seen.reads.iter().cloned().collect(), seen.writes.iter().cloned().collect())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("not poisoned")
    }

    /// What becomes of a call.
    fn fault(&self, write: Option<usize>) -> Option<Fault> {
        let mut seen = self.seen();
        seen.calls += 1;
        if let Some((last, fault)) = seen.killed
            && seen.calls >= last
        {
            return Some(if seen.calls == last { fault } else { Fault::Refused });
        }
        let fault = seen.faults.iter().find(|(at, _)| write == Some(*at));
        fault.map(|(_, fault)| *fault)
    }
}

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("double")
    }
}

fn broken() -> Error {
    Error::Generic { store: "double", source: "the connection was closed".into() }
}

#[async_trait]
impl ObjectStore for Double {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let (number, ignored) = {
            let mut seen = self.seen();
            seen.writes.push(path.to_string());
            (seen.writes.len(), seen.ignored)
        };
        let is_ignored = match options.mode {
            PutMode::Create => ignored == Some(Ignored::NoneMatch),
            PutMode::Update(_) => ignored == Some(Ignored::Match),
            PutMode::Overwrite => false,
        };
        // Time for others to come.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let options = if is_ignored { PutOptions { mode: PutMode::Overwrite, ..options } } else { options };
        if self.seen().denied.is_some_and(|denied| path.as_ref().contains(denied)) {
            return Err(Error::PermissionDenied { path: path.to_string(), source: "403".into() });
        }
        match self.fault(Some(number)) {
            Some(Fault::Refused) => Err(broken()),
            Some(Fault::Conflict) => {
                Err(Error::AlreadyExists { path: path.to_string(), source: "409".into() })
            }
            Some(Fault::AnswerLost) => {
                self.inner.put_opts(path, payload, options).await?;
                Err(broken())
            }
            Some(Fault::Hangs) => {
                self.inner.put_opts(path, payload, options).await?;
                std::future::pending().await
            }
            None => self.inner.put_opts(path, payload, options).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.seen().reads.push(path.to_string());
        match self.fault(None) {
            Some(_) => Err(broken()),
            None => self.inner.get_opts(path, options).await,
        }
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
