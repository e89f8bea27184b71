//! A mock of [`ConnectClient`] for unit tests (feature `mock`), made with `mockall`.
//!
//! A test defines what each call must contain and what it answers; an unexpected call panics. For tests that need the
//! state of a service across calls, use [`memory`](super::memory).
//!
//! ```
//! use connect_user::client::{ConnectClient, ListUsers, Page, mock::MockConnectClient};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = MockConnectClient::new();
//! client
//!     .expect_list_users()
//!     .withf(|request| request.instance_id.bare() == "1c2d")
//!     .times(1)
//!     .returning(|_| Ok(Page::new([], None)));
//!
//! assert!(client.list_users(&ListUsers::new("1c2d")).await?.items.is_empty());
//! # Ok(()) }
//! ```
// The methods are generated from the operations by `mockall`.
#![allow(
    clippy::missing_errors_doc,
    missing_debug_implementations,
    missing_docs,
    reason = "`mockall` generates them"
)]

use async_trait::async_trait;

use super::{
    answer::*, error::ClientResult, operations::ConnectClient, request::*, table::for_each_operation,
};
use crate::user::{ProficiencyKey, UserId};

macro_rules! mock_client {
    ({} $($method:ident $request:ident -> $answer:ty;)+) => {
        mockall::mock! {
            /// A client whose answers the test defines.
            #[derive(Debug)]
            pub ConnectClient {}

            #[async_trait]
            impl ConnectClient for ConnectClient {
                $(async fn $method(&self, request: &$request) -> ClientResult<$answer>;)+
            }
        }
    };
}

for_each_operation!(mock_client! {});
