//! Tables that are marked, so that an action concerns all of them.

use std::collections::BTreeSet;

use crate::warehouse::ids::SchemaId;

/// The marked tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    tables: BTreeSet<SchemaId>,
    /// Where the last mark was set: a range reaches from there.
    anchor: Option<SchemaId>,
}

impl Marks {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tables.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Whether a table is marked.
    #[must_use]
    pub fn has(&self, table: &SchemaId) -> bool {
        self.tables.contains(table)
    }

    /// The marked tables.
    pub fn iter(&self) -> impl Iterator<Item = &SchemaId> {
        self.tables.iter()
    }

    /// Marks a table, or takes its mark away.
    pub fn toggle(&mut self, table: &SchemaId) {
        if !self.tables.remove(table) {
            self.tables.insert(table.clone());
        }
        self.anchor = Some(table.clone());
    }

    /// Marks everything from the last mark to this row; without one, the row alone.
    pub fn range(&mut self, rows: &[SchemaId], to: usize) {
        let from = self.anchor.as_ref().and_then(|anchor| rows.iter().position(|row| row == anchor)).unwrap_or(to);
        let (first, last) = (from.min(to), from.max(to));
        self.tables.extend(rows.iter().take(last + 1).skip(first).cloned());
        self.anchor = rows.get(to).cloned();
    }

    /// Marks all rows; where all are marked, takes their marks away.
    pub fn all(&mut self, rows: &[SchemaId]) {
        if rows.iter().all(|row| self.tables.contains(row)) {
            for row in rows {
                self.tables.remove(row);
            }
        } else {
            self.tables.extend(rows.iter().cloned());
        }
    }

    /// Takes all marks away.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Keeps the marks of tables that are still there.
    pub fn keep(&mut self, is_there: impl Fn(&SchemaId) -> bool) {
        self.tables.retain(|table| is_there(table));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<SchemaId> {
        names.iter().map(|name| SchemaId::new(name)).collect()
    }

    fn marked(marks: &Marks) -> Vec<&str> {
        marks.iter().map(SchemaId::as_str).collect()
    }

    #[test]
    fn a_range_reaches_from_the_last_mark_in_both_directions() {
        let rows = ids(&["a", "b", "c", "d", "e"]);
        let mut marks = Marks::default();
        marks.toggle(&rows[3]);
        marks.range(&rows, 1);
        assert_eq!(marked(&marks), ["b", "c", "d"]);
        marks.toggle(&rows[2]);
        assert_eq!(marked(&marks), ["b", "d"]);
        marks.range(&rows, 4);
        assert_eq!(marked(&marks), ["b", "c", "d", "e"]);
    }

    #[test]
    fn all_rows_are_marked_and_then_none_of_them() {
        let rows = ids(&["a", "b"]);
        let mut marks = Marks::default();
        marks.toggle(&SchemaId::new("z"));
        marks.all(&rows);
        assert_eq!(marked(&marks), ["a", "b", "z"]);
        marks.all(&rows);
        assert_eq!(marked(&marks), ["z"]);
        marks.keep(|_| false);
        assert!(marks.is_empty());
    }

    #[test]
    fn a_range_without_a_mark_is_its_row() {
        let rows = ids(&["a", "b"]);
        let mut marks = Marks::default();
        marks.range(&rows, 1);
        assert_eq!(marked(&marks), ["b"]);
    }
}
