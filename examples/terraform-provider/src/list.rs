//! The list resource `connect_user`: the users of an instance, whoever manages them, for `terraform query`.

use std::sync::Arc;

use connect_user::{
    read::{RefreshOptions, Strategy, read, read_all},
    user::{InstanceId, Path, Property, UserState, Value},
};
use futures_util::{Stream, StreamExt, stream};
use magma_protocol::tfplugin6::list_resource;

use crate::{
    client::Service,
    resource::{Host, Identity, Object, check_region},
    schema::{Field, Given, Kind, STRING, STRING_MAP, Schema},
    wire::{Diagnostics, encode},
};

/// How many users are read at the same time; how fast is for the pace to say.
const PARALLELISM: usize = 8;

/// The values by which users are chosen, and the property that each is of.
const CHOSEN_BY: [(&str, Property, &str); 4] = [
    ("name", Property::Name, "The exact name."),
    ("routing_profile_id", Property::RoutingProfileId, "The routing profile."),
    ("hierarchy_group_id", Property::HierarchyGroupId, "The hierarchy group, without those below it."),
    (
        "security_profile_id",
        Property::SecurityProfileIds,
        "A security profile that the user has, among others.",
    ),
];

pub fn schema() -> Schema {
    let given = |name: &str, kind: Kind, given, description: &str| Field::new(name, kind, given, description);
    let mut fields = vec![
        given("instance_id", STRING, Given::Required, "The instance."),
        given(
            "region",
            STRING,
            Given::Optional,
            "The AWS Region of the instance: the provider's unless it is set.",
        ),
        given("name_prefix", STRING, Given::Optional, "What the name begins with."),
        given("tags", STRING_MAP, Given::Optional, "Tags that the user has, among others."),
    ];
    let by = CHOSEN_BY.map(|(name, _, description)| given(name, STRING, Given::Optional, description));
    fields.extend(by);
    Schema { fields, blocks: Vec::new() }
}

pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    check_region(config.get("region").unwrap_or(&Value::Null), diagnostics);
    if let Some(instance) = config.get("instance_id").and_then(Value::as_str)
        && let Err(reason) = InstanceId::new(instance).check()
    {
        let at = Path::root().member("instance_id");
        diagnostics.error(format!("`{instance}` is not the id of an instance: {reason}"), "", Some(&at));
    }
}

/// The users that are chosen, at most `limit` of them where that is above zero. The whole user is read only
/// where it is asked for: a list takes a call for 500 users, and each whole user two.
pub async fn list(
    host: Arc<Host>,
    resource: Arc<Schema>,
    config: Value,
    whole: bool,
    limit: i64,
) -> impl Stream<Item = list_resource::Event> + Send {
    let mut diagnostics = Diagnostics::default();
    let chosen = chosen(&host, &config, &mut diagnostics).await;
    let failed = std::mem::take(&mut diagnostics).into_inner();
    let failed =
        (!failed.is_empty()).then(|| list_resource::Event { diagnostic: failed, ..Default::default() });
    let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let (service, users) = chosen.unzip();
    let users: Vec<UserState> = users.into_iter().flatten().take(limit).collect();
    let events = stream::iter(users).map(move |user| {
        let (host, resource, service) = (host.clone(), resource.clone(), service.clone());
        async move { event(&host, &resource, service.as_deref(), user, whole).await }
    });
    stream::iter(failed).chain(events.buffered(PARALLELISM).filter_map(|event| async { event }))
}

/// The service, and the users that are chosen, by their names.
async fn chosen(
    host: &Host,
    config: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<(Arc<Service>, Vec<UserState>)> {
    let text = |name| config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut place = Object::default();
    place.put("region", config.get("region").cloned().unwrap_or(Value::Null));
    let Some(service) = host.service(&place) else {
        diagnostics.error("the provider's configuration is not known yet", "give it known values", None);
        return None;
    };
    let instance = InstanceId::new(text("instance_id").unwrap_or_default());
    let options = RefreshOptions::builder().strategy(Strategy::Search).build();
    let mut all = match read_all(&instance, service.client(), &options).await {
        Ok(all) => all,
        Err(error) => {
            let what = format_args!("the users of the instance `{instance}`");
            diagnostics.not_read(what, &error, Some(Property::InstanceId));
            return None;
        }
    };
    for (user, error) in &all.failed {
        diagnostics.not_read(format_args!("the user `{user}`"), error, None);
    }
    let prefix = text("name_prefix").unwrap_or_default();
    let is_chosen = |user: &UserState| {
        let object = Object::from_state(user, &host.config.settings);
        let has = |(name, property, _): &(&'static str, Property, &str)| match (
            text(name),
            object.get(*property),
        ) {
            (None, _) => true,
            (Some(wanted), Value::List(items)) => items.iter().any(|item| is_id(item, wanted)),
            (Some(wanted), value) => is_id(value, wanted),
        };
        let has_tag =
            |(key, value): &(String, Value)| user.tags_all.get(key).map(String::as_str) == value.as_str();
        let has_tags = !matches!(config.get("tags"), Some(Value::Map(tags)) if !tags.iter().all(has_tag));
        user.name.starts_with(prefix) && CHOSEN_BY.iter().all(has) && has_tags
    };
    all.users.retain(is_chosen);
    Some((service, all.users))
}

/// Whether a value is what is wanted, which may be an ARN.
fn is_id(value: &Value, wanted: &str) -> bool {
    let is_same = |value: &str| value == wanted || wanted.rsplit_once('/').is_some_and(|(_, id)| id == value);
    value.as_str().is_some_and(is_same)
}

/// What is told of a user; nothing where it is gone meanwhile.
async fn event(
    host: &Host,
    resource: &Schema,
    service: Option<&Service>,
    user: UserState,
    whole: bool,
) -> Option<list_resource::Event> {
    let (service, mut diagnostics) = (service?, Diagnostics::default());
    let user = match whole {
        false => user,
        true => match read(service.client(), &user.instance_id, &user.user_id).await {
            Ok(user) => user?,
            Err(error) => {
                diagnostics.not_read(format_args!("the user `{}`", user.name), &error, None);
                user
            }
        },
    };
    let mut object = Object::from_state(&user, &host.config.settings);
    object.put("region", service.region().into());
    let shown = whole && !diagnostics.has_errors();
    Some(list_resource::Event {
        identity: Identity::of(&object).map(|identity| identity.to_proto()),
        display_name: user.name.clone(),
        resource_object: shown.then(|| encode(&resource.complete(&object.to_terraform()))),
        diagnostic: diagnostics.into_inner(),
    })
}
