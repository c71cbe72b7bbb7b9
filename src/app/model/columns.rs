//! The columns of the tables: their titles, and what they are sorted by.

use std::cmp::Ordering;

use crate::warehouse::field::Field;
use crate::warehouse::inventory::Held;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::text::Foreign;

/// A column of the table of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceColumn {
    /// The worst state of its tables.
    Health,
    /// Its name.
    Name,
    /// Its connector.
    Kind,
    /// Broken of all tables.
    Tables,
    /// Newest completed run.
    LastRun,
    /// What is wrong, in short.
    Trouble,
}

impl SourceColumn {
    /// All of them, in the order in which sorting goes through them.
    pub const ALL: [Self; 6] = [Self::Health, Self::Name, Self::Kind, Self::Tables, Self::LastRun, Self::Trouble];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Health => "State",
            Self::Name => "Source",
            Self::Kind => "Type",
            Self::Tables => "Bad/All",
            Self::LastRun => "Synced",
            Self::Trouble => "Trouble",
        }
    }

    /// Compares two sources by it.
    #[must_use]
    pub fn compare(self, one: &Held, other: &Held) -> Ordering {
        match self {
            Self::Health => worst(one).cmp(&worst(other)).then(other.tally.broken.cmp(&one.tally.broken)),
            Self::Name => by_name(one.source.title(), other.source.title()),
            Self::Kind => by_name(&one.source.kind, &other.source.kind),
            Self::Tables => other.tally.broken.cmp(&one.tally.broken).then(other.tally.total.cmp(&one.tally.total)),
            Self::LastRun => newest_first(&one.source.last_run_at, &other.source.last_run_at),
            Self::Trouble => known_first(one.trouble(), other.trouble()),
        }
    }
}

/// The worst state of a source's tables; an empty source comes last.
fn worst(held: &Held) -> (bool, Option<State>) {
    (held.tally.worst.is_none(), held.tally.worst)
}

/// A column of the table of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaColumn {
    /// Its state.
    State,
    /// Its name.
    Name,
    /// The name of its source.
    Source,
    /// How it is synced.
    Method,
    /// How often.
    Frequency,
    /// When it was last synced.
    Synced,
    /// Rows stored.
    Rows,
    /// Root cause, in short.
    Cause,
}

impl SchemaColumn {
    /// All of them, in the order in which sorting goes through them.
    pub const ALL: [Self; 8] =
        [Self::State, Self::Name, Self::Source, Self::Method, Self::Frequency, Self::Synced, Self::Rows, Self::Cause];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Name => "Table",
            Self::Source => "Source",
            Self::Method => "Method",
            Self::Frequency => "Every",
            Self::Synced => "Synced",
            Self::Rows => "Rows",
            Self::Cause => "Cause",
        }
    }

    /// Compares two tables by it.
    #[must_use]
    pub fn compare(self, one: &(&Held, &Schema, State), other: &(&Held, &Schema, State)) -> Ordering {
        let ((source, schema, state), (other_source, other_schema, other_state)) = (one, other);
        match self {
            Self::State => state.cmp(other_state),
            Self::Name => by_name(schema.title(), other_schema.title()),
            Self::Source => by_name(source.source.title(), other_source.source.title()),
            Self::Method => {
                let word = |schema: &Schema| schema.sync_type.known().map(|method| method.raw().to_owned());
                known_first(word(schema), word(other_schema))
            }
            Self::Frequency => {
                let period =
                    |schema: &Schema| schema.frequency.known().and_then(crate::warehouse::settings::Frequency::period);
                known_first(period(schema), period(other_schema))
            }
            Self::Synced => newest_first(&schema.last_synced_at, &other_schema.last_synced_at),
            // Most rows first; what is not known last.
            Self::Rows => {
                let rows = |schema: &Schema| schema.rows().known().map(|rows| std::cmp::Reverse(*rows));
                known_first(rows(schema), rows(other_schema))
            }
            Self::Cause => known_first(schema.cause(*state), other_schema.cause(*other_state)),
        }
    }
}

fn by_name(one: &Foreign, other: &Foreign) -> Ordering {
    let folded = |name: &Foreign| name.raw().to_lowercase();
    folded(one).cmp(&folded(other))
}

fn newest_first(one: &Field<jiff::Timestamp>, other: &Field<jiff::Timestamp>) -> Ordering {
    match (one.known(), other.known()) {
        (Some(one), Some(other)) => other.cmp(one),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

fn known_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}
