//! Deleting a user, also from what little an engine has of it.

use super::{failure::Failure, host::Host, options::ResourceOptions, snapshot::Snapshot};
use crate::{
    apply::{self, ApplyError},
    diff,
    user::{Code, Diagnostic, ImportId, RoutingProfileId, UserProperties, UserState, Value},
};

/// Deletes a user; one that is gone already is deleted. What there is to say comes back.
pub(super) async fn delete(
    host: &Host,
    prior: &Snapshot,
    options: &ResourceOptions<'_>,
) -> Result<Vec<Diagnostic>, Failure> {
    let unchanged = |failure: Failure| failure.with(Some(prior.clone()));
    let Some(state) = known(host, prior).await.map_err(unchanged)? else { return Ok(Vec::new()) };
    if host.run.was_adopted(&state.user_id) {
        let message = format!("the user `{}` belongs to another resource now, and is kept", state.name);
        let help = "nothing is to be done: the other resource has taken it over";
        return Ok(vec![Diagnostic::new(Code::TAKEN_OVER, message).with_help(help)]);
    }
    let mut settings = host.settings.clone();
    settings.protect |= options.protect;
    let plan = diff::plan_deletion(&state, &settings);
    let plan = plan.map_err(|refused| unchanged(Failure::of(refused.diagnostics().to_vec())))?;
    host.run.leave(&state.user_id);
    match apply::apply(&plan, Some(&state), &host.client, &host.apply_options()).await {
        Ok(_) => {
            host.run.let_go(&state.user_id, &state.name);
            Ok(Vec::new())
        }
        Err(failed) => {
            let mut failure = unchanged(Failure::of_apply(&failed));
            if !matches!(failed.error, ApplyError::Refused(_)) {
                for reason in &mut failure.diagnostics {
                    *reason = Diagnostic {
                        message: format!("the user `{}` is not deleted: {}", state.name, reason.message),
                        ..reason.clone()
                    };
                }
            }
            Err(failure)
        }
    }
}

/// Who is to be deleted; nobody where an earlier creation has made nobody.
async fn known(host: &Host, prior: &Snapshot) -> Result<Option<UserState>, Failure> {
    if let Some(state) = prior.kept.state() {
        return Ok(Some(state.clone()));
    }
    if prior.kept.is_uncertain() {
        let present = host.present(Some(&prior.kept)).await?;
        return match present.is_uncertain {
            true => {
                let message = "whether an earlier run has created the user is not known yet";
                let reason = Diagnostic::new(Code::OUTCOME_UNKNOWN, message);
                Err(reason.with_help("run it again in a few minutes").into())
            }
            false => Ok(present.state),
        };
    }
    let told = || prior.outputs.get("id").and_then(Value::as_str)?.parse().ok();
    Ok(prior.id().or_else(told).map(|id| of_id(&id, &prior.outputs)))
}

/// As much of a user as deleting it takes.
fn of_id(id: &ImportId, outputs: &Value) -> UserState {
    let text = |name| outputs.get(name).and_then(Value::as_str);
    let name = text("name").map_or_else(|| id.user.to_string(), str::to_owned);
    UserState::builder()
        .instance_id(id.instance.clone())
        .user_id(id.user.clone())
        .arn(text("arn").unwrap_or_default())
        .name(name)
        .properties(UserProperties::new(RoutingProfileId::new("")))
        .build()
}
