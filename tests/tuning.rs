//! The rules of tuning, on their own: against the table of changes of the sync method, and against the simulator.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value as Json;
use support::client;
use support::pairs::{Pair, pairs};
use support::world::{noon, whole};
use whtui::api::{Client, Limits};
use whtui::simulator::{Clock, Service, Simulator, serve_with_clock};
use whtui::warehouse::consent::{Challenge, Discard, Loss};
use whtui::warehouse::field::Field;
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::operation::{Page, Weighed};
use whtui::warehouse::replies::CdcPrerequisites;
use whtui::warehouse::tuning::{Current, Data, Draft, Setting, Value};

/// The table of a world, read as the program reads it.
async fn read(world: &str) -> (Simulator, Client, Draft) {
    let service = Service::from_toml(world, None, noon()).unwrap_or_else(|error| panic!("{error}"));
    let simulator = serve_with_clock(service, Clock::manual(noon())).await.unwrap();
    let client = client::of(&simulator, Limits::default());
    let draft = Draft::new(current(&client).await);
    (simulator, client, draft)
}

async fn current(client: &Client) -> Current {
    let sources = client.sources(Page { limit: 10, offset: 0 }).await.unwrap().items;
    let id = sources[0].schemas[0].id.clone();
    let mut inventory = Inventory::default();
    inventory.learn_sources(&whole(sources), noon());
    let full = client.schema(&id).await.unwrap();
    let found = client.incremental_fields(&id).await.unwrap();
    let mut current = Current::new(&full, found, inventory.schema(&id).unwrap().0);
    current.prerequisites = Some(CdcPrerequisites { valid: Field::Known(true), errors: Vec::new() });
    current
}

fn names(value: &Json) -> Value {
    Value::Names(value.as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect())
}

/// What a line of the table wants, and nothing else.
fn want(draft: &mut Draft, pair: &Pair) {
    if !pair.to.is_empty() {
        draft.set(Setting::Method, Value::word(&pair.to));
    }
    let text = |name: &str| pair.along.get(name).and_then(Json::as_str);
    match (text("incremental_field"), text("incremental_field_type")) {
        (Some(column), kind) => draft.set(Setting::Cursor, Value::Column(column.into(), kind.map(Into::into))),
        _ if matches!(pair.to.as_str(), "incremental" | "append") => draft.set(Setting::Cursor, Value::Nothing),
        _ => {}
    }
    match pair.along.get("primary_key_columns") {
        Some(keys) => draft.set(Setting::Keys, names(keys)),
        None => draft.restore(Setting::Keys),
    }
    for (name, setting) in [("sync_frequency", Setting::Frequency), ("cdc_table_mode", Setting::CdcMode)] {
        if let Some(word) = text(name) {
            draft.set(setting, Value::word(word));
        }
    }
}

fn check(draft: &Draft, pair: &Pair) -> Result<(), String> {
    let in_the_way = pair.refusal.as_ref().is_some_and(|why| why.contains("Primary key cannot be changed"));
    // What the vendor will say cannot be known before.
    let refused = pair.refusal.is_some() && !in_the_way && pair.given != "vendor_refuses";
    if refused || pair.data == "fails" {
        return match draft.request() {
            Ok(weighed) => Err(format!("would send {:?}", weighed.body())),
            Err(_) => Ok(()),
        };
    }
    let weighed = draft.request().map_err(|why| format!("refused: {why:?}"))?;
    if weighed.body() != pair.body() {
        return Err(format!("would send {:?}", weighed.body()));
    }
    let expected: &[Data] = match pair.data.as_str() {
        _ if in_the_way => &[Data::InTheWay],
        "none" | "starts" => &[Data::Nothing],
        "valid" => &[Data::Valid, Data::Rederived],
        "untouched" => &[Data::Valid],
        "other_shape" => &[Data::OtherShape],
        "reset" => &[Data::Reset],
        other => panic!("unknown word {other}"),
    };
    if !expected.contains(&draft.data()) {
        return Err(format!("data: {:?}", draft.data()));
    }
    let loses = matches!(weighed, Weighed::Loses(_));
    if loses == matches!(pair.data.as_str(), "reset" | "starts") { Ok(()) } else { Err(format!("loses: {loses}")) }
}

#[tokio::test]
async fn every_line_of_the_table_is_what_the_rules_say() {
    let mut wrong = Vec::new();
    for pair in pairs() {
        let (simulator, _, mut draft) = read(&pair.world()).await;
        want(&mut draft, &pair);
        if let Err(what) = check(&draft, &pair) {
            wrong.push(format!("{what}: {pair:?}"));
        }
        simulator.stop().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What may be wanted of each setting, wisely or not.
fn wishes() -> impl Strategy<Value = Vec<(Setting, Value)>> {
    let word = |setting: Setting, words: &'static [&'static str]| {
        prop::sample::select(words).prop_map(move |word| (setting, Value::typed(setting, word))).boxed()
    };
    let columns = prop::sample::select(&["id", "created_at", "updated_at", "nothing"][..]);
    let kinds = prop::sample::select(&[Some("timestamp"), Some("integer"), None][..]);
    let cursor = (columns.clone(), kinds)
        .prop_map(|(column, kind)| (Setting::Cursor, Value::Column(column.into(), kind.map(Into::into))));
    let some = prop::collection::vec(columns, 0..3).prop_map(|names| {
        Value::Names(names.into_iter().collect::<BTreeSet<_>>().into_iter().map(Into::into).collect())
    });
    let keys = some.clone().prop_map(|names| (Setting::Keys, names));
    let chosen = some.prop_map(|names| (Setting::Columns, names));
    let switch = any::<bool>().prop_map(|on| (Setting::Switch, Value::On(on)));
    let methods = &["incremental", "full_refresh", "append", "cdc", "webhook", "xmin", "telepathy"][..];
    let frequencies = &["1min", "5min", "1hour", "24hour", "30day", "never", "2hour"][..];
    let one = prop_oneof![
        3 => word(Setting::Method, methods),
        2 => cursor,
        2 => keys,
        1 => chosen,
        1 => switch,
        1 => word(Setting::Frequency, frequencies),
        1 => word(Setting::CdcMode, &["consolidated", "cdc_only", "both", "none"]),
        1 => word(Setting::Filters, &["id > 5", "id = 'x'", "created_at >= 2026-01-01 and id != 7", "nothing = 1", "id", ""]),
        1 => word(Setting::RebuildTime, &["3:15", "24:00", ""]),
        1 => word(Setting::TimeOfDay, &["3:15", "03:15:30", "25:00", "noon", ""]),
        1 => word(Setting::Lookback, &["0", "3600", "5184000", "5184001", "-1", ""]),
        1 => word(Setting::FullRefresh, &["0", "7", "90", "91", "x", ""]),
    ];
    prop::collection::vec(one, 0..6)
}

/// What must go along with a change that was made.
fn insisted_on(draft: &Draft) -> BTreeSet<&'static str> {
    let mut all: BTreeSet<&str> = draft.changed().map(Setting::field).collect();
    if all.contains("incremental_field") || all.contains("sync_type") {
        all.extend(["incremental_field", "incremental_field_type"]);
    }
    if all.contains("primary_key_columns") {
        all.insert("sync_type");
    }
    all
}

async fn play(world: &str, wishes: Vec<(Setting, Value)>) -> Result<bool, String> {
    let (simulator, client, mut draft) = read(world).await;
    for (setting, value) in wishes {
        draft.set(setting, value);
    }
    let Ok(weighed) = draft.request() else {
        simulator.stop().await;
        return Ok(false);
    };
    let body = weighed.body();
    let allowed = insisted_on(&draft);
    if let Some(stray) = body.keys().find(|name| !allowed.contains(name.as_str())) {
        return Err(format!("{stray} was not changed: {body:?}"));
    }
    if let Some(missing) = draft.changed().find(|setting| !body.contains_key(setting.field())) {
        return Err(format!("{missing:?} is not sent: {body:?}"));
    }
    let id = draft.now().id.clone();
    let consent = |discard: Discard| {
        let loss = Loss { name: "t".into(), tables: 1, rows: Field::Unknown, usual_run: None };
        Challenge::new(discard, loss).answered_with("t").unwrap()
    };
    if draft.data() == Data::InTheWay {
        client.discard(consent(Discard::DeleteData(id.clone()))).await.unwrap();
    }
    let sent = match weighed {
        Weighed::Harmless(patch) => client.update_schema(&id, patch).await.map(|_| ()),
        Weighed::Loses(reshape) => client.discard(consent(Discard::ReshapeSchema(reshape))).await.map(|_| ()),
    };
    sent.map_err(|failure| format!("{body:?} was refused: {failure:?}"))?;
    let after = current(&client).await;
    let stray = Setting::ALL.into_iter().find(|setting| after.values.get(*setting) != draft.get(*setting));
    simulator.stop().await;
    match stray {
        Some(setting) => Err(format!("{setting:?}: {} is {}", draft.get(setting), after.values.get(setting))),
        None => Ok(true),
    }
}

#[test]
fn what_the_rules_accept_the_simulator_accepts() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worlds: Vec<Pair> = pairs().into_iter().filter(|pair| pair.given != "vendor_refuses").collect();
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let accepted = std::cell::Cell::new(0);
    let cases = (prop::sample::select(worlds), wishes());
    let result = runner.run(&cases, |(pair, wishes)| {
        let told = runtime.block_on(play(&pair.world(), wishes));
        accepted.set(accepted.get() + usize::from(told == Ok(true)));
        told.map(|_| ()).map_err(TestCaseError::fail)
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(accepted.get() > 60, "only {} were accepted", accepted.get());
}

#[tokio::test]
async fn a_change_meanwhile_is_shown_and_either_kept_or_yielded_to() {
    let pair = pairs().into_iter().find(|pair| pair.from == "incremental" && pair.with_data).unwrap();
    let (simulator, _, mut draft) = read(&pair.world()).await;
    draft.set(Setting::Frequency, Value::word("24hour"));
    draft.set(Setting::Lookback, Value::Number(60));
    let mut fresh = draft.now().clone();
    fresh.values.set(Setting::Frequency, Value::word("5min"));
    fresh.values.set(Setting::TimeOfDay, Value::word("03:00:00"));
    let moved = draft.drift(&fresh);
    let told: Vec<(Setting, String)> =
        moved.iter().map(|one| (one.setting, format!("{} {} {}", one.was, one.is, one.yours))).collect();
    assert_eq!(
        told,
        [(Setting::Frequency, "1hour 5min 24hour".to_owned()), (Setting::TimeOfDay, "none 03:00:00 none".to_owned())]
    );
    let changed = |draft: Draft| draft.changed().collect::<Vec<_>>();
    assert_eq!(changed(draft.rebased(fresh.clone())), [Setting::Lookback, Setting::Frequency]);
    assert_eq!(changed(draft.yielding(fresh)), [Setting::Lookback]);
    simulator.stop().await;
}
