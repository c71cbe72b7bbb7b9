//! Filters that stand in the file.

use toml::de::DeTable;

use super::reader::Reader;
use super::words::shown;
use crate::warehouse::query::{Query, Saved, problem_of_name};

impl Reader<'_> {
    /// Filters in the order of the file.
    pub(super) fn filters(&mut self, table: &DeTable) -> Vec<Saved> {
        let mut filters = Vec::new();
        for (name, value) in table {
            let named = name.get_ref().as_ref();
            if let Some(problem) = problem_of_name(named) {
                self.wrong(&name.span(), format!("{problem}; `{}` is none", shown(named)));
            }
            let Some(filter) = self.text_of(value, &format!("filters.{}", shown(named))) else { continue };
            if filter.contains(char::is_control) {
                self.wrong(&value.span(), "a filter is one line".to_owned());
            }
            for fault in Query::read(&filter).faults() {
                let sentence = fault.sentence.trim_end_matches('.');
                self.wrong(&value.span(), format!("the filter `{}`: {sentence}", shown(named)));
            }
            filters.push((name.span().start, Saved { name: named.to_owned(), filter: filter.trim().to_owned() }));
        }
        filters.sort_by_key(|(place, _)| *place);
        filters.into_iter().map(|(_, saved)| saved).collect()
    }
}
