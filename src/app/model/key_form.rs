//! A field for an API key. Nobody reads over a shoulder what is typed into it, and it is kept nowhere.

use std::fmt;

use tui_input::{Input, InputRequest};

use crate::app::effect::RequestId;
use crate::warehouse::key_shape::{UNUSUAL, is_unusual, problem_of_key};
use crate::warehouse::secret::{MASK, Secret};

/// A field for an API key, and what became of the last one that was entered.
#[derive(Clone, Default)]
pub struct KeyForm {
    input: Input,
    /// Whether it was said that it looks like no key.
    doubted: bool,
    /// What became of it.
    pub phase: Phase,
}

/// What became of the key that was entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It is still being typed.
    #[default]
    Typing,
    /// The server is asked what it may do.
    Checking(RequestId),
    /// It is not used, for this reason.
    Refused(String),
}

/// The longest text that is taken for a key.
const LONGEST: usize = 400;

impl KeyForm {
    /// Does something to what is typed; not while it is being checked.
    pub fn edit(&mut self, request: InputRequest) {
        let full = self.typed() >= LONGEST && matches!(request, InputRequest::InsertChar(_));
        if !matches!(self.phase, Phase::Checking(_)) && !full {
            self.input.handle(request);
            self.phase = Phase::Typing;
            self.doubted = false;
        }
    }

    /// How many letters there are, and before which of them the cursor is: all that may be seen.
    #[must_use]
    pub fn typed(&self) -> usize {
        self.input.value().chars().count()
    }

    /// Before which letter the cursor is.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// The key, if it can be one; where it only looks unlike one, at the second time.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub fn key(&mut self) -> Result<Secret, String> {
        let text = self.input.value().trim();
        if text.is_empty() {
            return Err("Nothing was typed.".to_owned());
        }
        if let Some(problem) = problem_of_key(text) {
            return Err(format!("This {problem}."));
        }
        if is_unusual(text) && !std::mem::replace(&mut self.doubted, true) {
            return Err(UNUSUAL.to_owned());
        }
        Ok(text.into())
    }
}

impl fmt::Debug for KeyForm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("KeyForm")
            .field("input", &MASK)
            .field("doubted", &self.doubted)
            .field("phase", &self.phase)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str) -> KeyForm {
        let mut form = KeyForm::default();
        text.chars().for_each(|symbol| form.edit(InputRequest::InsertChar(symbol)));
        form
    }

    #[test]
    fn what_cannot_be_a_key_is_not_sent() {
        assert_eq!(typed("  phx_planted ").key(), Ok(Secret::from("phx_planted")));
        for text in ["", "   ", "phc_public", "phs_secret", "phx_with space", "phx_ключ"] {
            let mut form = typed(text);
            assert!(form.key().is_err() && form.key().is_err(), "{text}");
        }
    }

    #[test]
    fn what_looks_like_no_key_is_taken_at_the_second_time() {
        let mut form = typed("hello");
        assert!(form.key().unwrap_err().contains("once more"));
        assert_eq!(form.key(), Ok(Secret::from("hello")));
        form.edit(InputRequest::InsertChar('!'));
        assert!(form.key().is_err(), "another text is doubted again");
    }

    #[test]
    fn nothing_is_typed_while_it_is_being_checked() {
        let mut form = typed("phx_a");
        form.phase = Phase::Checking(RequestId(1));
        form.edit(InputRequest::InsertChar('b'));
        assert_eq!((form.typed(), &form.phase), (5, &Phase::Checking(RequestId(1))));
    }

    proptest! {
        #[test]
        fn it_is_never_printed(text in "phx_[a-z0-9]{8,40}") {
            let mut form = typed(&text);
            let shown = format!("{form:?} {form:#?} {:?}", form.key());
            prop_assert!(!shown.contains(&text));
        }
    }
}
