//! The mouse: rows, titles, wheel, and giving it away.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use support::play::Play;
use whtui::app::effect::Effect;
use whtui::app::layout::Pane;
use whtui::app::message::{Event, Mouse, MouseAct};
use whtui::app::model::columns::{SchemaColumn, SourceColumn};
use whtui::app::model::overlay::Overlay;

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

#[tokio::test]
async fn the_mouse_is_left_to_the_terminal_and_taken_again() {
    let mut play = Play::start("demo").await;
    play.press(&["m", "m"]).await;
    assert_eq!(play.others, [Effect::Mouse(false), Effect::Mouse(true)]);
}
