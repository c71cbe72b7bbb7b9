use std::io;

use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;
use crate::app::layout::{Area, Link, Size};
use crate::terminal::screen::{Outlet, Screen};

const COLUMNS: u16 = 26;
const ROWS: u16 = 4;
const SIZE: Size = Size { width: COLUMNS, height: ROWS };

/// What a frame consists of: texts at places, and one of them a link.
type Texts = Vec<(u16, u16, String, Style)>;

/// Keeps what was sent.
#[derive(Default)]
struct Kept(Vec<u8>);

impl Outlet for &mut Kept {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// The bytes of these frames, drawn one after the other.
fn drawn(frames: &[Texts]) -> Vec<u8> {
    let mut kept = Kept::default();
    let mut screen = Screen::elsewhere(&mut kept, SIZE).unwrap();
    for texts in frames {
        screen
            .draw_linked(|frame| {
                for (x, y, text, style) in texts {
                    frame.buffer_mut().set_stringn(*x, *y, text, usize::from(COLUMNS - x), *style);
                }
                let first = texts.first().filter(|(x, _, text, _)| text.width() > 4 && *x + 4 < COLUMNS);
                first
                    .map(|(x, y, ..)| Link {
                        area: Area { x: *x, y: *y, width: 4, height: 1 },
                        address: "https://example.com".into(),
                    })
                    .into_iter()
                    .collect()
            })
            .unwrap();
    }
    drop(screen);
    kept.0
}

/// A cell of a terminal that never mends what was halved.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Narrow(char),
    First(char),
    Second,
    /// What is left of a wide character after its other half was written or erased.
    Half,
}

/// The strictest terminal there could be, for what a pen writes.
struct Strict {
    cells: Vec<Vec<Shown>>,
    at: (usize, usize),
}

impl Strict {
    fn after(bytes: &[u8]) -> Self {
        let line = vec![Shown::Narrow(' '); usize::from(COLUMNS)];
        let mut strict = Self { cells: vec![line; usize::from(ROWS)], at: (0, 0) };
        let text = std::str::from_utf8(bytes).unwrap();
        let mut signs = text.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '\x1b' if signs.clone().next() == Some(']') => {
                    signs.by_ref().find(|sign| *sign == '\\');
                }
                '\x1b' => {
                    let mut numbers = String::new();
                    let last = signs.by_ref().skip(1).find(|sign| {
                        numbers.push(*sign);
                        sign.is_ascii_alphabetic()
                    });
                    strict.control(numbers.trim_end_matches(char::is_alphabetic), last.unwrap());
                }
                '\r' => strict.at.0 = 0,
                '\n' => strict.at.1 += 1,
                '\x08' => strict.at.0 = strict.at.0.saturating_sub(1),
                sign => strict.print(sign),
            }
        }
        strict
    }

    fn control(&mut self, numbers: &str, last: char) {
        let number = |index: usize| numbers.split(';').nth(index).and_then(|text| text.parse::<usize>().ok());
        match last {
            'H' => self.at = (number(1).unwrap_or(1) - 1, number(0).unwrap_or(1) - 1),
            'C' => self.at.0 += number(0).unwrap_or(1),
            'X' => (0..number(0).unwrap_or(1)).for_each(|offset| self.set(self.at.0 + offset, Shown::Narrow(' '))),
            'J' => self.cells.iter_mut().flatten().for_each(|cell| *cell = Shown::Narrow(' ')),
            'm' | 'h' | 'l' => {}
            other => panic!("{numbers}{other}"),
        }
    }

    fn print(&mut self, sign: char) {
        let x = self.at.0;
        if unicode_width::UnicodeWidthChar::width(sign) == Some(2) {
            self.set(x, Shown::First(sign));
            self.set(x + 1, Shown::Second);
            self.at.0 += 1;
        } else {
            self.set(x, Shown::Narrow(sign));
        }
        self.at.0 += 1;
    }

    fn set(&mut self, x: usize, cell: Shown) {
        let line = &mut self.cells[self.at.1];
        match line[x] {
            // The first half of the same character was set right before.
            Shown::First(_) if line[x + 1] == Shown::Second => line[x + 1] = Shown::Half,
            Shown::Second if cell != Shown::Second => line[x - 1] = Shown::Half,
            _ => {}
        }
        line[x] = cell;
    }
}

fn texts() -> impl Strategy<Value = Texts> {
    let text = prop_oneof![3 => "[日本a ]{1,9}", 2 => " {1,26}", 1 => "日{1,5} {8,20}", 1 => "[│b]{1,6}"];
    let plain = [Modifier::empty(), Modifier::empty(), Modifier::REVERSED];
    let style = (prop::sample::select(plain.to_vec()), prop::bool::weighted(0.2)).prop_map(|(modifier, back)| {
        let style = Style::new().add_modifier(modifier);
        if back { style.bg(Color::Blue) } else { style }
    });
    prop::collection::vec((0..COLUMNS, 0..ROWS, text, style), 0..10)
}

/// What a terminal shows, and where reversed and coloured.
fn seen(bytes: &[u8]) -> Vec<(u16, u16, String, bool, vt100::Color)> {
    let mut parser = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
    parser.process(bytes);
    let places = (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (x, y)));
    places
        .filter_map(|(x, y)| {
            let cell = parser.screen().cell(y, x)?;
            let text = if cell.has_contents() { cell.contents() } else { " " };
            (!cell.is_wide_continuation()).then(|| (x, y, text.to_owned(), cell.inverse(), cell.bgcolor()))
        })
        .collect()
}

proptest! {
    #[test]
    fn frame_after_frame_shows_what_the_last_alone_would(frames in prop::collection::vec(texts(), 1..5)) {
        prop_assert_eq!(seen(&drawn(&frames)), seen(&drawn(&frames[frames.len() - 1..])));
    }

    #[test]
    fn no_half_of_a_wide_character_is_left_to_itself(frames in prop::collection::vec(texts(), 1..5)) {
        let (after, alone) = (Strict::after(&drawn(&frames)), Strict::after(&drawn(&frames[frames.len() - 1..])));
        prop_assert!(!after.cells.iter().flatten().any(|cell| *cell == Shown::Half), "{:?}", after.cells);
        prop_assert_eq!(after.cells, alone.cells);
    }

    #[test]
    fn nothing_is_written_for_a_frame_that_is_the_same(frame in texts()) {
        let once = drawn(std::slice::from_ref(&frame));
        prop_assert_eq!(drawn(&[frame.clone(), frame]), once);
    }
}

#[test]
fn a_character_that_is_erased_by_half_is_seen() {
    for bytes in ["日本\x1b[1;1H\x1b[3X", "日本\x1b[1;2H ", "日\x1b[1;2H本", " 日\x1b[1;1H本"] {
        let strict = Strict::after(bytes.as_bytes());
        assert!(strict.cells.iter().flatten().any(|cell| *cell == Shown::Half), "{bytes:?}");
    }
}

#[test]
fn erasing_does_not_end_within_a_wide_character() {
    let before = (3, 1, "日本".to_owned(), Style::new());
    let border = (14, 1, "│".to_owned(), Style::new());
    let bytes = drawn(&[vec![before, border.clone()], vec![border]]);
    assert_eq!(
        Strict::after(&bytes).cells[1],
        Strict::after(&drawn(&[vec![(14, 1, "│".into(), Style::new())]])).cells[1]
    );
    let wide = Wide(vec![(1, 3), (1, 5)]);
    for (columns, spared) in [(0..3, true), (0..4, false), (3..7, true), (4..9, false), (5..9, true), (7..9, true)] {
        assert_eq!(wide.spares(1, &columns), spared, "{columns:?}");
    }
    assert!(wide.spares(0, &(0..4)));
}

#[test]
fn the_second_half_of_what_is_gone_is_written_anew() {
    let wide = |begins: &[(u16, u16)]| Wide(begins.to_vec());
    for (before, now, left) in [
        (&[(0, 3)][..], &[][..], vec![(4, 0)]),
        (&[(0, 3)], &[(0, 3)], vec![]),
        (&[(0, 3)], &[(0, 2)], vec![(4, 0)]),
        (&[(0, 3), (1, 3), (2, 5)], &[(1, 3)], vec![(4, 0), (6, 2)]),
    ] {
        assert_eq!(wide(before).halves_left(&wide(now)), left);
    }
}

#[test]
fn what_is_covered_by_half_is_blank() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
    buffer.set_string(0, 0, "日本日", Style::new());
    buffer[(3, 0)].set_symbol("│");
    assert_eq!(Wide::of(&mut buffer), Wide(vec![(0, 0), (0, 4)]));
    assert_eq!(buffer, {
        let mut wanted = Buffer::empty(Rect::new(0, 0, 8, 1));
        wanted.set_string(0, 0, "日 │日", Style::new());
        wanted
    });
}
