//! Reads a catalogue file. Every mistake is kept, with its line, so that a user sees all of them at once.

use std::collections::BTreeMap;
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::cause::{Cause, CauseId, Letter};
use super::naming::Naming;
use super::rule::{Context, Pattern, Presence, Rule};
use super::symptom::Level;
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;

/// Something wrong with a user's catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line it stands on, from one.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)
    }
}

/// What a file says.
#[derive(Default)]
pub(super) struct Written {
    pub(super) causes: BTreeMap<CauseId, Cause>,
    pub(super) rules: Vec<Rule>,
    pub(super) closings: Closings,
    pub(super) namings: Vec<Naming>,
    kinds: Kinds,
}

/// What texts say about the future, whatever the cause.
#[derive(Debug, Default)]
pub(super) struct Closings {
    /// `PostHog` acts by itself.
    pub(super) handled: Vec<Pattern>,
    /// The next run may succeed.
    pub(super) transient: Vec<Pattern>,
    /// The next run will fail the same way.
    pub(super) permanent: Vec<Pattern>,
    /// A message is quoted, in the last group.
    pub(super) quoted: Vec<Pattern>,
    /// What happened is told; guesses and advice follow.
    pub(super) counsel: Vec<Pattern>,
}

/// Names for groups of sources.
type Kinds = BTreeMap<String, Vec<String>>;

type Causes = BTreeMap<CauseId, Cause>;

/// Reads a file: the program's own, or, given what that says, a user's.
pub(super) fn read(text: &str, builtin: Option<&Written>) -> (Written, Vec<Mistake>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let lines = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut reader = Reader { lines, foreign: builtin.is_some(), mistakes: Vec::new() };
    for error in errors {
        reader.mistake(error.span().unwrap_or_default().start, error.message().to_owned());
    }
    let mut written = Written::default();
    if let Some(builtin) = builtin {
        written.causes.clone_from(&builtin.causes);
        written.kinds.clone_from(&builtin.kinds);
    }
    let mut document = Section::new(&mut reader, document.get_ref(), document.span().start);
    let causes = document.tables("cause");
    let rules = document.tables("rule");
    let kinds = document.tables("kind");
    let namings = document.tables("name");
    written.closings = Closings {
        handled: document.patterns("handled"),
        transient: document.patterns("transient"),
        permanent: document.patterns("permanent"),
        quoted: document.patterns("quoted"),
        counsel: document.patterns("counsel"),
    };
    document.finish();
    for (start, table) in kinds {
        let mut section = Section::new(&mut reader, table, start);
        let (name, sources) = (section.string("name"), section.strings("sources"));
        section.finish();
        match (name, sources) {
            (Some(name), Some(sources)) => drop(written.kinds.insert(name, sources)),
            _ => section.mistake("a kind needs a `name` and `sources`".to_owned()),
        }
    }
    for (start, table) in causes {
        cause(&mut Section::new(&mut reader, table, start), &mut written.causes);
    }
    for (start, table) in rules {
        let rule = rule(&mut Section::new(&mut reader, table, start), &written);
        written.rules.extend(rule);
    }
    for (start, table) in namings {
        let naming = naming(&mut Section::new(&mut reader, table, start), &written);
        written.namings.push(naming);
    }
    reader.mistakes.sort_by_key(|mistake| mistake.line);
    (written, reader.mistakes)
}

fn cause(section: &mut Section<'_, '_>, causes: &mut Causes) {
    let id = section.string("id");
    let (title, meaning) = (section.string("title"), section.string("meaning"));
    let recovery = section.letter("recovery");
    let retry_safe = section.boolean("retry_safe");
    let destructive = section.boolean("destructive");
    let advice = section.strings("advice");
    section.finish();
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return section.mistake("a cause needs an `id`".to_owned());
    };
    if section.reader.foreign && destructive == Some(true) {
        section.mistake("only the built-in catalogue may call an action that discards data right".to_owned());
    }
    let id = CauseId::new(&id);
    let foreign = |text: &str| Foreign::new(text);
    if let Some(known) = causes.get_mut(&id) {
        known.title = title.as_deref().map_or(known.title.clone(), foreign);
        known.meaning = meaning.as_deref().map_or(known.meaning.clone(), foreign);
        // What discards data is tied to the recovery it came with.
        known.destructive &= recovery.is_none_or(|recovery| recovery == known.recovery);
        known.recovery = recovery.unwrap_or(known.recovery);
        known.retry_safe = retry_safe.unwrap_or(known.retry_safe);
        if let Some(advice) = advice {
            known.advice = advice.iter().map(|step| foreign(step)).collect();
        }
    } else if let (Some(title), Some(meaning), Some(recovery)) = (title, meaning, recovery) {
        let cause = Cause {
            id: id.clone(),
            title: foreign(&title),
            meaning: foreign(&meaning),
            recovery,
            advice: advice.iter().flatten().map(|step| foreign(step)).collect(),
            retry_safe: retry_safe.unwrap_or(false),
            destructive: destructive.unwrap_or(false),
        };
        causes.insert(id, cause);
    } else {
        section.mistake(format!("the new cause `{id}` needs a `title`, a `meaning` and a `recovery`"));
    }
}

fn rule(section: &mut Section<'_, '_>, written: &Written) -> Option<Rule> {
    let foreign = section.reader.foreign;
    let cause = section.string("cause");
    let also = section.strings("also").unwrap_or_default();
    let context = Context {
        sources: section.sources("sources", &written.kinds),
        not_sources: section.sources("not_sources", &written.kinds),
        levels: section.parsed("levels", "level", Level::parse),
        sync_types: section.strings("sync_types").unwrap_or_default(),
        statuses: section.parsed("statuses", "status", |word| {
            Some(Status::parse(word)).filter(|status| !matches!(status, Status::Unknown(_)))
        }),
        blocked: section.strings("blocked").unwrap_or_default(),
    };
    let presence = section.parsed("text", "presence", |word| match word {
        "present" => Some(Presence::Present),
        "absent" => Some(Presence::Absent),
        "any" => Some(Presence::Any),
        _ => None,
    });
    let rule = Rule {
        cause: CauseId::new(cause.as_deref().unwrap_or_default()),
        also: also.iter().map(|id| CauseId::new(id)).collect(),
        presence: presence.first().copied().unwrap_or_default(),
        any: section.patterns("any"),
        with: section.patterns("with"),
        unless: section.patterns("unless"),
        http: section
            .parsed("http", "HTTP status", |word| word.parse().ok().filter(|status| (400..600).contains(status))),
        context,
        verbatim: section.boolean("verbatim").unwrap_or(false),
        outer: section.boolean("outer").unwrap_or(false),
        counsel: section.boolean("counsel").unwrap_or(false),
        recovery: section.letter("recovery"),
        retry_safe: section.boolean("retry_safe"),
        foreign,
    };
    section.finish();
    if cause.is_none() {
        section.mistake("a rule needs a `cause`".to_owned());
        return None;
    }
    for id in std::iter::once(&rule.cause).chain(&rule.also) {
        match written.causes.get(id) {
            None => section.mistake(format!("there is no cause `{id}`")),
            Some(known) if foreign && id == &rule.cause && (known.destructive || known.recovery.discards()) => {
                section.mistake(format!("a rule of your own may not lead to `{id}`, which asks to discard data"));
            }
            Some(_) => {}
        }
    }
    if foreign && rule.any.is_empty() && rule.http.is_empty() && rule.with.is_empty() {
        section
            .mistake("a rule needs at least one of `any`, `with` and `http`, or it would match everything".to_owned());
    }
    Some(rule)
}

fn naming(section: &mut Section<'_, '_>, written: &Written) -> Naming {
    let causes = section.strings("causes").unwrap_or_default();
    let naming = Naming {
        causes: causes.iter().map(|id| CauseId::new(id)).collect(),
        permission: section.boolean("permission").unwrap_or(false),
        any: section.patterns("any"),
    };
    section.finish();
    for id in naming.causes.iter().filter(|id| !written.causes.contains_key(*id)) {
        section.mistake(format!("there is no cause `{id}`"));
    }
    naming
}

struct Reader {
    /// Where the lines end.
    lines: Vec<usize>,
    /// Whether the file is a user's.
    foreign: bool,
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn mistake(&mut self, at: usize, message: String) {
        let line = 1 + self.lines.partition_point(|end| *end < at);
        self.mistakes.push(Mistake { line, message });
    }
}

/// One table of the file. Keys that were not asked for by the end of it are mistakes.
struct Section<'r, 'd> {
    reader: &'r mut Reader,
    start: usize,
    left: BTreeMap<&'d str, (usize, &'d DeValue<'d>)>,
}

impl<'r, 'd> Section<'r, 'd> {
    fn new(reader: &'r mut Reader, table: &'d DeTable<'d>, start: usize) -> Self {
        let keys = table.iter().map(|(key, value)| (key.get_ref().as_ref(), (key.span().start, value.get_ref())));
        Self { reader, start, left: keys.collect() }
    }

    fn mistake(&mut self, message: String) {
        self.reader.mistake(self.start, message);
    }

    /// Takes a key, if it is there and of the right shape.
    fn take<T>(&mut self, key: &str, shape: &str, read: impl FnOnce(&'d DeValue<'d>) -> Option<T>) -> Option<T> {
        let (at, value) = self.left.remove(key)?;
        let taken = read(value);
        if taken.is_none() {
            self.reader.mistake(at, format!("`{key}` must be {shape}"));
        }
        taken
    }

    fn string(&mut self, key: &str) -> Option<String> {
        self.take(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    fn boolean(&mut self, key: &str) -> Option<bool> {
        self.take(key, "true or false", DeValue::as_bool)
    }

    /// A list of strings or numbers, or a single one, each with where it stands.
    fn list(&mut self, key: &str) -> Option<Vec<(usize, String)>> {
        let at = self.left.get(key)?.0;
        let item = |value: &DeValue<'d>| match value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            _ => None,
        };
        self.take(key, "a list of strings", |value| match value {
            DeValue::Array(values) => {
                values.iter().map(|value| Some((value.span().start, item(value.get_ref())?))).collect()
            }
            value => Some(vec![(at, item(value)?)]),
        })
    }

    fn strings(&mut self, key: &str) -> Option<Vec<String>> {
        Some(self.list(key)?.into_iter().map(|(_, text)| text).collect())
    }

    fn parsed<T>(&mut self, key: &str, kind: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut all = Vec::new();
        for (at, word) in self.list(key).unwrap_or_default() {
            match parse(&word) {
                Some(value) => all.push(value),
                None => self.reader.mistake(at, format!("`{word}` is not a {kind}")),
            }
        }
        all
    }

    /// Kinds of source, groups of them (`@name`) replaced by their members.
    fn sources(&mut self, key: &str, kinds: &Kinds) -> Vec<String> {
        let members = |word: &str| match word.strip_prefix('@') {
            Some(kind) => kinds.get(kind).cloned(),
            None => Some(vec![word.to_owned()]),
        };
        self.parsed(key, "kind of source", members).concat()
    }

    fn letter(&mut self, key: &str) -> Option<Letter> {
        let at = self.left.get(key)?.0;
        let letter = self.take(key, "one of the recovery letters", |value| value.as_str().and_then(Letter::parse))?;
        if self.reader.foreign && letter.discards() {
            self.reader.mistake(at, format!("a file of your own may not ask for {letter}, which discards data"));
        }
        Some(letter)
    }

    fn patterns(&mut self, key: &str) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for (at, written) in self.list(key).unwrap_or_default() {
            let pattern = Pattern::new(&written, self.reader.foreign);
            // The tests compile those of the program itself, so that starting it need not.
            if self.reader.foreign
                && let Err(error) = pattern.compile()
            {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                self.reader.mistake(at, format!("the pattern `{written}` cannot be used: {reason}"));
            }
            patterns.push(pattern);
        }
        patterns
    }

    /// The tables of an array of tables, each with where it begins.
    fn tables(&mut self, key: &str) -> Vec<(usize, &'d DeTable<'d>)> {
        let table = |value: &'d Spanned<DeValue<'d>>| Some((value.span().start, value.get_ref().as_table()?));
        let read = |value: &'d DeValue<'d>| value.as_array()?.iter().map(table).collect();
        self.take(key, &format!("written as [[{key}]]"), read).unwrap_or_default()
    }

    fn finish(&mut self) {
        for (key, (at, _)) in std::mem::take(&mut self.left) {
            self.reader.mistake(at, format!("there is no setting `{key}` here"));
        }
    }
}
