//! What the rules, in their order, make of a symptom: which of them decides, and what its verdict says.

use std::ops::Range;

use super::catalogue::Catalogue;
use super::cause::{CauseId, Letter};
use super::fold;
use super::naming::{Named, Names};
use super::reading::{COUNSEL, Hit, QUOTED, Reading};
use super::rule::{Pattern, Presence, Rule};
use super::symptom::{Symptom, Verdict};

/// More messages than this are not quoted.
const MOST_QUOTED: usize = 4;

impl Catalogue {
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
