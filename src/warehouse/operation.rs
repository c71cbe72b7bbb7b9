//! Every call the program can make, and the pure request each one is (contract, section 6).
//!
//! Preview, dry-run, `curl`, audit log and client all print and send this same request.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::fmt::Write as _;

use super::consent::{Consent, Discard};
use super::ids::{ProjectId, SchemaId, SourceId};
use super::schema::Schema;
use super::settings::{Frequency, SyncType};
use super::text::Foreign;

/// A call.
#[derive(Debug, PartialEq)]
pub enum Operation {
    /// It only looks, whatever its HTTP method.
    Read(Read),
    /// It changes something that can be changed back, or moves data that is kept.
    Write(Write),
    /// It discards data or cannot be undone: only with consent.
    Discard(Consent),
}

/// Calls that only look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// The key itself: what it may do, which projects it is limited to.
    CurrentKey,
    /// Who the key belongs to.
    Me,
    /// A page of the projects of the current organization.
    Projects(Page),
    /// One project.
    Project(ProjectId),
    /// A page of the sources, with all their tables in trimmed form. The cheap poll.
    Sources(Page),
    /// One source with its tables in full form.
    Source(SourceId),
    /// The newest jobs of a source, at most 50.
    Jobs(JobQuery),
    /// A page of the schemas in full form. Slow and large.
    Schemas(Page),
    /// One schema in full form.
    Schema(SchemaId),
    /// The columns of the table that may serve as cursor. Connects to the customer's system.
    IncrementalFields(SchemaId),
}

/// Calls that change something without discarding data.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Change the description or the discovery settings of a source.
    UpdateSource(SourceId, SourcePatch),
    /// Request a run of every enabled table of a source.
    ReloadSource(SourceId),
    /// Read the table list of a source again. Can switch off or remove tables (contract, section 9.2).
    RefreshSchemas(SourceId),
    /// Change a schema.
    UpdateSchema(SchemaId, SchemaPatch),
    /// Request a run of a schema.
    ReloadSchema(SchemaId),
    /// Cancel the run of a schema.
    CancelSchema(SchemaId),
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// How many items.
    pub limit: u32,
    /// How many items come before.
    pub offset: u32,
}

/// Which jobs of a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobQuery {
    /// The source.
    pub source: SourceId,
    /// Only of schemas with exactly these names; empty means all.
    pub schemas: Vec<Foreign>,
    /// Only those created after this time of the server's clock.
    pub after: Option<jiff::Timestamp>,
}

impl JobQuery {
    /// How many jobs an answer holds at most (contract, section 7.5).
    pub const MOST_JOBS: usize = 50;
}

/// A change of a source. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourcePatch {
    /// New description.
    pub description: Option<String>,
    /// Whether newly discovered tables are enabled by themselves.
    pub auto_sync_new_schemas: Option<bool>,
}

impl SourcePatch {
    fn body(&self) -> Value {
        let mut body = serde_json::Map::new();
        if let Some(description) = &self.description {
            body.insert("description".to_owned(), json!(description));
        }
        if let Some(enabled) = self.auto_sync_new_schemas {
            body.insert("auto_sync_new_schemas".to_owned(), json!(enabled));
        }
        Value::Object(body)
    }
}

/// A change of a schema that leaves its data valid. Only such changes can be built here: whatever discards
/// data goes through [`Consent`].
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaPatch {
    should_sync: Option<bool>,
    frequency: Option<Frequency>,
}

impl SchemaPatch {
    /// Switch the table on.
    #[must_use]
    pub fn resume() -> Self {
        Self { should_sync: Some(true), frequency: None }
    }

    /// Switch the table off. `None` where changes made meanwhile would be lost (CDC, webhook, or a method that
    /// is not known).
    #[must_use]
    pub fn pause(schema: &Schema) -> Option<Self> {
        let keeps_up = matches!(
            schema.sync_type.known(),
            Some(SyncType::FullRefresh | SyncType::Incremental | SyncType::Append | SyncType::Xmin)
        );
        keeps_up.then_some(Self { should_sync: Some(false), frequency: None })
    }

    /// Sync it this often.
    #[must_use]
    pub fn frequency(frequency: Frequency) -> Self {
        Self { should_sync: None, frequency: Some(frequency) }
    }

    fn body(&self) -> Value {
        let mut body = serde_json::Map::new();
        if let Some(on) = self.should_sync {
            body.insert("should_sync".to_owned(), json!(on));
        }
        if let Some(frequency) = &self.frequency {
            body.insert("sync_frequency".to_owned(), json!(frequency.to_string()));
        }
        Value::Object(body)
    }
}

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
    /// Its JSON body.
    pub body: Option<Value>,
    /// How long it may take.
    pub pace: Pace,
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
    fn new(method: Method, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, pace: Pace::Quick }
    }

    fn paged(mut self, page: Page) -> Self {
        self.query = vec![("limit", page.limit.to_string()), ("offset", page.offset.to_string())];
        self
    }

    fn slow(mut self) -> Self {
        self.pace = Pace::Slow;
        self
    }

    fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
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

    /// The same request as a shell line, with the key as a variable.
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

fn sources(project: ProjectId, rest: &str) -> String {
    format!("/api/projects/{project}/external_data_sources/{rest}")
}

fn source(project: ProjectId, id: &SourceId, action: &str) -> String {
    sources(project, &format!("{}/{action}", segment(id.as_str())))
}

fn schema(project: ProjectId, id: &SchemaId, action: &str) -> String {
    format!("/api/projects/{project}/external_data_schemas/{}/{action}", segment(id.as_str()))
}

impl Read {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use Method::{Get, Post};
        match self {
            Self::CurrentKey => Request::new(Get, "/api/personal_api_keys/@current/".to_owned()),
            Self::Me => Request::new(Get, "/api/users/@me/".to_owned()),
            Self::Projects(page) => Request::new(Get, "/api/projects/".to_owned()).paged(*page),
            Self::Project(id) => Request::new(Get, format!("/api/projects/{id}/")),
            Self::Sources(page) => Request::new(Get, sources(project, "")).paged(*page),
            Self::Source(id) => Request::new(Get, source(project, id, "")).slow(),
            Self::Jobs(query) => {
                let mut request = Request::new(Get, source(project, &query.source, "jobs/"));
                if let Some(after) = query.after {
                    request.query.push(("after", after.to_string()));
                }
                request.query.extend(query.schemas.iter().map(|name| ("schemas", name.raw().to_owned())));
                request
            }
            Self::Schemas(page) => {
                Request::new(Get, format!("/api/projects/{project}/external_data_schemas/")).paged(*page).slow()
            }
            Self::Schema(id) => Request::new(Get, schema(project, id, "")),
            Self::IncrementalFields(id) => Request::new(Post, schema(project, id, "incremental_fields/")).slow(),
        }
    }
}

impl Write {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use Method::{Patch, Post};
        match self {
            Self::UpdateSource(id, patch) => {
                Request::new(Patch, source(project, id, "")).with_body(patch.body()).slow()
            }
            Self::ReloadSource(id) => Request::new(Post, source(project, id, "reload/")),
            Self::RefreshSchemas(id) => Request::new(Post, source(project, id, "refresh_schemas/")).slow(),
            Self::UpdateSchema(id, patch) => {
                Request::new(Patch, schema(project, id, "")).with_body(patch.body()).slow()
            }
            Self::ReloadSchema(id) => Request::new(Post, schema(project, id, "reload/")),
            Self::CancelSchema(id) => Request::new(Post, schema(project, id, "cancel/")),
        }
    }
}

impl Discard {
    /// The request of this act. Knowing it is harmless: sending it takes a [`Consent`].
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use Method::{Delete, Post};
        match self {
            Self::ResyncSchema(id) => Request::new(Post, schema(project, id, "resync/")),
            Self::DeleteData(id) => Request::new(Delete, schema(project, id, "delete_data/")),
            Self::DestroySchema(id) => Request::new(Delete, schema(project, id, "")),
            Self::DestroySource(id) => Request::new(Delete, source(project, id, "")),
        }
    }
}

impl Operation {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        match self {
            Self::Read(read) => read.request(project),
            Self::Write(write) => write.request(project),
            Self::Discard(consent) => consent.discard().request(project),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectId {
        ProjectId::new(7).unwrap()
    }

    #[test]
    fn hostile_identities_stay_one_segment() {
        for id in ["../../users/@me", "a/b?c#d", "", "..", "%2e%2e"] {
            let path = Read::Schema(SchemaId::new(id)).request(project()).path;
            assert_eq!(path.matches('/').count(), 6, "{path}");
            assert!(path.split('/').all(|part| part != "." && part != "..") && !path.contains('?'), "{path}");
            assert!(!path.contains("//"), "{path}");
        }
    }

    #[test]
    fn a_query_names_every_schema() {
        let query = JobQuery {
            source: SourceId::new("s"),
            schemas: vec![Foreign::new("public.orders"), Foreign::new("a&b=c")],
            after: None,
        };
        let target = Read::Jobs(query).request(project()).target();
        assert_eq!(target, "/api/projects/7/external_data_sources/s/jobs/?schemas=public.orders&schemas=a%26b%3Dc");
    }

    #[test]
    fn a_shell_line_quotes_and_never_holds_the_key() {
        let patch = SourcePatch { description: Some("it's $(rm)".to_owned()), ..SourcePatch::default() };
        let line = Write::UpdateSource(SourceId::new("s"), patch).request(project()).curl("https://us.posthog.com");
        assert_eq!(
            line,
            "curl -X PATCH -H \"Authorization: Bearer $WHTUI_API_KEY\" \
             'https://us.posthog.com/api/projects/7/external_data_sources/s/' \
             -H 'Content-Type: application/json' -d '{\"description\":\"it'\\''s $(rm)\"}'"
        );
    }

    #[test]
    fn deleting_data_is_a_delete_on_a_sub_path() {
        let request = Discard::DeleteData(SchemaId::new("t")).request(project());
        assert_eq!(request.method, Method::Delete);
        assert_eq!(request.target(), "/api/projects/7/external_data_schemas/t/delete_data/");
    }
}
