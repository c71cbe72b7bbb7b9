//! A job: one run of a sync (contract, section 7.5).

use jiff::{SignedDuration, Timestamp};

use super::field::Field;
use super::ids::{JobId, SchemaId};
use super::status::Status;
use super::text::Foreign;

/// One run of a sync.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its identity.
    pub id: JobId,
    /// Its start; there is no other start time. `None`: could not be read.
    pub created_at: Option<Timestamp>,
    /// Its end; `Null` while it runs and on some old or crashed runs.
    pub finished_at: Field<Timestamp>,
    /// How it went.
    pub status: Status,
    /// The schema it belongs to; `None` when that is gone.
    pub schema: Option<SchemaId>,
    /// Name of that schema.
    pub schema_name: Foreign,
    /// Rows read in this run; grows while it runs.
    pub rows: Field<u64>,
    /// Text of its error.
    pub latest_error: Field<Foreign>,
    /// Key of its log lines.
    pub workflow_run_id: Field<Foreign>,
    /// How a CDC run writes. In mode `both` a table has two jobs a sync, one for each way.
    pub write_mode: Field<Foreign>,
}

impl Job {
    /// Whether it is still running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    /// How long it took, once it has ended.
    #[must_use]
    pub fn duration(&self) -> Option<SignedDuration> {
        let end = *self.finished_at.known()?;
        Some(end.duration_since(self.created_at?).max(SignedDuration::ZERO))
    }
}

/// How long a run of these usually takes: the middle one of those that succeeded.
#[must_use]
pub fn usual_duration(jobs: &[Job]) -> Option<SignedDuration> {
    let mut durations: Vec<_> =
        jobs.iter().filter(|job| job.status == Status::Completed).filter_map(Job::duration).collect();
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied()
}
