//! Generated worlds of a given size, to see how a client copes: mostly healthy, with some of everything.

use std::time::Duration;

use serde_json::Value;

use super::spec::{FaultSpec, HistorySpec, OutcomeSpec, RunSpec, ShowSpec, SourceSpec, Span, Spec, TableSpec};
use crate::simulator::world::Cure;

/// The most tables a generated world may have.
const MOST_TABLES: usize = 200_000;

const KINDS: [&str; 6] = ["Postgres", "MySQL", "Stripe", "Hubspot", "BigQuery", "Snowflake"];
const NOUNS: [&str; 12] = [
    "orders",
    "customers",
    "events",
    "invoices",
    "payments",
    "sessions",
    "products",
    "shipments",
    "tickets",
    "refunds",
    "accounts",
    "subscriptions",
];

/// So many tables of a source are in a run at most: as many as one question for jobs has names.
const RUNNING_A_SOURCE: usize = 4;

const UNAVAILABLE: &str = "503 Server Error: Service Unavailable for url: https://api.example.com";

/// How much of everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    sources: usize,
    tables: usize,
    /// Tables in a run: only their jobs tell whether that is true.
    running: usize,
    /// Tables that are not what they were at every other reading of the list.
    restless: usize,
}

/// Reads `100x50`, `100x50+20` for 20 tables in a run, `100x50~50` for 50 restless ones, or `100x50+20~50`.
pub fn parse(size: &str) -> Option<Size> {
    let counted = |size: &'_ str, sign| match size.split_once(sign) {
        Some((size, count)) => Some((size.to_owned(), count.parse::<usize>().ok()?)),
        None => Some((size.to_owned(), 0)),
    };
    let (size, restless) = counted(size, '~')?;
    let (size, running) = counted(&size, '+')?;
    let (sources, tables) = size.split_once('x')?;
    let (sources, tables) = (sources.parse::<usize>().ok()?, tables.parse::<usize>().ok()?);
    let most_running = sources.checked_mul(tables.min(RUNNING_A_SOURCE))?;
    let all = sources.checked_mul(tables)?;
    let fits = sources > 0 && all <= MOST_TABLES && running <= most_running && restless <= all;
    fits.then_some(Size { sources, tables, running, restless })
}

/// A world of that size.
pub fn spec(size: Size) -> Spec {
    Spec {
        seed: 1,
        history: HistorySpec { runs: 3, ..HistorySpec::default() },
        sources: (0..size.sources).map(|number| source(number, size)).collect(),
        ..Spec::default()
    }
}

fn source(number: usize, size: Size) -> SourceSpec {
    // The newest sources are listed first: theirs are seen at once.
    let from_the_top = size.sources - 1 - number;
    let running = size.running.saturating_sub(from_the_top * RUNNING_A_SOURCE).min(RUNNING_A_SOURCE);
    SourceSpec {
        kind: KINDS[number % KINDS.len()].to_owned(),
        prefix: Some(format!("s{number:04}")),
        supports_columns: true,
        tables: (0..size.tables)
            .map(|table| match number * size.tables + table {
                _ if table < running => in_a_run(number, table),
                place if size.is_restless(place) => restless(number, table),
                _ => self::table(number, table),
            })
            .collect(),
        ..SourceSpec::default()
    }
}

fn table(source: usize, number: usize) -> TableSpec {
    let noun = NOUNS[number % NOUNS.len()];
    let mut spec = TableSpec {
        name: format!("public.{noun}_{number:04}"),
        sync_type: Some("incremental".to_owned()),
        cursor: Some("updated_at".to_owned()),
        frequency: Some("24hour".to_owned()),
        columns: ["id bigint key", "name text null", "updated_at timestamp indexed"].map(str::to_owned).to_vec(),
        ..TableSpec::default()
    };
    // A fixed share of each, spread evenly: one in 25 fails, one in 50 is switched off, one in 50 is new.
    let share = (source * 7 + number) % 50;
    spec.fault = match share {
        0 | 25 => Some(fault(UNAVAILABLE, false)),
        10 => Some(fault("permission denied for table, grant SELECT and re-enable the sync.", true)),
        _ => None,
    };
    if share == 20 {
        spec.sync_type = None;
        spec.synced = Some(false);
    }
    spec
}

impl Size {
    /// Whether the table at this place among all is one of the restless, which are spread evenly.
    fn is_restless(self, place: usize) -> bool {
        let all = self.sources * self.tables;
        (place + 1) * self.restless / all > place * self.restless / all
    }
}

/// A table that fails, or was cancelled, at every other reading of the list.
fn restless(source: usize, number: usize) -> TableSpec {
    let (fails, cancelled) = ([("status", "Failed"), ("latest_error", UNAVAILABLE)], [("status", "Cancelled")]);
    let other: &[(&str, &str)] = if source % 4 < 2 { &fails } else { &cancelled };
    let set = other.iter().map(|(field, value)| ((*field).to_owned(), Value::from(*value))).collect();
    TableSpec {
        fault: None,
        sync_type: Some("incremental".to_owned()),
        synced: None,
        show_by_turns: ShowSpec { set, ..ShowSpec::default() },
        ..table(source, number)
    }
}

/// A table in a run that goes on for hours.
fn in_a_run(source: usize, number: usize) -> TableSpec {
    let run = RunSpec {
        elapsed: Span(Duration::from_secs(60)),
        remaining: Span(Duration::from_secs(6 * 3_600)),
        rows: Some(50_000_000),
        stuck: false,
    };
    TableSpec {
        fault: None,
        run: Some(run),
        sync_type: Some("incremental".to_owned()),
        synced: None,
        ..table(source, number)
    }
}

fn fault(text: &str, permanent: bool) -> FaultSpec {
    FaultSpec {
        text: Some(text.to_owned()),
        raw: None,
        permanent,
        outcome: OutcomeSpec::Failed,
        cure: if permanent { Cure::Reenable } else { Cure::Reload },
        after: None,
        since: Some(Span(Duration::from_secs(86_400))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_or_refused() {
        assert_eq!(parse("2000x50"), Some(Size { sources: 2_000, tables: 50, running: 0, restless: 0 }));
        assert_eq!(parse("100x50+200"), Some(Size { sources: 100, tables: 50, running: 200, restless: 0 }));
        assert_eq!(parse("9x8+7~6"), Some(Size { sources: 9, tables: 8, running: 7, restless: 6 }));
        for wrong in [
            "1x1~2",
            "1x1~",
            "1x1~1+1",
            "",
            "x",
            "0x1",
            "100x",
            "1x1+5",
            "100x50+",
            "100x50+-1",
            "1000000x1000000",
            "300000x1",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn so_many_tables_are_in_a_run() {
        let spec = spec(parse("20x9+13").unwrap());
        let running = |source: &SourceSpec| source.tables.iter().filter(|table| table.run.is_some()).count();
        assert_eq!(spec.sources.iter().map(running).sum::<usize>(), 13);
        assert_eq!(spec.sources.iter().rev().map(running).take(5).collect::<Vec<_>>(), [4, 4, 4, 1, 0]);
    }

    #[test]
    fn the_restless_are_spread_over_the_sources() {
        let spec = spec(parse("20x50~10").unwrap());
        let restless =
            |source: &SourceSpec| source.tables.iter().filter(|table| !table.show_by_turns.set.is_empty()).count();
        assert_eq!(spec.sources.iter().map(restless).sum::<usize>(), 10);
        assert!(spec.sources.iter().all(|source| restless(source) < 2));
    }
}
