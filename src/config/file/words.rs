//! How mistakes are told: what was found, what was probably meant, and never a key.

use toml::de::DeValue;

use crate::warehouse::text::clean;

/// What a value is, in words. Never the value.
pub(super) fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A name that a user wrote, safe to show: short, and no key.
pub(in crate::config) fn shown(name: &str) -> String {
    const LONGEST: usize = 40;
    if looks_like_a_key(name) {
        return "***".to_owned();
    }
    let clean = clean(name, false);
    if clean.chars().count() > LONGEST {
        format!("{}…", clean.chars().take(LONGEST).collect::<String>())
    } else {
        clean.into_owned()
    }
}

pub(super) fn looks_like_a_key(text: &str) -> bool {
    ["phx_", "pha_", "phs_", "phc_"].iter().any(|prefix| text.contains(prefix))
}

/// A sentence of the parser, unless it repeats a key.
pub(super) fn without_keys(sentence: &str) -> String {
    if looks_like_a_key(sentence) {
        "a key stands where none may".to_owned()
    } else {
        clean(sentence, false).into_owned()
    }
}

pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that was probably meant, as the end of a sentence.
pub(in crate::config) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    const FAR: usize = 3;
    // Nobody misspells a name into one that is far longer, and comparing is slow for long texts.
    if name.len() > 64 {
        return String::new();
    }
    let folded = name.to_lowercase().replace('-', "_");
    let nearest = known.map(|other| (distance(&folded, &other.replace('-', "_")), other)).min();
    match nearest {
        Some((far, other)) if far <= FAR.min(other.len() / 2) => format!("; did you mean `{other}`?"),
        _ => String::new(),
    }
}

/// How many letters have to be changed, added or left out to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (place, against) in other.iter().enumerate() {
            let change = corner + usize::from(letter != *against);
            corner = row[place + 1];
            row[place + 1] = change.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
