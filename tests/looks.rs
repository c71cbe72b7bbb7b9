//! The same screens in other looks: every theme, and for ears.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use whtui::app::effect::Timer;
use whtui::app::settings::{Machine, Settings};
use whtui::view::theme::Theme;
use world::frame::{cursor, drawn, text};
use world::{Desk, project, settings};

fn at_orders(width: u16, height: u16) -> Desk {
    at_orders_with(settings(), width, height)
}

fn at_orders_with(settings: Settings, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings, width, height, project());
    desk.go_to_table("shop", "public.orders");
    desk
}

/// How the program is started for ears.
fn aloud() -> Settings {
    Settings { machine: Machine { read_aloud: true, ..Machine::default() }, ..settings() }
}

#[test]
fn every_theme_shows_the_cursor_line_and_the_same_words() {
    let desk = at_orders(140, 40);
    let usual = text(drawn(&desk.model, &Theme::builtin(true, false)).buffer());
    let row = usual.lines().position(|line| line.contains("✗ Failed        public.orders")).unwrap();
    for name in Theme::names() {
        let backend = drawn(&desk.model, &Theme::named(name, false).unwrap());
        let buffer = backend.buffer();
        assert_eq!(text(buffer), usual, "{name}");
        let marked = |y: usize| buffer[(60, u16::try_from(y).unwrap())].modifier.contains(Modifier::REVERSED);
        assert!(marked(row) && !marked(row + 1), "{name}");
        let rgb = buffer.content.iter().any(|cell| matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)));
        assert!(!rgb, "{name} leaves the user's palette alone");
    }
}

#[test]
fn without_colours_nothing_has_one() {
    let backend = drawn(&at_orders(140, 40).model, &Theme::builtin(false, false));
    assert!(backend.buffer().content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

/// The program as it is read aloud.
fn plain(desk: &Desk) -> String {
    let backend = drawn(&desk.model, &Theme::builtin(false, false).in_lines());
    format!("{}--- cursor {}\n", text(backend.buffer()), cursor(&backend))
}

#[test]
fn for_ears_there_are_lines_of_fields_and_no_frames() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = at_orders_with(aloud(), width, height);
        let mut seen = vec![("tables", plain(&desk))];
        desk.press(&["3"]);
        desk.fire(|timer| matches!(timer, Timer::Rested(_)));
        seen.push(("details", plain(&desk)));
        desk.press(&["1"]);
        seen.push(("sources", plain(&desk)));
        desk.press(&["t"]);
        seen.push(("triage", plain(&desk)));
        desk.press(&["esc", "?"]);
        seen.push(("help", plain(&desk)));
        desk.press(&["esc", "2", "y"]);
        seen.push(("copy", plain(&desk)));
        for (name, screen) in seen {
            let frames = ['│', '─', '╭', '╯', '⊘', '✗', '✓', '▶', '◷', '▷'];
            assert!(!screen.contains(frames), "{name}\n{screen}");
            insta::assert_snapshot!(format!("plain_{name}_{width}x{height}"), screen);
        }
    }
}

#[test]
fn the_cursor_of_the_terminal_is_on_the_selected_row() {
    let mut desk = at_orders_with(aloud(), 80, 24);
    let at = |desk: &Desk| {
        let backend = drawn(&desk.model, &Theme::builtin(false, false).in_lines());
        assert!(backend.cursor_visible());
        backend.cursor_position()
    };
    let before = at(&desk);
    desk.press(&["j"]);
    assert_eq!(at(&desk), Position { y: before.y + 1, ..before });
}
