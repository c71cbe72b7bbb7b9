//! Reloads of one table that start a run, and those that are refused.

use super::Told::*;
use super::*;

#[test]
fn a_reload_is_followed_from_the_request_to_its_rows() {
    let growing = Job { rows: Field::Known(5_000), ..job("new", "orders", 2) };
    let follow = play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![old()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Waited, &[ASK]),
            (2, Jobs(vec![old()]), &["wait 1s"]),
            (3, Waited, &[ASK]),
            (3, Jobs(vec![job("new", "orders", 2), old()]), &[STARTED, "wait 1s"]),
            (12, Waited, &[ASK]),
            (12, Jobs(vec![growing, old()]), &["wait 2s"]),
            (14, Jobs(vec![completed("new", "orders", 2, 11, 12_331), old()]), &["ask id-orders"]),
            (
                14,
                Full(full("orders", Status::Completed)),
                &["END Good shop / orders: Completed, 12,331 rows, 11s, last synced 12:00:09Z"],
            ),
            (15, Waited, &[]),
            (15, Jobs(vec![]), &[]),
        ],
    );
    assert!(follow.outcome().is_some() && !follow.was_destroyed());
}

#[test]
fn a_run_that_is_over_before_the_first_look_is_a_run() {
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (5, Jobs(vec![completed("new", "orders", 2, 1, 7)]), &[STARTED, "ask id-orders"]),
            // What cannot be read back does not hide what the job told.
            (5, Unread(offline()), &["END Good shop / orders: Completed, 7 rows, 1s"]),
        ],
    );
}

#[test]
fn a_failed_run_ends_with_its_cause_and_whether_the_table_was_switched_off() {
    let error = "password authentication failed for user \"reader\"";
    let long = format!("Could not connect: {}", "x".repeat(500));
    let switched_off = |mut full: FullSchema| {
        full.schema.should_sync = Some(false);
        full
    };
    let title = broken("orders", error).schema.finding.unwrap().title();
    for (table, expected) in [
        (broken("orders", error), format!("END Bad shop / orders: Failed, 3s: {title} ({error})")),
        (
            switched_off(broken("orders", error)),
            format!("END Bad shop / orders: Failed, 3s; PostHog switched the table off: {title} ({error})"),
        ),
        (full("orders", Status::Failed), "END Bad shop / orders: Failed, 3s: connection refused".to_owned()),
        (
            FullSchema {
                schema: Schema {
                    latest_error: Field::Known(Foreign::new(&long)),
                    ..full("orders", Status::Failed).schema
                },
                ..full("orders", Status::Failed)
            },
            format!("END Bad shop / orders: Failed, 3s: {}…", &long[..160]),
        ),
    ] {
        play(
            reload("orders"),
            &[ASK],
            &[
                (0, Jobs(vec![old()]), &[SEND]),
                (1, Done, &[ACCEPTED, "wait 1s"]),
                (6, Jobs(vec![failed("new", "orders", 2), old()]), &[STARTED, "ask id-orders"]),
                (6, Full(table), &[&expected]),
            ],
        );
    }
}

#[test]
fn a_run_somebody_stops_is_no_failure() {
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (6, Jobs(vec![failed("new", "orders", 2)]), &[STARTED, "ask id-orders"]),
            (
                6,
                Full(broken("orders", "Sync cancelled by user")),
                &["END Note shop / orders: the run was stopped on purpose, 3s: Sync cancelled by user"],
            ),
        ],
    );
}

#[test]
fn an_unknown_outcome_of_a_reload_is_resolved_by_the_jobs() {
    for (lost, why) in [
        (timed_out(), "the server did not answer in time"),
        (gateway(), "PostHog is not answering behind its gateway (502)"),
    ] {
        let told = format!("Note shop / orders: outcome of reload unknown ({why}); looking what became of it");
        let begin = || {
            vec![
                (0, Jobs(vec![old()]), &[SEND][..]),
                (30, NotDone(lost.clone()), Vec::leak(vec![&*told.clone().leak(), "wait 2s"])),
            ]
        };
        let mut carried_out = begin();
        carried_out.push((
            32,
            Jobs(vec![job("new", "orders", 2), old()]),
            &["Note shop / orders: it was carried out after all: a new job exists", "wait 2s"],
        ));
        play(reload("orders"), &[ASK], &carried_out);
        let mut not_carried_out = begin();
        not_carried_out.push((
            120,
            Jobs(vec![old()]),
            &["END Bad shop / orders: outcome of reload still unknown: no new job within 1m 30s, so it was probably not \
               carried out"],
        ));
        play(reload("orders"), &[ASK], &not_carried_out);
    }
}

#[test]
fn a_refusal_ends_it_with_the_words_of_the_server() {
    for (failure, end) in [
        (
            failure(FailureKind::Refused, Some(400), "Monthly sync limit reached"),
            "END Bad shop / orders: reload failed: the server refused: Monthly sync limit reached",
        ),
        (failure(FailureKind::ReadOnly, None, ""), "END Bad shop / orders: reload was not sent: read-only mode"),
        (
            not_found(),
            "END Bad shop / orders: reload failed: it does not exist (any more), or belongs to another project",
        ),
    ] {
        play(
            reload("orders"),
            &[ASK],
            &[(0, Jobs(vec![]), &[SEND]), (1, NotDone(failure), &[end]), (2, Jobs(vec![job("new", "orders", 1)]), &[])],
        );
    }
}

#[test]
fn nothing_is_sent_when_the_jobs_cannot_be_read() {
    play(
        reload("orders"),
        &[ASK],
        &[
            (
                0,
                Unread(offline()),
                &[
                    "END Bad shop / orders: nothing was sent, because its jobs could not be read: no connection (connection \
                   refused); check the host and your network",
                ],
            ),
            (1, Jobs(vec![]), &[]),
        ],
    );
}

#[test]
fn passing_trouble_is_sat_out_and_lasting_trouble_ends_it() {
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Unread(offline()), &["wait 1s"]),
            (700, Unread(gateway()), &["wait 15s"]),
            (701, Jobs(vec![job("new", "orders", 3)]), &[STARTED, "wait 15s"]),
            (900, Unread(timed_out()), &["wait 15s"]),
            (
                950,
                Unread(not_found()),
                &[
                    "END Bad shop / orders: it cannot be seen any more how the reload goes: it does not exist (any more), or \
                   belongs to another project",
                ],
            ),
        ],
    );
}

#[test]
fn a_job_that_is_not_listed_any_more_is_not_waited_for_for_ever() {
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Jobs(vec![job("new", "orders", 2)]), &[STARTED, "wait 1s"]),
            (3, Jobs(vec![]), &["wait 1s"]),
            (4, Jobs(vec![job("new", "orders", 2)]), &["wait 1s"]),
            (5, Jobs(vec![]), &["wait 1s"]),
            (6, Jobs(vec![]), &["wait 1s"]),
            (7, Jobs(vec![]), &["ask id-orders"]),
            (
                8,
                Full(full("orders", Status::Completed)),
                &["END Note shop / orders: its job is not listed any more; the table's status is Completed"],
            ),
        ],
    );
}

#[test]
fn both_jobs_of_a_cdc_table_are_one_run() {
    let both = |mut full: FullSchema| {
        full.detail.cdc_table_mode = Field::Known(Foreign::new("both"));
        full
    };
    let one = || completed("one", "orders", 2, 8, 400);
    for (other, table, end) in [
        (
            completed("two", "orders", 2, 10, 450),
            full("orders", Status::Completed),
            // The rows are the same ones twice.
            "END Good shop / orders: Completed, 450 rows, 10s, last synced 12:00:09Z",
        ),
        (
            failed("two", "orders", 2),
            full("orders", Status::Failed),
            "END Bad shop / orders: Failed, 8s: connection refused",
        ),
    ] {
        play(
            reload("orders"),
            &[ASK],
            &[
                (0, Jobs(vec![]), &[SEND]),
                (1, Done, &[ACCEPTED, "wait 1s"]),
                (11, Jobs(vec![job("two", "orders", 2), one()]), &[STARTED, "wait 2s"]),
                (13, Jobs(vec![other, one()]), &["ask id-orders"]),
                (13, Full(both(table)), &[end]),
            ],
        );
    }
}

#[test]
fn a_later_scheduled_run_does_not_change_how_this_one_went() {
    let first = || completed("first", "orders", 2, 3, 10);
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (
                70,
                Jobs(vec![failed("third", "orders", 60), failed("second", "orders", 30), first()]),
                &[STARTED, "ask id-orders"],
            ),
            (
                70,
                Full(full("orders", Status::Completed)),
                &["END Good shop / orders: Completed, 10 rows, 3s, last synced 12:00:09Z"],
            ),
        ],
    );
}

#[test]
fn the_status_bar_tells_where_it_is() {
    let (mut follow, _) = reload("orders");
    let usual = Some(SignedDuration::from_secs(40));
    let mut seen = vec![follow.progress(usual, start())];
    for (seconds, told) in [
        (0, Jobs(vec![])),
        (1, Done),
        (3, Jobs(vec![Job { rows: Field::Known(1_200), ..job("new", "orders", 2) }])),
        (9, Jobs(vec![completed("new", "orders", 2, 7, 2_000)])),
    ] {
        let _ = told.to(&mut follow, after(seconds));
        seen.push(follow.progress(usual, after(seconds)));
    }
    assert_eq!(
        seen,
        [
            "orders: requesting reload",
            "orders: requesting reload",
            "orders: reload accepted, no job yet",
            "orders: running 1s, 1,200 rows (usually 40s)",
            "orders: reading back",
        ]
    );
}
