//! The name that a text is about: a column, a table, a permission. Only what is written like a name counts as one,
//! because a word of the sentence shown as a name would be worse than none.

use std::ops::Range;

use super::cause::CauseId;
use super::fold::Folded;
use super::rule::Pattern;
use crate::warehouse::text::Foreign;

/// Longer quotations are messages.
const LONGEST: usize = 100;

/// Names have no more words than that.
const MOST_WORDS: usize = 5;

/// How often a pattern is tried on what follows, where what it found is no name.
const MOST_TRIES: usize = 8;

/// Patterns that find names in the texts of certain causes.
#[derive(Debug)]
pub(super) struct Naming {
    pub(super) causes: Vec<CauseId>,
    /// Whether what they find is a permission, a scope or a role that is missing, and no object.
    pub(super) permission: bool,
    pub(super) any: Vec<Pattern>,
}

/// What was found, and whether it is a permission.
pub(super) struct Named {
    pub(super) name: Foreign,
    pub(super) permission: bool,
}

/// A text whose names are looked for.
pub(super) struct Names<'a> {
    pub(super) original: &'a str,
    pub(super) text: &'a Folded,
}

impl Names<'_> {
    /// The name that a text of this cause is about. For each pattern is known whether it can match.
    pub(super) fn of(&self, cause: &CauseId, namings: &[Naming], can_match: &[bool]) -> Option<Named> {
        let patterns = namings.iter().flat_map(|naming| naming.any.iter().map(move |pattern| (naming, pattern)));
        let concerned = patterns.zip(can_match).filter(|((naming, _), can)| **can && naming.causes.contains(cause));
        concerned
            .map(|(pattern, _)| pattern)
            .find_map(|(naming, pattern)| Some(Named { name: self.first(pattern)?, permission: naming.permission }))
    }

    /// The first name that a pattern finds.
    fn first(&self, pattern: &Pattern) -> Option<Foreign> {
        let regex = pattern.regex().filter(|regex| regex.is_match(&self.text.plain))?;
        regex.captures_iter(&self.text.plain).take(MOST_TRIES).find_map(|found| {
            let groups = regex.capture_names().flatten();
            let mut groups = groups.filter_map(|name| Some((name, found.name(name)?.range())));
            groups.find_map(|(name, range)| self.read(&range, name.starts_with("bare")))
        })
    }

    /// The name that stands in a range of the folded text. A plain word is one only where that is sure.
    pub(super) fn read(&self, range: &Range<usize>, plain: bool) -> Option<Foreign> {
        let range = self.text.original(range)?;
        let written = self.original.get(range.clone())?;
        let (quoted, name) = match self.quotation(&range, written) {
            Some(name) => (true, name),
            None if written.contains(is_quote) => return None,
            None => (false, self.original.get(self.whole(range))?),
        };
        let is_name = if quoted {
            is_quoted_name(name) && !is_among(CLAUSES, name)
        } else {
            (has_shape(name) || (plain && is_word(name))) && !is_among(ORDINARY, name)
        };
        is_name.then(|| Foreign::new(&parts_joined(name)))
    }

    /// What is in quotes or brackets, if the range is, or stands in some.
    fn quotation<'a>(&'a self, range: &Range<usize>, written: &'a str) -> Option<&'a str> {
        let before = self.original.get(..range.start)?.trim_end_matches('\\');
        let after = self.original.get(range.end..)?.trim_start_matches('\\');
        let (name, before) = if written.starts_with(is_quote) {
            (written.strip_prefix(is_quote)?.strip_suffix(is_quote)?, before)
        } else if before.ends_with(is_quote) && after.starts_with(is_quote) {
            (written, before.strip_suffix(is_quote)?)
        } else {
            return None;
        };
        // A code or a label stands in brackets, too.
        let is_label = written.starts_with('[') && (name.contains(' ') || !name.contains(char::is_lowercase));
        // What follows a word closely ends a quotation, and what follows these is a value.
        let opens = !before.ends_with(char::is_alphanumeric);
        let word = before.trim_end().rsplit(|symbol: char| !symbol.is_alphanumeric()).next().unwrap_or_default();
        (opens && !is_label && !VALUES.contains(&word.to_lowercase().as_str())).then(|| name.trim_matches('\\'))
    }

    /// The range with the parts of the name that a pattern has no room for, as in `project:dataset.table`.
    fn whole(&self, range: Range<usize>) -> Range<usize> {
        let is_part = |symbol: char| symbol.is_ascii_alphanumeric() || "_.:$-".contains(symbol);
        let is_end = |symbol: char| ".:$-".contains(symbol);
        let (before, after) = (&self.original[..range.start], &self.original[range.end..]);
        let start = before.trim_end_matches(is_part).len();
        let start = start + before[start..].len() - before[start..].trim_start_matches(is_end).len();
        let end = after.len() - after.trim_start_matches(is_part).len();
        let end = range.end + after[..end].trim_end_matches(is_end).len();
        start..end
    }
}

fn is_quote(symbol: char) -> bool {
    "\"'`[]“”‘’".contains(symbol)
}

/// A name of several quoted parts, as it is written where quotes are not needed.
fn parts_joined(name: &str) -> String {
    name.split('.').map(|part| part.trim_matches(is_quote)).collect::<Vec<_>>().join(".")
}

fn is_quoted_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.contains(char::is_alphanumeric)
        && name.trim() == name
        && name.split(' ').count() <= MOST_WORDS
}

/// Whether a bare word can only be a name: it has an underscore, a dot, a colon, or a capital within it.
fn has_shape(name: &str) -> bool {
    let mut letters = name.chars().filter(char::is_ascii_alphabetic);
    let first = name.chars().next();
    let symbols: Vec<char> = name.chars().collect();
    let joined = symbols.windows(3).any(|three| {
        let [left, middle, right] = three else { return false };
        let within = left.is_ascii_alphanumeric() && right.is_ascii_alphanumeric();
        within && matches!(middle, '.' | ':' | '$')
    });
    let humped = first.is_some_and(|first| first.is_ascii_lowercase())
        && symbols.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let numbered = first.is_some_and(|first| first.is_ascii_lowercase())
        && name.ends_with(|last: char| last.is_ascii_digit())
        && name.len() > 3;
    letters.next().is_some() && letters.next().is_some() && (name.contains('_') || joined || humped || numbered)
}

fn is_word(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|symbol| symbol.is_ascii_alphanumeric() || symbol == '_')
}

/// A quotation after one of these is a value.
const VALUES: &[&str] = &["value", "string", "literal", "input", "text", "got"];

/// What is quoted like a name and is none: the parts of a query, as `MySQL` calls them.
const CLAUSES: &[&str] =
    &["field list", "group statement", "having clause", "on clause", "order clause", "where clause"];

/// What stands where a name does and is a word of the sentence.
const ORDINARY: &[&str] = &[
    "a",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "being",
    "below",
    "but",
    "by",
    "can",
    "column",
    "could",
    "do",
    "does",
    "during",
    "e.g",
    "each",
    "every",
    "for",
    "from",
    "had",
    "has",
    "have",
    "i.e",
    "id",
    "in",
    "is",
    "it",
    "its",
    "listed",
    "may",
    "might",
    "must",
    "name",
    "needed",
    "no",
    "none",
    "not",
    "null",
    "of",
    "on",
    "one",
    "or",
    "our",
    "owner",
    "posthog",
    "read",
    "referenced",
    "should",
    "some",
    "source",
    "specified",
    "syncing",
    "table",
    "tables",
    "that",
    "the",
    "their",
    "them",
    "there",
    "these",
    "this",
    "those",
    "to",
    "type",
    "used",
    "using",
    "view",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "will",
    "with",
    "you",
    "your",
];

fn is_among(words: &[&str], name: &str) -> bool {
    words.binary_search(&name.to_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_like_a_name_is_one() {
        for name in ["updated_at", "public.orders", "read:org", "channels:history", "sessionCampaign", "d3c1", "a_b"] {
            assert!(has_shape(name), "{name}");
        }
        for word in
            ["referenced", "was", "BigQuery", "SELECT", "403", "203.0.113.5", "v2.1", "e.", "re-enable", "A", ""]
        {
            assert!(!has_shape(word), "{word}");
        }
        assert!(is_quoted_name("Leads 2023") && !is_quoted_name(", ") && !is_quoted_name(" s table "));
    }

    #[test]
    fn ordinary_words_are_in_order() {
        assert!(ORDINARY.is_sorted() && CLAUSES.is_sorted());
    }
}
