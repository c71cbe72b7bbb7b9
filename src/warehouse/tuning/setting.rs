//! What can be set of the sync of a table, and what a value looks like.

use std::fmt;

use crate::warehouse::field::Field;
use crate::warehouse::filter::RowFilter;
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::settings::{CdcTableMode, Frequency, SyncType};
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{count, counted};

/// Something that can be set of the sync of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// How it is synced.
    Method,
    /// The cursor column, with its type.
    Cursor,
    /// Seconds read again behind the cursor.
    Lookback,
    /// The columns that identify a row together.
    Keys,
    /// Which tables change data capture writes.
    CdcMode,
    /// Days between full rebuilds.
    FullRefresh,
    /// Columns that are synced.
    Columns,
    /// Rows that are synced.
    Filters,
    /// How often.
    Frequency,
    /// At which time of day.
    TimeOfDay,
    /// At which time of day it is rebuilt.
    RebuildTime,
    /// On or off.
    Switch,
}

impl Setting {
    /// All of them: the expensive ones first, as they are shown.
    pub const ALL: [Self; 12] = [
        Self::Method,
        Self::Cursor,
        Self::Lookback,
        Self::Keys,
        Self::CdcMode,
        Self::FullRefresh,
        Self::Columns,
        Self::Filters,
        Self::Frequency,
        Self::TimeOfDay,
        Self::RebuildTime,
        Self::Switch,
    ];

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Method => "sync method",
            Self::Cursor => "incremental field",
            Self::Lookback => "lookback",
            Self::Keys => "primary key",
            Self::CdcMode => "CDC tables",
            Self::FullRefresh => "full rebuild every",
            Self::Columns => "columns",
            Self::Filters => "row filters",
            Self::Frequency => "frequency",
            Self::TimeOfDay => "time of day",
            Self::RebuildTime => "time of full rebuild",
            Self::Switch => "enabled",
        }
    }

    /// The field of the contract that a refusal would name.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Method => "sync_type",
            Self::Cursor => "incremental_field",
            Self::Lookback => "incremental_field_lookback_seconds",
            Self::Keys => "primary_key_columns",
            Self::CdcMode => "cdc_table_mode",
            Self::FullRefresh => "full_refresh_interval_days",
            Self::Columns => "enabled_columns",
            Self::Filters => "row_filters",
            Self::Frequency => "sync_frequency",
            Self::TimeOfDay => "sync_time_of_day",
            Self::RebuildTime => "full_refresh_time_of_day",
            Self::Switch => "should_sync",
        }
    }

    /// A value of it, in words.
    #[must_use]
    pub fn shown(self, value: &Value) -> String {
        match (self, value) {
            (Self::Columns, Value::Nothing) => "all".to_owned(),
            (Self::Columns, Value::Names(names)) if names.is_empty() => "only key and cursor".to_owned(),
            (Self::TimeOfDay | Self::RebuildTime, Value::Nothing) => "left to PostHog".to_owned(),
            (Self::Filters, Value::Nothing) => "all rows".to_owned(),
            (Self::FullRefresh, Value::Nothing) => "never".to_owned(),
            (Self::FullRefresh, Value::Number(days)) => counted(usize::try_from(*days).unwrap_or(usize::MAX), "day"),
            (Self::Lookback, Value::Number(seconds)) => {
                counted(usize::try_from(*seconds).unwrap_or(usize::MAX), "second")
            }
            (_, value) => value.to_string(),
        }
    }

    /// The setting a field of the contract belongs to.
    #[must_use]
    pub fn of_field(field: &str) -> Option<Self> {
        if field == "incremental_field_type" {
            return Some(Self::Cursor);
        }
        Self::ALL.into_iter().find(|setting| setting.field() == field)
    }

    /// Whether changing it can invalidate what is stored; the others say nothing about what is read.
    #[must_use]
    pub fn is_expensive(self) -> bool {
        !matches!(self, Self::Frequency | Self::TimeOfDay | Self::RebuildTime | Self::Switch)
    }
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The server does not say, so it cannot be changed either.
    Unknown,
    /// Nothing.
    Nothing,
    /// A word of the contract.
    Word(Foreign),
    /// A number.
    Number(u64),
    /// Yes or no.
    On(bool),
    /// A column, and its type where that is known.
    Column(Foreign, Option<Foreign>),
    /// Some columns, in this order.
    Names(Vec<Foreign>),
    /// Conditions, all of which have to hold.
    Filters(Vec<RowFilter>),
    /// What was typed, and is none of these.
    Typed(String),
}

impl Value {
    fn of<T>(field: &Field<T>, value: impl FnOnce(&T) -> Self) -> Self {
        match field {
            Field::Known(known) => value(known),
            Field::Null => Self::Nothing,
            Field::Unknown => Self::Unknown,
        }
    }

    /// A word of the contract.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self::Word(Foreign::new(word))
    }

    /// What typing this into a setting means. An empty line empties the setting.
    #[must_use]
    pub fn typed(setting: Setting, text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Nothing;
        }
        match setting {
            Setting::Lookback | Setting::FullRefresh => {
                text.parse().map_or_else(|_| Self::Typed(text.to_owned()), Self::Number)
            }
            Setting::Filters => RowFilter::read_line(text).map_or_else(|_| Self::Typed(text.to_owned()), Self::Filters),
            Setting::TimeOfDay | Setting::RebuildTime => {
                time_of_day(text).map_or_else(|| Self::Typed(text.to_owned()), |time| Self::Word(time.into()))
            }
            _ => Self::word(text),
        }
    }

    /// What a line begins with when this is to be changed by typing.
    #[must_use]
    pub fn to_type(&self) -> String {
        match self {
            Self::Word(word) => word.shown().into_owned(),
            Self::Number(number) => number.to_string(),
            Self::Filters(filters) => RowFilter::line(filters),
            Self::Typed(text) => text.clone(),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => out.write_str("not told"),
            Self::Nothing => out.write_str("none"),
            Self::Word(word) => out.write_str(&word.shown()),
            Self::Number(number) => out.write_str(&count(*number)),
            Self::On(true) => out.write_str("on"),
            Self::On(false) => out.write_str("off"),
            Self::Column(column, None) => out.write_str(&column.shown()),
            Self::Column(column, Some(kind)) => write!(out, "{} ({})", column.shown(), kind.shown()),
            Self::Names(names) if names.is_empty() => out.write_str("none"),
            Self::Names(names) => {
                let names: Vec<_> = names.iter().map(Foreign::shown).collect();
                out.write_str(&names.join(", "))
            }
            Self::Filters(filters) => out.write_str(&RowFilter::line(filters)),
            Self::Typed(text) => out.write_str(&Foreign::new(text).shown()),
        }
    }
}

/// A time of day as the contract writes it, `HH:MM:SS`.
#[must_use]
pub(super) fn time_of_day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &&str, below: u32| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| digits && *number < below)
    };
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (number(hours, 24)?, number(minutes, 60)?, 0),
        [hours, minutes, seconds] => (number(hours, 24)?, number(minutes, 60)?, number(seconds, 60)?),
        _ => return None,
    };
    Some(format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

/// All settings of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values([Value; Setting::ALL.len()]);

impl Values {
    /// The settings of this table.
    #[must_use]
    pub fn of(schema: &Schema, detail: &SchemaDetail) -> Self {
        let text = |field: &Field<Foreign>| Value::of(field, |word| Value::Word(word.clone()));
        let number = |field: &Field<u64>| Value::of(field, |number| Value::Number(*number));
        let names = |field: &Field<Vec<Foreign>>| Value::of(field, |names| Value::Names(names.clone()));
        Self(Setting::ALL.map(|setting| match setting {
            Setting::Method => Value::of(&schema.sync_type, |method| Value::word(method.raw())),
            Setting::Cursor => Value::of(&detail.incremental_field, |column| {
                Value::Column(column.clone(), detail.incremental_field_type.known().cloned())
            }),
            Setting::Lookback => number(&detail.lookback_seconds),
            Setting::Keys => match names(&detail.primary_keys) {
                // An empty list of keys is no key.
                Value::Names(names) if names.is_empty() => Value::Nothing,
                names => names,
            },
            Setting::CdcMode => text(&detail.cdc_table_mode),
            Setting::FullRefresh => number(&detail.full_refresh_days),
            Setting::Columns => names(&detail.enabled_columns),
            Setting::Filters => match Value::of(&detail.row_filters, |filters| Value::Filters(filters.clone())) {
                // An empty list of conditions is none.
                Value::Filters(filters) if filters.is_empty() => Value::Nothing,
                filters => filters,
            },
            Setting::Frequency => Value::of(&schema.frequency, |frequency| Value::word(&frequency.to_string())),
            Setting::TimeOfDay => text(&detail.sync_time_of_day),
            Setting::RebuildTime => text(&detail.full_refresh_time),
            Setting::Switch => schema.should_sync.map_or(Value::Unknown, Value::On),
        }))
    }

    /// What one of them is set to.
    #[must_use]
    pub fn get(&self, setting: Setting) -> &Value {
        &self.0[setting as usize]
    }

    /// Sets one of them.
    pub fn set(&mut self, setting: Setting, value: Value) {
        self.0[setting as usize] = value;
    }

    /// The method; `None` where there is none, or that is not known.
    #[must_use]
    pub fn method(&self) -> Option<SyncType> {
        match self.get(Setting::Method) {
            Value::Word(word) => Some(SyncType::parse(word.raw())),
            _ => None,
        }
    }

    /// The cursor and its type.
    #[must_use]
    pub fn cursor(&self) -> Option<(&Foreign, Option<&Foreign>)> {
        match self.get(Setting::Cursor) {
            Value::Column(column, kind) => Some((column, kind.as_ref())),
            _ => None,
        }
    }

    /// The key columns.
    #[must_use]
    pub fn keys(&self) -> &[Foreign] {
        match self.get(Setting::Keys) {
            Value::Names(names) => names,
            _ => &[],
        }
    }

    /// How often.
    #[must_use]
    pub fn frequency(&self) -> Option<Frequency> {
        match self.get(Setting::Frequency) {
            Value::Word(word) => Some(Frequency::parse(word.raw())),
            _ => None,
        }
    }

    /// Which tables change data capture writes.
    #[must_use]
    pub fn cdc_mode(&self) -> Option<CdcTableMode> {
        match self.get(Setting::CdcMode) {
            Value::Word(word) => Some(CdcTableMode::parse(word.raw())),
            _ => None,
        }
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self.get(Setting::Switch) == Value::On(true)
    }
}
