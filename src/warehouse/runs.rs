//! What the jobs of one schema tell about its runs.

use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::sync::Arc;

use super::diagnosis::{Catalogue, Level, Symptom};
use super::finding::Finding;
use super::freshness::Rhythm;
use super::ids::JobId;
use super::job::{Job, usual_duration};
use super::schema::Schema;
use super::settings::SyncType;
use super::status::Status;
use super::text::Foreign;

/// Within this time two jobs begin that belong to one run.
const PAIR: SignedDuration = SignedDuration::from_mins(2);

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
    /// How often jobs were read since the answer was last another one.
    looks: u32,
    /// The earliest job of the unbroken row of failures that ends with the newest finished job.
    failing_since: Option<Timestamp>,
    /// What the newest finished job failed of, and which that was.
    failure: Option<(JobId, Arc<Finding>)>,
}

impl Runs {
    /// How many jobs are remembered for each schema.
    pub const KEPT: usize = 50;

    /// Takes in jobs of this schema as read at `now`; known ones are replaced, older ones kept.
    pub fn learn(&mut self, read: impl IntoIterator<Item = Job>, now: Timestamp) {
        let first = self.read_at.is_none();
        self.read_at = Some(now);
        let before = self.running().map(|job| (job.id.clone(), job.rows.known().copied()));
        for job in read {
            match self.jobs.iter_mut().find(|known| known.id == job.id) {
                Some(known) => *known = job,
                None => self.jobs.push(job),
            }
        }
        self.jobs.sort_by_key(|job| Reverse(job.created_at));
        self.jobs.truncate(Self::KEPT);
        self.failing_since = self.earliest_failure();
        let after = self.running().map(|job| (job.id.clone(), job.rows.known().copied()));
        let same = !first && before.as_ref().map(|(id, _)| id) == after.as_ref().map(|(id, _)| id);
        self.looks = if same { self.looks.saturating_add(1) } else { 1 };
        match (before, after) {
            (Some((old, rows_then)), Some((new, rows_now))) if old == new => {
                // Rows that become known have not grown for that.
                if rows_now.zip(rows_then).is_some_and(|(now, then)| now > then) {
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
        // A CDC table in mode `both` has two jobs a run, which begin together.
        let newest = self.newest()?;
        let together = |job: &&Job| match (newest.created_at, job.created_at) {
            (Some(newest), Some(other)) => newest.duration_since(other) <= PAIR,
            _ => false,
        };
        let other = self.jobs.get(1).filter(together);
        [Some(newest), other].into_iter().flatten().find(|job| job.is_running())
    }

    /// The newest job that does not run any more.
    #[must_use]
    pub fn newest_ended(&self) -> Option<&Job> {
        self.jobs.iter().find(|job| !job.is_running())
    }

    fn failures(&self) -> impl Iterator<Item = &Job> {
        let failed = |job: &&Job| job.status == Status::Failed || job.status.is_billing();
        self.jobs.iter().skip_while(|job| job.is_running()).take_while(failed)
    }

    /// The earliest job of the unbroken row of failures that ends with the newest finished job. What somebody stopped is no
    /// failure, though it does not end the row either.
    #[must_use]
    pub fn failing_since(&self) -> Option<Timestamp> {
        self.failing_since
    }

    fn earliest_failure(&self) -> Option<Timestamp> {
        let failures: Vec<&Job> = self.failures().filter(|job| job.created_at.is_some()).collect();
        // From the oldest on, so that few texts have to be looked up.
        failures.iter().rev().find(|job| !is_stopped_on_purpose(job))?.created_at
    }

    /// The newest finished job, if it failed.
    #[must_use]
    pub fn newest_failure(&self) -> Option<&Job> {
        self.failures().next()
    }

    /// What the newest finished job failed of, if it failed and somebody looked.
    #[must_use]
    pub fn failure(&self) -> Option<&Arc<Finding>> {
        let (job, finding) = self.failure.as_ref()?;
        (self.newest_failure()?.id == *job).then_some(finding)
    }

    /// Looks what the newest finished job failed of, in the light of its table and source.
    pub fn explain(&mut self, schema: &Schema, source_type: &Foreign) {
        let Some(job) = self.newest_failure() else { return self.failure = None };
        if self.failure.as_ref().is_some_and(|(known, _)| *known == job.id) {
            return;
        }
        let symptom = Symptom {
            text: job.latest_error.known().map(Foreign::raw),
            level: Level::Schema,
            status: Some(&job.status),
            source_type: Some(source_type.raw()),
            sync_type: schema.sync_type.known().map(SyncType::raw),
            sync_blocked: None,
        };
        let finding = Finding::of(Catalogue::in_force(), &symptom);
        self.failure = finding.map(|finding| (job.id.clone(), Arc::new(finding)));
    }

    /// When the newest successful run ended.
    #[must_use]
    pub fn last_success(&self) -> Option<Timestamp> {
        let done = self.jobs.iter().find(|job| job.status == Status::Completed)?;
        done.finished_at.known().copied().or(done.created_at)
    }

    /// When the newest successful run began.
    #[must_use]
    pub fn last_start_of_success(&self) -> Option<Timestamp> {
        self.jobs.iter().find(|job| job.status == Status::Completed)?.created_at
    }

    /// The time that usually lies between the starts of two successful runs; `None` with fewer than four of them,
    /// which say nothing yet.
    #[must_use]
    pub fn usual_gap(&self) -> Option<SignedDuration> {
        let done = || self.jobs.iter().filter(|job| job.status == Status::Completed).filter_map(|job| job.created_at);
        let mut gaps: Vec<_> =
            done().zip(done().skip(1)).map(|(later, earlier)| later.duration_since(earlier)).collect();
        gaps.sort_unstable();
        (gaps.len() >= 3).then(|| gaps.get(gaps.len() / 2).copied()).flatten()
    }

    /// How long a successful run usually takes.
    #[must_use]
    pub fn usual(&self) -> Option<SignedDuration> {
        usual_duration(&self.jobs)
    }

    /// What the past says about the rhythm of this table.
    #[must_use]
    pub fn rhythm(&self) -> Rhythm {
        Rhythm { run: self.usual(), gap: self.usual_gap() }
    }

    /// For how long the running job was seen not to grow; only what was really looked at counts.
    #[must_use]
    pub fn silence(&self) -> Option<SignedDuration> {
        let sign_of_life = self.grew_at.or(self.watched_since)?;
        Some(self.read_at?.duration_since(sign_of_life).max(SignedDuration::ZERO))
    }

    /// Whether rows of the running job were seen to grow.
    #[must_use]
    pub fn seen_growing(&self) -> bool {
        self.grew_at.is_some()
    }

    /// How often jobs were read with the same one running, or with none.
    #[must_use]
    pub fn looks(&self) -> u32 {
        self.looks
    }
}

/// Whether somebody ended a run who wanted that.
fn is_stopped_on_purpose(job: &Job) -> bool {
    let Some(text) = job.latest_error.known().filter(|_| job.status == Status::Failed) else { return false };
    let symptom = Symptom { level: Level::Schema, status: Some(&job.status), ..Symptom::of(Some(text.raw())) };
    Finding::of(Catalogue::builtin(), &symptom).is_some_and(|finding| finding.is_on_purpose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::field::Field;

    fn at(minutes: i64) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn job(id: &str, started: i64, status: Status, rows: u64) -> Job {
        let ended = if status == Status::Running { Field::Null } else { Field::Known(at(started + 1)) };
        Job {
            id: JobId::new(id),
            created_at: Some(at(started)),
            finished_at: ended,
            status,
            schema: None,
            schema_name: "t".into(),
            rows: Field::Known(rows),
            latest_error: Field::Null,
            workflow_run_id: Field::Unknown,
            write_mode: Field::Null,
        }
    }

    #[test]
    fn failures_count_back_to_the_last_success() {
        let mut runs = Runs::default();
        runs.learn(
            [
                job("d", 0, Status::Running, 5),
                job("c", -10, Status::Failed, 0),
                job("b", -20, Status::BillingLimits, 0),
                job("a", -30, Status::Completed, 9),
                job("z", -40, Status::Failed, 0),
            ],
            at(1),
        );
        assert_eq!((runs.failing_since(), runs.last_success()), (Some(at(-20)), Some(at(-29))));
        assert_eq!(runs.newest_failure().unwrap().id.as_str(), "c");
        assert_eq!(runs.usual_gap(), None);
    }

    #[test]
    fn an_orphan_does_not_count_as_running_but_the_twin_of_a_run_does() {
        for (started, runs_on) in [(-60, false), (-11, true)] {
            let mut runs = Runs::default();
            runs.learn([job("new", -10, Status::Completed, 9), job("old", started, Status::Running, 5)], at(0));
            assert_eq!(runs.running().is_some(), runs_on, "{started}");
        }
    }

    #[test]
    fn silence_is_what_was_looked_at() {
        let mut runs = Runs::default();
        runs.learn([job("a", -60, Status::Running, 5)], at(0));
        assert_eq!((runs.silence(), runs.looks()), (Some(SignedDuration::ZERO), 1));
        runs.learn([job("a", -60, Status::Running, 5)], at(3));
        assert_eq!((runs.silence(), runs.looks()), (Some(SignedDuration::from_mins(3)), 2));
        runs.learn([job("a", -60, Status::Running, 6)], at(4));
        assert!(runs.seen_growing() && runs.silence() == Some(SignedDuration::ZERO));
        runs.learn([], at(5));
        assert_eq!(runs.looks(), 4);
    }

    #[test]
    fn rows_that_become_known_are_no_sign_of_life() {
        let mut runs = Runs::default();
        let untold = |rows| Job { rows, ..job("a", -60, Status::Running, 0) };
        runs.learn([untold(Field::Unknown)], at(0));
        for (minutes, rows) in [(1, Field::Known(0)), (2, Field::Null), (3, Field::Known(7))] {
            runs.learn([untold(rows)], at(minutes));
            assert!(!runs.seen_growing() && runs.silence() == Some(SignedDuration::from_mins(minutes)), "{minutes}");
        }
        runs.learn([untold(Field::Known(8))], at(4));
        assert!(runs.seen_growing());
    }

    #[test]
    fn the_usual_gap_is_that_of_most_runs() {
        let mut runs = Runs::default();
        let starts = [0, -60, -120, -700, -760];
        runs.learn(starts.map(|start| job(&start.to_string(), start, Status::Completed, 1)), at(5));
        assert_eq!(runs.usual_gap(), Some(SignedDuration::from_mins(60)));
    }
}
