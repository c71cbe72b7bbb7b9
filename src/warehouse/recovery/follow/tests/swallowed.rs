//! Accepted is not started: reloads and resyncs beside an earlier run, or without any.

use super::Told::*;
use super::*;

const RESYNC: &str = "send POST external_data_schemas/id-orders/resync/";
const RESYNC_ACCEPTED: &str = "Note shop / orders: resync accepted, waiting for a job";

#[test]
fn a_reload_swallowed_by_an_earlier_run_follows_that_one() {
    let earlier = || job("earlier", "orders", -600);
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![earlier(), old()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (
                2,
                Jobs(vec![earlier(), old()]),
                &[
                    "Note shop / orders: the reload was swallowed, because an earlier run (started 11:50:00Z) is still \
                     active; following that one",
                    "wait 1s",
                ],
            ),
            (3, Jobs(vec![earlier(), old()]), &["wait 1s"]),
            (40, Jobs(vec![completed("earlier", "orders", -600, 635, 40), old()]), &["ask id-orders"]),
            (
                40,
                Full(full("orders", Status::Completed)),
                &["END Good shop / orders: Completed, 40 rows, 10m 35s, last synced 12:00:09Z"],
            ),
        ],
    );
}

#[test]
fn a_new_job_outranks_the_earlier_run() {
    let earlier = || job("earlier", "orders", -600);
    let cancelled = || failed("earlier", "orders", -600);
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![earlier()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (
                2,
                Jobs(vec![earlier()]),
                &[
                    "Note shop / orders: the reload was swallowed, because an earlier run (started 11:50:00Z) is still \
                     active; following that one",
                    "wait 1s",
                ],
            ),
            (
                4,
                Jobs(vec![job("new", "orders", 3), cancelled()]),
                &["Note shop / orders: a new job is running after all", "wait 1s"],
            ),
            (9, Jobs(vec![completed("new", "orders", 3, 5, 60), cancelled()]), &["ask id-orders"]),
            (9, Unread(offline()), &["END Good shop / orders: Completed, 60 rows, 5s"]),
        ],
    );
}

#[test]
fn an_orphan_without_an_end_is_no_earlier_run() {
    let orphan = || job("orphan", "orders", -9_000);
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![old(), orphan()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Jobs(vec![old(), orphan()]), &["wait 1s"]),
            (3, Jobs(vec![job("new", "orders", 2), old(), orphan()]), &[STARTED, "wait 1s"]),
        ],
    );
}

#[test]
fn a_reload_that_starts_no_job_is_said_to_be_swallowed() {
    let failures = |count: i64| (1..=count).map(|number| failed(&number.to_string(), "orders", -600 * number));
    for (before, advice) in [
        (vec![old()], "If the status stays Running, cancel and reload again"),
        // A phantom: the server believes in a run without any job.
        (vec![], "If the status stays Running, cancel and reload again"),
        (failures(4).chain([old()]).collect(), "If the status stays Running, cancel and reload again"),
        (
            failures(6).chain([completed("old", "orders", -9_000, 1, 1)]).collect(),
            "After 6 failures in a row PostHog leaves 10 minutes to an hour between runs; fix the cause, then reload \
             again later",
        ),
    ] {
        let end = format!(
            "END Bad shop / orders: the reload was swallowed: accepted, but no job started within 1m 30s. {advice}"
        );
        play(
            reload("orders"),
            &[ASK],
            &[
                (0, Jobs(before.clone()), &[SEND]),
                (1, Done, &[ACCEPTED, "wait 1s"]),
                (60, Jobs(before.clone()), &["wait 5s"]),
                (90, Jobs(before.clone()), &["wait 5s"]),
                (91, Jobs(before), &[&end]),
            ],
        );
    }
}

#[test]
fn jobs_of_other_tables_and_older_ones_prove_nothing() {
    let other = job("other", "customers", 2);
    let older = completed("older", "orders", -8_000, 1, 1);
    let nameless = Job { schema: None, ..job("new", "orders", 3) };
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![old()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            (2, Jobs(vec![other, old(), older]), &["wait 1s"]),
            // A job without the identity of its table is known by its name.
            (4, Jobs(vec![nameless, old()]), &[STARTED, "wait 1s"]),
        ],
    );
}

#[test]
fn both_jobs_of_an_earlier_cdc_run_are_waited_for() {
    let (one, two) = (|| job("one", "orders", -60), || job("two", "orders", -59));
    play(
        reload("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![two(), one()]), &[SEND]),
            (1, Done, &[ACCEPTED, "wait 1s"]),
            // The newer one has ended, the older one is still at it.
            (
                2,
                Jobs(vec![completed("two", "orders", -59, 60, 5), one()]),
                &[
                    "Note shop / orders: the reload was swallowed, because an earlier run (started 11:59:00Z) is still \
                     active; following that one",
                    "wait 1s",
                ],
            ),
        ],
    );
}

#[test]
fn a_resync_cancels_the_earlier_run_and_is_followed_by_its_own_job() {
    play(
        resync("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![job("earlier", "orders", -60)]), &[RESYNC]),
            (1, Done, &[RESYNC_ACCEPTED, "wait 1s"]),
            // The earlier run is being cancelled: it is not what is followed.
            (2, Jobs(vec![job("earlier", "orders", -60)]), &["wait 1s"]),
            (5, Jobs(vec![job("new", "orders", 4), failed("earlier", "orders", -60)]), &[STARTED, "wait 1s"]),
            (
                30,
                Jobs(vec![completed("new", "orders", 4, 25, 12_000), failed("earlier", "orders", -60)]),
                &["ask id-orders"],
            ),
            (
                30,
                Full(full("orders", Status::Completed)),
                &["END Good shop / orders: Completed, 12,000 rows, 25s, last synced 12:00:09Z"],
            ),
        ],
    );
}

#[test]
fn a_resync_whose_restart_is_swallowed_asks_for_a_reload_not_for_a_second_resync() {
    play(
        resync("orders"),
        &[ASK],
        &[
            (0, Jobs(vec![job("earlier", "orders", -60)]), &[RESYNC]),
            (1, Done, &[RESYNC_ACCEPTED, "wait 1s"]),
            (
                91,
                Jobs(vec![failed("earlier", "orders", -60)]),
                &["END Bad shop / orders: the resync was accepted, but no job started within 1m 30s: the restart was \
                   swallowed. The reset is remembered; send a reload, not a second resync"],
            ),
        ],
    );
}
