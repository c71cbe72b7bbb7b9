//! Every flow of the editor, by keys alone, with the exact writes.

use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::Phase;
use whtui::warehouse::recovery::runbook::{Progress, Task};
use whtui::warehouse::state::State;
use whtui::warehouse::tuning::Setting;

use crate::hands::Edit::{Choose, Turn, Type};
use crate::hands::{Flow, choose, edit, ended, go_to, is_asked, tuning, writes};
use crate::support::play::Play;

/// Declares flows, and a test for each.
macro_rules! flows {
    ($($name:ident: $flow:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                const FLOW: Flow = $flow;
                FLOW.play().await;
            }
        )*
    };
}

flows! {
    frequency_and_time_of_day: Flow {
        edits: &[Choose(Setting::Frequency, &["7day"]), Type(Setting::TimeOfDay, "3:15")],
        writes: &[r#"PATCH  {"sync_frequency":"7day","sync_time_of_day":"03:15:00"}"#],
        ..Flow::NEW
    };
    from_full_refresh_to_incremental: Flow {
        table: ("prod", "plain"),
        edits: &[Choose(Setting::Method, &["incremental"])],
        writes: &[
            r#"PATCH  {"incremental_field":"updated_at","incremental_field_type":"timestamp","primary_key_columns":["id"],"sync_type":"incremental"}"#,
            "POST reload/",
        ],
        ..Flow::NEW
    };
    from_incremental_to_full_refresh: Flow {
        edits: &[Choose(Setting::Method, &["full_refresh"])],
        writes: &[r#"PATCH  {"sync_type":"full_refresh"}"#, "POST reload/"],
        ..Flow::NEW
    };
    from_incremental_to_cdc_and_a_resync: Flow {
        edits: &[Choose(Setting::Method, &["cdc"])],
        asked: &["Resync prod / orders", "Lost: 5,000 rows", "Change sync method: incremental"],
        writes: &[r#"PATCH  {"sync_type":"cdc"}"#, "POST resync/"],
        ..Flow::NEW
    };
    from_incremental_to_cdc_with_other_keys_and_mode: Flow {
        edits: &[
            Choose(Setting::Method, &["cdc"]),
            Choose(Setting::Keys, &["id", "name"]),
            Choose(Setting::CdcMode, &["both"]),
        ],
        asked: &["Delete the data of prod / orders", "Lost: 5,000 rows"],
        writes: &[
            "DELETE delete_data/",
            r#"PATCH  {"cdc_table_mode":"both","primary_key_columns":["id","name"],"sync_type":"cdc"}"#,
            "POST reload/",
        ],
        ..Flow::NEW
    };
    to_cdc_by_deleting_the_data: Flow {
        edits: &[Choose(Setting::Method, &["cdc"])],
        then: &["j"],
        asked: &["Delete the data of prod / orders"],
        writes: &[r#"PATCH  {"sync_type":"cdc"}"#, "DELETE delete_data/", "POST reload/"],
        ..Flow::NEW
    };
    to_cdc_and_nothing_else: Flow {
        edits: &[Choose(Setting::Method, &["cdc"])],
        then: &["j", "j"],
        writes: &[r#"PATCH  {"sync_type":"cdc"}"#],
        ..Flow::NEW
    };
    a_field_that_went_after_drift: Flow {
        table: ("prod", "moved"),
        edits: &[Choose(Setting::Cursor, &["updated_at"])],
        writes: &[r#"PATCH  {"incremental_field":"updated_at","incremental_field_type":"timestamp"}"#, "POST reload/"],
        ..Flow::NEW
    };
    another_field_with_a_resync: Flow {
        edits: &[Choose(Setting::Cursor, &["created_at"])],
        then: &["j", "j"],
        asked: &["Resync prod / orders"],
        writes: &[r#"PATCH  {"incremental_field":"created_at","incremental_field_type":"timestamp"}"#, "POST resync/"],
        ..Flow::NEW
    };
    other_keys_of_a_filled_table: Flow {
        edits: &[Choose(Setting::Keys, &["id", "name"])],
        asked: &["Delete the data of prod / orders", "Lost: 5,000 rows", "primary key: id → id, name"],
        writes: &["DELETE delete_data/", r#"PATCH  {"primary_key_columns":["id","name"]}"#, "POST reload/"],
        ..Flow::NEW
    };
    to_xmin_the_server_resets_by_itself: Flow {
        edits: &[Choose(Setting::Method, &["xmin"])],
        asked: &["Change prod / orders", "drops what is stored, by itself"],
        writes: &[r#"PATCH  {"sync_type":"xmin"}"#],
        ..Flow::NEW
    };
    another_target_of_change_data_capture: Flow {
        table: ("prod", "streamed"),
        edits: &[Choose(Setting::CdcMode, &["both"])],
        asked: &["Change prod / streamed", "drops what is stored, by itself"],
        writes: &[r#"PATCH  {"cdc_table_mode":"both"}"#],
        ..Flow::NEW
    };
    to_a_webhook: Flow {
        table: ("shop", "Invoice"),
        edits: &[Choose(Setting::Method, &["webhook"])],
        writes: &[r#"PATCH  {"sync_type":"webhook"}"#, "POST reload/"],
        ..Flow::NEW
    };
    off_the_last_webhook_and_unregistered: Flow {
        table: ("pay", "Charge"),
        edits: &[Choose(Setting::Method, &["full_refresh"])],
        then: &["w"],
        asked: &["Delete the webhook of pay"],
        writes: &[r#"PATCH  {"sync_type":"full_refresh"}"#, "POST reload/", "POST source delete_webhook/"],
        ..Flow::NEW
    };
    off_the_last_webhook_that_stays_registered: Flow {
        table: ("pay", "Charge"),
        edits: &[Choose(Setting::Method, &["full_refresh"])],
        writes: &[r#"PATCH  {"sync_type":"full_refresh"}"#, "POST reload/"],
        ..Flow::NEW
    };
    pausing_what_is_pulled: Flow {
        edits: &[Turn(Setting::Switch)],
        writes: &[r#"PATCH  {"should_sync":false}"#],
        end: State::Off,
        ..Flow::NEW
    };
    resuming_with_a_reload: Flow {
        table: ("prod", "resting"),
        edits: &[Turn(Setting::Switch)],
        writes: &[r#"PATCH  {"should_sync":true}"#, "POST reload/"],
        ..Flow::NEW
    };
    resuming_and_nothing_else: Flow {
        table: ("prod", "resting"),
        edits: &[Turn(Setting::Switch)],
        then: &["j"],
        writes: &[r#"PATCH  {"should_sync":true}"#],
        ..Flow::NEW
    };
    from_append_to_full_refresh: Flow {
        table: ("prod", "added"),
        edits: &[Choose(Setting::Method, &["full_refresh"])],
        asked: &["Delete the data of prod / added", "Lost: 900 rows"],
        writes: &[r#"PATCH  {"sync_type":"full_refresh"}"#, "DELETE delete_data/", "POST reload/"],
        ..Flow::NEW
    };
    from_full_refresh_to_append: Flow {
        table: ("prod", "plain"),
        edits: &[Choose(Setting::Method, &["append"])],
        asked: &["Delete the data of prod / plain", "Lost: 700 rows"],
        writes: &[
            r#"PATCH  {"incremental_field":"updated_at","incremental_field_type":"timestamp","sync_type":"append"}"#,
            "DELETE delete_data/",
            "POST reload/",
        ],
        ..Flow::NEW
    };
    lookback_and_a_scheduled_rebuild: Flow {
        edits: &[
            Type(Setting::Lookback, "3600"),
            Type(Setting::FullRefresh, "14"),
        ],
        writes: &[
            r#"PATCH  {"full_refresh_interval_days":14,"incremental_field_lookback_seconds":3600}"#,
            "POST reload/",
        ],
        ..Flow::NEW
    };
    a_scheduled_rebuild_and_its_time: Flow {
        edits: &[Type(Setting::FullRefresh, "7"), Type(Setting::RebuildTime, "4:30")],
        then: &["j"],
        writes: &[r#"PATCH  {"full_refresh_interval_days":7,"full_refresh_time_of_day":"04:30:00"}"#],
        ..Flow::NEW
    };
    some_of_the_rows: Flow {
        edits: &[Type(Setting::Filters, "id > 100 and name in Ann, 'Bob B'")],
        writes: &[
            r#"PATCH  {"row_filters":[{"column":"id","operator":">","value":100},{"column":"name","operator":"IN","value":"Ann,Bob B"}]}"#,
            "POST reload/",
        ],
        ..Flow::NEW
    };
    other_rows_with_a_resync: Flow {
        edits: &[Type(Setting::Filters, "created_at >= 2026-01-01")],
        then: &["j", "j"],
        asked: &["Resync prod / orders"],
        writes: &[
            r#"PATCH  {"row_filters":[{"column":"created_at","operator":">=","value":"2026-01-01"}]}"#,
            "POST resync/",
        ],
        ..Flow::NEW
    };
    some_of_the_columns: Flow {
        edits: &[Choose(Setting::Columns, &["id", "name", "updated_at"])],
        writes: &[r#"PATCH  {"enabled_columns":["id","name","updated_at"]}"#, "POST reload/"],
        ..Flow::NEW
    };
}

#[tokio::test]
async fn all_columns_again() {
    let some = Flow {
        edits: &[Choose(Setting::Columns, &["id", "updated_at"])],
        then: &["j"],
        writes: &[r#"PATCH  {"enabled_columns":["id","updated_at"]}"#],
        ..Flow::NEW
    };
    let mut play = some.play().await;
    play.press(&["E"]).await;
    go_to(&mut play, Setting::Columns).await;
    play.press(&["enter"]).await;
    let Phase::Choosing(choosing) = &tuning(&play).phase else { panic!("{:?}", tuning(&play).phase) };
    let all: Vec<String> = choosing.offers.iter().map(|offer| offer.value.to_string()).collect();
    play.press(&["esc"]).await;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    choose(&mut play, Setting::Columns, &all).await;
    play.press(&["s", "j", "enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play)[1..], [r#"PATCH  {"enabled_columns":null}"#]);
}

#[tokio::test]
async fn a_row_filter_is_changed_where_it_stands_and_taken_off() {
    let one = |edits, then, writes| Flow { edits, then, writes, ..Flow::NEW };
    let mut play = one(
        &[Type(Setting::Filters, "id > 100")],
        &["j"],
        &[r#"PATCH  {"row_filters":[{"column":"id","operator":">","value":100}]}"#],
    )
    .play()
    .await;
    play.press(&["E"]).await;
    go_to(&mut play, Setting::Filters).await;
    play.press(&["enter"]).await;
    play.type_in(" and name = Ann").await;
    play.press(&["enter", "s", "j", "enter"]).await;
    ended(&mut play).await;
    let both = r#"PATCH  {"row_filters":[{"column":"id","operator":">","value":100},{"column":"name","operator":"=","value":"Ann"}]}"#;
    assert_eq!(writes(&play)[1..], [both]);
    play.press(&["enter", "E"]).await;
    let none = one(&[Type(Setting::Filters, "")], &["j"], &[r#"PATCH  {"row_filters":null}"#]);
    none.play_in(&mut play).await;
}

#[tokio::test]
async fn the_prerequisites_are_looked_at_before_cdc_can_be_chosen() {
    let play = edit("prod", "orders").await;
    let looked = |path: &str| play.simulator.requests().iter().any(|request| request.path.contains(path));
    assert!(looked("check_cdc_prerequisites_for_source"));
}

#[tokio::test]
async fn the_webhook_is_looked_at_after_switching_to_it() {
    let mut play = edit("shop", "Invoice").await;
    choose(&mut play, Setting::Method, &["webhook"]).await;
    play.press(&["s", "enter"]).await;
    ended(&mut play).await;
    let requests = play.simulator.requests();
    let change = requests.iter().position(|request| request.method == "PATCH").unwrap();
    let after = &requests[change..];
    let of = |part: &str| after.iter().position(|request| request.path.contains(part));
    assert!(of("webhook_info").is_some() && of("webhook_info") < of("/reload/"), "{after:#?}");
    let Some(Overlay::Runbook(id)) = play.model.overlay else { panic!("{:?}", play.model.overlay) };
    let stages = play.model.runbooks.get(id).unwrap().book.stages();
    let look = stages.iter().find(|stage| matches!(stage.task, Task::Look(_))).unwrap();
    let Progress::Done(found) = &look.progress else { panic!("{look:?}") };
    assert_eq!(found, "both ends say that it delivers");
}

#[tokio::test]
async fn unregistering_is_not_offered_while_another_table_is_pushed_to() {
    let mut play = edit("twin", "Charge").await;
    choose(&mut play, Setting::Method, &["full_refresh"]).await;
    play.press(&["s", "w"]).await;
    assert!(play.last().1.contains("does nothing here"), "{:?}", play.last());
    assert!(!play.screen(140, 40).contains("unregister"), "{}", play.screen(140, 40));
    play.press(&["enter"]).await;
    ended(&mut play).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_type":"full_refresh"}"#, "POST reload/"]);
}

#[tokio::test]
async fn pausing_a_stream_takes_consent_and_resuming_offers_a_reload() {
    let pause = Flow {
        table: ("prod", "streamed"),
        edits: &[Turn(Setting::Switch)],
        asked: &["switch it off", "Lost: what changes at the source until it is resumed"],
        writes: &[r#"PATCH  {"should_sync":false}"#],
        end: State::Off,
        ..Flow::NEW
    };
    let mut play = pause.play().await;
    play.press(&["E"]).await;
    let resume = Flow {
        edits: &[Turn(Setting::Switch)],
        writes: &[r#"PATCH  {"should_sync":true}"#, "POST reload/"],
        ..Flow::NEW
    };
    resume.play_in(&mut play).await;
}

#[tokio::test]
async fn a_running_table_is_waited_for_or_cancelled_first() {
    for (key, expected) in [
        ("w", vec![r#"PATCH  {"sync_frequency":"6hour"}"#]),
        ("c", vec!["POST cancel/", r#"PATCH  {"sync_frequency":"6hour"}"#]),
    ] {
        let mut play = edit("prod", "long").await;
        choose(&mut play, Setting::Frequency, &["6hour"]).await;
        play.press(&["s", "enter"]).await;
        assert!(matches!(tuning(&play).phase, Phase::Running));
        assert!(writes(&play).is_empty());
        play.press(&[key]).await;
        ended(&mut play).await;
        assert_eq!(writes(&play), expected);
    }
}

#[tokio::test]
async fn a_run_that_will_not_end_is_not_waited_for() {
    let mut play = Play::start("demo").await;
    play.go_to_table("Production database", "public.notifications").await;
    play.press(&["E"]).await;
    choose(&mut play, Setting::Frequency, &["6hour"]).await;
    play.press(&["s", "enter"]).await;
    let shown = play.screen(140, 40);
    assert!(shown.contains("waiting would be in vain") && !shown.contains("waits until"), "{shown}");
}

#[tokio::test]
async fn waiting_goes_on_when_nobody_looks_and_what_was_agreed_to_is_done_by_itself() {
    for (setting, word, asks, expected) in [
        (Setting::Frequency, "6hour", false, vec![r#"PATCH  {"sync_frequency":"6hour"}"#]),
        (Setting::Method, "cdc", true, vec![r#"PATCH  {"sync_type":"cdc"}"#, "POST resync/"]),
    ] {
        let mut play = edit("prod", "long").await;
        choose(&mut play, setting, &[word]).await;
        play.press(&["s", "enter"]).await;
        assert_eq!(is_asked(&play), asks);
        if asks {
            play.press(&["y"]).await;
        }
        assert!(matches!(tuning(&play).phase, Phase::Running), "{:?}", tuning(&play).phase);
        play.press(&["w", "esc"]).await;
        assert!(play.model.overlay.is_none() && writes(&play).is_empty());
        let over = |model: &whtui::app::model::Model| {
            model.made.len() == 1 && model.runbooks.iter().all(|(_, opened)| opened.book.is_over())
        };
        play.until("the change", over).await;
        assert_eq!(writes(&play), expected);
    }
}

#[tokio::test]
async fn quitting_asks_while_a_change_waits_for_a_run() {
    let mut play = edit("prod", "long").await;
    choose(&mut play, Setting::Frequency, &["6hour"]).await;
    play.press(&["s", "enter", "w", "esc", "q"]).await;
    assert!(matches!(play.model.overlay, Some(Overlay::Quitting)), "{:?}", play.model.overlay);
    let question = play.screen(100, 30);
    assert!(question.contains("long") && question.contains("frequency"), "{question}");
    play.press(&["esc"]).await;
    play.until("the change", |model| model.made.len() == 1).await;
    assert_eq!(writes(&play), [r#"PATCH  {"sync_frequency":"6hour"}"#]);
}
