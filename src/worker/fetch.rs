//! Need → fact: which requests answer a question, with budget, retries and diagnosis.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::trips::TripId;
use super::{Shared, retry};
use crate::api::Client;
use crate::api::paging::{PAGE_SIZE, SHORT_PAGE, read_all_sources};
use crate::app::effect::Urgency;
use crate::app::message::Event;
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::finding::Finding;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::job::Job;
use crate::warehouse::operation::{CdcMode, JobQuery, LogQuery};
use crate::warehouse::raw;
use crate::warehouse::replies::LogLevel;
use crate::warehouse::status::Status;
use crate::warehouse::survey::{Fact, FullSchema, Identity, Need};
use crate::warehouse::text::Foreign;

/// How many pages of a list are read at once.
const PAGES_AT_ONCE: usize = 6;

/// How many errors of a log are looked at.
const LOGGED_ERRORS: u32 = 20;

/// Answers a question; what is found out is told as it comes.
pub(super) async fn fetch(shared: &Shared, trip: TripId, need: Need, urgency: Urgency) -> Result<(), Failure> {
    let client = &shared.client()?;
    let asking = Asking { shared, trip, urgency, is_list: need == Need::Sources, elsewhere: need.asks_elsewhere() };
    match need {
        Need::Identity => {
            let (identity, outcome) = asking.identity(client).await;
            if outcome.is_ok() || identity.key.is_some() {
                asking.tell(Fact::Identity(Box::new(identity)));
            }
            outcome?;
        }
        Need::Sources => {
            let reading = shared.reread().begin();
            let first_page = if shared.opens_short.load(Relaxed) { SHORT_PAGE } else { PAGE_SIZE };
            read_all_sources(
                first_page,
                PAGES_AT_ONCE,
                |page| asking.patiently(move || client.sources(page)),
                |mut page| {
                    shared.opens_short.store(false, Relaxed);
                    for source in Arc::make_mut(&mut page.sources) {
                        shared.findings.attach_all(Arc::make_mut(source));
                    }
                    shared.reread().share(reading, &mut page);
                    asking.tell(Fact::Sources(page));
                },
            )
            .await?;
        }
        Need::Schema(id) => {
            let full = asking.patiently(|| client.schema(&id)).await?;
            let full = asking.diagnosed(client, full).await;
            asking.tell(Fact::Schema(Box::new(full)));
        }
        Need::Webhook(source) => {
            let info = asking.patiently(|| client.webhook_info(&source)).await?;
            asking.tell(Fact::Webhook(source, Box::new(info)));
        }
        Need::Source(id) => {
            let mut source = asking.patiently(|| client.source(&id)).await?;
            shared.findings.attach_all(&mut source);
            asking.tell(Fact::Source(Box::new(source)));
        }
        Need::Form(kind) => {
            let form = asking.patiently(|| client.wizard(&kind)).await?;
            asking.tell(Fact::Form(Box::new(form)));
        }
        Need::Candidates(id) => {
            let fields = asking.patiently(|| client.incremental_fields(&id)).await?;
            asking.tell(Fact::Candidates(id, Box::new(fields)));
        }
        Need::CdcPrerequisites(id) => {
            let found = asking.patiently(|| client.cdc_prerequisites(&id, CdcMode::default())).await?;
            asking.tell(Fact::CdcPrerequisites(id, found));
        }
        Need::CdcStatus(id) => {
            let status = asking.patiently(|| client.cdc_status(&id)).await?;
            asking.tell(Fact::CdcStatus(id, Box::new(status)));
        }
        Need::Logs(query) => {
            let listing = asking.patiently(|| client.logs(&query)).await?;
            let goes_on = (listing.next && listing.items.len() < query.limit as usize).then(|| query.clone());
            asking.tell(Fact::Logs(query, listing.items));
            if let Some(query) = goes_on {
                asking.tell(Fact::LogsGoOn(query));
            }
        }
        Need::Raw(read, job) => {
            let text = asking.patiently(|| client.raw(&read, job.as_ref())).await?;
            let lines = Arc::new(raw::pretty(&text));
            asking.tell(Fact::Raw(read, job, lines));
        }
        Need::Explain(puzzle) => {
            let finding = shared.findings.explain(puzzle.clone());
            asking.tell(Fact::Explained(puzzle, finding));
        }
        Need::Jobs(query) => {
            let jobs = asking.patiently(|| client.jobs(&query)).await?;
            asking.tell(Fact::Jobs(query, jobs));
        }
    }
    Ok(())
}

/// A question while it is being answered.
struct Asking<'a> {
    shared: &'a Shared,
    trip: TripId,
    urgency: Urgency,
    /// Whether it is the list that is read: the reading by which the return of a server is noticed.
    is_list: bool,
    /// Whether the answer depends on another system than the server.
    elsewhere: bool,
}

impl Asking<'_> {
    fn tell(&self, fact: Fact) {
        let mut company = self.shared.trips().tell(self.trip);
        let last = company.pop();
        for request in company {
            self.shared.tell(Event::Learned(request, Box::new(fact.clone())));
        }
        if let Some(request) = last {
            self.shared.tell(Event::Learned(request, Box::new(fact)));
        }
    }

    /// Whose key this is, as far as that could be read; what is refused to be told is left out.
    async fn identity(&self, client: &Client) -> (Identity, Result<(), Failure>) {
        let (account, project) = (client.account(), client.project());
        let key = match told(self.patiently(|| account.key()).await) {
            Ok(key) => key,
            Err(failure) => return (Identity::default(), Err(failure)),
        };
        match told(self.patiently(|| account.project(project)).await) {
            Ok(project) => (Identity { key, project }, Ok(())),
            Err(failure) => (Identity { key, project: None }, Err(failure)),
        }
    }

    /// Diagnoses a table by its full form and, where that does not settle the cause, by the texts of the jobs that
    /// failed since the last success, and by the errors in the log of the newest.
    async fn diagnosed(&self, client: &Client, mut full: FullSchema) -> FullSchema {
        let findings = &self.shared.findings;
        let blocked = full.detail.sync_blocked.known().cloned();
        let kind = full.source_type.known().cloned();
        findings.attach(&mut full.schema, kind.as_ref(), blocked.as_ref());
        let is_open = full.schema.finding.as_deref().is_some_and(Finding::is_open);
        let Some(source) = full.source.clone().filter(|_| is_open) else { return full };
        let query = JobQuery::newest(source, vec![full.schema.name.clone()]);
        // What cannot be read of the jobs leaves the table as it was.
        let Ok(jobs) = self.patiently(|| client.jobs(&query)).await else { return full };
        let own = jobs.iter().filter(|job| job.schema.as_ref() == Some(&full.schema.id) && !job.is_running());
        let failed: Vec<&Job> = own.take_while(|job| job.status == Status::Failed).collect();
        let mut texts: Vec<Foreign> = Vec::new();
        for text in failed.iter().filter_map(|job| job.latest_error.known()) {
            if !text.is_blank() && !texts.contains(text) {
                texts.push(text.clone());
            }
        }
        let run = failed.first().and_then(|job| job.workflow_run_id.known().cloned());
        // The friendly text that replaces the raw one is kept out of older jobs, so these may say more.
        let id = full.schema.id.clone();
        let mut settle = |texts: &[Foreign]| {
            texts.iter().any(|text| findings.deepen(&mut full.schema, text, kind.as_ref(), blocked.as_ref()))
        };
        if !settle(&texts) && run.is_some() {
            let logged = self.logged_errors(client, id, run).await;
            settle(&logged);
        }
        self.tell(Fact::Jobs(query, jobs));
        full
    }

    /// The errors in the log of a run, the last one first; what cannot be read says nothing.
    async fn logged_errors(&self, client: &Client, schema: SchemaId, run: Option<Foreign>) -> Vec<Foreign> {
        let newest = LogQuery { limit: LOGGED_ERRORS, levels: vec![LogLevel::Error], run, ..LogQuery::newest(schema) };
        let listing = self.patiently(|| client.logs(&newest)).await;
        listing.map(|listing| listing.items.into_iter().map(|entry| entry.message).collect()).unwrap_or_default()
    }

    /// Makes a read until it succeeds or patience ends.
    async fn patiently<T, Reply>(&self, call: impl Fn() -> Reply) -> Result<T, Failure>
    where
        Reply: Future<Output = Result<T, Failure>>,
    {
        let line = &self.shared.line;
        let mut began = None;
        let mut attempt = 0;
        loop {
            let place = match self.urgency {
                Urgency::Background => self.shared.background.acquire().await.ok(),
                Urgency::Waiting => None,
            };
            let idle = self.urgency == Urgency::Background;
            // The list goes on being asked for: when is decided where it can be seen and hurried.
            if let Some(failure) = line.outage().filter(|_| idle && !self.is_list) {
                return Err(failure);
            }
            self.shared.leave(self.urgency).await?;
            let began = *began.get_or_insert_with(tokio::time::Instant::now);
            let failure = match call().await {
                Ok(reply) => {
                    line.answered();
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            drop(place);
            self.shared.failed(&failure, self.elsewhere);
            attempt += 1;
            // Where nobody answers, whoever asked decides when to ask again: that can be seen and hurried.
            if failure.kind == FailureKind::Unreachable || (idle && line.outage().is_some()) {
                return Err(failure);
            }
            let Some(wait) = retry::next(attempt, &failure, began.elapsed(), (self.shared.jitter)()) else {
                return Err(failure);
            };
            let asked_to_wait = matches!(failure.kind, FailureKind::TooManyRequests(_));
            let company = self.shared.trips().company(self.trip);
            for request in company {
                self.shared.tell(Event::Retrying(request, failure.clone()));
            }
            line.rest(wait.max(Duration::from_millis(1)), !asked_to_wait).await;
        }
    }
}

/// What the server tells; `None`: it does not tell this key.
fn told<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(told) => Ok(Some(told)),
        Err(failure) => match failure.kind {
            FailureKind::Forbidden
            | FailureKind::MissingScope(_)
            | FailureKind::NotFound
            | FailureKind::OutOfBounds => Ok(None),
            _ => Err(failure),
        },
    }
}

/// A number from 0 to 1 that differs from program to program and from call to call.
pub(super) fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0);
    f64::from(random) / f64::from(u32::MAX)
}
