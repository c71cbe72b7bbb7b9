//! Cells → bytes: as few as it takes. Moves go the shortest way, and a style is changed rather than set anew.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use super::wide::Wide;

/// So many blanks in a row are erased rather than written.
const ERASED_FROM: usize = 8;

/// Moves over more rows than this name the row.
const MOST_LINE_FEEDS: u16 = 3;

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ink {
    fore: Color,
    back: Color,
    modifier: Modifier,
}

impl Ink {
    fn of(cell: &Cell) -> Self {
        Self { fore: cell.fg, back: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank of it cannot be told from an erased cell.
    fn erases(self) -> bool {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.back == Color::Reset && !self.modifier.intersects(seen)
    }
}

/// Writes the cells that have changed, over these wide characters. The style of the terminal is the plain one before and
/// after.
pub(super) fn write<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, width: u16, wide: &Wide, out: &mut Vec<u8>) {
    let mut pen = Pen { out, width, wide, at: None, ink: Ink::default() };
    let mut cells = cells.peekable();
    while let Some((x, y, cell)) = cells.next() {
        pen.go(x, y);
        pen.dip(Ink::of(cell));
        let mut blanks = usize::from(is_blank(cell));
        while blanks > 0
            && let Some((next, row, _)) =
                cells.peek().filter(|(_, _, next)| is_blank(next) && Ink::of(next) == Ink::of(cell))
            && *row == y
            && usize::from(*next) == usize::from(x) + blanks
        {
            blanks += 1;
            cells.next();
        }
        pen.put(cell.symbol(), blanks);
    }
    pen.dip(Ink::default());
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
}

struct Pen<'a> {
    out: &'a mut Vec<u8>,
    width: u16,
    wide: &'a Wide,
    /// Where the terminal's cursor is; `None` where that is not certain.
    at: Option<(u16, u16)>,
    ink: Ink,
}

impl Pen<'_> {
    fn say(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Memory takes everything.
        let _ = self.out.write_fmt(arguments);
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((column, row)) if row == y && column < x => match x - column {
                1 => self.say(format_args!("\x1b[C")),
                cells => self.say(format_args!("\x1b[{cells}C")),
            },
            Some((column, row)) if row < y && y - row <= MOST_LINE_FEEDS && (x == 0 || column.abs_diff(x) <= 3) => {
                // In raw mode a line feed keeps the column.
                let back = if x == 0 { &b"\r"[..] } else { &b"\x08\x08\x08"[..usize::from(column.saturating_sub(x))] };
                self.out.extend_from_slice(back);
                self.out.extend(std::iter::repeat_n(b'\n', usize::from(y - row)));
                if x > column && x > 0 {
                    self.go_from(column, x);
                }
            }
            _ => self.say(format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }

    fn go_from(&mut self, column: u16, x: u16) {
        match x - column {
            1 => self.say(format_args!("\x1b[C")),
            cells => self.say(format_args!("\x1b[{cells}C")),
        }
    }

    /// Writes a symbol, or so many blanks.
    fn put(&mut self, symbol: &str, blanks: usize) {
        let Some((x, y)) = self.at else { return };
        let behind = u16::try_from(blanks).map_or(u16::MAX, |blanks| x.saturating_add(blanks));
        if blanks >= ERASED_FROM && self.ink.erases() && self.wide.spares(y, &(x..behind)) {
            // The cursor stays.
            self.say(format_args!("\x1b[{blanks}X"));
            return;
        }
        let cells = if blanks > 0 {
            self.out.extend(std::iter::repeat_n(b' ', blanks));
            blanks
        } else {
            self.out.extend_from_slice(symbol.as_bytes());
            symbol.width()
        };
        let after = u16::try_from(cells).map_or(u16::MAX, |cells| x.saturating_add(cells));
        // Behind the last column terminals differ in where the cursor is, and of wide symbols in how wide they are.
        self.at = (cells == blanks.max(1) && after < self.width).then_some((after, y));
    }

    fn dip(&mut self, ink: Ink) {
        if ink == self.ink {
            return;
        }
        let mut anew = Codes::default();
        anew.add(if ink == Ink::default() { "" } else { "0" });
        anew.fill(Ink::default(), ink);
        let mut changed = Codes::default();
        let removed = self.ink.modifier - ink.modifier;
        if changed.remove(removed, ink.modifier) {
            changed.fill(Ink { modifier: self.ink.modifier & ink.modifier, ..self.ink }, ink);
            if changed.text.len() < anew.text.len() {
                anew = changed;
            }
        }
        self.say(format_args!("\x1b[{}m", anew.text));
        self.ink = ink;
    }
}

/// The numbers of one change of style.
#[derive(Default)]
struct Codes {
    text: String,
}

impl Codes {
    fn add(&mut self, code: &str) {
        if !self.text.is_empty() {
            self.text.push(';');
        }
        self.text.push_str(code);
    }

    /// What takes these away; `false` where that cannot be said without touching others.
    fn remove(&mut self, removed: Modifier, kept: Modifier) -> bool {
        let weight = Modifier::BOLD | Modifier::DIM;
        if removed.intersects(weight) && kept.intersects(weight) {
            return false;
        }
        for (modifier, code) in [
            (weight, "22"),
            (Modifier::ITALIC, "23"),
            (Modifier::UNDERLINED, "24"),
            (Modifier::SLOW_BLINK | Modifier::RAPID_BLINK, "25"),
            (Modifier::REVERSED, "27"),
            (Modifier::HIDDEN, "28"),
            (Modifier::CROSSED_OUT, "29"),
        ] {
            if removed.intersects(modifier) {
                self.add(code);
            }
        }
        true
    }

    /// What leads from one style to another that has at least the same modifiers.
    fn fill(&mut self, from: Ink, to: Ink) {
        for (modifier, code) in [
            (Modifier::BOLD, "1"),
            (Modifier::DIM, "2"),
            (Modifier::ITALIC, "3"),
            (Modifier::UNDERLINED, "4"),
            (Modifier::SLOW_BLINK, "5"),
            (Modifier::RAPID_BLINK, "6"),
            (Modifier::REVERSED, "7"),
            (Modifier::HIDDEN, "8"),
            (Modifier::CROSSED_OUT, "9"),
        ] {
            if (to.modifier - from.modifier).contains(modifier) {
                self.add(code);
            }
        }
        if to.fore != from.fore {
            self.add(&colour(to.fore, 30));
        }
        if to.back != from.back {
            self.add(&colour(to.back, 40));
        }
    }
}

/// The code of a colour; the first of the foreground is 30, the first of the background 40.
fn colour(colour: Color, first: u8) -> String {
    let bright = |number: u8| (first + 60 + number).to_string();
    let plain = |number: u8| (first + number).to_string();
    match colour {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(number) => format!("{};5;{number}", first + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", first + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const COLUMNS: u16 = 24;
    const ROWS: u16 = 6;

    fn blank() -> Buffer {
        Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS))
    }

    /// Shows one buffer after the other on a terminal, as changes; gives the bytes of the last.
    fn show(parser: &mut vt100::Parser, buffers: &[Buffer]) -> Vec<u8> {
        let mut before = blank();
        let mut bytes = Vec::new();
        for buffer in buffers {
            bytes.clear();
            write(before.diff(buffer).into_iter(), COLUMNS, &Wide::default(), &mut bytes);
            parser.process(&bytes);
            before = buffer.clone();
        }
        bytes
    }

    fn same(screen: &vt100::Screen, buffer: &Buffer) -> Result<(), TestCaseError> {
        for y in 0..ROWS {
            let mut x = 0;
            while x < COLUMNS {
                let (shown, wanted) = (screen.cell(y, x).unwrap(), &buffer[(x, y)]);
                let text = if shown.has_contents() { shown.contents() } else { " " };
                prop_assert_eq!(text, wanted.symbol(), "at {},{}", x, y);
                let plain = wanted.symbol() == " ";
                prop_assert_eq!(shown.inverse(), wanted.modifier.contains(Modifier::REVERSED));
                prop_assert_eq!(shown.underline(), wanted.modifier.contains(Modifier::UNDERLINED));
                let back = if wanted.bg == Color::Reset { vt100::Color::Default } else { vt100::Color::Idx(4) };
                prop_assert_eq!(shown.bgcolor(), back);
                if !plain {
                    prop_assert_eq!(shown.bold(), wanted.modifier.contains(Modifier::BOLD));
                    let fore = if wanted.fg == Color::Reset { vt100::Color::Default } else { vt100::Color::Idx(2) };
                    prop_assert_eq!(shown.fgcolor(), fore);
                }
                x += u16::try_from(wanted.symbol().width().max(1)).unwrap();
            }
        }
        Ok(())
    }

    fn style() -> impl Strategy<Value = Style> {
        let modifiers = [Modifier::BOLD, Modifier::REVERSED, Modifier::UNDERLINED, Modifier::empty()];
        (any::<(bool, bool)>(), prop::sample::select(modifiers.to_vec()), prop::sample::select(modifiers.to_vec()))
            .prop_map(|((fore, back), one, other)| {
                let style = Style::new().add_modifier(one | other);
                let style = if fore { style.fg(Color::Green) } else { style };
                if back { style.bg(Color::Blue) } else { style }
            })
    }

    fn buffer() -> impl Strategy<Value = Buffer> {
        let text = prop_oneof![4 => "[a-c ]{1,14}", 2 => " {8,24}", 1 => "[│…⊘a ]{1,8}"];
        prop::collection::vec((0..COLUMNS, 0..ROWS, text, style()), 0..20).prop_map(|writings| {
            let mut buffer = blank();
            for (x, y, text, style) in writings {
                buffer.set_stringn(x, y, text, usize::from(COLUMNS - x), style);
            }
            buffer
        })
    }

    proptest! {
        #[test]
        fn the_terminal_shows_what_was_drawn(buffers in prop::collection::vec(buffer(), 1..5)) {
            let mut parser = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
            show(&mut parser, &buffers);
            same(parser.screen(), buffers.last().unwrap())?;
        }
    }

    #[test]
    fn little_is_written_for_little() {
        let mut before = blank();
        before.set_string(3, 1, "one", Style::new());
        before.set_string(3, 2, "two", Style::new());
        let after = |marked: u16| {
            let mut buffer = before.clone();
            buffer.set_style(Rect::new(3, marked, 3, 1), Style::new().add_modifier(Modifier::REVERSED));
            buffer
        };
        let mut parser = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
        let bytes = show(&mut parser, &[after(1), after(2)]);
        assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[2;4Hone\x08\x08\x08\n\x1b[7mtwo\x1b[m");
        let mut parser = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
        let bytes = show(&mut parser, &[after(1), blank()]);
        assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[2;4H   \x08\x08\x08\n   ");
    }
}
