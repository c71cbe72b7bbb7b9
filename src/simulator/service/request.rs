//! Requests and replies as plain data, so that everything behind the socket is a pure function.

use serde_json::{Map, Value};

use crate::simulator::world::Invalid;

/// What came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Host` header; `next` and `previous` are built from it.
    pub host: String,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The values of a query parameter, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.filter(move |(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The first value of a query parameter that is not empty.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<String> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// The body as a JSON object; no body is an empty one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn object(&self) -> Result<Map<String, Value>, Refusal> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        if let Some(kind) = self.content_type.as_deref().filter(|kind| !kind.starts_with("application/json")) {
            let detail = format!("Unsupported media type \"{kind}\" in request.");
            return Err(Refusal::new(415, "invalid_request", "unsupported_media_type", detail));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(Refusal::invalid("Invalid data. Expected a dictionary.")),
            Err(cause) => {
                Err(Refusal::new(400, "invalid_request", "parse_error", format!("JSON parse error - {cause}")))
            }
        }
    }
}

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`; none where the body is empty.
    pub content_type: Option<&'static str>,
    /// Whether `WWW-Authenticate` goes with it.
    pub challenge: bool,
    /// The body.
    pub body: String,
}

impl Reply {
    /// A JSON reply.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A reply whose JSON is already written out.
    #[must_use]
    pub fn written(body: String) -> Self {
        Self::text(200, "application/json", body)
    }

    /// A reply without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, content_type: None, challenge: false, body: String::new() }
    }

    /// The page of the web application, which every unknown path outside the API gets (contract, section 1).
    #[must_use]
    pub fn page() -> Self {
        let page =
            "<!DOCTYPE html><html><head><title>PostHog</title></head><body><div id=\"root\"></div></body></html>";
        Self::text(200, "text/html; charset=utf-8", page.to_owned())
    }

    fn text(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type: Some(content_type), challenge: false, body }
    }
}

/// A refused request, in one of the shapes of the contract's section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    body: Value,
}

impl Refusal {
    /// Shape A: `type`, `code`, `detail`, `attr`.
    #[must_use]
    pub fn new(status: u16, kind: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { status, body: serde_json::json!({ "type": kind, "code": code, "detail": detail.into(), "attr": null }) }
    }

    /// Shape A for refused input as a whole.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(400, "validation_error", "invalid_input", detail)
    }

    /// Shape A for 403.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(403, "authentication_error", "permission_denied", detail)
    }

    /// Shape A for 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404, "invalid_request", "not_found", "Not found.")
    }

    /// Shape B: `message`.
    #[must_use]
    pub fn message(text: impl Into<String>) -> Self {
        Self { status: 400, body: serde_json::json!({ "message": text.into() }) }
    }

    /// Shape B with the list of unmet prerequisites.
    #[must_use]
    pub fn message_with_errors(text: &str, errors: &[String]) -> Self {
        Self { status: 400, body: serde_json::json!({ "message": text, "errors": errors }) }
    }

    /// Shape B for 409.
    #[must_use]
    pub fn conflict(text: &str) -> Self {
        Self { status: 409, ..Self::message(text) }
    }

    /// Shape E: `success` and `error`.
    #[must_use]
    pub fn webhook_update(text: &str) -> Self {
        Self { status: 400, body: serde_json::json!({ "success": false, "error": text }) }
    }

    /// Shape C: `detail` alone.
    #[must_use]
    pub fn detail(text: &str) -> Self {
        Self { status: 400, body: serde_json::json!({ "detail": text }) }
    }

    /// The billing pause.
    #[must_use]
    pub fn paused() -> Self {
        Self::message("Monthly sync limit reached. Please increase your billing limit to resume syncing.")
    }

    /// As a reply; 401 carries a challenge.
    #[must_use]
    pub fn reply(&self) -> Reply {
        Reply { challenge: self.status == 401, ..Reply::json(self.status, &self.body) }
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        let mut refusal = Self::new(400, "validation_error", invalid.code, invalid.detail);
        refusal.body["attr"] = invalid.attr.into();
        refusal
    }
}
