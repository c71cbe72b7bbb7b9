//! From a step to the actions it consists of.

use std::collections::BTreeMap;

use super::stage::{Deed, Progress, Task};
use super::units::{Act, Unit};
use super::verdict::is_green;
use super::{Move, Patient, Runbook, plan, retime};
use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::{BulkPatch, CdcMode, Request, SchemaPatch, Write};
use crate::warehouse::recovery::follow::Subject;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;
use crate::warehouse::status::Status;
use crate::warehouse::survey::Need;

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
        if let Deed::Discard(discards) = deed
            && !discards.is_empty()
        {
            // Consent comes first.
            self.units.clear();
            if let Some(consents) = self.take_given(discards) {
                return self.begin_discards(consents, inventory);
            }
            self.see(inventory);
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
            self.see(inventory);
            return Vec::new();
        }
        if self.looks_first(deed) && !self.again.done {
            return self.ask(vec![Need::Sources]);
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

    /// What was consented to beforehand, where that is all of it.
    fn take_given(&mut self, discards: &[Discard]) -> Option<Vec<Consent>> {
        let wanted = |consent: &Consent| discards.contains(consent.discard());
        if self.given.iter().filter(|consent| wanted(consent)).count() < discards.len() {
            return None;
        }
        let (taken, left) = std::mem::take(&mut self.given).into_iter().partition(wanted);
        self.given = left;
        Some(taken)
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
            Discard::ReshapeSchema(reshape) => vec![reshape.schema().clone()],
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
                Subject { source: held.source.id.clone(), source_name: held.title().clone(), tables: Vec::new() }
            }
            None => self.situation.subject([]),
        };
        Subject { tables: tables.iter().map(named).collect(), ..subject }
    }

    fn units_of(&self, deed: &Deed, inventory: &Inventory) -> Vec<Unit> {
        let source = || self.situation.source.clone();
        let one = |write: Write, tables: &[SchemaId]| self.one(write, tables, inventory);
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
            Deed::Reload => self.reload(inventory),
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
            Deed::Retime(frequency) => {
                let each = self.situation.chosen().filter(|table| retime::is_set_up(table, inventory));
                let patches = each.map(|table| (&table.id, SchemaPatch::frequency(frequency.clone())));
                self.change(patches.collect(), inventory)
            }
            Deed::Change(patches) => {
                self.change(patches.iter().map(|(id, patch)| (id, patch.clone())).collect(), inventory)
            }
            Deed::RefreshTables => one(Write::RefreshSchemas(source()), &[]),
            Deed::EnableCdc => one(Write::EnableCdc(source(), CdcMode::default()), &[]),
            Deed::CreateWebhook(inputs) => one(Write::CreateWebhook(source(), inputs.clone()), &[]),
            Deed::UpdateWebhook(inputs) => one(Write::UpdateWebhookInputs(source(), inputs.clone()), &[]),
            Deed::Discard(_) => Vec::new(),
        }
    }

    /// One write about these tables.
    fn one(&self, write: Write, tables: &[SchemaId], inventory: &Inventory) -> Vec<Unit> {
        vec![Unit::new(Act::Write(write), self.subject_for(tables, inventory))]
    }

    /// Requests runs: of the source as a whole where that is the same.
    fn reload(&self, inventory: &Inventory) -> Vec<Unit> {
        let on = self.reloadable(inventory);
        let all_on = inventory.source(&self.situation.source).is_some_and(|held| {
            let mut enabled = held.source.schemas.iter().filter(|schema| schema.should_sync == Some(true));
            enabled.all(|schema| on.contains(&schema.id))
        });
        let of_one =
            on.iter().all(|id| inventory.schema(id).is_some_and(|(held, ..)| held.source.id == self.situation.source));
        if on.len() > 1 && all_on && of_one || on.is_empty() {
            let write = Write::ReloadSource(self.situation.source.clone());
            return self.one(write, &on, inventory);
        }
        on.iter()
            .flat_map(|id| self.one(Write::ReloadSchema(id.clone()), std::slice::from_ref(id), inventory))
            .collect()
    }

    /// Switches tables on: those that were never set up with a method that the server chooses.
    fn switch_on(&self, ids: &[SchemaId], inventory: &Inventory) -> Vec<Unit> {
        let known = || ids.iter().filter_map(|id| inventory.schema(id)).map(|(_, schema, _)| schema);
        if known().all(|schema| !schema.sync_type.is_null()) {
            return self.change(ids.iter().map(|id| (id, SchemaPatch::resume())).collect(), inventory);
        }
        let mut by_source: BTreeMap<SourceId, Vec<SchemaId>> = BTreeMap::new();
        for (held, schema, _) in ids.iter().filter_map(|id| inventory.schema(id)) {
            by_source.entry(held.source.id.clone()).or_default().push(schema.id.clone());
        }
        let unit = |(source, ids): (SourceId, Vec<SchemaId>)| {
            let each = ids.iter().filter_map(|id| inventory.schema(id)).map(|(_, schema, _)| schema);
            let patch = each.fold(BulkPatch::default(), |patch, schema| {
                patch.clone().set_up(schema).unwrap_or_else(|| patch.with(&schema.id, SchemaPatch::resume()))
            });
            Unit::new(Act::Write(Write::BulkUpdateSchemas(source, patch)), self.subject_for(&ids, inventory))
        };
        by_source.into_iter().map(unit).collect()
    }

    /// What would be sent by the step that waits to be begun, as far as it changes settings.
    #[must_use]
    pub fn requests(&self, project: ProjectId, inventory: &Inventory) -> Vec<Request> {
        let Some(Task::Send(deed)) = self.stage().map(|stage| &stage.task) else { return Vec::new() };
        let units = self.units_of(deed, inventory);
        let requests = units.iter().filter_map(|unit| unit.request(project));
        requests.filter(|request| request.body.is_some()).collect()
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
        held.title().shown(),
        schema.title().shown()
    ))
}
