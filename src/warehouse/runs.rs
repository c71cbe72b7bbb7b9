//! What the jobs of one schema tell about its runs.

use jiff::{SignedDuration, Timestamp};

use super::job::{Job, usual_duration};
use super::status::Status;

/// The jobs of one schema, and what was seen of them over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// Newest first, at most [`Runs::KEPT`].
    jobs: Vec<Job>,
    /// When rows of the running job were last seen to grow.
    grew_at: Option<Timestamp>,
    /// When the running job was first seen by this program.
    watched_since: Option<Timestamp>,
    /// When jobs were last read.
    read_at: Option<Timestamp>,
}

impl Runs {
    /// How many jobs are remembered for each schema.
    pub const KEPT: usize = 50;

    /// Takes in jobs of this schema as read at `now`; known ones are replaced, older ones kept.
    pub fn learn(&mut self, read: impl IntoIterator<Item = Job>, now: Timestamp) {
        self.read_at = Some(now);
        let before = self.running().map(|job| (job.id.clone(), job.rows.known().copied()));
        for job in read {
            match self.jobs.iter_mut().find(|known| known.id == job.id) {
                Some(known) => *known = job,
                None => self.jobs.push(job),
            }
        }
        self.jobs.sort_by(|one, other| other.created_at.cmp(&one.created_at));
        self.jobs.truncate(Self::KEPT);
        let after = self.running().map(|job| (job.id.clone(), job.rows.known().copied()));
        match (before, after) {
            (Some((old, rows_then)), Some((new, rows_now))) if old == new => {
                if rows_now > rows_then {
                    self.grew_at = Some(now);
                }
            }
            (_, Some(_)) => {
                self.grew_at = None;
                self.watched_since = Some(now);
            }
            (_, None) => {
                self.grew_at = None;
                self.watched_since = None;
            }
        }
    }

    /// Newest first.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// When jobs were last read.
    #[must_use]
    pub fn read_at(&self) -> Option<Timestamp> {
        self.read_at
    }

    /// The newest job.
    #[must_use]
    pub fn newest(&self) -> Option<&Job> {
        self.jobs.first()
    }

    /// The newest job that is running. An older orphan that never got an end does not count (contract,
    /// section 8.3).
    #[must_use]
    pub fn running(&self) -> Option<&Job> {
        // A CDC table in mode `both` has two jobs a run, so the newest two may belong together.
        self.jobs.iter().take(2).find(|job| job.is_running())
    }

    /// The earliest job of the unbroken row of failures that ends with the newest finished job.
    #[must_use]
    pub fn failing_since(&self) -> Option<Timestamp> {
        self.jobs
            .iter()
            .skip_while(|job| job.is_running())
            .take_while(|job| job.status == Status::Failed)
            .filter_map(|job| job.created_at)
            .last()
    }

    /// How long a successful run usually takes.
    #[must_use]
    pub fn usual(&self) -> Option<SignedDuration> {
        usual_duration(&self.jobs)
    }

    /// When rows of the running job were last seen to grow, else since when it was watched.
    #[must_use]
    pub fn last_sign_of_life(&self) -> Option<Timestamp> {
        self.grew_at.or(self.watched_since)
    }

    /// Whether rows of the running job were seen to grow.
    #[must_use]
    pub fn seen_growing(&self) -> bool {
        self.grew_at.is_some()
    }
}
