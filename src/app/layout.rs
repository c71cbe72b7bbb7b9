//! Size and model → named areas, without any drawing library. View, mouse and paging use the same areas.

use serde::{Deserialize, Serialize};

/// Size of the terminal in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// An area of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether a cell lies in it.
    #[must_use]
    pub fn contains(&self, column: u16, row: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&column)
            && (self.y..self.y.saturating_add(self.height)).contains(&row)
    }

    /// The area inside a frame of one cell.
    #[must_use]
    pub fn inside(&self) -> Self {
        Self {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }
}

/// Cells of one line that lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The cells.
    pub area: Area,
    /// Where they lead: an address of the web, encoded.
    pub address: String,
}

/// A pane of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The sources.
    Sources,
    /// The tables.
    Schemas,
    /// All about the selected one.
    Details,
}

impl Pane {
    /// All of them, from left to right.
    pub const ALL: [Self; 3] = [Self::Sources, Self::Schemas, Self::Details];

    /// The pane that follows when drilling down.
    #[must_use]
    pub fn deeper(self) -> Self {
        match self {
            Self::Sources => Self::Schemas,
            Self::Schemas | Self::Details => Self::Details,
        }
    }

    /// The pane that was drilled down from.
    #[must_use]
    pub fn shallower(self) -> Self {
        match self {
            Self::Sources | Self::Schemas => Self::Sources,
            Self::Details => Self::Schemas,
        }
    }
}

/// Which panes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panes {
    /// As many as fit side by side.
    #[default]
    AsManyAsFit,
    /// The focused one alone.
    Zoomed,
    /// The focused one alone, because the screen is read aloud.
    ReadAloud,
}

/// Columns from which on all three panes are side by side.
pub const WIDE: u16 = 120;

/// The narrowest that a pane beside others gets.
pub const NARROWEST: u16 = 24;

/// A border between two panes that are side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Between sources and tables.
    Left,
    /// Between tables and details.
    Right,
}

/// How the width is divided between the panes, in thousandths: those of sources and tables; the details have the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Split {
    /// The share of the sources.
    pub sources: u16,
    /// The share of the tables.
    pub schemas: u16,
}

impl Default for Split {
    fn default() -> Self {
        Self { sources: 280, schemas: 420 }
    }
}

impl Split {
    /// Columns of sources and tables in a terminal of this width. No pane gets less than [`NARROWEST`].
    fn columns(self, width: u16) -> (u16, u16) {
        let share = |part: u16| u16::try_from(u32::from(width) * u32::from(part) / 1000).unwrap_or(u16::MAX);
        let left = share(self.sources).clamp(NARROWEST, width - 2 * NARROWEST);
        (left, share(self.schemas).clamp(NARROWEST, width - left - NARROWEST))
    }

    /// The same with a border moved, so that what is right of it begins at this column, or as near to it as there is room.
    /// The pane beyond the other border keeps its columns.
    #[must_use]
    pub fn moved(self, width: u16, border: Border, column: u16) -> Self {
        let (left, middle) = self.columns(width);
        let (left, middle) = match border {
            Border::Left => {
                let both = left + middle;
                let left = column.clamp(NARROWEST, both - NARROWEST);
                (left, both - left)
            }
            Border::Right => (left, column.clamp(left + NARROWEST, width - NARROWEST) - left),
        };
        // Rounded up, so that the same width gives the same columns again.
        let part = |columns: u16| {
            let thousandths = (u32::from(columns) * 1000).div_ceil(u32::from(width.max(1)));
            u16::try_from(thousandths).unwrap_or(1000)
        };
        Self { sources: part(left), schemas: part(middle) }
    }
}

/// The smallest terminal that makes sense.
pub const SMALLEST: Size = Size { width: 60, height: 16 };

/// Where everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// One line about project and connection.
    pub header: Area,
    /// The panes; one without cells is not shown.
    sources: Area,
    schemas: Area,
    details: Area,
    /// One line for notices and actions under way.
    pub notice: Area,
    /// One line of key hints.
    pub hints: Area,
}

impl Layout {
    /// Divides a terminal of this size in these shares; `None` when it is too small. Where there is no room for all panes, the
    /// focused one is shown alone.
    #[must_use]
    pub fn new(size: Size, focus: Pane, split: Split) -> Option<Self> {
        if size.width < SMALLEST.width || size.height < SMALLEST.height {
            return None;
        }
        let line = |y| Area { x: 0, y, width: size.width, height: 1 };
        let body = Area { x: 0, y: 1, width: size.width, height: size.height - 3 };
        let hidden = Area::default();
        let column = |x, width| Area { x, width, ..body };
        let (sources, schemas, details) = if size.width >= WIDE {
            let (left, middle) = split.columns(size.width);
            (column(0, left), column(left, middle), column(left + middle, size.width - left - middle))
        } else {
            match focus {
                Pane::Sources => (body, hidden, hidden),
                Pane::Schemas => (hidden, body, hidden),
                Pane::Details => (hidden, hidden, body),
            }
        };
        Some(Self {
            header: line(0),
            sources,
            schemas,
            details,
            notice: line(size.height - 2),
            hints: line(size.height - 1),
        })
    }

    /// The same with the focused pane alone, however much room there is.
    #[must_use]
    pub fn zoomed(size: Size, focus: Pane) -> Option<Self> {
        let whole = Self::new(size, focus, Split::default())?;
        let body = Area { x: 0, y: 1, width: size.width, height: size.height - 3 };
        let place = |pane| if pane == focus { body } else { Area::default() };
        let (sources, schemas, details) = (place(Pane::Sources), place(Pane::Schemas), place(Pane::Details));
        Some(Self { sources, schemas, details, ..whole })
    }

    /// The area of a pane, its frame included; without cells when it is not shown.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Area {
        match pane {
            Pane::Sources => self.sources,
            Pane::Schemas => self.schemas,
            Pane::Details => self.details,
        }
    }

    /// The rows of a table pane, below its column titles.
    #[must_use]
    pub fn rows(&self, pane: Pane) -> Area {
        let inside = self.pane(pane).inside();
        Area { y: inside.y.saturating_add(1), height: inside.height.saturating_sub(1), ..inside }
    }

    /// The border between two panes at a cell, and the column where what is right of it begins: both frames that meet
    /// there belong to it.
    #[must_use]
    pub fn border_at(&self, column: u16, row: u16) -> Option<(Border, u16)> {
        let between = |left: Area, right: Area| left.width > 0 && right.width > 0 && right.contains(right.x, row);
        [(Border::Left, self.sources, self.schemas), (Border::Right, self.schemas, self.details)]
            .into_iter()
            .filter(|(_, left, right)| between(*left, *right))
            .find(|(_, _, right)| column == right.x || column + 1 == right.x)
            .map(|(border, _, right)| (border, right.x))
    }

    /// The column where what is right of a border begins.
    #[must_use]
    pub fn border(&self, border: Border) -> u16 {
        match border {
            Border::Left => self.schemas.x,
            Border::Right => self.details.x,
        }
    }

    /// The pane at a cell.
    #[must_use]
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|pane| self.pane(*pane).contains(column, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_are_those_of_before() {
        for width in WIDE..400 {
            let (left, middle) = Split::default().columns(width);
            assert_eq!((left, middle), (width * 28 / 100, width * 42 / 100));
        }
    }

    proptest! {
        #[test]
        fn a_border_is_where_it_was_moved_to_and_no_pane_vanishes(
            width in WIDE..1000, moves in prop::collection::vec((any::<bool>(), any::<u16>()), 1..6),
        ) {
            let size = Size { width, height: 30 };
            let mut split = Split::default();
            for (first, column) in moves {
                let border = if first { Border::Left } else { Border::Right };
                let other = if first { Border::Right } else { Border::Left };
                let before = Layout::new(size, Pane::Sources, split).unwrap();
                split = split.moved(width, border, column);
                let after = Layout::new(size, Pane::Sources, split).unwrap();
                prop_assert_eq!(before.border(other), after.border(other));
                prop_assert!(Pane::ALL.iter().all(|pane| after.pane(*pane).width >= NARROWEST));
                let possible = (column >= NARROWEST && column + NARROWEST <= after.border(Border::Right) && first)
                    || (column >= after.border(Border::Left) + NARROWEST && column <= width - NARROWEST && !first);
                if possible {
                    prop_assert_eq!(after.border(border), column);
                }
                prop_assert_eq!(after.border_at(after.border(border), 5), Some((border, after.border(border))));
                prop_assert_eq!(after.border_at(after.border(border) - 1, 5), Some((border, after.border(border))));
                prop_assert_eq!(after.border_at(after.border(border) + 1, 5), None);
            }
            // In another window the shares stay, and whatever they are, panes do not overlap.
            for width in [WIDE, 137, 300] {
                let layout = Layout::new(Size { width, height: 30 }, Pane::Sources, split).unwrap();
                let columns: u16 = Pane::ALL.iter().map(|pane| layout.pane(*pane).width).sum();
                prop_assert_eq!(columns, width);
            }
        }

        #[test]
        fn shares_that_make_no_sense_do_no_harm(sources in any::<u16>(), schemas in any::<u16>(), width in WIDE..400) {
            let layout = Layout::new(Size { width, height: 20 }, Pane::Details, Split { sources, schemas }).unwrap();
            let columns: u16 = Pane::ALL.iter().map(|pane| layout.pane(*pane).width).sum();
            prop_assert_eq!(columns, width);
            prop_assert!(Pane::ALL.iter().all(|pane| layout.pane(*pane).width >= NARROWEST));
        }

        #[test]
        fn areas_lie_inside_and_panes_do_not_overlap(width in 0_u16..400, height in 0_u16..200) {
            for focus in Pane::ALL {
                let size = Size { width, height };
                let Some(layout) = Layout::new(size, focus, Split::default()) else {
                    prop_assert!(width < SMALLEST.width || height < SMALLEST.height);
                    continue;
                };
                let mut cells = 0_u32;
                for pane in Pane::ALL {
                    let area = layout.pane(pane);
                    prop_assert!(area.x + area.width <= width && area.y + area.height <= height - 2);
                    cells += u32::from(area.width) * u32::from(area.height);
                }
                prop_assert_eq!(cells, u32::from(width) * u32::from(height - 3));
                prop_assert!(layout.pane(focus).width > 0);
                let alone = Layout::zoomed(size, focus).unwrap();
                for pane in Pane::ALL {
                    let area = alone.pane(pane);
                    prop_assert_eq!(u32::from(area.width) * u32::from(area.height) > 0, pane == focus);
                }
                prop_assert_eq!(alone.pane(focus).width, width);
            }
        }
    }
}
