//! What happens by itself: schedules fire, runs begin, grow, end or are stopped.

use std::time::Duration;

use super::agenda::Event;
use super::job::{Job, JobStatus, Progress};
use super::table::Run;
use super::{Address, Cure, World, faults};
use crate::simulator::moment::Moment;

/// Runs that failed in a row before the next ones are spaced (contract, section 8.3).
const FAILURES_BEFORE_SPACING: u32 = 5;

impl World {
    /// Puts a new table's schedule on the agenda, and the end of the run it may be in.
    pub(super) fn put_on_agenda(&mut self, at: Address) {
        let table = self.table(at);
        let (generation, first_due) = (table.generation, table.first_due);
        let run = table.run.as_ref().map(|run| run.number);
        if let Some(due) = first_due {
            self.agenda.put(due, Event::Due { at, generation });
        }
        if let Some(run) = run {
            let jobs = self.source(at.source).jobs.iter();
            if let Some(end) = jobs.filter(|job| job.run == Some(run)).map(|job| job.progress.end).max() {
                self.agenda.put(end, Event::Finish { at, run });
            }
        }
    }

    /// Sets a table's schedule anew from its frequency and time of day.
    pub(super) fn reschedule(&mut self, at: Address) {
        let now = self.now;
        let table = self.table_mut(at);
        table.generation += 1;
        table.scheduled = true;
        let generation = table.generation;
        let Some(period) = table.settings.period() else { return };
        let due = table.settings.anchor().map_or(now.plus(period), |anchor| now.next_time_of_day(anchor));
        self.agenda.put(due, Event::Due { at, generation });
    }

    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Due { at, generation } => self.due(at, generation),
            Event::Start { at, manual } => self.start(at, manual),
            Event::Finish { at, run } => self.finish(at, run),
            Event::Stop { at, run, reason } => self.stop(at, run, reason),
        }
    }

    fn exists(&self, at: Address) -> bool {
        !self.source(at.source).deleted && !self.table(at).deleted
    }

    fn due(&mut self, at: Address, generation: u32) {
        let table = self.table(at);
        if !self.exists(at) || table.generation != generation {
            return;
        }
        // Pushes arrive all the time; the simulator shows them as small runs, and none where nothing is delivered.
        let silent = table.settings.is("webhook")
            && self.source(at.source).webhook.as_ref().is_none_or(|webhook| !webhook.delivers());
        let enabled = table.should_sync && table.status.as_deref() != Some("Paused") && !silent;
        if let Some(period) = table.settings.period() {
            self.put(period, Event::Due { at, generation });
        }
        if enabled {
            self.start(at, false);
        }
    }

    /// Until when runs are held back after failures in a row.
    fn spaced_until(&self, at: Address) -> Option<Moment> {
        let table = self.table(at);
        let doublings = table.failures.checked_sub(FAILURES_BEFORE_SPACING)?;
        let gap = self.tempo.spacing.saturating_mul(2_u32.saturating_pow(doublings.min(16)));
        Some(table.failed_at?.plus(gap.min(self.tempo.longest_spacing)))
    }

    fn start(&mut self, at: Address, manual: bool) {
        let spaced = self.spaced_until(at).is_some_and(|until| self.now < until);
        let halted =
            self.source(at.source).cdc.as_ref().is_some_and(|cdc| cdc.halted) && self.table(at).settings.is("cdc");
        if !self.exists(at) || self.table(at).run.is_some() || spaced || halted {
            // Swallowed: no job, and whatever status was written stays.
            return;
        }
        self.cure(at, Cure::Next);
        if manual {
            self.cure(at, Cure::Reload);
        }
        let table = self.table(at);
        let from_nothing = table.reset || table.rows.is_none();
        let rebuilds = from_nothing || table.settings.is("full_refresh");
        if from_nothing {
            self.cure(at, Cure::Reset);
        }
        let fault = faults::of_run(self.source(at.source), self.table(at));
        let number = self.random.bits();
        let (rows, duration) = self.extent(at, rebuilds);
        let ends = self.now.plus(fault.as_ref().map_or(duration, |fault| fault.after));
        let modes = self.write_modes(at);
        for mode in modes {
            let job =
                self.new_job(at, number, mode, manual, Progress { start: self.now, end: ends, rows, ceiling: rows });
            self.source_mut(at.source).jobs.push(job);
        }
        let table = self.table_mut(at);
        if table.reset && fault.is_none() {
            table.rows = None;
        }
        table.reset &= fault.is_some();
        table.status = Some("Running".to_owned());
        table.run = Some(Run { number, fault, rebuilds, stopping: false });
        self.agenda.put(ends, Event::Finish { at, run: number });
    }

    /// Rows a run reads, and how long it takes.
    fn extent(&mut self, at: Address, rebuilds: bool) -> (u64, Duration) {
        let table = &self.sources[at.source].tables[at.table];
        let rows = if rebuilds { table.source_rows } else { self.random.around(table.growth, 40) };
        let low = table.duration.mul_f64(0.8);
        (rows, self.random.span(low, table.duration.mul_f64(1.2)))
    }

    fn write_modes(&self, at: Address) -> Vec<Option<&'static str>> {
        let settings = &self.table(at).settings;
        match settings.cdc_mode.as_str() {
            _ if !settings.is("cdc") => vec![None],
            "both" => vec![Some("incremental_merge"), Some("scd2_append")],
            "cdc_only" => vec![Some("scd2_append")],
            _ => vec![Some("incremental_merge")],
        }
    }

    fn new_job(
        &mut self,
        at: Address,
        run: u64,
        write_mode: Option<&'static str>,
        manual: bool,
        progress: Progress,
    ) -> Job {
        let milliseconds = self.now.milliseconds();
        Job {
            id: self.random.id(milliseconds),
            run: Some(run),
            table: at.table,
            created_at: self.now,
            finished_at: None,
            status: JobStatus::Running,
            progress,
            error: None,
            raw_error: None,
            workflow_run_id: self.random.id(milliseconds),
            write_mode,
            created_by: manual.then_some(super::source::USER),
        }
    }

    fn finish(&mut self, at: Address, number: u64) {
        if self.table(at).run.as_ref().is_none_or(|run| run.number != number || run.stopping) {
            return;
        }
        let now = self.now;
        let Some(run) = self.table_mut(at).run.take() else { return };
        let Some(fault) = run.fault else {
            self.complete(at, number, run.rebuilds);
            return;
        };
        self.end_jobs(at, number, fault.outcome, fault.text.as_deref(), fault.raw.as_deref());
        let table = self.table_mut(at);
        table.status = Some(fault.outcome.of_table().to_owned());
        table.error = fault.text;
        table.should_sync &= !fault.permanent;
        table.failures += 1;
        table.failed_at = Some(now);
    }

    fn complete(&mut self, at: Address, number: u64, rebuilt: bool) {
        let now = self.now;
        self.end_jobs(at, number, JobStatus::Completed, None, None);
        let job = self.source(at.source).jobs.iter().rev().find(|job| job.run == Some(number));
        let (created, read) = job.map_or((now, 0), |job| (job.created_at, job.rows_at(now)));
        let table = self.table_mut(at);
        // A run from nothing stores what the source has; the others add what came since.
        table.rows = Some(if rebuilt { read } else { table.rows.unwrap_or(0) + read });
        table.source_rows += if rebuilt { 0 } else { read };
        table.status = Some("Completed".to_owned());
        table.error = None;
        table.last_synced = Some(now);
        table.failures = 0;
        let source = self.source_mut(at.source);
        source.last_run_at = source.last_run_at.max(Some(created));
    }

    /// A stop that was asked for takes hold: the run fails with the reason as its text.
    fn stop(&mut self, at: Address, number: u64, reason: &'static str) {
        if self.table(at).run.as_ref().is_none_or(|run| run.number != number) {
            return;
        }
        self.end_jobs(at, number, JobStatus::Failed, Some(reason), None);
        let table = self.table_mut(at);
        table.run = None;
        table.status = Some("Failed".to_owned());
        table.error = Some(reason.to_owned());
    }

    fn end_jobs(&mut self, at: Address, run: u64, status: JobStatus, error: Option<&str>, raw: Option<&str>) {
        let now = self.now;
        for job in self.source_mut(at.source).jobs.iter_mut().rev().filter(|job| job.run == Some(run)) {
            job.finished_at = Some(now);
            job.status = status;
            job.error = error.map(str::to_owned);
            job.raw_error = raw.map(str::to_owned);
        }
    }

    /// Takes away the table's fault if this is what ends it.
    pub(super) fn cure(&mut self, at: Address, cure: Cure) {
        let table = self.table_mut(at);
        if table.fault.as_ref().is_some_and(|fault| fault.cure == cure) {
            table.fault = None;
        }
    }
}
