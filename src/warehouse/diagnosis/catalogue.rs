//! All rules in their order, and what they make of a symptom.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::cause::{Cause, CauseId, Letter};
use super::fold::Folded;
use super::format::{self, Closings, Mistake, Written};
use super::rule::{Pattern, Rule};
use super::symptom::{Evidence, Symptom, Verdict};
use super::{http, literal};
use crate::warehouse::text::Foreign;

/// The catalogue that comes with the program.
const BUILTIN: &str = include_str!("../../../assets/root-causes.toml");

/// Everything known about causes: what they are, and which texts point to them.
#[derive(Debug)]
pub struct Catalogue {
    causes: BTreeMap<CauseId, Cause>,
    rules: Vec<Rule>,
    closings: Closings,
    filter: Filter,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN_CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        // The tests check that the file has no mistakes; what is readable of a broken one is still of use.
        BUILTIN_CATALOGUE.get_or_init(|| Self::new(format::read(BUILTIN, None).0))
    }

    /// The catalogue that comes with the program, extended by a user's file. Its rules are tried before all
    /// others, and none of them leads to an action that discards data.
    ///
    /// # Errors
    /// All mistakes of the file, in the order of its lines.
    pub fn with_user(text: &str) -> Result<Self, Vec<Mistake>> {
        let (builtin, _) = format::read(BUILTIN, None);
        let (mut own, mistakes) = format::read(text, Some(&builtin));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        own.rules.extend(builtin.rules);
        own.closings.handled.extend(builtin.closings.handled);
        own.closings.transient.extend(builtin.closings.transient);
        own.closings.permanent.extend(builtin.closings.permanent);
        Ok(Self::new(own))
    }

    fn new(written: Written) -> Self {
        let Written { causes, rules, closings, .. } = written;
        let filter = Filter::new(&rules);
        Self { causes, rules, closings, filter }
    }

    /// What is known of a cause.
    #[must_use]
    pub fn cause(&self, id: &CauseId) -> Option<&Cause> {
        self.causes.get(id)
    }

    /// Every cause, by name.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        self.causes.values()
    }

    /// What is wrong, as far as the text and its context tell.
    #[must_use]
    pub fn diagnose(&self, symptom: &Symptom<'_>) -> Verdict {
        let folded = symptom.text.map(Folded::new).unwrap_or_default();
        let reading = Reading {
            candidates: self.filter.candidates(&folded.plain),
            statuses: http::statuses(&folded.masked),
            original: symptom.text.unwrap_or_default(),
            text: folded,
        };
        let has_text = !reading.is_empty();
        let permanent = reading.says(&self.closings.permanent);
        let mut pattern = 0;
        for rule in &self.rules {
            let first = pattern;
            pattern += rule.any.len();
            // What passes by itself is not closed with the advice to switch the table on again.
            if !(permanent && self.passes(rule))
                && rule.concerns(symptom, has_text)
                && let Some(hit) = reading.apply(rule, first)
            {
                return self.verdict(rule, &reading, hit);
            }
        }
        self.unknown()
    }

    fn verdict(&self, rule: &Rule, reading: &Reading<'_>, hit: Hit) -> Verdict {
        let Some(cause) = self.causes.get(&rule.cause) else { return self.unknown() };
        let handled = reading.says(&self.closings.handled);
        let transient = handled || reading.says(&self.closings.transient);
        let permanent = reading.says(&self.closings.permanent);
        Verdict {
            cause: cause.id.clone(),
            also: rule.also.clone(),
            recovery: if handled { Letter::N } else { rule.recovery.unwrap_or(cause.recovery) },
            retry_safe: (transient || rule.retry_safe.unwrap_or(cause.retry_safe)) && !permanent,
            destructive: cause.destructive && !handled && !rule.foreign,
            handled_by_posthog: handled,
            evidence: hit.evidence.and_then(|range| reading.evidence(&range)),
            identifier: hit.name.and_then(|range| reading.identifier(&range)),
        }
    }

    fn passes(&self, rule: &Rule) -> bool {
        rule.recovery.or(self.causes.get(&rule.cause).map(|cause| cause.recovery)) == Some(Letter::A)
    }

    fn unknown(&self) -> Verdict {
        let id = CauseId::new(CauseId::UNKNOWN);
        let retry_safe = self.causes.get(&id).is_some_and(|cause| cause.retry_safe);
        Verdict {
            cause: id,
            also: Vec::new(),
            recovery: Letter::O,
            retry_safe,
            destructive: false,
            handled_by_posthog: false,
            evidence: None,
            identifier: None,
        }
    }
}

/// A text ready for the rules.
struct Reading<'a> {
    original: &'a str,
    text: Folded,
    statuses: Vec<(u16, Range<usize>)>,
    /// For each pattern, whether it can match at all.
    candidates: Vec<bool>,
}

/// Where a rule matched.
#[derive(Default)]
struct Hit {
    evidence: Option<Range<usize>>,
    name: Option<Range<usize>>,
}

impl Hit {
    fn of(pattern: &Pattern, text: &[u8]) -> Option<Self> {
        let regex = pattern.regex()?;
        let captures = regex.captures(text)?;
        let name = regex.capture_names().flatten().find_map(|group| captures.name(group));
        Some(Self { evidence: captures.get(0).map(|found| found.range()), name: name.map(|found| found.range()) })
    }
}

impl Reading<'_> {
    /// What Python and JavaScript write for "nothing" is no text either.
    fn is_empty(&self) -> bool {
        matches!(&*self.text.plain, b"" | b"none" | b"null" | b"nil" | b"undefined" | b"n/a" | b"\"\"" | b"''")
    }

    fn says(&self, patterns: &[Pattern]) -> bool {
        patterns.iter().any(|pattern| pattern.matches(&self.text.masked))
    }

    fn apply(&self, rule: &Rule, first: usize) -> Option<Hit> {
        let text = if rule.verbatim { &self.text.plain } else { &self.text.masked };
        let mut hit = Hit::default();
        if !rule.http.is_empty() {
            let (_, range) = self.statuses.iter().find(|(status, _)| rule.http.contains(status))?;
            hit.evidence = Some(range.clone());
        }
        if !rule.any.is_empty() {
            let candidates = rule.any.iter().enumerate().filter(|(index, _)| self.candidates[first + index]);
            hit = candidates.filter_map(|(_, pattern)| Hit::of(pattern, text)).next()?;
        }
        let matches = |pattern: &Pattern| pattern.matches(text);
        let holds = (rule.with.is_empty() || rule.with.iter().any(matches)) && !rule.unless.iter().any(matches);
        holds.then_some(hit)
    }

    fn evidence(&self, range: &Range<usize>) -> Option<Evidence> {
        let range = self.text.original(range)?;
        let text = Foreign::new(self.original.get(range.clone())?);
        Some(Evidence { range, text })
    }

    fn identifier(&self, range: &Range<usize>) -> Option<Foreign> {
        let name = self.original.get(self.text.original(range)?)?;
        let name = name.trim_matches(|symbol: char| symbol.is_whitespace() || "\"'`[]“”‘’\\".contains(symbol));
        (!name.is_empty()).then(|| Foreign::new(name))
    }
}

/// Finds in one pass which patterns can match a text.
#[derive(Debug)]
struct Filter {
    /// Searches all literals; if it could not be built, every pattern is tried.
    search: Option<AhoCorasick>,
    /// For each literal, the pattern that requires it.
    owners: Vec<usize>,
    /// For each pattern, whether it has to be tried whatever the text.
    always: Vec<bool>,
}

impl Filter {
    fn new(rules: &[Rule]) -> Self {
        let patterns = rules.iter().flat_map(|rule| &rule.any);
        let required: Vec<_> = patterns.map(|pattern| literal::required(pattern.source())).collect();
        let literals = required.iter().flatten().flatten();
        let search = AhoCorasick::builder().ascii_case_insensitive(false).build(literals).ok();
        let owners = required.iter().enumerate();
        let owners = owners.flat_map(|(pattern, set)| set.iter().flatten().map(move |_| pattern)).collect();
        let always = required.iter().map(|set| set.is_none() || search.is_none()).collect();
        Self { search, owners, always }
    }

    fn candidates(&self, text: &[u8]) -> Vec<bool> {
        let mut candidates = self.always.clone();
        for found in self.search.iter().flat_map(|search| search.find_overlapping_iter(text)) {
            if let Some(owner) = self.owners.get(found.pattern().as_usize()) {
                candidates[*owner] = true;
            }
        }
        candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_of_the_program_has_no_mistakes() {
        let (written, mistakes) = format::read(BUILTIN, None);
        assert_eq!(mistakes, []);
        for rule in &written.rules {
            for pattern in rule.any.iter().chain(&rule.with).chain(&rule.unless) {
                assert!(pattern.compile().is_ok(), "{:?}", pattern.compile());
            }
            for pattern in &rule.any {
                assert!(literal::required(pattern.source()).is_some(), "nothing to filter by in {}", pattern.source());
            }
        }
    }
}
