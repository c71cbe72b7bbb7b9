//! From a line to what it wants.

use jiff::SignedDuration;
use std::ops::Range;

use super::term::{Name, Sign, TERMS, Term, Value};
use super::{Fault, Query};
use crate::warehouse::state::{Severity, State};
use crate::warehouse::text::clean;

/// So many names are listed in a sentence.
const MOST_LISTED: usize = 6;

/// The states that stand for several.
pub(super) const SEVERITIES: [(&str, Severity); 6] = [
    ("broken", Severity::Broken),
    ("doubtful", Severity::Doubtful),
    ("moving", Severity::Moving),
    ("unverified", Severity::Unproven),
    ("healthy", Severity::Well),
    ("idle", Severity::Idle),
];

/// The word for everything that is broken or doubtful.
pub(super) const WRONG: &str = "wrong";

/// A part of a line without blanks outside of quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'l> {
    pub at: Range<usize>,
    /// What stands before the colon, where that could be a term: whether it is turned around, its name, and where its
    /// values begin.
    pub term: Option<(bool, &'l str, usize)>,
}

/// Takes a line apart. Quotes count in the values of terms only: elsewhere they are letters like others.
pub(super) fn parts(line: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(start) = line[from..].find(|symbol: char| !symbol.is_whitespace()).map(|start| from + start) {
        let plain_end = end_of(line, start, false);
        let term = term_of(&line[start..plain_end]).map(|(turned, name, values)| (turned, name, start + values));
        let end = term.map_or(plain_end, |(_, _, values)| end_of(line, values, true));
        parts.push(Part { at: start..end, term });
        from = end;
    }
    parts
}

fn end_of(line: &str, start: usize, in_values: bool) -> usize {
    let mut quoted = false;
    let end = line[start..].char_indices().find(|(_, symbol)| {
        quoted ^= in_values && *symbol == '"';
        !quoted && symbol.is_whitespace()
    });
    end.map_or(line.len(), |(end, _)| start + end)
}

fn term_of(word: &str) -> Option<(bool, &str, usize)> {
    let (name, _) = word.split_once(':')?;
    let plain = name.strip_prefix('!').unwrap_or(name);
    let is_name = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_name.then_some((plain.len() < name.len(), plain, name.len() + 1))
}

pub(super) fn read(line: &str) -> Query {
    let mut query = Query::default();
    let mut words = Vec::new();
    let mut has_terms = false;
    for part in parts(line) {
        let Some((turned, name, values)) = part.term else {
            words.push(&line[part.at]);
            continue;
        };
        has_terms = true;
        let term = match Name::parse(name) {
            Some(name) => term(name, turned, &line[values..part.at.end]),
            None => Err(no_such_term(name)),
        };
        match term {
            Ok(term) => query.terms.push(term),
            Err(sentence) => query.faults.push(Fault { at: part.at, sentence }),
        }
    }
    // A line of words alone stays as it was written.
    query.words = if has_terms { words.join(" ") } else { line.trim().to_owned() };
    query
}

fn no_such_term(name: &str) -> String {
    let folded = name.to_ascii_lowercase();
    let similar = |word: &str| word.starts_with(&folded) || folded.starts_with(word) || alike(word, &folded);
    if let Some(row) = TERMS.iter().find(|row| similar(row.word)) {
        return format!("There is no term {name}:, did you mean {}:?", row.word);
    }
    let all: Vec<String> = TERMS.iter().map(|row| format!("{}:", row.word)).collect();
    format!("There is no term {name}:, only {}; write '{name}: to look for it as text.", all.join(" "))
}

/// Whether two words differ by one letter, or by two that changed places.
fn alike(one: &str, other: &str) -> bool {
    let (mut one_letters, mut other_letters) = (one.as_bytes().to_vec(), other.as_bytes().to_vec());
    one_letters.sort_unstable();
    other_letters.sort_unstable();
    if one_letters == other_letters {
        return true;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.bytes().zip(long.bytes()).take_while(|(one, other)| one == other).count();
    match long.len() - short.len() {
        0 => short[same..].get(1..) == long[same..].get(1..),
        1 => short.get(same..) == long.get(same + 1..),
        _ => false,
    }
}

fn term(name: Name, turned: bool, text: &str) -> Result<Term, String> {
    let row = name.row();
    let words = values(text);
    if words.iter().all(String::is_empty) {
        return Err(format!("{}: needs a value, as in {}:{}.", row.word, row.word, row.example));
    }
    // A comma at the end: another one is about to be typed.
    let words = words.into_iter().filter(|word| !word.is_empty());
    Ok(Term { name, turned, values: words.map(|word| value(name, &word)).collect::<Result<_, _>>()? })
}

/// The values between commas, without their quotes.
fn values(text: &str) -> Vec<String> {
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    for symbol in text.chars() {
        match symbol {
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(std::mem::take(&mut value).trim().to_owned()),
            symbol => value.push(symbol),
        }
    }
    values.push(value.trim().to_owned());
    values
}

fn value(name: Name, word: &str) -> Result<Value, String> {
    match name {
        Name::State => state(word),
        Name::Cause | Name::Type | Name::Source => Ok(Value::Text(word.to_lowercase())),
        Name::Method => Ok(Value::Text(folded(word))),
        Name::Stale => age(word, [Sign::More, Sign::NotLess])
            .ok_or_else(|| format!("stale: takes how long ago, as in stale:>6h or stale:2d, not {}.", shown(word))),
        Name::Fresh => age(word, [Sign::Less, Sign::NotMore]).ok_or_else(|| {
            format!("fresh: takes how long ago at most, as in fresh:<1h or fresh:30m, not {}.", shown(word))
        }),
        Name::Every => every(word).ok_or_else(|| {
            format!("every: takes a frequency, as in every:1h, every:>6h or every:never, not {}.", shown(word))
        }),
        Name::Rows => {
            let (sign, rest) = sign(word);
            let rows = count(rest).map(|count| Value::Count(sign.unwrap_or(Sign::Equal), count));
            rows.ok_or_else(|| {
                format!("rows: takes a number, as in rows:0, rows:>1000000 or rows:<5k, not {}.", shown(word))
            })
        }
    }
}

fn shown(word: &str) -> String {
    // Whatever was pasted by mistake is not repeated.
    if ["phx_", "pha_", "phs_"].iter().any(|mark| word.contains(mark)) {
        return "that".to_owned();
    }
    let clean = clean(word, false);
    let short: String = clean.chars().take(24).collect();
    if short.len() < clean.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// A word as names are written.
fn folded(word: &str) -> String {
    word.to_lowercase().replace([' ', '-'], "_")
}

/// What is said where no state is like a word; where there is no key tab, the states take its place.
pub const TAB_LISTS: &str = "tab lists those there are";

fn state(word: &str) -> Result<Value, String> {
    let name = folded(word);
    if let Some(state) = State::ALL.iter().find(|state| state.key() == name) {
        return Ok(Value::State(*state));
    }
    if let Some((_, severity)) = SEVERITIES.iter().find(|(word, _)| *word == name) {
        return Ok(Value::Severity(*severity));
    }
    if name == WRONG {
        return Ok(Value::Wrong);
    }
    let known: Vec<&str> = state_names().filter(|known| known.starts_with(&name)).take(MOST_LISTED + 1).collect();
    if known.is_empty() {
        let similar = state_names().find(|known| alike(known, &name) || (name.len() > 2 && known.contains(&name)));
        let meant = similar.map_or_else(|| format!("{TAB_LISTS}."), |known| format!("did you mean {known}?"));
        return Err(format!("No state is called {}; {meant}", shown(word)));
    }
    let more = if known.len() > MOST_LISTED { " and others" } else { "" };
    let listed = known[..known.len().min(MOST_LISTED)].join(", ");
    Err(format!("state:{name} is no state yet; {listed}{more} begin so."))
}

/// Every name that a state may be given by.
pub fn state_names() -> impl Iterator<Item = &'static str> {
    let severities = SEVERITIES.iter().map(|(word, _)| *word);
    let states = State::ALL.iter().map(|state| state.key());
    // One of them names both.
    states.chain(severities.filter(|word| State::ALL.iter().all(|state| state.key() != *word))).chain([WRONG])
}

fn sign(word: &str) -> (Option<Sign>, &str) {
    let signs =
        [(">=", Sign::NotLess), ("<=", Sign::NotMore), (">", Sign::More), ("<", Sign::Less), ("=", Sign::Equal)];
    let found = signs.into_iter().find_map(|(text, sign)| Some((Some(sign), word.strip_prefix(text)?)));
    let (sign, rest) = found.unwrap_or((None, word));
    (sign, rest.trim_start())
}

/// How long ago something is; the first of the signs is meant where there is none.
fn age(word: &str, signs: [Sign; 2]) -> Option<Value> {
    let (sign, rest) = sign(word);
    let sign = sign.unwrap_or(signs[0]);
    if signs.contains(&sign) { Some(Value::Span(sign, span(rest)?)) } else { None }
}

fn every(word: &str) -> Option<Value> {
    if word.eq_ignore_ascii_case("never") {
        return Some(Value::Never);
    }
    let (sign, rest) = sign(word);
    Some(Value::Span(sign.unwrap_or(Sign::Equal), span(rest)?))
}

/// A span of time: `90s`, `30min`, `1h30m`, `2d`, `1week`.
fn span(text: &str) -> Option<SignedDuration> {
    let mut rest = text;
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let number: i64 = rest[..digits].parse().ok()?;
        let factor = match rest[digits..digits + unit].to_ascii_lowercase().as_str() {
            "s" | "sec" => 1,
            "m" | "min" | "mins" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[digits + unit..];
    }
    // Longer than any table was ever there.
    let sane = !text.is_empty() && seconds <= 100 * 366 * 86_400;
    sane.then(|| SignedDuration::from_secs(seconds))
}

/// A number of rows: `1000000`, `1_000_000`, `5k`, `2m`.
fn count(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|symbol: char| symbol.is_ascii_alphabetic());
    let factor: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" => 1,
        "k" => 1_000,
        "m" => 1_000_000,
        "b" => 1_000_000_000,
        _ => return None,
    };
    digits.replace('_', "").parse::<u64>().ok()?.checked_mul(factor)
}
