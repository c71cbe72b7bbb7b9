//! The pictures of the README are what the program draws. `UPDATE_SCREENSHOTS=1 cargo test --test screenshots` makes
//! them anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "support/svg.rs"]
mod svg;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use support::play::Play;
use support::world::frame;
use whtui::app::layout::Size;
use whtui::app::message::Event;
use whtui::view::theme::Theme;

/// What the program draws now, at this size.
fn drawn(play: &mut Play, width: u16, height: u16) -> Buffer {
    play.happen(Event::Resized(Size { width, height }));
    frame::drawn(&play.model, &Theme::builtin(true, false)).buffer().clone()
}

/// The picture of this name is that of this screen, or is made so.
fn check(name: &str, title: &str, buffer: &Buffer) {
    let path = format!("{}/assets/screenshots/{name}.svg", env!("CARGO_MANIFEST_DIR"));
    let picture = svg::picture(buffer, title);
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, picture).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(picture.lines()).find(|(old, new)| old != new);
    assert!(
        kept == picture,
        "{name}.svg is not what the program draws; run `UPDATE_SCREENSHOTS=1 cargo test --test screenshots`. First \
         difference: {differs:#?}"
    );
    assert!(include_str!("../README.md").contains(&format!("assets/screenshots/{name}.svg")), "{name} is not shown");
}

/// Goes down the tables to this one, so that the others stay in sight.
async fn walk_to(play: &mut Play, table: &str) {
    play.press(&["2", "g"]).await;
    for _ in 0..play.model.schemas.rows().len() {
        if play.model.selected_schema().is_some_and(|(_, schema, _)| schema.name.raw() == table) {
            return play.pass(1).await;
        }
        play.press(&["j"]).await;
    }
    panic!("there is no {table}");
}

#[tokio::test]
async fn the_main_screen_of_the_demo() {
    let mut play = Play::start("demo").await;
    play.press(&["1", "g"]).await;
    walk_to(&mut play, "public.orders").await;
    check("main", "Sources, tables and details of the demo", &drawn(&mut play, 150, 38));
}

#[tokio::test]
async fn triage() {
    let mut play = Play::start("demo").await;
    play.pass(10).await;
    play.press(&["t"]).await;
    check("triage", "Everything that is wrong in the demo, most pressing first", &drawn(&mut play, 130, 34));
}

#[tokio::test]
async fn a_runbook() {
    let mut play = Play::start("demo").await;
    play.go_to_source("shop").await;
    play.press(&["f"]).await;
    check("runbook", "The steps from a rejected password to green tables", &drawn(&mut play, 120, 29));
}

#[tokio::test]
async fn history() {
    let mut play = Play::start("demo").await;
    play.press(&["2", "a"]).await;
    walk_to(&mut play, "feature_usage").await;
    play.press(&["H"]).await;
    check(
        "history",
        "The runs of a table: when it began to fail, and how long it usually takes",
        &drawn(&mut play, 120, 29),
    );
}

/// The size of a picture, and what it draws.
#[test]
fn a_picture_shows_colours_wide_characters_and_hostile_text() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
    buffer.set_string(0, 0, "a<b&\"c", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
    buffer.set_string(7, 0, "表x", Style::new());
    buffer.set_string(0, 1, "on", Style::new().fg(Color::Cyan).add_modifier(Modifier::REVERSED));
    let picture = svg::picture(&buffer, "</title><script>");
    for part in [
        "<title>&lt;/title&gt;&lt;script&gt;</title>",
        "<text x=\"14\" y=\"28\" textLength=\"54\" fill=\"#e0646c\" font-weight=\"bold\">a&lt;b&amp;&quot;c</text>",
        "<text x=\"77\" y=\"28\" textLength=\"18\">表</text>",
        "<text x=\"95\" y=\"28\" textLength=\"9\">x</text>",
        "<rect x=\"14\" y=\"33\" width=\"18\" height=\"19\" fill=\"#56b8c4\"/>",
        "<text x=\"14\" y=\"47\" textLength=\"18\" fill=\"#14161b\">on</text>",
    ] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
}
