//! Whether the sync of a table has ended, and how: what somebody who only waits has to know.
//!
//! The status alone does not tell (contract, section 8.3): a request turns it to `Running` before any run exists, and it
//! may turn back without one. So a run counts only with its job, and one that ended before the waiting began does not.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

use super::freshness::age;
use super::ids::JobId;
use super::job::Job;
use super::runs::Runs;
use super::schema::Schema;
use super::state::{Severity, State};
use super::status::Status;

/// A job that ended so shortly before may be the one whose status was still `Running`.
const A_MOMENT: SignedDuration = SignedDuration::from_mins(2);

/// Within this time two jobs begin that belong to one run.
const PAIR: SignedDuration = SignedDuration::from_mins(1);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The run under way; where there is none, how the table is.
    Current,
    /// The next run to begin.
    Next,
}

/// Waiting for the end of a table's sync.
#[derive(Clone, Debug)]
pub struct Vigil {
    which: Awaited,
    since: Timestamp,
    /// Jobs of other runs: those that had ended when the waiting began; for the next run all there were.
    old: HashSet<JobId>,
    /// Whether the server ever claimed a run.
    claimed: bool,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// The run has completed.
    Completed(Job),
    /// The run ended in another way.
    NotCompleted(Job),
    /// No run is known of, and none is under way: the state tells how the table is.
    AtRest(State),
    /// The server claims a run that is none, or one that shows no sign of life.
    Lifeless(State),
    /// A run was requested, and none came of it.
    Swallowed,
    /// No run will begin while the table is like this.
    Never(State),
}

impl Ending {
    /// Whether it is the one that was hoped for.
    #[must_use]
    pub fn is_good(&self) -> bool {
        match self {
            Self::Completed(_) => true,
            Self::AtRest(state) => matches!(state.severity(), Severity::Well | Severity::Unproven),
            Self::NotCompleted(_) | Self::Lifeless(_) | Self::Swallowed | Self::Never(_) => false,
        }
    }

    /// Its name for scripts. It never changes.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::NotCompleted(_) => "not_completed",
            Self::AtRest(_) => "at_rest",
            Self::Lifeless(_) => "lifeless",
            Self::Swallowed => "swallowed",
            Self::Never(_) => "never",
        }
    }
}

impl Vigil {
    /// Begins to wait. The jobs have to be read before the table is looked at again, so that no run ends unseen.
    #[must_use]
    pub fn begin(awaited: Awaited, runs: Option<&Runs>, now: Timestamp) -> Self {
        let running = runs.and_then(Runs::running);
        let under_way = |job: &&Job| {
            awaited == Awaited::Current && running.is_some_and(|running| job.is_running() && together(running, job))
        };
        let jobs = runs.map(Runs::jobs).unwrap_or_default();
        let old = jobs.iter().filter(|job| !under_way(job)).map(|job| job.id.clone()).collect();
        Self { which: awaited, since: now, old, claimed: false }
    }

    /// How it has ended, by what is known now; `None` while it goes on.
    pub fn look(&mut self, schema: &Schema, state: State, runs: Option<&Runs>) -> Option<Ending> {
        let claims = schema.status == Status::Running;
        let jobs = runs.map(Runs::jobs).unwrap_or_default();
        let run = self.run(jobs);
        if let Some(worst) = run.iter().find(|job| job.is_running()).or(run.iter().find(|job| !is_done(job))) {
            return match state {
                State::Stuck if worst.is_running() => Some(Ending::Lifeless(state)),
                _ if worst.is_running() => None,
                _ => Some(Ending::NotCompleted((*worst).clone())),
            };
        }
        if let Some(job) = run.first() {
            return Some(Ending::Completed((*job).clone()));
        }
        let claimed = self.claimed;
        self.claimed |= claims;
        match (claims, self.which) {
            (true, _) if state == State::Phantom => Some(Ending::Lifeless(state)),
            (false, Awaited::Next) if cannot_run(state) => Some(Ending::Never(state)),
            // Its schedule goes on, whatever became of a request.
            (true, _) | (false, Awaited::Next) => None,
            (false, Awaited::Current) if claimed => Some(self.gone_by(schema, state, jobs)),
            (false, Awaited::Current) => Some(Ending::AtRest(state)),
        }
    }

    /// The jobs of the run that is waited for; later ones are another story.
    fn run<'a>(&self, jobs: &'a [Job]) -> Vec<&'a Job> {
        let mut new: Vec<&Job> = jobs.iter().filter(|job| !self.old.contains(&job.id)).collect();
        new.sort_by_key(|job| job.created_at);
        let Some(first) = new.first().copied() else { return new };
        new.retain(|job| together(first, job));
        new
    }

    /// A claim went without a new job.
    fn gone_by(&self, schema: &Schema, state: State, jobs: &[Job]) -> Ending {
        let just = |job: &&Job| job.finished_at.known().is_some_and(|end| *end + A_MOMENT >= self.since);
        match jobs.first().filter(just) {
            Some(job) if is_done(job) => Ending::Completed(job.clone()),
            Some(job) if !job.is_running() => Ending::NotCompleted(job.clone()),
            _ if schema.status == Status::Completed => Ending::Swallowed,
            _ => Ending::AtRest(state),
        }
    }

    /// After how long to look again. Soon at first, since most runs are short; a run that has yet to begin is not worth
    /// much.
    #[must_use]
    pub fn pause(&self, state: State, now: Timestamp) -> SignedDuration {
        let seconds = match age(self.since, now).as_secs() {
            waited if self.which == Awaited::Next && !state.claims_to_run() => {
                if waited < 60 {
                    5
                } else {
                    20
                }
            }
            0..10 => 1,
            10..60 => 2,
            60..600 => 5,
            _ => 15,
        };
        SignedDuration::from_secs(seconds)
    }
}

fn is_done(job: &Job) -> bool {
    job.status == Status::Completed
}

fn together(one: &Job, other: &Job) -> bool {
    match (one.created_at, other.created_at) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= PAIR,
        _ => one.id == other.id,
    }
}

/// States in which nothing begins by itself.
fn cannot_run(state: State) -> bool {
    matches!(
        state,
        State::BillingPause
            | State::SwitchedOff
            | State::Halted
            | State::Gone
            | State::Direct
            | State::Off
            | State::NotSetUp
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::field::Field;
    use crate::warehouse::ids::SchemaId;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    fn job(id: &str, begun: i64, status: Status) -> Job {
        let ended = if status == Status::Running { Field::Null } else { Field::Known(at(begun + 30)) };
        Job {
            id: JobId::new(id),
            created_at: Some(at(begun)),
            finished_at: ended,
            status,
            schema: None,
            schema_name: "t".into(),
            rows: Field::Known(7),
            latest_error: Field::Null,
            workflow_run_id: Field::Null,
            write_mode: Field::Null,
        }
    }

    fn runs(jobs: &[Job], now: i64) -> Runs {
        let mut runs = Runs::default();
        runs.learn(jobs.to_vec(), at(now));
        runs
    }

    fn table(status: Status) -> Schema {
        Schema {
            id: SchemaId::new("t"),
            name: "t".into(),
            label: Field::Null,
            should_sync: Some(true),
            status,
            sync_type: Field::Null,
            last_synced_at: Field::Null,
            frequency: Field::Null,
            latest_error: Field::Null,
            table: Field::Null,
            finding: None,
        }
    }

    const LONG_AGO: i64 = -6 * 3_600;

    /// What a vigil that begins with these jobs says of a status, a state and other jobs.
    fn look(awaited: Awaited, before: &[Job], looks: &[(Status, State, &[Job])]) -> Option<Ending> {
        let mut vigil = Vigil::begin(awaited, Some(&runs(before, 0)), at(0));
        let mut last = None;
        for (status, state, jobs) in looks {
            assert_eq!(last, None, "it would not have looked again");
            last = vigil.look(&table(status.clone()), *state, Some(&runs(jobs, 1)));
        }
        last
    }

    #[test]
    fn what_rests_is_told_as_it_is() {
        let old = [job("old", LONG_AGO, Status::Completed)];
        for (status, state, good) in [
            (Status::Completed, State::Completed, true),
            (Status::Completed, State::Unverified, true),
            (Status::Completed, State::Stale, false),
            (Status::Failed, State::Failed, false),
            (Status::Failed, State::SwitchedOff, false),
            (Status::None, State::NeverSynced, false),
        ] {
            let Some(ending) = look(Awaited::Current, &old, &[(status, state, &old)]) else { panic!("{state:?}") };
            assert_eq!((ending.is_good(), ending), (good, Ending::AtRest(state)));
        }
    }

    #[test]
    fn a_run_is_followed_to_the_end_of_its_job() {
        let [running, done, failed] =
            [Status::Running, Status::Completed, Status::Failed].map(|status| [job("now", -60, status)]);
        let under_way = (Status::Running, State::Running, &running[..]);
        for (end, ending) in
            [(&done, Ending::Completed(done[0].clone())), (&failed, Ending::NotCompleted(failed[0].clone()))]
        {
            // The status may lag behind the job, and may be ahead of it.
            for status in [Status::Running, Status::Completed, Status::Failed] {
                let looks = [under_way.clone(), (status, State::Running, &end[..])];
                assert_eq!(look(Awaited::Current, &running, &looks), Some(ending.clone()));
            }
        }
        let early = [under_way.clone(), (Status::Completed, State::Completed, &running[..])];
        assert_eq!(look(Awaited::Current, &running, &early), None);
        let stuck = [under_way, (Status::Running, State::Stuck, &running[..])];
        assert_eq!(look(Awaited::Current, &running, &stuck), Some(Ending::Lifeless(State::Stuck)));
    }

    #[test]
    fn completed_without_a_newer_job_is_no_success() {
        let old = [job("old", LONG_AGO, Status::Completed)];
        let requested = (Status::Running, State::Starting, &old[..]);
        let swallowed = [requested.clone(), (Status::Completed, State::Completed, &old[..])];
        assert_eq!(look(Awaited::Current, &old, &swallowed), Some(Ending::Swallowed));
        let new = [job("new", 5, Status::Completed), old[0].clone()];
        let done = [requested.clone(), (Status::Completed, State::Completed, &new[..])];
        assert_eq!(look(Awaited::Current, &old, &done), Some(Ending::Completed(new[0].clone())));
        let phantom = [requested, (Status::Running, State::Phantom, &old[..])];
        assert_eq!(look(Awaited::Current, &old, &phantom), Some(Ending::Lifeless(State::Phantom)));
    }

    #[test]
    fn a_run_that_ended_while_the_first_look_was_taken_is_not_swallowed() {
        let just = [job("just", -31, Status::Completed)];
        let looks = [(Status::Running, State::Starting, &just[..]), (Status::Completed, State::Completed, &just[..])];
        assert_eq!(look(Awaited::Current, &just, &looks), Some(Ending::Completed(just[0].clone())));
    }

    #[test]
    fn both_jobs_of_a_run_count_and_later_runs_do_not() {
        let pair = |one: Status, other: Status| [job("b", 2, other), job("a", 0, one)];
        let before = [job("old", LONG_AGO, Status::Completed)];
        let half = pair(Status::Completed, Status::Running);
        assert_eq!(look(Awaited::Current, &before, &[(Status::Running, State::Running, &half)]), None);
        let bad = pair(Status::Completed, Status::Failed);
        let Some(ending) = look(Awaited::Current, &before, &[(Status::Failed, State::Failed, &bad)]) else {
            panic!("it has ended")
        };
        assert!(!ending.is_good());
        let mut later = pair(Status::Completed, Status::Completed).to_vec();
        later.insert(0, job("later", 900, Status::Running));
        let ended = look(Awaited::Current, &before, &[(Status::Running, State::Running, &later)]);
        assert!(matches!(ended, Some(Ending::Completed(job)) if job.id.as_str() == "a"));
    }

    #[test]
    fn the_next_run_is_not_the_one_under_way() {
        let running = [job("now", -60, Status::Running)];
        let done = [job("now", -60, Status::Completed)];
        let next = [job("next", 600, Status::Completed), done[0].clone()];
        let looks = [
            (Status::Running, State::Running, &running[..]),
            (Status::Completed, State::Completed, &done[..]),
            (Status::Completed, State::Completed, &next[..]),
        ];
        assert_eq!(look(Awaited::Next, &running, &looks), Some(Ending::Completed(next[0].clone())));
        let off = [(Status::Completed, State::Off, &done[..])];
        assert_eq!(look(Awaited::Next, &done, &off), Some(Ending::Never(State::Off)));
    }
}
