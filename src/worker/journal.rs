//! What is half done, written down, so that a crash does not lose its place.
//!
//! Each running program keeps a file of its own and holds a lock on what stands there. A file that nobody locks was left
//! behind: whoever is connected to the same project takes it over. What cannot be understood is set aside, and said.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::files::{replace_locked, set_aside};
use crate::warehouse::recovery::runbook::Record;
use crate::warehouse::text::clean;
use crate::warehouse::words::reason;

/// The version of the file's form.
const VERSION: u32 = 1;

/// No journal is larger; what is, is none.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    version: u32,
    host: String,
    project: u64,
    runbooks: Vec<Record>,
}

/// What was left behind by programs that are not running any more.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftBehind {
    /// What is half done.
    pub records: Vec<Record>,
    /// What could not be read of it, as sentences.
    pub notes: Vec<String>,
}

/// Whatever else a file holds.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

/// The journal of one running program.
#[derive(Debug, Default)]
pub struct Journal {
    place: Option<Place>,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Place {
    folder: PathBuf,
    host: String,
    project: u64,
}

#[derive(Debug, Default)]
struct Open {
    own: Option<(PathBuf, File)>,
    /// Files that were left behind, to be removed once what they hold is written down anew.
    taken: Vec<(PathBuf, File)>,
}

impl Journal {
    /// A journal in this folder, of what is done in one project.
    #[must_use]
    pub fn new(folder: PathBuf, host: &str, project: u64) -> Self {
        Self { place: Some(Place { folder, host: host.to_owned(), project }), open: Mutex::default() }
    }

    /// Takes over what was left behind in this project by programs that are not running any more.
    #[must_use]
    pub fn take_over(&self) -> LeftBehind {
        let mut found = LeftBehind::default();
        let Some(place) = &self.place else { return found };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = match fs::read_dir(&place.folder) {
            Ok(entries) => entries,
            Err(error) => {
                // Where nothing was ever half done there is no folder.
                if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                    found.notes.push(unread(&place.folder, &error));
                }
                return found;
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        for path in paths {
            match take(&path) {
                Ok(Taken::Left(page, file)) if page.host == place.host && page.project == place.project => {
                    // Who crashes between the two leaves what it took over beside what it wrote down anew.
                    let news = page.runbooks.into_iter().filter(|record| !found.records.contains(record));
                    found.records.extend(news.collect::<Vec<_>>());
                    open.taken.push((path, file));
                }
                Ok(_) => {}
                Err(note) => found.notes.push(note),
            }
        }
        found
    }

    /// Writes down what is half done now; nothing leaves nothing behind.
    ///
    /// # Errors
    /// The file could not be written, or one that is not needed any more not be removed. What was written before stands
    /// then, and is still locked.
    pub fn write(&self, records: &[Record]) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if records.is_empty() {
            if let Some((path, _)) = &open.own {
                remove(path)?;
                open.own = None;
            }
        } else {
            let page =
                Page { version: VERSION, host: place.host.clone(), project: place.project, runbooks: records.to_vec() };
            let text = serde_json::to_vec(&page)?;
            let known = open.own.as_ref().map(|(path, _)| path.clone());
            let is_new = known.is_none();
            let path = known.map_or_else(|| reserve(&place.folder), Ok)?;
            match replace_locked(&path, &text) {
                Ok(file) => open.own = Some((path, file)),
                Err(error) => {
                    if is_new {
                        let _ = remove(&path);
                    }
                    return Err(error);
                }
            }
        }
        let mut result = Ok(());
        open.taken.retain(|(path, _)| match remove(path) {
            Ok(()) => false,
            Err(error) => {
                result = Err(error);
                true
            }
        });
        result
    }
}

/// What a file of a journal turned out to be.
enum Taken {
    /// It is in use, or is there no more.
    Not,
    /// It was left behind, and is ours as long as this file is open.
    Left(Page, File),
}

/// Takes a file over if nobody uses it. What is not understood is set aside; a sentence says so.
fn take(path: &Path) -> Result<Taken, String> {
    let unread = |error: io::Error| unread(path, &error);
    // Opening a pipe would wait for somebody to write.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(unread(io::Error::other("it is no ordinary file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Taken::Not),
        Err(error) => return Err(unread(error)),
    }
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Taken::Not),
        Err(error) => return Err(unread(error)),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Taken::Not),
        Err(TryLockError::Error(error)) => return Err(unread(error)),
    }
    // Another text was put in its place meanwhile: somebody is still at it.
    if !stands_at(&file, path) {
        return Ok(Taken::Not);
    }
    let mut text = Vec::new();
    Read::by_ref(&mut file).take(MOST_BYTES).read_to_end(&mut text).map_err(unread)?;
    if text.is_empty() {
        // A name that was reserved, and nothing was written under it any more.
        let _ = remove(path);
        return Ok(Taken::Not);
    }
    if let Some(page) = serde_json::from_slice::<Page>(&text).ok().filter(|page| page.version == VERSION) {
        return Ok(Taken::Left(page, file));
    }
    let what = "What a crash has left half done could not be understood";
    // What another version wrote, that version can take over.
    if serde_json::from_slice::<Version>(&text).is_ok_and(|other| other.version != VERSION) {
        return Err(format!("{what}: another version of whtui wrote {}.", shown(path)));
    }
    Err(match set_aside(path) {
        Ok(aside) => format!("{what}, and was set aside as {}.", shown(&aside)),
        Err(error) => format!("{what}, nor {} be set aside ({}).", shown(path), reason(error)),
    })
}

fn unread(path: &Path, error: &io::Error) -> String {
    format!("What a crash may have left half done could not be read: {} ({}).", shown(path), reason(error))
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy(), false).into_owned()
}

fn stands_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => open.dev() == there.dev() && open.ino() == there.ino(),
        _ => false,
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A name of our own, with nothing under it yet.
fn reserve(folder: &Path) -> io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut number = 0_u32;
    loop {
        let path = folder.join(format!("{}-{number}.json", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1_000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(title: &str) -> Record {
        Record {
            letter: "G".to_owned(),
            cause: None,
            title: title.to_owned(),
            source: "source".to_owned(),
            source_name: "shop".to_owned(),
            tables: vec![("table".to_owned(), "orders".to_owned())],
            done: vec!["Delete the data.".to_owned()],
            left: vec!["Reload.".to_owned()],
            plain: true,
        }
    }

    fn left(records: &[Record]) -> LeftBehind {
        LeftBehind { records: records.to_vec(), notes: Vec::new() }
    }

    #[test]
    fn what_a_crash_leaves_behind_is_taken_over_once() {
        let home = tempfile::tempdir().unwrap();
        let journal = |project| Journal::new(home.path().join("unfinished"), "http://host", project);
        let crashed = journal(1);
        crashed.write(&[record("one")]).unwrap();
        let alive = journal(1);
        alive.write(&[record("two")]).unwrap();
        // A crash lets go of the lock and leaves the file.
        drop(crashed);
        let next = journal(1);
        assert_eq!(journal(2).take_over(), LeftBehind::default());
        assert_eq!(next.take_over(), left(&[record("one")]));
        assert_eq!(journal(1).take_over(), LeftBehind::default(), "somebody has it already");
        next.write(&[record("one")]).unwrap();
        drop(next);
        assert_eq!(journal(1).take_over(), left(&[record("one")]));
    }

    #[test]
    fn what_is_finished_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let journal = Journal::new(home.path().to_owned(), "http://host", 1);
        journal.write(&[record("one")]).unwrap();
        journal.write(&[]).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_not_understood_is_said_once_and_set_aside() {
        let home = tempfile::tempdir().unwrap();
        let journal = Journal::new(home.path().to_owned(), "http://host", 1);
        let half = "{\"version\":1,\"host\":\"http://host\",\"proj";
        fs::write(home.path().join("1-0.json"), half).unwrap();
        fs::write(home.path().join("2-0.json"), "").unwrap();
        fs::write(home.path().join("notes.txt"), "mine").unwrap();
        let found = journal.take_over();
        assert!(found.records.is_empty() && found.notes.len() == 1, "{found:?}");
        assert!(found.notes[0].contains("set aside as") && found.notes[0].contains("1-0.json.bad"), "{found:?}");
        assert_eq!(fs::read_to_string(home.path().join("1-0.json.bad")).unwrap(), half);
        assert_eq!(journal.take_over(), LeftBehind::default());
        journal.write(&[]).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "the empty one was nothing");
        // What another version will understand is left to it.
        fs::write(home.path().join("3-0.json"), "{\"version\":2}").unwrap();
        assert!(journal.take_over().notes[0].contains("another version"));
        assert!(home.path().join("3-0.json").exists());
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_written_before_and_its_lock() {
        let home = tempfile::tempdir().unwrap();
        let journal = || Journal::new(home.path().to_owned(), "http://host", 1);
        let crashed = journal();
        crashed.write(&[record("old")]).unwrap();
        drop(crashed);
        let alive = journal();
        let own = home.path().join(format!("{}-1.json", std::process::id()));
        // Where the new text is written first is something that cannot be removed.
        let in_the_way = own.with_extension(format!("json.{}.new", std::process::id()));
        fs::create_dir(&in_the_way).unwrap();
        assert_eq!(alive.take_over(), left(&[record("old")]));
        alive.write(&[record("old"), record("one")]).unwrap_err();
        assert!(!own.exists(), "nothing empty is left behind");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "what was taken over is not removed");
        assert_eq!(journal().take_over(), LeftBehind::default(), "and still locked");
        fs::remove_dir(&in_the_way).unwrap();
        alive.write(&[record("one")]).unwrap();
        fs::create_dir(&in_the_way).unwrap();
        alive.write(&[record("two")]).unwrap_err();
        assert_eq!(journal().take_over(), LeftBehind::default(), "still locked");
        drop(alive);
        assert_eq!(journal().take_over(), left(&[record("one")]), "whole, as it was written before");
    }

    #[test]
    fn what_is_written_again_stays_locked() {
        let home = tempfile::tempdir().unwrap();
        let journal = || Journal::new(home.path().to_owned(), "http://host", 1);
        let alive = journal();
        for title in ["a rather long title", "short"] {
            alive.write(&[record(title)]).unwrap();
            assert_eq!(journal().take_over(), LeftBehind::default());
        }
        // Somebody who opened the text that stood there before gets its lock, and knows by its place that it is old.
        let path = home.path().join(format!("{}-0.json", std::process::id()));
        let before = File::open(&path).unwrap();
        alive.write(&[record("three")]).unwrap();
        before.try_lock().unwrap();
        assert!(!stands_at(&before, &path));
        drop(alive);
        assert_eq!(journal().take_over(), left(&[record("three")]));
    }

    #[test]
    fn what_cannot_be_removed_is_kept_and_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let journal = || Journal::new(home.path().to_owned(), "http://host", 1);
        let alive = journal();
        alive.write(&[record("one")]).unwrap();
        let (path, file) = alive.open.lock().unwrap().own.take().unwrap();
        // A folder in the place of a file cannot be removed as one.
        let folder = home.path().join("folder");
        fs::create_dir(&folder).unwrap();
        alive.open.lock().unwrap().taken = vec![(folder.clone(), File::open(&path).unwrap()), (path.clone(), file)];
        alive.write(&[]).unwrap_err();
        assert!(!path.exists(), "the other one is removed all the same");
        assert_eq!(alive.open.lock().unwrap().taken.len(), 1);
        alive.open.lock().unwrap().own = Some((folder.clone(), File::open(home.path()).unwrap()));
        alive.write(&[]).unwrap_err();
        assert!(alive.open.lock().unwrap().own.is_some(), "it is there, and so is its lock");
        fs::remove_dir(&folder).unwrap();
        alive.write(&[]).unwrap();
        let open = alive.open.lock().unwrap();
        assert!(open.own.is_none() && open.taken.is_empty());
    }
}
