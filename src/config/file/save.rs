//! Writing the file: the first one, and another profile into one that is there.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{Config, template};
use crate::config::safe_file;
use crate::warehouse::secret::Secret;

/// A profile to be written down, with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProfile {
    /// Its name.
    pub name: String,
    /// Where it connects to.
    pub host: String,
    /// Its project.
    pub project: u64,
    /// Its key.
    pub key: Secret,
    /// Plain http is wanted.
    pub allow_http: bool,
}

/// Why a profile was not written down, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// The name will not do.
    #[error("{0}")]
    Name(String),
    /// The file will not do, or cannot be written.
    #[error("{0}")]
    File(String),
}

/// Writes the template, and never over anything.
///
/// # Errors
/// What the system says; `AlreadyExists` where there is a file.
pub fn init(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    let mut file = private(path)?;
    file.write_all(template().as_bytes())?;
    file.sync_all()
}

/// Adds a profile to the file, or makes the file with it. What was there stays as it is, comments included.
///
/// # Errors
/// See [`SaveError`]; nothing was written then.
pub fn save(path: &Path, profile: &NewProfile) -> Result<(), SaveError> {
    let failed = |error: io::Error| {
        SaveError::File(format!("{} cannot be written ({}).", path.display(), crate::warehouse::words::reason(error)))
    };
    // A link stays a link: what it leads to is written.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let before = match safe_file::read(path) {
        Ok(contents) if contents.writable_by_others => {
            return Err(SaveError::File(format!(
                "{} may be changed by other users, so no key is put into it; chmod 600 it first.",
                path.display()
            )));
        }
        Ok(contents) => contents.text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    let text = with(&before, profile)?;
    make_folder(path).map_err(failed)?;
    replace(path, &text).map_err(failed)
}

/// The text with this profile in it.
fn with(before: &str, profile: &NewProfile) -> Result<String, SaveError> {
    let known = Config::parse(before, true).map_err(|mistakes| {
        let what = mistakes.first().map(|mistake| mistake.message.clone()).unwrap_or_default();
        SaveError::File(format!("the file has mistakes and was left as it is ({what})."))
    })?;
    if known.profile(&profile.name).is_some() {
        return Err(SaveError::Name("there is a profile of this name already; choose another.".to_owned()));
    }
    let mut text = String::new();
    if known.profiles.is_empty() && known.default_profile.is_none() {
        // Before any table, since it would be part of that otherwise.
        let _ = writeln!(text, "default_profile = {}\n", quoted(&profile.name));
    }
    text.push_str(before);
    if !before.is_empty() && !before.ends_with("\n\n") {
        text.push_str(if before.ends_with('\n') { "\n" } else { "\n\n" });
    }
    let NewProfile { name, host, project, key, allow_http } = profile;
    let _ = writeln!(text, "[profiles.{name}]\nhost = {}\nproject = {project}", quoted(host));
    if *allow_http {
        text.push_str("allow_http = true\n");
    }
    let _ = writeln!(text, "api_key = {}", quoted(key.expose()));
    match Config::parse(&text, true) {
        Ok(config) if config.profile(name).is_some() => Ok(text),
        Ok(_) => Err(SaveError::File("the profile cannot be added to this file.".to_owned())),
        // The name is all that was typed freely; the rest was in use already.
        Err(mistakes) => {
            let what = mistakes.first().map(|mistake| mistake.message.clone()).unwrap_or_default();
            Err(SaveError::Name(format!("{what}.")))
        }
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(symbol);
            }
            symbol if symbol.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(symbol));
            }
            symbol => quoted.push(symbol),
        }
    }
    quoted.push('"');
    quoted
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Puts a text in place of a file, at once or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new: PathBuf = path.with_extension(format!("toml.{}.new", std::process::id()));
    let written = private(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        // What is left of it may hold a key.
        let _ = fs::remove_file(&new);
    }
    written
}
