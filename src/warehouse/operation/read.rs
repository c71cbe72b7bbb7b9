//! Calls that only look.

use jiff::Timestamp;

use super::request::{Request, schema, schemas, source, sources};
use super::{CdcMode, Method, Page};
use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::replies::LogLevel;
use crate::warehouse::text::Foreign;

/// Calls that only look, whatever their HTTP method.
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
    /// Jobs of a source, newest first, at most 50.
    Jobs(JobQuery),
    /// A page of the schemas in full form. Slow and large.
    Schemas(Page),
    /// One schema in full form.
    Schema(SchemaId),
    /// The columns of the table that may serve as cursor. Connects to the customer's system.
    IncrementalFields(SchemaId),
    /// The form of one source type: which settings it has (contract, section 9.7).
    Wizard(Foreign),
    /// Whether a source is ready for change data capture, with its stored credentials. Connects to the customer's
    /// system (contract, section 9.6).
    CdcPrerequisites(SourceId, CdcMode),
    /// How change data capture of a source is doing. Connects to the customer's system (contract, section 9.6).
    CdcStatus(SourceId),
    /// The webhook of a source, and what the vendor says of it. Asks the vendor (contract, section 9.3).
    WebhookInfo(SourceId),
    /// Log lines of the runs of a schema, newest first (contract, section 9.5).
    Logs(LogQuery),
    /// Everything that fails in the project, in one list (contract, section 9.6).
    HealthIssues,
}

/// Which jobs of a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobQuery {
    /// The source.
    pub source: SourceId,
    /// Only of schemas with exactly these names; empty means all.
    pub schemas: Vec<Foreign>,
    /// Only those created after this time of the server's clock.
    pub after: Option<Timestamp>,
    /// Only those created before this time. Older pages start at that of the last job.
    pub before: Option<Timestamp>,
}

impl JobQuery {
    /// How many jobs an answer holds at most (contract, section 7.5).
    pub const MOST_JOBS: usize = 50;

    /// The newest jobs of these schemas.
    #[must_use]
    pub fn newest(source: SourceId, schemas: Vec<Foreign>) -> Self {
        Self { source, schemas, after: None, before: None }
    }
}

/// Which log lines of the runs of a schema (contract, section 9.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogQuery {
    /// The schema.
    pub schema: SchemaId,
    /// How many lines at most: what is outside of 1 to [`LogQuery::MOST_LINES`] is brought inside.
    pub limit: u32,
    /// Only those after this time. The server looks back seven days where it is not told.
    pub after: Option<Timestamp>,
    /// Only those before this time. Older pages start at the time of the last line.
    pub before: Option<Timestamp>,
    /// Only those of these levels; empty means all.
    pub levels: Vec<LogLevel>,
    /// Only those that hold this text; blank means all.
    pub search: Foreign,
    /// Only those of the run with this [workflow id](crate::warehouse::job::Job::workflow_run_id).
    pub run: Option<Foreign>,
}

impl LogQuery {
    /// How many lines an answer holds at most.
    pub const MOST_LINES: u32 = 500;

    /// The newest lines of a schema.
    #[must_use]
    pub fn newest(schema: SchemaId) -> Self {
        Self {
            schema,
            limit: Self::MOST_LINES,
            after: None,
            before: None,
            levels: Vec::new(),
            search: Foreign::default(),
            run: None,
        }
    }

    fn request(&self, project: ProjectId) -> Request {
        let mut request = Request::new(Method::Get, schema(project, &self.schema, "logs/"));
        let mut ask = |name, value: String| request.query.push((name, value));
        ask("limit", self.limit.clamp(1, Self::MOST_LINES).to_string());
        if let Some(after) = self.after {
            ask("after", after.to_string());
        }
        if let Some(before) = self.before {
            ask("before", before.to_string());
        }
        if !self.levels.is_empty() {
            ask("level", self.levels.iter().map(LogLevel::raw).collect::<Vec<_>>().join(","));
        }
        if !self.search.is_blank() {
            ask("search", self.search.raw().to_owned());
        }
        if let Some(run) = &self.run {
            ask("instance_id", run.raw().to_owned());
        }
        request
    }
}

impl Read {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        use super::Method::{Get, Post};
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
                if let Some(before) = query.before {
                    request.query.push(("before", before.to_string()));
                }
                request.query.extend(query.schemas.iter().map(|name| ("schemas", name.raw().to_owned())));
                request
            }
            Self::Schemas(page) => Request::new(Get, schemas(project, "")).paged(*page).slow(),
            Self::Schema(id) => Request::new(Get, schema(project, id, "")),
            Self::IncrementalFields(id) => Request::new(Post, schema(project, id, "incremental_fields/")).slow(),
            Self::Wizard(kind) => {
                let mut request = Request::new(Get, sources(project, "wizard/"));
                request.query.push(("source_type", kind.raw().to_owned()));
                request
            }
            Self::CdcPrerequisites(id, mode) => {
                let request = Request::new(Post, source(project, id, "check_cdc_prerequisites_for_source/")).slow();
                mode.fill(request)
            }
            Self::CdcStatus(id) => Request::new(Get, source(project, id, "cdc_status/")).slow(),
            Self::WebhookInfo(id) => Request::new(Get, source(project, id, "webhook_info/")).slow(),
            Self::Logs(query) => query.request(project),
            Self::HealthIssues => {
                Request::new(Get, format!("/api/projects/{project}/data_warehouse/data_health_issues/"))
            }
        }
    }
}
