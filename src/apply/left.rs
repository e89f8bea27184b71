//! Records what a call leaves to do before the call is made, so that the next run does it if this run cannot.

use crate::{
    diff::{Call, Step},
    user::UserState,
};

/// Records what later steps must do because of this call: restore what it overwrites, and sign the user out if it takes
/// rights from the user. Returns whether a sign-out was already due.
pub(super) fn note_what_is_left(state: &mut UserState, call: &Call, later: &[Step]) -> bool {
    let takes_away = call.takes_away(&state.properties);
    let was_owed = state.record.unfinished.sign_out;
    for step in later {
        match (call, step.call()) {
            (Call::Phone(_), Some(Call::Channels(channels))) => {
                state.record.unfinished.after_contact_work.clone_from(&channels.after_contact_work);
            }
            (_, Some(Call::SignOut(user))) if takes_away && user.user_id == state.user_id => {
                state.record.unfinished.sign_out = true;
            }
            _ => {}
        }
    }
    was_owed
}
