//! The actions of the step under way: what is sent, for which tables, a few at a time.

use super::stage::{Deed, Progress, Stage, Task};
use super::{Move, Runbook};
use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::ids::{ProjectId, SchemaId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::{Request, Write};
use crate::warehouse::recovery::follow::{Outcome, Subject};
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{count, counted};

/// How many actions are under way at once.
const AT_ONCE: usize = 4;

/// How an action of a step is going.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitProgress {
    /// Its turn has not come.
    Waiting,
    /// It is on its way.
    UnderWay,
    /// It has ended well.
    Done(String),
    /// It has not.
    Failed(String),
    /// Nobody knows.
    Unknown(String),
}

/// One action of a step.
#[derive(Debug)]
pub struct Unit {
    /// What it acts on, in a word or two.
    pub name: Foreign,
    /// How it is going.
    pub progress: UnitProgress,
    subject: Subject,
    act: Option<Act>,
    discard: Option<Discard>,
    /// Whether it changes several tables in one request.
    in_one: bool,
    /// Tables that a change of several did not reach.
    left_out: Vec<SchemaId>,
}

/// What is sent; taken out when it is.
#[derive(Debug)]
pub(super) enum Act {
    Write(Write),
    Discard(Consent),
}

impl Unit {
    pub(super) fn new(act: Act, subject: Subject) -> Self {
        let name = match subject.tables.as_slice() {
            [(_, name)] => name.clone(),
            _ => subject.source_name.clone(),
        };
        let discard = match &act {
            Act::Discard(consent) => Some(consent.discard().clone()),
            Act::Write(_) => None,
        };
        let in_one = match &act {
            Act::Write(write) => matches!(write, Write::BulkUpdateSchemas(..)),
            Act::Discard(consent) => matches!(consent.discard(), Discard::PauseSchemas(..)),
        };
        let (progress, left_out) = (UnitProgress::Waiting, Vec::new());
        Self { name, progress, subject, act: Some(act), discard, in_one, left_out }
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.progress, UnitProgress::Waiting | UnitProgress::UnderWay)
    }

    /// What became of each table of a change of several, once that is known.
    #[must_use]
    pub fn rows(&self) -> Vec<(&Foreign, bool)> {
        let known = !self.is_open() && !matches!(self.progress, UnitProgress::Unknown(_));
        let several = self.subject.tables.len() > 1 && self.in_one;
        let failed = matches!(self.progress, UnitProgress::Failed(_)) && self.left_out.is_empty();
        let tables = self.subject.tables.iter().filter(|_| known && several);
        tables.map(|(id, name)| (name, !failed && !self.left_out.contains(id))).collect()
    }

    /// Its request, until it was sent.
    pub(super) fn request(&self, project: ProjectId) -> Option<Request> {
        match &self.act {
            Some(Act::Write(write)) => Some(write.request(project)),
            _ => None,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.progress, UnitProgress::Done(_))
    }
}

impl Runbook {
    /// Sends as much as may be under way at once.
    pub(super) fn launch(&mut self) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut open = self.units.iter().filter(|unit| unit.progress == UnitProgress::UnderWay).count();
        for (number, unit) in self.units.iter_mut().enumerate() {
            if open >= AT_ONCE {
                break;
            }
            if unit.progress != UnitProgress::Waiting {
                continue;
            }
            let subject = unit.subject.clone();
            moves.extend(unit.act.take().map(|act| match act {
                Act::Write(write) => Move::Write(number, write, subject),
                Act::Discard(consent) => Move::Discard(number, consent, subject),
            }));
            unit.progress = UnitProgress::UnderWay;
            open += 1;
        }
        moves
    }

    /// An action has ended.
    pub(super) fn unit_ended(
        &mut self,
        number: usize,
        outcome: Outcome,
        text: &str,
        left_out: &[SchemaId],
        inventory: &Inventory,
    ) -> Vec<Move> {
        let Some(unit) = self.units.get_mut(number).filter(|unit| unit.is_open()) else { return Vec::new() };
        let several = unit.subject.tables.len();
        let in_part = !left_out.is_empty() && left_out.len() < several;
        unit.left_out = left_out.to_vec();
        unit.progress = match outcome {
            Outcome::Done | Outcome::Swallowed => UnitProgress::Done(text.to_owned()),
            Outcome::Failed if in_part => UnitProgress::Done(text.to_owned()),
            Outcome::Failed => UnitProgress::Failed(text.to_owned()),
            Outcome::Unknown => UnitProgress::Unknown(text.to_owned()),
        };
        let discards = matches!(self.stages.get(self.at).map(|stage| &stage.task), Some(Task::Send(Deed::Discard(_))));
        if outcome == Outcome::Swallowed && discards {
            // The reset is remembered and happens with the next run (contract, section 9.5).
            let what = "Reload: the restart was swallowed, and a second resync would be too.";
            let planned = self.stages.get(self.at + 1).is_some_and(|stage| stage.task == Task::Send(Deed::Reload));
            if !planned {
                self.insert_next(vec![Stage::new(Task::Send(Deed::Reload), what)]);
            }
        }
        if self.stops_on_failure && outcome != Outcome::Done {
            for unit in self.units.iter_mut().filter(|unit| unit.progress == UnitProgress::Waiting) {
                unit.progress = UnitProgress::Failed("not begun, because another failed".to_owned());
            }
        }
        if self.units.iter().any(Unit::is_open) {
            return self.launch();
        }
        self.units_ended(inventory)
    }

    /// All actions of the step have ended.
    fn units_ended(&mut self, inventory: &Inventory) -> Vec<Move> {
        let done = self.units.iter().filter(|unit| unit.is_done()).count();
        let trouble = self.trouble();
        let reloads = matches!(self.stage().map(|stage| &stage.task), Some(Task::Send(Deed::Reload)));
        if reloads {
            let done = self.units.iter().filter(|unit| unit.is_done());
            self.reloaded.extend(done.flat_map(|unit| &unit.subject.tables).map(|(id, _)| id.clone()));
        }
        let text = match self.units.as_slice() {
            [Unit { progress: UnitProgress::Done(text), .. }] => text.clone(),
            units => format!("{} of {} went well", count(done as u64), counted(units.len(), "action")),
        };
        match trouble {
            None => self.finish(&text, inventory),
            // Whoever came back is worth verifying, and that names the others.
            Some(_) if reloads && done > 0 => self.finish(&text, inventory),
            Some(trouble) => {
                if self.refusal.is_some() && self.back_to_the_form() {
                    return Vec::new();
                }
                self.fail(trouble);
                Vec::new()
            }
        }
    }

    /// Why the first of the actions that did not go well did not.
    pub(super) fn trouble(&self) -> Option<String> {
        self.units.iter().find_map(|unit| match &unit.progress {
            UnitProgress::Failed(text) | UnitProgress::Unknown(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// What was filled in was refused: its form is open again, and says so. `false`: there is no form.
    fn back_to_the_form(&mut self) -> bool {
        let sent = matches!(
            self.stage().map(|stage| &stage.task),
            Some(Task::Send(Deed::UpdateSource(_) | Deed::UpdateWebhook(_) | Deed::CreateWebhook(_)))
        );
        let form = self.stages[..self.at].iter().rposition(|stage| matches!(stage.task, Task::Fill(_)));
        let Some(form) = form.filter(|_| sent) else { return false };
        for stage in &mut self.stages[form..=self.at] {
            stage.progress = Progress::Ahead;
        }
        self.units.clear();
        self.at = form;
        self.stages[form].progress = Progress::Now;
        true
    }

    /// The acts of a step that are still to be done.
    pub(super) fn discards_left(&self, all: &[Discard]) -> Vec<Discard> {
        let done =
            |discard: &Discard| self.units.iter().any(|unit| unit.is_done() && unit.discard.as_ref() == Some(discard));
        all.iter().filter(|discard| !done(discard)).cloned().collect()
    }
}
