//! What the client made of an example, against the example.

use serde_json::Value;

use whtui::warehouse::field::Field;
use whtui::warehouse::filter::RowFilter;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::replies::{CancelReply, CandidateFields};
use whtui::warehouse::schema::{Schema, SchemaDetail};
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::text::Foreign;

use super::calls::Answer;
use super::compare_repairs;
use super::openapi::Example;

pub fn compare(example: &Example, answer: Answer) {
    let value = &example.value;
    let items = |results: &Value| results.as_array().unwrap().clone();
    let results = |count: Option<u64>, next: bool| {
        if let Value::Array(all) = value {
            return all.clone();
        }
        if !value["results"].is_array() {
            return vec![value.clone()];
        }
        assert_eq!((count, next), (value["count"].as_u64(), !value["next"].is_null()));
        items(&value["results"])
    };
    match answer {
        Answer::Key(key) => {
            text(&key.label, &value["label"]);
            assert_eq!(raw(key.scopes.as_deref().unwrap_or_default()), strings(&value["scopes"]));
            let projects: Vec<_> = key.projects.iter().map(|project| Value::from(project.get())).collect();
            assert_eq!(projects, items(&value["scoped_teams"]));
        }
        Answer::User(user) => {
            text(&user.email, &value["email"]);
            text(&user.project_name, &value["team"]["name"]);
            assert_eq!(user.project.map(ProjectId::get), value["team"]["id"].as_u64());
        }
        Answer::Projects(projects, count, next) => {
            let results = results(count, next);
            assert_eq!(projects.len(), results.len());
            for (project, value) in projects.iter().zip(&results) {
                assert_eq!(
                    (project.id.get(), project.name.raw()),
                    (value["id"].as_u64().unwrap(), str(&value["name"]))
                );
                text(&project.timezone, &value["timezone"]);
            }
        }
        Answer::Sources(sources, count, next) => {
            let results = results(count, next);
            assert_eq!(sources.len(), results.len());
            sources.iter().zip(&results).for_each(|(source, value)| compare_source(source, value));
        }
        Answer::Schemas(schemas, count, next) => {
            let results = results(count, next);
            assert_eq!(schemas.len(), results.len());
            for (full, value) in schemas.iter().zip(&results) {
                compare_schema(&full.schema, value);
                compare_detail(&full.detail, value);
                assert_eq!(full.source.as_ref().map(SourceId::as_str), value["source"]["id"].as_str());
            }
        }
        Answer::Jobs(jobs) => {
            assert_eq!(jobs.len(), items(value).len());
            jobs.iter().zip(&items(value)).for_each(|(job, value)| compare_job(job, value));
        }
        Answer::Candidates(candidates) => compare_candidates(&candidates, value),
        Answer::Refreshed(result) => {
            number(&result.added, &value["added"]);
            number(&result.deleted, &value["deleted"]);
            number(&result.total_tables_seen, &value["total_tables_seen"]);
        }
        Answer::Cancelled(reply) => {
            assert_eq!(reply == CancelReply::NothingRan, str(&value["detail"]).contains("No sync was running"));
        }
        Answer::Nothing => {}
        answer => compare_repairs::compare(&answer, value),
    }
}

fn compare_source(source: &Source, value: &Value) {
    assert_eq!((source.id.as_str(), source.kind.raw()), (str(&value["id"]), str(&value["source_type"])));
    assert_eq!(source.status, Status::parse(str(&value["status"])));
    assert!(!matches!(source.status, Status::Unknown(_)), "{value}");
    assert_eq!(source.direct, value["access_method"] == "direct");
    text(&source.prefix, &value["prefix"]);
    text(&source.description, &value["description"]);
    text(&source.latest_error, &value["latest_error"]);
    text(&source.created_by, &value["created_by"]);
    text(&source.api_version, &value["api_version"]);
    text(&source.access_level, &value["user_access_level"]);
    time(&source.created_at, &value["created_at"]);
    time(&source.last_run_at, &value["last_run_at"]);
    flag(source.auto_sync_new_schemas, &value["auto_sync_new_schemas"]);
    flag(source.supports_webhooks, &value["supports_webhooks"]);
    assert_eq!(source.settings.is_empty(), value["job_inputs"].as_object().is_none_or(serde_json::Map::is_empty));
    let schemas = value["schemas"].as_array().unwrap();
    assert_eq!(source.schemas.len(), schemas.len());
    source.schemas.iter().zip(schemas).for_each(|(schema, value)| compare_schema(schema, value));
}

fn compare_schema(schema: &Schema, value: &Value) {
    assert_eq!((schema.id.as_str(), schema.name.raw()), (str(&value["id"]), str(&value["name"])));
    assert_eq!(schema.should_sync, value["should_sync"].as_bool());
    assert_eq!(schema.status, value["status"].as_str().map_or(Status::None, Status::parse));
    text(&schema.label, &value["label"]);
    text(&schema.latest_error, &value["latest_error"]);
    time(&schema.last_synced_at, &value["last_synced_at"]);
    text(&schema.sync_type.clone().map(|kind| Foreign::new(kind.raw())), &value["sync_type"]);
    text(&schema.frequency.clone().map(|word| Foreign::from(word.to_string())), &value["sync_frequency"]);
    assert_eq!(schema.table.is_null(), value["table"].is_null());
    if let Field::Known(table) = &schema.table {
        assert_eq!(table.name.raw(), str(&value["table"]["name"]));
        number(&table.rows, &value["table"]["row_count"]);
    }
}

fn compare_detail(detail: &SchemaDetail, value: &Value) {
    text(&detail.incremental_field, &value["incremental_field"]);
    text(&detail.incremental_field_type, &value["incremental_field_type"]);
    text(&detail.sync_time_of_day, &value["sync_time_of_day"]);
    text(&detail.cdc_table_mode, &value["cdc_table_mode"]);
    text(&detail.sync_blocked, &value["incremental_sync_blocked"]);
    text(&detail.description, &value["description"]);
    text(&detail.api_version, &value["api_version"]);
    text(&detail.access_level, &value["user_access_level"]);
    number(&detail.lookback_seconds, &value["incremental_field_lookback_seconds"]);
    number(&detail.full_refresh_days, &value["full_refresh_interval_days"]);
    time(&detail.next_full_refresh_at, &value["next_full_refresh_at"]);
    assert_eq!(raw(detail.primary_keys.known().map_or(&[], |keys| keys)), strings(&value["primary_key_columns"]));
    assert_eq!(raw(detail.enabled_columns.known().map_or(&[], |names| names)), strings(&value["enabled_columns"]));
    let length = |value: &Value| value.as_array().map(Vec::len);
    let filters = detail.row_filters.known().map(|filters| filters.iter().map(RowFilter::json).collect::<Value>());
    assert_eq!(filters.unwrap_or_default(), value["row_filters"]);
    let columns = detail.filter_columns.known().map(Vec::len);
    assert_eq!(columns, length(&value["row_filter_columns"]));
    assert_eq!(detail.full_refresh_time.known().map(Foreign::raw), value["full_refresh_time_of_day"].as_str());
    assert_eq!(detail.columns.known().copied(), length(&value["available_columns"]));
    assert_eq!(detail.query_name.known().map(Foreign::raw), value["table"]["hogql_name"].as_str());
}

fn compare_job(job: &Job, value: &Value) {
    assert_eq!(job.id.as_str(), str(&value["id"]));
    assert_eq!(job.status, Status::parse(str(&value["status"])));
    assert!(!matches!(job.status, Status::Unknown(_)), "{value}");
    assert_eq!(job.created_at, Some(str(&value["created_at"]).parse().unwrap()));
    time(&job.finished_at, &value["finished_at"]);
    number(&job.rows, &value["rows_synced"]);
    text(&job.latest_error, &value["latest_error"]);
    text(&job.workflow_run_id, &value["workflow_run_id"]);
    text(&job.write_mode, &value["cdc_write_mode"]);
    assert_eq!(job.schema.as_ref().map(SchemaId::as_str), value["schema"]["id"].as_str());
    assert_eq!(job.schema_name.raw(), str(&value["schema"]["name"]));
}

fn compare_candidates(candidates: &CandidateFields, value: &Value) {
    for (field, name) in [
        (candidates.incremental, "incremental_available"),
        (candidates.append, "append_available"),
        (candidates.cdc, "cdc_available"),
        (candidates.xmin, "xmin_available"),
        (candidates.full_refresh, "full_refresh_available"),
        (candidates.webhook, "supports_webhooks"),
        (candidates.webhook_only, "webhook_only"),
        (candidates.key_detection, "primary_key_detection_supported"),
    ] {
        flag(field, &value[name]);
    }
    assert_eq!(
        raw(candidates.detected_keys.known().map_or(&[], |keys| keys)),
        strings(&value["detected_primary_keys"])
    );
    let fields = value["incremental_fields"].as_array().unwrap();
    assert_eq!(candidates.fields.len(), fields.len());
    for (field, value) in candidates.fields.iter().zip(fields) {
        assert_eq!(field.field.raw(), str(&value["field"]));
        text(&field.label, &value["label"]);
        text(&field.column_type, &value["type"]);
        text(&field.field_type, &value["field_type"]);
        assert_eq!(field.indexed, Field::Known(value["is_indexed"].as_bool().unwrap_or(true)));
    }
    let columns = value["available_columns"].as_array().unwrap();
    assert_eq!(candidates.columns.len(), columns.len());
    for (column, value) in candidates.columns.iter().zip(columns) {
        assert_eq!(column.field.raw(), str(&value["field"]));
        text(&column.column_type, &value["type"]);
        flag(column.nullable, &value["nullable"]);
    }
}

pub fn str(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub fn raw(texts: &[Foreign]) -> Vec<&str> {
    texts.iter().map(Foreign::raw).collect()
}

pub fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(str).collect()
}

pub fn text(field: &Field<Foreign>, value: &Value) {
    assert_eq!(field.known().map(Foreign::raw), value.as_str());
}

pub fn number(field: &Field<u64>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_u64());
}

pub fn flag(field: Field<bool>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_bool());
}

pub fn time(field: &Field<jiff::Timestamp>, value: &Value) {
    assert_eq!(field.known().copied(), value.as_str().map(|text| text.parse().unwrap()));
}
