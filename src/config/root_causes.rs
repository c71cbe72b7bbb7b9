//! The user's own root causes: a file beside the other settings.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::ConfigError;
use crate::warehouse::text::clean;

/// What the file is called.
const NAME: &str = "root-causes.toml";

/// More than such a file ever holds.
const SIZE_LIMIT: u64 = 1024 * 1024;

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
        match contents(&path) {
            Ok(Some(text)) => Ok(Some(Self { path: shown, text })),
            // What it advises would be theirs.
            Ok(None) => Err(ConfigError::OpenToWriters { path: shown }),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(ConfigError::RootCauses { path: shown, reason: error.to_string() }),
        }
    }
}

/// The text of a file; `None` where others may write it.
fn contents(path: &Path) -> std::io::Result<Option<String>> {
    // Opening a pipe would wait for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no ordinary file"));
    }
    let file = File::open(path)?;
    // Asked of what was opened, since the name may stand for another file by now.
    let metadata = file.metadata()?;
    if may_be_written_by_others(&metadata) {
        return Ok(None);
    }
    let mut text = String::new();
    if file.take(SIZE_LIMIT + 1).read_to_string(&mut text)? as u64 > SIZE_LIMIT {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    Ok(Some(text))
}

#[cfg(unix)]
fn may_be_written_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o022 != 0
}

#[cfg(not(unix))]
fn may_be_written_by_others(_: &Metadata) -> bool {
    false
}
