//! What calls answer that is no object of its own (contract, sections 3, 7.6 to 7.9, 9.5 to 9.7).

mod bulk;
mod cdc;
mod form;
mod logs;
mod webhook;

pub use bulk::{BulkFailure, Unsaved};
pub use cdc::{CdcPrerequisites, CdcStatus};
pub use form::{FieldKind, Form, FormField, FormOption};
pub use logs::{HealthIssue, HealthKind, HealthStatus, LogEntry, LogLevel};
pub use webhook::{StoredInput, WebhookCreation, WebhookDeletion, WebhookFunction, WebhookInfo, WebhookOutside};

use super::field::Field;
use super::survey::FullSchema;
use super::text::Foreign;

/// One page of a list (contract, section 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// How many items the server says there are in all pages; `None` when it did not say so sensibly.
    pub count: Option<u64>,
    /// Whether the server says that more pages follow.
    pub next: bool,
    /// How many items of this page could not be read.
    pub unreadable: usize,
}

/// What reading the table list of a source again did (contract, section 7.9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshResult {
    /// Tables that are new.
    pub added: Field<u64>,
    /// Tables that vanished and were removed.
    pub deleted: Field<u64>,
    /// New tables that were switched on by themselves; older servers do not say.
    pub auto_enabled: Field<u64>,
    /// Tables at the source now.
    pub total_tables_seen: Field<u64>,
}

/// What a cancel did (contract, section 9.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelReply {
    /// The run is being cancelled; its status leaves `Running` a moment later.
    Cancelling,
    /// Nothing was running, and the status was put right.
    NothingRan,
}

/// What may be chosen for the sync of a table, as its source is now (contract, section 7.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidateFields {
    /// Columns that may serve as cursor.
    pub fields: Vec<CandidateField>,
    /// Whether the table can be synced incrementally.
    pub incremental: Field<bool>,
    /// Whether rows can be appended.
    pub append: Field<bool>,
    /// Whether changes can be captured; `Null`: not enabled for this organization or source.
    pub cdc: Field<bool>,
    /// Whether transaction ids can serve as the cursor; `Null`: the connector has no such method.
    pub xmin: Field<bool>,
    /// Whether the table can be rebuilt with every run.
    pub full_refresh: Field<bool>,
    /// Whether the vendor can push changes.
    pub webhook: Field<bool>,
    /// Whether pushing is the only way.
    pub webhook_only: Field<bool>,
    /// All columns at the source.
    pub columns: Vec<SourceColumn>,
    /// Key columns that were detected; `Null`: none, see `key_detection`.
    pub detected_keys: Field<Vec<Foreign>>,
    /// Whether keys can be detected at all.
    pub key_detection: Field<bool>,
}

/// A column that may serve as cursor (contract, section 7.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateField {
    /// The column.
    pub field: Foreign,
    /// Its display name.
    pub label: Field<Foreign>,
    /// Its type at the source.
    pub column_type: Field<Foreign>,
    /// What is sent as type of the cursor.
    pub field_type: Field<Foreign>,
    /// Whether it may be empty.
    pub nullable: Field<bool>,
    /// Whether it has an index.
    pub indexed: Field<bool>,
}

/// A column at the source (contract, section 7.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceColumn {
    /// The column.
    pub field: Foreign,
    /// Its type at the source.
    pub column_type: Field<Foreign>,
    /// Whether it may be empty.
    pub nullable: Field<bool>,
}

/// What an act answered that was consented to (contract, section 7.9).
#[derive(Clone, Debug, PartialEq)]
pub enum Discarded {
    /// Nothing but that it was accepted.
    Accepted,
    /// The schemas that were switched off or otherwise changed, as they are now.
    Changed(Vec<FullSchema>),
    /// The webhook was removed.
    WebhookDeleted(WebhookDeletion),
    /// Change data capture is off.
    CdcDisabled {
        /// Whether it was off before; servers only say so where it was.
        already: bool,
    },
    /// Change data capture was repaired.
    CdcRepaired {
        /// How many tables are imported again.
        schemas_reset: Field<u64>,
    },
}
