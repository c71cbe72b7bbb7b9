//! The program under other keys, for tests of keys.
#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use whtui::app::commands::keymap::{Keymap, Preset};
use whtui::app::layout::Size;
use whtui::config::Config;
use whtui::view::theme::Theme;

use crate::world::{Desk, project, settings};

/// The program with the keys of a preset.
pub fn desk(preset: Preset, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.model.keymap = Keymap::of(preset);
    desk
}

/// The program over a table that failed, reached by keys that every preset has.
pub fn at_table(preset: Preset, width: u16, height: u16) -> Desk {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.go_to_table("shop", "public.orders");
    desk.model.keymap = Keymap::of(preset);
    desk
}

pub fn said(desk: &Desk) -> Option<&str> {
    desk.model.activity.notice().map(|notice| notice.text.as_str())
}

/// What is on the screen, without its styles.
pub fn text(desk: &Desk) -> String {
    let Size { width, height } = desk.model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::builtin(true, false);
    terminal.draw(|frame| whtui::view::draw(&desk.model, &theme, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<String>>().join("\n")
}

pub fn last_line(desk: &Desk) -> String {
    text(desk).lines().last().unwrap().to_owned()
}

pub fn config(text: &str) -> Keymap {
    Config::parse(text, false).unwrap().keymap
}
