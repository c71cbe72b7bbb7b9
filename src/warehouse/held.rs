//! A source as it is held in the inventory, with what was made of it.

use jiff::Timestamp;
use std::sync::Arc;

use super::channel::Way;
use super::diagnosis::{Catalogue, Level, Symptom};
use super::finding::Finding;
use super::schema::Schema;
use super::source::Source;
use super::state::{Severity, State};
use super::status::Status;
use super::tally::Tally;
use super::text::Foreign;

/// A source, and what was made of it.
#[derive(Clone, Debug)]
pub struct Held {
    /// As the server told it.
    pub source: Arc<Source>,
    /// Its tables counted by state.
    pub tally: Tally,
    /// What is wrong with it as a whole, where none of its tables explains that.
    pub error: Option<SourceError>,
    /// Its name, which no other source has.
    pub(super) title: Foreign,
    /// State of each table, in the order of [`Source::schemas`].
    pub(super) states: Vec<State>,
    /// The reading of the list that brought it last.
    pub(super) seen_in: u64,
    /// Channels that tables which are switched on depend on.
    ways: Vec<Way>,
    /// The places of the tables that leave doubts.
    doubts: Vec<usize>,
    /// From when on time alone may change a state; `None`: never.
    pub(super) changes_from: Option<Timestamp>,
}

/// An error of a source as a whole, which none of its tables explains.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceError {
    /// What its text means; `None` without a text, or with one that is that of a table which is off.
    pub finding: Option<Arc<Finding>>,
    /// Whether its text is that of a table which is off, and so may be old (contract, section 13).
    pub borrowed: bool,
}

impl Held {
    pub(super) fn new(source: Arc<Source>, states: Vec<State>, changes_from: Option<Timestamp>, seen_in: u64) -> Self {
        let mut held = Self {
            title: source.title().clone(),
            ways: ways_of(&source),
            source,
            tally: Tally::default(),
            error: None,
            doubts: Vec::new(),
            states,
            seen_in,
            changes_from,
        };
        held.sum_up();
        held
    }

    /// Takes in how it is told now, with the same tables of which only these are not the very same; gives back how it was
    /// told before. Their states are still those from before.
    pub(super) fn renew(&mut self, source: Arc<Source>, fresh: &[usize]) -> Arc<Source> {
        let before = std::mem::replace(&mut self.source, source);
        if before.title() != self.source.title() {
            self.title = self.source.title().clone();
        }
        let depends = |source: &Source, place: usize| source.schemas.get(place).and_then(|schema| way_of(schema));
        if fresh.iter().any(|place| depends(&before, *place) != depends(&self.source, *place)) {
            self.ways = ways_of(&self.source);
        }
        self.error = None;
        before
    }

    /// Whether time alone may have changed a state.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.changes_from.is_some_and(|from| from <= now)
    }

    /// Works out what follows from the states of its tables.
    pub(super) fn sum_up(&mut self) {
        self.tally = Tally::of(&self.states);
        let open = self.states.iter().enumerate().filter(|(_, state)| state.severity() <= Severity::Moving);
        let doubtful = open.filter(|(place, state)| is_doubtful(self.source.schemas.get(*place), **state));
        self.doubts = doubtful.map(|(place, _)| place).collect();
        self.error = if is_unexplained(self) { self.error.take().or_else(|| error_of(&self.source)) } else { None };
        if self.error.is_some() {
            let as_bad = if self.source.status.is_billing() { State::BillingLimit } else { State::Failed };
            self.tally.worst = self.tally.worst.min(Some(as_bad)).or(Some(as_bad));
        }
    }

    /// The name people know it by, with what tells it from others of that name.
    #[must_use]
    pub fn title(&self) -> &Foreign {
        &self.title
    }

    /// What tells it from every other source, whatever they are called: its connector, and its prefix or its identity.
    #[must_use]
    pub fn origin(&self) -> String {
        let source = &self.source;
        let kind = source.kind.named();
        match source.prefix.known().filter(|prefix| !prefix.is_blank()) {
            Some(prefix) => format!("{kind}, prefix {}", prefix.shown()),
            None => format!("{kind}, id {}", source.short_id()),
        }
    }

    /// Whether tables that are switched on depend on such a channel.
    #[must_use]
    pub fn depends_on(&self, way: Way) -> bool {
        self.ways.contains(&way)
    }

    /// Tables whose state, or the cause of it, may rest on something that is still to be asked. Usually there are few.
    pub fn doubts(&self) -> impl Iterator<Item = (&Schema, State)> {
        self.doubts.iter().filter_map(|place| Some((&**self.source.schemas.get(*place)?, *self.states.get(*place)?)))
    }

    /// Its tables with their states.
    pub fn tables(&self) -> impl Iterator<Item = (&Schema, State)> {
        self.source.schemas.iter().map(Arc::as_ref).zip(self.states.iter().copied())
    }

    /// What is wrong with the worst of its tables, in short; `None` when nothing is.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        if let Some(error) = &self.error {
            return Some(error.title());
        }
        let worst = self.tally.worst?;
        self.tables().filter(|(_, state)| *state == worst).find_map(|(schema, state)| schema.trouble(state))
    }
}

impl SourceError {
    /// What is wrong, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        self.finding.as_deref().map_or_else(|| "The source is in error".to_owned(), Finding::title)
    }
}

/// The channel that a table depends on, if it is switched on.
fn way_of(schema: &Schema) -> Option<Way> {
    Way::of(schema).filter(|_| schema.should_sync == Some(true))
}

/// Whether something about a table in a state like this may still be to be asked.
fn is_doubtful(schema: Option<&Arc<Schema>>, state: State) -> bool {
    let finding = schema.and_then(|schema| schema.finding.as_deref()).filter(|_| state.is_failure());
    finding.is_none_or(Finding::is_open)
}

fn ways_of(source: &Source) -> Vec<Way> {
    let mut ways = Vec::new();
    for way in source.schemas.iter().filter_map(|schema| way_of(schema)) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// Whether the status says that something is wrong, and no table does. The server derives the status from the tables
/// that are switched on, those included that the caller may not see; without any such status it is the source's own
/// (contract, section 8.2).
fn is_unexplained(held: &Held) -> bool {
    let source = &held.source;
    let some_table =
        |explains: &dyn Fn(&Schema, State) -> bool| held.tables().any(|(schema, state)| explains(schema, state));
    // What a user has switched off need not work.
    let off = |schema: &Schema, state: State| schema.should_sync == Some(false) && state != State::NotSetUp;
    let is_on = |schema: &Schema, _: State| schema.should_sync != Some(false);
    let wanted = || some_table(&is_on) || !some_table(&off);
    match &source.status {
        Status::Failed => !some_table(&|schema, state| fails(schema, state)),
        Status::Error => {
            wanted() && !some_table(&|schema, state| fails(schema, state) || state.severity() == Severity::Broken)
        }
        Status::Paused | Status::BillingLimits | Status::BillingLimitTooLow => {
            wanted() && !some_table(&|schema, _| schema.status.is_billing())
        }
        Status::Unknown(word) => source.schemas.is_empty() && !word.is_blank(),
        Status::None | Status::Running | Status::Completed | Status::Cancelled => false,
    }
}

fn fails(schema: &Schema, state: State) -> bool {
    let claims = || matches!(schema.status, Status::Failed | Status::Error | Status::Unknown(_));
    state.is_failure() || (schema.should_sync != Some(false) && claims())
}

/// The text is that of the first table by name that has one, those that are off included.
fn error_of(source: &Source) -> Option<SourceError> {
    let text = source.latest_error.known().filter(|text| !text.is_blank());
    let of_idle = |text: &Foreign| {
        source
            .schemas
            .iter()
            .any(|schema| schema.should_sync == Some(false) && schema.latest_error.known() == Some(text))
    };
    let borrowed = text.is_some_and(of_idle);
    let own = text.filter(|_| !borrowed);
    let symptom = Symptom {
        level: Level::Source,
        status: Some(&source.status),
        source_type: Some(source.kind.raw()),
        ..Symptom::of(own.map(Foreign::raw))
    };
    let tells = own.is_some() || source.status.is_billing();
    let finding = if tells { Finding::of(Catalogue::in_force(), &symptom) } else { None };
    // Somebody stopped it who wanted that.
    if finding.as_ref().is_some_and(Finding::is_on_purpose) {
        return None;
    }
    Some(SourceError { finding: finding.map(Arc::new), borrowed })
}
