//! `whtui wait` as scripts see it: when it ends, and with which exit code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "support/program.rs"]
mod program;

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use program::{Simulator, at, serve, told, whtui};
use serde_json::{Value, json};

/// Tables that run, rest and never will run. A minute of this world lasts a second.
const WORLD: &str = r#"
title = "waiting"
[[sources]]
type = "Postgres"
prefix = "shop"
tables = [
  { name = "public.orders", frequency = "6hour", run = { elapsed = "30s", remaining = "10m", rows = 1200 } },
  { name = "public.broken", frequency = "6hour", last_run = "1h", fault = { text = "The column \"total\" no longer exists in the source table.", since = "7h", after = "8m" } },
  { name = "public.long", frequency = "24hour", run = { elapsed = "30s", remaining = "20h", rows = 9000000 } },
  { name = "public.done", frequency = "6hour", last_run = "1h" },
  { name = "public.failed", situation = "transient", frequency = "6hour", last_run = "40m", duration = "8m" },
  { name = "public.phantom", situation = "phantom", frequency = "6hour" },
  { name = "public.stuck", situation = "stuck", frequency = "6hour", duration = "5s" },
  { name = "public.off", situation = "off_by_user", frequency = "6hour" },
  { name = "public.both", frequency = "6hour", last_run = "1h" },
]
[[sources]]
type = "MySQL"
prefix = "depot"
tables = [{ name = "public.both", frequency = "6hour", last_run = "1h" }]
"#;

fn world() -> Simulator {
    Simulator::of(WORLD, &["--speed", "60"])
}

/// Requests a run of a table; the job that was its newest before.
fn reload(simulator: &Simulator, name: &str) -> Value {
    let (_, listing) = simulator.json(&["tables", "--json", "--quick"]);
    let table = listing["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap();
    let newest = simulator.json(&["jobs", "--json", name]).1["jobs"][0]["id"].clone();
    simulator.post(&format!("/api/projects/1/external_data_schemas/{}/reload/", table["id"].as_str().unwrap()));
    newest
}

#[test]
fn a_run_is_waited_for_until_it_has_ended() {
    let simulator = world();
    let (code, report) = simulator.json(&["wait", "orders", "--json", "--timeout", "5m"]);
    assert_eq!((code, &report["outcome"], &report["version"]), (0, &json!("completed"), &json!(1)), "{report}");
    assert_eq!((&report["job"]["status"], &report["job"]["rows"]), (&json!("Completed"), &json!(1200)));
    assert_eq!(
        (&report["table"]["name"], &report["source"]["name"]),
        (&json!("public.orders"), &json!("shop")),
        "{report}"
    );
}

#[test]
fn a_run_that_fails_says_why() {
    let simulator = world();
    let before = reload(&simulator, "public.broken");
    let (code, report) = simulator.json(&["wait", "public.broken", "--timeout", "5m", "--json"]);
    assert_eq!((code, &report["outcome"]), (1, &json!("not_completed")), "{report}");
    assert_ne!(report["job"]["id"], before);
    assert_eq!((&report["job"]["status"], &report["root_cause"]), (&json!("Failed"), &json!("schema_drift_column")));
    assert!(report["error"].as_str().unwrap().contains("\"total\" no longer exists"), "{report}");
    // Once it has ended, the state tells.
    let (code, out, err) = simulator.run(&["wait", "public.broken", "--timeout", "5m"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.starts_with("shop/public.broken: nothing is running; Failed, last completed "), "{out}");
    assert!(out.ends_with(": A column went away\n"), "{out}");
}

#[test]
fn what_does_not_run_is_told_at_once() {
    let simulator = world();
    for (table, code, says) in [
        ("done", 0, "shop/public.done: nothing is running; Completed, last completed "),
        ("failed", 1, "shop/public.failed: nothing is running; Failed"),
        ("phantom", 1, "shop/public.phantom: Phantom: The status says Running, but no job is running"),
        ("stuck", 1, "shop/public.stuck: Stuck: A job is running without a sign of life"),
        ("off", 1, "shop/public.off: nothing is running; Off"),
        ("shop/both", 0, "shop/public.both: nothing is running; Completed"),
    ] {
        let (ended, out, err) = simulator.run(&["wait", table, "--timeout", "5m"]);
        assert_eq!((ended, err.as_str()), (code, ""), "{table}: {out}");
        assert!(out.starts_with(says) && out.lines().count() == 1, "{out}");
    }
    let (code, out, _) = simulator.run(&["wait", "off", "--next", "--timeout", "5m"]);
    assert!(code == 1 && out.starts_with("shop/public.off: no run will begin; Off"), "{out}");
}

#[test]
fn a_requested_run_counts_only_with_its_job() {
    let simulator = world();
    let before = reload(&simulator, "public.failed");
    let (code, report) = simulator.json(&["wait", "failed", "--json", "--timeout", "5m"]);
    assert_eq!((code, &report["outcome"]), (0, &json!("completed")), "{report}");
    assert_ne!(report["job"]["id"], before);
}

#[test]
fn the_next_run_is_waited_for_if_so_wanted() {
    let world = WORLD.replace(
        "name = \"public.done\", frequency = \"6hour\", last_run = \"1h\"",
        "name = \"public.done\", frequency = \"5min\", last_run = \"2m\", duration = \"4s\"",
    );
    let simulator = Simulator::of(&world, &["--speed", "60"]);
    let before = simulator.json(&["jobs", "--json", "public.done"]).1["jobs"][0]["id"].clone();
    let (code, report) = simulator.json(&["wait", "done", "--next", "--json", "--timeout", "5m"]);
    assert_eq!((code, &report["outcome"]), (0, &json!("completed")), "{report}");
    assert_ne!(report["job"]["id"], before);
}

#[test]
fn the_time_can_be_up() {
    let simulator = Simulator::of(WORLD, &[]);
    let (code, out, err) = simulator.run(&["wait", "long", "--timeout", "2s"]);
    assert_eq!((code, err.as_str()), (124, ""));
    assert!(out.starts_with("shop/public.long: the time is up after ") && out.ends_with("; it is Running\n"), "{out}");
    let (code, report) = simulator.json(&["wait", "long", "--timeout", "1", "--json"]);
    assert_eq!((code, &report["outcome"], &report["state"]), (124, &json!("timed_out"), &json!("running")));
}

#[test]
fn names_that_mean_nothing_or_too_much_are_told() {
    let simulator = world();
    for (table, says) in [
        ("both", "several tables are called \"both\"; choose one with --source or by its id: "),
        ("bro", "no table is called \"bro\"; there are \"public.broken\"."),
        ("nothing", "no table is called \"nothing\"; `whtui tables` lists what there is."),
        ("\u{1b}]0;x\u{7}", "no table is called"),
    ] {
        let (code, out, err) = simulator.run(&["wait", table]);
        assert_eq!((code, out.as_str()), (2, ""), "{table}");
        assert!(err.contains(says) && !err.contains('\u{1b}') && err.lines().count() == 1, "{err}");
    }
    let (.., err) = simulator.run(&["wait", "both"]);
    assert!(err.contains("shop/public.both (") && err.contains("depot/public.both ("), "{err}");
    let (code, out, _) = simulator.run(&["wait", "both", "--source", "depot"]);
    assert!(code == 0 && out.starts_with("depot/public.both: "), "{out}");
}

#[test]
fn what_cannot_be_found_out_ends_the_waiting() {
    let (code, out, err) = told(&whtui(&["wait", "orders"]).output().unwrap());
    assert!(code == 2 && out.is_empty() && err.contains("WHTUI_API_KEY"), "{err}");
    // The list can be read, the jobs cannot.
    let host = serve(|request| {
        let table = json!({"id": "t", "name": "orders", "should_sync": true, "status": "Running",
            "latest_error": null, "sync_type": "incremental"});
        let source = json!({"id": "s", "source_type": "Postgres", "prefix": "prod", "schemas": [table]});
        if request.contains("/jobs") {
            return ("403 Forbidden", json!({"detail": "You do not have permission to perform this action."}));
        }
        ("200 OK", json!({"count": 1, "next": null, "previous": null, "results": [source]}))
    });
    let (code, out, err) = told(&at(&host, &["wait", "orders", "--timeout", "5m"]).output().unwrap());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("how the sync ends cannot be found out"), "{err}");
}

#[test]
fn the_first_answer_may_be_late_too() {
    let answers = Arc::new(AtomicBool::new(false));
    let host = serve({
        let answers = Arc::clone(&answers);
        move |request| {
            if !answers.load(Ordering::SeqCst) {
                return ("503 Service Unavailable", json!({}));
            }
            let table = json!({"id": "t", "name": "orders", "should_sync": true, "status": "Completed",
                "latest_error": null, "sync_type": "incremental", "last_synced_at": "2026-11-20T08:00:41Z"});
            if request.contains("/jobs") {
                return ("200 OK", json!([]));
            }
            if request.contains("/external_data_schemas/t") {
                return ("200 OK", table);
            }
            let source = json!({"id": "s", "source_type": "Postgres", "prefix": "prod", "schemas": [table]});
            ("200 OK", json!({"count": 1, "next": null, "previous": null, "results": [source]}))
        }
    });
    let mut child = at(&host, &["wait", "orders"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("does not answer") && line.contains("trying again"), "{line}");
    answers.store(true, Ordering::SeqCst);
    let (code, out, _) = told(&child.wait_with_output().unwrap());
    assert!(code != 2 && out.starts_with("prod/orders: nothing is running; "), "{out}");
}

/// Comes back once it is so; a minute is far more than it takes.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} never happens");
}

#[test]
fn an_interrupt_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("requests");
    let simulator = Simulator::of(WORLD, &["--request-log", log.to_str().unwrap()]);
    let mut child = at(&simulator.host, &["wait", "long"]).stdout(Stdio::piped()).spawn().unwrap();
    until("a look at the jobs", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("/jobs")));
    kill(nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let mut status = None;
    until("its end", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().signal(), Some(2), "the shell sees 130");
}
