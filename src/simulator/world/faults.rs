//! Why runs fail, and what ends it.

use std::time::Duration;

use super::{JobStatus, Source, Table};

/// What makes a fault go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cure {
    /// Any next run works.
    Next,
    /// The next run somebody asks for works: the trouble was passing.
    Reload,
    /// Somebody put it right at the source, and switches the table on again.
    Reenable,
    /// Other settings of the table: sync type, cursor, keys, columns, filters.
    Settings,
    /// A run that starts from nothing.
    Reset,
    /// A switch to another thing is needed that the API does not offer.
    Never,
}

/// Why a run fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What the table's error becomes; none leaves it null.
    pub text: Option<String>,
    /// The raw error, seen in logs and in older jobs.
    pub raw: Option<String>,
    /// Whether `PostHog` switches the table off (contract, section 8.4).
    pub permanent: bool,
    /// How the run ends.
    pub outcome: JobStatus,
    /// What makes it go away.
    pub cure: Cure,
    /// How long a run takes until it fails.
    pub after: Duration,
}

impl Fault {
    /// A fault the world itself finds, as opposed to one a scenario declares.
    fn found(text: &str, raw: String) -> Self {
        Self {
            text: Some(text.to_owned()),
            raw: Some(raw),
            permanent: true,
            outcome: JobStatus::Failed,
            cure: Cure::Never,
            after: Duration::from_secs(4),
        }
    }
}

const COLUMN_GONE: &str = "Something this sync depends on (a table, column, or other object) no longer exists in your \
                           source. Restore it, or update this table's sync settings, then re-enable the sync.";
const KEY_MISSING: &str = "This table needs a primary key to sync incrementally, but none is set. Choose a primary key \
                           for the table in its sync settings, or switch it to full table replication, then re-enable \
                           the sync.";
const CURSOR_MISSING: &str = "This table is set to sync incrementally but has no incremental field configured, so \
                              PostHog can't build its sync query. Choose an incremental field for the table in its \
                              sync settings, or switch it to full table replication, then re-enable the sync.";
const LOGIN_REFUSED: &str = "The source rejected the credentials. Check the credentials configured for this source, \
                             then re-enable the sync.";
const CDC_BROKEN: &str = "Change data capture is not set up on the source database. Check its prerequisites.";

/// Why a run of this table would fail if it began now.
#[must_use]
pub fn of_run(source: &Source, table: &Table) -> Option<Fault> {
    if !source.connects() {
        let refused = || Fault::found(LOGIN_REFUSED, "authentication failed".to_owned());
        return Some(source.outage.clone().unwrap_or_else(refused));
    }
    if let Some(cdc) = source.cdc.as_ref().filter(|cdc| table.settings.is("cdc") && !cdc.works()) {
        let broken = || Fault { permanent: false, ..Fault::found(CDC_BROKEN, cdc.problems.join("\n")) };
        return Some(cdc.fault.clone().unwrap_or_else(broken));
    }
    if table.fault.is_some() {
        return table.fault.clone();
    }
    let settings = &table.settings;
    if !table.at_source {
        return Some(Fault::found(COLUMN_GONE, format!("relation \"{}\" does not exist", table.name)));
    }
    if settings.is("incremental") && settings.keys.as_ref().is_none_or(Vec::is_empty) {
        return Some(Fault::found(KEY_MISSING, "Primary key required for incremental syncs".to_owned()));
    }
    if settings.uses_cursor() {
        let Some(cursor) = &settings.cursor else {
            return Some(Fault::found(CURSOR_MISSING, "no incremental field configured".to_owned()));
        };
        if !table.columns.iter().any(|column| column.name == *cursor) {
            let raw = format!(
                "column \"{cursor}\" does not exist\nLINE 1: SELECT * FROM \"{}\" WHERE \"{cursor}\" > $1",
                table.name.replace('.', "\".\"")
            );
            return Some(Fault::found(COLUMN_GONE, raw));
        }
    }
    None
}
