//! One action, from the request to its proven end.
//!
//! Accepted is not started: a run has started only when a job exists that was not there before (contract, section
//! 8.3). So the jobs are read first, then the request is sent, then the jobs are watched. [`Follow`] is a pure state
//! machine: it is told evidence and answers with steps. At any time it waits for exactly one thing.
//!
//! * `watch`: which jobs belong to the action;
//! * `start`: from the accepted request to the first job, and from there to the last one's end;
//! * `look`: reading back what a cancel or a request of unknown outcome did;
//! * `wanted`: what a change was to make, and whether what was read back shows it;
//! * `verdict`: how it ended, in a sentence; `progress`: how it goes, in few words.

mod act;
mod look;
mod progress;
mod start;
mod verdict;
mod wanted;
mod watch;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::warehouse::consent::Consent;
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::operation::{Operation, Write};
use crate::warehouse::replies::{CdcStatus, WebhookInfo};
use crate::warehouse::source::Source;
use crate::warehouse::survey::{FullSchema, Need};
use crate::warehouse::text::Foreign;
pub use act::Act;
use wanted::Wanted;
use watch::Watch;

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
    /// The source as it is now: from the list, or by itself.
    Source(&'a Source),
    /// The webhook of the source.
    Webhook(&'a WebhookInfo),
    /// Change data capture of the source.
    Cdc(&'a CdcStatus),
    /// The request was carried out, with what the server remarked.
    Done(Option<&'a Foreign>),
    /// The request failed.
    NotDone(&'a Failure),
    /// Something could not be found out.
    Unread(&'a Failure),
    /// The time has passed.
    Waited,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As wished, and that was seen.
    Done,
    /// It was refused, or it was not carried out, or its run failed.
    Failed,
    /// A resync was accepted, and its restart swallowed: the next run carries it out (contract, section 9.5).
    Swallowed,
    /// Nobody knows.
    Unknown,
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
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// The jobs before the request are being read.
    Baseline,
    /// The request is out.
    Sending,
    /// The request was accepted at this time, or its outcome is unknown; no new job was seen yet.
    Starting { since: Timestamp, sure: bool },
    /// A new job was seen.
    Running,
    /// The run has ended, or the change was made; the table is read once more.
    Confirming,
    /// A cancel was sent; the status has not left `Running` yet. The server may have remarked that nothing ran.
    Stopping { since: Timestamp, nothing_ran: bool },
    /// An outcome that is unknown is being looked up.
    LookingBack { since: Timestamp },
    /// Nothing more will come.
    Ended,
}

/// An action on its way.
#[derive(Debug, PartialEq)]
pub struct Follow {
    subject: Subject,
    act: Act,
    phase: Phase,
    operation: Option<Operation>,
    wanted: Wanted,
    outcome: Option<Outcome>,
    asked_at: Timestamp,
    watch: Watch,
    destroyed: bool,
    /// Whether it took consent.
    consented: bool,
    /// What the server remarked on accepting it.
    remark: Option<String>,
    /// Tables that a change of several did not reach.
    left_out: Vec<SchemaId>,
    /// Why the server would not have it, where it said so.
    refused: Option<Failure>,
}

impl Follow {
    /// Starts to follow a write.
    #[must_use]
    pub fn write(write: Write, subject: Subject, now: Timestamp) -> (Self, Vec<Step>) {
        Self::start(Act::of_write(&write), Operation::Write(write), subject, now)
    }

    /// Starts to follow an act that was consented to.
    #[must_use]
    pub fn discard(consent: Consent, subject: Subject, now: Timestamp) -> (Self, Vec<Step>) {
        Self::start(Act::of_discard(consent.discard()), Operation::Discard(consent), subject, now)
    }

    fn start(act: Act, operation: Operation, subject: Subject, now: Timestamp) -> (Self, Vec<Step>) {
        let wanted = Wanted::of(&operation);
        let mut follow = Self {
            subject,
            act,
            phase: Phase::Baseline,
            wanted,
            outcome: None,
            asked_at: now,
            watch: Watch::default(),
            destroyed: false,
            consented: matches!(operation, Operation::Discard(_)),
            operation: Some(operation),
            remark: None,
            left_out: Vec::new(),
            refused: None,
        };
        let steps = if act.starts_a_run() { vec![follow.ask_jobs(now)] } else { follow.send() };
        (follow, steps)
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

    /// How it ended; `None` while it goes on.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Whether it took consent, because something is lost by it.
    #[must_use]
    pub fn took_consent(&self) -> bool {
        self.consented
    }

    /// The fields that it sets, where it changes tables.
    #[must_use]
    pub fn sets(&self) -> Vec<(&SchemaId, &serde_json::Map<String, serde_json::Value>)> {
        match (&self.wanted, self.act) {
            (Wanted::Table(body), Act::Switch) => {
                self.subject.tables.first().map(|(id, _)| (id, body)).into_iter().collect()
            }
            (Wanted::Tables(rows), Act::SwitchSome) => rows.iter().map(|(id, body)| (id, body)).collect(),
            _ => Vec::new(),
        }
    }

    /// Tables that a change of several did not reach.
    #[must_use]
    pub fn left_out(&self) -> &[SchemaId] {
        &self.left_out
    }

    /// Why the server would not have it, where it said so.
    #[must_use]
    pub fn refused(&self) -> Option<&Failure> {
        self.refused.as_ref()
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

    /// Takes in what came of a step and says what to do next.
    pub fn learn(&mut self, evidence: &Evidence<'_>, now: Timestamp) -> Vec<Step> {
        match (self.phase, evidence) {
            (Phase::Baseline, Evidence::Jobs(jobs)) => {
                self.watch.remember(&self.subject, jobs);
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
            (
                Phase::Confirming,
                Evidence::Present(_)
                | Evidence::Unread(_)
                | Evidence::Source(_)
                | Evidence::Webhook(_)
                | Evidence::Cdc(_),
            ) => self.conclude_change(evidence),
            (Phase::Stopping { since, nothing_ran }, Evidence::Schema(full)) => {
                self.look_for_stop(full, since, nothing_ran, now)
            }
            (Phase::LookingBack { since }, Evidence::Schema(full)) => {
                let carried_out = self.carried_out(full);
                self.looked_back(carried_out, since, now)
            }
            (
                Phase::LookingBack { since },
                Evidence::Present(_) | Evidence::Source(_) | Evidence::Webhook(_) | Evidence::Cdc(_),
            ) => {
                let carried_out = self.shown_by(evidence);
                self.looked_back(carried_out, since, now)
            }
            (Phase::LookingBack { since }, Evidence::Unread(failure)) => self.not_looked_back(failure, since, now),
            (Phase::Starting { .. } | Phase::Running | Phase::Stopping { .. }, Evidence::Unread(failure)) => {
                self.lost_sight(failure, now)
            }
            (Phase::Starting { .. } | Phase::Running, Evidence::Waited) => vec![self.ask_jobs(now)],
            (Phase::Stopping { .. } | Phase::LookingBack { .. }, Evidence::Waited) => vec![self.ask_back()],
            // What was not asked for changes nothing, and nothing comes after the end.
            _ => Vec::new(),
        }
    }

    /// The question about jobs that the phase needs.
    fn ask_jobs(&mut self, now: Timestamp) -> Step {
        let started = self.phase == Phase::Running && !self.expects_more(now);
        Step::Ask(Need::Jobs(self.watch.question(&self.subject, self.act.whole_source(), started)))
    }

    /// The question that shows what became of the target.
    fn ask_back(&self) -> Step {
        Step::Ask(self.act.proof(&self.subject))
    }

    fn send(&mut self) -> Vec<Step> {
        self.phase = Phase::Sending;
        self.operation.take().map(Step::Send).into_iter().collect()
    }

    fn tell(&self, tone: Tone, text: &str) -> Step {
        Step::Tell(Report { tone, text: format!("{}: {text}", self.full_name()), end: false })
    }

    /// Ends it: badly where it sounds badly, else well.
    fn end(&mut self, tone: Tone, text: &str) -> Vec<Step> {
        let outcome = if tone == Tone::Bad { Outcome::Failed } else { Outcome::Done };
        self.end_as(outcome, tone, text)
    }

    fn end_as(&mut self, outcome: Outcome, tone: Tone, text: &str) -> Vec<Step> {
        self.phase = Phase::Ended;
        self.outcome = Some(outcome);
        vec![Step::Tell(Report { tone, text: format!("{}: {text}", self.full_name()), end: true })]
    }

    /// Something that had to be looked at could not be. Passing trouble is sat out; what will not pass ends it.
    fn lost_sight(&mut self, failure: &Failure, now: Timestamp) -> Vec<Step> {
        if !failure.is_final() {
            return vec![self.pause(now)];
        }
        let text = format!("it cannot be seen any more how the {} goes: {}", self.act.word(), failure.explanation());
        self.end(Tone::Bad, &text)
    }
}
