//! What a call leaves to do, noted before it is made: so that the next run does it where this one cannot.

use crate::{
    diff::{Call, Step},
    user::UserState,
};

/// Notes what the later steps have to do because of this call: put back what it overwrites, and sign the user out
/// that it takes rights from. Whether a sign-out was left to do before.
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
