//! What a term may be completed to.

use std::ops::Range;

use super::read::{SEVERITIES, WRONG, parts};
use super::term::{Name, TERMS};

/// What may stand in place of a part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The part, in bytes.
    pub at: Range<usize>,
    /// What may stand there, in order.
    pub candidates: Vec<String>,
    /// Whether these are names of terms.
    pub names: bool,
}

/// What may stand where the cursor is, which is a place in bytes: the name of a term, or one of its values, of which
/// `known` tells those that are there.
pub fn complete(line: &str, cursor: usize, known: impl Fn(Name) -> Vec<String>) -> Completion {
    let cursor = (0..=cursor.min(line.len())).rev().find(|place| line.is_char_boundary(*place)).unwrap_or(0);
    let part = parts(line).into_iter().find(|part| part.at.start < cursor && cursor <= part.at.end);
    let Some(part) = part else { return names(cursor..cursor, "") };
    let Some((_, name, values)) = part.term.filter(|(_, _, values)| *values <= cursor) else {
        let start = part.at.start + usize::from(line[part.at.clone()].starts_with('!'));
        let start = start.min(cursor);
        // A name that has its colon already gets no other.
        let end = part.term.map_or(part.at.end, |(_, _, values)| values);
        return names(start..end.max(cursor), &line[start..cursor]);
    };
    let typed = &line[values..cursor];
    // What stands between the last comma outside of quotes and the cursor.
    let mut quoted = false;
    let comma = typed.char_indices().filter(|(_, symbol)| {
        quoted ^= *symbol == '"';
        !quoted && *symbol == ','
    });
    let start = values + comma.last().map_or(0, |(place, _)| place + 1);
    let rest = &line[cursor..part.at.end];
    let end = cursor + rest.find(',').unwrap_or(rest.len());
    let candidates = Name::parse(name).map(|name| values_of(name, &line[start..cursor], known)).unwrap_or_default();
    Completion { at: start..end, candidates, names: false }
}

fn names(at: Range<usize>, typed: &str) -> Completion {
    let typed = typed.to_ascii_lowercase();
    let candidates = TERMS.iter().filter(|row| row.word.starts_with(&typed)).map(|row| format!("{}:", row.word));
    Completion { at, candidates: candidates.collect(), names: true }
}

fn values_of(name: Name, typed: &str, known: impl Fn(Name) -> Vec<String>) -> Vec<String> {
    let mut all = known(name);
    if name == Name::State {
        all.extend(SEVERITIES.iter().map(|(word, _)| (*word).to_owned()));
        all.push(WRONG.to_owned());
    }
    if all.is_empty() {
        all.push(name.row().example.to_owned());
    }
    all.sort_unstable_by_key(|value| (value.to_lowercase(), value.clone()));
    all.dedup();
    let typed = typed.trim_start_matches('"').to_lowercase();
    let begins = |value: &String| value.to_lowercase().starts_with(&typed);
    all.into_iter().filter(begins).map(|value| quoted(&value)).collect()
}

/// A value as it has to be written.
fn quoted(value: &str) -> String {
    let value = value.replace('"', "");
    if value.contains([',', ' ', '\t']) { format!("\"{value}\"") } else { value }
}
