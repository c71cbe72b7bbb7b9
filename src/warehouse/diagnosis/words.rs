//! Where words begin and end, so that what is shown as evidence is not cut in the middle of one.

use std::ops::Range;

/// What goes on for longer is no word.
const LONGEST: usize = 64;

/// A range of a text, extended to the borders of the words that it begins and ends in.
pub(super) fn whole(text: &str, range: Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let back = before.char_indices().rev().map(|(at, _)| at);
    let forth = after.char_indices().skip(1).map(|(at, _)| range.end + at).chain([text.len()]);
    let border = |at: &usize| !is_within_a_word(text, *at);
    let start = std::iter::once(range.start).chain(back).take(LONGEST).find(border);
    let end = std::iter::once(range.end).chain(forth).take(LONGEST).find(border);
    start.unwrap_or(range.start)..end.unwrap_or(range.end)
}

/// Whether an offset divides a word. An apostrophe joins its parts, as in "isn't", but not a prefix as in `b'is`.
fn is_within_a_word(text: &str, at: usize) -> bool {
    let mut before = text.get(..at).unwrap_or_default().chars().rev();
    let mut after = text.get(at..).unwrap_or_default().chars();
    let (last, first) = (before.next(), after.next());
    let is_word = |symbol: Option<char>| symbol.is_some_and(|symbol| symbol.is_alphanumeric() || symbol == '_');
    let is_apostrophe = |symbol: Option<char>| matches!(symbol, Some('\'' | '’'));
    match (is_word(last), is_word(first)) {
        (true, true) => true,
        (true, false) => is_apostrophe(first) && is_word(before.next()) && is_word(after.next()),
        (false, true) => is_apostrophe(last) && is_word(before.next()) && is_word(before.next()),
        (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_to_whole_words() {
        for (text, part, expected) in [
            ("it isn't part of it", "'t part o", "isn't part of"),
            ("a SomeErrorOf: x", "Error", "SomeErrorOf"),
            ("(1, b'Cannot open')", "Cannot", "Cannot"),
            ("column 'id' went", "id", "id"),
            ("größer über", "ßer ü", "größer über"),
            ("POOL_EXHAUSTED.", "EXHAUSTED", "POOL_EXHAUSTED"),
            ("all of it", "all of it", "all of it"),
            ("", "", ""),
        ] {
            let start = text.find(part).unwrap();
            assert_eq!(&text[whole(text, start..start + part.len())], expected);
        }
        let endless = "x".repeat(1000);
        assert_eq!(whole(&endless, 500..501), 500..501);
    }
}
