//! Which tables are shown, and in which order, where they are many: worked out in portions, so that no key waits for it,
//! and from what is known already, so that what did not change costs nothing.

use jiff::Timestamp;

use super::groups::Heads;
use super::sorting::{Entry, Order};
use super::table::{Criteria, TableView};
use super::wanted::{Question, Wanted};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::{Inventory, Spot};

/// So many tables are looked at in one go. Fewer are never put off.
pub const PORTION: usize = 4_096;

/// So many rows that are shown no more are dropped in one go.
const DROPPED_AT_ONCE: usize = 4 * PORTION;

/// The order of all tables, and what is still to be done for the rows.
#[derive(Debug, Default)]
pub struct Ordering {
    /// All tables in their order; only what `sorted_by` says is true of it.
    order: Vec<Entry>,
    sorted_by: Option<Criteria>,
    /// Places in the order of those that passed the filter, and which filter that was.
    passed: Vec<u32>,
    passed_by: Option<Question>,
    work: Option<Work>,
    /// Rows that are shown no more, and not dropped yet.
    old: Vec<SchemaId>,
    /// When it is, for filters that ask how long ago something was.
    pub(super) now: Timestamp,
}

/// What is being done.
#[derive(Debug)]
enum Work {
    /// Taking the tables out that are to be sorted.
    Sorting { sort: Criteria, source: usize, runs: Vec<Vec<Entry>> },
    /// Asking the filter.
    Filtering(Box<Filtering>),
}

#[derive(Debug)]
struct Filtering {
    question: Question,
    wanted: Wanted,
    /// Only these can pass; `None`: all.
    among: Option<Vec<u32>>,
    asked: usize,
    passed: Vec<u32>,
    rows: Vec<SchemaId>,
    /// The headings between them, where there are any.
    heads: Option<Heads>,
    /// Where the row is that was selected.
    cursor: Option<usize>,
}

impl Ordering {
    /// Whether something is left to be done.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.work.is_some() || !self.old.is_empty()
    }

    /// Forgets everything: other rows are shown.
    pub fn clear(&mut self) {
        *self = Self { old: std::mem::take(&mut self.old), now: self.now, ..Self::default() };
    }

    /// Takes in what has changed, and begins to work out the rows of all tables.
    pub fn begin(&mut self, inventory: &mut Inventory, view: &TableView<SchemaId>) {
        let changes = inventory.take_changes();
        if changes.everything || self.sorted_by != Some(view.criteria()) {
            self.sort_anew(view.criteria());
        } else if matches!(self.work, Some(Work::Sorting { .. })) {
            // What is taken out already may be outdated.
            if !changes.tables.is_empty() {
                self.sort_anew(view.criteria());
            }
        } else if self.bring_up_to_date(&Order::new(inventory, view.criteria()), &changes.tables) {
            self.passed_by = None;
            self.work = Some(self.filtering(view));
        } else if !self.asked_by().is_some_and(|question| question.is(view.filter.text(), self.now))
            // Headings count what is broken.
            || ((view.filter.is_active() || view.grouped) && !changes.tables.is_empty())
        {
            self.passed_by = self.passed_by.take().filter(|_| changes.tables.is_empty());
            self.work = Some(self.filtering(view));
        }
    }

    /// The filter that the rows passed, or are being asked for.
    fn asked_by(&self) -> Option<&Question> {
        match &self.work {
            Some(Work::Filtering(filtering)) => Some(&filtering.question),
            _ => self.passed_by.as_ref(),
        }
    }

    fn sort_anew(&mut self, sort: Criteria) {
        self.passed_by = None;
        // An order that is not finished is no order.
        self.sorted_by = Some(sort);
        self.work = Some(Work::Sorting { sort, source: 0, runs: Vec::new() });
    }

    fn filtering(&self, view: &TableView<SchemaId>) -> Work {
        let question = Question::new(view.filter.text(), self.now);
        let narrower = self.passed_by.as_ref().filter(|wider| question.narrows(wider));
        Work::Filtering(Box::new(Filtering {
            wanted: Wanted::asked(&question, self.now),
            among: narrower.map(|_| self.passed.clone()),
            question,
            asked: 0,
            passed: Vec::new(),
            rows: Vec::new(),
            heads: view.grouped.then(|| Heads::new(true)),
            cursor: None,
        }))
    }

    /// Puts changed tables where they belong now; `false` when nothing has moved.
    fn bring_up_to_date(&mut self, order: &Order<'_>, changed: &[Spot]) -> bool {
        let mut fresh: Vec<Entry> = changed.iter().filter_map(|spot| order.entry(*spot)).collect();
        fresh.retain(|entry| match self.order.binary_search_by(|known| order.compare(known, entry)) {
            Ok(place) => self.order[place] != *entry || order.cuts(entry),
            Err(_) => true,
        });
        if fresh.is_empty() {
            return false;
        }
        let mut moved: Vec<Spot> = fresh.iter().map(|entry| entry.spot).collect();
        moved.sort_unstable();
        self.order.retain(|entry| moved.binary_search(&entry.spot).is_err());
        fresh.sort_unstable_by(|one, other| order.compare(one, other));
        fresh.dedup();
        self.order = merged(order, &self.order, &fresh);
        true
    }

    /// Does a portion of what is left to be done; `true` when other rows are shown now.
    pub fn go_on(&mut self, inventory: &Inventory, view: &mut TableView<SchemaId>) -> bool {
        self.old.truncate(self.old.len().saturating_sub(DROPPED_AT_ONCE));
        match self.work.take() {
            None => false,
            Some(Work::Sorting { sort, source, runs }) => {
                self.sort_on(inventory, view, sort, source, runs);
                false
            }
            Some(Work::Filtering(filtering)) => self.filter_on(inventory, view, filtering),
        }
    }

    fn sort_on(
        &mut self,
        inventory: &Inventory,
        view: &TableView<SchemaId>,
        sort: Criteria,
        mut source: usize,
        mut runs: Vec<Vec<Entry>>,
    ) {
        let order = Order::new(inventory, sort);
        let mut run = Vec::with_capacity(PORTION);
        while run.len() < PORTION && source < inventory.sources().len() {
            run.extend(inventory.spots_of(source).filter_map(|spot| order.entry(spot)));
            source += 1;
        }
        let read_all = run.is_empty();
        if !read_all {
            run.sort_unstable_by(|one, other| order.compare(one, other));
            runs.push(run);
        }
        // Runs of like length are merged as they come; in the end all that are left, one pair in one go.
        if let [.., one, other] = runs.as_slice()
            && (read_all || one.len() < 2 * other.len())
            && let (Some(other), Some(one)) = (runs.pop(), runs.pop())
        {
            runs.push(merged(&order, &one, &other));
        }
        if read_all && runs.len() <= 1 {
            self.order = runs.pop().unwrap_or_default();
            self.sorted_by = Some(sort);
            self.work = Some(self.filtering(view));
        } else {
            self.work = Some(Work::Sorting { sort, source, runs });
        }
    }

    fn filter_on(
        &mut self,
        inventory: &Inventory,
        view: &mut TableView<SchemaId>,
        mut filtering: Box<Filtering>,
    ) -> bool {
        let selected = view.selected().and_then(|id| inventory.spot(id));
        let count = filtering.among.as_ref().map_or(self.order.len(), Vec::len);
        // Without a question to be asked there is only copying to do.
        let portion = if filtering.wanted.accepts_all() { 2 * PORTION } else { PORTION };
        let end = count.min(filtering.asked + portion);
        for number in filtering.asked..end {
            let place = filtering.among.as_ref().map_or(number, |among| among[number] as usize);
            let Some((held, schema, state)) = self.order.get(place).and_then(|entry| inventory.at(entry.spot)) else {
                continue;
            };
            if !filtering.wanted.accepts_table(held, schema, state) {
                continue;
            }
            if selected == Some(self.order[place].spot) {
                filtering.cursor = Some(filtering.rows.len());
            }
            if !filtering.wanted.accepts_all() {
                filtering.passed.push(u32::try_from(place).unwrap_or(u32::MAX));
            }
            if let Some(heads) = &mut filtering.heads {
                heads.add(filtering.rows.len(), held, schema, state);
            }
            filtering.rows.push(schema.id.clone());
        }
        filtering.asked = end;
        if end < count {
            self.work = Some(Work::Filtering(filtering));
            return false;
        }
        let Filtering { question, passed, rows, heads, cursor, .. } = *filtering;
        let heads = heads.map(Heads::done).unwrap_or_default();
        self.passed = passed;
        self.passed_by = Some(question);
        // The selection may have moved since the first portion.
        let cursor = cursor.filter(|place| rows.get(*place) == view.selected());
        self.old.extend(view.put_in(rows, heads, cursor));
        true
    }
}

/// Two sorted lists in one.
fn merged(order: &Order<'_>, mut one: &[Entry], mut other: &[Entry]) -> Vec<Entry> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    while let ([first, rest @ ..], [second, others @ ..]) = (one, other) {
        if order.compare(first, second).is_le() {
            all.push(*first);
            one = rest;
        } else {
            all.push(*second);
            other = others;
        }
    }
    all.extend_from_slice(one);
    all.extend_from_slice(other);
    all
}
