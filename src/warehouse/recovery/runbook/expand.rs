//! The steps that only what was found out tells.

use super::stage::{Deed, Stage, Task};
use super::{Runbook, Wish, plan};
use crate::warehouse::consent::Discard;
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::field::Field;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::form::Purpose;
use crate::warehouse::replies::{CdcPrerequisites, CdcStatus};
use crate::warehouse::state::PushChannel;
use crate::warehouse::survey::Need;
use crate::warehouse::words::{bytes, counted};

impl Runbook {
    /// Takes in what was found out, and adds the steps that follow from it. Answers with the finding in a sentence.
    pub(super) fn expand(&mut self, inventory: &Inventory) -> String {
        if self.situation.wish == Some(Wish::Rotate) {
            return self.expand_rotation();
        }
        if let (Some(Wish::Tune), Some(info)) = (self.situation.wish, &self.facts.webhook) {
            let missing = "no webhook is registered: nothing is pushed until there is one";
            return if info.exists.known() == Some(&false) { missing } else { channel(info.channel()) }.to_owned();
        }
        match self.situation.letter {
            Letter::E => self.expand_cdc(inventory),
            Letter::I => self.expand_webhook(inventory),
            Letter::C2 => self.differences(inventory),
            Letter::B | Letter::Q | Letter::J => self.expand_form(),
            Letter::C | Letter::K => self.columns_found(),
            _ => "read".to_owned(),
        }
    }

    /// What the source says of the columns of the table that was looked at.
    fn columns_found(&self) -> String {
        let looked_at = self.stage().and_then(|stage| match &stage.task {
            Task::Look(needs) => needs.iter().find_map(|need| match need {
                Need::Candidates(id) => self.facts.candidates.get(id),
                _ => None,
            }),
            _ => None,
        });
        let Some(found) = looked_at else { return "read".to_owned() };
        let keys = match (&found.detected_keys, found.key_detection.known()) {
            (Field::Known(keys), _) if !keys.is_empty() => {
                let names: Vec<String> = keys.iter().map(|key| key.shown().into_owned()).collect();
                format!("its key is {}", listed(&names))
            }
            (_, Some(false)) => "keys cannot be told".to_owned(),
            _ => "no key found".to_owned(),
        };
        format!("{} can serve as cursor; {keys}", counted(found.fields.len(), "column"))
    }

    /// Where an account is connected on the web page, so is the way back.
    fn expand_form(&mut self) -> String {
        let Some(form) = &self.facts.form else { return "read".to_owned() };
        if !form.needs_web() {
            return format!("{} known", counted(form.fields.len(), "setting"));
        }
        if self.stages.get(self.at + 1).is_some_and(|stage| matches!(stage.task, Task::Fill(_))) {
            self.stages[self.at + 1] = Stage::new(
                Task::ByHand,
                "Its account is connected with the vendor's consent, which only a browser can give: reconnect it on \
                 the source's page in PostHog, then go on here.",
            );
        }
        "its account can only be connected on the web page".to_owned()
    }

    /// The table list before and after it was read again.
    fn differences(&mut self, inventory: &Inventory) -> String {
        let Some(held) = inventory.source(&self.situation.source) else {
            return "the source is not listed any more".to_owned();
        };
        if self.facts.before.is_empty() {
            return "read".to_owned();
        }
        let before = &self.facts.before;
        let is_new = |id| before.iter().all(|(known, ..)| known != id);
        let after = &held.source.schemas;
        let added: Vec<String> =
            after.iter().filter(|schema| is_new(&schema.id)).map(|schema| schema.name.shown().into_owned()).collect();
        let gone = before.iter().filter(|(id, ..)| after.iter().all(|schema| schema.id != *id));
        let gone: Vec<String> = gone.map(|(_, name, _)| name.shown().into_owned()).collect();
        let off = after.iter().filter(|schema| {
            schema.should_sync == Some(false) && before.iter().any(|(id, _, on)| *id == schema.id && *on == Some(true))
        });
        let off: Vec<String> = off.map(|schema| schema.name.shown().into_owned()).collect();
        let parts: Vec<String> = [("new", added), ("removed", gone), ("switched off by it", off)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}: {}", listed(&names)))
            .collect();
        if parts.is_empty() { "nothing has changed".to_owned() } else { parts.join("; ") }
    }

    /// Only a webhook that is there has a secret.
    fn expand_rotation(&mut self) -> String {
        let Some(info) = &self.facts.webhook else { return "read".to_owned() };
        if info.exists.known() != Some(&true) {
            self.stages.truncate(self.at + 1);
            return "no webhook is registered, so there is no secret to change".to_owned();
        }
        match self.stage().map(|stage| &stage.task) {
            Some(Task::Look(needs)) if needs.iter().any(|need| matches!(need, Need::Webhook(_))) => {
                channel(info.channel()).to_owned()
            }
            _ => "read".to_owned(),
        }
    }

    fn expand_webhook(&mut self, inventory: &Inventory) -> String {
        // The first look leads to a choice; the last one ends it.
        let first = self.stages.iter().position(|stage| matches!(stage.task, Task::Look(_))) == Some(self.at);
        let Some(info) = &self.facts.webhook else { return "read".to_owned() };
        let said = channel(info.channel());
        let formed = matches!(
            self.stages.get(self.at).map(|stage| &stage.task),
            Some(Task::Look(needs)) if needs.iter().any(|need| matches!(need, Need::Form(_)))
        );
        if !first && !formed && self.at + 1 == self.stages.len() && info.channel() != PushChannel::Broken {
            let off = self.situation.switched_off(inventory).next().is_some();
            if off {
                let tail = plan::tail(&self.situation, inventory);
                self.insert_next(tail);
            }
        }
        if first || formed {
            return said.to_owned();
        }
        format!("{said}; only a push proves it: the vendor's log should show deliveries answered with 200")
    }

    fn expand_cdc(&mut self, inventory: &Inventory) -> String {
        let (Some(found), Some(status)) = (&self.facts.prerequisites, &self.facts.cdc) else {
            return "read".to_owned();
        };
        let look_again = || {
            let source = self.situation.source.clone();
            let needs = vec![Need::CdcPrerequisites(source.clone()), Need::CdcStatus(source)];
            Stage::new(Task::Look(needs), "Check again.")
        };
        let by_hand = |what: &str| Stage::new(Task::ByHand, what);
        let mut next = match verdict(found, status) {
            Cdc::Lacking => {
                vec![by_hand("Put right on the server what is listed below, then check again."), look_again()]
            }
            Cdc::Off => vec![Stage::new(Task::Send(Deed::EnableCdc), "Switch change data capture on."), look_again()],
            Cdc::LostByOwner => vec![
                by_hand(
                    "Slot and publication are managed by you: make anew on the server what is lost, then check again.",
                ),
                look_again(),
            ],
            Cdc::Lost => {
                let source = self.situation.source.clone();
                let repair = Stage::new(
                    Task::Send(Deed::Discard(vec![Discard::RepairCdc(source)])),
                    "Repair CDC: make slot and publication anew, and import every CDC table again.",
                );
                vec![repair.losing("the rows stored now are read again; changes since the stream broke are gone")]
            }
            Cdc::Paused => vec![by_hand(
                "PostHog has halted the stream, and a key may not resume it: resume it on the source's page in \
                     PostHog, then go on here.",
            )],
            Cdc::Ready => Vec::new(),
        };
        let ends = !matches!(next.last().map(|stage| &stage.task), Some(Task::Look(_)));
        let said = sentence(found, status);
        let repairs = next.iter().any(Stage::sends) && ends;
        if ends {
            let tail = plan::tail(&self.situation, inventory);
            // A repair imports everything by itself; only what is off has to be switched on and run.
            let off = self.situation.switched_off(inventory).next().is_some();
            next.extend(tail.into_iter().filter(|stage| off || !repairs || !stage.sends()));
        }
        self.stages.truncate(self.at + 1);
        // A check that was repeated stands for those before it.
        if self.at >= 2 && self.stages[self.at - 1].task == Task::ByHand {
            self.stages.drain(self.at - 2..self.at);
            self.at -= 2;
        }
        self.stages.extend(next);
        said
    }

    /// The form that a webhook's inputs are entered into.
    pub(super) fn webhook_form(kind: &crate::warehouse::text::Foreign) -> Vec<Stage> {
        vec![
            Stage::new(Task::Look(vec![Need::Form(kind.clone())]), "Read which inputs the webhook has."),
            Stage::new(Task::Fill(Purpose::Webhook), "Enter the new signing secret, as the vendor shows it."),
        ]
    }
}

/// What both ends of a webhook say, in words.
fn channel(channel: PushChannel) -> &'static str {
    match channel {
        PushChannel::Delivers => "both ends say that it delivers",
        PushChannel::Broken => "it does not deliver",
        PushChannel::NotLookedAt => "PostHog's end is in order; the vendor cannot be asked",
    }
}

/// What change data capture needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cdc {
    /// The server lacks something.
    Lacking,
    /// It is off.
    Off,
    /// Slot or publication are gone, and `PostHog` manages them.
    Lost,
    /// Slot or publication are gone, and the customer manages them.
    LostByOwner,
    /// `PostHog` has halted it.
    Paused,
    /// Nothing.
    Ready,
}

fn verdict(found: &CdcPrerequisites, status: &CdcStatus) -> Cdc {
    let lost = status.slot_exists.known() == Some(&false) || status.publication_exists.known() == Some(&false);
    let own = status.management.known().is_some_and(|who| who.raw() == "self_managed");
    if status.enabled.known() == Some(&false) {
        return if found.valid.known() == Some(&false) { Cdc::Lacking } else { Cdc::Off };
    }
    match (lost, own, found.valid.known()) {
        (true, true, _) => Cdc::LostByOwner,
        // What is lost may be all that is lacking; a repair makes it anew.
        (true, false, Some(false)) if !only_about_what_is_lost(found) => Cdc::Lacking,
        (true, false, _) => Cdc::Lost,
        (false, _, Some(false)) => Cdc::Lacking,
        (false, ..) if status.paused.known() == Some(&true) => Cdc::Paused,
        (false, ..) => Cdc::Ready,
    }
}

fn only_about_what_is_lost(found: &CdcPrerequisites) -> bool {
    found.errors.iter().all(|error| {
        let text = error.raw().to_lowercase();
        ["does not exist", "missing", "not found", "lost"].iter().any(|word| text.contains(word))
            && (text.contains("slot") || text.contains("publication"))
            && !text.contains("in use")
    })
}

fn sentence(found: &CdcPrerequisites, status: &CdcStatus) -> String {
    let mut parts = Vec::new();
    match found.errors.len() {
        0 if found.valid.known() == Some(&false) => parts.push("not ready".to_owned()),
        0 => parts.push("everything it needs is there".to_owned()),
        lacking => parts.push(format!("{} to be put right", counted(lacking, "thing"))),
    }
    if status.enabled.known() == Some(&false) {
        parts.push("CDC is off".to_owned());
    }
    if status.slot_exists.known() == Some(&false) {
        parts.push("the slot is gone".to_owned());
    }
    if status.publication_exists.known() == Some(&false) {
        parts.push("the publication is gone".to_owned());
    }
    if let Some(lag) = status.lag_bytes.known().filter(|lag| **lag >= 1 << 20) {
        parts.push(format!("lag {}", bytes(*lag)));
    }
    if status.paused.known() == Some(&true) {
        parts.push("halted by PostHog".to_owned());
    }
    parts.join(", ")
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_told_in_the_unit_of_its_thresholds() {
        let found = CdcPrerequisites { valid: Field::Known(true), errors: Vec::new() };
        let told = |lag| sentence(&found, &CdcStatus { lag_bytes: Field::Known(lag), ..CdcStatus::default() });
        assert_eq!(told(12 << 30), "everything it needs is there, lag 12 GB");
        assert_eq!(told((1 << 20) - 1), "everything it needs is there");
    }
}
