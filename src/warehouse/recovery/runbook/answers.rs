//! What the user says to a step: go on, leave it out, this one, try again.

use super::stage::{Deed, Menu, Progress, Stage, Task};
use super::{Choice, Move, Patient, Runbook, Unit, Waits, Wish, menu, plan};
use crate::warehouse::consent::Consent;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::form::Purpose;
use crate::warehouse::secret::Inputs;
use crate::warehouse::survey::Need;

impl Runbook {
    /// Whether tables can still be taken out: there are several, and nothing was sent or consented to.
    #[must_use]
    pub fn can_toggle(&self) -> bool {
        let before = matches!(self.waits(), Waits::Start | Waits::Consent) && !self.agreed && self.at == 0;
        // Steps that were handed over are about all of them.
        before && self.situation.tables.len() > 1 && self.situation.wish != Some(Wish::Tune)
    }

    /// Takes a table out, or in again, before anything was sent.
    pub fn toggle(&mut self, table: usize, inventory: &Inventory) {
        if !self.can_toggle() {
            return;
        }
        // The last one stays: a plan for nothing is none.
        let last = self.situation.chosen().count() == 1;
        let Some(patient) = self.situation.tables.get_mut(table) else { return };
        if patient.barred.is_some() || (patient.chosen && last) {
            return;
        }
        patient.chosen = !patient.chosen;
        // The plan names what it is about.
        self.stages = plan::plan(&self.situation, inventory);
        if let Some(first) = self.stages.first_mut() {
            first.progress = Progress::Now;
        }
    }

    /// The user says that it may begin, that it was done by hand, or that a failed step is to be tried again.
    pub fn go(&mut self, inventory: &Inventory) -> Vec<Move> {
        match self.waits() {
            Waits::Start => {
                self.agreed = true;
                self.go_on(inventory)
            }
            Waits::ByHand => {
                self.agreed = true;
                self.finish("done by hand, as you say", inventory)
            }
            Waits::Retry => self.retry(inventory),
            _ => Vec::new(),
        }
    }

    /// The user leaves a step out: what it is about was settled outside of the program.
    pub fn skip(&mut self, inventory: &Inventory) -> Vec<Move> {
        match self.waits() {
            Waits::Form(_) => {
                self.agreed = true;
                self.pass("nothing to change here", inventory)
            }
            // What comes next rests on what is looked at.
            Waits::Retry if matches!(self.stage().map(|stage| &stage.task), Some(Task::Look(_))) => Vec::new(),
            Waits::Retry | Waits::Several | Waits::One => {
                // It was agreed to all of the steps: without one of them, what follows is another question.
                self.given.clear();
                self.pass("left out", inventory)
            }
            _ => Vec::new(),
        }
    }

    /// The user has filled in the form.
    pub fn fill(&mut self, inputs: Inputs, inventory: &Inventory) -> Vec<Move> {
        let Waits::Form(purpose) = self.waits() else { return Vec::new() };
        self.agreed = true;
        self.refusal = None;
        let (deed, what) = match purpose {
            Purpose::Credentials | Purpose::Settings => {
                (Deed::UpdateSource(inputs), "Send the new settings; PostHog tries them at the source.")
            }
            Purpose::Webhook if self.facts.webhook.as_ref().is_some_and(|info| info.exists.known() == Some(&true)) => {
                (Deed::UpdateWebhook(inputs), "Store the new inputs of the webhook.")
            }
            Purpose::Webhook => (Deed::CreateWebhook(inputs), "Register the webhook, once."),
        };
        self.replace_next(vec![Stage::new(Task::Send(deed), what)]);
        self.finish("filled in", inventory)
    }

    /// The user has picked these of the choices.
    pub fn pick(&mut self, picked: &[usize], inventory: &Inventory) -> Vec<Move> {
        if !matches!(self.waits(), Waits::One | Waits::Several) {
            return Vec::new();
        }
        let chosen: Vec<Choice> = picked.iter().filter_map(|place| self.choices.get(*place).cloned()).collect();
        let Some(Task::Pick(menu)) = self.stage().map(|stage| stage.task.clone()) else { return Vec::new() };
        if chosen.iter().any(|choice| choice.blocked.is_some()) || (chosen.is_empty() && menu.needs_a_pick()) {
            return Vec::new();
        }
        let then = menu::then(&menu, &chosen, &self.situation, &self.facts, inventory);
        let said = match chosen.as_slice() {
            [] => self.nothing_picked(inventory),
            [one] => one.title.clone(),
            several => format!("{} picked", several.len()),
        };
        // How often tables sync is looked at once more, as it will be sent.
        self.agreed = menu != Menu::Frequency;
        if menu == Menu::NewTables {
            self.take_in(&chosen, inventory);
        }
        self.choices.clear();
        self.insert_next(then);
        self.finish(&said, inventory)
    }

    /// What stays as it is where nothing is picked.
    fn nothing_picked(&self, inventory: &Inventory) -> String {
        let off: Vec<&Patient> = self.situation.switched_off(inventory).collect();
        match off.as_slice() {
            [] => "nothing was picked".to_owned(),
            off => format!("nothing was picked; still off: {}", plan::names(off)),
        }
    }

    /// What was picked of the new tables is what is to become green from now on.
    fn take_in(&mut self, chosen: &[Choice], inventory: &Inventory) {
        let picked: Vec<_> = chosen.iter().filter_map(|choice| choice.table.clone()).collect();
        for patient in &mut self.situation.tables {
            patient.chosen = picked.contains(&patient.id);
        }
        for (_, schema, state) in picked.iter().filter_map(|id| inventory.schema(id)) {
            if self.situation.tables.iter().all(|patient| patient.id != schema.id) {
                self.situation.tables.push(Patient::of(schema, state));
            }
        }
    }

    /// The user has consented to the step.
    pub fn consent(&mut self, consents: Vec<Consent>, inventory: &Inventory) -> Vec<Move> {
        if !matches!(self.waits(), Waits::Consent) {
            return Vec::new();
        }
        self.agreed = true;
        if let Some(Task::Send(deed)) = self.stage().map(|stage| &stage.task)
            && self.looks_first(deed)
        {
            self.given.extend(consents);
            return self.ask(vec![Need::Sources]);
        }
        self.begin_discards(consents, inventory)
    }

    /// Whether it may begin anew: it is over, it failed, or something was picked and nothing was sent.
    #[must_use]
    pub fn can_begin_anew(&self) -> bool {
        match self.waits() {
            Waits::Retry | Waits::Nothing => true,
            Waits::Start => self.stages[..self.at].iter().any(|stage| matches!(stage.task, Task::Pick(_))),
            _ => false,
        }
    }

    /// Begins anew, with the tables as they are now.
    pub fn restart(&mut self, inventory: &Inventory) -> Vec<Move> {
        // Steps that were handed over are not known anew.
        if self.units.iter().any(Unit::is_open) || self.situation.wish == Some(Wish::Tune) {
            return Vec::new();
        }
        for patient in &mut self.situation.tables {
            if let Some((_, schema, state)) = inventory.schema(&patient.id) {
                *patient = Patient { chosen: patient.chosen, barred: patient.barred, ..Patient::of(schema, state) };
            }
        }
        let stages = plan::plan(&self.situation, inventory);
        let stops_on_failure = self.stops_on_failure;
        *self = Self { stops_on_failure, ..Self::of(self.situation.clone(), stages) };
        self.go_on(inventory)
    }

    /// Puts a step right behind the one it is at, in place of one that sends what was filled in before.
    fn replace_next(&mut self, stages: Vec<Stage>) {
        let sent_before = |stage: &Stage| {
            matches!(stage.task, Task::Send(Deed::UpdateSource(_) | Deed::UpdateWebhook(_) | Deed::CreateWebhook(_)))
        };
        if self.stages.get(self.at + 1).is_some_and(sent_before) {
            self.stages.remove(self.at + 1);
        }
        self.insert_next(stages);
    }

    /// A failed step is tried again: what was filled in goes back to its form, what cannot be repeated is looked at.
    fn retry(&mut self, inventory: &Inventory) -> Vec<Move> {
        let back_to = |wanted: fn(&Task) -> bool| self.stages[..self.at].iter().rposition(|stage| wanted(&stage.task));
        let from = match self.stage().map(|stage| &stage.task) {
            Some(Task::Send(Deed::UpdateSource(_) | Deed::UpdateWebhook(_))) => {
                back_to(|task| matches!(task, Task::Fill(_)))
            }
            // It may have been carried out: whoever looks first registers no second one.
            Some(Task::Send(Deed::CreateWebhook(_))) => {
                let source = self.situation.source.clone();
                let look = Stage::new(Task::Look(vec![Need::Webhook(source)]), "Look whether it is registered by now.");
                self.stages.insert(self.at, look);
                Some(self.at)
            }
            Some(Task::Verify) => {
                let enabled = back_to(|task| matches!(task, Task::Send(Deed::Enable)));
                enabled.or(back_to(|task| matches!(task, Task::Send(Deed::Reload))))
            }
            _ => None,
        };
        if let Some(Task::Send(Deed::Discard(discards))) = self.stage().map(|stage| stage.task.clone()) {
            let left = self.discards_left(&discards);
            if let Some(stage) = self.stages.get_mut(self.at) {
                stage.task = Task::Send(Deed::Discard(left));
            }
        }
        self.units.clear();
        // What this step has changed itself is no surprise.
        self.see(inventory);
        if let Some(from) = from {
            for stage in &mut self.stages[from..] {
                stage.progress = Progress::Ahead;
            }
            self.at = from;
        }
        self.go_on(inventory)
    }
}
