//! The reload of a whole source.

use super::Told::*;
use super::*;

const SEND: &str = "send POST external_data_sources/shop-id/reload/";
const ACCEPTED: &str = "Note shop: reload accepted, waiting for a job";
const STARTED: &str = "Note shop: a new job is running";
const AFTER: &str = "ask jobs of all after 11:00:00";

fn reload(tables: &[&str]) -> (Follow, Vec<Step>) {
    Follow::write(Write::ReloadSource(SourceId::new("shop-id")), subject(tables), start())
}

#[test]
fn all_tables_are_waited_for() {
    play(
        reload(&["orders", "items"]),
        &["ask jobs of all"],
        &[
            (0, Jobs(vec![old()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Waited, &[AFTER]),
            (3, Jobs(vec![completed("a", "orders", 2, 1, 5)]), &[STARTED, "wait 1s"]),
            (5, Jobs(vec![job("b", "items", 4), completed("a", "orders", 2, 1, 5)]), &["wait 1s"]),
            (9, Jobs(vec![completed("b", "items", 4, 4, 9), completed("a", "orders", 2, 1, 5)]), &["ask Sources"]),
            (9, Present(true), &["END Good shop: 2 tables Completed"]),
        ],
    );
}

#[test]
fn failures_silence_and_earlier_runs_are_told_apart() {
    let busy = || job("busy", "busy", -60);
    for (tables, jobs, end) in [
        (
            &["orders", "items", "silent"][..],
            vec![completed("a", "orders", 2, 1, 5), failed("b", "items", 2)],
            "END Bad shop: 1 table Completed, 1 failed (first items: connection refused), 1 without a new job",
        ),
        (
            &["orders", "silent"],
            vec![completed("a", "orders", 2, 1, 5)],
            "END Bad shop: 1 table Completed, 1 without a new job",
        ),
        (
            &["orders", "busy"],
            vec![completed("a", "orders", 2, 1, 5), busy()],
            "END Note shop: 1 table Completed, 1 skipped, because an earlier run was active",
        ),
        // A job of a table that is not concerned, and one known by its name alone.
        (
            &["orders", "items"],
            vec![
                Job { schema: None, ..completed("a", "orders", 2, 1, 5) },
                failed("x", "elsewhere", 2),
                completed("b", "items", 2, 1, 5),
            ],
            "END Good shop: 2 tables Completed",
        ),
    ] {
        play(
            reload(tables),
            &["ask jobs of all"],
            &[
                (0, Jobs(vec![old(), busy()]), &[SEND]),
                (1, Done, &[ACCEPTED, "wait 1s"]),
                (95, Jobs(jobs), &[STARTED, "ask Sources"]),
                (95, Unread(offline()), &[end]),
            ],
        );
    }
}

#[test]
fn silent_tables_are_given_time_but_not_for_ever() {
    let done = || vec![completed("a", "orders", 2, 1, 5)];
    play(
        reload(&["orders", "silent"]),
        &["ask jobs of all"],
        &[
            (0, Jobs(vec![old()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (3, Jobs(done()), &[STARTED, "wait 1s"]),
            (89, Jobs(done()), &["wait 5s"]),
            (90, Jobs(done()), &["ask Sources"]),
        ],
    );
}

#[test]
fn a_reload_that_starts_nothing_is_swallowed() {
    for (before, why) in [
        (vec![old()], ". If the status stays Running, cancel and reload again"),
        (vec![job("busy", "orders", -60)], ", because earlier runs are still active"),
    ] {
        let end = format!("END Bad shop: the reload was swallowed: accepted, but no job started within 1m 34s{why}");
        play(
            reload(&["orders", "items"]),
            &["ask jobs of all"],
            &[(0, Jobs(before), &[SEND]), (1, Done, &[ACCEPTED, "wait 1s"]), (95, Jobs(vec![]), &[&end])],
        );
    }
}

#[test]
fn a_source_with_more_tables_than_an_answer_can_tell_of_is_asked_for_in_turns() {
    let names: Vec<String> = (0..45).map(|number| format!("t{number:02}")).collect();
    let tables: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mut follow, _) = reload(&tables);
    let _ = Jobs(vec![old()]).to(&mut follow, after(0));
    let _ = Done.to(&mut follow, after(1));
    // The server: every table has its job, and the answer holds what was asked for, at most 50 jobs.
    let mut now = 2;
    let mut asked = std::collections::BTreeSet::new();
    let mut sentences = Vec::new();
    let mut pending = Waited.to(&mut follow, after(now));
    for _ in 0..100 {
        let step = pending.pop().expect("something to do");
        sentences.extend(pending.iter().map(words));
        now += 1;
        pending = match step {
            Step::Ask(Need::Jobs(query)) => {
                assert!(!query.schemas.is_empty() && query.schemas.len() <= 20, "two jobs a table have to fit");
                let jobs: Vec<Job> = query
                    .schemas
                    .iter()
                    .map(|name| {
                        let first_time = asked.insert(name.raw().to_owned());
                        let id = format!("job-{}", name.raw());
                        if first_time { job(&id, name.raw(), 2) } else { completed(&id, name.raw(), 2, 5, 1) }
                    })
                    .collect();
                Jobs(jobs).to(&mut follow, after(now))
            }
            Step::Ask(_) => Present(true).to(&mut follow, after(now)),
            Step::Wait(_) => Waited.to(&mut follow, after(now)),
            step => {
                assert_eq!(words(&step), "END Good shop: 45 tables Completed");
                assert_eq!(asked.len(), 45);
                assert_eq!(sentences, [STARTED]);
                return;
            }
        };
    }
    panic!("it does not end: {}", follow.progress(None, after(now)));
}

#[test]
fn the_status_bar_counts_tables() {
    let (mut follow, _) = reload(&["orders", "items", "more"]);
    let _ = Jobs(vec![old()]).to(&mut follow, after(0));
    let _ = Done.to(&mut follow, after(1));
    let _ = Jobs(vec![completed("a", "orders", 2, 1, 5), job("b", "items", 2)]).to(&mut follow, after(3));
    assert_eq!(follow.progress(None, after(3)), "shop: 1 of 3 tables done");
}
