//! What is wrong with a file of settings, and where.

use std::fmt;
use std::ops::Range;

/// Something wrong, in one sentence without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line and column, both counted from 1; `None` where the file as a whole is meant.
    pub at: Option<(usize, usize)>,
    /// What is wrong, and what to do. Never a value.
    pub message: String,
}

impl Mistake {
    pub(super) fn of_the_file(message: String) -> Self {
        Self { at: None, message }
    }

    pub(super) fn in_text(text: &str, span: &Range<usize>, message: String) -> Self {
        Self { at: Some(position(text, span.start)), message }
    }
}

/// Line and column of a byte.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    (line + 1, column + 1)
}

/// Everything that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes {
    /// The file.
    pub path: String,
    /// What is wrong; at least one.
    pub list: Vec<Mistake>,
}

impl fmt::Display for Mistakes {
    /// One line for each, as compilers write them.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.list.iter().enumerate() {
            if index > 0 {
                out.write_str("\n")?;
            }
            match mistake.at {
                Some((line, column)) => write!(out, "{}:{line}:{column}: {}", self.path, mistake.message)?,
                None => write!(out, "{}: {}", self.path, mistake.message)?,
            }
        }
        Ok(())
    }
}
