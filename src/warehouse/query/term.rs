//! One term: what it is about, and whether it holds.

use jiff::{SignedDuration, Timestamp};

use super::has;
use crate::warehouse::field::Field;
use crate::warehouse::freshness::age;
use crate::warehouse::inventory::Held;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::Frequency;
use crate::warehouse::state::{Severity, State};

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described by its row in the table below")]
pub enum Name {
    State,
    Cause,
    Type,
    Method,
    Source,
    Stale,
    Fresh,
    Every,
    Rows,
}

/// A row of the table of terms.
#[derive(Clone, Copy, Debug)]
pub struct TermName {
    /// Which.
    pub name: Name,
    /// How it is written.
    pub word: &'static str,
    /// An example of a value.
    pub example: &'static str,
    /// What it holds of.
    pub sentence: &'static str,
}

const fn row(name: Name, word: &'static str, example: &'static str, sentence: &'static str) -> TermName {
    TermName { name, word, example, sentence }
}

/// Every term there is.
#[rustfmt::skip] // one row, one line
pub static TERMS: [TermName; 9] = [
    row(Name::State, "state", "failed", "Tables in this state, as `switched_off`; or all that are `broken`, `doubtful`, `wrong` (either of them), `moving`, `unverified`, `healthy` or `idle`."),
    row(Name::Cause, "cause", "credentials", "Failing tables whose root cause has this in its name, as `credentials_invalid`, or in its title."),
    row(Name::Type, "type", "postgres", "Tables of sources of this type."),
    row(Name::Method, "method", "cdc", "Tables synced by this method: `full_refresh`, `incremental`, `append`, `webhook`, `cdc`, `xmin`."),
    row(Name::Source, "source", "shop", "Tables of sources that have this in their name, or have this id."),
    row(Name::Stale, "stale", ">6h", "Tables last synced longer ago than that (`30m`, `6h`, `2d`, `1w`), or never."),
    row(Name::Fresh, "fresh", "<1h", "Tables last synced more recently than that."),
    row(Name::Every, "every", "1h", "Tables with this frequency; `>6h`, `<=1d` and `never` work, too."),
    row(Name::Rows, "rows", ">1000000", "Tables with so many rows; `>`, `>=`, `<`, `<=` work, and `k`, `m`, `b` for thousands, millions, billions. What is not stored yet has none."),
];

impl Name {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static TermName {
        // Every name has its row; a test proves it.
        TERMS.iter().find(|row| row.name == self).unwrap_or(&TERMS[0])
    }

    /// The term that is written so, whatever the case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        TERMS.iter().find(|row| row.word.eq_ignore_ascii_case(word)).map(|row| row.name)
    }
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    More,
    NotLess,
    Less,
    NotMore,
    Equal,
}

impl Sign {
    fn holds<T: PartialOrd>(self, one: &T, other: &T) -> bool {
        match self {
            Self::More => one > other,
            Self::NotLess => one >= other,
            Self::Less => one < other,
            Self::NotMore => one <= other,
            Self::Equal => one == other,
        }
    }
}

/// A value that a term accepts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    State(State),
    Severity(Severity),
    Wrong,
    /// In lower case.
    Text(String),
    Never,
    Span(Sign, SignedDuration),
    Count(Sign, u64),
}

/// A term: one of its values has to fit, or none if it is turned around.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub name: Name,
    pub turned: bool,
    pub values: Vec<Value>,
}

impl Term {
    pub(super) fn depends_on_time(&self) -> bool {
        matches!(self.name, Name::Stale | Name::Fresh)
    }

    pub(super) fn holds(&self, held: &Held, schema: &Schema, state: State, now: Timestamp) -> bool {
        self.turned != self.fits(held, schema, state, now)
    }

    fn fits(&self, held: &Held, schema: &Schema, state: State, now: Timestamp) -> bool {
        self.values.iter().any(|value| match (self.name, value) {
            (Name::Type | Name::Source, value) => of_source(self.name, value, held),
            (Name::State, value) => in_state(value, state),
            (Name::Cause, Value::Text(word)) => failed_of(word, schema, state),
            (Name::Method, Value::Text(word)) => schema.sync_type.known().is_some_and(|method| has(method.raw(), word)),
            (Name::Stale | Name::Fresh, value) => synced(self.name, value, &schema.last_synced_at, now),
            (Name::Every, Value::Never) => schema.frequency.known() == Some(&Frequency::Never),
            (Name::Every, Value::Span(sign, span)) => {
                let period = schema.frequency.known().and_then(Frequency::period);
                period.is_some_and(|period| sign.holds(&period, span))
            }
            (Name::Rows, Value::Count(sign, count)) => match schema.rows() {
                Field::Known(rows) => sign.holds(&rows, count),
                Field::Null => sign.holds(&0, count),
                Field::Unknown => false,
            },
            _ => false,
        })
    }

    pub(super) fn holds_of_source(&self, held: &Held, now: Timestamp) -> bool {
        let of_itself = self.values.iter().any(|value| match (self.name, value) {
            (Name::Type | Name::Source, value) => of_source(self.name, value, held),
            (Name::State, value) => held.tally.worst.is_some_and(|worst| in_state(value, worst)),
            (Name::Stale | Name::Fresh, value) => synced(self.name, value, &held.source.last_run_at, now),
            (Name::Cause, Value::Text(word)) => held.error.as_ref().is_some_and(|error| has(&error.title(), word)),
            _ => false,
        });
        let of_tables = !matches!(self.name, Name::Type | Name::Source | Name::Stale | Name::Fresh);
        let fits = of_itself || (of_tables && held.tables().any(|(schema, state)| self.fits(held, schema, state, now)));
        self.turned != fits
    }
}

fn of_source(name: Name, value: &Value, held: &Held) -> bool {
    let Value::Text(word) = value else { return false };
    let source = &held.source;
    if name == Name::Type {
        return has(source.kind.raw(), word);
    }
    let names = [Some(source.title()), source.prefix.known(), source.description.known()];
    names.into_iter().flatten().any(|name| has(name.raw(), word)) || source.id.as_str().eq_ignore_ascii_case(word)
}

fn in_state(value: &Value, state: State) -> bool {
    match value {
        Value::State(wanted) => state == *wanted,
        Value::Severity(wanted) => state.severity() == *wanted,
        Value::Wrong => state.is_wrong(),
        _ => false,
    }
}

fn failed_of(word: &str, schema: &Schema, state: State) -> bool {
    if !state.is_failure() {
        return false;
    }
    match schema.finding.as_deref() {
        Some(finding) => has(finding.cause.id.as_str(), word) || has(finding.cause.title.raw(), word),
        // What the column says.
        None => has("No error text", word),
    }
}

fn synced(name: Name, value: &Value, at: &Field<Timestamp>, now: Timestamp) -> bool {
    let Value::Span(sign, span) = value else { return false };
    match at {
        Field::Known(at) => sign.holds(&age(*at, now), span),
        Field::Null => name == Name::Stale,
        Field::Unknown => false,
    }
}
