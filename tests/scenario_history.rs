//! From a failing table to the raw error in its log, by keys alone, through the real core, worker and client, over HTTP,
//! against the simulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::play::Play;
use whtui::app::model::history::History;
use whtui::app::model::overlay::Overlay;
use whtui::warehouse::diagnosis::Letter;
use whtui::warehouse::status::Status;

/// Goes to a table by filtering all tables for it.
async fn go_to(play: &mut Play, table: &str) {
    play.press(&["a", "2", "/", "ctrl-u"]).await;
    play.type_in(table).await;
    play.press(&["enter"]).await;
    let selected = play.model.selected_schema().map(|(_, schema, _)| schema.name.raw().to_owned());
    assert_eq!(selected.as_deref(), Some(table));
}

fn history(play: &Play) -> &History {
    let Some(Overlay::History(history)) = &play.model.overlay else { panic!("no history is open") };
    history
}

fn messages(play: &Play) -> Vec<String> {
    let logs = history(play).logs.as_ref().expect("a log is open");
    logs.lines().map(|line| line.message.raw().to_owned()).collect()
}

/// The cause of the selected table.
fn cause(play: &Play) -> String {
    let (_, schema, _) = play.model.selected_schema().unwrap();
    schema.finding.as_deref().unwrap().cause.id.to_string()
}

/// The last request to this part of the server.
fn asked(play: &Play, part: &str) -> String {
    let requests = play.simulator.requests();
    assert!(requests.iter().all(|request| request.method == "GET" && request.status == 200), "{requests:#?}");
    requests.iter().rev().find(|request| request.path.contains(part)).expect("it was asked").path.clone()
}

#[tokio::test]
async fn the_raw_error_is_found_in_the_log_and_what_nobody_knows_settles_nothing() {
    let mut play = Play::start("demo").await;
    go_to(&mut play, "Opportunity").await;
    assert_eq!(cause(&play), "no_error_text");
    play.press(&["H"]).await;
    assert_eq!(asked(&play, "/jobs/").split_once('?').unwrap().1, "schemas=Opportunity");
    let jobs = history(&play).jobs();
    assert_eq!((jobs.len(), &jobs[0].status), (50, &Status::Failed));
    assert!(jobs[0].latest_error.known().is_none(), "the server tells no reason");
    // The past is read page by page, each before the last.
    let oldest = jobs[49].created_at.unwrap();
    play.press(&["G", "G"]).await;
    assert!(history(&play).jobs().len() > 50);
    assert!(asked(&play, "/jobs/").contains("before="), "{}", asked(&play, "/jobs/"));
    assert!(history(&play).jobs()[50].created_at.unwrap() < oldest);
    // Its log says what the table does not.
    play.press(&["g", "enter"]).await;
    let run = history(&play).jobs()[0].workflow_run_id.known().unwrap().raw().to_owned();
    assert!(asked(&play, "/logs/").contains(&format!("instance_id={run}")), "{}", asked(&play, "/logs/"));
    let all = messages(&play);
    assert!(all.len() > 2 && all[0].contains("batch 17 was not accepted"), "{all:?}");
    play.press(&["v", "v"]).await;
    assert!(asked(&play, "/logs/").contains("level=ERROR"));
    assert_eq!(messages(&play).len(), 1);
    play.press(&["v", "/"]).await;
    play.type_in("accepted").await;
    play.press(&["enter"]).await;
    assert!(asked(&play, "/logs/").contains("search=accepted"));
    assert_eq!(messages(&play).len(), 1);
    play.press(&["y", "e"]).await;
    assert_eq!(play.copied(), [all[0].as_str()]);
    let explained = history(&play).explanation.as_ref().unwrap();
    let finding = history(&play).meaning(&explained.puzzle).unwrap();
    assert_eq!((finding.cause.id.as_str(), finding.verdict.recovery), ("unknown", Letter::O));
    assert!(
        explained.follows.as_ref().unwrap().starts_with("This does not settle the cause of"),
        "{:?}",
        explained.follows
    );
    play.press(&["esc", "esc", "esc"]).await;
    assert!(play.model.overlay.is_none());
    play.press(&["ctrl-r"]).await;
    play.pass(120).await;
    assert_eq!(cause(&play), "no_error_text");
    play.press(&["t"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open") };
    let problem =
        list.problems().iter().find(|problem| problem.tables.iter().any(|table| table.title.raw() == "Opportunity"));
    assert_eq!(problem.unwrap().recovery, Letter::O);
}

#[tokio::test]
async fn triage_leads_to_the_history_of_its_first_table_and_back_to_the_problem() {
    let mut play = Play::start("demo").await;
    play.press(&["t", "j", "j"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open") };
    let (key, table) = (list.rows.selected().cloned(), list.selected().unwrap().tables[0].id.clone());
    play.press(&["H"]).await;
    assert_eq!(history(&play).schema, Some(table));
    assert!(!history(&play).jobs().is_empty());
    play.press(&["enter", "esc", "esc"]).await;
    let Some(Overlay::Triage(list)) = &play.model.overlay else { panic!("triage is open again") };
    assert_eq!(list.rows.selected().cloned(), key);
}

#[tokio::test]
async fn the_log_of_a_running_sync_grows_until_its_end() {
    let mut play = Play::start("small").await;
    go_to(&mut play, "public.orders").await;
    play.press(&["r"]).await;
    play.pass(2).await;
    play.press(&["H", "enter"]).await;
    assert!(history(&play).jobs()[0].is_running());
    let before = messages(&play);
    play.pass(60).await;
    assert!(!history(&play).jobs()[0].is_running());
    let after = messages(&play);
    assert!(after.len() > before.len() && after.ends_with(&before), "{before:?} {after:?}");
    assert!(after[0].starts_with("Sync Completed"), "{after:?}");
}

#[tokio::test]
async fn a_server_that_names_no_runs_and_odd_statuses_is_shown_all_the_same() {
    let mut play = Play::start("odd").await;
    go_to(&mut play, "public.few_fields").await;
    play.press(&["H", "enter"]).await;
    let path = asked(&play, "/logs/");
    assert!(path.contains("before=") && path.contains("after=") && !path.contains("instance_id"), "{path}");
    assert!(!messages(&play).is_empty());
    play.press(&["esc", "esc"]).await;
    play.press(&["1", "g"]).await;
    for _ in 0..4 {
        play.press(&["j", "H"]).await;
        assert!(history(&play).read && history(&play).failure.is_none());
        play.press(&["enter", "e", "esc", "e", "space", "v", "esc", "esc", "esc", "1"]).await;
    }
}
