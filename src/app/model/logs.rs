//! The log of a run, or of all runs of a table, as it is looked at.

use jiff::{SignedDuration, Timestamp};

use super::Model;
use super::table::{Filter, TableView};
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::{JobId, SchemaId};
use crate::warehouse::job::Job;
use crate::warehouse::operation::LogQuery;
use crate::warehouse::replies::{LogEntry, LogLevel};
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;

/// How far around a run its lines are looked for: they are written before and after what its job tells.
const AROUND: SignedDuration = SignedDuration::from_mins(1);

/// The smallest step of the server's clock: what is asked for with it overlaps what is known, so that lines of one
/// moment are not torn apart by the end of a page.
const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// The log of a run, or of all runs of a table.
#[derive(Debug)]
pub struct Logs {
    /// The table.
    pub schema: SchemaId,
    /// The run; `None`: all of the table's.
    pub job: Option<JobId>,
    /// How its lines are found.
    pub scope: Scope,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    /// Which levels are shown.
    pub levels: Levels,
    /// What is searched for, and whether it is being typed.
    pub search: Filter,
    /// What was last searched for.
    sought: Foreign,
    /// Newest first.
    lines: Vec<(u64, LogEntry)>,
    /// How many lines ever got a number.
    numbered: u64,
    /// The rows, in the order of the lines.
    pub rows: TableView<u64>,
    /// The question that the lines answer.
    answered: Option<LogQuery>,
    /// Whether there are no older ones.
    pub whole: bool,
    /// The question for the oldest lines, where its answer brought any.
    deepest: Option<LogQuery>,
    /// Why they could not be read.
    pub failure: Option<Failure>,
    /// First line shown of the selected message.
    pub scroll: usize,
}

/// How the lines of a log are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// By the workflow id of the job.
    Run(Foreign),
    /// By the time of the job, because it has no such id.
    Time,
    /// All of the table's.
    Table,
}

/// Which levels are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Levels {
    /// All of them.
    #[default]
    All,
    /// Warnings and errors.
    Warnings,
    /// Only errors.
    Errors,
}

impl Levels {
    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Warnings,
            Self::Warnings => Self::Errors,
            Self::Errors => Self::All,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::All => "all levels",
            Self::Warnings => "warnings and errors",
            Self::Errors => "only errors",
        }
    }

    /// As they are asked for.
    fn asked(self) -> Vec<LogLevel> {
        match self {
            Self::All => Vec::new(),
            Self::Warnings => vec![LogLevel::Warn, LogLevel::Error],
            Self::Errors => vec![LogLevel::Error],
        }
    }
}

impl Logs {
    /// The log of all runs of a table.
    #[must_use]
    pub fn of_table(schema: SchemaId) -> Self {
        Self {
            schema,
            job: None,
            scope: Scope::Table,
            after: None,
            before: None,
            levels: Levels::default(),
            search: Filter::default(),
            sought: Foreign::default(),
            lines: Vec::new(),
            numbered: 0,
            rows: TableView::default(),
            answered: None,
            whole: false,
            deepest: None,
            failure: None,
            scroll: 0,
        }
    }

    /// The log of a run. One without a workflow id is found by its time.
    #[must_use]
    pub fn of_job(schema: SchemaId, job: &Job) -> Self {
        let run = job.workflow_run_id.known().filter(|run| !run.is_blank()).cloned();
        let by_time = run.is_none();
        Self {
            job: Some(job.id.clone()),
            scope: run.map_or(Scope::Time, Scope::Run),
            // Told when to begin, the server also looks further back than the week it looks back by itself.
            after: job.created_at.and_then(|at| at.checked_sub(AROUND).ok()),
            before: job.finished_at.known().filter(|_| by_time).and_then(|at| at.checked_add(AROUND).ok()),
            ..Self::of_table(schema)
        }
    }

    /// The question for the newest lines.
    #[must_use]
    pub fn newest(&self) -> LogQuery {
        let run = match &self.scope {
            Scope::Run(run) => Some(run.clone()),
            Scope::Time | Scope::Table => None,
        };
        LogQuery {
            after: self.after,
            before: self.before,
            levels: self.levels.asked(),
            search: self.sought.clone(),
            run,
            ..LogQuery::newest(self.schema.clone())
        }
    }

    fn times(&self) -> impl DoubleEndedIterator<Item = Timestamp> {
        self.lines.iter().filter_map(|(_, line)| line.at.known().copied())
    }

    /// Whether the lines answer what is asked for now.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answered.as_ref() == Some(&self.newest())
    }

    /// The question for the lines before those that were read; `None` when there are none.
    #[must_use]
    pub fn older(&self) -> Option<LogQuery> {
        let oldest = self.times().min()?.checked_add(MOMENT).ok()?;
        (self.is_answered() && !self.whole).then(|| LogQuery { before: Some(oldest), ..self.newest() })
    }

    /// The question for the lines since those that were read.
    #[must_use]
    pub fn newer(&self) -> LogQuery {
        let newest = self.times().max().and_then(|at| at.checked_sub(MOMENT).ok());
        LogQuery { after: newest.filter(|_| self.is_answered()).or(self.after), ..self.newest() }
    }

    /// The lines, newest first.
    #[must_use]
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &LogEntry> {
        self.lines.iter().map(|(_, line)| line)
    }

    /// The selected line.
    #[must_use]
    pub fn selected(&self) -> Option<&LogEntry> {
        self.lines.get(self.rows.cursor()).map(|(_, line)| line)
    }

    /// Searches for what was typed.
    pub fn seek(&mut self) {
        self.search.editing = false;
        self.sought = self.search.text().into();
    }

    /// What is searched for.
    #[must_use]
    pub fn sought(&self) -> &Foreign {
        &self.sought
    }

    /// Whether anything is left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.levels != Levels::All || !self.sought.is_blank()
    }

    /// Takes in an answer. One to a question that is not asked any more changes nothing.
    pub fn learn(&mut self, query: &LogQuery, lines: Vec<LogEntry>) {
        let full = lines.len() >= query.limit as usize;
        if *query == self.newest() && !self.is_answered() {
            self.lines.clear();
            self.rows.reset();
            self.scroll = 0;
            self.answered = Some(query.clone());
            self.whole = !full;
            self.deepest = (!lines.is_empty()).then(|| query.clone());
            self.add(lines, false);
        } else if self.older().as_ref() == Some(query) {
            let before = self.lines.len();
            self.add(lines, false);
            let brought = self.lines.len() > before;
            self.whole = !full || !brought;
            self.deepest = brought.then(|| query.clone());
        } else if *query == self.newer() || *query == self.newest() {
            let overlaps = lines.iter().any(|line| self.knows(line));
            if full && !overlaps {
                // Too much was written meanwhile to close the gap.
                self.lines.clear();
                self.whole = false;
            }
            self.add(lines, true);
        } else {
            return;
        }
        self.failure = None;
    }

    /// Takes note that older lines follow the answer to this, although it was shorter than asked for.
    pub fn go_on(&mut self, query: &LogQuery) {
        if self.deepest.as_ref() == Some(query) {
            self.whole = false;
        }
    }

    /// Takes note that a question could not be answered; `false`: nobody waits for its answer.
    pub fn fail(&mut self, query: &LogQuery, failure: Failure) -> bool {
        let ours = *query == self.newest() || self.older().as_ref() == Some(query);
        if ours {
            self.failure = Some(failure);
        }
        ours
    }

    fn knows(&self, line: &LogEntry) -> bool {
        self.lines.iter().any(|(_, known)| known.at == line.at && known == line)
    }

    fn add(&mut self, lines: Vec<LogEntry>, in_front: bool) {
        let fresh: Vec<LogEntry> = lines.into_iter().filter(|line| !self.knows(line)).collect();
        let numbered = fresh.into_iter().map(|line| {
            self.numbered += 1;
            (self.numbered, line)
        });
        let numbered: Vec<_> = numbered.collect();
        let place = if in_front { 0 } else { self.lines.len() };
        // Whoever looks at the newest line goes on looking at the newest.
        let at_top = in_front && self.rows.cursor() == 0;
        self.lines.splice(place..place, numbered);
        self.rows.replace(self.lines.iter().map(|(number, _)| *number).collect());
        if at_top {
            self.rows.go(0);
        }
    }
}

impl Model {
    /// Whether the lines of a log are being read that somebody waits for.
    #[must_use]
    pub fn is_reading_log(&self, logs: &Logs) -> bool {
        let asked = |query: LogQuery| self.flights.is_asked(&Need::Logs(query));
        asked(logs.newest()) || logs.older().is_some_and(asked)
    }
}
