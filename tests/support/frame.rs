//! What the program draws, without a terminal.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use whtui::app::layout::Size;
use whtui::app::model::Model;
use whtui::view::theme::Theme;

/// A frame of the program, at its size.
pub fn drawn(model: &Model, theme: &Theme) -> TestBackend {
    let Size { width, height } = model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| whtui::view::draw(model, theme, frame)).unwrap();
    terminal.backend().clone()
}

/// Its text, line by line, without what is empty at their ends.
pub fn text(buffer: &Buffer) -> String {
    let line = |row| {
        let cells: String = (0..buffer.area.width).map(|column| buffer[(column, row)].symbol()).collect();
        format!("{}\n", cells.trim_end())
    };
    (0..buffer.area.height).map(line).collect()
}

/// Its text, then the styles of each line, then the cursor where it is shown.
pub fn with_styles(backend: &TestBackend) -> String {
    let buffer = backend.buffer();
    let width = usize::from(buffer.area.width);
    let (mut text, mut styles) = (String::new(), String::new());
    for row in 0..buffer.area.height {
        let cells: Vec<_> = (0..buffer.area.width).map(|column| &buffer[(column, row)]).collect();
        let mut skip = 0;
        for cell in &cells {
            // The second half of a wide character is a cell without a symbol of its own.
            if skip == 0 {
                text.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
        assert!(
            !text.contains(|symbol: char| symbol != '\n' && (symbol.is_control() || is_direction(symbol))),
            "the terminal must not be steered by what is shown"
        );
        let look = |column: usize| (cells[column].fg, cells[column].bg, cells[column].modifier);
        let mut runs = Vec::new();
        let mut begin = 0;
        for column in 1..=width {
            if column == width || look(column) != look(begin) {
                if let Some(words) = words(look(begin)) {
                    runs.push(format!("{begin}-{} {words}", column - 1));
                }
                begin = column;
            }
        }
        if !runs.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(styles, "{row}: {}", runs.join(", "));
        }
    }
    format!("{text}--- styles\n{styles}--- cursor {}\n", cursor(backend))
}

/// Where the cursor is shown, in words.
pub fn cursor(backend: &TestBackend) -> String {
    let cursor = backend.cursor_visible().then(|| backend.cursor_position());
    cursor.map_or("hidden".to_owned(), |at| format!("{},{}", at.x, at.y))
}

/// Whether a character turns the direction of what follows.
fn is_direction(symbol: char) -> bool {
    matches!(symbol, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A look in words; nothing for that of plain text.
fn words((foreground, background, modifier): (Color, Color, Modifier)) -> Option<String> {
    let mut words = Vec::new();
    if foreground != Color::Reset {
        words.push(format!("{foreground:?}").to_lowercase());
    }
    if background != Color::Reset {
        words.push(format!("on {background:?}").to_lowercase());
    }
    words.extend(modifier.iter_names().map(|(name, _)| name.to_lowercase()));
    (!words.is_empty()).then(|| words.join(" "))
}
