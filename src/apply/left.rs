//! Records what a call leaves to do before the call is made, so that the next run does it if this run cannot.

use std::collections::BTreeMap;

use crate::{
    diff::{Call, Step},
    user::{AfterContactWork, Channel, ChannelSettings, UserId, UserState},
};

/// What was left to do for a user before a call.
pub(super) struct LeftBefore {
    user_id: UserId,
    sign_out: bool,
    after_contact_work: BTreeMap<Channel, AfterContactWork>,
}

impl LeftBefore {
    /// Records what later steps must do because of this call: restore what it overwrites, and sign the user out if it
    /// takes rights from the user. Returns what was recorded before.
    pub(super) fn note(state: &mut UserState, call: &Call, later: &[Step]) -> Self {
        let takes_away = call.takes_away(&state.properties);
        let unfinished = &state.record.unfinished;
        let before = Self {
            user_id: state.user_id.clone(),
            sign_out: unfinished.sign_out,
            after_contact_work: unfinished.after_contact_work.clone(),
        };
        for step in later {
            match (call, step.call()) {
                (Call::Phone(_), Some(Call::Channels(channels))) => {
                    state.record.unfinished.after_contact_work = overwritten(state, channels);
                }
                (_, Some(Call::SignOut(user))) if takes_away && user.user_id == state.user_id => {
                    state.record.unfinished.sign_out = true;
                }
                _ => {}
            }
        }
        before
    }

    /// Records it again, after a call that was not made or had no effect. A user that such a call has found instead has
    /// a record of its own.
    pub(super) fn restore(self, state: Option<&mut UserState>) {
        if let Some(state) = state.filter(|state| state.user_id == self.user_id) {
            let unfinished = &mut state.record.unfinished;
            (unfinished.sign_out, unfinished.after_contact_work) = (self.sign_out, self.after_contact_work);
        }
    }
}

/// The present after contact work of the channels that a later step writes. It is not what that step writes: if the
/// program leaves it out again before the step was carried out, the user gets back what it had.
fn overwritten(state: &UserState, later: &ChannelSettings) -> BTreeMap<Channel, AfterContactWork> {
    let mut work = state.properties.channels.after_contact_work.clone();
    work.extend(state.record.unfinished.lost(&state.properties));
    work.retain(|channel, _| later.after_contact_work.contains_key(channel));
    work
}
