//! `sources`, `tables` and `jobs` as scripts and people see them: the built program, over HTTP.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;

use program::{Simulator, at, serve, told};
use serde_json::{Value, json};

/// The keys of an object.
fn fields(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The fields that the README documents below a heading that names this key.
fn documented(key: &str) -> BTreeSet<&'static str> {
    let readme = include_str!("../README.md");
    let start = format!("An item of `{key}`:");
    let table = readme.split_once(&start).unwrap_or_else(|| panic!("the README has no \"{start}\"")).1;
    let rows = table.trim_start().lines().take_while(|line| line.starts_with('|')).skip(2);
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect()
}

fn items<'a>(listing: &'a Value, key: &str) -> &'a Vec<Value> {
    listing[key].as_array().unwrap()
}

#[test]
fn json_has_the_fields_that_are_documented() {
    let simulator = Simulator::start("demo");
    for key in ["sources", "tables", "jobs"] {
        let (code, listing) = simulator.json(&[key, "--json"]);
        assert_eq!((code, &listing["version"], &listing["complete"]), (0, &json!(1), &json!(true)));
        assert_eq!(fields(&listing), BTreeSet::from(["version", "host", "project", "generated_at", "complete", key]));
        assert!(!items(&listing, key).is_empty());
        for item in items(&listing, key) {
            assert_eq!(fields(item), documented(key), "{key}");
        }
    }
}

#[test]
fn states_are_those_of_the_diagnosis() {
    let simulator = Simulator::start("demo");
    let (_, diagnosis) = simulator.json(&["diagnose", "--json"]);
    let (_, tables) = simulator.json(&["tables", "--json"]);
    for (state, count) in diagnosis["counts"].as_object().unwrap() {
        let listed = items(&tables, "tables").iter().filter(|table| table["state"] == **state).count();
        assert_eq!(count, &json!(listed), "{state}");
    }
    let (_, sources) = simulator.json(&["sources", "--json"]);
    let total: u64 = items(&sources, "sources").iter().map(|source| source["tables"].as_u64().unwrap()).sum();
    assert_eq!(total, items(&tables, "tables").len() as u64);
}

#[test]
fn filters_take_their_part() {
    let simulator = Simulator::start("demo");
    let names = |arguments: &[&str], key: &str| -> Vec<String> {
        let (code, listing) = simulator.json(&[arguments, &["--json"]].concat());
        assert_eq!(code, 0);
        items(&listing, key).iter().map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let all = names(&["tables", "--quick"], "tables").len();
    let of_shop = names(&["tables", "--quick", "--source", "SHOP"], "tables");
    assert!(of_shop.len() == 7 && of_shop.iter().all(|name| name.starts_with("shop.")), "{of_shop:?}");
    let off = names(&["tables", "--quick", "--status", "switched_off"], "tables").len();
    let failed = names(&["tables", "--quick", "--status", "Failed"], "tables").len();
    assert!(off > 0 && failed > 0 && off + failed < all);
    assert_eq!(names(&["tables", "--quick", "--status", "failed,switched-off"], "tables").len(), off + failed);
    let wrong = names(&["tables", "--quick", "--wrong"], "tables").len();
    assert!(wrong >= off + failed && wrong < all);
    let wrong = names(&["sources", "--quick", "--wrong"], "sources");
    assert!(wrong.contains(&"shop".to_owned()) && !wrong.contains(&"support".to_owned()), "{wrong:?}");
    for (arguments, says) in [
        (&["tables", "--status", "sad"][..], "there are billing_pause, switched_off, failed"),
        (&["tables", "--source", "nobody"], "no source is called \"nobody\""),
        (&["jobs", "--status", "paused"], "jobs are running, completed, failed"),
        (&["jobs", "Charge"], "several tables are called \"Charge\""),
        (&["jobs", "orders"], "several tables are called \"orders\""),
        (&["tables", "--filter", "state:bogus"], "there are billing_pause, switched_off, failed"),
        (&["jobs", "--limit", "0"], "--limit"),
        (&["jobs", "--since", "yesterday"], "such as 90s, 10m or 1h30m"),
        (&["jobs", "\u{1b}[31mnone"], "no table is called"),
    ] {
        let (code, out, err) = simulator.run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(says) && !err.contains('\u{1b}') && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn variables_of_the_screen_concern_no_command_and_are_blamed_by_name() {
    let simulator = Simulator::start("demo");
    let variables = [("WHTUI_THEME", "bogus"), ("WHTUI_KEYS", "bogus"), ("WHTUI_ANNOUNCE", "bogus")];
    let mut command = at(&simulator.host, &["sources", "--quick"]);
    let (code, _, err) = told(&command.envs(variables).output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""));
    for (name, value) in variables {
        let (code, _, err) = told(&at(&simulator.host, &[]).env(name, value).output().unwrap());
        assert_eq!(code, 2);
        assert!(err.contains(name), "{err}");
        assert!(!err.contains("--theme") && !err.contains("--keys") && !err.contains("--announce"), "{err}");
    }
    let (code, _, err) = told(&at(&simulator.host, &["--theme", "pink"]).env("WHTUI_THEME", "bogus").output().unwrap());
    assert!(code == 2 && err.contains("--theme") && err.contains("pink"), "{err}");
}

#[test]
fn jobs_are_the_newest_of_all_sources_page_by_page() {
    let simulator = Simulator::start("demo");
    let started = |arguments: &[&str]| -> Vec<String> {
        let (code, listing) = simulator.json(&[&["jobs", "--json"], arguments].concat());
        assert_eq!(code, 0);
        items(&listing, "jobs").iter().map(|job| job["started_at"].as_str().unwrap().to_owned()).collect()
    };
    let newest = started(&["--limit", "400"]);
    assert_eq!(newest.len(), 400);
    assert!(newest.is_sorted_by(|one, other| one >= other), "newest first");
    assert_eq!(started(&["--limit", "30"]), newest[..30]);
    // More than one answer holds, of one table: none is missing, none comes twice.
    let (_, listing) = simulator.json(&["jobs", "--json", "public.api_calls", "--limit", "120"]);
    let jobs = items(&listing, "jobs");
    let ids: BTreeSet<&str> = jobs.iter().map(|job| job["id"].as_str().unwrap()).collect();
    assert!(jobs.len() > 50 && ids.len() == jobs.len(), "{}", jobs.len());
    assert!(jobs.iter().all(|job| job["table"]["name"] == "public.api_calls"));
    let (_, failed) = simulator.json(&["jobs", "--json", "--status", "failed", "--limit", "20"]);
    assert!(items(&failed, "jobs").iter().all(|job| job["status"] == "Failed"));
    assert_eq!(items(&failed, "jobs").len(), 20);
    let recent = started(&["--since", "1h", "--limit", "10000"]);
    assert!(!recent.is_empty() && recent.len() < 400 && recent[..] == newest[..recent.len()]);
}

#[test]
fn lists_longer_than_a_page_are_listed_whole() {
    let simulator = Simulator::start("scale:250x4");
    let (code, tables) = simulator.json(&["tables", "--json", "--quick"]);
    assert_eq!((code, items(&tables, "tables").len()), (0, 1_000));
    let (code, out, _) = simulator.run(&["sources", "--quick"]);
    assert_eq!((code, out.lines().count()), (0, 251));
}

#[test]
fn columns_are_aligned_and_whole_in_a_pipe() {
    let simulator = Simulator::start("demo");
    let (code, out, err) = simulator.run(&["tables", "--quick"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(!out.contains('…') && out.contains("Your own destination database refused the write"));
    let head = out.lines().next().unwrap();
    let state = head.find("STATE").unwrap();
    for line in out.lines() {
        assert!(line.is_char_boundary(state) && line[..state].ends_with("  "), "{line}");
        assert_eq!(line, line.trim_end());
    }
    let (_, out, _) = simulator.run(&["jobs", "--status", "failed"]);
    assert!(out.lines().any(|line| line.ends_with("The next sync runs on schedule.")), "{out}");
}

#[test]
fn hostile_names_and_errors_do_nothing_to_a_terminal() {
    let simulator = Simulator::start("hostile");
    for command in ["sources", "tables", "jobs"] {
        for arguments in [&[command][..], &[command, "--json"]] {
            let (code, out, _) = simulator.run(arguments);
            assert_eq!(code, 0, "{arguments:?}");
            let acts = |symbol: char| {
                (symbol.is_control() && symbol != '\n')
                    || matches!(symbol, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!out.contains(acts), "{arguments:?}");
        }
    }
    // The names stay exact for scripts.
    let (_, listing) = simulator.json(&["tables", "--json", "--quick"]);
    let names = || items(&listing, "tables").iter().map(|table| table["name"].as_str().unwrap());
    assert!(
        names().any(|name| name.contains('\u{1b}') || name.contains('\u{202e}')),
        "{:?}",
        names().collect::<Vec<_>>()
    );
}

#[test]
fn what_cannot_be_read_is_told_by_the_exit_code() {
    // The first page announces two hundred sources; every further one fails for good.
    let host = serve(|request| {
        let table = json!({"id": "t", "name": "orders", "should_sync": true, "status": "Failed",
            "latest_error": "timeout expired", "sync_type": "incremental"});
        let source = json!({"id": "s", "source_type": "Postgres", "prefix": "prod", "schemas": [table]});
        if request.contains("offset=0") {
            return ("200 OK", json!({"count": 200, "next": "x", "previous": null, "results": [source]}));
        }
        ("500 Internal Server Error", json!({"detail": "broken"}))
    });
    let (code, out, err) = told(&at(&host, &["tables", "--json", "--quick"]).output().unwrap());
    let listing: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &listing["complete"], items(&listing, "tables").len()), (2, &json!(false), 1));
    assert!(err.contains("not everything of project 1") && err.lines().count() == 1, "{err}");
    for command in ["sources", "tables", "jobs"] {
        let (code, out, err) = told(&at("http://127.0.0.1:9", &[command]).output().unwrap());
        assert_eq!((code, out.as_str(), err.lines().count()), (2, "", 1), "{err}");
        let (code, out, err) = told(&program::whtui(&[command]).output().unwrap());
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("WHTUI_API_KEY"), "{err}");
    }
}

#[test]
fn nothing_there_is_no_error() {
    let simulator = Simulator::start("empty");
    for command in ["sources", "tables", "jobs"] {
        let (code, out, err) = simulator.run(&[command]);
        assert_eq!((code, out.lines().count()), (0, 1), "only the titles");
        assert!(err.contains(" has no "), "{err}");
        let (code, listing) = simulator.json(&[command, "--json"]);
        assert_eq!((code, &listing[command]), (0, &json!([])));
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let simulator = Simulator::start("scale:100x50");
    let mut child =
        at(&simulator.host, &["tables", "--quick"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_filter_is_written_as_on_the_screen() {
    let simulator = Simulator::start("demo");
    let (code, tables) =
        simulator.json(&["tables", "--json", "--quick", "--filter", "state:switched_off !type:postgres"]);
    assert_eq!(code, 0);
    let listed = items(&tables, "tables");
    assert!(!listed.is_empty());
    for table in listed {
        assert_eq!(table["state"], "switched_off");
        assert_ne!(table["source"]["type"], "Postgres");
    }
    let (_, sources) = simulator.json(&["sources", "--json", "--quick", "--filter", "type:postgres method:cdc"]);
    assert!(items(&sources, "sources").iter().all(|source| source["type"] == "Postgres"));
    let (code, out, err) = simulator.run(&["tables", "--filter", "stat:failed"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(err, "whtui: there is no term stat:, did you mean state:?\n");
}

#[test]
fn what_has_no_name_is_said_to_have_none_and_what_is_called_alike_is_told_apart() {
    let host = serve(|request| {
        let table = |id: &str, name: &str| {
            json!({"id": id, "name": name, "should_sync": true, "status": "Completed", "latest_error": null,
                "sync_type": "incremental", "last_synced_at": "2026-11-20T08:00:41Z"})
        };
        let source = |id: &str, prefix: &str, tables: Value| {
            json!({"id": id, "source_type": "Postgres", "prefix": prefix, "description": "Acme prod",
                "schemas": tables})
        };
        if request.contains("/jobs") {
            return ("200 OK", json!([]));
        }
        let sources = [source("s1", "acme_", json!([table("t1", " ")])), source("s2", "other_", json!([]))];
        ("200 OK", json!({"count": 2, "next": null, "previous": null, "results": sources}))
    });
    let (_, tables, err) = told(&at(&host, &["tables", "--quick"]).output().unwrap());
    assert!(tables.contains("Acme prod (acme_)") && tables.contains("(no name)"), "{tables}{err}");
    let (_, sources, _) = told(&at(&host, &["sources", "--quick"]).output().unwrap());
    assert!(sources.contains("Acme prod (acme_)") && sources.contains("Acme prod (other_)"), "{sources}");
    let (_, chosen, err) = told(&at(&host, &["tables", "--quick", "--source", "Acme prod (acme_)"]).output().unwrap());
    assert!(chosen.contains("(no name)"), "{chosen}{err}");
    let (code, _, err) = told(&at(&host, &["tables"]).env("WHTUI_PROJECT", "acme").output().unwrap());
    assert!(code == 2 && err.contains("WHTUI_PROJECT") && !err.contains("us.posthog.com"), "{err}");
}
