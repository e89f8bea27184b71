//! `tracing` events of an engine's calls: decisions, with ids; never a name, an address or a value.

use super::snapshot::Snapshot;
use crate::{
    diff::{Action, Change},
    user::UserId,
};

fn user(prior: Option<&Snapshot>) -> Option<UserId> {
    prior.and_then(Snapshot::id).map(|id| id.user.to_bare())
}

fn names(changes: &[Change]) -> String {
    changes.iter().map(|change| change.property.path()).collect::<Vec<_>>().join(", ")
}

pub(super) fn planned(prior: Option<&Snapshot>, action: Action, changes: &[Change]) {
    tracing::debug!(user = ?user(prior), ?action, changed = names(changes), "planned");
}

pub(super) fn read(prior: &Snapshot, drift: Option<&[Change]>) {
    match drift {
        Some(drift) => {
            tracing::debug!(user = ?user(Some(prior)), changed = names(drift), "the user was read")
        }
        None => tracing::debug!(user = ?user(Some(prior)), "the user is gone"),
    }
}

pub(super) fn applying(prior: Option<&Snapshot>) {
    tracing::info!(user = ?user(prior), "applying");
}

pub(super) fn deleting(prior: &Snapshot) {
    tracing::info!(user = ?user(Some(prior)), "deleting");
}
