//! Files that are kept: written anew and then put in place, so that none is ever half written; what is not understood is set
//! aside.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So many files that were not understood are set aside beside each other.
const MOST_ASIDE: u32 = 100;

/// Gives a file a name under which it is out of the way, and writes over nothing.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 0..MOST_ASIDE {
        let ending = if number == 0 { "json.bad".to_owned() } else { format!("json.{number}.bad") };
        let aside = path.with_extension(ending);
        if fs::symlink_metadata(&aside).is_err() {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
    }
    Err(io::Error::other("there are too many of them already"))
}

/// Puts a text in place of a file that only its owner may read, at once or not at all.
pub(super) fn replace(path: &Path, text: &[u8], lasting: bool) -> io::Result<()> {
    put(path, text, lasting, |_| Ok(())).map(drop)
}

/// The same, lastingly; whoever keeps what this answers with holds a lock on what stands there now.
pub(super) fn replace_locked(path: &Path, text: &[u8]) -> io::Result<File> {
    // Locked before anybody else can open it.
    put(path, text, true, File::lock)
}

fn put(path: &Path, text: &[u8], lasting: bool, prepare: impl Fn(&File) -> io::Result<()>) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    make_folder(path)?;
    let new = path.with_extension(format!("json.{}.new", std::process::id()));
    // One that a crash has left.
    let _ = fs::remove_file(&new);
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).and_then(|mut file| {
        prepare(&file)?;
        file.write_all(text)?;
        if lasting {
            file.sync_all()?;
        }
        fs::rename(&new, path)?;
        Ok(file)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Makes the folder of a file, which only its owner may enter.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match path.parent() {
        Some(folder) => fs::DirBuilder::new().recursive(true).mode(0o700).create(folder),
        None => Ok(()),
    }
}
