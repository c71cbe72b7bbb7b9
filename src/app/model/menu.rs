//! A small menu over the screen: a few choices, each with a letter.

/// A menu.
#[derive(Debug)]
pub struct Menu {
    /// What it is about.
    pub title: String,
    /// What there is to choose.
    pub choices: Vec<Choice>,
    /// Which one is selected.
    pub cursor: usize,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The letter that chooses it at once.
    pub letter: char,
    /// What it is.
    pub title: &'static str,
    /// What comes of it, or why it cannot be chosen.
    pub deed: Result<Deed, &'static str>,
}

/// What comes of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A text is copied. Of what it is said afterwards: “The id”.
    Copy {
        /// What it is, as the beginning of a sentence.
        what: String,
        /// The text.
        text: String,
    },
    /// A web page is opened.
    Browse(String),
}

impl Menu {
    /// A menu of these choices, the first possible one of them selected.
    #[must_use]
    pub fn new(title: String, choices: Vec<Choice>) -> Self {
        let cursor = choices.iter().position(|choice| choice.deed.is_ok()).unwrap_or(0);
        Self { title, choices, cursor }
    }
}
