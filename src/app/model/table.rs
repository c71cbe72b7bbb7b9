//! A table as it is looked at: which rows, in which order, from which on, and which one is selected.
//!
//! The selection is an identity, not a place: when the order changes, the cursor stays on its row.

use std::cmp::Ordering;
use tui_input::Input;

/// How a table is looked at.
#[derive(Clone, Debug)]
pub struct TableView<Id> {
    rows: Vec<Id>,
    selected: Option<Id>,
    cursor: usize,
    offset: usize,
    moved: bool,
    /// Which column it is sorted by.
    pub sort: Sort,
    /// What it is filtered by.
    pub filter: Filter,
}

/// An order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Index of the column.
    pub column: usize,
    /// Turned around.
    pub reversed: bool,
}

/// A filter, and whether it is being typed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What was typed.
    pub input: Input,
    /// Whether keys go into it.
    pub editing: bool,
    /// What the word at the cursor could become, or why nothing.
    pub offered: Option<String>,
}

impl Filter {
    /// What rows have to match; blank matches all.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value().trim()
    }

    /// Whether it leaves anything out.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.text().is_empty()
    }

    /// Forgets it.
    pub fn clear(&mut self) {
        self.input.reset();
        self.editing = false;
        self.offered = None;
    }
}

impl<Id> Default for TableView<Id> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            selected: None,
            cursor: 0,
            offset: 0,
            moved: false,
            sort: Sort { column: 0, reversed: false },
            filter: Filter::default(),
        }
    }
}

impl<Id: Clone + PartialEq> TableView<Id> {
    /// All rows that pass the filter, in order.
    #[must_use]
    pub fn rows(&self) -> &[Id] {
        &self.rows
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Id> {
        self.selected.as_ref()
    }

    /// Where the selected row is.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The rows to show in so many lines, with the index of the first.
    #[must_use]
    pub fn window(&self, height: usize) -> (usize, &[Id]) {
        let start = self.start(height);
        let end = start.saturating_add(height).min(self.rows.len());
        (start, self.rows.get(start..end).unwrap_or_default())
    }

    /// The offset, corrected so that the cursor is visible.
    fn start(&self, height: usize) -> usize {
        let last = self.rows.len().saturating_sub(height);
        let lowest = (self.cursor + 1).saturating_sub(height);
        self.offset.max(lowest).min(self.cursor).min(last)
    }

    /// Puts other rows in. The cursor stays on its row; where that is gone, it stays at its place.
    pub fn replace(&mut self, rows: Vec<Id>) {
        self.rows = rows;
        let kept = self.selected.as_ref().and_then(|selected| {
            // Usually nothing has moved.
            match self.rows.get(self.cursor) {
                Some(row) if row == selected => Some(self.cursor),
                _ => self.rows.iter().position(|row| row == selected),
            }
        });
        self.put(kept.unwrap_or(self.cursor));
    }

    /// The same, where it was found out already where the selected row is. Gives back the rows from before.
    pub(super) fn put_in(&mut self, rows: Vec<Id>, cursor: Option<usize>) -> Vec<Id> {
        let before = std::mem::replace(&mut self.rows, rows);
        if let Some(cursor) = cursor {
            self.put(cursor);
        } else {
            let rows = std::mem::take(&mut self.rows);
            self.replace(rows);
        }
        before
    }

    /// The same, but until somebody has moved the cursor it stays on the first row.
    pub fn replace_from_the_top(&mut self, rows: Vec<Id>) {
        if !self.moved {
            self.reset();
        }
        self.replace(rows);
    }

    /// Selects the row at a place, or the last.
    pub fn go(&mut self, place: usize) {
        self.moved = true;
        self.put(place);
    }

    fn put(&mut self, place: usize) {
        self.cursor = place.min(self.rows.len().saturating_sub(1));
        self.selected = self.rows.get(self.cursor).cloned();
    }

    /// Selects a row by identity; `false` when it is not shown.
    pub fn select(&mut self, id: &Id) -> bool {
        let found = self.rows.iter().position(|row| row == id);
        if let Some(place) = found {
            self.go(place);
        }
        found.is_some()
    }

    /// Forgets selection and place.
    pub fn reset(&mut self) {
        self.selected = None;
        self.cursor = 0;
        self.offset = 0;
        self.moved = false;
    }

    /// Moves the cursor by so many rows.
    pub fn step(&mut self, by: isize) {
        self.go(self.cursor.saturating_add_signed(by));
    }

    /// Scrolls by so many lines of a window of this height; the cursor stays in sight.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let last = self.rows.len().saturating_sub(height);
        let start = self.start(height).saturating_add_signed(by).min(last);
        let bottom = start + height.saturating_sub(1);
        self.offset = start;
        self.go(self.cursor.clamp(start, bottom.max(start)));
    }

    /// Keeps the offset as it is shown now; called when the height is known.
    pub fn settle(&mut self, height: usize) {
        self.offset = self.start(height);
    }

    /// Selects the next row after the cursor that fulfils a condition, around the end if need be.
    pub fn next_where(&mut self, wanted: impl Fn(&Id) -> bool) -> bool {
        let count = self.rows.len();
        let found = (1..=count)
            .map(|step| (self.cursor + step) % count.max(1))
            .find(|place| self.rows.get(*place).is_some_and(&wanted));
        if let Some(place) = found {
            self.go(place);
        }
        found.is_some()
    }
}

impl Sort {
    /// An ordering, turned around if so wanted.
    #[must_use]
    pub fn turned(self, ordering: Ordering) -> Ordering {
        if self.reversed { ordering.reverse() } else { ordering }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_stays_on_its_row_when_the_order_changes() {
        let mut table = TableView::default();
        table.replace(vec!['a', 'b', 'c', 'd']);
        table.go(1);
        table.replace(vec!['d', 'c', 'b', 'a']);
        assert_eq!((table.selected(), table.cursor()), (Some(&'b'), 2));
        table.replace(vec!['d', 'c', 'a']);
        assert_eq!(table.selected(), Some(&'a'));
        table.replace(vec![]);
        assert_eq!(table.selected(), None);
    }

    #[test]
    fn until_somebody_moves_the_cursor_it_stays_on_the_first_row_where_that_is_wanted() {
        let mut table = TableView::default();
        table.replace_from_the_top(vec!['b', 'c']);
        table.replace_from_the_top(vec!['a', 'b', 'c']);
        assert_eq!((table.selected(), table.cursor()), (Some(&'a'), 0));
        table.step(1);
        table.replace_from_the_top(vec!['c', 'a', 'b']);
        assert_eq!((table.selected(), table.cursor()), (Some(&'b'), 2));
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_window(
            count in 0_usize..50,
            height in 1_usize..20,
            moves in proptest::collection::vec((-30_isize..30, any::<bool>()), 0..30),
        ) {
            let mut table = TableView::default();
            table.replace((0..count).collect());
            for (by, scrolls) in moves {
                if scrolls { table.scroll(by, height) } else { table.step(by) }
                table.settle(height);
                let (start, rows) = table.window(height);
                prop_assert!(rows.len() == height.min(count));
                prop_assert!(count == 0 || (start..start + rows.len()).contains(&table.cursor()));
                prop_assert_eq!(table.selected().copied(), (count > 0).then_some(table.cursor()));
            }
        }
    }
}
