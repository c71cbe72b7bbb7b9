//! Numbers and spans as people read them.

use jiff::{SignedDuration, Timestamp};

use super::field::Field;
use super::freshness::age;

/// A whole number with thousands separated: `12,331`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A whole number in at most five characters: `999`, `12.3k`, `1.84M`, `740M`.
#[must_use]
pub fn compact(number: u64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (1_000_000_000_000_000_000, "E"),
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| number >= *unit) else { return number.to_string() };
    let (whole, hundredths) = (number / unit, number % unit / (unit / 100));
    match whole {
        0..10 => format!("{whole}.{hundredths:02}{name}"),
        10..100 => format!("{whole}.{}{name}", hundredths / 10),
        _ => format!("{whole}{name}"),
    }
}

/// A number of bytes: `70 MB`, `1.5 GB`, `12 GB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| number >= *unit) else { return format!("{number} B") };
    let (whole, tenths) = (number / unit, number % unit * 10 / unit);
    if whole < 10 && tenths > 0 { format!("{whole}.{tenths} {name}") } else { format!("{} {name}", count(whole)) }
}

/// Why something of the system failed, for a sentence: without the number that Rust adds, which says nothing to most.
#[must_use]
pub fn reason(error: impl std::fmt::Display) -> String {
    without_numbers(error.to_string())
}

/// The same of a sentence that holds such a reason.
#[must_use]
pub fn without_numbers(mut text: String) -> String {
    const MARK: &str = " (os error ";
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(MARK)).map(|at| from + at) {
        let digits = text[start + MARK.len()..].bytes().take_while(u8::is_ascii_digit).count();
        let end = start + MARK.len() + digits;
        if digits > 0 && text[end..].starts_with(')') {
            text.replace_range(start..=end, "");
            from = start;
        } else {
            from = end;
        }
    }
    text
}

/// A text with its first letter large, as a sentence begins.
#[must_use]
pub fn beginning(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// A number with its noun: `1 table`, `1,200 tables`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number as u64))
}

/// Rows with their noun: `1 row`, `1,200 rows`.
#[must_use]
pub fn counted_rows(number: u64) -> String {
    told_rows(Field::Known(number))
}

/// The same in short: `1.2M rows`.
#[must_use]
pub fn compact_rows(number: u64) -> String {
    format!("{} {}", compact(number), if number == 1 { "row" } else { "rows" })
}

/// The same of a number that may be missing: `? rows`.
#[must_use]
pub fn told_rows(field: Field<u64>) -> String {
    format!("{} {}", rows(field), if field == Field::Known(1) { "row" } else { "rows" })
}

/// A number that may be missing: `–` for none, `?` for not known.
#[must_use]
pub fn rows(field: Field<u64>) -> String {
    match field {
        Field::Known(number) => count(number),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    }
}

/// A span in its two largest units: `43s`, `2m 5s`, `3h 20m`, `4d 2h`.
#[must_use]
pub fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let two = |large: i64, name: char, small: i64, small_name: char| {
        if small == 0 { format!("{large}{name}") } else { format!("{large}{name} {small}{small_name}") }
    };
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => two(minutes, 'm', seconds % 60, 's'),
        3_600..86_400 => two(hours, 'h', minutes % 60, 'm'),
        _ => two(days, 'd', hours % 24, 'h'),
    }
}

/// A span in its largest unit: `43s`, `2m`, `3h`, `4d`.
#[must_use]
pub fn short_span(duration: SignedDuration) -> String {
    span(duration).split(' ').next().unwrap_or_default().to_owned()
}

/// How long ago: `now`, `43s ago`, `2m ago`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let age = age(then, now);
    if age.as_secs() < 1 { "now".to_owned() } else { format!("{} ago", short_span(age)) }
}

/// A moment to the minute, UTC: `2026-11-20 14:03Z`.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_spans_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_331), "12,331");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(counted(1, "table"), "1 table");
        for (number, words) in
            [(0, "0 B"), (70 << 20, "70 MB"), (3 << 29, "1.5 GB"), (12 << 30, "12 GB"), (u64::MAX, "16,777,215 TB")]
        {
            assert_eq!(bytes(number), words);
        }
        for (number, short) in [
            (0, "0"),
            (999, "999"),
            (1_843_220, "1.84M"),
            (12_331, "12.3k"),
            (740_200_310, "740M"),
            (u64::MAX, "18.4E"),
        ] {
            assert_eq!(compact(number), short);
        }
        for (seconds, full, short) in
            [(-5, "0s", "0s"), (43, "43s", "43s"), (125, "2m 5s", "2m"), (7_200, "2h", "2h"), (90_000, "1d 1h", "1d")]
        {
            assert_eq!(span(SignedDuration::from_secs(seconds)), full);
            assert_eq!(short_span(SignedDuration::from_secs(seconds)), short);
        }
    }

    #[test]
    fn reasons_come_without_the_number_of_the_error() {
        let system = std::io::Error::from_raw_os_error(13);
        assert!(system.to_string().contains("os error 13"));
        assert_eq!(reason(&system), "Permission denied");
        for (text, told) in [
            ("no (os error 2), no (os error 111).", "no, no."),
            ("an (os error x) é (os error 1", "an (os error x) é (os error 1"),
            (" (os error ) (os error 7)", " (os error )"),
        ] {
            assert_eq!(without_numbers(text.to_owned()), told);
        }
    }

    #[test]
    fn a_sentence_begins_with_a_large_letter() {
        for (text, begun) in [("", ""), ("the key", "The key"), ("élan", "Élan"), ("ßx", "SSx"), ("3 x", "3 x")] {
            assert_eq!(beginning(text), begun);
        }
    }

    #[test]
    fn a_time_ahead_of_ours_is_now() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(ago(now + SignedDuration::from_hours(2), now), "now");
    }
}
