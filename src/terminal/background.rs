//! The background of the terminal: the question for it (OSC 11), and what an answer means. Nobody waits for the answer.

use std::ffi::OsString;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::app::message::Event;

/// How long the end of the program waits for an answer that may be on its way: it would be typed into the shell.
const LAST_WORD: Duration = Duration::from_millis(30);

/// A terminal that has not answered for so long never will.
const SILENT: Duration = Duration::from_secs(10);

/// The question, from when it is asked until it is answered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question {
    asked: Option<Instant>,
}

impl Question {
    /// It is asked now.
    #[must_use]
    pub fn asked() -> Self {
        Self { asked: Some(Instant::now()) }
    }

    /// Takes in what came from the terminal.
    pub fn hear(&mut self, event: &Event) {
        if matches!(event, Event::BackgroundTold(_)) {
            self.asked = None;
        }
    }

    /// Takes the answer from the terminal before that is given back, if it comes at once. What else comes meanwhile is
    /// dropped.
    pub async fn settle(&mut self, mut next: impl AsyncFnMut() -> Option<Event>) {
        let open = |question: &Self| question.asked.is_some_and(|asked| asked.elapsed() < SILENT);
        // When nothing has come in time there is nothing more to be done.
        let _ = timeout(LAST_WORD, async {
            while open(self)
                && let Some(event) = next().await
            {
                self.hear(&event);
            }
        })
        .await;
    }
}

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

    #[tokio::test(start_paused = true)]
    async fn an_answer_on_its_way_is_waited_for_and_no_longer() {
        let began = Instant::now();
        let key = || Event::Pasted("x".to_owned());
        let mut events = vec![key(), Event::BackgroundTold(true), key()];
        events.reverse();
        let mut question = Question::asked();
        question.settle(async || events.pop()).await;
        assert_eq!((events.len(), question.asked.is_some()), (1, false), "nothing is read behind the answer");
        question.settle(async || unreachable!("nothing is asked any more")).await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        Question::asked().settle(std::future::pending).await;
        assert_eq!(began.elapsed(), LAST_WORD);
        let question = Question::asked();
        tokio::time::advance(SILENT).await;
        { question }.settle(async || unreachable!("it will not answer")).await;
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
