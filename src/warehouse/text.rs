//! Text from outside: replies, files, standard input.
//!
//! [`Foreign`] is the only form in which such text enters the program. [`Foreign::shown`] is for people: it
//! carries no control or escape characters, no bidirectional marks and no embedded passwords.
//! [`Foreign::raw`] is for matching and for requests, where names have to be exact.

mod logins;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use arcstr::ArcStr;
use unicode_segmentation::UnicodeSegmentation;

/// How many characters of one text are ever shown; what is longer ends in an ellipsis.
const SHOWN_LIMIT: usize = 20_000;

/// How many characters behind those are looked at.
const BEHIND: usize = 2_000;

/// How many combining marks may follow one character before the rest is dropped.
const COMBINING_LIMIT: usize = 4;

/// How many characters may be drawn as one. No script needs so many; without a limit, one sign may be wider than a screen.
const CLUSTER_LIMIT: usize = 12;

/// A text that somebody else wrote.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Foreign(ArcStr);

impl Foreign {
    /// Takes a text in, unchanged.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        Self(ArcStr::from(raw))
    }

    /// The text exactly as it came. Only for matching and for requests, never for the screen.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text on one line, safe to show: line breaks and tabs become spaces.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        clean(&self.0, false)
    }

    /// The text safe to show, with its line breaks kept.
    #[must_use]
    pub fn shown_lines(&self) -> Cow<'_, str> {
        clean(&self.0, true)
    }

    /// The name of something as [`Self::shown`], or what stands for none.
    #[must_use]
    pub fn named(&self) -> Cow<'_, str> {
        if self.is_blank() { Cow::Borrowed("(no name)") } else { self.shown() }
    }

    /// Whether there is nothing but white space in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.chars().all(char::is_whitespace)
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.shown())
    }
}

impl From<&str> for Foreign {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Foreign {
    fn from(raw: String) -> Self {
        Self(ArcStr::from(raw))
    }
}

/// A text made safe to show. Plain short text, the usual case, is borrowed.
#[must_use]
pub fn clean(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let plain = text.len() <= SHOWN_LIMIT && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    if plain && !logins::may_hold_any(text) {
        return Cow::Borrowed(text);
    }
    // A little more is looked at than is shown, so that a password at the end is seen as one.
    let end = text.char_indices().nth(SHOWN_LIMIT + BEHIND).map_or(text.len(), |(end, _)| end);
    let masked = logins::mask(&text[..end]);
    let mut shown = String::with_capacity(masked.len().min(SHOWN_LIMIT));
    let mut combining = 0;
    for (count, symbol) in masked.chars().enumerate() {
        if count == SHOWN_LIMIT {
            shown.push('…');
            break;
        }
        match symbol {
            '\n' if keep_lines => shown.push('\n'),
            '\r' if keep_lines => {}
            '\n' | '\r' | '\t' => shown.push(' '),
            '\u{fe00}'..='\u{fe0f}' => continue,
            symbol if symbol.is_control() || is_invisible(symbol) => shown.push('\u{fffd}'),
            symbol if is_combining(symbol) => {
                combining += 1;
                if combining <= COMBINING_LIMIT {
                    shown.push(symbol);
                }
                continue;
            }
            symbol => shown.push(symbol),
        }
        combining = 0;
    }
    Cow::Owned(without_endless_signs(shown))
}

/// The same text, in which so many characters at most are drawn as one. What stands for the rest is joined to nothing.
fn without_endless_signs(text: String) -> String {
    let is_endless = |sign: &str| sign.len() > CLUSTER_LIMIT && sign.chars().nth(CLUSTER_LIMIT).is_some();
    if text.is_ascii() || !text.graphemes(true).any(is_endless) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for sign in text.graphemes(true) {
        if is_endless(sign) {
            shown.extend(sign.chars().take(CLUSTER_LIMIT - 1));
            shown.push('\u{fffd}');
        } else {
            shown.push_str(sign);
        }
    }
    shown
}

/// The text unchanged, but for passwords in addresses and the like. Not safe to show.
#[must_use]
pub fn without_logins(text: &str) -> Cow<'_, str> {
    logins::mask(text)
}

/// A line of JSON in which characters that a terminal would act upon are escaped: the values stay exact, and the line
/// is harmless.
#[must_use]
pub fn harmless_json(line: String) -> String {
    // Everything below U+0020 is escaped already.
    if !line.bytes().any(|byte| byte >= 0x7f) {
        return line;
    }
    let mut safe = String::with_capacity(line.len());
    for symbol in line.chars() {
        if symbol.is_control() || is_invisible(symbol) {
            let mut units = [0; 2];
            for unit in symbol.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(symbol);
        }
    }
    safe
}

/// Characters that draw nothing but change how their neighbours are read or laid out.
fn is_invisible(symbol: char) -> bool {
    matches!(symbol,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that are drawn over the character before them.
fn is_combining(symbol: char) -> bool {
    matches!(symbol,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
        || (symbol > '\u{02ff}' && unicode_width::UnicodeWidthChar::width(symbol) == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_bidirectional_marks_do_not_survive() {
        let text = Foreign::new("a\u{1b}[31mred\u{202e}evil\u{9b}2J\ttab\nline");
        assert_eq!(text.shown(), "a\u{fffd}[31mred\u{fffd}evil\u{fffd}2J tab line");
        assert!(text.shown_lines().ends_with("tab\nline"));
    }

    #[test]
    fn passwords_in_addresses_are_masked() {
        let text = Foreign::new("postgres://bob:s3cret@db:5432/x refused\u{1b}");
        assert_eq!(text.shown(), "postgres://bob:***@db:5432/x refused\u{fffd}");
        assert_eq!(without_logins(text.raw()), "postgres://bob:***@db:5432/x refused\u{1b}");
        // Also where the text is cut.
        let long = format!("{} postgres://bob:{}@db/x", "x".repeat(SHOWN_LIMIT - 20), "hunter2".repeat(20));
        assert!(!Foreign::from(long).shown().contains("hunter2"));
    }

    #[test]
    fn combining_floods_and_endless_texts_are_cut() {
        let flood = format!("e{}", "\u{0301}".repeat(500));
        assert_eq!(Foreign::new(&flood).shown().chars().count(), 1 + COMBINING_LIMIT);
        let endless = Foreign::from("x".repeat(10_000_000));
        assert_eq!(endless.shown().chars().count(), SHOWN_LIMIT + 1);
    }

    proptest! {
        #[test]
        fn no_sign_is_made_of_endless_characters(text in "[a\u{903}\u{1100}\u{600}\u{301}\u{94d}\u{915}]{0,300}") {
            let shown = clean(&text, true);
            for sign in shown.graphemes(true) {
                prop_assert!(sign.chars().count() <= CLUSTER_LIMIT, "{:?}", sign);
            }
            prop_assert_eq!(clean(&shown, true), shown.clone());
        }

        #[test]
        fn nothing_that_moves_the_cursor_is_ever_shown(text in any::<String>()) {
            let text = Foreign::from(text);
            prop_assert!(!text.shown().chars().any(|symbol| symbol.is_control() || is_invisible(symbol)));
            prop_assert!(!text.shown_lines().chars().any(|symbol| symbol != '\n' && symbol.is_control()));
        }
    }
}
