//! The calls for the resource: each reads the request, calls [`resource`], and writes the result.

use connect_user::user::Value;
use magma_protocol::tfplugin6::{
    ResourceIdentityData, apply_resource_change, generate_resource_config, import_resource_state,
    move_resource_state, plan_resource_change, read_resource, upgrade_resource_identity,
    upgrade_resource_state, validate_resource_config,
};
use tonic::Status;

use super::{ConnectProvider, USER, read, read_json};
use crate::{
    resource::{self, MOVES_FROM},
    wire::{Diagnostics, Identity, Stored, attribute_path, encode},
};

pub async fn validate(
    provider: &ConnectProvider,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let config = read(request.config.as_ref())?;
    provider.resource.check(&config, &mut diagnostics);
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

/// Returns identities unchanged: there is only one version so far.
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
    let prior = Stored::read(&host.offline, read(request.current_state.as_ref())?, &request.private);
    let stored = match prior {
        Ok(Some(stored)) => resource::read(&host, stored, &mut diagnostics).await,
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
        new_state: Some(provider.encode(stored.as_ref())),
        new_identity: identity(stored.as_ref()),
        private: private(stored),
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
    let mut answer =
        plan_resource_change::Response { planned_state: Some(encode(&Value::Null)), ..Default::default() };
    match Stored::read(&host.offline, read(request.prior_state.as_ref())?, private) {
        Err(error) => diagnostics.unreadable(&error),
        Ok(prior) if read(request.proposed_new_state.as_ref())? == Value::Null => {
            resource::plan_deletion(&host, prior.as_ref(), &mut diagnostics);
            answer.planned_private = request.prior_private;
            answer.planned_identity = request.prior_identity;
        }
        Ok(prior) => {
            let config = read(request.config.as_ref())?;
            let planned = resource::plan(&host, prior.as_ref(), &config, private, &mut diagnostics).await;
            if let Some((state, private, replaces)) = planned {
                answer.planned_identity = Identity::of(&state).map(|identity| identity.to_proto());
                answer.planned_state = Some(encode(&provider.resource.complete(&state)));
                answer.planned_private = private.into_bytes();
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
    let record = &request.planned_private;
    let prior = Stored::read(&host.offline, read(request.prior_state.as_ref())?, record);
    let record = host.offline.read_record(&String::from_utf8_lossy(record), &Value::Null);
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
    let stored = match (&planned, &prior) {
        (Value::Null, None) => None,
        (Value::Null, Some(prior)) => resource::delete(&host, prior, &mut diagnostics).await,
        (planned, prior) => {
            let record = prior.as_ref().map_or(&record, |prior| &prior.snapshot.kept);
            resource::apply(&host, prior.as_ref(), planned, record, &config, &mut diagnostics).await
        }
    };
    Ok(apply_resource_change::Response {
        new_state: Some(provider.encode(stored.as_ref())),
        new_identity: identity(stored.as_ref()),
        private: private(stored),
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
    let stored = match named {
        Some(named) => resource::import(&host, &named, &mut diagnostics).await,
        None => None,
    };
    let imported = stored.map(|stored| import_resource_state::ImportedResource {
        type_name: USER.to_owned(),
        state: Some(provider.encode(Some(&stored))),
        identity: identity(Some(&stored)),
        private: stored.private,
    });
    Ok(import_resource_state::Response {
        imported_resources: imported.into_iter().collect(),
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
    let moved = resource::moved(from, &state);
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
        target_private: private(moved),
        diagnostics: diagnostics.into_inner(),
    })
}

/// Generates a configuration for a user that exists.
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

fn identity(stored: Option<&Stored>) -> Option<ResourceIdentityData> {
    Some(Identity::of(&stored?.object)?.to_proto())
}

fn private(stored: Option<Stored>) -> Vec<u8> {
    stored.map(|stored| stored.private).unwrap_or_default()
}
