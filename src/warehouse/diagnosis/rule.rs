//! One rule: when a text, with its context, points to a cause.

use std::fmt::Write as _;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::cause::{CauseId, Letter};
use super::fold::without_contractions;
use super::symptom::{Level, Symptom};
use crate::warehouse::status::Status;

/// Compiled expressions larger than this are refused: a user's file must not eat the memory.
const SIZE_LIMIT: usize = 1 << 20;

/// A regular expression that is compiled when it is first needed.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    /// Texts are folded to lower case; a user's pattern need not be written in it.
    any_case: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern as it stands in the catalogue, or in one of a user, where case does not matter; its shorthands written
    /// out.
    pub(super) fn new(written: &str, any_case: bool) -> Self {
        // The catalogue of the program has none, and is read before the first screen; a test sees to that.
        let source = if any_case { without_contractions(written) } else { written.to_owned() };
        let source = if source.contains('{') { written_out(&source) } else { source };
        Self { source, any_case, compiled: OnceLock::new() }
    }

    /// The expression, shorthands written out.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The expression; nothing if it cannot be compiled.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.compile().ok()).as_ref()
    }

    /// Compiles the expression, to see whether that works.
    pub(super) fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.source)
            .unicode(false)
            .case_insensitive(self.any_case)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .build()
    }

    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }
}

/// An expression with its shorthands replaced by what they stand for.
fn written_out(source: &str) -> String {
    let mut out = String::with_capacity(2 * source.len());
    let mut count = 0;
    for part in source.split_inclusive('}') {
        let (before, shorthand) = part.rsplit_once('{').unwrap_or((part, ""));
        out.push_str(before);
        match shorthand {
            "start}" => out.push_str(START),
            "word}" => out.extend(["(?:", WORD, ")"]),
            "bare}" => out.push_str("(?P<bare>[a-z][a-z0-9_$]*)"),
            "name}" => {
                // Names of groups must differ within an expression. Writing to a string cannot fail.
                let _ = write!(out, "(?P<name{count}>{WORD})");
                count += 1;
            }
            _ => out.push_str(&part[before.len()..]),
        }
    }
    out
}

/// `{word}` and `{name}`: a name in quotes or brackets, possibly of several parts, or a bare one.
const WORD: &str = r#"["'`\[][^"'`\]]+["'`\]](?:\.["'`\[][^"'`\]]+["'`\]])*|[a-z0-9_.$*/-]*[a-z0-9_$*]"#;

/// `{start}`: the beginning of the text, class names skipped.
const START: &str = r"^(?:[a-z_][a-z0-9_.]*: )*";

/// What must be true of the place where a text stood. Empty lists accept everything.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) sources: Vec<String>,
    pub(super) not_sources: Vec<String>,
    pub(super) levels: Vec<Level>,
    pub(super) sync_types: Vec<String>,
    pub(super) statuses: Vec<Status>,
    pub(super) blocked: Vec<String>,
}

impl Context {
    fn accepts(&self, symptom: &Symptom<'_>) -> bool {
        // What is not known about a place excludes nothing, but it does not prove anything either.
        let is_in = |list: &[String], value: &str| list.iter().any(|item| item.eq_ignore_ascii_case(value));
        let allows = |list: &[String], value: Option<&str>, unknown: bool| {
            list.is_empty() || value.map_or(unknown, |value| is_in(list, value))
        };
        allows(&self.sources, symptom.source_type, true)
            && !symptom.source_type.is_some_and(|value| is_in(&self.not_sources, value))
            && allows(&self.sync_types, symptom.sync_type, false)
            && allows(&self.blocked, symptom.sync_blocked, false)
            && (self.levels.is_empty() || self.levels.contains(&symptom.level))
            && (self.statuses.is_empty() || symptom.status.is_some_and(|status| self.statuses.contains(status)))
    }
}

/// What must be true of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    /// There is a text.
    #[default]
    Present,
    /// There is none.
    Absent,
    /// Either.
    Any,
}

/// One rule of the catalogue. All its conditions have to hold.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own in the file")]
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) cause: CauseId,
    pub(super) also: Vec<CauseId>,
    pub(super) presence: Presence,
    /// At least one has to match.
    pub(super) any: Vec<Pattern>,
    /// At least one of these as well.
    pub(super) with: Vec<Pattern>,
    /// None of these may match.
    pub(super) unless: Vec<Pattern>,
    /// The text has to name one of these HTTP statuses.
    pub(super) http: Vec<u16>,
    pub(super) context: Context,
    /// Whether names count as evidence.
    pub(super) verbatim: bool,
    /// Whether it is not outranked by a message that the text quotes.
    pub(super) outer: bool,
    /// Whether it reads guesses and advice, and so is no reason to stop at what the text states.
    pub(super) counsel: bool,
    pub(super) recovery: Option<Letter>,
    pub(super) retry_safe: Option<bool>,
    /// Whether a user wrote it.
    pub(super) foreign: bool,
}

impl Rule {
    /// All patterns: those of `any`, then those of `with`, then those of `unless`.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.any.iter().chain(&self.with).chain(&self.unless)
    }

    /// Whether the rule is worth trying.
    pub(super) fn concerns(&self, symptom: &Symptom<'_>, has_text: bool) -> bool {
        let presence = match self.presence {
            Presence::Present => has_text,
            Presence::Absent => !has_text,
            Presence::Any => true,
        };
        presence && self.context.accepts(symptom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorthands_are_written_out_and_repetitions_stay() {
        let pattern = Pattern::new("{start}a{2,3} {name} of {name} {bare}", false);
        let names = format!("(?P<name0>{WORD}) of (?P<name1>{WORD})");
        assert_eq!(pattern.source(), format!("{START}a{{2,3}} {names} (?P<bare>[a-z][a-z0-9_$]*)"));
        assert_eq!(Pattern::new("x{2}y{word}", false).source(), format!("x{{2}}y(?:{WORD})"));
    }
}
