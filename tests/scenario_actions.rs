//! Actions played from the key to the proven end: keys alone, through the real core, worker and client, over HTTP,
//! against the simulator. Time is moved by hand, so nothing here waits for it. What was sent is read from the
//! simulator's request log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::play::Play;
use whtui::app::effect::Effect;
use whtui::app::message::Event;
use whtui::app::model::overlay::Overlay;
use whtui::simulator::Fault;
use whtui::warehouse::recovery::follow::Tone;
use whtui::warehouse::state::State;

#[tokio::test]
async fn a_failing_table_is_reloaded_and_becomes_completed() {
    let mut play = Play::start("small").await;
    play.go_to_table("shop", "public.orders").await;
    assert_eq!(play.state(), State::Failed);
    let path = format!("external_data_schemas/{}/reload/", play.selected_id());
    play.press(&["r"]).await;
    assert_eq!(play.writes(), [format!("POST {path} 200")]);
    // A second press while it is on its way is answered here.
    play.press(&["r"]).await;
    assert!(play.last().1.contains("under way"), "{:?}", play.last());
    // Wherever the user is, the end is told.
    play.go_to_table("Stripe", "Charge").await;
    play.followed().await;
    let (tone, text) = play.last();
    assert_eq!(tone, Tone::Good);
    assert!(text.starts_with("shop / public.orders: Completed, ") && text.contains(" rows, "), "{text}");
    assert!(text.contains("last synced 12:00:"), "{text}");
    assert!(play.told().iter().any(|told| told.ends_with("a new job is running")), "{:#?}", play.told());
    assert_eq!(play.writes().len(), 1, "one request did it");
    play.go_to_table("shop", "public.orders").await;
    assert_eq!(play.state(), State::Completed);
}

#[tokio::test]
async fn failing_tables_of_the_demo_end_completed_or_failed_with_their_causes() {
    let mut play = Play::start("demo").await;
    play.press(&["a"]).await;
    let failing: Vec<_> = play
        .model
        .inventory
        .sources()
        .iter()
        .flat_map(|held| held.tables().map(move |(schema, state)| (held.source.id.clone(), schema.clone(), state)))
        .filter(|(_, schema, state)| *state == State::Failed && schema.finding.is_some())
        // More would have to wait for the budget of requests, which is of real time.
        .take(6)
        .collect();
    assert!(failing.len() > 3, "there is something to try");
    let (mut completed, mut failed) = (0, 0);
    for (source, schema, _) in failing {
        play.press(&["2", "g"]).await;
        for _ in 0..play.model.schemas.rows().len() {
            if play.model.schemas.selected() == Some(&schema.id) {
                break;
            }
            play.press(&["j"]).await;
        }
        assert_eq!(play.model.schemas.selected(), Some(&schema.id), "in {source:?}");
        if play.state() != State::Failed {
            // Its schedule was quicker.
            continue;
        }
        play.press(&["r"]).await;
        play.followed().await;
        let (tone, text) = play.last();
        let name = schema.name.shown().into_owned();
        if text.contains(": Completed, ") {
            completed += 1;
            assert_eq!(tone, Tone::Good, "{text}");
        } else if text.contains(": the reload was swallowed: ") {
            assert!(text.contains("failures in a row"), "{name}: {text}");
        } else {
            failed += 1;
            let cause = schema.finding.unwrap().title();
            assert_eq!(tone, Tone::Bad, "{name}: {text}");
            assert!(text.contains(": Failed") && text.contains(&cause), "{name}: {text}");
        }
    }
    assert!(completed > 0 && failed > 0, "{completed} completed, {failed} failed");
}

#[tokio::test]
async fn a_running_sync_is_cancelled() {
    let mut play = Play::start("small").await;
    play.go_to_table("shop", "public.events_archive").await;
    assert!(play.state().claims_to_run());
    // The server would swallow a reload: it is not even sent.
    play.press(&["r"]).await;
    assert!(play.last().1.contains("swallow"), "{:?}", play.last());
    assert_eq!(play.writes(), [""; 0]);
    let path = format!("external_data_schemas/{}/cancel/", play.selected_id());
    play.press(&["c"]).await;
    play.followed().await;
    assert_eq!(play.writes(), [format!("POST {path} 200")]);
    let end = "shop / public.events_archive: cancelled; its data and its schedule are untouched";
    assert_eq!(play.last(), (Tone::Good, end.to_owned()));
    play.pass(30).await;
    assert_eq!(play.state(), State::Cancelled);
}

#[tokio::test]
async fn a_phantom_is_repaired_by_a_cancel_and_then_reloaded() {
    let mut play = Play::start("small").await;
    play.go_to_table("depot", "shop.stock").await;
    assert_eq!(play.state(), State::Phantom);
    play.press(&["c"]).await;
    play.followed().await;
    assert!(play.last().1.contains("no sync was running"), "{:?}", play.last());
    play.pass(5).await;
    assert!(!play.state().claims_to_run());
    play.press(&["r"]).await;
    play.followed().await;
    assert_eq!(play.last().0, Tone::Good, "{:?}", play.last());
    assert_eq!(play.state(), State::Completed);
    assert_eq!(play.writes().len(), 2);
}

#[tokio::test]
async fn a_resync_asks_and_sends_exactly_one_request_once_it_is_confirmed() {
    let mut play = Play::start("small").await;
    play.go_to_table("depot", "shop.shipments").await;
    for keeps in [&["R", "esc"][..], &["R", "n"], &["R", "enter"], &["R", "tab", "tab", "enter"], &["R", "x", "esc"]] {
        play.press(&keeps[..1]).await;
        let Some(Overlay::Confirm(confirm)) = &play.model.overlay else { panic!("it asks") };
        let challenge = confirm.challenge.as_ref().unwrap();
        assert_eq!(challenge.loss().rows.known(), Some(&5_600), "what is lost is told in numbers");
        assert!(challenge.loss().usual_run.is_some() && confirm.milder.is_some());
        play.press(&keeps[1..]).await;
        assert!(play.model.overlay.is_none());
        play.pass(15).await;
        assert_eq!(play.writes(), [""; 0], "{keeps:?}");
    }
    let path = format!("external_data_schemas/{}/resync/", play.selected_id());
    play.press(&["R", "y", "y", "enter"]).await;
    play.followed().await;
    assert_eq!(play.writes(), [format!("POST {path} 200")]);
    assert!(play.last().1.contains("Completed, 5,6"), "everything was read again: {:?}", play.last());
}

#[tokio::test]
async fn deleted_data_is_seen_to_be_gone_and_a_reload_brings_it_back() {
    let mut play = Play::start("small").await;
    play.go_to_table("shop", "public.products").await;
    play.press(&["D", "y"]).await;
    play.followed().await;
    assert_eq!(play.last().1, "shop / public.products: data deleted; reload builds the table anew");
    play.pass(5).await;
    assert!(play.model.selected_schema().unwrap().1.table.is_null());
    play.press(&["r"]).await;
    play.followed().await;
    assert!(play.last().1.contains("Completed, 250 rows"), "{:?}", play.last());
    let methods: Vec<String> = play.writes().iter().map(|write| write.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["DELETE", "POST"]);
}

#[tokio::test]
async fn destroying_needs_the_name_typed() {
    let mut play = Play::start("small").await;
    play.go_to_table("Stripe", "Charge").await;
    let path = format!("external_data_schemas/{}/", play.selected_id());
    for wrong in ["", "y", "charge", "Charg", "Stripe"] {
        play.press(&["X"]).await;
        play.type_in(wrong).await;
        play.press(&["enter"]).await;
        assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))), "a wrong name leaves the question standing");
        play.press(&["esc"]).await;
        assert_eq!(play.writes(), [""; 0], "{wrong:?}");
    }
    play.press(&["X"]).await;
    play.type_in("Charge").await;
    play.press(&["enter"]).await;
    play.followed().await;
    assert_eq!(play.last(), (Tone::Good, "Stripe / Charge: destroyed".to_owned()));
    play.press(&["enter"]).await;
    assert_eq!(play.writes(), [format!("DELETE {path} 204")]);
    play.pass(5).await;
    let left = play.model.inventory.sources().iter().flat_map(|held| &held.source.schemas);
    assert!(left.into_iter().all(|schema| schema.name.raw() != "Charge"));
}

#[tokio::test]
async fn a_destroyed_source_disappears_with_all_its_tables() {
    let mut play = Play::start("small").await;
    play.go_to_source("depot").await;
    play.press(&["X"]).await;
    let Some(Overlay::Confirm(confirm)) = &play.model.overlay else { panic!("it asks") };
    assert_eq!(confirm.challenge.as_ref().unwrap().loss().tables, 4);
    play.type_in("depot").await;
    play.press(&["enter"]).await;
    play.followed().await;
    play.pass(5).await;
    assert_eq!(play.model.inventory.sources().len(), 2);
    assert_eq!(play.writes().len(), 1);
    assert!(play.writes()[0].starts_with("DELETE external_data_sources/"), "{:?}", play.writes());
}

#[tokio::test]
async fn a_table_is_switched_off_and_on() {
    let mut play = Play::start("small").await;
    play.go_to_table("depot", "shop.carriers").await;
    play.press(&["p"]).await;
    play.followed().await;
    assert_eq!(play.last().1, "depot / shop.carriers: switched off; its data stays");
    play.pass(2).await;
    assert_eq!(play.state(), State::Off);
    play.press(&["p"]).await;
    play.followed().await;
    assert_eq!(play.last().1, "depot / shop.carriers: switched on; reload starts a run now");
    let bodies: Vec<String> = play
        .simulator
        .requests()
        .iter()
        .filter(|request| request.method == "PATCH")
        .map(|request| request.body.to_string())
        .collect();
    assert_eq!(bodies, [r#"{"should_sync":false}"#, r#"{"should_sync":true}"#]);
}

#[tokio::test]
async fn a_whole_source_is_reloaded() {
    let mut play = Play::start("small").await;
    play.go_to_source("Stripe").await;
    play.press(&["r"]).await;
    play.followed().await;
    assert_eq!(play.last(), (Tone::Good, "Stripe: 3 tables Completed".to_owned()));
    assert_eq!(play.writes().len(), 1);
    // Where a table is in an earlier run, its share of the reload is swallowed, and that is said.
    play.go_to_source("shop").await;
    play.press(&["r"]).await;
    play.followed().await;
    let end = "shop: 3 tables Completed, 1 skipped, because an earlier run was active";
    assert_eq!(play.last(), (Tone::Note, end.to_owned()));
}

#[tokio::test]
async fn browsing_sends_only_reads() {
    let mut play = Play::start("small").await;
    let looking = [
        "j", "k", "pagedown", "pageup", "G", "g", "enter", "enter", "esc", "esc", "tab", "backtab", "1", "2", "3", "s",
        "S", "a", "n", ":", "down", "esc", "?", "pagedown", "esc", "L", "esc", "t", "down", "enter", "ctrl-r",
        "ctrl-l", "y", "esc", "/", "o", "enter", "esc", "a", "q",
    ];
    for (source, place) in ["1", "2", "3"].into_iter().enumerate() {
        play.press(&["1", "g"]).await;
        play.press(&vec!["j"; source]).await;
        play.press(&[place]).await;
        for key in looking {
            play.press(&[key]).await;
            play.pass(1).await;
        }
    }
    // Nobody is there for a while.
    play.happen(Event::FocusChanged(false));
    play.pass(300).await;
    play.happen(Event::FocusChanged(true));
    play.settle().await;
    let requests = play.simulator.requests();
    assert!(requests.len() > 50, "there was something to read");
    assert_eq!(play.writes(), [""; 0]);
    // Nor is anything read that connects to the customer's systems or needs more than the read scopes.
    let known = ["external_data_sources/", "external_data_schemas/", "personal_api_keys/@current/", "projects/1/"];
    for request in requests {
        assert!(known.iter().any(|part| request.path.contains(part)), "{}", request.path);
        assert_eq!(request.status, 200, "{}", request.path);
    }
    assert!(!play.others.contains(&Effect::StartDemo));
}

#[tokio::test]
async fn read_only_and_dry_run_send_no_write() {
    let acting: [&[&str]; 7] = [&["r"], &["c"], &["p"], &["R", "y"], &["D", "y"], &["T"], &["X"]];
    for (read_only, dry_run) in [(true, false), (false, true), (true, true)] {
        for table in ["public.orders", "public.events_archive"] {
            let mut play = Play::start_with("small", read_only, dry_run).await;
            play.go_to_table("shop", table).await;
            let mut previews = 0;
            for keys in acting {
                play.press(keys).await;
                if matches!(play.model.overlay, Some(Overlay::Confirm(_))) {
                    play.type_in(table).await;
                    play.press(&["enter"]).await;
                }
                play.followed().await;
                previews += usize::from(matches!(play.model.overlay, Some(Overlay::Preview { .. })));
                play.press(&["esc"]).await;
                play.press(&["2"]).await;
            }
            assert_eq!(play.writes(), [""; 0]);
            assert_eq!(previews > 0, !read_only, "a dry run shows what it would have sent");
        }
    }
}

#[tokio::test]
async fn a_billing_pause_blocks_every_reload_and_says_so() {
    let mut play = Play::start("billing-pause").await;
    let healthy = play.model.inventory.sources().iter().flat_map(|held| held.tables().map(move |table| (held, table)));
    let (source, table) = healthy
        .into_iter()
        .find(|(_, (_, state))| *state == State::Completed)
        .map(|(held, (schema, _))| (held.source.id.clone(), schema.id.clone()))
        .unwrap();
    while play.model.sources.selected() != Some(&source) {
        play.press(&["1", "j"]).await;
    }
    play.press(&["2"]).await;
    while play.model.schemas.selected() != Some(&table) {
        play.press(&["j"]).await;
    }
    play.press(&["r"]).await;
    assert!(play.last().1.contains("Billing has paused"), "{:?}", play.last());
    assert_eq!(play.writes(), [""; 0]);
}

#[tokio::test]
async fn a_run_whose_request_was_not_answered_is_shown_as_one_that_was() {
    // Nothing else moves, so the list would not be read again for long.
    let world = "title = \"one\"\nseed = 1\n[[sources]]\ntype = \"Postgres\"\nprefix = \"shop\"\n\
                 tables = [{ name = \"public.orders\", frequency = \"6hour\", last_run = \"1h\", duration = \"10m\" }]\n";
    for fault in [Fault::Cut { carried_out: true }, Fault::Gateway { carried_out: true }] {
        let mut play = Play::start_toml(world).await;
        play.go_to_table("shop", "public.orders").await;
        play.simulator.inject("POST", "/reload/", 0, fault.clone());
        play.press(&["r"]).await;
        let known = |model: &whtui::app::model::Model| {
            model.activity.entries().any(|entry| entry.text.contains("it was carried out after all: a new job exists"))
        };
        play.until("the new job", known).await;
        play.pass(2).await;
        assert!(play.state().claims_to_run(), "{fault:?}: {:?}", play.state());
        assert_eq!(play.model.inventory.tally().moving, 1, "{fault:?}");
        play.press(&["c"]).await;
        assert!(!play.last().1.contains("No sync"), "{fault:?}: {:?}", play.last());
        assert!(play.writes().iter().any(|write| write.contains("/cancel/")), "{fault:?}: {:?}", play.writes());
    }
}
