//! The jobs of a table or of a whole source, as they are looked at, and what was opened from there.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Model;
use super::logs::Logs;
use super::runbook::RunbookId;
use super::table::TableView;
use super::triage::Triage;
use crate::app::layout::Size;
use crate::warehouse::failure::Failure;
use crate::warehouse::finding::{Finding, Puzzle};
use crate::warehouse::ids::{JobId, SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::status::Status;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;

/// The jobs of a table or of a source.
#[derive(Debug)]
pub struct History {
    /// The source.
    pub source: SourceId,
    /// The table; `None`: all of the source.
    pub schema: Option<SchemaId>,
    /// The name of that table, as questions have to name it.
    name: Option<Foreign>,
    /// Newest first.
    jobs: Vec<Job>,
    /// The rows, in the order of the jobs.
    pub rows: TableView<JobId>,
    /// Whether the newest were read.
    pub read: bool,
    /// Whether there are no older ones.
    pub whole: bool,
    /// Why they could not be read.
    pub failure: Option<Failure>,
    /// First line shown of what is said about the selected one.
    pub scroll: usize,
    /// What texts were found to mean.
    findings: HashMap<Puzzle, Option<Arc<Finding>>>,
    /// The log that was opened.
    pub logs: Option<Logs>,
    /// The explanation that was asked for.
    pub explanation: Option<Explanation>,
    /// What it was opened from.
    pub beneath: Option<Beneath>,
}

/// What lies beneath, and is seen again when this is closed.
#[derive(Debug)]
pub enum Beneath {
    /// The list of everything that is wrong.
    Triage(Box<Triage>),
    /// A runbook.
    Runbook(RunbookId),
}

/// What a text means, asked for by hand.
#[derive(Debug)]
pub struct Explanation {
    /// The text and its circumstances.
    pub puzzle: Puzzle,
    /// The table it is about.
    pub schema: Option<SchemaId>,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// What follows from it for that table, in one sentence.
    pub follows: Option<String>,
    /// First line shown.
    pub scroll: usize,
}

impl History {
    /// The history of a table or of a source, before anything was read.
    #[must_use]
    pub fn new(source: SourceId, table: Option<(SchemaId, Foreign)>) -> Self {
        let (schema, name) = table.unzip();
        Self {
            source,
            schema,
            name,
            jobs: Vec::new(),
            rows: TableView::default(),
            read: false,
            whole: false,
            failure: None,
            scroll: 0,
            findings: HashMap::new(),
            logs: None,
            explanation: None,
            beneath: None,
        }
    }

    /// The question for the newest jobs.
    #[must_use]
    pub fn newest(&self) -> JobQuery {
        JobQuery::newest(self.source.clone(), self.name.iter().cloned().collect())
    }

    /// The question for the jobs before those that were read; `None` when there are none.
    #[must_use]
    pub fn older(&self) -> Option<JobQuery> {
        let oldest = self.jobs.iter().filter_map(|job| job.created_at).min()?;
        (self.read && !self.whole).then(|| JobQuery { before: Some(oldest), ..self.newest() })
    }

    /// All that were read, newest first.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// The selected one.
    #[must_use]
    pub fn selected(&self) -> Option<&Job> {
        self.jobs.get(self.rows.cursor())
    }

    /// One of them.
    #[must_use]
    pub fn job(&self, id: &JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == *id)
    }

    /// Shows what was read before the overlay was opened, until the answer is there.
    pub fn remember(&mut self, jobs: &[Job]) {
        self.merge(jobs);
        self.rows.go(0);
    }

    /// Takes in an answer to any question about jobs of this source. `true`: there was something for this list in it.
    pub fn learn(&mut self, query: &JobQuery, jobs: &[Job]) -> bool {
        if query.source != self.source {
            return false;
        }
        let first = *query == self.newest();
        let older = query.before.is_some() && self.older().as_ref() == Some(query);
        if !first && !older && (query.before.is_some() || !self.read) {
            return false;
        }
        // An answer to another question may reach further back, and leave gaps.
        let since = if first || older { None } else { self.jobs.iter().filter_map(|job| job.created_at).min() };
        let ours: Vec<Job> = jobs
            .iter()
            .filter(|job| (self.schema.is_none() || job.schema == self.schema) && job.created_at >= since)
            .cloned()
            .collect();
        let full = jobs.len() >= JobQuery::MOST_JOBS;
        if first && !self.read {
            // What was remembered may have gaps, too.
            self.jobs.clear();
            self.read = true;
            self.whole = !full;
        }
        if older {
            self.whole = !full || ours.iter().all(|job| self.job(&job.id).is_some());
        }
        if first || older {
            self.failure = None;
        }
        self.merge(&ours);
        true
    }

    fn merge(&mut self, jobs: &[Job]) {
        for job in jobs {
            match self.jobs.iter_mut().find(|known| known.id == job.id) {
                Some(known) => known.clone_from(job),
                None => self.jobs.push(job.clone()),
            }
        }
        self.jobs.sort_by_key(|job| std::cmp::Reverse(job.created_at));
        self.rows.replace(self.jobs.iter().map(|job| job.id.clone()).collect());
    }

    /// Whether a job claims to run although newer ones of its table exist: it was lost, and never got an end. The
    /// newest two may belong together.
    #[must_use]
    pub fn is_lost(&self, job: &Job) -> bool {
        let newer = self.jobs.iter().take_while(|other| other.id != job.id);
        job.is_running() && newer.filter(|other| other.schema == job.schema).nth(1).is_some()
    }

    /// Whether any of them writes in one of the ways of change data capture.
    #[must_use]
    pub fn has_modes(&self) -> bool {
        self.jobs.iter().any(|job| job.write_mode.known().is_some())
    }

    /// Whether they write in more than one way: then each sync has two of them.
    #[must_use]
    pub fn has_both_modes(&self) -> bool {
        let mut modes = self.jobs.iter().filter_map(|job| job.write_mode.known());
        modes.next().is_some_and(|first| modes.any(|other| other != first))
    }

    /// Remembers what a text means.
    pub fn note_meaning(&mut self, puzzle: Puzzle, finding: Option<Arc<Finding>>) {
        self.findings.insert(puzzle, finding);
    }

    /// Whether it is known what a text means, be it that nobody knows.
    #[must_use]
    pub fn is_explained(&self, puzzle: &Puzzle) -> bool {
        self.findings.contains_key(puzzle)
    }

    /// What a text means.
    #[must_use]
    pub fn meaning(&self, puzzle: &Puzzle) -> Option<&Arc<Finding>> {
        self.findings.get(puzzle)?.as_ref()
    }

    /// How many lines the list gets, its titles included, of a terminal of this size.
    #[must_use]
    pub fn list_height(size: Size, rows: usize) -> u16 {
        let inside = Self::inside(size) - Self::chart_height(size);
        u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1).min(inside * 6 / 10).max(2)
    }

    /// How many lines the picture of the runs takes.
    #[must_use]
    pub fn chart_height(size: Size) -> u16 {
        match Self::inside(size) {
            30.. => 7,
            18.. => 3,
            _ => 0,
        }
    }

    /// How many lines there are inside the frame.
    #[must_use]
    pub fn inside(size: Size) -> u16 {
        size.height.saturating_sub(5)
    }
}

impl Model {
    /// What the text of a job has to be looked up by; `None`: it has none, or did not fail.
    #[must_use]
    pub fn puzzle_of(&self, source: &SourceId, job: &Job) -> Option<Puzzle> {
        let ended_badly = !matches!(job.status, Status::Running | Status::Completed);
        let text = job.latest_error.known().filter(|text| ended_badly && !text.is_blank())?;
        Some(self.puzzle(source, job.schema.as_ref(), text, &job.status))
    }

    /// What a text of a table has to be looked up by.
    #[must_use]
    pub fn puzzle(&self, source: &SourceId, schema: Option<&SchemaId>, text: &Foreign, status: &Status) -> Puzzle {
        let table = schema.and_then(|id| self.inventory.schema(id)).map(|(_, table, _)| table);
        let detail = schema.and_then(|id| self.inventory.detail(id));
        Puzzle {
            text: Some(text.clone()),
            status: status.clone(),
            source_type: self.inventory.source(source).map(|held| held.source.kind.clone()),
            sync_type: table.and_then(|table| table.sync_type.known()).map(|method| method.raw().to_owned()),
            blocked: detail.and_then(|detail| detail.sync_blocked.known()).cloned(),
        }
    }

    /// Whether the jobs of a history are being read.
    #[must_use]
    pub fn is_reading_jobs(&self, history: &History) -> bool {
        let asked = |query: JobQuery| self.flights.is_asked(&Need::Jobs(query));
        asked(history.newest()) || history.older().is_some_and(asked)
    }

    /// What a history is about: its source, and its table.
    #[must_use]
    pub fn subject_of(&self, history: &History) -> String {
        let source = self.inventory.source(&history.source).map_or("?".into(), |held| held.title().shown());
        match &history.schema {
            Some(id) => {
                let table = self.inventory.schema(id).map(|(_, schema, _)| schema.title().shown());
                format!("{source} / {}", table.unwrap_or("?".into()))
            }
            None => source.into_owned(),
        }
    }
}
