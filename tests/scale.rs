//! Many tables: their rows are worked out in portions, and stay right whatever changes meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "support/world.rs"]
mod world;

use std::cmp::Ordering as Compared;
use std::sync::Arc;

use jiff::SignedDuration;
use proptest::prelude::*;
use whtui::app::effect::Effect;
use whtui::app::layout::Pane;
use whtui::app::message::Event;
use whtui::app::model::columns::SchemaColumn;
use whtui::app::model::groups;
use whtui::app::model::ordering::{Ordering, PORTION};
use whtui::app::model::table::{Criteria, Line, Sort, TableView, Then};
use whtui::warehouse::channel::Channel;
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::schema::{Schema, SchemaDetail};
use whtui::warehouse::settings::{Frequency, SyncType};
use whtui::warehouse::source::Source;
use whtui::warehouse::state::{Circumstances, Severity, State, changes_from, state_of};
use whtui::warehouse::status::Status;
use whtui::warehouse::survey::FullSchema;
use whtui::warehouse::tally::Tally;
use whtui::warehouse::text::Foreign;
use whtui::worker::reread::Reread;
use world::{Desk, ago, failed, noon, settings, source, table, told, whole, with};

const NOUNS: [&str; 6] = ["orders", "Customers", "events", "émigrés", "a_table_with_a_name_that_is_long", "x"];

fn many(sources: usize, tables: usize) -> Vec<Source> {
    let one = |number: usize, place: usize| {
        let name = format!("public.{}_{:04}_{number}", NOUNS[(number + place) % NOUNS.len()], (place * 37) % tables);
        let table = table(&name, (number * place) as u64);
        match (number * 7 + place) % 25 {
            0 => failed("permission denied for table orders", "Postgres", table),
            1 => failed("the moon was in the wrong place", "Postgres", table),
            2 => with(Status::Running, table),
            3 => Schema { sync_type: Field::Known(SyncType::FullRefresh), ..table },
            4 => {
                Schema { last_synced_at: Field::Known(ago(place.try_into().unwrap())), frequency: Field::Null, ..table }
            }
            _ => table,
        }
    };
    let of = |number: usize| (0..tables).map(|place| one(number, place)).collect();
    (0..sources).map(|number| source(&format!("s{number:03}"), "Postgres", None, of(number))).collect()
}

/// The rows as the columns themselves compare them.
fn expected(inventory: &Inventory, criteria: Criteria) -> Vec<SchemaId> {
    let mut rows: Vec<_> = inventory.spots(None).filter_map(|spot| inventory.at(spot)).collect();
    let sorts: Vec<Sort> = std::iter::once(criteria.first).chain(criteria.then.iter()).collect();
    rows.sort_by(|one, other| -> Compared {
        let groups = || groups::compare((one.0, one.1), (other.0, other.1));
        let by_group = if criteria.grouped { groups() } else { Compared::Equal };
        sorts
            .iter()
            .fold(by_group, |so_far, sort| {
                so_far.then_with(|| sort.turned(SchemaColumn::ALL[sort.column].compare(one, other)))
            })
            .then_with(|| SchemaColumn::Name.compare(one, other))
    });
    rows.into_iter().map(|(_, schema, _)| schema.id.clone()).collect()
}

/// For each heading: how many tables stand under it, and how many of them are broken.
fn heads(view: &TableView<SchemaId>) -> Vec<(usize, usize)> {
    view.heads().iter().map(|head| (head.tables, head.broken)).collect()
}

/// The same, counted from the rows.
fn counted(inventory: &Inventory, view: &TableView<SchemaId>) -> Vec<(usize, usize)> {
    if !view.grouped {
        return Vec::new();
    }
    let (mut groups, mut counts) = (Vec::<(SourceId, Option<String>)>::new(), Vec::new());
    for id in view.rows() {
        let (held, schema, state) = inventory.schema(id).unwrap();
        let group = (held.source.id.clone(), schema.namespace().map(ToOwned::to_owned));
        if groups.last() != Some(&group) {
            assert!(!groups.contains(&group), "one heading for each group");
            groups.push(group);
            counts.push((0, 0));
        }
        let (tables, broken) = counts.last_mut().unwrap();
        *tables += 1;
        *broken += usize::from(state.severity() == Severity::Broken);
    }
    counts
}

/// Lets everything go on that was put off; says in how many portions.
fn go_on(desk: &mut Desk) -> usize {
    let mut portions = 0;
    while let Some(place) = desk.others.iter().position(|effect| *effect == Effect::GoOn) {
        desk.others.remove(place);
        assert!(!desk.others.contains(&Effect::GoOn), "asked for once at a time");
        desk.happen(Event::WentOn);
        portions += 1;
        assert!(portions < 1_000, "it never ends");
    }
    portions
}

fn desk() -> Desk {
    let mut desk = Desk::reading(settings(), 140, 40, many(120, 50));
    desk.press(&["a"]);
    go_on(&mut desk);
    desk
}

fn read_again(desk: &mut Desk, sources: Vec<Source>) {
    desk.press(&["ctrl-r"]);
    desk.list(sources);
}

#[test]
fn many_tables_are_sorted_by_every_column() {
    let mut desk = desk();
    assert_eq!(desk.model.schemas.rows().len(), 6_000);
    for column in 0..SchemaColumn::ALL.len() {
        for reversed in [false, true] {
            desk.model.schemas.sort = Sort { column, reversed };
            desk.model.rebuild_rows();
            desk.happen(Event::WentOn);
            go_on(&mut desk);
            assert!(
                desk.model.schemas.rows() == expected(&desk.model.inventory, desk.model.schemas.criteria()),
                "{column}"
            );
        }
    }
}

#[test]
fn many_tables_are_sorted_by_several_columns_and_grouped() {
    let mut desk = desk();
    desk.press(&["alt-s", "alt-s"]);
    go_on(&mut desk);
    assert_eq!(desk.model.schemas.then, Then::of(&[Sort { column: 5, reversed: false }]));
    assert!(desk.model.schemas.rows() == expected(&desk.model.inventory, desk.model.schemas.criteria()));
    desk.press(&["G", "k"]);
    let selected = desk.model.schemas.selected().cloned();
    desk.press(&["B"]);
    let portions = go_on(&mut desk);
    assert!((3..=12).contains(&portions), "{portions} portions of {PORTION} for 6000 tables");
    assert!(desk.model.schemas.rows() == expected(&desk.model.inventory, desk.model.schemas.criteria()));
    assert_eq!(desk.model.schemas.selected().cloned(), selected, "the cursor stays on its table");
    assert_eq!(heads(&desk.model.schemas), counted(&desk.model.inventory, &desk.model.schemas));
    assert_eq!(heads(&desk.model.schemas).len(), 120);
    // What breaks is counted, though nothing moves.
    desk.press(&["s", "s"]);
    go_on(&mut desk);
    let mut changed = many(120, 50);
    let well = Schema::clone(&changed[7].schemas[9]);
    changed[7].schemas[9] = failed("permission denied for table orders", "Postgres", well).into();
    read_again(&mut desk, changed);
    go_on(&mut desk);
    assert_eq!(heads(&desk.model.schemas), counted(&desk.model.inventory, &desk.model.schemas));
    assert!(desk.model.schemas.lines(40).any(|line| matches!(line, Line::Head(_))));
}

#[test]
fn no_key_waits_for_rows_that_are_worked_out() {
    let mut desk = desk();
    desk.press(&["j", "j", "j", "s"]);
    let selected = desk.model.schemas.selected().cloned();
    // What is shown is still what was shown before, and keys move on that.
    desk.press(&["j"]);
    assert_ne!(desk.model.schemas.selected().cloned(), selected);
    let selected = desk.model.schemas.selected().cloned();
    let portions = go_on(&mut desk);
    assert!((3..=12).contains(&portions), "{portions} portions of {PORTION} for 6000 tables");
    assert_eq!(desk.model.schemas.selected().cloned(), selected, "the cursor stays on its table");
    assert_eq!(desk.model.schemas.rows().get(desk.model.schemas.cursor()).cloned(), selected);
    assert_eq!(go_on(&mut desk), 0, "and then nothing is left to do");
}

#[test]
fn a_filter_is_asked_in_portions_and_less_when_it_narrows() {
    let mut desk = desk();
    desk.press(&["/"]);
    let mut before = usize::MAX;
    for (symbol, most) in [("o", 4), ("r", 4), ("d", 4), ("e", 4)] {
        desk.type_in(symbol);
        let portions = go_on(&mut desk);
        assert!(portions <= most, "{symbol}: {portions}");
        let rows = desk.model.schemas.rows().len();
        assert!(rows > 0 && rows <= before);
        before = rows;
    }
    let fuzzy = desk.model.schemas.rows().to_vec();
    desk.press(&["backspace"]).type_in("e");
    go_on(&mut desk);
    assert!(desk.model.schemas.rows() == fuzzy, "narrowing leaves out what asking all leaves out");
    desk.press(&["esc"]);
    go_on(&mut desk);
    assert_eq!(desk.model.schemas.rows().len(), 6_000);
}

#[test]
fn a_reading_that_changes_little_costs_little() {
    let mut desk = desk();
    desk.press(&["G", "k", "k"]);
    let (selected, cursor) = (desk.model.schemas.selected().cloned(), desk.model.schemas.cursor());
    desk.pass(1);
    read_again(&mut desk, many(120, 50));
    assert_eq!(go_on(&mut desk), 0, "nothing has changed, so nothing is worked out");
    let mut changed = many(120, 50);
    for source in changed.iter_mut().take(60) {
        Arc::make_mut(&mut source.schemas[9]).status = Status::Running;
    }
    read_again(&mut desk, changed);
    assert_eq!(go_on(&mut desk), 0, "what has moved is moved, and nothing worked out anew");
    assert_eq!(desk.model.schemas.selected().cloned(), selected);
    assert_eq!(desk.model.schemas.cursor(), cursor);
    assert!(desk.model.schemas.rows() == expected(&desk.model.inventory, desk.model.schemas.criteria()));
}

#[test]
fn a_source_that_is_gone_takes_its_rows_along() {
    let mut desk = desk();
    let mut fewer = many(120, 50);
    fewer.remove(3);
    fewer[5].schemas.remove(7);
    read_again(&mut desk, fewer);
    go_on(&mut desk);
    assert!(desk.model.schemas.rows() == expected(&desk.model.inventory, desk.model.schemas.criteria()));
    assert_eq!(desk.model.schemas.rows().len(), 119 * 50 - 1);
    assert_eq!(desk.model.focus, Pane::Schemas);
}

/// A table of which most may be anything.
fn any_table(number: usize) -> impl Strategy<Value = Schema> {
    let name = prop_oneof!["[a-bA-B]{0,3}", "public\\.[a-c]{15,24}", "[éÉa]{1,20}"];
    let status = prop_oneof![Just(Status::Completed), Just(Status::Running), Just(Status::Failed)];
    let method = prop::option::of(prop_oneof![
        Just(SyncType::Incremental),
        Just(SyncType::FullRefresh),
        "(full_refresh_[ab]{1,6})".prop_map(|word| SyncType::parse(&word)),
    ]);
    let frequency = prop::option::of((0_u32..3).prop_map(|hours| Frequency::Every(hours * 60)));
    (name, status, method, frequency, prop::option::of(0_i64..3), prop::option::of(0_u64..3)).prop_map(
        move |(name, status, method, frequency, ago_minutes, rows)| Schema {
            id: SchemaId::new(&format!("t{number}")),
            name: Foreign::new(&name),
            sync_type: method.map_or(Field::Null, Field::Known),
            frequency: frequency.map_or(Field::Null, Field::Known),
            last_synced_at: ago_minutes.map_or(Field::Null, |minutes| Field::Known(ago(minutes))),
            table: rows.map_or(Field::Null, |rows| {
                Field::Known(whtui::warehouse::schema::Table { name: Foreign::new("t"), rows: Field::Known(rows) })
            }),
            ..with(status, table("t", 0))
        },
    )
}

proptest! {
    #[test]
    fn time_alone_changes_nothing_before_it_may(
        table in any_table(1),
        pushed in any::<bool>(),
        on in prop::option::of(any::<bool>()),
        first in 0_i64..6_000,
        later in 0_i64..6_000,
    ) {
        let method = if pushed { Field::Known(SyncType::Webhook) } else { table.sync_type.clone() };
        let table = Schema { sync_type: method, should_sync: on, ..table };
        let channel = Channel::Delivers;
        let at = |minutes: i64| {
            let now = noon() + SignedDuration::from_mins(minutes);
            Circumstances { direct: false, runs: None, claim: None, channel: &channel, now }
        };
        let then = at(first + later);
        if changes_from(&table, &at(first)).is_none_or(|from| from > then.now) {
            prop_assert_eq!(state_of(&table, &at(first)), state_of(&table, &then));
        }
    }
}

fn any_source(number: usize) -> impl Strategy<Value = Source> {
    let tables: Vec<_> = (0..6).map(|place| any_table(number * 6 + place)).collect();
    (tables, "[a-b]{0,2}", 0_usize..4).prop_map(move |(mut tables, title, gone)| {
        tables.truncate(6 - gone.saturating_sub(2));
        let source = source(&format!("s{number}"), "Postgres", None, tables);
        Source { description: told(&title), ..source }
    })
}

/// What an inventory makes of its sources.
fn made_of(inventory: &Inventory) -> Vec<(&Source, Vec<State>, Tally, String)> {
    let sources = inventory.sources().iter();
    sources
        .map(|held| {
            let states = held.tables().map(|(_, state)| state).collect();
            (&*held.source, states, held.tally, held.title().raw().to_owned())
        })
        .collect()
}

#[test]
fn what_two_readings_have_in_common_is_held_once() {
    let mut reread = Reread::default();
    let mut read = |sources: Vec<Source>| {
        let mut page = whole(sources);
        let reading = reread.begin();
        reread.share(reading, &mut page);
        page.sources
    };
    let (first, again) = (read(many(3, 4)), read(many(3, 4)));
    assert!(first.iter().zip(&*again).all(|(one, other)| Arc::ptr_eq(one, other)));
    let mut changed = many(3, 4);
    Arc::make_mut(&mut changed[1].schemas[2]).status = Status::Running;
    let third = read(changed);
    let same: Vec<bool> = first.iter().zip(&*third).map(|(one, other)| Arc::ptr_eq(one, other)).collect();
    assert_eq!(same, [true, false, true]);
    let tables = first[1].schemas.iter().zip(&third[1].schemas);
    assert_eq!(tables.map(|(one, other)| Arc::ptr_eq(one, other)).collect::<Vec<_>>(), [true, true, false, true]);
    // What is gone is forgotten.
    read(many(1, 4));
    assert!(!Arc::ptr_eq(&third[2], &read(many(3, 4))[2]));
}

proptest! {
    #[test]
    fn what_two_readings_share_is_as_right_as_what_they_do_not(
        readings in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..5), 1..6),
        worlds in prop::collection::vec((0..5_usize).prop_map(any_source).prop_flat_map(|source| source), 1..12),
        found in any::<prop::sample::Index>(),
    ) {
        let (mut plain, mut shared, mut reread) = (Inventory::default(), Inventory::default(), Reread::default());
        for (time, chosen) in readings.iter().enumerate() {
            let now = noon() + SignedDuration::from_mins(7 * i64::try_from(time).unwrap());
            let mut seen = std::collections::HashSet::new();
            let chosen = chosen.iter().map(|index| index.get(&worlds).clone());
            let sources: Vec<Source> = chosen.chain(worlds.clone()).filter(|source| seen.insert(source.id.clone())).collect();
            let mut page = whole(sources.clone());
            let reading = reread.begin();
            reread.share(reading, &mut page);
            plain.begin_reading();
            shared.begin_reading();
            prop_assert_eq!(plain.learn_sources(&whole(sources.clone()), now), shared.learn_sources(&page, now));
            prop_assert_eq!(made_of(&plain), made_of(&shared));
            // Between two readings, a table is read in full form.
            let table = found.get(&sources).schemas.first().map(|schema| Schema { should_sync: Some(true), ..Schema::clone(schema) });
            if let Some(schema) = table {
                let full = FullSchema { schema, detail: SchemaDetail::default(), source: None, source_type: Field::Unknown };
                prop_assert_eq!(plain.learn_schema(full.clone(), now), shared.learn_schema(full, now));
            }
            let later = now + SignedDuration::from_mins(3);
            prop_assert_eq!(plain.reassess_all(later), shared.reassess_all(later));
            prop_assert_eq!(made_of(&plain), made_of(&shared));
        }
    }
}

proptest! {
    #[test]
    fn rows_are_right_whatever_changes(
        readings in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..4),
        worlds in prop::collection::vec((0..5_usize).prop_map(any_source).prop_flat_map(|source| source), 1..12),
        sorts in prop::collection::vec((0..SchemaColumn::ALL.len(), any::<bool>()), 1..4),
        grouped in any::<bool>(),
        portions in prop::collection::vec(0_usize..3, 1..12),
        cursor in any::<prop::sample::Index>(),
    ) {
        let mut selected = None;
        let mut inventory = Inventory::default();
        let mut ordering = Ordering::default();
        let mut view = TableView::<SchemaId>::default();
        let sorts: Vec<Sort> = sorts.iter().map(|(column, reversed)| Sort { column: *column, reversed: *reversed }).collect();
        view.sort_by(&sorts);
        view.grouped = grouped;
        let mut portions = portions.into_iter().cycle();
        for (time, chosen) in readings.iter().enumerate() {
            let now = noon() + SignedDuration::from_mins(i64::try_from(time).unwrap());
            let mut sources: Vec<Source> = worlds.clone();
            sources.extend(chosen.iter().map(|index| index.get(&worlds).clone()));
            let mut seen = std::collections::HashSet::new();
            sources.reverse();
            sources.retain(|source| seen.insert(source.id.clone()));
            for one in sources {
                inventory.learn_sources(&whtui::warehouse::survey::SourcePage { end: None, ..whole(vec![one]) }, now);
                ordering.begin(&mut inventory, &mut view);
                for _ in 0..portions.next().unwrap() {
                    ordering.go_on(&inventory, &mut view);
                }
            }
            ordering.begin(&mut inventory, &mut view);
            while ordering.is_busy() {
                ordering.go_on(&inventory, &mut view);
            }
            prop_assert_eq!(view.rows(), expected(&inventory, view.criteria()));
            prop_assert_eq!(heads(&view), counted(&inventory, &view));
            prop_assert_eq!(view.rows().get(view.cursor()), view.selected());
            if let Some(selected) = selected.filter(|selected| inventory.spot(selected).is_some()) {
                prop_assert_eq!(view.selected(), Some(&selected), "the cursor stays on its table");
            }
            view.go(cursor.index(view.rows().len().max(1)));
            selected = view.selected().cloned();
        }
    }
}
