//! What a filter wants: its terms, names fuzzily, and other words as they are.

use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Model;
use crate::warehouse::inventory::Held;
use crate::warehouse::query::{Query, has};
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;

/// Where a filter asks how long ago something was, the answers hold for so many seconds.
const STEP: i64 = 10;

/// What is asked of rows: a filter, and where time counts, the time for which it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    text: String,
    at: Option<Timestamp>,
}

impl Question {
    pub(super) fn new(text: &str, now: Timestamp) -> Self {
        let at = Query::read(text).depends_on_time().then(|| step(now));
        Self { text: text.to_owned(), at }
    }

    /// Whether it is this one: the same filter, and not outdated.
    pub(super) fn is(&self, text: &str, now: Timestamp) -> bool {
        self.text == text && self.at.is_none_or(|at| at == step(now))
    }

    /// Whether whatever passes this one passes the other as well, since it only says less.
    pub(super) fn narrows(&self, wider: &Self) -> bool {
        let (query, wide) = (Query::read(&self.text), Query::read(&wider.text));
        let is_plain = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '_' | '.' | '-' | ' ');
        // Of a filter that leaves nothing out it is not noted what passed.
        (wide.has_terms() || !wide.words().is_empty())
            && (self.at == wider.at || wider.at.is_none())
            && query.has_terms_of(&wide)
            && query.words().starts_with(wide.words())
            && query.words().chars().all(is_plain)
    }
}

fn step(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second().div_euclid(STEP) * STEP).unwrap_or(now)
}

/// A filter, ready to be asked.
#[derive(Debug)]
pub struct Wanted {
    query: Query,
    now: Timestamp,
    pattern: Pattern,
    words: Vec<String>,
    /// Made when it is first needed: it is large.
    matcher: Option<Matcher>,
    buffer: Vec<char>,
}

impl Wanted {
    /// What this filter wants, where it asks how long ago something was.
    #[must_use]
    pub fn new(text: &str, now: Timestamp) -> Self {
        let query = Query::read(text);
        Self {
            pattern: Pattern::parse(query.words(), CaseMatching::Ignore, Normalization::Smart),
            words: query.words().split_whitespace().map(str::to_lowercase).collect(),
            query,
            now,
            matcher: None,
            buffer: Vec::new(),
        }
    }

    pub(super) fn asked(question: &Question, now: Timestamp) -> Self {
        Self::new(&question.text, question.at.unwrap_or(now))
    }

    /// Whether it leaves nothing out.
    pub(super) fn accepts_all(&self) -> bool {
        self.words.is_empty() && !self.query.has_terms()
    }

    /// Whether a table passes.
    pub fn accepts_table(&mut self, held: &Held, schema: &Schema, state: State) -> bool {
        if self.accepts_all() {
            return true;
        }
        if !self.query.holds(held, schema, state, self.now) {
            return false;
        }
        let method = schema.sync_type.known().map_or("", |method| method.raw());
        self.accepts(schema.title().raw(), &[held.title().raw(), state.words(), method])
    }

    /// Whether a table of this profile passes; words may be in the name of that and in the cause, too.
    pub(super) fn accepts_table_of(&mut self, profile: &str, held: &Held, schema: &Schema, state: State) -> bool {
        if self.accepts_all() {
            return true;
        }
        let cause = schema.cause(state).unwrap_or_default();
        self.query.holds(held, schema, state, self.now)
            && self.accepts(schema.title().raw(), &[held.title().raw(), state.words(), profile, &cause])
    }

    /// Whether a source passes.
    pub fn accepts_source(&mut self, held: &Held) -> bool {
        let worst = held.tally.worst.map_or("", State::words);
        // The words are asked first: the terms may look at every table.
        self.accepts(held.title().raw(), &[held.source.kind.raw(), worst]) && self.query.holds_of_source(held, self.now)
    }

    /// Whether the words are in this name, fuzzily, or in it and these others.
    fn accepts(&mut self, name: &str, others: &[&str]) -> bool {
        // Mostly what is typed stands in the name as it is, and that is found out sooner.
        if self.words.iter().all(|word| has(name, word)) {
            return true;
        }
        let matcher = self.matcher.get_or_insert_with(|| Matcher::new(Config::DEFAULT));
        let haystack = Utf32Str::new(name, &mut self.buffer);
        self.pattern.score(haystack, matcher).is_some()
            || self.words.iter().all(|word| has(name, word) || others.iter().any(|other| has(other, word)))
    }
}

impl Model {
    /// Whether time alone may change which rows there are.
    #[must_use]
    pub fn rows_depend_on_time(&self) -> bool {
        [&self.sources.filter, &self.schemas.filter].iter().any(|filter| Query::read(filter.text()).depends_on_time())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn what_asks_how_long_ago_is_asked_again_as_time_goes_by() {
        let question = Question::new("stale:>6h", at(0));
        assert!(question.is("stale:>6h", at(9)) && !question.is("stale:>6h", at(10)));
        assert!(!question.is("stale:>7h", at(0)));
        assert!(Question::new("orders", at(0)).is("orders", at(9_999)));
    }

    #[test]
    fn terms_narrow_what_was_asked_before() {
        for (text, wider, narrower) in [
            ("state:failed ord", "state:failed or", true),
            ("state:failed ord", "ord", true),
            ("ord state:failed", "ord", true),
            ("state:failed type:pg", "state:failed", true),
            ("ord", "ord state:failed", false),
            ("state:failed,stale", "state:failed", false),
            ("!state:failed", "state:failed", false),
            ("state:failed ord", "state:failed !ord", false),
            ("ord", "", false),
            // A fault leaves nothing out.
            ("ord", "ord state:fa", true),
            ("state:fai", "state:fa", false),
            ("stale:6h ord", "ord", true),
        ] {
            let asked = |text: &str| Question::new(text, at(0));
            assert_eq!(asked(text).narrows(&asked(wider)), narrower, "{text} of {wider}");
        }
        let later = Question::new("stale:6h ord", at(60));
        assert!(!later.narrows(&Question::new("stale:6h", at(0))), "other tables are stale by now");
    }

    proptest! {
        #[test]
        fn what_narrows_lets_nothing_new_pass(
            wider in "[a-cB_. ^$!'-]{0,4}",
            more in "[a-cB_. ^$!'-]{0,3}",
            names in prop::collection::vec(("[a-cA-C_.]{0,8}", "[a-c]{0,3}"), 1..20),
        ) {
            let text = format!("{wider}{more}");
            let (wide, narrow) = (Question::new(wider.trim(), at(0)), Question::new(text.trim(), at(0)));
            if narrow.narrows(&wide) {
                let (mut wide, mut narrow) = (Wanted::asked(&wide, at(0)), Wanted::asked(&narrow, at(0)));
                for (name, other) in &names {
                    prop_assert!(!narrow.accepts(name, &[other]) || wide.accepts(name, &[other]), "{name} {other}");
                }
            }
        }
    }
}
