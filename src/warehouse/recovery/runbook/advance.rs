//! How a runbook goes on: what it learns ends a step, or fails it, and the next one begins.

use super::facts::asked_for;
use super::stage::{Progress, Stage, Task};
use super::verdict::Verdict;
use super::{Move, News, Runbook, menu};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::survey::{Fact, Need};

impl Runbook {
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
    pub(super) fn verify(&mut self, inventory: &Inventory) -> Vec<Move> {
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

    /// Goes on with the step it is at.
    pub(super) fn go_on(&mut self, inventory: &Inventory) -> Vec<Move> {
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

    pub(super) fn ask(&mut self, needs: Vec<Need>) -> Vec<Move> {
        self.asked.clone_from(&needs);
        needs.into_iter().map(Move::Ask).collect()
    }

    /// The step is done; on with the next.
    pub(super) fn finish(&mut self, said: &str, inventory: &Inventory) -> Vec<Move> {
        self.leave(Progress::Done(said.to_owned()), inventory)
    }

    /// The step is not needed; on with the next.
    pub(super) fn pass(&mut self, why: &str, inventory: &Inventory) -> Vec<Move> {
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

    pub(super) fn fail(&mut self, why: String) {
        if let Some(stage) = self.stages.get_mut(self.at) {
            stage.progress = Progress::Failed(why);
        }
    }

    /// Puts steps right behind the one it is at.
    pub(super) fn insert_next(&mut self, stages: Vec<Stage>) {
        let next = (self.at + 1).min(self.stages.len());
        self.stages.splice(next..next, stages);
    }
}
