//! A change and what follows it, as steps of a runbook.

use super::rules::Refusal;
use super::{Data, Draft, Setting, Way};
use crate::warehouse::consent::{Challenge, Discard, Loss};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::{Losing, Weighed};
use crate::warehouse::recovery::follow::Subject;
use crate::warehouse::recovery::milder;
use crate::warehouse::recovery::runbook::{Ask, Deed, Patient, Situation, Stage, Task, Wish};
use crate::warehouse::runs::Runs;
use crate::warehouse::settings::SyncType;
use crate::warehouse::survey::Need;

/// What a runbook of this change is for; `None`: the table is not there any more.
#[must_use]
pub fn situation(draft: &Draft, inventory: &Inventory) -> Option<Situation> {
    let (held, schema, state) = inventory.schema(&draft.now.id)?;
    let changes: Vec<String> = draft.changed().map(|setting| draft.sentence(setting)).collect();
    // What is left after a crash: the keys, or a reload.
    let letter = if draft.data() == Data::InTheWay { Letter::K } else { Letter::A };
    let title = format!("Change the sync settings of {}: {}", schema.title().shown(), changes.join("; "));
    let tables = vec![Patient::of(schema, state)];
    Some(Situation { wish: Some(Wish::Tune), ..Situation::of(held, letter, title, tables) })
}

/// What is done besides a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Besides {
    /// Whether the run under way is cancelled before it.
    pub cancel_first: bool,
    /// What follows it.
    pub way: Way,
    /// Whether a webhook that no table needs any more is unregistered after it.
    pub unregister: bool,
}

/// The steps: the change, with what has to go before it, and what follows it.
///
/// # Errors
/// What the server would refuse.
pub fn stages(draft: &Draft, besides: Besides) -> Result<Vec<Stage>, Vec<Refusal>> {
    let Besides { cancel_first, way, unregister } = besides;
    let weighed = draft.request()?;
    let id = draft.now.id.clone();
    let mut all = Vec::new();
    if cancel_first {
        all.push(send(Deed::Cancel, "Cancel the sync, and wait until it has ended.".to_owned()));
    }
    if draft.data() == Data::InTheWay {
        all.push(delete(draft));
    }
    let changes: Vec<String> = draft.changed().map(|setting| draft.sentence(setting)).collect();
    let what = format!("Change {}.", changes.join("; "));
    all.push(match weighed {
        Weighed::Harmless(patch) => send(Deed::UpdateTable(id.clone(), patch), what),
        Weighed::Loses(reshape) => {
            let lost = match reshape.loss() {
                Losing::Stored => ROWS,
                Losing::Meanwhile => "what changes at the source until it is enabled again",
            };
            discard(Discard::ReshapeSchema(reshape), what).losing(lost)
        }
    });
    let to_webhook = draft.changes(Setting::Method) && draft.wanted.method() == Some(SyncType::Webhook);
    if to_webhook {
        let look = Task::Look(vec![Need::Webhook(draft.now.source.clone())]);
        all.push(Stage::new(look, "Look whether the webhook was registered, and delivers."));
    }
    all.extend(after(draft, way));
    if way != Way::Only || to_webhook || draft.resets() {
        all.push(Stage::new(Task::Verify, "Read the table once more: is it green?"));
    }
    if unregister && draft.leaves_webhook_unused() {
        let what =
            format!("Unregister the webhook of {}, which no table needs any more.", draft.now.source_name.shown());
        let lost = "what the vendor would push until another webhook is registered";
        all.push(discard(Discard::DeleteWebhook(draft.now.source.clone()), what).losing(lost));
    }
    Ok(all)
}

/// What follows a change.
fn after(draft: &Draft, way: Way) -> Vec<Stage> {
    let name = draft.now.name.shown();
    let reload = || send(Deed::Reload, format!("Reload {name}, see a job start, and follow it to its end."));
    match way {
        Way::Only => Vec::new(),
        Way::Reload => vec![reload()],
        Way::Resync => {
            let what = format!("Resync {name}: drop what is stored, and read everything again.");
            vec![discard(Discard::ResyncSchema(draft.now.id.clone()), what).losing(ROWS)]
        }
        Way::StartOver => {
            // What was in the way is gone already.
            let delete = (draft.data() != Data::InTheWay).then(|| delete(draft));
            delete.into_iter().chain(draft.wanted.is_on().then(reload)).collect()
        }
    }
}

/// What goes with all stored rows.
const ROWS: &str = "the rows stored now; what the source no longer has is gone";

fn delete(draft: &Draft) -> Stage {
    let what = format!("Delete the stored data of {}; its settings stay.", draft.now.name.shown());
    discard(Discard::DeleteData(draft.now.id.clone()), what).losing(ROWS)
}

fn discard(discard: Discard, what: String) -> Stage {
    send(Deed::Discard(vec![discard]), what)
}

fn send(deed: Deed, what: String) -> Stage {
    Stage::new(Task::Send(deed), what)
}

/// The question about everything that these steps discard; `None`: they discard nothing. It is asked before the first
/// of them is sent.
#[must_use]
pub fn question(draft: &Draft, stages: &[Stage], inventory: &Inventory) -> Option<Ask> {
    let discards: Vec<Discard> = stages.iter().flat_map(Stage::discards).cloned().collect();
    let (first, more) = discards.split_first()?;
    let (held, schema, state) = inventory.schema(&draft.now.id)?;
    let of_source = matches!(first, Discard::DeleteWebhook(_));
    let again = matches!(first, Discard::ResyncSchema(_) | Discard::DeleteData(_));
    let loss = Loss {
        name: if of_source { held.title().clone() } else { schema.title().clone() },
        tables: 1,
        rows: draft.now.rows,
        // The usual run reads what is new; this one reads everything, which is judged by itself.
        usual_run: if again { None } else { inventory.runs(&draft.now.id).and_then(Runs::usual) },
    };
    let cost = again.then(|| draft.cost(Way::Resync, inventory.runs(&draft.now.id))).flatten();
    let milder = match draft.data() {
        // The change itself could be had without it.
        Data::InTheWay => Some("The key it has now keeps the data.".to_owned()),
        _ if again => Some(format!("“{}” keeps what is stored, as it is.", Way::Only.words())),
        _ => milder::than(first, schema, state),
    };
    let all: Vec<&str> = stages.iter().filter(|stage| stage.sends()).map(|stage| stage.what.as_str()).collect();
    Some(Ask {
        challenge: Challenge::of_several(first.clone(), more.to_vec(), loss),
        subject: Subject {
            source: held.source.id.clone(),
            source_name: held.title().clone(),
            tables: vec![(schema.id.clone(), schema.name.clone())],
        },
        milder,
        then: (all.len() > 1).then(|| match &cost {
            Some(cost) => format!("{} {cost}", all.join(" ")),
            None => all.join(" "),
        }),
    })
}

impl Draft {
    /// A change of one setting, in a few words.
    #[must_use]
    pub fn sentence(&self, setting: Setting) -> String {
        let (now, wanted) = (self.now.values.get(setting), self.get(setting));
        format!("{}: {} → {}", setting.title(), setting.shown(now), setting.shown(wanted))
    }
}
