//! A table as it is, with everything that decides what may be wanted of it.

use super::{Setting, Values};
use crate::warehouse::field::Field;
use crate::warehouse::filter::FilterColumn;
use crate::warehouse::held::Held;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::operation::Standing;
use crate::warehouse::replies::{CandidateFields, CdcPrerequisites};
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;

/// A table as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The table.
    pub id: SchemaId,
    /// Its identifier at the source.
    pub name: Foreign,
    /// Its source.
    pub source: SourceId,
    /// The name of that.
    pub source_name: Foreign,
    /// What it is set to.
    pub values: Values,
    /// Rows stored; `Null`: no table.
    pub rows: Field<u64>,
    /// What may be chosen, as its source is now.
    pub found: CandidateFields,
    /// Whether its source is ready for change data capture, once that was looked at.
    pub prerequisites: Option<CdcPrerequisites>,
    /// Whether its source lets columns be chosen.
    pub selects_columns: Field<bool>,
    /// Whether its source lets rows be filtered.
    pub filters_rows: Field<bool>,
    /// Columns that may be filtered; `Null`: any.
    pub filter_columns: Field<Vec<FilterColumn>>,
    /// How many other tables of its source the vendor pushes to.
    pub pushed_beside: usize,
    pub(super) standing: Standing,
}

impl Current {
    /// This table, from a fresh reading of it and of what its source offers.
    #[must_use]
    pub fn new(full: &FullSchema, found: CandidateFields, held: &Held) -> Self {
        let beside = held.source.schemas.iter();
        let beside = beside.filter(|other| other.id != full.schema.id && other.syncs_by(&SyncType::Webhook));
        Self {
            id: full.schema.id.clone(),
            name: full.schema.name.clone(),
            source: held.source.id.clone(),
            source_name: held.title().clone(),
            values: Values::of(&full.schema, &full.detail),
            rows: match &full.schema.table {
                Field::Known(table) => table.rows.map(|rows| rows).or(Field::Unknown),
                Field::Null => Field::Null,
                Field::Unknown => Field::Unknown,
            },
            found,
            prerequisites: None,
            selects_columns: full.detail.selects_columns,
            filters_rows: full.detail.filters_rows,
            filter_columns: full.detail.filter_columns.clone(),
            pushed_beside: beside.count(),
            standing: Standing::of(&full.schema, &full.detail),
        }
    }

    /// Whether it may have data: only a clear no is one.
    #[must_use]
    pub fn has_data(&self) -> bool {
        !self.rows.is_null()
    }

    /// Whether a setting differs between two readings of it.
    #[must_use]
    pub fn differs(&self, other: &Self, setting: Setting) -> bool {
        self.values.get(setting) != other.values.get(setting)
    }
}
