//! What is wanted of tables: terms such as `state:failed` and `stale:>6h`, with words beside them.
//!
//! All terms have to hold; of several values with commas between them, one. An exclamation mark turns a term around. What
//! is wrong with a term is said, and it leaves nothing out meanwhile. What has no colon is a word, and no matter of ours.

mod complete;
mod read;
mod saved;
mod term;

use jiff::Timestamp;
use std::ops::Range;

use super::inventory::Held;
use super::schema::Schema;
use super::state::State;

pub use complete::{Completion, complete};
pub use read::{TAB_LISTS, state_names};
pub use saved::{Change, Saved, problem_of_name};
pub use term::{Name, TERMS, TermName};

use term::Term;

/// What is wanted of tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    terms: Vec<Term>,
    words: String,
    faults: Vec<Fault>,
}

/// What is wrong with a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where the term stands, in bytes.
    pub at: Range<usize>,
    /// What is wrong, in one sentence.
    pub sentence: String,
}

impl Query {
    /// Reads a line.
    #[must_use]
    pub fn read(line: &str) -> Self {
        read::read(line)
    }

    /// The words beside the terms.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What is wrong with it.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether there are terms that hold of some tables only.
    #[must_use]
    pub fn has_terms(&self) -> bool {
        !self.terms.is_empty()
    }

    /// Whether time alone changes what it holds of.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        self.terms.iter().any(Term::depends_on_time)
    }

    /// Whether the terms of another are among these.
    #[must_use]
    pub fn has_terms_of(&self, other: &Self) -> bool {
        other.terms.iter().all(|term| self.terms.contains(term))
    }

    /// Whether all terms hold of a table.
    #[must_use]
    pub fn holds(&self, held: &Held, schema: &Schema, state: State, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.holds(held, schema, state, now))
    }

    /// Whether all terms hold of a source. What is said of tables holds of it when it does of one of its tables; turned
    /// around, when it does of none.
    #[must_use]
    pub fn holds_of_source(&self, held: &Held, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.holds_of_source(held, now))
    }
}

/// Whether a text has a word in it, whatever the case. The word is in lower case.
#[must_use]
pub fn has(text: &str, word: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let (mut text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else { return true };
    // It may be asked of every table for each key that is typed.
    while let Some(at) = text.iter().position(|byte| byte.to_ascii_lowercase() == *first) {
        text = &text[at + 1..];
        if text.get(..rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest)) {
            return true;
        }
    }
    false
}

/// Two filters that both have to hold, as one line.
#[must_use]
pub fn both(one: &str, other: &str) -> String {
    let (one, other) = (one.trim(), other.trim());
    if one.is_empty() || one == other {
        return other.to_owned();
    }
    if other.is_empty() { one.to_owned() } else { format!("{one} {other}") }
}

#[cfg(test)]
mod tests;
