//! Lists the users of an instance, for `pulumi import` and other searches for resources.

use connect_user::{
    engine::{Query, Spelling},
    user::{Diagnostic, Value},
};
use tonic::Status;

use super::{Answer, Provider, check_type};
use crate::{
    protocol::{Empty, ListItem, ListRequest, ListResponse, ListResult},
    wire::{Document, text},
};

impl Provider {
    /// Lists the users of the instance that the query names; a query with unknown values has no result yet.
    pub async fn list(&self, request: ListRequest) -> Answer<Vec<ListResponse>> {
        let ListRequest { token, query, limit } = request;
        check_type(&token)?;
        let query = Document::read(query);
        self.secrets.learn(&query);
        if query.value.has_unknowns() {
            return Ok(vec![ListResponse { item: Some(ListItem::Computed(Empty {})) }]);
        }
        let query = Query::read(&query.value, Spelling::CamelCase)
            .map_err(|mistakes| Status::invalid_argument(self.secrets.hide(&texts(&mistakes))))?;
        let region = self.service()?.region(query.region.as_deref()).await?;
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut pages = region.users.list(query.instance, query.filter, false);
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

fn texts(mistakes: &[Diagnostic]) -> String {
    mistakes.iter().map(text).collect::<Vec<_>>().join("; ")
}
