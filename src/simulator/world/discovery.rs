//! What asking the live system shows: its table list, and the columns of a table (contract, 7.6, 9.2).

use serde_json::{Value, json};

use super::{Address, World};

/// What a refresh of the table list did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Tables that are new.
    pub added: usize,
    /// Tables that are gone.
    pub deleted: usize,
    /// New tables that were switched on at once.
    pub auto_enabled: usize,
    /// Tables the source has.
    pub seen: usize,
}

impl World {
    /// Compares the stored table list with that of the live system. A vanished table that was never
    /// synced is removed; a vanished enabled one is switched off and marked `Completed`; one that comes
    /// back, or is new, is listed switched off.
    pub fn refresh_tables(&mut self, position: usize) -> Refreshed {
        let mut result = Refreshed::default();
        for table in 0..self.source(position).tables.len() {
            let at = Address { source: position, table };
            let entry = self.table(at);
            if entry.deleted && entry.at_source {
                self.list_again(at);
                result.added += 1;
            } else if !entry.deleted && !entry.at_source {
                result.deleted += usize::from(self.mark_vanished(at));
            }
        }
        let found = std::mem::take(&mut self.source_mut(position).undiscovered);
        result.added += found.len();
        for table in found {
            result.auto_enabled += usize::from(self.list_new(position, table));
        }
        result.seen = self.source(position).live_tables().filter(|table| table.at_source).count();
        result
    }

    fn mark_vanished(&mut self, at: Address) -> bool {
        let table = self.table_mut(at);
        if table.rows.is_none() && table.last_synced.is_none() {
            table.deleted = true;
            return true;
        }
        let counts = table.should_sync;
        if counts {
            table.should_sync = false;
            table.status = Some("Completed".to_owned());
        }
        counts
    }

    fn list_again(&mut self, at: Address) {
        let table = self.table_mut(at);
        table.deleted = false;
        table.should_sync = false;
        table.status = None;
        table.error = None;
        table.rows = None;
        table.last_synced = None;
        table.scheduled = false;
    }

    fn list_new(&mut self, position: usize, table: super::Table) -> bool {
        let enabled = self.source(position).auto_sync && table.settings.sync_type.is_some();
        let at = Address { source: position, table: self.source(position).tables.len() };
        self.addresses.insert(table.id.clone(), at);
        self.source_mut(position).tables.push(table);
        if enabled {
            self.table_mut(at).should_sync = true;
            self.trigger(at);
        }
        enabled
    }

    /// The settings `PostHog` would choose for a table that was never set up.
    #[must_use]
    pub fn sync_defaults(&self, at: Address) -> Vec<(String, Value)> {
        let table = self.table(at);
        if table.settings.sync_type.is_some() {
            return Vec::new();
        }
        let cursors = table.columns.iter().filter_map(|column| Some((column, column.cursor_type()?)));
        let cursor = cursors.max_by_key(|(column, _)| (column.name.contains("updated"), column.indexed));
        let chosen = match cursor.filter(|_| !table.source_keys.is_empty()) {
            Some((column, kind)) => vec![
                ("sync_type", json!("incremental")),
                ("incremental_field", json!(column.name)),
                ("incremental_field_type", json!(kind)),
                ("primary_key_columns", json!(table.source_keys)),
            ],
            None => vec![("sync_type", json!("full_refresh"))],
        };
        chosen.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What a table's columns allow: the reply of `incremental_fields`, without looking whether the live
    /// system answers.
    #[must_use]
    pub fn incremental_fields(&self, at: Address) -> Value {
        let source = self.source(at.source);
        let table = self.table(at);
        let database = source.supports_columns;
        let fields: Vec<Value> = table
            .columns
            .iter()
            .filter_map(|column| {
                let kind = column.cursor_type()?;
                Some(json!({
                    "label": column.name, "type": kind, "field": column.name, "field_type": kind,
                    "nullable": column.nullable, "is_indexed": column.indexed,
                }))
            })
            .collect();
        let postgres = source.kind == "Postgres";
        json!({
            "incremental_available": !fields.is_empty() && !table.webhook_only,
            "append_available": !fields.is_empty() && !table.webhook_only,
            "incremental_fields": fields,
            "cdc_available": postgres.then(|| source.cdc.as_ref().is_some_and(|cdc| cdc.enabled)),
            "xmin_available": database.then_some(postgres),
            "full_refresh_available": !table.webhook_only,
            "supports_webhooks": source.supports_webhooks,
            "webhook_only": table.webhook_only,
            "available_columns": table.columns.iter().map(|column| json!({
                "field": column.name, "label": column.name, "type": column.kind, "nullable": column.nullable,
            })).collect::<Vec<_>>(),
            "detected_primary_keys": if table.source_keys.is_empty() { Value::Null } else { json!(table.source_keys) },
            "primary_key_detection_supported": database,
        })
    }
}
