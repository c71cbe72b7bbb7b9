//! The tables of all profiles in one list, and how the reading of each profile goes.

use jiff::{SignedDuration, Timestamp};

use super::Model;
use super::overlay::ProfileChoice;
use super::table::TableView;
use super::wanted::Wanted;
use crate::app::message::elsewhere::NotRead;
use crate::app::model::overlay::Overlay;
use crate::app::settings::Offer;
use crate::warehouse::freshness::age;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::{Held, Inventory, Spot};
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;

/// How old what was read may grow before it is read again by itself, while it is looked at.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// The tables of all profiles.
#[derive(Debug, Default)]
pub struct AllProfiles {
    /// What is known of each profile, in the order of the settings. That of the profile in use is not used: the program
    /// itself knows more.
    pub others: Vec<Other>,
    /// The rows, what needs attention first.
    pub rows: TableView<Row>,
    /// Something is under way: really go there?
    pub asking: Option<ProfileChoice>,
    /// The number of the latest reading.
    pub round: u64,
}

/// A table of a profile. Two profiles may lead to the same project, so both tell what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The place of the profile in the settings.
    pub profile: usize,
    /// The table.
    pub table: SchemaId,
}

/// What is known of a profile that is not in use.
#[derive(Debug, Default)]
pub struct Other {
    /// All sources and tables, as far as they were read.
    pub inventory: Inventory,
    /// How its reading goes.
    pub stage: Stage,
    /// The number of the reading that is under way, or was the last one.
    pub round: u64,
    /// When it was last read to the end.
    pub read_at: Option<Timestamp>,
    /// When the last reading ended, however it did.
    pub tried_at: Option<Timestamp>,
    /// Why the last reading failed.
    pub failure: Option<NotRead>,
    /// Sources that could not be understood.
    pub unreadable: usize,
    /// Where it leads to: origin and project.
    pub place: Option<(String, u64)>,
}

/// How the reading of a profile goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is under way.
    #[default]
    Rests,
    /// Others come first.
    Waits,
    /// This program is asked for its key.
    AsksForKey(String),
    /// Being read: sources so far, and how many there are.
    Reads(usize, usize),
}

impl Other {
    /// Whether it is time to read it by itself.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let only_by_hand = self.failure.as_ref().is_some_and(|failure| failure.by_hand);
        self.is_old(now) && !only_by_hand
    }

    /// Whether nothing is under way, and nothing recent is known.
    #[must_use]
    pub fn is_old(&self, now: Timestamp) -> bool {
        self.stage == Stage::Rests && self.tried_at.is_none_or(|tried_at| age(tried_at, now) >= LASTS)
    }
}

impl AllProfiles {
    /// Whether any profile is being read, or waits for it.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.others.iter().any(|other| other.stage != Stage::Rests)
    }
}

impl Model {
    /// Whether the list of all profiles is looked at, help over it or not.
    #[must_use]
    pub fn shows_all_profiles(&self) -> bool {
        matches!(self.looked_at(), Some(Overlay::AllProfiles))
    }

    /// The profile at a place of the settings.
    #[must_use]
    pub fn profile_at(&self, place: usize) -> Option<&Offer> {
        self.settings.setup.profiles.get(place)
    }

    /// Whether the profile at a place of the settings is the one in use.
    #[must_use]
    pub fn is_in_use(&self, place: usize) -> bool {
        self.profile_at(place).is_some_and(|offer| self.settings.setup.profile.as_ref() == Some(&offer.name))
    }

    /// What is known of the profile at a place of the settings.
    #[must_use]
    pub fn inventory_of(&self, place: usize) -> Option<&Inventory> {
        if self.is_in_use(place) {
            return Some(&self.inventory);
        }
        self.all_profiles.others.get(place).map(|other| &other.inventory)
    }

    /// What a row of the list of all profiles is about.
    #[must_use]
    pub fn row_of_profiles(&self, row: &Row) -> Option<(&Offer, &Held, &Schema, State)> {
        let (held, schema, state) = self.inventory_of(row.profile)?.schema(&row.table)?;
        Some((self.profile_at(row.profile)?, held, schema, state))
    }

    /// How many tables there are in all profiles.
    #[must_use]
    pub fn tables_of_profiles(&self) -> usize {
        let places = 0..self.settings.setup.profiles.len();
        places.filter_map(|place| self.inventory_of(place)).map(|inventory| inventory.tally().total).sum()
    }

    /// Works out anew which tables of all profiles are shown, and in which order.
    pub fn rebuild_rows_of_profiles(&mut self) {
        let mut wanted = Wanted::new(self.all_profiles.rows.filter.text(), self.now);
        let mut found: Vec<(State, usize, Spot)> = Vec::new();
        for (place, offer) in self.settings.setup.profiles.iter().enumerate() {
            let Some(inventory) = self.inventory_of(place) else { continue };
            found.extend(inventory.spots(None).filter_map(|spot| {
                let (held, schema, state) = inventory.at(spot)?;
                wanted.accepts_table_of(&offer.name, held, schema, state).then_some((state, place, spot))
            }));
        }
        found.sort_unstable();
        let rows = found.into_iter().filter_map(|(_, profile, spot)| {
            let (_, schema, _) = self.inventory_of(profile)?.at(spot)?;
            Some(Row { profile, table: schema.id.clone() })
        });
        let rows = rows.collect();
        self.all_profiles.rows.replace_from_the_top(rows);
    }
}
