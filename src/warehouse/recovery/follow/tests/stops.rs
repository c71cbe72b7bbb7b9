//! Cancels, which take hold a while after they were accepted.

use super::Told::*;
use super::*;

#[test]
fn a_cancel_is_over_when_the_status_has_left_running() {
    let send = "send POST external_data_schemas/id-orders/cancel/";
    let waiting = "Note shop / orders: cancel accepted, waiting for the run to end";
    let not_ours = broken("orders", "password authentication failed for user \"reader\"");
    let failed_first = format!(
        "END Bad shop / orders: it failed before the cancel took hold: {}",
        not_ours.schema.finding.as_ref().unwrap().title()
    );
    for (table, end) in [
        (
            broken("orders", "Sync cancelled by user"),
            "END Good shop / orders: cancelled; its data and its schedule are untouched",
        ),
        (full("orders", Status::Completed), "END Note shop / orders: it was completed before the cancel took hold"),
        (full("orders", Status::None), "END Good shop / orders: cancelled; its status is none"),
        (not_ours, &failed_first),
    ] {
        play(
            cancel("orders"),
            &[send],
            &[
                (1, Done, &[waiting, "ask id-orders"]),
                (1, Full(full("orders", Status::Running)), &["wait 1s"]),
                (2, Waited, &["ask id-orders"]),
                (2, Unread(offline()), &["wait 1s"]),
                (3, Waited, &["ask id-orders"]),
                (3, Full(table), &[end]),
            ],
        );
    }
}

#[test]
fn a_cancel_that_does_not_take_hold_is_given_up() {
    play(
        cancel("orders"),
        &["send POST external_data_schemas/id-orders/cancel/"],
        &[
            (1, Done, &["Note shop / orders: cancel accepted, waiting for the run to end", "ask id-orders"]),
            (300, Full(full("orders", Status::Running)), &["wait 5s"]),
            (
                305,
                Full(full("orders", Status::Running)),
                &["END Bad shop / orders: still Running 5m 4s after the cancel; cancel again or contact support"],
            ),
        ],
    );
}

#[test]
fn a_cancel_repairs_a_phantom_and_says_so() {
    play(
        cancel("orders"),
        &["send POST external_data_schemas/id-orders/cancel/"],
        &[
            (
                1,
                Remark("no sync was running; the status was put right"),
                &[
                    "Note shop / orders: cancel accepted: no sync was running; the status was put right",
                    "ask id-orders",
                ],
            ),
            (
                1,
                Full(full("orders", Status::Completed)),
                &[
                    "END Good shop / orders: no sync was running; its status is Completed again, and reload starts a run",
                ],
            ),
        ],
    );
}

#[test]
fn an_unknown_outcome_of_a_cancel_is_read_back() {
    play(
        cancel("orders"),
        &["send POST external_data_schemas/id-orders/cancel/"],
        &[
            (
                1,
                NotDone(timed_out()),
                &[
                    "Note shop / orders: outcome of cancel unknown (the server did not answer in time); looking what \
                     became of it",
                    "wait 1s",
                ],
            ),
            (2, Waited, &["ask id-orders"]),
            (
                2,
                Full(broken("orders", "Sync cancelled by user")),
                &["END Good shop / orders: cancelled; its data and its schedule are untouched"],
            ),
        ],
    );
    play(
        cancel("orders"),
        &["send POST external_data_schemas/id-orders/cancel/"],
        &[(
            1,
            NotDone(failure(FailureKind::Refused, Some(400), "No running sync to cancel.")),
            &["END Bad shop / orders: cancel failed: the server refused: No running sync to cancel"],
        )],
    );
}
