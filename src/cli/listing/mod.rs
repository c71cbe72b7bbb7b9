//! `whtui sources`, `tables` and `jobs`: what is there, as plain columns or as JSON.

mod jobs;
mod objects;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::arguments::Target;
use super::columns::{Column, page};
use super::output::{VERSION, iso, json_line, print};
use super::survey::{Reading, Survey, Wishes};
use crate::app::model::wanted::Wanted;
use crate::app::settings::Place;
use crate::terminal;
use crate::warehouse::field::Field;
use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::Held;
use crate::warehouse::query::{self, Query};
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::survey::is_open;
use crate::warehouse::text::Foreign;
use crate::worker::clock;

pub(super) use jobs::{Jobs, jobs};

/// How listings end.
pub(super) const ENDS: &str = "Exit status: 0 when everything was listed, 2 when it could not be read, or only a part; \
                               what was read is listed all the same. What is written to a pipe is not cut.";

/// What to list of the sources or the tables.
#[derive(Debug, Args)]
pub(super) struct Listing {
    /// Write one JSON object instead of columns
    #[arg(long)]
    pub json: bool,
    /// Only this source: its name, prefix or id
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only those in this state.
    #[arg(
        long,
        value_name = "STATE",
        value_delimiter = ',',
        help = "Only those in this state, for example failed or switched_off; several with commas between them"
    )]
    pub status: Vec<String>,
    /// Only those that match this filter, written as on the screen: state:failed type:postgres orders
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Only those with which something is wrong
    #[arg(long)]
    pub wrong: bool,
    /// Believe the list: ask no jobs and no webhooks, so that a run may be shown that is none
    #[arg(long)]
    pub quick: bool,
    /// What to connect to.
    #[command(flatten)]
    pub target: Target,
}

/// What can be listed of an inventory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Sources.
    Sources,
    /// Tables.
    Tables,
}

/// What every listing says of itself.
#[derive(Serialize)]
struct Heading {
    version: u32,
    host: String,
    project: u64,
    generated_at: String,
    complete: bool,
}

impl Heading {
    fn new(place: &Place, complete: bool) -> Self {
        Self {
            version: VERSION,
            host: place.origin.clone(),
            project: place.project,
            generated_at: iso(clock::now()),
            complete,
        }
    }
}

/// The source of a table or a job.
#[derive(Serialize)]
struct SourceName {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl SourceName {
    fn of(held: &Held) -> Self {
        Self {
            id: held.source.id.as_str().to_owned(),
            name: held.source.title().raw().to_owned(),
            kind: held.source.kind.raw().to_owned(),
        }
    }
}

/// Lists sources or tables.
///
/// # Errors
/// One or two sentences when nothing can be listed.
pub(super) async fn list(what: What, options: Listing) -> Result<ExitCode, String> {
    let states = states(&options.status)?;
    let text = options.filter.as_deref().unwrap_or_default();
    if let Some(fault) = Query::read(text).faults().first() {
        let states = format!("there are {}", query::state_names().collect::<Vec<_>>().join(", "));
        return Err(begun_small(&fault.sentence.replace(query::TAB_LISTS, &states)));
    }
    let mut survey = Survey::begin(&options.target).await?;
    let mut reading = survey.read_list().await?;
    let only = match &options.source {
        Some(name) => survey.find_source(name, &reading)?,
        None => None,
    };
    if !options.quick {
        survey.be_sure(only.as_ref(), Wishes::Left, &mut reading).await;
    }
    let now = clock::now();
    survey.inventory.reassess_all(now);
    let mut wanted = Wanted::new(text, now);
    let takes = |state: State| (states.is_empty() || states.contains(&state)) && (!options.wrong || state.is_wrong());
    let held = || chosen(&survey, only.as_ref());
    let unsure = !options.quick && is_open(&survey.inventory, only.as_ref());
    let missing = missing(&survey, only.as_ref(), &reading);
    let missing = missing.or_else(|| unsure.then(|| survey.why_incomplete(&reading, only.as_ref())));
    let heading = Heading::new(&survey.place, missing.is_none());
    let filtered = !states.is_empty() || options.wrong || !text.trim().is_empty();
    match what {
        What::Sources => {
            let by_state = !states.is_empty() || options.wrong;
            let takes = |held: &&Held| held.tally.worst.map_or(!by_state, takes) && wanted.accepts_source(held);
            let held: Vec<&Held> = held().filter(takes).collect();
            if options.json {
                print(&objects::sources_json(heading, &held))?;
            } else {
                print(&columns(&objects::SOURCES, &objects::source_rows(&held, now)))?;
                say_if_none(held.is_empty(), "source", filtered, &survey);
            }
        }
        What::Tables => {
            let tables = held().flat_map(|held| held.tables().map(move |(schema, state)| (held, schema, state)));
            let takes = |(held, schema, state): &(&Held, &Schema, State)| {
                takes(*state) && wanted.accepts_table(held, schema, *state)
            };
            let tables: Vec<_> = tables.filter(takes).collect();
            if options.json {
                print(&objects::tables_json(heading, &tables))?;
            } else {
                print(&columns(&objects::TABLES, &objects::table_rows(&tables, now)))?;
                say_if_none(tables.is_empty(), "table", filtered || only.is_some(), &survey);
            }
        }
    }
    Ok(ended(missing))
}

/// Where something was not read, the listing still stands, but it is not all.
fn ended(missing: Option<String>) -> ExitCode {
    let Some(reason) = missing else { return ExitCode::SUCCESS };
    super::refuse(&reason)
}

fn chosen<'a>(survey: &'a Survey, only: Option<&'a SourceId>) -> impl Iterator<Item = &'a Held> {
    survey.inventory.sources().iter().filter(move |held| only.is_none_or(|id| held.source.id == *id))
}

/// What was not read of the list, in a sentence.
fn missing(survey: &Survey, only: Option<&SourceId>, reading: &Reading) -> Option<String> {
    let legible = reading.unreadable == 0 && chosen(survey, only).all(|held| held.source.unreadable == 0);
    let all = reading.whole && legible && reading.failure.is_none();
    (!all).then(|| survey.why_incomplete(reading, only))
}

/// An empty list is no error, but it should not look like one either.
fn say_if_none(none: bool, noun: &str, filtered: bool, survey: &Survey) {
    if none {
        let such = if filtered { " like that" } else { "" };
        super::complain(&format!("project {} at {} has no {noun}{such}.", survey.place.project, survey.place.origin));
    }
}

/// A sentence as it goes on after a colon.
fn begun_small(sentence: &str) -> String {
    let mut symbols = sentence.chars();
    symbols.next().into_iter().flat_map(char::to_lowercase).chain(symbols).collect()
}

/// The states of these names.
fn states(names: &[String]) -> Result<Vec<State>, String> {
    let read = |name: &String| {
        let folded = name.trim().to_lowercase().replace([' ', '-'], "_");
        State::ALL.iter().copied().find(|state| state.key() == folded).ok_or_else(|| {
            let known: Vec<&str> = State::ALL.iter().map(|state| state.key()).collect();
            let name = super::survey::repeated(name);
            format!("no state is called {name}; there are {}.", known.join(", "))
        })
    };
    names.iter().map(read).collect()
}

/// Columns as wide as they may be.
fn columns(columns: &[Column], rows: &[Vec<String>]) -> String {
    let most = std::io::stdout().is_terminal().then(terminal::width).flatten();
    page(columns, rows, most)
}

/// One line: the heading, then the items under their name.
fn object<Item: Serialize>(heading: Heading, key: &'static str, items: Vec<Item>) -> String {
    #[derive(Serialize)]
    struct Object<Item> {
        #[serde(flatten)]
        heading: Heading,
        #[serde(flatten)]
        items: BTreeMap<&'static str, Vec<Item>>,
    }
    format!("{}\n", json_line(&Object { heading, items: BTreeMap::from([(key, items)]) }))
}

fn time(at: Field<Timestamp>) -> Option<String> {
    at.known().copied().map(iso)
}

fn word(field: &Field<Foreign>) -> Option<String> {
    field.known().map(|text| text.raw().to_owned())
}
