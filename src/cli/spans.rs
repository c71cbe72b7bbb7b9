//! Spans as people type them: `90`, `90s`, `10m`, `1h30m`, `2d`.

use jiff::SignedDuration;

/// The longest span that is taken: ten years.
const LONGEST: i64 = 10 * 366 * 86_400;

/// A span of time; a bare number counts seconds.
///
/// # Errors
/// What would be right.
pub(super) fn parse(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "write a number and s, m, h or d, such as 90s, 10m or 1h30m".to_owned();
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return within(seconds).ok_or_else(wrong);
    }
    let (mut total, mut digits) = (0_i64, String::new());
    for symbol in text.chars() {
        if symbol.is_ascii_digit() {
            digits.push(symbol);
            continue;
        }
        let unit = match symbol {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let number: i64 = digits.parse().map_err(|_| wrong())?;
        total = number.checked_mul(unit).and_then(|span| total.checked_add(span)).ok_or_else(wrong)?;
        digits.clear();
    }
    if text.is_empty() || !digits.is_empty() {
        return Err(wrong());
    }
    within(total).ok_or_else(wrong)
}

fn within(seconds: i64) -> Option<SignedDuration> {
    (0..=LONGEST).contains(&seconds).then(|| SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_they_are_typed() {
        for (text, seconds) in [("0", 0), ("90", 90), (" 90s ", 90), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800)] {
            assert_eq!(parse(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "10x", "1h30", "-5", "1.5h", "99999999999999999999s", "9999999999999d", "٣s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
