//! A long text as it is read: from which line on, and what is searched for in it.

use std::cell::Cell;

use super::table::Filter;

/// A long text as it is read.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    place: Place,
    /// What is searched for, and whether it is being typed.
    pub find: Filter,
    /// Where it was shown last. Only the view knows how long the text is in so many columns; it writes that down here, and
    /// scrolling goes on from what is seen.
    shown: Cell<Option<Shown>>,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this line.
    Line(usize),
    /// So that this one of the matches is seen, counted around.
    Match(isize),
}

impl Default for Place {
    fn default() -> Self {
        Self::Line(0)
    }
}

/// Where a text was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    start: usize,
    last: usize,
}

/// A step through a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// So many lines.
    Lines(isize),
    /// To the beginning.
    Top,
    /// To the end.
    Bottom,
}

/// More lines than any text has.
const LIMIT: usize = 1_000_000;

impl Reader {
    /// Where to begin.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Takes down where the text was shown, and where its last page begins.
    pub fn note(&self, start: usize, last: usize) {
        self.shown.set(Some(Shown { start, last }));
    }

    /// Scrolls.
    pub fn step(&mut self, stride: Stride) {
        let shown = self.shown.get();
        let last = shown.map_or(LIMIT, |shown| shown.last);
        let here = match (shown, self.place) {
            // Several keys may come before the next frame.
            (_, Place::Line(line)) => line,
            (Some(shown), Place::Match(_)) => shown.start,
            (None, Place::Match(_)) => 0,
        };
        self.place = Place::Line(match stride {
            Stride::Lines(by) => here.min(last).saturating_add_signed(by).min(last),
            Stride::Top => 0,
            Stride::Bottom => last,
        });
    }

    /// Begins to type what is searched for.
    pub fn search(&mut self) {
        self.find.editing = true;
    }

    /// What is searched for was typed or changed: to its first match.
    pub fn sought(&mut self) {
        self.place = if self.find.is_active() { Place::Match(0) } else { Place::Line(0) };
    }

    /// To the next match, or to the one before; `false`: nothing is searched for.
    pub fn turn(&mut self, by: isize) -> bool {
        if !self.find.is_active() {
            return false;
        }
        self.place = Place::Match(match self.place {
            Place::Match(nth) => nth.saturating_add(by),
            Place::Line(_) => by.min(0),
        });
        true
    }

    /// Forgets what was searched for, and stays where it is.
    pub fn forget(&mut self) {
        self.find.clear();
        if let (Place::Match(_), shown) = (self.place, self.shown.get()) {
            self.place = Place::Line(shown.map_or(0, |shown| shown.start));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_goes_on_from_what_is_seen() {
        let mut reader = Reader::default();
        reader.step(Stride::Bottom);
        // As the view does.
        reader.note(90, 90);
        reader.step(Stride::Lines(-1));
        assert_eq!(reader.place(), Place::Line(89));
        for _ in 0..50 {
            reader.step(Stride::Lines(20));
        }
        reader.step(Stride::Lines(-1));
        assert_eq!(reader.place(), Place::Line(89));
    }

    #[test]
    fn after_a_search_the_text_stays_where_it_is() {
        let mut reader = Reader::default();
        assert!(!reader.turn(1));
        reader.find.input = "x".into();
        reader.sought();
        assert!(reader.turn(1) && reader.place() == Place::Match(1));
        reader.note(30, 90);
        reader.forget();
        assert_eq!(reader.place(), Place::Line(30));
    }
}
