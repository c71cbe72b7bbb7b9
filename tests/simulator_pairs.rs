//! The simulator against the table of changes of the sync method, line by line (contract, sections 8.5 and 9.4).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use serde_json::{Value, json};
use support::bench::Bench;
use support::pairs::{Pair, pairs};

#[test]
fn the_table_is_complete() {
    let all = pairs();
    let methods = ["full_refresh", "incremental", "append", "cdc", "webhook", "xmin"];
    for from in methods.iter().chain(&["none"]) {
        for to in methods.iter().filter(|to| *to != from) {
            for with_data in if *from == "none" { &[false][..] } else { &[true, false] } {
                let fits = |pair: &&Pair| pair.from == *from && pair.to == *to && pair.with_data == *with_data;
                let plain = all.iter().filter(fits).filter(|pair| pair.given.is_empty() && pair.refusal.is_none());
                assert!(plain.count() >= 1, "{from} to {to}");
            }
        }
    }
}

#[test]
fn changes_of_the_method_do_what_the_contract_says() {
    let mut wrong = Vec::new();
    for pair in pairs() {
        if let Err(what) = check(&pair) {
            wrong.push(format!("{what}: {pair:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(pair: &Pair) -> Result<(), String> {
    let mut bench = Bench::toml(&pair.world());
    let id = bench.id("p", "t");
    let before = bench.table(&id);
    if before["table"].is_null() == pair.with_data {
        return Err(format!("the world is wrong: {}", before["table"]));
    }
    let (status, body) = bench.set(&id, &Value::Object(pair.body()));
    if let Some(fragment) = &pair.refusal {
        let said = body["detail"].as_str().unwrap_or_default();
        if status != 400 || !said.contains(fragment.as_str()) {
            return Err(format!("not refused like that: {status} {said}"));
        }
        return if bench.table(&id) == before { Ok(()) } else { Err("something was changed".to_owned()) };
    }
    if status != 200 {
        return Err(format!("refused: {body}"));
    }
    if pair.to == "webhook" {
        let source = bench.source("p")["id"].as_str().unwrap().to_owned();
        let info = bench.get(&format!("external_data_sources/{source}/webhook_info/"));
        if info["exists"] != json!(true) {
            return Err("the webhook was not registered".to_owned());
        }
    }
    let runs = body["status"] == "Running";
    let kept = bench.table(&id)["table"]["row_count"] == before["table"]["row_count"];
    match pair.data.as_str() {
        "none" | "valid" | "other_shape" if runs || !kept => Err(format!("it was touched: {body}")),
        "none" | "valid" | "other_shape" => Ok(()),
        "reset" | "starts" => {
            bench.pass(3);
            let now = bench.table(&id);
            let gone = now["table"].is_null();
            if runs && gone { Ok(()) } else { Err(format!("it was not reset: {now}")) }
        }
        "fails" => {
            bench.set(&id, &json!({ "should_sync": true }));
            match bench.reload_and_wait(&id)["status"].as_str() {
                Some("Failed") => Ok(()),
                other => Err(format!("the next run does not fail: {other:?}")),
            }
        }
        other => Err(format!("unknown word {other}")),
    }
}
