//! The calls for the resource: what Terraform has is read, given to [`resource`], and what comes back is written.

use connect_user::user::Value;
use magma_protocol::tfplugin6::{
    ResourceIdentityData, apply_resource_change, generate_resource_config, import_resource_state,
    move_resource_state, plan_resource_change, read_resource, upgrade_resource_identity,
    upgrade_resource_state, validate_resource_config,
};
use tonic::Status;

use super::{ConnectProvider, USER, read, read_json};
use crate::{
    resource::{self, Kept, MOVES_FROM, Planned},
    wire::{Diagnostics, Identity, attribute_path, encode},
};

pub async fn validate(
    provider: &ConnectProvider,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let config = read(request.config.as_ref())?;
    provider.resource.refuse_computed(&config, &mut diagnostics);
    resource::validate(&config, &mut diagnostics);
    Ok(validate_resource_config::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn upgrade(
    provider: &ConnectProvider,
    request: upgrade_resource_state::Request,
) -> Result<upgrade_resource_state::Response, Status> {
    let state = read_json(&request.raw_state.unwrap_or_default().json)?;
    Ok(upgrade_resource_state::Response {
        upgraded_state: Some(encode(&provider.resource.complete(&state))),
        diagnostics: Vec::new(),
    })
}

/// There is one version of identities so far.
pub async fn upgrade_identity(
    _: &ConnectProvider,
    request: upgrade_resource_identity::Request,
) -> Result<upgrade_resource_identity::Response, Status> {
    let identity = read_json(&request.raw_identity.unwrap_or_default().json)?;
    Ok(upgrade_resource_identity::Response {
        upgraded_identity: Some(ResourceIdentityData { identity_data: Some(encode(&identity)) }),
        diagnostics: Vec::new(),
    })
}

pub async fn refresh(
    provider: &ConnectProvider,
    request: read_resource::Request,
) -> Result<read_resource::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let prior = Kept::read(&host.offline, &read(request.current_state.as_ref())?, &request.private);
    let kept = match prior {
        Ok(Some(kept)) => resource::read(&host, &kept, &mut diagnostics).await,
        Ok(None) => None,
        Err(error) => {
            diagnostics.unreadable(&error);
            return Ok(read_resource::Response {
                new_state: request.current_state,
                private: request.private,
                new_identity: request.current_identity,
                diagnostics: diagnostics.into_inner(),
                ..Default::default()
            });
        }
    };
    Ok(read_resource::Response {
        new_state: Some(provider.encode(kept.as_ref())),
        new_identity: identity(kept.as_ref()),
        private: private(kept.as_ref()),
        diagnostics: diagnostics.into_inner(),
        ..Default::default()
    })
}

pub async fn plan(
    provider: &ConnectProvider,
    request: plan_resource_change::Request,
) -> Result<plan_resource_change::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let private = &request.prior_private;
    let prior = Kept::read(&host.offline, &read(request.prior_state.as_ref())?, private);
    let record = host.offline.read_record(&String::from_utf8_lossy(private), &Value::Null);
    let mut answer =
        plan_resource_change::Response { planned_state: Some(encode(&Value::Null)), ..Default::default() };
    match prior.and_then(|prior| record.map(|_| prior)) {
        Err(error) => diagnostics.unreadable(&error),
        Ok(prior) if read(request.proposed_new_state.as_ref())? == Value::Null => {
            if let Some(prior) = &prior {
                resource::plan_deletion(&host, prior, &mut diagnostics);
            }
            answer.planned_private = request.prior_private;
            answer.planned_identity = request.prior_identity;
        }
        Ok(prior) => {
            let config = read(request.config.as_ref())?;
            let planned = resource::plan(&host, prior.as_ref(), &config, private, &mut diagnostics).await;
            if let Some(Planned { state, private, replaces }) = planned {
                answer.planned_identity = Identity::of(&state).map(|identity| identity.to_proto());
                answer.planned_state = Some(encode(&provider.resource.complete(&state)));
                answer.planned_private = private;
                answer.requires_replace = replaces.iter().filter_map(attribute_path).collect();
            }
        }
    }
    Ok(plan_resource_change::Response { diagnostics: diagnostics.into_inner(), ..answer })
}

pub async fn apply(
    provider: &ConnectProvider,
    request: apply_resource_change::Request,
) -> Result<apply_resource_change::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let prior = Kept::read(&host.offline, &read(request.prior_state.as_ref())?, &request.planned_private);
    let shown = prior.as_ref().ok().and_then(Option::as_ref).map(|prior| prior.snapshot.outputs.clone());
    let record = String::from_utf8_lossy(&request.planned_private);
    let record = host.offline.read_record(&record, &shown.unwrap_or(Value::Null));
    let (prior, record) = match prior.and_then(|prior| Ok((prior, record?))) {
        Ok(read) => read,
        Err(error) => {
            diagnostics.unreadable(&error);
            return Ok(apply_resource_change::Response {
                new_state: request.prior_state,
                private: request.planned_private,
                new_identity: request.planned_identity,
                diagnostics: diagnostics.into_inner(),
                ..Default::default()
            });
        }
    };
    let (planned, config) = (read(request.planned_state.as_ref())?, read(request.config.as_ref())?);
    let kept = match (&planned, &prior) {
        (Value::Null, None) => None,
        (Value::Null, Some(prior)) => resource::delete(&host, prior, &mut diagnostics).await,
        (planned, prior) => {
            resource::apply(&host, prior.as_ref(), planned, &record, &config, &mut diagnostics).await
        }
    };
    Ok(apply_resource_change::Response {
        new_state: Some(provider.encode(kept.as_ref())),
        new_identity: identity(kept.as_ref()),
        private: private(kept.as_ref()),
        diagnostics: diagnostics.into_inner(),
        ..Default::default()
    })
}

pub async fn import(
    provider: &ConnectProvider,
    request: import_resource_state::Request,
) -> Result<import_resource_state::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let named = match &request.identity {
        Some(identity) => {
            let identity = read(identity.identity_data.as_ref())?;
            Identity::from_terraform(&identity, &mut diagnostics)
        }
        None => Identity::parse(&request.id, &mut diagnostics),
    };
    let kept = match named {
        Some(named) => resource::import(&host, &named, &mut diagnostics).await,
        None => None,
    };
    let imported = kept.iter().map(|kept| import_resource_state::ImportedResource {
        type_name: USER.to_owned(),
        state: Some(provider.encode(Some(kept))),
        identity: identity(Some(kept)),
        private: private(Some(kept)),
    });
    Ok(import_resource_state::Response {
        imported_resources: imported.collect(),
        diagnostics: diagnostics.into_inner(),
        ..Default::default()
    })
}

pub async fn adopt(
    provider: &ConnectProvider,
    request: move_resource_state::Request,
) -> Result<move_resource_state::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let state = read_json(&request.source_state.unwrap_or_default().json)?;
    let from = &request.source_type_name;
    let moved = MOVES_FROM.contains(&from.as_str()).then(|| resource::adopt(from, &state)).flatten();
    if moved.is_none() {
        diagnostics.error(
            format!("`{from}` cannot be moved here"),
            format!("only `{}` can, with what names the user in its state", MOVES_FROM.join("` and `")),
            None,
        );
    }
    Ok(move_resource_state::Response {
        target_state: Some(provider.encode(moved.as_ref())),
        target_identity: identity(moved.as_ref()),
        target_private: private(moved.as_ref()),
        diagnostics: diagnostics.into_inner(),
    })
}

/// A configuration for a user that exists.
pub async fn generate(
    provider: &ConnectProvider,
    request: generate_resource_config::Request,
) -> Result<generate_resource_config::Response, Status> {
    let host = provider.host().await?;
    let config = resource::generate(&host, &read(request.state.as_ref())?);
    Ok(generate_resource_config::Response {
        config: Some(encode(&provider.resource.complete(&config))),
        diagnostics: Vec::new(),
    })
}

fn identity(kept: Option<&Kept>) -> Option<ResourceIdentityData> {
    Some(Identity::of(&kept?.object)?.to_proto())
}

fn private(kept: Option<&Kept>) -> Vec<u8> {
    kept.map(|kept| kept.private.clone()).unwrap_or_default()
}
