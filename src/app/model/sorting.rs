//! Orders of tables that are quick to work out: what is compared is taken out of the tables once, side by side.

use std::cmp::Ordering;

use super::columns::{Offered, SchemaColumn};
use super::groups;
use super::table::{Criteria, Then};
use crate::warehouse::field::Field;
use crate::warehouse::inventory::{Held, Inventory, Spot};
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::Frequency;
use crate::warehouse::state::State;

/// A table, and the beginnings of what it is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The column, turned around if so wanted. Of a text, its beginning. Where there are several, the first two of them.
    column: u128,
    /// The beginning of its name.
    name: u128,
    /// What follows that.
    name_rest: u64,
    /// Where it is held.
    pub(super) spot: Spot,
}

impl Entry {
    #[inline]
    fn compare_names(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name).then_with(|| self.name_rest.cmp(&other.name_rest))
    }
}

/// What is not known comes last. Its lowest byte is that of a text which is held completely.
const LAST: u128 = u128::MAX << 8;

/// The same in half the room.
const SHORT_LAST: u64 = u64::MAX << 8;

/// Something that tables are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The heading they stand under.
    Group,
    Column(SchemaColumn),
}

/// The same, and whether it is turned around.
#[derive(Clone, Copy, Debug)]
struct By {
    what: What,
    reversed: bool,
}

/// So many orders there may be: headings, the first, and the further ones.
const ORDERS: usize = 2 + Then::MOST;

/// An order of tables: by a column, or by several, then by name, then as the server lists them.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    inventory: &'a Inventory,
    /// The first of all; alone, it has all the room of an entry.
    first: By,
    further: [Option<By>; ORDERS - 1],
    /// The column that alone decides, where one does.
    only: Option<SchemaColumn>,
    /// Names are turned around where nothing else decides.
    backwards: bool,
}

impl<'a> Order<'a> {
    pub(super) fn new(inventory: &'a Inventory, criteria: Criteria) -> Self {
        let columns = std::iter::once(criteria.first).chain(criteria.then.iter());
        let columns = columns
            .map(|sort| By { what: What::Column(SchemaColumn::sorted_by(sort.column)), reversed: sort.reversed });
        let group = By { what: What::Group, reversed: false };
        let mut all: Vec<By> = criteria.grouped.then_some(group).into_iter().chain(columns).collect();
        // The name follows anyway.
        let is_name = |by: &By| by.what == What::Column(SchemaColumn::Name);
        let backwards = all.last().is_some_and(|last| is_name(last) && last.reversed);
        if all.len() > 1 && all.last().is_some_and(is_name) {
            all.pop();
        }
        let mut all = all.into_iter();
        let first = all.next().unwrap_or(group);
        let mut further = [None; ORDERS - 1];
        further.iter_mut().zip(all).for_each(|(place, by)| *place = Some(by));
        let only = match (first.what, further[0]) {
            (What::Column(column), None) => Some(column),
            _ => None,
        };
        Self { inventory, first, further, only, backwards }
    }

    /// The order by names.
    pub(super) fn by_name(inventory: &'a Inventory) -> Self {
        let first = By { what: What::Column(SchemaColumn::Name), reversed: false };
        let only = Some(SchemaColumn::Name);
        Self { inventory, first, further: [None; ORDERS - 1], only, backwards: false }
    }

    /// Whether tables that are level stand by name, as they do in the order by names.
    pub(super) fn goes_on_by_name(&self) -> bool {
        !self.backwards
    }

    /// The entry of the table at a spot.
    pub(super) fn entry(&self, spot: Spot) -> Option<Entry> {
        let (held, schema, state) = self.inventory.at(spot)?;
        let column = self.column(held, schema, state);
        let (name, name_rest) = self.name(schema);
        Some(Entry { column, name, name_rest, spot })
    }

    /// The entry of a table that there is one of for another order. In both, names are not turned around.
    pub(super) fn other(&self, entry: &Entry) -> Option<Entry> {
        let (held, schema, state) = self.inventory.at(entry.spot)?;
        Some(Entry { column: self.column(held, schema, state), ..*entry })
    }

    fn column(&self, held: &Held, schema: &Schema, state: State) -> u128 {
        if let Some(column) = self.only {
            let key = key(column, held, schema, state);
            if self.first.reversed { !key } else { key }
        } else {
            let [first, second] = [Some(self.first), self.further[0]].map(|by| {
                let Some(by) = by else { return 0 };
                let key = short_key(by.what, held, schema, state);
                if by.reversed { !key } else { key }
            });
            u128::from(first) << 64 | u128::from(second)
        }
    }

    /// The beginning of a table's name, turned around if so wanted.
    fn name(&self, schema: &Schema) -> (u128, u64) {
        let (mut first, mut second) = ([0; 16], [0; 8]);
        let mut bytes = [0; 24];
        begin(schema.title().raw(), &mut bytes);
        first.copy_from_slice(&bytes[..16]);
        second.copy_from_slice(&bytes[16..]);
        let (first, second) = (u128::from_be_bytes(first), u64::from_be_bytes(second));
        if self.backwards { (!first, !second) } else { (first, second) }
    }

    /// Compares two entries.
    // Millions of times for one order: what mostly decides is compared right there.
    #[inline]
    pub(super) fn compare(&self, one: &Entry, other: &Entry) -> Ordering {
        if self.only.is_some() {
            let by_column = one.column.cmp(&other.column);
            if by_column.is_ne() {
                return by_column;
            }
            if !self.cuts_column(one) {
                let by_name = one.compare_names(other);
                if by_name.is_ne() || !self.cuts_name(one) {
                    return by_name.then_with(|| one.spot.cmp(&other.spot));
                }
            }
        }
        self.compare_closely(one, other)
    }

    /// Compares two entries, but not by name.
    #[inline]
    pub(super) fn compare_columns(&self, one: &Entry, other: &Entry) -> Ordering {
        let by_column = one.column.cmp(&other.column);
        if self.only.is_some() && (by_column.is_ne() || !self.cuts_column(one)) {
            return by_column;
        }
        self.compare_columns_closely(one, other)
    }

    #[inline(never)]
    fn compare_columns_closely(&self, one: &Entry, other: &Entry) -> Ordering {
        match self.only {
            Some(_) => one
                .column
                .cmp(&other.column)
                .then_with(|| self.compare_rest(self.cuts_column(one), self.first, one, other)),
            None => self.compare_several(one, other),
        }
    }

    #[inline(never)]
    fn compare_closely(&self, one: &Entry, other: &Entry) -> Ordering {
        self.compare_columns_closely(one, other)
            .then_with(|| one.compare_names(other))
            .then_with(|| {
                let name = By { what: What::Column(SchemaColumn::Name), reversed: self.backwards };
                self.compare_rest(self.cuts_name(one), name, one, other)
            })
            .then_with(|| one.spot.cmp(&other.spot))
    }

    fn compare_several(&self, one: &Entry, other: &Entry) -> Ordering {
        let ([first, second], [other_first, other_second]) = (halves(one.column), halves(other.column));
        let by_first = first.cmp(&other_first);
        let by_first = by_first.then_with(|| self.compare_rest(cuts_short(self.first, first), self.first, one, other));
        let [Some(by), rest @ ..] = &self.further else { return by_first };
        let rest = || rest.iter().flatten();
        by_first
            .then_with(|| second.cmp(&other_second))
            .then_with(|| self.compare_rest(cuts_short(*by, second), *by, one, other))
            .then_with(|| {
                rest().fold(Ordering::Equal, |so_far, by| so_far.then_with(|| self.compare_rest(true, *by, one, other)))
            })
    }

    /// Compares by the whole text where its beginning is the same.
    fn compare_rest(&self, cut: bool, by: By, one: &Entry, other: &Entry) -> Ordering {
        if !cut {
            return Ordering::Equal;
        }
        let (Some(one), Some(other)) = (self.inventory.at(one.spot), self.inventory.at(other.spot)) else {
            return Ordering::Equal;
        };
        let ordering = match by.what {
            What::Group => groups::compare((one.0, one.1), (other.0, other.1)),
            What::Column(SchemaColumn::Source) if std::ptr::eq(one.0, other.0) => Ordering::Equal,
            What::Column(column) => column.compare(&one, &other),
        };
        if by.reversed { ordering.reverse() } else { ordering }
    }

    /// Whether an entry does not hold all of what it is sorted by.
    pub(super) fn cuts(&self, entry: &Entry) -> bool {
        let cuts_columns = match (self.only, &self.further) {
            (Some(_), _) => self.cuts_column(entry),
            (None, [_, Some(_), ..]) => true,
            (None, [second, ..]) => {
                let [first, key] = halves(entry.column);
                cuts_short(self.first, first) || second.is_some_and(|second| cuts_short(second, key))
            }
        };
        cuts_columns || self.cuts_name(entry)
    }

    fn cuts_name(&self, entry: &Entry) -> bool {
        let last = entry.name_rest;
        (if self.backwards { !last } else { last }) & 0xff != 0
    }

    fn cuts_column(&self, entry: &Entry) -> bool {
        let key = if self.first.reversed { !entry.column } else { entry.column };
        is_text(self.first.what) && key & 0xff != 0
    }
}

/// Whether half an entry does not hold all of what it is sorted by.
fn cuts_short(by: By, key: u64) -> bool {
    let key = if by.reversed { !key } else { key };
    by.what == What::Group || (is_text(by.what) && key & 0xff != 0)
}

fn is_text(what: What) -> bool {
    use SchemaColumn::{Cause, Method, Name, Source};
    matches!(what, What::Column(Source | Method | Cause | Name))
}

/// The first and the second half.
fn halves(key: u128) -> [u64; 2] {
    [key >> 64, key & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or(u64::MAX))
}

/// The same as [`key`] in half the room.
fn short_key(what: What, held: &Held, schema: &Schema, state: State) -> u64 {
    let column = match what {
        What::Group => SchemaColumn::Source,
        What::Column(column) => column,
    };
    match column {
        SchemaColumn::Name => {
            let mut bytes = [0; 8];
            begin(schema.title().raw(), &mut bytes);
            u64::from_be_bytes(bytes)
        }
        SchemaColumn::Frequency => {
            let period = schema.frequency.known().and_then(Frequency::period);
            period.map_or(SHORT_LAST, |period| short(period.as_secs()))
        }
        SchemaColumn::Synced => match &schema.last_synced_at {
            Field::Known(at) => short(-at.as_microsecond()),
            Field::Null | Field::Unknown => SHORT_LAST,
        },
        SchemaColumn::Rows => {
            let most = u64::MAX >> 1;
            schema.rows().known().map_or(SHORT_LAST, |rows| most - (*rows).min(most))
        }
        SchemaColumn::State => state as u64,
        // Texts: the first half of their beginning.
        column => match key(column, held, schema, state) {
            LAST => SHORT_LAST,
            key => halves(key)[0],
        },
    }
}

/// A number that may be negative, in the same order, and less than what is not known.
fn short(number: i64) -> u64 {
    number.clamp(-(1 << 61), 1 << 61).saturating_add(1 << 62).unsigned_abs()
}

/// What a table is sorted by, so that less is less. Of a text, its beginning.
fn key(column: SchemaColumn, held: &Held, schema: &Schema, state: State) -> u128 {
    match column {
        SchemaColumn::State => state as u128,
        // The name follows anyway.
        SchemaColumn::Name
        | SchemaColumn::Next
        | SchemaColumn::Read
        | SchemaColumn::Took
        | SchemaColumn::Runs
        | SchemaColumn::Stored => 0,
        SchemaColumn::Source => {
            let mut bytes = [0; 16];
            begin(held.title().raw(), &mut bytes);
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
