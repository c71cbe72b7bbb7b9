//! Runs as a picture of time: one column for each, oldest first, and a gap where runs are missing. It ends now.

use jiff::{SignedDuration, Timestamp};

use super::ids::JobId;
use super::job::Job;
use super::status::Status;

/// A column of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slot<'a> {
    /// A run.
    Run(&'a Job),
    /// Runs are missing here: more than twice the usual time passed between two of them, or since the last one.
    Gap,
}

impl<'a> Slot<'a> {
    /// The run, where there is one.
    #[must_use]
    pub fn run(&self) -> Option<&'a Job> {
        match self {
            Self::Run(job) => Some(job),
            Self::Gap => None,
        }
    }
}

/// The newest runs as columns, at most `most` of them. `now` is for the runs of one table; those of several tables follow
/// no rhythm, and have no gaps.
#[must_use]
pub fn slots(newest_first: &[Job], most: usize, now: Option<Timestamp>) -> Vec<Slot<'_>> {
    let usual = usual_distance(newest_first).filter(|usual| !usual.is_zero());
    let mut slots = Vec::new();
    for (index, job) in newest_first.iter().enumerate() {
        let apart = now.and_then(|now| match index.checked_sub(1).and_then(|newer| newest_first.get(newer)) {
            Some(newer) => distance(newer, job),
            // As long as it runs, nothing is missing.
            None if job.is_running() => None,
            None => Some(now.duration_since(job.created_at?)),
        });
        if let (Some(apart), Some(usual)) = (apart, usual)
            && apart.as_secs() / 2 > usual.as_secs()
        {
            slots.push(Slot::Gap);
        }
        slots.push(Slot::Run(job));
    }
    slots.truncate(most);
    slots.reverse();
    slots
}

/// The first failure since the last success, where the newest run that ended did not succeed.
#[must_use]
pub fn first_failure(newest_first: &[Job]) -> Option<&JobId> {
    let ended = newest_first.iter().skip_while(|job| job.is_running());
    let failures = ended.take_while(|job| matches!(job.status, Status::Failed | Status::Error));
    failures.last().map(|job| &job.id)
}

/// How many rows a run of these usually reads: the middle one of those that succeeded.
#[must_use]
pub fn usual_rows(jobs: &[Job]) -> Option<u64> {
    let successes = jobs.iter().filter(|job| job.status == Status::Completed);
    middle(successes.filter_map(|job| job.rows.known().copied()).collect())
}

/// How high something stands in `steps` steps, where `most` is the highest. Only nothing has no height.
#[must_use]
pub fn height(value: u64, most: u64, steps: usize) -> usize {
    let most = u128::from(most.max(value).max(1));
    let wide = u128::from(value) * u128::try_from(steps).unwrap_or(0);
    usize::try_from(wide.div_ceil(most)).unwrap_or(steps)
}

fn usual_distance(newest_first: &[Job]) -> Option<SignedDuration> {
    middle(newest_first.windows(2).filter_map(|pair| distance(pair.first()?, pair.get(1)?)).collect())
}

fn distance(newer: &Job, older: &Job) -> Option<SignedDuration> {
    Some(newer.created_at?.duration_since(older.created_at?))
}

fn middle<T: Ord + Copy>(mut all: Vec<T>) -> Option<T> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::field::Field;
    use crate::warehouse::text::Foreign;
    use jiff::Timestamp;

    fn noon() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn job(hours_ago: i64, status: Status, rows: u64) -> Job {
        Job {
            id: JobId::new(&format!("{hours_ago}h")),
            created_at: Some(noon() - SignedDuration::from_hours(hours_ago)),
            finished_at: Field::Null,
            status,
            schema: None,
            schema_name: Foreign::default(),
            rows: Field::Known(rows),
            latest_error: Field::Null,
            workflow_run_id: Field::Null,
            write_mode: Field::Null,
        }
    }

    fn drawn(jobs: &[Job], most: usize, gaps: bool) -> Vec<&str> {
        let now = gaps.then(noon);
        let name = |slot: &Slot<'_>| match slot {
            Slot::Run(job) => jobs.iter().find(|known| known.id == job.id).map_or("?", |job| job.id.as_str()),
            Slot::Gap => "gap",
        };
        slots(jobs, most, now).iter().map(name).collect()
    }

    #[test]
    fn missing_runs_leave_a_gap_in_a_table_that_has_a_rhythm() {
        let jobs: Vec<Job> = [1, 2, 3, 7, 8].map(|hours| job(hours, Status::Completed, 1)).into();
        assert_eq!(drawn(&jobs, 99, true), ["8h", "7h", "gap", "3h", "2h", "1h"]);
        assert_eq!(drawn(&jobs, 99, false), ["8h", "7h", "3h", "2h", "1h"]);
        assert_eq!(drawn(&jobs, 3, true), ["3h", "2h", "1h"], "the newest are kept");
        assert_eq!(drawn(&[], 9, true), [""; 0]);
    }

    #[test]
    fn what_is_missing_up_to_now_is_a_gap_too() {
        let mut jobs: Vec<Job> = [9, 10, 11].map(|hours| job(hours, Status::Completed, 1)).into();
        assert_eq!(drawn(&jobs, 99, true), ["11h", "10h", "9h", "gap"]);
        assert_eq!(drawn(&jobs, 99, false), ["11h", "10h", "9h"]);
        assert_eq!(drawn(&jobs, 2, true), ["9h", "gap"]);
        assert_eq!(drawn(&jobs[..1], 9, true), ["9h"], "one run has no rhythm");
        jobs[0].status = Status::Running;
        assert_eq!(drawn(&jobs, 99, true), ["11h", "10h", "9h"], "it still runs");
    }

    #[test]
    fn the_first_failure_is_that_of_the_row_that_has_not_ended() {
        use Status::{Completed, Failed, Running};
        let of = |states: &[Status]| {
            let jobs = (1..).zip(states).map(|(hours, status)| job(hours, status.clone(), 0));
            let jobs: Vec<Job> = jobs.collect();
            first_failure(&jobs).map(|id| id.as_str().to_owned())
        };
        assert_eq!(of(&[Failed, Failed, Completed, Failed]), Some("2h".to_owned()));
        assert_eq!(
            of(&[Running, Failed, Completed]),
            Some("2h".to_owned()),
            "a run that goes on has not succeeded yet"
        );
        assert_eq!(of(&[Completed, Failed]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn usual_is_what_successes_have_read() {
        let jobs = [(1, 5), (2, 7), (3, 900)].map(|(hours, rows)| job(hours, Status::Completed, rows));
        assert_eq!(usual_rows(&jobs), Some(7));
        assert_eq!(usual_rows(&[job(1, Status::Failed, 5)]), None);
    }

    #[test]
    fn only_nothing_has_no_height() {
        assert_eq!([0, 1, 500, 999, 1_000].map(|rows| height(rows, 1_000, 8)), [0, 1, 4, 8, 8]);
        assert_eq!(height(u64::MAX, u64::MAX, 8), 8);
        assert_eq!(height(3, 0, 8), 8);
    }
}
