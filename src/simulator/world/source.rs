//! A source (contract, section 7.1).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::render::Rendered;
use super::{Cdc, Fault, Job, Moment, Table, Webhook};

/// What a scenario shows otherwise than the server would: fields of an older server, unknown values.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Fields that replace those of the reply.
    pub set: Map<String, Value>,
    /// Fields that are left out.
    pub drop: Vec<String>,
}

impl Overlay {
    /// Whether everything is shown as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.drop.is_empty()
    }

    /// Applies it to an object of a reply.
    pub fn apply(&self, object: &mut Value) {
        if let Value::Object(fields) = object {
            for (name, value) in &self.set {
                fields.insert(name.clone(), value.clone());
            }
            for name in &self.drop {
                fields.remove(name);
            }
        }
    }
}

/// A source.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the contract")]
#[derive(Debug)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: Moment,
    /// Who made it: an e-mail address.
    pub created_by: Option<String>,
    /// `web`, `api`, …
    pub created_via: Option<String>,
    /// The stored status, shown only while no enabled table has one.
    pub stored_status: String,
    /// `source_type`.
    pub kind: String,
    /// Table-name prefix.
    pub prefix: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Whether it is queried live and nothing is synced.
    pub direct: bool,
    /// `direct_query_enabled`.
    pub direct_query: bool,
    /// `auto_sync_new_schemas`.
    pub auto_sync: bool,
    /// `auto_sync_schema_patterns`.
    pub auto_patterns: Value,
    /// Engine of a direct connection.
    pub engine: Option<String>,
    /// Connection settings that may be shown.
    pub inputs: Value,
    /// Secrets as stored, by dotted path. Never shown.
    pub secrets: BTreeMap<String, String>,
    /// What the live system takes, by dotted path; a source without entries takes anything.
    pub accepts: BTreeMap<String, String>,
    /// What every run says while a stored value is not the accepted one.
    pub outage: Option<Fault>,
    /// Whether the type can have webhooks.
    pub supports_webhooks: bool,
    /// Whether columns can be chosen.
    pub supports_columns: bool,
    /// Pinned vendor version.
    pub api_version: Option<String>,
    /// Versions the vendor serves, newest first.
    pub versions: Vec<String>,
    /// `user_access_level`.
    pub access: Option<String>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Tables the next refresh of the table list will find.
    pub undiscovered: Vec<Table>,
    /// All jobs, oldest first.
    pub jobs: Vec<Job>,
    /// Creation of the newest completed job.
    pub last_run_at: Option<Moment>,
    /// Change data capture.
    pub cdc: Option<Cdc>,
    /// Its webhook.
    pub webhook: Option<Webhook>,
    /// Deleted.
    pub deleted: bool,
    /// What is shown otherwise than it is.
    pub overlay: Overlay,
    /// The same for its jobs.
    pub job_overlay: Overlay,
    /// Replies made since it last changed.
    pub rendered: Rendered,
}

impl Source {
    /// Tables that were not deleted.
    pub fn live_tables(&self) -> impl DoubleEndedIterator<Item = &Table> {
        self.tables.iter().filter(|table| !table.deleted)
    }

    /// The status the API derives from the enabled tables, first match wins (contract, section 8.2).
    #[must_use]
    pub fn status(&self) -> &str {
        const ORDER: [&str; 6] =
            ["Failed", "Billing limits", "Billing limits too low", "Paused", "Running", "Completed"];
        let has =
            |wanted: &str| self.live_tables().any(|table| table.should_sync && table.status.as_deref() == Some(wanted));
        ORDER.into_iter().find(|status| has(status)).unwrap_or(&self.stored_status)
    }

    /// The error of the first table by name that has one, switched off and stale ones included.
    #[must_use]
    pub fn latest_error(&self) -> Option<&str> {
        let failing = self.live_tables().filter(|table| table.error.is_some());
        failing.min_by(|left, right| left.name.cmp(&right.name)).and_then(|table| table.error.as_deref())
    }

    /// Whether the live system takes what is stored.
    #[must_use]
    pub fn connects(&self) -> bool {
        self.refused_input(&self.inputs, &self.secrets).is_none()
    }

    /// The first setting the live system does not take.
    #[must_use]
    pub fn refused_input<'a>(&'a self, inputs: &Value, secrets: &BTreeMap<String, String>) -> Option<&'a str> {
        self.accepts
            .iter()
            .find(|(path, accepted)| {
                let public = inputs.pointer(&pointer(path)).and_then(Value::as_str);
                secrets.get(*path).map(String::as_str).or(public) != Some(accepted.as_str())
            })
            .map(|(path, _)| path.as_str())
    }
}

/// The JSON pointer of a dotted path.
#[must_use]
pub fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

/// The id of the user behind every key of the simulator.
pub const USER: u64 = 7;
