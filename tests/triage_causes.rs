//! What problems are told from: siblings, jobs behind a status, and sources as a whole.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use support::made::{ago, failing, inventory, job, learn_jobs, now, source, table};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::job::Job;
use whtui::warehouse::recovery::proposal::proposed;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::source::Source;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::is_open;
use whtui::warehouse::triage::{Kind, is_wrong, triage};

const LOGIN: &str = "The database rejected the username or password. Check it, then re-enable the sync.";
const DROPPED: &str = "column \"updated_at\" does not exist";
const DENIED: &str = "permission denied for table invoices";

#[test]
fn a_proven_key_is_kept_and_its_lack_is_granted() {
    let failed = || vec![job("a", 300, 1, "Failed", 0)];
    let of = |sibling: Schema| {
        let mut known = inventory(vec![source("s", vec![failing("a", Some(LOGIN), true), sibling])]);
        learn_jobs(&mut known, "s", "a", failed(), now());
        known
    };
    let known = of(table("b"));
    let [problem] = triage(&known, None, now()).try_into().unwrap();
    assert_eq!((problem.kind, problem.recovery.as_str(), problem.retry_safe), (Kind::SwitchedOff, "B2", false));
    assert_eq!(problem.cause.as_ref().unwrap().as_str(), "credentials_invalid");
    assert!(problem.reason.contains("b of the same source synced 4h 29m after"), "{}", problem.reason);
    assert!(problem.advice().contains("Keep the credential: b synced with it 4h 29m after this failed."));
    assert!(problem.advice().contains("Grant") && problem.advice().ends_with("Re-enable the table, then reload."));
    let (held, schema, state) = known.schema(&SchemaId::new("id-a")).unwrap();
    let details = proposed(&known, held, schema, state).unwrap();
    assert_eq!((details.letter, details.steps), (problem.recovery, problem.steps));
    // Nothing is proven by what came before, what is pushed, or a run that began before the failure.
    let before = of(Schema { last_synced_at: Field::Known(ago(400)), ..table("b") });
    let pushed = of(Schema { sync_type: Field::Known(SyncType::Webhook), ..table("b") });
    let mut across = of(table("b"));
    learn_jobs(&mut across, "s", "b", vec![job("b", 310, 280, "Completed", 5)], now());
    for known in [before, pushed, across] {
        let problem = &triage(&known, None, now())[0];
        assert_eq!((problem.recovery.as_str(), &problem.proof), ("B", &None));
    }
}

#[test]
fn what_the_status_hides_the_newest_run_tells() {
    let stale = || Schema { last_synced_at: Field::Known(ago(3_000)), ..table("t") };
    let told = |status: &str, error: Option<&str>| {
        let mut known = inventory(vec![source("s", vec![stale()])]);
        let newest = Job {
            latest_error: error.map_or(Field::Null, |error| Field::Known(error.into())),
            ..job("t", 60, 1, status, 0)
        };
        let before = job("t", 120, 1, "Failed", 0);
        learn_jobs(&mut known, "s", "t", vec![newest, before, job("t", 3_002, 2, "Completed", 9)], now());
        let [problem] = triage(&known, None, now()).try_into().unwrap();
        assert_eq!(problem.kind, Kind::Stale);
        problem
    };
    let login = told("Failed", Some(LOGIN));
    assert_eq!((login.cause.as_ref().unwrap().as_str(), login.recovery.as_str()), ("credentials_invalid", "B"));
    assert_eq!((login.retry_safe, login.since), (false, Some(ago(120))));
    assert!(login.evidence.is_some() && login.reason.contains("its last run failed"), "{login:?}");
    let dropped = told("Failed", Some("server closed the connection unexpectedly"));
    assert_eq!((dropped.cause.as_ref().unwrap().as_str(), dropped.retry_safe), ("connection_dropped", true));
    let silent = told("Failed", None);
    assert_eq!((silent.cause.as_ref().unwrap().as_str(), silent.recovery.as_str()), ("no_error_text", "O"));
    let cancelled = told("Failed", Some("Sync cancelled by user"));
    assert_eq!((&cancelled.cause, cancelled.recovery.as_str(), cancelled.retry_safe), (&None, "A", true));
    assert!(cancelled.reason.contains("stopped on purpose"), "{}", cancelled.reason);
    for status in ["Cancelled", "Hibernating"] {
        let odd = told(status, None);
        assert!(!odd.reason.contains("a success,") && odd.reason.contains("was no success"), "{}", odd.reason);
    }
    let fine = told("Completed", None);
    assert_eq!((&fine.cause, fine.since, fine.retry_safe), (&None, None, true));
    assert!(fine.reason.contains("was a success"), "{}", fine.reason);
}

#[test]
fn an_error_of_a_source_that_no_table_explains_is_a_problem_of_its_own() {
    let of = |status: &str, error: Option<&str>, tables: Vec<Schema>| Source {
        status: Status::parse(status),
        latest_error: error.map_or(Field::Null, |error| Field::Known(error.into())),
        ..source("s", tables)
    };
    let off = |error: &str| Schema {
        should_sync: Some(false),
        latest_error: Field::Known(error.into()),
        ..Schema { status: Status::Failed, sync_type: Field::Null, ..table("off") }
    };
    let fresh = |name: &str| Schema { status: Status::None, last_synced_at: Field::Null, ..table(name) };
    let unset = || Schema { should_sync: Some(false), sync_type: Field::Null, ..fresh("unset") };
    let told = |source: Source| {
        let known = inventory(vec![source]);
        let problems = triage(&known, None, now());
        assert_eq!(known.sources()[0].trouble().is_some(), is_wrong(&problems));
        problems.first().map(|problem| {
            assert!(!problem.reason.is_empty() && !problem.steps.is_empty() && !problem.title.is_empty());
            let cause = problem.cause.as_ref().map(ToString::to_string).unwrap_or_default();
            (problem.kind, cause, problem.recovery.to_string(), problem.tables.len())
        })
    };
    let expected = |kind, cause: &str, letter: &str| Some((kind, cause.to_owned(), letter.to_owned(), 0));
    let refused = expected(Kind::SourceError, "credentials_invalid", "B");
    assert_eq!(told(of("Error", Some(LOGIN), vec![])), refused);
    assert_eq!(told(of("Error", Some(LOGIN), vec![fresh("a"), unset()])), refused);
    assert_eq!(told(of("Error", Some(LOGIN), vec![unset()])), refused);
    // A table that fails may be one that this key may not see.
    assert_eq!(told(of("Failed", Some(LOGIN), vec![table("a")])), refused);
    assert_eq!(told(of("Error", None, vec![])), expected(Kind::SourceError, "no_error_text", "O"));
    assert_eq!(told(of("Paused", None, vec![])), expected(Kind::BillingPause, "billing_limit", "H"));
    assert_eq!(told(of("Billing limits", None, vec![table("a")])), expected(Kind::BillingLimit, "billing_limit", "H"));
    assert_eq!(told(of("Simmering", None, vec![])), expected(Kind::Unknown, "", "O"));
    // The text is that of a table which is off, and may be months old.
    let cancelled = "Sync cancelled by user";
    let old = Schema { status: Status::Completed, sync_type: Field::Null, ..off(LOGIN) };
    let old = told(of("Error", Some(LOGIN), vec![fresh("a"), Schema { status: Status::None, ..old }]));
    assert_eq!(old, expected(Kind::SourceError, "no_error_text", "O"));
    // A table explains it, or nothing is wanted of the source.
    let explained = |found: Option<(Kind, String, String, usize)>| found.map(|found| (found.0, found.3));
    let failing = |error| failing("a", Some(error), false);
    assert_eq!(
        explained(told(of("Failed", Some(DROPPED), vec![failing(DROPPED), table("b")]))),
        Some((Kind::Failed, 1))
    );
    assert_eq!(told(of("Failed", Some(cancelled), vec![failing(cancelled)])), None);
    assert_eq!(told(of("Failed", Some(cancelled), vec![table("a")])), None);
    let by_user = Schema { should_sync: Some(false), ..table("off") };
    assert_eq!(told(of("Error", Some(LOGIN), vec![by_user])), None);
    assert_eq!(told(of("Completed", Some(LOGIN), vec![table("a")])), None);
    assert_eq!(told(of("Running", None, vec![])), None);
}

#[test]
fn where_the_switch_cannot_be_read_nothing_is_claimed_of_it() {
    let of = |schema: Schema| {
        let known = inventory(vec![source(
            "s",
            vec![Schema { should_sync: None, ..schema }, failing("o", Some(DENIED), false)],
        )]);
        triage(&known, None, now()).into_iter().find(|problem| problem.tables[0].name.raw() == "t").unwrap()
    };
    let failed = of(failing("t", Some(DROPPED), false));
    assert_eq!((failed.kind, failed.cause.as_ref().unwrap().as_str()), (Kind::Failed, "schema_drift_column"));
    assert!(!failed.reason.contains("switched") && failed.advice().contains("which could not be read"), "{failed:?}");
    let rests = of(table("t"));
    assert_eq!(rests.reason, "Whether it is switched on could not be read.");
}

#[test]
fn re_enabling_is_advised_only_where_something_is_off() {
    let advice = |tables: Vec<Schema>| triage(&inventory(vec![source("s", tables)]), None, now())[0].advice();
    let on = |name: &str, error: &str| failing(name, Some(error), false);
    let off = |name: &str, error: &str| failing(name, Some(error), true);
    let pipe = "ssh tunnel: connection refused";
    for error in [DROPPED, LOGIN, DENIED, pipe, "connection refused"] {
        let told = advice(vec![on("a", error), table("b")]);
        assert!(!told.to_lowercase().contains("re-enable") && told.to_lowercase().contains("reload"), "{told}");
        assert!(!told.contains("  ") && !told.contains("then then"), "{told}");
        assert!(advice(vec![off("a", error)]).contains("e-enable"), "{error}");
        assert!(advice(vec![on("a", error), off("b", error)]).contains("e-enable"), "{error}");
        assert!(advice(vec![Schema { should_sync: None, ..on("a", error) }]).contains("e-enable"), "{error}");
    }
    assert!(advice(vec![on("a", DROPPED)]).ends_with("Reload."), "{}", advice(vec![on("a", DROPPED)]));
}

#[test]
fn a_run_that_was_cancelled_is_no_failure_that_goes_on() {
    let since = |texts: &[Option<&str>]| {
        let jobs = texts.iter().zip(1..).map(|(text, place)| Job {
            latest_error: text.map_or(Field::Null, |text| Field::Known(text.into())),
            ..job("a", place * 60, 1, "Failed", 0)
        });
        let mut known = inventory(vec![source("s", vec![failing("a", Some(DROPPED), false)])]);
        learn_jobs(&mut known, "s", "a", jobs.collect(), now());
        triage(&known, None, now())[0].since
    };
    let (failed, cancelled) = (Some(DROPPED), Some("Sync cancelled by user"));
    assert_eq!(since(&[failed, failed, cancelled, cancelled]), Some(ago(120)));
    assert_eq!(since(&[failed, cancelled, failed]), Some(ago(180)), "it went on");
    assert_eq!(since(&[cancelled, None, failed]), Some(ago(180)));
    assert_eq!(since(&[cancelled]), None);
}

#[test]
fn a_source_whose_tables_cannot_be_read_is_open() {
    let mut known = inventory(vec![Source { unreadable: 1, ..source("s", vec![]) }, source("calm", vec![table("a")])]);
    assert!(is_open(&known, None));
    assert!(!is_open(&known, Some(&SourceId::new("source-calm"))));
    known.forget_source(&SourceId::new("source-s"));
    assert!(!is_open(&known, None));
}

#[test]
fn each_missing_permission_of_one_cause_is_named() {
    let lacks = |name: &str, permission: &str| {
        let text = format!("403 Access Denied: Project a: User does not have {permission} permission in project a.");
        failing(name, Some(&text), false)
    };
    let tables = vec![lacks("a", "bigquery.jobs.create"), lacks("b", "bigquery.readsessions.create")];
    let [problem] = triage(&inventory(vec![source("s", tables)]), None, now()).try_into().unwrap();
    assert_eq!((problem.tables.len(), problem.recovery.as_str()), (2, "B2"));
    let both = "bigquery.jobs.create and bigquery.readsessions.create";
    assert!(problem.reason.contains(&format!("What is missing differs: {both}; each has")), "{}", problem.reason);
    assert!(problem.steps[0].starts_with(&format!("Grant {both} to ")), "{:?}", problem.steps);
    // One that both lack is named once.
    let tables = vec![lacks("a", "bigquery.jobs.create"), lacks("b", "bigquery.jobs.create")];
    let [problem] = triage(&inventory(vec![source("s", tables)]), None, now()).try_into().unwrap();
    assert!(!problem.reason.contains("differs"), "{}", problem.reason);
    assert!(problem.steps[0].starts_with("Grant bigquery.jobs.create to "), "{:?}", problem.steps);
    assert_eq!(problem.names.len(), 1);
}
