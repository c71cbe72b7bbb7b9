//! One action, from the request to its proven end.
//!
//! Accepted is not started: a run has started only when a job exists that was not there before (contract, section
//! 8.3). So the jobs are read first, then the request is sent, then the jobs are watched. [`Follow`] is a pure state
//! machine: it is told evidence and answers with steps.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::failure::Failure;
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::{JobId, SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::operation::{JobQuery, Operation, Write};
use crate::warehouse::status::Status;
use crate::warehouse::survey::{FullSchema, Need};
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{count, counted, span};

/// What a followed action acts on.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The source.
    pub source: SourceId,
    /// Its name.
    pub source_name: Foreign,
    /// The tables concerned: one, or all enabled ones of the source.
    pub tables: Vec<(SchemaId, Foreign)>,
}

impl Subject {
    /// The name of the thing: the table if it is one, else the source.
    #[must_use]
    pub fn name(&self, whole_source: bool) -> &Foreign {
        match self.tables.as_slice() {
            [(_, name)] if !whole_source => name,
            _ => &self.source_name,
        }
    }
}

/// What the program should do next for a followed action.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Find this out and come back with it.
    Ask(Need),
    /// Send this, once.
    Send(Operation),
    /// Come back after this time.
    Wait(SignedDuration),
    /// Tell the user.
    Tell(Report),
}

/// What came of a step.
#[derive(Debug)]
pub enum Evidence<'a> {
    /// Jobs of the source.
    Jobs(&'a [Job]),
    /// One of the tables in full form.
    Schema(&'a FullSchema),
    /// The list was read again: whether the target is still in it.
    Present(bool),
    /// The request was carried out, with what the server remarked.
    Done(Option<&'a Foreign>),
    /// The request failed.
    NotDone(&'a Failure),
    /// Something could not be found out.
    Unread(&'a Failure),
    /// The time has passed.
    Waited,
}

/// How a report is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It went as wished.
    Good,
    /// Something on the way, or an outcome that needs nothing.
    Note,
    /// It did not go as wished.
    Bad,
}

/// One sentence about how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// Whether nothing more will come.
    pub end: bool,
}

/// Where a followed action is.
#[derive(Clone, Debug, PartialEq)]
enum Phase {
    /// The jobs before the request are being read.
    Baseline,
    /// The request is out.
    Sending,
    /// The request was accepted at this time, or its outcome is unknown; no new job was seen yet.
    Starting { since: Timestamp, sure: bool },
    /// A new job was seen.
    Running,
    /// The run has ended; the table is read once more.
    Confirming,
    /// A cancel was accepted; the status has not left `Running` yet.
    Stopping { since: Timestamp },
    /// An outcome that is unknown is being looked up.
    LookingBack,
    /// Nothing more will come.
    Ended,
}

/// How long a run may take to show a job before its request counts as swallowed.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);

/// How long a cancel may take to show.
const CANCEL_PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// An action on its way.
#[derive(Debug, PartialEq)]
pub struct Follow {
    subject: Subject,
    act: Act,
    phase: Phase,
    operation: Option<Operation>,
    asked_at: Timestamp,
    before: HashSet<JobId>,
    baseline: Option<Timestamp>,
    active_before: Option<Job>,
    runs: Vec<Job>,
    destroyed: bool,
}

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Request a run of one table.
    Reload,
    /// Request a run of every enabled table of the source.
    ReloadSource,
    /// Cancel a run.
    Cancel,
    /// Drop the data when the next run starts, and read everything again.
    Resync,
    /// Drop the data.
    DeleteData,
    /// Remove a table.
    DestroySchema,
    /// Remove a source.
    DestroySource,
    /// Switch a table on or off.
    Switch,
    /// Read the table list again.
    RefreshSchemas,
}

impl Act {
    fn of(operation: &Operation) -> Option<Self> {
        Some(match operation {
            Operation::Read(_) => return None,
            Operation::Write(write) => match write {
                Write::ReloadSchema(_) => Self::Reload,
                Write::ReloadSource(_) => Self::ReloadSource,
                Write::CancelSchema(_) => Self::Cancel,
                Write::UpdateSchema(..) => Self::Switch,
                Write::RefreshSchemas(_) => Self::RefreshSchemas,
                Write::UpdateSource(..) => return None,
            },
            Operation::Discard(consent) => match consent.discard() {
                Discard::ResyncSchema(_) => Self::Resync,
                Discard::DeleteData(_) => Self::DeleteData,
                Discard::DestroySchema(_) => Self::DestroySchema,
                Discard::DestroySource(_) => Self::DestroySource,
            },
        })
    }

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reload | Self::ReloadSource => "reload",
            Self::Cancel => "cancel",
            Self::Resync => "resync",
            Self::DeleteData => "delete data",
            Self::DestroySchema | Self::DestroySource => "destroy",
            Self::Switch => "update",
            Self::RefreshSchemas => "refresh of the table list",
        }
    }

    fn starts_a_run(self) -> bool {
        matches!(self, Self::Reload | Self::ReloadSource | Self::Resync)
    }

    fn whole_source(self) -> bool {
        matches!(self, Self::ReloadSource | Self::DestroySource | Self::RefreshSchemas)
    }
}

impl Follow {
    /// Starts to follow a write. `None` for what cannot be followed.
    #[must_use]
    pub fn write(write: Write, subject: Subject, now: Timestamp) -> Option<(Self, Vec<Step>)> {
        Self::start(Operation::Write(write), subject, now)
    }

    /// Starts to follow an act that was consented to.
    #[must_use]
    pub fn discard(consent: Consent, subject: Subject, now: Timestamp) -> Option<(Self, Vec<Step>)> {
        Self::start(Operation::Discard(consent), subject, now)
    }

    fn start(operation: Operation, subject: Subject, now: Timestamp) -> Option<(Self, Vec<Step>)> {
        let act = Act::of(&operation)?;
        let mut follow = Self {
            subject,
            act,
            phase: Phase::Baseline,
            operation: Some(operation),
            asked_at: now,
            before: HashSet::new(),
            baseline: None,
            active_before: None,
            runs: Vec::new(),
            destroyed: false,
        };
        let steps = if act.starts_a_run() { vec![follow.ask_jobs()] } else { follow.send() };
        Some((follow, steps))
    }

    /// What kind of action it is.
    #[must_use]
    pub fn act(&self) -> Act {
        self.act
    }

    /// What it acts on.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Whether nothing more will come.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether its target is known to be gone.
    #[must_use]
    pub fn was_destroyed(&self) -> bool {
        self.destroyed
    }

    /// Whether it concerns this table.
    #[must_use]
    pub fn concerns(&self, schema: &SchemaId) -> bool {
        self.subject.tables.iter().any(|(id, _)| id == schema)
    }

    fn name(&self) -> String {
        self.subject.name(self.act.whole_source()).shown().into_owned()
    }

    fn ask_jobs(&self) -> Step {
        let single = !self.act.whole_source();
        Step::Ask(Need::Jobs(JobQuery {
            source: self.subject.source.clone(),
            schemas: if single {
                self.subject.tables.iter().map(|(_, name)| name.clone()).collect()
            } else {
                Vec::new()
            },
            after: if single { None } else { self.baseline },
        }))
    }

    fn ask_schema(&self) -> Vec<Step> {
        match self.subject.tables.first() {
            Some((id, _)) if !self.act.whole_source() => vec![Step::Ask(Need::Schema(id.clone()))],
            _ => vec![Step::Ask(Need::Sources)],
        }
    }

    fn send(&mut self) -> Vec<Step> {
        self.phase = Phase::Sending;
        self.operation.take().map(Step::Send).into_iter().collect()
    }

    fn tell(&self, tone: Tone, text: &str) -> Step {
        Step::Tell(Report { tone, text: format!("{}: {text}", self.name()), end: false })
    }

    fn end(&mut self, tone: Tone, text: &str) -> Vec<Step> {
        self.phase = Phase::Ended;
        vec![Step::Tell(Report { tone, text: format!("{}: {text}", self.name()), end: true })]
    }

    /// Takes in what came of a step and says what to do next.
    pub fn learn(&mut self, evidence: &Evidence<'_>, now: Timestamp) -> Vec<Step> {
        match (self.phase.clone(), evidence) {
            (Phase::Ended, _) => Vec::new(),
            (Phase::Baseline, Evidence::Jobs(jobs)) => {
                self.remember(jobs);
                self.send()
            }
            (Phase::Baseline, Evidence::Unread(failure)) => {
                let text = format!("nothing was sent, because its jobs could not be read: {}", failure.explanation());
                self.end(Tone::Bad, &text)
            }
            (Phase::Sending, Evidence::Done(remark)) => self.accepted(*remark, now),
            (Phase::Sending, Evidence::NotDone(failure)) => self.not_done(failure, now),
            (Phase::Starting { since, sure }, Evidence::Jobs(jobs)) => self.look_for_start(jobs, since, sure, now),
            (Phase::Running, Evidence::Jobs(jobs)) => self.look_for_end(jobs, now),
            (Phase::Confirming, Evidence::Schema(full)) => self.conclude(Some(full)),
            (Phase::Confirming, Evidence::Present(_) | Evidence::Unread(_)) => self.conclude(None),
            (Phase::Stopping { since }, Evidence::Schema(full)) => self.look_for_stop(full, since, now),
            (Phase::LookingBack, Evidence::Schema(full)) => self.look_back(full),
            (Phase::LookingBack, Evidence::Present(present)) => self.looked_back(*present),
            (Phase::LookingBack, Evidence::Unread(failure)) => self.unresolved(failure),
            (_, Evidence::Unread(_)) => vec![self.pause(now)],
            (Phase::Starting { .. } | Phase::Running, Evidence::Waited) => vec![self.ask_jobs()],
            (Phase::Stopping { .. }, Evidence::Waited) => self.ask_schema(),
            _ => Vec::new(),
        }
    }

    fn remember(&mut self, jobs: &[Job]) {
        self.before = jobs.iter().map(|job| job.id.clone()).collect();
        self.baseline = jobs.iter().filter_map(|job| job.created_at).max();
        self.active_before = jobs.iter().find(|job| job.is_running()).cloned();
    }

    fn accepted(&mut self, remark: Option<&Foreign>, now: Timestamp) -> Vec<Step> {
        match self.act {
            Act::Reload | Act::ReloadSource | Act::Resync => {
                self.phase = Phase::Starting { since: now, sure: true };
                let text = format!("{} accepted, waiting for a job", self.act.word());
                vec![self.tell(Tone::Note, &text), self.pause(now)]
            }
            Act::Cancel => {
                self.phase = Phase::Stopping { since: now };
                let text = remark.map_or("cancel accepted, waiting for the run to end".to_owned(), |remark| {
                    format!("cancel accepted: {}", remark.shown())
                });
                let mut steps = vec![self.tell(Tone::Note, &text)];
                steps.extend(self.ask_schema());
                steps
            }
            Act::DeleteData | Act::Switch | Act::RefreshSchemas => {
                self.phase = Phase::Confirming;
                let mut steps: Vec<Step> =
                    remark.map(|remark| self.tell(Tone::Note, &remark.shown())).into_iter().collect();
                steps.extend(self.ask_schema());
                steps
            }
            Act::DestroySchema | Act::DestroySource => {
                self.destroyed = true;
                self.end(Tone::Good, "destroyed")
            }
        }
    }

    fn not_done(&mut self, failure: &Failure, now: Timestamp) -> Vec<Step> {
        if !failure.outcome_unknown() {
            let text = format!("{} failed: {}", self.act.word(), failure.explanation());
            return self.end(Tone::Bad, &text);
        }
        let text = format!("outcome of {} unknown ({}); reading back", self.act.word(), failure.explanation());
        let told = self.tell(Tone::Note, &text);
        let mut steps = vec![told];
        if self.act.starts_a_run() {
            self.phase = Phase::Starting { since: now, sure: false };
            steps.push(self.pause(now));
        } else if self.act == Act::Cancel {
            self.phase = Phase::Stopping { since: now };
            steps.push(self.pause(now));
        } else {
            self.phase = Phase::LookingBack;
            steps.extend(self.ask_schema());
        }
        steps
    }

    /// Jobs of the tables in question that were not there before the request.
    fn new_jobs<'a>(&'a self, jobs: &'a [Job]) -> impl Iterator<Item = &'a Job> {
        jobs.iter()
            .filter(|job| !self.before.contains(&job.id))
            .filter(|job| job.created_at.is_none() || self.baseline.is_none() || job.created_at >= self.baseline)
    }

    fn look_for_start(&mut self, jobs: &[Job], since: Timestamp, sure: bool, now: Timestamp) -> Vec<Step> {
        if self.new_jobs(jobs).next().is_some() {
            self.phase = Phase::Running;
            let text = if sure { "a new job is running" } else { "it was carried out after all: a new job exists" };
            let mut steps = vec![self.tell(Tone::Note, text)];
            steps.extend(self.look_for_end(jobs, now));
            return steps;
        }
        let active = self
            .active_before
            .as_ref()
            .and_then(|before| jobs.iter().find(|job| job.id == before.id))
            .filter(|job| job.is_running());
        if let Some(active) = active.cloned()
            && self.act == Act::Reload
        {
            // The schedule drops a trigger while an earlier run is active (contract, section 8.3).
            let started =
                active.created_at.map_or(String::new(), |at| format!(" (started {})", at.strftime("%H:%M:%SZ")));
            self.before.remove(&active.id);
            self.phase = Phase::Running;
            let text = format!(
                "the reload was swallowed, because an earlier run{started} is still active; following that one"
            );
            let mut steps = vec![self.tell(Tone::Note, &text)];
            steps.extend(self.look_for_end(jobs, now));
            return steps;
        }
        if age(since, now) < PATIENCE {
            return vec![self.pause(now)];
        }
        let waited = span(age(since, now));
        let text = match (sure, self.act) {
            (false, act) => format!(
                "outcome of {} still unknown: no new job within {waited}, so it was probably not carried out",
                act.word()
            ),
            (true, Act::Resync) => format!(
                "the resync was accepted, but no job started within {waited}: the restart was swallowed. The reset is \
                 remembered; send a reload, not a second resync"
            ),
            (true, _) => format!(
                "the reload was swallowed: accepted, but no job started within {waited}. If the status stays Running, \
                 cancel and reload again"
            ),
        };
        self.end(Tone::Bad, &text)
    }

    fn look_for_end(&mut self, jobs: &[Job], now: Timestamp) -> Vec<Step> {
        let fresh: Vec<Job> = self.new_jobs(jobs).cloned().collect();
        for job in fresh {
            match self.runs.iter_mut().find(|known| known.id == job.id) {
                Some(known) => *known = job,
                None => self.runs.push(job),
            }
        }
        let waiting_for_more = self.act == Act::ReloadSource
            && self.tables_seen() < self.subject.tables.len()
            && age(self.asked_at, now) < PATIENCE;
        if self.runs.iter().any(Job::is_running) || waiting_for_more {
            return vec![self.pause(now)];
        }
        self.phase = Phase::Confirming;
        self.ask_schema()
    }

    fn tables_seen(&self) -> usize {
        self.subject.tables.iter().filter(|(id, _)| self.runs.iter().any(|job| job.schema.as_ref() == Some(id))).count()
    }

    fn look_for_stop(&mut self, full: &FullSchema, since: Timestamp, now: Timestamp) -> Vec<Step> {
        if full.schema.status != Status::Running {
            return self.end(Tone::Good, &format!("cancelled; status {}", full.schema.status));
        }
        if age(since, now) < CANCEL_PATIENCE {
            return vec![self.pause(now)];
        }
        let text = format!("still Running {} after the cancel; cancel again or contact support", span(age(since, now)));
        self.end(Tone::Bad, &text)
    }

    fn look_back(&mut self, full: &FullSchema) -> Vec<Step> {
        let present = match self.act {
            Act::DeleteData => !full.schema.table.is_null(),
            _ => true,
        };
        self.looked_back(present)
    }

    fn looked_back(&mut self, present: bool) -> Vec<Step> {
        let word = self.act.word();
        match self.act {
            Act::DestroySchema | Act::DestroySource | Act::DeleteData if !present => {
                self.destroyed = self.act != Act::DeleteData;
                self.end(Tone::Good, &format!("{word} was carried out after all"))
            }
            Act::DestroySchema | Act::DestroySource | Act::DeleteData => {
                self.end(Tone::Bad, &format!("{word} was not carried out; nothing was lost"))
            }
            _ => self.end(Tone::Note, &format!("outcome of {word} unknown; the list shows what is there now")),
        }
    }

    fn unresolved(&mut self, failure: &Failure) -> Vec<Step> {
        use crate::warehouse::failure::FailureKind;
        if failure.kind == FailureKind::NotFound {
            return self.looked_back(false);
        }
        let text =
            format!("outcome of {} unknown, and it could not be read back: {}", self.act.word(), failure.explanation());
        self.end(Tone::Bad, &text)
    }

    fn conclude(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        match self.act {
            Act::DeleteData => match full.map(|full| full.schema.table.is_null()) {
                Some(true) => self.end(Tone::Good, "data deleted; reload builds the table anew"),
                Some(false) => self.end(Tone::Bad, "the data is still there; try again"),
                None => self.end(Tone::Note, "delete data accepted; the table could not be read back"),
            },
            Act::Switch => match full.and_then(|full| full.schema.should_sync) {
                Some(true) => self.end(Tone::Good, "switched on; reload starts a run now"),
                Some(false) => self.end(Tone::Good, "switched off; its data stays"),
                None => self.end(Tone::Note, "update accepted; the table could not be read back"),
            },
            Act::RefreshSchemas => self.end(Tone::Good, "table list read again"),
            _ if self.act.whole_source() || self.runs.len() > 2 => self.conclude_many(),
            _ => self.conclude_one(full),
        }
    }

    fn conclude_one(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        // A CDC table in mode `both` makes two jobs a run, whose rows must not be added up.
        let worst = self.runs.iter().find(|job| job.status != Status::Completed);
        let Some(job) = worst.or(self.runs.first()) else {
            return self.end(Tone::Note, "the run has ended");
        };
        let took = job.duration().map(|took| format!(", {}", span(took))).unwrap_or_default();
        if job.status == Status::Completed {
            let rows = self.runs.iter().filter_map(|job| job.rows.known().copied()).max();
            let rows = rows.map(|rows| format!(", {} rows", count(rows))).unwrap_or_default();
            let synced = match full.map(|full| full.schema.last_synced_at) {
                Some(Field::Known(at)) => format!(", last synced {}", at.strftime("%H:%M:%SZ")),
                _ => String::new(),
            };
            return self.end(Tone::Good, &format!("Completed{rows}{took}{synced}"));
        }
        let cause = full.and_then(|full| full.schema.finding.as_deref()).map(Finding::title);
        let error = full
            .and_then(|full| full.schema.latest_error.known())
            .or(job.latest_error.known())
            .map(|text| text.shown().into_owned());
        let why = match (cause, error) {
            (Some(cause), Some(error)) => format!(": {cause} ({error})"),
            (Some(cause), None) => format!(": {cause}"),
            (None, Some(error)) => format!(": {error}"),
            (None, None) => String::new(),
        };
        let off = match full.and_then(|full| full.schema.should_sync) {
            Some(false) => "; PostHog switched the table off",
            _ => "",
        };
        let text = format!("{}{took}{off}{why}", job.status);
        self.end(Tone::Bad, &text)
    }

    fn conclude_many(&mut self) -> Vec<Step> {
        let total = self.subject.tables.len();
        let table_went = |id: &SchemaId, well: bool| {
            let mut jobs = self.runs.iter().filter(|job| job.schema.as_ref() == Some(id)).peekable();
            jobs.peek().is_some() && jobs.all(|job| job.status == Status::Completed) == well
        };
        let completed = self.subject.tables.iter().filter(|(id, _)| table_went(id, true)).count();
        let failed: Vec<_> = self.subject.tables.iter().filter(|(id, _)| table_went(id, false)).collect();
        let mut text = format!("{} Completed", counted(completed, "table"));
        if let Some((_, first)) = failed.first() {
            text = format!("{text}, {} failed (first {})", failed.len(), first.shown());
        }
        let silent = total.saturating_sub(completed + failed.len());
        if silent > 0 {
            text = format!("{text}, {silent} without a new job");
        }
        let tone = if failed.is_empty() && silent == 0 { Tone::Good } else { Tone::Bad };
        self.end(tone, &text)
    }

    /// How long to wait before looking again: quick at first, calmer with time.
    fn pause(&self, now: Timestamp) -> Step {
        let seconds = match age(self.asked_at, now).as_secs() {
            0..10 => 1,
            10..60 => 2,
            60..600 => 5,
            _ => 15,
        };
        Step::Wait(SignedDuration::from_secs(seconds))
    }

    /// Where it is, in few words, for the status bar.
    #[must_use]
    pub fn progress(&self, usual: Option<SignedDuration>, now: Timestamp) -> String {
        let name = self.name();
        match &self.phase {
            Phase::Baseline | Phase::Sending => format!("{name}: {} requested", self.act.word()),
            Phase::Starting { .. } => format!("{name}: accepted, no job yet"),
            Phase::Stopping { .. } => format!("{name}: stopping"),
            Phase::Confirming | Phase::LookingBack => format!("{name}: reading back"),
            Phase::Ended => format!("{name}: done"),
            Phase::Running if self.act.whole_source() => {
                let done = self.runs.iter().filter(|job| !job.is_running()).count();
                format!("{name}: {done} of {} done", counted(self.subject.tables.len(), "table"))
            }
            Phase::Running => {
                let job = self.runs.iter().find(|job| job.is_running()).or(self.runs.first());
                let since = job.and_then(|job| job.created_at).unwrap_or(self.asked_at);
                let rows = job.and_then(|job| job.rows.known().copied());
                let rows = rows.map(|rows| format!(", {} rows", count(rows))).unwrap_or_default();
                let usual = usual.map(|usual| format!(" (usually {})", span(usual))).unwrap_or_default();
                format!("{name}: running {}{rows}{usual}", span(age(since, now)))
            }
        }
    }
}
