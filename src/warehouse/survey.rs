//! What must still be asked to be sure, and what the answers look like. The same for the screen and for scripts.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

use super::account::{Key, Project};
use super::channel::{Fault, Way};
use super::field::Field;
use super::finding::{Finding, Puzzle};
use super::freshness::age;
use super::ids::{JobId, SchemaId, SourceId};
use super::inventory::{Held, Inventory};
use super::job::Job;
use super::operation::{JobQuery, LogQuery, Read};
use super::raw::RawLine;
use super::replies::{CandidateFields, CdcPrerequisites, CdcStatus, Form, LogEntry, WebhookInfo};
use super::runs::Runs;
use super::schema::{Schema, SchemaDetail};
use super::source::Source;
use super::state::{State, deserves_a_second_look};
use super::text::Foreign;

/// Something to find out. Finding it out may take several requests; all of them only look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Whose key this is, what it may do, and the project's name.
    Identity,
    /// All sources with their tables in trimmed form; answered page by page.
    Sources,
    /// One schema in full form.
    Schema(SchemaId),
    /// Jobs of a source.
    Jobs(JobQuery),
    /// The webhook of a source, and what the vendor says of it.
    Webhook(SourceId),
    /// One source, with its settings.
    Source(SourceId),
    /// The form of a source type.
    Form(Foreign),
    /// What may be chosen for the sync of a schema, as its source is now.
    Candidates(SchemaId),
    /// Whether a source is ready for change data capture.
    CdcPrerequisites(SourceId),
    /// How change data capture of a source is doing.
    CdcStatus(SourceId),
    /// Log lines of a schema.
    Logs(LogQuery),
    /// One object as the server sends it: the reply to this call, or the one of its jobs with this identity.
    Raw(Read, Option<JobId>),
    /// What a text means. Found out here, without a request.
    Explain(Puzzle),
}

impl Need {
    /// Whether the server passes the question on, to the customer's system or to the vendor (contract, section 4).
    #[must_use]
    pub fn asks_elsewhere(&self) -> bool {
        matches!(
            self,
            Self::Webhook(_) | Self::CdcStatus(_) | Self::CdcPrerequisites(_) | Self::Candidates(_) | Self::Source(_)
        )
    }
}

/// Something found out.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Whose key this is.
    Identity(Box<Identity>),
    /// Some of the sources.
    Sources(SourcePage),
    /// One schema in full form.
    Schema(Box<FullSchema>),
    /// Jobs, newest first.
    Jobs(JobQuery, Vec<Job>),
    /// The webhook of a source, and what the vendor says of it.
    Webhook(SourceId, Box<WebhookInfo>),
    /// One source, with its settings.
    Source(Box<Source>),
    /// The form of a source type.
    Form(Box<Form>),
    /// What may be chosen for the sync of a schema, as its source is now.
    Candidates(SchemaId, Box<CandidateFields>),
    /// Whether a source is ready for change data capture.
    CdcPrerequisites(SourceId, CdcPrerequisites),
    /// How change data capture of a source is doing.
    CdcStatus(SourceId, Box<CdcStatus>),
    /// Log lines, newest first.
    Logs(LogQuery, Vec<LogEntry>),
    /// The answer to this was shorter than asked for, and yet not the last: there are older lines.
    LogsGoOn(LogQuery),
    /// One object as the server sends it.
    Raw(Read, Option<JobId>, Arc<Vec<RawLine>>),
    /// What a text means.
    Explained(Puzzle, Option<Arc<Finding>>),
}

/// Whose key this is. What was refused to be told is `None`; the program is as good without.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// The key itself.
    pub key: Option<Key>,
    /// The project in use.
    pub project: Option<Project>,
}

/// One page of the sources.
#[derive(Clone, Debug, PartialEq)]
pub struct SourcePage {
    /// The sources; repeats of what an earlier page of the same reading brought are left out. Shared, so that whoever read
    /// them can keep them, and with them the work of dropping them.
    pub sources: Arc<[Arc<Source>]>,
    /// How many sources were read so far in this reading.
    pub loaded: usize,
    /// How many the server says there are.
    pub total: usize,
    /// How many items could not be read at all.
    pub unreadable: usize,
    /// Whether this is the last page, and with it whether all of the list was seen.
    pub end: Option<Completeness>,
}

/// Whether a reading saw everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every source was seen; what was not seen is gone.
    Whole,
    /// The list moved while it was read; something may have been skipped.
    Partial,
}

/// A schema in full form.
#[derive(Clone, Debug, PartialEq)]
pub struct FullSchema {
    /// What lists carry too.
    pub schema: Schema,
    /// What only the full form carries.
    pub detail: SchemaDetail,
    /// Its source, which only the single read names.
    pub source: Option<SourceId>,
    /// The connector of that source.
    pub source_type: Field<Foreign>,
}

/// How many names go into one question for jobs: the server answers at most 50 jobs a question.
const NAMES_A_QUESTION: usize = 4;

/// How long what was told of a webhook or a change stream is believed.
const CHANNEL_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// How soon it is asked again where a run has contradicted it since.
const CHANNEL_RESTS: SignedDuration = SignedDuration::from_mins(1);

/// How long jobs once read prove that a run is real.
const PROOF_LASTS: SignedDuration = SignedDuration::from_secs(20);

/// How long an answer about something at rest is good enough.
const REST_LASTS: SignedDuration = SignedDuration::from_mins(30);

/// What must be asked to be sure of every state, most pressing first and at most `limit` questions:
///
/// * jobs of the tables that claim to run, since only a job proves that;
/// * jobs of tables that look stale, since their past may say that this is their rhythm, and of those of which it cannot
///   be told when they synced last;
/// * the full form of failing tables whose text does not settle the cause; where that does not either, whoever reads
///   it goes on to the texts of the failed jobs, and what is still missing of those is asked for.
///
/// Nothing is asked about others. What rests is not asked again soon, whatever came of it.
#[must_use]
pub fn needed(inventory: &mut Inventory, only: Option<&SourceId>, limit: usize, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    let claim = |inventory: &Inventory, schema: &Schema, state: State| {
        state.claims_to_run() && is_older(inventory.runs(&schema.id).and_then(Runs::read_at), PROOF_LASTS, now)
    };
    let resting_on = |inventory: &Inventory, schema: &Schema, state: State| {
        let hidden = || inventory.looked_closely(schema) && rests_on_unread_jobs(inventory, schema, state);
        (state.rests_on_the_past(schema) || hidden())
            && is_older(inventory.runs(&schema.id).and_then(Runs::read_at), REST_LASTS, now)
    };
    let tables: Vec<(&Held, &Schema, State)> = chosen(inventory, only)
        .flat_map(|held| held.doubts().map(move |(schema, state)| (held, schema, state)))
        .collect();
    for wanted in [&claim as &dyn Fn(&Inventory, &Schema, State) -> bool, &resting_on] {
        for of_one in tables.chunk_by(|one, other| std::ptr::eq(one.0, other.0)) {
            let Some((held, ..)) = of_one.first() else { continue };
            let tables = of_one.iter().filter(|(_, schema, state)| wanted(inventory, schema, *state));
            questions(inventory, held, tables.map(|(_, schema, _)| *schema), &mut needs);
        }
    }
    needs.truncate(limit);
    let open = tables.iter().filter(|(_, schema, state)| is_open_failure(inventory, schema, *state));
    let due = open.map(|(_, schema, _)| &schema.id).filter(|id| is_older(inventory.asked_at(id), REST_LASTS, now));
    let due: Vec<SchemaId> = due.take(limit - needs.len()).cloned().collect();
    for id in due {
        inventory.note_asked(&id, now);
        needs.push(Need::Schema(id));
    }
    needs
}

/// Whose channels should be looked at, at most `limit` of them: those of sources with tables that are pushed to or streamed.
/// It asks the vendor or the customer's database, so it is slow, and done rarely; where it cannot be found out, the tables
/// stay unverified.
#[must_use]
pub fn channels(inventory: &mut Inventory, only: Option<&SourceId>, limit: usize, now: Timestamp) -> Vec<Need> {
    let due = |held: &Held, way: Way| {
        let lasts = if is_contradicted(inventory, held, way) { CHANNEL_RESTS } else { CHANNEL_LASTS };
        is_older(inventory.channel_asked_at(&held.source.id, way), lasts, now)
    };
    let due: Vec<(SourceId, Way)> = chosen(inventory, only)
        .flat_map(|held| Way::ALL.map(|way| (held, way)))
        .filter(|(held, way)| held.depends_on(*way) && due(held, *way))
        .map(|(held, way)| (held.source.id.clone(), way))
        .take(limit)
        .collect();
    for (source, way) in &due {
        inventory.note_channel_asked(source, *way, now);
    }
    due.into_iter().map(|(source, way)| way.question(source)).collect()
}

/// Whether a table was synced through a stream after that was found to be stopped: somebody may have repaired it.
fn is_contradicted(inventory: &Inventory, held: &Held, way: Way) -> bool {
    let (source, stopped) = (&held.source, [Fault::StreamOff, Fault::PositionLost, Fault::Halted]);
    let trouble = inventory.channel(&source.id, way).trouble();
    let Some(asked_at) = inventory.channel_asked_at(&source.id, way) else { return false };
    trouble.is_some_and(|trouble| stopped.contains(&trouble.fault))
        && source.schemas.iter().any(|schema| {
            Way::of(schema) == Some(way) && schema.last_synced_at.known().is_some_and(|synced| *synced > asked_at)
        })
}

/// What should be asked once more some seconds later, because a second look can still change the state.
#[must_use]
pub fn second_look(inventory: &Inventory, only: Option<&SourceId>, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    for held in chosen(inventory, only) {
        let tables = held
            .doubts()
            .filter(|(schema, state)| deserves_a_second_look(*state, inventory.runs(&schema.id), now))
            .map(|(schema, _)| schema);
        questions(inventory, held, tables, &mut needs);
    }
    needs
}

/// Questions for the newest jobs of some tables of one source.
#[must_use]
pub fn ask_jobs<'a>(inventory: &Inventory, source: &Held, tables: impl IntoIterator<Item = &'a Schema>) -> Vec<Need> {
    let mut needs = Vec::new();
    questions(inventory, source, tables, &mut needs);
    needs
}

/// Whether nothing is known of the past of a table, or nothing recent.
#[must_use]
pub fn is_past_unknown(inventory: &Inventory, schema: &Schema, now: Timestamp) -> bool {
    is_older(inventory.runs(&schema.id).and_then(Runs::read_at), REST_LASTS, now)
}

/// Whether some state still rests on something that was not read.
#[must_use]
pub fn is_open(inventory: &Inventory, only: Option<&SourceId>) -> bool {
    let wanted = |held: &&Held| only.is_none_or(|id| held.source.id == *id);
    if inventory.sources().iter().filter(wanted).any(|held| held.source.unreadable > 0) {
        return true;
    }
    if unread_channel(inventory, only).is_some() {
        return true;
    }
    chosen(inventory, only).any(|held| {
        held.doubts().any(|(schema, state)| {
            rests_on_unread_jobs(inventory, schema, state) || is_open_failure(inventory, schema, state)
        })
    })
}

/// A channel that tables depend on and that was not read.
#[must_use]
pub fn unread_channel<'a>(inventory: &'a Inventory, only: Option<&'a SourceId>) -> Option<(Way, &'a Held)> {
    let ways = chosen(inventory, only).flat_map(|held| Way::ALL.map(|way| (way, held)));
    ways.into_iter().find(|(way, held)| held.depends_on(*way) && !inventory.channel(&held.source.id, *way).was_read())
}

fn chosen<'a>(inventory: &'a Inventory, only: Option<&'a SourceId>) -> impl Iterator<Item = &'a Held> {
    inventory.sources().iter().filter(move |held| !held.source.direct && only.is_none_or(|id| held.source.id == *id))
}

fn is_older(at: Option<Timestamp>, limit: SignedDuration, now: Timestamp) -> bool {
    at.is_none_or(|at| age(at, now) >= limit)
}

/// A state, or the cause of a failure, that only jobs can tell, and they were not read.
fn rests_on_unread_jobs(inventory: &Inventory, schema: &Schema, state: State) -> bool {
    let unread = || inventory.runs(&schema.id).is_none_or(|runs| runs.read_at().is_none());
    let open = state.is_failure() && schema.finding.as_deref().is_none_or(Finding::is_open);
    (open || state.claims_to_run() || state.rests_on_the_past(schema)) && unread()
}

/// A failure whose text does not settle its cause, and that was not looked at closely.
fn is_open_failure(inventory: &Inventory, schema: &Schema, state: State) -> bool {
    state.is_failure() && schema.finding.as_deref().is_none_or(Finding::is_open) && !inventory.looked_closely(schema)
}

/// Several names go into one question; a table that such an answer had no room for is asked about alone.
fn questions<'a>(
    inventory: &Inventory,
    held: &Held,
    tables: impl IntoIterator<Item = &'a Schema>,
    needs: &mut Vec<Need>,
) {
    let (alone, together): (Vec<&Schema>, Vec<&Schema>) =
        tables.into_iter().partition(|schema| inventory.was_crowded_out(&schema.id));
    for tables in together.chunks(NAMES_A_QUESTION).chain(alone.chunks(1)) {
        let schemas = tables.iter().map(|schema| schema.name.clone()).collect();
        needs.push(Need::Jobs(JobQuery::newest(held.source.id.clone(), schemas)));
    }
}
