//! The socket: a loopback listener in front of a [`Service`].

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::clock::Clock;
use super::fault::{Fault, Faults};
use super::log::{Log, LoggedRequest};
use super::service::{Reply, Request, Service};
use super::{Error, Options};

/// No request of the contract comes near this size.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A running simulator. It stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    key: String,
    project: u64,
    shared: Arc<Shared>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<Held>,
    clock: Clock,
    latency: Duration,
}

#[derive(Debug)]
struct Held {
    service: Service,
    log: Log,
    faults: Faults,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Simulator {
    pub(super) async fn start(options: Options, clock: Clock) -> Result<Self, Error> {
        let service = Service::new(&options.scenario, options.seed, clock.now())?;
        Self::serve(service, &options, clock).await
    }

    pub(super) async fn serve(service: Service, options: &Options, clock: Clock) -> Result<Self, Error> {
        let log = Log::new(options.request_log.as_deref())?;
        let refused = |cause| Error::Port { port: options.port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (key, project) = (service.key().to_owned(), service.project());
        let state = Mutex::new(Held { service, log, faults: Faults::default() });
        let shared = Arc::new(Shared { state, clock, latency: options.latency });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        // Dropping the sender ends the wait, too, so that a dropped simulator stops.
        let stopped = async { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(async move {
            // Serving ends only by the signal, or by an error of the listener, which its clients notice.
            let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        });
        Ok(Self { address, key, project, shared, stop, task })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The project with the sources.
    #[must_use]
    pub fn project(&self) -> u64 {
        self.project
    }

    /// A key it accepts.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.lock().log.entries().to_vec()
    }

    /// Makes something go wrong, once, with a request of this method whose path ends like this: with the next one, or
    /// with a later one, after so many that pass.
    pub fn inject(&self, method: &str, path_suffix: &str, skip: usize, fault: Fault) {
        self.shared.lock().faults.add(method, path_suffix, skip, fault);
    }

    /// Stops it: requests under way are answered, idle connections are closed, the port is free afterwards.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return plain(StatusCode::PAYLOAD_TOO_LARGE) };
    let request = Request {
        method: parts.method.to_string(),
        // Some clients escape the sign of `@current` and `@me`.
        path: parts.uri.path().replace("%40", "@"),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: text_of(&parts.headers, &header::AUTHORIZATION),
        host: text_of(&parts.headers, &header::HOST).unwrap_or_default(),
        content_type: text_of(&parts.headers, &header::CONTENT_TYPE),
        body: body.to_vec(),
    };
    let now = shared.clock.now();
    let mut state = shared.lock();
    let Held { service, log, faults } = &mut *state;
    let fault = faults.of(&request);
    let carried_out = fault.as_ref().is_none_or(Fault::is_carried_out).then(|| service.reply(now, &request));
    let reply = match &fault {
        None => carried_out,
        Some(fault) => fault.reply(),
    };
    let status = reply.as_ref().map_or(0, |reply| reply.status);
    log.add(LoggedRequest { fault, ..LoggedRequest::of(&request, now, status) });
    let date = service.date();
    drop(state);
    reply.map_or_else(cut, |reply| respond(reply, &date))
}

/// A reply that ends the connection before a byte of it was sent.
fn cut() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::from_stream(futures_util::stream::once(async { Err::<Vec<u8>, _>(broken) })))
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn respond(reply: Reply, date: &str) -> Response {
    // The date is the simulated one, so that a client that allows for clock skew gets ages right at any speed.
    let mut response = Response::builder().status(reply.status).header(header::DATE, date);
    if let Some(kind) = reply.content_type {
        response = response.header(header::CONTENT_TYPE, kind);
    }
    if reply.challenge {
        response = response.header(header::WWW_AUTHENTICATE, "Bearer realm=\"api\"");
    }
    response.body(Body::from(reply.body)).unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
