//! What the program may write to a terminal, and nothing else: its own sequences, and text that only draws.

#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

use base64_free::decode;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What was written, taken apart.
#[derive(Debug, Default)]
pub struct Written {
    /// All text that was drawn.
    pub text: String,
    /// What was put on the clipboard.
    pub copied: Vec<String>,
}

/// The private modes that are set and reset.
const MODES: [&str; 8] = ["1049", "25", "2004", "1004", "1000", "1002", "1006", "2026"];

/// Takes these bytes apart, as written to a terminal of this size; fails at the first thing that is not ours.
///
/// # Errors
/// What it is, and what stands around it.
pub fn parse(bytes: &[u8], width: usize, height: usize) -> Result<Written, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let mut written = Written::default();
    let mut rest = text;
    let (mut row, mut column, mut known) = (0_usize, 0_usize, false);
    while !rest.is_empty() {
        let here = |what: &str, rest: &str| {
            let around: String = rest.chars().take(40).collect();
            Err(format!("{what}: {around:?}"))
        };
        if let Some(sequence) = rest.strip_prefix("\x1b[") {
            let Some(end) = sequence.find(|sign: char| !matches!(sign, '0'..='9' | ';' | '?')) else {
                return here("a sequence that does not end", rest);
            };
            let (parameters, last) = (&sequence[..end], &sequence[end..=end]);
            let numbers: Option<Vec<usize>> = parameters.split(';').map(|number| number.parse().ok()).collect();
            match (last, parameters) {
                ("h" | "l", mode) if mode.strip_prefix('?').is_some_and(|mode| MODES.contains(&mode)) => {}
                ("m", _) if numbers.is_some() => {}
                // The title is given back, whether it was changed or not.
                ("J", "2") | ("m", "") | ("t", "23;2") => {}
                ("C" | "X", _) => {
                    let cells =
                        if parameters.is_empty() { Some(1) } else { numbers.and_then(|all| all.first().copied()) };
                    match cells {
                        Some(cells) if !known || column + cells <= width => {
                            column += if last == "C" { cells } else { 0 }
                        }
                        _ => return here("a move out of the line", rest),
                    }
                }
                ("H", _) => match numbers.as_deref() {
                    Some([line, to]) if (1..=height).contains(line) && (1..=width).contains(to) => {
                        (row, column, known) = (*line, *to - 1, true);
                    }
                    _ => return here("a cursor outside", rest),
                },
                _ => return here("a sequence that is not ours", rest),
            }
            rest = &sequence[end + 1..];
        } else if let Some(after) = rest.strip_prefix("\x1b]11;?\x1b\\") {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('\r') {
            (column, rest) = (0, after);
        } else if let Some(after) = rest.strip_prefix('\x08') {
            if known && column == 0 {
                return here("a move out of the line", rest);
            }
            (column, rest) = (column.saturating_sub(1), after);
        } else if let Some(after) = rest.strip_prefix('\n') {
            row += 1;
            if !known || row > height {
                return here("a line feed out of the screen", rest);
            }
            rest = after;
        } else if let Some(sequence) = rest.strip_prefix("\x1b]52;c;") {
            let Some((encoded, after)) = sequence.split_once("\x1b\\") else { return here("a copy without end", rest) };
            let Some(copied) = decode(encoded) else { return here("a copy that is no base64", rest) };
            written.copied.push(copied);
            rest = after;
        } else {
            let end = rest.find(['\x1b', '\r', '\n', '\x08']).unwrap_or(rest.len());
            if end == 0 {
                return here("an escape that is not ours", rest);
            }
            let run = &rest[..end];
            if let Some(bad) = run.chars().find(|symbol| acts(*symbol)) {
                return here(&format!("U+{:04X}", u32::from(bad)), &run[run.find(bad).unwrap()..]);
            }
            for grapheme in run.graphemes(true) {
                if grapheme.chars().count() > 12 {
                    return here("a flood of marks", grapheme);
                }
            }
            column += run.width();
            if known && column > width {
                return here(&format!("{column} cells in a line of {width}"), run);
            }
            written.text.push_str(run);
            written.text.push('\u{1}');
            rest = &rest[end..];
        }
    }
    Ok(written)
}

/// Fails when a text that is no screen, such as the output of a command, does more than to be read.
///
/// # Errors
/// What does.
pub fn plain(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    // How a sign is drawn may be chosen: there is no layout to break.
    let chooses = |symbol: char| matches!(symbol, '\u{fe00}'..='\u{fe0f}');
    match text.chars().find(|symbol| *symbol != '\n' && !chooses(*symbol) && acts(*symbol)) {
        Some(bad) => Err(format!("U+{:04X} in {text:?}", u32::from(bad))),
        None => Ok(text.to_owned()),
    }
}

/// Whether a terminal does something else with it than to draw it: controls, marks of direction, what has no width and
/// changes its neighbours.
fn acts(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

mod base64_free {
    //! Base64, which no crate of ours offers.

    pub fn decode(text: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let (mut bits, mut count) = (0_u32, 0);
        for sign in text.trim_end_matches('=').bytes() {
            let value = match sign {
                b'A'..=b'Z' => sign - b'A',
                b'a'..=b'z' => sign - b'a' + 26,
                b'0'..=b'9' => sign - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
            }
        }
        String::from_utf8(bytes).ok()
    }
}
