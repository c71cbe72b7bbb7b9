//! A runbook: the steps from red to green, one after the other, each verified before the next.
//!
//! Pure, like [`follow`](super::follow), which carries out and proves single actions: a runbook is told news and
//! answers with moves. Steps that need the user wait for an answer; those that discard data wait for consent.
//!
//! * `exchange`: moves and news;
//! * `situation`: which tables of which source it is for;
//! * `stage`: what a step is, and how it is going;
//! * `plan`: from the letter of a recovery to its steps;
//! * `expand`: the steps that only what was found out tells;
//! * `menu`: what can be picked, best first;
//! * `retime`: how often several tables are to sync, and `cost`: what that costs;
//! * `look`: the look at several tables right before they are changed;
//! * `advance`: from what it learns to the next step;
//! * `answers`: what the user says to a step;
//! * `sending`: from a step to its actions; `units`: those under way; `verdict`: is everything green?
//! * `facts`: what was found out on the way;
//! * `consent`: the question before a step that discards data;
//! * `record`: what is written down of it, so that a crash does not lose its place.

mod advance;
mod answers;
pub mod checklist;
mod consent;
mod cost;
mod exchange;
mod expand;
mod facts;
mod look;
mod menu;
mod plan;
mod record;
mod retime;
mod sending;
mod situation;
mod stage;
mod units;
mod verdict;

use crate::warehouse::consent::Consent;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::form::{FormDraft, Purpose, webhook_settings};
use crate::warehouse::replies::{CdcPrerequisites, CdcStatus, WebhookInfo};
use crate::warehouse::survey::Need;
use crate::warehouse::text::Foreign;
pub use consent::Ask;
pub use exchange::{Move, News, Waits};
use facts::Facts;
use look::Again;
pub use menu::Choice;
pub use record::Record;
pub use situation::{Patient, Situation, Symptom, Wish};
pub use stage::{Deed, Menu, Progress, Stage, Task, Who};
pub use units::{Unit, UnitProgress};

/// The steps from red to green.
#[derive(Debug)]
pub struct Runbook {
    situation: Situation,
    stages: Vec<Stage>,
    at: usize,
    /// Whether the user has said that it may begin to change things.
    agreed: bool,
    asked: Vec<Need>,
    /// Consents that were given before it began. Each is used once.
    given: Vec<Consent>,
    units: Vec<Unit>,
    /// Tables whose reload went well: trying again is about the others.
    reloaded: Vec<SchemaId>,
    choices: Vec<Choice>,
    facts: Facts,
    /// Whether its tables still move, so that it looks at every reading of the list.
    watching: bool,
    /// What the server objected to in what was filled in last.
    refusal: Option<(Option<Foreign>, Foreign)>,
    /// The look at the tables right before they are changed.
    again: Again,
    /// Whether the first failure among several tables keeps the rest from being begun.
    pub stops_on_failure: bool,
}

impl Runbook {
    /// Opens the runbook of a situation. What can be found out without asking is asked at once.
    #[must_use]
    pub fn open(situation: Situation, inventory: &Inventory) -> (Self, Vec<Move>) {
        let stages = plan::plan(&situation, inventory);
        let mut book = Self::of(situation, stages);
        let moves = book.go_on(inventory);
        (book, moves)
    }

    /// Begins with steps that are known from the start, and were agreed to. Those that discard data use the consents
    /// that were given for them, and ask where there is none.
    #[must_use]
    pub fn ready(
        situation: Situation,
        stages: Vec<Stage>,
        given: Vec<Consent>,
        inventory: &Inventory,
    ) -> (Self, Vec<Move>) {
        let mut book = Self { agreed: true, given, ..Self::of(situation, stages) };
        let moves = book.go_on(inventory);
        (book, moves)
    }

    /// Steps that are known from the start, and are looked at first.
    #[must_use]
    pub fn planned(situation: Situation, stages: Vec<Stage>, inventory: &Inventory) -> (Self, Vec<Move>) {
        let mut book = Self::of(situation, stages);
        let moves = book.go_on(inventory);
        (book, moves)
    }

    fn of(situation: Situation, stages: Vec<Stage>) -> Self {
        Self {
            situation,
            stages,
            at: 0,
            agreed: false,
            asked: Vec::new(),
            given: Vec::new(),
            units: Vec::new(),
            reloaded: Vec::new(),
            choices: Vec::new(),
            facts: Facts::default(),
            watching: false,
            refusal: None,
            again: Again::default(),
            stops_on_failure: false,
        }
    }

    /// What it is for.
    #[must_use]
    pub fn situation(&self) -> &Situation {
        &self.situation
    }

    /// Its steps.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The step it is at; `None` when it is over.
    #[must_use]
    pub fn stage(&self) -> Option<&Stage> {
        self.stages.get(self.at)
    }

    /// The place of that step.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The actions of the step under way, or of the last one.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// What can be picked now.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The form to be filled in, with what is stored; `None` where it waits for none.
    #[must_use]
    pub fn form(&self) -> Option<FormDraft> {
        let (Waits::Form(purpose), Some(form)) = (self.waits(), &self.facts.form) else { return None };
        let settings = match purpose {
            Purpose::Webhook => {
                let inputs = self.facts.webhook.as_ref().and_then(|info| info.inputs.known());
                inputs.map(|inputs| webhook_settings(inputs)).unwrap_or_default()
            }
            _ => self.facts.source.as_ref().map(|source| source.settings.clone()).unwrap_or_default(),
        };
        Some(FormDraft::new(form, &settings, purpose))
    }

    /// What the server objected to in what was filled in last: the field, and why.
    #[must_use]
    pub fn refusal(&self) -> Option<(Option<&Foreign>, &Foreign)> {
        self.refusal.as_ref().map(|(field, why)| (field.as_ref(), why))
    }

    /// What was found out about change data capture: what is lacking, and how it is doing.
    #[must_use]
    pub fn cdc(&self) -> (Option<&CdcPrerequisites>, Option<&CdcStatus>) {
        (self.facts.prerequisites.as_ref(), self.facts.cdc.as_ref())
    }

    /// The webhook, once it was looked at.
    #[must_use]
    pub fn webhook(&self) -> Option<&WebhookInfo> {
        self.facts.webhook.as_ref()
    }

    /// What it waits for.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let Some(stage) = self.stage() else { return Waits::Nothing };
        match (&stage.progress, &stage.task) {
            (Progress::Failed(_), _) => Waits::Retry,
            (_, Task::ByHand) => Waits::ByHand,
            (_, Task::Fill(purpose)) => Waits::Form(*purpose),
            (_, Task::Pick(Menu::Method(_) | Menu::Webhook | Menu::Frequency)) => Waits::One,
            (_, Task::Pick(_)) => Waits::Several,
            (_, Task::Send(_)) if self.looks_again() => Waits::Server,
            (_, Task::Send(Deed::Discard(_))) if self.units.is_empty() => Waits::Consent,
            (_, Task::Send(_)) if self.units.is_empty() => Waits::Start,
            _ => Waits::Server,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.at >= self.stages.len()
    }

    /// Whether it has changed something on the server, or is about to, and is not over.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let sent = self.stages.iter().any(|stage| stage.sends() && matches!(stage.progress, Progress::Done(_)));
        !self.is_over() && (sent || self.units.iter().any(Unit::is_open))
    }

    /// Whether it looks at every reading of the list until its tables have come to rest.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// What is worth copying: what has to be run on the server, or what went wrong.
    #[must_use]
    pub fn to_copy(&self) -> Option<String> {
        if self.waits() == Waits::ByHand
            && let Some(found) = &self.facts.prerequisites
        {
            let lines: Vec<String> = found.errors.iter().filter_map(checklist::remedy).collect();
            return (!lines.is_empty()).then(|| lines.join("\n"));
        }
        match self.stage().map(|stage| &stage.progress) {
            Some(Progress::Failed(why)) => Some(why.clone()),
            _ => self.stage().map(|stage| stage.what.clone()),
        }
    }
}
