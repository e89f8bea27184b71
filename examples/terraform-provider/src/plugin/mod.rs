//! How Terraform starts a provider and connects to it: the parts of HashiCorp's go-plugin that a provider needs.

mod controller;
mod handshake;
mod tls;

use std::{os::unix::process::parent_id, time::Duration};

use futures_util::stream;
use magma_protocol::tfplugin6::provider_server::ProviderServer;
use tokio::{net::UnixListener, sync::watch};
use tonic::transport::Server;

use self::{controller::Controller, handshake::Handshake};
use crate::provider::ConnectProvider;

/// Limit of a message in bytes, equal to the limit of Terraform.
const MOST_BYTES: usize = 256 << 20;

/// Time limit for calls in progress when Terraform ends the provider.
const GRACE: Duration = Duration::from_secs(30);

/// Serves the provider on a new socket, until Terraform shuts it down or ends.
pub async fn serve(provider: ConnectProvider) -> Result<(), Box<dyn std::error::Error>> {
    let handshake = Handshake::from_environment()?;
    let directory = tempfile::Builder::new().prefix("terraform-provider-connect-").tempdir()?;
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path)?;
    let (acceptor, certificate) = tls::acceptor(&handshake.client)?;
    println!("{}", handshake.line(&path, &certificate));

    let (end, mut ended) = watch::channel(false);
    let stop = provider.stop.clone();
    tokio::spawn(end_with_terraform(end.clone()));
    let incoming = stream::unfold(listener, move |listener| {
        let acceptor = acceptor.clone();
        async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                // A client that cannot authenticate is ignored.
                if let Ok(stream) = acceptor.accept(stream).await {
                    return Some((Ok::<_, std::io::Error>(stream), listener));
                }
            }
        }
    });
    let service = ProviderServer::new(provider)
        .max_decoding_message_size(MOST_BYTES)
        .max_encoding_message_size(MOST_BYTES);
    let server = Server::builder()
        .add_service(service)
        .add_service(Controller::new(end))
        .serve_with_incoming_shutdown(Box::pin(incoming), {
            let mut ended = ended.clone();
            async move { drop(ended.wait_for(|ended| *ended).await) }
        });
    let overdue = async {
        let _ = ended.wait_for(|ended| *ended).await;
        stop.cancel();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = server => served?,
        () = overdue => {}
    }
    Ok(())
}

/// Signals the end when Terraform no longer runs. Interrupts are ignored: the terminal sends them to all its processes,
/// and Terraform decides what to do.
async fn end_with_terraform(end: watch::Sender<bool>) {
    let parent = parent_id();
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
        if parent_id() != parent {
            let _ = end.send(true);
            return;
        }
    }
}
