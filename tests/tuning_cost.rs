//! What a change would cost, judged by the table's own jobs: in rows, in time, and how that was judged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "support/world.rs"]
mod world;

use whtui::warehouse::field::Field;
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::job::Job;
use whtui::warehouse::replies::CandidateFields;
use whtui::warehouse::runs::Runs;
use whtui::warehouse::schema::{Schema, Table};
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::FullSchema;
use whtui::warehouse::tuning::{Current, Draft, Setting, Value, Way};
use world::{ago, detail, job, noon, source, table, whole};

fn draft(schema: Schema) -> Draft {
    let mut inventory = Inventory::default();
    inventory.learn_sources(&whole(vec![source("shop", "Postgres", None, vec![schema.clone()])]), noon());
    let full = FullSchema { schema, detail: detail(), source: None, source_type: Field::Unknown };
    let held = inventory.source(&inventory.sources()[0].source.id.clone()).unwrap().clone();
    Draft::new(Current::new(&full, CandidateFields::default(), &held))
}

/// Successful runs: seconds and rows of each.
fn runs(schema: &Schema, each: &[(i64, u64)]) -> Runs {
    let job = |(place, (took, rows)): (usize, &(i64, u64))| -> Job {
        let begun = 60 * (i64::try_from(place).unwrap() + 1);
        job(schema, &format!("j{place}"), begun, Some(*took), Status::Completed, *rows)
    };
    let mut runs = Runs::default();
    runs.learn(each.iter().enumerate().map(job), ago(0));
    runs
}

fn cost_of_all(rows: Field<u64>, each: &[(i64, u64)]) -> String {
    let mut schema = table("orders", 0);
    schema.table = match rows {
        Field::Null => Field::Null,
        rows => Field::Known(Table { name: "orders".into(), rows }),
    };
    let runs = runs(&schema, each);
    draft(schema).cost(Way::Resync, Some(&runs)).unwrap()
}

#[test]
fn a_resync_reads_what_is_stored_at_the_pace_of_the_largest_run() {
    let told = cost_of_all(Field::Known(90_000), &[(20, 40), (600, 60_000), (25, 90)]);
    let expected = "Reads about 90.0k rows again: as many as are stored now. That takes about 15m: judged by its largest \
                    successful run, 60.0k rows in 10m.";
    assert_eq!(told, expected);
}

#[test]
fn small_runs_say_little_of_a_large_table_and_that_is_said() {
    let told = cost_of_all(Field::Known(1_000_000), &[(10, 500), (10, 400)]);
    assert!(told.contains("5h 33m at most, and likely much less"), "{told}");
    assert!(told.contains("500 rows in 10s, which is little"), "{told}");
}

#[test]
fn what_is_not_known_is_not_guessed() {
    for (rows, each, said) in [
        (Field::Known(900), &[][..], "none of its jobs tells rows and time"),
        (Field::Known(900), &[(5, 0)][..], "none of its jobs tells rows and time"),
        (Field::Null, &[(5, 100)][..], "nothing is stored yet"),
        (Field::Unknown, &[(5, 100)][..], "how many rows are stored is not known"),
    ] {
        let told = cost_of_all(rows, each);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn failed_and_running_jobs_say_nothing_of_the_pace() {
    let schema = table("orders", 1_000);
    let mut known = runs(&schema, &[(10, 100)]);
    known.learn(
        [
            job(&schema, "failed", 10, Some(1), Status::Failed, 1_000_000),
            job(&schema, "running", 1, None, Status::Running, 1_000_000),
        ],
        ago(0),
    );
    let told = draft(schema).cost(Way::Resync, Some(&known)).unwrap();
    assert!(told.contains("100 rows in 10s"), "{told}");
}

/// From every six hours to this.
fn cost_of_frequency(method: SyncType, frequency: &str, each: Option<&[(i64, u64)]>) -> Option<String> {
    let schema = Schema { sync_type: Field::Known(method), ..table("orders", 5_000) };
    let runs = each.map(|each| runs(&schema, each));
    let mut draft = draft(schema);
    draft.set(Setting::Frequency, Value::word(frequency));
    draft.cost(Way::Only, runs.as_ref())
}

#[test]
fn a_higher_frequency_is_so_many_runs_of_the_usual_time() {
    let told = cost_of_frequency(SyncType::Incremental, "1hour", Some(&[(40, 10), (60, 10), (50, 10)])).unwrap();
    let expected = "6 times as many runs as now. Each reads only what is new. One usually takes 50s, judged by 3 \
                    successful runs: 20m a day.";
    assert_eq!(told, expected);
}

#[test]
fn a_rebuild_reads_all_rows_each_time() {
    let told = cost_of_frequency(SyncType::FullRefresh, "1hour", Some(&[(40, 10), (60, 10), (50, 10)])).unwrap();
    assert!(told.contains("Each reads all 5.00k rows: 120k rows a day."), "{told}");
}

#[test]
fn too_few_jobs_say_so() {
    for (each, said) in [
        (None, "no successful run is known, which is too few"),
        (Some(&[][..]), "no successful run is known, which is too few"),
        (Some(&[(5, 1), (6, 1)][..]), "2 successful runs, which is too few"),
    ] {
        let told = cost_of_frequency(SyncType::Incremental, "1hour", each).unwrap();
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_run_that_takes_longer_than_there_is_time_is_said() {
    let told = cost_of_frequency(SyncType::Incremental, "5min", Some(&[(400, 1), (400, 1), (400, 1)])).unwrap();
    assert!(told.contains("longer than the time between two of them"), "{told}");
}

#[test]
fn a_lower_frequency_costs_nothing_more() {
    for frequency in ["6hour", "12hour", "7day"] {
        assert_eq!(cost_of_frequency(SyncType::Incremental, frequency, Some(&[(5, 1)])), None);
    }
}
