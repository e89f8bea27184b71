//! A Terraform provider for Amazon Connect users: shows how to embed the crate `connect-user` in an existing engine.
//!
//! Terraform starts it; see `README.md`. If you embed the crate, read `resource`; everything else is the protocol.

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
