//! A table as it is looked at: which rows, in which order, from which on, and which one is selected.
//!
//! The selection is an identity, not a place: when the order changes, the cursor stays on its row.

mod sort;

use tui_input::Input;

use super::groups::Head;
pub use sort::{Criteria, Sort, Then};

/// How a table is looked at.
#[derive(Clone, Debug)]
pub struct TableView<Id> {
    rows: Vec<Id>,
    selected: Option<Id>,
    cursor: usize,
    offset: usize,
    moved: bool,
    /// Headings between the rows, in their order.
    heads: Vec<Head>,
    /// Which column it is sorted by.
    pub sort: Sort,
    /// What it is sorted by where that column says the same.
    pub then: Then,
    /// Whether rows stand under headings.
    pub grouped: bool,
    /// What it is filtered by.
    pub filter: Filter,
}

/// A line of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line<'a, Id> {
    /// A heading.
    Head(&'a Head),
    /// A row, and its place.
    Row(usize, &'a Id),
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
            heads: Vec::new(),
            sort: Sort { column: 0, reversed: false },
            then: Then::default(),
            grouped: false,
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

    /// What the order of its rows depends on.
    #[must_use]
    pub fn criteria(&self) -> Criteria {
        Criteria { first: self.sort, then: self.then, grouped: self.grouped }
    }

    /// All orders, the most important first.
    #[must_use]
    pub fn sorts(&self) -> Vec<Sort> {
        std::iter::once(self.sort).chain(self.then.iter()).collect()
    }

    /// Sorts by these, the most important first; `false` where there is none.
    pub fn sort_by(&mut self, sorts: &[Sort]) -> bool {
        if let Some((first, then)) = sorts.split_first() {
            self.sort = *first;
            self.then = Then::of(then);
        }
        !sorts.is_empty()
    }

    /// The headings between the rows.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The rows to show in so many lines, with the index of the first. For tables without headings.
    #[must_use]
    pub fn window(&self, height: usize) -> (usize, &[Id]) {
        let start = self.start(height);
        let end = start.saturating_add(height).min(self.rows.len());
        (start, self.rows.get(start..end).unwrap_or_default())
    }

    /// The lines to show where there is room for so many.
    pub fn lines(&self, height: usize) -> impl Iterator<Item = Line<'_, Id>> {
        let start = self.start(height);
        (start..start.saturating_add(height)).map_while(|line| self.line(line))
    }

    /// The row that is shown in a line of a window of this height, if one is.
    #[must_use]
    pub fn row_at(&self, line: usize, height: usize) -> Option<usize> {
        match self.line(self.start(height).saturating_add(line)) {
            Some(Line::Row(row, _)) if line < height => Some(row),
            _ => None,
        }
    }

    /// What stands in a line, counted from the first of all.
    fn line(&self, line: usize) -> Option<Line<'_, Id>> {
        let above = self.heads_until(line);
        if let Some(head) = above.checked_sub(1).and_then(|last| self.heads.get(last))
            && head.at + above == line + 1
        {
            return Some(Line::Head(head));
        }
        let row = line - above;
        self.rows.get(row).map(|id| Line::Row(row, id))
    }

    /// How many headings stand in the lines up to this one.
    fn heads_until(&self, line: usize) -> usize {
        let (mut low, mut high) = (0, self.heads.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.heads.get(middle).is_some_and(|head| head.at + middle <= line) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The line in which a row stands.
    fn line_of(&self, row: usize) -> usize {
        row + self.heads.partition_point(|head| head.at <= row)
    }

    /// The row in a line, or one beside it where that is a heading: the next one, or the previous one.
    fn row_near(&self, line: usize, next: bool) -> usize {
        let last = self.rows.len().saturating_sub(1);
        match self.line(line) {
            Some(Line::Row(row, _)) => row,
            Some(Line::Head(head)) if next || head.at == 0 => head.at.min(last),
            Some(Line::Head(head)) => head.at - 1,
            None => last,
        }
    }

    fn line_count(&self) -> usize {
        self.rows.len() + self.heads.len()
    }

    /// The offset, corrected so that the cursor is visible.
    fn start(&self, height: usize) -> usize {
        let cursor = self.line_of(self.cursor);
        let last = self.line_count().saturating_sub(height);
        let lowest = (cursor + 1).saturating_sub(height);
        self.offset.max(lowest).min(cursor).min(last)
    }

    /// Puts other rows in, without headings. The cursor stays on its row; where that is gone, it stays at its place.
    pub fn replace(&mut self, rows: Vec<Id>) {
        self.heads.clear();
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

    /// The same with headings between the rows. `cursor` tells where the selected row is, where that was found out
    /// already. Gives back the rows from before.
    pub(super) fn put_in(&mut self, rows: Vec<Id>, heads: Vec<Head>, cursor: Option<usize>) -> Vec<Id> {
        let before = std::mem::replace(&mut self.rows, rows);
        if let Some(cursor) = cursor {
            self.put(cursor);
        } else {
            let rows = std::mem::take(&mut self.rows);
            self.replace(rows);
        }
        self.heads = heads;
        before
    }

    /// Puts the rows in another order. `cursor` tells where the selected row is then, where that is known.
    pub(super) fn rearrange(&mut self, cursor: Option<usize>, order: impl FnOnce(&mut Vec<Id>)) {
        let mut rows = std::mem::take(&mut self.rows);
        order(&mut rows);
        self.put_in(rows, Vec::new(), cursor);
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
        // The heading of the first row under it comes into sight with it.
        if let Ok(head) = self.heads.binary_search_by_key(&self.cursor, |head| head.at) {
            self.offset = self.offset.min(self.cursor + head);
        }
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

    /// Moves the cursor by so many pages of this height.
    pub fn page(&mut self, pages: isize, height: usize) {
        let by = pages.saturating_mul(isize::try_from(height).unwrap_or(isize::MAX));
        if self.heads.is_empty() {
            return self.step(by);
        }
        let line = self.line_of(self.cursor).saturating_add_signed(by).min(self.line_count().saturating_sub(1));
        // Where a heading is met, rather a row less than one that is never seen; but on it goes.
        let near = self.row_near(line, by < 0);
        self.go(if near == self.cursor { self.row_near(line, by > 0) } else { near });
    }

    /// Scrolls by so many lines of a window of this height; the cursor stays in sight.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let last = self.line_count().saturating_sub(height);
        let start = self.start(height).saturating_add_signed(by).min(last);
        let bottom = start + height.saturating_sub(1);
        self.offset = start;
        let line = self.line_of(self.cursor).clamp(start, bottom.max(start));
        self.moved = true;
        // A heading is not selected; below the last one of the window nothing more is seen.
        self.put(self.row_near(line, line < bottom || height < 2));
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
            sizes in prop::collection::vec(1_usize..9, 0..9),
            grouped in any::<bool>(),
            height in 1_usize..20,
            moves in prop::collection::vec((-30_isize..30, 0..3), 0..30),
        ) {
            let count: usize = sizes.iter().sum();
            let starts = sizes.iter().scan(0, |at, size| Some(std::mem::replace(at, *at + size)));
            let heads: Vec<Head> = starts.filter(|_| grouped).map(Head::at).collect();
            let lines = count + heads.len();
            let mut table = TableView::default();
            table.put_in((0..count).collect(), heads, None);
            for (by, how) in moves {
                match how {
                    0 => table.scroll(by, height),
                    1 => table.step(by),
                    _ => table.page(by.signum(), height),
                }
                table.settle(height);
                let shown: Vec<_> = table.lines(height).collect();
                prop_assert!(shown.len() == height.min(lines));
                let at = |row: usize| shown.iter().position(|line| matches!(line, Line::Row(place, _) if *place == row));
                prop_assert!(count == 0 || at(table.cursor()).is_some(), "{by} {how} {shown:?}");
                for (line, what) in shown.iter().enumerate() {
                    let row = match what {
                        Line::Row(row, id) => { prop_assert_eq!(row, *id); Some(*row) }
                        Line::Head(_) => None,
                    };
                    prop_assert_eq!(table.row_at(line, height), row);
                }
                if !grouped {
                    let (start, rows) = table.window(height);
                    prop_assert!((start..start + rows.len()).eq(rows.iter().copied()));
                }
                prop_assert_eq!(table.selected().copied(), (count > 0).then_some(table.cursor()));
            }
        }
    }

    #[test]
    fn the_heading_above_comes_into_sight_and_pages_leave_no_row_out() {
        let mut table = TableView::default();
        table.put_in((0..9).collect(), [0, 3, 6].map(Head::at).into(), None);
        let shown = |table: &TableView<usize>| -> String {
            table.lines(4).map(|line| if let Line::Row(row, _) = line { row.to_string() } else { "-".into() }).collect()
        };
        assert_eq!(shown(&table), "-012");
        let mut seen = vec![shown(&table)];
        for _ in 0..3 {
            table.page(1, 4);
            table.settle(4);
            seen.push(shown(&table));
        }
        assert_eq!(seen, ["-012", "12-3", "45-6", "-678"].map(str::to_owned), "{seen:?}");
        table.step(-99);
        table.settle(4);
        assert_eq!(shown(&table), "-012");
    }
}
