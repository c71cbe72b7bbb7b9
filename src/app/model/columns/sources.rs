//! The columns of the sources.

use std::cmp::Ordering;

use super::compare::{by_name, known_first, newest_first};
use super::{Column, Offer, Offered, extra, fixed, roomy, usual};
use crate::warehouse::inventory::Held;
use crate::warehouse::state::State;

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
    /// The prefix of its table names.
    Prefix,
    /// How its newest runs went.
    Runs,
}

impl SourceColumn {
    /// All that can be sorted by, in the order in which sorting goes through them.
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
            Self::Prefix => "Prefix",
            Self::Runs => "Runs",
        }
    }

    /// Compares two sources by it; what cannot be sorted by makes none the first.
    #[must_use]
    pub fn compare(self, one: &Held, other: &Held) -> Ordering {
        match self {
            Self::Health => worst(one).cmp(&worst(other)).then(other.tally.broken.cmp(&one.tally.broken)),
            Self::Name => by_name(one.title(), other.title()),
            Self::Kind => by_name(&one.source.kind, &other.source.kind),
            Self::Tables => other.tally.broken.cmp(&one.tally.broken).then(other.tally.total.cmp(&one.tally.total)),
            Self::LastRun => newest_first(&one.source.last_run_at, &other.source.last_run_at),
            Self::Trouble => known_first(one.trouble(), other.trouble()),
            Self::Prefix | Self::Runs => Ordering::Equal,
        }
    }
}

/// The worst state of a source's tables; an empty source comes last.
fn worst(held: &Held) -> (bool, Option<State>) {
    (held.tally.worst.is_none(), held.tally.worst)
}

const fn column(id: SourceColumn, width: u16, grow: u16, right: bool, worth: u8) -> Column<SourceColumn> {
    Column::new(id, id.title(), width, grow, right, worth)
}

use SourceColumn as S;

/// Every column, in the order in which they are shown where nobody chose.
#[rustfmt::skip] // one column, one line
static OFFERS: [Offer<SourceColumn>; 8] = [
    fixed(column(S::Health, 10, 0, false, 90), "state", "the worst state of its tables"),
    fixed(column(S::Name, 14, 3, false, 100), "name", "what it is called"),
    usual(column(S::Kind, 10, 0, false, 50), "type", "its connector"),
    extra(column(S::Prefix, 10, 1, false, 79), "prefix", "the prefix of its table names"),
    usual(column(S::Tables, 7, 0, true, 80), "tables", "broken of all tables"),
    usual(column(S::LastRun, 7, 0, true, 60), "synced", "time since its newest completed run"),
    roomy(column(S::Runs, 24, 0, false, 10), "runs", "how its newest 24 runs went, as far as known"),
    usual(column(S::Trouble, 16, 2, false, 40), "trouble", "what is wrong, in short"),
];

impl Offered for SourceColumn {
    const ROWS: &'static str = "sources";
    const SORTABLE: &'static [Self] = &Self::ALL;

    fn offers() -> &'static [Offer<Self>] {
        &OFFERS
    }
}
