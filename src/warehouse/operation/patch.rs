//! What writes change.

use serde_json::{Value, json};

use super::{Request, Standing, SyncChange, Weighed};
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::secret::Inputs;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::text::Foreign;

/// A change of a source. What is `None` stays as it is (contract, section 9.1).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourcePatch {
    /// New description.
    pub description: Option<String>,
    /// Whether newly discovered tables are enabled by themselves.
    pub auto_sync_new_schemas: Option<bool>,
    /// New connection settings, merged deeply into the stored ones: only what changes, in the nesting of the form.
    /// Whoever changes the host or the tunnel has to send the password again.
    pub job_inputs: Option<Inputs>,
}

impl SourcePatch {
    /// New connection settings and nothing else.
    #[must_use]
    pub fn settings(job_inputs: Inputs) -> Self {
        Self { job_inputs: Some(job_inputs), ..Self::default() }
    }

    pub(super) fn fill(&self, request: Request) -> Request {
        let body = |inputs: Option<Value>| {
            let mut body = serde_json::Map::new();
            if let Some(description) = &self.description {
                body.insert("description".to_owned(), json!(description));
            }
            if let Some(enabled) = self.auto_sync_new_schemas {
                body.insert("auto_sync_new_schemas".to_owned(), json!(enabled));
            }
            if let Some(inputs) = inputs {
                body.insert("job_inputs".to_owned(), inputs);
            }
            Value::Object(body)
        };
        match &self.job_inputs {
            Some(inputs) => request.with_inputs(inputs, |inputs| body(Some(inputs))),
            None => request.with_body(body(None)),
        }
    }
}

/// A change of a schema that leaves its data valid (contract, section 9.4). Only such changes can be built here:
/// whatever discards data goes through [`Consent`](crate::warehouse::consent::Consent).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaPatch {
    change: Box<SyncChange>,
    /// The only schema that this change is harmless for.
    only_for: Option<SchemaId>,
}

impl SchemaPatch {
    fn of(change: SyncChange) -> Self {
        Self { change: Box::new(change), only_for: None }
    }

    /// A change that was weighed and found harmless for this schema.
    pub(super) fn harmless(change: SyncChange, schema: SchemaId) -> Self {
        Self { change: Box::new(change), only_for: Some(schema) }
    }

    /// Switch the table on.
    #[must_use]
    pub fn resume() -> Self {
        Self::of(SyncChange { should_sync: Some(true), ..SyncChange::default() })
    }

    /// Switch this table off. `None` where changes made meanwhile would be lost (CDC, webhook, or a method that
    /// is not known): that takes a [`Discard::PauseSchema`](crate::warehouse::consent::Discard::PauseSchema).
    #[must_use]
    pub fn pause(schema: &Schema) -> Option<Self> {
        let keeps_up = matches!(
            schema.sync_type.known(),
            Some(SyncType::FullRefresh | SyncType::Incremental | SyncType::Append | SyncType::Xmin)
        );
        let off = || SyncChange { should_sync: Some(false), ..SyncChange::default() };
        keeps_up.then(|| Self::harmless(off(), schema.id.clone()))
    }

    /// Sync it this often.
    #[must_use]
    pub fn frequency(frequency: Frequency) -> Self {
        Self::of(SyncChange { frequency: Some(frequency), ..SyncChange::default() })
    }

    /// Read what is new by this column, of this type: the
    /// [`field_type`](crate::warehouse::replies::CandidateField::field_type) of a candidate. The server wants both at
    /// once. The table keeps its data; older servers may miss rows (contract, section 8.5).
    #[must_use]
    pub fn cursor(column: Foreign, field_type: Foreign) -> Self {
        Self::of(SyncChange { cursor: Some((column, field_type)), ..SyncChange::default() })
    }

    /// This change of this schema; `None` where it would lose something, or its method is not known.
    fn weighed(schema: &Schema, change: SyncChange) -> Option<Self> {
        match change.weigh(&Standing::of(schema, &SchemaDetail::default())) {
            Weighed::Harmless(patch) => Some(patch),
            Weighed::Loses(_) => None,
        }
    }

    /// Rebuild it with every run. Valid for what was synced incrementally; data of another shape has to be deleted
    /// first (contract, section 9.4). `None` where the server would import it again by itself.
    #[must_use]
    pub fn full_refresh(schema: &Schema) -> Option<Self> {
        Self::weighed(schema, SyncChange { method: Some(SyncType::FullRefresh), ..SyncChange::default() })
    }

    /// Sync it incrementally by this column, and match rows by these keys. Other keys than a table with data has are
    /// refused by the server (contract, section 9.4). `None` where it would import the table again by itself.
    #[must_use]
    pub fn incremental(
        schema: &Schema,
        column: Foreign,
        field_type: Foreign,
        keys: Option<Vec<Foreign>>,
    ) -> Option<Self> {
        let method = Some(SyncType::Incremental);
        Self::weighed(schema, SyncChange { method, cursor: Some((column, field_type)), keys, ..SyncChange::default() })
    }

    /// Match rows by these keys. The server wants the method along (contract, section 9.4): the one it has.
    #[must_use]
    pub fn keys(schema: &Schema, keys: Vec<Foreign>) -> Self {
        let method = schema.sync_type.known().cloned();
        Self::harmless(SyncChange { method, keys: Some(keys), ..SyncChange::default() }, schema.id.clone())
    }

    /// The schema that is changed: the one that is named, unless the change is harmless for another one only.
    pub(super) fn target<'a>(&'a self, named: &'a SchemaId) -> &'a SchemaId {
        self.only_for.as_ref().unwrap_or(named)
    }

    pub(super) fn body(&self) -> serde_json::Map<String, Value> {
        self.change.body()
    }
}

/// Changes of several schemas of one source in one request, none of which discards data (contract, section 9.2).
/// The request is not atomic: see [`BulkFailure`](crate::warehouse::replies::BulkFailure).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkPatch(Vec<BulkRow>);

#[derive(Clone, Debug, PartialEq)]
struct BulkRow {
    schema: SchemaId,
    patch: SchemaPatch,
    defaults: bool,
}

impl BulkPatch {
    /// The same, with this change of one more schema.
    #[must_use]
    pub fn with(mut self, schema: &SchemaId, patch: SchemaPatch) -> Self {
        self.0.push(BulkRow { schema: patch.target(schema).clone(), patch, defaults: false });
        self
    }

    /// The same, with one more schema switched on, for which the server chooses a method. `None` where it has one
    /// already, or that is not known: this is for tables that were never set up.
    #[must_use]
    pub fn set_up(mut self, schema: &Schema) -> Option<Self> {
        let row = BulkRow { schema: schema.id.clone(), patch: SchemaPatch::resume(), defaults: true };
        matches!(schema.sync_type, Field::Null).then(|| {
            self.0.push(row);
            self
        })
    }

    /// The schemas that are changed.
    pub fn schemas(&self) -> impl Iterator<Item = &SchemaId> {
        self.0.iter().map(|row| &row.schema)
    }

    /// Whether nothing is changed. The server refuses that.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn body(&self) -> Value {
        let rows = self.0.iter().map(|row| {
            let mut body = row.patch.body();
            body.insert("id".to_owned(), json!(row.schema.as_str()));
            if row.defaults {
                body.insert("apply_sync_defaults".to_owned(), json!(true));
            }
            Value::Object(body)
        });
        json!({ "schemas": rows.collect::<Vec<_>>() })
    }
}

/// Who manages slot and publication of change data capture (contract, sections 7.7 and 9.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum CdcMode {
    /// `PostHog`, or whatever the source is set to.
    #[default]
    Managed,
    /// The customer, who made these.
    SelfManaged {
        /// The replication slot.
        slot: Foreign,
        /// The publication.
        publication: Foreign,
    },
}

impl CdcMode {
    pub(super) fn fill(&self, request: Request) -> Request {
        match self {
            Self::Managed => request,
            Self::SelfManaged { slot, publication } => request.with_body(json!({
                "cdc_management_mode": "self_managed",
                "cdc_slot_name": slot.raw(),
                "cdc_publication_name": publication.raw(),
            })),
        }
    }
}
