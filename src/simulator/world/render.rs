//! The world in the shapes of the wire (contract, section 7).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Address, Job, Moment, Source, Table, World};

/// Replies made of a source since it last changed, so that large worlds answer quickly.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// As lists show it, at one reading and at the next.
    list_items: [Option<Arc<str>>; 2],
    tables: Option<Vec<Arc<str>>>,
}

impl World {
    /// The item of the source list: trimmed tables.
    pub fn list_item(&mut self, position: usize) -> Arc<str> {
        let turned = self.turned;
        let source = &mut self.sources[position];
        let turns = turned && source.tables.iter().any(|table| !table.by_turns.is_empty());
        if let Some(ready) = &source.rendered.list_items[usize::from(turns)] {
            return Arc::clone(ready);
        }
        let tables = by_name(source).into_iter();
        let schemas: Vec<Value> = tables.map(|table| trimmed(source, table, turned)).collect();
        let item: Arc<str> = render_source(source, &schemas).to_string().into();
        source.rendered.list_items[usize::from(turns)] = Some(Arc::clone(&item));
        item
    }

    /// A reading of the list begins.
    pub fn begin_list(&mut self) {
        self.turned = !self.turned;
    }

    /// Renders every list in advance, so that the first request does not pay for it.
    pub fn render_all(&mut self) {
        for _ in 0..2 {
            self.begin_list();
            for position in 0..self.sources.len() {
                self.list_item(position);
            }
        }
        for position in 0..self.sources.len() {
            self.full_tables(position);
        }
    }

    /// The single source: full tables.
    #[must_use]
    pub fn detail(&self, position: usize) -> Value {
        let source = &self.sources[position];
        let schemas: Vec<Value> = by_name(source).into_iter().map(|table| full(source, table, false)).collect();
        render_source(source, &schemas)
    }

    /// The full form of every table of a source, newest first.
    pub fn full_tables(&mut self, position: usize) -> &[Arc<str>] {
        let source = &mut self.sources[position];
        let tables = source.rendered.tables.take().unwrap_or_else(|| {
            source.live_tables().rev().map(|table| full(source, table, false).to_string().into()).collect()
        });
        source.rendered.tables.insert(tables)
    }

    /// One table in full form, with its parent when asked for (only the single read has it).
    #[must_use]
    pub fn table_reply(&self, at: Address, with_source: bool) -> Value {
        full(self.source(at.source), self.table(at), with_source)
    }

    /// A job as it stands now.
    #[must_use]
    pub fn job_reply(&self, source: &Source, job: &Job) -> Value {
        let mut reply = render_job(source, job, self.now);
        source.job_overlay.apply(&mut reply);
        reply
    }
}

fn by_name(source: &Source) -> Vec<&Table> {
    let mut tables: Vec<&Table> = source.live_tables().collect();
    tables.sort_by(|left, right| left.name.cmp(&right.name));
    tables
}

fn render_source(source: &Source, schemas: &[Value]) -> Value {
    let mut reply = json!({
        "id": source.id,
        "created_at": source.created_at.iso(),
        "created_by": source.created_by,
        "created_via": source.created_via,
        "status": source.status(),
        "source_type": source.kind,
        "latest_error": source.latest_error(),
        "prefix": source.prefix,
        "description": source.description,
        "access_method": if source.direct { "direct" } else { "warehouse" },
        "direct_query_enabled": source.direct_query,
        "auto_sync_new_schemas": source.auto_sync,
        "auto_sync_schema_patterns": source.auto_patterns,
        "engine": source.engine,
        "last_run_at": source.last_run_at.map(Moment::iso_with_offset),
        "schemas": schemas,
        "job_inputs": job_inputs(source),
        "revenue_analytics_config": { "enabled": source.kind == "Stripe", "include_invoiceless_charges": true },
        "user_access_level": source.access,
        "supports_webhooks": source.supports_webhooks,
        "supports_column_selection": source.supports_columns,
        "api_version": source.api_version,
        "api_version_deprecation": deprecation(source),
    });
    source.overlay.apply(&mut reply);
    reply
}

fn job_inputs(source: &Source) -> Value {
    let mut inputs = source.inputs.clone();
    if let (Value::Object(fields), Some(cdc)) = (&mut inputs, source.cdc.as_ref().filter(|cdc| cdc.enabled)) {
        let (slot, publication) = cdc_names(source);
        fields.insert("cdc_enabled".to_owned(), json!("True"));
        fields.insert("cdc_management_mode".to_owned(), json!("posthog"));
        fields.insert("cdc_slot_name".to_owned(), json!(slot));
        fields.insert("cdc_publication_name".to_owned(), json!(publication));
        fields.insert("cdc_auto_drop_slot".to_owned(), json!("True"));
        fields.insert("cdc_lag_warning_threshold_mb".to_owned(), json!(cdc.thresholds.0));
        fields.insert("cdc_lag_critical_threshold_mb".to_owned(), json!(cdc.thresholds.1));
    }
    inputs
}

/// The names of a source's slot and publication.
#[must_use]
pub fn cdc_names(source: &Source) -> (String, String) {
    let short: String = source.id.chars().filter(char::is_ascii_hexdigit).rev().take(8).collect();
    (format!("posthog_slot_{short}"), format!("posthog_pub_{short}"))
}

fn deprecation(source: &Source) -> Value {
    match (&source.api_version, source.versions.first()) {
        (Some(pinned), Some(newest)) if pinned != newest => {
            json!({ "version": pinned, "sunset_at": null, "default_version": newest })
        }
        _ => Value::Null,
    }
}

fn trimmed(source: &Source, table: &Table, turned: bool) -> Value {
    let mut reply = json!({
        "id": table.id,
        "name": table.name,
        "label": table.label,
        "should_sync": table.should_sync,
        "status": table.status,
        "sync_type": table.settings.sync_type,
        "last_synced_at": table.last_synced.map(Moment::iso),
        "sync_frequency": table.settings.frequency,
        "latest_error": table.error,
        "table": table.rows.map(|rows| json!({
            "id": table.stored_id, "name": stored_name(source, table), "row_count": rows,
        })),
    });
    table.overlay.apply(&mut reply);
    if turned {
        table.by_turns.apply(&mut reply);
    }
    reply
}

fn full(source: &Source, table: &Table, with_source: bool) -> Value {
    let settings = &table.settings;
    let mut reply = json!({
        "id": table.id,
        "name": table.name,
        "label": table.label,
        "table": table.rows.map(|rows| stored_table(source, table, rows)),
        "should_sync": table.should_sync,
        "last_synced_at": table.last_synced.map(Moment::iso),
        "latest_error": table.error,
        "incremental": settings.is("incremental"),
        "status": table.status,
        "sync_type": settings.sync_type,
        "incremental_field": settings.cursor,
        "incremental_field_type": settings.cursor_type,
        "incremental_field_lookback_seconds": settings.lookback,
        "sync_frequency": settings.frequency,
        "sync_time_of_day": settings.time_of_day,
        "full_refresh_interval_days": settings.full_refresh_days,
        "full_refresh_time_of_day": settings.full_refresh_time,
        "next_full_refresh_at": null,
        "description": table.description,
        "primary_key_columns": settings.keys,
        "cdc_table_mode": settings.cdc_mode,
        "incremental_sync_blocked": blocked(table.error.as_deref()),
        "enabled_columns": settings.columns,
        "row_filters": settings.row_filters,
        "row_filter_columns": source.supports_columns.then(|| filter_columns(table)),
        "available_columns": table.columns.iter().map(|column| json!({
            "name": column.name, "data_type": column.kind, "is_nullable": column.nullable,
        })).collect::<Vec<_>>(),
        "source_column_metadata_available": !table.columns.is_empty(),
        "source": null,
        "api_version": settings.api_version,
        "api_version_deprecation": null,
        "user_access_level": table.access,
    });
    if with_source {
        reply["source"] = parent(source);
    }
    table.overlay.apply(&mut reply);
    reply
}

fn parent(source: &Source) -> Value {
    json!({
        "id": source.id,
        "source_type": source.kind,
        "access_method": if source.direct { "direct" } else { "warehouse" },
        "supports_column_selection": source.supports_columns,
        "supports_row_filters": source.supports_columns,
        "requires_exact_column_metadata": source.supports_columns,
        "user_access_level": source.access,
        "api_version": source.api_version,
        "supported_api_versions": source.versions,
    })
}

/// The parts of a stored table's names: type, prefix, name without its schema.
fn name_parts(source: &Source, table: &Table) -> (String, Option<String>, String) {
    let name = table.name.rsplit('.').next().unwrap_or_default().to_lowercase();
    (source.kind.to_lowercase(), source.prefix.clone().filter(|prefix| !prefix.is_empty()), name)
}

fn stored_name(source: &Source, table: &Table) -> String {
    match name_parts(source, table) {
        (kind, None, name) => format!("{kind}_{name}"),
        (kind, Some(prefix), name) => format!("{prefix}_{kind}_{name}"),
    }
}

fn query_name(source: &Source, table: &Table) -> String {
    match name_parts(source, table) {
        (kind, None, name) => format!("{kind}.{name}"),
        (kind, Some(prefix), name) => format!("{kind}.{prefix}.{name}"),
    }
}

fn stored_table(source: &Source, table: &Table, rows: u64) -> Value {
    let columns = table.columns.iter().map(|column| {
        json!({
            "key": column.name, "name": column.name, "type": column.query_type(), "schema_valid": true,
            "fields": null, "table": null, "chain": null,
        })
    });
    json!({
        "id": table.stored_id,
        "name": stored_name(source, table),
        "hogql_name": query_name(source, table),
        "columns": columns.collect::<Vec<_>>(),
        "row_count": rows,
        "user_access_level": table.access,
    })
}

fn filter_columns(table: &Table) -> Vec<Value> {
    let columns = table.columns.iter();
    columns
        .map(|column| json!({ "name": column.name, "data_type": column.kind, "operators": column.operators() }))
        .collect()
}

/// The ready-made cause the server derives from the error text.
fn blocked(error: Option<&str>) -> Option<&'static str> {
    let error = error?.to_lowercase();
    if error.contains("not unique") || error.contains("isn't unique") {
        Some("duplicate_primary_key")
    } else if error.contains("needs a primary key") || error.contains("primary key required") {
        Some("missing_primary_key")
    } else {
        None
    }
}

fn render_job(source: &Source, job: &Job, now: Moment) -> Value {
    let table = source.tables.get(job.table).filter(|table| !table.deleted);
    let schema = table.map_or_else(
        || json!({ "name": "" }),
        |table| {
            json!({
                "id": table.id,
                "name": table.name,
                "label": table.label,
                "should_sync": table.should_sync,
                "last_synced_at": table.last_synced.map(Moment::iso),
                "sync_type": table.settings.sync_type,
            })
        },
    );
    json!({
        "id": job.id,
        "created_at": job.created_at.iso(),
        "created_by": job.created_by,
        "finished_at": job.finished_at.map(Moment::iso),
        "status": job.status.of_job(),
        "schema": schema,
        "rows_synced": job.rows_at(now),
        "latest_error": job.error,
        "workflow_run_id": job.workflow_run_id,
        "cdc_write_mode": job.write_mode,
        "billable": true,
        "destination_ids": [],
    })
}
