//! Reading users one by one, as an engine asks for them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::OnceCell;

use super::{
    RefreshOptions, Strategy,
    instance::{Instance, Listed},
    is_near, needs_proficiencies, read_one,
};
use crate::{
    client::{ClientResult, ConnectClient, ErrorKind},
    user::{InstanceId, UserState},
};

/// So many users of an instance are read by themselves before it is listed: whoever manages a few must not
/// pay for a list of thousands.
const ALONE: usize = 5;

/// Reads users one by one, as an engine such as Terraform asks for them, in about the calls that reading
/// them together takes: from the sixth user of an instance on, a list of all tells who has changed, and the
/// others are as they are recorded.
///
/// The list is made once: a reader is for one run. Of the [`Strategy`], `Full` reads everybody and `None`
/// nobody; `Search` is no help with single users and counts as `Changed`.
///
/// ```
/// use connect_user::{client::memory::MemoryConnect, fleet::{Reader, RefreshOptions}, user::UserState};
///
/// # async fn read(known: &UserState, client: &MemoryConnect) -> connect_user::client::ClientResult<()> {
/// let reader = Reader::new(RefreshOptions::default());
/// match reader.refresh(known, client).await? {
///     Some(state) => println!("{}", state.arn),
///     None => println!("gone"),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Reader {
    options: RefreshOptions,
    instances: Mutex<HashMap<InstanceId, Arc<Seen>>>,
}

/// What is known of an instance.
#[derive(Debug, Default)]
struct Seen {
    /// How many of its users were asked for.
    asked: AtomicUsize,
    /// Its users, by their bare ids; nothing where they may not be listed.
    listed: OnceCell<Option<HashMap<String, Listed>>>,
}

impl Reader {
    /// Has not read anything yet.
    pub fn new(options: RefreshOptions) -> Self {
        Self { options, instances: Mutex::default() }
    }

    /// Reads a user again and keeps what is recorded about it. `None` where it is gone.
    ///
    /// # Errors
    ///
    /// Any failure but `NotFound`. Where users may not be listed, each is read by itself.
    pub async fn refresh(
        &self,
        known: &UserState,
        client: &dyn ConnectClient,
    ) -> ClientResult<Option<UserState>> {
        match self.options.strategy {
            Strategy::None => return Ok(Some(known.clone())),
            Strategy::Full => return self.read(known, client).await,
            _ => {}
        }
        let id = known.instance_id.to_bare();
        let seen = self.seen(&id);
        let instance = Instance { id: &id, users: Vec::new(), client, options: &self.options };
        let is_one_of_few = seen.asked.fetch_add(1, Ordering::Relaxed) < ALONE;
        if is_one_of_few && !seen.listed.initialized() {
            return self.read(known, client).await;
        }
        let list = || async {
            match instance.list().await {
                Ok(listed) => Ok(Some(listed)),
                Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(None),
                Err(error) => Err(error),
            }
        };
        let listed = seen.listed.get_or_try_init(list).await?;
        match listed.as_ref().and_then(|listed| listed.get(known.user_id.bare())) {
            Some(there) if instance.is_unchanged(known, there) => {
                instance.unchanged(known, there).await.map(Some)
            }
            _ => self.read(known, client).await,
        }
    }

    fn seen(&self, instance: &InstanceId) -> Arc<Seen> {
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.entry(instance.clone()).or_default().clone()
    }

    async fn read(&self, known: &UserState, client: &dyn ConnectClient) -> ClientResult<Option<UserState>> {
        let read = read_one(client, known, needs_proficiencies(known, &self.options)).await?;
        let is_new = |written| is_near(written, self.options.now, self.options.visible_within);
        match read {
            // Made a moment ago, and nowhere to be seen yet.
            None if known.record.last_written.is_some_and(is_new) => Ok(Some(known.clone())),
            read => Ok(read),
        }
    }
}
