//! What a host decides about an apply.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bon::Builder;

use super::{ObserveError, Observer, QuickConnectIndex, Sleep, Wait, observe::Nobody};
use crate::user::{Code, CreationAttempt, Diagnostic, Operation, Timestamp, UserId};

/// What a host decides about an apply.
#[derive(Builder, Clone, Copy)]
#[non_exhaustive]
pub struct Options<'a> {
    /// Who looks on.
    #[builder(default = &Nobody)]
    pub observer: &'a dyn Observer,
    /// How time passes. Without it, which is the default, nothing is waited for: what is not there yet is
    /// looked for once.
    pub sleep: Option<&'a dyn Sleep>,
    /// How long to wait for a user that was just made and cannot be read yet, and for a name that was just
    /// freed; with [`sleep`](Self::sleep) only. The default is two minutes.
    #[builder(default)]
    pub wait: Wait,
    /// What the time is. The default is the machine's clock.
    #[builder(default = &|| SystemTime::now().into())]
    pub now: &'a (dyn Fn() -> Timestamp + Send + Sync),
    /// By how much the clocks of this machine and of the service may differ: a user that was changed longer
    /// than this before its creation was begun is not what that creation made. The default is ten seconds.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// After how long a user that was made can be found for certain. The default is five minutes.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
    /// Users that the host manages already, as other resources: none of them is taken over by this one.
    #[builder(default)]
    pub owned: &'a [UserId],
    /// Users that were deleted a moment ago: a name of theirs may still be taken, and is waited for.
    #[builder(default)]
    pub freed: &'a [UserId],
    /// Creations of this user that earlier runs had begun, and whose outcome is not known: what one of them has
    /// made is recognised.
    #[builder(default)]
    pub attempts: &'a [CreationAttempt],
    /// Whether a user that has the name already, and is equal in everything that can be read, is taken over,
    /// whoever has made it. The default is no: only one that an attempt of one's own has made is.
    #[builder(default)]
    pub adopt_taken: bool,
    /// Whether a user that was just made is read, for what the service fills in: a call more. The default is
    /// yes.
    #[builder(default = true)]
    pub read_back: bool,
    /// Whether the user is read before the first call, and a plan refused as stale where somebody else has
    /// changed or deleted the user since it was made: a call more, and two where the plan changes
    /// proficiencies. The default is no.
    #[builder(default)]
    pub look_first: bool,
    /// The quick connects that were found already, so that not every deletion searches for them.
    #[builder(skip)]
    pub(crate) quick_connects: Option<&'a QuickConnectIndex>,
    /// Who else the host manages, where that is asked only if it matters.
    #[builder(skip)]
    pub(crate) owners: Option<&'a dyn Owners>,
}

/// Tells whom the host manages as other resources.
#[async_trait]
pub(crate) trait Owners: Send + Sync {
    /// Whether the user is managed as another resource.
    async fn has(&self, user: &UserId) -> Result<bool, ObserveError>;
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("wait", &self.wait)
            .field("clock_skew", &self.clock_skew)
            .field("visible_within", &self.visible_within)
            .field("adopt_taken", &self.adopt_taken)
            .field("read_back", &self.read_back)
            .field("look_first", &self.look_first)
            .finish_non_exhaustive()
    }
}

impl Options<'_> {
    /// The pauses in which something is waited for; none without a way to let time pass.
    pub(super) fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.pauses_within(Duration::MAX)
    }

    /// The same, for no longer than this.
    pub(super) fn pauses_within(&self, most: Duration) -> impl Iterator<Item = Duration> + Send + use<> {
        let most = if self.sleep.is_some() { self.wait.most.min(most) } else { Duration::ZERO };
        Wait { most, ..self.wait }.pauses()
    }

    /// Whether a user that was created then may not be visible yet: that it is not found says nothing.
    pub(crate) fn is_recent(&self, created: Option<Timestamp>) -> bool {
        created.is_some_and(|created| created.is_within(self.visible_within, (self.now)()))
    }

    /// Tells the observer that a call that would help is not allowed, and what that means.
    pub(super) fn did_without(&self, operation: Operation) {
        let means = match operation {
            Operation::SearchUsers => "users are looked for in the list of all users",
            Operation::ListUsers => "users are looked for by a search alone, which lags behind",
            Operation::ListUserProficiencies => "the proficiencies of users are not compared",
            Operation::DescribeInstance => "that the instance exists is seen by its users",
            _ => "what the service fills in is not read",
        };
        let note = Diagnostic::new(Code::NOT_ALLOWED, format!("`{operation}` is not allowed: {means}"));
        self.observer.note(&note.with_help(format!("allow `{}`", operation.iam_action())));
    }

    pub(super) async fn pause(&self, pause: Duration) {
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
