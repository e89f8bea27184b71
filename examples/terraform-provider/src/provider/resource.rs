//! The calls for the resource: what Terraform has is read, given to [`resource`], and what comes back is written.

use connect_user::{engine::Fingerprints, user::Value};
use magma_protocol::tfplugin6::{
    ResourceIdentityData, apply_resource_change, generate_resource_config, import_resource_state,
    move_resource_state, plan_resource_change, read_resource, upgrade_resource_identity,
    upgrade_resource_state, validate_resource_config,
};
use tonic::Status;

use super::{ConnectProvider, USER, read, read_json};
use crate::{
    resource::{self, Identity, Kept, MOVES_FROM, Object, Planned, Private},
    wire::{Diagnostics, attribute_path, encode},
};

pub async fn validate(
    provider: &ConnectProvider,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let config = read(request.config.as_ref())?;
    provider.resource.refuse_computed(&config, &mut diagnostics);
    resource::check_password(&config, &mut diagnostics);
    resource::validate(&Object::from_terraform(&config), &mut diagnostics);
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
    let kept = match Kept::read(&read(request.current_state.as_ref())?, &request.private) {
        Ok(Some(kept)) => resource::read(&host, &kept, &mut diagnostics).await,
        Ok(None) => None,
        Err(unreadable) => {
            diagnostics.unreadable(&unreadable);
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
    let answer = |planned: Option<&Planned>, prior: Option<&Object>, diagnostics: Diagnostics| {
        plan_resource_change::Response {
            planned_state: Some(provider.encode(planned.map(|planned| &planned.kept))),
            requires_replace: planned
                .iter()
                .flat_map(|planned| &planned.replaces)
                .filter_map(attribute_path)
                .collect(),
            // Terraform gives it back beside the prior state.
            planned_private: planned.map(|planned| planned.kept.private.write(prior)).unwrap_or_default(),
            planned_identity: identity(planned.map(|planned| &planned.kept)),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }
    };
    let prior = Kept::read(&read(request.prior_state.as_ref())?, &request.prior_private);
    let private = Private::read(&request.prior_private, None);
    let (prior, private) = match (prior, private) {
        (Ok(prior), Ok(private)) => (prior, private),
        (Err(unreadable), _) | (_, Err(unreadable)) => {
            diagnostics.unreadable(&unreadable);
            return Ok(answer(None, None, diagnostics));
        }
    };
    if read(request.proposed_new_state.as_ref())? == Value::Null {
        if let Some(prior) = &prior {
            resource::plan_deletion(&host, prior, &mut diagnostics);
        }
        let planned_private = request.prior_private;
        let planned_identity = request.prior_identity;
        return Ok(plan_resource_change::Response {
            planned_private,
            planned_identity,
            ..answer(None, None, diagnostics)
        });
    }
    let config = Object::from_terraform(&read(request.config.as_ref())?);
    let planned = resource::plan(&host, prior.as_ref(), &config, &private, &mut diagnostics).await;
    let prior = prior.as_ref().map(|kept| &kept.object);
    Ok(answer(planned.as_ref(), prior, diagnostics))
}

pub async fn apply(
    provider: &ConnectProvider,
    request: apply_resource_change::Request,
) -> Result<apply_resource_change::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let prior = Kept::read(&read(request.prior_state.as_ref())?, &request.planned_private);
    let own = Private::read(&request.planned_private, None);
    let (prior, own) = match (prior, own) {
        (Ok(prior), Ok(own)) => (prior, own),
        (Err(unreadable), _) | (_, Err(unreadable)) => {
            diagnostics.unreadable(&unreadable);
            return Ok(apply_resource_change::Response {
                new_state: request.prior_state,
                private: request.planned_private,
                new_identity: request.planned_identity,
                diagnostics: diagnostics.into_inner(),
                ..Default::default()
            });
        }
    };
    let planned = read(request.planned_state.as_ref())?;
    let planned = (planned != Value::Null).then(|| Object::from_terraform(&planned));
    let config = Object::from_terraform(&read(request.config.as_ref())?);
    let kept =
        resource::apply(&host, prior.as_ref(), planned.as_ref(), &config, &own, &mut diagnostics).await;
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
    let moved = MOVES_FROM
        .contains(&from.as_str())
        .then(|| resource::adopt(from, &state, &Fingerprints::like(None)))
        .flatten();
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
    let config = resource::generate(&host, &Object::from_terraform(&read(request.state.as_ref())?));
    Ok(generate_resource_config::Response {
        config: Some(encode(&provider.resource.complete(&config.to_terraform()))),
        diagnostics: Vec::new(),
    })
}

fn identity(kept: Option<&Kept>) -> Option<ResourceIdentityData> {
    Some(Identity::of(&kept?.object)?.to_proto())
}

fn private(kept: Option<&Kept>) -> Vec<u8> {
    kept.map(|kept| kept.private.write(Some(&kept.object))).unwrap_or_default()
}
