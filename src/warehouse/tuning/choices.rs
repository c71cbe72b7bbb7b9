//! What can be chosen, and why the rest cannot.

use super::rules::is_time;
use super::{Draft, Setting, Value};
use crate::warehouse::field::Field;
use crate::warehouse::replies::{CandidateField, CandidateFields};
use crate::warehouse::settings::{CdcTableMode, Frequency, SyncType};

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it sets.
    pub value: Value,
    /// What is to be known of it.
    pub reason: String,
    /// What speaks against it.
    pub warning: Option<String>,
    /// Why it cannot be chosen.
    pub blocked: Option<String>,
}

impl Offer {
    fn new(value: Value, reason: impl Into<String>) -> Self {
        Self { value, reason: reason.into(), warning: None, blocked: None }
    }
}

/// The column that serves best as cursor.
pub(super) fn suggested_cursor(found: &CandidateFields) -> Option<Value> {
    let usable = found.fields.iter().filter(|field| field.field_type.known().is_some());
    usable.max_by_key(|field| worth(field)).map(column)
}

fn column(field: &CandidateField) -> Value {
    Value::Column(field.field.clone(), field.field_type.known().cloned())
}

/// How good a column is as cursor: better ones are greater.
fn worth(field: &CandidateField) -> (bool, bool, u8) {
    let name = field.field.raw().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let by_name = match () {
        () if says(&["updated", "modified", "changed", "last_edit"]) => 3,
        () if says(&["created", "inserted", "timestamp"]) => 2,
        () => u8::from(name == "id" || name.ends_with("_id")),
    };
    (field.indexed.known() != Some(&false), field.nullable.known() != Some(&true), by_name)
}

impl Draft {
    /// What can be chosen of a setting; empty where it is typed.
    #[must_use]
    pub fn offers(&self, setting: Setting) -> Vec<Offer> {
        match setting {
            Setting::Method => self.methods(),
            Setting::Cursor => self.cursors(),
            Setting::Keys | Setting::Columns => self.columns(),
            Setting::CdcMode => CdcTableMode::ALL.map(|mode| mode_offer(&mode)).to_vec(),
            Setting::Frequency => self.frequencies(),
            Setting::Switch => {
                vec![Offer::new(Value::On(true), "synced"), Offer::new(Value::On(false), "not synced; its data stays")]
            }
            Setting::Lookback | Setting::FullRefresh | Setting::Filters | Setting::TimeOfDay | Setting::RebuildTime => {
                Vec::new()
            }
        }
    }

    /// Whether several of the offers can be taken together.
    #[must_use]
    pub fn takes_several(setting: Setting) -> bool {
        matches!(setting, Setting::Keys | Setting::Columns)
    }

    /// Why a setting cannot be changed at all, as things stand.
    #[must_use]
    pub fn bars(&self, setting: Setting) -> Option<String> {
        if *self.now.values.get(setting) == Value::Unknown {
            return Some("this server does not tell it".to_owned());
        }
        let method = self.wanted.method();
        let why = match setting {
            Setting::Cursor | Setting::Lookback if !self.reads_on() => "only for incremental and append",
            Setting::Lookback if !self.wanted.cursor().and_then(|(_, kind)| kind).is_some_and(is_time) => {
                "needs an incremental field that is a time"
            }
            Setting::Keys if !matches!(method, Some(SyncType::Incremental | SyncType::Cdc | SyncType::Xmin)) => {
                "only for incremental, cdc and xmin"
            }
            Setting::CdcMode if method != Some(SyncType::Cdc) => "only for cdc",
            Setting::FullRefresh
                if !matches!(method, Some(SyncType::Incremental | SyncType::Append | SyncType::Xmin)) =>
            {
                "only for incremental, append and xmin"
            }
            Setting::Columns if self.now.selects_columns.known() != Some(&true) => {
                "this source does not let columns be chosen"
            }
            Setting::Filters => return self.bars_filters(),
            Setting::RebuildTime if !matches!(self.get(Setting::FullRefresh), Value::Number(_)) => {
                "counts only with a full rebuild every so many days"
            }
            Setting::TimeOfDay if !self.is_daily() => "counts only for every 24 hours and more",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn is_daily(&self) -> bool {
        matches!(self.wanted.frequency(), Some(Frequency::Every(minutes)) if minutes >= 1_440)
    }

    fn methods(&self) -> Vec<Offer> {
        let known = [
            (SyncType::Incremental, "merges what is new by its key"),
            (SyncType::FullRefresh, "rebuilds the table with every run"),
            (SyncType::Append, "adds what is new; changed rows are there twice"),
            (SyncType::Cdc, "reads the change stream of the database"),
            (SyncType::Webhook, "the vendor pushes changes"),
            (SyncType::Xmin, "reads on by transaction ids"),
        ];
        let each = known.into_iter().map(|(method, reason)| {
            let now = self.now.values.method().as_ref() == Some(&method);
            let blocked = if now { None } else { self.bars_method(&method) };
            Offer { blocked, ..Offer::new(Value::word(method.raw()), reason) }
        });
        each.collect()
    }

    fn cursors(&self) -> Vec<Offer> {
        let mut fields: Vec<&CandidateField> = self.now.found.fields.iter().collect();
        fields.sort_by_key(|field| std::cmp::Reverse(worth(field)));
        let each = fields.into_iter().map(|field| {
            let kind = field.column_type.known().map_or_else(String::new, |kind| kind.shown().into_owned());
            let mut against = Vec::new();
            if field.indexed.known() == Some(&false) {
                against.push("no index: every run reads the whole table");
            }
            if field.nullable.known() == Some(&true) {
                against.push("may be empty: such rows are never read");
            }
            Offer {
                warning: (!against.is_empty()).then(|| against.join("; ")),
                blocked: field.field_type.known().is_none().then(|| "its type is not known".to_owned()),
                ..Offer::new(column(field), kind)
            }
        });
        each.collect()
    }

    fn columns(&self) -> Vec<Offer> {
        let each = self.now.found.columns.iter().map(|column| {
            let kind = column.column_type.known().map_or_else(String::new, |kind| kind.shown().into_owned());
            let empty = column.nullable == Field::Known(true);
            let warning = empty.then(|| "may be empty".to_owned());
            Offer { warning, ..Offer::new(Value::Names(vec![column.field.clone()]), kind) }
        });
        each.collect()
    }

    fn frequencies(&self) -> Vec<Offer> {
        let cdc = self.wanted.method() == Some(SyncType::Cdc);
        let offered = ["5min", "15min", "30min", "1hour", "6hour", "12hour", "24hour", "7day", "30day"];
        let mut offers: Vec<Offer> = offered
            .into_iter()
            .map(|word| {
                let blocked = (cdc && word == "30day").then(|| "CDC tables must sync at least once a week".to_owned());
                Offer { blocked, ..Offer::new(Value::word(word), "") }
            })
            .collect();
        // Words that can be read and not be written are shown where they are.
        for (word, why) in [("1min", "the fastest is every 5 minutes"), ("never", "to stop syncing, disable the table")]
        {
            if *self.now.values.get(Setting::Frequency) == Value::word(word) {
                offers.insert(0, Offer { blocked: Some(why.to_owned()), ..Offer::new(Value::word(word), "as it is") });
            }
        }
        offers
    }
}

fn mode_offer(mode: &CdcTableMode) -> Offer {
    let reason = match mode {
        CdcTableMode::CdcOnly => "one table, a row for every change",
        CdcTableMode::Both => "both tables",
        _ => "one table, the rows as they are now",
    };
    Offer::new(Value::word(mode.raw()), reason)
}
