//! The pure request that a call is.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Page;
use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::secret::{Inputs, Secret};
use crate::warehouse::text::clean;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// How long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Answered from `PostHog`'s own data.
    Quick,
    /// Slow by size, or because it connects to the customer's system (contract, section 4).
    Slow,
}

/// A request, without origin and key.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path, percent-encoded, from the leading slash.
    pub path: String,
    /// Its query, not encoded.
    pub query: Vec<(&'static str, String)>,
    /// Its JSON body as it may be shown: secrets are masked.
    pub body: Option<Value>,
    /// How long it may take.
    pub pace: Pace,
    /// Its body as it is sent, where that is another one.
    sealed: Option<Sealed>,
}

/// A body with secrets in it.
#[derive(Clone, Debug, PartialEq)]
struct Sealed {
    body: Secret,
    secrets: Vec<Secret>,
}

/// What must be encoded in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An identity as one segment of a path. The three that would leave their place name nothing the server has.
fn segment(id: &str) -> String {
    match id {
        "" | "." | ".." => "none".to_owned(),
        id => utf8_percent_encode(id, SEGMENT).to_string(),
    }
}

impl Request {
    pub(super) fn new(method: Method, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, pace: Pace::Quick, sealed: None }
    }

    pub(super) fn paged(mut self, page: Page) -> Self {
        self.query = vec![("limit", page.limit.to_string()), ("offset", page.offset.to_string())];
        self
    }

    pub(super) fn slow(mut self) -> Self {
        self.pace = Pace::Slow;
        self
    }

    pub(super) fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With a body that these inputs are part of: it is shown without their secrets and sent with them.
    pub(super) fn with_inputs(self, inputs: &Inputs, body: impl Fn(Value) -> Value) -> Self {
        let sealed = Sealed { body: body(inputs.sent()).to_string().into(), secrets: inputs.secrets() };
        Self { sealed: Some(sealed), ..self.with_body(body(inputs.shown())) }
    }

    /// The body as it is sent. Only for the client, at the moment of sending.
    #[must_use]
    pub fn expose_body(&self) -> Option<Cow<'_, str>> {
        match &self.sealed {
            Some(sealed) => Some(sealed.body.expose().into()),
            None => self.body.as_ref().map(|body| body.to_string().into()),
        }
    }

    /// What must not be repeated to anybody, should it come back in an answer.
    #[must_use]
    pub fn secrets(&self) -> &[Secret] {
        self.sealed.as_ref().map_or(&[], |sealed| &sealed.secrets)
    }

    /// The same without its secrets: to be shown, never to be sent.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        Self { sealed: None, ..self }
    }

    /// Path and encoded query.
    #[must_use]
    pub fn target(&self) -> String {
        let mut target = self.path.clone();
        for (index, (name, value)) in self.query.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            // Writing to a string cannot fail.
            let _ = write!(target, "{mark}{name}={}", utf8_percent_encode(value, SEGMENT));
        }
        target
    }

    /// Its method and its target, safe to show: an identity may be any text.
    #[must_use]
    pub fn shown(&self) -> String {
        clean(&format!("{} {}", self.method.word(), self.target()), false).into_owned()
    }

    /// The same request as a shell line, with the key as a variable and other secrets masked.
    #[must_use]
    pub fn curl(&self, origin: &str) -> String {
        let mut line = format!(
            "curl -X {} -H \"Authorization: Bearer $WHTUI_API_KEY\" {}",
            self.method.word(),
            quoted(&format!("{origin}{}", self.target()))
        );
        if let Some(body) = &self.body {
            let _ = write!(line, " -H 'Content-Type: application/json' -d {}", quoted(&body.to_string()));
        }
        line
    }
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

pub(super) fn sources(project: ProjectId, rest: &str) -> String {
    format!("/api/projects/{project}/external_data_sources/{rest}")
}

pub(super) fn source(project: ProjectId, id: &SourceId, action: &str) -> String {
    sources(project, &format!("{}/{action}", segment(id.as_str())))
}

pub(super) fn schema(project: ProjectId, id: &SchemaId, action: &str) -> String {
    schemas(project, &format!("{}/{action}", segment(id.as_str())))
}

pub(super) fn schemas(project: ProjectId, rest: &str) -> String {
    format!("/api/projects/{project}/external_data_schemas/{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_that_holds_a_password_is_shown_without_it() {
        let project = ProjectId::FIRST;
        let plain = Request::new(Method::Post, schema(project, &SchemaId::new("0192-aa"), "resync/"));
        assert_eq!(plain.shown(), "POST /api/projects/1/external_data_schemas/0192-aa/resync/");
        let hostile = SchemaId::new("postgres://bob:hunter2@db.example.org/x");
        let request = Request::new(Method::Post, schema(project, &hostile, "resync/"));
        assert!(request.target().contains("hunter2") && !request.shown().contains("hunter2"), "{}", request.shown());
    }
}
