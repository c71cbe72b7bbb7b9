//! Which columns are shown, in which order, and how wide: a plain value that can be written down and read again.

use std::fmt;

use super::{Column, Offer, Offered, Presence, SchemaColumn, SourceColumn, fit_columns};

/// The least width of a column.
pub const LEAST: u16 = 3;

/// The greatest width of a column that can be chosen.
pub const MOST: u16 = 200;

/// So many cells are room in plenty.
const PLENTY: u16 = 110;

/// What a column is worth more that was given a width: it is left out after all others.
const WANTED: u8 = 100;

/// What a column is worth more that cannot be hidden.
const KEPT: u8 = 120;

/// A column as it was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick<Id> {
    /// Which.
    pub id: Id,
    /// Its width; `None`: as wide as there is room for, and where there is none, left out before those with a width.
    pub width: Option<u16>,
    /// Whether it is shown, where there is room.
    pub shown: bool,
}

/// The columns of one kind of rows, as they were chosen: all of them in their order, those that are hidden included.
///
/// Its text form names what is shown: `state, name:30, rows`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen<Id>(Vec<Pick<Id>>);

/// What is wrong with a text form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongColumn {
    /// Which of the columns named is wrong; `None`: one that is not named.
    pub at: Option<usize>,
    /// What is wrong, as a sentence without its end. It repeats nothing of the text but names of columns.
    pub message: String,
}

/// The columns of all tables on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Those of the sources.
    pub sources: Chosen<SourceColumn>,
    /// Those of the tables.
    pub tables: Chosen<SchemaColumn>,
}

impl<Id: Offered> Default for Chosen<Id> {
    fn default() -> Self {
        let pick =
            |offer: &Offer<Id>| Pick { id: offer.column.id, width: None, shown: offer.presence != Presence::Extra };
        Self(Id::offers().iter().map(pick).collect())
    }
}

impl<Id: Offered> Chosen<Id> {
    /// Reads the text form.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, WrongColumn> {
        Self::of(text.split(','))
    }

    /// Reads the columns that are to be shown, each written `name` or `name:width`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, WrongColumn> {
        let mut picks: Vec<Pick<Id>> = Vec::new();
        for (at, text) in words.into_iter().enumerate() {
            let wrong = |message: String| Err(WrongColumn { at: Some(at), message });
            let (word, width) = match text.split_once(':') {
                Some((word, width)) => (word.trim(), Some(width.trim())),
                None => (text.trim(), None),
            };
            let Some(offer) = Id::offers().iter().find(|offer| offer.word == word) else {
                let all: Vec<_> = Id::offers().iter().map(|offer| offer.word).collect();
                return wrong(format!("{} have no such column; they have {}", Id::ROWS, all.join(", ")));
            };
            if picks.iter().any(|pick| pick.id == offer.column.id) {
                return wrong(format!("the column `{word}` is named twice"));
            }
            let width = width.map(|width| width.parse().ok().filter(|width| (LEAST..=MOST).contains(width)));
            if width == Some(None) {
                return wrong(format!("the width of `{word}` is no number from {LEAST} to {MOST}"));
            }
            picks.push(Pick { id: offer.column.id, width: width.flatten(), shown: true });
        }
        for offer in Id::offers() {
            if picks.iter().any(|pick| pick.id == offer.column.id) {
                continue;
            }
            if offer.presence == Presence::Fixed {
                return Err(WrongColumn {
                    at: None,
                    message: format!("the column `{}` cannot be left out", offer.word),
                });
            }
            picks.push(Pick { id: offer.column.id, width: None, shown: false });
        }
        Ok(Self(picks))
    }

    /// All columns in their order.
    #[must_use]
    pub fn picks(&self) -> &[Pick<Id>] {
        &self.0
    }

    /// Shows a column, or hides it; `false` where it cannot be hidden.
    pub fn toggle(&mut self, place: usize) -> bool {
        let Some(pick) = self.0.get_mut(place) else { return false };
        let Some(offer) = offer(pick.id) else { return false };
        let can = !pick.shown || offer.presence != Presence::Fixed;
        pick.shown ^= can;
        // What was asked for is not left out before what was not.
        if can && pick.shown && offer.column.grow == 0 {
            pick.width.get_or_insert(offer.column.width);
        }
        can
    }

    /// Exchanges a column with the next or the previous one; answers with its place then.
    pub fn shift(&mut self, place: usize, down: bool) -> usize {
        let other = if down { place + 1 } else { place.saturating_sub(1) };
        if place.max(other) >= self.0.len() {
            return place;
        }
        self.0.swap(place, other);
        other
    }

    /// Gives a column this width.
    pub fn resize(&mut self, place: usize, width: u16) {
        if let Some(pick) = self.0.get_mut(place) {
            pick.width = Some(width.clamp(LEAST, MOST));
        }
    }

    /// The columns that fit into so many cells, with their widths, without those that say nothing here.
    #[must_use]
    pub fn fitted(&self, available: u16, says_nothing: impl Fn(Id) -> bool) -> Vec<(Column<Id>, u16)> {
        let shown = self.0.iter().filter(|pick| pick.shown && !says_nothing(pick.id));
        let mut wanted: Vec<Column<Id>> = shown
            .filter_map(|pick| {
                let Offer { column, presence, .. } = *offer(pick.id)?;
                if presence == Presence::Roomy && pick.width.is_none() && available < PLENTY {
                    return None;
                }
                let worth = column.worth.saturating_add(match (presence, pick.width) {
                    (Presence::Fixed, _) => KEPT,
                    (_, Some(_)) => WANTED,
                    (_, None) => 0,
                });
                let column = Column { worth, ..column };
                Some(pick.width.map_or(column, |width| Column { width, grow: 0, ..column }))
            })
            .collect();
        // What cannot be hidden gives way to the others of its kind, the widest first.
        let is_fixed =
            |column: &&mut Column<Id>| offer(column.id).is_some_and(|offer| offer.presence == Presence::Fixed);
        let mut fixed: Vec<&mut Column<Id>> = wanted.iter_mut().filter(is_fixed).collect();
        let needed = |fixed: &[&mut Column<Id>]| fixed.iter().fold(0, |sum: u16, column| sum + column.width + 1);
        while needed(&fixed) > available.saturating_add(1)
            && let Some(widest) =
                fixed.iter_mut().max_by_key(|column| column.width).filter(|column| column.width > LEAST)
        {
            widest.width -= 1;
        }
        fit_columns(&wanted, available)
    }
}

/// What there is to say of a column.
fn offer<Id: Offered>(id: Id) -> Option<&'static Offer<Id>> {
    Id::offers().iter().find(|offer| offer.column.id == id)
}

impl<Id: Offered> fmt::Display for Chosen<Id> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().filter(|pick| pick.shown);
        for (index, pick) in shown.enumerate() {
            let word = offer(pick.id).map_or("", |offer| offer.word);
            let separator = if index > 0 { ", " } else { "" };
            write!(out, "{separator}{word}")?;
            if let Some(width) = pick.width {
                write!(out, ":{width}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Tables = Chosen<SchemaColumn>;

    #[test]
    fn the_text_form_is_read_and_written_alike() {
        assert_eq!(Tables::default().to_string(), "state, name, source, method, every, synced, rows, runs, cause");
        for text in ["state, name:30, rows", "name, state", "rows:8, state:3, name:200, stored"] {
            assert_eq!(Tables::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Chosen::<SourceColumn>::parse(" state ,name : 20,runs").unwrap().to_string(),
            "state, name:20, runs"
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (text, words) in [
            ("state, name, colour", "tables have no such column; they have state, name, source,"),
            ("", "tables have no such column"),
            ("state, name, name", "the column `name` is named twice"),
            ("state, name:wide", "the width of `name` is no number from 3 to 200"),
            ("state, name:2", "the width of `name` is no number from 3 to 200"),
            ("state:, name", "the width of `state` is no number from 3 to 200"),
            ("state, rows", "the column `name` cannot be left out"),
        ] {
            let said = Tables::parse(text).unwrap_err();
            assert!(said.message.starts_with(words), "{text}: {said:?}");
        }
    }

    #[test]
    fn state_and_name_stay_however_little_room_there_is() {
        let chosen = Tables::parse("rows, name:150, state:60, cause").unwrap();
        let shown: Vec<_> = chosen.fitted(40, |_| false).iter().map(|(column, width)| (column.id, *width)).collect();
        assert_eq!(shown.len(), 2);
        assert_eq!(shown.iter().map(|(_, width)| width).sum::<u16>(), 39);
        assert!(shown.iter().any(|(id, _)| *id == SchemaColumn::State));
    }

    proptest! {
        #[test]
        fn whatever_is_chosen_fits_and_comes_back(
            deeds in prop::collection::vec((0_u8..4, 0_usize..14, 0_u16..300), 0..40),
            available in 8_u16..250,
        ) {
            let mut chosen = Tables::default();
            for (deed, place, width) in deeds {
                match deed {
                    0 => { chosen.toggle(place); }
                    1 => { chosen.shift(place, true); }
                    2 => { chosen.shift(place, false); }
                    _ => chosen.resize(place, width),
                }
            }
            prop_assert_eq!(chosen.picks().len(), SchemaColumn::offers().len());
            let again = Tables::parse(&chosen.to_string()).unwrap();
            prop_assert_eq!(again.to_string(), chosen.to_string());
            let fitted = chosen.fitted(available, |id| id == SchemaColumn::Source);
            let again: Vec<_> = again.fitted(available, |id| id == SchemaColumn::Source).iter().map(|(column, width)| (column.id, *width)).collect();
            prop_assert_eq!(&again, &fitted.iter().map(|(column, width)| (column.id, *width)).collect::<Vec<_>>());
            prop_assert!(again.iter().map(|(_, width)| width + 1).sum::<u16>() <= available + 1);
            for id in [SchemaColumn::State, SchemaColumn::Name] {
                prop_assert!(again.iter().any(|(shown, _)| *shown == id));
            }
        }
    }
}
