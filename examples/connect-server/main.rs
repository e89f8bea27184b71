//! `connect-server`: a server on loopback with the user operations of Amazon Connect, for tests in any language.
//!
//! The server uses the protocol of the service (restJson1), so it works with the AWS SDKs, boto3 and the AWS command
//! line. Calls are executed by [`MemoryConnect`], with all its rules.
//!
//! ```text
//! cargo run --example connect-server -- --port 8080 --instance 1c2d=SAML
//! aws connect list-users --instance-id 1c2d --endpoint-url http://127.0.0.1:8080
//! ```

mod answer;
mod args;
mod faults;
mod guard;
mod json;
mod request;
mod route;

use std::{
    io::Write,
    net::SocketAddr,
    pin::pin,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        CancellationToken, ThreadTimer,
        memory::{MemoryConnect, MemoryFile, MemoryInstance},
    },
    user::Operation,
};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

use crate::{
    answer::{Answer, Body},
    args::Args,
    faults::{Faults, WireFault},
};

/// Limit of connections at the same time; further connections wait.
const MOST_CONNECTIONS: usize = 512;

/// Limit of bytes that are buffered for a connection, including the heads of requests.
const MOST_HEAD: usize = 64 << 10;

/// Time limit for receiving the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Time limit for requests in progress when the server is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// Pause after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The service and how it behaves.
struct Server {
    connect: MemoryConnect,
    file: Option<MemoryFile>,
    faults: Mutex<Faults>,
    requests: AtomicUsize,
    args: Args,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Prints an error to stderr, if that is open.
fn complain(error: &dyn std::error::Error) {
    let _ = writeln!(std::io::stderr().lock(), "error: {error}");
}

async fn serve(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    if !args.host.is_loopback() && !args.allow_remote {
        return Err(format!(
            "`{}` is not a loopback address; give `--allow-remote` if that is meant",
            args.host
        )
        .into());
    }
    let at = SocketAddr::new(args.host, args.port);
    let listener =
        TcpListener::bind(at).await.map_err(|error| format!("`{at}` cannot be listened at: {error}"))?;
    let address = listener.local_addr()?;
    let (file, connect) = open(&args)?;
    let server = Arc::new(Server {
        connect,
        file,
        faults: Mutex::new(Faults::new(&args.fault)),
        requests: AtomicUsize::new(0),
        args,
    });
    let url = serde_json::json!({"url": format!("http://{address}")});
    let said = writeln!(std::io::stdout(), "{url}").and_then(|()| std::io::stdout().flush());
    said.map_err(|error| format!("the address cannot be written to standard output: {error}"))?;
    let end = CancellationToken::new();
    end_on_signal(end.clone());
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Some(place) = end.run(places.clone().acquire_owned()).await {
        let Some(accepted) = end.run(listener.accept()).await else { break };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // The client has disconnected, or too many files are open: the next connection may succeed.
            Err(error) => {
                complain(&error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (server, end) = (server.clone(), end.clone());
        connections.spawn(async move {
            converse(server, stream, &end).await;
            drop(place);
        });
        // Remove the tasks of connections that have ended.
        while connections.try_join_next().is_some() {}
    }
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
    Ok(())
}

/// Serves the requests of one connection, until the client or the server ends it.
async fn converse(server: Arc<Server>, stream: TcpStream, end: &CancellationToken) {
    let service = service_fn(move |request| handle(server.clone(), request));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(MOST_HEAD);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // Errors of the connection are ignored: they are often injected faults.
    if end.run(connection.as_mut()).await.is_none() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Stops the server on Ctrl-C or `SIGTERM`.
fn end_on_signal(end: CancellationToken) {
    tokio::spawn(async move {
        let told = async {
            #[cfg(unix)]
            if let Ok(mut terminate) =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
            {
                terminate.recv().await;
                return;
            }
            std::future::pending().await
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = told => {}
        }
        end.cancel();
    });
}

fn open(args: &Args) -> Result<(Option<MemoryFile>, MemoryConnect), Box<dyn std::error::Error>> {
    let (file, connect) = match &args.file {
        Some(path) => {
            let opened = MemoryFile::open(path);
            let (file, connect) = opened.map_err(|error| format!("`{}`: {error}", path.display()))?;
            (Some(file), connect)
        }
        None => (None, MemoryConnect::new()),
    };
    for (id, kind) in &args.instance {
        let mut instance = MemoryInstance::new(id.as_str(), *kind)
            .with_hidden_reads(args.hidden_reads)
            .with_hidden_time(Duration::from_millis(args.hidden_millis));
        if let Some(quota) = args.user_quota {
            instance = instance.with_user_quota(quota);
        }
        for (id, name) in &args.routing_profile {
            instance = instance.with_named_routing_profile(id.clone(), name);
        }
        for (id, name) in &args.security_profile {
            instance = instance.with_named_security_profile(id.clone(), name);
        }
        for (id, path) in &args.hierarchy_group {
            instance = instance.with_named_hierarchy_group(id.clone(), path);
        }
        for (name, values) in &args.predefined_attribute {
            instance = instance.with_attribute(name, values);
        }
        connect.add_instance(instance);
    }
    if let Some(kind) = args.any_instance {
        connect.add_any_instance(kind);
    }
    connect.set_time(SystemTime::now().into());
    connect.follow(Arc::new(ThreadTimer::default()));
    for (operation, rate) in &args.quota {
        connect.set_quota(*operation, rate.every, rate.burst);
    }
    if let Some(file) = &file {
        file.persist(&connect)?;
    }
    Ok((file, connect))
}

/// Answers a request; an error ends the connection without an answer.
async fn handle(server: Arc<Server>, request: Request<Incoming>) -> Result<Response<Body>, WireFault> {
    let method = request.method().as_str().to_owned();
    let uri = request.uri().clone();
    if let Err(refused) = guard::check(request.headers(), server.args.allow_remote) {
        return Ok(refused.into_response(0));
    }
    let signed = guard::signed(request.headers());
    let is_of_quotas = route::lists_quotas(request.headers());
    let body = match guard::read(request.into_body()).await {
        Ok(body) => body,
        Err(refused) => return Ok(refused.into_response(0)),
    };
    let operation = route::operation(&method, uri.path());
    let fault = operation
        .and_then(|operation| server.faults.lock().unwrap_or_else(PoisonError::into_inner).next(operation));
    if let Some(fault @ WireFault::ResetBefore) = fault {
        server.log(operation, &method, uri.path(), signed.as_deref(), "reset");
        return Err(fault);
    }
    let answer = match (operation, &fault) {
        (None, _) if is_of_quotas => Answer::Done(json::quotas(&server.args.quota)),
        (None, _) => Answer::unknown(),
        (_, Some(WireFault::Refused(status, code))) => Answer::error(*status, code, "refused by a fault"),
        (Some(operation), _) => route::answer(&server.connect, operation, &uri, &body).await,
    };
    server.log(operation, &method, uri.path(), signed.as_deref(), &answer.status().to_string());
    if operation.is_some_and(Operation::writes) && server.persist().is_err() {
        return Ok(Answer::error(
            500,
            "InternalServiceException",
            "the file cannot be written, and nothing was changed",
        )
        .into_response(0));
    }
    // The log of calls is not used here, and would grow without limit.
    server.connect.clear_calls();
    let request_id = server.requests.fetch_add(1, Ordering::Relaxed) + 1;
    match fault {
        None | Some(WireFault::Refused(..)) => {
            answer.answered().map(|answer| answer.into_response(request_id))
        }
        Some(WireFault::Hang) => std::future::pending().await,
        Some(WireFault::Malformed) => Ok(answer.malformed(request_id)),
        Some(WireFault::Empty) => Ok(answer.emptied(request_id)),
        Some(WireFault::Cut) => Ok(answer.cut(request_id)),
        Some(WireFault::RepeatToken) => Ok(answer.with_token(route::AGAIN).into_response(request_id)),
        Some(fault) => Err(fault),
    }
}

impl Server {
    fn persist(&self) -> std::io::Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.persist(&self.connect))
    }

    /// Logs a request, without bodies and names, which have personal data and passwords.
    fn log(
        &self,
        operation: Option<Operation>,
        method: &str,
        path: &str,
        signed: Option<&str>,
        outcome: &str,
    ) {
        if self.args.log {
            let line = serde_json::json!({
                "operation": operation, "method": method, "path": path, "signed": signed, "outcome": outcome,
            });
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}
