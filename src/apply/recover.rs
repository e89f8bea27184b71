//! Finds out whether a creation of an earlier run made a user.

use std::time::Duration;

use super::{
    create::SETTLED_WITHIN,
    failed::{help_if_unclear, inconclusive},
    identify::{Verdict, identify_earlier, recorded},
    look_up::{Looked, look_for},
    options::ApplyOptions,
};
use crate::{
    client::{ClientError, ConnectClient},
    user::{Code, CreationAttempt, Diagnostic, ImportId, Path, UserState},
};

/// The outcome of a creation that began in an earlier run and whose answer was lost.
#[derive(Debug)]
#[non_exhaustive]
pub enum CreationOutcome {
    /// The creation made this user. The state records what the creation asked for; the password is not known.
    Made(Box<UserState>),
    /// The creation made no user: forget the attempt.
    NotMade,
    /// Not known: a user has the name, but it was changed since and differs from what the creation asked for, or its
    /// time of change is not conclusive. Import that user if it is the intended user, or delete it; keep the attempt
    /// until then.
    Unclear {
        /// The user that has the name.
        id: Box<ImportId>,
        /// The properties that differ from what the creation asked for.
        differing: Vec<Path>,
    },
    /// Not known yet: a new user may not be visible, or the search failed. Keep the attempt, and try again
    /// later.
    NotKnownYet(Option<ClientError>),
}

impl CreationOutcome {
    /// Returns the outcome as a diagnostic. `user` is the text for the user in the message: its name in backticks.
    pub fn diagnostic(&self, user: &str) -> Diagnostic {
        let begun = format!("an earlier run had begun to create the user {user}");
        let (code, message, help) = match self {
            Self::Made(state) => (
                Code::CREATION_FOUND,
                format!("an earlier run created the user {user}, as `{}`: it is recorded now", state.id()),
                "",
            ),
            Self::NotMade => (Code::CREATION_NOT_MADE, format!("{begun}, and did not create it"), ""),
            Self::Unclear { id, differing } => {
                let message = format!("{begun}: `{id}` may be it, but {}", inconclusive(differing));
                (Code::CREATION_UNCLEAR, message, help_if_unclear(differing))
            }
            Self::NotKnownYet(error) => {
                let why = match error {
                    None => "which cannot be found yet".to_owned(),
                    Some(error) => format!("and looking for it failed: {error}"),
                };
                (Code::CREATION_NOT_KNOWN, format!("{begun}, {why}"), "run it again in a few minutes")
            }
        };
        Diagnostic::new(code, message).with_help(help)
    }
}

/// Finds out whether a creation of an earlier run made a user. Searches and lists; if `options` allow it, waits for
/// some seconds while a new user may not be visible yet.
///
/// A user is recognised by the same strict comparison as in [`apply`](super::apply) after a lost answer, and if it was
/// changed last within 15 minutes of the beginning of the creation; no other user is mistaken for it.
pub async fn recover(
    attempt: &CreationAttempt,
    client: &dyn ConnectClient,
    options: &ApplyOptions<'_>,
) -> CreationOutcome {
    let is_visible = attempt.began().plus(options.visible_within) < (options.now)();
    let patience = if is_visible { Duration::ZERO } else { SETTLED_WITHIN };
    let pauses = options.pauses_within(patience);
    let (instance, name) = (attempt.instance_id(), attempt.name());
    let users = match look_for(client, instance, name, options.freed, pauses, options).await {
        Looked::Found(users) => users,
        Looked::NotFound if is_visible => return CreationOutcome::NotMade,
        Looked::NotFound => return CreationOutcome::NotKnownYet(None),
        Looked::Unsure(error) => return CreationOutcome::NotKnownYet(error),
    };
    let mut unclear = None;
    for found in users {
        match identify_earlier(attempt, &found, options.clock_skew) {
            // The creation made this user, but another resource manages it now.
            Verdict::Made if options.owned.contains(&found.user_id) => return CreationOutcome::NotMade,
            Verdict::Made => return CreationOutcome::Made(Box::new(recorded(attempt, None, found))),
            Verdict::Differs(differing) if !options.owned.contains(&found.user_id) => {
                unclear = Some(CreationOutcome::Unclear { id: Box::new(found.id()), differing });
            }
            // Names are unique: while another user has the name, the creation made no user.
            _ => {}
        }
    }
    // A deleted user that had the name may still be found while the new user is not.
    unclear.unwrap_or(if is_visible { CreationOutcome::NotMade } else { CreationOutcome::NotKnownYet(None) })
}
