//! Everything the program knows and shows. Changed only by [`update`](super::update::update).

pub mod activity;
pub mod columns;
pub mod flights;
pub mod form;
pub mod history;
pub mod link;
pub mod logs;
pub mod marks;
pub mod ordering;
pub mod overlay;
pub mod runbook;
pub mod selection;
mod sorting;
pub mod table;
pub mod triage;
pub mod tuning;
mod wanted;

use jiff::Timestamp;
use std::collections::BTreeMap;

use super::commands::keymap::Keymap;
use super::effect::FollowId;
use super::layout::{Layout, Pane, Size};
use super::settings::{Settings, Start};
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::follow::Follow;
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::survey::Identity;
use activity::Activity;
use flights::Flights;
use flights::Waiter;
use link::Link;
use marks::Marks;
use ordering::Ordering;
use overlay::Overlay;
use runbook::Runbooks;
use table::TableView;
use tuning::{Made, Tuning};

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
    /// What fills the terminal.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
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
    /// Tables that are marked.
    pub marks: Marks,
    /// Tables of all sources, not only of the selected one.
    pub all_tables: bool,
    /// The order of the tables of all sources.
    pub ordering: Ordering,
    /// Which pane has the focus.
    pub focus: Pane,
    /// Whether the details are about the source rather than the table.
    pub details_of_source: bool,
    /// First line of the details.
    pub details_scroll: usize,
    /// Why the details of this table could not be read.
    pub details_failure: Option<(SchemaId, Failure)>,
    /// Actions on their way.
    pub follows: BTreeMap<FollowId, Follow>,
    /// Runbooks that were opened.
    pub runbooks: Runbooks,
    /// Editors of sync settings that are open, or hold what is not sent yet.
    pub tunings: BTreeMap<SchemaId, Tuning>,
    /// Changes of sync settings that were made from here, oldest first.
    pub made: Vec<Made>,
    /// Runbooks that were left half done by programs that are not running any more.
    pub left_behind: Vec<Record>,
    /// Those of them that are to be asked about at the next start.
    pub postponed: Vec<Record>,
    /// What was last written down of what is half done.
    pub journalled: Vec<Record>,
    /// Requests in flight.
    pub flights: Flights,
    /// What changed, and what was done.
    pub activity: Activity,
    /// Who waits for the next reading of the list.
    pub list_waiters: Vec<Waiter>,
    /// Numbers that tell current timers from outdated ones.
    pub generations: Generations,
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
        Self {
            now,
            size,
            focused: true,
            settings,
            keymap,
            screen,
            overlay: None,
            inventory: Inventory::default(),
            identity: Identity::default(),
            link: Link::default(),
            sources: TableView::default(),
            schemas: TableView::default(),
            marks: Marks::default(),
            all_tables: false,
            ordering: Ordering::default(),
            focus: Pane::Sources,
            details_of_source: true,
            details_scroll: 0,
            details_failure: None,
            follows: BTreeMap::new(),
            runbooks: Runbooks::default(),
            tunings: BTreeMap::new(),
            made: Vec::new(),
            left_behind: Vec::new(),
            postponed: Vec::new(),
            journalled: Vec::new(),
            flights: Flights::default(),
            activity: Activity::default(),
            list_waiters: Vec::new(),
            generations: Generations::default(),
        }
    }

    /// Where everything is; `None` when the terminal is too small.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        Layout::new(self.size, self.focus)
    }

    /// Whether leaving now would leave something open that the user should know the end of: a write whose outcome is
    /// not known yet, data that was discarded and is not back, or a runbook that is half done. A run that merely goes on is none of that.
    #[must_use]
    pub fn leaves_something_open(&self) -> bool {
        let discards = self.follows.values().any(|follow| follow.act().discards());
        self.flights.is_writing() || discards || self.runbooks.any_under_way()
    }

    /// Whether anything on the server is known to move.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        !self.follows.is_empty() || self.inventory.tally().moving > 0
    }
}
