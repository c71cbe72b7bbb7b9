//! Reading a file of settings, with what its permissions allow to others.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// More than such a file ever holds.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// What a file holds, and what others may do to it.
pub(super) struct Contents {
    pub text: String,
    /// Other users of this machine may write it.
    pub writable_by_others: bool,
    /// Other users of this machine may read it.
    pub readable_by_others: bool,
}

/// Reads a whole file.
pub(super) fn read(path: &Path) -> io::Result<Contents> {
    // Opening a pipe would wait for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let file = File::open(path)?;
    // Asked of what was opened, since the name may stand for another file by now.
    let metadata = file.metadata()?;
    held_by_others(&metadata, path)?;
    let mut bytes = Vec::new();
    if file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)? as u64 > SIZE_LIMIT {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        io::Error::other(format!("line {line} is not UTF-8"))
    })?;
    Ok(Contents {
        text,
        writable_by_others: allows_others(&metadata, 0o022),
        readable_by_others: allows_others(&metadata, 0o044),
    })
}

/// A file of another user is theirs to change, and one in a folder where everybody may write can be exchanged.
#[cfg(unix)]
fn held_by_others(metadata: &Metadata, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    const STICKY: u32 = 0o1000;
    if ![0, nix::unistd::geteuid().as_raw()].contains(&metadata.uid()) {
        return Err(io::Error::other("it belongs to another user, who could change it; `chown` it, or make a copy"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mode = folder.and_then(|folder| std::fs::metadata(folder).ok()).map_or(0, |folder| folder.permissions().mode());
    if mode & 0o002 != 0 && mode & STICKY == 0 {
        return Err(io::Error::other("everybody may write to its folder; `chmod o-w` that"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn held_by_others(_: &Metadata, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn allows_others(metadata: &Metadata, mode: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & mode != 0
}

#[cfg(not(unix))]
fn allows_others(_: &Metadata, _: u32) -> bool {
    false
}
