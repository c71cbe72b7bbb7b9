//! Jobs: the runs of a table, past and present (contract, section 7.5).

use super::Moment;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// Not finished.
    Running,
    /// Finished well.
    Completed,
    /// Ended in an error, or was cancelled.
    Failed,
    /// Stopped before reading: the quota is used up.
    BillingLimits,
    /// Would have gone over the quota.
    BillingLimitTooLow,
}

impl JobStatus {
    /// The spelling of jobs, which differs by one letter from that of tables (contract, section 8.1).
    #[must_use]
    pub fn of_job(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::BillingLimits => "Billing limits",
            Self::BillingLimitTooLow => "Billing limit too low",
        }
    }

    /// The spelling of tables.
    #[must_use]
    pub fn of_table(self) -> &'static str {
        match self {
            Self::BillingLimitTooLow => "Billing limits too low",
            other => other.of_job(),
        }
    }
}

/// How the row count of a run grows: evenly from nothing at `start` to `rows` at `end`, and no further
/// than `ceiling`, which is lower in a run that is stuck.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// When it begins.
    pub start: Moment,
    /// When all rows are read.
    pub end: Moment,
    /// Rows read by then.
    pub rows: u64,
    /// Where it stops growing.
    pub ceiling: u64,
}

impl Progress {
    /// Rows read so far.
    #[must_use]
    pub fn rows_at(&self, now: Moment) -> u64 {
        let elapsed = now.since(self.start).as_micros();
        let whole = self.end.since(self.start).as_micros().max(1);
        let rows = u128::from(self.rows) * elapsed.min(whole) / whole;
        u64::try_from(rows).unwrap_or(u64::MAX).min(self.ceiling)
    }
}

/// One run of one table, or one of the two that CDC in mode `both` makes.
#[derive(Clone, Debug)]
pub struct Job {
    /// The job's id.
    pub id: String,
    /// Which run of the world it belongs to; runs of the past have none.
    pub run: Option<u64>,
    /// Position of the table in the source.
    pub table: usize,
    /// When it started.
    pub created_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// How it stands.
    pub status: JobStatus,
    /// How its rows grow; once finished, its rows are those at its end.
    pub progress: Progress,
    /// What the table's error said when it ended.
    pub error: Option<String>,
    /// What the log of this run says of it, which is often the raw error.
    pub raw_error: Option<String>,
    /// The key to this run's log lines.
    pub workflow_run_id: String,
    /// The write mode of a CDC run.
    pub write_mode: Option<&'static str>,
    /// The user who asked for it; null for scheduled runs.
    pub created_by: Option<u64>,
}

impl Job {
    /// Rows read at `now`. Never falls.
    #[must_use]
    pub fn rows_at(&self, now: Moment) -> u64 {
        self.progress.rows_at(self.finished_at.map_or(now, |end| end.min(now)))
    }
}
