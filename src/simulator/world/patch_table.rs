//! Changes of a table's settings, and what the server refuses of them (contract, section 9.4).

use serde_json::{Map, Value};

use super::actions::TURNED_OFF;
use super::table::Settings;
use super::{Address, Column, Cure, Source, Table, World};
use crate::simulator::moment::parse_time_of_day;

/// A refused change: shape A of the contract's section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// `code`.
    pub code: &'static str,
    /// `detail`.
    pub detail: String,
    /// `attr`: the offending field.
    pub attr: Option<&'static str>,
}

impl Invalid {
    /// A refusal that names a field.
    pub fn field(attr: &'static str, detail: impl Into<String>) -> Self {
        Self { code: "invalid_input", detail: detail.into(), attr: Some(attr) }
    }

    /// A refusal of the change as a whole.
    pub fn whole(detail: impl Into<String>) -> Self {
        Self { code: "invalid_input", detail: detail.into(), attr: None }
    }

    fn choice(attr: &'static str, value: &Value) -> Self {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self { code: "invalid_choice", detail: format!("\"{shown}\" is not a valid choice."), attr: Some(attr) }
    }
}

type Checked<T> = Result<T, Invalid>;

const SYNC_TYPES: [&str; 6] = ["full_refresh", "incremental", "append", "webhook", "cdc", "xmin"];
const CURSOR_TYPES: [&str; 7] = ["integer", "numeric", "datetime", "date", "timestamp", "objectid", "xid"];
const CDC_MODES: [&str; 3] = ["consolidated", "cdc_only", "both"];
const FREQUENCIES: [&str; 9] = ["5min", "15min", "30min", "1hour", "6hour", "12hour", "24hour", "7day", "30day"];

/// The body of a change. Each field that was sent is checked and put in its place.
struct Body<'a>(&'a Map<String, Value>);

impl Body<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn flag(&self, name: &'static str) -> Checked<Option<bool>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Invalid::field(name, "Must be a valid boolean.")),
        }
    }

    /// Puts what `read` makes of the field in its place; null empties it, and a field not sent leaves it.
    fn put<T>(
        &self,
        name: &'static str,
        place: &mut Option<T>,
        read: impl FnOnce(&Value) -> Checked<T>,
    ) -> Checked<()> {
        match self.0.get(name) {
            None => {}
            Some(Value::Null) => *place = None,
            Some(value) => *place = Some(read(value)?),
        }
        Ok(())
    }

    fn text(&self, name: &'static str, place: &mut Option<String>) -> Checked<()> {
        self.put(name, place, |value| text(name, value))
    }

    /// A word out of a closed list.
    fn choice(&self, name: &'static str, choices: &[&str], place: &mut Option<String>) -> Checked<()> {
        self.put(name, place, |value| {
            let chosen = value.as_str().filter(|word| choices.contains(word));
            chosen.map(str::to_owned).ok_or_else(|| Invalid::choice(name, value))
        })
    }

    fn number(&self, name: &'static str, (low, high): (u64, u64), place: &mut Option<u64>) -> Checked<()> {
        let refuse = |code, detail| Err(Invalid { code, detail, attr: Some(name) });
        self.put(name, place, |value| match value.as_u64() {
            None => Err(Invalid::field(name, "A valid integer is required.")),
            Some(number) if number < low => {
                refuse("min_value", format!("Ensure this value is greater than or equal to {low}."))
            }
            Some(number) if number > high => {
                refuse("max_value", format!("Ensure this value is less than or equal to {high}."))
            }
            Some(number) => Ok(number),
        })
    }

    fn time_of_day(&self, name: &'static str, place: &mut Option<String>) -> Checked<()> {
        self.put(name, place, |value| {
            let text = text(name, value)?;
            if parse_time_of_day(&text).is_none() {
                let detail = "Time has wrong format. Use one of these formats instead: HH:MM:SS.";
                return Err(Invalid::field(name, detail));
            }
            Ok(if text.len() == "HH:MM".len() { format!("{text}:00") } else { text })
        })
    }

    fn names(&self, name: &'static str, place: &mut Option<Vec<String>>) -> Checked<()> {
        self.put(name, place, |value| {
            let items = value.as_array().ok_or_else(|| Invalid::field(name, "Expected a list of items."))?;
            items.iter().map(|item| text(name, item)).collect()
        })
    }
}

fn text(name: &'static str, value: &Value) -> Checked<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| Invalid::field(name, "Not a valid string."))
}

impl World {
    /// Changes a table's settings; unknown fields are ignored.
    ///
    /// # Errors
    /// What the server refuses; nothing is changed then.
    pub fn patch_table(&mut self, at: Address, body: &Map<String, Value>) -> Result<(), Invalid> {
        let body = Body(body);
        let source = self.source(at.source);
        let table = self.table(at);
        let switch = body.flag("should_sync")?;
        let wanted = settings(source, table, &body)?;
        if switch == Some(true) && wanted.sync_type.is_none() && !source.direct {
            return Err(Invalid::whole("Sync type must be set up first before enabling schema"));
        }
        self.apply(at, wanted);
        match switch {
            Some(true) => self.switch_on(at),
            Some(false) => self.switch_off(at),
            None => {}
        }
        Ok(())
    }

    fn apply(&mut self, at: Address, wanted: Settings) {
        let table = self.table_mut(at);
        let old = std::mem::replace(&mut table.settings, wanted);
        let new = &table.settings;
        let timing = |settings: &Settings| (settings.frequency.clone(), settings.time_of_day.clone());
        let retimed = timing(&old) != timing(new) && table.scheduled;
        // Frequency and time say nothing about what is read; everything else can end a fault.
        let reads_otherwise = Settings { frequency: None, time_of_day: None, ..old.clone() }
            != Settings { frequency: None, time_of_day: None, ..new.clone() };
        let xmin = old.is("xmin") != new.is("xmin");
        // A target that is added needs a snapshot; one that is given up needs nothing (contract, section 8.5).
        let snapshot =
            new.is("cdc") && old.is("cdc") && old.cdc_mode != new.cdc_mode && old.cdc_mode.as_str() != "both";
        let to_webhook = new.is("webhook") && !old.is("webhook");
        if reads_otherwise {
            self.cure(at, Cure::Settings);
        }
        // Switching to webhook registers by itself what is not registered.
        if to_webhook && self.source(at.source).webhook.as_ref().is_none_or(|webhook| !webhook.exists) {
            self.register_webhook(at.source, None);
        }
        if retimed {
            self.reschedule(at);
        }
        if xmin || snapshot {
            self.table_mut(at).reset = true;
            self.trigger(at);
        }
    }

    fn switch_on(&mut self, at: Address) {
        if !self.table(at).should_sync {
            self.cure(at, Cure::Reenable);
        }
        let table = self.table_mut(at);
        table.should_sync = true;
        // With a schedule nothing starts now; the first schedule of a table starts a run at once.
        if !table.scheduled {
            self.trigger(at);
        }
    }

    fn switch_off(&mut self, at: Address) {
        self.table_mut(at).should_sync = false;
        self.stop_soon(at, TURNED_OFF);
    }
}

/// The settings a table would have after the change.
fn settings(source: &Source, table: &Table, body: &Body) -> Checked<Settings> {
    let mut wanted = table.settings.clone();
    body.choice("sync_type", &SYNC_TYPES, &mut wanted.sync_type)?;
    body.text("incremental_field", &mut wanted.cursor)?;
    body.choice("incremental_field_type", &CURSOR_TYPES, &mut wanted.cursor_type)?;
    body.number("incremental_field_lookback_seconds", (0, 5_184_000), &mut wanted.lookback)?;
    body.time_of_day("sync_time_of_day", &mut wanted.time_of_day)?;
    body.number("full_refresh_interval_days", (1, 90), &mut wanted.full_refresh_days)?;
    body.time_of_day("full_refresh_time_of_day", &mut wanted.full_refresh_time)?;
    body.names("primary_key_columns", &mut wanted.keys)?;
    body.names("enabled_columns", &mut wanted.columns)?;
    body.text("api_version", &mut wanted.api_version)?;
    body.put("row_filters", &mut wanted.row_filters, |value| Ok(value.clone()))?;
    let mut mode = Some(wanted.cdc_mode);
    body.choice("cdc_table_mode", &CDC_MODES, &mut mode)?;
    wanted.cdc_mode = mode.unwrap_or_else(|| "consolidated".to_owned());
    check_frequency(body)?;
    body.choice("sync_frequency", &FREQUENCIES, &mut wanted.frequency)?;
    check_bare(table, body)?;
    check_keys(table, &wanted)?;
    check_sync_type(source, table, &wanted, body)?;
    check_reading(source, table, &wanted, body)?;
    Ok(wanted)
}

/// Two words that can be read, but not written.
fn check_frequency(body: &Body) -> Checked<()> {
    match body.0.get("sync_frequency").and_then(Value::as_str) {
        Some("never") => Err(Invalid::field(
            "sync_frequency",
            "\"never\" is not a sync frequency. To stop syncing this table, set should_sync to false.",
        )),
        Some("1min") => Err(Invalid {
            code: "invalid_choice",
            detail: "\"1min\" is not a valid sync frequency. The fastest sync frequency is 5 minutes.".to_owned(),
            attr: Some("sync_frequency"),
        }),
        _ => Ok(()),
    }
}

/// Cursor and keys mean nothing to these sync types, unless the type is sent along.
fn check_bare(table: &Table, body: &Body) -> Checked<()> {
    let stored = table.settings.sync_type.as_deref().unwrap_or_default();
    if !matches!(stored, "full_refresh" | "cdc" | "xmin") || body.has("sync_type") {
        return Ok(());
    }
    for name in ["incremental_field", "primary_key_columns"] {
        if body.has(name) {
            return Err(Invalid::whole(format!(
                "{name} cannot be applied to a schema with sync type {stored} on its own. Include sync_type in the \
                 same request to change the sync type."
            )));
        }
    }
    Ok(())
}

fn check_keys(table: &Table, wanted: &Settings) -> Checked<()> {
    let filled = table.rows.is_some() && (wanted.is("incremental") || wanted.is("cdc"));
    let first_key = table.settings.keys.as_ref().is_none_or(Vec::is_empty);
    if filled && !first_key && table.settings.keys != wanted.keys {
        return Err(Invalid::whole(
            "Primary key cannot be changed after data has been synced. Delete the synced data first, then change the \
             primary key.",
        ));
    }
    let known = |key: &String| table.columns.iter().any(|column| column.name == *key);
    match wanted.keys.iter().flatten().find(|key| table.settings.keys != wanted.keys && !known(key)) {
        Some(key) => {
            Err(Invalid::field("primary_key_columns", format!("Column \"{key}\" does not exist on this table.")))
        }
        None => Ok(()),
    }
}

fn check_sync_type(source: &Source, table: &Table, wanted: &Settings, body: &Body) -> Checked<()> {
    if !body.has("sync_type") {
        return Ok(());
    }
    let keyless = wanted.keys.as_ref().is_none_or(Vec::is_empty);
    let refuse = |detail: &str| Err(Invalid::field("sync_type", detail));
    if table.webhook_only && !wanted.is("webhook") {
        return refuse("This table can only be synced with webhooks.");
    }
    match wanted.sync_type.as_deref() {
        Some("incremental") if keyless => {
            refuse("Incremental sync requires a primary key. Choose one, or use full refresh.")
        }
        Some("cdc") if source.kind != "Postgres" => refuse("CDC is not supported for this source type."),
        Some("cdc") if source.cdc.as_ref().is_none_or(|cdc| !cdc.enabled) => {
            refuse("CDC is not enabled on this source.")
        }
        Some("cdc") if keyless => refuse("CDC requires a primary key on each table."),
        Some("cdc") if wanted.frequency.as_deref() == Some("30day") => {
            Err(Invalid::field("sync_frequency", "CDC tables must sync at least once a week."))
        }
        Some("webhook") if !source.supports_webhooks => refuse("This table does not support webhooks."),
        Some("webhook") => match source.webhook.as_ref().and_then(|webhook| webhook.refusal.as_deref()) {
            Some(reason) => refuse(reason),
            None => Ok(()),
        },
        Some("xmin") if source.kind != "Postgres" || keyless => {
            refuse("xmin replication needs a Postgres table with a primary key.")
        }
        _ => Ok(()),
    }
}

fn check_reading(source: &Source, table: &Table, wanted: &Settings, body: &Body) -> Checked<()> {
    let never_rebuilt = matches!(wanted.sync_type.as_deref(), Some("full_refresh" | "cdc" | "webhook"));
    if body.has("full_refresh_interval_days") && wanted.full_refresh_days.is_some() && never_rebuilt {
        let detail = "A scheduled full refresh is not available for this sync type.";
        return Err(Invalid::field("full_refresh_interval_days", detail));
    }
    let timed = matches!(wanted.cursor_type.as_deref(), Some("datetime" | "date" | "timestamp"));
    if body.has("incremental_field_lookback_seconds") && wanted.lookback.is_some() && !timed {
        let detail = "A lookback needs an incremental field that is a time.";
        return Err(Invalid::field("incremental_field_lookback_seconds", detail));
    }
    if body.has("row_filters") && (wanted.is("cdc") || source.direct) {
        return Err(Invalid::field("row_filters", "Row filters are not supported for this table."));
    }
    let known = |name: &str| table.columns.iter().any(|column| column.name == name);
    let filters = wanted.row_filters.iter().filter(|_| body.has("row_filters")).filter_map(Value::as_array).flatten();
    for filter in filters {
        let column = filter.get("column").and_then(Value::as_str).unwrap_or_default();
        let operator = filter.get("operator").and_then(Value::as_str).unwrap_or_default();
        if source.supports_columns && !known(column) {
            return Err(Invalid::field("row_filters", format!("Column \"{column}\" does not exist on this table.")));
        }
        let described = table.columns.iter().find(|one| one.name == column && source.supports_columns);
        let taken = described.map_or(&[">", ">=", "<", "<=", "=", "!=", "IN", "NOT IN"][..], Column::operators);
        if !taken.contains(&operator) {
            return Err(Invalid::field("row_filters", format!("Operator \"{operator}\" is not supported.")));
        }
        let value = filter.get("value").unwrap_or(&Value::Null);
        let misfit = described.is_some_and(|column| !column.takes(value));
        if value.is_null() || misfit {
            return Err(Invalid::field("row_filters", format!("Value for column \"{column}\" has the wrong type.")));
        }
    }
    if body.has("enabled_columns") && wanted.columns.is_some() {
        if !source.supports_columns {
            return Err(Invalid::field("enabled_columns", "This source does not support column selection."));
        }
        if let Some(unknown) = wanted.columns.iter().flatten().find(|name| !known(name)) {
            return Err(Invalid::field(
                "enabled_columns",
                format!("Column \"{unknown}\" does not exist on this table."),
            ));
        }
    }
    if body.has("api_version") && table.settings.is("webhook") {
        return Err(Invalid::field("api_version", "The version of a webhook table is that of its source."));
    }
    match wanted.api_version.as_ref().filter(|_| body.has("api_version")) {
        Some(version) if !source.versions.contains(version) => {
            Err(Invalid::field("api_version", format!("\"{version}\" is not a version of this source.")))
        }
        _ => Ok(()),
    }
}
