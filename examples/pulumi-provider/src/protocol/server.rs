//! The service that the engine calls: its methods by name, with their request and answer messages.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use futures_util::{
    TryFutureExt,
    future::MapOk,
    stream::{Iter, iter},
};
use prost::Message;
use tonic::{
    Request, Response, Status,
    body::Body,
    codec::ProstCodec,
    codegen::{BoxFuture, Service, http},
    server::{Grpc, NamedService, ServerStreamingService},
};

use super::messages::Empty;
use crate::provider::Provider;

/// Limit of a message in bytes, equal to the limit of the engine.
const MOST_BYTES: usize = 400 << 20;

#[derive(Clone)]
pub struct Server(Arc<Provider>);

impl Server {
    pub fn new(provider: Provider) -> Self {
        Self(Arc::new(provider))
    }
}

impl NamedService for Server {
    const NAME: &'static str = "pulumirpc.ResourceProvider";
}

impl Service<http::Request<Body>> for Server {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let provider = self.0.clone();
        Box::pin(async move {
            let answered = answer(provider.clone(), request).await;
            provider.tell().await;
            Ok(answered)
        })
    }
}

async fn answer(p: Arc<Provider>, request: http::Request<Body>) -> http::Response<Body> {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    match method.as_str() {
        "Handshake" => unary(request, async |r| p.handshake(r)).await,
        "Attach" => unary(request, async |r| p.attach(r)).await,
        "GetPluginInfo" => unary(request, async |_: Empty| p.plugin_info()).await,
        "GetSchema" => unary(request, async |r| p.schema(r)).await,
        "CheckConfig" => unary(request, |r| p.check_config(r)).await,
        "DiffConfig" => unary(request, async |r| p.diff_config(r)).await,
        "Configure" => unary(request, async |r| p.configure(r)).await,
        "Check" => unary(request, |r| p.check(r)).await,
        "Diff" => unary(request, |r| p.diff(r)).await,
        "Create" => unary(request, |r| p.create(r)).await,
        "Read" => unary(request, |r| p.read(r)).await,
        "Update" => unary(request, |r| p.update(r)).await,
        "Delete" => unary(request, |r| p.delete(r)).await,
        "Invoke" => unary(request, |r| p.invoke(r)).await,
        "List" => streaming(request, |r| p.list(r)).await,
        "Cancel" => unary(request, async |_: Empty| p.cancel()).await,
        // This provider does not convert programs of other tools: the answers are empty.
        "GetMapping" | "GetMappings" => unary(request, async |_: Empty| Ok(Empty {})).await,
        _ => Status::unimplemented(format!(
            "this provider has no `{method}`: it has neither components nor parameters"
        ))
        .into_http(),
    }
}

/// A method: a function from a request to answers.
struct Method<F>(F);

impl<Q, A, F, T> ServerStreamingService<Q> for Method<F>
where
    F: FnMut(Q) -> T,
    T: Future<Output = Result<Vec<A>, Status>>,
{
    type Response = A;
    type ResponseStream = Iter<vec::IntoIter<Result<A, Status>>>;
    type Future = MapOk<T, fn(Vec<A>) -> Response<Self::ResponseStream>>;

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let each = |all: Vec<A>| Response::new(iter(all.into_iter().map(Ok).collect::<Vec<_>>()));
        (self.0)(request.into_inner()).map_ok(each)
    }
}

/// Answers with one message: on the wire, this is a stream with one message.
async fn unary<Q: Message + Default + 'static, A: Message + 'static, T>(
    request: http::Request<Body>,
    mut method: impl FnMut(Q) -> T,
) -> http::Response<Body>
where
    T: Future<Output = Result<A, Status>>,
{
    streaming(request, |asked| Box::pin(method(asked).map_ok(|answer| vec![answer]))).await
}

async fn streaming<Q: Message + Default + 'static, A: Message + 'static, T>(
    request: http::Request<Body>,
    method: impl FnMut(Q) -> T,
) -> http::Response<Body>
where
    T: Future<Output = Result<Vec<A>, Status>>,
{
    let mut grpc = Grpc::new(ProstCodec::<A, Q>::default())
        .max_decoding_message_size(MOST_BYTES)
        .max_encoding_message_size(MOST_BYTES);
    grpc.server_streaming(Method(method), request).await
}
