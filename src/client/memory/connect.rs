//! The service itself: its instances, clock, faults and log of calls.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    clock::Clock,
    config::MemoryInstance,
    fault::{Fault, Faults, RecordedCall},
    form::Head,
    instance::Instance,
    quota::Quotas,
    users::StoredUser,
};
use crate::{
    client::{
        answer::{QuickConnectSummary, UserDescription},
        timer::Timer,
    },
    user::{IdentityManagementType, InstanceId, Operation, Proficiencies, Timestamp, UserId},
};

/// Amazon Connect in memory. `Debug` shows counts, and no personal data.
///
/// ```
/// use connect_user::client::{ConnectClient, DescribeInstance, memory::{MemoryConnect, MemoryInstance}};
/// use connect_user::user::IdentityManagementType;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connect = MemoryConnect::new();
/// connect.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::Saml));
/// let answer = connect.describe_instance(&DescribeInstance::new("1c2d")).await?;
/// assert_eq!(answer.identity_management, Some(IdentityManagementType::Saml));
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct MemoryConnect {
    inner: Mutex<Inner>,
}

/// The state behind the lock.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) instances: Vec<Instance>,
    /// The identity management type of instances that are created when a call names them.
    pub(super) any_instance: Option<IdentityManagementType>,
    pub(super) clock: Clock,
    /// Number of users ever created: ids are not reused.
    pub(super) made: u64,
    /// Number of calls ever made, for request ids.
    pub(super) requests: u64,
    pub(super) faults: Faults,
    pub(super) quotas: Quotas,
    pub(super) calls: Vec<RecordedCall>,
    pub(super) written: Written,
}

/// The last write.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Number of the write among all writes of this process: an append checks that the file ends with it.
    pub(super) number: u64,
    pub(super) head: Option<Head>,
    /// Number of times that unwritten changes were undone.
    pub(super) undone: u64,
}

impl MemoryConnect {
    /// Creates a service without instances. Its clock stands on the morning of 2026-01-01.
    pub fn new() -> Self {
        let connect = Self::default();
        connect.set_time(Timestamp::from_millis(1_767_254_400_000));
        connect
    }

    /// Creates a service in which every instance that a call names exists, with this identity management type.
    pub fn any_instance(kind: IdentityManagementType) -> Self {
        let connect = Self::new();
        connect.add_any_instance(kind);
        connect
    }

    /// Makes the service create each missing instance when a call names it.
    pub fn add_any_instance(&self, kind: IdentityManagementType) {
        self.lock().any_instance = Some(kind);
    }

    /// Adds an instance. An existing instance with the same id keeps its users and gets the new configuration.
    pub fn add_instance(&self, instance: MemoryInstance) {
        let mut inner = self.lock();
        match inner.instances.iter_mut().find(|other| other.config.id == instance.id) {
            Some(other) => {
                other.changed.config |= other.config != instance;
                other.config = instance;
            }
            None => inner.instances.push(Instance::new(instance)),
        }
    }

    /// Sets the clock. The clock stands still, unless it [follows](Self::follow) a timer. An apply recognises the user of
    /// a creation whose answer was lost only if this clock agrees with
    /// [`ApplyOptions::now`](crate::apply::ApplyOptions::now), the clock of the machine by default:
    /// `set_time(SystemTime::now().into())`.
    pub fn set_time(&self, now: Timestamp) {
        self.lock().clock.set(now);
    }

    /// Returns the time of the clock.
    pub fn time(&self) -> Timestamp {
        self.lock().clock.now()
    }

    /// Makes the clock follow a timer, beginning with the clock's current time: real time, or a test's paused clock.
    pub fn follow(&self, timer: Arc<dyn Timer>) {
        self.lock().clock.follow(timer);
    }

    /// Limits an operation to one call per `every`, with bursts of `burst`. `None` sets the quota of every operation
    /// without a quota of its own. Each operation has its own token bucket, which is full now and fills by the
    /// [clock](Self::set_time). `Duration::ZERO` sets no limit, which is the default.
    ///
    /// A call beyond the quota is refused as [`ErrorKind::Throttled`](crate::client::ErrorKind::Throttled) with the
    /// code `TooManyRequestsException`. The refused call has no effect and takes nothing from the bucket.
    ///
    /// ```
    /// use std::{num::NonZeroU32, time::Duration};
    /// use connect_user::client::memory::MemoryConnect;
    /// use connect_user::user::Operation;
    ///
    /// let connect = MemoryConnect::new();
    /// let burst = NonZeroU32::new(5).ok_or("zero")?;
    /// connect.set_quota(None, Duration::from_millis(500), burst);
    /// connect.set_quota(Some(Operation::ListUsers), Duration::from_secs(1), NonZeroU32::MIN);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn set_quota(&self, operation: Option<Operation>, every: Duration, burst: NonZeroU32) {
        self.lock().quotas.set(operation, every, burst);
    }

    /// Makes a call fail.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Removes all pending faults.
    pub fn clear_faults(&self) {
        self.lock().faults = Faults::default();
    }

    /// Returns the calls that were made, in order, without passwords.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.lock().calls.clone()
    }

    /// Returns the operations of the calls that write, in order.
    pub fn writes(&self) -> Vec<Operation> {
        let calls = &self.lock().calls;
        calls.iter().map(|call| call.operation).filter(|operation| operation.writes()).collect()
    }

    /// Clears the log of calls.
    pub fn clear_calls(&self) {
        self.lock().calls.clear();
    }

    /// Returns every user of an instance, with its proficiencies.
    pub fn users(&self, instance: &InstanceId) -> Vec<(UserDescription, Proficiencies)> {
        let inner = self.lock();
        let instances = inner.instances.iter().filter(|other| other.config.id == instance.bare());
        let users = instances.flat_map(|instance| instance.users.iter());
        users.map(|user| (user.description.clone(), user.proficiencies.clone())).collect()
    }

    /// Changes a user without a call, like a change in the console: anything except its id. Returns whether the user
    /// exists.
    pub fn edit_user(
        &self,
        instance: &InstanceId,
        user: &UserId,
        edit: impl FnOnce(&mut UserDescription, &mut Proficiencies),
    ) -> bool {
        let mut inner = self.lock();
        let now = inner.clock.now();
        let Some(instance) = inner.stored(instance) else { return false };
        let Some(mut stored) = instance.users.get(user).cloned() else { return false };
        let StoredUser { description, proficiencies, .. } = &mut stored;
        let (id, before) = (description.user_id.clone(), proficiencies.clone());
        edit(description, proficiencies);
        description.user_id = id;
        stored.note_change(&before, now, &instance.config.region);
        instance.users.put(stored);
        true
    }

    /// Adds a quick connect to an instance. Returns whether the instance exists.
    pub fn add_quick_connect(&self, instance: &InstanceId, quick_connect: QuickConnectSummary) -> bool {
        let mut inner = self.lock();
        let Some(instance) = inner.stored(instance) else { return false };
        instance.change_quick_connects(|all| all.push(quick_connect));
        true
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic in another thread leaves no half-checked change: changes are written last.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Inner> for MemoryConnect {
    fn from(inner: Inner) -> Self {
        Self { inner: inner.into() }
    }
}

impl fmt::Debug for MemoryConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        let users: usize = inner.instances.iter().map(|instance| instance.users.len()).sum();
        f.debug_struct("MemoryConnect")
            .field("instances", &inner.instances.len())
            .field("users", &users)
            .field("calls", &inner.calls.len())
            .finish_non_exhaustive()
    }
}

impl Inner {
    pub(super) fn stored(&mut self, instance: &InstanceId) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|other| other.config.id == instance.bare())
    }
}
