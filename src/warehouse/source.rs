//! A source: one connection, and the schemas it fills.

use jiff::Timestamp;

use super::field::Field;
use super::ids::SourceId;
use super::schema::Schema;
use super::status::Status;
use super::text::Foreign;

/// A source as its list carries it (contract, section 7.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its identity.
    pub id: SourceId,
    /// Connector name, for example `Postgres`. An open set.
    pub kind: Foreign,
    /// Prefix of its table names; the display name of a direct source. May be empty.
    pub prefix: Field<Foreign>,
    /// Description, which the web page shows as its name when set.
    pub description: Field<Foreign>,
    /// Derived by the server from the enabled schemas; hides trouble in both directions (contract, section 8.2).
    pub status: Status,
    /// Error of the first schema by name that has one, however old.
    pub latest_error: Field<Foreign>,
    /// Queried live: nothing is synced.
    pub direct: bool,
    /// When it was created.
    pub created_at: Field<Timestamp>,
    /// E-mail of its creator.
    pub created_by: Field<Foreign>,
    /// Start of the newest completed job.
    pub last_run_at: Field<Timestamp>,
    /// Newly discovered tables are enabled by themselves.
    pub auto_sync_new_schemas: Field<bool>,
    /// Whether its vendor can push changes.
    pub supports_webhooks: Field<bool>,
    /// Pinned vendor API version.
    pub api_version: Field<Foreign>,
    /// What the caller may do with it: `none`, `viewer`, `editor`, `manager`.
    pub access_level: Field<Foreign>,
    /// Connection settings that are no secret, flattened to dotted names.
    pub settings: Vec<(Foreign, Foreign)>,
    /// Its tables, by name.
    pub schemas: Vec<Schema>,
    /// How many of its tables could not be read; one where that is true of their list.
    pub unreadable: usize,
}

impl Source {
    /// The name people know it by: description, else prefix, else connector.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        [self.description.known(), self.prefix.known()]
            .into_iter()
            .flatten()
            .find(|name| !name.is_blank())
            .unwrap_or(&self.kind)
    }
}
