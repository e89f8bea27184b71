//! What a host hears while the plan of a fleet is carried out.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use tokio::sync::mpsc;

use super::UserOutcome;
use crate::{
    client::ClientError,
    user::{Diagnostic, Operation, UserState},
};

/// A host that looks on while the plan of a fleet is carried out.
pub trait FleetObserver: Send + Sync {
    /// Something has happened. It is called from the apply itself: what takes long belongs elsewhere.
    fn event(&self, _event: &Event) {}

    /// What to remember with a user; `before` is what is remembered so far. `state` is `None` where the user is
    /// about to be created: what is said then is remembered with the new user.
    fn notes(
        &self,
        _name: &str,
        _state: Option<&UserState>,
        before: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        before.clone()
    }
}

/// Nobody looks on.
pub(super) struct Nobody;

impl FleetObserver for Nobody {}

/// Something that has happened, and how far everything is.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// What has happened.
    #[serde(flatten)]
    pub kind: EventKind,
    /// How far everything is.
    pub progress: Progress,
}

/// Something that has happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// A step of a user was made, or has failed.
    Step {
        /// The user, by its name in the program.
        user: String,
        /// The operation.
        operation: Operation,
        /// What went wrong, if something did; as JSON, in its words.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "words")]
        error: Option<ClientError>,
        /// The id that AWS support asks for, if something went wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// Something worth knowing: a call that would help is not allowed, and was done without. Each is told once.
    Note(Diagnostic),
    /// A user is done, has failed, or is not tried.
    User(UserOutcome),
}

/// How far everything is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Progress {
    /// Users of whom nothing is left to do: done, failed or not tried.
    pub users_done: usize,
    /// All users of the plan.
    pub users: usize,
    /// Steps that were made.
    pub steps_done: u64,
    /// All steps of the plan.
    pub steps: u64,
    /// How long it has taken, in seconds.
    #[serde(serialize_with = "seconds", rename = "elapsedSeconds")]
    pub elapsed: Duration,
    /// Steps a second so far.
    pub rate: f64,
    /// How long the quota lets the rest take, in seconds.
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

/// A stream of events, for a host that listens elsewhere than where it applies: an observer, and the events
/// that it hears. What nobody takes is kept.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let (observer, mut events) = connect_user::fleet::events();
/// drop(observer); // give it to `ApplyOptions`, and take events meanwhile
/// assert!(events.next().await.is_none());
/// # }
/// ```
pub fn events() -> (EventSender, EventStream) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (EventSender(sender), EventStream(receiver))
}

/// An observer that hands events on; see [`events`].
#[derive(Clone, Debug)]
pub struct EventSender(mpsc::UnboundedSender<Event>);

impl FleetObserver for EventSender {
    fn event(&self, event: &Event) {
        // Whoever no longer listens need not hear it.
        let _ = self.0.send(event.clone());
    }
}

/// The events of an [`EventSender`]; see [`events`].
#[derive(Debug)]
pub struct EventStream(mpsc::UnboundedReceiver<Event>);

impl EventStream {
    /// The next event; `None` once the sender is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}
