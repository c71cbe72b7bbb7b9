//! Generated worlds of a given size, to see how a client copes: mostly healthy, with some of everything.

use std::time::Duration;

use super::spec::{FaultSpec, HistorySpec, OutcomeSpec, SourceSpec, Span, Spec, TableSpec};
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

/// Reads `100x50`.
pub fn parse(size: &str) -> Option<(usize, usize)> {
    let (sources, tables) = size.split_once('x')?;
    let (sources, tables) = (sources.parse::<usize>().ok()?, tables.parse::<usize>().ok()?);
    (sources > 0 && sources.checked_mul(tables)? <= MOST_TABLES).then_some((sources, tables))
}

/// A world of that many sources with that many tables each.
pub fn spec((sources, tables): (usize, usize)) -> Spec {
    Spec {
        seed: 1,
        history: HistorySpec { runs: 3, ..HistorySpec::default() },
        sources: (0..sources).map(|number| source(number, tables)).collect(),
        ..Spec::default()
    }
}

fn source(number: usize, tables: usize) -> SourceSpec {
    SourceSpec {
        kind: KINDS[number % KINDS.len()].to_owned(),
        prefix: Some(format!("s{number:04}")),
        supports_columns: true,
        tables: (0..tables).map(|table| self::table(number, table)).collect(),
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
        0 | 25 => Some(fault("503 Server Error: Service Unavailable for url: https://api.example.com", false)),
        10 => Some(fault("permission denied for table, grant SELECT and re-enable the sync.", true)),
        _ => None,
    };
    if share == 20 {
        spec.sync_type = None;
        spec.synced = Some(false);
    }
    spec
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
