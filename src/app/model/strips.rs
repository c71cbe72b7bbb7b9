//! The newest runs of each table and of each source, as far as they are known without a gap: a picture for every row, kept
//! so that drawing it costs nothing.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::runs::Runs;

/// How many runs are kept for each source.
const KEPT: usize = 24;

/// Runs that were read without a gap between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip<'a> {
    /// Newest first.
    pub jobs: &'a [Job],
    /// Whether there may be older ones than these.
    pub older: bool,
    /// Whether there are newer ones, between which others may be missing.
    pub newer: bool,
}

/// The newest runs of each source and table of which any were read.
#[derive(Clone, Debug, Default)]
pub struct Strips {
    tables: HashMap<SchemaId, Reach>,
    sources: HashMap<SourceId, Kept>,
}

/// The runs of a source.
#[derive(Clone, Debug)]
struct Kept {
    reach: Reach,
    jobs: Vec<Job>,
    older: bool,
    newer: bool,
}

/// All runs that began in this time were read. It is the server's time, told by the runs themselves: ours may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reach {
    /// After this; `None`: from the first run on.
    since: Option<Timestamp>,
    /// Up to this, and including it; `None`: there was no run.
    until: Option<Timestamp>,
}

impl Strips {
    /// Those of a source; `None`: nobody has asked for the runs of all its tables.
    #[must_use]
    pub fn of_source(&self, source: &SourceId) -> Option<Strip<'_>> {
        let Kept { jobs, older, newer, .. } = self.sources.get(source)?;
        Some(Strip { jobs, older: *older, newer: *newer })
    }

    /// Those of a table; `None`: nobody has asked for them.
    #[must_use]
    pub fn of_table<'a>(&self, inventory: &'a Inventory, table: &SchemaId) -> Option<Strip<'a>> {
        let (reach, all) = (self.tables.get(table)?, inventory.runs(table)?.jobs());
        let newer = all.iter().take_while(|job| reach.is_before(job)).count();
        let jobs = all.get(newer..).unwrap_or_default();
        let jobs = jobs.get(..jobs.iter().take_while(|job| reach.has(job)).count()).unwrap_or_default();
        // What is no more remembered is not known either.
        let older = reach.since.is_some() || newer + jobs.len() < all.len() || all.len() >= Runs::KEPT;
        Some(Strip { jobs, older, newer: newer > 0 })
    }

    /// The newest jobs of a source, or of some of its tables, were read.
    pub fn learned(&mut self, inventory: &Inventory, query: &JobQuery, answer: &[Job]) {
        let Some(held) = inventory.source(&query.source) else {
            self.sources.remove(&query.source);
            return;
        };
        if let Some(reach) = Reach::of(query, answer) {
            let asked = |name| query.schemas.is_empty() || query.schemas.contains(name);
            for (table, _) in held.tables().filter(|(table, _)| asked(&table.name)) {
                let found = answer.iter().any(|job| job.schema.as_ref() == Some(&table.id) && reach.has(job));
                let known = self.tables.entry(table.id.clone()).or_insert(reach);
                known.learn(reach, found);
            }
            if held.tables().all(|(table, _)| asked(&table.name)) {
                let kept = self.sources.entry(query.source.clone());
                let empty = || Kept { reach, jobs: Vec::new(), older: false, newer: false };
                kept.or_insert_with(empty).reach.learn(reach, true);
            }
        }
        // An answer about some tables may tell how runs went on that are kept.
        if let Some(kept) = self.sources.get_mut(&query.source) {
            kept.draw(inventory, held);
        }
        self.prune(inventory);
    }

    /// Forgets what the inventory holds no more, once there is more than it holds.
    fn prune(&mut self, inventory: &Inventory) {
        if self.tables.len() > inventory.tally().total {
            self.tables.retain(|table, _| inventory.spot(table).is_some());
        }
        if self.sources.len() > inventory.sources().len() {
            self.sources.retain(|source, _| inventory.source(source).is_some());
        }
    }
}

impl Kept {
    fn draw(&mut self, inventory: &Inventory, held: &Held) {
        let known = || held.tables().filter_map(|(table, _)| inventory.runs(&table.id)).flat_map(Runs::jobs);
        let mut newest: Vec<&Job> = known().filter(|job| self.reach.has(job)).collect();
        newest.sort_by_key(|job| Reverse(job.created_at));
        self.older = self.reach.since.is_some() || newest.len() > KEPT;
        self.newer = known().any(|job| self.reach.is_before(job));
        self.jobs = newest.into_iter().take(KEPT).cloned().collect();
    }
}

impl Reach {
    /// How far an answer reaches; `None`: that cannot be told from it.
    fn of(query: &JobQuery, answer: &[Job]) -> Option<Self> {
        let began = || answer.iter().filter_map(|job| job.created_at);
        // Where there was no room for more, what began together with the oldest may have been left out.
        let cut = answer.len() >= JobQuery::MOST_JOBS;
        let oldest = if cut { Some(began().min()?) } else { None };
        Some(Self { since: oldest.max(query.after), until: began().max() })
    }

    /// Takes in what another answer reaches. `found`: it has runs of what this is about.
    fn learn(&mut self, other: Self, found: bool) {
        if other.since <= self.until {
            *self = Self { since: self.since.min(other.since), until: self.until.max(other.until) };
        } else if found {
            // Between what was known and this, runs may be missing.
            *self = other;
        }
    }

    fn has(&self, job: &Job) -> bool {
        job.created_at > self.since && !self.is_before(job)
    }

    /// Whether it ends before this run began.
    fn is_before(&self, job: &Job) -> bool {
        job.created_at > self.until
    }
}
