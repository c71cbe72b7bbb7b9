//! The exact change: what was changed, and what the server insists on in the same request (contract, section 9.4).

use super::rules::Refusal;
use super::{Draft, Setting, Value};
use crate::warehouse::operation::{SyncChange, Weighed};
use crate::warehouse::settings::SyncType;

impl Draft {
    /// What is to be sent, weighed.
    ///
    /// # Errors
    /// Everything that the server would refuse; one refusal when there is nothing to send.
    pub fn request(&self) -> Result<Weighed, Vec<Refusal>> {
        let refusals = self.refusals();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let change = self.change();
        if change.is_empty() {
            return Err(vec![Refusal::whole("Nothing is changed.")]);
        }
        Ok(change.weigh(&self.now.standing))
    }

    pub(super) fn change(&self) -> SyncChange {
        let mut change = SyncChange::default();
        for setting in self.changed() {
            let value = self.get(setting);
            match (setting, value) {
                (Setting::Switch, Value::On(on)) => change.should_sync = Some(*on),
                (Setting::Method, _) => change.method = self.wanted.method(),
                (Setting::Cursor, _) => change.cursor = self.cursor(),
                (Setting::Keys, Value::Names(keys)) => change.keys = Some(keys.clone()),
                (Setting::CdcMode, _) => change.cdc_mode = self.wanted.cdc_mode(),
                (Setting::Frequency, _) => change.frequency = self.wanted.frequency(),
                (Setting::TimeOfDay, Value::Word(time)) => change.time_of_day = Some(Some(time.clone())),
                (Setting::TimeOfDay, Value::Nothing) => change.time_of_day = Some(None),
                (Setting::RebuildTime, Value::Word(time)) => change.full_refresh_time = Some(Some(time.clone())),
                (Setting::RebuildTime, Value::Nothing) => change.full_refresh_time = Some(None),
                (Setting::Filters, Value::Filters(filters)) => change.filters = Some(Some(filters.clone())),
                (Setting::Filters, Value::Nothing) => change.filters = Some(None),
                (Setting::Lookback, value) => change.lookback = Some(number(value)),
                (Setting::FullRefresh, value) => change.full_refresh_days = Some(number(value)),
                (Setting::Columns, Value::Names(names)) => change.columns = Some(Some(names.clone())),
                (Setting::Columns, Value::Nothing) => change.columns = Some(None),
                _ => {}
            }
        }
        // A method that reads on from a cursor wants it along, and its type.
        if matches!(change.method, Some(SyncType::Incremental | SyncType::Append)) {
            change.cursor = self.cursor();
        }
        // Keys and cursors of their own are refused by methods that could do without them.
        if change.keys.is_some() && change.method.is_none() {
            change.method = self.wanted.method().filter(|method| matches!(method, SyncType::Cdc | SyncType::Xmin));
        }
        change
    }

    fn cursor(&self) -> Option<(crate::warehouse::text::Foreign, crate::warehouse::text::Foreign)> {
        let (column, kind) = self.wanted.cursor()?;
        Some((column.clone(), kind?.clone()))
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}
