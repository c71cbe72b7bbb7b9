//! A long text as it is read: from which line on, and what is searched for in it.
//!
//! How many lines a text has in so many columns is known where it is drawn, not here. So a place is kept as the way to
//! it, from the beginning, the end or a match, and becomes a line when the text is there.

use super::table::Filter;

/// A long text as it is read.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    from: Anchor,
    walk: Walk,
    /// What is searched for, and whether it is being typed.
    pub find: Filter,
    /// What was searched for when the search was left, while the place is still at its matches.
    left: String,
}

/// Where a way begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Anchor {
    /// At the first line.
    #[default]
    Top,
    /// Where the last page begins.
    Bottom,
    /// So that this one of the matches is seen, counted around.
    Match(isize),
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

/// Lines above a match that show where it is.
const ABOVE: usize = 3;

/// Steps of so many lines, each of which ends at the ends of the text: down, up, down and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Walk(Vec<isize>);

impl Walk {
    fn go(&mut self, by: isize) {
        if by == 0 {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.signum() == by.signum() => *last = last.saturating_add(by),
            _ => self.0.push(by),
        }
        // A step that is no longer than those before and behind it turns nothing that the last one does not turn again.
        while let [.., before, turn, behind] = self.0[..]
            && turn.unsigned_abs() <= before.unsigned_abs().min(behind.unsigned_abs())
        {
            self.0.truncate(self.0.len() - 3);
            self.0.push(before.saturating_add(turn).saturating_add(behind));
        }
    }

    /// Where it ends that begins at this line.
    fn end(&self, start: usize, last: usize) -> usize {
        self.0.iter().fold(start.min(last), |line, by| line.saturating_add_signed(*by).min(last))
    }
}

impl Reader {
    /// The first line to show, where these lines match and the last page begins at `last`.
    #[must_use]
    pub fn line(&self, matches: &[usize], last: usize) -> usize {
        let start = match self.from {
            Anchor::Top => 0,
            Anchor::Bottom => last,
            Anchor::Match(nth) => {
                let line = around(nth, matches.len()).and_then(|nth| matches.get(nth));
                line.map_or(0, |line| line.saturating_sub(ABOVE))
            }
        };
        self.walk.end(start, last)
    }

    /// Which of so many matches is looked at, from 0; `None`: no special one.
    #[must_use]
    pub fn nth(&self, matches: usize) -> Option<usize> {
        let Anchor::Match(nth) = self.from else { return None };
        around(nth, matches).filter(|_| self.is_at_a_match())
    }

    /// What the lines are matched with: what is searched for, or what the place depends on though nobody searches for it
    /// any more.
    #[must_use]
    pub fn wanted(&self) -> &str {
        if self.find.is_active() { self.find.text() } else { &self.left }
    }

    fn is_at_a_match(&self) -> bool {
        matches!(self.from, Anchor::Match(_)) && self.walk == Walk::default() && self.left.is_empty()
    }

    fn go_to(&mut self, from: Anchor) {
        self.from = from;
        self.walk = Walk::default();
        self.left.clear();
    }

    /// Scrolls.
    pub fn step(&mut self, stride: Stride) {
        match stride {
            Stride::Lines(by) => self.walk.go(by),
            Stride::Top => self.go_to(Anchor::Top),
            Stride::Bottom => self.go_to(Anchor::Bottom),
        }
    }

    /// Begins to type what is searched for.
    pub fn search(&mut self) {
        self.find.editing = true;
    }

    /// What is searched for was typed or changed: to its first match.
    pub fn sought(&mut self) {
        self.go_to(if self.find.is_active() { Anchor::Match(0) } else { Anchor::Top });
    }

    /// To the next match, or to the one before; `false`: nothing is searched for.
    pub fn turn(&mut self, by: isize) -> bool {
        if !self.find.is_active() {
            return false;
        }
        self.go_to(Anchor::Match(match self.from {
            Anchor::Match(nth) if self.is_at_a_match() => nth.saturating_add(by),
            _ => by.min(0),
        }));
        true
    }

    /// Forgets what was searched for, and stays where it is.
    pub fn forget(&mut self) {
        if matches!(self.from, Anchor::Match(_)) && self.find.is_active() {
            self.left = self.find.text().to_owned();
        }
        self.find.clear();
    }
}

/// One of so many, counted around.
fn around(nth: isize, count: usize) -> Option<usize> {
    usize::try_from(nth.checked_rem_euclid(isize::try_from(count).ok()?)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scrolling_goes_on_from_what_is_seen() {
        let mut reader = Reader::default();
        reader.step(Stride::Bottom);
        assert_eq!(reader.line(&[], 90), 90);
        reader.step(Stride::Lines(-1));
        assert_eq!(reader.line(&[], 90), 89);
        for _ in 0..50 {
            reader.step(Stride::Lines(20));
        }
        reader.step(Stride::Lines(-1));
        assert_eq!(reader.line(&[], 90), 89);
        reader.step(Stride::Top);
        assert_eq!(reader.line(&[], 90), 0);
    }

    #[test]
    fn after_a_search_the_text_stays_where_it_is() {
        let mut reader = Reader::default();
        assert!(!reader.turn(1));
        reader.find.input = "x".into();
        reader.sought();
        let matches = [10, 33, 80];
        assert!(reader.turn(1) && reader.nth(3) == Some(1));
        assert_eq!((reader.line(&matches, 90), reader.wanted()), (30, "x"));
        reader.forget();
        assert_eq!((reader.line(&matches, 90), reader.nth(3), reader.wanted()), (30, None, "x"));
        reader.step(Stride::Lines(2));
        assert_eq!(reader.line(&matches, 90), 32);
        reader.step(Stride::Top);
        assert_eq!(reader.wanted(), "");
    }

    #[test]
    fn matches_are_counted_around() {
        let mut reader = Reader::default();
        reader.find.input = "x".into();
        reader.sought();
        assert!(reader.turn(-1) && reader.nth(3) == Some(2) && reader.nth(0).is_none());
        assert!(reader.turn(2) && reader.nth(3) == Some(1));
        // Who has scrolled away begins anew.
        reader.step(Stride::Lines(1));
        assert!(reader.turn(1) && reader.nth(3) == Some(0));
    }

    proptest! {
        #[test]
        fn a_short_way_ends_where_every_step_leads(
            steps in prop::collection::vec(-12_isize..12, 0..60), start in 0_usize..30, last in 0_usize..30,
        ) {
            let mut walk = Walk::default();
            let mut line = start.min(last);
            for by in steps {
                walk.go(by);
                line = line.saturating_add_signed(by).min(last);
                prop_assert_eq!(walk.end(start, last), line);
            }
        }
    }
}
