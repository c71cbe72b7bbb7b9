//! `whtui config`: where the settings are, a first file, and what is wrong with one.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use super::arguments::ConfigDeed;
use super::output::print;
use crate::config::Config;
use crate::config::file::{self, Mistakes, config_path};
use crate::warehouse::words::counted;

/// How it ends.
pub(super) const ENDS: &str = "Exit status: 0 when it was done and nothing is wrong with the file, 2 otherwise.";

/// Does it.
///
/// # Errors
/// One sentence when it could not be done, or all that is wrong with the file.
pub(super) fn config(deed: ConfigDeed) -> Result<ExitCode, String> {
    let path = path()?;
    let shown = path.display();
    let said = match deed {
        ConfigDeed::Path => format!("{shown}\n"),
        ConfigDeed::Init => match file::init(&path) {
            Ok(()) => format!("{shown} was written; everything in it is a comment.\n"),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(format!("{shown} exists already and was left as it is."));
            }
            Err(error) => return Err(format!("{shown} cannot be written ({error}).")),
        },
        ConfigDeed::Check => match Config::load(&path, false) {
            Ok(None) => format!("{shown} does not exist, which is fine: all settings have defaults.\n"),
            Ok(Some(config)) => format!("{shown}: nothing is wrong. {}\n", summary(&config)),
            Err(mistakes) => return Err(told(&mistakes)),
        },
    };
    print(&said).map_err(|error| format!("the output cannot be written ({error})."))?;
    Ok(ExitCode::SUCCESS)
}

/// The profiles of a file, as a sentence.
fn summary(config: &Config) -> String {
    if config.profiles.is_empty() {
        return "It has no profiles.".to_owned();
    }
    let names: Vec<String> = config
        .profiles
        .iter()
        .map(|profile| {
            let marks = [
                (config.default_profile.as_ref() == Some(&profile.name), "default"),
                (profile.read_only, "read-only"),
                (profile.protected, "protected"),
            ];
            let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
            if marks.is_empty() { profile.name.clone() } else { format!("{} ({})", profile.name, marks.join(", ")) }
        })
        .collect();
    format!("{}: {}.", counted(names.len(), "profile"), names.join(", "))
}

/// Everything that is wrong, one line each, below a line that says so.
fn told(mistakes: &Mistakes) -> String {
    format!("the file of settings has {}:\n{mistakes}", counted(mistakes.list.len(), "mistake"))
}

/// The settings of this user; without a file those that come with the program.
///
/// # Errors
/// Everything that is wrong with the file, and how to go on.
pub(super) fn settings(leave_aside: bool, allow_http: bool) -> Result<Config, String> {
    let path = config_path().filter(|_| !leave_aside);
    let Some(path) = path else { return Ok(Config::default()) };
    match Config::load(&path, allow_http) {
        Ok(config) => Ok(config.unwrap_or_default()),
        Err(mistakes) => Err(format!(
            "{}\nNothing was started. Correct it (`whtui config check` looks again), or go on without it: add --no-config.",
            told(&mistakes)
        )),
    }
}

fn path() -> Result<PathBuf, String> {
    config_path()
        .ok_or_else(|| "there is no home directory, and so no place for settings; set XDG_CONFIG_HOME.".to_owned())
}
