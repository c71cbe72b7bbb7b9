//! A schema: one table of a source, its configuration and what the server says of its state.

use jiff::Timestamp;
use std::sync::Arc;

use super::field::Field;
use super::filter::{FilterColumn, RowFilter};
use super::finding::Finding;
use super::ids::SchemaId;
use super::settings::{Frequency, SyncType};
use super::state::{Severity, State};
use super::status::Status;
use super::text::Foreign;

/// A schema in the form that both lists and single reads carry (contract, sections 7.2 and 7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its identity.
    pub id: SchemaId,
    /// Identifier at the source, often dotted: `public.orders`.
    pub name: Foreign,
    /// Display name, where the server has one.
    pub label: Field<Foreign>,
    /// The on/off switch, which `PostHog` itself turns off after a permanent error. `None`: could not be read.
    pub should_sync: Option<bool>,
    /// What the server says of the last run.
    pub status: Status,
    /// Method; `Null` means never set up.
    pub sync_type: Field<SyncType>,
    /// Last successful load.
    pub last_synced_at: Field<Timestamp>,
    /// Cadence.
    pub frequency: Field<Frequency>,
    /// Text of the last error. It survives switching off and deleting data: not proof of a failing table.
    pub latest_error: Field<Foreign>,
    /// The stored table; `Null` before the first load and after its data was deleted.
    pub table: Field<Table>,
    /// What the error text means, once it was looked at.
    pub finding: Option<Arc<Finding>>,
}

/// The table that a schema fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Storage name, for example `prod_postgres_orders`.
    pub name: Foreign,
    /// Rows stored now.
    pub rows: Field<u64>,
}

impl Schema {
    /// The name people know it by.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        self.label.known().filter(|label| !label.is_blank()).unwrap_or(&self.name)
    }

    /// The namespace of the database in its name at the source: `public` of `public.orders`.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        let (namespace, name) = self.name.raw().rsplit_once('.')?;
        (!namespace.is_empty() && !name.is_empty()).then_some(namespace)
    }

    /// Rows stored now; `Null` when there is no table.
    #[must_use]
    pub fn rows(&self) -> Field<u64> {
        match &self.table {
            Field::Known(table) => table.rows,
            Field::Null => Field::Null,
            Field::Unknown => Field::Unknown,
        }
    }

    /// What is wrong with it in this state, in short; `None` when nothing is.
    #[must_use]
    pub fn trouble(&self, state: State) -> Option<String> {
        let doubtful = || (state.severity() <= Severity::Doubtful).then(|| state.words().to_owned());
        self.cause(state).or_else(doubtful)
    }

    /// What this state means for it, in one sentence.
    #[must_use]
    pub fn meaning(&self, state: State) -> &'static str {
        match state {
            // Nothing is claimed of a switch that could not be read.
            State::Failed if self.should_sync.is_none() => "The last run failed.",
            state => state.meaning(),
        }
    }

    /// The root cause of its failing, in short; `None` when it is not failing.
    #[must_use]
    pub fn cause(&self, state: State) -> Option<String> {
        state.is_failure().then(|| self.finding.as_deref().map_or_else(|| "No error text".to_owned(), Finding::title))
    }

    /// Whether it is synced by this method.
    #[must_use]
    pub fn syncs_by(&self, method: &SyncType) -> bool {
        self.sync_type.known() == Some(method)
    }
}

/// What only the full form of a schema tells (contract, section 7.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaDetail {
    /// Cursor column.
    pub incremental_field: Field<Foreign>,
    /// Type of the cursor column.
    pub incremental_field_type: Field<Foreign>,
    /// Seconds re-read behind the cursor.
    pub lookback_seconds: Field<u64>,
    /// Key columns.
    pub primary_keys: Field<Vec<Foreign>>,
    /// Anchor of the schedule, `HH:MM:SS` UTC.
    pub sync_time_of_day: Field<Foreign>,
    /// Days between scheduled full rebuilds.
    pub full_refresh_days: Field<u64>,
    /// At which time of day that happens, `HH:MM:SS` UTC.
    pub full_refresh_time: Field<Foreign>,
    /// When the next scheduled full rebuild is due.
    pub next_full_refresh_at: Field<Timestamp>,
    /// Which tables a CDC schema writes. Meaningless for every other method.
    pub cdc_table_mode: Field<Foreign>,
    /// A ready-made root cause: `missing_primary_key` or `duplicate_primary_key`.
    pub sync_blocked: Field<Foreign>,
    /// Columns synced; `Null` means all.
    pub enabled_columns: Field<Vec<Foreign>>,
    /// Which rows are synced; `Null` means all.
    pub row_filters: Field<Vec<RowFilter>>,
    /// Columns that may be filtered; `Null` means any.
    pub filter_columns: Field<Vec<FilterColumn>>,
    /// Whether the source lets rows be filtered; only the single read tells.
    pub filters_rows: Field<bool>,
    /// Whether the source lets columns be chosen; only the single read tells.
    pub selects_columns: Field<bool>,
    /// Number of columns at the source.
    pub columns: Field<usize>,
    /// Name used in queries.
    pub query_name: Field<Foreign>,
    /// Description.
    pub description: Field<Foreign>,
    /// Vendor API version pinned for this table.
    pub api_version: Field<Foreign>,
    /// What the caller may do with it: `none`, `viewer`, `editor`, `manager`.
    pub access_level: Field<Foreign>,
}
