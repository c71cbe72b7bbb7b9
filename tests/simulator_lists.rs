//! Sources, lists, pages and jobs as the contract describes them (sections 3, 8.2, 9.1, 9.2 and 13).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use serde_json::{Value, json};
use support::bench::Bench;

/// A world of one source, from the lines of its tables.
fn one_source(kind: &str, more: &str, tables: &str) -> Bench {
    Bench::toml(&format!("[[sources]]\ntype = \"{kind}\"\nprefix = \"p\"\n{more}\ntables = [{tables}]\n"))
}

#[test]
fn right_credentials_switch_nothing_on() {
    let mut bench = Bench::new("demo");
    let source = bench.source("shop");
    let path = format!("external_data_sources/{}/", source["id"].as_str().unwrap());
    assert_eq!(source["status"], "Completed", "the source looks fine with all its tables off");
    assert!(source["job_inputs"].get("password").is_none());
    let (status, body) = bench.patch(&path, &json!({ "job_inputs": { "password": "guess" } }));
    assert_eq!((status, &body["code"]), (400, &json!("invalid_input")));
    let (status, body) = bench.patch(&path, &json!({ "job_inputs": { "password": "demo" } }));
    assert_eq!(status, 200);
    assert!(body["job_inputs"].get("password").is_none(), "secrets are never returned");
    let id = bench.id("shop", "shop.orders");
    assert_eq!(bench.table(&id)["should_sync"], false);
    let jobs = bench.jobs(&id).len();
    bench.post(&format!("{path}reload/"));
    bench.pass(60);
    assert_eq!(bench.jobs(&id).len(), jobs, "a reload of the source passes it over");
    bench.set(&id, &json!({ "should_sync": true }));
    bench.pass(60);
    assert_eq!(bench.jobs(&id).len(), jobs, "switching on with a schedule starts nothing");
    assert_eq!(bench.reload_and_wait(&id)["status"], "Completed");
}

#[test]
fn a_moved_host_wants_the_password_again() {
    let mut bench = Bench::new("demo");
    let source = bench.source("erp");
    let path = format!("external_data_sources/{}/", source["id"].as_str().unwrap());
    let (status, body) = bench.patch(&path, &json!({ "job_inputs": { "host": "erp.example.com" } }));
    assert_eq!(status, 400);
    assert!(body["detail"].as_str().unwrap().contains("requires re-entering your credentials"));
    let both =
        json!({ "job_inputs": { "host": "erp.example.com", "password": "new", "cdc_enabled": "x", "unknown": 1 } });
    let (status, body) = bench.patch(&path, &both);
    assert_eq!((status, &body["job_inputs"]["host"]), (200, &json!("erp.example.com")));
    assert!(body["job_inputs"].get("unknown").is_none(), "unknown keys are ignored");
}

#[test]
fn the_source_status_is_derived_from_enabled_tables_first_match_wins() {
    let status =
        |tables: &str| one_source("Postgres", "stored_status = \"Error\"", tables).source("p")["status"].clone();
    let table = |name: &str, status: &str, on: bool| {
        format!("{{ name = \"{name}\", status = \"{status}\", should_sync = {on} }}")
    };
    let all = ["Completed", "Running", "Paused", "Billing limits too low", "Billing limits", "Failed"];
    for last in 0..all.len() {
        let tables: Vec<String> = (0..=last).map(|index| table(&format!("t{index}"), all[index], true)).collect();
        assert_eq!(status(&tables.join(",")), all[last]);
    }
    assert_eq!(status(&format!("{}, {}", table("a", "Failed", false), table("b", "Completed", true))), "Completed");
    assert_eq!(status(&table("a", "Failed", false)), "Error", "the stored value, when no enabled table has one");
}

#[test]
fn the_source_error_is_that_of_the_first_table_by_name_even_a_disabled_one() {
    let mut bench = one_source(
        "Postgres",
        "",
        r#"{ name = "b", error = "of b" }, { name = "a", error = "of a", should_sync = false }, { name = "0" }"#,
    );
    assert_eq!(bench.source("p")["latest_error"], "of a");
}

#[test]
fn a_patched_prefix_is_ignored_without_an_error() {
    let mut bench = Bench::new("calm");
    let id = bench.source("prod")["id"].as_str().unwrap().to_owned();
    let (status, body) =
        bench.patch(&format!("external_data_sources/{id}/"), &json!({ "prefix": "x", "description": "d" }));
    assert_eq!((status, &body["prefix"], &body["description"]), (200, &json!("prod"), &json!("d")));
    assert_eq!(bench.patch(&format!("external_data_sources/{id}/"), &json!({ "access_method": "direct" })).0, 400);
}

#[test]
fn refreshing_the_table_list_adds_removes_and_switches_off() {
    let mut bench = one_source(
        "Postgres",
        r#"undiscovered = [{ name = "new" }]"#,
        r#"{ name = "here" }, { name = "gone_synced", at_source = false }, { name = "gone_new", at_source = false, synced = false }"#,
    );
    let source = bench.source("p")["id"].as_str().unwrap().to_owned();
    let (status, body) = bench.post(&format!("external_data_sources/{source}/refresh_schemas/"));
    assert_eq!((status, body), (200, json!({ "added": 1, "deleted": 2, "auto_enabled": 0, "total_tables_seen": 2 })));
    let list = bench.source("p")["schemas"].clone();
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["gone_synced", "here", "new"]);
    assert_eq!((&list[0]["should_sync"], &list[0]["status"]), (&json!(false), &json!("Completed")));
    assert_eq!(
        (&list[2]["should_sync"], &list[2]["status"], &list[2]["table"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    // A deleted entry is found again, listed as new and switched off.
    let here = bench.id("p", "here");
    assert_eq!(bench.act("DELETE", &here, "").0, 204);
    assert_eq!(bench.act("GET", &here, "").0, 404);
    assert_eq!(bench.post(&format!("external_data_sources/{source}/refresh_schemas/")).1["added"], 1);
    assert_eq!(bench.table(&here)["should_sync"], false);
}

#[test]
fn refreshing_an_unreachable_source_is_refused() {
    let mut bench = Bench::new("demo");
    let source = bench.source("shop")["id"].as_str().unwrap().to_owned();
    let (status, body) = bench.post(&format!("external_data_sources/{source}/refresh_schemas/"));
    assert_eq!(status, 400);
    assert!(body["message"].is_string());
    let id = bench.id("shop", "shop.orders");
    assert_eq!(bench.act("POST", &id, "incremental_fields"), (400, json!({ "message": "Invalid credentials" })));
}

#[test]
fn reloading_a_direct_source_refreshes_its_table_list() {
    let mut bench = Bench::new("demo");
    let source = bench.source("Finance, live");
    assert_eq!(source["access_method"], "direct");
    let (status, body) = bench.post(&format!("external_data_sources/{}/reload/", source["id"].as_str().unwrap()));
    assert_eq!((status, &body["total_tables_seen"]), (200, &json!(2)));
    let id = bench.id("Finance, live", "DIM_ACCOUNT");
    assert_eq!(bench.act("DELETE", &id, "delete_data").0, 200);
    assert_eq!(bench.table(&id)["should_sync"], false, "on a direct source it switches off");
    let (status, body) = bench.act("POST", &id, "reload");
    assert_eq!((status, &body["code"]), (400, &json!("invalid_input")), "no frequency, no schedule");
}

#[test]
fn deleting_a_source_answers_204_and_takes_everything_with_it() {
    let mut bench = Bench::new("small");
    let (source, table) = (bench.source("shop")["id"].as_str().unwrap().to_owned(), bench.id("shop", "public.orders"));
    let path = format!("external_data_sources/{source}/");
    assert_eq!(bench.send("DELETE", &path, None), (204, Value::Null));
    assert_eq!(bench.send("DELETE", &path, None).0, 404);
    let (status, body) = bench.act("GET", &table, "");
    assert_eq!((status, &body["detail"], &body["type"]), (404, &json!("Not found."), &json!("invalid_request")));
    assert_eq!(bench.sources().len(), 2);
}

#[test]
fn a_job_of_a_deleted_table_has_a_schema_without_id() {
    let mut bench = Bench::new("small");
    let source = bench.source("depot")["id"].as_str().unwrap().to_owned();
    let id = bench.id("depot", "shop.stock");
    bench.act("DELETE", &id, "");
    let jobs = bench.get(&format!("external_data_sources/{source}/jobs/"));
    let orphans: Vec<&Value> =
        jobs.as_array().unwrap().iter().filter(|job| job["schema"].get("id").is_none()).collect();
    assert!(!orphans.is_empty());
    assert_eq!(orphans[0]["schema"]["name"], "");
}

#[test]
fn schema_items_do_not_name_their_source_and_lists_have_two_shapes() {
    let mut bench = Bench::new("small");
    let page = bench.get("external_data_schemas/?search=orders");
    assert_eq!(page["count"], 1);
    assert_eq!(page["results"][0]["source"], Value::Null);
    let id = page["results"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.table(&id)["source"]["source_type"], "Postgres");
    let listed = bench.source("shop");
    assert!(listed["schemas"][0].get("incremental_field").is_none());
    let single = bench.get(&format!("external_data_sources/{}/", listed["id"].as_str().unwrap()));
    assert!(single["schemas"][0].get("incremental_field").is_some());
    assert_eq!(
        bench.send("GET", &format!("external_data_schemas/{id}/?search=zzz"), None).0,
        404,
        "a stray search hides"
    );
}

#[test]
fn pages_have_no_upper_bound_and_next_is_absolute() {
    let mut bench = Bench::new("small");
    let page = bench.get("external_data_sources/?limit=2");
    assert_eq!(page["next"], "http://127.0.0.1:4010/api/projects/1/external_data_sources/?limit=2&offset=2");
    assert_eq!((&page["previous"], page["results"].as_array().unwrap().len()), (&Value::Null, 2));
    let page = bench.get("external_data_sources/?limit=2&offset=2");
    assert_eq!((&page["next"], page["results"].as_array().unwrap().len()), (&Value::Null, 1));
    assert_eq!(page["results"][0]["prefix"], "shop", "newest first");
    for odd in ["limit=0", "limit=-1", "limit=x", "limit=100000", "offset=x"] {
        assert_eq!(
            bench.get(&format!("external_data_sources/?{odd}"))["results"].as_array().unwrap().len(),
            3,
            "{odd}"
        );
    }
    assert_eq!(bench.get("external_data_sources/?offset=99")["results"], json!([]));
    assert_eq!(bench.get("external_data_sources/?search=DEPOT%20mysql")["count"], 1);
}

#[test]
fn jobs_come_fifty_at_a_time_newest_first_with_exclusive_bounds() {
    let mut bench = Bench::new("demo");
    let source = bench.source("prod")["id"].as_str().unwrap().to_owned();
    let path = format!("external_data_sources/{source}/jobs/");
    let first = bench.get(&path);
    let first = first.as_array().unwrap();
    assert_eq!(first.len(), 50);
    let times: Vec<&str> = first.iter().map(|job| job["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    let second = bench.get(&format!("{path}?before={}", times[49]));
    assert!(second[0]["created_at"].as_str().unwrap() < times[49]);
    let newer = bench.get(&format!("{path}?after={}", times[3]));
    assert_eq!(newer.as_array().unwrap().len(), times.iter().filter(|time| **time > times[3]).count());
    let two = bench.get(&format!("{path}?schemas=public.clicks&schemas=public.carts"));
    assert!(
        two.as_array()
            .unwrap()
            .iter()
            .all(|job| ["public.clicks", "public.carts"].contains(&job["schema"]["name"].as_str().unwrap()))
    );
    assert_eq!(bench.get(&format!("{path}?schemas=public.click")), json!([]), "names are matched exactly");
    assert_eq!(bench.send("GET", &format!("{path}?before=yesterday"), None).0, 400);
}

#[test]
fn the_same_seed_and_time_give_the_same_replies() {
    let play = || {
        let mut bench = Bench::new("demo");
        let id = bench.id("prod", "public.orders");
        bench.act("POST", &id, "reload");
        let mut replies = Vec::new();
        for _ in 0..20 {
            bench.pass(33);
            replies.push(bench.raw("GET", "external_data_sources/", None).body);
            replies.push(bench.get("external_data_schemas/?limit=500").to_string());
        }
        replies
    };
    assert_eq!(play(), play());
}

#[test]
fn settings_merge_deeply_and_booleans_become_strings() {
    let mut bench = Bench::toml(
        "[[sources]]\ntype = \"Stripe\"\nprefix = \"s\"\naccepts = { \"auth_method.stripe_secret_key\" = \"rk_demo\" }\n\
         [[sources]]\ntype = \"Postgres\"\nprefix = \"p\"",
    );
    let mut change = |prefix: &str, inputs: Value| {
        let path = format!("external_data_sources/{}/", bench.source(prefix)["id"].as_str().unwrap());
        bench.patch(&path, &json!({ "job_inputs": inputs }))
    };
    assert_eq!(change("s", json!({ "auth_method": { "stripe_secret_key": "rk_old" } })).0, 400);
    let (status, body) = change("s", json!({ "auth_method": { "stripe_secret_key": "rk_demo" } }));
    assert_eq!((status, &body["job_inputs"]["auth_method"]), (200, &json!({ "selection": "api_key" })));
    let tunnel = json!({ "ssh_tunnel": { "enabled": true, "host": "bastion", "port": 22 }, "password": "again" });
    let (status, body) = change("p", tunnel);
    let expected = json!({ "enabled": "True", "host": "bastion", "port": "22" });
    assert_eq!((status, &body["job_inputs"]["ssh_tunnel"]), (200, &expected));
    assert_eq!(change("p", json!({ "password": "wrong" })).0, 400);
}
