//! The columns of the tables: which there are, which are shown, and what they are sorted by.

mod chosen;
mod compare;
mod sources;
mod tables;

pub use chosen::{Chosen, Columns, LEAST, MOST, Pick, WrongColumn};
pub(super) use compare::by_name;
pub use sources::SourceColumn;
pub use tables::SchemaColumn;

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

impl<Id: Copy> Column<Id> {
    /// A column, in a line of a table of columns.
    #[must_use]
    pub const fn new(id: Id, title: &'static str, width: u16, grow: u16, right: bool, worth: u8) -> Self {
        Self { id, title, width, grow, right, worth }
    }
}

/// Whether a column is shown where nobody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always: it cannot be hidden.
    Fixed,
    /// Where there is room.
    Usual,
    /// Where there is room in plenty, so that the others stay wide.
    Roomy,
    /// Only where it was chosen.
    Extra,
}

/// A column that can be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Offer<Id> {
    /// The column as it is drawn where nobody chose another width.
    pub column: Column<Id>,
    /// Its name in the file of settings.
    pub word: &'static str,
    /// What stands in it, in a few words.
    pub about: &'static str,
    /// Whether it is shown where nobody chose.
    pub presence: Presence,
}

/// The columns of one kind of rows.
pub trait Offered: Copy + PartialEq + 'static {
    /// What the rows are, in the plural.
    const ROWS: &'static str;

    /// All of them, in the order in which they are shown where nobody chose.
    fn offers() -> &'static [Offer<Self>];

    /// Those that can be sorted by, in the order in which sorting goes through them.
    const SORTABLE: &'static [Self];

    /// Its number among those that can be sorted by.
    fn number(self) -> Option<usize> {
        Self::SORTABLE.iter().position(|known| *known == self)
    }

    /// The column of this number, counted around.
    fn sorted_by(number: usize) -> Self {
        Self::SORTABLE[number % Self::SORTABLE.len()]
    }
}

const fn fixed<Id: Copy>(column: Column<Id>, word: &'static str, about: &'static str) -> Offer<Id> {
    Offer { column, word, about, presence: Presence::Fixed }
}

const fn usual<Id: Copy>(column: Column<Id>, word: &'static str, about: &'static str) -> Offer<Id> {
    Offer { column, word, about, presence: Presence::Usual }
}

const fn roomy<Id: Copy>(column: Column<Id>, word: &'static str, about: &'static str) -> Offer<Id> {
    Offer { column, word, about, presence: Presence::Roomy }
}

const fn extra<Id: Copy>(column: Column<Id>, word: &'static str, about: &'static str) -> Offer<Id> {
    Offer { column, word, about, presence: Presence::Extra }
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
