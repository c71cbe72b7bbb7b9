//! What `diagnose` reports: as JSON for scripts, as text for people.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::output::{VERSION, iso};
use crate::app::settings::Place;
use crate::view::text::{cut, fit, wrap};
use crate::warehouse::ids::SourceId;
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::state::State;
use crate::warehouse::triage::{Affected, Problem, is_wrong};
use crate::warehouse::words::{count, counted, moment};

/// What a reading of the project found.
pub(super) struct Findings<'a> {
    /// What was read.
    pub place: &'a Place,
    /// When.
    pub at: Timestamp,
    /// Everything read.
    pub inventory: &'a Inventory,
    /// Only this source.
    pub only: Option<&'a SourceId>,
    /// What is wrong.
    pub problems: &'a [Problem],
    /// Whether all pages and all needed jobs were read.
    pub complete: bool,
}

/// The object that `diagnose --json` writes.
#[derive(Serialize)]
pub(super) struct Report {
    version: u32,
    host: String,
    project: u64,
    generated_at: String,
    #[serde(flatten)]
    pub content: Content,
}

/// The part of it that does not change unless something has.
#[derive(Clone, PartialEq, Serialize)]
pub(super) struct Content {
    complete: bool,
    counts: BTreeMap<&'static str, usize>,
    problems: Vec<Entry>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Entry {
    kind: &'static str,
    severity: &'static str,
    root_cause: Option<String>,
    recovery: &'static str,
    retry_safe: bool,
    source: Source,
    schemas: Vec<Table>,
    evidence: Option<String>,
    identifier: Option<String>,
    advice: String,
    since: Option<String>,
    title: String,
    reason: String,
}

#[derive(Clone, PartialEq, Serialize)]
struct Source {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Clone, PartialEq, Serialize)]
struct Table {
    id: String,
    name: String,
    state: &'static str,
    rows: Option<u64>,
}

impl Findings<'_> {
    /// The same for scripts.
    pub(super) fn report(&self) -> Report {
        Report {
            version: VERSION,
            host: self.place.origin.clone(),
            project: self.place.project,
            generated_at: iso(self.at),
            content: Content {
                complete: self.complete,
                counts: self.counts(),
                problems: self.problems.iter().map(entry).collect(),
            },
        }
    }

    fn sources(&self) -> impl Iterator<Item = &Held> {
        self.inventory.sources().iter().filter(|held| self.only.is_none_or(|id| held.source.id == *id))
    }

    /// Tables by state; every state is named.
    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts: BTreeMap<_, _> = State::ALL.iter().map(|state| (state.key(), 0)).collect();
        for (_, state) in self.sources().flat_map(Held::tables) {
            *counts.entry(state.key()).or_default() += 1;
        }
        counts
    }

    /// The same for people: a table of the problems, then each with its reason and what to do.
    pub(super) fn page(&self) -> String {
        let mut page = String::new();
        let tables = self.sources().map(|held| held.source.schemas.len()).sum();
        let scope = format!(
            "{} of {} at {}, project {}, {}",
            counted(tables, "table"),
            counted(self.sources().count(), "source"),
            self.place.origin,
            self.place.project,
            moment(self.at)
        );
        let _ = if is_wrong(self.problems) {
            writeln!(page, "{}; {scope}.", counted(self.problems.len(), "problem"))
        } else if self.complete {
            writeln!(page, "All is well: {scope}.")
        } else {
            writeln!(page, "Nothing wrong was seen, but not everything was read: {scope}.")
        };
        if self.complete || !is_wrong(self.problems) {
            let unverified = self.counts().get(State::Unverified.key()).copied().unwrap_or(0);
            if unverified > 0 {
                let _ = writeln!(
                    page,
                    "Whether the webhooks or change streams behind {} deliver was not told.",
                    counted(unverified, "table")
                );
            }
        } else {
            page.push_str("Not everything was read: there may be more.\n");
        }
        if !self.problems.is_empty() {
            page.push('\n');
            for line in table(self.problems) {
                let _ = writeln!(page, "{}", line.trim_end());
            }
            for (index, problem) in self.problems.iter().enumerate() {
                page.push('\n');
                details(&mut page, index + 1, problem);
            }
        }
        page
    }
}

fn entry(problem: &Problem) -> Entry {
    Entry {
        kind: problem.kind.key(),
        severity: problem.gravity.key(),
        root_cause: problem.cause.as_ref().map(ToString::to_string),
        recovery: problem.recovery.as_str(),
        retry_safe: problem.retry_safe,
        source: Source {
            id: problem.source.as_str().to_owned(),
            name: problem.source_name.raw().to_owned(),
            kind: problem.source_type.raw().to_owned(),
        },
        schemas: problem
            .tables
            .iter()
            .map(|table| Table {
                id: table.id.as_str().to_owned(),
                name: table.name.raw().to_owned(),
                state: table.state.key(),
                rows: table.rows.known().copied(),
            })
            .collect(),
        evidence: problem.evidence.as_ref().map(|text| text.raw().to_owned()),
        identifier: problem.names.first().map(|name| name.text.raw().to_owned()),
        advice: problem.advice(),
        since: problem.since.map(iso),
        title: problem.title.clone(),
        reason: problem.reason.clone(),
    }
}

/// Width of the text.
const WIDTH: usize = 100;

fn table(problems: &[Problem]) -> Vec<String> {
    let row = |cells: [&str; 7]| {
        const WIDTHS: [(usize, bool); 7] =
            [(3, true), (13, false), (22, false), (6, true), (14, true), (9, false), (0, false)];
        let cells = cells.iter().zip(WIDTHS).map(|(cell, (width, right))| match width {
            0 => (*cell).to_owned(),
            width => fit(cell, width, "…", right),
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    let mut lines = vec![row(["#", "KIND", "SOURCE", "TABLES", "ROWS", "RECOVERY", "WHAT"])];
    lines.extend(problems.iter().enumerate().map(|(index, problem)| {
        row([
            &(index + 1).to_string(),
            problem.kind.words(),
            &problem.source_name.shown(),
            &count(problem.tables.len() as u64),
            &count(problem.rows()),
            problem.recovery.as_str(),
            &problem.title,
        ])
    }));
    lines
}

/// How many tables of a problem are named.
const NAMED: usize = 8;

fn details(page: &mut String, number: usize, problem: &Problem) {
    let source = problem.source_name.shown();
    let kind = problem.source_type.shown();
    let _ = writeln!(page, "{number}. {}: {} ({kind})", problem.title, cut(&source, 60, "…"));
    let mut field = |name: &str, value: &str| {
        for (index, line) in wrap(value, WIDTH - 14).into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            let _ = writeln!(page, "   {name:<11}{line}");
        }
    };
    if !problem.tables.is_empty() {
        field("tables", &names(&problem.tables));
    }
    if let Some(since) = problem.since {
        field("since", &moment(since));
    }
    if let Some(evidence) = &problem.evidence {
        field("evidence", &cut(&evidence.shown(), 300, "…"));
    }
    if let [name] = problem.names.as_slice() {
        field("concerns", &cut(&name.text.shown(), 100, "…"));
    }
    field("why", &problem.reason);
    field("recovery", &format!("{}: {}", problem.recovery, problem.recovery.meaning()));
    for (index, step) in problem.steps.iter().enumerate() {
        field("", &format!("{}. {step}", index + 1));
    }
}

fn names(tables: &[Affected]) -> String {
    let mut names: Vec<String> = tables.iter().take(NAMED).map(|table| cut(&table.title.shown(), 60, "…")).collect();
    if tables.len() > NAMED {
        names.push(format!("and {} more", count((tables.len() - NAMED) as u64)));
    }
    names.join(", ")
}
