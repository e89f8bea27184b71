//! Pages of lists, and their tokens.

use super::{
    config::MemoryInstance,
    connect::Inner,
    instance::Instance,
    refusal::{Check, Refusal, refusal},
    users::StoredUser,
};
use crate::{
    client::{
        answer::{Page, UserDescription},
        error::ErrorKind,
        page::PagedRequest,
    },
    user::{InstanceId, UserId},
};

impl Inner {
    /// Returns a page of the visible users for which `is_found` is true. `name` narrows the users first, without regard
    /// to case. The token is the user with which the next page begins, so that no user is left out if others are
    /// deleted in between.
    pub(super) fn users<R: PagedRequest>(
        &mut self,
        request: &R,
        instance: &InstanceId,
        name: Option<&str>,
        is_found: impl Fn(&MemoryInstance, &StoredUser) -> bool,
        answer: fn(&UserDescription) -> R::Item,
    ) -> Check<Page<R::Item>> {
        let size = size(request)?;
        let now = self.clock.now();
        let Instance { config, users, .. } = self.instance(instance)?;
        let from = request.page_token().map(start).transpose()?.map(UserId::new);
        if from.as_ref().is_some_and(|id| id.check().is_err()) {
            return Err(foreign_token());
        }
        let mut seen = users.all_seen(name, from.as_ref(), now).filter(|user| is_found(config, user));
        let items: Vec<_> = seen.by_ref().take(size).map(|user| answer(&user.description)).collect();
        Ok(Page::new(items, seen.next().map(|user| format!("from-{}", user.description.user_id))))
    }
}

/// Returns a page of a list; the token is the position where the next page begins.
pub(super) fn page<R: PagedRequest>(
    request: &R,
    items: impl IntoIterator<Item = R::Item, IntoIter: ExactSizeIterator>,
) -> Check<Page<R::Item>> {
    let size = size(request)?;
    let start = match request.page_token() {
        None => 0,
        Some(token) => start(token)?.parse().map_err(|_| foreign_token())?,
    };
    let (items, end) = (items.into_iter(), size.saturating_add(start));
    let next_token = (end < items.len()).then(|| format!("from-{end}"));
    Ok(Page::new(items.skip(start).take(size).collect::<Vec<_>>(), next_token))
}

/// Returns the size of a page.
fn size<R: PagedRequest>(request: &R) -> Check<usize> {
    let size = request.page_size();
    if !(1..=R::LARGEST_PAGE).contains(&size) {
        return Err(refusal(ErrorKind::Invalid, "`MaxResults` is out of its bounds"));
    }
    Ok(usize::try_from(size).unwrap_or(usize::MAX))
}

fn start(token: &str) -> Check<&str> {
    token.strip_prefix("from-").ok_or_else(foreign_token)
}

fn foreign_token() -> Refusal {
    refusal(ErrorKind::Invalid, "`NextToken` is not one of this service")
}
