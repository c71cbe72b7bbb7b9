//! `whtui wait`: stays until the sync of a table has ended, and says how.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::arguments::Target;
use super::output::{VERSION, iso, json_line, print};
use super::survey::{Reading, Survey};
use super::{named, spans};
use crate::warehouse::ending::{Awaited, Ending, Vigil};
use crate::warehouse::failure::FailureKind;
use crate::warehouse::finding::Finding;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::runs::Runs;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::survey::Need;
use crate::warehouse::words::{ago, counted_rows, span};
use crate::worker::clock;

/// Exit codes.
const COMPLETED: u8 = 0;
const OTHERWISE: u8 = 1;
/// As `timeout` of the system has it.
const OUT_OF_TIME: u8 = 124;

/// How long nobody may answer before the waiting ends.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How long until the next try.
const NEXT_TRY: Duration = Duration::from_secs(5);

/// How it ends.
pub(super) const ENDS: &str = "Without a run under way it says at once how the table is.\n\nExit status: 0 when the run \
                               completed (or nothing runs and all is well), 1 when it ended in another way (failed, \
                               cancelled, without a sign of life, swallowed) or nothing will run, 2 when that could \
                               not be found out, 124 when the time was up.";

/// What to wait for.
#[derive(Debug, Args)]
pub(super) struct Wait {
    /// The table: its name, the last part of it, SOURCE/TABLE, or its id
    #[arg(value_name = "TABLE")]
    pub table: String,
    /// Write one JSON object instead of a sentence
    #[arg(long)]
    pub json: bool,
    /// The source of the table: its name, prefix or id
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Wait so long at most, for example 90s, 10m or 1h30m
    #[arg(long, value_name = "SPAN", value_parser = spans::parse)]
    pub timeout: Option<SignedDuration>,
    /// Wait for the next run to begin and end, not for the one under way
    #[arg(long)]
    pub next: bool,
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
}

/// Waits.
///
/// # Errors
/// One or two sentences when it cannot be found out.
pub(super) async fn wait(options: Wait) -> Result<ExitCode, String> {
    let began = clock::now();
    let limit = options.timeout.map(|limit| Duration::try_from(limit).unwrap_or_default());
    let mut survey = Survey::begin(&options.target).await?;
    let mut waiting = None;
    let work = async {
        let reading = read_list(&mut survey).await?;
        let only = match &options.source {
            Some(name) => survey.find_source(name, &reading)?,
            None => None,
        };
        let (source, table) = named::table(&survey.inventory, &options.table, only.as_ref())?;
        let waiting = waiting.insert(Waiting { source, table, said: None, quiet: options.json });
        let awaited = if options.next { Awaited::Next } else { Awaited::Current };
        waiting.ending(&mut survey, awaited).await
    };
    let ending = match limit {
        Some(limit) => tokio::time::timeout(limit, work).await.ok().transpose()?,
        None => Some(work.await?),
    };
    let Some(waiting) = waiting else {
        let name = super::survey::repeated(&options.table);
        super::complain(&format!("the time was up before a table called {name} was looked for."));
        return Ok(OUT_OF_TIME.into());
    };
    let now = clock::now();
    let result = Ended { waited: age(began, now), ending: ending.as_ref(), now };
    let found = survey.inventory.schema(&waiting.table);
    let runs = survey.inventory.runs(&waiting.table);
    let text = match found {
        Some((held, schema, state)) if options.json => result.json(held, schema, state),
        Some((held, schema, state)) => result.sentence(held, schema, state, runs),
        None => String::new(),
    };
    print(&text)?;
    Ok(match &ending {
        None => OUT_OF_TIME,
        Some(ending) if ending.is_good() => COMPLETED,
        Some(_) => OTHERWISE,
    }
    .into())
}

/// A table that is waited for.
struct Waiting {
    source: SourceId,
    table: SchemaId,
    /// The state that was told last.
    said: Option<State>,
    quiet: bool,
}

impl Waiting {
    /// Looks until it has ended.
    async fn ending(&mut self, survey: &mut Survey, awaited: Awaited) -> Result<Ending, String> {
        // The jobs first, so that no run ends unseen.
        self.ask_jobs(survey).await?;
        let mut vigil = Vigil::begin(awaited, survey.inventory.runs(&self.table), clock::now());
        loop {
            self.ask(survey, vec![Need::Schema(self.table.clone())]).await?;
            self.ask_jobs(survey).await?;
            let now = clock::now();
            survey.inventory.reassess_all(now);
            let runs = survey.inventory.runs(&self.table);
            let Some((_, schema, state)) = survey.inventory.schema(&self.table) else {
                return Err("the table is not in the list any more.".to_owned());
            };
            if let Some(ending) = vigil.look(schema, state, runs) {
                return Ok(ending);
            }
            self.say(schema, state, runs, now);
            let pause = vigil.pause(state, now);
            tokio::time::sleep(pause.try_into().unwrap_or(Duration::from_secs(1))).await;
        }
    }

    async fn ask_jobs(&self, survey: &mut Survey) -> Result<(), String> {
        let name = survey.inventory.schema(&self.table).map(|(_, schema, _)| schema.name.clone());
        let query = JobQuery::newest(self.source.clone(), name.into_iter().collect());
        self.ask(survey, vec![Need::Jobs(query)]).await
    }

    /// Asks again while nobody answers; what was answered with a refusal will not be otherwise.
    async fn ask(&self, survey: &mut Survey, needs: Vec<Need>) -> Result<(), String> {
        let mut patience = Patience::new();
        loop {
            let mut reading = Reading::default();
            survey.ask(needs.clone(), &mut reading).await;
            let (Some(failure), Some(kind)) = (reading.failure, reading.kind) else { return Ok(()) };
            if !patience.lasts(survey, &kind, &failure).await {
                let what = if kind == FailureKind::NotFound { "the table does not exist any more" } else { &failure };
                return Err(format!("how the sync ends cannot be found out, {}: {what}.", survey.of_project()));
            }
        }
    }

    /// Says to a person where it is, whenever that changes.
    fn say(&mut self, schema: &Schema, state: State, runs: Option<&Runs>, now: Timestamp) {
        if self.said == Some(state) || self.quiet || !std::io::stderr().is_terminal() {
            return;
        }
        self.said = Some(state);
        let began = runs.and_then(Runs::running).and_then(|job| job.created_at);
        let began = began.map(|began| format!(", began {}", ago(began, now))).unwrap_or_default();
        let usual = runs.and_then(Runs::usual).filter(|_| !began.is_empty());
        let usual = usual.map(|usual| format!(", usually takes {}", span(usual))).unwrap_or_default();
        // It is only a courtesy.
        let _ = writeln!(std::io::stderr(), "{}: {}{began}{usual}", schema.title().named(), state.words());
    }
}

/// Reads the list, again while nobody answers.
async fn read_list(survey: &mut Survey) -> Result<Reading, String> {
    let mut patience = Patience::new();
    loop {
        let reading = survey.ask_list().await;
        if let (Some(failure), Some(kind)) = (&reading.failure, &reading.kind)
            && patience.lasts(survey, kind, failure).await
        {
            continue;
        }
        return survey.judged(reading);
    }
}

/// How long nobody has answered.
struct Patience {
    since: Timestamp,
    told: bool,
}

impl Patience {
    fn new() -> Self {
        Self { since: clock::now(), told: false }
    }

    /// Whether it is to be tried again after this failure, and comes back once it is time for that.
    async fn lasts(&mut self, survey: &Survey, kind: &FailureKind, failure: &str) -> bool {
        if !may_pass(kind) || age(self.since, clock::now()) >= PATIENCE {
            return false;
        }
        if !std::mem::replace(&mut self.told, true) {
            super::complain(&format!("{} does not answer ({failure}); trying again.", survey.of_project()));
        }
        tokio::time::sleep(NEXT_TRY).await;
        true
    }
}

/// Whether a failure may pass by itself.
fn may_pass(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Unreachable
            | FailureKind::Interrupted
            | FailureKind::TimedOut
            | FailureKind::TooManyRequests(_)
            | FailureKind::ServerError
            | FailureKind::Gateway
    )
}

/// How it ended, as it is told.
struct Ended<'a> {
    /// `None`: the time was up.
    ending: Option<&'a Ending>,
    waited: SignedDuration,
    now: Timestamp,
}

#[derive(Serialize)]
struct Report {
    version: u32,
    outcome: &'static str,
    state: &'static str,
    table: Name,
    source: Name,
    job: Option<Run>,
    root_cause: Option<String>,
    error: Option<String>,
    waited_seconds: i64,
}

#[derive(Serialize)]
struct Name {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Run {
    id: String,
    status: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    seconds: Option<i64>,
    rows: Option<u64>,
}

impl Ended<'_> {
    fn job(&self) -> Option<&Job> {
        match self.ending {
            Some(Ending::Completed(job) | Ending::NotCompleted(job)) => Some(job),
            _ => None,
        }
    }

    /// What it failed of, if it did.
    fn finding<'a>(&self, schema: &'a Schema, state: State) -> Option<&'a Finding> {
        let failed = matches!(self.ending, Some(Ending::NotCompleted(_))) || state.is_failure();
        schema.finding.as_deref().filter(|_| failed)
    }

    fn json(&self, held: &Held, schema: &Schema, state: State) -> String {
        let run = |job: &Job| Run {
            id: job.id.as_str().to_owned(),
            status: job.status.to_string(),
            started_at: job.created_at.map(iso),
            finished_at: job.finished_at.known().copied().map(iso),
            seconds: job.duration().map(|took| took.as_secs()),
            rows: job.rows.known().copied(),
        };
        let finding = self.finding(schema, state);
        let own = finding.and(schema.latest_error.known());
        let report = Report {
            version: VERSION,
            outcome: self.ending.map_or("timed_out", Ending::key),
            state: state.key(),
            table: Name { id: schema.id.as_str().to_owned(), name: schema.name.raw().to_owned() },
            source: Name { id: held.source.id.as_str().to_owned(), name: held.source.title().raw().to_owned() },
            job: self.job().map(run),
            root_cause: finding.map(|finding| finding.verdict.cause.to_string()),
            error: self.job().and_then(|job| job.latest_error.known()).or(own).map(|text| text.raw().to_owned()),
            waited_seconds: self.waited.as_secs(),
        };
        format!("{}\n", json_line(&report))
    }

    fn sentence(&self, held: &Held, schema: &Schema, state: State, runs: Option<&Runs>) -> String {
        let why = self.finding(schema, state).map(|finding| format!(": {}", finding.title())).unwrap_or_default();
        let what = match self.ending {
            None => format!("the time is up after {}; it is {}", span(self.waited), state.words()),
            Some(Ending::Completed(job) | Ending::NotCompleted(job)) => {
                let rows = job.rows.known().map(|rows| format!(", {}", counted_rows(*rows))).unwrap_or_default();
                let took = job.duration().map(|took| format!(", {}", span(took))).unwrap_or_default();
                format!("{}{rows}{took}{why}", job.status)
            }
            Some(Ending::AtRest(state)) => {
                let last = runs.and_then(Runs::last_success);
                let last = last.or(schema.last_synced_at.known().copied());
                let last = last.map(|last| format!(", last completed {}", ago(last, self.now))).unwrap_or_default();
                format!("nothing is running; {}{last}{why}", state.words())
            }
            Some(Ending::Lifeless(state)) => format!("{}: {}", state.words(), schema.meaning(*state)),
            Some(Ending::Swallowed) => {
                "a run was requested, but none came of it: no newer job exists, and the status is Completed".to_owned()
            }
            Some(Ending::Never(state)) => format!("no run will begin; {}: {}", state.words(), schema.meaning(*state)),
        };
        format!("{}/{}: {what}\n", held.title().shown(), schema.title().named())
    }
}
