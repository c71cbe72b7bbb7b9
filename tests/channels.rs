//! Webhooks and change streams: what they make of tables whose own status is green, and how often they are asked about.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use jiff::SignedDuration;
use support::made::{ago, failing, inventory, job, learn_jobs, now, page, source, table, with_status};
use whtui::warehouse::channel::Way;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::job::Job;
use whtui::warehouse::recovery::proposal::proposed;
use whtui::warehouse::replies::{CdcStatus, WebhookInfo, WebhookOutside};
use whtui::warehouse::schema::Schema;
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::source::Source;
use whtui::warehouse::state::{Severity, State};
use whtui::warehouse::survey::{Need, channels, is_open};
use whtui::warehouse::triage::{Gravity, Kind, Problem, triage};

fn by(method: SyncType, schema: Schema) -> Schema {
    Schema { sync_type: Field::Known(method), ..schema }
}

fn pushed(name: &str) -> Schema {
    by(SyncType::Webhook, table(name))
}

fn streamed(name: &str) -> Schema {
    by(SyncType::Cdc, table(name))
}

fn of() -> SourceId {
    SourceId::new("source-s")
}

fn state(known: &Inventory, name: &str) -> State {
    known.schema(&SchemaId::new(&format!("id-{name}"))).unwrap().2
}

fn well() -> WebhookInfo {
    let outside = WebhookOutside { exists: Field::Known(true), ..WebhookOutside::default() };
    WebhookInfo { exists: Field::Known(true), outside: Field::Known(outside), ..WebhookInfo::default() }
}

fn outside(change: impl FnOnce(&mut WebhookOutside)) -> WebhookInfo {
    let mut info = well();
    let Field::Known(outside) = &mut info.outside else { panic!("it has an outside") };
    change(outside);
    info
}

fn streaming() -> CdcStatus {
    CdcStatus {
        enabled: Field::Known(true),
        slot_exists: Field::Known(true),
        publication_exists: Field::Known(true),
        lag_bytes: Field::Known(70 << 20),
        warning_mb: Field::Known(1_024),
        critical_mb: Field::Known(10_240),
        paused: Field::Known(false),
        ..CdcStatus::default()
    }
}

fn later(minutes: i64) -> jiff::Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn only_problem(known: &Inventory) -> Problem {
    let [problem] = triage(known, None, now()).try_into().unwrap();
    problem
}

#[test]
fn a_channel_counts_as_healthy_only_after_it_was_read() {
    for (way, table) in [(Way::Webhook, pushed("t")), (Way::Cdc, streamed("t"))] {
        let mut known = inventory(vec![source("s", vec![table])]);
        let learn = |known: &mut Inventory, well_off: bool| match (way, well_off) {
            (Way::Webhook, true) => known.learn_webhook(&of(), &well(), now()),
            (Way::Webhook, false) => {
                known.learn_webhook(&of(), &WebhookInfo { exists: Field::Known(false), ..well() }, now())
            }
            (Way::Cdc, true) => known.learn_cdc(&of(), &streaming(), now()),
            (Way::Cdc, false) => {
                known.learn_cdc(&of(), &CdcStatus { paused: Field::Known(true), ..streaming() }, now())
            }
        };
        let broken = if way == Way::Webhook { State::WebhookBroken } else { State::CdcBroken };
        assert_eq!((state(&known, "t"), is_open(&known, None)), (State::Unverified, true));
        known.channel_unread(&of(), way, now());
        assert_eq!((state(&known, "t"), is_open(&known, None)), (State::Unverified, true));
        assert!(learn(&mut known, true).is_empty(), "a first look changes what is known, not what is");
        assert_eq!((state(&known, "t"), is_open(&known, None)), (State::Completed, false));
        let transitions = learn(&mut known, false);
        assert_eq!((transitions.len(), state(&known, "t"), is_open(&known, None)), (1, broken, false));
        known.channel_unread(&of(), way, now());
        assert_eq!(state(&known, "t"), broken, "silence mends nothing");
        // It outlives the next reading of the list, and not its source.
        let again = Source::clone(&known.sources()[0].source);
        known.learn_sources(&page(vec![again.clone()]), now());
        assert_eq!(state(&known, "t"), broken);
        known.forget_source(&of());
        known.begin_reading();
        known.learn_sources(&page(vec![again]), now());
        assert_eq!(state(&known, "t"), State::Unverified);
    }
    assert!(!State::Unverified.is_wrong() && State::Unverified.severity() != Severity::Well);
}

#[test]
fn a_broken_stream_is_a_problem_behind_a_green_status() {
    let gone = CdcStatus {
        slot_exists: Field::Known(false),
        publication_exists: Field::Known(false),
        paused: Field::Known(true),
        lag_bytes: Field::Null,
        ..streaming()
    };
    let lag = |gigabytes: u64| CdcStatus { lag_bytes: Field::Known(gigabytes << 30), ..streaming() };
    for (status, expected, cause, gravity, evidence) in [
        (gone, State::CdcBroken, "cdc_slot_lost", Gravity::Broken, "replication slot is gone"),
        (
            CdcStatus { paused: Field::Known(true), ..streaming() },
            State::CdcBroken,
            "cdc_stream_error",
            Gravity::Broken,
            "its schedule is paused",
        ),
        (lag(12), State::CdcBroken, "cdc_stream_error", Gravity::Broken, "lag 12 GB, critical at 10 GB"),
        (lag(2), State::CdcBehind, "cdc_stream_error", Gravity::Doubtful, "lag 2 GB, warning from 1 GB"),
    ] {
        let mut known = inventory(vec![source("s", vec![streamed("t"), streamed("u"), table("other")])]);
        known.learn_cdc(&of(), &status, now());
        assert_eq!((state(&known, "t"), state(&known, "other")), (expected, State::Completed));
        let problem = only_problem(&known);
        assert_eq!((problem.kind, problem.gravity, problem.tables.len()), (Kind::Cdc, gravity, 2));
        assert_eq!((problem.cause.as_ref().unwrap().as_str(), problem.recovery.as_str()), (cause, "E"));
        assert!(problem.evidence.as_ref().unwrap().raw().contains(evidence), "{problem:?}");
        assert!(!problem.retry_safe && !problem.reason.is_empty());
        let (held, schema, state) = known.schema(&SchemaId::new("id-t")).unwrap();
        let details = proposed(&known, held, schema, state).unwrap();
        assert_eq!((details.letter, details.steps), (problem.recovery, problem.steps), "the screen says the same");
    }
}

#[test]
fn what_a_stream_says_does_not_cover_what_a_table_says() {
    let lost = CdcStatus { slot_exists: Field::Known(false), ..streaming() };
    let behind = CdcStatus { lag_bytes: Field::Known(2 << 30), ..streaming() };
    let told = |schema: Schema, status: &CdcStatus, error: Option<&str>| {
        let mut known = inventory(vec![source("s", vec![by(SyncType::Cdc, schema)])]);
        known.learn_cdc(&of(), status, now());
        if let Some(error) = error {
            let failed = Job { latest_error: Field::Known(error.into()), ..job("t", 60, 1, "Failed", 0) };
            learn_jobs(&mut known, "s", "t", vec![failed], now());
        }
        state(&known, "t")
    };
    let stale = || Schema { last_synced_at: Field::Known(ago(3_000)), ..table("t") };
    let denied = "permission denied for table t";
    assert_eq!(told(failing("t", Some(denied), false), &lost, None), State::Failed);
    assert_eq!(told(failing("t", Some(denied), true), &lost, None), State::SwitchedOff);
    assert_eq!(told(failing("t", None, false), &lost, None), State::CdcBroken, "the text says nothing");
    assert_eq!(told(Schema { should_sync: Some(false), ..table("t") }, &lost, None), State::Off);
    assert_eq!(told(with_status("t", "Running"), &lost, None), State::Starting);
    let never = Schema { last_synced_at: Field::Null, ..table("t") };
    assert_eq!(told(Schema { status: whtui::warehouse::status::Status::None, ..never }, &lost, None), State::CdcBroken);
    assert_eq!(told(stale(), &lost, None), State::CdcBroken);
    assert_eq!(told(stale(), &behind, None), State::CdcBehind);
    assert_eq!(told(stale(), &behind, Some(denied)), State::Stale, "its own run says more");
    assert_eq!(told(stale(), &streaming(), None), State::Stale);
}

#[test]
fn each_trouble_of_a_webhook_has_its_own_title_evidence_and_first_step() {
    let told = |text: &str| Field::Known(text.into());
    let refused = "Your Stripe API key doesn't have permission to read webhooks.";
    let cases = [
        (WebhookInfo { exists: Field::Known(false), ..well() }, State::WebhookBroken, "webhook_broken", "I"),
        (outside(|end| end.exists = Field::Known(false)), State::WebhookBroken, "webhook_broken", "I"),
        (outside(|end| end.status = told("disabled")), State::WebhookBroken, "webhook_broken", "I"),
        (
            WebhookInfo { url: told("https://a.example/x"), ..outside(|end| end.url = told("https://a.example/y")) },
            State::WebhookBroken,
            "webhook_broken",
            "I",
        ),
        (
            WebhookInfo { missing_events: Field::Known(vec!["a.b".into()]), ..well() },
            State::WebhookBroken,
            "webhook_broken",
            "I",
        ),
        (outside(|end| end.error = told(refused)), State::WebhookUnclear, "webhook_broken", "I"),
        (
            outside(|end| end.error = told("Invalid API Key provided: sk_live_****")),
            State::WebhookUnclear,
            "credentials_invalid",
            "B",
        ),
    ];
    let mut seen: Vec<(String, String, String)> = Vec::new();
    for (info, expected, cause, letter) in cases {
        let mut known = inventory(vec![source("s", vec![pushed("t")])]);
        known.learn_webhook(&of(), &info, now());
        assert_eq!(state(&known, "t"), expected, "{info:?}");
        let problem = only_problem(&known);
        assert_eq!((problem.kind, problem.cause.as_ref().unwrap().as_str()), (Kind::Webhook, cause));
        assert_eq!((problem.recovery.as_str(), problem.retry_safe), (letter, false));
        let told = (problem.title.clone(), problem.evidence.unwrap().raw().to_owned(), problem.steps[0].clone());
        for other in &seen {
            assert!(other.0 != told.0 && other.1 != told.1 && other.2 != told.2, "{other:?} {told:?}");
        }
        seen.push(told);
    }
}

#[test]
fn channels_are_asked_about_rarely_and_only_where_tables_depend_on_them() {
    let off = |schema: Schema| Schema { should_sync: Some(false), ..schema };
    let mut known = inventory(vec![
        source("s", vec![pushed("a"), pushed("b"), streamed("c"), table("d")]),
        source("calm", vec![table("e"), off(streamed("f")), off(pushed("g"))]),
    ]);
    let asked = [Need::Webhook(of()), Need::CdcStatus(of())];
    assert_eq!(channels(&mut known, None, 1, now()), asked[..1]);
    assert_eq!(channels(&mut known, None, 9, now()), asked[1..]);
    for minute in 0..15 {
        assert!(channels(&mut known, None, 9, later(minute)).is_empty(), "whatever came of it");
    }
    assert_eq!(channels(&mut known, None, 9, later(15)), asked);
    // A look for another reason counts, too.
    known.learn_webhook(&of(), &well(), later(20));
    assert_eq!(channels(&mut known, None, 9, later(31)), asked[1..]);
    // What did not even leave is asked again.
    known.forget_channel_asked(&of(), Way::Cdc);
    assert_eq!(channels(&mut known, None, 9, later(32)), asked[1..]);
}

#[test]
fn a_stream_that_was_stopped_is_looked_at_again_once_a_table_was_synced_through_it() {
    let at = |minute| Schema { last_synced_at: Field::Known(later(minute)), ..streamed("t") };
    let mut known = inventory(vec![source("s", vec![streamed("t")])]);
    let lagging = CdcStatus { lag_bytes: Field::Known(99 << 30), ..streaming() };
    for (status, again) in
        [(CdcStatus { paused: Field::Known(true), ..streaming() }, true), (lagging, false), (streaming(), false)]
    {
        known.learn_cdc(&of(), &status, now());
        known.learn_sources(&page(vec![source("s", vec![at(2)])]), later(3));
        assert_eq!(channels(&mut known, None, 9, later(3)).len(), usize::from(again), "{status:?}");
        known.learn_sources(&page(vec![source("s", vec![at(-9)])]), later(3));
    }
}
