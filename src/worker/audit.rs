//! The audit log: every attempt to change something on the server, as JSON Lines in the state directory.
//!
//! Several programs append to one file: a line is one write at its end, so lines never mix. Before a request leaves, the
//! attempt is written to a file of its own, which is what shows that it can be written down at all; when the answer is
//! there, it becomes a line of the log. A crash in between leaves that file behind, unlocked, and the next program makes
//! a line of it: the outcome is unknown.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::app::effect::RequestId;
use crate::warehouse::audit::{Ending, Entry, Later, Outcome, Read, Whose, line};
use crate::warehouse::operation::Operation;
use crate::warehouse::text::Foreign;

/// The name of the log.
const LOG: &str = "audit.jsonl";

/// The folder of attempts whose outcome is not known yet.
const OPEN: &str = "audit-open";

/// The size from which a new log is begun.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// How many older logs are kept.
const KEPT: usize = 4;

/// An attempt that is larger is none of ours.
const LARGEST: u64 = 1024 * 1024;

/// The audit log, as one running program writes it. Nothing is written by one without a folder.
#[derive(Debug, Default)]
pub struct Audit {
    place: Option<Place>,
    /// Attempts of unknown outcome, of which more may become known.
    unknown: Mutex<HashMap<RequestId, String>>,
    numbers: AtomicU64,
}

#[derive(Debug)]
struct Place {
    folder: PathBuf,
    whose: Whose,
    most_bytes: u64,
}

/// An attempt that is being made.
#[derive(Debug)]
pub struct Begun {
    entry: Entry,
    request: RequestId,
    path: PathBuf,
    /// Locked while it is open: it was not left behind.
    _file: File,
}

impl Audit {
    /// A log in this folder.
    #[must_use]
    pub fn new(folder: PathBuf, whose: Whose) -> Self {
        Self::rotated_at(MOST_BYTES, folder, whose)
    }

    /// The same, with a new log begun at another size.
    #[must_use]
    pub fn rotated_at(most_bytes: u64, folder: PathBuf, whose: Whose) -> Self {
        Self { place: Some(Place { folder, whose, most_bytes }), ..Self::default() }
    }

    /// Writes an attempt down before it is made. `None` where nothing is to be written.
    ///
    /// # Errors
    /// It cannot be written down, so it must not be made without asking.
    pub fn begin(
        &self,
        request: RequestId,
        operation: &Operation,
        name: &Foreign,
        now: Timestamp,
    ) -> io::Result<Option<Begun>> {
        let Some(place) = &self.place else { return Ok(None) };
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:x}-{:x}-{number:x}", now.as_microsecond(), std::process::id());
        let Some(entry) = Entry::begun(id, now, &place.whose, operation, name) else { return Ok(None) };
        // The log itself has to be fit for a line as well.
        open(&place.folder)?;
        let folder = place.folder.join(OPEN);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let path = folder.join(format!("{}.json", entry.id));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        // Where files cannot be locked, somebody may think it was left behind, and then the log names it twice.
        let _ = file.lock();
        if let Err(error) = file.write_all(line(&entry).as_bytes()) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Some(Begun { entry, request, path, _file: file }))
    }

    /// Writes down what came of an attempt.
    ///
    /// # Errors
    /// It could not be written; it is tried again at the next start.
    pub fn end(&self, begun: Begun, outcome: Outcome, duration_ms: u64) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        if outcome.state == Ending::Unknown {
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            unknown.insert(begun.request, begun.entry.id.clone());
        }
        let entry = Entry { outcome, duration_ms: Some(duration_ms), ..begun.entry };
        let text = line(&entry);
        if let Err(error) = place.append(&text) {
            // What is known by now is kept in its place, as far as that goes.
            let _ = fs::write(&begun.path, text);
            return Err(error);
        }
        fs::remove_file(&begun.path)
    }

    /// Writes down what became known of an attempt of unknown outcome.
    ///
    /// # Errors
    /// It could not be written.
    pub fn learn(&self, request: RequestId, now: Timestamp, sentence: &str) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        let id = self.unknown.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
        id.map_or(Ok(()), |id| place.append(&line(&Later::new(id, now, sentence))))
    }

    /// Writes down the attempts that were left behind by programs that are not running any more.
    ///
    /// # Errors
    /// They could not be written.
    pub fn settle(&self) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        for (path, file, entry) in left_behind(&place.folder) {
            place.append(&line(&entry))?;
            fs::remove_file(&path)?;
            drop(file);
        }
        Ok(())
    }
}

impl Place {
    fn append(&self, line: &str) -> io::Result<()> {
        // A log that cannot be put aside grows, which is better than to lose a line.
        let _ = self.rotate();
        append(&mut open(&self.folder)?, line)
    }

    /// Begins a new log when this one is large. Another program may have done so meanwhile; whoever still has the older
    /// one open writes to its end.
    fn rotate(&self) -> io::Result<()> {
        let large = || fs::metadata(self.folder.join(LOG)).is_ok_and(|found| found.len() >= self.most_bytes);
        if !large() {
            return Ok(());
        }
        let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(self.folder.join("audit.lock"))?;
        lock.lock()?;
        if large() {
            for number in (0..KEPT).rev() {
                match fs::rename(older(&self.folder, number), older(&self.folder, number + 1)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// The log, or an older one.
fn older(folder: &Path, number: usize) -> PathBuf {
    if number == 0 { folder.join(LOG) } else { folder.join(format!("audit.{number}.jsonl")) }
}

/// Opens the log for another line, and makes it where there is none. Nobody else may read it.
fn open(folder: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(LOG);
    // Opening a pipe would wait for somebody to read it.
    if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is not a file", path.display())));
    }
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        // Of a file of somebody else they cannot be changed, and it is theirs to decide.
        let _ = file.set_permissions(fs::Permissions::from_mode(0o600));
    }
    Ok(file)
}

/// Appends a line as one write.
fn append(file: &mut File, line: &str) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(line.len() + 1);
    // What a full disk has cut must not take this line along.
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            bytes.push(b'\n');
        }
    }
    bytes.extend_from_slice(line.as_bytes());
    loop {
        match file.write(&bytes) {
            Ok(count) if count == bytes.len() => return Ok(()),
            Ok(_) => return Err(io::ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Attempts that nobody is at any more.
fn left_behind(folder: &Path) -> Vec<(PathBuf, File, Entry)> {
    let Ok(entries) = fs::read_dir(folder.join(OPEN)) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter_map(|path| {
            let mut file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
            file.try_lock().ok()?;
            let mut text = String::new();
            (&mut file).take(LARGEST).read_to_string(&mut text).ok()?;
            let entry = serde_json::from_str(&text).ok()?;
            // Somebody may have settled it between opening and locking.
            path.exists().then_some((path, file, entry))
        })
        .collect()
}

/// Reads the log and its older ones, oldest first, and what was left behind.
///
/// # Errors
/// One of them is there and cannot be read.
pub fn read(folder: &Path) -> io::Result<Read> {
    let mut read = Read::default();
    for number in (0..=KEPT).rev() {
        match fs::read(older(folder, number)) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).lines().for_each(|line| read.take(line)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    for (_, _, entry) in left_behind(folder) {
        read.take(&line(&entry));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::failure::{Failure, FailureKind};
    use crate::warehouse::ids::{ProjectId, SchemaId};
    use crate::warehouse::operation::Write as Call;

    fn audit(folder: &Path) -> Audit {
        let whose =
            Whose { profile: None, protected: false, host: "http://host".to_owned(), project: ProjectId::FIRST };
        Audit::rotated_at(2_000, folder.to_owned(), whose)
    }

    fn begin(audit: &Audit, request: u64) -> io::Result<Begun> {
        let reload = Operation::Write(Call::ReloadSchema(SchemaId::new("t")));
        Ok(audit.begin(RequestId(request), &reload, &Foreign::new("orders"), Timestamp::UNIX_EPOCH)?.unwrap())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn an_attempt_is_one_line_that_only_its_owner_may_read() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("whtui");
        let audit = audit(&folder);
        let begun = begin(&audit, 1).unwrap();
        assert_eq!(mode(&begun.path), 0o600);
        audit.end(begun, Outcome::done(None), 12).unwrap();
        let text = fs::read_to_string(folder.join(LOG)).unwrap();
        assert!(text.lines().count() == 1 && text.contains(r#""duration_ms":12"#), "{text}");
        assert_eq!((mode(&folder), mode(&folder.join(LOG))), (0o700, 0o600));
        assert_eq!(fs::read_dir(folder.join(OPEN)).unwrap().count(), 0);
        fs::set_permissions(folder.join(LOG), fs::Permissions::from_mode(0o644)).unwrap();
        audit.end(begin(&audit, 2).unwrap(), Outcome::done(None), 1).unwrap();
        assert_eq!(mode(&folder.join(LOG)), 0o600);
    }

    #[test]
    fn what_became_known_later_is_written_once() {
        let home = tempfile::tempdir().unwrap();
        let audit = audit(home.path());
        let lost = Failure::new(FailureKind::TimedOut, "");
        audit.end(begin(&audit, 7).unwrap(), Outcome::failed(&lost), 30_000).unwrap();
        for _ in 0..2 {
            audit.learn(RequestId(7), Timestamp::UNIX_EPOCH, "it was carried out").unwrap();
        }
        audit.learn(RequestId(8), Timestamp::UNIX_EPOCH, "never sent").unwrap();
        let read = read(home.path()).unwrap();
        assert_eq!((read.attempts.len(), read.attempts[0].later.len(), read.broken), (1, 1, 0));
    }

    #[test]
    fn a_crash_leaves_an_attempt_of_unknown_outcome() {
        let home = tempfile::tempdir().unwrap();
        let crashed = audit(home.path());
        let (first, alive) = (begin(&crashed, 1).unwrap(), begin(&crashed, 2).unwrap());
        // A crash lets go of the lock and leaves the file.
        drop(first);
        fs::write(home.path().join(OPEN).join("half.json"), "{").unwrap();
        let next = audit(home.path());
        assert_eq!(read(home.path()).unwrap().attempts.len(), 1, "it is told before it is settled");
        next.settle().unwrap();
        next.settle().unwrap();
        let read = read(home.path()).unwrap();
        assert_eq!(read.attempts.len(), 1);
        assert_eq!(read.attempts[0].entry.outcome.state, Ending::Unknown);
        drop(alive);
    }

    #[test]
    fn a_new_log_is_begun_and_a_few_older_ones_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let audit = audit(home.path());
        for number in 0..60 {
            audit.end(begin(&audit, number).unwrap(), Outcome::done(None), number).unwrap();
        }
        let mut logs: Vec<u64> = (0..=KEPT + 1)
            .filter_map(|number| fs::metadata(older(home.path(), number)).ok())
            .map(|found| found.len())
            .collect();
        assert_eq!(logs.len(), KEPT + 1);
        logs.sort_unstable();
        assert!(logs.iter().all(|size| *size < 2_000 + 1_000), "{logs:?}");
        let read = read(home.path()).unwrap();
        let last: Vec<_> =
            read.attempts.iter().rev().take(9).map(|attempt| attempt.entry.duration_ms.unwrap()).collect();
        assert_eq!(last, (51..60).rev().collect::<Vec<_>>(), "the newest are kept, in order");
    }

    #[test]
    fn a_line_that_was_cut_does_not_take_the_next_along() {
        let home = tempfile::tempdir().unwrap();
        let audit = audit(home.path());
        fs::write(home.path().join(LOG), "{\"version\":1,\"id\":\"cu").unwrap();
        audit.end(begin(&audit, 1).unwrap(), Outcome::done(None), 1).unwrap();
        let read = read(home.path()).unwrap();
        assert_eq!((read.attempts.len(), read.broken), (1, 1));
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let home = tempfile::tempdir().unwrap();
        // A file where the folder should be; root may write anywhere else.
        fs::write(home.path().join("file"), "").unwrap();
        assert!(begin(&audit(&home.path().join("file")), 1).is_err());
        let folder = home.path().join("folder");
        fs::create_dir_all(folder.join(LOG)).unwrap();
        assert!(begin(&audit(&folder), 1).unwrap_err().to_string().contains("is not a file"));
        let pipe = home.path().join("pipe");
        fs::create_dir_all(&pipe).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(pipe.join(LOG)).status().unwrap().success());
        assert!(begin(&audit(&pipe), 1).is_err(), "and nobody waits for a reader");
        let nothing = Audit::default();
        let reload = Operation::Write(Call::ReloadSchema(SchemaId::new("t")));
        let begun = nothing.begin(RequestId(1), &reload, &Foreign::new("t"), Timestamp::UNIX_EPOCH);
        assert!(begun.unwrap().is_none());
    }
}
