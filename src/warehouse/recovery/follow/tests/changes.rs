//! What changes or removes: switch, delete data, destroy, refresh of the table list.

use super::Told::*;
use super::*;
use crate::warehouse::operation::SchemaPatch;

const UNKNOWN: &str = "unknown (the server did not answer in time); looking what became of it";

fn delete_data() -> (Follow, Vec<Step>) {
    discard(Discard::DeleteData(table("orders").0), &["orders"])
}

fn with_table(stored: Field<Table>) -> FullSchema {
    let mut full = full("orders", Status::None);
    full.schema.table = stored;
    full
}

fn still_there() -> FullSchema {
    full("orders", Status::Completed)
}

#[test]
fn deleted_data_is_read_back() {
    for (told, end) in [
        (Full(with_table(Field::Null)), "END Good shop / orders: data deleted; reload builds the table anew"),
        (Full(still_there()), "END Bad shop / orders: the data is still there; try again"),
        // A server that does not say is not taken to have said no.
        (
            Full(with_table(Field::Unknown)),
            "END Note shop / orders: delete data accepted; what is there now could not be read back",
        ),
        (Unread(offline()), "END Note shop / orders: delete data accepted; what is there now could not be read back"),
    ] {
        let follow = play(
            delete_data(),
            &["send DELETE external_data_schemas/id-orders/delete_data/"],
            &[(1, Done, &["ask id-orders"]), (1, told, &[end])],
        );
        assert!(!follow.was_destroyed(), "the configuration stays");
    }
}

#[test]
fn an_unknown_outcome_of_deleting_is_looked_up_for_a_while() {
    let told = format!("Note shop / orders: outcome of delete data {UNKNOWN}");
    let first = "send DELETE external_data_schemas/id-orders/delete_data/";
    // A gateway gives up before the server does: what is not done yet may still be.
    play(
        delete_data(),
        &[first],
        &[
            (1, NotDone(timed_out()), &[&told, "ask id-orders"]),
            (1, Full(still_there()), &["wait 5s"]),
            (6, Waited, &["ask id-orders"]),
            (6, Unread(offline()), &["wait 5s"]),
            (11, Waited, &["ask id-orders"]),
            (11, Full(with_table(Field::Null)), &["END Good shop / orders: delete data was carried out after all"]),
        ],
    );
    for (seconds, evidence, end) in [
        (21, Full(still_there()), "END Bad shop / orders: delete data was not carried out; nothing was lost"),
        (
            1,
            Full(with_table(Field::Unknown)),
            "END Bad shop / orders: outcome of delete data unknown, and it cannot be seen; look before sending it again",
        ),
        (
            121,
            Unread(timed_out()),
            "END Bad shop / orders: outcome of delete data unknown, and it could not be read back: the server did not \
             answer in time. Look what became of it before you send it again",
        ),
        (
            1,
            Unread(not_found()),
            "END Bad shop / orders: outcome of delete data unknown, and it could not be read back: it does not exist (any \
             more), or belongs to another project",
        ),
    ] {
        play(
            delete_data(),
            &[first],
            &[(1, NotDone(timed_out()), &[&told, "ask id-orders"]), (seconds, evidence, &[end])],
        );
    }
}

#[test]
fn a_destroyed_table_is_gone() {
    let first = "send DELETE external_data_schemas/id-orders/";
    let told = format!("Note shop / orders: outcome of destroy {UNKNOWN}");
    let begin = || discard(Discard::DestroySchema(table("orders").0), &["orders"]);
    for (gone, story) in [
        (true, vec![(1, Done, &["END Good shop / orders: destroyed"][..])]),
        (
            true,
            vec![(
                1,
                NotDone(not_found()),
                &["END Note shop / orders: there was nothing left to destroy: it did not exist any more"][..],
            )],
        ),
        (
            true,
            vec![
                (1, NotDone(timed_out()), &[&*told, "ask id-orders"][..]),
                (2, Unread(not_found()), &["END Good shop / orders: destroy was carried out after all"]),
            ],
        ),
        (
            false,
            vec![
                (1, NotDone(timed_out()), &[&*told, "ask id-orders"]),
                (2, Full(still_there()), &["wait 5s"]),
                (21, Full(still_there()), &["END Bad shop / orders: destroy was not carried out; nothing was lost"]),
            ],
        ),
        (
            false,
            vec![(
                1,
                NotDone(failure(FailureKind::Forbidden, Some(403), "You need editor access.")),
                &["END Bad shop / orders: destroy failed: not allowed: You need editor access"],
            )],
        ),
    ] {
        let follow = play(begin(), &[first], &story);
        assert!(follow.outcome().is_some());
        assert_eq!(follow.was_destroyed(), gone);
    }
}

#[test]
fn a_destroyed_source_is_gone_from_the_list() {
    let first = "send DELETE external_data_sources/shop-id/";
    let told = format!("Note shop: outcome of destroy {UNKNOWN}");
    let begin = || {
        let act = Discard::DestroySource(SourceId::new("shop-id"));
        let loss = Loss { name: Foreign::new("shop"), tables: 2, rows: Field::Unknown, usual_run: None };
        Follow::discard(
            Challenge::new(act, loss).answered_with("shop").unwrap(),
            subject(&["orders", "items"]),
            start(),
        )
    };
    for (gone, story) in [
        (true, vec![(1, Done, &["END Good shop: destroyed"][..])]),
        (
            true,
            vec![
                (1, NotDone(timed_out()), &[&*told, "ask Sources"][..]),
                (2, Present(true), &["wait 5s"]),
                (7, Waited, &["ask Sources"]),
                (8, Present(false), &["END Good shop: destroy was carried out after all"]),
            ],
        ),
        (
            false,
            vec![
                (1, NotDone(timed_out()), &[&*told, "ask Sources"]),
                (22, Present(true), &["END Bad shop: destroy was not carried out; nothing was lost"]),
            ],
        ),
        // "Not found" of the list says nothing about the source.
        (
            false,
            vec![
                (1, NotDone(timed_out()), &[&*told, "ask Sources"]),
                (
                    2,
                    Unread(not_found()),
                    &[
                        "END Bad shop: outcome of destroy unknown, and it could not be read back: it does not exist (any \
                       more), or belongs to another project",
                    ],
                ),
            ],
        ),
    ] {
        let follow = play(begin(), &[first], &story);
        assert_eq!(follow.was_destroyed(), gone);
    }
}

fn switch(patch: SchemaPatch) -> (Follow, Vec<Step>) {
    Follow::write(Write::UpdateSchema(table("orders").0, patch), subject(&["orders"]), start())
}

fn off() -> FullSchema {
    let mut full = still_there();
    full.schema.should_sync = Some(false);
    full
}

#[test]
fn a_switched_table_is_read_back() {
    let patch = "send PATCH external_data_schemas/id-orders/";
    let pause = || SchemaPatch::pause(&still_there().schema).unwrap();
    let unread = "END Note shop / orders: update accepted; the table could not be read back";
    let unsaid = FullSchema { schema: Schema { should_sync: None, ..off().schema }, ..off() };
    for (wanted, told, end) in [
        (SchemaPatch::resume(), Full(still_there()), "END Good shop / orders: switched on; reload starts a run now"),
        (
            SchemaPatch::resume(),
            Full(full("orders", Status::Running)),
            "END Good shop / orders: switched on; a run was requested with it",
        ),
        (
            SchemaPatch::resume(),
            Full(off()),
            "END Bad shop / orders: the server accepted the update, but the table is still off",
        ),
        (pause(), Full(off()), "END Good shop / orders: switched off; its data stays"),
        (
            pause(),
            Full(still_there()),
            "END Bad shop / orders: the server accepted the update, but the table is still on",
        ),
        (pause(), Full(unsaid), unread),
        (pause(), Unread(offline()), unread),
        (SchemaPatch::frequency(Frequency::Every(360)), Full(still_there()), "END Good shop / orders: updated"),
        (
            SchemaPatch::frequency(Frequency::Every(60)),
            Full(still_there()),
            "END Bad shop / orders: the server accepted the update, but the table is unchanged",
        ),
    ] {
        play(switch(wanted), &[patch], &[(1, Done, &["ask id-orders"]), (1, told, &[end])]);
    }
    let told = format!("Note shop / orders: outcome of update {UNKNOWN}");
    for (seconds, evidence, end) in [
        (2, Full(off()), "END Good shop / orders: update was carried out after all"),
        (30, Full(still_there()), "END Bad shop / orders: update was not carried out; nothing was changed"),
    ] {
        let story = [(1, NotDone(timed_out()), &[&*told, "ask id-orders"][..]), (seconds, evidence, &[end])];
        play(switch(pause()), &[patch], &story);
    }
}

#[test]
fn a_refreshed_table_list_is_read_again() {
    let begin = || Follow::write(Write::RefreshSchemas(SourceId::new("shop-id")), subject(&["orders"]), start());
    let first = "send POST external_data_sources/shop-id/refresh_schemas/";
    let found = "2 added, 1 gone";
    play(
        begin(),
        &[first],
        &[
            (1, Remark(found), &["ask Sources"]),
            (2, Present(true), &["END Good shop: table list read again: 2 added, 1 gone"]),
        ],
    );
    // A server that tells nothing leaves nothing to tell.
    play(
        begin(),
        &[first],
        &[(1, Remark(""), &["ask Sources"]), (2, Unread(offline()), &["END Good shop: table list read again"])],
    );
    let told = format!("Note shop: outcome of refresh of the table list {UNKNOWN}");
    play(
        begin(),
        &[first],
        &[
            (1, NotDone(timed_out()), &[&told, "ask Sources"]),
            (
                2,
                Present(true),
                &[
                    "END Bad shop: outcome of refresh of the table list unknown, and it cannot be seen; sending it again does no harm",
                ],
            ),
        ],
    );
}
