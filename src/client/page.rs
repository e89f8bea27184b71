//! Reads all pages of a list.

use std::collections::HashSet;

use super::{
    answer::*,
    error::{ClientError, ClientResult, ErrorKind},
    operations::{ConnectClient, Request},
    request::*,
    table::operations,
};
use crate::user::{Operation, ProficiencyKey, UserId};

/// A request for a page of a list.
pub trait PagedRequest: Request<Answer = Page<Self::Item>> {
    /// An element of the list.
    type Item: Send + 'static;

    /// The largest size of a page, which is also the default.
    const LARGEST_PAGE: u32;

    /// Returns the token of the requested page; `None` for the first page.
    fn page_token(&self) -> Option<&str>;

    /// Returns the requested size of the page.
    fn page_size(&self) -> u32;

    /// Sets the token of the page to request.
    fn set_next_token(&mut self, token: String);
}

macro_rules! paged_requests {
    ({} $($need:ident { $(
        $(#[$meta:meta])*
        $method:ident $request:ident($scope:ident $(, page of $most:literal $item:ty)?) $fields:tt -> $answer:ty;
    )+ })+) => { $($($(
        impl PagedRequest for $request {
            type Item = $item;
            const LARGEST_PAGE: u32 = $most;

            fn page_token(&self) -> Option<&str> {
                self.next_token.as_deref()
            }

            fn page_size(&self) -> u32 {
                self.max_results.unwrap_or(Self::LARGEST_PAGE)
            }

            fn set_next_token(&mut self, token: String) {
                self.next_token = Some(token);
            }
        }
    )?)+)+ };
}

operations!([paged_requests] {});

/// Reads all pages, beginning with the page of the request.
///
/// ```
/// use connect_user::client::{ListUsers, all_pages, memory::MemoryConnect};
/// use connect_user::user::IdentityManagementType;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = MemoryConnect::any_instance(IdentityManagementType::Saml);
/// let users = all_pages(&client, ListUsers::new("1c2d")).await?;
/// assert!(users.is_empty());
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The error of the first call that fails; [`ErrorKind::InvalidResponse`] if a page token repeats, because reading
/// would never end.
pub async fn all_pages<R: PagedRequest>(
    client: &dyn ConnectClient,
    request: R,
) -> ClientResult<Vec<R::Item>> {
    Ok(whole_list(client, request).await?.items)
}

/// Reads all pages and returns them as one page, with the last page's data about the whole list.
pub(crate) async fn whole_list<R: PagedRequest>(
    client: &dyn ConnectClient,
    mut request: R,
) -> ClientResult<Page<R::Item>> {
    let mut items = Vec::new();
    let mut tokens = PageTokens::default();
    loop {
        let Page { items: more, next_token, last_modified } = request.send(client).await?;
        items.extend(more);
        let Some(token) = tokens.new_one(R::OPERATION, next_token)? else {
            return Ok(Page { items, next_token: None, last_modified });
        };
        tokens.insert(&token);
        request.set_next_token(token);
    }
}

/// The tokens of the pages of a list so far: reading a list that repeats one would never end.
#[derive(Debug, Default)]
pub(crate) struct PageTokens(HashSet<String>);

impl PageTokens {
    /// Returns the token of the next page, if it is new.
    pub(crate) fn new_one(&self, operation: Operation, next: Option<String>) -> ClientResult<Option<String>> {
        match next {
            Some(token) if self.0.contains(&token) => {
                Err(ClientError::new(operation, ErrorKind::InvalidResponse)
                    .with_message("the service repeats a page"))
            }
            next => Ok(next),
        }
    }

    /// Adds the token of a page that is about to be requested.
    pub(crate) fn insert(&mut self, token: &str) {
        self.0.insert(token.to_owned());
    }
}
