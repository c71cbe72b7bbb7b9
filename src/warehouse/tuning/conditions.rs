//! Row filters: what may be filtered, and what the server would refuse of it (contract, sections 7.2 and 9.4).

use super::{Current, Draft, Setting, Value};
use crate::warehouse::field::Field;
use crate::warehouse::filter::{FilterColumn, RowFilter};
use crate::warehouse::settings::SyncType;
use crate::warehouse::text::Foreign;

impl Current {
    /// The description of a column, where there is one.
    fn filter_column(&self, name: &Foreign) -> Option<&FilterColumn> {
        self.filter_columns.known()?.iter().find(|column| column.name == *name)
    }

    /// The same conditions, with literals as their columns take them.
    pub(super) fn fitted(&self, filters: Vec<RowFilter>) -> Vec<RowFilter> {
        let fit = |filter: RowFilter| {
            let column = self.filter_column(&filter.column).cloned();
            filter.fitted(column.as_ref())
        };
        filters.into_iter().map(fit).collect()
    }
}

impl Draft {
    /// Columns that can be filtered, by name.
    #[must_use]
    pub fn filter_columns(&self) -> Vec<&Foreign> {
        match &self.now.filter_columns {
            Field::Known(columns) => columns.iter().map(|column| &column.name).collect(),
            _ => self.now.found.columns.iter().map(|column| &column.field).collect(),
        }
    }

    /// Why rows cannot be filtered at all.
    pub(super) fn bars_filters(&self) -> Option<String> {
        let why = match self.wanted.method() {
            Some(SyncType::Cdc) => "not for cdc: every change of the database is read",
            _ if self.now.filters_rows.known() == Some(&false) => "this source does not let rows be filtered",
            _ if self.now.filter_columns.known().is_some_and(Vec::is_empty) => "no column of it may be filtered",
            _ => return None,
        };
        Some(why.to_owned())
    }

    pub(super) fn filters_rule(&self) -> Result<(), String> {
        if !self.changes(Setting::Filters) {
            return Ok(());
        }
        match self.get(Setting::Filters) {
            Value::Nothing => Ok(()),
            _ if self.bars_filters().is_some() => Err(self.bars_filters().unwrap_or_default()),
            Value::Filters(filters) => filters.iter().try_for_each(|filter| self.filter_rule(filter)),
            Value::Typed(text) => match RowFilter::read_line(text) {
                Err(why) => Err(why),
                Ok(_) => Err("conditions as amount > 100 and status in paid, open".to_owned()),
            },
            _ => Err("conditions as amount > 100 and status in paid, open".to_owned()),
        }
    }

    fn filter_rule(&self, filter: &RowFilter) -> Result<(), String> {
        let name = filter.column.shown();
        let Some(column) = self.now.filter_column(&filter.column) else {
            let known = self.filter_columns();
            let there = known.is_empty() || known.contains(&&filter.column);
            let described = self.now.filter_columns.known().is_some();
            return if there && !described { Ok(()) } else { Err(format!("column {name} is not there")) };
        };
        if !column.operators.contains(&filter.operator) {
            let each: Vec<String> = column.operators.iter().map(|one| one.shown().to_lowercase()).collect();
            return Err(format!("{name} can be compared by {}", each.join(" ")));
        }
        let fits = |number: &Foreign| serde_json::from_str::<serde_json::Number>(number.raw().trim()).is_ok();
        let text = &filter.value.text;
        match () {
            () if filter.takes_list() && column.is_number() => {
                let mut items = text.raw().split(',').map(Foreign::from);
                if items.all(|item| fits(&item)) { Ok(()) } else { Err(format!("{name} takes numbers")) }
            }
            () if column.is_number() && !fits(text) => Err(format!("{name} takes a number")),
            () if column.is_flag() && !filter.takes_list() && !filter.value.is_flag() => {
                Err(format!("{name} takes true or false"))
            }
            () => Ok(()),
        }
    }
}
