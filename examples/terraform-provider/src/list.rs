//! The list resource `connect_user`: the users of an instance, managed or not, for `terraform query`.

use std::sync::Arc;

use connect_user::{
    engine::{Query, Snapshot, Spelling, provider::Region},
    user::Value,
};
use futures_util::{Stream, StreamExt, stream};
use magma_protocol::tfplugin6::list_resource;

use crate::{
    host::{Host, check_region},
    schema::Schema,
    wire::{Diagnostics, Identity, Stored, encode},
};

/// Limit of users that are read at the same time; the pace limits the rate of calls.
const PARALLELISM: usize = 8;

pub fn schema() -> Schema {
    Schema::of(Query::fields(Spelling::SnakeCase))
}

pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    check_region(config, diagnostics);
    diagnostics.found(&Query::validate(config, Spelling::SnakeCase));
}

/// Lists the selected users; at most `limit`, if that is above zero: pages are requested until there are enough users.
/// With `whole`, each user is read completely. A page needs one call, and reading a user completely needs two.
pub async fn list(
    host: Arc<Host>,
    resource: Arc<Schema>,
    config: Value,
    whole: bool,
    limit: i64,
) -> impl Stream<Item = list_resource::Event> + Send {
    let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let mut diagnostics = Diagnostics::default();
    let service = host.known_service(&config, &mut diagnostics);
    let users = match &service {
        Some(service) => chosen(service, &config, limit, &mut diagnostics).await,
        None => Vec::new(),
    };
    let failed = diagnostics.into_inner();
    let failed =
        (!failed.is_empty()).then(|| list_resource::Event { diagnostic: failed, ..Default::default() });
    let events = stream::iter(users).map(move |user| {
        let (resource, service) = (resource.clone(), service.clone());
        async move { event(&resource, &*service?, user, whole).await }
    });
    stream::iter(failed).chain(events.buffered(PARALLELISM).filter_map(|event| async { event }))
}

/// The selected users, ordered by name.
async fn chosen(
    service: &Region,
    config: &Value,
    limit: usize,
    diagnostics: &mut Diagnostics,
) -> Vec<Snapshot> {
    let query = match Query::read(config, Spelling::SnakeCase) {
        Ok(query) => query,
        Err(mistakes) => {
            diagnostics.found(&mistakes);
            return Vec::new();
        }
    };
    let mut pages = service.users.list(query.instance, query.filter, false);
    let mut users = Vec::new();
    while users.len() < limit {
        match pages.next_page().await {
            Ok(Some(page)) => users.extend(page),
            Ok(None) => break,
            Err(failure) => {
                diagnostics.failed(&failure);
                break;
            }
        }
    }
    users.sort_by(|one, other| name(one).cmp(name(other)));
    users.truncate(limit);
    users
}

fn name(user: &Snapshot) -> &str {
    user.outputs.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// The event for a user; `None` if the user no longer exists.
async fn event(
    resource: &Schema,
    service: &Region,
    user: Snapshot,
    whole: bool,
) -> Option<list_resource::Event> {
    let (display_name, id, mut diagnostics) = (name(&user).to_owned(), user.id()?, Diagnostics::default());
    let mut shown = None;
    if whole {
        match service.users.look_up(&id.to_string()).await {
            Ok(user) => {
                let stored = Stored::of(&service.users, user, &Value::Null, Some(&service.name));
                shown = Some(encode(&resource.complete(&stored.object)));
            }
            Err(failure) if failure.is_gone() => {
                return None;
            }
            Err(failure) => diagnostics.failed(&failure),
        }
    }
    let identity = Identity { id, region: Some(service.name.clone()) };
    Some(list_resource::Event {
        identity: Some(identity.to_proto()),
        display_name,
        resource_object: shown,
        diagnostic: diagnostics.into_inner(),
    })
}
