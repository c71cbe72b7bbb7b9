//! Orders of tables that are quick to work out: what is compared is taken out of the tables once, side by side.

use std::cmp::Ordering;

use super::columns::SchemaColumn;
use super::table::Sort;
use crate::warehouse::field::Field;
use crate::warehouse::inventory::{Held, Inventory, Spot};
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::Frequency;
use crate::warehouse::state::State;

/// A table, and the beginnings of what it is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The column, turned around if so wanted. Of a text, its beginning.
    column: u128,
    /// The beginning of its name.
    name: [u64; 3],
    /// Where it is held.
    pub(super) spot: Spot,
}

/// What is not known comes last. Its lowest byte is that of a text which is held completely.
const LAST: u128 = u128::MAX << 8;

/// An order of tables: by a column, then by name, then as the server lists them.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    inventory: &'a Inventory,
    sort: Sort,
    column: SchemaColumn,
}

impl<'a> Order<'a> {
    pub(super) fn new(inventory: &'a Inventory, sort: Sort) -> Self {
        Self { inventory, sort, column: SchemaColumn::ALL[sort.column % SchemaColumn::ALL.len()] }
    }

    /// The entry of the table at a spot.
    pub(super) fn entry(&self, spot: Spot) -> Option<Entry> {
        let (held, schema, state) = self.inventory.at(spot)?;
        let column = self.key(held, schema, state);
        let column = if self.sort.reversed { !column } else { column };
        let mut name = [0; 3];
        let mut bytes = [0; 24];
        begin(schema.title().raw(), &mut bytes);
        for (word, bytes) in name.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        if self.by_name_backwards() {
            name = name.map(|word| !word);
        }
        Some(Entry { column, name, spot })
    }

    /// Compares two entries.
    pub(super) fn compare(&self, one: &Entry, other: &Entry) -> Ordering {
        one.column
            .cmp(&other.column)
            .then_with(|| self.compare_rest(self.cuts_column(one), self.column, self.sort.reversed, one, other))
            .then_with(|| one.name.cmp(&other.name))
            .then_with(|| {
                let backwards = self.by_name_backwards();
                self.compare_rest(self.cuts_name(one), SchemaColumn::Name, backwards, one, other)
            })
            .then_with(|| one.spot.cmp(&other.spot))
    }

    /// Compares by the whole text where its beginning is the same.
    fn compare_rest(&self, cut: bool, column: SchemaColumn, reversed: bool, one: &Entry, other: &Entry) -> Ordering {
        if !cut {
            return Ordering::Equal;
        }
        let (Some(one), Some(other)) = (self.inventory.at(one.spot), self.inventory.at(other.spot)) else {
            return Ordering::Equal;
        };
        let ordering = column.compare(&one, &other);
        if reversed { ordering.reverse() } else { ordering }
    }

    /// Whether an entry does not hold all of what it is sorted by.
    pub(super) fn cuts(&self, entry: &Entry) -> bool {
        self.cuts_column(entry) || self.cuts_name(entry)
    }

    fn cuts_name(&self, entry: &Entry) -> bool {
        let last = entry.name[2];
        (if self.by_name_backwards() { !last } else { last }) & 0xff != 0
    }

    fn cuts_column(&self, entry: &Entry) -> bool {
        let is_text = matches!(self.column, SchemaColumn::Source | SchemaColumn::Method | SchemaColumn::Cause);
        let key = if self.sort.reversed { !entry.column } else { entry.column };
        is_text && key & 0xff != 0
    }

    fn by_name_backwards(&self) -> bool {
        self.sort.reversed && self.column == SchemaColumn::Name
    }

    fn key(&self, held: &Held, schema: &Schema, state: State) -> u128 {
        match self.column {
            SchemaColumn::State => state as u128,
            // The name follows anyway.
            SchemaColumn::Name => 0,
            SchemaColumn::Source => {
                let mut bytes = [0; 16];
                begin(held.source.title().raw(), &mut bytes);
                u128::from_be_bytes(bytes)
            }
            SchemaColumn::Method => schema.sync_type.known().map_or(LAST, |method| beginning(method.raw())),
            SchemaColumn::Cause => schema.cause(state).map_or(LAST, |cause| beginning(&cause)),
            SchemaColumn::Frequency => {
                let period = schema.frequency.known().and_then(Frequency::period);
                period.map_or(LAST, |period| biased(period.as_nanos()))
            }
            SchemaColumn::Synced => match &schema.last_synced_at {
                Field::Known(at) => biased(-at.as_nanosecond()),
                Field::Null | Field::Unknown => LAST,
            },
            SchemaColumn::Rows => schema.rows().known().map_or(LAST, |rows| u128::from(u64::MAX - rows)),
        }
    }
}

/// A number that may be negative, in the same order.
fn biased(number: i128) -> u128 {
    number.saturating_add(1 << 100).unsigned_abs()
}

/// The first bytes of a text.
fn beginning(text: &str) -> u128 {
    let mut bytes = [0; 16];
    copy(text.as_bytes(), &mut bytes);
    u128::from_be_bytes(bytes)
}

/// The first bytes of a name as names are compared: in lower case.
fn begin(name: &str, bytes: &mut [u8]) {
    if name.is_ascii() {
        copy(name.as_bytes(), bytes);
        bytes.make_ascii_lowercase();
    } else {
        copy(name.to_lowercase().as_bytes(), bytes);
    }
}

fn copy(text: &[u8], bytes: &mut [u8]) {
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
}
