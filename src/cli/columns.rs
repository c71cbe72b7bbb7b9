//! Plain columns: cut to the width of a terminal for people, whole for pipes.

use crate::view::text::{cut, fit, width};

/// What lies between two columns.
const GAP: usize = 2;

/// What stands where something was cut.
const MARK: &str = "…";

/// One column.
pub(super) struct Column {
    /// Its title.
    pub title: &'static str,
    /// Whether it is aligned to the right.
    pub right: bool,
    /// To how many cells it may be cut before it, or another one, goes; 0 for not at all.
    pub least: usize,
    /// Where cutting is not enough, the column with the highest number goes first; 0 for never.
    pub spare: u8,
}

impl Column {
    /// A column that is never cut and never goes.
    pub(super) const fn new(title: &'static str) -> Self {
        Self { title, right: false, least: 0, spare: 0 }
    }

    /// The same, aligned to the right.
    pub(super) const fn right(self) -> Self {
        Self { right: true, ..self }
    }

    /// The same, but it may be cut to so many cells.
    pub(super) const fn down_to(self, least: usize) -> Self {
        Self { least, ..self }
    }

    /// The same, but it may go.
    pub(super) const fn spared(self, spare: u8) -> Self {
        Self { spare, ..self }
    }
}

/// Rows under their titles, one line each, at most so wide; without a width nothing is cut.
pub(super) fn page(columns: &[Column], rows: &[Vec<String>], most: Option<usize>) -> String {
    let mut widths: Vec<usize> = columns.iter().map(|column| width(column.title)).collect();
    for row in rows {
        for (wide, cell) in widths.iter_mut().zip(row) {
            *wide = (*wide).max(width(cell));
        }
    }
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    if let Some(most) = most {
        squeeze(columns, &mut widths, &mut shown, most);
    }
    let last = shown.last().copied();
    let line = |cell: &dyn Fn(usize) -> String| {
        let cells = shown.iter().map(|&index| {
            let (text, column) = (cell(index), &columns[index]);
            match (most, Some(index) == last && !column.right) {
                // The end of a line is not padded.
                (None, true) => text,
                (Some(_), true) => cut(&text, widths[index], MARK),
                _ => fit(&text, widths[index], MARK, column.right),
            }
        });
        let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
        let line = line.trim_end();
        most.map_or_else(|| line.to_owned(), |most| cut(line, most, MARK)) + "\n"
    };
    let mut page = line(&|index| columns[index].title.to_owned());
    for row in rows {
        page.push_str(&line(&|index| row.get(index).cloned().unwrap_or_default()));
    }
    page
}

/// Leaves columns out until the others fit with what they need, then cuts the widest of these.
fn squeeze(columns: &[Column], widths: &mut [usize], shown: &mut Vec<usize>, most: usize) {
    let together = |shown: &[usize], wide: &dyn Fn(usize) -> usize| {
        shown.iter().map(|&index| wide(index) + GAP).sum::<usize>().saturating_sub(GAP)
    };
    let needs = |index: usize, widths: &[usize]| match columns[index].least {
        0 => widths[index],
        least => widths[index].min(least),
    };
    while together(shown, &|index| needs(index, widths)) > most {
        let goes = shown.iter().copied().filter(|index| columns[*index].spare > 0);
        let Some(goes) = goes.max_by_key(|index| columns[*index].spare) else { break };
        shown.retain(|index| *index != goes);
    }
    loop {
        let Some(excess) = together(shown, &|index| widths[index]).checked_sub(most).filter(|excess| *excess > 0)
        else {
            return;
        };
        let room = |index: usize| widths[index] - needs(index, widths);
        let mut roomy: Vec<usize> = shown.iter().copied().filter(|&index| room(index) > 0).collect();
        roomy.sort_by_key(|&index| std::cmp::Reverse(widths[index]));
        let Some(&widest) = roomy.first() else { return };
        // The next widest is not passed by, so that they share what is missing.
        let lead = roomy.get(1).map_or(usize::MAX, |&next| widths[widest] - widths[next]);
        widths[widest] -= lead.clamp(1, room(widest)).min(excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: [Column; 3] =
        [Column::new("NAME").down_to(6), Column::new("ROWS").right().spared(1), Column::new("WHAT").down_to(8)];

    fn rows() -> Vec<Vec<String>> {
        [["orders", "12,331", "The column \"total\" no longer exists"], ["表名很长的一张表", "7", ""]]
            .map(|row| row.map(str::to_owned).to_vec())
            .to_vec()
    }

    #[test]
    fn a_pipe_gets_all_and_a_terminal_what_fits() {
        let whole = page(&COLUMNS, &rows(), None);
        assert_eq!(
            whole,
            "NAME                ROWS  WHAT\n\
             orders            12,331  The column \"total\" no longer exists\n\
             表名很长的一张表       7\n"
        );
        let narrow = page(&COLUMNS, &rows(), Some(40));
        assert_eq!(
            narrow,
            "NAME               ROWS  WHAT\n\
             orders           12,331  The column \"to…\n\
             表名很长的一张…       7\n"
        );
        assert_eq!(page(&COLUMNS, &rows(), Some(16)), "NAME    WHAT\norders  The col…\n表名…\n");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            cells in prop::collection::vec(prop::collection::vec(".{0,30}", 3), 0..6), most in 1_usize..90
        ) {
            let cells: Vec<Vec<String>> = cells
                .into_iter()
                .map(|row| row.iter().map(|cell| crate::warehouse::text::clean(cell, false).into_owned()).collect())
                .collect();
            for line in page(&COLUMNS, &cells, Some(most)).lines() {
                prop_assert!(width(line) <= most, "{line:?}");
            }
        }
    }
}
