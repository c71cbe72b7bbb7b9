//! One request to one address, and the reply to it. Nothing is repeated, and nobody's directions are followed.

use std::borrow::Cow;
use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::body::{Body, LARGE};
use super::passing::{Entity, Item};
use super::refusal::{self, Masks};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::operation::{self, Pace, Request};
use crate::warehouse::origin::Origin;
use crate::warehouse::secret::Secret;

/// How the program names itself to the server.
const USER_AGENT: &str = concat!("whtui/", env!("CARGO_PKG_VERSION"));

/// How much of the body of a refusal is read.
const REFUSAL_LIMIT: usize = 64 * 1024;

/// No more room than this is made for a body on its own word.
const MOST_ANNOUNCED: usize = 8 * 1024 * 1024;

/// How long a connection without work is kept. Shorter than any gateway keeps it: a request sent on a connection
/// that the other side is closing has an unknown outcome.
const IDLE: Duration = Duration::from_secs(20);

/// What a request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time to make a connection.
    pub connect: Duration,
    /// Time for all of a quick request, its reply included.
    pub quick: Duration,
    /// Time for all of a slow request; gateways give up at about 120 seconds (contract, section 4).
    pub slow: Duration,
    /// Bytes of the body of a reply, unpacked.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            quick: Duration::from_secs(30),
            slow: Duration::from_secs(150),
            body: 64 * 1024 * 1024,
        }
    }
}

/// The way to one origin with one key.
#[derive(Clone)]
pub(super) struct Transport {
    /// Made for the first request: reading the certificates of the machine takes longer than showing the first frame.
    http: Arc<OnceLock<Result<reqwest::Client, Failure>>>,
    origin: Origin,
    key: SecretString,
    bearer: HeaderValue,
    limits: Limits,
}

impl Transport {
    pub(super) fn new(origin: Origin, key: SecretString, limits: Limits) -> Result<Self, Failure> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
            .map_err(|_| internal("the API key holds characters that cannot be sent"))?;
        bearer.set_sensitive(true);
        Ok(Self { http: Arc::default(), origin, key, bearer, limits })
    }

    fn http(&self) -> Result<&reqwest::Client, Failure> {
        let made = self.http.get_or_init(|| http_client(&self.origin, &self.limits));
        made.as_ref().map_err(Clone::clone)
    }

    /// The way to the same origin with another key.
    pub(super) fn with_key(&self, key: SecretString) -> Result<Self, Failure> {
        Self::new(self.origin.clone(), key, self.limits)
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What must not be repeated of an answer to a request with these secrets.
    pub(super) fn masks<'a>(&'a self, secrets: &'a [Secret]) -> Masks<'a> {
        Masks::new(secrets.iter().map(Secret::expose).chain([self.key.expose_secret()]))
    }

    /// Sends a request once and waits for its reply.
    pub(super) async fn send(&self, request: &Request) -> Result<Reply, Failure> {
        let method = match request.method {
            operation::Method::Get => Method::GET,
            operation::Method::Post => Method::POST,
            operation::Method::Patch => Method::PATCH,
            operation::Method::Delete => Method::DELETE,
        };
        let time = match request.pace {
            Pace::Quick => self.limits.quick,
            Pace::Slow => self.limits.slow,
        };
        let mut outgoing = self
            .http()?
            .request(method, format!("{}{}", self.origin, request.target()))
            .header(AUTHORIZATION, self.bearer.clone())
            .header(ACCEPT, "application/json")
            .timeout(time);
        if let Some(body) = request.expose_body() {
            outgoing = outgoing.header(CONTENT_TYPE, "application/json").body(body.into_owned());
        }
        let response = outgoing.send().await.map_err(|error| broken(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if !response.status().is_success() {
            // A refusal is one whatever becomes of its body.
            let said = match headers.get(LOCATION) {
                Some(elsewhere) if response.status().is_redirection() => elsewhere.as_bytes().to_vec().into(),
                _ => read_body(response, REFUSAL_LIMIT).await.0,
            };
            let said = String::from_utf8_lossy(&said);
            return Err(refusal::failure(status, &headers, &said, &self.masks(request.secrets())));
        }
        match read_body(response, self.limits.body).await {
            (body, None) => Ok(Reply { status, headers, body }),
            (_, Some(failure)) => Err(Failure { status: Some(status), ..failure }),
        }
    }
}

fn http_client(origin: &Origin, limits: &Limits) -> Result<reqwest::Client, Failure> {
    // Whoever was first has chosen the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(limits.connect)
        .pool_idle_timeout(IDLE);
    if origin.is_loopback() {
        builder = builder.no_proxy();
        if origin.as_str().starts_with("http:") {
            // Nothing will ever be encrypted, so no certificates are read.
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build().map_err(|error| internal(&root_cause(&error)))
}

/// What came of a body up to a limit, and what ended it before its time.
async fn read_body(mut response: Response, limit: usize) -> (Body, Option<Failure>) {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = Body::with_room(announced.min(limit).min(MOST_ANNOUNCED));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                body.extend(&chunk[..limit - body.len()]);
                return (body, Some(Failure::new(FailureKind::TooLarge, "")));
            }
            Ok(Some(chunk)) => body.extend(&chunk),
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(broken(&error))),
        }
    }
}

/// A successful reply, unread.
pub(super) struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Body,
}

impl Reply {
    /// Reads the body.
    pub(super) fn read<T>(&self, read: impl FnOnce(&RawValue) -> Option<T>) -> Result<T, Failure> {
        self.parse(|text| serde_json::from_str::<&RawValue>(text).map(read))
    }

    /// Reads the body as an object, in one pass; a large one aside, so that others can be read meanwhile.
    pub(super) async fn entity<T: Entity + Send + 'static>(self) -> Result<T, Failure> {
        if self.body.len() < LARGE {
            return self.entity_here();
        }
        let aside = tokio::task::spawn_blocking(move || self.entity_here()).await;
        aside.unwrap_or_else(|error| Err(internal(&error.to_string())))
    }

    fn entity_here<T: Entity>(&self) -> Result<T, Failure> {
        self.parse(|text| match serde_json::from_str(text) {
            Ok(Item(read)) => Ok(read),
            // A number out of all bounds, say: it is JSON, but tells nothing.
            Err(_) => serde_json::from_str::<&RawValue>(text).map(|_| None),
        })
    }

    fn parse<T>(&self, parse: impl FnOnce(&str) -> serde_json::Result<Option<T>>) -> Result<T, Failure> {
        // Looking for faults takes far longer than finding that there are none.
        let text = str::from_utf8(&self.body).map_or_else(|_| String::from_utf8_lossy(&self.body), Cow::Borrowed);
        let text = text.trim_start_matches('\u{feff}');
        if refusal::is_html(&self.headers, text) {
            return Err(self.failure(FailureKind::NotJson));
        }
        let read = parse(text).map_err(|error| {
            // A body that ends early was cut somewhere; one without a beginning never was JSON.
            let cut = error.is_eof() && !text.trim().is_empty();
            self.failure(if cut { FailureKind::Interrupted } else { FailureKind::NotJson })
        })?;
        read.ok_or_else(|| self.failure(FailureKind::Malformed))
    }

    /// Reads the body of an operation that may answer without one (contract, section 13).
    pub(super) fn read_or_empty<T>(&self, read: impl FnOnce(&RawValue) -> T) -> Result<Option<T>, Failure> {
        if self.body.trim_ascii().is_empty() { Ok(None) } else { self.read(|raw| Some(Some(read(raw)))) }
    }

    /// Takes note that the server accepted; a web page in its place is not its word.
    pub(super) fn accept(&self) -> Result<(), Failure> {
        self.read_or_empty(|_| ()).map(drop)
    }

    fn failure(&self, kind: FailureKind) -> Failure {
        Failure { status: Some(self.status), ..Failure::new(kind, "") }
    }
}

fn internal(detail: &str) -> Failure {
    Failure::new(FailureKind::Internal, detail)
}

/// What a failure of the network layer means.
fn broken(error: &reqwest::Error) -> Failure {
    let kind = if error.is_connect() {
        FailureKind::Unreachable
    } else if error.is_timeout() {
        FailureKind::TimedOut
    } else if error.is_builder() {
        FailureKind::Internal
    } else {
        FailureKind::Interrupted
    };
    Failure::new(kind, &root_cause(error))
}

/// The innermost reason, which is the one people understand. The outer ones name the address, which may hold more
/// than should be repeated.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause.and_then(Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(String::new, |cause| refusal::bounded(&cause.to_string()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_reply_or_a_failure(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let reply = Reply { status: 200, headers: HeaderMap::new(), body: body.into() };
            let _ = (reply.read(|_| Some(())), reply.read_or_empty(|_| ()), reply.accept());
        }
    }
}
