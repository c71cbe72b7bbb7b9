//! Filters that were given a name.

use serde::{Deserialize, Serialize};

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// The filter as it is written.
    pub filter: String,
}

/// What may happen to the list of saved filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One is put in, in place of what has its name. The number is its place where it is new.
    Put(usize, Saved),
    /// The one of this name is taken out.
    Remove(String),
    /// One is given another name.
    Rename(String, String),
}

impl Change {
    /// Carries it out. A name stays that of one filter.
    pub fn apply(&self, list: &mut Vec<Saved>) {
        match self {
            Self::Put(place, saved) => match list.iter_mut().find(|other| other.name == saved.name) {
                Some(other) => other.clone_from(saved),
                None => list.insert((*place).min(list.len()), saved.clone()),
            },
            Self::Remove(name) => list.retain(|saved| saved.name != *name),
            Self::Rename(from, to) => {
                if from != to && list.iter().any(|saved| saved.name == *from) {
                    list.retain(|saved| saved.name != *to);
                }
                if let Some(saved) = list.iter_mut().find(|saved| saved.name == *from) {
                    saved.name.clone_from(to);
                }
            }
        }
    }
}

/// The longest name of a filter.
const LONGEST_NAME: usize = 40;

/// Why a filter cannot have this name, in a sentence without its end.
#[must_use]
pub fn problem_of_name(name: &str) -> Option<String> {
    let count = name.chars().count();
    if count == 0 || count > LONGEST_NAME {
        return Some(format!("the name of a filter has 1 to {LONGEST_NAME} letters"));
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        return Some("the name of a filter begins and ends with a letter, and has no control characters".to_owned());
    }
    None
}
