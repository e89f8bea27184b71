//! Deletes a user, also if the engine has only its id or its outputs.

use super::{failure::Failure, host::Host, options::ResourceOptions, snapshot::Snapshot};
use crate::{
    apply::{self, ApplyError, UserReference, delete_by_reference},
    user::{Arn, Code, Diagnostic, ImportId, InstanceId, Severity, UserId, UserState, Value},
};

/// Deletes a user; a user that is gone counts as deleted. Returns notes.
pub(super) async fn delete(
    host: &Host,
    prior: &Snapshot,
    options: &ResourceOptions<'_>,
) -> Result<Vec<Diagnostic>, Failure> {
    let unchanged = |failure: Failure| failure.with(Some(prior.clone()));
    let Some(doomed) = Doomed::of(host, prior).await.map_err(unchanged)? else { return Ok(Vec::new()) };
    let (id, name) = (doomed.id(), doomed.name(prior));
    if host.run.shields(&id.user, prior.kept.adopted()) {
        let message = format!("the user `{name}` belongs to another resource now, and is kept");
        let help = "nothing is to be done: the other resource has taken it over";
        return Ok(vec![Diagnostic::new(Code::TAKEN_OVER, message).with_help(help)]);
    }
    let mut settings = host.settings.clone();
    settings.protect |= options.protect;
    let limit = host.deletions.as_ref().filter(|_| !settings.protect);
    if let Some(refusal) = limit.and_then(|limit| limit.count(&id.user, host.spelling)) {
        return Err(unchanged(refusal.into()));
    }
    // A protected user does not free its name.
    let leaving = (!settings.protect).then(|| host.run.leave(&id.user));
    if let (Some(()), Some(handover)) = (leaving, &host.handover) {
        let left = handover.leave(&id.user, &name, host.pauses.as_ref()).await;
        left.inspect_err(|_| host.run.stay(&id.user)).map_err(unchanged)?;
    }
    let deleted = match &doomed {
        Doomed::Known(state) => apply::delete(state, &host.client, &settings, &host.apply_options()).await,
        Doomed::Named(id) => {
            let reference = reference(id, &prior.outputs);
            delete_by_reference(&reference, &host.client, &settings, &host.apply_options()).await
        }
    };
    let Err(failed) = deleted else {
        host.run.let_go(&id.user, &name);
        if let Some(handover) = &host.handover {
            handover.gone(&id.user);
        }
        return Ok(Vec::new());
    };
    host.run.stay(&id.user);
    if let Some(handover) = &host.handover {
        handover.stay(&id.user);
    }
    let mut failure = unchanged(Failure::of_apply(&failed));
    if !matches!(failed.error, ApplyError::Refused(_) | ApplyError::UserMismatch { .. }) {
        for reason in &mut failure.diagnostics {
            reason.message = format!("the user `{name}` is not deleted: {:#}", reason.message).into();
        }
    }
    Err(failure)
}

/// The user to delete.
enum Doomed {
    Known(Box<UserState>),
    /// Only the id of the user is known.
    Named(ImportId),
}

impl Doomed {
    /// Returns the user to delete; `None` if earlier creations made no user.
    async fn of(host: &Host, prior: &Snapshot) -> Result<Option<Self>, Failure> {
        if let (None, Some(id)) = (prior.kept.state(), prior.id()) {
            return Ok(Some(Self::Named(id)));
        }
        let present = host.present(Some(&prior.kept)).await?;
        if !present.attempts.is_empty() {
            let doubts = present.doubts.into_iter().map(|doubt| doubt.with_severity(Severity::Error));
            return Err(Failure::of(doubts.collect()));
        }
        Ok(present.state.map(|state| Self::Known(Box::new(state))))
    }

    fn id(&self) -> ImportId {
        match self {
            Self::Known(state) => state.id(),
            Self::Named(id) => id.clone(),
        }
    }

    fn name(&self, prior: &Snapshot) -> String {
        match self {
            Self::Known(state) => state.name.clone(),
            Self::Named(id) => {
                let name = prior.outputs.get("name").and_then(Value::as_str);
                name.map_or_else(|| id.user.to_string(), str::to_owned)
            }
        }
    }
}

/// Returns the reference to a user; its ARN, if known, also names the account and the Region.
fn reference(id: &ImportId, outputs: &Value) -> UserReference {
    let arn = outputs.get("arn").and_then(Value::as_str).and_then(|arn| arn.parse::<Arn>().ok());
    let is_its = |arn: &Arn| {
        let is_user = arn.resource().is_some_and(|(_, user)| id.user == UserId::new(user));
        is_user && id.instance == InstanceId::new(arn.instance())
    };
    arn.filter(is_its).and_then(UserReference::arn).unwrap_or_else(|| UserReference::id(id))
}
