//! The background of the terminal: the question for it (OSC 11), and what an answer means. Nobody waits for the answer.

use std::ffi::OsString;

/// The question.
pub(super) const QUESTION: &str = "\x1b]11;?\x1b\\";

/// Whether an answer tells of a light background; `None`: it tells of something else.
pub(super) fn is_light(answer: &str) -> Option<bool> {
    let colour = answer.strip_prefix("11;")?;
    let parts = colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"))?;
    let parts: Vec<f64> = parts.split('/').take(3).filter_map(part).collect();
    let [red, green, blue] = <[f64; 3]>::try_from(parts).ok()?;
    // As bright as it is to the eye.
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

/// One to four digits, of however many the terminal has, from 0 to 1.
fn part(text: &str) -> Option<f64> {
    let digits = u32::try_from(text.len()).ok().filter(|digits| (1..=4).contains(digits))?;
    let value = u16::from_str_radix(text, 16).ok()?;
    Some(f64::from(value) / f64::from(16_u32.pow(digits) - 1))
}

/// Whether the terminal can be asked without harm.
pub(super) fn can_be_asked(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    // The console of Linux shows what it does not know; GNU screen answers nothing.
    let unknown = term.is_empty() || term == "linux" || term == "dumb";
    !unknown && variable("STY").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_all_lengths_are_read() {
        for (answer, light) in [
            ("11;rgb:0000/0000/0000", Some(false)),
            ("11;rgb:ffff/ffff/ffff", Some(true)),
            ("11;rgb:fd/f6/e3", Some(true)),
            ("11;rgb:00/2b/36", Some(false)),
            ("11;rgba:ffff/ffff/ffff/0000", Some(true)),
            ("11;rgb:f/f/0", Some(true)),
            ("11;rgb:ff/ff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;rgb:x/0/0", None),
            ("10;rgb:ff/ff/ff", None),
            ("11;?", None),
        ] {
            assert_eq!(is_light(answer), light, "{answer}");
        }
    }

    #[test]
    fn only_terminals_that_understand_are_asked() {
        let asked = |term: &str, screen: bool| {
            can_be_asked(|name| match name {
                "TERM" => Some(term.into()),
                "STY" if screen => Some("1.pts".into()),
                _ => None,
            })
        };
        assert!(asked("xterm-256color", false) && asked("tmux", false));
        assert!(!asked("linux", false) && !asked("dumb", false) && !asked("", false) && !asked("xterm", true));
    }
}
