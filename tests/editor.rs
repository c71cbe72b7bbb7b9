//! Long text in the user's editor: what it is given, and what comes back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use support::play::Play;
use whtui::app::effect::{Draft, Effect};
use whtui::app::message::{Edited, Event};
use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::Phase;
use whtui::warehouse::recovery::follow::Tone;
use whtui::warehouse::tuning::Setting;

/// A source whose password was changed.
const LOCKED_OUT: &str = r#"
    [[sources]]
    type = "MySQL"
    prefix = "shop"
    secrets = { password = "old" }
    accepts = { password = "new" }
    outage = { text = "The database rejected the username or password. Check the user and password configured for this source, then re-enable the sync.", permanent = true, since = "9h", after = "2s" }
    tables = [{ name = "orders", frequency = "1hour", duration = "2s" }]
"#;

/// What the editor was given last, and nothing else was done.
#[track_caller]
fn given(play: &mut Play) -> Draft {
    match play.others.pop() {
        Some(Effect::EditText(draft)) => draft,
        other => panic!("{other:?}"),
    }
}

/// The editor ends with this text.
fn comes_back(play: &mut Play, text: &str) {
    play.happen(Event::TextEdited(Ok(Edited { text: text.to_owned(), changed: true })));
}

#[tokio::test]
async fn what_is_on_the_screen_is_given_to_the_editor() {
    let mut play = Play::start("demo").await;
    play.go_to_table("Production database", "public.orders").await;
    play.press(&["3", "e"]).await;
    let draft = given(&mut play);
    assert_eq!(draft.name, "details.md");
    assert!(draft.text.starts_with("## ") && draft.text.contains("orders"), "{}", draft.text);
    comes_back(&mut play, "other");
    assert!(play.last().1.contains("is not taken over"), "{:?}", play.last());
    play.press(&["J", "e"]).await;
    let draft = given(&mut play);
    assert_eq!(draft.name, "object.json");
    assert!(serde_json::from_str::<serde_json::Value>(&draft.text).is_ok(), "{}", draft.text);
    // A letter of a search is a letter.
    play.press(&["/", "e"]).await;
    assert!(play.others.is_empty());
    play.press(&["esc", "esc", "o", "e"]).await;
    assert!(play.others.is_empty(), "in a log, e explains");
    play.press(&["esc", "ctrl-o"]).await;
    let draft = given(&mut play);
    let stamps: Vec<&str> = draft.text.lines().filter_map(|line| line.split("  ").next()).collect();
    assert!(draft.name == "log.txt" && stamps.len() > 3, "{}", draft.text);
    let first: Vec<&str> = draft.text.lines().filter(|line| line.starts_with("2026")).map(|line| &line[..20]).collect();
    assert!(first.is_sorted() && first.len() > 2, "oldest first: {}", draft.text);
    play.press(&["H", "e", "e"]).await;
    let draft = given(&mut play);
    assert_eq!(draft.name, "explanation.md");
    assert!(draft.text.starts_with("# ") && draft.text.contains("## Text"), "{}", draft.text);
    play.press(&["esc", "esc", "f", "e"]).await;
    let draft = given(&mut play);
    assert_eq!(draft.name, "steps.md");
    assert!(draft.text.contains("1. ["), "{}", draft.text);
    play.press(&["esc", "L", "e"]).await;
    assert_eq!(given(&mut play).name, "activity.txt");
}

#[tokio::test]
async fn what_is_typed_in_a_field_goes_to_the_editor_and_comes_back() {
    let mut play = Play::start("demo").await;
    play.go_to_table("Production database", "public.orders").await;
    play.press(&["E"]).await;
    for _ in 0..Setting::ALL.iter().position(|setting| *setting == Setting::Filters).unwrap() {
        play.press(&["j"]).await;
    }
    play.press(&["enter"]).await;
    play.type_in("id > 100 and name = e").await;
    assert!(play.others.is_empty(), "a letter is a letter");
    play.press(&["ctrl-o"]).await;
    assert_eq!(given(&mut play), Draft { name: "value.txt", text: "id > 100 and name = e\n".to_owned() });
    comes_back(&mut play, "id > 5\n  and name = Ann\u{1b}[31m\n\n");
    let Some(Overlay::Tuning(id)) = &play.model.overlay else { panic!("{:?}", play.model.overlay) };
    let Phase::Typing(_, input) = &play.model.tunings[id].phase else { panic!("nothing is typed") };
    assert_eq!(input.value(), "id > 5 and name = Ann[31m");
    assert!(play.last().1.contains("nothing was sent yet"));
    // Unchanged is unchanged, and what comes too late goes nowhere.
    play.press(&["ctrl-o"]).await;
    given(&mut play);
    play.happen(Event::TextEdited(Ok(Edited { text: "x".to_owned(), changed: false })));
    play.press(&["ctrl-o", "esc"]).await;
    comes_back(&mut play, "late");
    assert!(play.last().1.contains("not open any more"), "{:?}", play.last());
    let sent = play.simulator.requests();
    assert!(sent.iter().all(|request| request.method != "PATCH"), "{:?}", play.writes());
}

#[tokio::test]
async fn no_secret_is_written_to_a_file_for_the_editor() {
    let mut play = Play::start_toml(LOCKED_OUT).await;
    play.press(&["f", "enter"]).await;
    for _ in 0..5 {
        play.pass(5).await;
    }
    let on_secret = |play: &Play| {
        let Some(Overlay::Runbook(id)) = play.model.overlay else { panic!("{:?}", play.model.overlay) };
        let form = play.model.runbooks.get(id).unwrap().form.as_ref().unwrap();
        form.row().is_some_and(|row| row.secret)
    };
    for _ in 0..20 {
        if !on_secret(&play) {
            play.press(&["up"]).await;
        }
    }
    assert!(on_secret(&play), "{}", play.screen(140, 40));
    play.type_in("secret").await;
    play.press(&["ctrl-o"]).await;
    assert!(play.others.is_empty(), "{:?}", play.others);
    assert!(play.last().1.contains("no secret"), "{:?}", play.last());
}

#[tokio::test]
async fn a_failing_editor_is_told_of() {
    let mut play = Play::start("demo").await;
    play.press(&["e"]).await;
    given(&mut play);
    play.happen(Event::TextEdited(Err("it ended with code 3".to_owned())));
    assert_eq!(play.last(), (Tone::Bad, "Nothing comes from the editor: it ended with code 3.".to_owned()));
}
