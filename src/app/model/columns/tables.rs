//! The columns of the tables.

use std::cmp::Ordering;

use super::compare::{by_name, known_first, newest_first};
use super::{Column, Offer, Offered, extra, fixed, roomy, usual};
use crate::warehouse::inventory::Held;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;

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
    /// When it is likely to be synced next.
    Next,
    /// Rows read by its newest run.
    Read,
    /// How long its newest run took.
    Took,
    /// Its newest runs.
    Runs,
    /// The name under which it is stored.
    Stored,
}

impl SchemaColumn {
    /// All that can be sorted by, in the order in which sorting goes through them.
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
            Self::Next => "Next",
            Self::Read => "Read",
            Self::Took => "Took",
            Self::Runs => "Runs",
            Self::Stored => "Stored as",
        }
    }

    /// Compares two tables by it; what cannot be sorted by makes none the first.
    #[must_use]
    pub fn compare(self, one: &(&Held, &Schema, State), other: &(&Held, &Schema, State)) -> Ordering {
        let ((source, schema, state), (other_source, other_schema, other_state)) = (one, other);
        match self {
            Self::State => state.cmp(other_state),
            Self::Name => by_name(schema.title(), other_schema.title()),
            Self::Source => by_name(source.title(), other_source.title()),
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
            Self::Next | Self::Read | Self::Took | Self::Runs | Self::Stored => Ordering::Equal,
        }
    }
}

const fn column(id: SchemaColumn, width: u16, grow: u16, right: bool, worth: u8) -> Column<SchemaColumn> {
    Column::new(id, id.title(), width, grow, right, worth)
}

use SchemaColumn as S;

/// Every column, in the order in which they are shown where nobody chose.
#[rustfmt::skip] // one column, one line
static OFFERS: [Offer<SchemaColumn>; 13] = [
    fixed(column(S::State, 15, 0, false, 100), "state", "its state"),
    fixed(column(S::Name, 20, 3, false, 110), "name", "what it is called"),
    usual(column(S::Source, 10, 2, false, 90), "source", "its source, where tables of several are shown"),
    usual(column(S::Method, 12, 0, false, 30), "method", "how it is synced"),
    usual(column(S::Frequency, 6, 0, false, 20), "every", "how often it is synced"),
    usual(column(S::Synced, 7, 0, true, 80), "synced", "time since it was last synced"),
    extra(column(S::Next, 4, 0, true, 79), "next", "time until its next sync, estimated"),
    usual(column(S::Rows, 6, 0, true, 60), "rows", "rows stored"),
    extra(column(S::Read, 6, 0, true, 78), "read", "rows read by its newest run, as far as known"),
    extra(column(S::Took, 5, 0, true, 77), "took", "how long its newest run took, as far as known"),
    roomy(column(S::Runs, 12, 0, false, 10), "runs", "its newest runs as a picture, as far as known"),
    usual(column(S::Cause, 10, 3, false, 70), "cause", "what is wrong, in short"),
    extra(column(S::Stored, 16, 2, false, 76), "stored", "the name under which it is stored"),
];

impl Offered for SchemaColumn {
    const ROWS: &'static str = "tables";
    const SORTABLE: &'static [Self] = &Self::ALL;

    fn offers() -> &'static [Offer<Self>] {
        &OFFERS
    }
}
