//! Changes of the configuration that were made from here, and their way back.

use serde_json::{Map, Value as Json};

use super::{Draft, Setting, Value, Values, Way};
use crate::warehouse::consent::Discard;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::{SchemaPatch, Standing, SyncChange, Weighed};
use crate::warehouse::recovery::follow::{Act, Follow};
use crate::warehouse::recovery::runbook::{Deed, Situation, Stage, Task, Wish};
use crate::warehouse::text::Foreign;
use crate::warehouse::words::counted;

/// A change of the configuration that was made from here.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What was changed, in a few words.
    pub what: String,
    /// The way back.
    pub back: Back,
    /// What was changed of each table.
    said: Vec<(String, String)>,
}

/// The way back of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Back {
    /// How these tables were before.
    Tables(Vec<Before>),
    /// There is none, because of this.
    None(&'static str),
}

/// How a table was before a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// The table.
    pub id: SchemaId,
    /// Its name.
    pub name: Foreign,
    /// What was changed of it, as it was.
    pub values: Vec<(Setting, Value)>,
}

const DISCARDED: &str = "data was discarded with it";
const LASTING: &str = "what was empty before cannot be emptied again";
const UNTOLD: &str = "the server does not tell what it was before";
const SECRET: &str = "what was stored before cannot be read back: secrets are never told";

impl Made {
    /// A draft, with what is to follow it.
    #[must_use]
    pub fn of_draft(draft: &Draft, way: Way) -> Self {
        let (now, wanted) = (&draft.now().values, draft.wanted());
        let kept = draft.data().is_kept() && matches!(way, Way::Only | Way::Reload);
        let harmless = matches!(draft.request(), Ok(Weighed::Harmless(_)));
        let settings: Vec<Setting> = draft.changed().collect();
        let before: Vec<_> = settings.iter().map(|setting| (*setting, now.get(*setting).clone())).collect();
        let back = match lasting(&before, wanted) {
            _ if !kept || !harmless => Back::None(DISCARDED),
            Some(why) => Back::None(why),
            None => {
                let (id, name) = (draft.now().id.clone(), draft.now().name.clone());
                Back::Tables(vec![Before { id, name, values: before }])
            }
        };
        let changes: Vec<String> = settings.iter().map(|setting| draft.sentence(*setting)).collect();
        let said = vec![(draft.now().name.shown().into_owned(), changes.join("; "))];
        Self { what: told(&said), back, said }
    }

    /// What is about to be done; `None`: it is no change of the configuration.
    #[must_use]
    pub fn of_follow(follow: &Follow, inventory: &Inventory) -> Option<Self> {
        let source = follow.subject().source_name.shown();
        let none =
            |what: &str, why| Some(Self { what: format!("{source}: {what}"), back: Back::None(why), said: Vec::new() });
        match follow.act() {
            Act::Switch | Act::SwitchSome => Self::of_fields(&follow.sets(), follow.took_consent(), inventory),
            Act::UpdateSource => none("settings of the source", SECRET),
            Act::UpdateWebhook => none("inputs of the webhook", SECRET),
            Act::CreateWebhook => none("webhook registered", "removing it would lose what is pushed meanwhile"),
            Act::EnableCdc => none("change data capture on", "switching it off would lose its place in the stream"),
            Act::DisableCdc => none("change data capture off", "its place in the stream was discarded with it"),
            Act::RepairCdc => none("change data capture repaired", DISCARDED),
            Act::DeleteWebhook => none("webhook removed", "what would have been pushed was given up with it"),
            _ => None,
        }
    }

    fn of_fields(fields: &[(&SchemaId, &Map<String, Json>)], consented: bool, inventory: &Inventory) -> Option<Self> {
        let known = |id: &SchemaId| {
            let (_, schema, _) = inventory.schema(id)?;
            let detail = inventory.detail(id).cloned().unwrap_or_default();
            Some((schema.name.clone(), Values::of(schema, &detail)))
        };
        let mut before = Vec::new();
        let mut said = Vec::new();
        let mut no_way = consented.then_some(DISCARDED);
        for (id, body) in fields {
            let (name, now) = known(id)?;
            let wanted = after(&now, body);
            let settings = Setting::ALL.into_iter().filter(|setting| wanted.get(*setting) != now.get(*setting));
            let values: Vec<_> = settings.map(|setting| (setting, now.get(setting).clone())).collect();
            let words = |(setting, old): &(Setting, Value)| {
                format!("{}: {} → {}", setting.title(), setting.shown(old), setting.shown(wanted.get(*setting)))
            };
            let words: Vec<String> = values.iter().map(words).collect();
            said.push((name.shown().into_owned(), words.join("; ")));
            // A table that was never set up got its method with this, from the server.
            let set_up = now.is_on() != wanted.is_on() && *now.get(Setting::Method) == Value::Nothing;
            no_way = no_way.or(lasting(&values, &wanted)).or(set_up.then_some(LASTING));
            before.push(Before { id: (*id).clone(), name, values });
        }
        let changed = before.iter().any(|one| !one.values.is_empty());
        changed.then(|| Self { what: told(&said), back: no_way.map_or(Back::Tables(before), Back::None), said })
    }

    /// Takes in what was changed together with this, in another source. Answers with it where it has another way back.
    #[must_use]
    pub fn join(&mut self, other: Self) -> Option<Self> {
        match (&mut self.back, other) {
            (Back::Tables(tables), Self { back: Back::Tables(more), said, .. }) => {
                tables.extend(more);
                self.said.extend(said);
                self.what = told(&self.said);
                None
            }
            (_, other) => Some(other),
        }
    }

    /// The same without the tables that were not reached; `None`: none was.
    #[must_use]
    pub fn without(mut self, left_out: &[SchemaId]) -> Option<Self> {
        if let Back::Tables(tables) = &mut self.back {
            tables.retain(|table| !left_out.contains(&table.id));
            if tables.is_empty() {
                return None;
            }
        }
        Some(self)
    }
}

/// What was changed of all these tables, in a few words.
fn told(said: &[(String, String)]) -> String {
    match said {
        [] => String::new(),
        [(name, words)] => format!("{name}: {words}"),
        [(_, words), rest @ ..] if rest.iter().all(|(_, other)| other == words) => {
            format!("{}: {words}", counted(said.len(), "table"))
        }
        [(name, words), ..] => format!("{}, among them {name}: {words}", counted(said.len(), "table")),
    }
}

/// Why what is to be taken back cannot be.
fn lasting(before: &[(Setting, Value)], wanted: &Values) -> Option<&'static str> {
    let method = before.iter().any(|(setting, _)| *setting == Setting::Method);
    before.iter().find_map(|(setting, old)| match (setting, old) {
        (_, Value::Unknown) => Some(UNTOLD),
        (Setting::Method, Value::Nothing) => Some(LASTING),
        // A key goes with its method.
        (Setting::Keys, Value::Nothing) if !method && !wanted.keys().is_empty() => Some(LASTING),
        _ => None,
    })
}

/// The settings with these fields in their places.
fn after(now: &Values, body: &Map<String, Json>) -> Values {
    let mut values = now.clone();
    for (name, value) in body {
        let Some(setting) = Setting::of_field(name).filter(|setting| setting.field() == name) else { continue };
        let value = match value {
            Json::Null => Value::Nothing,
            Json::Bool(on) => Value::On(*on),
            Json::Number(number) => number.as_u64().map_or(Value::Unknown, Value::Number),
            Json::String(text) if setting == Setting::Cursor => {
                let kind = body.get("incremental_field_type").and_then(Json::as_str);
                Value::Column(text.as_str().into(), kind.map(Foreign::from))
            }
            Json::String(text) => Value::word(text),
            Json::Array(names) => Value::Names(names.iter().filter_map(Json::as_str).map(Foreign::from).collect()),
            Json::Object(_) => continue,
        };
        values.set(setting, value);
    }
    values
}

/// The steps that give several tables back what they were set to; `None`: they are as they were.
#[must_use]
pub fn restoring(tables: &[Before], inventory: &Inventory) -> Option<(Situation, Vec<Stage>)> {
    let mut harmless: Vec<(SchemaId, SchemaPatch)> = Vec::new();
    let mut losing = Vec::new();
    let mut ids = Vec::new();
    for table in tables {
        let Some((_, schema, _)) = inventory.schema(&table.id) else { continue };
        let detail = inventory.detail(&table.id).cloned().unwrap_or_default();
        let now = Values::of(schema, &detail);
        let mut change = SyncChange::default();
        for (setting, value) in table.values.iter().filter(|(setting, value)| now.get(*setting) != value) {
            match (setting, value) {
                (Setting::Switch, Value::On(on)) => change.should_sync = Some(*on),
                (Setting::Frequency, Value::Word(word)) => {
                    change.frequency = Some(crate::warehouse::settings::Frequency::parse(word.raw()));
                }
                // Everything else is changed table by table, and taken back in the editor.
                _ => {}
            }
        }
        if change.is_empty() {
            continue;
        }
        ids.push(table.id.clone());
        match change.weigh(&Standing::of(schema, &detail)) {
            Weighed::Harmless(patch) => harmless.push((table.id.clone(), patch)),
            Weighed::Loses(reshape) => losing.push(Discard::ReshapeSchema(reshape)),
        }
    }
    let mut situation = Situation::of_wish(Wish::Tune, &ids, inventory)?;
    situation.title = format!("Take back the last change of {}", counted(ids.len(), "table"));
    let mut stages = Vec::new();
    if !harmless.is_empty() {
        let what = format!("Give {} back what they were set to.", counted(harmless.len(), "table"));
        stages.push(Stage::new(Task::Send(Deed::Change(harmless)), what));
    }
    if !losing.is_empty() {
        let what = format!("Switch {} off again, which are pushed to or streamed.", counted(losing.len(), "table"));
        let stage = Stage::new(Task::Send(Deed::Discard(losing)), what);
        stages.push(stage.losing("what changes at the source until they are enabled again"));
    }
    Some((situation, stages))
}
