use super::*;
use crate::warehouse::diagnosis::{Catalogue, Level, Symptom};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::schema::Table;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::source::Source;
use crate::warehouse::status::Status;
use crate::warehouse::survey::{Completeness, SourcePage};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn table(name: &str) -> Schema {
    Schema {
        id: SchemaId::new(name),
        name: name.into(),
        label: Field::Null,
        should_sync: Some(true),
        status: Status::Completed,
        sync_type: Field::Known(SyncType::Incremental),
        last_synced_at: Field::Known(now() - SignedDuration::from_mins(30)),
        frequency: Field::Known(Frequency::Every(60)),
        latest_error: Field::Null,
        table: Field::Known(Table { name: name.into(), rows: Field::Known(1_000) }),
        finding: None,
    }
}

fn source(name: &str, kind: &str, schemas: Vec<Schema>) -> Source {
    Source {
        id: SourceId::new(&format!("id-{name}")),
        kind: kind.into(),
        prefix: Field::Known(name.into()),
        description: Field::Null,
        status: Status::Completed,
        latest_error: Field::Null,
        direct: false,
        created_at: Field::Null,
        created_by: Field::Null,
        last_run_at: Field::Known(now() - SignedDuration::from_mins(30)),
        auto_sync_new_schemas: Field::Null,
        supports_webhooks: Field::Null,
        api_version: Field::Null,
        access_level: Field::Null,
        settings: Vec::new(),
        schemas: schemas.into_iter().map(Arc::new).collect(),
        unreadable: 0,
    }
}

fn project() -> Inventory {
    let text = "password authentication failed for user \"x\"";
    let symptom = Symptom { level: Level::Schema, status: Some(&Status::Failed), ..Symptom::of(Some(text)) };
    let failed = Schema {
        status: Status::Failed,
        latest_error: Field::Known(text.into()),
        finding: Finding::of(Catalogue::builtin(), &symptom).map(Arc::new),
        ..table("failed")
    };
    let silent = Schema { status: Status::Failed, ..table("silent") };
    let old = Schema {
        last_synced_at: Field::Known(now() - SignedDuration::from_hours(30)),
        frequency: Field::Known(Frequency::Every(1_440)),
        sync_type: Field::Known(SyncType::Cdc),
        table: Field::Known(Table { name: "old".into(), rows: Field::Known(2_000_000) }),
        ..table("old")
    };
    let new = Schema {
        status: Status::None,
        last_synced_at: Field::Null,
        frequency: Field::Known(Frequency::Never),
        table: Field::Null,
        ..table("new")
    };
    let dark = Schema {
        last_synced_at: Field::Unknown,
        table: Field::Unknown,
        frequency: Field::Unknown,
        sync_type: Field::Unknown,
        ..table("dark")
    };
    let mut inventory = Inventory::default();
    let sources = vec![
        source("my shop", "Postgres", vec![failed, silent, old]),
        source("crm", "Hubspot", vec![new, dark, table("fine")]),
    ];
    let (loaded, total) = (sources.len(), sources.len());
    let sources = sources.into_iter().map(Arc::new).collect();
    inventory
        .learn_sources(&SourcePage { sources, loaded, total, unreadable: 0, end: Some(Completeness::Whole) }, now());
    inventory
}

fn found(line: &str) -> String {
    let query = Query::read(line);
    assert_eq!(query.faults(), [], "{line}");
    let inventory = project();
    let tables = inventory.spots(None).filter_map(|spot| inventory.at(spot));
    let names = tables.filter(|(held, schema, state)| query.holds(held, schema, *state, now()));
    names.map(|(_, schema, _)| schema.name.raw().to_owned()).collect::<Vec<_>>().join(" ")
}

fn found_sources(line: &str) -> String {
    let (query, inventory) = (Query::read(line), project());
    let found = inventory.sources().iter().filter(|held| query.holds_of_source(held, now()));
    found.map(|held| held.source.title().raw().to_owned()).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_term_holds_of_what_it_says() {
    for (line, names) in [
        ("", "failed silent old new dark fine"),
        ("state:failed", "failed silent"),
        ("STATE:Failed,never_synced", "failed silent new"),
        ("state:\"never synced\"", "new"),
        ("state:broken", "failed silent"),
        ("state:wrong", "failed silent dark"),
        ("!state:wrong", "old new fine"),
        ("cause:credentials", "failed"),
        ("cause:\"credentials rejected\"", "failed"),
        ("cause:\"no error\"", "silent"),
        ("!cause:credentials state:failed", "silent"),
        ("type:postgres", "failed silent old"),
        ("type:hubspot,stripe", "new dark fine"),
        ("method:cdc", "old"),
        ("!method:cdc,incremental", "dark"),
        ("source:\"my shop\" !state:broken", "old"),
        ("source:id-crm rows:>0", "fine"),
        ("stale:>6h", "old new"),
        ("stale:31h", "new"),
        ("!stale:>6h", "failed silent dark fine"),
        ("fresh:<1h", "failed silent fine"),
        ("fresh:1w", "failed silent old fine"),
        ("every:1h", "failed silent fine"),
        ("every:60min,never", "failed silent new fine"),
        ("every:>6h", "old"),
        ("rows:>1m", "old"),
        ("rows:0", "new"),
        ("rows:<=1k !rows:0", "failed silent fine"),
        ("rows:0,>=2_000_000", "old new"),
        ("state:failed,", "failed silent"),
    ] {
        assert_eq!(found(line), names, "{line}");
    }
}

#[test]
fn what_is_said_of_tables_holds_of_a_source_with_such_a_table() {
    for (line, names) in [
        ("state:failed", "my shop"),
        ("!state:failed", "crm"),
        ("type:post", "my shop"),
        ("method:cdc rows:>1m", "my shop"),
        ("every:never", "crm"),
        ("fresh:<1h", "my shop, crm"),
        ("stale:>1h", ""),
        ("cause:credentials", "my shop"),
    ] {
        assert_eq!(found_sources(line), names, "{line}");
    }
}

#[test]
fn what_is_no_term_is_a_word() {
    for (line, words) in [
        ("orders public", "orders public"),
        ("  orders  x ", "orders  x"),
        ("ord state:failed public !tmp", "ord public !tmp"),
        ("'http: \"a:b\" 10:30 a_b:c :x", "'http: \"a:b\" 10:30 a_b:c :x"),
        ("source:\"a b\" c", "c"),
    ] {
        assert_eq!(Query::read(line).words(), words, "{line}");
        assert_eq!(Query::read(line).faults(), [], "{line}");
    }
}

#[test]
fn a_fault_is_said_in_one_sentence_and_leaves_nothing_out() {
    for (line, said) in [
        ("state:", "state: needs a value, as in state:failed."),
        ("state:,", "state: needs a value, as in state:failed."),
        ("state:st", "state:st is no state yet; stuck, stale, starting begin so."),
        ("state:fialed", "No state is called “fialed”; did you mean failed?"),
        ("state:synced", "No state is called “synced”; did you mean never_synced?"),
        ("state:xyzzy", "No state is called “xyzzy”; tab lists those there are."),
        ("stat:failed", "There is no term stat:, did you mean state:?"),
        ("soucre:x", "There is no term soucre:, did you mean source:?"),
        ("stale:<6h", "stale: takes how long ago, as in stale:>6h or stale:2d, not “<6h”."),
        ("fresh:>1h", "fresh: takes how long ago at most, as in fresh:<1h or fresh:30m, not “>1h”."),
        ("stale:6", "stale: takes how long ago, as in stale:>6h or stale:2d, not “6”."),
        ("every:hour", "every: takes a frequency, as in every:1h, every:>6h or every:never, not “hour”."),
        ("rows:many", "rows: takes a number, as in rows:0, rows:>1000000 or rows:<5k, not “many”."),
        ("rows:99999999999b", "rows: takes a number, as in rows:0, rows:>1000000 or rows:<5k, not “99999999999b”."),
    ] {
        let query = Query::read(line);
        let [fault] = query.faults() else { panic!("{line}: {:?}", query.faults()) };
        assert_eq!(fault.sentence, said);
        assert!(!query.has_terms() && query.words().is_empty());
    }
    let unknown = Query::read("id state:failed xyz:1 me");
    assert_eq!(unknown.words(), "id me");
    assert_eq!(unknown.faults()[0].at, 16..21);
    assert!(unknown.faults()[0].sentence.contains("'xyz:"), "{:?}", unknown.faults());
}

#[test]
fn names_and_values_are_completed() {
    let known = |name: Name| match name {
        Name::State => vec!["failed".to_owned(), "stale".to_owned(), "starting".to_owned()],
        Name::Source => vec!["my shop".to_owned(), "crm".to_owned()],
        _ => Vec::new(),
    };
    for (line, at, candidates) in [
        ("st|", 0..2, "state: stale:"),
        ("!st|", 1..3, "state: stale:"),
        ("ro|", 0..2, "rows:"),
        ("state:st|", 6..8, "stale starting"),
        ("state:st|:x", 6..10, "stale starting"),
        ("state:stale,fa|", 12..14, "failed"),
        ("state:fa|,stale", 6..8, "failed"),
        ("source:|", 7..7, "crm \"my shop\""),
        ("source:\"my |", 7..11, "\"my shop\""),
        ("rows:|", 5..5, ">1000000"),
        ("orders|", 0..6, ""),
        ("nothing:x|", 8..9, ""),
    ] {
        let cursor = line.find('|').unwrap();
        let completion = complete(&line.replace('|', ""), cursor, known);
        assert_eq!(completion.candidates.join(" "), candidates, "{line}");
        assert_eq!(completion.at, at, "{line}");
    }
    assert_eq!(complete("a ", 2, known).candidates.len(), TERMS.len());
}

#[test]
fn every_term_has_its_row_and_its_example_works() {
    for row in TERMS {
        assert_eq!(row.name.row().word, row.word);
        assert_eq!(Query::read(&format!("{}:{}", row.word, row.example)).faults(), [], "{}", row.word);
        assert_eq!(Query::read(&format!("!{}:{}", row.word, row.example)).faults(), [], "{}", row.word);
    }
}

#[test]
fn a_name_stays_that_of_one_filter() {
    let saved = |name: &str, filter: &str| Saved { name: name.to_owned(), filter: filter.to_owned() };
    let mut list = vec![saved("a", "1"), saved("b", "2")];
    Change::Put(0, saved("c", "3")).apply(&mut list);
    Change::Put(9, saved("a", "4")).apply(&mut list);
    assert_eq!(list, [saved("c", "3"), saved("a", "4"), saved("b", "2")]);
    Change::Rename("c".to_owned(), "b".to_owned()).apply(&mut list);
    Change::Rename("nothing".to_owned(), "b".to_owned()).apply(&mut list);
    Change::Rename("a".to_owned(), "a".to_owned()).apply(&mut list);
    assert_eq!(list, [saved("b", "3"), saved("a", "4")]);
    Change::Remove("b".to_owned()).apply(&mut list);
    assert_eq!(list, [saved("a", "4")]);
}

proptest! {
    #[test]
    fn a_word_is_found_whatever_the_case(text in "[a-cA-C é]{0,12}", word in "[a-c é]{0,3}") {
        let word = word.to_lowercase();
        prop_assert_eq!(has(&text, &word), text.to_lowercase().contains(&word));
    }

    #[test]
    fn nothing_that_is_typed_breaks_it(
        line in "([a-z!]{0,3}(state|rows|stale|every|é|source)[:!,\"<>=]{1,2}[ a-z0-9é\"]{0,6} ?){0,4}", cursor in 0_usize..60,
    ) {
        let query = Query::read(&line);
        for fault in query.faults() {
            prop_assert!(line.get(fault.at.clone()).is_some());
        }
        let completion = complete(&line, cursor, |_| vec!["x y".to_owned()]);
        prop_assert!(line.get(completion.at).is_some());
    }

    #[test]
    fn a_term_and_its_opposite_part_the_tables(row in prop::sample::select(&TERMS[..])) {
        let inventory = project();
        let (one, other) = (format!("{}:{}", row.word, row.example), format!("!{}:{}", row.word, row.example));
        let (one, other) = (Query::read(&one), Query::read(&other));
        for (held, schema, state) in inventory.spots(None).filter_map(|spot| inventory.at(spot)) {
            prop_assert_ne!(one.holds(held, schema, state, now()), other.holds(held, schema, state, now()));
        }
    }
}
