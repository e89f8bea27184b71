//! The notices of a preview.

use std::collections::BTreeSet;

use super::{super::FleetPreview, base::Session};
use crate::{
    diff::Action,
    user::{Code, Diagnostic, UserId},
};

impl Session<'_> {
    /// The notices of a preview, beside its changes: the [notices of the refresh](super::super::Refreshed::notices),
    /// new users whose user name belongs to a user that is not recorded, and users that are imported, get another
    /// resource name, are no longer managed, or are deleted before they are created again.
    pub fn notices(&self, preview: &FleetPreview) -> Vec<Diagnostic> {
        let mut notices = self.refreshed.notices();
        notices.extend(self.unrecorded_owners(preview));
        notices.extend(preview.imports().map(|(name, id)| {
            let message = format!("`{name}` is the existing user `{id}`, which is imported");
            Diagnostic::new(Code::IMPORTED, message).about(name)
        }));
        notices.extend(preview.moves().map(|(from, name)| {
            let message = format!("`{name}` is the user that was `{from}`");
            Diagnostic::new(Code::MOVED, message).about(name)
        }));
        notices.extend(preview.released().iter().map(|release| {
            let message = format!("`{}` is no longer managed: {}", release.user, release.reason);
            Diagnostic::new(Code::RELEASED, message).about(&release.user)
        }));
        notices.extend(preview.notices().iter().cloned());
        notices
    }

    fn unrecorded_owners(&self, preview: &FleetPreview) -> Vec<Diagnostic> {
        let known: BTreeSet<&UserId> = self.users().map(|(_, state)| &state.user_id).collect();
        let new = preview.users().iter();
        let new = new.filter(|user| matches!(user.action(), Action::Create | Action::Replace));
        let owned = new.filter_map(|user| {
            let (instance, name) = user.identity()?;
            let owner = self.refreshed.owner_of(instance, name).filter(|owner| !known.contains(owner))?;
            let user = &user.name;
            let message = format!(
                "`{user}` has the name of the user `{owner}`, which is not recorded: import it if it is meant"
            );
            Some(Diagnostic::new(Code::NAME_NOT_RECORDED, message).about(user))
        });
        owned.collect()
    }
}
