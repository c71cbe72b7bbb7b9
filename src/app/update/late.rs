//! Answers to questions that were asked before others which are answered already. They may be older than what is known
//! by now, so whoever has asked gets them, and nobody else.

use super::follows;
use crate::app::effect::{Effect, FollowId, RequestId};
use crate::app::model::Model;
use crate::app::model::flights::Flights;
use crate::warehouse::ids::SourceId;
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::recovery::follow::Evidence;
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::text::Foreign;

/// What an answer is about, as far as another one may be newer. Jobs are told apart by table.
fn about(fact: &Fact) -> Option<Need> {
    Some(match fact {
        Fact::Identity(_) => Need::Identity,
        Fact::Schema(full) => Need::Schema(full.schema.id.clone()),
        Fact::Webhook(source, _) => Need::Webhook(source.clone()),
        Fact::CdcStatus(source, _) => Need::CdcStatus(source.clone()),
        _ => return None,
    })
}

/// Whether a later answer to the same was taken in already; if not, this one is noted as taken in.
pub(super) fn is_outdated(flights: &mut Flights, request: RequestId, fact: &Fact) -> bool {
    let Some(need) = about(fact) else { return false };
    let outdated = flights.took_later(request, &need);
    if !outdated {
        flights.note_taken(request, need);
    }
    outdated
}

/// Only a followed action that has asked for it learns it.
pub(super) fn only_prove(model: &mut Model, follow: Option<FollowId>, fact: &Fact) -> Vec<Effect> {
    let evidence = match fact {
        Fact::Schema(full) => Evidence::Schema(full),
        Fact::Webhook(_, info) => Evidence::Webhook(info),
        Fact::CdcStatus(_, status) => Evidence::Cdc(status),
        _ => return Vec::new(),
    };
    follow.map_or_else(Vec::new, |follow| follows::learn(model, follow, &evidence))
}

/// The jobs of one table, or of all.
fn runs_of(source: &SourceId, table: Option<&Foreign>) -> Need {
    Need::Jobs(JobQuery::newest(source.clone(), table.into_iter().cloned().collect()))
}

/// What of an answer about jobs is not older than what is known.
pub(super) struct News {
    /// The question as far as it is answered by them; `None`: all of it is older.
    pub(super) query: Option<JobQuery>,
    /// Their jobs.
    pub(super) jobs: Vec<Job>,
    /// All jobs of the answer, the others as they are known by now.
    pub(super) all: Vec<Job>,
}

/// Sifts an answer about the newest jobs, and notes it as taken in.
pub(super) fn sift(model: &mut Model, request: RequestId, query: &JobQuery, jobs: &[Job]) -> News {
    let source = &query.source;
    let everything = model.flights.took_later(request, &runs_of(source, None));
    let mut old: Vec<&Foreign> = query.schemas.iter().chain(jobs.iter().map(|job| &job.schema_name)).collect();
    old.sort_unstable();
    old.dedup();
    old.retain(|name| everything || model.flights.took_later(request, &runs_of(source, Some(name))));
    let is_news = |name: &Foreign| old.binary_search(&name).is_err();
    let known = |job: &Job| {
        let runs = job.schema.as_ref().and_then(|table| model.inventory.runs(table));
        runs.and_then(|runs| runs.jobs().iter().find(|known| known.id == job.id)).unwrap_or(job).clone()
    };
    let all = jobs.iter().map(|job| if is_news(&job.schema_name) { job.clone() } else { known(job) }).collect();
    // Where the answer was full, that a table has no job in it says nothing.
    let full = jobs.len() >= JobQuery::MOST_JOBS && !old.is_empty();
    let has_any = |name: &Foreign| jobs.iter().any(|job| job.schema_name == *name);
    let told = |name: &&Foreign| is_news(name) && (!full || has_any(name));
    let schemas: Vec<Foreign> = query.schemas.iter().filter(told).cloned().collect();
    // A question about all tables is answered as a whole, or not at all.
    let answered = old.is_empty() || !schemas.is_empty();
    let query_left = answered.then(|| JobQuery { schemas, ..query.clone() });
    let jobs = jobs.iter().filter(|job| is_news(&job.schema_name)).cloned().collect();
    let taken: Vec<Need> = match query.schemas.as_slice() {
        [] => vec![runs_of(source, None)],
        names => names.iter().filter(|name| is_news(name)).map(|name| runs_of(source, Some(name))).collect(),
    };
    for need in taken {
        model.flights.note_taken(request, need);
    }
    News { query: query_left, jobs, all }
}
