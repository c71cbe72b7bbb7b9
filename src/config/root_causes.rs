//! The user's own root causes: a file beside the other settings.

use std::io::ErrorKind;
use std::path::Path;

use super::{ConfigError, safe_file};
use crate::warehouse::text::clean;

/// What the file is called.
const NAME: &str = "root-causes.toml";

/// A user's own root causes, as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCauses {
    /// Where the file is.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl RootCauses {
    /// Reads the file in the folder of settings; `None` where there is none.
    ///
    /// # Errors
    /// See [`ConfigError`]: it cannot be read, or others may write it.
    pub fn read(folder: &Path) -> Result<Option<Self>, ConfigError> {
        let path = folder.join(NAME);
        let shown = clean(&path.display().to_string(), false).into_owned();
        match safe_file::read(&path) {
            // What it advises would be theirs.
            Ok(contents) if contents.writable_by_others => Err(ConfigError::OpenToWriters { path: shown }),
            Ok(contents) => Ok(Some(Self { path: shown, text: contents.text })),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(ConfigError::RootCauses { path: shown, reason: crate::warehouse::words::reason(error) }),
        }
    }
}
