//! Finds in one pass over a text which patterns can match it.

use aho_corasick::AhoCorasick;

use super::literal;
use super::rule::Pattern;

/// The literals of all patterns.
#[derive(Debug)]
pub(super) struct Filter {
    /// Searches all literals; if it could not be built, every pattern is tried.
    search: Option<AhoCorasick>,
    /// For each literal, the alternative that requires it, and the bit of the set it belongs to.
    owners: Vec<(usize, u8)>,
    /// For each alternative, its pattern, and the bits of all its sets.
    alternatives: Vec<(usize, u8)>,
    /// For each pattern, whether it has to be tried whatever the text.
    always: Vec<bool>,
}

impl Filter {
    /// The filter of these patterns, numbered in their order.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let (mut literals, mut owners, mut alternatives, mut always) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (index, pattern) in patterns.enumerate() {
            let required = literal::required(pattern.source());
            always.push(required.is_none());
            for sets in required.unwrap_or_default() {
                let mut bits = 0;
                for (bit, set) in sets.into_iter().enumerate() {
                    bits |= 1 << bit;
                    owners.extend(set.iter().map(|_| (alternatives.len(), 1 << bit)));
                    literals.extend(set);
                }
                alternatives.push((index, bits));
            }
        }
        let search = AhoCorasick::new(literals).ok();
        if search.is_none() {
            always.fill(true);
        }
        Self { search, owners, alternatives, always }
    }

    /// For each pattern, whether it can match.
    pub(super) fn candidates(&self, text: &[u8]) -> Vec<bool> {
        let mut found = vec![0; self.alternatives.len()];
        for literal in self.search.iter().flat_map(|search| search.find_overlapping_iter(text)) {
            if let Some((alternative, bit)) = self.owners.get(literal.pattern().as_usize()) {
                found[*alternative] |= bit;
            }
        }
        let mut candidates = self.always.clone();
        for ((pattern, bits), found) in self.alternatives.iter().zip(found) {
            candidates[*pattern] |= *bits == found;
        }
        candidates
    }
}
