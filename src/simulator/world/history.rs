//! The past of a table, made up when the world is built: runs before it, good and bad.

use std::time::Duration;

use super::job::{Job, JobStatus, Progress};
use super::{Fault, Moment};
use crate::simulator::random::Random;

/// What a table's past looks like.
#[derive(Clone, Debug)]
pub struct Past {
    /// Position of the table in its source.
    pub table: usize,
    /// When the newest run began.
    pub newest: Moment,
    /// The span between runs.
    pub period: Duration,
    /// How many runs at most.
    pub runs: usize,
    /// How far back at most.
    pub reach: Duration,
    /// From when on runs failed, and with what.
    pub failing: Option<(Moment, Fault)>,
    /// Rows of a run.
    pub growth: u64,
    /// How long a run takes.
    pub duration: Duration,
    /// The write mode of CDC runs.
    pub write_mode: Option<&'static str>,
}

impl Past {
    /// The runs, newest first.
    #[must_use]
    pub fn jobs(&self, random: &mut Random) -> Vec<Job> {
        let reach = self.newest.minus(self.reach);
        let mut jobs = Vec::new();
        let mut start = self.newest;
        while jobs.len() < self.runs && (start > reach || jobs.is_empty()) {
            jobs.push(self.job(start, jobs.is_empty(), random));
            start = start.minus(self.period).minus(random.span(Duration::ZERO, self.period.mul_f64(0.02)));
        }
        // A fault that switches the table off, or a long period, can leave no good run in reach: there was one.
        let good = jobs.iter().any(|job| job.status == JobStatus::Completed);
        if let Some((since, _)) = self.failing.as_ref().filter(|_| self.runs > 0 && !good) {
            jobs.push(self.job(since.minus(self.period), false, random));
        }
        jobs
    }

    fn job(&self, start: Moment, newest: bool, random: &mut Random) -> Job {
        let failed = self.failing.as_ref().filter(|(since, _)| start >= *since).map(|(_, fault)| fault);
        let duration = failed.map_or(self.duration, |fault| fault.after);
        let end = start.plus(random.span(duration.mul_f64(0.7), duration.mul_f64(1.3)));
        let rows = if failed.is_some() { 0 } else { random.around(self.growth, 60) };
        let milliseconds = start.milliseconds();
        Job {
            id: random.id(milliseconds),
            run: None,
            table: self.table,
            created_at: start,
            finished_at: Some(end),
            status: failed.map_or(JobStatus::Completed, |fault| fault.outcome),
            progress: Progress { start, end, rows, ceiling: rows },
            // Older rows still carry the raw text that the friendly one replaced later (contract, section 10).
            error: failed.and_then(|fault| {
                if newest { fault.text.clone() } else { fault.raw.clone().or_else(|| fault.text.clone()) }
            }),
            raw_error: failed.and_then(|fault| fault.raw.clone()),
            workflow_run_id: random.id(milliseconds),
            write_mode: self.write_mode,
            created_by: None,
        }
    }
}
