//! Why no connection can be tried: one sentence each, with what to do next.

use super::file::Mistakes;
use super::key_command::Problem;
use crate::warehouse::origin::OriginError;

/// Why no connection can be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No place holds a key.
    #[error(
        "No API key was found: create a personal API key in PostHog and put it into the variable WHTUI_API_KEY, \
         or log in with PostHog's own command line.{}",
        notes.iter().flat_map(|note| [" ", note]).collect::<String>()
    )]
    NoKey {
        /// What was found but could not be used, as sentences.
        notes: Vec<String>,
    },
    /// A key is obviously wrong.
    #[error("The API key in {from} {problem}.")]
    Key {
        /// Where it was found.
        from: String,
        /// What is wrong with it, and what to do.
        problem: &'static str,
    },
    /// The command that prints a key gave none.
    #[error("The command for the key, `{program}`, {problem}.")]
    Command {
        /// The program.
        program: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The file of settings is not as it should be.
    #[error("{0}")]
    Mistakes(#[from] Mistakes),
    /// There is no such profile.
    #[error("There is no profile {name}{}", profiles_there_are(known))]
    NoProfile {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There are several profiles, and none was chosen.
    #[error(
        "There are several profiles and none of them was chosen: name one with --profile, or put default_profile into \
         the file of settings{}",
        profiles_there_are(known)
    )]
    WhichProfile {
        /// Those that there are.
        known: Vec<String>,
    },
    /// A variable that a profile names is not set.
    #[error("The profile {profile} takes its key from the variable {variable}, which is not set.")]
    NoVariable {
        /// The profile.
        profile: String,
        /// The variable.
        variable: String,
    },
    /// A profile wants the key of `PostHog`'s command line, which has none.
    #[error(
        "The profile {profile} takes its key from PostHog's own command line, which has stored none: log in with it \
         (posthog-cli login), or give the profile another key."
    )]
    NoLogin {
        /// The profile.
        profile: String,
    },
    /// A host is no address of an API.
    #[error("The host in {from} {problem}.")]
    Host {
        /// Where it was found.
        from: String,
        /// What is wrong with it.
        problem: OriginError,
    },
    /// A project is no number.
    #[error(
        "The project in {from} must be a positive whole number: it is the one in the address of your project's pages, behind \
         /project/."
    )]
    Project {
        /// Where it was found.
        from: String,
    },
    /// The file of `PostHog`'s command line cannot be read.
    #[error("{path} cannot be read ({reason}): correct that, or put a key into the variable WHTUI_API_KEY.")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The user's own root causes cannot be read.
    #[error("{path} cannot be read ({reason}): correct that, or move the file away.")]
    RootCauses {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Others may write what would be believed.
    #[error(
        "{path} can be changed by other users of this machine, and so is not used: `chmod go-w` it once you know what \
         it says, or move it away."
    )]
    OpenToWriters {
        /// The file.
        path: String,
    },
    /// The file of `PostHog`'s command line holds something else.
    #[error(
        "{path}, line {line}: this is not what PostHog's command line writes (an object with host, token and env_id); \
         log in again with it, or put a key into the variable WHTUI_API_KEY."
    )]
    Malformed {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
}

/// The end of a sentence that lists profiles.
fn profiles_there_are(known: &[String]) -> String {
    match known {
        [] => "; there are none yet: `whtui config init` writes a file to begin with.".to_owned(),
        known => format!("; there are: {}.", known.join(", ")),
    }
}
