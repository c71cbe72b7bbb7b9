//! From the letter of a recovery to its steps. Steps that depend on what is found out come from `expand`.

use super::situation::{Patient, Situation, Wish};
use super::stage::{Deed, Menu, Stage, Task};
use super::{Runbook, menu};
use crate::warehouse::consent::Discard;
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::recovery::form::Purpose;
use crate::warehouse::recovery::milder;
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::Need;
use crate::warehouse::triage::Kind;
use crate::warehouse::words::counted;

/// How many tables one question for jobs names, when their rows are to be compared.
const NAMES_A_QUESTION: usize = 8;

/// The steps of the recovery of a situation, as far as they are known before anything was asked.
pub(super) fn plan(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    if situation.handled {
        return vec![
            by_hand("PostHog is handling it by itself: nothing has to be done. Wait for its next run."),
            verify(),
        ];
    }
    if situation.only_the_end {
        return tail(situation, inventory);
    }
    if let Some(wish) = situation.wish {
        return wished(wish, situation, inventory);
    }
    let tail = || tail(situation, inventory);
    let with_tail = |mut stages: Vec<Stage>| {
        stages.extend(tail());
        stages
    };
    match situation.letter {
        Letter::A => match situation.cause.as_ref() {
            Some(cause) if *cause == "rate_limited" => with_tail(vec![by_hand(&advice(
                situation,
                "The source limits how often it may be asked: give its quota time to recover.",
            ))]),
            _ => tail(),
        },
        Letter::B => with_tail(form(situation, Purpose::Credentials, "Enter the new credentials.")),
        Letter::Q => with_tail(form(situation, Purpose::Settings, "Correct the setting that is wrong.")),
        Letter::J => with_tail(form(
            situation,
            Purpose::Settings,
            "Fix the network, or correct host, port, encryption or tunnel here.",
        )),
        Letter::C | Letter::K => with_tail(methods(situation)),
        Letter::C2 => refresh(),
        Letter::D => wrong_data(situation, inventory),
        Letter::G => start_over(situation, inventory),
        Letter::E => change_capture(situation),
        Letter::F => {
            let mut stages =
                vec![Stage::new(Task::Send(Deed::Cancel), "Cancel the sync, and wait until it has ended.")];
            stages.extend(tail());
            stages
        }
        Letter::H => billing(situation, inventory),
        Letter::I => webhook(situation),
        Letter::N => with_tail(vec![by_hand(&advice(
            situation,
            "Wait for the next scheduled run; contact PostHog's support if the same text comes back.",
        ))]),
        Letter::O => with_tail(vec![by_hand(&advice(
            situation,
            "Read the newest job and its log; only then decide. One reload does no harm.",
        ))]),
        Letter::P => with_tail(vec![by_hand(&advice(
            situation,
            "Look at your own destination database: it refused the write. The source is not at fault.",
        ))]),
        Letter::R if situation.kind == Some(Kind::Abandoned) => vec![Stage::new(
            Task::Pick(Menu::NewTables),
            "Its tables were all switched off. Choose those that are wanted back; otherwise nothing has to be done.",
        )],
        Letter::R => {
            with_tail(vec![by_hand(&advice(situation, "It was stopped on purpose. Go on only if it is wanted back."))])
        }
        Letter::B2 | Letter::L | Letter::M => with_tail(vec![by_hand(&advice(situation, "Fix it at the source."))]),
    }
}

/// What somebody wants done to several tables.
fn wished(wish: Wish, situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let ids = || situation.chosen().map(|patient| patient.id.clone());
    let tables = counted(situation.chosen().count(), "table");
    let discards = |discard: fn(SchemaId) -> Discard, what: String, loses: &str| {
        vec![Stage::new(Task::Send(Deed::Discard(ids().map(discard).collect())), what).losing(loses)]
    };
    match wish {
        Wish::Reload => vec![
            Stage::new(
                Task::Send(Deed::Reload),
                format!("Reload {tables}, a few at a time; those that are off stay off."),
            ),
            verify(),
        ],
        Wish::Cancel => vec![Stage::new(Task::Send(Deed::Cancel), "Cancel what is running, and wait for the ends.")],
        Wish::Resume => vec![Stage::new(Task::Send(Deed::Enable), "Switch them on.")],
        Wish::Pause => {
            let on =
                |id: &SchemaId| inventory.schema(id).is_none_or(|(_, schema, _)| schema.should_sync != Some(false));
            vec![menu::switch_off(situation, ids().filter(on).collect(), inventory)]
        }
        Wish::Resync => wrong_data(situation, inventory),
        Wish::DeleteData => discards(
            Discard::DeleteData,
            format!("Delete the stored data of {tables}; their configuration stays."),
            "the rows stored now; queries see none until the next run is done",
        ),
        Wish::Retime => {
            vec![Stage::new(Task::Pick(Menu::Frequency), format!("Choose what is changed of {tables}."))]
        }
        Wish::Rotate => rotation(situation),
        // Its steps are handed over with it.
        Wish::Tune => Vec::new(),
        Wish::Destroy => discards(
            Discard::DestroySchema,
            format!("Remove {tables}, with configuration and data."),
            "the tables themselves; this cannot be undone",
        ),
    }
}

/// Another signing secret for a webhook that is there.
fn rotation(situation: &Situation) -> Vec<Stage> {
    let look = |what| Stage::new(Task::Look(vec![Need::Webhook(situation.source.clone())]), what);
    let mut stages = vec![look("Look at the webhook, here and at the vendor.")];
    stages.extend(Runbook::webhook_form(&situation.source_type));
    stages.push(look("Look at the webhook once more."));
    stages
}

/// Re-enable what was switched off, reload, and see that it is green: how nearly every recovery ends.
pub(super) fn tail(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let mut stages = enable(situation, inventory);
    stages.push(reload(situation));
    stages.push(verify());
    stages
}

fn enable(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let off: Vec<&Patient> = situation.switched_off(inventory).collect();
    if off.is_empty() {
        return Vec::new();
    }
    let what = format!("Re-enable {}: PostHog switched it off and does not switch it on again.", names(&off));
    let what = if off.len() == 1 {
        what
    } else {
        what.replace("it off and does not switch it", "them off and does not switch them")
    };
    vec![Stage::new(Task::Send(Deed::Enable), what)]
}

fn reload(situation: &Situation) -> Stage {
    let what = match situation.chosen().count() {
        0 => "Reload the source, and follow its tables to their ends.".to_owned(),
        1 => format!("Reload {}, see a job start, and follow it to its end.", names(&all(situation))),
        count => format!("Reload {}, and follow each to its end.", counted(count, "table")),
    };
    Stage::new(Task::Send(Deed::Reload), what)
}

fn verify() -> Stage {
    Stage::new(Task::Verify, "Read the tables once more: are they green?")
}

fn by_hand(what: &str) -> Stage {
    Stage::new(Task::ByHand, what)
}

/// What the catalogue says is to be done, without the steps that the program does itself.
fn advice(situation: &Situation, otherwise: &str) -> String {
    let own = |step: &&String| {
        let step = step.to_lowercase();
        !(step.starts_with("re-enable") || step.starts_with("reload") || step.starts_with("then reload"))
    };
    let steps: Vec<&str> = situation.advice.iter().filter(own).map(String::as_str).collect();
    if steps.is_empty() { otherwise.to_owned() } else { steps.join(" ") }
}

fn form(situation: &Situation, purpose: Purpose, what: &str) -> Vec<Stage> {
    vec![
        Stage::new(
            Task::Look(vec![Need::Form(situation.source_type.clone()), Need::Source(situation.source.clone())]),
            format!("Read which settings a {} source has.", situation.source_type.shown()),
        ),
        Stage::new(Task::Fill(purpose), what),
    ]
}

fn methods(situation: &Situation) -> Vec<Stage> {
    let each = situation.chosen().flat_map(|patient| {
        let name = patient.name.shown();
        let needs = vec![Need::Candidates(patient.id.clone()), Need::Schema(patient.id.clone())];
        [
            Stage::new(Task::Look(needs), format!("Read the columns of {name} at the source, as they are now.")),
            Stage::new(
                Task::Pick(Menu::Method(patient.id.clone())),
                format!("Choose how {name} is synced from now on."),
            ),
        ]
    });
    each.collect()
}

fn refresh() -> Vec<Stage> {
    vec![
        Stage::new(Task::Send(Deed::RefreshTables), "Read the list of tables at the source again.").losing(
            "vanished tables that were never synced; those that are on are switched off, and a table that comes back \
             comes back off",
        ),
        Stage::new(Task::Look(vec![Need::Sources]), "Read what has changed by that."),
        Stage::new(Task::Pick(Menu::NewTables), "Choose which of the new tables to sync."),
    ]
}

/// By sync type, least destructive first: a full refresh rebuilds by a reload, a webhook has no past to read.
fn wrong_data(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let (mut discards, mut reloads, mut pushed) = (Vec::new(), false, Vec::new());
    let mut resyncs = false;
    for patient in situation.chosen() {
        match patient.method {
            Some(SyncType::FullRefresh) => reloads = true,
            Some(SyncType::Append) => {
                discards.push(Discard::DeleteData(patient.id.clone()));
                reloads = true;
            }
            Some(SyncType::Webhook) => pushed.push(patient),
            _ => {
                discards.push(Discard::ResyncSchema(patient.id.clone()));
                resyncs = true;
            }
        }
    }
    let mut stages = Vec::new();
    if !pushed.is_empty() {
        stages.push(by_hand(&format!(
            "{} is filled by a webhook alone: there is no past to read again. Correct the data at the vendor, which \
             sends it anew.",
            names(&pushed)
        )));
    }
    if discards.is_empty() && !reloads {
        return stages;
    }
    stages.extend(enable(situation, inventory));
    if !discards.is_empty() {
        let what = match (resyncs, reloads) {
            (true, false) => "Drop the stored data with the next run, and import everything again.",
            (false, _) => "Delete the stored data: rows that were appended cannot be corrected.",
            (true, true) => "Drop the stored data, and import everything again.",
        };
        stages.push(
            Stage::new(Task::Send(Deed::Discard(discards)), what)
                .losing("the rows stored now; what the source no longer has is gone"),
        );
    }
    if reloads {
        let mut stage = reload(situation);
        if stages.iter().all(|stage| stage.loses.is_none()) {
            "Reload: every run of a full_refresh table rebuilds it, so nothing has to be deleted."
                .clone_into(&mut stage.what);
        }
        stages.push(stage);
    }
    stages.push(verify());
    stages
}

fn start_over(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let stored = |patient: &&Patient| !patient.rows.is_null();
    let discards: Vec<Discard> =
        situation.chosen().filter(stored).map(|patient| Discard::DeleteData(patient.id.clone())).collect();
    if discards.is_empty() {
        return tail(situation, inventory);
    }
    let mut stages = vec![
        Stage::new(Task::Send(Deed::Discard(discards)), "Delete the stored data; the configuration stays.")
            .losing("the rows stored now; queries see none until the reload is done"),
    ];
    stages.extend(tail(situation, inventory));
    stages
}

fn change_capture(situation: &Situation) -> Vec<Stage> {
    vec![Stage::new(
        Task::Look(vec![Need::CdcPrerequisites(situation.source.clone()), Need::CdcStatus(situation.source.clone())]),
        "Check what change data capture needs on the server, and how it is doing.",
    )]
}

fn billing(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let names: Vec<_> = inventory.source(&situation.source).map_or_else(Vec::new, |held| {
        let on = held.source.schemas.iter().filter(|schema| schema.should_sync == Some(true));
        on.map(|schema| schema.name.clone()).collect()
    });
    let needs: Vec<Need> = names
        .chunks(NAMES_A_QUESTION)
        .take(8)
        .map(|schemas| Need::Jobs(JobQuery::newest(situation.source.clone(), schemas.to_vec())))
        .collect();
    let blocked = match situation.kind {
        Some(Kind::BillingPause) => "No reload of the whole project starts before that.",
        _ => "Until then its tables do not sync.",
    };
    let mut stages = Vec::new();
    if !needs.is_empty() {
        stages.push(Stage::new(Task::Look(needs), "Read how many rows each table costs."));
    }
    stages.push(Stage::new(
        Task::Pick(Menu::LeastValuable),
        format!(
            "Raise the billing limit in PostHog, or wait for the next period. {blocked} To use less, switch off the \
             tables that are needed least."
        ),
    ));
    stages
}

fn webhook(situation: &Situation) -> Vec<Stage> {
    vec![
        Stage::new(
            Task::Look(vec![Need::Webhook(situation.source.clone())]),
            "Look at the webhook, here and at the vendor.",
        ),
        Stage::new(Task::Pick(Menu::Webhook), "Choose what to do about it."),
        Stage::new(Task::Look(vec![Need::Webhook(situation.source.clone())]), "Look at the webhook once more."),
    ]
}

fn all(situation: &Situation) -> Vec<&Patient> {
    situation.chosen().collect()
}

/// The names of some tables, as far as a sentence bears them.
pub(super) fn names(tables: &[&Patient]) -> String {
    match tables {
        [] => "nothing".to_owned(),
        [one] => one.name.shown().into_owned(),
        [one, other] => format!("{} and {}", one.name.shown(), other.name.shown()),
        [first, rest @ ..] => format!("{} and {} more", first.name.shown(), rest.len()),
    }
}

/// What would do with less loss than the step that discards, for the question before it.
pub(super) fn milder(discard: &Discard, situation: &Situation, inventory: &Inventory) -> Option<String> {
    if matches!(discard, Discard::RepairCdc(_)) {
        return Some("Nothing is milder: the check has shown that the position in the stream is lost.".to_owned());
    }
    if situation.cause.as_ref().is_some_and(|cause| *cause == "column_type_changed") {
        return Some(
            "Nothing is milder: a stored column cannot take another type, so a reload fails as before.".to_owned(),
        );
    }
    let patient = situation.chosen().next()?;
    let (_, schema, state) = inventory.schema(&patient.id)?;
    milder::than(discard, schema, state)
}
