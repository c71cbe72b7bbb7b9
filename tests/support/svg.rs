//! A drawn screen as a picture: SVG that every browser shows, of the cells and nothing else.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Size of a cell, and the edge around all of them.
const WIDE: u16 = 9;
const HIGH: u16 = 19;
const EDGE: u16 = 14;

/// Where the feet of letters stand in a cell.
const FOOT: u16 = 14;

const FORE: &str = "#d5d8de";
const BACK: &str = "#14161b";

/// What a terminal of today makes of the sixteen colours.
fn colour(colour: Color, otherwise: &'static str) -> &'static str {
    match colour {
        Color::Reset => otherwise,
        Color::Black => "#14161b",
        Color::Red => "#e0646c",
        Color::Green => "#7fbf6a",
        Color::Yellow => "#d9a94a",
        Color::Blue => "#6aa3e8",
        Color::Magenta => "#c383dd",
        Color::Cyan => "#56b8c4",
        Color::Gray => "#b4b9c2",
        Color::DarkGray => "#747b88",
        Color::LightRed => "#f28b91",
        Color::LightGreen => "#a2d98f",
        Color::LightYellow => "#ecc878",
        Color::LightBlue => "#93bff2",
        Color::LightMagenta => "#d8a8ec",
        Color::LightCyan => "#83d3dc",
        Color::White => "#f2f4f7",
        Color::Rgb(..) | Color::Indexed(_) => panic!("the program uses the sixteen colours only"),
    }
}

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    fore: &'static str,
    back: &'static str,
    bold: bool,
    dim: bool,
    italic: bool,
    line: Option<&'static str>,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let has = |modifier| cell.modifier.contains(modifier);
        let (fore, back) = (colour(cell.fg, FORE), colour(cell.bg, BACK));
        let (fore, back) = if has(Modifier::REVERSED) { (back, fore) } else { (fore, back) };
        let line = match (has(Modifier::UNDERLINED), has(Modifier::CROSSED_OUT)) {
            (true, _) => Some("underline"),
            (false, true) => Some("line-through"),
            _ => None,
        };
        let (bold, dim, italic) = (has(Modifier::BOLD), has(Modifier::DIM), has(Modifier::ITALIC));
        Self { fore: if has(Modifier::HIDDEN) { back } else { fore }, back, bold, dim, italic, line }
    }

    fn attributes(&self) -> String {
        let mut text = String::new();
        if self.fore != FORE {
            write!(text, " fill=\"{}\"", self.fore).unwrap();
        }
        for (is, attribute) in [
            (self.bold, " font-weight=\"bold\""),
            (self.dim, " opacity=\"0.6\""),
            (self.italic, " font-style=\"italic\""),
        ] {
            text.push_str(if is { attribute } else { "" });
        }
        if let Some(line) = self.line {
            write!(text, " text-decoration=\"{line}\"").unwrap();
        }
        text
    }
}

/// Cells beside each other that look the same.
struct Run {
    column: u16,
    cells: u16,
    text: String,
    look: Look,
    /// Its characters are lines, which have to meet whatever the font makes of them.
    lines: bool,
}

/// Where the lines of a box-drawing character go from its middle: up, down, left, right.
fn arms(symbol: char) -> Option<[bool; 4]> {
    Some(match symbol {
        '─' | '━' => [false, false, true, true],
        '│' | '┃' => [true, true, false, false],
        '╭' | '┌' => [false, true, false, true],
        '╮' | '┐' => [false, true, true, false],
        '╰' | '└' => [true, false, false, true],
        '╯' | '┘' => [true, false, true, false],
        '├' => [true, true, false, true],
        '┤' => [true, true, true, false],
        '┬' => [false, true, true, true],
        '┴' => [true, false, true, true],
        '┼' => [true; 4],
        _ => return None,
    })
}

/// The lines of a run.
fn strokes(run: &Run, left: u16, top: u16) -> String {
    let middle = top + HIGH / 2;
    let mut path = String::new();
    let mut bar: Option<(u16, u16)> = None;
    for (symbol, place) in run.text.chars().zip(0_u16..) {
        let [up, down, to_left, to_right] = arms(symbol).unwrap();
        let begin = left + place * WIDE;
        let centre = begin + WIDE / 2;
        if up {
            write!(path, "M{centre} {top}V{middle}").unwrap();
        }
        if down {
            write!(path, "M{centre} {middle}V{}", top + HIGH).unwrap();
        }
        let (from, to) = (if to_left { begin } else { centre }, if to_right { begin + WIDE } else { centre });
        bar = match bar {
            _ if from == to => bar,
            Some((start, end)) if end == from => Some((start, to)),
            Some((start, end)) => {
                write!(path, "M{start} {middle}H{end}").unwrap();
                Some((from, to))
            }
            None => Some((from, to)),
        };
    }
    if let Some((start, end)) = bar {
        write!(path, "M{start} {middle}H{end}").unwrap();
    }
    format!("<path d=\"{path}\" stroke=\"{}\" fill=\"none\"/>\n", run.look.fore)
}

fn runs(buffer: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while column < buffer.area.width {
        let cell = &buffer[(column, row)];
        let cells = u16::try_from(cell.symbol().width()).unwrap().max(1);
        let look = Look::of(cell);
        let lines = cell.symbol().chars().all(|symbol| arms(symbol).is_some());
        // A wide character stands alone, so that it takes its two cells whatever the font makes of it.
        match runs.last_mut() {
            Some(run)
                if run.look == look
                    && run.lines == lines
                    && cells == 1
                    && run.text.width() == run.text.chars().count() =>
            {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => runs.push(Run { column, cells, text: cell.symbol().to_owned(), look, lines }),
        }
        column += cells;
    }
    runs
}

/// A text inside of XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The picture of a screen, with a title for those who cannot see it.
pub fn picture(buffer: &Buffer, title: &str) -> String {
    let (width, height) = (buffer.area.width * WIDE + 2 * EDGE, buffer.area.height * HIGH + 2 * EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" \
         fill=\"{BACK}\"/>\n<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"15\" fill=\"{FORE}\" xml:space=\"preserve\">\n",
        escaped(title)
    );
    for row in 0..buffer.area.height {
        let top = EDGE + row * HIGH;
        for run in runs(buffer, row) {
            let (left, wide) = (EDGE + run.column * WIDE, run.cells * WIDE);
            if run.look.back != BACK {
                let back = run.look.back;
                writeln!(svg, "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{HIGH}\" fill=\"{back}\"/>")
                    .unwrap();
            }
            if run.lines {
                svg.push_str(&strokes(&run, left, top));
                continue;
            }
            // Blanks at the ends of a run are not drawn.
            let text = if run.look.line.is_some() { run.text.as_str() } else { run.text.trim_end_matches(' ') };
            let begin = if run.look.line.is_some() { 0 } else { text.len() - text.trim_start_matches(' ').len() };
            let text = &text[begin..];
            if text.is_empty() {
                continue;
            }
            let left = left + u16::try_from(begin).unwrap() * WIDE;
            let long = u16::try_from(text.width()).unwrap() * WIDE;
            writeln!(
                svg,
                "<text x=\"{left}\" y=\"{}\" textLength=\"{long}\"{}>{}</text>",
                top + FOOT,
                run.look.attributes(),
                escaped(text)
            )
            .unwrap();
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}
