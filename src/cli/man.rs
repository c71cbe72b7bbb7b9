//! `whtui man`: the man page, made of the command line and of the one table of commands.

use std::process::ExitCode;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::output::print;
use crate::app::commands::keymap::{Keymap, Preset};
use crate::app::commands::{COMMANDS, Group};
use crate::app::key::Sequence;

/// Where it goes.
pub(super) const USE: &str = "To read it:
  whtui man > whtui.1 && man ./whtui.1

To keep it:
  whtui man > ~/.local/share/man/man1/whtui.1

Exit status: 0, or 2 when it cannot be written.";

/// Exit codes, in the words of the README.
const ENDS: [(&str, &str); 5] = [
    ("0", "What was asked for was done; diagnose: nothing is wrong; wait: the run completed."),
    (
        "1",
        "diagnose: something is wrong; wait: the run ended in another way, or nothing will run. Also when the terminal is gone.",
    ),
    ("2", "It could not be done or found out; one or two sentences on standard error say why."),
    ("124", "wait: the time was up."),
    ("128+N", "Signal N ended the screen."),
];

/// Variables of the environment, beside those that stand for a flag.
const VARIABLES: [(&str, &str); 8] = [
    ("WHTUI_PROFILE", "Profile of the settings to use where --profile names none."),
    ("WHTUI_API_KEY", "Personal API key; never on the command line, where others can read it."),
    ("WHTUI_HOST", "Address of PostHog; left out: https://us.posthog.com."),
    ("WHTUI_PROJECT", "Number of the project; left out: the one the key is limited to, or the only one it sees."),
    (
        "POSTHOG_CLI_API_KEY",
        "Used where WHTUI_API_KEY is not set, with its companions, as by PostHog's own command line.",
    ),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "Where whtui/ is looked for and kept; left out: ~/.config, ~/.local/state."),
    ("VISUAL, EDITOR", "The editor for long text, words as in a shell; VISUAL goes first."),
    ("NO_COLOR", "When set and not empty, no colours are used."),
];

/// Writes the page.
///
/// # Errors
/// One sentence when the page cannot be written.
pub(super) fn man() -> Result<ExitCode, String> {
    let page = page().map_err(|error| format!("the man page cannot be made ({error})."))?;
    print(&page)?;
    Ok(ExitCode::SUCCESS)
}

fn page() -> std::io::Result<String> {
    let mut out = Vec::new();
    // How it was built belongs to a program, not to a page that is kept.
    let command = super::command().disable_help_subcommand(true).long_version(None::<&str>);
    let man = Man::new(command.clone());
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
        subcommand(part.clone(), &mut out)?;
    }
    let mut rest = Roff::new();
    rest.control("SH", ["KEYS"]);
    let keymap = Keymap::defaults();
    for group in Group::ALL {
        rest.control("SS", [group.title()]);
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            rest.control("TP", []);
            rest.text([bold(joined(keymap.keys(command.id))), roman(format!("  {}", command.title))]);
            rest.text([roman(command.sentence)]);
        }
    }
    for preset in Preset::ALL.into_iter().filter(|preset| *preset != Preset::Default) {
        rest.control("SS", [format!("With --keys {}", preset.name()).as_str()]);
        let (own, usual) = (Keymap::of(preset), &keymap);
        for command in COMMANDS.iter().filter(|command| own.keys(command.id) != usual.keys(command.id)) {
            rest.control("TP", []);
            rest.text([bold(joined(own.keys(command.id))), roman(format!("  {}", command.title))]);
        }
    }
    let ends = ENDS.map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    let mut variables = VARIABLES.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).to_vec();
    // After those of the connection, the ones that stand for a flag.
    let at = VARIABLES.iter().position(|(name, _)| !name.starts_with("WHTUI_")).unwrap_or(0);
    variables.splice(at..at, variables_of_flags(&command));
    for (title, entries) in [("EXIT STATUS", &ends[..]), ("ENVIRONMENT", &variables)] {
        rest.control("SH", [title]);
        for (name, meaning) in entries {
            rest.control("TP", []);
            rest.text([bold(name.as_str())]);
            rest.text([roman(meaning.as_str())]);
        }
    }
    rest.to_writer(&mut out)?;
    man.render_version_section(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Variables that stand for a flag, and what that is.
fn variables_of_flags(command: &clap::Command) -> Vec<(String, String)> {
    let flags = command.get_arguments().filter_map(|flag| Some((flag, flag.get_env()?, flag.get_long()?)));
    flags
        .map(|(flag, name, long)| {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            (
                name.to_string_lossy().into_owned(),
                format!("As --{long}, which goes first. {}.", help.trim_end_matches('.')),
            )
        })
        .collect()
}

/// Keys, as they are listed.
fn joined(keys: &[Sequence]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The heading of flags that many commands share. They are told once.
const SHARED: &str = "Connection";

/// A section of its own, since a page a subcommand would be many for so few words.
fn subcommand(part: clap::Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    let name = part.get_name().to_owned();
    let mut head = Roff::new();
    head.control("SH", [format!("WHTUI {}", name.to_uppercase()).as_str()]);
    head.to_writer(out)?;
    let is_shared = |argument: &clap::Arg| argument.get_help_heading() == Some(SHARED);
    let shares = part.get_arguments().any(is_shared);
    let part = part.bin_name(format!("whtui {name}")).mut_args(|argument| {
        let hide = is_shared(&argument) || argument.get_id() == "help";
        argument.hide(hide)
    });
    let man = Man::new(part.disable_help_flag(true));
    for render in [
        Man::render_synopsis_section as fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>,
        Man::render_description_section,
        Man::render_options_section,
        Man::render_extra_section,
    ] {
        let mut section = Vec::new();
        render(&man, &mut section)?;
        // Its sections are parts of this one.
        for line in String::from_utf8_lossy(&section).lines() {
            out.extend_from_slice(if line.starts_with(".SH ") { b".PP" } else { line.as_bytes() });
            out.push(b'\n');
        }
    }
    if shares {
        let mut rest = Roff::new();
        rest.control("PP", []);
        rest.text([roman("It takes the flags of CONNECTION, too.")]);
        rest.to_writer(out)?;
    }
    Ok(())
}
