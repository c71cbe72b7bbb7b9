//! A change of the sync settings of a table: harmless, or one by which data is lost (contract, sections 8.5 and 9.4).

use serde_json::{Map, Value, json};

use super::SchemaPatch;
use crate::warehouse::field::Field;
use crate::warehouse::filter::RowFilter;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::settings::{CdcTableMode, Frequency, SyncType};
use crate::warehouse::text::Foreign;

/// New sync settings of a table. What is `None` is not sent; where a setting can be empty, `Some(None)` empties it.
///
/// It cannot be sent as it is: [`weigh`](Self::weigh) tells what is lost by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SyncChange {
    /// On or off.
    pub should_sync: Option<bool>,
    /// The method.
    pub method: Option<SyncType>,
    /// The cursor column and its type, which the server wants together.
    pub cursor: Option<(Foreign, Foreign)>,
    /// Seconds read again behind the cursor.
    pub lookback: Option<Option<u64>>,
    /// The key columns.
    pub keys: Option<Vec<Foreign>>,
    /// Which tables change data capture writes.
    pub cdc_mode: Option<CdcTableMode>,
    /// How often.
    pub frequency: Option<Frequency>,
    /// When, `HH:MM:SS` UTC.
    pub time_of_day: Option<Option<Foreign>>,
    /// Days between full rebuilds.
    pub full_refresh_days: Option<Option<u64>>,
    /// When those happen, `HH:MM:SS` UTC.
    pub full_refresh_time: Option<Option<Foreign>>,
    /// Columns that are synced; nothing means all.
    pub columns: Option<Option<Vec<Foreign>>>,
    /// Which rows are synced; nothing means all.
    pub filters: Option<Option<Vec<RowFilter>>>,
}

/// What a table is, as far as that decides what a change does to its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    schema: SchemaId,
    method: Field<SyncType>,
    cdc_mode: Option<CdcTableMode>,
}

/// A change after which something is lost. It can only be sent by consent, as
/// [`Discard::ReshapeSchema`](crate::warehouse::consent::Discard::ReshapeSchema).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reshape {
    schema: SchemaId,
    change: SyncChange,
    loss: Losing,
}

/// What a change loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Losing {
    /// The server drops what is stored and imports it again, by itself and at once.
    Stored,
    /// What changes at the source while the table is off.
    Meanwhile,
}

/// What came of weighing a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Weighed {
    /// Nothing is lost.
    Harmless(SchemaPatch),
    /// Something is.
    Loses(Box<Reshape>),
}

impl Standing {
    /// What this table is.
    #[must_use]
    pub fn of(schema: &Schema, detail: &SchemaDetail) -> Self {
        let mode = detail.cdc_table_mode.known().map(|mode| CdcTableMode::parse(mode.raw()));
        Self { schema: schema.id.clone(), method: schema.sync_type.clone(), cdc_mode: mode }
    }

    /// Whether the server imports the table again by itself: to and from xmin, and for a further target of change
    /// data capture. What is not known is taken for the worse.
    fn is_reset_by(&self, change: &SyncChange) -> bool {
        let streamed = |method: &SyncType| *method == SyncType::Cdc;
        let by_xmin = match (&self.method, &change.method) {
            (_, None) => false,
            (Field::Known(now), Some(wanted)) if now == wanted => false,
            (Field::Known(now), Some(wanted)) => {
                [now, wanted].into_iter().any(|method| matches!(method, SyncType::Xmin | SyncType::Other(_)))
            }
            (Field::Null, Some(wanted)) => matches!(wanted, SyncType::Xmin | SyncType::Other(_)),
            (Field::Unknown, Some(_)) => true,
        };
        let stays = match (&self.method, &change.method) {
            (Field::Known(now), wanted) => streamed(now) && wanted.as_ref().is_none_or(streamed),
            (Field::Unknown, wanted) => wanted.as_ref().is_none_or(streamed),
            (Field::Null, _) => false,
        };
        let by_target = change.cdc_mode.as_ref().is_some_and(|wanted| match &self.cdc_mode {
            Some(now) => wanted.adds_to(now),
            None => true,
        });
        by_xmin || stays && by_target
    }

    /// Whether changes of the source are lost while the table is off: they are pushed or streamed, or that is not
    /// known.
    fn misses_changes(&self, change: &SyncChange) -> bool {
        let method = change.method.as_ref().or(self.method.known());
        let keeps_up =
            matches!(method, Some(SyncType::FullRefresh | SyncType::Incremental | SyncType::Append | SyncType::Xmin));
        change.should_sync == Some(false) && !keeps_up && !self.method.is_null()
    }
}

impl SyncChange {
    /// Whether nothing would be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says what this change of this table loses: the only way to a request.
    #[must_use]
    pub fn weigh(self, standing: &Standing) -> Weighed {
        let schema = standing.schema.clone();
        if standing.is_reset_by(&self) {
            return Weighed::Loses(Box::new(Reshape { schema, change: self, loss: Losing::Stored }));
        }
        if standing.misses_changes(&self) {
            return Weighed::Loses(Box::new(Reshape { schema, change: self, loss: Losing::Meanwhile }));
        }
        Weighed::Harmless(SchemaPatch::harmless(self, schema))
    }

    pub(super) fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        let names = |names: &[Foreign]| json!(names.iter().map(Foreign::raw).collect::<Vec<_>>());
        put("should_sync", self.should_sync.map(Value::from));
        put("sync_frequency", self.frequency.as_ref().map(|frequency| json!(frequency.to_string())));
        put("sync_time_of_day", self.time_of_day.as_ref().map(|time| json!(time.as_ref().map(Foreign::raw))));
        put("sync_type", self.method.as_ref().map(|method| json!(method.raw())));
        put("primary_key_columns", self.keys.as_deref().map(names));
        put("incremental_field", self.cursor.as_ref().map(|(column, _)| json!(column.raw())));
        put("incremental_field_type", self.cursor.as_ref().map(|(_, kind)| json!(kind.raw())));
        put("incremental_field_lookback_seconds", self.lookback.map(|seconds| json!(seconds)));
        put("cdc_table_mode", self.cdc_mode.as_ref().map(|mode| json!(mode.raw())));
        put("full_refresh_interval_days", self.full_refresh_days.map(|days| json!(days)));
        let time = |time: &Option<Foreign>| json!(time.as_ref().map(Foreign::raw));
        put("full_refresh_time_of_day", self.full_refresh_time.as_ref().map(time));
        let filters = |filters: &Option<Vec<RowFilter>>| {
            filters.as_ref().map_or(Value::Null, |all| all.iter().map(RowFilter::json).collect())
        };
        put("row_filters", self.filters.as_ref().map(filters));
        put("enabled_columns", self.columns.as_ref().map(|columns| columns.as_deref().map_or(Value::Null, names)));
        body
    }
}

impl Reshape {
    /// The table.
    #[must_use]
    pub fn schema(&self) -> &SchemaId {
        &self.schema
    }

    /// What is lost.
    #[must_use]
    pub fn loss(&self) -> Losing {
        self.loss
    }

    /// What is sent.
    #[must_use]
    pub fn body(&self) -> Map<String, Value> {
        self.change.body()
    }
}

impl Weighed {
    /// What is sent.
    #[must_use]
    pub fn body(&self) -> Map<String, Value> {
        match self {
            Self::Harmless(patch) => patch.body(),
            Self::Loses(reshape) => reshape.body(),
        }
    }
}
