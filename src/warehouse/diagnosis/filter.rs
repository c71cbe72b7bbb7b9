//! Finds in one pass over a text which patterns can match it.
//!
//! An automaton over all literals searched ten thousand error texts no faster, and took longer to build than everything
//! else before the first screen.

use super::literal::{self, SHORTEST};
use super::rule::Pattern;
use crate::warehouse::map::Map;

/// How a literal begins; by that it is found.
type Head = [u8; SHORTEST];

/// The literals of all patterns.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// The last of those that begin like that.
    heads: Map<Head, u32>,
    literals: Vec<Literal>,
    /// What follows the heads, one behind the other.
    tails: Vec<u8>,
    /// For each alternative, its pattern, and the bits of all its sets.
    alternatives: Vec<(usize, u8)>,
    /// For each pattern, whether it has to be tried whatever the text.
    always: Vec<bool>,
}

/// A literal, for one of those who require it.
#[derive(Debug)]
struct Literal {
    /// Where its tail begins and ends.
    tail: (u32, u32),
    /// The alternative that requires it, and the bit of the set it belongs to there.
    owner: (u32, u8),
    /// The one before it with the same head.
    before: Option<u32>,
}

impl Filter {
    /// The filter of these patterns, numbered in their order.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut filter = Self::default();
        let mut reader = literal::Reader::default();
        for (index, pattern) in patterns.enumerate() {
            let requires = reader.read(pattern.source());
            filter.always.push(!requires);
            if !requires {
                continue;
            }
            for sets in reader.alternatives() {
                let mut bits = 0;
                for (bit, set) in sets.enumerate() {
                    bits |= 1 << bit;
                    for literal in set {
                        filter.add(literal, 1 << bit);
                    }
                }
                filter.alternatives.push((index, bits));
            }
        }
        filter
    }

    /// Adds a literal of the next alternative, in lower case as texts are.
    fn add(&mut self, literal: &str, bit: u8) {
        let Some((head, tail)) = literal.as_bytes().split_first_chunk::<SHORTEST>() else { return };
        let begin = number(self.tails.len());
        self.tails.extend(tail.iter().map(u8::to_ascii_lowercase));
        let before = self.heads.insert(head.map(|byte| byte.to_ascii_lowercase()), number(self.literals.len()));
        let owner = (number(self.alternatives.len()), bit);
        self.literals.push(Literal { tail: (begin, number(self.tails.len())), owner, before });
    }

    /// For each pattern, whether it can match.
    pub(super) fn candidates(&self, text: &[u8]) -> Vec<bool> {
        let mut found = vec![0; self.alternatives.len()];
        let mut candidates = self.always.clone();
        let mut rest = text;
        while let Some((head, behind)) = rest.split_first_chunk() {
            let mut next = self.heads.get(head).copied();
            while let Some(literal) = next.and_then(|place| self.literals.get(place as usize)) {
                next = literal.before;
                let (begin, end) = literal.tail;
                if behind.starts_with(&self.tails[begin as usize..end as usize]) {
                    let (alternative, bit) = literal.owner;
                    let found = &mut found[alternative as usize];
                    *found |= bit;
                    let (pattern, bits) = self.alternatives[alternative as usize];
                    candidates[pattern] |= bits == *found;
                }
            }
            rest = &rest[1..];
        }
        candidates
    }
}

/// There are never as many as would not fit.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern() -> impl Strategy<Value = String> {
        let part = || "(abc|[abc]{3,4}|b?cab|(aab|bca)|ab+c|a[bc]|c\\.b|B(CA)?A|(ab|b)?|([ab]+|cab ){0,2}?)".boxed();
        prop::collection::vec(part(), 1..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn what_a_pattern_matches_it_is_tried_on(
            patterns in prop::collection::vec(pattern(), 1..6),
            text in "[abc.]{0,24}",
        ) {
            let patterns: Vec<Pattern> = patterns.iter().map(|written| Pattern::new(written, true)).collect();
            let candidates = Filter::new(patterns.iter()).candidates(text.as_bytes());
            for (pattern, candidate) in patterns.iter().zip(candidates) {
                prop_assert!(candidate || !pattern.matches(text.as_bytes()), "{} in {text}", pattern.source());
            }
        }
    }

    #[test]
    fn a_pattern_is_a_candidate_only_if_each_of_its_sets_occurs() {
        let patterns = ["slot .* gone", "Timeout|refused", "(first|second) try"].map(|text| Pattern::new(text, true));
        let filter = Filter::new(patterns.iter());
        for (text, expected) in [
            ("the slot is gone", [true, false, false]),
            ("slots went", [false, false, false]),
            ("timeout", [false, true, false]),
            ("was refused on the second try", [false, true, true]),
            ("ti", [false; 3]),
        ] {
            assert_eq!(filter.candidates(text.as_bytes()), expected, "{text}");
        }
    }
}
