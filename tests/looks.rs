//! The same screens in other looks: every theme, and for ears.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use whtui::app::effect::Timer;
use whtui::app::layout::Panes;
use whtui::view::theme::Theme;
use world::{Desk, project, settings};

fn drawn(desk: &Desk, theme: &Theme) -> (Buffer, Option<Position>) {
    let size = desk.model.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| whtui::view::draw(&desk.model, theme, frame)).unwrap();
    let backend = terminal.backend();
    (backend.buffer().clone(), backend.cursor_visible().then(|| backend.cursor_position()))
}

fn text(buffer: &Buffer) -> String {
    let line =
        |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
    (0..buffer.area.height).map(line).collect()
}

fn at_orders(width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.go_to_table("shop", "public.orders");
    desk
}

#[test]
fn every_theme_shows_the_cursor_line_and_the_same_words() {
    let desk = at_orders(140, 40);
    let (usual, _) = drawn(&desk, &Theme::builtin(true, false));
    let row = text(&usual).lines().position(|line| line.contains("✗ Failed        public.orders")).unwrap();
    for name in Theme::names() {
        let (buffer, _) = drawn(&desk, &Theme::named(name, false).unwrap());
        assert_eq!(text(&buffer), text(&usual), "{name}");
        let marked = |y: usize| buffer[(60, u16::try_from(y).unwrap())].modifier.contains(Modifier::REVERSED);
        assert!(marked(row) && !marked(row + 1), "{name}");
        let rgb = buffer.content.iter().any(|cell| matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)));
        assert!(!rgb, "{name} leaves the user's palette alone");
    }
}

#[test]
fn without_colours_nothing_has_one() {
    let (buffer, _) = drawn(&at_orders(140, 40), &Theme::builtin(false, false));
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

/// The program as it is read aloud.
fn plain(desk: &Desk) -> String {
    let (buffer, cursor) = drawn(desk, &Theme::builtin(false, false).in_lines());
    let cursor = cursor.map_or("hidden".to_owned(), |at| format!("{},{}", at.x, at.y));
    format!("{}--- cursor {cursor}\n", text(&buffer))
}

#[test]
fn for_ears_there_are_lines_of_fields_and_no_frames() {
    for (width, height) in [(140, 40), (80, 24), (60, 16)] {
        let mut desk = at_orders(width, height);
        desk.model.panes = Panes::ReadAloud;
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
    let mut desk = at_orders(80, 24);
    desk.model.panes = Panes::ReadAloud;
    let at = |desk: &Desk| drawn(desk, &Theme::builtin(false, false).in_lines()).1.unwrap();
    let before = at(&desk);
    desk.press(&["j"]);
    assert_eq!(at(&desk), Position { y: before.y + 1, ..before });
}
