//! From the answer to the request to the end of the last run it started.

use jiff::{SignedDuration, Timestamp};

use super::watch::{News, Run};
use super::{Act, Follow, Outcome, Phase, Step, Tone};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::freshness::age;
use crate::warehouse::job::Job;
use crate::warehouse::replies::BulkFailure;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::span;

/// How long a run may take to show a job before its request counts as swallowed.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);

/// Failures in a row from which on the server spaces runs (contract, section 8.3).
const SPACED_FROM: usize = 5;

impl Follow {
    /// The request was accepted.
    pub(super) fn accepted(&mut self, remark: Option<&Foreign>, now: Timestamp) -> Vec<Step> {
        let remark = remark.filter(|remark| !remark.is_blank());
        match self.act {
            Act::Reload | Act::ReloadSource | Act::Resync => {
                self.phase = Phase::Starting { since: now, sure: true };
                let text = format!("{} accepted, waiting for a job", self.act.word());
                vec![self.tell(Tone::Note, &text), self.pause(now)]
            }
            Act::Cancel => {
                self.phase = Phase::Stopping { since: now, nothing_ran: remark.is_some() };
                let text = remark.map_or("cancel accepted, waiting for the run to end".to_owned(), |remark| {
                    format!("cancel accepted: {}", remark.shown())
                });
                vec![self.tell(Tone::Note, &text), self.ask_back()]
            }
            Act::DeleteData
            | Act::Switch
            | Act::SwitchSome
            | Act::RefreshSchemas
            | Act::UpdateSource
            | Act::EnableCdc
            | Act::DisableCdc
            | Act::RepairCdc
            | Act::CreateWebhook
            | Act::UpdateWebhook
            | Act::DeleteWebhook => {
                self.phase = Phase::Confirming;
                self.remark = remark.map(|remark| remark.shown().into_owned());
                vec![self.ask_back()]
            }
            Act::DestroySchema | Act::DestroySource => {
                self.destroyed = true;
                self.end(Tone::Good, "destroyed")
            }
        }
    }

    /// The request failed, or nobody knows.
    pub(super) fn not_done(&mut self, failure: &Failure, now: Timestamp) -> Vec<Step> {
        let word = self.act.word();
        if failure.kind == FailureKind::NotFound && matches!(self.act, Act::DestroySchema | Act::DestroySource) {
            self.destroyed = true;
            return self.end(Tone::Note, "there was nothing left to destroy: it did not exist any more");
        }
        if self.act == Act::SwitchSome
            && let Some(part) = BulkFailure::of(failure, &self.subject.tables)
        {
            // The rest was saved (contract, section 9.2); what is there now tells which.
            self.remark =
                part.unsaved.iter().find(|row| !row.reason.is_blank()).map(|row| row.reason.shown().into_owned());
            self.phase = Phase::Confirming;
            return vec![self.ask_back()];
        }
        if !failure.outcome_unknown() {
            self.refused = (failure.kind == FailureKind::Refused).then(|| failure.clone());
            if failure.was_held_back() {
                return self.end(Tone::Bad, &format!("{word} was not sent: {}", not_sent(failure)));
            }
            return self.end(Tone::Bad, &format!("{word} failed: {}", failure.explanation()));
        }
        let text = format!("outcome of {word} unknown ({}); looking what became of it", failure.of_a_write());
        let told = self.tell(Tone::Note, &text);
        let next = match self.act {
            act if act.starts_a_run() => {
                self.phase = Phase::Starting { since: now, sure: false };
                self.pause(now)
            }
            Act::Cancel => {
                self.phase = Phase::Stopping { since: now, nothing_ran: false };
                self.pause(now)
            }
            _ => {
                self.phase = Phase::LookingBack { since: now };
                self.ask_back()
            }
        };
        vec![told, next]
    }

    pub(super) fn look_for_start(&mut self, jobs: &[Job], since: Timestamp, sure: bool, now: Timestamp) -> Vec<Step> {
        if self.watch.take_in(&self.subject, jobs) == News::Started {
            self.phase = Phase::Running;
            let text = if sure { "a new job is running" } else { "it was carried out after all: a new job exists" };
            let told = self.tell(Tone::Note, text);
            return [told].into_iter().chain(self.go_on(now)).collect();
        }
        if self.act == Act::Reload && self.watch.adopt(jobs) {
            // The schedule drops a trigger while an earlier run is active (contract, section 8.3).
            self.phase = Phase::Running;
            let started = self.watch.runs().iter().find_map(|run| run.job.created_at);
            let started = started.map_or(String::new(), |at| format!(" (started {})", at.strftime("%H:%M:%SZ")));
            let text = format!(
                "the reload was swallowed, because an earlier run{started} is still active; following that one"
            );
            let told = self.tell(Tone::Note, &text);
            return [told].into_iter().chain(self.go_on(now)).collect();
        }
        if age(since, now) < PATIENCE {
            return vec![self.pause(now)];
        }
        let text = self.nothing_started(&span(age(since, now)), sure);
        let outcome = match (sure, self.act) {
            (false, _) => Outcome::Unknown,
            (true, Act::Resync) => Outcome::Swallowed,
            (true, _) => Outcome::Failed,
        };
        self.end_as(outcome, Tone::Bad, &text)
    }

    fn nothing_started(&self, waited: &str, sure: bool) -> String {
        match (sure, self.act) {
            (false, act) => format!(
                "outcome of {} still unknown: no new job within {waited}, so it was probably not carried out",
                act.word()
            ),
            (true, Act::Resync) => format!(
                "the resync was accepted, but no job started within {waited}: the restart was swallowed. The reset is \
                 remembered; send a reload, not a second resync"
            ),
            (true, Act::ReloadSource) if !self.watch.active_before().is_empty() => format!(
                "the reload was swallowed: accepted, but no job started within {waited}, because earlier runs are \
                 still active"
            ),
            (true, Act::Reload) if self.watch.failures_before() >= SPACED_FROM => format!(
                "the reload was swallowed: accepted, but no job started within {waited}. After {} failures in a row \
                 PostHog leaves 10 minutes to an hour between runs; fix the cause, then reload again later",
                self.watch.failures_before()
            ),
            (true, _) => format!(
                "the reload was swallowed: accepted, but no job started within {waited}. If the status stays Running, \
                 cancel and reload again"
            ),
        }
    }

    pub(super) fn look_for_end(&mut self, jobs: &[Job], now: Timestamp) -> Vec<Step> {
        let after_all = self.watch.take_in(&self.subject, jobs) == News::Started;
        let told = after_all.then(|| self.tell(Tone::Note, "a new job is running after all"));
        told.into_iter().chain(self.go_on(now)).collect()
    }

    /// Waits for more, or reads the table once everything has ended.
    fn go_on(&mut self, now: Timestamp) -> Vec<Step> {
        if self.watch.runs().iter().any(Run::is_open) || self.expects_more(now) {
            return vec![self.pause(now)];
        }
        self.phase = Phase::Confirming;
        vec![self.ask_back()]
    }

    /// Whether tables without a job may still get one.
    pub(super) fn expects_more(&self, now: Timestamp) -> bool {
        self.act == Act::ReloadSource
            && self.watch.tables_seen() < self.subject.tables.len()
            && age(self.asked_at, now) < PATIENCE
    }
}

/// Why a request was held back, behind the words that it was.
fn not_sent(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Declined => "you did not confirm it".to_owned(),
        FailureKind::ReadOnly => "read-only mode".to_owned(),
        _ => failure.explanation(),
    }
}
