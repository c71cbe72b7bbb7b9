//! The jobs of one action: which were there before it, and which came of it.

use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};

use super::Subject;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::JobId;
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// How many tables one question names: the server answers at most 50 jobs, and a table can have two a run.
const NAMES_A_QUESTION: usize = 20;

/// A running job that is missing in so many answers in a row is lost.
const LOST_AFTER: u8 = 3;

/// Jobs of one table that were made within this time are of one run.
const SAME_RUN: SignedDuration = SignedDuration::from_secs(60);

/// A job that belongs to the action.
#[derive(Debug, PartialEq)]
pub(super) struct Run {
    pub(super) job: Job,
    /// Which of the subject's tables it belongs to.
    table: usize,
    /// In how many answers in a row it was missing.
    missed: u8,
}

impl Run {
    /// A job as a run of one of the subject's tables; `None` when it belongs to another.
    fn of(subject: &Subject, job: &Job) -> Option<Self> {
        let table = subject.tables.iter().position(|(id, name)| match &job.schema {
            Some(schema) => id == schema,
            // A job may come without the identity of its table (contract, section 13).
            None => *name == job.schema_name,
        })?;
        Some(Self { job: job.clone(), table, missed: 0 })
    }

    /// Whether its end is still to be waited for.
    pub(super) fn is_open(&self) -> bool {
        self.job.is_running() && self.missed < LOST_AFTER
    }
}

/// What an answer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing that was not known to exist.
    Nothing,
    /// The first job that came of the action.
    Started,
}

/// The jobs of one action.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Watch {
    before: HashSet<JobId>,
    baseline: Option<Timestamp>,
    active_before: Vec<Run>,
    failures_before: usize,
    runs: Vec<Run>,
    /// The runs are earlier ones, since the action itself started none.
    adopted: bool,
    /// Tables named in the question under way; empty means all of the source.
    asked: Vec<Foreign>,
    next_window: usize,
}

impl Watch {
    /// The jobs that came of the action, or those adopted.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many runs in a row had failed before.
    pub(super) fn failures_before(&self) -> usize {
        self.failures_before
    }

    /// Which of the subject's tables were in a run before the action.
    pub(super) fn active_before(&self) -> HashSet<usize> {
        self.active_before.iter().map(|run| run.table).collect()
    }

    /// What to ask next. Sources with more tables than one answer can tell of are asked for in turns; `started`
    /// leaves out those without a job.
    pub(super) fn question(&mut self, subject: &Subject, whole_source: bool, started: bool) -> JobQuery {
        let single = !whole_source;
        self.asked = if single {
            subject.tables.iter().map(|(_, name)| name.clone()).collect()
        } else if self.baseline.is_none() || subject.tables.len() <= NAMES_A_QUESTION {
            Vec::new()
        } else {
            self.window(subject, started)
        };
        JobQuery {
            source: subject.source.clone(),
            schemas: self.asked.clone(),
            after: if single { None } else { self.baseline },
            before: None,
        }
    }

    fn window(&mut self, subject: &Subject, started: bool) -> Vec<Foreign> {
        let open: HashMap<usize, bool> = self.runs.iter().map(|run| (run.table, run.is_open())).collect();
        let count = subject.tables.len();
        let wanted: Vec<usize> = (0..count)
            .map(|step| (self.next_window + step) % count)
            .filter(|table| open.get(table).copied().unwrap_or(!started))
            .take(NAMES_A_QUESTION)
            .collect();
        self.next_window = wanted.last().map_or(0, |last| last + 1);
        wanted.into_iter().map(|table| subject.tables[table].1.clone()).collect()
    }

    /// Takes in the jobs as they are before the action.
    pub(super) fn remember(&mut self, subject: &Subject, jobs: &[Job]) {
        self.before = jobs.iter().map(|job| job.id.clone()).collect();
        self.baseline = jobs.iter().filter_map(|job| job.created_at).max();
        self.active_before = active(subject, jobs);
        let mut newest_first: Vec<&Job> = jobs.iter().filter(|job| !job.is_running()).collect();
        newest_first.sort_by_key(|job| std::cmp::Reverse(job.created_at));
        self.failures_before = newest_first.iter().take_while(|job| job.status == Status::Failed).count();
    }

    /// Takes in the jobs as they are now.
    pub(super) fn take_in(&mut self, subject: &Subject, jobs: &[Job]) -> News {
        for run in &mut self.runs {
            let asked = self.asked.is_empty() || self.asked.contains(&subject.tables[run.table].1);
            match jobs.iter().find(|job| job.id == run.job.id) {
                Some(job) => (run.job, run.missed) = (job.clone(), 0),
                None if asked => run.missed = run.missed.saturating_add(1),
                None => {}
            }
        }
        let fresh: Vec<Run> = jobs
            .iter()
            .filter(|job| self.is_new(job) && self.runs.iter().all(|run| run.job.id != job.id))
            .filter_map(|job| Run::of(subject, job))
            .collect();
        if fresh.is_empty() {
            return News::Nothing;
        }
        if self.adopted {
            self.adopted = false;
            self.runs.clear();
        }
        let first = self.runs.is_empty();
        self.runs.extend(fresh);
        if first { News::Started } else { News::Nothing }
    }

    fn is_new(&self, job: &Job) -> bool {
        !self.before.contains(&job.id)
            && (job.created_at.is_none() || self.baseline.is_none() || job.created_at >= self.baseline)
    }

    /// Takes the runs that were active before and still are for those of the action. `false`: there are none.
    pub(super) fn adopt(&mut self, jobs: &[Job]) -> bool {
        let now = |run: &Run| jobs.iter().find(|job| job.id == run.job.id && job.is_running()).cloned();
        self.runs = self
            .active_before
            .iter()
            .filter_map(|run| Some(Run { job: now(run)?, table: run.table, missed: 0 }))
            .collect();
        self.adopted = !self.runs.is_empty();
        self.adopted
    }

    /// The runs of each of the subject's tables that has any, oldest first.
    pub(super) fn by_table(&self) -> HashMap<usize, Vec<&Run>> {
        let mut tables: HashMap<usize, Vec<&Run>> = HashMap::new();
        for run in &self.runs {
            tables.entry(run.table).or_default().push(run);
        }
        for runs in tables.values_mut() {
            runs.sort_by_key(|run| run.job.created_at);
        }
        tables
    }

    /// How many tables have a run.
    pub(super) fn tables_seen(&self) -> usize {
        self.runs.iter().map(|run| run.table).collect::<HashSet<_>>().len()
    }

    /// How many tables have a run, and none that is still to be waited for.
    pub(super) fn tables_done(&self) -> usize {
        let open: HashSet<usize> = self.runs.iter().filter(|run| run.is_open()).map(|run| run.table).collect();
        self.tables_seen() - open.len()
    }
}

/// The jobs of the newest run of each table, as far as they are running. An older job without an end is an orphan
/// and stops nothing (contract, section 8.3).
fn active(subject: &Subject, jobs: &[Job]) -> Vec<Run> {
    let mut newest_first: Vec<Run> = jobs.iter().filter_map(|job| Run::of(subject, job)).collect();
    newest_first.sort_by_key(|run| std::cmp::Reverse(run.job.created_at));
    let mut newest: HashMap<usize, Option<Timestamp>> = HashMap::new();
    newest_first.retain(|run| {
        let created = run.job.created_at;
        // A CDC table in mode `both` has two jobs a run, made at about the same time.
        let same_run = match (*newest.entry(run.table).or_insert(created), created) {
            (Some(newest), Some(created)) => age(created, newest) < SAME_RUN,
            (newest, created) => newest == created,
        };
        same_run && run.job.is_running()
    });
    newest_first
}
