//! Pulumi's provider protocol: its messages, and the service that the engine calls.

mod messages;
mod server;

pub use messages::*;
pub use server::Server;
