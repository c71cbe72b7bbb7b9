//! What is kept from one start to the next: how things were left, for each profile, and the filters that were saved.
//!
//! Files are written anew and then put in place, so that none is ever half written. What cannot be understood is set
//! aside, and said.

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::files::{make_folder, replace, set_aside};
use crate::app::effect::{REMEMBERED_VERSION, Remembered};
use crate::warehouse::query::{Change, Saved, problem_of_name};
use crate::warehouse::text::clean;

/// Such files are never larger.
const MOST_BYTES: u64 = 512 * 1024;

/// The version of the list of filters.
const FILTERS_VERSION: u32 = 1;

/// Where things are remembered.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    folder: Option<PathBuf>,
    /// Whose view is remembered; `None`: nobody's.
    view: Option<View>,
}

/// Whose view is remembered: a profile's, or that of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The profile.
    pub profile: Option<String>,
    /// The host.
    pub host: String,
    /// The project.
    pub project: u64,
}

/// What was found at the start.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How things were left.
    pub left: Option<Box<Remembered>>,
    /// The filters that were saved.
    pub saved: Vec<Saved>,
    /// What was wrong with it, as sentences.
    pub notes: Vec<String>,
}

/// What the file of filters holds.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    version: u32,
    filters: Vec<Saved>,
}

impl View {
    fn file(&self) -> String {
        let plain = |text: &str| {
            let symbol =
                |symbol: char| if symbol.is_ascii_alphanumeric() || "._-".contains(symbol) { symbol } else { '_' };
            text.chars().map(symbol).collect::<String>()
        };
        match &self.profile {
            Some(profile) => format!("profile-{}.json", plain(profile)),
            None => format!("{}-{}.json", plain(self.host.split("://").last().unwrap_or_default()), self.project),
        }
    }
}

impl Memory {
    /// A memory in this folder, in which a view is remembered if one is named.
    #[must_use]
    pub fn new(folder: PathBuf, view: Option<View>) -> Self {
        Self { folder: Some(folder), view }
    }

    /// Whether filters are written down.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether a view is.
    #[must_use]
    pub fn remembers(&self) -> bool {
        self.view_file().is_some()
    }

    fn filters_file(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("filters.json"))
    }

    fn view_file(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("views").join(self.view.as_ref()?.file()))
    }

    /// What was kept.
    #[must_use]
    pub fn found(&self) -> Found {
        let mut found = Found::default();
        if let Some(path) = self.filters_file() {
            match load::<Page>(&path, |page| page.version == FILTERS_VERSION, "the saved filters") {
                Ok(page) => found.saved = page.map(sound).unwrap_or_default(),
                Err(note) => found.notes.push(note),
            }
        }
        if let (Some(path), Some(view)) = (self.view_file(), &self.view) {
            match load::<Remembered>(&path, |left| left.version == REMEMBERED_VERSION, "how you left things") {
                // A profile may lead elsewhere by now: nothing of that is there.
                Ok(left) => {
                    found.left =
                        left.filter(|left| left.host == view.host && left.project == view.project).map(Box::new);
                }
                Err(note) => found.notes.push(note),
            }
        }
        found
    }

    /// Writes down how things are left.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn remember(&self, left: &Remembered) -> io::Result<()> {
        match self.view_file() {
            Some(path) => replace(&path, &serde_json::to_vec_pretty(left)?, false),
            None => Ok(()),
        }
    }

    /// Carries out a change to the filters as they are written down now, since another program may have changed them;
    /// answers with all of them.
    ///
    /// # Errors
    /// Why nothing was written, in a sentence without its end.
    pub fn change(&self, change: &Change) -> Result<Vec<Saved>, String> {
        let Some(path) = self.filters_file() else { return Err("there is no place for them".to_owned()) };
        let _lock = lock(&path).map_err(|error| because(&error))?;
        let page = load::<Page>(&path, |page| page.version == FILTERS_VERSION, "the saved filters")?;
        let mut filters = page.map(sound).unwrap_or_default();
        change.apply(&mut filters);
        let page = Page { version: FILTERS_VERSION, filters };
        let text = serde_json::to_vec_pretty(&page).map_err(|error| because(&error))?;
        replace(&path, &text, true).map_err(|error| because(&error))?;
        Ok(page.filters)
    }
}

fn because(error: &dyn Display) -> String {
    clean(&error.to_string(), false).into_owned()
}

/// Filters that may be shown and named.
fn sound(page: Page) -> Vec<Saved> {
    let is_sound = |saved: &Saved| problem_of_name(&saved.name).is_none() && !saved.filter.contains(char::is_control);
    page.filters.into_iter().filter(is_sound).collect()
}

/// Reads a file; `None` where there is none. What is not understood is set aside, and said in a sentence.
fn load<T: DeserializeOwned>(path: &Path, is_known: impl Fn(&T) -> bool, what: &str) -> Result<Option<T>, String> {
    let text = match read(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(format!("The file with {what} could not be read ({}).", because(&error))),
    };
    if let Some(value) = serde_json::from_slice::<T>(&text).ok().filter(is_known) {
        return Ok(Some(value));
    }
    Err(match set_aside(path) {
        Ok(aside) => {
            let name = because(&aside.display());
            format!("The file with {what} could not be understood, and was set aside as {name}.")
        }
        Err(error) => format!("The file with {what} could not be understood, nor set aside ({}).", because(&error)),
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for somebody to write.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut text = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// Waits until no other program changes this file.
fn lock(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    make_folder(path)?;
    let lock = path.with_extension("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock)?;
    file.lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn view(profile: Option<&str>) -> View {
        View { profile: profile.map(str::to_owned), host: "https://eu.posthog.com".to_owned(), project: 7 }
    }

    fn left(filter: &str) -> Remembered {
        let mut left = Remembered { version: REMEMBERED_VERSION, ..Remembered::default() };
        (left.host, left.project, left.tables.filter) = ("https://eu.posthog.com".to_owned(), 7, filter.to_owned());
        left
    }

    fn saved(name: &str) -> Saved {
        Saved { name: name.to_owned(), filter: "state:failed".to_owned() }
    }

    #[test]
    fn each_profile_remembers_its_own_and_only_for_its_place() {
        let home = tempfile::tempdir().unwrap();
        let memory = |profile, project| Memory::new(home.path().join("whtui"), Some(View { project, ..view(profile) }));
        memory(Some("prod"), 7).remember(&left("a")).unwrap();
        memory(None, 7).remember(&left("b")).unwrap();
        let filter = |memory: Memory| memory.found().left.map(|left| left.tables.filter);
        assert_eq!(filter(memory(Some("prod"), 7)), Some("a".to_owned()));
        assert_eq!(filter(memory(None, 7)), Some("b".to_owned()));
        assert_eq!(filter(memory(Some("other"), 7)), None);
        assert_eq!(filter(memory(Some("prod"), 8)), None, "the profile leads elsewhere by now");
        for name in ["views/profile-prod.json", "views/eu.posthog.com-7.json"] {
            let metadata = fs::metadata(home.path().join("whtui").join(name)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
        }
        assert_eq!(fs::read_dir(home.path().join("whtui/views")).unwrap().count(), 2, "nothing half written is left");
    }

    #[test]
    fn what_is_not_understood_is_set_aside_and_said() {
        for text in [
            "",
            "{",
            "[]",
            "{\"version\": 2}",
            "{\"pane\": \"sources\"}",
            "{\"version\":1,\"pane\":\"attic\"}",
            "\u{0}",
        ] {
            let home = tempfile::tempdir().unwrap();
            let memory = Memory::new(home.path().to_owned(), Some(view(Some("prod"))));
            let path = home.path().join("views/profile-prod.json");
            make_folder(&path).unwrap();
            fs::write(&path, text).unwrap();
            let found = memory.found();
            assert_eq!(found.left, None);
            let [note] = found.notes.as_slice() else { panic!("{text}: {:?}", found.notes) };
            assert!(note.starts_with("The file with how you left things could not be understood"), "{note}");
            assert!(!note.contains('\n') && !path.exists());
            assert_eq!(fs::read_to_string(path.with_extension("json.bad")).unwrap(), text);
            assert_eq!(memory.found(), Found::default(), "said once");
            fs::write(&path, text).unwrap();
            let _ = memory.found();
            assert!(path.with_extension("json.1.bad").exists(), "the first one is not written over");
        }
    }

    #[test]
    fn two_programs_do_not_lose_each_others_filters() {
        let home = tempfile::tempdir().unwrap();
        let memory = || Memory::new(home.path().join("whtui"), None);
        let (one, other) = (memory(), memory());
        one.change(&Change::Put(0, saved("a"))).unwrap();
        assert_eq!(other.change(&Change::Put(9, saved("b"))).unwrap(), [saved("a"), saved("b")]);
        one.change(&Change::Remove("a".to_owned())).unwrap();
        assert_eq!(memory().found().saved, [saved("b")]);
        let metadata = fs::metadata(home.path().join("whtui/filters.json")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        fs::write(home.path().join("whtui/filters.json"), "rubbish").unwrap();
        assert!(one.change(&Change::Put(0, saved("c"))).unwrap_err().contains("set aside as"));
        assert_eq!(one.change(&Change::Put(0, saved("c"))).unwrap(), [saved("c")]);
    }

    #[test]
    fn without_a_place_nothing_is_written() {
        let memory = Memory::default();
        assert!(!memory.keeps() && !memory.remembers());
        memory.remember(&left("a")).unwrap();
        assert!(memory.change(&Change::Put(0, saved("a"))).is_err());
        assert_eq!(memory.found(), Found::default());
        assert!(Memory::new("/dev/null/whtui".into(), Some(view(None))).remember(&left("a")).is_err());
    }
}
