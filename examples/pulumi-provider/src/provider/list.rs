//! The users of an instance, for `pulumi import` and what else looks for resources.

use connect_user::{engine::Filter, user::Value};
use tonic::Status;

use super::{Answer, Provider, check_type};
use crate::{
    protocol::{Empty, ListItem, ListRequest, ListResponse, ListResult},
    wire::Document,
};

impl Provider {
    /// Lists the users of the instance that the query names; it may ask for a name, or a profile or group.
    pub async fn list(&self, request: ListRequest) -> Answer<Vec<ListResponse>> {
        let ListRequest { token, query, limit } = request;
        check_type(&token)?;
        let query = Document::read(query);
        self.secrets.learn(&query);
        if query.is_unknown("instanceId") {
            return Ok(vec![ListResponse { item: Some(ListItem::Computed(Empty {})) }]);
        }
        let instance = query.text("instanceId").ok_or_else(|| {
            Status::invalid_argument("the query names no instance; give it an `instanceId`")
        })?;
        let region = self.service()?.region(query.text("region")).await?;
        let filter = Filter::builder()
            .maybe_name(query.text("name"))
            .maybe_routing_profile_id(query.text("routingProfileId"))
            .maybe_hierarchy_group_id(query.text("hierarchyGroupId"))
            .build();
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut pages = region.users.list(instance, filter, false);
        while found.len() < most {
            let page = pages.next_page().await;
            let Some(page) = page.map_err(|failure| self.refuse(&failure))? else { break };
            found.extend(page.into_iter().filter_map(|user| {
                let name = user.outputs.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                let item = Some(ListItem::Result(ListResult { id: user.id()?.to_string(), name }));
                Some(ListResponse { item })
            }));
        }
        found.truncate(most);
        Ok(found)
    }
}
