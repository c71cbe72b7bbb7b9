//! What is half done, written down, so that a crash does not lose its place.
//!
//! Each running program keeps a file of its own and holds a lock on it. A file that nobody locks was left behind:
//! whoever is connected to the same project takes it over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::warehouse::recovery::runbook::Record;

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
    pub fn take_over(&self) -> Vec<Record> {
        let Some(place) = &self.place else { return Vec::new() };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(entries) = fs::read_dir(&place.folder) else { return Vec::new() };
        let mut records = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let Ok(mut file) = OpenOptions::new().read(true).write(true).open(&path) else { continue };
            // Somebody is still at it.
            if file.try_lock().is_err() {
                continue;
            }
            let Some(page) = read(&mut file) else { continue };
            if page.host == place.host && page.project == place.project {
                records.extend(page.runbooks);
                open.taken.push((path, file));
            }
        }
        records
    }

    /// Writes down what is half done now; nothing leaves nothing behind.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn write(&self, records: &[Record]) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if records.is_empty() {
            if let Some((path, file)) = open.own.take() {
                fs::remove_file(path)?;
                drop(file);
            }
        } else {
            if open.own.is_none() {
                open.own = Some(make(&place.folder)?);
            }
            let page =
                Page { version: VERSION, host: place.host.clone(), project: place.project, runbooks: records.to_vec() };
            if let Some((_, file)) = &mut open.own {
                let text = serde_json::to_vec(&page)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&text)?;
                file.set_len(text.len() as u64)?;
                file.sync_data()?;
            }
        }
        for (path, file) in open.taken.drain(..) {
            fs::remove_file(path)?;
            drop(file);
        }
        Ok(())
    }
}

fn read(file: &mut File) -> Option<Page> {
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str::<Page>(&text).ok().filter(|page| page.version == VERSION)
}

/// A file of our own, locked. Nobody else may read it.
fn make(folder: &Path) -> io::Result<(PathBuf, File)> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut number = 0_u32;
    loop {
        let path = folder.join(format!("{}-{number}.json", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                file.lock()?;
                return Ok((path, file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => number += 1,
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
        assert_eq!(journal(2).take_over(), []);
        assert_eq!(next.take_over(), [record("one")]);
        assert_eq!(journal(1).take_over(), [], "somebody has it already");
        next.write(&[record("one")]).unwrap();
        drop(next);
        assert_eq!(journal(1).take_over(), [record("one")]);
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
    fn rubbish_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("1-0.json"), "{\"version\":1").unwrap();
        fs::write(home.path().join("notes.txt"), "mine").unwrap();
        let journal = Journal::new(home.path().to_owned(), "http://host", 1);
        assert_eq!(journal.take_over(), []);
        journal.write(&[]).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }
}
