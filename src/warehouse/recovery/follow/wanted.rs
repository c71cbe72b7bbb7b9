//! What a change was to make, and whether what was read back shows it.

use serde_json::{Map, Value};

use crate::warehouse::consent::Discard;
use crate::warehouse::field::Field;
use crate::warehouse::filter::RowFilter;
use crate::warehouse::ids::{ProjectId, SchemaId};
use crate::warehouse::operation::{Operation, Write};
use crate::warehouse::replies::{CdcStatus, WebhookInfo};
use crate::warehouse::schema::Schema;
use crate::warehouse::secret::MASK;
use crate::warehouse::settings::SyncType;
use crate::warehouse::source::Source;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;

/// What a change was to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Wanted {
    /// Nothing that could be read back.
    #[default]
    Nothing,
    /// These fields of the table.
    Table(Map<String, Value>),
    /// These fields of these tables.
    Tables(Vec<(SchemaId, Map<String, Value>)>),
    /// These settings of the source, by their dotted names, as far as they may be seen.
    Settings(Vec<(String, String)>),
    /// A webhook that is there, or is not.
    Webhook(bool),
    /// Change data capture that is on, or off.
    Cdc(bool),
    /// A replication slot and a publication that are there.
    Slot,
}

impl Wanted {
    /// What this operation is to make.
    pub(super) fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Write(Write::UpdateSource(_, patch)) => {
                let mut seen = Vec::new();
                if let Some(inputs) = &patch.job_inputs {
                    flatten("", &inputs.shown(), &mut seen);
                }
                Self::Settings(seen)
            }
            Operation::Write(Write::CreateWebhook(..)) => Self::Webhook(true),
            Operation::Write(Write::EnableCdc(..)) => Self::Cdc(true),
            Operation::Discard(consent) if matches!(consent.discard(), Discard::DeleteWebhook(_)) => {
                Self::Webhook(false)
            }
            Operation::Discard(consent) if matches!(consent.discard(), Discard::DisableCdc(_)) => Self::Cdc(false),
            Operation::Discard(consent) if matches!(consent.discard(), Discard::RepairCdc(_)) => Self::Slot,
            // The body does not depend on the project.
            _ => match operation.request(ProjectId::FIRST).body {
                Some(Value::Object(mut body)) => match body.remove("schemas") {
                    Some(Value::Array(rows)) => Self::Tables(rows.into_iter().filter_map(row).collect()),
                    _ => Self::Table(body),
                },
                _ => Self::Nothing,
            },
        }
    }

    /// Whether the table is to be on afterwards, where the change is about that.
    pub(super) fn on(&self) -> Option<bool> {
        match self {
            Self::Table(body) => body.get("should_sync")?.as_bool(),
            _ => None,
        }
    }

    /// Whether the full form of the table shows it; `None`: that cannot be told.
    pub(super) fn in_table(&self, full: &FullSchema) -> Option<bool> {
        match self {
            Self::Table(body) => all(body.iter().map(|(name, value)| {
                let detail = &full.detail;
                let text = |field: &Field<Foreign>| match field {
                    Field::Known(text) => Some(value.as_str() == Some(text.raw())),
                    Field::Null => Some(value.is_null()),
                    Field::Unknown => None,
                };
                let number = |field: &Field<u64>| match field {
                    Field::Known(number) => Some(value.as_u64() == Some(*number)),
                    Field::Null => Some(value.is_null()),
                    Field::Unknown => None,
                };
                let names = |field: &Field<Vec<Foreign>>| match (field, value.as_array()) {
                    (Field::Known(names), Some(wanted)) => {
                        Some(names.iter().map(|name| Some(name.raw())).eq(wanted.iter().map(Value::as_str)))
                    }
                    (Field::Known(_), None) => Some(false),
                    (Field::Null, _) => Some(value.is_null()),
                    (Field::Unknown, _) => None,
                };
                match name.as_str() {
                    "incremental_field" => text(&detail.incremental_field),
                    "incremental_field_type" => text(&detail.incremental_field_type),
                    "cdc_table_mode" => text(&detail.cdc_table_mode),
                    "incremental_field_lookback_seconds" => number(&detail.lookback_seconds),
                    "full_refresh_interval_days" => number(&detail.full_refresh_days),
                    "sync_time_of_day" => text(&detail.sync_time_of_day),
                    "full_refresh_time_of_day" => text(&detail.full_refresh_time),
                    "row_filters" => match &detail.row_filters {
                        Field::Known(filters) => Some(filters.iter().map(RowFilter::json).collect::<Value>() == *value),
                        Field::Null => Some(value.is_null()),
                        Field::Unknown => None,
                    },
                    "primary_key_columns" => names(&detail.primary_keys),
                    // Key and cursor always stay, so the server may name more than was sent.
                    "enabled_columns" => None,
                    _ => in_list(name, value, &full.schema),
                }
            })),
            _ => None,
        }
    }

    /// Which of the tables do not show it; `None`: that cannot be told.
    pub(super) fn missing_in(&self, source: &Source) -> Option<Vec<SchemaId>> {
        let Self::Tables(rows) = self else { return None };
        let mut missing = Vec::new();
        for (id, body) in rows {
            let schema = source.schemas.iter().find(|schema| schema.id == *id);
            // A table that is gone has not been changed.
            let shown = schema.is_some_and(|schema| {
                let mut told = body.iter().filter_map(|(name, value)| in_list(name, value, schema));
                told.all(|shown| shown)
            });
            if !shown {
                missing.push(id.clone());
            }
        }
        Some(missing)
    }

    /// Whether the settings of the source show it; `None`: what may not be seen cannot be told.
    pub(super) fn in_settings(&self, source: &Source) -> Option<bool> {
        let Self::Settings(wanted) = self else { return None };
        // Servers write values their own way; and only what changes is sent, so one that shows proves the rest.
        let same = |stored: &Foreign, value: &str| stored.raw().trim().eq_ignore_ascii_case(value.trim());
        let seen = wanted.iter().filter_map(|(name, value)| {
            let (_, stored) = source.settings.iter().find(|(known, _)| known.raw() == name)?;
            Some(same(stored, value))
        });
        seen.reduce(|all, one| all && one)
    }

    /// Whether the webhook shows it.
    pub(super) fn in_webhook(&self, info: &WebhookInfo) -> Option<bool> {
        let Self::Webhook(wanted) = self else { return None };
        let outside = info.outside.known().and_then(|outside| outside.exists.known().copied());
        let there = match (info.exists.known().copied(), outside) {
            (Some(true), Some(outside)) => outside,
            (Some(exists), _) => exists,
            (None, outside) => outside?,
        };
        Some(there == *wanted)
    }

    /// Whether change data capture shows it.
    pub(super) fn in_cdc(&self, status: &CdcStatus) -> Option<bool> {
        match self {
            Self::Cdc(wanted) => status.enabled.known().map(|enabled| enabled == wanted),
            Self::Slot => Some(*status.slot_exists.known()? && status.publication_exists.known() != Some(&false)),
            _ => None,
        }
    }
}

/// A row of a change of several tables: which, and its fields.
fn row(row: Value) -> Option<(SchemaId, Map<String, Value>)> {
    let Value::Object(mut body) = row else { return None };
    let id = SchemaId::new(body.remove("id")?.as_str()?);
    // What the server chooses by itself cannot be foretold.
    body.remove("apply_sync_defaults");
    Some((id, body))
}

/// Whether what lists carry of a table shows a field; `None`: that cannot be told.
fn in_list(name: &str, value: &Value, schema: &Schema) -> Option<bool> {
    match name {
        "should_sync" => Some(value.as_bool()? == schema.should_sync?),
        "sync_type" => Some(value.as_str() == schema.sync_type.known().map(SyncType::raw)),
        "sync_frequency" => Some(value.as_str() == schema.frequency.known().map(ToString::to_string).as_deref()),
        _ => None,
    }
}

/// Whether all of them are so: one that is not settles it, one that cannot be told leaves it open.
fn all(told: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for one in told {
        match one {
            Some(false) => return Some(false),
            None => open = true,
            Some(true) => {}
        }
    }
    (!open).then_some(true)
}

/// The texts of nested settings by their dotted names, without those that are masked.
fn flatten(path: &str, value: &Value, seen: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, seen);
            }
        }
        Value::String(text) if text != MASK => seen.push((path.to_owned(), text.clone())),
        _ => {}
    }
}
