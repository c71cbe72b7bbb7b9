//! Three-digit numbers that are HTTP statuses, as opposed to ports, counts, ids and sizes.

use std::ops::Range;

use super::{fold, mask};

/// A status stands behind one of these words, possibly with punctuation between.
const BEFORE: &[&[u8]] = &[
    b"http",
    b"http/1.0",
    b"http/1.1",
    b"http/2",
    b"httperror",
    b"status",
    b"statuscode",
    b"status_code",
    b"code",
    b"http_status",
    b"httpstatus",
    b"response",
    b"returned",
    b"got",
    b"received",
    b"with",
    b"error",
    b"error_code",
    b"api",
];

/// Or in front of one of these.
const AFTER: &[&[u8]] = &[
    b"client error",
    b"server error",
    b"unauthorized",
    b"unauthorised",
    b"forbidden",
    b"too many requests",
    b"not found",
    b"gone",
    b"bad request",
    b"payment required",
    b"internal server error",
    b"bad gateway",
    b"service unavailable",
    b"service temporarily unavailable",
    b"gateway time",
    b"access denied",
    b"error",
    b"response",
];

/// A number in front of these is a quantity.
const UNITS: &[&[u8]] = &[
    b"bytes",
    b"columns",
    b"days",
    b"fields",
    b"files",
    b"hours",
    b"items",
    b"kb",
    b"mb",
    b"minutes",
    b"ms",
    b"objects",
    b"pages",
    b"records",
    b"requests",
    b"retries",
    b"rows",
    b"s",
    b"seconds",
    b"tables",
    b"times",
];

/// The HTTP statuses from 400 on that a folded text names, with where they stand.
pub(super) fn statuses(text: &[u8]) -> Vec<(u16, Range<usize>)> {
    let mut found = Vec::new();
    let begin = fold::message(text);
    for at in 0..text.len().saturating_sub(2) {
        if let Some(status) = number(text, at)
            && is_anchored(text, at, begin)
        {
            found.push((status, at..at + 3));
        }
    }
    found
}

/// A number from 400 to 599 that stands alone.
fn number(text: &[u8], at: usize) -> Option<u16> {
    let digits = &text[at..at + 3];
    let alone = |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b'#' | b'$' | b'%');
    let before = at == 0 || (alone(&text[at - 1]) && text[at - 1] != b'.');
    let decimal = text.get(at + 3) == Some(&b'.') && text.get(at + 4).is_some_and(u8::is_ascii_digit);
    let after = text.get(at + 3).is_none_or(alone) && !decimal;
    let is_status = matches!(digits[0], b'4' | b'5') && digits.iter().all(u8::is_ascii_digit);
    (is_status && before && after).then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

fn is_anchored(text: &[u8], at: usize, begin: usize) -> bool {
    let punctuation =
        |byte: &u8| matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'' | b'(' | b')' | b'<' | b'[' | b']' | b',' | b'-');
    let rest = &text[at + 3..];
    let next = &rest[rest.iter().take_while(|byte| punctuation(byte)).count()..];
    let next_word = mask::words(next, 0).next().map_or(&b""[..], |(_, word)| word);
    if UNITS.contains(&next_word.trim_ascii()) {
        return false;
    }
    let before = &text[..at];
    let bracketed = matches!((before.last(), rest.first()), (Some(b'['), Some(b']')) | (Some(b'('), Some(b')')))
        && before.get(at.wrapping_sub(2)).is_none_or(|byte| *byte == b' ');
    let length = before.iter().rposition(|byte| !punctuation(byte)).map_or(0, |last| last + 1);
    let word = &before[..length];
    let start =
        word.iter().rposition(|byte| *byte == b' ' || punctuation(byte) || *byte == b'{').map_or(0, |at| at + 1);
    at == begin || bracketed || BEFORE.contains(&&word[start..]) || AFTER.iter().any(|phrase| next.starts_with(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_anchored_numbers_are_statuses() {
        for (text, expected) in [
            ("401 client error: unauthorized for url: x", &[401][..]),
            ("googleapierror: 403 post https://_: no", &[403]),
            ("http 429 for x", &[429]),
            ("hubspot api error (retryable): status=429, url=x", &[429]),
            (r#"{"error": {"code": 503, "message": "x"}}"#, &[503]),
            ("<httperror 404 when requesting x>", &[404]),
            ("server replied (502)", &[502]),
            ("request failed with status code 500", &[500]),
            ("authentication failed: 401 unauthorized", &[401]),
            ("port 403 failed", &[]),
            ("integration not found: 40317", &[]),
            ("read 403 rows", &[]),
            ("401 rows failed", &[]),
            ("varchar(500) is short", &[]),
            ("req_401 and 401.5 and a-403", &[]),
        ] {
            let found: Vec<u16> = statuses(text.as_bytes()).into_iter().map(|(status, _)| status).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
