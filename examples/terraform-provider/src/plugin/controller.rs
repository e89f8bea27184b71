//! The only call of go-plugin itself that a provider answers: shutdown.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use tokio::sync::watch;
use tonic::codec::ProstCodec;
use tonic::{
    Request, Response, Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{Grpc, NamedService, UnaryService},
};

/// The service `plugin.GRPCController`, whose messages are empty.
#[derive(Clone)]
pub struct Controller {
    end: watch::Sender<bool>,
}

impl Controller {
    pub const fn new(end: watch::Sender<bool>) -> Self {
        Self { end }
    }
}

impl NamedService for Controller {
    const NAME: &'static str = "plugin.GRPCController";
}

impl Service<http::Request<Body>> for Controller {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let shutdown = self.clone();
        Box::pin(async move {
            if request.uri().path() != "/plugin.GRPCController/Shutdown" {
                return Ok(Status::unimplemented("").into_http());
            }
            Ok(Grpc::new(ProstCodec::<(), ()>::default()).unary(shutdown, request).await)
        })
    }
}

impl UnaryService<()> for Controller {
    type Response = ();
    type Future = Ready<Result<Response<()>, Status>>;

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let _ = self.end.send(true);
        ready(Ok(Response::new(())))
    }
}
