//! What the server would refuse, said before it is sent (contract, section 9.4).

use super::{Draft, Setting, Value};
use crate::warehouse::field::Field;
use crate::warehouse::settings::{CdcTableMode, Frequency, SyncType};
use crate::warehouse::text::Foreign;

/// The longest lookback, in seconds: sixty days.
const LONGEST_LOOKBACK: u64 = 5_184_000;

/// The most days between full rebuilds.
const MOST_DAYS: u64 = 90;

/// The longest time between two runs of change data capture, in minutes: a week.
const CDC_AT_LEAST: u32 = 10_080;

/// Why something cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The setting; `None`: it is about the change as a whole.
    pub setting: Option<Setting>,
    /// The rule, in a sentence.
    pub why: String,
}

impl Refusal {
    fn of(setting: Setting, why: impl Into<String>) -> Self {
        Self { setting: Some(setting), why: why.into() }
    }

    /// A refusal of the change as a whole.
    pub(super) fn whole(why: impl Into<String>) -> Self {
        Self { setting: None, why: why.into() }
    }
}

/// Whether a cursor of this type is a time.
pub(super) fn is_time(kind: &Foreign) -> bool {
    matches!(kind.raw(), "datetime" | "date" | "timestamp")
}

impl Draft {
    /// Everything that the server would refuse of this.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        let mut all = Vec::new();
        let mut check = |setting: Setting, rule: Result<(), String>| {
            if let Err(why) = rule {
                all.push(Refusal::of(setting, why));
            }
        };
        check(Setting::Method, self.method_rule());
        check(Setting::Cursor, self.cursor_rule());
        check(Setting::Lookback, self.lookback_rule());
        check(Setting::Keys, self.keys_rule());
        check(Setting::CdcMode, self.mode_rule());
        check(Setting::FullRefresh, self.rebuild_rule());
        check(Setting::Columns, self.columns_rule());
        check(Setting::Filters, self.filters_rule());
        check(Setting::Frequency, self.frequency_rule());
        check(Setting::TimeOfDay, self.time_rule(Setting::TimeOfDay));
        check(Setting::RebuildTime, self.time_rule(Setting::RebuildTime));
        check(Setting::Switch, self.switch_rule());
        all
    }

    /// Why a method cannot be chosen.
    pub(super) fn bars_method(&self, method: &SyncType) -> Option<String> {
        let found = &self.now.found;
        let no = |flag: &Field<bool>| flag.known() == Some(&false);
        let why = match method {
            SyncType::Webhook if no(&found.webhook) => "this table does not support webhooks",
            SyncType::Webhook => return None,
            _ if found.webhook_only.known() == Some(&true) => "this table can only be synced by webhook",
            SyncType::FullRefresh if no(&found.full_refresh) => "this table cannot be rebuilt as a whole",
            SyncType::Incremental if no(&found.incremental) => "no column of it can serve as cursor",
            SyncType::Append if no(&found.append) => "no column of it can serve as cursor",
            SyncType::Cdc if found.cdc.is_null() => {
                "change data capture is not supported by this source, or not enabled for the organization"
            }
            SyncType::Cdc if no(&found.cdc) => "CDC is not enabled on this source",
            SyncType::Cdc => return self.bars_cdc(),
            SyncType::Xmin if found.xmin.is_null() => "xmin needs Postgres",
            SyncType::Xmin if no(&found.xmin) => "xmin needs Postgres 13, and a table that is not partitioned",
            SyncType::Other(_) => "this program does not know this method",
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Change data capture needs a source that is ready for it.
    fn bars_cdc(&self) -> Option<String> {
        match &self.now.prerequisites {
            None => Some("whether the source is ready for it is not known yet".to_owned()),
            Some(found) if found.valid.known() == Some(&true) => None,
            Some(found) => {
                let first = found.errors.first().map(|error| format!(": {}", error.shown()));
                Some(format!("the source is not ready for change data capture{}", first.unwrap_or_default()))
            }
        }
    }

    fn method_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::Method) {
            return Ok(());
        }
        let method = self.wanted.method().ok_or("a table that has a method cannot be without one")?;
        match self.bars_method(&method) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    fn cursor_rule(&self) -> Result<(), String> {
        let (touched, method) = (self.changes(Setting::Cursor), self.wanted.method());
        let reads_on = matches!(method, Some(SyncType::Incremental | SyncType::Append));
        if !reads_on {
            return if touched { Err("only incremental and append read on from a column".to_owned()) } else { Ok(()) };
        }
        if !touched && !self.changes(Setting::Method) {
            return Ok(());
        }
        let (column, kind) = self.wanted.cursor().ok_or("choose the column to read on from")?;
        let Some(candidate) = self.now.found.fields.iter().find(|field| field.field == *column) else {
            return Err(format!("column {} is not there, or cannot serve as cursor", column.shown()));
        };
        match kind {
            None => Err(format!("the type of {} is not known", column.shown())),
            Some(kind) if touched && candidate.field_type.known().is_some_and(|told| told != kind) => {
                Err(format!("column {} is not of type {}", column.shown(), kind.shown()))
            }
            Some(_) => Ok(()),
        }
    }

    fn lookback_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::Lookback) {
            return Ok(());
        }
        match self.get(Setting::Lookback) {
            Value::Nothing => Ok(()),
            Value::Number(seconds) if *seconds > LONGEST_LOOKBACK => {
                Err(format!("at most {LONGEST_LOOKBACK} seconds, which are 60 days"))
            }
            Value::Number(_) => match self.wanted.cursor() {
                _ if !self.reads_on() => Err("only incremental and append look back".to_owned()),
                Some((_, Some(kind))) if is_time(kind) => Ok(()),
                _ => Err("a lookback needs an incremental field that is a time".to_owned()),
            },
            _ => Err("a number of seconds".to_owned()),
        }
    }

    pub(super) fn reads_on(&self) -> bool {
        matches!(self.wanted.method(), Some(SyncType::Incremental | SyncType::Append))
    }

    fn keys_rule(&self) -> Result<(), String> {
        let method = self.wanted.method();
        let keys = self.wanted.keys();
        let demands = match method {
            Some(SyncType::Incremental) => "incremental sync requires a primary key: rows are matched by it",
            Some(SyncType::Cdc) => "CDC requires a primary key",
            Some(SyncType::Xmin) => "xmin needs a primary key",
            _ => "",
        };
        if keys.is_empty() && !demands.is_empty() && (self.changes(Setting::Method) || self.changes(Setting::Keys)) {
            return Err(demands.to_owned());
        }
        if !self.changes(Setting::Keys) {
            return Ok(());
        }
        if demands.is_empty() {
            return Err("this method matches no rows by a key".to_owned());
        }
        if keys.is_empty() {
            return Err("choose at least one column".to_owned());
        }
        self.known_columns(keys)
    }

    fn known_columns(&self, names: &[Foreign]) -> Result<(), String> {
        let columns = &self.now.found.columns;
        match names.iter().find(|name| !columns.iter().any(|column| column.field == **name)) {
            Some(name) if !columns.is_empty() => Err(format!("column {} is not there", name.shown())),
            _ => Ok(()),
        }
    }

    fn mode_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::CdcMode) {
            return Ok(());
        }
        if self.wanted.method() != Some(SyncType::Cdc) {
            return Err("only change data capture has this".to_owned());
        }
        match self.wanted.cdc_mode() {
            Some(CdcTableMode::Other(_)) | None => Err("consolidated, cdc_only or both".to_owned()),
            Some(_) => Ok(()),
        }
    }

    fn rebuild_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::FullRefresh) {
            return Ok(());
        }
        let rebuilt = matches!(self.wanted.method(), Some(SyncType::Incremental | SyncType::Append | SyncType::Xmin));
        match self.get(Setting::FullRefresh) {
            Value::Nothing => Ok(()),
            Value::Number(days) if (1..=MOST_DAYS).contains(days) && rebuilt => Ok(()),
            Value::Number(_) if !rebuilt => Err("not available for this method".to_owned()),
            _ => Err(format!("a number of days from 1 to {MOST_DAYS}")),
        }
    }

    fn columns_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::Columns) {
            return Ok(());
        }
        if self.now.selects_columns.known() != Some(&true) {
            return Err("this source does not let columns be chosen".to_owned());
        }
        match self.get(Setting::Columns) {
            Value::Names(names) => self.known_columns(names),
            _ => Ok(()),
        }
    }

    fn frequency_rule(&self) -> Result<(), String> {
        let frequency = self.wanted.frequency();
        let rare = matches!(frequency, Some(Frequency::Every(minutes)) if minutes > CDC_AT_LEAST);
        let to_cdc = self.wanted.method() == Some(SyncType::Cdc) && self.changes(Setting::Method);
        if !self.changes(Setting::Frequency) && !to_cdc {
            return Ok(());
        }
        if rare && self.wanted.method() == Some(SyncType::Cdc) {
            return Err("CDC tables must sync at least once a week".to_owned());
        }
        if !self.changes(Setting::Frequency) {
            return Ok(());
        }
        match frequency {
            Some(Frequency::Every(minutes)) if minutes >= 5 && self.is_offered(minutes) => Ok(()),
            Some(Frequency::Every(1)) => Err("the fastest is every 5 minutes".to_owned()),
            Some(Frequency::Never) => Err("to stop syncing, disable the table".to_owned()),
            _ => Err("not one of the frequencies".to_owned()),
        }
    }

    fn is_offered(&self, minutes: u32) -> bool {
        self.offers(Setting::Frequency)
            .iter()
            .any(|offer| offer.value == Value::word(&Frequency::Every(minutes).to_string()))
    }

    fn time_rule(&self, setting: Setting) -> Result<(), String> {
        if !self.changes(setting) {
            return Ok(());
        }
        match self.get(setting) {
            Value::Nothing => Ok(()),
            Value::Word(time) if super::setting::time_of_day(time.raw()).as_deref() == Some(time.raw()) => Ok(()),
            _ => Err("a time as 03:15, in UTC".to_owned()),
        }
    }

    fn switch_rule(&self) -> Result<(), String> {
        if self.changes(Setting::Switch) && self.wanted.is_on() && self.wanted.method().is_none() {
            return Err("a sync method must be set up first".to_owned());
        }
        Ok(())
    }
}
