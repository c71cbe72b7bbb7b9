//! Flags that are the same before a command and behind it.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::arguments::Arguments;

/// Flags about the screen, and the one that leaves the settings aside: every command takes them, since an alias of the
/// shell may bring them along, and those that draw nothing have no use for them.
const EVERYWHERE: [&str; 6] = ["ascii", "theme", "plain", "announce", "no_mouse", "no_config"];

/// Reads the arguments.
///
/// # Errors
/// What is wrong with them; help and version come the same way.
pub(super) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let plain = Arguments::command();
    let words = behind_the_command(words.into_iter().collect(), &plain);
    let known: Vec<Arg> = plain.get_arguments().filter(|flag| is_everywhere(flag)).cloned().collect();
    let mut command = plain.mut_subcommands(|part| tolerant(part, &known));
    // Variables about the screen are read only where there is one.
    let mut typed = without_variables(command.clone());
    let matches = match typed.try_get_matches_from_mut(words.clone()) {
        // The help names them.
        Err(said) if !said.use_stderr() => command.try_get_matches_from_mut(words.clone())?,
        told => told?,
    };
    if matches.subcommand_name().is_none() {
        let matches = command.try_get_matches_from_mut(words).map_err(|error| blame_variable(error, &command))?;
        return Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command));
    }
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut typed))
}

fn without_variables(command: Command) -> Command {
    command.mut_args(
        |flag| if is_everywhere(&flag) || flag.get_id() == "keys" { flag.env(Resettable::Reset) } else { flag },
    )
}

/// What was typed is in order, so that a value that is not comes from the variable of its flag.
fn blame_variable(mut error: clap::Error, command: &Command) -> clap::Error {
    let Some(ContextValue::String(blamed)) = error.get(ContextKind::InvalidArg) else { return error };
    let variable = command
        .get_arguments()
        .find(|flag| flag.get_long().is_some_and(|long| blamed.split(' ').next() == Some(&format!("--{long}"))))
        .and_then(Arg::get_env)
        .map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = variable {
        error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    }
    error
}

fn is_everywhere(flag: &Arg) -> bool {
    EVERYWHERE.iter().any(|id| flag.get_id() == id)
}

/// The same command with those flags it has no use for.
fn tolerant(part: Command, known: &[Arg]) -> Command {
    let missing = known.iter().filter(|flag| part.get_arguments().all(|own| own.get_id() != flag.get_id()));
    // A variable with a mistake concerns nobody who draws nothing.
    let missing: Vec<Arg> = missing.map(|flag| flag.clone().hide(true).env(Resettable::Reset)).collect();
    part.args(missing).mut_subcommands(|part| tolerant(part, known))
}

/// Puts flags that stand before a command behind it, where they are judged as any others.
fn behind_the_command(mut words: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let mut at = 1;
    while let Some(word) = words.get(at).and_then(|word| word.to_str()) {
        if command.find_subcommand(word).is_some() {
            if let Some(front) = words.get_mut(1..=at) {
                front.rotate_right(1);
            }
            break;
        }
        let Some(flag) = word.strip_prefix("--") else { break };
        let name = flag.split('=').next().unwrap_or_default();
        let Some(known) = command.get_arguments().find(|known| known.get_long() == Some(name)) else { break };
        at += if known.get_action().takes_values() && name == flag { 2 } else { 1 };
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Command;
    use super::*;

    fn parsed(line: &[&str]) -> Result<Arguments, clap::Error> {
        read(line.iter().map(OsString::from))
    }

    #[test]
    fn flags_may_stand_before_a_command_and_behind_it() {
        for line in [
            ["whtui", "--no-config", "--host", "http://localhost:1", "diagnose", "--json"],
            ["whtui", "diagnose", "--no-config", "--json", "--host", "http://localhost:1"],
            ["whtui", "--host=http://localhost:1", "--theme=light", "diagnose", "--no-config", "--json"],
        ] {
            let Some(Command::Diagnose(read)) = parsed(&line).unwrap().command else { panic!("{line:?}") };
            assert!(read.json && read.target.no_config, "{line:?}");
            assert_eq!(read.target.host.as_deref(), Some("http://localhost:1"));
        }
        let Some(Command::Tables(read)) = parsed(&["whtui", "--profile", "jobs", "tables"]).unwrap().command else {
            panic!("the value of a flag is no command")
        };
        assert_eq!(read.target.profile.as_deref(), Some("jobs"));
        assert!(parsed(&["whtui", "--profile", "jobs"]).unwrap().command.is_none());
    }

    #[test]
    fn what_is_about_the_screen_disturbs_no_command() {
        for rest in [
            &["diagnose"][..],
            &["explain", "x"],
            &["sources"],
            &["tables"],
            &["jobs"],
            &["wait", "orders"],
            &["completions", "bash"],
            &["man"],
            &["config", "check"],
            &["audit"],
            &["simulate"],
        ] {
            let front = ["whtui", "--ascii", "--theme", "light", "--no-config", "--plain", "--announce", "bell"];
            let before: Vec<&str> = front.iter().chain(rest).copied().collect();
            assert!(parsed(&before).unwrap().command.is_some(), "{rest:?}");
            let behind: Vec<&str> = ["whtui"].iter().chain(rest).chain(&front[1..]).copied().collect();
            assert!(parsed(&behind).unwrap().command.is_some(), "{rest:?}");
        }
        assert!(parsed(&["whtui", "--theme", "pink", "diagnose"]).is_err());
    }

    #[test]
    fn flags_are_judged_wherever_they_stand() {
        for line in [
            &["whtui", "--read-only", "diagnose"][..],
            &["whtui", "--demo", "diagnose", "--project", "1"],
            &["whtui", "--no-config", "diagnose", "--profile", "prod"],
            &["whtui", "--profile", "prod", "explain", "x"],
            &["whtui", "--demo", "--fly", "diagnose"],
            &["whtui", "--profile"],
        ] {
            assert!(parsed(line).is_err(), "{line:?}");
        }
        let demo = parsed(&["whtui", "--demo", "diagnose", "--scenario", "small"]).unwrap();
        assert!(matches!(demo.command, Some(Command::Diagnose(read)) if read.target.demo));
    }
}
