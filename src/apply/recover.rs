//! Finding out what has become of a creation that an earlier run had begun.

use std::time::Duration;

use super::{
    create::SETTLED_WITHIN,
    identify::{Verdict, identify, recorded},
    look_up::{Looked, look_for},
    options::Options,
};
use crate::{
    client::{ClientError, ConnectClient},
    user::{CreationAttempt, ImportId, Path, UserState},
};

/// What has become of a creation that was begun, and whose answer nobody has heard.
#[derive(Debug)]
#[non_exhaustive]
pub enum Recovery {
    /// It has made this user, whose state records what the creation asked for. The password is not known.
    Made(Box<UserState>),
    /// It has made nobody: forget it.
    NotMade,
    /// Nobody can tell: somebody has the name who was changed since and is not what the creation asked for.
    /// Import that user if it is meant, or delete it; keep the attempt until then.
    Unclear {
        /// Who has the name.
        id: Box<ImportId>,
        /// Where it is not what the creation asked for.
        differing: Vec<Path>,
    },
    /// Nobody can tell yet: a user that was made a moment ago may not be visible, or looking has failed.
    /// Keep the attempt, and look again later.
    NotKnownYet(Option<ClientError>),
}

/// Finds out what has become of a creation that an earlier run had begun: searches and lists, and waits for
/// some seconds, if `options` allow it, while the user may only not be visible yet.
///
/// The user is recognised by the strict comparison that [`apply`](super::apply) makes after an answer that
/// was lost; nobody else's is taken for it.
pub async fn recover(
    attempt: &CreationAttempt,
    client: &dyn ConnectClient,
    options: &Options<'_>,
) -> Recovery {
    let is_visible = attempt.began().plus(options.visible_within) < (options.now)();
    let patience = if is_visible { Duration::ZERO } else { SETTLED_WITHIN };
    let pauses = options.pauses_within(patience);
    let (instance, name) = (attempt.instance_id(), attempt.name());
    let users = match look_for(client, instance, name, options.freed, pauses, options).await {
        Looked::Found(users) => users,
        Looked::Nobody if is_visible => return Recovery::NotMade,
        Looked::Nobody => return Recovery::NotKnownYet(None),
        Looked::Unsure(error) => return Recovery::NotKnownYet(error),
    };
    let mut unclear = None;
    for found in users {
        match identify(attempt, &found, options.clock_skew) {
            Verdict::Made if !options.owned.contains(&found.user_id) => {
                return Recovery::Made(Box::new(recorded(attempt, None, found)));
            }
            Verdict::Differs(differing) if !options.owned.contains(&found.user_id) => {
                unclear = Some(Recovery::Unclear { id: Box::new(found.id()), differing });
            }
            // Names are unique: while somebody else has it, nobody was made.
            _ => {}
        }
    }
    // A namesake that was deleted to make way may still be found while the new user is not.
    unclear.unwrap_or(if is_visible { Recovery::NotMade } else { Recovery::NotKnownYet(None) })
}
