//! The actions of the step under way: what is sent, for which tables, a few at a time.

use std::collections::BTreeMap;

use super::stage::{Deed, Progress, Stage, Task};
use super::{Move, Patient, Runbook, plan};
use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::{BulkPatch, CdcMode, SchemaPatch, Write};
use crate::warehouse::recovery::follow::{Outcome, Subject};
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::status::Status;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{count, counted, rows};

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
}

/// What is sent; taken out when it is.
#[derive(Debug)]
enum Act {
    Write(Write),
    Discard(Consent),
}

impl Unit {
    fn new(act: Act, subject: Subject) -> Self {
        let name = match subject.tables.as_slice() {
            [(_, name)] => name.clone(),
            _ => subject.source_name.clone(),
        };
        let discard = match &act {
            Act::Discard(consent) => Some(consent.discard().clone()),
            Act::Write(_) => None,
        };
        Self { name, progress: UnitProgress::Waiting, subject, act: Some(act), discard }
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.progress, UnitProgress::Waiting | UnitProgress::UnderWay)
    }

    fn is_done(&self) -> bool {
        matches!(self.progress, UnitProgress::Done(_))
    }
}

impl Runbook {
    /// Begins a step that sends something, once that is agreed.
    pub(super) fn send(&mut self, deed: &Deed, inventory: &Inventory) -> Vec<Move> {
        // What was switched off since has to be on before it can run.
        let enabled = self.at > 0 && self.stages[self.at - 1].task == Task::Send(Deed::Enable);
        let wished = self.situation.wish.is_some();
        if matches!(deed, Deed::Reload)
            && !enabled
            && !wished
            && self.situation.switched_off(inventory).next().is_some()
        {
            let mut again = plan::tail(&self.situation, inventory);
            again.truncate(1);
            self.stages[self.at].progress = Progress::Ahead;
            self.stages.splice(self.at..self.at, again);
            return self.go_on(inventory);
        }
        if let Some(reason) = blocked_by_billing(deed, inventory) {
            self.fail(reason);
            return Vec::new();
        }
        let units = self.units_of(deed, inventory);
        if matches!(deed, Deed::Discard(discards) if !discards.is_empty()) {
            // Consent comes first.
            self.units.clear();
            return Vec::new();
        }
        let none_is_on =
            matches!(deed, Deed::Reload) && self.reloadable(inventory).is_empty() && !self.situation.tables.is_empty();
        if none_is_on {
            return self.pass("none of the tables is on", inventory);
        }
        if units.is_empty() {
            return self.pass("nothing is left to do", inventory);
        }
        if matches!(deed, Deed::CreateWebhook(_)) && self.is_registered_by_now() {
            return self.pass("it is registered", inventory);
        }
        if !self.agreed {
            self.units.clear();
            return Vec::new();
        }
        if *deed == Deed::RefreshTables
            && let Some(held) = inventory.source(&self.situation.source)
        {
            let each = held.source.schemas.iter();
            self.facts.before =
                each.map(|schema| (schema.id.clone(), schema.name.clone(), schema.should_sync)).collect();
        }
        self.units = units;
        self.launch()
    }

    /// Whether the look right before has found a webhook at both ends.
    fn is_registered_by_now(&self) -> bool {
        let looked = self.at > 0 && matches!(self.stages[self.at - 1].task, Task::Look(_));
        self.facts.webhook.as_ref().is_some_and(|info| {
            let outside = info.outside.known().and_then(|outside| outside.exists.known());
            looked && info.exists.known() == Some(&true) && outside != Some(&false)
        })
    }

    pub(super) fn begin_discards(&mut self, consents: Vec<Consent>, inventory: &Inventory) -> Vec<Move> {
        self.units = consents
            .into_iter()
            .map(|consent| {
                let subject = self.subject_of(consent.discard(), inventory);
                Unit::new(Act::Discard(consent), subject)
            })
            .collect();
        self.launch()
    }

    /// What an act that discards data acts on.
    pub(super) fn subject_of(&self, discard: &Discard, inventory: &Inventory) -> Subject {
        let tables: Vec<SchemaId> = match discard {
            Discard::ResyncSchema(id)
            | Discard::DeleteData(id)
            | Discard::DestroySchema(id)
            | Discard::PauseSchema(id) => vec![id.clone()],
            Discard::PauseSchemas(_, ids) => ids.clone(),
            Discard::RepairCdc(_) | Discard::DisableCdc(_) => self.tables_by(&SyncType::Cdc, inventory),
            Discard::DeleteWebhook(_) => self.tables_by(&SyncType::Webhook, inventory),
            Discard::DestroySource(_) => Vec::new(),
        };
        self.subject_for(&tables, inventory)
    }

    /// The tables of the source that are synced by this method.
    pub(super) fn tables_by(&self, method: &SyncType, inventory: &Inventory) -> Vec<SchemaId> {
        inventory.source(&self.situation.source).map_or_else(Vec::new, |held| {
            let each = held.source.schemas.iter().filter(|schema| schema.syncs_by(method));
            each.map(|schema| schema.id.clone()).collect()
        })
    }

    fn subject_for(&self, tables: &[SchemaId], inventory: &Inventory) -> Subject {
        let named = |id: &SchemaId| {
            let known = inventory.schema(id).map(|(_, schema, _)| schema.name.clone());
            let own = self.situation.tables.iter().find(|patient| patient.id == *id).map(|table| table.name.clone());
            (id.clone(), known.or(own).unwrap_or_default())
        };
        // Marked tables may be of several sources; what is sent together is of one.
        let held = tables.first().and_then(|id| inventory.schema(id)).map(|(held, ..)| held);
        let subject = match held {
            Some(held) => {
                Subject { source: held.source.id.clone(), source_name: held.source.title().clone(), tables: Vec::new() }
            }
            None => self.situation.subject([]),
        };
        Subject { tables: tables.iter().map(named).collect(), ..subject }
    }

    fn units_of(&self, deed: &Deed, inventory: &Inventory) -> Vec<Unit> {
        let source = || self.situation.source.clone();
        let one =
            |write: Write, tables: &[SchemaId]| vec![Unit::new(Act::Write(write), self.subject_for(tables, inventory))];
        match deed {
            Deed::Enable => {
                let off: Vec<SchemaId> =
                    self.situation.switched_off(inventory).map(|patient| patient.id.clone()).collect();
                self.switch_on(&off, inventory)
            }
            Deed::SetUp(ids) => self.switch_on(ids, inventory),
            Deed::ReloadSome(ids) => {
                ids.iter().flat_map(|id| one(Write::ReloadSchema(id.clone()), std::slice::from_ref(id))).collect()
            }
            Deed::Pause(ids) => {
                let patches = ids.iter().filter_map(|id| {
                    let (_, schema, _) = inventory.schema(id)?;
                    Some((id, SchemaPatch::pause(schema)?))
                });
                self.change(patches.collect(), inventory)
            }
            Deed::Reload => {
                let on = self.reloadable(inventory);
                let all_on = inventory.source(&self.situation.source).is_some_and(|held| {
                    let mut enabled = held.source.schemas.iter().filter(|schema| schema.should_sync == Some(true));
                    enabled.all(|schema| on.contains(&schema.id))
                });
                let of_one = on
                    .iter()
                    .all(|id| inventory.schema(id).is_some_and(|(held, ..)| held.source.id == self.situation.source));
                if on.len() > 1 && all_on && of_one || on.is_empty() {
                    return one(Write::ReloadSource(source()), &on);
                }
                on.iter().flat_map(|id| one(Write::ReloadSchema(id.clone()), std::slice::from_ref(id))).collect()
            }
            Deed::Cancel => {
                let runs = |table: &&Patient| {
                    inventory.schema(&table.id).is_none_or(|(_, schema, _)| schema.status == Status::Running)
                };
                let each = self.situation.chosen().filter(runs);
                each.flat_map(|table| one(Write::CancelSchema(table.id.clone()), std::slice::from_ref(&table.id)))
                    .collect()
            }
            Deed::UpdateSource(inputs) => {
                let patch = crate::warehouse::operation::SourcePatch::settings(inputs.clone());
                one(Write::UpdateSource(source(), patch), &[])
            }
            Deed::UpdateTable(id, patch) => {
                one(Write::UpdateSchema(id.clone(), patch.clone()), std::slice::from_ref(id))
            }
            Deed::RefreshTables => one(Write::RefreshSchemas(source()), &[]),
            Deed::EnableCdc => one(Write::EnableCdc(source(), CdcMode::default()), &[]),
            Deed::CreateWebhook(inputs) => one(Write::CreateWebhook(source(), inputs.clone()), &[]),
            Deed::UpdateWebhook(inputs) => one(Write::UpdateWebhookInputs(source(), inputs.clone()), &[]),
            Deed::Discard(_) => Vec::new(),
        }
    }

    /// Switches tables on: those that were never set up with a method that the server chooses.
    fn switch_on(&self, ids: &[SchemaId], inventory: &Inventory) -> Vec<Unit> {
        let known = || ids.iter().filter_map(|id| inventory.schema(id)).map(|(_, schema, _)| schema);
        if known().all(|schema| !schema.sync_type.is_null()) {
            return self.change(ids.iter().map(|id| (id, SchemaPatch::resume())).collect(), inventory);
        }
        let patch = known().fold(BulkPatch::default(), |patch, schema| {
            patch.clone().set_up(schema).unwrap_or_else(|| patch.with(&schema.id, SchemaPatch::resume()))
        });
        let write = Write::BulkUpdateSchemas(self.situation.source.clone(), patch);
        vec![Unit::new(Act::Write(write), self.subject_for(ids, inventory))]
    }

    /// Changes tables: one by itself, several together.
    fn change(&self, patches: Vec<(&SchemaId, SchemaPatch)>, inventory: &Inventory) -> Vec<Unit> {
        let source = |id: &SchemaId| inventory.schema(id).map(|(held, ..)| held.source.id.clone());
        let mut by_source: BTreeMap<Option<SourceId>, Vec<(&SchemaId, SchemaPatch)>> = BTreeMap::new();
        for (id, patch) in patches {
            by_source.entry(source(id)).or_default().push((id, patch));
        }
        by_source.into_values().flat_map(|patches| self.change_of_source(&patches, inventory)).collect()
    }

    fn change_of_source(&self, patches: &[(&SchemaId, SchemaPatch)], inventory: &Inventory) -> Vec<Unit> {
        let ids: Vec<SchemaId> = patches.iter().map(|(id, _)| (*id).clone()).collect();
        let subject = self.subject_for(&ids, inventory);
        let write = match patches {
            [] => return Vec::new(),
            [(id, patch)] => Write::UpdateSchema((*id).clone(), patch.clone()),
            several => {
                let bulk = several.iter().fold(BulkPatch::default(), |bulk, (id, patch)| bulk.with(id, patch.clone()));
                Write::BulkUpdateSchemas(subject.source.clone(), bulk)
            }
        };
        vec![Unit::new(Act::Write(write), subject)]
    }

    /// The tables that take part and are on, without those that came back when this was tried before.
    fn reloadable(&self, inventory: &Inventory) -> Vec<SchemaId> {
        let on = |patient: &&Patient| {
            let came_back = |state: State| is_green(state) && self.reloaded.contains(&patient.id);
            inventory
                .schema(&patient.id)
                .is_none_or(|(_, schema, state)| schema.should_sync != Some(false) && !came_back(state))
        };
        self.situation.chosen().filter(on).map(|patient| patient.id.clone()).collect()
    }

    /// Sends as much as may be under way at once.
    fn launch(&mut self) -> Vec<Move> {
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

    /// Whether everything is green, and how it stands, in a sentence.
    pub(super) fn verdict(&self, inventory: &Inventory) -> (bool, String) {
        let now: Vec<(&Patient, Option<State>, String)> = self
            .situation
            .chosen()
            .map(|patient| match inventory.schema(&patient.id) {
                Some((_, schema, state)) => {
                    let cause = schema.cause(state).map(|cause| format!(" ({cause})")).unwrap_or_default();
                    let stored = rows(schema.rows());
                    let synced =
                        schema.last_synced_at.known().map(|at| format!(", last synced {}", at.strftime("%H:%M:%SZ")));
                    let told = format!("{}{cause}, {stored} rows{}", state.words(), synced.unwrap_or_default());
                    (patient, Some(state), told)
                }
                None => (patient, None, "not listed any more".to_owned()),
            })
            .collect();
        let green = |state: &Option<State>| state.is_some_and(is_green);
        let well = now.iter().filter(|(_, state, _)| green(state)).count();
        let text = match now.as_slice() {
            [] => "the source was read again".to_owned(),
            [(patient, _, told)] => format!("{}: {told}", patient.name.shown()),
            all => {
                let mut text = format!("{} of {} green", count(well as u64), counted(all.len(), "table"));
                let red = all.iter().filter(|(_, state, _)| !green(state)).take(3);
                let red: Vec<String> =
                    red.map(|(patient, _, told)| format!("{}: {told}", patient.name.shown())).collect();
                if !red.is_empty() {
                    text = format!("{text}; {}", red.join("; "));
                }
                text
            }
        };
        (well == now.len(), text)
    }

    /// The acts of a step that are still to be done.
    pub(super) fn discards_left(&self, all: &[Discard]) -> Vec<Discard> {
        let done =
            |discard: &Discard| self.units.iter().any(|unit| unit.is_done() && unit.discard.as_ref() == Some(discard));
        all.iter().filter(|discard| !done(discard)).cloned().collect()
    }
}

/// Whether nothing is wrong with a table in this state, as far as that can be told.
fn is_green(state: State) -> bool {
    matches!(state.severity(), Severity::Well | Severity::Unproven | Severity::Moving)
}

/// Why nothing may run, where billing forbids it.
fn blocked_by_billing(deed: &Deed, inventory: &Inventory) -> Option<String> {
    let runs = match deed {
        Deed::Reload | Deed::ReloadSome(_) => true,
        Deed::Discard(discards) => discards.iter().any(|discard| matches!(discard, Discard::ResyncSchema(_))),
        _ => false,
    };
    let (held, schema) = inventory.billing_pause().filter(|_| runs)?;
    Some(format!(
        "Billing has paused {} / {}, and that blocks every reload of the project; raise the billing limit in PostHog, \
         then try again",
        held.source.title().shown(),
        schema.title().shown()
    ))
}
