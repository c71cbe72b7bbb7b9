//! What a runbook is for: which tables of which source, and what is wrong with them.

use jiff::Timestamp;

use crate::warehouse::diagnosis::{CauseId, Letter};
use crate::warehouse::field::Field;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::recovery::follow::Subject;
use crate::warehouse::schema::Schema;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;
use crate::warehouse::text::Foreign;
use crate::warehouse::triage::{Kind, Problem};

/// What somebody says is wrong, although the status may be green.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symptom {
    /// The data looks wrong.
    WrongData,
    /// The table is to be built anew.
    StartOver,
    /// A table is not in the list.
    MissingTable,
    /// Nothing new arrives.
    NoNewRows,
}

impl Symptom {
    /// The letter of the recovery it asks for, for a table that is synced like this.
    #[must_use]
    pub fn letter(self, method: Option<&SyncType>) -> Letter {
        match (self, method) {
            (Self::WrongData, _) => Letter::D,
            (Self::StartOver, _) => Letter::G,
            (Self::MissingTable, _) => Letter::C2,
            (Self::NoNewRows, Some(SyncType::Webhook)) => Letter::I,
            (Self::NoNewRows, Some(SyncType::Cdc)) => Letter::E,
            (Self::NoNewRows, _) => Letter::A,
        }
    }

    /// What it says, in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::WrongData => "Data looks wrong",
            Self::StartOver => "Start over",
            Self::MissingTable => "Table is missing",
            Self::NoNewRows => "No new rows",
        }
    }
}

/// What somebody wants done to several tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// Request runs.
    Reload,
    /// Cancel runs.
    Cancel,
    /// Switch on.
    Resume,
    /// Switch off.
    Pause,
    /// Import again.
    Resync,
    /// Delete the data.
    DeleteData,
    /// Remove the tables.
    Destroy,
    /// Change how often they sync, or set them up.
    Retime,
    /// Give the webhook another signing secret.
    Rotate,
    /// Change the sync settings: the steps are known from the start.
    Tune,
}

impl Wish {
    /// What it is, as a verb.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Reload => "Reload",
            Self::Cancel => "Cancel",
            Self::Resume => "Resume",
            Self::Pause => "Pause",
            Self::Resync => "Resync",
            Self::DeleteData => "Delete the data of",
            Self::Destroy => "Destroy",
            Self::Retime => "Change the settings of",
            Self::Rotate => "Change the signing secret of",
            Self::Tune => "Tune",
        }
    }

    /// Why it makes no sense for a table.
    pub(super) fn bars(self, schema: &Schema, state: State) -> Option<&'static str> {
        let on = schema.should_sync;
        match (self, state) {
            (Self::Destroy | Self::Tune, _) => None,
            (_, State::Direct) => Some("queried live"),
            (Self::DeleteData, _) if schema.table.is_null() => Some("no stored data"),
            (Self::DeleteData, state) if state.claims_to_run() => Some("running; cancel it first"),
            (Self::Retime, state) if state.claims_to_run() => Some("running; wait for it, or cancel it first"),
            (Self::DeleteData | Self::Retime, _) => None,
            (Self::Cancel, state) => (!state.claims_to_run()).then_some("not running"),
            (Self::Pause, _) => (on == Some(false)).then_some("off already"),
            (Self::Rotate, _) => (!schema.syncs_by(&SyncType::Webhook)).then_some("no webhook"),
            (_, State::NotSetUp) => Some("no sync method"),
            (Self::Resume, _) => (on == Some(true)).then_some("on already"),
            (Self::Reload | Self::Resync, _) => (on == Some(false)).then_some("off; resume it first"),
        }
    }

    /// The letter of the recovery that does the same.
    fn letter(self) -> Letter {
        match self {
            Self::Reload => Letter::A,
            Self::Cancel => Letter::F,
            Self::Resync => Letter::D,
            Self::DeleteData => Letter::G,
            Self::Resume | Self::Pause | Self::Destroy | Self::Retime | Self::Rotate | Self::Tune => Letter::R,
        }
    }
}

/// A table that a runbook is to bring back.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// The table.
    pub id: SchemaId,
    /// Its identifier at the source.
    pub name: Foreign,
    /// Its state when the runbook was opened.
    pub state: State,
    /// How it is synced.
    pub method: Option<SyncType>,
    /// Rows stored.
    pub rows: Field<u64>,
    /// Whether it takes part.
    pub chosen: bool,
    /// Why it cannot take part.
    pub barred: Option<&'static str>,
}

impl Patient {
    /// This table, as it is now.
    #[must_use]
    pub fn of(schema: &Schema, state: State) -> Self {
        Self {
            id: schema.id.clone(),
            name: schema.name.clone(),
            state,
            method: schema.sync_type.known().cloned(),
            rows: schema.rows(),
            chosen: true,
            barred: None,
        }
    }
}

/// What a runbook is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The letter of the recovery.
    pub letter: Letter,
    /// The root cause, where there is one.
    pub cause: Option<CauseId>,
    /// The kind of problem, where it came from the list of those.
    pub kind: Option<Kind>,
    /// What is to be done to the tables, where it is that and nothing is wrong.
    pub wish: Option<Wish>,
    /// Whether only its end is left: to re-enable what is off, and to reload.
    pub only_the_end: bool,
    /// What is wrong, in a few words.
    pub title: String,
    /// Since when, as far as is known.
    pub since: Option<Timestamp>,
    /// What is to be done, as the catalogue has it.
    pub advice: Vec<String>,
    /// Whether `PostHog` acts by itself, so that nothing should be sent.
    pub handled: bool,
    /// The source.
    pub source: SourceId,
    /// Its name.
    pub source_name: Foreign,
    /// Its connector.
    pub source_type: Foreign,
    /// The tables.
    pub tables: Vec<Patient>,
}

impl Situation {
    /// These tables of a source, of which nothing more is known than what it is called and which recovery it takes.
    pub(in crate::warehouse) fn of(held: &Held, letter: Letter, title: String, tables: Vec<Patient>) -> Self {
        Self {
            letter,
            cause: None,
            kind: None,
            wish: None,
            only_the_end: false,
            title,
            since: None,
            advice: Vec::new(),
            handled: false,
            source: held.source.id.clone(),
            source_name: held.title().clone(),
            source_type: held.source.kind.clone(),
            tables,
        }
    }

    /// A problem of the list.
    #[must_use]
    pub fn of_problem(problem: &Problem, inventory: &Inventory) -> Self {
        let tables = problem.tables.iter().filter_map(|table| inventory.schema(&table.id));
        Self {
            letter: problem.recovery,
            cause: problem.cause.clone(),
            kind: Some(problem.kind),
            wish: None,
            only_the_end: false,
            title: problem.title.clone(),
            since: problem.since,
            advice: problem.steps.clone(),
            handled: problem.finding.as_deref().is_some_and(|finding| finding.verdict.handled_by_posthog),
            source: problem.source.clone(),
            source_name: problem.source_name.clone(),
            source_type: problem.source_type.clone(),
            tables: tables.map(|(_, schema, state)| Patient::of(schema, state)).collect(),
        }
    }

    /// What somebody says of these tables of a source; none of them means the source as a whole.
    #[must_use]
    pub fn of_symptom(symptom: Symptom, source: &SourceId, tables: &[SchemaId], inventory: &Inventory) -> Option<Self> {
        let held = inventory.source(source)?;
        let patients: Vec<Patient> = tables
            .iter()
            .filter_map(|id| inventory.schema(id))
            .map(|(_, schema, state)| Patient::of(schema, state))
            .collect();
        let letter = symptom.letter(patients.first().and_then(|patient| patient.method.as_ref()));
        Some(Self::of(held, letter, symptom.words().to_owned(), patients))
    }

    /// What somebody wants done to these tables; `None` where none of them is there.
    #[must_use]
    pub fn of_wish(wish: Wish, tables: &[SchemaId], inventory: &Inventory) -> Option<Self> {
        let known: Vec<_> = tables.iter().filter_map(|id| inventory.schema(id)).collect();
        let (held, ..) = *known.first()?;
        let patients: Vec<Patient> = known
            .iter()
            .map(|(_, schema, state)| {
                let barred = wish.bars(schema, *state);
                Patient { chosen: barred.is_none(), barred, ..Patient::of(schema, *state) }
            })
            .collect();
        let title = format!("{} several tables", wish.verb());
        Some(Self { wish: Some(wish), ..Self::of(held, wish.letter(), title, patients) })
    }

    /// What it is called: the recovery, or what is to be done.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.wish {
            Some(Wish::Tune) => "Sync settings".to_owned(),
            Some(Wish::Rotate) => "Signing secret".to_owned(),
            Some(_) => self.title.clone(),
            None => format!("Recovery {}: {}", self.letter, self.letter.meaning()),
        }
    }

    /// Whether its steps may concern tables of several sources at once.
    #[must_use]
    pub fn spans_sources(&self) -> bool {
        use Letter::{A, B2, C, D, F, G, K, M, N, O, P, R};
        matches!(self.letter, A | B2 | C | D | F | G | K | M | N | O | P | R)
    }

    /// The tables that take part.
    pub fn chosen(&self) -> impl Iterator<Item = &Patient> {
        self.tables.iter().filter(|patient| patient.chosen)
    }

    /// The tables that take part and are switched off by what went wrong, so that they have to be re-enabled.
    pub fn switched_off<'a>(&'a self, inventory: &'a Inventory) -> impl Iterator<Item = &'a Patient> {
        self.chosen().filter(move |patient| match inventory.schema(&patient.id) {
            Some((_, schema, _)) => schema.should_sync == Some(false),
            None => patient.state == State::SwitchedOff,
        })
    }

    /// Some tables of the source, as what a request acts on.
    #[must_use]
    pub fn subject<'a>(&self, tables: impl IntoIterator<Item = &'a Patient>) -> Subject {
        Subject {
            source: self.source.clone(),
            source_name: self.source_name.clone(),
            tables: tables.into_iter().map(|table| (table.id.clone(), table.name.clone())).collect(),
        }
    }

    /// Tells one situation from another: opening the same again finds its runbook.
    #[must_use]
    pub fn key(&self) -> (SourceId, Letter, Option<CauseId>, Option<Wish>, Vec<SchemaId>) {
        let mut tables: Vec<SchemaId> = self.tables.iter().map(|patient| patient.id.clone()).collect();
        tables.sort();
        (self.source.clone(), self.letter, self.cause.clone(), self.wish, tables)
    }
}
