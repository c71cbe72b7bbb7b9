//! Size and model → named areas, without any drawing library. View, mouse and paging use the same areas.

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
    /// Divides a terminal of this size; `None` when it is too small. Where there is no room for all panes, the
    /// focused one is shown alone.
    #[must_use]
    pub fn new(size: Size, focus: Pane) -> Option<Self> {
        if size.width < SMALLEST.width || size.height < SMALLEST.height {
            return None;
        }
        let line = |y| Area { x: 0, y, width: size.width, height: 1 };
        let body = Area { x: 0, y: 1, width: size.width, height: size.height - 3 };
        let hidden = Area::default();
        let column = |x, width| Area { x, width, ..body };
        let (sources, schemas, details) = if size.width >= WIDE {
            let left = size.width * 28 / 100;
            let middle = size.width * 42 / 100;
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
        let whole = Self::new(size, focus)?;
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

    proptest! {
        #[test]
        fn areas_lie_inside_and_panes_do_not_overlap(width in 0_u16..400, height in 0_u16..200) {
            for focus in Pane::ALL {
                let size = Size { width, height };
                let Some(layout) = Layout::new(size, focus) else {
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
