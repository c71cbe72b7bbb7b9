//! What the server refuses, and how: keys, scopes, projects, methods, bodies, settings (contract, sections
//! 2, 5 and 9.4).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use serde_json::{Value, json};
use support::bench::Bench;

fn error(reply: &(u16, Value)) -> (u16, &str, &str) {
    (reply.0, reply.1["type"].as_str().unwrap_or_default(), reply.1["code"].as_str().unwrap_or_default())
}

#[test]
fn a_missing_or_wrong_key_is_401_with_a_challenge() {
    let mut bench = Bench::new("calm");
    for (key, code) in [
        (None, "not_authenticated"),
        (Some(""), "not_authenticated"),
        (Some("phc_public"), "authentication_failed"),
        (Some("phx_"), "authentication_failed"),
        (Some("phx_two words"), "authentication_failed"),
        (Some("hello"), "authentication_failed"),
    ] {
        bench.key = key.map(str::to_owned);
        for path in ["external_data_sources/", "/api/users/@me/", "/api/personal_api_keys/@current/", "/api/projects/"]
        {
            let reply = bench.raw("GET", path, None);
            assert_eq!((reply.status, reply.challenge), (401, true), "{path}");
            assert_eq!(error(&bench.send("GET", path, None)), (401, "authentication_error", code));
        }
    }
}

#[test]
fn a_missing_scope_is_named() {
    let mut bench = Bench::new("readonly-key");
    let id = bench.id("prod", "public.orders");
    let missing = |scope: &str| format!("API key missing required scope '{scope}'");
    for (method, path, scope) in [
        ("POST", format!("external_data_schemas/{id}/reload/"), "external_data_source:write"),
        ("POST", format!("external_data_schemas/{id}/incremental_fields/"), "external_data_source:write"),
        ("DELETE", format!("external_data_schemas/{id}/"), "external_data_source:write"),
        ("GET", "/api/users/@me/".to_owned(), "user:read"),
        ("GET", "/api/projects/".to_owned(), "project:read"),
        ("GET", "/api/projects/1/".to_owned(), "project:read"),
    ] {
        let reply = bench.send(method, &path, None);
        assert_eq!(error(&reply), (403, "authentication_error", "permission_denied"), "{path}");
        assert_eq!(reply.1["detail"], missing(scope));
    }
    assert_eq!(bench.get("/api/personal_api_keys/@current/")["scopes"], json!(["external_data_source:read"]));
}

#[test]
fn a_limited_key_sees_its_projects_only() {
    let mut bench = Bench::new("limited-key");
    assert_eq!(bench.get("/api/personal_api_keys/@current/")["scoped_teams"], json!([84312]));
    let reply = bench.send("GET", "/api/projects/", None);
    assert!(reply.1["detail"].as_str().unwrap().contains("only supported on project-based endpoints"));
    assert_eq!(bench.get("/api/projects/84312/")["name"], "Production");
    assert_eq!(bench.get("/api/projects/@current/")["timezone"], "Europe/Berlin");
    let reply = bench.send("GET", "/api/projects/84313/external_data_sources/", None);
    assert_eq!(reply.0, 403);
    assert_eq!(reply.1["detail"], "API key does not have access to the requested project: ID 84313.");
    assert_eq!(bench.get("/api/users/@me/")["team"]["id"], 84312, "write implies nothing here, user:read is granted");
}

#[test]
fn unknown_projects_objects_and_paths() {
    let mut bench = Bench::new("calm");
    assert_eq!(bench.send("GET", "/api/projects/99/external_data_sources/", None).1["detail"], "Project not found.");
    let nothing = "external_data_schemas/0192f1c4-ffff-0000-9d0c-000000000000/";
    assert_eq!(error(&bench.send("GET", nothing, None)), (404, "invalid_request", "not_found"));
    assert_eq!(error(&bench.send("GET", "/api/nonsense", None)), (404, "invalid_request", "not_found"));
    assert_eq!(error(&bench.send("GET", "external_data_sources/x/y/z/", None)), (404, "invalid_request", "not_found"));
    let page = bench.raw("GET", "/project/1/data-warehouse", None);
    assert_eq!((page.status, page.content_type), (200, Some("text/html; charset=utf-8")));
    assert!(page.body.starts_with("<!DOCTYPE html>"));
}

#[test]
fn the_trailing_slash_is_optional() {
    let mut bench = Bench::new("calm");
    assert_eq!(bench.get("external_data_sources"), bench.get("external_data_sources/"));
    assert_eq!(bench.get("/api/projects"), bench.get("/api/projects/"));
}

#[test]
fn other_methods_are_405_and_bodies_are_checked() {
    let mut bench = Bench::new("calm");
    let reply = bench.send("POST", "external_data_schemas/", None);
    assert_eq!(error(&reply), (405, "invalid_request", "method_not_allowed"));
    assert_eq!(reply.1["detail"], "Method \"POST\" not allowed.");
    assert_eq!(bench.send("DELETE", "/api/projects/", None).0, 405);
    let id = bench.id("prod", "public.orders");
    assert_eq!(bench.act("GET", &id, "reload").0, 405);
    assert_eq!(bench.set(&id, &json!([1])).0, 400);
    let path = format!("external_data_schemas/{id}/");
    let text = bench.text("PATCH", &path, "application/json", "{not json");
    assert_eq!(error(&text), (400, "invalid_request", "parse_error"));
    let text = bench.text("PATCH", &path, "text/plain", "should_sync=false");
    assert_eq!(error(&text), (415, "invalid_request", "unsupported_media_type"));
}

#[test]
fn viewers_may_not_change_anything() {
    let mut bench = Bench::new("odd");
    bench.strict = false;
    let id = bench.id("managed", "A");
    assert_eq!(bench.act("POST", &id, "reload").1["detail"], "You do not have editor access to this table.");
    let source = bench.source("managed")["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.send("DELETE", &format!("external_data_sources/{source}/"), None).0, 403);
}

/// A Postgres table of every kind.
fn tables() -> Bench {
    Bench::toml(
        r#"
        [[sources]]
        type = "Postgres"
        prefix = "p"
        cdc = {}
        tables = [
          { name = "incremental" },
          { name = "keyless", keys = [] },
          { name = "full", template = "plain" },
          { name = "cdc", template = "cdc" },
          { name = "new", situation = "not_set_up" },
        ]
        [[sources]]
        type = "Stripe"
        prefix = "s"
        tables = [{ name = "pushed", template = "webhook", webhook_only = true }, { name = "plain" }]
        "#,
    )
}

#[test]
fn settings_the_server_refuses() {
    let mut bench = tables();
    let set_up_first = "Sync type must be set up first before enabling schema";
    for (prefix, table, change, attr, said) in [
        ("p", "new", json!({ "should_sync": true }), None, set_up_first),
        ("p", "incremental", json!({ "should_sync": "yes" }), Some("should_sync"), "valid boolean"),
        (
            "p",
            "incremental",
            json!({ "sync_type": "osmosis" }),
            Some("sync_type"),
            "\"osmosis\" is not a valid choice.",
        ),
        ("p", "incremental", json!({ "sync_frequency": "never" }), Some("sync_frequency"), "is not a sync frequency"),
        (
            "p",
            "incremental",
            json!({ "sync_frequency": "1min" }),
            Some("sync_frequency"),
            "fastest sync frequency is 5 minutes",
        ),
        ("p", "incremental", json!({ "sync_frequency": "2hour" }), Some("sync_frequency"), "not a valid choice"),
        ("p", "incremental", json!({ "sync_time_of_day": "25:00:00" }), Some("sync_time_of_day"), "wrong format"),
        ("p", "incremental", json!({ "sync_time_of_day": "3 o'clock" }), Some("sync_time_of_day"), "wrong format"),
        (
            "p",
            "incremental",
            json!({ "primary_key_columns": ["name"] }),
            None,
            "cannot be changed after data has been synced",
        ),
        ("p", "keyless", json!({ "primary_key_columns": ["nothing"] }), Some("primary_key_columns"), "does not exist"),
        (
            "p",
            "full",
            json!({ "incremental_field": "id" }),
            None,
            "cannot be applied to a schema with sync type full_refresh",
        ),
        (
            "p",
            "cdc",
            json!({ "primary_key_columns": ["email"] }),
            None,
            "cannot be applied to a schema with sync type cdc",
        ),
        ("p", "full", json!({ "sync_type": "incremental" }), Some("sync_type"), "requires a primary key"),
        ("p", "cdc", json!({ "row_filters": [] }), Some("row_filters"), "not supported"),
        ("p", "full", json!({ "full_refresh_interval_days": 7 }), Some("full_refresh_interval_days"), "not available"),
        (
            "p",
            "incremental",
            json!({ "full_refresh_interval_days": 91 }),
            Some("full_refresh_interval_days"),
            "less than or equal to 90",
        ),
        (
            "p",
            "incremental",
            json!({ "incremental_field_lookback_seconds": 5_184_001 }),
            Some("incremental_field_lookback_seconds"),
            "5184000",
        ),
        ("p", "incremental", json!({ "enabled_columns": ["nothing"] }), Some("enabled_columns"), "does not exist"),
        (
            "p",
            "incremental",
            json!({ "row_filters": [{ "column": "id", "operator": "~", "value": 1 }] }),
            Some("row_filters"),
            "not supported",
        ),
        ("p", "incremental", json!({ "sync_type": "webhook" }), Some("sync_type"), "does not support webhooks"),
        (
            "p",
            "incremental",
            json!({ "sync_type": "cdc", "sync_frequency": "30day" }),
            Some("sync_frequency"),
            "once a week",
        ),
        ("p", "incremental", json!({ "api_version": "v0" }), Some("api_version"), "not a version"),
        ("s", "pushed", json!({ "sync_type": "full_refresh" }), Some("sync_type"), "only be synced with webhooks"),
        ("s", "plain", json!({ "sync_type": "cdc" }), Some("sync_type"), "not supported"),
        ("s", "plain", json!({ "enabled_columns": [] }), Some("enabled_columns"), "column selection"),
    ] {
        let id = bench.id(prefix, table);
        let before = bench.table(&id);
        let (status, body) = bench.set(&id, &change);
        assert_eq!((status, &body["type"]), (400, &json!("validation_error")), "{change}: {body}");
        assert_eq!(body["attr"].as_str(), attr, "{change}: {body}");
        assert!(body["detail"].as_str().unwrap().contains(said), "{change}: {body}");
        assert_eq!(bench.table(&id), before, "{change} changed something");
    }
}

#[test]
fn row_filters_the_server_refuses() {
    let mut bench = tables();
    let id = bench.id("p", "incremental");
    for (filter, said) in [
        (json!({ "column": "nothing", "operator": "=", "value": 1 }), "does not exist"),
        (json!({ "column": "id", "operator": "IN", "value": "1,2" }), "not supported"),
        (json!({ "column": "id", "operator": ">", "value": "many" }), "wrong type"),
        (json!({ "column": "id", "operator": ">", "value": null }), "wrong type"),
    ] {
        let (status, body) = bench.set(&id, &json!({ "row_filters": [filter] }));
        assert_eq!((status, &body["attr"]), (400, &json!("row_filters")), "{filter}");
        assert!(body["detail"].as_str().unwrap().contains(said), "{filter}: {body}");
    }
}

#[test]
fn settings_the_server_takes() {
    let mut bench = tables();
    for (prefix, table, change) in [
        ("p", "incremental", json!({ "sync_frequency": "24hour", "sync_time_of_day": "03:15:00" })),
        ("p", "incremental", json!({ "incremental_field": "created_at", "incremental_field_type": "timestamp" })),
        ("p", "incremental", json!({ "incremental_field_lookback_seconds": 3600, "full_refresh_interval_days": 30 })),
        (
            "p",
            "incremental",
            json!({ "enabled_columns": ["name"], "row_filters": [{ "column": "id", "operator": ">", "value": 5 }] }),
        ),
        ("p", "keyless", json!({ "primary_key_columns": ["id"] })),
        (
            "p",
            "full",
            json!({ "sync_type": "incremental", "incremental_field": "id", "incremental_field_type": "integer", "primary_key_columns": ["id"] }),
        ),
        ("p", "incremental", json!({ "sync_type": "full_refresh" })),
        (
            "p",
            "new",
            json!({ "sync_type": "append", "incremental_field": "created_at", "incremental_field_type": "timestamp" }),
        ),
    ] {
        let id = bench.id(prefix, table);
        let (status, body) = bench.set(&id, &change);
        assert_eq!(status, 200, "{change}: {body}");
        for (name, value) in change.as_object().unwrap() {
            assert_eq!(&body[name], value);
        }
        assert_ne!(body["status"], "Running", "{change} starts nothing");
    }
    let id = bench.id("p", "incremental");
    assert_eq!(bench.set(&id, &json!({ "sync_time_of_day": "04:30", "unknown": 1 })).1["sync_time_of_day"], "04:30:00");
}

#[test]
fn to_xmin_and_a_further_cdc_target_import_again() {
    let mut bench = tables();
    let id = bench.id("p", "keyless");
    bench.set(&id, &json!({ "primary_key_columns": ["id"] }));
    assert_eq!(bench.set(&id, &json!({ "sync_type": "xmin" })).1["status"], "Running");
    bench.pass(2);
    assert_eq!(bench.table(&id)["table"], Value::Null);
    let id = bench.id("p", "cdc");
    let (status, body) = bench.set(&id, &json!({ "cdc_table_mode": "both" }));
    assert_eq!((status, &body["status"], &body["cdc_table_mode"]), (200, &json!("Running"), &json!("both")));
}

#[test]
fn other_keys_need_the_data_deleted_first() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.line_discounts");
    let table = bench.table(&id);
    assert_eq!(table["incremental_sync_blocked"], "duplicate_primary_key");
    let keys = json!({ "primary_key_columns": ["line_id", "position"] });
    assert_eq!(bench.set(&id, &keys).0, 400);
    assert_eq!(bench.act("DELETE", &id, "delete_data").0, 200);
    assert_eq!(bench.set(&id, &keys).0, 200);
    bench.set(&id, &json!({ "should_sync": true }));
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
}

#[test]
fn a_bad_scenario_gives_all_its_mistakes_at_once() {
    let text = r#"
        colour = "red"
        [project]
        nmae = "x"
        [[sources]]
        prefix = "no type"
        [[sources]]
        type = "Postgres"
        tables = [
          { name = "a", situation = "haunted" },
          { name = "b", frequncy = "5min" },
          { name = "c", duration = "soon" },
          { names = ["d", "d"] },
          { rows = 5 },
        ]
    "#;
    let error = whtui::simulator::Service::from_toml(text, None, support::bench::START.parse().unwrap())
        .unwrap_err()
        .to_string();
    for part in ["colour", "nmae", "has no type", "haunted", "frequncy", "soon", "name is taken", "name or names"] {
        assert!(error.contains(part), "{part} is missing in: {error}");
    }
    let error =
        whtui::simulator::Service::new("dmeo", None, support::bench::START.parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("dmeo") && error.contains("demo") && error.contains("scale:"), "{error}");
    for size in ["scale:", "scale:0x5", "scale:9999999x9999999", "scale:axb"] {
        assert!(whtui::simulator::Service::new(size, None, support::bench::START.parse().unwrap()).is_err(), "{size}");
    }
}
