//! A Pulumi provider for Amazon Connect users: shows how to embed the crate `connect-user` in an existing engine.
//!
//! Pulumi starts it instead of its plugin `aws`; see `README.md`. If you embed the crate, read `provider/resource.rs`
//! and `user.rs`; everything else is the protocol.

mod engine;
mod protocol;
mod provider;
mod schema;
mod service;
mod user;
mod wire;

use std::{env, error::Error, os::unix::process::parent_id, process::ExitCode, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tonic::transport::{Server, server::TcpIncoming};

use connect_user::client::CancellationToken;

use crate::{protocol::Server as Calls, provider::Provider};

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves the provider on a free port, which it prints as the first line for the engine, until the engine ends.
async fn serve() -> Result<(), Box<dyn Error>> {
    let provider = Provider::default();
    if let Some(engine) = env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        provider.engine.attach(&engine);
    }
    let stop = provider.stop.clone();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    // Must be set up before the engine knows the port.
    let interrupts = signal(SignalKind::interrupt())?;
    println!("{}", listener.local_addr()?.port());
    let server = Server::builder().add_service(Calls::new(provider));
    server.serve_with_incoming_shutdown(TcpIncoming::from(listener), told_to_stop(interrupts, stop)).await?;
    Ok(())
}

/// Waits for an interrupt, with which the engine ends its plugins, or for the end of the engine. An interrupt from the
/// terminal does not reach plugins, because each has its own process group. Calls in progress are answered.
async fn told_to_stop(mut interrupts: Signal, stop: CancellationToken) {
    tokio::select! {
        _ = interrupts.recv() => {}
        () = engine_is_gone() => {}
    }
    stop.cancel();
}

async fn engine_is_gone() {
    let parent = parent_id();
    while parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
