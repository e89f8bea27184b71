//! The protocol of writes.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use object_store::{Error, UpdateVersion};

use super::{
    super::error::StoreError,
    form::{Rows, encode, size},
    head::{Head, Lease, SHARDS, Shard, new_id, new_lease_id, shard_of},
    known::{Known, Users, change, failed, load, load_head, load_shard},
    objects::{Condition, Objects},
};
use crate::user::{Code, Diagnostic, Timestamp};

/// Approximate number of bytes of recent changes in the first object above which some are moved into a shard.
const RECENT: usize = 256 << 10;

/// Approximate maximum number of bytes of recent changes while no shard can be written: with more, commits fail.
const MOST_RECENT: usize = 16 << 20;

/// Maximum number of attempts to write an object while the cause of the failure is not known.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(50);

/// The writer of a state.
pub(super) struct Writer {
    objects: Objects,
    owner: String,
    known: Known,
    users: Users,
    /// The ids of writes whose outcome is unknown, for example because their futures were dropped.
    in_doubt: Vec<String>,
    /// Whether the store is known to obey conditions.
    is_tried: bool,
    /// The number of bytes of recent changes above which some are moved into a shard.
    due: usize,
    /// The error of the last time that changes were moved, if it failed.
    behind: Option<StoreError>,
}

impl Writer {
    pub(super) fn new(objects: Objects, owner: String, known: Known, users: Users) -> Self {
        Self {
            objects,
            owner,
            known,
            users,
            in_doubt: Vec::new(),
            is_tried: false,
            due: RECENT,
            behind: None,
        }
    }

    pub(super) const fn users(&self) -> &Users {
        &self.users
    }

    pub(super) const fn lease(&self) -> Option<&Lease> {
        self.known.head.lease.as_ref()
    }

    /// Writes all of the changes, or none.
    pub(super) async fn commit(&mut self, changes: Rows) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        if self.recent_size() > MOST_RECENT {
            self.work_in().await?;
            (self.behind, self.due) = (None, RECENT);
        }
        self.write(changes, self.known.head.lease.clone()).await?;
        self.tidy().await;
        Ok(())
    }

    /// Moves recent changes into shards, if that is due. The commit is made even if this fails: then the next attempt
    /// is made with twice as many bytes.
    async fn tidy(&mut self) {
        let size = self.recent_size();
        if size <= self.due {
            return;
        }
        self.behind = self.work_in().await.err();
        self.due = if self.behind.is_none() { RECENT } else { 2 * size };
        // After a large commit, the smaller first object is written at once, not with the next commit.
        if self.behind.is_none() && size > 2 * RECENT {
            self.behind = self.write(Rows::new(), self.known.head.lease.clone()).await.err();
        }
    }

    /// The warning that moving changes into shards failed, although the commits were made.
    pub(super) fn warning(&self) -> Option<Diagnostic> {
        let cause = self.behind.as_ref()?;
        let (first, recent) = (self.objects.shown(0), self.recent_size() >> 10);
        let message =
            format!("{recent} KiB of changes wait in `{first}` to be moved to its other objects: {cause}");
        let most = MOST_RECENT >> 20;
        let help = format!(
            "allow `{first}.1` to `{first}.{SHARDS}` to be written: with {most} MiB that wait, nothing is recorded any more"
        );
        Some(Diagnostic::new(Code::STATE_BEHIND, message).with_help(help))
    }

    pub(super) async fn lock(&mut self) -> Result<(), StoreError> {
        if self.known.head.lease.is_some() {
            return Ok(());
        }
        let lease = Lease { id: new_lease_id(), owner: self.owner.clone(), since: now() };
        self.write(Rows::new(), Some(lease)).await
    }

    pub(super) async fn unlock(&mut self) -> Result<(), StoreError> {
        match self.known.head.lease {
            Some(_) => self.write(Rows::new(), None).await,
            None => Ok(()),
        }
    }

    async fn write(&mut self, changes: Rows, lease: Option<Lease>) -> Result<(), StoreError> {
        if self.known.version.is_none() {
            self.replace(&Rows::new(), None).await?;
            self.try_condition(Condition::Absent).await?;
        }
        let before = self.replace(&changes, lease).await?;
        if !self.is_tried && before.is_some() {
            self.is_tried = self.try_condition(Condition::since(before)).await?;
        }
        Ok(())
    }

    /// Replaces the first object. Returns its prior version.
    async fn replace(
        &mut self,
        changes: &Rows,
        lease: Option<Lease>,
    ) -> Result<Option<UpdateVersion>, StoreError> {
        for attempt in 1.. {
            let (head, recent) = self.next(changes, lease.clone());
            let bytes = encode(0, &head, rows(&recent));
            let before = self.known.version.clone();
            self.in_doubt.push(head.write.clone());
            let written = match self.objects.put(0, bytes, &Condition::since(before.clone())).await {
                Ok(version) => Some(version),
                Err(error) => self.find_out(&head, error, attempt).await?,
            };
            if let Some(version) = written {
                self.in_doubt.clear();
                self.known.head = head;
                self.known.recent = recent;
                self.known.version = Some(version);
                change(&mut self.users, changes);
                return Ok(before);
            }
        }
        Ok(None)
    }

    /// The first object after these changes.
    fn next(&self, changes: &Rows, lease: Option<Lease>) -> (Head, Rows) {
        let before = &self.known.head;
        let mut recent = self.known.recent.clone();
        recent.extend(changes.iter().map(|(name, entry)| (name.clone(), entry.clone())));
        // A removal is only needed if the user's shard has an object.
        let has_shard = |name: &str| before.shards.get(shard_of(name)).is_some_and(Option::is_some);
        recent.retain(|name, entry| entry.is_some() || has_shard(name));
        let number = before.number + u64::from(!changes.is_empty());
        let state = if before.state.is_empty() { new_id() } else { before.state.clone() };
        let (by, at) = (self.owner.clone(), now());
        (Head { state, write: new_id(), number, by, at, lease, shards: before.shards }, recent)
    }

    /// Finds out the outcome of a write that has failed. Returns the version if the write was made after all, or `None`
    /// if it is to be made again.
    async fn find_out(
        &mut self,
        head: &Head,
        error: Error,
        attempt: u32,
    ) -> Result<Option<UpdateVersion>, StoreError> {
        let (objects, known) = (&self.objects, &mut self.known);
        let failed = failed(objects, 0, &error);
        if is_refusal(&error) {
            return Err(failed);
        }
        let found = load_head(objects).await?;
        let is_unwritten = match &found {
            Some((found, ..)) => known.version.is_some() && found.write == known.head.write,
            None => known.version.is_none(),
        };
        match found {
            Some((found, _, version)) if found.write == head.write => return Ok(Some(version)),
            // The service answered 409, or the call failed on the way.
            _ if is_unwritten && attempt >= ATTEMPTS => return Err(failed),
            _ if is_unwritten => tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await,
            // A write of this run whose outcome was unknown has been made.
            Some((found, ..)) if self.in_doubt.contains(&found.write) => {
                (*known, self.users) = load(objects).await?;
            }
            // Another run only had the lease, and changed nothing.
            Some((found, recent, version))
                if found.number == known.head.number
                    && found.lease.is_none()
                    && known.head.lease.is_none()
                    && attempt < ATTEMPTS =>
            {
                (known.head, known.recent, known.version) = (found, recent, Some(version));
            }
            Some((found, ..)) => return Err(by_other(objects, found)),
            None => return Err(deleted(objects)),
        }
        Ok(None)
    }

    /// Tests whether the store obeys a condition that does not hold. Returns whether that is known now. A store that
    /// ignores the condition is written with the content that it has, without a lease.
    async fn try_condition(&self, condition: Condition) -> Result<bool, StoreError> {
        let head = Head { write: new_id(), lease: None, ..self.known.head.clone() };
        let bytes = encode(0, &head, rows(&self.known.recent));
        match self.objects.put(0, bytes, &condition).await {
            Ok(_) => Err(StoreError::Unconditional {
                location: self.objects.shown(0),
                condition: condition.header(),
            }),
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. } | Error::NotModified { .. }) => {
                Ok(true)
            }
            // The next write tests again.
            Err(_) => Ok(false),
        }
    }

    fn recent_size(&self) -> usize {
        self.known.recent.iter().map(|(name, entry)| size(name, entry.as_deref())).sum()
    }

    /// Moves recent changes into the shards until few are left, beginning with the shard with the most bytes of
    /// changes.
    async fn work_in(&mut self) -> Result<(), StoreError> {
        while self.recent_size() > RECENT {
            let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
            for (name, entry) in &self.known.recent {
                *sizes.entry(shard_of(name)).or_default() += size(name, entry.as_deref());
            }
            let Some((shard, _)) = sizes.into_iter().max_by_key(|(_, size)| *size) else { return Ok(()) };
            let version = self.write_shard(shard).await?;
            if let (Some(number), Some(place)) =
                (self.known.head.shards.get_mut(shard), self.known.shards.get_mut(shard))
            {
                *number = Some(self.known.head.number);
                *place = Some(version);
            }
            self.known.recent.retain(|name, _| shard_of(name) != shard);
        }
        Ok(())
    }

    /// Writes the object of a shard, with its users as of the last write of the first object.
    async fn write_shard(&self, shard: usize) -> Result<UpdateVersion, StoreError> {
        let object = shard + 1;
        let Head { state, write, number, .. } = self.known.head.clone();
        let users = self.users.iter().filter(|(name, _)| shard_of(name) == shard);
        let users = users.map(|(name, entry)| (name.as_str(), Some(&**entry)));
        let bytes = encode(object, &Shard { state, write, number }, users);
        let mut version = self.known.shards.get(shard).cloned().flatten();
        for attempt in 1.. {
            let condition = Condition::since(version.take());
            let error = match self.objects.put(object, bytes.clone(), &condition).await {
                Ok(version) => return Ok(version),
                Err(error) => error,
            };
            let failed = failed(&self.objects, object, &error);
            if is_refusal(&error) || attempt >= ATTEMPTS {
                return Err(failed);
            }
            match load_shard(&self.objects, shard).await? {
                // The object has the same content, whichever run wrote it.
                Some((found, _, version)) if found.write == self.known.head.write => return Ok(version),
                // An object that was left by a run that was killed or was too late, or by a former state at this
                // location.
                Some((_, _, left)) => {
                    self.check_current().await?;
                    version = Some(left);
                }
                None => {}
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
        }
        Err(StoreError::Failed { location: self.objects.shown(object), reason: String::new() })
    }

    /// Checks that no other run has written the first object since: a shard that such a run has written must not be
    /// overwritten.
    async fn check_current(&self) -> Result<(), StoreError> {
        match load_head(&self.objects).await? {
            Some((head, ..)) if head.write == self.known.head.write => Ok(()),
            Some((head, ..)) => Err(by_other(&self.objects, head)),
            None => Err(deleted(&self.objects)),
        }
    }
}

fn rows(rows: &Rows) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
    rows.iter().map(|(name, entry)| (name.as_str(), entry.as_deref()))
}

/// Whether another attempt is of no use: the write was refused, whatever the object is.
const fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. }
            | Error::NotImplemented { .. }
            | Error::NotSupported { .. }
            | Error::InvalidPath { .. }
    )
}

/// The error when another run has written the state, or has its lease.
fn by_other(objects: &Objects, head: Head) -> StoreError {
    let location = objects.shown(0);
    match head.lease {
        Some(lease) => leased(location, lease),
        None => StoreError::Changed { location, by: head.by, at: head.at },
    }
}

/// The error when another run has the lease.
pub(super) fn leased(location: String, Lease { id, owner, since }: Lease) -> StoreError {
    StoreError::Leased { location, id, owner, since }
}

fn deleted(objects: &Objects) -> StoreError {
    let reason = "it was deleted after it was read".to_owned();
    StoreError::Damaged { location: objects.shown(0), reason }
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
