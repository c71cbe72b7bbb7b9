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
    let (one, other) = (one.raw(), other.raw());
    if one.is_ascii() && other.is_ascii() {
        let folded = |byte: u8| byte.to_ascii_lowercase();
        return one.bytes().map(folded).cmp(other.bytes().map(folded));
    }
    one.to_lowercase().cmp(&other.to_lowercase())
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

/// A column: how wide, and how much it is worth.
#[derive(Clone, Copy, Debug)]
pub struct Column<Id> {
    /// Which.
    pub id: Id,
    /// Its title.
    pub title: &'static str,
    /// Its least width.
    pub width: u16,
    /// How much of the spare room it takes, in parts.
    pub grow: u16,
    /// Aligned to the right.
    pub right: bool,
    /// The lower, the sooner it is left out.
    pub worth: u8,
}

/// Columns of the sources, in their order on the screen.
const SOURCES: [Column<SourceColumn>; 6] = [
    column(SourceColumn::Health, SourceColumn::Health.title(), 10, 0, false, 9),
    column(SourceColumn::Name, SourceColumn::Name.title(), 14, 3, false, 10),
    column(SourceColumn::Kind, SourceColumn::Kind.title(), 10, 0, false, 5),
    column(SourceColumn::Tables, SourceColumn::Tables.title(), 7, 0, true, 8),
    column(SourceColumn::LastRun, SourceColumn::LastRun.title(), 7, 0, true, 6),
    column(SourceColumn::Trouble, SourceColumn::Trouble.title(), 16, 2, false, 4),
];

/// Columns of the tables, in their order on the screen.
const SCHEMAS: [Column<SchemaColumn>; 8] = [
    column(SchemaColumn::State, SchemaColumn::State.title(), 15, 0, false, 10),
    column(SchemaColumn::Name, SchemaColumn::Name.title(), 20, 3, false, 11),
    column(SchemaColumn::Source, SchemaColumn::Source.title(), 10, 2, false, 9),
    column(SchemaColumn::Method, SchemaColumn::Method.title(), 12, 0, false, 3),
    column(SchemaColumn::Frequency, SchemaColumn::Frequency.title(), 6, 0, false, 2),
    column(SchemaColumn::Synced, SchemaColumn::Synced.title(), 7, 0, true, 8),
    column(SchemaColumn::Rows, SchemaColumn::Rows.title(), 6, 0, true, 6),
    column(SchemaColumn::Cause, SchemaColumn::Cause.title(), 10, 3, false, 7),
];

const fn column<Id>(id: Id, title: &'static str, width: u16, grow: u16, right: bool, worth: u8) -> Column<Id> {
    Column { id, title, width, grow, right, worth }
}

/// The columns of the sources that fit into so many cells, with their widths.
#[must_use]
pub fn source_columns(available: u16) -> Vec<(Column<SourceColumn>, u16)> {
    fit_columns(&SOURCES, available)
}

/// The columns of the tables that fit into so many cells, with their widths. The source is worth a column only where
/// tables of several are shown.
#[must_use]
pub fn schema_columns(all_tables: bool, available: u16) -> Vec<(Column<SchemaColumn>, u16)> {
    let wanted: Vec<_> = SCHEMAS.into_iter().filter(|column| all_tables || column.id != SchemaColumn::Source).collect();
    fit_columns(&wanted, available)
}

/// The columns that fit, with their widths, in their order.
#[must_use]
pub fn fit_columns<Id: Copy>(columns: &[Column<Id>], available: u16) -> Vec<(Column<Id>, u16)> {
    let mut kept: Vec<Column<Id>> = columns.to_vec();
    let needed = |kept: &[Column<Id>]| kept.iter().map(|column| column.width + 1).sum::<u16>().saturating_sub(1);
    while needed(&kept) > available && kept.len() > 1 {
        let least = kept.iter().enumerate().min_by_key(|(_, column)| column.worth).map_or(0, |(index, _)| index);
        kept.remove(least);
    }
    let mut spare = u32::from(available.saturating_sub(needed(&kept)));
    let mut parts: u32 = kept.iter().map(|column| u32::from(column.grow)).sum();
    kept.into_iter()
        .map(|column| {
            let more = (spare * u32::from(column.grow)).checked_div(parts).unwrap_or(0);
            spare -= more;
            parts -= u32::from(column.grow);
            (column, column.width.saturating_add(u16::try_from(more).unwrap_or(u16::MAX)).min(available))
        })
        .collect()
}
