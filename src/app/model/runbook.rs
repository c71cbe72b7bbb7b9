//! Runbooks that were opened, and how each is looked at. They go on when nobody looks.

use std::collections::{BTreeMap, BTreeSet};

use super::form::FormView;
use super::triage::Triage;
use crate::app::effect::FollowId;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::runbook::{Record, Runbook, Waits};

/// Names a runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunbookId(pub u64);

/// A runbook, and how it is looked at.
#[derive(Debug)]
pub struct Opened {
    /// The runbook.
    pub book: Runbook,
    /// Which of the tables or choices the cursor is on.
    pub cursor: usize,
    /// Which of the choices are picked.
    pub picked: BTreeSet<usize>,
    /// The form that is filled in. It outlives a refusal.
    pub form: Option<FormView>,
    /// What it goes on with, that was left half done. It stays written down until something is done.
    pub resumes: Option<Record>,
    /// The list it was opened from.
    pub beneath: Option<Box<Triage>>,
    /// First line shown of what is below the steps.
    pub scroll: usize,
    /// The followed actions of the step under way, with their numbers in it.
    pub follows: BTreeMap<FollowId, usize>,
    /// The table whose draft it carries out, until that is done.
    pub tunes: Option<SchemaId>,
    /// Whether it takes the last change back.
    pub undoes: bool,
}

impl Opened {
    /// A runbook that was just opened.
    #[must_use]
    pub fn new(book: Runbook) -> Self {
        Self {
            book,
            cursor: 0,
            picked: BTreeSet::new(),
            form: None,
            resumes: None,
            beneath: None,
            scroll: 0,
            follows: BTreeMap::new(),
            tunes: None,
            undoes: false,
        }
    }

    /// Opens the form that the runbook waits for, or shows what was refused of it.
    pub fn bring_form_up_to_date(&mut self) {
        if !matches!(self.book.waits(), Waits::Form(_)) {
            // What was sent may still be refused.
            if self.book.waits() != Waits::Server {
                self.form = None;
            }
            return;
        }
        match &mut self.form {
            None => self.form = self.book.form().map(FormView::new),
            Some(form) => {
                if let Some((field, why)) = self.book.refusal() {
                    form.refused(field, why);
                }
            }
        }
    }

    /// How many rows the cursor can be on.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self.book.waits() {
            Waits::Start | Waits::Consent if self.book.can_toggle() => self.book.situation().tables.len(),
            Waits::One | Waits::Several => self.book.choices().len(),
            _ => 0,
        }
    }

    /// What was picked: in a choice of one, what the cursor is on.
    #[must_use]
    pub fn picks(&self) -> Vec<usize> {
        match self.book.waits() {
            Waits::One => vec![self.cursor],
            _ => self.picked.iter().copied().collect(),
        }
    }
}

/// Where an organization settles its billing.
#[must_use]
pub fn billing_page(origin: &str) -> String {
    format!("{origin}/organization/billing")
}

/// All runbooks that were opened.
#[derive(Debug, Default)]
pub struct Runbooks {
    last: u64,
    open: BTreeMap<RunbookId, Opened>,
}

impl Runbooks {
    /// Keeps a runbook.
    pub fn keep(&mut self, opened: Opened) -> RunbookId {
        self.last += 1;
        let id = RunbookId(self.last);
        self.open.insert(id, opened);
        id
    }

    /// A runbook.
    #[must_use]
    pub fn get(&self, id: RunbookId) -> Option<&Opened> {
        self.open.get(&id)
    }

    /// A runbook, to be changed.
    pub fn get_mut(&mut self, id: RunbookId) -> Option<&mut Opened> {
        self.open.get_mut(&id)
    }

    /// Lets go of a runbook.
    pub fn forget(&mut self, id: RunbookId) {
        self.open.remove(&id);
    }

    /// All of them, oldest first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (RunbookId, &Opened)> {
        self.open.iter().map(|(id, opened)| (*id, opened))
    }

    /// The runbook and the number of the action that a followed one is.
    #[must_use]
    pub fn owner(&self, follow: FollowId) -> Option<(RunbookId, usize)> {
        self.open.iter().find_map(|(id, opened)| Some((*id, *opened.follows.get(&follow)?)))
    }

    /// What is to be written down of those that are half done.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let of = |opened: &Opened| {
            let resumed = || opened.resumes.clone().filter(|_| !opened.book.is_over());
            opened.book.record().or_else(resumed)
        };
        self.open.values().filter_map(of).collect()
    }

    /// Whether any has changed something and is not over.
    #[must_use]
    pub fn any_under_way(&self) -> bool {
        self.open.values().any(|opened| opened.book.is_under_way())
    }
}
