//! What a filter wants: names fuzzily, other words as they are.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// A filter, ready to be asked.
#[derive(Debug)]
pub(super) struct Wanted {
    pattern: Pattern,
    words: Vec<String>,
    /// Made when it is first needed: it is large.
    matcher: Option<Matcher>,
    buffer: Vec<char>,
}

impl Wanted {
    pub(super) fn new(text: &str) -> Self {
        Self {
            pattern: Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart),
            words: text.split_whitespace().map(str::to_lowercase).collect(),
            matcher: None,
            buffer: Vec::new(),
        }
    }

    /// Whether it leaves nothing out.
    pub(super) fn accepts_all(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a row passes that has this name, and these words beside it.
    pub(super) fn accepts(&mut self, name: &str, others: &[&str]) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let matcher = self.matcher.get_or_insert_with(|| Matcher::new(Config::DEFAULT));
        let haystack = Utf32Str::new(name, &mut self.buffer);
        self.pattern.score(haystack, matcher).is_some()
            || self.words.iter().all(|word| has(name, word) || others.iter().any(|other| has(other, word)))
    }
}

/// Whether whatever passes one text passes the other as well, since it only says less.
pub(super) fn narrows(text: &str, wider: &str) -> bool {
    let is_plain = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '_' | '.' | '-' | ' ');
    text.starts_with(wider) && text.chars().all(is_plain)
}

/// Whether a text has a word in it, whatever the case. The word is in lower case.
fn has(text: &str, word: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return true };
    text.len() >= word.len()
        && text.windows(word.len()).any(|part| part[0].eq_ignore_ascii_case(first) && part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_word_is_found_whatever_the_case(text in "[a-cA-C é]{0,12}", word in "[a-c é]{0,3}") {
            let word = word.to_lowercase();
            prop_assert_eq!(has(&text, &word), text.to_lowercase().contains(&word));
        }

        #[test]
        fn what_narrows_lets_nothing_new_pass(
            wider in "[a-cB_. ^$!'-]{0,4}",
            more in "[a-cB_. ^$!'-]{0,3}",
            names in prop::collection::vec(("[a-cA-C_.]{0,8}", "[a-c]{0,3}"), 1..20),
        ) {
            let text = format!("{wider}{more}");
            let (wide, narrow) = (wider.trim(), text.trim());
            if narrows(narrow, wide) {
                let (mut wide, mut narrow) = (Wanted::new(wide), Wanted::new(narrow));
                for (name, other) in &names {
                    prop_assert!(!narrow.accepts(name, &[other]) || wide.accepts(name, &[other]), "{name} {other}");
                }
            }
        }
    }
}
