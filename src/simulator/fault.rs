//! Trouble on the way: what a client must survive without doing anything twice.

mod plan;
mod spec;

pub use plan::FaultPlan;
pub use spec::FaultSpec;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::service::{Reply, Request};

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The server refuses it, with this text.
    Refuse(String),
    /// The server answers with this status and this body, and does nothing.
    Answer(u16, Value),
    /// The server refuses it (400), and says why in one of its many ways.
    Bad(Shape),
    /// 401: the key is not known any more.
    KeyRejected,
    /// 403, for this reason.
    Forbidden(Ban),
    /// 404.
    NotFound,
    /// 409.
    Conflict,
    /// 429, and how long to wait.
    Throttled(Wait),
    /// 500.
    ServerError,
    /// 503.
    Unavailable,
    /// A gateway gives up on it (502), whether or not the server carries it out.
    Gateway {
        /// Whether the server carries it out.
        carried_out: bool,
    },
    /// The connection is cut before the reply, whether or not the server carries the request out.
    Cut {
        /// Whether the server carries it out.
        carried_out: bool,
    },
    /// The connection is cut in the middle of the reply.
    CutInside,
    /// No reply ever comes.
    Hang {
        /// Whether the server carries it out.
        carried_out: bool,
    },
    /// The reply is JSON that ends too early.
    Truncated,
    /// The reply has numbers for texts, and texts for numbers.
    WrongTypes,
    /// The reply is a success, and a web page.
    Page,
    /// The reply is larger than anybody wants.
    Huge,
    /// The reply comes a few letters at a time.
    Slow,
    /// The reply points to another host.
    Elsewhere,
}

/// The ways in which a refusal is written (contract, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `type`, `code`, `detail`, `attr`.
    Whole,
    /// `message`.
    Message,
    /// `detail` alone.
    Detail,
    /// `error`.
    Error,
    /// `success` and `error`.
    Success,
    /// A list of texts.
    List,
    /// A web page.
    Page,
    /// Plain text.
    Text,
    /// Nothing.
    Empty,
}

/// Why something is forbidden (contract, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ban {
    /// The key lacks a scope.
    Scope,
    /// The key is limited to other projects.
    Project,
    /// The owner of the key is no member, or an access rule forbids it.
    Access,
    /// The object belongs to the server's operator.
    Managed,
}

/// How long a server that has had enough asks to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// It does not say.
    Unsaid,
    /// So many seconds.
    Seconds(u32),
    /// Half a minute, as a date.
    Date,
    /// Longer than anybody lives.
    Absurd,
}

/// What is said where nothing better is known.
const SAID: &str = "This is not possible right now.";

/// How a client is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// As usual, with one more header.
    Reply(Reply, Option<(&'static str, String)>),
    /// Not at all: the connection ends.
    Nothing,
    /// Not at all, and the connection stays.
    Silence,
    /// With the first half of this.
    Half(Reply),
    /// With this, a few letters at a time.
    Drip(Reply),
    /// With more than anybody wants.
    Flood,
}

impl Answer {
    /// The status that is sent; 0 where none is.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Reply(reply, _) | Self::Half(reply) | Self::Drip(reply) => reply.status,
            Self::Nothing | Self::Silence => 0,
            Self::Flood => 200,
        }
    }
}

impl Fault {
    /// Whether the server carries the request out.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        match self {
            Self::Gateway { carried_out } | Self::Cut { carried_out } | Self::Hang { carried_out } => *carried_out,
            Self::CutInside | Self::Truncated | Self::WrongTypes | Self::Huge | Self::Slow => true,
            Self::Refuse(_)
            | Self::Answer(..)
            | Self::Bad(_)
            | Self::KeyRejected
            | Self::Forbidden(_)
            | Self::NotFound
            | Self::Conflict
            | Self::Throttled(_)
            | Self::ServerError
            | Self::Unavailable
            | Self::Page
            | Self::Elsewhere => false,
        }
    }

    /// What the client gets. `true_reply` is what it would have got, where the request was carried out; `later` is a
    /// date half a minute from now.
    pub(super) fn answer(&self, true_reply: Option<Reply>, later: &str) -> Answer {
        let plain = |reply| Answer::Reply(reply, None);
        let shape_a = |status, kind: &str, code: &str, detail: &str| {
            Reply::json(status, &json!({ "type": kind, "code": code, "detail": detail, "attr": null }))
        };
        let kept = true_reply.unwrap_or_else(|| Reply::empty(200));
        match self {
            Self::Refuse(text) => plain(shape_a(400, "validation_error", "invalid_input", text)),
            Self::Bad(shape) => plain(shape.reply()),
            Self::KeyRejected => {
                let said = "Personal API key found in request Authorization header is invalid.";
                let reply = shape_a(401, "authentication_error", "authentication_failed", said);
                plain(Reply { challenge: true, ..reply })
            }
            Self::Forbidden(ban) => plain(shape_a(403, "authentication_error", "permission_denied", ban.words())),
            Self::NotFound => plain(shape_a(404, "invalid_request", "not_found", "Not found.")),
            Self::Conflict => plain(Reply::json(409, &json!({ "message": SAID }))),
            Self::Throttled(wait) => {
                let said = "Request was throttled.";
                Answer::Reply(shape_a(429, "throttled_error", "throttled", said), wait.header(later))
            }
            Self::ServerError => plain(shape_a(500, "server_error", "error", "A server error occurred.")),
            Self::Unavailable => plain(shape_a(503, "server_error", "unavailable", "Service unavailable.")),
            Self::Gateway { .. } => plain(Reply { status: 502, ..gateway() }),
            Self::Cut { .. } => Answer::Nothing,
            Self::CutInside => Answer::Half(filled(kept)),
            Self::Hang { .. } => Answer::Silence,
            Self::Truncated => {
                let mut reply = filled(kept);
                let half = (0..=reply.body.len() / 2).rev().find(|at| reply.body.is_char_boundary(*at));
                reply.body.truncate(half.unwrap_or(0).max(1));
                plain(reply)
            }
            Self::WrongTypes => {
                let twisted = serde_json::from_str(&kept.body).map_or_else(|_| json!([7]), twisted);
                plain(Reply::json(kept.status, &twisted))
            }
            Self::Page => plain(Reply::page()),
            Self::Huge => Answer::Flood,
            Self::Slow => Answer::Drip(kept),
            Self::Elsewhere => {
                Answer::Reply(Reply::empty(302), Some(("location", "https://elsewhere.example/login".to_owned())))
            }
            Self::Answer(status, body) => plain(Reply::json(*status, body)),
        }
    }
}

impl Shape {
    fn reply(self) -> Reply {
        let body = match self {
            Self::Whole => {
                json!({ "type": "validation_error", "code": "invalid_input", "detail": SAID, "attr": null })
            }
            Self::Message => json!({ "message": SAID, "errors": [] }),
            Self::Detail => json!({ "detail": SAID }),
            Self::Error => json!({ "error": SAID }),
            Self::Success => json!({ "success": false, "error": SAID }),
            Self::List => json!([SAID]),
            Self::Page => {
                let page = "<html><head><title>Bad Request</title></head><body></body></html>".to_owned();
                return Reply { status: 400, body: page, ..Reply::page() };
            }
            Self::Text => {
                return Reply {
                    status: 400,
                    content_type: Some("text/plain"),
                    body: SAID.to_owned(),
                    ..Reply::empty(400)
                };
            }
            Self::Empty => return Reply::empty(400),
        };
        Reply::json(400, &body)
    }
}

impl Ban {
    fn words(self) -> &'static str {
        match self {
            Self::Scope => "API key missing required scope 'external_data_source:write'",
            Self::Project => "API key does not have access to the requested project: ID 1.",
            Self::Access => "You don't have access to the project.",
            Self::Managed => "This source is managed by PostHog and cannot be changed.",
        }
    }
}

impl Wait {
    fn header(self, later: &str) -> Option<(&'static str, String)> {
        let value = match self {
            Self::Unsaid => return None,
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date => later.to_owned(),
            Self::Absurd => "9".repeat(25),
        };
        Some(("retry-after", value))
    }
}

/// The page of a gateway.
fn gateway() -> Reply {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    Reply { body: page.to_owned(), ..Reply::page() }
}

/// A reply without a body cannot be cut: it gets one.
fn filled(reply: Reply) -> Reply {
    if reply.body.len() > 1 { reply } else { Reply::json(reply.status, &json!({ "detail": "Done." })) }
}

/// The same, with other types everywhere.
fn twisted(value: Value) -> Value {
    match value {
        Value::Null => json!({ "null": [] }),
        Value::Bool(yes) => json!(if yes { "perhaps" } else { "hardly" }),
        Value::Number(number) => json!(format!("about {number}")),
        Value::String(text) => json!(text.len()),
        Value::Array(items) => json!({ "items": items.len() }),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, twisted(value))).collect::<Map<_, _>>())
        }
    }
}
