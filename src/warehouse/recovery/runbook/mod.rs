//! A runbook: the steps from red to green, one after the other, each verified before the next.
//!
//! Pure, like [`follow`](super::follow), which carries out and proves single actions: a runbook is told news and
//! answers with moves. Steps that need the user wait for an answer; those that discard data wait for consent.
//!
//! * `situation`: which tables of which source it is for;
//! * `stage`: what a step is, and how it is going;
//! * `plan`: from the letter of a recovery to its steps;
//! * `expand`: the steps that only what was found out tells;
//! * `menu`: what can be picked, best first;
//! * `retime`: how often several tables are to sync, and `cost`: what that costs;
//! * `look`: the look at several tables right before they are changed;
//! * `answers`: what the user says to a step;
//! * `sending`: from a step to its actions; `units`: those under way; `verdict`: is everything green?
//! * `facts`: what was found out on the way;
//! * `consent`: the question before a step that discards data;
//! * `record`: what is written down of it, so that a crash does not lose its place.

mod answers;
pub mod checklist;
mod consent;
mod cost;
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
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::Write;
use crate::warehouse::recovery::follow::{Outcome, Subject};
use crate::warehouse::recovery::form::{FormDraft, Purpose, webhook_settings};
use crate::warehouse::replies::{CdcPrerequisites, CdcStatus, WebhookInfo};
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::text::Foreign;
pub use consent::Ask;
use facts::{Facts, asked_for};
use look::Again;
pub use menu::Choice;
pub use record::Record;
pub use situation::{Patient, Situation, Symptom, Wish};
pub use stage::{Deed, Menu, Progress, Stage, Task, Who};
pub use units::{Unit, UnitProgress};
use verdict::Verdict;

/// What the program should do next for a runbook.
#[derive(Debug, PartialEq)]
pub enum Move {
    /// Find this out and come back with it.
    Ask(Need),
    /// Send this and follow it to its end; the number names it.
    Write(usize, Write, Subject),
    /// Do this and follow it to its end; the number names it.
    Discard(usize, Consent, Subject),
}

/// What has happened since.
#[derive(Debug)]
pub enum News<'a> {
    /// Something was found out.
    Found(&'a Fact),
    /// The list was read to its end.
    ListRead,
    /// Something could not be found out.
    Unread(&'a Need, &'a Failure),
    /// An action has ended.
    Ended {
        /// Its number.
        unit: usize,
        /// How.
        outcome: Outcome,
        /// The same in a sentence.
        text: &'a str,
        /// Tables that a change of several did not reach.
        left_out: &'a [SchemaId],
        /// The server's refusal, where it was one: the field it objected to, and why.
        refused: Option<(Option<&'a Foreign>, &'a Foreign)>,
    },
}

/// What a runbook waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For the user to say that it may begin.
    Start,
    /// For the user to do something by hand.
    ByHand,
    /// For the user to fill in a form.
    Form(Purpose),
    /// For the user to pick one of the choices.
    One,
    /// For the user to pick any of the choices.
    Several,
    /// For consent.
    Consent,
    /// For the user to try again, or leave it.
    Retry,
    /// For answers of the server.
    Server,
    /// For nothing: it is over.
    Nothing,
}

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

    /// Takes in what has happened and says what to do next.
    pub fn learn(&mut self, news: &News<'_>, inventory: &Inventory) -> Vec<Move> {
        match news {
            News::Found(fact) => {
                let need = match fact {
                    // A form is known by the name the server gives it.
                    Fact::Form(_) => self.asked.iter().find(|need| matches!(need, Need::Form(_))).cloned(),
                    fact => asked_for(fact),
                };
                let Some(need) = need.filter(|need| self.asked.contains(need)) else { return Vec::new() };
                self.facts.take(fact);
                self.answered(&need, inventory)
            }
            News::ListRead if self.watching => self.verify(inventory),
            News::ListRead => self.answered(&Need::Sources, inventory),
            News::Unread(need, failure) => {
                if !self.asked.contains(need) {
                    return Vec::new();
                }
                // Whoever tries again is asked again.
                if self.looks_again() {
                    self.given.clear();
                }
                self.asked.clear();
                self.fail(format!("{}; nothing was changed by this step", failure.explanation()));
                Vec::new()
            }
            News::Ended { unit, outcome, text, left_out, refused } => {
                if let Some((field, why)) = refused {
                    self.refusal = Some((field.cloned(), (*why).clone()));
                }
                self.unit_ended(*unit, *outcome, text, left_out, inventory)
            }
        }
    }

    /// One of the questions of this step was answered.
    fn answered(&mut self, need: &Need, inventory: &Inventory) -> Vec<Move> {
        let before = self.asked.len();
        self.asked.retain(|asked| asked != need);
        if before == self.asked.len() || !self.asked.is_empty() {
            return Vec::new();
        }
        match self.stage().map(|stage| stage.task.clone()) {
            Some(Task::Look(_)) => {
                let said = self.expand(inventory);
                self.finish(&said, inventory)
            }
            Some(Task::Verify) => self.verify(inventory),
            Some(Task::Send(deed)) => self.looked(&deed, inventory),
            _ => Vec::new(),
        }
    }

    /// Everything was read: is it green? What still moves is watched until it does not.
    fn verify(&mut self, inventory: &Inventory) -> Vec<Move> {
        let (verdict, text) = self.verdict(inventory);
        self.watching = verdict == Verdict::Moving;
        match verdict {
            Verdict::Green => self.finish(&text, inventory),
            Verdict::Moving => Vec::new(),
            Verdict::Red => {
                let why = self.trouble().map(|trouble| format!("{text}; {trouble}"));
                self.fail(why.unwrap_or(text));
                Vec::new()
            }
        }
    }

    /// Whether it looks at every reading of the list until its tables have come to rest.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Goes on with the step it is at.
    fn go_on(&mut self, inventory: &Inventory) -> Vec<Move> {
        let Some(stage) = self.stages.get_mut(self.at) else { return Vec::new() };
        stage.progress = Progress::Now;
        match stage.task.clone() {
            Task::Look(needs) => self.ask(needs),
            Task::Verify => self.ask(vec![Need::Sources]),
            Task::ByHand | Task::Fill(_) => Vec::new(),
            Task::Pick(menu) => {
                self.choices = menu::choices(&menu, &self.situation, &self.facts, inventory);
                if self.choices.is_empty() { self.pass("there is nothing to pick", inventory) } else { Vec::new() }
            }
            Task::Send(deed) => self.send(&deed, inventory),
        }
    }

    fn ask(&mut self, needs: Vec<Need>) -> Vec<Move> {
        self.asked.clone_from(&needs);
        needs.into_iter().map(Move::Ask).collect()
    }

    /// The step is done; on with the next.
    fn finish(&mut self, said: &str, inventory: &Inventory) -> Vec<Move> {
        self.leave(Progress::Done(said.to_owned()), inventory)
    }

    /// The step is not needed; on with the next.
    fn pass(&mut self, why: &str, inventory: &Inventory) -> Vec<Move> {
        self.leave(Progress::Skipped(why.to_owned()), inventory)
    }

    fn leave(&mut self, progress: Progress, inventory: &Inventory) -> Vec<Move> {
        if let Some(stage) = self.stages.get_mut(self.at) {
            stage.progress = progress;
        }
        self.at += 1;
        // The last actions stay in sight at the end.
        if self.stage().is_some_and(|stage| stage.sends() || matches!(stage.task, Task::Look(_))) {
            self.units.clear();
        }
        self.go_on(inventory)
    }

    fn fail(&mut self, why: String) {
        if let Some(stage) = self.stages.get_mut(self.at) {
            stage.progress = Progress::Failed(why);
        }
    }

    /// Puts steps right behind the one it is at.
    fn insert_next(&mut self, stages: Vec<Stage>) {
        let next = (self.at + 1).min(self.stages.len());
        self.stages.splice(next..next, stages);
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
