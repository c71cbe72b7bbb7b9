//! Scores the diagnosis against labelled error texts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests; the table is for whoever runs them")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use whtui::warehouse::diagnosis::{Catalogue, Level, Symptom, Verdict};
use whtui::warehouse::status::Status;

#[derive(Deserialize)]
struct Row {
    id: String,
    source_type: Option<String>,
    level: String,
    status: Option<String>,
    sync_type: Option<String>,
    error: Option<String>,
    root_cause: String,
    #[serde(default)]
    also: Vec<String>,
    recovery: String,
    retry_safe: bool,
    #[serde(default)]
    trap: bool,
}

impl Row {
    fn diagnose(&self) -> Verdict {
        let status = self.status.as_deref().map(Status::parse);
        Catalogue::builtin().diagnose(&Symptom {
            text: self.error.as_deref(),
            level: Level::parse(&self.level).unwrap(),
            status: status.as_ref(),
            source_type: self.source_type.as_deref(),
            sync_type: self.sync_type.as_deref(),
            sync_blocked: None,
        })
    }

    /// What is made of the text where nothing is known of its place.
    fn without_context(self) -> Self {
        Self { level: "schema".to_owned(), status: None, source_type: None, sync_type: None, ..self }
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.root_cause.as_str()).chain(self.also.iter().map(String::as_str))
    }
}

#[derive(Default)]
struct Count {
    rows: u32,
    right: u32,
    retry_safe: u32,
    recovery: u32,
    wrong_fix: u32,
    traps: u32,
    traps_right: u32,
}

/// A per-mille share, rounded down.
fn share(part: u32, whole: u32) -> u32 {
    part * 1000 / whole.max(1)
}

/// Counts, and describes what was missed.
fn score<'a>(rows: impl Iterator<Item = &'a Row>) -> (BTreeMap<&'a str, Count>, Count, String) {
    let mut classes = BTreeMap::<&str, Count>::new();
    let mut total = Count::default();
    let mut missed = String::new();
    for row in rows {
        let verdict = row.diagnose();
        let right = row.labels().any(|label| verdict.cause == label);
        let retry_safe = verdict.retry_safe == row.retry_safe;
        let recovery = verdict.recovery.as_str() == row.recovery;
        let catalogue = Catalogue::builtin();
        let fits = ["O", &row.recovery].contains(&verdict.recovery.as_str())
            || row.also.iter().any(|id| {
                catalogue.causes().any(|cause| cause.id == id.as_str() && cause.recovery == verdict.recovery)
            });
        let may_discard =
            ["column_type_changed", "cdc_slot_lost"].contains(&row.root_cause.as_str()) && row.recovery != "N";
        let wrong_fix = !fits || (verdict.destructive && !may_discard) || (verdict.retry_safe && !row.retry_safe);
        for count in [classes.entry(&row.root_cause).or_default(), &mut total] {
            count.rows += 1;
            count.right += u32::from(right);
            count.retry_safe += u32::from(retry_safe);
            count.recovery += u32::from(recovery);
            count.wrong_fix += u32::from(wrong_fix);
            count.traps += u32::from(row.trap);
            count.traps_right += u32::from(row.trap && right);
        }
        if !(right && retry_safe && recovery) || wrong_fix {
            let _ = writeln!(
                missed,
                "{}{} {} {}/{} got {} {}/{} by {:?}\n    {:?}",
                row.id,
                if wrong_fix { " WRONG FIX" } else { "" },
                row.root_cause,
                row.recovery,
                row.retry_safe,
                verdict.cause,
                verdict.recovery,
                verdict.retry_safe,
                verdict.evidence.map(|evidence| evidence.text),
                row.error.as_deref().unwrap_or_default(),
            );
        }
    }
    (classes, total, missed)
}

fn rows(fixture: &str) -> Vec<Row> {
    fixture.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(name: &str, rows: &[Row]) {
    let (classes, total, missed) = score(rows.iter());
    println!("{name}\n{:40} {:>5} {:>6} {:>6} {:>8} {:>6}", "class", "rows", "right", "retry", "recovery", "wrong");
    for (class, count) in classes.iter().map(|(class, count)| (*class, count)).chain([("all", &total)]) {
        println!(
            "{class:40} {:5} {:6} {:6} {:8} {:6}",
            count.rows, count.right, count.retry_safe, count.recovery, count.wrong_fix
        );
    }
    println!("traps {}/{}\n{missed}", total.traps_right, total.traps);
    assert!(share(total.right, total.rows) >= 970, "causes");
    assert!(share(total.traps_right, total.traps) >= 950 || total.traps == 0, "traps");
    assert!(share(total.retry_safe, total.rows) >= 970, "retry_safe");
    assert!(share(total.recovery, total.rows) >= 960, "recovery");
    assert!(share(total.wrong_fix, total.rows) <= 10, "wrong fix");
}

#[test]
fn the_labelled_errors_are_diagnosed() {
    check("errors.jsonl", &rows(include_str!("fixtures/errors.jsonl")));
}

#[test]
fn texts_of_other_sources_are_diagnosed() {
    check("errors-more.jsonl", &rows(include_str!("fixtures/errors-more.jsonl")));
}

#[test]
fn where_there_is_a_text_it_is_enough() {
    let rows = rows(include_str!("fixtures/errors.jsonl")).into_iter();
    let rows: Vec<Row> = rows.filter(|row| row.error.is_some()).map(Row::without_context).collect();
    check("errors.jsonl without context", &rows);
}
