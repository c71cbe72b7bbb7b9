//! The simulator over its socket: starting, stopping, logging, and what only HTTP shows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use serde_json::{Value, json};
use whtui::simulator::{Clock, Options, Simulator, scenario_names, start, start_with_clock};

fn options(scenario: &str) -> Options {
    Options { scenario: scenario.to_owned(), ..Options::default() }
}

fn client() -> reqwest::Client {
    // Nothing is encrypted here, but the library wants to know how it would be.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn address(simulator: &Simulator, path: &str) -> String {
    format!("{}/api/projects/{}/{path}", simulator.origin(), simulator.project())
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    let reply = client().get(address(simulator, path)).bearer_auth(simulator.key()).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    reply.json().await.unwrap()
}

#[tokio::test]
async fn every_built_in_world_is_served_on_loopback() {
    assert!(scenario_names().contains(&"demo"));
    for name in scenario_names() {
        let simulator = start(options(name)).await.unwrap();
        assert!(simulator.origin().starts_with("http://127.0.0.1:"));
        assert_eq!(get(&simulator, "external_data_sources/").await["previous"], Value::Null);
        simulator.stop().await;
    }
}

#[tokio::test]
async fn a_manual_clock_moves_the_world_and_the_date_header() {
    let clock = Clock::manual("2026-11-20T12:00:00Z".parse().unwrap());
    let simulator = start_with_clock(options("small"), clock.clone()).await.unwrap();
    let page = get(&simulator, "external_data_schemas/?search=orders").await;
    let id = page["results"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("external_data_schemas/{id}/");
    let reload = client().post(address(&simulator, &format!("{path}reload/"))).bearer_auth(simulator.key());
    let reply = reload.send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers().get("content-type")), (200, None));
    assert_eq!(reply.headers()["date"], "Fri, 20 Nov 2026 12:00:00 GMT");
    assert_eq!(reply.bytes().await.unwrap().len(), 0);
    assert_eq!(get(&simulator, &path).await["status"], "Running");
    clock.advance(Duration::from_secs(10));
    assert_eq!(get(&simulator, &path).await["status"], "Completed");
}

#[tokio::test]
async fn a_system_clock_runs_at_its_speed() {
    let simulator = start(Options { speed: 1_000_000.0, ..options("small") }).await.unwrap();
    let first = get(&simulator, "external_data_schemas/?search=orders").await["results"][0]["latest_error"].clone();
    assert!(first.is_string());
    // However slow the machine, a few milliseconds are hours here.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let jobs = get(&simulator, "external_data_sources/").await["results"][0]["last_run_at"].clone();
    assert!(jobs.as_str().unwrap() > jiff_now_in_two_hours().as_str(), "{jobs}");
}

#[expect(clippy::disallowed_methods, reason = "compares the simulator's fast clock with the real one")]
fn jiff_now_in_two_hours() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2)).to_string()
}

#[tokio::test]
async fn the_log_has_every_request_and_never_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("requests.jsonl");
    let simulator = start(Options { request_log: Some(file.clone()), ..options("small") }).await.unwrap();
    let key = simulator.key().to_owned();
    get(&simulator, &format!("external_data_sources/?limit=1&personal_api_key={key}")).await;
    let page = get(&simulator, "external_data_schemas/?limit=1").await;
    let id = page["results"][0]["id"].as_str().unwrap();
    let path = format!("external_data_schemas/{id}/");
    let change = client().patch(address(&simulator, &path)).bearer_auth(&key);
    let reply = change.json(&json!({ "sync_frequency": "never" })).send().await.unwrap();
    assert_eq!(reply.status(), 400);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&key), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["path"], "/api/projects/1/external_data_sources/?limit=1");
    assert_eq!(lines[0]["body"], Value::Null);
    assert_eq!((&lines[2]["method"], &lines[2]["status"]), (&json!("PATCH"), &json!(400)));
    assert_eq!(lines[2]["body"], json!({ "sync_frequency": "never" }));
    let kept = simulator.requests();
    assert_eq!(serde_json::to_value(&kept).unwrap(), Value::Array(lines));
}

#[tokio::test]
async fn what_prevents_a_start_is_said_in_a_sentence() {
    let first = start(options("empty")).await.unwrap();
    let port = first.origin().rsplit(':').next().unwrap().parse().unwrap();
    let error = start(Options { port, ..options("empty") }).await.unwrap_err().to_string();
    assert!(error.contains(&port.to_string()) && error.contains("choose another port"), "{error}");
    let log = Some("/nonexistent/directory/log.jsonl".into());
    let error = start(Options { request_log: log, ..options("empty") }).await.unwrap_err().to_string();
    assert!(error.contains("/nonexistent/directory/log.jsonl"), "{error}");
    let error = start(options("nowhere")).await.unwrap_err().to_string();
    assert!(error.contains("nowhere") && error.contains("billing-pause"), "{error}");
    let error = start(options("missing.toml")).await.unwrap_err().to_string();
    assert!(error.contains("missing.toml") && error.contains("check the path"), "{error}");
}

#[tokio::test]
async fn stopping_and_dropping_free_the_port() {
    let simulator = start(options("empty")).await.unwrap();
    let origin = simulator.origin();
    simulator.stop().await;
    assert!(client().get(&origin).send().await.is_err());
    let simulator = start(options("empty")).await.unwrap();
    let origin = simulator.origin();
    drop(simulator);
    for _ in 0..200 {
        if client().get(&origin).send().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still listening after it was dropped");
}

#[tokio::test]
async fn head_is_a_get_without_a_body_and_html_is_served_outside_the_api() {
    let simulator = start(options("small")).await.unwrap();
    let head = client().head(address(&simulator, "external_data_sources/")).bearer_auth(simulator.key());
    let reply = head.send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.bytes().await.unwrap().len(), 0);
    let reply = client().get(format!("{}/login", simulator.origin())).send().await.unwrap();
    assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let reply = client().get(address(&simulator, "external_data_sources/")).send().await.unwrap();
    assert_eq!(reply.status(), 401);
    assert!(reply.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_generated_world_has_the_size_asked_for() {
    let simulator = start(options("scale:30x20")).await.unwrap();
    let page = get(&simulator, "external_data_sources/?limit=10").await;
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(30), 10));
    assert_eq!(page["results"][0]["schemas"].as_array().unwrap().len(), 20);
    assert_eq!(get(&simulator, "external_data_schemas/?limit=1").await["count"], 600);
    let text = get(&simulator, "external_data_sources/").await.to_string();
    for status in ["Completed", "Failed", "null"] {
        assert!(text.contains(status));
    }
}
