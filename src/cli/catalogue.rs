//! Puts the user's own root causes into force, before anything is diagnosed.

use std::fmt::Write as _;

use crate::config::{RootCauses, config_folder};
use crate::warehouse::diagnosis::Catalogue;
use crate::warehouse::text::clean;
use crate::warehouse::words::counted;

/// Reads the user's file, if there is one, and has everything diagnosed by it.
///
/// # Errors
/// All that is wrong with it, a line each under a sentence.
pub(super) fn load() -> Result<(), String> {
    let Some(folder) = config_folder() else { return Ok(()) };
    let Some(file) = RootCauses::read(&folder).map_err(|error| error.to_string())? else { return Ok(()) };
    Catalogue::put_into_force(&file.text).map_err(|mistakes| {
        let mut text = format!(
            "{} has {}; correct {}, or move the file away.",
            file.path,
            counted(mistakes.len(), "mistake"),
            if mistakes.len() == 1 { "it" } else { "them" }
        );
        for mistake in &mistakes {
            let _ = write!(text, "\n  {}, {}.", file.path, clean(&mistake.to_string(), false).trim_end_matches('.'));
        }
        text
    })
}
