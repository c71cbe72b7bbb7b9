//! The server's quirks (contract, sections 8, 9 and 13), each by name, with time moved by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use serde_json::{Value, json};
use support::bench::Bench;

/// A world of one source, from the lines of its tables.
fn one_source(kind: &str, more: &str, tables: &str) -> Bench {
    Bench::toml(&format!("[[sources]]\ntype = \"{kind}\"\nprefix = \"p\"\n{more}\ntables = [{tables}]\n"))
}

const HEALTHY: &str =
    r#"{ name = "t", frequency = "6hour", last_run = "1h", rows = 1000, growth = 100, duration = "10s" }"#;
const FAILING: &str =
    r#"{ name = "t", situation = "transient", frequency = "6hour", last_run = "1h", duration = "10s" }"#;

#[test]
fn reload_answers_empty_and_says_running_at_once() {
    let mut bench = one_source("Postgres", "", HEALTHY);
    let id = bench.id("p", "t");
    let before = bench.jobs(&id).len();
    let reply = bench.raw("POST", &format!("external_data_schemas/{id}/reload/"), None);
    assert_eq!((reply.status, reply.body.as_str(), reply.content_type), (200, "", None));
    assert_eq!(bench.table(&id)["status"], "Running");
    assert_eq!(bench.jobs(&id).len(), before, "the job begins a moment later");
    bench.pass(2);
    assert_eq!(bench.jobs(&id).len(), before + 1);
    assert_eq!(bench.jobs(&id)[0]["status"], "Running");
    assert_eq!(bench.jobs(&id)[0]["finished_at"], Value::Null);
}

#[test]
fn rows_grow_while_running_and_the_run_completes() {
    let mut bench = one_source("Postgres", "", HEALTHY);
    let id = bench.id("p", "t");
    bench.act("POST", &id, "reload");
    let mut seen = vec![0];
    for _ in 0..16 {
        bench.pass(1);
        if bench.jobs(&id)[0]["created_by"] == 7 {
            seen.push(bench.jobs(&id)[0]["rows_synced"].as_u64().unwrap());
        }
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.iter().collect::<std::collections::BTreeSet<_>>().len() > 5, "{seen:?}");
    let (job, table) = (bench.jobs(&id)[0].clone(), bench.table(&id));
    assert_eq!((&job["status"], &table["status"]), (&json!("Completed"), &json!("Completed")));
    assert_eq!(table["last_synced_at"], job["finished_at"]);
    assert_eq!(table["table"]["row_count"], 1000 + job["rows_synced"].as_u64().unwrap());
}

#[test]
fn a_transient_failure_recovers_on_reload_and_clears_the_error() {
    let mut bench = Bench::new("small");
    let id = bench.id("shop", "public.orders");
    let table = bench.table(&id);
    assert_eq!((&table["status"], &table["should_sync"]), (&json!("Failed"), &json!(true)));
    bench.act("POST", &id, "reload");
    let waiting = bench.table(&id);
    assert_eq!(waiting["latest_error"], table["latest_error"], "the error stays until the run ends");
    let table = bench.reload_and_wait(&id);
    assert_eq!((&table["status"], &table["latest_error"]), (&json!("Completed"), &Value::Null));
}

#[test]
fn a_reload_during_a_run_is_swallowed() {
    let mut bench = Bench::new("small");
    let id = bench.id("shop", "public.events_archive");
    let before = bench.jobs(&id);
    assert_eq!(bench.act("POST", &id, "reload").0, 200);
    bench.pass(60);
    let after = bench.jobs(&id);
    assert_eq!(after.len(), before.len());
    assert!(after[0]["rows_synced"].as_u64() > before[0]["rows_synced"].as_u64());
}

#[test]
fn a_failed_run_fails_again_on_schedule() {
    let mut bench = one_source("Postgres", "", FAILING);
    let id = bench.id("p", "t");
    bench.pass(5 * 3600 + 60);
    let jobs = bench.jobs(&id);
    assert_eq!((&jobs[0]["status"], &jobs[0]["created_by"]), (&json!("Failed"), &Value::Null));
    assert!(jobs[0]["created_at"].as_str() > Some("2026-11-20T16"), "{}", jobs[0]);
}

#[test]
fn after_five_failures_a_reload_inside_the_gap_leaves_a_phantom() {
    let mut bench = one_source("Postgres", "", r#"{ name = "t", situation = "spaced", frequency = "1hour" }"#);
    let id = bench.id("p", "t");
    let before = bench.jobs(&id).len();
    assert_eq!(bench.act("POST", &id, "reload").0, 200);
    bench.pass(300);
    assert_eq!(bench.jobs(&id).len(), before, "dropped without a trace");
    assert_eq!(bench.table(&id)["status"], "Running");
    let (status, body) = bench.act("POST", &id, "cancel");
    assert_eq!((status, &body["detail"]), (200, &json!("No sync was running. The sync status has been updated.")));
    assert_eq!(bench.table(&id)["status"], "Failed");
    bench.pass(60);
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
}

#[test]
fn cancel_is_asynchronous_and_ends_failed() {
    let mut bench = Bench::new("small");
    let id = bench.id("shop", "public.events_archive");
    let (status, body) = bench.act("POST", &id, "cancel");
    assert_eq!((status, body), (200, Value::Null));
    bench.pass(1);
    assert_eq!(bench.table(&id)["status"], "Running");
    assert_eq!(bench.act("POST", &id, "cancel").0, 200, "asking again changes nothing");
    bench.pass(5);
    let table = bench.table(&id);
    assert_eq!((&table["status"], &table["latest_error"]), (&json!("Failed"), &json!("Sync cancelled by user")));
    assert_eq!(table["should_sync"], true);
    assert_eq!(bench.jobs(&id)[0]["status"], "Failed");
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
}

#[test]
fn cancel_of_a_phantom_repairs_the_status_and_of_nothing_is_refused() {
    let mut bench = Bench::new("small");
    let id = bench.id("depot", "shop.stock");
    assert_eq!(bench.table(&id)["status"], "Running");
    assert_ne!(bench.jobs(&id)[0]["status"], "Running", "no job runs");
    bench.pass(120);
    assert_eq!(bench.table(&id)["status"], "Running", "it does not go away by itself");
    let (status, body) = bench.act("POST", &id, "cancel");
    assert_eq!((status, &body["detail"]), (200, &json!("No sync was running. The sync status has been updated.")));
    assert_eq!(bench.table(&id)["status"], "Completed", "that of the newest job");
    let (status, body) = bench.act("POST", &id, "cancel");
    assert_eq!((status, body), (400, json!({ "detail": "No running sync to cancel." })));
    let before = bench.jobs(&id).len();
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
    assert_eq!(bench.jobs(&id).len(), before + 1);
}

#[test]
fn resync_rebuilds_from_nothing() {
    let mut bench = one_source(
        "Postgres",
        "",
        r#"{ name = "t", frequency = "6hour", rows = 200, source_rows = 100, duration = "10s" }"#,
    );
    let id = bench.id("p", "t");
    assert_eq!(bench.act("POST", &id, "resync"), (200, Value::Null));
    assert_eq!(bench.table(&id)["table"]["row_count"], 200, "dropped only when the run starts");
    bench.pass(3);
    assert_eq!(bench.table(&id)["table"], Value::Null);
    bench.pass(15);
    let table = bench.table(&id);
    assert_eq!((&table["status"], &table["table"]["row_count"]), (&json!("Completed"), &json!(100)));
}

#[test]
fn resync_of_a_running_table_cancels_it_and_the_restart_is_swallowed_but_remembered() {
    let mut bench = Bench::new("small");
    let id = bench.id("shop", "public.events_archive");
    let before = bench.jobs(&id).len();
    bench.act("POST", &id, "resync");
    bench.pass(30);
    let table = bench.table(&id);
    assert_eq!((&table["status"], &table["latest_error"]), (&json!("Failed"), &json!("Sync cancelled by user")));
    assert_eq!(bench.jobs(&id).len(), before, "no new run");
    bench.act("POST", &id, "reload");
    bench.pass(2);
    assert_eq!(bench.table(&id)["table"], Value::Null, "the reset was remembered");
    bench.pass(20);
    assert_eq!(bench.table(&id)["status"], "Completed");
}

#[test]
fn delete_data_answers_200_keeps_the_error_and_a_reload_rebuilds() {
    let mut bench = one_source("Postgres", "", FAILING);
    let id = bench.id("p", "t");
    let error = bench.table(&id)["latest_error"].clone();
    assert_eq!(bench.act("DELETE", &id, "delete_data"), (200, Value::Null));
    let table = bench.table(&id);
    assert_eq!([&table["table"], &table["status"], &table["last_synced_at"]], [&Value::Null; 3]);
    assert_eq!(table["latest_error"], error);
    assert_eq!(bench.act("DELETE", &id, "delete_data"), (200, Value::Null), "nothing left is no error");
    let table = bench.reload_and_wait(&id);
    assert_eq!((&table["status"], &table["latest_error"]), (&json!("Completed"), &Value::Null));
    assert!(table["table"]["row_count"].as_u64() > Some(0));
}

#[test]
fn a_permanent_error_switches_off_and_shows_a_friendly_text() {
    let mut bench = one_source(
        "Postgres",
        "",
        r#"{ name = "t", frequency = "6hour", columns = ["id int key", "other timestamp"] }"#,
    );
    let id = bench.id("p", "t");
    assert_eq!(bench.table(&id)["status"], "Completed");
    let table = bench.reload_and_wait(&id);
    assert_eq!((&table["status"], &table["should_sync"]), (&json!("Failed"), &json!(false)));
    let error = table["latest_error"].as_str().unwrap();
    assert!(error.ends_with("re-enable the sync.") && !error.contains("updated_at"), "{error}");
    assert_eq!(bench.source("p")["status"], "Completed", "the source looks fine");
    // The cursor is chosen anew, the table switched on, and only then does a reload work.
    assert_eq!(bench.set(&id, &json!({ "incremental_field": "other", "incremental_field_type": "timestamp" })).0, 200);
    assert_eq!(bench.table(&id)["should_sync"], false, "a change of settings switches nothing on");
    bench.set(&id, &json!({ "should_sync": true }));
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
}

#[test]
fn a_reload_of_a_disabled_table_is_accepted_and_does_not_enable_it() {
    let mut bench = Bench::new("small");
    let id = bench.id("depot", "shop.returns");
    let table = bench.reload_and_wait(&id);
    assert_eq!((&table["status"], &table["should_sync"]), (&json!("Completed"), &json!(false)));
}

#[test]
fn switching_on_follows_the_rules() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.tmp_import");
    let (status, body) = bench.set(&id, &json!({ "should_sync": true }));
    assert_eq!((status, &body["detail"]), (400, &json!("Sync type must be set up first before enabling schema")));
    // A table without a schedule gets one, and a run at once.
    let set_up = json!({ "sync_type": "full_refresh", "should_sync": true });
    let (status, body) = bench.set(&id, &set_up);
    assert_eq!((status, &body["status"], &body["source"]), (200, &json!("Running"), &Value::Null));
    bench.pass(60);
    assert_eq!(bench.table(&id)["status"], "Completed");
}

#[test]
fn switching_off_tears_down_the_run() {
    let mut bench = Bench::new("small");
    let id = bench.id("shop", "public.events_archive");
    bench.set(&id, &json!({ "should_sync": false }));
    bench.pass(10);
    assert_eq!(bench.jobs(&id)[0]["latest_error"], "Sync stopped because syncing was turned off");
}

#[test]
fn one_paused_table_blocks_the_whole_project() {
    let mut bench = Bench::new("billing-pause");
    let refused =
        json!({ "message": "Monthly sync limit reached. Please increase your billing limit to resume syncing." });
    let (orders, charge) = (bench.id("prod", "public.orders"), bench.id("us", "Charge"));
    for id in [&orders, &charge] {
        assert_eq!(bench.act("POST", id, "reload"), (400, refused.clone()));
        assert_eq!(bench.act("POST", id, "resync"), (400, refused.clone()));
    }
    let source = bench.source("us")["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.post(&format!("external_data_sources/{source}/reload/")), (400, refused));
    assert_eq!(bench.source("prod")["status"], "Failed", "a failing table hides the pause");
    let paused = bench.id("prod", "public.events");
    assert_eq!(bench.act("DELETE", &paused, "").0, 204);
    assert_eq!(bench.act("POST", &orders, "reload").0, 200);
}

#[test]
fn the_billing_spelling_of_jobs_and_tables_differs() {
    let mut bench = Bench::new("demo");
    let invoice = bench.id("us", "Invoice");
    assert_eq!(bench.table(&invoice)["status"], "Billing limits too low");
    assert_eq!(bench.jobs(&invoice)[0]["status"], "Billing limit too low");
    let balance = bench.id("us", "BalanceTransaction");
    assert_eq!(bench.table(&balance)["status"], "Billing limits");
    assert_eq!(bench.table(&balance)["latest_error"], Value::Null);
}

#[test]
fn cdc_in_mode_both_makes_two_jobs_a_run() {
    let mut bench = Bench::new("demo");
    let id = bench.id("fulfil", "public.tracking_events");
    bench.act("POST", &id, "reload");
    bench.pass(3);
    let jobs = bench.jobs(&id);
    let modes: Vec<&str> = jobs[..2].iter().map(|job| job["cdc_write_mode"].as_str().unwrap()).collect();
    assert_eq!(jobs[0]["created_at"], jobs[1]["created_at"]);
    assert_eq!(modes, ["scd2_append", "incremental_merge"]);
}

#[test]
fn a_halted_cdc_table_stays_failed_whatever_is_asked() {
    let mut bench = Bench::new("demo");
    let id = bench.id("ledger", "public.postings");
    let before = bench.jobs(&id).len();
    assert_eq!(bench.act("POST", &id, "reload"), (200, Value::Null));
    assert_eq!(bench.table(&id)["status"], "Failed");
    bench.pass(60);
    assert_eq!(bench.jobs(&id).len(), before);
}

#[test]
fn schedules_keep_the_world_moving() {
    let mut bench = Bench::new("demo");
    let id = bench.id("prod", "public.clicks");
    let synced = bench.table(&id)["last_synced_at"].as_str().unwrap().to_owned();
    let mut quiet = 0;
    for _ in 0..120 {
        bench.pass(5);
        let running = bench
            .sources()
            .iter()
            .flat_map(|source| source["schemas"].as_array().unwrap().clone())
            .filter(|table| table["status"] == "Running")
            .count();
        quiet += usize::from(running < 4);
    }
    assert!(bench.table(&id)["last_synced_at"].as_str().unwrap() > synced.as_str());
    // Three never stop (slow, stuck, phantom); nearly always something else runs, too.
    assert!(quiet < 30, "quiet in {quiet} of 120 looks");
}

#[test]
fn a_new_frequency_moves_the_schedule() {
    let mut bench = one_source("Postgres", "", HEALTHY);
    let id = bench.id("p", "t");
    let before = bench.jobs(&id).len();
    assert_eq!(bench.set(&id, &json!({ "sync_frequency": "15min" })).0, 200);
    bench.pass(46 * 60);
    assert_eq!(bench.jobs(&id).len(), before + 3);
}
