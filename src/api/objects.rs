//! Objects of the contract, section 7, read into what the program knows of them.
//!
//! A field that cannot be read is unknown; an object without its identity is no object (`None`).

use std::sync::Arc;

use serde::de::MapAccess;
use serde_json::value::RawValue;

use super::json::{Object, flag, foreign, list, number, text, time};
use super::passing::{Entity, Items, entity};
use super::settings;
use crate::warehouse::account::{Key, Project, User};
use crate::warehouse::field::Field;
use crate::warehouse::filter::{FilterColumn, Literal, RowFilter};
use crate::warehouse::ids::{JobId, ProjectId, SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::map::Set;
use crate::warehouse::replies::{CancelReply, CandidateField, CandidateFields, RefreshResult, SourceColumn};
use crate::warehouse::schema::{Schema, SchemaDetail, Table};
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::text::Foreign;

/// A source, in its list or by itself (section 7.1).
impl Entity for Source {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        let (object, schemas) = Object::with_items(map, "schemas")?;
        Ok(source_of(&object, schemas.unwrap_or(Items { read: Vec::new(), unreadable: 1 })))
    }
}

fn source_of(object: &Object<'_>, listed: Items<Arc<Schema>>) -> Option<Source> {
    let Items { read: mut schemas, unreadable } = listed;
    let mut seen = Set::default();
    seen.reserve(schemas.len());
    schemas.retain(|schema| seen.insert(schema.id.clone()));
    Some(Source {
        id: SourceId::new(&identity(object)?),
        kind: object.get("source_type").and_then(foreign).unwrap_or_default(),
        prefix: object.text("prefix"),
        description: object.text("description"),
        status: status(object),
        latest_error: object.text("latest_error"),
        direct: object.get("access_method").and_then(text).is_some_and(|method| method == "direct"),
        created_at: object.time("created_at"),
        created_by: object.text("created_by"),
        last_run_at: object.time("last_run_at"),
        auto_sync_new_schemas: object.flag("auto_sync_new_schemas"),
        supports_webhooks: object.flag("supports_webhooks"),
        api_version: object.text("api_version"),
        access_level: object.text("user_access_level"),
        settings: object.get("job_inputs").map(settings::flatten).unwrap_or_default(),
        schemas,
        unreadable,
    })
}

/// A schema, trimmed or full: what both forms carry (sections 7.2 and 7.3).
impl Entity for Schema {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(schema_of(&Object::of(map)?))
    }
}

fn schema_of(object: &Object<'_>) -> Option<Schema> {
    Some(Schema {
        id: SchemaId::new(&identity(object)?),
        name: object.get("name").and_then(foreign).unwrap_or_default(),
        label: object.text("label"),
        should_sync: object.get("should_sync").and_then(flag),
        status: status(object),
        sync_type: object.field("sync_type", |raw| text(raw).map(|word| SyncType::parse(&word))),
        last_synced_at: object.time("last_synced_at"),
        frequency: object.field("sync_frequency", |raw| text(raw).map(|word| Frequency::parse(&word))),
        latest_error: object.text("latest_error"),
        table: object.field("table", |raw| {
            let table = Object::read(raw)?;
            let name = table.get("name").and_then(foreign).unwrap_or_default();
            Some(Table { name, rows: table.number("row_count") })
        }),
        finding: None,
    })
}

/// A schema in full form (section 7.2).
impl Entity for FullSchema {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(full_schema_of(&Object::of(map)?))
    }
}

fn full_schema_of(object: &Object<'_>) -> Option<FullSchema> {
    let table = object.get("table").and_then(Object::read);
    let parent: Option<Object> = object.get("source").and_then(Object::read);
    let detail = SchemaDetail {
        incremental_field: object.text("incremental_field"),
        incremental_field_type: object.text("incremental_field_type"),
        lookback_seconds: object.number("incremental_field_lookback_seconds"),
        primary_keys: object.texts("primary_key_columns"),
        sync_time_of_day: object.text("sync_time_of_day"),
        full_refresh_days: object.number("full_refresh_interval_days"),
        full_refresh_time: object.text("full_refresh_time_of_day"),
        next_full_refresh_at: object.time("next_full_refresh_at"),
        cdc_table_mode: object.text("cdc_table_mode"),
        sync_blocked: object.text("incremental_sync_blocked"),
        enabled_columns: object.texts("enabled_columns"),
        row_filters: object.field("row_filters", |raw| list(raw)?.into_iter().map(row_filter).collect()),
        filter_columns: object.field("row_filter_columns", |raw| list(raw)?.into_iter().map(filter_column).collect()),
        filters_rows: parent.as_ref().map_or(Field::Unknown, |parent| parent.flag("supports_row_filters")),
        selects_columns: parent.as_ref().map_or(Field::Unknown, |parent| parent.flag("supports_column_selection")),
        columns: object.field("available_columns", |raw| list(raw).map(|columns| columns.len())),
        query_name: table.map_or(Field::Unknown, |table| table.text("hogql_name")),
        description: object.text("description"),
        api_version: object.text("api_version"),
        access_level: object.text("user_access_level"),
    };
    let source = parent.as_ref().and_then(identity).map(|id| SourceId::new(&id));
    let source_type = parent.map_or(Field::Unknown, |parent| parent.text("source_type"));
    Some(FullSchema { schema: schema_of(object)?, detail, source, source_type })
}

/// A row filter (section 7.2).
fn row_filter(raw: &RawValue) -> Option<RowFilter> {
    let object = Object::read(raw)?;
    let value = serde_json::from_str(object.get("value")?.get()).ok()?;
    Some(RowFilter {
        column: foreign(object.get("column")?)?,
        operator: foreign(object.get("operator")?)?,
        value: Literal::of(&value)?,
    })
}

/// A column that may be filtered (section 7.2).
fn filter_column(raw: &RawValue) -> Option<FilterColumn> {
    let object = Object::read(raw)?;
    let operators = list(object.get("operators")?)?;
    Some(FilterColumn {
        name: foreign(object.get("name")?)?,
        data_type: object.get("data_type").and_then(foreign).unwrap_or_default(),
        operators: operators.into_iter().filter_map(foreign).collect(),
    })
}

/// The jobs of a source: a plain array (section 7.5). Unreadable ones are left out.
pub(super) fn jobs(raw: &RawValue) -> Option<Vec<Job>> {
    Some(list(raw)?.into_iter().filter_map(job).collect())
}

/// The job of this identity among jobs, as it was sent.
pub(super) fn raw_job(raw: &RawValue, id: &JobId) -> Option<String> {
    let is_it =
        |raw: &&RawValue| Object::read(raw).and_then(|object| identity(&object)).as_deref() == Some(id.as_str());
    list(raw)?.into_iter().find(is_it).map(|raw| raw.get().to_owned())
}

fn job(raw: &RawValue) -> Option<Job> {
    let object = Object::read(raw)?;
    let schema = object.get("schema").and_then(Object::read);
    Some(Job {
        id: JobId::new(&identity(&object)?),
        created_at: object.get("created_at").and_then(time),
        finished_at: object.time("finished_at"),
        status: status(&object),
        schema: schema.as_ref().and_then(identity).map(|id| SchemaId::new(&id)),
        schema_name: schema.and_then(|schema| foreign(schema.get("name")?)).unwrap_or_default(),
        rows: object.number("rows_synced"),
        latest_error: object.text("latest_error"),
        workflow_run_id: object.text("workflow_run_id"),
        write_mode: object.text("cdc_write_mode"),
    })
}

/// A key (section 2).
pub(super) fn key(raw: &RawValue) -> Option<Key> {
    let object = Object::read(raw)?;
    Some(Key {
        label: object.text("label"),
        scopes: object.texts("scopes").known().cloned(),
        projects: object.items("scoped_teams", |raw| ProjectId::new(number(raw)?)),
    })
}

/// The owner of a key (section 2).
pub(super) fn user(raw: &RawValue) -> Option<User> {
    let object = Object::read(raw)?;
    let team = object.get("team").and_then(Object::read);
    Some(User {
        email: object.text("email"),
        project: team.as_ref().and_then(project_number),
        project_name: team.map_or(Field::Unknown, |team| team.text("name")),
    })
}

/// A project (section 2).
impl Entity for Project {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(project_of(&Object::of(map)?))
    }
}

fn project_of(object: &Object<'_>) -> Option<Project> {
    Some(Project {
        id: project_number(object)?,
        name: object.get("name").and_then(foreign).unwrap_or_default(),
        timezone: object.text("timezone"),
    })
}

/// The counts of a refreshed table list (section 7.9).
pub(super) fn refresh_result(raw: &RawValue) -> Option<RefreshResult> {
    let object = Object::read(raw)?;
    Some(RefreshResult {
        added: object.number("added"),
        deleted: object.number("deleted"),
        auto_enabled: object.number("auto_enabled"),
        total_tables_seen: object.number("total_tables_seen"),
    })
}

/// The schemas that a change of several answers with (section 9.2). Unreadable ones are left out.
pub(super) fn full_schemas(raw: &RawValue) -> Option<Vec<FullSchema>> {
    Some(list(raw)?.into_iter().filter_map(entity).collect())
}

/// What a cancel did, where its reply has a body (section 9.5).
pub(super) fn cancel_reply(raw: &RawValue) -> CancelReply {
    let detail = Object::read(raw).and_then(|object| text(object.get("detail")?).map(|text| text.to_lowercase()));
    match detail {
        Some(detail) if detail.contains("no sync was running") => CancelReply::NothingRan,
        _ => CancelReply::Cancelling,
    }
}

/// Candidate fields (section 7.6).
pub(super) fn candidate_fields(raw: &RawValue) -> Option<CandidateFields> {
    let object = Object::read(raw)?;
    Some(CandidateFields {
        fields: object.items("incremental_fields", candidate_field),
        incremental: object.flag("incremental_available"),
        append: object.flag("append_available"),
        cdc: object.flag("cdc_available"),
        xmin: object.flag("xmin_available"),
        full_refresh: object.flag("full_refresh_available"),
        webhook: object.flag("supports_webhooks"),
        webhook_only: object.flag("webhook_only"),
        columns: object.items("available_columns", |raw| {
            let column = Object::read(raw)?;
            Some(SourceColumn {
                field: foreign(column.get("field")?)?,
                column_type: column.text("type"),
                nullable: column.flag("nullable"),
            })
        }),
        detected_keys: object.texts("detected_primary_keys"),
        key_detection: object.flag("primary_key_detection_supported"),
    })
}

fn candidate_field(raw: &RawValue) -> Option<CandidateField> {
    let object = Object::read(raw)?;
    Some(CandidateField {
        field: foreign(object.get("field")?)?,
        label: object.text("label"),
        column_type: object.text("type"),
        field_type: object.text("field_type"),
        nullable: object.flag("nullable"),
        // Missing means indexed.
        indexed: object.get("is_indexed").map_or(Field::Known(true), |_| object.flag("is_indexed")),
    })
}

/// The identity of an object; blank is none.
pub(super) fn identity(object: &Object<'_>) -> Option<String> {
    text(object.get("id")?).filter(|id| !id.trim().is_empty()).map(std::borrow::Cow::into_owned)
}

fn project_number(object: &Object<'_>) -> Option<ProjectId> {
    ProjectId::new(number(object.get("id")?)?)
}

/// The status: `null` is an answer, a missing or unreadable one is not.
fn status(object: &Object<'_>) -> Status {
    match object.field("status", text) {
        Field::Known(word) => Status::parse(&word),
        Field::Null => Status::None,
        Field::Unknown => Status::Unknown(Foreign::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Every parser there is, and the page around it.
    fn read_everything(raw: &RawValue) {
        use crate::api::{channels, form};
        use crate::warehouse::replies::{HealthIssue, Listing, LogEntry};
        let _ = (channels::prerequisites(raw), channels::cdc_status(raw), channels::webhook_info(raw));
        let _ = channels::webhook_creation(raw, str::to_owned);
        let _ = channels::told(raw, channels::webhook_deletion).is_some();
        let _ = (entity::<LogEntry>(raw), entity::<HealthIssue>(raw), form::form(raw, &Foreign::new("X")));
        let _ = (entity::<Source>(raw), entity::<Schema>(raw), entity::<FullSchema>(raw), entity::<Project>(raw));
        let _ = (jobs(raw), job(raw), key(raw), user(raw), entity::<Listing<Source>>(raw));
        let _ = (refresh_result(raw), cancel_reply(raw), candidate_fields(raw));
    }

    fn raw(value: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(value).unwrap()
    }

    /// JSON that looks like the contract's: its names, with anything below them.
    fn contract_like() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "(Running|Completed|5min|cdc|2026-11-20T08:00:00(Z|[+]00:00)?)".prop_map(Value::from),
        ];
        let name = "(id|name|results|count|next|schemas|schema|table|status|job_inputs|team|scoped_teams|source|\
            row_count|last_synced_at|incremental_fields|available_columns|detail|password|X|fields|options|type|value|\
            exists|hog_function|schema_mapping|external_status|inputs|errors|valid|enabled|level|message|timestamp|[a-z]{0,3})";
        leaf.prop_recursive(5, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..12)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_json_is_too_odd(value in contract_like()) {
            read_everything(&raw(&value));
        }

        #[test]
        fn no_text_is_too_odd(text in "[\\[\\]{}\":,0-9eE.a-z\\\\ -]{0,60}") {
            if let Ok(raw) = RawValue::from_string(text) {
                read_everything(&raw);
            }
        }

        #[test]
        fn one_odd_field_spoils_no_other(odd in contract_like(), name in "(label|status|table|last_synced_at|sync_type|should_sync)") {
            let mut value = json!({"id": "t", "name": "orders", "latest_error": "text", "sync_frequency": "6hour"});
            value[name] = odd;
            let schema: Schema = entity(&raw(&value)).unwrap();
            prop_assert_eq!(schema.name.raw(), "orders");
            prop_assert_eq!(schema.latest_error, Field::Known(Foreign::new("text")));
            prop_assert_eq!(schema.frequency, Field::Known(Frequency::Every(360)));
        }
    }

    #[test]
    fn a_status_is_there_or_empty_or_unreadable() {
        let status = |json: Value| entity::<Schema>(&raw(&json)).unwrap().status;
        assert_eq!(status(json!({"id": "t", "status": "Billing limits"})), Status::BillingLimits);
        assert_eq!(status(json!({"id": "t", "status": null})), Status::None);
        assert_eq!(status(json!({"id": "t", "status": 7})), Status::Unknown(Foreign::default()));
        assert_eq!(status(json!({"id": "t"})), Status::Unknown(Foreign::default()));
    }

    #[test]
    fn tables_that_cannot_be_read_are_counted() {
        for (schemas, expected) in [
            (json!([]), (0, 0)),
            (json!([{"id": "t"}, {"id": "t"}, {}, 7, null]), (1, 3)),
            (json!(null), (0, 1)),
            (json!("junk"), (0, 1)),
        ] {
            let source: Source = entity(&raw(&json!({"id": "s", "schemas": schemas}))).unwrap();
            assert_eq!((source.schemas.len(), source.unreadable), expected);
        }
        assert_eq!(entity::<Source>(&raw(&json!({"id": "s"}))).unwrap().unreadable, 1);
    }

    #[test]
    fn a_job_whose_schema_is_gone_has_none() {
        let jobs = jobs(&raw(&json!([{"id": "j", "schema": {"name": ""}}, {"id": "k", "schema": null}, {}]))).unwrap();
        assert_eq!(jobs.iter().map(|job| job.schema.clone()).collect::<Vec<_>>(), [None, None]);
    }
}
