//! Text by display width: cut, padded, wrapped.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Display width of a text, in cells.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text cut to so many cells; what was cut ends in the mark.
#[must_use]
pub fn cut(text: &str, cells: usize, mark: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(mark));
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > room {
            break;
        }
        used += wide;
        shown.push_str(grapheme);
    }
    if cells >= width(mark) {
        shown.push_str(mark);
    }
    shown
}

/// As much of the beginning of a text as so many cells hold.
#[must_use]
pub fn beginning(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// As much of the beginning of a text as an empty row of so many cells takes: at least one character, even where what
/// is drawn as one sign is wider than the row.
#[must_use]
pub fn beginning_of_row(text: &str, cells: usize) -> &str {
    let whole_signs = beginning(text, cells);
    if !whole_signs.is_empty() {
        return whole_signs;
    }
    let end = text.char_indices().skip(1).find(|(at, symbol)| width(&text[..at + symbol.len_utf8()]) > cells);
    end.map_or(text, |(at, _)| &text[..at])
}

/// A text as exactly so many cells, aligned left or right.
#[must_use]
pub fn fit(text: &str, cells: usize, mark: &str, right: bool) -> String {
    let shown = cut(text, cells, mark);
    let padding = " ".repeat(cells.saturating_sub(width(&shown)));
    if right { format!("{padding}{shown}") } else { format!("{shown}{padding}") }
}

/// A text in lines of at most so many cells (at least two), broken where its script allows.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let options = textwrap::Options::new(cells.max(2)).wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    text.split('\n')
        .flat_map(|paragraph| textwrap::wrap(paragraph, &options))
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
        assert_eq!(cut("注文テーブル", 5, "…"), "注文…");
        assert_eq!(fit("ab", 4, "…", true), "  ab");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked_for(text in any::<String>(), cells in 2_usize..60) {
            let text = crate::warehouse::text::clean(&text, true).into_owned();
            for line in wrap(&text, cells) {
                prop_assert!(width(&line) <= cells, "{:?}", line);
            }
            let single = text.replace('\n', " ");
            prop_assert!(width(&cut(&single, cells, "…")) <= cells);
            prop_assert_eq!(width(&fit(&single, cells, "…", false)), cells);
        }
    }
}
