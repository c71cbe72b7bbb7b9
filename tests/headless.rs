//! `diagnose` and `explain` as scripts see them: the built program, over HTTP, on every kind of world.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "support/program.rs"]
mod program;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::thread;

use program::{KEY, Simulator, at, serve, told, whtui};
use serde_json::{Value, json};

/// The object that `diagnose --json` wrote, held to its format.
fn report(output: &Output) -> (i32, Value) {
    let (code, out, err) = told(output);
    assert!(out.ends_with('\n') && out.trim_end().lines().count() == 1, "{out} {err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let keys = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let mut expected = vec!["version", "host", "project", "generated_at", "complete", "counts", "problems"];
    expected.sort_unstable();
    assert_eq!(keys(&report), expected);
    assert_eq!((&report["version"], report["complete"].is_boolean()), (&json!(1), true));
    assert!(report["generated_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    for problem in report["problems"].as_array().unwrap() {
        for name in ["kind", "severity", "recovery", "advice", "title", "reason"] {
            assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {problem}");
        }
        assert!(problem["retry_safe"].is_boolean() && problem["schemas"].is_array(), "{problem}");
        for name in ["root_cause", "evidence", "identifier", "since"] {
            assert!(problem[name].is_string() || problem[name].is_null(), "{name}: {problem}");
        }
        assert_eq!(keys(&problem["source"]), ["id", "name", "type"]);
        for schema in problem["schemas"].as_array().unwrap() {
            assert_eq!(keys(schema), ["id", "name", "rows", "state"]);
            // A billing pause of another source is told even where only one source is wanted.
            let state = schema["state"].as_str().unwrap();
            assert!(state == "billing_pause" || report["counts"][state].as_u64() > Some(0), "{schema}");
        }
    }
    (code, report)
}

fn kinds(report: &Value) -> Vec<&str> {
    report["problems"].as_array().unwrap().iter().map(|problem| problem["kind"].as_str().unwrap()).collect()
}

fn states_of<'a>(report: &'a Value, kind: &str) -> Vec<&'a str> {
    let problems = report["problems"].as_array().unwrap().iter().filter(|problem| problem["kind"] == kind);
    problems
        .flat_map(|problem| problem["schemas"].as_array().unwrap())
        .map(|schema| schema["state"].as_str().unwrap())
        .collect()
}

const EVERY_STATE: &str = r#"
title = "every state"
seed = 5
[[sources]]
type = "Postgres"
prefix = "main"
cdc = { slot = false, halted = true, fault = { text = "Change data capture was automatically stopped because replication lag exceeded 2048 MB and the safety net dropped the replication slot. Use Repair CDC to recreate it and re-sync.", raw = "replication slot does not exist", since = "90m" } }
tables = [
  { name = "failed", situation = "transient" },
  { name = "switched_off", situation = "permission" },
  { name = "halted", template = "cdc" },
  { name = "billing_limit", situation = "billing_limit" },
  { name = "phantom", situation = "phantom" },
  { name = "stuck", situation = "stuck" },
  { name = "unknown", frequency = "6hour", show = { set = { status = "Simmering" } } },
  { name = "gone", should_sync = false, status = "Completed", error = "relation \"gone\" does not exist" },
  { name = "stale", situation = "stale" },
  { name = "slow", situation = "slow", frequency = "24hour" },
  { name = "running", situation = "running" },
  { name = "cancelled", situation = "cancelled" },
  { name = "never_synced", situation = "never_synced" },
  { name = "completed", frequency = "6hour", last_run = "1h" },
  { name = "off", situation = "off_by_user" },
  { name = "not_set_up", situation = "not_set_up" },
  { name = "no_text", situation = "no_text" },
]
[[sources]]
type = "Stripe"
prefix = "pushed"
webhook = { exists = true, external_status = "unasked", events = ["charge.succeeded"] }
tables = [{ name = "unverified", template = "webhook", last_run = "5m" }]
[[sources]]
type = "Stripe"
prefix = "silent"
webhook = { exists = true, external_status = "disabled", events = ["charge.succeeded"] }
tables = [{ name = "webhook_broken", template = "webhook", last_run = "5m" }]
[[sources]]
type = "Stripe"
prefix = "secretive"
webhook = { exists = true, external_status = "refused", events = ["charge.succeeded"] }
tables = [{ name = "webhook_unclear", template = "webhook", last_run = "5m" }]
[[sources]]
type = "Postgres"
prefix = "lost"
cdc = { slot = false, publication = false, halted = true }
tables = [{ name = "cdc_broken", template = "cdc", last_run = "5m" }]
[[sources]]
type = "Postgres"
prefix = "late"
cdc = { lag = 2147483648 }
tables = [{ name = "cdc_behind", template = "cdc", last_run = "5m" }]
[[sources]]
type = "Snowflake"
prefix = "live"
direct = true
template = "direct"
tables = [{ name = "direct" }]
"#;

#[test]
fn every_state_is_told_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("states.toml");
    std::fs::write(&path, EVERY_STATE).unwrap();
    let simulator = Simulator::start(path.to_str().unwrap());
    let (code, report) = report(&simulator.output(&["diagnose", "--json"]));
    assert_eq!((code, &report["complete"]), (1, &json!(true)));
    let counts = report["counts"].as_object().unwrap();
    for (state, count) in counts {
        let expected = match state.as_str() {
            // Nothing of these is in this world.
            "billing_pause" | "starting" => 0,
            "failed" => 2,
            _ => 1,
        };
        assert_eq!(count, &json!(expected), "{state}: {counts:?}");
    }
    let found = kinds(&report);
    // Within one kind the order depends on rows that the world makes up.
    let expected = [
        &["failed", "failed", "billing_limit", "switched_off", "phantom", "stuck", "webhook", "cdc", "cdc"][..],
        &["unknown", "stale", "webhook", "cdc", "gone"],
    ];
    assert_eq!(found, expected.concat());
    assert_eq!(states_of(&report, "stuck"), ["stuck"]);
    let mut streams = states_of(&report, "cdc");
    streams.sort_unstable();
    assert_eq!(streams, ["cdc_behind", "cdc_broken", "halted"]);
    let evidence = |state: &str| {
        let problems = report["problems"].as_array().unwrap().iter();
        let of = problems.filter(|problem| problem["schemas"][0]["state"] == state).map(|problem| &problem["evidence"]);
        of.map(|evidence| evidence.as_str().unwrap().to_owned()).collect::<Vec<_>>().join("|")
    };
    assert!(evidence("cdc_broken").ends_with(" is gone, its schedule is paused"), "{}", evidence("cdc_broken"));
    assert_eq!(evidence("cdc_behind"), "lag 2 GB, warning from 1 GB");
    assert_eq!(evidence("webhook_broken"), "the vendor says: disabled");
    assert!(evidence("webhook_unclear").contains("permission to read webhooks"));
}

#[test]
fn the_demo_is_diagnosed_whole_in_text_and_json() {
    let simulator = Simulator::start("demo");
    let (code, report) = report(&simulator.output(&["diagnose", "--json"]));
    assert_eq!((code, &report["complete"], &report["host"]), (1, &json!(true), &json!(simulator.host)));
    let found = kinds(&report);
    assert_eq!(&found[..4], ["source_down"; 4], "{found:?}");
    for kind in ["failed", "billing_limit", "switched_off", "phantom", "stuck", "stale", "webhook", "cdc"] {
        assert!(found.contains(&kind), "{kind}");
    }
    let problems = report["problems"].as_array().unwrap();
    let down: Vec<_> = problems.iter().filter(|problem| problem["kind"] == "source_down").collect();
    assert!(down.iter().any(|problem| problem["root_cause"] == "credentials_invalid"
        && problem["recovery"] == "B"
        && problem["schemas"].as_array().unwrap().len() == 6));
    for problem in problems {
        let has_begun =
            matches!(problem["kind"].as_str().unwrap(), "source_down" | "failed" | "switched_off" | "billing_limit");
        assert!(!has_begun || problem["since"].is_string(), "{problem}");
    }
    let (code, out, err) = simulator.run(&["diagnose"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.contains("Source down") && out.contains("Enter it in the source's connection settings."), "{out}");
}

#[test]
fn where_the_table_has_no_text_its_newest_failed_job_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hidden.toml");
    let world = "[[sources]]\ntype = \"Shopify\"\nprefix = \"store\"\ntables = [\n\
                 { name = \"orders\", situation = \"transient\", show = { drop = [\"latest_error\"] } },\n\
                 { name = \"products\" },\n]\n";
    std::fs::write(&path, world).unwrap();
    let simulator = Simulator::start(path.to_str().unwrap());
    let (code, report) = report(&simulator.output(&["diagnose", "--json"]));
    let [problem] = report["problems"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!((code, &problem["root_cause"], &report["complete"]), (1, &json!("source_unavailable"), &json!(true)));
    assert!(problem["evidence"].as_str().unwrap().contains("temporarily unavailable"));
}

#[test]
fn a_hidden_text_that_leaves_alternatives_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hidden.toml");
    let text = "no pg_hba.conf entry for host \\\"1.2.3.4\\\"";
    // Only the newest job says it; only the log does.
    for fault in [format!("text = \"{text}\""), format!("raw = \"{text}\"")] {
        let world = format!(
            "[[sources]]\ntype = \"Postgres\"\nprefix = \"prod\"\ntables = [\n{{ name = \"orders\", show = {{ drop = \
             [\"latest_error\"] }}, fault = {{ {fault}, since = \"3h\" }} }},\n{{ name = \"products\" }},\n]\n"
        );
        std::fs::write(&path, world).unwrap();
        let simulator = Simulator::start(path.to_str().unwrap());
        let (code, report) = report(&simulator.output(&["diagnose", "--json"]));
        let [problem] = report["problems"].as_array().unwrap().as_slice() else { panic!("{report}") };
        assert_eq!((code, &problem["root_cause"], &problem["recovery"]), (1, &json!("ip_not_allowed"), &json!("J")));
        assert_eq!(&report["complete"], &json!(true));
    }
}

#[test]
fn only_one_source_if_so_wanted() {
    let simulator = Simulator::start("demo");
    for name in ["shop", "SHOP", "prod", "Production database"] {
        let (code, report) = report(&simulator.output(&["diagnose", "--json", "--source", name]));
        let names: std::collections::BTreeSet<_> = report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["source"]["id"].as_str().unwrap())
            .collect();
        assert_eq!((code, names.len()), (1, 1), "{name}");
    }
    let (code, report) = report(&simulator.output(&["diagnose", "--json", "--source", "support"]));
    assert_eq!((code, kinds(&report).len()), (0, 0));
    let (code, out, err) = simulator.run(&["diagnose", "--source", "\u{1b}[31mnone"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("no source is called") && err.contains("\"shop\", ") && !err.contains('\u{1b}'), "{err}");
    assert_eq!(simulator.run(&["diagnose", "--source", KEY]).0, 2);
}

#[test]
fn worlds_that_are_well() {
    for (scenario, tables) in [("calm", 6), ("empty", 0)] {
        let simulator = Simulator::start(scenario);
        let (code, report) = report(&simulator.output(&["diagnose", "--json"]));
        assert_eq!((code, &report["complete"], kinds(&report).len()), (0, &json!(true), 0), "{scenario}");
        let counted: u64 = report["counts"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(counted, tables);
        let (code, out, err) = simulator.run(&["diagnose"]);
        assert!(code == 0 && out.starts_with("All is well") && err.is_empty(), "{out}{err}");
    }
}

#[test]
fn a_billing_pause_comes_first_and_belongs_to_everybody() {
    let simulator = Simulator::start("billing-pause");
    for arguments in [&["diagnose", "--json"][..], &["diagnose", "--json", "--source", "us"]] {
        let (code, report) = report(&simulator.output(arguments));
        assert_eq!((code, kinds(&report)[0]), (1, "billing_pause"));
        assert_eq!(report["problems"][0]["severity"], "blocking");
    }
}

#[test]
fn hostile_and_odd_worlds_are_read_and_shown_safely() {
    for scenario in ["hostile", "odd"] {
        let simulator = Simulator::start(scenario);
        let acts =
            |symbol: char| symbol != '\n' && (symbol.is_control() || ('\u{202a}'..='\u{202e}').contains(&symbol));
        for arguments in [&["diagnose"][..], &["diagnose", "--json"]] {
            let (code, out, _) = simulator.run(arguments);
            assert_eq!(code, 1, "{scenario}");
            assert!(!out.chars().any(acts) && !out.contains("hunter2"), "{scenario}: {out}");
        }
        let (_, report) = report(&simulator.output(&["diagnose", "--json"]));
        if scenario == "odd" {
            assert_eq!(states_of(&report, "unknown").len(), 4);
        }
    }
}

/// A server that is none of PostHog's.
fn answer_with(response: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(response.as_bytes());
        }
    });
    host
}

const HTML: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<!doctype html><h1>Hello</h1>";
const DENIED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
                      {\"type\": \"authentication_error\", \"detail\": \"no: phx_planted0123456789abcdefghijklmnopqrstuvwx\"}";

/// A host, what is different this time, and words of the sentence.
type Case<'a> = (&'a str, &'a dyn Fn(&mut Command), &'a str);

#[test]
fn what_cannot_be_found_out_is_said_in_a_sentence_with_exit_code_2() {
    let simulator = Simulator::start("calm");
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let wrong_key = |command: &mut Command| {
        command.env("WHTUI_API_KEY", "wrong_key");
    };
    let no_project = |command: &mut Command| {
        command.env_remove("WHTUI_PROJECT");
    };
    let no_key = |command: &mut Command| {
        command.env_remove("WHTUI_API_KEY");
    };
    let other_project = |command: &mut Command| {
        command.env("WHTUI_PROJECT", "77");
    };
    let same = |_: &mut Command| {};
    let cases: [Case; 8] = [
        (&simulator.host, &wrong_key, "rejects the API key"),
        (&dead, &same, "no connection"),
        (&dead, &no_project, "no connection"),
        (&answer_with(HTML), &same, "not JSON"),
        (&answer_with(HTML), &no_project, "not JSON"),
        (&answer_with(DENIED), &same, "rejects the API key"),
        (&simulator.host, &no_key, "WHTUI_API_KEY"),
        (&simulator.host, &other_project, "could not be read"),
    ];
    for (host, change, words) in cases {
        for arguments in [&["diagnose"][..], &["diagnose", "--json"]] {
            let mut command = at(host, arguments);
            change(&mut command);
            let (code, out, err) = told(&command.output().unwrap());
            assert_eq!((code, out.as_str()), (2, ""), "{words}: {err}");
            assert!(err.contains(words) && err.trim_end().lines().count() == 1, "{words}: {err}");
        }
    }
}

#[test]
fn a_pair_of_host_and_key_that_was_not_agreed_to_is_not_used() {
    let host = answer_with(HTML);
    let mut command = whtui(&["diagnose", "--host", &host, "--project", "1"]);
    command.env("WHTUI_API_KEY", KEY);
    let (code, out, err) = told(&command.output().unwrap());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("nothing was sent") && err.contains("WHTUI_HOST"), "{err}");
}

#[test]
fn a_page_that_is_missing_makes_it_incomplete() {
    // The first page announces two hundred sources; every further one fails for good.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let table = json!({"id": "t", "name": "orders", "should_sync": true, "status": "Failed", "latest_error": "timeout expired", "sync_type": "incremental"});
            let source = json!({"id": "s", "source_type": "Postgres", "prefix": "prod", "schemas": [table]});
            let (status, body) = if request.contains("offset=0") {
                ("200 OK", json!({"count": 200, "next": "x", "previous": null, "results": [source]}))
            } else {
                ("500 Internal Server Error", json!({"detail": "broken"}))
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    let (code, report) = report(&at(&host, &["diagnose", "--json"]).output().unwrap());
    assert_eq!((code, &report["complete"], kinds(&report).len()), (1, &json!(false), 1), "{report}");
}

#[test]
fn a_channel_that_cannot_be_read_leaves_it_open_how_things_are() {
    for (method, path, status) in [
        ("webhook", "/webhook_info/", "403 Forbidden"),
        ("webhook", "/webhook_info/", "500 Internal Server Error"),
        ("cdc", "/cdc_status/", "400 Bad Request"),
        ("cdc", "/cdc_status/", "403 Forbidden"),
    ] {
        let table = json!({"id": "t", "name": "orders", "should_sync": true, "status": "Completed", "latest_error": null,
            "sync_type": method, "sync_frequency": "never", "last_synced_at": "2026-11-20T12:00:00Z"});
        let source =
            json!({"id": "s", "source_type": "Postgres", "prefix": "prod", "status": "Completed", "schemas": [table]});
        let host = serve(move |request| {
            if request.contains(path) {
                return (status, json!({"detail": "could not be asked"}));
            }
            ("200 OK", json!({"count": 1, "next": null, "previous": null, "results": [source]}))
        });
        let output = at(&host, &["diagnose", "--json"]).output().unwrap();
        let (code, report) = report(&output);
        assert_eq!((code, &report["complete"], &report["counts"]["unverified"]), (2, &json!(false), &json!(1)));
        let (.., err) = told(&output);
        assert!(err.contains(" of prod: ") && err.trim_end().lines().count() == 1, "{err}");
    }
}

#[test]
fn watching_reports_at_once_and_ends_with_what_it_knew() {
    let simulator = Simulator::start("billing-pause");
    let mut watch = at(&simulator.host, &["diagnose", "--json", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["problems"][0]["kind"], "billing_pause");
    terminate(&watch);
    assert_eq!(watch.wait().unwrap().code(), Some(1));
}

fn terminate(child: &std::process::Child) {
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
}

#[test]
fn a_watch_that_is_ended_before_it_knew_anything_says_that() {
    let (asked, is_asked) = std::sync::mpsc::channel();
    let (answer, may_answer) = std::sync::mpsc::channel::<()>();
    let may_answer = std::sync::Mutex::new(may_answer);
    let host = serve(move |_| {
        asked.send(()).unwrap();
        // Until the test is over.
        let _ = may_answer.lock().unwrap().recv();
        ("500 Internal Server Error", json!({}))
    });
    let mut watch = at(&host, &["diagnose", "--json", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    is_asked.recv().unwrap();
    terminate(&watch);
    assert_eq!(watch.wait().unwrap().code(), Some(2));
    drop(answer);
}

#[test]
fn the_demo_needs_no_key() {
    let (code, report) = report(&whtui(&["diagnose", "--demo", "--scenario", "small", "--json"]).output().unwrap());
    assert_eq!((code, kinds(&report)), (1, vec!["failed", "phantom"]));
}

fn explained(arguments: &[&str], input: &[u8]) -> (i32, Vec<Value>, String) {
    let mut child =
        whtui(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let (code, out, _) = told(&output);
    (code, out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(), out)
}

#[test]
fn explain_answers_line_by_line_in_order_and_survives_bad_lines() {
    let mut input = b"\xef\xbb\xbf{\"id\": 1, \"error\": \"password authentication failed for user \\\"x\\\"\", \"source_type\": \"Postgres\", \"more\": [1]}\r\n\
        nonsense\n\n{\"id\": \"3\", \"error\": null, \"status\": \"Failed\"}\n{\"id\": 4}\n\xff\xfe\n{\"id\": 6, \"error\": \"x\", \"status\": \"Billing limits\"}"
        .to_vec();
    let (code, answers, _) = explained(&["explain", "--json"], &input);
    assert_eq!((code, answers.len()), (0, 6));
    let seen: Vec<_> = answers.iter().map(|answer| (&answer["id"], answer["root_cause"].as_str())).collect();
    assert_eq!(
        seen,
        [
            (&json!(1), Some("credentials_invalid")),
            (&Value::Null, None),
            (&json!("3"), Some("no_error_text")),
            (&json!(4), None),
            (&Value::Null, None),
            (&json!(6), Some("billing_limit")),
        ]
    );
    for answer in &answers {
        assert!(answer["root_cause"].is_string() != answer["error"].is_string(), "{answer}");
    }
    assert_eq!(
        (&answers[0]["recovery"], &answers[0]["retry_safe"], &answers[0]["destructive"]),
        (&json!("B"), &json!(false), &json!(false))
    );
    input.clear();
    assert_eq!(explained(&["explain", "--json"], &input).1.len(), 0);
}

#[test]
fn explain_answers_before_more_comes_and_ends_quietly_when_nobody_reads() {
    let mut child = whtui(&["explain", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for index in 0..3 {
        writeln!(stdin, "{{\"id\": {index}, \"error\": \"timeout expired\"}}").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["id"], json!(index));
    }
    drop(answers);
    for index in 0..5_000 {
        if writeln!(stdin, "{{\"id\": {index}, \"error\": \"timeout expired\"}}").is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_hundred_thousand_lines_are_answered_in_order() {
    let line =
        |index: usize| format!("{{\"id\": {index}, \"error\": \"connection to host{} refused\"}}\n", index % 500);
    let input: String = (0..100_000).map(line).collect();
    let (code, answers, _) = explained(&["explain", "--json"], input.as_bytes());
    assert_eq!((code, answers.len()), (0, 100_000));
    assert!(answers.iter().enumerate().all(|(index, answer)| answer["id"] == json!(index)));
}

#[test]
fn explain_takes_a_text_and_speaks_to_people() {
    let text = "FATAL:  password authentication failed for user \"\u{1b}[31mx\"";
    let (code, _, by_argument) = explained(&["explain", text], b"");
    let (_, _, by_input) = explained(&["explain"], text.as_bytes());
    assert_eq!((code, &by_argument), (0, &by_input));
    assert!(
        by_argument.contains("credentials_invalid")
            && by_argument.contains("recovery")
            && !by_argument.contains('\u{1b}')
    );
    let (_, answers, _) = explained(&["explain", "--json", "Billing", "limits"], b"");
    assert_eq!(answers.len(), 1);
}
