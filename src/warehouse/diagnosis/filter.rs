//! Finds in one pass over a text which patterns can match it.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::literal;
use super::rule::Pattern;

/// The literals of all patterns.
#[derive(Debug)]
pub(super) struct Filter {
    /// Searches all literals; if it could not be built, every pattern is tried.
    search: Option<AhoCorasick>,
    /// For each literal, the alternatives that require it, each with the bit of the set it belongs to there.
    owners: Vec<Vec<(usize, u8)>>,
    /// For each alternative, its pattern, and the bits of all its sets.
    alternatives: Vec<(usize, u8)>,
    /// For each pattern, whether it has to be tried whatever the text.
    always: Vec<bool>,
}

impl Filter {
    /// The filter of these patterns, numbered in their order.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut literals: HashMap<String, usize> = HashMap::new();
        let mut owners: Vec<Vec<(usize, u8)>> = Vec::new();
        let (mut alternatives, mut always) = (Vec::new(), Vec::new());
        for (index, pattern) in patterns.enumerate() {
            let required = literal::required(pattern.source());
            always.push(required.is_none());
            for sets in required.unwrap_or_default() {
                let mut bits = 0;
                for (bit, set) in sets.into_iter().enumerate() {
                    bits |= 1 << bit;
                    for literal in set {
                        let place = *literals.entry(literal).or_insert(owners.len());
                        owners.resize_with(owners.len().max(place + 1), Vec::new);
                        owners[place].push((alternatives.len(), 1 << bit));
                    }
                }
                alternatives.push((index, bits));
            }
        }
        let mut ordered: Vec<(&String, &usize)> = literals.iter().collect();
        ordered.sort_unstable_by_key(|(_, place)| **place);
        let search = AhoCorasick::new(ordered.into_iter().map(|(literal, _)| literal)).ok();
        if search.is_none() {
            always.fill(true);
        }
        Self { search, owners, alternatives, always }
    }

    /// For each pattern, whether it can match.
    pub(super) fn candidates(&self, text: &[u8]) -> Vec<bool> {
        let mut found = vec![0; self.alternatives.len()];
        let mut candidates = self.always.clone();
        let mut seen = vec![false; self.owners.len()];
        for literal in self.search.iter().flat_map(|search| search.find_overlapping_iter(text)) {
            let place = literal.pattern().as_usize();
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            for (alternative, bit) in &self.owners[place] {
                let (pattern, bits) = self.alternatives[*alternative];
                found[*alternative] |= bit;
                candidates[pattern] |= bits == found[*alternative];
            }
        }
        candidates
    }
}
