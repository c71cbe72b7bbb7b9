//! The demo: what it holds, and that every situation in it recovers when the right thing is done.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::bench::Bench;

/// A table that shows a situation: letter, prefix, name, what is seen of it.
struct Shown(&'static str, &'static str, &'static str, Seen);

/// Switch, status, and a part of the error text.
type Seen = (bool, Option<&'static str>, Option<&'static str>);

const SITUATIONS: [Shown; 32] = [
    Shown("A", "prod", "public.orders", (true, Some("Failed"), Some("lost its connection"))),
    Shown("A", "store", "orders", (true, Some("Failed"), Some("temporarily unavailable"))),
    Shown("A", "store", "fulfillments", (true, Some("Failed"), Some("rate limits"))),
    Shown("A, spaced", "prod", "public.webhook_deliveries", (true, Some("Failed"), Some("kept closing"))),
    Shown("B", "shop", "shop.orders", (false, Some("Failed"), Some("rejected the username"))),
    Shown("B2", "us", "CreditNote", (false, Some("Failed"), Some("permissions to access"))),
    Shown("B2", "prod", "public.billing_invoices", (false, Some("Failed"), Some("isn't allowed to read"))),
    Shown("C", "prod", "public.payouts", (false, Some("Failed"), Some("no longer exists"))),
    Shown("C2", "prod", "public.store_source", (false, Some("Failed"), Some("no longer exists"))),
    Shown("C2", "planning", "Partners", (false, Some("Failed"), Some("no longer exists"))),
    Shown("D", "prod", "public.line_items", (true, Some("Failed"), Some("column type changed"))),
    Shown("D, unseen", "prod", "public.coupons", (true, Some("Completed"), None)),
    Shown("E, prerequisites", "identity", "public.users", (true, Some("Failed"), Some("wal_level"))),
    Shown("E, slot lost", "ledger", "public.postings", (true, Some("Failed"), Some("Repair CDC"))),
    Shown("F, phantom", "prod", "public.notifications", (true, Some("Running"), None)),
    Shown("F, stuck", "catalog", "media", (true, Some("Running"), None)),
    Shown("G", "prod", "public.sessions", (true, Some("Failed"), Some("unexpected error"))),
    Shown("H", "us", "BalanceTransaction", (true, Some("Billing limits"), None)),
    Shown("H", "us", "Invoice", (true, Some("Billing limits too low"), Some("4014033 rows"))),
    Shown("I", "us", "Charge", (true, Some("Completed"), None)),
    Shown("J", "erp", "dbo.Orders", (false, Some("Failed"), Some("Could not resolve"))),
    Shown("K", "prod", "public.feature_flags", (false, Some("Failed"), Some("needs a primary key"))),
    Shown("K", "prod", "public.line_discounts", (false, Some("Failed"), Some("not unique"))),
    Shown("L", "marketing", "contacts", (false, Some("Failed"), Some("connected account"))),
    Shown("M", "prod", "public.audit_log", (false, Some("Failed"), Some("appropriate index"))),
    Shown("N", "finance", "FACT_FORECAST", (true, Some("Failed"), Some("No action is needed"))),
    Shown("O", "crm", "Opportunity", (true, Some("Failed"), None)),
    Shown("P", "planning", "Budget", (true, Some("Failed"), Some("customer postgres"))),
    Shown("Q", "web", "pageviews", (false, Some("Failed"), Some("Dataset ID"))),
    Shown("R", "crm", "Task", (true, Some("Failed"), Some("cancelled by user"))),
    Shown("R", "prod", "public.legacy_orders", (false, Some("Completed"), None)),
    Shown("never synced", "support", "ticket_audits", (true, None, None)),
];

#[test]
fn the_demo_holds_every_situation() {
    let mut bench = Bench::new("demo");
    let sources = bench.sources();
    let tables: usize = sources.iter().map(|source| source["schemas"].as_array().unwrap().len()).sum();
    let types: BTreeSet<&str> = sources.iter().map(|source| source["source_type"].as_str().unwrap()).collect();
    assert!(sources.len() >= 12 && tables >= 80 && types.len() >= 12, "{} {tables} {types:?}", sources.len());
    assert!(sources.iter().any(|source| source["access_method"] == "direct"));
    for Shown(letter, prefix, name, (on, status, error)) in SITUATIONS {
        let id = bench.id(prefix, name);
        let table = bench.table(&id);
        assert_eq!((table["should_sync"].as_bool(), table["status"].as_str()), (Some(on), status), "{letter} {name}");
        let text = table["latest_error"].as_str();
        assert_eq!(text.is_some(), error.is_some(), "{letter} {name}: {text:?}");
        assert!(error.is_none_or(|error| text.is_some_and(|text| text.contains(error))), "{letter} {name}: {text:?}");
    }
    let healthy = sources.iter().flat_map(|source| source["schemas"].as_array().unwrap());
    let healthy = healthy.filter(|table| table["status"] == "Completed" && table["should_sync"] == true).count();
    assert!(healthy * 2 > tables, "only {healthy} of {tables} are healthy");
    assert!(!sources.iter().any(|source| source.to_string().contains("\"Paused\"")), "the pause is a world of its own");
}

#[test]
fn the_demo_has_a_past_with_failures_from_some_point_on() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.line_items");
    let jobs = bench.jobs(&id);
    let first_good = jobs.iter().position(|job| job["status"] == "Completed").unwrap();
    assert!(first_good >= 1 && jobs.len() > 20);
    assert!(jobs[..first_good].iter().all(|job| job["status"] == "Failed" && job["rows_synced"] == 0));
    assert!(jobs[first_good..].iter().all(|job| job["status"] == "Completed" && job["rows_synced"].as_u64() > Some(0)));
    assert_eq!(bench.table(&id)["last_synced_at"], jobs[first_good]["finished_at"]);
    let id = bench.id("prod", "public.clicks");
    assert_eq!(bench.jobs(&id).len(), 50);
}

#[test]
fn slow_grows_and_stuck_does_not() {
    let mut bench = Bench::new("demo");
    let rows = |bench: &mut Bench, prefix, name| {
        let id = bench.id(prefix, name);
        let job = bench.jobs(&id)[0].clone();
        assert_eq!(job["status"], "Running");
        job["rows_synced"].as_u64().unwrap()
    };
    let before = (rows(&mut bench, "prod", "public.events_archive"), rows(&mut bench, "catalog", "media"));
    bench.pass(60);
    let after = (rows(&mut bench, "prod", "public.events_archive"), rows(&mut bench, "catalog", "media"));
    assert!(after.0 > before.0 + 1000, "{before:?} {after:?}");
    assert_eq!(after.1, before.1);
}

/// Asserts that a table is green again.
fn green(table: &Value) {
    assert_eq!((&table["status"], &table["latest_error"]), (&json!("Completed"), &Value::Null), "{}", table["name"]);
}

#[test]
fn passing_trouble_recovers_on_reload() {
    let mut bench = Bench::new("demo");
    for (prefix, name) in [
        ("prod", "public.orders"),
        ("store", "orders"),
        ("store", "fulfillments"),
        ("crm", "Opportunity"),
        ("crm", "Task"),
        ("finance", "FACT_FORECAST"),
        ("planning", "Budget"),
    ] {
        let id = bench.id(prefix, name);
        green(&bench.reload_and_wait(&id));
    }
}

#[test]
fn what_was_put_right_at_the_source_recovers_when_switched_on() {
    let mut bench = Bench::new("demo");
    for (prefix, name) in [
        ("us", "CreditNote"),
        ("prod", "public.billing_invoices"),
        ("prod", "public.audit_log"),
        ("marketing", "contacts"),
        ("marketing", "deals"),
    ] {
        let id = bench.id(prefix, name);
        let failed = bench.reload_and_wait(&id);
        assert_eq!(failed["status"], "Failed", "a reload alone does not help {name}");
        bench.set(&id, &json!({ "should_sync": true }));
        green(&bench.reload_and_wait(&id));
    }
}

#[test]
fn source_settings_recover_whole_sources() {
    let mut bench = Bench::new("demo");
    for (prefix, inputs, tables) in [
        ("shop", json!({ "password": "demo" }), vec!["shop.orders", "shop.vouchers"]),
        ("erp", json!({ "host": "erp.example.com", "password": "any" }), vec!["dbo.Orders", "dbo.Stock"]),
        ("web", json!({ "dataset_id": "web_events" }), vec!["pageviews", "sessions_daily"]),
    ] {
        let path = format!("external_data_sources/{}/", bench.source(prefix)["id"].as_str().unwrap());
        assert_eq!(bench.patch(&path, &json!({ "job_inputs": inputs })).0, 200);
        for name in tables {
            let id = bench.id(prefix, name);
            bench.set(&id, &json!({ "should_sync": true }));
            green(&bench.reload_and_wait(&id));
        }
    }
}

#[test]
fn a_dropped_column_recovers_with_a_field_the_source_has() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.payouts");
    let (status, fields) = bench.act("POST", &id, "incremental_fields");
    assert_eq!(status, 200);
    let field = fields["incremental_fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["field"] == "modified_at")
        .unwrap()
        .clone();
    assert!(fields["available_columns"].as_array().unwrap().iter().all(|column| column["field"] != "updated_at"));
    bench.set(&id, &json!({ "incremental_field": field["field"], "incremental_field_type": field["field_type"] }));
    bench.set(&id, &json!({ "should_sync": true }));
    green(&bench.reload_and_wait(&id));
}

#[test]
fn settings_of_the_table_recover_it() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.feature_flags");
    bench.set(&id, &json!({ "sync_type": "full_refresh", "should_sync": true }));
    green(&bench.reload_and_wait(&id));
    let id = bench.id("product", "feature_usage");
    let change = json!({ "sync_type": "incremental", "incremental_field": "LOADED_AT", "incremental_field_type": "timestamp", "primary_key_columns": ["ID"] });
    assert_eq!(bench.set(&id, &change).0, 200);
    green(&bench.reload_and_wait(&id));
}

#[test]
fn a_changed_type_needs_a_resync_and_damage_needs_the_data_deleted() {
    let mut bench = Bench::new("demo");
    for (prefix, name) in [("prod", "public.line_items"), ("catalog", "reviews")] {
        let id = bench.id(prefix, name);
        assert_eq!(bench.reload_and_wait(&id)["status"], "Failed", "a reload alone does not help {name}");
        bench.act("POST", &id, "resync");
        bench.pass(90);
        green(&bench.table(&id));
    }
    let id = bench.id("prod", "public.sessions");
    assert_eq!(bench.reload_and_wait(&id)["status"], "Failed");
    bench.act("DELETE", &id, "delete_data");
    green(&bench.reload_and_wait(&id));
    let id = bench.id("prod", "public.coupons");
    bench.act("POST", &id, "resync");
    bench.pass(60);
    assert_eq!(bench.table(&id)["table"]["row_count"], 241_055);
}

#[test]
fn phantom_and_stuck_recover_by_cancel_and_reload() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.notifications");
    assert_eq!(bench.act("POST", &id, "cancel").0, 200);
    green(&bench.reload_and_wait(&id));
    let id = bench.id("catalog", "media");
    assert_eq!(bench.act("POST", &id, "cancel"), (200, Value::Null));
    bench.pass(6);
    assert_eq!(bench.table(&id)["status"], "Failed");
    green(&bench.reload_and_wait(&id));
}

#[test]
fn stale_and_never_synced_tables_recover_on_reload() {
    let mut bench = Bench::new("demo");
    for (prefix, name) in [("planning", "Headcount"), ("support", "ticket_audits")] {
        let id = bench.id(prefix, name);
        bench.pass(3600);
        let before = bench.table(&id)["last_synced_at"].clone();
        let table = bench.reload_and_wait(&id);
        green(&table);
        assert_ne!(table["last_synced_at"], before);
    }
}

#[test]
fn a_vanished_table_is_switched_off_by_a_refresh_which_finds_new_ones() {
    let mut bench = Bench::new("demo");
    let source = bench.source("prod")["id"].as_str().unwrap().to_owned();
    let (_, result) = bench.post(&format!("external_data_sources/{source}/refresh_schemas/"));
    assert_eq!(result["added"], 2);
    let id = bench.id("prod", "public.gift_cards");
    let change = json!({ "sync_type": "full_refresh", "should_sync": true });
    assert_eq!(bench.set(&id, &change).0, 200);
    bench.pass(60);
    green(&bench.table(&id));
}
