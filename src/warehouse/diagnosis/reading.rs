//! A text made ready for the rules: which patterns can match it at all, and where in it a rule does.

use std::ops::Range;

use super::catalogue::Catalogue;
use super::filter::Filter;
use super::fold::Folded;
use super::rule::{Pattern, Rule};
use super::symptom::{Evidence, Symptom};
use super::{http, words};
use crate::warehouse::text::Foreign;

/// The lists of the closings, in their order among the patterns.
const HANDLED: usize = 0;
const TRANSIENT: usize = 1;
const PERMANENT: usize = 2;
pub(super) const QUOTED: usize = 3;
pub(super) const COUNSEL: usize = 4;
const CLOSINGS: usize = 5;

/// A text ready for the rules.
pub(super) struct Reading<'a> {
    pub(super) original: &'a str,
    pub(super) text: Folded,
    pub(super) statuses: Vec<(u16, Range<usize>)>,
    /// For each pattern, whether it can match at all.
    pub(super) candidates: Vec<bool>,
    /// Whether the text says that `PostHog` acts by itself, that the next run may succeed, that it will not.
    pub(super) handled: bool,
    pub(super) transient: bool,
    pub(super) permanent: bool,
}

/// Where a rule matched.
#[derive(Default)]
pub(super) struct Hit {
    pub(super) evidence: Option<Range<usize>>,
    pub(super) name: Option<Range<usize>>,
}

impl Hit {
    pub(super) fn of(pattern: &Pattern, text: &[u8]) -> Option<Self> {
        // Whether it matches is found out faster than where, and that much faster than where its groups do.
        let regex = pattern.regex().filter(|regex| regex.is_match(text))?;
        if regex.capture_names().flatten().next().is_none() {
            return Some(Self { evidence: regex.find(text).map(|found| found.range()), name: None });
        }
        let captures = regex.captures(text)?;
        let name = regex.capture_names().flatten().find_map(|group| captures.name(group));
        Some(Self { evidence: captures.get(0).map(|found| found.range()), name: name.map(|found| found.range()) })
    }

    /// The same in a longer text, of which the one it was found in is a part.
    pub(super) fn at(self, offset: usize) -> Self {
        let moved = |range: Range<usize>| range.start + offset..range.end + offset;
        Self { evidence: self.evidence.map(moved), name: self.name.map(moved) }
    }
}

impl Catalogue {
    /// Makes the text of a symptom ready.
    pub(super) fn read<'a>(&self, symptom: &Symptom<'a>) -> Reading<'a> {
        let text = symptom.text.map(Folded::new).unwrap_or_default();
        let candidates = self.candidates(&text);
        let says = |list| self.closing(list, &candidates).any(|pattern| pattern.matches(&text.masked));
        let (handled, transient, permanent) = (says(HANDLED), says(TRANSIENT), says(PERMANENT));
        Reading {
            original: symptom.text.unwrap_or_default(),
            statuses: http::statuses(&text.masked),
            handled,
            transient,
            permanent,
            candidates,
            text,
        }
    }

    /// For each pattern, whether it can match a text at all.
    pub(super) fn candidates(&self, text: &Folded) -> Vec<bool> {
        let patterns = || {
            let finding = self.namings.iter().flat_map(|naming| &naming.any);
            let closings = self.closings().into_iter().flatten();
            self.rules.iter().flat_map(Rule::patterns).chain(finding).chain(closings)
        };
        self.filter.get_or_init(|| Filter::new(patterns())).candidates(&text.plain)
    }

    /// The lists of the closings, in the order in which they end the list of all patterns.
    fn closings(&self) -> [&[Pattern]; CLOSINGS] {
        let closings = &self.closings;
        [&closings.handled, &closings.transient, &closings.permanent, &closings.quoted, &closings.counsel]
    }

    /// Of one list of the closings, the patterns that can match.
    pub(super) fn closing<'a>(&'a self, list: usize, candidates: &'a [bool]) -> impl Iterator<Item = &'a Pattern> {
        let lists = self.closings();
        let behind: usize = lists.iter().skip(list).map(|patterns| patterns.len()).sum();
        let can_match = candidates.get(candidates.len().saturating_sub(behind)..).unwrap_or_default();
        lists[list].iter().zip(can_match).filter(|(_, can)| **can).map(|(pattern, _)| pattern)
    }
}

impl Reading<'_> {
    /// Where a rule matches within a part of the text.
    pub(super) fn apply(&self, rule: &Rule, first: usize, part: &Range<usize>) -> Option<Hit> {
        let text = if rule.verbatim { &self.text.plain } else { &self.text.masked };
        let text = text.get(part.clone())?;
        let mut hit = Hit::default();
        if !rule.http.is_empty() {
            let named = |(status, at): &&(u16, Range<usize>)| {
                rule.http.contains(status) && part.start <= at.start && at.end <= part.end
            };
            let (_, range) = self.statuses.iter().find(named)?;
            hit.evidence = Some(range.clone());
        }
        let can_match = self.candidates.get(first..).unwrap_or_default();
        let (of_any, can_match) = can_match.split_at_checked(rule.any.len())?;
        let (of_with, of_unless) = can_match.split_at_checked(rule.with.len())?;
        if !rule.any.is_empty() {
            let mut candidates = rule.any.iter().zip(of_any).filter(|(_, can)| **can);
            hit = candidates.find_map(|(pattern, _)| Hit::of(pattern, text))?.at(part.start);
        }
        let matches = |(pattern, can): (&Pattern, &bool)| *can && pattern.matches(text);
        let holds = (rule.with.is_empty() || rule.with.iter().zip(of_with).any(matches))
            && !rule.unless.iter().zip(of_unless).any(matches);
        holds.then_some(hit)
    }

    pub(super) fn evidence(&self, range: &Range<usize>) -> Option<Evidence> {
        let range = words::whole(self.original, self.text.original(range)?);
        let text = Foreign::new(self.original.get(range.clone())?);
        Some(Evidence { range, text })
    }
}
