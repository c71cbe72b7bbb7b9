//! All rules in their order, and what they make of a symptom.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::cause::{Cause, CauseId, Letter};
use super::filter::Filter;
use super::fold::{self, Folded};
use super::format::{self, Closings, Mistake, Written};
use super::http;
use super::naming::{Named, Names, Naming};
use super::rule::{Pattern, Presence, Rule};
use super::symptom::{Evidence, Symptom, Verdict};
use super::words;
use crate::warehouse::text::Foreign;

/// The catalogue that comes with the program.
const BUILTIN: &str = include_str!("../../../assets/root-causes.toml");

/// What everything is diagnosed by, if it is not that.
static IN_FORCE: OnceLock<Catalogue> = OnceLock::new();

/// More messages than this are not quoted.
const MOST_QUOTED: usize = 4;

/// The lists of the closings, in their order among the patterns.
const HANDLED: usize = 0;
const TRANSIENT: usize = 1;
const PERMANENT: usize = 2;
const QUOTED: usize = 3;
const COUNSEL: usize = 4;
const CLOSINGS: usize = 5;

/// Everything known about causes: what they are, and which texts point to them.
#[derive(Debug)]
pub struct Catalogue {
    causes: BTreeMap<CauseId, Cause>,
    rules: Vec<Rule>,
    closings: Closings,
    namings: Vec<Naming>,
    /// Built when the first text comes, so that starting the program does not wait for it.
    filter: OnceLock<Filter>,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN_CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        // The tests check that the file has no mistakes; what is readable of a broken one is still of use.
        BUILTIN_CATALOGUE.get_or_init(|| Self::new(format::read(BUILTIN, None).0))
    }

    /// The catalogue that everything is diagnosed by: that of the program, or what was put in its place at the start.
    #[must_use]
    pub fn in_force() -> &'static Self {
        IN_FORCE.get().unwrap_or_else(Self::builtin)
    }

    /// Has everything diagnosed with a user's file, too. Once, before anything is diagnosed: verdicts are remembered,
    /// and so the first file stays.
    ///
    /// # Errors
    /// All mistakes of the file, in the order of its lines; nothing has changed then.
    pub fn put_into_force(text: &str) -> Result<(), Vec<Mistake>> {
        let own = Self::with_user(text)?;
        IN_FORCE.get_or_init(|| own);
        Ok(())
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
        own.namings.extend(builtin.namings);
        own.closings.handled.extend(builtin.closings.handled);
        own.closings.transient.extend(builtin.closings.transient);
        own.closings.permanent.extend(builtin.closings.permanent);
        own.closings.quoted.extend(builtin.closings.quoted);
        own.closings.counsel.extend(builtin.closings.counsel);
        Ok(Self::new(own))
    }

    fn new(written: Written) -> Self {
        let Written { causes, rules, closings, namings, .. } = written;
        Self { causes, rules, closings, namings, filter: OnceLock::new() }
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
        let mut reading = self.read(symptom);
        let mut verdict = self.conclude(symptom, &reading);
        // What is only a code, such as POOL_EXHAUSTED, is read as the words that it is made of.
        if verdict.as_ref().is_none_or(|verdict| verdict.cause.as_str() == CauseId::UNKNOWN)
            && reading.text.spell_codes_out()
        {
            reading.candidates = self.candidates(&reading.text);
            let spelled = self.conclude(symptom, &reading).filter(|spelled| spelled.cause.as_str() != CauseId::UNKNOWN);
            verdict = spelled.or(verdict);
        }
        // What says something that nothing here understands may be what a reload makes worse.
        let not_understood = Rule { retry_safe: Some(false), ..Rule::default() };
        verdict.unwrap_or_else(|| self.verdict(&not_understood, &reading, Hit::default()))
    }

    /// What the first rule that matches makes of a symptom.
    fn conclude(&self, symptom: &Symptom<'_>, reading: &Reading<'_>) -> Option<Verdict> {
        let has_text = !is_empty(&reading.text.plain);
        let mut concerned = Vec::new();
        let mut patterns = 0;
        for rule in &self.rules {
            // What passes by itself is not closed with the advice to switch the table on again.
            let contradicts = || reading.permanent && self.recovery(rule) == Letter::A;
            let any = patterns..patterns + rule.any.len();
            patterns += rule.patterns().count();
            // Most rules are out of question. One that holds for every text counts below even if it finds nothing.
            let can_match = rule.any.is_empty()
                || rule.presence == Presence::Any
                || reading.candidates.get(any.clone()).is_some_and(|candidates| candidates.contains(&true));
            if can_match && !contradicts() && rule.concerns(symptom, has_text) {
                concerned.push((rule, any.start));
            }
        }
        let hit = |part: &Range<usize>, accepts: &dyn Fn(&Rule) -> bool| {
            let mut rules = concerned.iter().filter(|(rule, _)| accepts(rule));
            rules.find_map(|(rule, first)| Some((*rule, reading.apply(rule, *first, part)?)))
        };
        let whole = 0..reading.text.plain.len();
        // Where the context settles it, all of the text may only qualify that. A user's rules read all of it, too.
        let in_parts = !concerned.iter().any(|(rule, _)| rule.presence == Presence::Any);
        let told = self.told(reading);
        let mut parts = if in_parts { self.quoted(reading) } else { Vec::new() };
        parts.extend(told.clone().filter(|_| in_parts));
        let found = hit(&whole, &|rule| rule.foreign)
            .or_else(|| hit(told.as_ref().unwrap_or(&whole), &|rule| rule.outer && in_parts))
            .or_else(|| parts.iter().find_map(|part| hit(part, &|rule| !rule.foreign && !rule.counsel)))
            .or_else(|| hit(&whole, &|rule| !rule.foreign));
        found.map(|(rule, hit)| self.verdict(rule, reading, hit))
    }

    /// The messages that a text quotes. They outrank the rest of it.
    fn quoted(&self, reading: &Reading<'_>) -> Vec<Range<usize>> {
        let text = &reading.text.masked;
        let mut messages = Vec::new();
        for regex in self.closing(QUOTED, &reading.candidates).filter_map(Pattern::regex) {
            let quoted = regex.captures_iter(text).filter_map(|found| found.iter().flatten().last());
            messages.extend(quoted.map(|message| message.range()).take(MOST_QUOTED));
        }
        messages
    }

    /// What a text states before it goes on to guess and to advise, if it does. It outranks the rest, too.
    fn told(&self, reading: &Reading<'_>) -> Option<Range<usize>> {
        let text = &reading.text.masked;
        let counsel = self.closing(COUNSEL, &reading.candidates).filter_map(Pattern::regex);
        let found = counsel.filter_map(|regex| regex.find(text)).min_by_key(regex::bytes::Match::start)?;
        Some(0..found.start())
    }

    fn read<'a>(&self, symptom: &Symptom<'a>) -> Reading<'a> {
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
    fn candidates(&self, text: &Folded) -> Vec<bool> {
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
    fn closing<'a>(&'a self, list: usize, candidates: &'a [bool]) -> impl Iterator<Item = &'a Pattern> {
        let lists = self.closings();
        let behind: usize = lists.iter().skip(list).map(|patterns| patterns.len()).sum();
        let can_match = candidates.get(candidates.len().saturating_sub(behind)..).unwrap_or_default();
        lists[list].iter().zip(can_match).filter(|(_, can)| **can).map(|(pattern, _)| pattern)
    }

    fn recovery(&self, rule: &Rule) -> Letter {
        let cause = self.causes.get(&rule.cause);
        rule.recovery.or(cause.map(|cause| cause.recovery)).unwrap_or(Letter::O)
    }

    fn verdict(&self, rule: &Rule, reading: &Reading<'_>, hit: Hit) -> Verdict {
        let cause = self.causes.get(&rule.cause);
        let retry_safe = rule.retry_safe.or(cause.map(|cause| cause.retry_safe)).unwrap_or(false);
        let destructive = cause.is_some_and(|cause| cause.destructive);
        // What holds whatever the text says is not changed by what it says.
        let heeds = rule.presence != Presence::Any;
        let (handled, permanent) = (heeds && reading.handled, heeds && reading.permanent);
        let passes = handled || (heeds && reading.transient);
        let named = self.name(rule, reading, &hit);
        Verdict {
            cause: rule.cause.clone(),
            also: rule.also.clone(),
            recovery: if handled { Letter::N } else { self.recovery(rule) },
            retry_safe: (retry_safe || passes) && !permanent,
            destructive: destructive && !handled && !rule.foreign,
            handled_by_posthog: handled,
            evidence: hit.evidence.and_then(|range| reading.evidence(&range)),
            names_permission: named.as_ref().is_some_and(|named| named.permission),
            identifier: named.map(|named| named.name),
        }
    }

    /// What a text is about: what its cause is known to name, or what the rule or its evidence does.
    fn name(&self, rule: &Rule, reading: &Reading<'_>, hit: &Hit) -> Option<Named> {
        let names = Names { original: reading.original, text: &reading.text };
        let object = |name| Named { name, permission: false };
        let by_rule = || names.read(hit.name.as_ref()?, rule.foreign).map(object);
        if rule.foreign
            && let Some(named) = by_rule()
        {
            return Some(named);
        }
        let quoted = || {
            let range = reading.text.quoted(hit.evidence.clone()?)?;
            // What follows a colon is a value, or a message.
            let before = reading.text.plain.get(..range.start.checked_sub(1)?)?.trim_ascii_end();
            let name = names.read(&range, false).filter(|_| !before.ends_with(b":"))?;
            (!name.raw().bytes().all(|byte| byte.is_ascii_digit())).then(|| object(name))
        };
        // Those of the names come before the closings.
        let before: usize = self.rules.iter().map(|rule| rule.patterns().count()).sum();
        let can_match = reading.candidates.get(before..).unwrap_or_default();
        names.of(&rule.cause, &self.namings, can_match).or_else(by_rule).or_else(quoted)
    }
}

/// What Python and JavaScript write for "nothing" is no text either.
fn is_empty(text: &[u8]) -> bool {
    let message = &text[fold::message(text)..];
    matches!(message.trim_ascii(), b"" | b"none" | b"null" | b"nil" | b"undefined" | b"n/a")
}

/// A text ready for the rules.
struct Reading<'a> {
    original: &'a str,
    text: Folded,
    statuses: Vec<(u16, Range<usize>)>,
    /// For each pattern, whether it can match at all.
    candidates: Vec<bool>,
    /// Whether the text says that `PostHog` acts by itself, that the next run may succeed, that it will not.
    handled: bool,
    transient: bool,
    permanent: bool,
}

/// Where a rule matched.
#[derive(Default)]
struct Hit {
    evidence: Option<Range<usize>>,
    name: Option<Range<usize>>,
}

impl Hit {
    fn of(pattern: &Pattern, text: &[u8]) -> Option<Self> {
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
    fn at(self, offset: usize) -> Self {
        let moved = |range: Range<usize>| range.start + offset..range.end + offset;
        Self { evidence: self.evidence.map(moved), name: self.name.map(moved) }
    }
}

impl Reading<'_> {
    /// Where a rule matches within a part of the text.
    fn apply(&self, rule: &Rule, first: usize, part: &Range<usize>) -> Option<Hit> {
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

    fn evidence(&self, range: &Range<usize>) -> Option<Evidence> {
        let range = words::whole(self.original, self.text.original(range)?);
        let text = Foreign::new(self.original.get(range.clone())?);
        Some(Evidence { range, text })
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal;
    use super::*;
    use crate::warehouse::status::Status;

    #[test]
    fn the_catalogue_of_the_program_has_no_mistakes() {
        let (written, mistakes) = format::read(BUILTIN, None);
        assert_eq!(mistakes, []);
        let none = &[][..];
        let of_rules = written.rules.iter().map(|rule| (&rule.any[..], &rule.with[..], &rule.unless[..]));
        let of_names = written.namings.iter().map(|naming| (&naming.any[..], none, none));
        for (any, with, unless) in of_rules.chain(of_names) {
            for pattern in any.iter().chain(with).chain(unless) {
                assert!(pattern.compile().is_ok(), "{:?}", pattern.compile());
                // They are not tried in other cases than the one that texts are folded to.
                let groups = pattern.source().replace("(?P<", "");
                assert!(!groups.contains(|symbol: char| symbol.is_ascii_uppercase()), "{groups}");
            }
            for pattern in any {
                assert!(literal::required(pattern.source()).is_some(), "nothing to filter by in {}", pattern.source());
            }
        }
    }

    #[test]
    fn a_billing_status_holds_whatever_the_text_says() {
        let symptom = Symptom { status: Some(&Status::Paused), ..Symptom::of(Some("No action is needed.")) };
        let verdict = Catalogue::builtin().diagnose(&symptom);
        assert_eq!((verdict.cause.as_str(), verdict.recovery, verdict.retry_safe), ("billing_limit", Letter::H, false));
    }

    #[test]
    fn what_a_text_quotes_and_states_outranks_what_it_advises() {
        for (text, cause) in [
            ("We could not reach the shop's API. Check that your password is correct.", "network_unreachable"),
            (
                "Reading failed (\"infinite recursion detected in policy\"). Grant the role BYPASSRLS.",
                "source_object_invalid",
            ),
            ("Something is odd. Check that the password is not expired.", "credentials_invalid"),
        ] {
            let verdict = Catalogue::builtin().diagnose(&Symptom::of(Some(text)));
            assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
            let range = verdict.evidence.unwrap().range;
            assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn the_name_that_a_text_is_about_is_found() {
        for (text, name) in [
            ("column \"updated_at\" does not exist", "updated_at"),
            ("relation \"public\".\"orders\" does not exist", "public.orders"),
            ("permission denied for table billing_invoices", "billing_invoices"),
            ("(1146, \"Table 'shop.orders_old' doesn't exist\")", "shop.orders_old"),
            ("(1054, \"Unknown column 'modified' in 'field list'\")", "modified"),
            (
                "Access denied for paymentTerms field. Required access: `read_payment_terms` access scope.",
                "read_payment_terms",
            ),
            ("403: User does not have bigquery.jobs.create permission in project acme.", "bigquery.jobs.create"),
            ("FATAL:  database \"prodd\" does not exist", "prodd"),
            ("replication slot \"posthog_slot\" does not exist", "posthog_slot"),
            ("publication \"pub\" does not exist", "pub"),
            ("Invalid object name 'dbo.events'.", "dbo.events"),
        ] {
            let verdict = Catalogue::builtin().diagnose(&Symptom::of(Some(text)));
            assert_eq!(verdict.identifier.as_ref().map(Foreign::raw), Some(name), "{text}: {verdict:?}");
        }
    }
}
