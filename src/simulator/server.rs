//! The socket: a loopback listener in front of a [`Service`].

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::clock::Clock;
use super::fault::{Answer, Fault, FaultPlan};
use super::log::{Log, LoggedRequest};
use super::service::{Reply, Request, Service};
use super::{Error, Options};

/// No request of the contract comes near this size.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// What it takes to send half a reply.
const FLUSH: Duration = Duration::from_millis(20);

/// In how many pieces a slow reply comes, and how long each takes: slower than patience, quicker than despair.
const DRIPS: usize = 100;
const DRIP: Duration = Duration::from_millis(200);

/// How many pieces of this size a flood has: more than any client accepts.
const FLOOD: usize = 2_000;
const WAVE: usize = 64 * 1024;

/// A running simulator. It stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    key: String,
    project: u64,
    shared: Arc<Shared>,
    stop: oneshot::Sender<()>,
    /// Ends what would never end by itself.
    ended: DropGuard,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<Held>,
    clock: Clock,
    latency: Duration,
    ended: CancellationToken,
}

#[derive(Debug)]
struct Held {
    service: Service,
    log: Log,
    faults: FaultPlan,
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
        let log = Log::new(options.request_log.as_deref(), options.keeps_requests)?;
        let refused = |cause| Error::Port { port: options.port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (key, project) = (service.key().to_owned(), service.project());
        let state = Mutex::new(Held { service, log, faults: options.faults.clone() });
        let ended = CancellationToken::new();
        let shared = Arc::new(Shared { state, clock, latency: options.latency, ended: ended.clone() });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        // Dropping the sender ends the wait, too, so that a dropped simulator stops.
        let stopped = async { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(async move {
            // Serving ends only by the signal, or by an error of the listener, which its clients notice.
            let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        });
        Ok(Self { address, key, project, shared, stop, ended: ended.drop_guard(), task })
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

    /// The requests so far, where they are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.lock().log.entries().to_vec()
    }

    /// Makes something go wrong, once, with a request of this method whose path ends like this: with the next one, or
    /// with a later one, after so many that pass.
    pub fn inject(&self, method: &str, path_suffix: &str, skip: usize, fault: Fault) {
        self.shared.lock().faults.add(method, path_suffix, skip, fault);
    }

    /// Makes all of this go wrong.
    pub fn plan(&self, faults: FaultPlan) {
        self.shared.lock().faults.extend(faults);
    }

    /// Nothing goes wrong any more.
    pub fn mend(&self) {
        self.shared.lock().faults = FaultPlan::default();
    }

    /// Stops it: requests under way are answered, idle connections are closed, the port is free afterwards.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        drop(self.ended);
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
    let (answer, date) = answer(&shared, now, &request);
    give(answer, &date, &shared.ended).await
}

fn answer(shared: &Shared, now: jiff::Timestamp, request: &Request) -> (Answer, String) {
    let mut state = shared.lock();
    let Held { service, log, faults } = &mut *state;
    let fault = faults.of(request);
    let carried_out = fault.as_ref().is_none_or(Fault::is_carried_out).then(|| service.reply(now, request));
    let answer = match (&fault, carried_out) {
        (Some(fault), carried_out) => fault.answer(carried_out, &service.date_after(HALF_A_MINUTE)),
        (None, Some(reply)) => Answer::Reply(reply, None),
        (None, None) => Answer::Nothing,
    };
    log.add(LoggedRequest { fault, ..LoggedRequest::of(request, now, answer.status()) });
    (answer, service.date())
}

/// How far ahead a date lies that a client is asked to wait for.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

async fn give(answer: Answer, date: &str, ended: &CancellationToken) -> Response {
    match answer {
        Answer::Reply(reply, None) => respond(reply, date),
        Answer::Reply(reply, Some((name, value))) => {
            let mut response = respond(reply, date);
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
            response
        }
        Answer::Nothing => cut(),
        Answer::Silence => {
            ended.cancelled().await;
            cut()
        }
        Answer::Half(reply) => {
            let half = reply.body.as_bytes()[..reply.body.len() / 2].to_vec();
            // What was sent before is to arrive before the end does.
            let end = stream::once(async {
                tokio::time::sleep(FLUSH).await;
                Err(reset())
            });
            with_body(&reply, date, Body::from_stream(stream::iter([Ok(half)]).chain(end)))
        }
        Answer::Drip(reply) => {
            let bytes = reply.body.clone().into_bytes();
            let piece = bytes.len().div_ceil(DRIPS).max(1);
            let pieces: Vec<Vec<u8>> = bytes.chunks(piece).map(<[u8]>::to_vec).collect();
            let ended = ended.clone();
            let drip = stream::iter(pieces).then(move |piece| {
                let ended = ended.clone();
                async move {
                    tokio::select! {
                        () = ended.cancelled() => Err(reset()),
                        () = tokio::time::sleep(DRIP) => Ok(piece),
                    }
                }
            });
            with_body(&reply, date, Body::from_stream(drip))
        }
        Answer::Flood => {
            let waves = stream::iter(0..FLOOD).map(|_| Ok::<_, std::io::Error>(vec![b' '; WAVE]));
            with_body(&Reply::json(200, &serde_json::Value::Null), date, Body::from_stream(waves))
        }
    }
}

fn reset() -> std::io::Error {
    std::io::ErrorKind::ConnectionReset.into()
}

/// A reply that ends the connection before a byte of it was sent.
fn cut() -> Response {
    Response::new(Body::from_stream(stream::once(async { Err::<Vec<u8>, _>(reset()) })))
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn respond(mut reply: Reply, date: &str) -> Response {
    let body = std::mem::take(&mut reply.body);
    with_body(&reply, date, Body::from(body))
}

fn with_body(reply: &Reply, date: &str, body: Body) -> Response {
    // The date is the simulated one, so that a client that allows for clock skew gets ages right at any speed.
    let mut response = Response::builder().status(reply.status).header(header::DATE, date);
    if let Some(kind) = reply.content_type {
        response = response.header(header::CONTENT_TYPE, kind);
    }
    if reply.challenge {
        response = response.header(header::WWW_AUTHENTICATE, "Bearer realm=\"api\"");
    }
    response.body(body).unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
