//! Everything the program knows and shows. Changed only by [`update`](super::update::update).

pub mod activity;
pub mod all_profiles;
pub mod columns;
pub mod editing;
pub mod export;
pub mod filters;
pub mod flights;
pub mod form;
pub mod groups;
pub mod guard;
pub mod history;
pub mod key_form;
pub mod link;
pub mod logs;
pub mod marks;
pub mod menu;
pub mod ordering;
pub mod overlay;
pub mod presses;
pub mod raw;
pub mod reader;
pub mod remembered;
pub mod runbook;
pub mod selection;
mod sorting;
pub mod strips;
pub mod table;
pub mod tour;
pub mod triage;
pub mod tuning;
pub mod unlogged;
pub mod wanted;
pub mod watch;
pub mod welcome;
pub mod zone;

use jiff::Timestamp;
use std::collections::BTreeMap;

use super::commands::keymap::Keymap;
use super::effect::{FollowId, RequestId};
use super::layout::{Border, Layout, Pane, Panes, Size, Split};
use super::message::Event;
use super::settings::{Settings, Start};
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::Request;
use crate::warehouse::query::Saved;
use crate::warehouse::recovery::follow::Follow;
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::survey::{Fact, Identity, SourcePage};
use crate::warehouse::tuning::Made;
use activity::Activity;
use all_profiles::AllProfiles;
use columns::Columns;
use editing::Editing;
use flights::Flights;
use flights::Waiter;
use guard::Guard;
use link::Link;
use marks::Marks;
use ordering::Ordering;
use overlay::{Overlay, Profiles};
use presses::Presses;
use reader::Reader;
use remembered::Remembering;
use runbook::Runbooks;
use strips::Strips;
use table::TableView;
use tour::Tour;
use tuning::Tuning;
use unlogged::Unlogged;
use watch::Watches;
use welcome::Welcome;
use zone::Zone;

/// Everything the program knows and shows.
#[derive(Debug)]
pub struct Model {
    /// The time of the last message.
    pub now: Timestamp,
    /// Size of the terminal.
    pub size: Size,
    /// Whether the terminal has the focus.
    pub focused: bool,
    /// How the program was started.
    pub settings: Settings,
    /// Which key means which command.
    pub keymap: Keymap,
    /// What was pressed.
    pub presses: Presses,
    /// What fills the terminal.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// What the help lies over.
    pub beneath: Option<Overlay>,
    /// The question of a protected profile, over all of it.
    pub guard: Option<Guard>,
    /// The tables of all profiles.
    pub all_profiles: AllProfiles,
    /// What is entered on the first screen.
    pub welcome: Welcome,
    /// All sources and tables.
    pub inventory: Inventory,
    /// Whose key this is.
    pub identity: Identity,
    /// How the connection is doing.
    pub link: Link,
    /// The sources as they are looked at.
    pub sources: TableView<SourceId>,
    /// The tables as they are looked at.
    pub schemas: TableView<SchemaId>,
    /// Filters that were saved under a name.
    pub saved_filters: Vec<Saved>,
    /// How things were left, and are.
    pub remembering: Remembering,
    /// Tables that are marked.
    pub marks: Marks,
    /// Tables of all sources, not only of the selected one.
    pub all_tables: bool,
    /// Which columns are shown.
    pub columns: Columns,
    /// The newest runs of each source.
    pub strips: Strips,
    /// The order of the tables of all sources.
    pub ordering: Ordering,
    /// Pages of a list that was read before, until they are taken in together.
    pub pages: Vec<SourcePage>,
    /// Which pane has the focus.
    pub focus: Pane,
    /// Whether the details are about the source rather than the table.
    pub details_of_source: bool,
    /// Where the details are read.
    pub details: Reader,
    /// Why the details of this table could not be read.
    pub details_failure: Option<(SchemaId, Failure)>,
    /// Actions on their way.
    pub follows: BTreeMap<FollowId, Follow>,
    /// Runbooks that were opened.
    pub runbooks: Runbooks,
    /// Editors of sync settings that are open, or hold what is not sent yet.
    pub tunings: BTreeMap<SchemaId, Tuning>,
    /// Changes of the configuration that were made from here, oldest first.
    pub made: Vec<Made>,
    /// The step of a runbook that made the last of them.
    pub made_by: Option<(runbook::RunbookId, usize)>,
    /// Those of them that are on their way.
    pub making: BTreeMap<FollowId, Made>,
    /// Runbooks that were left half done by programs that are not running any more.
    pub left_behind: Vec<Record>,
    /// Those of them that are to be asked about at the next start.
    pub postponed: Vec<Record>,
    /// What was last written down of what is half done.
    pub journalled: Vec<Record>,
    /// Writes that cannot be written down in the audit log, and wait for the user's word.
    pub unlogged: Unlogged,
    /// Writes of unknown outcome, by the action that looks it up.
    pub unknown: BTreeMap<FollowId, RequestId>,
    /// Requests in flight.
    pub flights: Flights,
    /// What changed, and what was done.
    pub activity: Activity,
    /// Whose the mouse is.
    pub mouse: Pointer,
    /// The guided tour.
    pub tour: Tour,
    /// Tables that are watched.
    pub watches: Watches,
    /// Which panes are shown.
    pub panes: Panes,
    /// How the width is divided between the panes.
    pub split: Split,
    /// The border that is being dragged, and its distance from the pointer.
    pub dragged: Option<(Border, u16)>,
    /// The border that was pressed last, and when.
    pub pressed: Option<(Border, Timestamp)>,
    /// The zone in which times are shown beside UTC.
    pub zone: Zone,
    /// What the user's editor is open for.
    pub editing: Option<Editing>,
    /// What is being copied, as the beginning of a sentence.
    pub copying: Option<String>,
    /// The last change that was sent, without its secrets.
    pub last_change: Option<Request>,
    /// Who waits for the next reading of the list.
    pub list_waiters: Vec<Waiter>,
    /// Numbers that tell current timers from outdated ones.
    pub generations: Generations,
}

/// Whose the mouse is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// It selects and scrolls here.
    Ours,
    /// It selects text.
    Terminals,
}

/// What fills the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// There is no key: what to do, and the demo.
    Welcome {
        /// Why it cannot connect.
        reason: String,
    },
    /// Host and key come from different places: may the key be sent there?
    MustConfirm {
        /// Where the host comes from.
        host_from: String,
        /// Where the key comes from.
        key_from: String,
    },
    /// Sources, tables, details.
    Main,
}

/// Numbers of the latest timers of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Generations {
    /// Of reading the list.
    pub refresh: u64,
    /// Of the clock.
    pub clock: u64,
    /// Whether it goes by the second.
    pub by_seconds: bool,
    /// Of the resting selection.
    pub rested: u64,
    /// Of followed actions.
    pub follow: u64,
}

impl Model {
    /// The model at the start, before anything happened.
    #[must_use]
    pub fn new(settings: Settings, keymap: Keymap, size: Size, now: Timestamp) -> Self {
        let screen = match &settings.start {
            Start::Welcome { reason } => Screen::Welcome { reason: reason.clone() },
            Start::MustConfirm { host_from, key_from, .. } => {
                Screen::MustConfirm { host_from: host_from.clone(), key_from: key_from.clone() }
            }
            Start::Connected(_) => Screen::Main,
        };
        let saved_filters = settings.setup.memory.saved.clone();
        let tour = if settings.place().is_some_and(|place| place.demo) { Tour::Offered } else { Tour::Off };
        // Where there is something to choose from, it is chosen from.
        let choose = matches!(screen, Screen::Welcome { .. }) && !settings.setup.profiles.is_empty();
        let overlay = choose.then(|| Overlay::Profiles(Profiles::default()));
        let columns = settings.setup.columns.clone();
        let panes = if settings.machine.read_aloud { Panes::ReadAloud } else { Panes::default() };
        let zone = Zone { local: settings.machine.zone.clone(), ..Zone::default() };
        Self {
            now,
            size,
            focused: true,
            settings,
            keymap,
            presses: Presses::default(),
            screen,
            overlay,
            beneath: None,
            guard: None,
            all_profiles: AllProfiles::default(),
            welcome: Welcome::default(),
            inventory: Inventory::default(),
            identity: Identity::default(),
            link: Link::default(),
            sources: TableView::default(),
            schemas: TableView::default(),
            saved_filters,
            remembering: Remembering::default(),
            marks: Marks::default(),
            all_tables: false,
            columns,
            strips: Strips::default(),
            ordering: Ordering::default(),
            pages: Vec::new(),
            focus: Pane::Sources,
            details_of_source: true,
            details: Reader::default(),
            details_failure: None,
            follows: BTreeMap::new(),
            runbooks: Runbooks::default(),
            tunings: BTreeMap::new(),
            made: Vec::new(),
            made_by: None,
            making: BTreeMap::new(),
            left_behind: Vec::new(),
            postponed: Vec::new(),
            journalled: Vec::new(),
            unlogged: Unlogged::default(),
            unknown: BTreeMap::new(),
            flights: Flights::default(),
            activity: Activity::default(),
            mouse: Pointer::Ours,
            tour,
            watches: Watches::default(),
            panes,
            split: Split::default(),
            dragged: None,
            pressed: None,
            zone,
            editing: None,
            copying: None,
            last_change: None,
            list_waiters: Vec::new(),
            generations: Generations::default(),
        }
    }

    /// Where everything is; `None` when the terminal is too small.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        match self.panes {
            Panes::AsManyAsFit => Layout::new(self.size, self.focus, self.split),
            Panes::Zoomed | Panes::ReadAloud => Layout::zoomed(self.size, self.focus),
        }
    }

    /// Whether leaving now would leave something open that the user should know the end of: a write whose outcome is
    /// not known yet, data that was discarded and is not back, a runbook that is half done, or a change that waits for a
    /// run to end. A run that merely goes on is none of that.
    #[must_use]
    pub fn leaves_something_open(&self) -> bool {
        let discards = self.follows.values().any(|follow| follow.act().discards());
        let waits = self.tunings.values().any(Tuning::goes_on_by_itself);
        self.flights.is_writing() || discards || waits || self.runbooks.any_under_way()
    }

    /// Whether an event changes nothing that can be seen, because it is taken in together with what follows it.
    #[must_use]
    pub fn puts_off(&self, event: &Event) -> bool {
        let Event::Learned(_, fact) = event else { return false };
        matches!(&**fact, Fact::Sources(page) if self.waits_for_more(page))
    }

    /// Whether a page of the list is taken in together with those that follow it: what is shown already can wait for a
    /// moment, and changes at once then.
    #[must_use]
    pub fn waits_for_more(&self, page: &SourcePage) -> bool {
        page.end.is_none() && !self.link.is_first_reading()
    }

    /// Whether seconds are shown that go by: of what runs, and of what is waited for. Ages elsewhere change by the minute.
    #[must_use]
    pub fn shows_seconds(&self) -> bool {
        let looks = self.focused || !self.follows.is_empty();
        looks && (self.is_moving() || self.link.outage.is_some() || self.link.is_paused(self.now))
    }

    /// Whether anything on the server is known to move.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        !self.follows.is_empty() || self.inventory.tally().moving > 0
    }
}
