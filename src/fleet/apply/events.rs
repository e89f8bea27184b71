//! The events of applying the plan of a fleet.

use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc;

use super::{super::Notes, UserOutcome};
use crate::{
    client::ClientError,
    user::{Diagnostic, Operation, UserState},
};

/// Observes the apply of a fleet. Set it as [`FleetOptions::observer`](super::FleetOptions::observer).
///
/// ```
/// use std::collections::BTreeMap;
///
/// use connect_user::{
///     fleet::{FleetObserver, Notes},
///     user::UserState,
/// };
///
/// /// Notes the fingerprint of the password that each user was created with.
/// struct Fingerprints(BTreeMap<String, String>);
///
/// impl FleetObserver for Fingerprints {
///     fn notes(&self, name: &str, state: Option<&UserState>, before: &Notes) -> Notes {
///         let mut notes = before.clone();
///         // No API changes the password of a user that exists.
///         if let (None, Some(fingerprint)) = (state, self.0.get(name)) {
///             notes.insert("fingerprint".to_owned(), fingerprint.clone());
///         }
///         notes
///     }
/// }
/// ```
pub trait FleetObserver: Send + Sync {
    /// Called for each event by the apply itself, which does not go on meanwhile: do nothing slow.
    fn event(&self, _event: &Event) {}

    /// Returns the notes to record with a user; `before` are the present notes. `state` is `None` if the user is about
    /// to be created: the notes are recorded with the new user.
    ///
    /// Called before a creation and whenever the user is recorded, so several times for a user in an apply: return the
    /// same notes for the same arguments. Names of the crate's own notes are reserved ([`Notes`]); the crate keeps its
    /// notes, whatever this returns.
    fn notes(&self, _name: &str, _state: Option<&UserState>, before: &Notes) -> Notes {
        before.clone()
    }
}

/// An observer that does nothing.
pub(super) struct NoObserver;

impl FleetObserver for NoObserver {}

/// An event, with the progress of the apply.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The event.
    #[serde(flatten)]
    pub kind: EventKind,
    /// The progress.
    pub progress: Progress,
}

/// The kind of an event.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// A step of a user was done, or failed.
    Step {
        /// The resource name.
        user: String,
        /// The operation.
        operation: Operation,
        /// The error, if the step failed; as JSON, its text.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "words")]
        error: Option<ClientError>,
        /// The request id of a failed call, for AWS support.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// A notice, such as a call that would help and is not allowed, so that the apply does without it, or a warning of
    /// the store. Each notice is reported once.
    Note(Diagnostic),
    /// A user is done, has failed, or was not tried.
    User(UserOutcome),
}

/// The progress of an apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Progress {
    /// The number of users that have ended: done, failed or not tried.
    pub users_done: usize,
    /// The number of users in the plan.
    pub users: usize,
    /// The number of steps that were done.
    pub steps_done: u64,
    /// The number of steps in the plan.
    pub steps: u64,
    /// The time since the start; as JSON, in seconds.
    #[serde(serialize_with = "seconds", rename = "elapsedSeconds")]
    pub elapsed: Duration,
    /// The average number of steps per second so far.
    pub rate: f64,
    /// The minimum time under the quota for the calls that are left; as JSON, in seconds.
    #[serde(serialize_with = "seconds", rename = "leftSeconds")]
    pub left: Duration,
}

fn words<S: serde::Serializer>(error: &Option<ClientError>, serializer: S) -> Result<S::Ok, S::Error> {
    match error {
        Some(error) => serializer.collect_str(error),
        None => serializer.serialize_none(),
    }
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// Returns an observer and the stream of its events, for a host that handles events in another task. Events stay in
/// memory until they are taken.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let (observer, mut events) = connect_user::fleet::events();
/// drop(observer); // give it to `FleetOptions`, and take events meanwhile
/// assert!(events.next().await.is_none());
/// # }
/// ```
pub fn events() -> (EventSender, EventStream) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (EventSender(sender), EventStream(receiver))
}

/// The observer of [`events`].
#[derive(Clone, Debug)]
pub struct EventSender(mpsc::UnboundedSender<Event>);

impl FleetObserver for EventSender {
    fn event(&self, event: &Event) {
        // Sending fails if the stream was dropped: the host no longer needs the events.
        let _ = self.0.send(event.clone());
    }
}

/// The stream of [`events`].
#[derive(Debug)]
pub struct EventStream(mpsc::UnboundedReceiver<Event>);

impl EventStream {
    /// Waits for the next event; `None` once the observer is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}
