//! One honest word for every table: each state from what the server and its jobs say, and what is asked to be sure.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use jiff::SignedDuration;
use support::made::{ago, failing, finding, inventory, job, learn_jobs, now, source, table, with_status};
use whtui::warehouse::diagnosis::Letter;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::job::Job;
use whtui::warehouse::operation::JobQuery;
use whtui::warehouse::schema::{Schema, SchemaDetail};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::state::State;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::{FullSchema, Need, is_open, needed, second_look};

fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

fn state(schema: Schema) -> State {
    let id = schema.id.clone();
    inventory(vec![source("s", vec![schema])]).schema(&id).unwrap().2
}

fn method(schema: Schema, method: SyncType) -> Schema {
    Schema { sync_type: Field::Known(method), ..schema }
}

#[test]
fn what_the_list_alone_tells() {
    let text = |schema: Schema, text: &str| Schema { latest_error: Field::Known(text.into()), ..schema };
    let off = |schema: Schema| Schema { should_sync: Some(false), ..schema };
    let synced = |minutes: i64, schema: Schema| Schema { last_synced_at: Field::Known(ago(minutes)), ..schema };
    let unset = |schema: Schema| Schema { sync_type: Field::Null, last_synced_at: Field::Null, ..schema };
    let none = || Schema { status: Status::None, ..table("t") };
    let halted = || Schema {
        finding: Some(finding(Some("replication slot \"posthog\" was lost"), "Postgres", "cdc")),
        ..method(failing("t", Some("replication slot \"posthog\" was lost"), false), SyncType::Cdc)
    };
    let frequency = |word: Frequency, schema: Schema| Schema { frequency: Field::Known(word), ..schema };
    for (schema, expected) in [
        (table("t"), State::Completed),
        (with_status("t", "completed"), State::Completed),
        (text(table("t"), "password authentication failed"), State::Completed),
        (with_status("t", "Paused"), State::BillingPause),
        (off(with_status("t", "Paused")), State::BillingPause),
        (with_status("t", "Billing limits"), State::BillingLimit),
        (with_status("t", "BillingLimitReached"), State::BillingLimit),
        (with_status("t", "Billing limits too low"), State::BillingLimit),
        (with_status("t", "Billing limit too low"), State::BillingLimit),
        (failing("t", Some("x"), false), State::Failed),
        (failing("t", None, false), State::Failed),
        (failing("t", Some("x"), true), State::SwitchedOff),
        (failing("t", Some("Sync cancelled by user"), false), State::Cancelled),
        (failing("t", Some("Sync stopped because syncing was turned off"), true), State::Off),
        (halted(), State::Halted),
        (off(halted()), State::SwitchedOff),
        (off(table("t")), State::Off),
        (off(text(table("t"), "relation \"x\" does not exist")), State::Gone),
        (off(with_status("t", "Running")), State::Off),
        (off(with_status("t", "Simmering")), State::Unknown),
        (off(with_status("t", "")), State::Unknown),
        (off(with_status("t", "Cancelled")), State::Off),
        (unset(none()), State::NotSetUp),
        (off(unset(none())), State::NotSetUp),
        (none(), State::NeverSynced),
        (text(none(), "old text, kept when the data was deleted"), State::NeverSynced),
        (Schema { last_synced_at: Field::Null, ..table("t") }, State::NeverSynced),
        (with_status("t", "Running"), State::Starting),
        (with_status("t", "Simmering"), State::Unknown),
        (with_status("t", ""), State::Unknown),
        (with_status("t", "Error"), State::Unknown),
        (Schema { should_sync: None, ..table("t") }, State::Unknown),
        (Schema { should_sync: None, ..none() }, State::Unknown),
        (Schema { should_sync: None, ..failing("t", Some("x"), false) }, State::Failed),
        (Schema { should_sync: None, ..failing("t", Some("Sync cancelled by user"), false) }, State::Cancelled),
        (Schema { should_sync: None, ..with_status("t", "Running") }, State::Starting),
        (Schema { should_sync: None, ..with_status("t", "Billing limits") }, State::BillingLimit),
        (synced(200, table("t")), State::Stale),
        (synced(200, frequency(Frequency::Every(360), table("t"))), State::Completed),
        (synced(99_999, frequency(Frequency::Never, table("t"))), State::Completed),
        (synced(99_999, frequency(Frequency::Other("fortnight".into()), table("t"))), State::Completed),
        (synced(-600, table("t")), State::Completed),
        (Schema { last_synced_at: Field::Unknown, ..table("t") }, State::Unknown),
        (Schema { last_synced_at: Field::Unknown, ..frequency(Frequency::Never, table("t")) }, State::Completed),
        (Schema { last_synced_at: Field::Unknown, ..method(table("t"), SyncType::Webhook) }, State::Unverified),
        (method(table("t"), SyncType::Webhook), State::Unverified),
        (synced(600, method(table("t"), SyncType::Webhook)), State::Unverified),
        (synced(3_000, method(table("t"), SyncType::Webhook)), State::Stale),
        (synced(3_000, method(table("t"), SyncType::Cdc)), State::Stale),
        (method(table("t"), SyncType::Cdc), State::Unverified),
    ] {
        assert_eq!(state(schema.clone()), expected, "{schema:?}");
    }
}

#[test]
fn a_direct_source_is_never_stale_but_can_be_paused() {
    let old = Schema { last_synced_at: Field::Known(ago(999_999)), ..table("t") };
    for (schema, expected) in [
        (old, State::Direct),
        (with_status("t", "Failed"), State::Direct),
        (with_status("t", "Paused"), State::BillingPause),
    ] {
        let id = schema.id.clone();
        let mut of = source("s", vec![schema]);
        of.direct = true;
        assert_eq!(inventory(vec![of]).schema(&id).unwrap().2, expected);
    }
}

/// Jobs of a table that usually takes two minutes, and then perhaps one that runs.
fn past(running: Option<(i64, u64)>) -> Vec<Job> {
    let mut jobs: Vec<Job> = (1..8).map(|run| job("t", run * 60 + 12_000, 2, "Completed", 10)).collect();
    jobs.extend(running.map(|(minutes, rows)| job("t", minutes, 0, "Running", rows)));
    jobs
}

fn running(looks: &[(i64, Option<(i64, u64)>)]) -> State {
    let mut known = inventory(vec![source("s", vec![with_status("t", "Running")])]);
    let mut at = now();
    for (after, job) in looks {
        at += seconds(*after);
        learn_jobs(&mut known, "s", "t", past(*job), at);
    }
    known.schema(&SchemaId::new("id-t")).unwrap().2
}

#[test]
fn whether_running_is_real_is_decided_by_jobs() {
    for (looks, expected) in [
        (&[(0, None)][..], State::Phantom),
        (&[(0, Some((1, 5)))], State::Running),
        (&[(0, Some((30, 5)))], State::Slow),
        // Overdue beyond reason, looked at twice.
        (&[(0, Some((300, 5)))], State::Slow),
        (&[(0, Some((300, 5))), (5, Some((300, 5)))], State::Stuck),
        (&[(0, Some((300, 5))), (5, Some((300, 9)))], State::Slow),
        (&[(0, Some((300, 5))), (5, Some((300, 9))), (600, Some((300, 9)))], State::Slow),
        (&[(0, Some((300, 5))), (5, Some((300, 9))), (1_300, Some((300, 9)))], State::Stuck),
        // Slow, not beyond reason: only long silence under watch counts.
        (&[(0, Some((30, 5))), (60, Some((30, 5)))], State::Slow),
        (&[(0, Some((30, 5))), (1_300, Some((30, 5)))], State::Stuck),
        // Beyond what the server allows at all.
        (&[(0, Some((11_000, 5)))], State::Stuck),
    ] {
        assert_eq!(running(looks), expected, "{looks:?}");
    }
}

#[test]
fn silence_counts_only_where_somebody_looked() {
    let mut known = inventory(vec![source("s", vec![with_status("t", "Running")])]);
    learn_jobs(&mut known, "s", "t", past(Some((300, 5))), now());
    known.reassess_all(now() + seconds(7_200));
    assert_eq!(known.schema(&SchemaId::new("id-t")).unwrap().2, State::Slow);
}

#[test]
fn a_run_that_was_just_requested_before_our_eyes_is_no_phantom() {
    let mut known = inventory(vec![source("s", vec![table("t")])]);
    known.learn_sources(&support::made::page(vec![source("s", vec![with_status("t", "Running")])]), now());
    learn_jobs(&mut known, "s", "t", past(None), now() + seconds(3));
    let id = SchemaId::new("id-t");
    assert_eq!(known.schema(&id).unwrap().2, State::Starting);
    known.reassess_all(now() + seconds(600));
    assert_eq!(known.schema(&id).unwrap().2, State::Starting, "nobody has looked since");
    learn_jobs(&mut known, "s", "t", past(None), now() + seconds(180));
    assert_eq!(known.schema(&id).unwrap().2, State::Phantom);
}

#[test]
fn without_any_job_a_run_is_missed_only_after_minutes_under_our_eyes() {
    let id = SchemaId::new("id-t");
    let list = || support::made::page(vec![source("s", vec![with_status("t", "Running")])]);
    let mut known = inventory(vec![source("s", vec![with_status("t", "Running")])]);
    for (after, expected) in [(1, State::Starting), (6, State::Starting), (170, State::Starting), (180, State::Phantom)]
    {
        known.learn_sources(&list(), now() + seconds(after));
        learn_jobs(&mut known, "s", "t", Vec::new(), now() + seconds(after));
        assert_eq!(known.schema(&id).unwrap().2, expected, "after {after} s");
    }
    // Another claim begins anew.
    known.learn_sources(&support::made::page(vec![source("s", vec![table("t")])]), now() + seconds(200));
    known.learn_sources(&list(), now() + seconds(210));
    learn_jobs(&mut known, "s", "t", Vec::new(), now() + seconds(220));
    assert_eq!(known.schema(&id).unwrap().2, State::Starting);
}

#[test]
fn a_claim_without_any_job_is_no_fresh_request_where_the_last_sync_is_long_overdue() {
    let id = SchemaId::new("id-t");
    let hourly = Field::Known(Frequency::Every(60));
    for (synced, frequency, expected) in [
        (5 * 1_440, hourly.clone(), State::Phantom),
        (151, hourly.clone(), State::Phantom),
        (100, hourly.clone(), State::Starting),
        (5 * 1_440, Field::Known(Frequency::Every(10_080)), State::Starting),
        (5 * 1_440, Field::Null, State::Phantom),
        (5 * 1_440, Field::Known(Frequency::Never), State::Starting),
    ] {
        let claims = Schema { last_synced_at: Field::Known(ago(synced)), frequency, ..with_status("t", "Running") };
        let mut known = inventory(vec![source("s", vec![claims.clone()])]);
        assert_eq!(known.schema(&id).unwrap().2, State::Starting, "nobody asked for its jobs");
        learn_jobs(&mut known, "s", "t", Vec::new(), now());
        assert_eq!(known.schema(&id).unwrap().2, expected, "{synced} {claims:?}");
        // A request before our eyes is a fresh one.
        let mut known = inventory(vec![source("s", vec![Schema { status: Status::Completed, ..claims.clone() }])]);
        known.learn_sources(&support::made::page(vec![source("s", vec![claims])]), now());
        learn_jobs(&mut known, "s", "t", Vec::new(), now());
        assert_eq!(known.schema(&id).unwrap().2, State::Starting);
    }
    let mut known =
        inventory(vec![source("s", vec![Schema { last_synced_at: Field::Null, ..with_status("t", "Running") }])]);
    learn_jobs(&mut known, "s", "t", Vec::new(), now());
    assert_eq!(known.schema(&id).unwrap().2, State::Starting, "its first run may have been requested a moment ago");
}

#[test]
fn a_finished_run_is_as_old_as_can_be_told() {
    let id = SchemaId::new("id-t");
    for (minutes, start, expected) in
        [(5, true, State::Phantom), (1, true, State::Starting), (5, false, State::Starting)]
    {
        let mut known = inventory(vec![source("s", vec![with_status("t", "Running")])]);
        let ended = Job {
            finished_at: Field::Null,
            created_at: start.then(|| ago(minutes)),
            ..job("t", minutes, 1, "Failed", 0)
        };
        learn_jobs(&mut known, "s", "t", vec![ended], now());
        assert_eq!(known.schema(&id).unwrap().2, expected, "{minutes} {start}");
    }
}

#[test]
fn stale_is_measured_against_the_past_where_the_frequency_has_no_name() {
    let old = Schema { frequency: Field::Null, last_synced_at: Field::Known(ago(3 * 1_440)), ..table("t") };
    let mut known = inventory(vec![source("s", vec![old])]);
    let id = SchemaId::new("id-t");
    assert_eq!(known.schema(&id).unwrap().2, State::Stale);
    assert_eq!(needed(&mut known, None, 99, now()), [jobs_of("s", &["t"])]);
    let weekly = (0..5).map(|week| job("t", 3 * 1_440 + week * 10_080, 2, "Completed", 9)).collect();
    learn_jobs(&mut known, "s", "t", weekly, now());
    assert_eq!(known.schema(&id).unwrap().2, State::Completed);
    assert!(needed(&mut known, None, 99, now()).is_empty() && !is_open(&known, None));
}

#[test]
fn when_it_synced_last_is_asked_of_the_jobs_where_the_list_does_not_tell() {
    let odd = || Schema { last_synced_at: Field::Unknown, ..table("t") };
    for (jobs, expected) in [
        (vec![job("t", 30, 2, "Completed", 9)], State::Completed),
        (vec![job("t", 900, 2, "Completed", 9)], State::Stale),
        (vec![job("t", 30, 2, "Failed", 9)], State::Unknown),
        (vec![], State::Unknown),
    ] {
        let mut known = inventory(vec![source("s", vec![odd()])]);
        assert!(is_open(&known, None));
        assert_eq!(needed(&mut known, None, 99, now()), [jobs_of("s", &["t"])]);
        learn_jobs(&mut known, "s", "t", jobs, now());
        assert_eq!(known.schema(&SchemaId::new("id-t")).unwrap().2, expected);
        assert!(needed(&mut known, None, 99, now()).is_empty() && !is_open(&known, None));
    }
}

#[test]
fn a_table_that_always_came_more_rarely_than_its_frequency_says_is_not_stale() {
    let daily = Schema {
        frequency: Field::Known(Frequency::Every(5)),
        last_synced_at: Field::Known(ago(20 * 60)),
        ..table("t")
    };
    let mut known = inventory(vec![source("s", vec![daily])]);
    let state = |known: &Inventory| known.schema(&SchemaId::new("id-t")).unwrap().2;
    assert_eq!(state(&known), State::Stale);
    let past = (0..5).map(|day| job("t", 20 * 60 + day * 1_440, 2, "Completed", 9)).collect();
    learn_jobs(&mut known, "s", "t", past, now());
    assert_eq!(state(&known), State::Completed);
}

#[test]
fn a_stale_table_whose_job_runs_is_running() {
    for (minutes, known_past, expected) in
        [(3, true, State::Running), (3, false, State::Running), (300, true, State::Stale), (300, false, State::Stale)]
    {
        let stale = Schema { last_synced_at: Field::Known(ago(12_000)), ..table("t") };
        let mut known = inventory(vec![source("s", vec![stale])]);
        let mut jobs = if known_past { past(None) } else { Vec::new() };
        jobs.push(job("t", minutes, 0, "Running", 4));
        learn_jobs(&mut known, "s", "t", jobs, now());
        assert_eq!(known.schema(&SchemaId::new("id-t")).unwrap().2, expected, "{minutes} {known_past}");
    }
}

#[test]
fn a_failure_whose_jobs_could_not_be_read_stays_open_and_they_are_asked_for() {
    let mut known = inventory(vec![source("s", vec![failing("t", None, false)])]);
    let closely = FullSchema {
        schema: failing("t", None, false),
        detail: SchemaDetail::default(),
        source: None,
        source_type: Field::Unknown,
    };
    assert_eq!(needed(&mut known, None, 99, now()), [Need::Schema(SchemaId::new("id-t"))]);
    known.learn_schema(closely, now());
    assert!(is_open(&known, None));
    assert_eq!(needed(&mut known, None, 99, now()), [jobs_of("s", &["t"])]);
    let text = "password authentication failed for user \"x\"";
    let failed = Job { latest_error: Field::Known(text.into()), ..job("t", 30, 1, "Failed", 0) };
    learn_jobs(&mut known, "s", "t", vec![failed], now());
    assert!(!is_open(&known, None) && needed(&mut known, None, 99, now()).is_empty());
    let cause = |known: &Inventory| {
        let (_, schema, _) = known.schema(&SchemaId::new("id-t")).unwrap();
        schema.finding.as_ref().unwrap().cause.id.to_string()
    };
    assert_eq!(cause(&known), "credentials_invalid");
    known.learn_sources(&support::made::page(vec![source("s", vec![failing("t", None, false)])]), now());
    assert_eq!(cause(&known), "credentials_invalid", "it outlives the next list");
    // The full form may come after the jobs, and say less.
    let again = |at| {
        let mut known = inventory(vec![source("s", vec![failing("t", None, false)])]);
        learn_jobs(&mut known, "s", "t", vec![job("t", 30, 1, "Billing limit too low", 0)], now());
        let schema = failing("t", None, false);
        let detail = SchemaDetail::default();
        known.learn_schema(FullSchema { schema, detail, source: None, source_type: Field::Unknown }, at);
        known
    };
    assert_eq!(cause(&again(now() + seconds(1))), "billing_limit");
    assert_eq!(cause(&again(now() + seconds(3_600))), "no_error_text", "old jobs may be those of another failure");
}

#[test]
fn a_text_that_leaves_alternatives_says_more_than_none() {
    let id = SchemaId::new("id-t");
    let text = "no pg_hba.conf entry for host \"1.2.3.4\"";
    let open = finding(Some(text), "Postgres", "incremental");
    assert!(!open.is_vague() && open.is_open(), "{open:?}");
    let cause = |known: &Inventory| {
        let (_, schema, _) = known.schema(&id).unwrap();
        (schema.finding.as_ref().unwrap().cause.id.to_string(), schema.finding.as_ref().unwrap().verdict.recovery)
    };
    for own in [None, Some("something went wrong")] {
        let mut known = inventory(vec![source("s", vec![failing("t", own, false)])]);
        let failed = Job { latest_error: Field::Known(text.into()), ..job("t", 30, 1, "Failed", 0) };
        learn_jobs(&mut known, "s", "t", vec![failed], now());
        assert_eq!(cause(&known), ("ip_not_allowed".to_owned(), Letter::J), "{own:?}");
        // What leaves no alternative still settles it, what says nothing does not unsettle it.
        assert_eq!(known.accept(&id, &finding(Some("it broke"), "Postgres", "incremental"), now()), None);
        assert!(known.accept(&id, &open, now()).is_none(), "nothing new");
    }
    let vague = finding(None, "Postgres", "incremental");
    let sure = finding(Some(LOST), "Postgres", "incremental");
    assert!(vague.is_settled_by(&open) && !open.is_settled_by(&open) && !open.is_settled_by(&vague));
    assert!(!sure.is_open() && vague.is_settled_by(&sure) && !sure.is_settled_by(&open));
}

const LOST: &str = "column \"updated_at\" does not exist";

fn jobs_of(source: &str, names: &[&str]) -> Need {
    let names = names.iter().map(|name| (*name).into()).collect();
    Need::Jobs(JobQuery::newest(SourceId::new(&format!("source-{source}")), names))
}

#[test]
fn only_what_needs_jobs_is_asked_for_and_several_names_go_into_one_question() {
    let names: Vec<String> = (0..10).map(|index| format!("t{index}")).collect();
    let mut tables: Vec<Schema> = names.iter().map(|name| with_status(name, "Running")).collect();
    tables.extend((0..500).map(|index| table(&format!("calm{index}"))));
    let mut known = inventory(vec![source("s", tables)]);
    let needs = needed(&mut known, None, 99, now());
    assert_eq!(needs.len(), 3);
    assert_eq!(needs[0], jobs_of("s", &["t0", "t1", "t2", "t3"]));
    assert_eq!(needed(&mut known, None, 2, now()).len(), 2);
    assert!(needed(&mut known, Some(&SourceId::new("another")), 99, now()).is_empty());
    assert!(is_open(&known, None) && !is_open(&known, Some(&SourceId::new("another"))));
}

#[test]
fn a_full_answer_proves_nothing_about_the_table_it_had_no_room_for() {
    let mut known = inventory(vec![source("s", vec![with_status("a", "Running"), with_status("b", "Running")])]);
    let crowd: Vec<Job> = (0..50).map(|run| job("a", run * 5 + 10, 1, "Completed", 1)).collect();
    let asked = ["a".into(), "b".into()];
    known.learn_jobs(&SourceId::new("source-s"), &asked, crowd, now());
    let state = |known: &Inventory, id: &str| known.schema(&SchemaId::new(id)).unwrap().2;
    assert_eq!((state(&known, "id-a"), state(&known, "id-b")), (State::Phantom, State::Starting));
    assert_eq!(needed(&mut known, None, 99, now()), [jobs_of("s", &["b"])]);
    learn_jobs(&mut known, "s", "b", vec![job("b", 300, 0, "Running", 7)], now());
    assert_eq!(state(&known, "id-b"), State::Running);
}

#[test]
fn a_second_look_is_taken_where_it_can_still_change_something() {
    let mut known = inventory(vec![source("s", vec![with_status("t", "Running"), table("u")])]);
    assert!(second_look(&known, None, now()).is_empty());
    learn_jobs(&mut known, "s", "t", past(None), now());
    assert_eq!(second_look(&known, None, now()), [jobs_of("s", &["t"])]);
    learn_jobs(&mut known, "s", "t", past(None), now() + seconds(5));
    assert!(second_look(&known, None, now()).is_empty());
}

#[test]
fn a_vague_failure_is_looked_at_closely_once_and_what_is_found_outlives_the_next_list() {
    let mut known =
        inventory(vec![source("s", vec![failing("t", None, false), failing("u", Some("timeout expired"), true)])]);
    let id = SchemaId::new("id-t");
    assert_eq!(needed(&mut known, None, 99, now()), [Need::Schema(id.clone())]);
    assert!(needed(&mut known, None, 99, now() + seconds(60)).is_empty(), "whatever came of it");
    assert!(is_open(&known, None));
    let mut found = failing("t", None, false);
    found.finding = Some(finding(Some("password authentication failed for user \"x\""), "Postgres", "incremental"));
    let full = FullSchema { schema: found, detail: SchemaDetail::default(), source: None, source_type: Field::Unknown };
    known.learn_schema(full, now());
    let cause = |known: &Inventory| known.schema(&id).unwrap().1.finding.as_ref().unwrap().cause.id.to_string();
    for (error, expected) in [(None, "credentials_invalid"), (Some("timeout expired"), "network_unreachable")] {
        known.learn_sources(&support::made::page(vec![source("s", vec![failing("t", error, false)])]), now());
        assert_eq!(cause(&known), expected);
    }
    assert!(!is_open(&known, None));
}

#[test]
fn states_have_names_of_their_own() {
    let keys: std::collections::HashSet<_> = State::ALL.iter().map(|state| state.key()).collect();
    let words: std::collections::HashSet<_> = State::ALL.iter().map(|state| state.words()).collect();
    assert_eq!((keys.len(), words.len()), (State::ALL.len(), State::ALL.len()));
    assert!(State::ALL.is_sorted());
}
