//! The columns of the tables.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::reader::{Reader, Value};
use super::reference::{Scope, names};
use super::words::{kind, shown};
use crate::app::settings::{Chosen, Columns, Offered};

impl Reader<'_> {
    pub(super) fn columns(&mut self, table: &DeTable) -> Columns {
        let known: Vec<_> = names(Scope::Columns).collect();
        self.known_names(table, &known, "in [columns]");
        Columns {
            sources: table.get("sources").and_then(|value| self.chosen(value, "sources")).unwrap_or_default(),
            tables: table.get("tables").and_then(|value| self.chosen(value, "tables")).unwrap_or_default(),
        }
    }

    /// A list of columns, or one text that names them all.
    pub(super) fn chosen<Id: Offered>(&mut self, value: &Value, name: &str) -> Option<Chosen<Id>> {
        let words: Vec<(String, Range<usize>)> = match value.get_ref() {
            DeValue::String(text) => text.split(',').map(|word| (word.to_owned(), value.span())).collect(),
            DeValue::Array(words) => {
                let mut all = Vec::new();
                for word in words {
                    all.push((self.text_of(word, name)?, word.span()));
                }
                all
            }
            other => {
                let found = kind(other);
                self.wrong(&value.span(), format!("`{name}` is a list of columns, not {found}"));
                return None;
            }
        };
        match Chosen::of(words.iter().map(|(word, _)| word.as_str())) {
            Ok(chosen) => Some(chosen),
            Err(mistake) => {
                let (about, span) = match mistake.at.and_then(|place| words.get(place)) {
                    Some((word, span)) => (format!("`{}`: ", shown(word.trim())), span.clone()),
                    None => (String::new(), value.span()),
                };
                self.wrong(&span, format!("{about}{}", mistake.message));
                None
            }
        }
    }
}
