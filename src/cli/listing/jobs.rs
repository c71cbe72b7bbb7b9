//! `whtui jobs`: runs, newest first, page by page until there are enough.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::objects::status;
use super::{Heading, SourceName, chosen, columns, ended, iso, missing, object, say_if_none, time, word};
use crate::cli::arguments::Target;
use crate::cli::columns::Column;
use crate::cli::output::print;
use crate::cli::survey::{Reading, Survey};
use crate::cli::{named, spans};
use crate::warehouse::freshness::age;
use crate::warehouse::ids::{JobId, SourceId};
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::status::Status;
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{moment, rows, span};
use crate::worker::clock;

/// How many questions a listing asks at most: well within a minute's budget.
const MOST_QUESTIONS: usize = 300;

/// Which jobs to list.
#[derive(Debug, Args)]
pub(in crate::cli) struct Jobs {
    /// Only those of this table: its name, or its id
    #[arg(value_name = "TABLE")]
    pub table: Option<String>,
    /// Write one JSON object instead of columns
    #[arg(long)]
    pub json: bool,
    /// Only those of this source: its name, prefix or id
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only those that went like this, for example failed; several with commas between them
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Only those begun within this time, for example 24h
    #[arg(long, value_name = "SPAN", value_parser = spans::parse)]
    pub since: Option<SignedDuration>,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
}

/// The words of the server for jobs.
const WORDS: [&str; 5] = ["running", "completed", "failed", "billing_limits", "billing_limit_too_low"];

const JOBS: [Column; 7] = [
    Column::new("SOURCE").down_to(10).spared(3),
    Column::new("TABLE").down_to(20),
    Column::new("STARTED"),
    Column::new("TOOK").right().spared(4),
    Column::new("STATUS"),
    Column::new("ROWS").right().spared(5),
    Column::new("ERROR").down_to(16).spared(1),
];

#[derive(Serialize)]
struct Entry {
    id: String,
    source: SourceName,
    table: Table,
    status: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    seconds: Option<i64>,
    rows: Option<u64>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Table {
    id: Option<String>,
    name: String,
}

/// Lists jobs.
///
/// # Errors
/// One or two sentences when nothing can be listed.
pub(in crate::cli) async fn jobs(options: Jobs) -> Result<ExitCode, String> {
    let wanted = statuses(&options.status)?;
    let mut survey = Survey::begin(&options.target).await?;
    let mut reading = survey.read_list().await?;
    let mut only = match &options.source {
        Some(name) => survey.find_source(name, &reading)?,
        None => None,
    };
    let mut names = Vec::new();
    if let Some(name) = &options.table {
        let (source, table) = named::table(&survey.inventory, name, only.as_ref())?;
        names.extend(survey.inventory.schema(&table).map(|(_, schema, _)| schema.name.clone()));
        only = Some(source);
    }
    let after = options.since.map(|span| clock::now() - span);
    let mut asked: Vec<&Held> =
        chosen(&survey, only.as_ref()).filter(|held| !held.source.direct && !held.source.schemas.is_empty()).collect();
    // Where there are too many to be asked, those that ran last are the likeliest to matter.
    asked.sort_by_key(|held| Reverse(held.source.last_run_at.known().copied()));
    let sources: Vec<SourceId> = asked.iter().map(|held| held.source.id.clone()).collect();
    let limit = options.limit as usize;
    let mut gathered = Gathered { wanted, limit, after, names, found: HashMap::new(), seen: HashSet::new() };
    let unasked = gathered.gather(&mut survey, sources, &mut reading).await;
    let found = gathered.newest();
    let reason = missing(&survey, only.as_ref(), &reading).or_else(|| unasked.then(|| TOO_MANY.to_owned()));
    let heading = Heading::new(&survey.place, reason.is_none());
    if options.json {
        let entries: Vec<Entry> =
            found.iter().filter_map(|(source, job)| entry(&survey.inventory, source, job)).collect();
        print(&object(heading, "jobs", entries))?;
    } else {
        print(&columns(&JOBS, &job_rows(&survey.inventory, &found, clock::now())))?;
        let filtered = only.is_some() || !options.status.is_empty() || options.since.is_some();
        say_if_none(found.is_empty(), "job", filtered, &survey);
    }
    Ok(ended(reason))
}

const TOO_MANY: &str = "not all jobs could be looked through with the requests of a minute; name a source, a table, or a \
                        shorter time with --since.";

fn statuses(names: &[String]) -> Result<Vec<Status>, String> {
    let read = |name: &String| match Status::parse(name.trim()) {
        Status::Unknown(_) | Status::None | Status::Error | Status::Cancelled | Status::Paused => {
            let name = crate::cli::survey::repeated(name);
            Err(format!("no job is ever {name}; jobs are {}.", WORDS.join(", ")))
        }
        known => Ok(known),
    };
    names.iter().map(read).collect()
}

/// What was found so far.
struct Gathered {
    wanted: Vec<Status>,
    limit: usize,
    after: Option<Timestamp>,
    names: Vec<Foreign>,
    found: HashMap<SourceId, Vec<Job>>,
    seen: HashSet<JobId>,
}

impl Gathered {
    /// Asks every source for its newest jobs, and goes on with those whose older ones may still be among the newest of
    /// all. Whether questions were left.
    async fn gather(&mut self, survey: &mut Survey, sources: Vec<SourceId>, reading: &mut Reading) -> bool {
        let mut asked = 0;
        let mut open: Vec<(SourceId, Option<Timestamp>)> = sources.into_iter().map(|source| (source, None)).collect();
        while !open.is_empty() {
            let room = MOST_QUESTIONS - asked;
            if room == 0 || reading.failure.is_some() {
                return room == 0;
            }
            let later = open.split_off(room.min(open.len()));
            asked += open.len();
            let query = |(source, before)| JobQuery { source, schemas: self.names.clone(), after: self.after, before };
            let needs: Vec<Need> = open.drain(..).map(query).map(Need::Jobs).collect();
            survey.ask(needs, reading).await;
            for (query, jobs) in std::mem::take(&mut reading.jobs) {
                if let Some(oldest) = self.take(&query, jobs) {
                    open.push((query.source, Some(oldest)));
                }
            }
            open.extend(later);
            let cutoff = self.cutoff();
            open.retain(|(_, before)| match (*before, cutoff) {
                (Some(before), Some(cutoff)) => before > cutoff,
                _ => true,
            });
        }
        false
    }

    /// Takes in a page; when its oldest job began, if older ones may follow.
    fn take(&mut self, query: &JobQuery, jobs: Vec<Job>) -> Option<Timestamp> {
        let full = jobs.len() >= JobQuery::MOST_JOBS;
        let oldest = jobs.iter().filter_map(|job| job.created_at).min();
        let found = self.found.entry(query.source.clone()).or_default();
        let mut fresh = false;
        for job in jobs {
            if self.seen.insert(job.id.clone()) {
                fresh = true;
                if self.wanted.is_empty() || self.wanted.contains(&job.status) {
                    found.push(job);
                }
            }
        }
        oldest.filter(|_| full && fresh)
    }

    fn newest(&self) -> Vec<(&SourceId, &Job)> {
        let mut all: Vec<_> =
            self.found.iter().flat_map(|(source, jobs)| jobs.iter().map(move |job| (source, job))).collect();
        all.sort_by(|(_, one), (_, other)| {
            Reverse(one.created_at).cmp(&Reverse(other.created_at)).then_with(|| one.id.as_str().cmp(other.id.as_str()))
        });
        all.truncate(self.limit);
        all
    }

    /// What began before this is not wanted any more.
    fn cutoff(&self) -> Option<Timestamp> {
        let newest = self.newest();
        if newest.len() < self.limit { None } else { newest.last()?.1.created_at }
    }
}

fn job_rows(inventory: &Inventory, jobs: &[(&SourceId, &Job)], now: Timestamp) -> Vec<Vec<String>> {
    let row = |(source, job): &(&SourceId, &Job)| {
        let took = match job.created_at {
            Some(begun) if job.is_running() => Some(age(begun, now)),
            _ => job.duration(),
        };
        let source = inventory.source(source).map(|held| held.title().shown().into_owned());
        vec![
            source.unwrap_or_default(),
            job.schema_name.named().into_owned(),
            job.created_at.map_or("?".to_owned(), moment),
            took.map_or("–".to_owned(), span),
            job.status.to_string(),
            rows(job.rows),
            job.latest_error.known().map(|error| error.shown().into_owned()).unwrap_or_default(),
        ]
    };
    jobs.iter().map(row).collect()
}

fn entry(inventory: &Inventory, source: &SourceId, job: &Job) -> Option<Entry> {
    let held: &Held = inventory.source(source)?;
    Some(Entry {
        id: job.id.as_str().to_owned(),
        source: SourceName::of(held),
        table: Table {
            id: job.schema.as_ref().map(|id| id.as_str().to_owned()),
            name: job.schema_name.raw().to_owned(),
        },
        status: status(&job.status),
        started_at: job.created_at.map(iso),
        finished_at: time(job.finished_at),
        seconds: job.duration().map(|took| took.as_secs()),
        rows: job.rows.known().copied(),
        error: word(&job.latest_error),
    })
}
