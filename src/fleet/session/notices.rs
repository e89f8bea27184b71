//! The notices of a preview.

use std::collections::BTreeSet;

use super::{
    super::{Entry, FleetPreview},
    base::Session,
};
use crate::{
    diff::Action,
    user::{Code, Diagnostic, ImportId, UserId, one_line},
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

    /// The users that have no account: a replacement was stopped after it had deleted the user (or ended its management)
    /// and before it had created the new one.
    pub fn without_account(&self) -> Vec<Diagnostic> {
        let is_without = |(name, entry): &(&String, &Entry)| {
            entry.state.is_none() && entry.former.is_some() && self.is_target(name)
        };
        let without = self.entries.iter().filter(is_without).map(|(name, _)| {
            let message = "has no account: its replacement was stopped before the new user was created";
            let diagnostic =
                Diagnostic::new(Code::UNFINISHED, format!("`{}` {message}", one_line(name))).about(name);
            diagnostic.with_help("apply again, which creates it")
        });
        without.collect()
    }

    /// The new users whose user name is that of an account that no record has.
    fn unrecorded_owners(&self, preview: &FleetPreview) -> Vec<Diagnostic> {
        let new = preview.users().iter();
        let new = new.filter(|user| matches!(user.action(), Action::Create | Action::Replace));
        let taken = new.filter_map(|user| {
            let (instance, name) = user.identity()?;
            let owner = self.refreshed.owner_of(instance, name)?;
            Some((&user.name, owner, ImportId::new(instance, owner)))
        });
        let mut taken: Vec<_> = taken.collect();
        if !taken.is_empty() {
            let known: BTreeSet<ImportId> = self.entries.values().flat_map(Entry::accounts).collect();
            taken.retain(|(.., id)| !known.contains(id));
        }
        let notice = |(name, owner, _): (&String, &UserId, ImportId)| {
            let message = format!(
                "`{name}` has the name of the user `{owner}`, which is not recorded: import it if it is meant"
            );
            Diagnostic::new(Code::NAME_NOT_RECORDED, message).about(name)
        };
        taken.into_iter().map(notice).collect()
    }
}
