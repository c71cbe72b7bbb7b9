//! Runbooks as state machines: what is told, and which moves follow; and what holds whatever is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::made::{failing, inventory, source, table, with_status};
use support::world::form;
use whtui::warehouse::consent::Discard;
use whtui::warehouse::diagnosis::{CauseId, Letter};
use whtui::warehouse::failure::{Failure, FailureKind};
use whtui::warehouse::field::Field;
use whtui::warehouse::ids::{ProjectId, SchemaId, SourceId};
use whtui::warehouse::inventory::Inventory;
use whtui::warehouse::operation::Write;
use whtui::warehouse::recovery::follow::Outcome;
use whtui::warehouse::recovery::runbook::{
    Deed, Move, News, Patient, Progress, Runbook, Situation, Symptom, Task, UnitProgress, Waits, Wish,
};
use whtui::warehouse::replies::{
    CandidateField, CandidateFields, CdcPrerequisites, CdcStatus, SourceColumn, WebhookInfo, WebhookOutside,
};
use whtui::warehouse::schema::Schema;
use whtui::warehouse::secret::{Input, Inputs};
use whtui::warehouse::settings::SyncType;
use whtui::warehouse::survey::{Fact, Need};
use whtui::warehouse::text::Foreign;

/// The world of the stories: a shop with two failing tables, of which one was switched off, and a healthy one.
fn shop() -> Inventory {
    let text = Some("connection refused");
    inventory(vec![source("shop", vec![failing("a", text, false), failing("b", text, true), table("c")])])
}

fn of(letter: Letter, cause: Option<&str>, tables: &[&str], known: &Inventory) -> Situation {
    let patients = tables.iter().filter_map(|name| known.schema(&SchemaId::new(&format!("id-{name}"))));
    Situation {
        letter,
        cause: cause.map(CauseId::new),
        kind: None,
        wish: None,
        only_the_end: false,
        title: "a story".to_owned(),
        since: None,
        advice: Vec::new(),
        handled: false,
        source: SourceId::new("source-shop"),
        source_name: "shop".into(),
        source_type: "Postgres".into(),
        tables: patients.map(|(_, schema, state)| Patient::of(schema, state)).collect(),
    }
}

/// A move in few words: what is asked, or the request that is sent.
fn words(step: &Move) -> String {
    let request = |request: whtui::warehouse::operation::Request| {
        let path = request.path.replace("/api/projects/1/external_data_", "");
        let body = request.body.map(|body| format!(" {body}")).unwrap_or_default();
        format!("{} {path}{body}", request.method.word())
    };
    match step {
        Move::Ask(need) => format!("ask {}", format!("{need:?}").split('(').next().unwrap()),
        Move::Write(_, write, _) => request(write.request(ProjectId::FIRST)),
        Move::Discard(_, consent, _) => request(consent.discard().request(ProjectId::FIRST)),
    }
}

fn all(moves: &[Move]) -> Vec<String> {
    moves.iter().map(words).collect()
}

fn ended(unit: usize, outcome: Outcome) -> News<'static> {
    News::Ended { unit, outcome, text: "as told", left_out: &[], refused: None }
}

fn consent(book: &mut Runbook, known: &Inventory) -> Vec<Move> {
    let question = book.question(known).expect("it asks");
    let typed = match question.challenge.demand() {
        whtui::warehouse::consent::Demand::Typed(text) => text.clone(),
        whtui::warehouse::consent::Demand::Yes => String::new(),
    };
    let consents = question.challenge.all_answered_with(&typed).unwrap();
    book.consent(consents, known)
}

#[test]
fn nothing_is_sent_before_the_user_says_so_and_what_was_switched_off_is_switched_on_first() {
    let known = shop();
    let (mut book, moves) = Runbook::open(of(Letter::A, None, &["a", "b"], &known), &known);
    assert_eq!((all(&moves), book.waits()), (vec![], Waits::Start));
    let moves = book.go(&known);
    assert_eq!(all(&moves), ["PATCH schemas/id-b/ {\"should_sync\":true}"]);
    // The list shows it on.
    let on = inventory(vec![source(
        "shop",
        vec![failing("a", Some("x"), false), failing("b", Some("x"), false), table("c")],
    )]);
    let moves = book.learn(&ended(0, Outcome::Done), &on);
    assert_eq!(all(&moves), ["POST schemas/id-a/reload/", "POST schemas/id-b/reload/"]);
}

#[test]
fn all_tables_of_a_source_are_reloaded_at_once() {
    let known = inventory(vec![source("shop", vec![failing("a", Some("x"), false), failing("b", Some("x"), false)])]);
    let (mut book, _) = Runbook::open(of(Letter::A, None, &["a", "b"], &known), &known);
    assert_eq!(all(&book.go(&known)), ["POST sources/source-shop/reload/"]);
}

#[test]
fn a_billing_pause_is_said_instead_of_a_reload() {
    let known = inventory(vec![source("shop", vec![failing("a", Some("x"), false), with_status("p", "Paused")])]);
    let (mut book, _) = Runbook::open(of(Letter::A, None, &["a"], &known), &known);
    assert_eq!(all(&book.go(&known)), Vec::<String>::new());
    assert_eq!(book.waits(), Waits::Retry);
    let said = format!("{:?}", book.stage().unwrap().progress);
    assert!(said.contains("Billing has paused shop / p"), "{said}");
}

#[test]
fn a_swallowed_resync_is_followed_by_a_reload_and_never_by_a_second_one() {
    let known = shop();
    let (mut book, _) = Runbook::open(of(Letter::D, None, &["a"], &known), &known);
    assert_eq!(book.waits(), Waits::Consent);
    assert_eq!(all(&consent(&mut book, &known)), ["POST schemas/id-a/resync/"]);
    let moves = book.learn(&ended(0, Outcome::Swallowed), &known);
    assert_eq!(all(&moves), ["POST schemas/id-a/reload/"]);
}

#[test]
fn an_unknown_discard_is_asked_for_anew_and_only_what_is_left() {
    let known = shop();
    let (mut book, _) = Runbook::open(of(Letter::G, None, &["a", "c"], &known), &known);
    let moves = consent(&mut book, &known);
    assert_eq!(all(&moves), ["DELETE schemas/id-a/delete_data/", "DELETE schemas/id-c/delete_data/"]);
    book.learn(&ended(0, Outcome::Done), &known);
    book.learn(&ended(1, Outcome::Unknown), &known);
    assert_eq!(book.waits(), Waits::Retry);
    assert_eq!(all(&book.go(&known)), Vec::<String>::new(), "consent comes first");
    assert_eq!(book.waits(), Waits::Consent);
    let question = book.question(&known).unwrap();
    let asked: Vec<&Discard> = question.challenge.discards().collect();
    assert_eq!(asked, [&Discard::DeleteData(SchemaId::new("id-c"))]);
}

#[test]
fn what_was_not_reached_by_a_change_of_several_is_left_out_and_the_rest_goes_on() {
    let text = Some("connection refused");
    let known = inventory(vec![source("shop", vec![failing("a", text, true), failing("b", text, true)])]);
    let (mut book, _) = Runbook::open(of(Letter::A, None, &["a", "b"], &known), &known);
    let moves = book.go(&known);
    assert_eq!(all(&moves).len(), 1);
    let half = inventory(vec![source("shop", vec![failing("a", text, false), failing("b", text, true)])]);
    let left_out = [SchemaId::new("id-b")];
    let news = News::Ended { unit: 0, outcome: Outcome::Failed, text: "1 of 2", left_out: &left_out, refused: None };
    assert_eq!(all(&book.learn(&news, &half)), ["POST schemas/id-a/reload/"]);
}

#[test]
fn a_refused_setting_goes_back_to_its_form_and_says_where() {
    let known = shop();
    let (mut book, moves) = Runbook::open(of(Letter::B, None, &["a"], &known), &known);
    assert_eq!(all(&moves), ["ask Form", "ask Source"]);
    for fact in [answer(&Need::Form("Postgres".into()), 0), answer(&Need::Source(SourceId::new("source-shop")), 0)] {
        book.learn(&News::Found(&fact), &known);
    }
    assert!(matches!(book.waits(), Waits::Form(_)));
    let inputs = Inputs::default().with("password", Input::Secret("wrong".into()));
    let moves = book.fill(inputs, &known);
    assert_eq!(all(&moves), ["PATCH sources/source-shop/ {\"job_inputs\":{\"password\":\"***\"}}"]);
    let (field, why) = (Foreign::new("job_inputs__password"), Foreign::new("nope"));
    let refused = Some((Some(&field), &why));
    book.learn(&News::Ended { unit: 0, outcome: Outcome::Failed, text: "refused", left_out: &[], refused }, &known);
    assert!(matches!(book.waits(), Waits::Form(_)));
    assert_eq!(book.refusal(), Some((Some(&field), &why)));
    let moves = book.fill(Inputs::default().with("password", Input::Secret("right".into())), &known);
    assert_eq!(all(&moves).len(), 1, "the first try is not sent again");
}

#[test]
fn a_webhook_whose_registration_is_unknown_is_looked_at_before_another() {
    let known = shop();
    let (mut book, _) = Runbook::open(of(Letter::I, None, &["a"], &known), &known);
    let webhook = Need::Webhook(SourceId::new("source-shop"));
    book.learn(&News::Found(&answer(&webhook, 0)), &known);
    assert_eq!(book.waits(), Waits::One);
    assert_eq!(all(&book.pick(&[0], &known)), ["POST sources/source-shop/create_webhook/"]);
    book.learn(&ended(0, Outcome::Unknown), &known);
    assert_eq!(all(&book.go(&known)), ["ask Webhook"], "no second registration without a look");
}

#[test]
fn several_tables_go_a_few_at_a_time_and_the_first_failure_can_stop_the_rest() {
    let names: Vec<String> = (0..9).map(|number| format!("t{number}")).collect();
    let tables: Vec<Schema> = names.iter().map(|name| table(name)).chain([table("other")]).collect();
    let known = inventory(vec![source("shop", tables)]);
    let ids: Vec<SchemaId> = names.iter().map(|name| SchemaId::new(&format!("id-{name}"))).collect();
    let situation = Situation::of_wish(Wish::Reload, &ids, &known).unwrap();
    let (mut book, _) = Runbook::open(situation, &known);
    book.stops_on_failure = true;
    book.toggle(8, &known);
    assert_eq!(book.go(&known).len(), 4);
    assert_eq!(book.learn(&ended(1, Outcome::Done), &known).len(), 1);
    assert_eq!(book.learn(&ended(0, Outcome::Failed), &known).len(), 0, "nothing new is begun");
    for unit in 2..5 {
        book.learn(&ended(unit, Outcome::Done), &known);
    }
    let stopped = book.units().iter().filter(|unit| matches!(unit.progress, UnitProgress::Failed(_))).count();
    assert_eq!((book.units().len(), stopped), (8, 4));
}

#[test]
fn what_is_half_done_is_recorded_without_what_was_typed() {
    let known = shop();
    let (mut book, _) = Runbook::open(of(Letter::G, None, &["a"], &known), &known);
    assert_eq!(book.record(), None);
    consent(&mut book, &known);
    book.learn(&ended(0, Outcome::Done), &known);
    let record = book.record().unwrap();
    assert!(record.plain && record.done.len() == 1 && record.left.len() == 1, "{record:?}");
    let again = record.situation(&known).unwrap();
    let (book, _) = Runbook::open(again, &known);
    assert!(
        book.stages().iter().all(|stage| !matches!(stage.task, Task::Send(Deed::Discard(_)))),
        "nothing goes again"
    );
}

// What holds whatever is told.

/// What answers a question.
fn answer(need: &Need, luck: usize) -> Fact {
    match need {
        Need::Form(kind) => Fact::Form(Box::new(form(kind))),
        Need::Source(id) => {
            Fact::Source(Box::new(whtui::warehouse::source::Source { id: id.clone(), ..source("shop", vec![]) }))
        }
        Need::Candidates(id) => Fact::Candidates(
            id.clone(),
            Box::new(CandidateFields {
                fields: vec![CandidateField {
                    field: "updated_at".into(),
                    label: Field::Null,
                    column_type: Field::Known("timestamp".into()),
                    field_type: Field::Known("timestamp".into()),
                    nullable: Field::Known(luck == 1),
                    indexed: Field::Unknown,
                }],
                columns: vec![SourceColumn { field: "id".into(), column_type: Field::Null, nullable: Field::Null }],
                detected_keys: if luck == 2 { Field::Null } else { Field::Known(vec!["id".into()]) },
                full_refresh: Field::Known(luck != 3),
                ..CandidateFields::default()
            }),
        ),
        Need::Webhook(id) => Fact::Webhook(
            id.clone(),
            Box::new(WebhookInfo {
                supported: Field::Known(true),
                exists: Field::Known(luck > 0),
                outside: Field::Known(WebhookOutside { exists: Field::Known(luck > 1), ..WebhookOutside::default() }),
                ..WebhookInfo::default()
            }),
        ),
        Need::CdcPrerequisites(id) => Fact::CdcPrerequisites(
            id.clone(),
            CdcPrerequisites {
                valid: Field::Known(luck != 1),
                errors: if luck == 1 { vec!["wal_level is replica".into()] } else { vec![] },
            },
        ),
        Need::CdcStatus(id) => Fact::CdcStatus(
            id.clone(),
            Box::new(CdcStatus {
                enabled: Field::Known(luck != 3),
                slot_exists: Field::Known(luck == 0),
                ..CdcStatus::default()
            }),
        ),
        Need::Jobs(query) => Fact::Jobs(query.clone(), Vec::new()),
        Need::Logs(query) => Fact::Logs(query.clone(), Vec::new()),
        Need::Raw(read, job) => Fact::Raw(read.clone(), job.clone(), std::sync::Arc::default()),
        Need::Schema(id) => {
            let schema = Schema { id: id.clone(), ..table("any") };
            let detail = whtui::warehouse::schema::SchemaDetail::default();
            Fact::Schema(Box::new(whtui::warehouse::survey::FullSchema {
                schema,
                detail,
                source: None,
                source_type: Field::Null,
            }))
        }
        Need::Identity | Need::Sources | Need::Explain(_) => Fact::Identity(Box::default()),
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Go,
    Skip,
    Restart,
    Toggle(Index),
    Pick(Vec<Index>),
    Fill,
    Consent,
    Answer(Index, usize),
    Fail(Index),
    End(Index, Outcome, bool),
    Stop,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    let outcome = select(vec![
        Outcome::Done,
        Outcome::Done,
        Outcome::Done,
        Outcome::Failed,
        Outcome::Swallowed,
        Outcome::Unknown,
    ]);
    prop_oneof![
        6 => Just(Happening::Go),
        1 => Just(Happening::Skip),
        1 => Just(Happening::Restart),
        1 => any::<Index>().prop_map(Happening::Toggle),
        3 => vec(any::<Index>(), 0..3).prop_map(Happening::Pick),
        3 => Just(Happening::Fill),
        3 => Just(Happening::Consent),
        8 => (any::<Index>(), 0_usize..4).prop_map(|(which, luck)| Happening::Answer(which, luck)),
        1 => any::<Index>().prop_map(Happening::Fail),
        8 => (any::<Index>(), outcome, prop::bool::weighted(0.1)).prop_map(|(which, outcome, part)| Happening::End(which, outcome, part)),
        1 => Just(Happening::Stop),
    ]
}

fn any_schema() -> impl Strategy<Value = Schema> {
    let method = select(vec![
        Field::Known(SyncType::Incremental),
        Field::Known(SyncType::FullRefresh),
        Field::Known(SyncType::Append),
        Field::Known(SyncType::Cdc),
        Field::Known(SyncType::Webhook),
        Field::Null,
    ]);
    (0_u8..5, method, any::<bool>()).prop_map(|(kind, sync_type, off)| {
        let made = match kind {
            0 => table("x"),
            1 => with_status("x", "Running"),
            2 => failing("x", None, off),
            _ => failing("x", Some("column \"y\" does not exist"), off),
        };
        Schema { sync_type, ..made }
    })
}

fn any_situation() -> impl Strategy<Value = (Inventory, Situation)> {
    let schemas = vec(any_schema(), 1..7);
    let cause = select(vec![None, Some("primary_key_missing"), Some("primary_key_not_unique"), Some("rate_limited")]);
    (schemas, select(Letter::ALL.to_vec()), cause, 0_u8..12, any::<bool>()).prop_map(
        |(mut schemas, letter, cause, wish, paused)| {
            for (place, schema) in schemas.iter_mut().enumerate() {
                schema.id = SchemaId::new(&format!("id-{place}"));
                schema.name = Foreign::new(&place.to_string());
            }
            if paused {
                schemas.push(with_status("paused", "Paused"));
            }
            let ids: Vec<SchemaId> = schemas.iter().map(|schema| schema.id.clone()).collect();
            let names: Vec<String> = (0..ids.len()).map(|place| place.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let known = inventory(vec![source("shop", schemas)]);
            let wishes =
                [Wish::Reload, Wish::Cancel, Wish::Resume, Wish::Pause, Wish::Resync, Wish::DeleteData, Wish::Destroy];
            let situation = match (wishes.get(usize::from(wish)), wish) {
                (Some(wish), _) => Situation::of_wish(*wish, &ids, &known).unwrap(),
                (None, 8) => {
                    Situation::of_symptom(Symptom::NoNewRows, &SourceId::new("source-shop"), &ids[..1], &known).unwrap()
                }
                _ => of(letter, cause, &names, &known),
            };
            (known, situation)
        },
    )
}

proptest! {
    #[test]
    fn nothing_is_discarded_without_consent_and_nothing_gets_stuck(
        (known, situation) in any_situation(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let (mut book, moves) = Runbook::open(situation, &known);
        let mut asked: Vec<Need> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut agreed = false;
        // Given, and used once the tables were read once more.
        let mut given = false;
        let take = |moves: Vec<Move>, consented: bool, agreed: bool, asked: &mut Vec<Need>, open: &mut Vec<usize>| {
            for step in moves {
                match step {
                    Move::Ask(need) => asked.push(need),
                    Move::Write(unit, write, subject) => {
                        assert!(agreed, "{write:?} before the user said so");
                        assert!(!matches!(write, Write::ReloadSchema(_)) || subject.tables.len() == 1);
                        open.push(unit);
                    }
                    Move::Discard(unit, discard, _) => {
                        assert!(consented || !open.is_empty(), "{discard:?} without consent");
                        open.push(unit);
                    }
                }
            }
        };
        take(moves, false, agreed, &mut asked, &mut open);
        for happening in happenings {
            let waits = book.waits();
            let mut consented = false;
            let moves = match happening {
                Happening::Go => {
                    agreed |= matches!(waits, Waits::Start | Waits::ByHand);
                    book.go(&known)
                }
                Happening::Skip => {
                    agreed |= matches!(waits, Waits::Form(_));
                    book.skip(&known)
                }
                Happening::Restart => {
                    let moves = book.restart(&known);
                    if !moves.is_empty() || book.at() == 0 {
                        asked.clear();
                    }
                    moves
                }
                Happening::Toggle(which) => {
                    let tables = book.situation().tables.len();
                    if tables > 0 {
                        book.toggle(which.index(tables), &known);
                    }
                    Vec::new()
                }
                Happening::Pick(which) => {
                    agreed |= matches!(waits, Waits::One | Waits::Several);
                    let choices = book.choices().len();
                    let mut places: Vec<usize> =
                        which.iter().filter(|_| choices > 0).map(|index| index.index(choices)).collect();
                    if waits == Waits::One {
                        places.truncate(1);
                    }
                    book.pick(&places, &known)
                }
                Happening::Fill => {
                    agreed |= matches!(waits, Waits::Form(_));
                    book.fill(Inputs::default().with("password", Input::Secret("s".into())), &known)
                }
                Happening::Consent if waits == Waits::Consent => {
                    agreed = true;
                    let moves = consent(&mut book, &known);
                    given = matches!(moves.as_slice(), [Move::Ask(Need::Sources)]);
                    consented = !given;
                    moves
                }
                Happening::Consent => {
                    prop_assert!(book.question(&known).is_none());
                    Vec::new()
                }
                Happening::Answer(which, luck) if !asked.is_empty() => {
                    let need = asked.remove(which.index(asked.len()));
                    match &need {
                        Need::Sources => {
                            consented = std::mem::take(&mut given);
                            book.learn(&News::ListRead, &known)
                        }
                        need => book.learn(&News::Found(&answer(need, luck)), &known),
                    }
                }
                Happening::Fail(which) if !asked.is_empty() => {
                    given = false;
                    let need = asked.remove(which.index(asked.len()));
                    let failure = Failure::new(FailureKind::TimedOut, "");
                    book.learn(&News::Unread(&need, &failure), &known)
                }
                Happening::End(which, outcome, part) if !open.is_empty() => {
                    let unit = open.remove(which.index(open.len()));
                    let left_out = if part { vec![SchemaId::new("id-0")] } else { Vec::new() };
                    let news = News::Ended { unit, outcome, text: "told", left_out: &left_out, refused: None };
                    book.learn(&news, &known)
                }
                Happening::Stop => {
                    book.stops_on_failure = !book.stops_on_failure;
                    Vec::new()
                }
                _ => Vec::new(),
            };
            take(moves, consented, agreed, &mut asked, &mut open);
            prop_assert!(open.len() <= 4, "too many at once: {open:?}");
            match book.waits() {
                Waits::Server => prop_assert!(!open.is_empty() || !asked.is_empty() || book.is_watching(), "nothing is waited for: {:?}", book.stage()),
                Waits::Consent => prop_assert!(book.question(&known).is_some(), "a question that cannot be asked"),
                Waits::One | Waits::Several => prop_assert!(!book.choices().is_empty()),
                Waits::Form(_) => prop_assert!(book.form().is_some()),
                Waits::Nothing => prop_assert!(book.is_over()),
                Waits::Start | Waits::ByHand | Waits::Retry => {}
            }
            let places: Vec<bool> = book.stages().iter().map(|stage| matches!(stage.progress, Progress::Ahead)).collect();
            prop_assert!(places.iter().skip(book.at() + 1).all(|ahead| *ahead), "what comes later has not begun");
        }
    }
}
