//! Options of an apply.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bon::Builder;

use super::{ObserveError, Observer, QuickConnectIndex, Wait, observe::NoObserver};
use crate::{
    client::Sleep,
    read::SharedLists,
    user::{Code, CreationAttempt, Diagnostic, Operation, Timestamp, UserId},
};

/// Options of an apply of one user.
#[derive(Builder, Clone, Copy)]
#[non_exhaustive]
pub struct ApplyOptions<'a> {
    /// The observer of the apply. Default: an observer that does nothing.
    #[builder(default = &NoObserver)]
    pub observer: &'a dyn Observer,
    /// How to wait. Default: none: the apply does not wait, and looks for a user only once.
    pub sleep: Option<&'a dyn Sleep>,
    /// How long to wait for a new user that cannot be read yet, and for a name that was just freed. Needs
    /// [`sleep`](Self::sleep). Default: 2 minutes.
    #[builder(default)]
    pub wait: Wait,
    /// The clock. A user is recognised as that of a creation only if the service says that it was not changed last before
    /// the creation began by this clock, within [`clock_skew`](Self::clock_skew); and, if an earlier run began the
    /// creation, not later than 15 minutes after. Default: the clock of the machine.
    #[builder(default = &|| SystemTime::now().into())]
    pub now: &'a (dyn Fn() -> Timestamp + Send + Sync),
    /// Tolerance for clock skew: a user that was changed longer than this before its creation began is not
    /// the one that the creation made. Default: 10 seconds.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// How long a new user may be invisible. Default: 5 minutes.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
    /// Users that the host manages as other resources: none of them is adopted, and the host frees their names in time if
    /// a user that is deleted first gets one of them. Default: none.
    #[builder(default)]
    pub owned: &'a [UserId],
    /// Users that were just deleted: their names may still be taken, and the apply waits for them. Default: none.
    #[builder(default)]
    pub freed: &'a [UserId],
    /// Creations of this user by earlier runs whose outcome is unknown. A user that one of them made is recognised.
    /// Default: none.
    #[builder(default)]
    pub attempts: &'a [CreationAttempt],
    /// Whether to adopt a user that already has the name and is equal in everything that can be read, even if no
    /// attempt of this host made it. Default: no; only a user that an attempt of this host made is adopted.
    #[builder(default)]
    pub adopt_taken: bool,
    /// Whether to read a new user, for values that the service fills in: one more call. Default: yes.
    #[builder(default = true)]
    pub read_back: bool,
    /// Whether to read the user before the first call, and to refuse the plan as stale if the user was changed or
    /// deleted since: one more call, two if the plan changes proficiencies. Default: no.
    #[builder(default)]
    pub check_prior_state: bool,
    /// The quick connects that were found already, so that not every deletion searches for them.
    #[builder(skip)]
    pub(crate) quick_connects: Option<&'a QuickConnectIndex>,
    /// The lists of users that concurrent lookups share.
    #[builder(skip)]
    pub(crate) lists: Option<&'a SharedLists>,
    /// Tells whether the host manages a user, asked only when needed.
    #[builder(skip)]
    pub(crate) owners: Option<&'a dyn Owners>,
}

/// Tells which users the host manages as other resources.
#[async_trait]
pub(crate) trait Owners: Send + Sync {
    /// Whether the user is managed as another resource.
    async fn has(&self, user: &UserId) -> Result<bool, ObserveError>;
}

impl Default for ApplyOptions<'_> {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for ApplyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyOptions")
            .field("wait", &self.wait)
            .field("clock_skew", &self.clock_skew)
            .field("visible_within", &self.visible_within)
            .field("adopt_taken", &self.adopt_taken)
            .field("read_back", &self.read_back)
            .field("check_prior_state", &self.check_prior_state)
            .finish_non_exhaustive()
    }
}

impl ApplyOptions<'_> {
    /// Returns the pauses while waiting; none without [`sleep`](Self::sleep).
    pub(crate) fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.pauses_within(Duration::MAX)
    }

    /// Returns the pauses, whose sum is at most `most`.
    pub(super) fn pauses_within(&self, most: Duration) -> impl Iterator<Item = Duration> + Send + use<> {
        let most = if self.sleep.is_some() { self.wait.most.min(most) } else { Duration::ZERO };
        Wait { most, ..self.wait }.pauses()
    }

    /// Whether a user that was created at this time may not be visible yet: not finding it proves nothing.
    pub(crate) fn is_recent(&self, created: Option<Timestamp>) -> bool {
        created.is_some_and(|created| created.is_within(self.visible_within, (self.now)()))
    }

    /// Tells the observer that a useful call is not allowed, and what the consequence is.
    pub(super) fn did_without(&self, operation: Operation) {
        let means = match operation {
            Operation::SearchUsers => "users are looked up in the list of all users",
            Operation::ListUsers => "users are looked up by a search alone, which lags behind",
            Operation::ListUserProficiencies => "the proficiencies of users are not compared",
            Operation::DescribeInstance => "whether the instance exists is seen from its users",
            _ => "what the service fills in is not read",
        };
        self.not_allowed(operation, means);
    }

    /// Tells the observer that a call is not allowed, and what that means.
    pub(super) fn not_allowed(&self, operation: Operation, means: &str) {
        let note = Diagnostic::new(Code::NOT_ALLOWED, format!("`{operation}` is not allowed: {means}"));
        self.observer.note(&note.with_help(format!("allow `{}`", operation.iam_action())));
    }

    pub(crate) async fn pause(&self, pause: Duration) {
        if let Some(sleep) = self.sleep {
            sleep.sleep(pause).await;
        }
    }

    pub(super) async fn is_owned(&self, user: &UserId) -> Result<bool, ObserveError> {
        match self.owners {
            _ if self.owned.contains(user) => Ok(true),
            Some(owners) => owners.has(user).await,
            None => Ok(false),
        }
    }
}
