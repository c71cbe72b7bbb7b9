//! The mouse: rows, titles, wheel, and giving it away.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use support::play::Play;
use whtui::app::effect::Effect;
use whtui::app::key::Key;
use whtui::app::layout::{NARROWEST, Pane, Split};
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::columns::{SchemaColumn, SourceColumn};
use whtui::app::model::overlay::Overlay;
use whtui::view::buttons::key_at;
use whtui::view::theme::Theme;

fn used(play: &mut Play, column: u16, row: u16, act: MouseAct) {
    play.happen(Event::MouseUsed(Mouse { column, row, act }));
}

#[tokio::test]
async fn a_row_is_selected_by_a_click_and_opened_by_another() {
    let mut play = Play::start("demo").await;
    let rows = play.model.layout().unwrap().rows(Pane::Sources);
    used(&mut play, rows.x + 3, rows.y + 2, MouseAct::Click);
    assert_eq!((play.model.sources.cursor(), play.model.focus), (2, Pane::Sources));
    used(&mut play, rows.x + 3, rows.y + 2, MouseAct::Click);
    assert_eq!((play.model.sources.cursor(), play.model.focus), (2, Pane::Schemas));
    used(&mut play, rows.x + 3, rows.y + 2, MouseAct::Click);
    assert_eq!(play.model.focus, Pane::Sources, "a click into another pane only goes there");
}

#[tokio::test]
async fn the_wheel_over_a_pane_keeps_what_is_selected_in_the_other() {
    let mut play = Play::start("demo").await;
    let rows = play.model.layout().unwrap().rows(Pane::Schemas);
    used(&mut play, rows.x + 3, rows.y + 11, MouseAct::Click);
    let selected = play.selected_id();
    play.press(&["3", "j", "2"]).await;
    for act in [MouseAct::WheelDown, MouseAct::WheelUp] {
        used(&mut play, 10, 10, act);
        assert_eq!((play.selected_id(), play.model.sources.cursor()), (selected.clone(), 0), "{act:?}");
    }
    // So does a key that has nowhere to go.
    play.press(&["1", "k", "2"]).await;
    assert_eq!(play.selected_id(), selected);
    play.press(&["1", "j", "2"]).await;
    assert_ne!(play.selected_id(), selected, "another source has other tables");
}

#[tokio::test]
async fn a_title_sorts_and_turns_the_order_around() {
    let mut play = Play::start("demo").await;
    let sources = play.model.layout().unwrap().pane(Pane::Sources).inside();
    let name = SourceColumn::ALL.iter().position(|column| *column == SourceColumn::Name).unwrap();
    used(&mut play, sources.x + 14, sources.y, MouseAct::Click);
    assert_eq!((play.model.sources.sort.column, play.model.sources.sort.reversed), (name, false));
    used(&mut play, sources.x + 14, sources.y, MouseAct::Click);
    assert_eq!((play.model.sources.sort.column, play.model.sources.sort.reversed), (name, true));
    let tables = play.model.layout().unwrap().pane(Pane::Schemas).inside();
    used(&mut play, tables.x, tables.y, MouseAct::Click);
    let state = SchemaColumn::ALL.iter().position(|column| *column == SchemaColumn::State).unwrap();
    assert_eq!((play.model.schemas.sort.column, play.model.schemas.sort.reversed), (state, true), "it was sorted so");
}

#[tokio::test]
async fn the_wheel_scrolls_what_lies_on_top_and_a_click_answers_no_question() {
    let mut play = Play::start("demo").await;
    play.press(&["?"]).await;
    used(&mut play, 5, 5, MouseAct::WheelDown);
    assert!(matches!(play.model.overlay, Some(Overlay::Help(_))), "{:?}", play.model.overlay);
    play.press(&["esc"]).await;
    play.go_to_table("crm", "Account").await;
    play.press(&["D"]).await;
    for row in 0..40 {
        used(&mut play, 70, row, MouseAct::Click);
    }
    assert!(matches!(play.model.overlay, Some(Overlay::Confirm(_))));
    assert_eq!(play.writes(), [""; 0]);
}

/// Clicks on the first place of a text in the last line that has it; the key that stands there, if one does.
fn click(play: &mut Play, text: &str) -> Option<Key> {
    let theme = Theme::builtin(true, false);
    let screen = play.screen(140, 40);
    let (row, line) = screen.lines().enumerate().filter(|(_, line)| line.contains(text)).last().unwrap();
    let column = line[..line.find(text).unwrap()].chars().count();
    let key = key_at(&play.model, &theme, column.try_into().unwrap(), row.try_into().unwrap());
    if let Some(key) = key {
        play.happen(Event::KeyPressed(key));
    }
    key
}

#[tokio::test]
async fn keys_on_the_screen_are_buttons_and_a_question_needs_two_clicks() {
    let mut play = Play::start("demo").await;
    assert_eq!(click(&mut play, "? help"), Key::parse("?"));
    assert!(matches!(play.model.overlay, Some(Overlay::Help(_))));
    assert_eq!(click(&mut play, "close"), Key::parse("esc"), "the words beside a key belong to it");
    assert!(play.model.overlay.is_none());
    assert_eq!(click(&mut play, "Sources"), None, "a pane is not made of keys");
    play.go_to_table("crm", "Account").await;
    play.press(&["y"]).await;
    assert_eq!(click(&mut play, "n  name"), Key::parse("n"));
    assert!(play.model.overlay.is_none());
    play.press(&["D"]).await;
    assert_eq!(click(&mut play, "go ahead"), None, "so they do not there");
    assert_eq!(click(&mut play, "y go ahead"), None, "only the buttons answer");
    assert_eq!(click(&mut play, "(y) ]"), Key::parse("right"));
    assert!(matches!(&play.model.overlay, Some(Overlay::Confirm(confirm)) if confirm.on_yes));
    assert_eq!(play.writes(), [""; 0]);
    assert_eq!(click(&mut play, "keep it"), Key::parse("n"));
    assert!(play.model.overlay.is_none());
    play.press(&["D"]).await;
    click(&mut play, "(y) ]");
    click(&mut play, "(y) ]");
    play.settle().await;
    assert_eq!(play.writes().len(), 1);
}

fn widths(play: &Play) -> [u16; 3] {
    let layout = play.model.layout().unwrap();
    Pane::ALL.map(|pane| layout.pane(pane).width)
}

#[tokio::test]
async fn borders_are_dragged_and_a_double_click_puts_them_back() {
    let mut play = Play::start("demo").await;
    let [sources, schemas, details] = widths(&play);
    let cursor = play.model.sources.cursor();
    // Both frames that meet at a border belong to it, and the pointer keeps its distance.
    for (at, to) in [(sources, sources + 9), (sources + 8, sources - 1)] {
        used(&mut play, at, 10, MouseAct::Click);
        used(&mut play, at + 3, 11, MouseAct::Drag);
        used(&mut play, to, 30, MouseAct::Drag);
        used(&mut play, to, 30, MouseAct::Release);
        used(&mut play, 70, 30, MouseAct::Drag);
        let moved = if to < at { sources } else { sources + 9 };
        assert_eq!(widths(&play), [moved, sources + schemas - moved, details]);
        play.pass(2).await;
    }
    used(&mut play, sources + schemas, 5, MouseAct::Click);
    used(&mut play, 139, 5, MouseAct::Drag);
    used(&mut play, 139, 5, MouseAct::Release);
    assert_eq!(widths(&play)[2], NARROWEST, "no pane vanishes");
    assert_eq!((play.model.sources.cursor(), play.model.focus), (cursor, Pane::Sources), "nothing else is meant");
    play.pass(2).await;
    let border = 140 - NARROWEST;
    for _ in 0..2 {
        used(&mut play, border, 5, MouseAct::Click);
        used(&mut play, border, 5, MouseAct::Release);
    }
    assert_eq!(widths(&play), [sources, schemas, details]);
    // Two clicks with time between them are two.
    play.press(&[">"]).await;
    let wider = widths(&play);
    for _ in 0..2 {
        used(&mut play, wider[0], 5, MouseAct::Click);
        used(&mut play, wider[0], 5, MouseAct::Release);
        play.pass(1).await;
        play.clock.advance(std::time::Duration::from_secs(1));
    }
    assert_eq!(widths(&play), wider);
}

#[tokio::test]
async fn keys_move_borders_too() {
    let mut play = Play::start("demo").await;
    let [sources, schemas, details] = widths(&play);
    play.press(&[">", "ctrl-right"]).await;
    assert_eq!(widths(&play), [sources + 8, schemas - 8, details]);
    play.press(&["2", "<"]).await;
    assert_eq!(widths(&play), [sources + 8, schemas - 12, details + 4]);
    play.press(&["3", ">"]).await;
    assert_eq!(widths(&play), [sources + 8, schemas - 16, details + 8]);
    for _ in 0..40 {
        play.press(&["<"]).await;
    }
    assert_eq!((widths(&play)[2], play.last().1.as_str()), (NARROWEST, "It cannot be narrower."));
    play.press(&["="]).await;
    assert_eq!((play.model.split, widths(&play)), (Split::default(), [sources, schemas, details]));
    play.press(&["z", ">"]).await;
    assert!(play.last().1.contains("shown alone"), "{:?}", play.last());
    play.press(&["z"]).await;
    play.screen(80, 24);
    play.press(&[">"]).await;
    assert!(play.last().1.contains("room for one pane only"), "{:?}", play.last());
    used(&mut play, 20, 10, MouseAct::Click);
    used(&mut play, 30, 10, MouseAct::Drag);
    assert_eq!(play.model.split, Split::default());
}

#[tokio::test]
async fn the_mouse_is_left_to_the_terminal_and_taken_again() {
    let mut play = Play::start("demo").await;
    play.press(&["m", "m"]).await;
    assert_eq!(play.others, [Effect::Mouse(false), Effect::Mouse(true)]);
}
