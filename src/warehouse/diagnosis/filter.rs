//! Finds in one pass over a text which patterns can match it.
//!
//! An automaton would search no faster what is as short as an error text, and building it for thousands of literals took
//! longer than everything else before the first screen.

use std::borrow::Cow;

use super::literal::{self, SHORTEST};
use super::rule::Pattern;
use crate::warehouse::map::Map;

/// How a literal begins; by that it is found.
type Head = [u8; SHORTEST];

/// The literals of all patterns.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Which literals begin like that.
    heads: Map<Head, Vec<usize>>,
    literals: Vec<Literal>,
    /// For each alternative, its pattern, and the bits of all its sets.
    alternatives: Vec<(usize, u8)>,
    /// For each pattern, whether it has to be tried whatever the text.
    always: Vec<bool>,
}

#[derive(Debug)]
struct Literal {
    /// What follows its head.
    tail: Box<[u8]>,
    /// The alternatives that require it, each with the bit of the set it belongs to there.
    owners: Vec<(usize, u8)>,
}

impl Filter {
    /// The filter of these patterns, numbered in their order.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut filter = Self::default();
        let mut places = Map::default();
        for (index, pattern) in patterns.enumerate() {
            let required = literal::required(pattern.source());
            filter.always.push(required.is_none());
            for sets in required.unwrap_or_default() {
                let alternative = filter.alternatives.len();
                let mut bits = 0;
                for (bit, set) in sets.into_iter().enumerate() {
                    bits |= 1 << bit;
                    for literal in set {
                        let place = *places.entry(lower(literal)).or_insert_with_key(|literal| filter.add(literal));
                        filter.literals[place].owners.push((alternative, 1 << bit));
                    }
                }
                filter.alternatives.push((index, bits));
            }
        }
        filter
    }

    /// Adds a literal; answers with its place.
    fn add(&mut self, literal: &str) -> usize {
        let place = self.literals.len();
        // None is shorter than a head.
        if let Some((head, tail)) = literal.as_bytes().split_first_chunk() {
            self.heads.entry(*head).or_default().push(place);
            self.literals.push(Literal { tail: tail.into(), owners: Vec::new() });
        }
        place
    }

    /// For each pattern, whether it can match.
    pub(super) fn candidates(&self, text: &[u8]) -> Vec<bool> {
        let mut found = vec![0; self.alternatives.len()];
        let mut candidates = self.always.clone();
        let mut seen = vec![false; self.literals.len()];
        let mut rest = text;
        while let Some((head, behind)) = rest.split_first_chunk() {
            for &place in self.heads.get(head).into_iter().flatten() {
                let literal = &self.literals[place];
                if seen[place] || !behind.starts_with(&literal.tail) {
                    continue;
                }
                seen[place] = true;
                for (alternative, bit) in &literal.owners {
                    let (pattern, bits) = self.alternatives[*alternative];
                    found[*alternative] |= bit;
                    candidates[pattern] |= bits == found[*alternative];
                }
            }
            rest = &rest[1..];
        }
        candidates
    }
}

/// Texts are folded to lower case.
fn lower(literal: &str) -> Cow<'_, str> {
    if literal.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(literal.to_ascii_lowercase())
    } else {
        Cow::Borrowed(literal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern() -> impl Strategy<Value = String> {
        let part = || "(abc|[abc]{3,4}|b?cab|(aab|bca)|ab+c|a[bc]|c\\.b|B(CA)?A)".boxed();
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
