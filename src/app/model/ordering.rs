//! Which tables are shown, and in which order, where they are many: worked out in portions, so that no key waits for it,
//! and from what is known already, so that what did not change costs nothing.

use jiff::Timestamp;

use super::groups::Heads;
use super::sorting::{Entry, Order};
use super::table::{Criteria, TableView};
use super::wanted::{Question, Wanted};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::{Inventory, Spot};
use crate::warehouse::map::Set;

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
    /// All tables by name: most orders follow from it without a look at a name. Of no use if there are others by now.
    named: Vec<Entry>,
    /// Which tables of each source passed the filter, and which filter that was.
    passed: Vec<Vec<bool>>,
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
    Sorting(Box<Sorting>),
    /// Asking the filter.
    Filtering(Box<Filtering>),
}

#[derive(Debug)]
struct Sorting {
    sort: Criteria,
    stage: Stage,
    /// So many sources are taken out, or so many of the tables by name.
    taken: usize,
    /// Runs of tables in their order, one behind the other.
    entries: Vec<Entry>,
    /// Where each run begins.
    runs: Vec<usize>,
}

/// What is being sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// By names, for this order and others.
    Names,
    /// By what is wanted, from the tables by name.
    FromNames,
    /// By what is wanted, and names turned around.
    AtOnce,
}

#[derive(Debug)]
struct Filtering {
    question: Question,
    wanted: Wanted,
    /// Only these can pass; nothing: all.
    among: Vec<Vec<bool>>,
    /// The answers, for as many sources as were asked. They stand one behind the other; in the order, they would not.
    passed: Vec<Vec<bool>>,
    /// So many of the order were looked at.
    listed: usize,
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
    /// `true` when they are worked out already.
    pub fn begin(&mut self, inventory: &mut Inventory, view: &mut TableView<SchemaId>) -> bool {
        let changes = inventory.take_changes();
        if changes.everything {
            self.named.clear();
        }
        if changes.everything || self.sorted_by != Some(view.criteria()) {
            self.sort_anew(inventory, view.criteria());
        } else if matches!(self.work, Some(Work::Sorting(_))) {
            // What is taken out already may be outdated.
            if !changes.tables.is_empty() {
                self.sort_anew(inventory, view.criteria());
            }
        } else if let Some(moved) = self.bring_up_to_date(&Order::new(inventory, view.criteria()), &changes.tables) {
            if self.is_listed(view) {
                moved.carry_out(inventory, view);
                return true;
            }
            self.passed_by = None;
            self.work = Some(self.filtering(view));
        } else if !self.asked_by().is_some_and(|question| question.is(view.filter.text(), self.now))
            // Headings count what is broken.
            || ((view.filter.is_active() || view.grouped) && !changes.tables.is_empty())
        {
            self.passed_by = self.passed_by.take().filter(|_| changes.tables.is_empty());
            self.work = Some(self.filtering(view));
        }
        false
    }

    /// Whether the rows are all tables in the order before, so that they move along with it.
    fn is_listed(&self, view: &TableView<SchemaId>) -> bool {
        let everything = self.passed_by.as_ref().is_some_and(|question| question.is("", self.now));
        everything
            && self.work.is_none()
            && !view.grouped
            && view.filter.text().is_empty()
            && view.rows().len() == self.order.len()
    }

    /// The filter that the rows passed, or are being asked for.
    fn asked_by(&self) -> Option<&Question> {
        match &self.work {
            Some(Work::Filtering(filtering)) => Some(&filtering.question),
            _ => self.passed_by.as_ref(),
        }
    }

    fn sort_anew(&mut self, inventory: &Inventory, sort: Criteria) {
        self.passed_by = None;
        // An order that is not finished is no order.
        self.sorted_by = Some(sort);
        let stage = if !Order::new(inventory, sort).goes_on_by_name() {
            Stage::AtOnce
        } else if self.named.len() == inventory.tally().total {
            Stage::FromNames
        } else {
            Stage::Names
        };
        self.work = Some(Work::Sorting(Box::new(Sorting::new(sort, stage))));
    }

    fn filtering(&self, view: &TableView<SchemaId>) -> Work {
        let question = Question::new(view.filter.text(), self.now);
        let narrower = self.passed_by.as_ref().filter(|wider| question.narrows(wider));
        Work::Filtering(Box::new(Filtering {
            wanted: Wanted::asked(&question, self.now),
            among: narrower.map(|_| self.passed.clone()).unwrap_or_default(),
            question,
            passed: Vec::new(),
            listed: 0,
            rows: Vec::new(),
            heads: view.grouped.then(|| Heads::new(true)),
            cursor: None,
        }))
    }

    /// Puts changed tables where they belong now; `None` when nothing has moved.
    fn bring_up_to_date(&mut self, order: &Order<'_>, changed: &[Spot]) -> Option<Moved> {
        let mut fresh: Vec<Entry> = changed.iter().filter_map(|spot| order.entry(*spot)).collect();
        fresh.retain(|entry| match self.order.binary_search_by(|known| order.compare(known, entry)) {
            Ok(place) => self.order[place] != *entry || order.cuts(entry),
            Err(_) => true,
        });
        if fresh.is_empty() {
            return None;
        }
        fresh.sort_unstable_by(|one, other| order.compare(one, other));
        fresh.dedup();
        let spots: Set<Spot> = fresh.iter().map(|entry| entry.spot).collect();
        let (mut from, mut place) = (Vec::new(), 0);
        self.order.retain(|entry| {
            let stays = !spots.contains(&entry.spot);
            if !stays {
                from.push(place);
            }
            place += 1;
            stays
        });
        let mut before = 0;
        let into = fresh.iter().map(|entry| {
            let rest = self.order.get(before..).unwrap_or_default();
            before += rest.partition_point(|known| order.compare(known, entry).is_lt());
            before
        });
        let into: Vec<usize> = into.collect();
        weave(&mut self.order, &fresh, &into);
        Some(Moved { from, into, spots: fresh.into_iter().map(|entry| entry.spot).collect() })
    }

    /// Does a portion of what is left to be done; `true` when other rows are shown now.
    pub fn go_on(&mut self, inventory: &Inventory, view: &mut TableView<SchemaId>) -> bool {
        self.old.truncate(self.old.len().saturating_sub(DROPPED_AT_ONCE));
        match self.work.take() {
            None => false,
            Some(Work::Sorting(sorting)) => {
                self.sort_on(inventory, view, sorting);
                false
            }
            Some(Work::Filtering(filtering)) => self.filter_on(inventory, view, filtering),
        }
    }

    fn sort_on(&mut self, inventory: &Inventory, view: &TableView<SchemaId>, mut sorting: Box<Sorting>) {
        let order = match sorting.stage {
            Stage::Names => Order::by_name(inventory),
            Stage::FromNames | Stage::AtOnce => Order::new(inventory, sorting.sort),
        };
        let Sorting { stage, taken, entries, runs, .. } = &mut *sorting;
        let begin = entries.len();
        if begin == 0 {
            // Memory that is new to the program costs as much as what is written to it.
            entries.reserve(inventory.tally().total);
        }
        let of_names = *stage == Stage::FromNames;
        let read_all = *taken == if of_names { self.named.len() } else { inventory.sources().len() };
        if of_names {
            let portion = self.named.iter().skip(*taken).take(PORTION);
            entries.extend(portion.filter_map(|named| order.other(named)));
            *taken = self.named.len().min(*taken + PORTION);
            // What is level stays by name.
            entries[begin..].sort_by(|one, other| order.compare_columns(one, other));
        } else {
            while entries.len() < begin + PORTION && *taken < inventory.sources().len() {
                entries.extend(inventory.spots_of(*taken).filter_map(|spot| order.entry(spot)));
                *taken += 1;
            }
            entries[begin..].sort_unstable_by(|one, other| order.compare(one, other));
        }
        if entries.len() > begin {
            runs.push(begin);
        }
        // Runs of like length are merged as they come; in the end all that are left, one pair in one go.
        if let [.., one, other] = *runs.as_slice()
            && (read_all || other - one < 2 * (entries.len() - other))
        {
            runs.pop();
            // What consists of two runs is merged, not sorted anew.
            if of_names {
                entries[one..].sort_by(|one, other| order.compare_columns(one, other));
            } else {
                entries[one..].sort_by(|one, other| order.compare(one, other));
            }
        }
        if !read_all || runs.len() > 1 {
            self.work = Some(Work::Sorting(sorting));
        } else if *stage == Stage::Names {
            self.named = sorting.entries;
            self.work = Some(Work::Sorting(Box::new(Sorting::new(sorting.sort, Stage::FromNames))));
        } else {
            self.order = sorting.entries;
            self.sorted_by = Some(sorting.sort);
            self.work = Some(self.filtering(view));
        }
    }

    fn filter_on(
        &mut self,
        inventory: &Inventory,
        view: &mut TableView<SchemaId>,
        mut filtering: Box<Filtering>,
    ) -> bool {
        if !filtering.wanted.accepts_all() && filtering.passed.len() < inventory.sources().len() {
            filtering.ask(inventory);
            self.work = Some(Work::Filtering(filtering));
            return false;
        }
        if filtering.listed == 0 && filtering.wanted.accepts_all() {
            filtering.rows.reserve(self.order.len());
        }
        let selected = view.selected().and_then(|id| inventory.spot(id));
        // There is only copying left to do.
        let end = self.order.len().min(filtering.listed + 2 * PORTION);
        for entry in self.order.get(filtering.listed..end).unwrap_or_default() {
            if !filtering.passes(entry.spot) {
                continue;
            }
            let Some((held, schema, state)) = inventory.at(entry.spot) else { continue };
            if selected == Some(entry.spot) {
                filtering.cursor = Some(filtering.rows.len());
            }
            if let Some(heads) = &mut filtering.heads {
                heads.add(filtering.rows.len(), held, schema, state);
            }
            filtering.rows.push(schema.id.clone());
        }
        filtering.listed = end;
        if end < self.order.len() {
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

impl Sorting {
    fn new(sort: Criteria, stage: Stage) -> Self {
        Self { sort, stage, taken: 0, entries: Vec::new(), runs: Vec::new() }
    }
}

impl Filtering {
    /// Asks about the tables of some sources.
    fn ask(&mut self, inventory: &Inventory) {
        let mut asked = 0;
        while asked < PORTION && self.passed.len() < inventory.sources().len() {
            let source = self.passed.len();
            let among = self.among.get(source);
            let answers = inventory.spots_of(source).enumerate().map(|(place, spot)| {
                among.is_none_or(|among| among.get(place) == Some(&true))
                    && inventory
                        .at(spot)
                        .is_some_and(|(held, schema, state)| self.wanted.accepts_table(held, schema, state))
            });
            let answers: Vec<bool> = answers.collect();
            asked += answers.len();
            self.passed.push(answers);
        }
    }

    /// Whether the table at a spot passed.
    fn passes(&self, spot: Spot) -> bool {
        let (source, place) = spot.places();
        self.wanted.accepts_all() || self.passed.get(source).and_then(|passed| passed.get(place)) == Some(&true)
    }
}

/// Tables that are at other places of an order now.
struct Moved {
    /// The places where they were, ascending.
    from: Vec<usize>,
    /// The places where they belong among those that stayed, ascending.
    into: Vec<usize>,
    /// Where they are held, in their order.
    spots: Vec<Spot>,
}

impl Moved {
    /// Moves the rows of these tables.
    fn carry_out(&self, inventory: &Inventory, view: &mut TableView<SchemaId>) {
        let tables = self.spots.iter().filter_map(|spot| inventory.at(*spot));
        let ids: Vec<SchemaId> = tables.map(|(_, schema, _)| schema.id.clone()).collect();
        let cursor = match self.from.binary_search(&view.cursor()) {
            Ok(_) => ids.iter().position(|id| Some(id) == view.selected()).map(|nth| self.into[nth] + nth),
            Err(moved_before) => {
                let among_them = view.cursor() - moved_before;
                Some(among_them + self.into.partition_point(|into| *into <= among_them))
            }
        };
        view.rearrange(cursor, |rows| {
            let (mut place, mut from) = (0, self.from.iter().peekable());
            rows.retain(|_| {
                let goes = from.next_if(|from| **from == place).is_some();
                place += 1;
                !goes
            });
            weave(rows, &ids, &self.into);
        });
    }
}

/// Puts others into a list, before these places of it.
fn weave<T: Clone>(list: &mut Vec<T>, others: &[T], into: &[usize]) {
    let mut end = list.len();
    // Room for them; it does not matter what is in it.
    list.extend_from_slice(others);
    for (before, (other, into)) in others.iter().zip(into).enumerate().rev() {
        for place in (*into..end).rev() {
            list.swap(place, place + before + 1);
        }
        list[into + before] = other.clone();
        end = *into;
    }
}
