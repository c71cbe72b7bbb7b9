//! How wide the terminal is, for those who only write lines to it.

/// The columns of the terminal; `None` where there is none.
#[must_use]
pub fn width() -> Option<usize> {
    // A terminal that was never told its size says 0.
    crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns)).filter(|columns| *columns > 0)
}
