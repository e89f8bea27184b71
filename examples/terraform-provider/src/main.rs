//! A Terraform provider for Amazon Connect users: the crate `connect-user` inside an engine that somebody else
//! wrote.
//!
//! Terraform starts it; see `README.md`. What is worth reading for whoever embeds the crate is `resource`:
//! everything else is the protocol.

mod data_source;
mod host;
mod list;
mod log;
mod plugin;
mod provider;
mod resource;
mod schema;
mod wire;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    log::start();
    match plugin::serve(provider::ConnectProvider::default()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
